/*
 * Fuzz target: what reads as a key or a signature of minisign is encoded to
 * the very BASE64 that was read; and a signature that is good is good no more
 * when anything that it says, or what it is of, is another.
 */
#include "util.h"

#include <sodium.h>

#include "minisig.h"
#include "palang/error.h"

#define SIG_OCTETS  (2 + MINISIG_ID + MINISIG_SIGNATURE)
#define BASE64_MAX  128
#define COMMENT_MAX 64

static const char untrusted[] = "untrusted comment: \n";

static const char *
encode(char text[BASE64_MAX], const uint8_t *octets, size_t len)
{
	return sodium_bin2base64(
		text, BASE64_MAX, octets, len, sodium_base64_VARIANT_ORIGINAL);
}

/* The octets from a line's start on, and the end of the line behind them. */
static bool
is_line(const char *at, const char *end, const char *line)
{
	size_t len = strlen(line);

	if ((size_t)(end - at) < len || memcmp(at, line, len) != 0)
		return false;
	at += len;
	return at == end || *at == '\n' || (*at == '\r' && at + 1 == end) ||
	       (*at == '\r' && at[1] == '\n');
}

static void
try_key(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *why = NULL;
	uint8_t octets[2 + MINISIG_ID + MINISIG_KEY] = "Ed";
	char text[BASE64_MAX];
	struct minisig_key key, again;

	if (minisig_key_file(&key, at, size, &why) != 0) {
		must(why != NULL);
		return;
	}
	memcpy(octets + 2, key.id, MINISIG_ID);
	memcpy(octets + 2 + MINISIG_ID, key.pk, MINISIG_KEY);
	encode(text, octets, sizeof octets);
	must(is_line(
		(const char *)memchr(at, '\n', size) + 1, at + size, text));
	must(minisig_key_text(&again, text, &why) == 0);
	must(memcmp(&key, &again, sizeof key) == 0);
}

/* The file that minisign would have written. */
static char *
write_signature(const struct minisig *sig)
{
	uint8_t octets[SIG_OCTETS] = "Ed";
	char first[BASE64_MAX], last[BASE64_MAX], *text;

	if (sig->prehashed)
		octets[1] = 'D';
	memcpy(octets + 2, sig->id, MINISIG_ID);
	memcpy(octets + 2 + MINISIG_ID, sig->signature, MINISIG_SIGNATURE);
	must(asprintf(&text, "%s%s\ntrusted comment: %s\n%s\n", untrusted,
		     encode(first, octets, sizeof octets), sig->comment,
		     encode(last, sig->global, MINISIG_SIGNATURE)) > 0);
	return text;
}

static bool
same(const struct minisig *a, const struct minisig *b)
{
	return memcmp(a->id, b->id, MINISIG_ID) == 0 &&
	       a->prehashed == b->prehashed &&
	       memcmp(a->signature, b->signature, MINISIG_SIGNATURE) == 0 &&
	       memcmp(a->global, b->global, MINISIG_SIGNATURE) == 0 &&
	       strcmp(a->comment, b->comment) == 0;
}

static void
try_signature(const uint8_t *data, size_t size)
{
	static const uint8_t pk[MINISIG_KEY] = {1};
	struct minisig sig, again;
	const char *why = NULL;
	char *text;

	if (minisig_parse(&sig, (const char *)data, size, &why) != 0) {
		must(why != NULL);
		minisig_fini(&sig);
		return;
	}
	must(text_is_utf8(sig.comment, strlen(sig.comment)));
	must(minisig_verify(&sig, pk, data, size, &why) == PAL_EDIGEST);
	text = write_signature(&sig);
	must(minisig_parse(&again, text, strlen(text), &why) == 0);
	must(same(&sig, &again));
	free(text);
	minisig_fini(&sig);
	minisig_fini(&again);
}

/* ---- one that is good, and then changed ---- */

static void
sign(struct minisig *sig, const uint8_t *secret, const uint8_t *data,
	size_t size)
{
	uint8_t hash[crypto_generichash_BYTES_MAX];
	uint8_t both[MINISIG_SIGNATURE + COMMENT_MAX];
	size_t len = strlen(sig->comment);

	crypto_generichash(hash, sizeof hash, data, size, NULL, 0);
	crypto_sign_detached(sig->signature, NULL, sig->prehashed ? hash : data,
		sig->prehashed ? sizeof hash : size, secret);
	memcpy(both, sig->signature, MINISIG_SIGNATURE);
	memcpy(both + MINISIG_SIGNATURE, sig->comment, len);
	crypto_sign_detached(
		sig->global, NULL, both, MINISIG_SIGNATURE + len, secret);
}

/* One octet of the file is another. */
static void
change(const struct minisig *sig, const uint8_t *pk, const char *text,
	uint16_t at, uint8_t by, const uint8_t *data, size_t size)
{
	size_t len = strlen(text);
	char *copy = text_of((const uint8_t *)text, len);
	struct minisig read;
	const char *why;

	copy[at % len] = (char)(copy[at % len] ^ by);
	if (minisig_parse(&read, copy, len, &why) == 0) {
		bool good = minisig_verify(&read, pk, data, size, &why) == 0;

		/* the id finds the key, and is not signed */
		memcpy(read.id, sig->id, MINISIG_ID);
		must(good == same(sig, &read));
	}
	minisig_fini(&read);
	free(copy);
}

/* Of octets: the comment's length, where to change, by what, the comment, and
 * what is signed. */
static void
try_change(const uint8_t *data, size_t size)
{
	uint8_t pk[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	static const uint8_t seed[crypto_sign_SEEDBYTES] = {7};
	size_t len = data[0] % COMMENT_MAX;
	struct minisig sig = {.prehashed = data[0] >= 128, .id = {1, 2}};
	uint16_t at = (uint16_t)(data[1] << 8 | data[2]);
	const char *why;
	char *text;

	crypto_sign_seed_keypair(pk, secret, seed);
	if (len > size - 4)
		len = size - 4;
	sig.comment = text_of(data + 4, len);
	sign(&sig, secret, data + 4, size - 4);
	must(minisig_verify(&sig, pk, data + 4, size - 4, &why) == 0);
	must(minisig_verify(&sig, pk, data + 3, size - 3, &why) != 0);
	must(minisig_verify(&sig, pk, data + 4, size - 5, &why) != 0);
	text = write_signature(&sig);
	change(&sig, pk, text, at, data[3], data + 4, size - 4);
	free(text);
	free(sig.comment);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	must(sodium_init() >= 0);
	try_key(data, size);
	try_signature(data, size);
	if (size > 4)
		try_change(data, size);
	return 0;
}
