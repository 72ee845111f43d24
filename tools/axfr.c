#include "axfr.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "palang/error.h"

#define TYPE_SOA  6
#define TYPE_OPT  41
#define TYPE_TSIG 250
#define CLASS_IN  1
#define QR        0x80 /* in the third octet of a header */
#define OPCODE    0x78

static int say(char why[AXFR_WHY_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int
say(char why[AXFR_WHY_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, AXFR_WHY_MAX, format, args);
	va_end(args);
	return PAL_EFORM;
}

int
axfr_begin(struct axfr *axfr)
{
	axfr->begun = axfr->ended = false;
	axfr->records = 0;
	axfr->len = 0;
	axfr->buf = malloc(AXFR_BUFFER);
	return axfr->buf == NULL ? PAL_ENOMEM : 0;
}

int
axfr_flush(struct axfr *axfr)
{
	size_t len = axfr->len;

	axfr->len = 0;
	return len == 0 || axfr->put(axfr->ctx, axfr->buf, len) ? 0 : PAL_ESYS;
}

void
axfr_fini(struct axfr *axfr)
{
	free(axfr->buf);
	axfr->buf = NULL;
}

size_t
axfr_query(
	uint8_t query[AXFR_QUERY_MAX], const struct axfr *axfr, uint16_t type)
{
	size_t len = WIRE_HEADER + (size_t)axfr->zone.len;

	memset(query, 0, AXFR_QUERY_MAX);
	query[0] = (uint8_t)(axfr->id >> 8);
	query[1] = (uint8_t)axfr->id;
	query[5] = 1; /* one question */
	memcpy(query + WIRE_HEADER, axfr->zone.wire, axfr->zone.len);
	query[len] = (uint8_t)(type >> 8);
	query[len + 1] = (uint8_t)type;
	query[len + 3] = CLASS_IN;
	return len + 4;
}

/* What a server says instead of the zone. */
static int
say_rcode(const struct axfr *axfr, unsigned rcode, char why[AXFR_WHY_MAX])
{
	static const char *const texts[] = {[1] = "FORMERR",
		[2] = "SERVFAIL",
		[3] = "NXDOMAIN",
		[4] = "NOTIMP",
		[5] = "REFUSED",
		[9] = "NOTAUTH"};
	char zone[PAL_NAME_TEXT_MAX];
	const char *text =
		rcode < sizeof texts / sizeof texts[0] ? texts[rcode] : NULL;

	pal_name_to_text(zone, &axfr->zone);
	if (rcode == 5)
		return say(why,
			"the server answered REFUSED: it does not give "
			"%.100s to this address, or only with a key (tsig)",
			zone);
	if (rcode == 9)
		return say(why,
			"the server answered NOTAUTH: it does not have "
			"%.100s, or does not take the key",
			zone);
	if (text == NULL)
		return say(why, "the server answered with rcode %u", rcode);
	return say(why, "the server answered %s for %.100s", text, zone);
}

static int
say_unreadable(char why[AXFR_WHY_MAX])
{
	return say(why, "a message of the transfer cannot be read");
}

/* Header and question; the cursor then stands at the first answer. */
static int
open_message(const struct axfr *axfr, struct wire *wire, char why[AXFR_WHY_MAX])
{
	struct pal_name name;

	if (wire->len < WIRE_HEADER)
		return say(why, "the server sent what is no DNS message");
	if (wire_16(wire) != axfr->id || (wire->data[2] & QR) == 0 ||
		(wire->data[2] & OPCODE) != 0)
		return say(why, "the server answered what was not asked");
	if (wire_rcode(wire) != 0)
		return say_rcode(axfr, wire_rcode(wire), why);
	wire->at = WIRE_HEADER;
	for (unsigned i = wire_count(wire, WIRE_QUESTION); i > 0 && !wire->bad;
		i--) {
		wire_name(wire, &name);
		wire_skip(wire, 4);
		if (!wire->bad && !pal_name_equal(&name, &axfr->zone))
			return say(
				why, "the server answered what was not asked");
	}
	return wire->bad ? say_unreadable(why) : 0;
}

static bool
is_soa(const struct axfr *axfr, const struct wire_record *record)
{
	return record->type == TYPE_SOA && record->class == CLASS_IN &&
	       pal_name_equal(&record->owner, &axfr->zone);
}

static uint32_t
read_serial(const struct wire *wire, const struct wire_record *record)
{
	struct wire rdata = *wire;

	rdata.at = record->rdata;
	wire_skip_name(&rdata);
	wire_skip_name(&rdata);
	return wire_32(&rdata);
}

static int
put_record(struct axfr *axfr, const struct wire *wire,
	const struct wire_record *record, char why[AXFR_WHY_MAX])
{
	size_t len;

	/* What is not of the zone has no say in it. */
	if (record->class != CLASS_IN || record->type == TYPE_OPT ||
		record->type == TYPE_TSIG ||
		!pal_name_within(&record->owner, &axfr->zone))
		return 0;
	if (AXFR_BUFFER - axfr->len < AXFR_RECORD_MAX && axfr_flush(axfr) != 0)
		return PAL_ESYS;
	len = axfr_text(axfr->buf + axfr->len, wire, record);
	if (len == 0)
		return say(why, "record %llu of the transfer is malformed",
			(unsigned long long)axfr->records + 1);
	axfr->len += len;
	axfr->records++;
	return 0;
}

static int
take_record(struct axfr *axfr, const struct wire *wire,
	const struct wire_record *record, char why[AXFR_WHY_MAX])
{
	bool soa = is_soa(axfr, record);

	if (axfr->ended)
		return say(why, "the transfer goes on behind its last record");
	if (!axfr->begun && !soa)
		return say(why, "the transfer does not begin with the SOA of "
				"the zone");
	if (axfr->begun && soa) {
		if (read_serial(wire, record) != axfr->serial)
			return say(why, "the zone changed while it was "
					"transferred");
		axfr->ended = true;
		return 0;
	}
	if (soa)
		axfr->serial = read_serial(wire, record);
	axfr->begun = true;
	return put_record(axfr, wire, record, why);
}

int
axfr_take(struct axfr *axfr, const uint8_t *message, size_t len,
	char why[AXFR_WHY_MAX])
{
	struct wire wire = {.data = message, .len = len};
	struct wire_record record;
	int ret = open_message(axfr, &wire, why);

	if (ret != 0)
		return ret;
	for (unsigned i = wire_count(&wire, WIRE_ANSWER); i > 0; i--) {
		wire_record(&wire, &record);
		if (wire.bad)
			return say_unreadable(why);
		ret = take_record(axfr, &wire, &record, why);
		if (ret != 0)
			return ret;
	}
	return 0;
}

int
axfr_serial(const struct axfr *axfr, const uint8_t *message, size_t len,
	uint32_t *serial, char why[AXFR_WHY_MAX])
{
	struct wire wire = {.data = message, .len = len};
	struct wire_record record;

	if (open_message(axfr, &wire, why) != 0)
		return PAL_EFORM;
	for (unsigned i = wire_count(&wire, WIRE_ANSWER); i > 0; i--) {
		wire_record(&wire, &record);
		if (wire.bad)
			break;
		if (!is_soa(axfr, &record))
			continue;
		*serial = read_serial(&wire, &record);
		return 0;
	}
	return say(why, "the server has no SOA of the zone");
}
