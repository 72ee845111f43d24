#include "tsig.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "palang/error.h"
#include "wire.h"

#define TYPE_TSIG 250
#define CLASS_ANY 255
#define FUDGE     300 /* seconds that clocks may differ (RFC 8945, 10) */

/* Algorithms by their name on the wire; tsig_key.c has the same as text. */
static const char *const wire_names[HMAC_ALGORITHMS] = {
	[HMAC_SHA1] = "hmac-sha1",
	[HMAC_SHA256] = "hmac-sha256",
	[HMAC_SHA384] = "hmac-sha384",
	[HMAC_SHA512] = "hmac-sha512",
};

struct tsig {
	struct pal_name name, algorithm;
	struct hmac *hmac; /* begun: the last MAC, unsigned messages since */
	bool first;        /* the next signed message is the first */
	unsigned waiting;  /* unsigned messages since the last signed one */
};

/* A message's signature, and the octets that stand before it. */
struct signature {
	size_t at;
	struct pal_name name, algorithm;
	uint16_t class;
	uint32_t ttl;
	uint64_t time;
	uint16_t fudge, id, error;
	const uint8_t *mac, *other;
	size_t mac_len, other_len;
};

static void
store16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void
add16(struct hmac *hmac, unsigned value)
{
	uint8_t octets[2];

	store16(octets, value);
	hmac_add(hmac, octets, sizeof octets);
}

static void
add_time(struct hmac *hmac, uint64_t time, unsigned fudge)
{
	add16(hmac, (unsigned)(time >> 32) & 0xffff);
	add16(hmac, (unsigned)(time >> 16) & 0xffff);
	add16(hmac, (unsigned)time & 0xffff);
	add16(hmac, fudge);
}

/* RFC 8945, 4.3.3. */
static void
add_variables(struct hmac *hmac, const struct signature *signature)
{
	static const uint8_t class_and_ttl[6] = {0, CLASS_ANY, 0, 0, 0, 0};

	hmac_add(hmac, signature->name.wire, signature->name.len);
	hmac_add(hmac, class_and_ttl, sizeof class_and_ttl);
	hmac_add(hmac, signature->algorithm.wire, signature->algorithm.len);
	add_time(hmac, signature->time, signature->fudge);
	add16(hmac, signature->error);
	add16(hmac, (unsigned)signature->other_len);
	hmac_add(hmac, signature->other, signature->other_len);
}

/* The next message is digested behind the MAC of the one before. */
static void
chain(struct tsig *tsig, const uint8_t *mac, size_t len)
{
	hmac_begin(tsig->hmac);
	add16(tsig->hmac, (unsigned)len);
	hmac_add(tsig->hmac, mac, len);
	tsig->waiting = 0;
}

struct tsig *
tsig_create(const struct tsig_key *key)
{
	const char *algorithm = wire_names[key->algorithm];
	struct tsig *tsig = calloc(1, sizeof *tsig);

	if (tsig == NULL)
		return NULL;
	tsig->name = key->name;
	tsig->first = true;
	tsig->hmac = hmac_create(key->algorithm, key->secret, key->len);
	if (tsig->hmac == NULL || pal_name_from_text(&tsig->algorithm,
					  algorithm, strlen(algorithm)) != 0) {
		tsig_free(tsig);
		return NULL;
	}
	return tsig;
}

void
tsig_free(struct tsig *tsig)
{
	if (tsig != NULL)
		hmac_free(tsig->hmac);
	free(tsig);
}

/* Writes octets at *at, and moves it on. */
static void
put(uint8_t **at, const void *data, size_t len)
{
	memcpy(*at, data, len);
	*at += len;
}

static void
put16(uint8_t **at, unsigned value)
{
	store16(*at, value);
	*at += 2;
}

static uint8_t *
put_signature(uint8_t *at, const struct tsig *tsig, uint64_t now, unsigned id,
	const uint8_t *mac, size_t mac_len)
{
	put(&at, tsig->name.wire, tsig->name.len);
	put16(&at, TYPE_TSIG);
	put16(&at, CLASS_ANY);
	put16(&at, 0); /* TTL */
	put16(&at, 0);
	put16(&at, (unsigned)(tsig->algorithm.len + 16 + mac_len));
	put(&at, tsig->algorithm.wire, tsig->algorithm.len);
	put16(&at, (unsigned)(now >> 32) & 0xffff);
	put16(&at, (unsigned)(now >> 16) & 0xffff);
	put16(&at, (unsigned)now & 0xffff);
	put16(&at, FUDGE);
	put16(&at, (unsigned)mac_len);
	put(&at, mac, mac_len);
	put16(&at, id);
	put16(&at, 0); /* error */
	put16(&at, 0); /* other octets */
	return at;
}

void
tsig_sign(struct tsig *tsig, uint8_t *query, size_t *len, uint64_t now)
{
	struct signature signature = {.name = tsig->name,
		.algorithm = tsig->algorithm,
		.time = now,
		.fudge = FUDGE,
		.other = (const uint8_t *)""};
	unsigned id = (unsigned)query[0] << 8 | query[1];
	unsigned additional = (unsigned)query[10] << 8 | query[11];
	uint8_t mac[HMAC_MAX];
	size_t mac_len;

	hmac_begin(tsig->hmac);
	hmac_add(tsig->hmac, query, *len);
	add_variables(tsig->hmac, &signature);
	mac_len = hmac_end(tsig->hmac, mac);
	*len = (size_t)(put_signature(
				query + *len, tsig, now, id, mac, mac_len) -
			query);
	store16(query + 10, additional + 1);
	tsig->first = true;
	chain(tsig, mac, mac_len);
}

/* Sets the cursor before the last record of the additional section; false if
 * there is none. */
static bool
find_last(struct wire *wire)
{
	unsigned records = wire_count(wire, WIRE_ANSWER) +
	                   wire_count(wire, WIRE_AUTHORITY) +
	                   wire_count(wire, WIRE_ADDITIONAL);

	if (wire_count(wire, WIRE_ADDITIONAL) == 0)
		return false;
	wire->at = WIRE_HEADER;
	/* twelve octets can say that a quarter of a million records follow */
	for (unsigned i = wire_count(wire, WIRE_QUESTION); i > 0 && !wire->bad;
		i--) {
		wire_skip_name(wire);
		wire_skip(wire, 4);
	}
	for (unsigned i = 1; i < records && !wire->bad; i++)
		wire_skip_record(wire);
	return true;
}

static const uint8_t *
read_octets(struct wire *wire, size_t *len)
{
	const uint8_t *at;

	*len = wire_16(wire);
	at = wire->data + wire->at;
	wire_skip(wire, *len);
	return at;
}

/* Takes a signature apart.  1 if there is none; PAL_EFORM for a message that
 * cannot be read. */
static int
read_signature(struct signature *signature, const uint8_t *message, size_t len)
{
	struct wire wire = {.data = message, .len = len};
	uint16_t type;
	size_t end;

	if (!find_last(&wire))
		return 1;
	signature->at = wire.at;
	wire_name(&wire, &signature->name);
	type = wire_16(&wire);
	if (!wire.bad && type != TYPE_TSIG)
		return 1;
	signature->class = wire_16(&wire);
	signature->ttl = wire_32(&wire);
	end = wire_16(&wire);
	end += wire.at;
	wire_name(&wire, &signature->algorithm);
	signature->time = (uint64_t)wire_16(&wire) << 32;
	signature->time |= wire_32(&wire);
	signature->fudge = wire_16(&wire);
	signature->mac = read_octets(&wire, &signature->mac_len);
	signature->id = wire_16(&wire);
	signature->error = wire_16(&wire);
	signature->other = read_octets(&wire, &signature->other_len);
	return wire.bad || wire.at != end || end != len ? PAL_EFORM : 0;
}

/* What the server says of our own signature. */
static int
tell_error(const struct tsig *tsig, unsigned error, char why[TSIG_WHY_MAX])
{
	char name[PAL_NAME_TEXT_MAX];

	pal_name_to_text(name, &tsig->name);
	switch (error) {
	case 16:
		snprintf(why, TSIG_WHY_MAX,
			"the server has another secret for the key %.200s",
			name);
		break;
	case 17:
		snprintf(why, TSIG_WHY_MAX,
			"the server does not know the key %.200s, or has it "
			"with another algorithm",
			name);
		break;
	case 18:
		snprintf(why, TSIG_WHY_MAX,
			"the server's clock differs from ours by more than "
			"%d s",
			FUDGE);
		break;
	default:
		snprintf(why, TSIG_WHY_MAX,
			"the server refuses the signature, error %u", error);
		break;
	}
	return PAL_EFORM;
}

static int
tell(char why[TSIG_WHY_MAX], const char *text)
{
	snprintf(why, TSIG_WHY_MAX, "%s", text);
	return PAL_EFORM;
}

/* The message as it was before it was signed. */
static void
add_message(
	struct hmac *hmac, const uint8_t *message, const struct signature *sig)
{
	uint8_t header[WIRE_HEADER];
	unsigned additional = (unsigned)message[10] << 8 | message[11];

	memcpy(header, message, sizeof header);
	store16(header, sig->id);
	store16(header + 10, additional - 1);
	hmac_add(hmac, header, sizeof header);
	hmac_add(hmac, message + WIRE_HEADER, sig->at - WIRE_HEADER);
}

/* Not shortened, and compared without telling by the time how much of it is
 * right. */
static bool
is_mac(const struct signature *signature, const uint8_t *mac, size_t len)
{
	unsigned differs = 0;

	if (signature->mac_len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differs |= (unsigned)(signature->mac[i] ^ mac[i]);
	return differs == 0;
}

static int
check_signed(struct tsig *tsig, const uint8_t *message,
	const struct signature *signature, uint64_t now, char why[TSIG_WHY_MAX])
{
	uint8_t mac[HMAC_MAX];
	size_t len;
	uint64_t apart = now > signature->time ? now - signature->time
	                                       : signature->time - now;

	if (signature->error != 0)
		return tell_error(tsig, signature->error, why);
	if (!pal_name_equal(&signature->name, &tsig->name) ||
		!pal_name_equal(&signature->algorithm, &tsig->algorithm))
		return tell(why, "the answer is signed with another key");
	add_message(tsig->hmac, message, signature);
	if (tsig->first)
		add_variables(tsig->hmac, signature);
	else
		add_time(tsig->hmac, signature->time, signature->fudge);
	len = hmac_end(tsig->hmac, mac);
	if (signature->class != CLASS_ANY || signature->ttl != 0 ||
		!is_mac(signature, mac, len))
		return tell(why, "the answer's signature is wrong: it was "
				 "changed on its way, or the secret differs");
	if (apart > signature->fudge)
		return tell_error(tsig, 18, why);
	tsig->first = false;
	chain(tsig, mac, len);
	return 0;
}

int
tsig_check(struct tsig *tsig, const uint8_t *message, size_t len, uint64_t now,
	char why[TSIG_WHY_MAX])
{
	struct signature signature = {0};
	int err;

	if (len < WIRE_HEADER)
		return tell(why, "the answer cannot be read");
	err = read_signature(&signature, message, len);
	if (err < 0)
		return tell(why, "the answer cannot be read");
	if (err == 0)
		return check_signed(tsig, message, &signature, now, why);
	if (tsig->first)
		return tell(why, "the answer is not signed");
	if (++tsig->waiting > TSIG_UNSIGNED_MAX)
		return tell(why, "too much of the answer is not signed");
	hmac_add(tsig->hmac, message, len);
	return 0;
}

bool
tsig_is_settled(const struct tsig *tsig)
{
	return !tsig->first && tsig->waiting == 0;
}
