/*
 * Fuzz target: a secret is refused without being told, or reads the same when
 * it is written as NAME:ALGORITHM:SECRET; and whoever has it signs a query,
 * while no message that was not signed with it is taken.
 */
#include "util.h"

#include <sodium.h>

#include "palang/error.h"
#include "tsig.h"

#define QUERY 29 /* octets of the one below */

static const char *const algorithms[] = {
	"hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512", NULL};

static bool
same(const struct tsig_key *a, const struct tsig_key *b)
{
	return pal_name_equal(&a->name, &b->name) &&
	       a->algorithm == b->algorithm && a->len == b->len &&
	       memcmp(a->secret, b->secret, a->len) == 0;
}

/* Of all algorithms that can be written, one reads as the same key. */
static void
check_written(const struct tsig_key *key)
{
	char name[PAL_NAME_TEXT_MAX], secret[2 * TSIG_SECRET_MAX];
	char why[TSIG_WHY_MAX], *text;
	struct tsig_key again;
	bool found = false;

	pal_name_to_text(name, &key->name);
	if (strpbrk(name, ":\\\"; \t\r\n{}#/") != NULL)
		return;
	sodium_bin2base64(secret, sizeof secret, key->secret, key->len,
		sodium_base64_VARIANT_ORIGINAL);
	for (int i = 0; algorithms[i] != NULL && !found; i++) {
		must(asprintf(&text, "%s:%s:%s", name, algorithms[i], secret) >
			0);
		found = tsig_key_parse(&again, text, strlen(text), why) == 0 &&
		        same(key, &again);
		free(text);
	}
	must(found);
}

static void
check_signing(const struct tsig_key *key, const uint8_t *data, size_t size)
{
	static const uint8_t query[QUERY] = {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
		3, 'r', 'p', 'z', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0,
		252, 0, 1};
	uint8_t message[QUERY + TSIG_RECORD_MAX];
	struct tsig *tsig = tsig_create(key);
	size_t len = sizeof query;
	char why[TSIG_WHY_MAX];

	must(tsig != NULL);
	memcpy(message, query, sizeof query);
	tsig_sign(tsig, message, &len, 1500000000);
	must(len > QUERY && len <= sizeof message && message[11] == 1);
	/* its own query is no answer to it, nor is anything unsigned */
	must(tsig_check(tsig, message, len, 1500000000, why) != 0 ||
		!tsig_is_settled(tsig));
	must(tsig_check(tsig, data, size, 1500000000, why) != 0 ||
		!tsig_is_settled(tsig));
	tsig_free(tsig);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[TSIG_WHY_MAX] = "";
	struct tsig_key key;

	if (tsig_key_parse(&key, (const char *)data, size, why) != 0) {
		must(why[0] != '\0' && strlen(why) < TSIG_WHY_MAX);
		return 0;
	}
	must(key.len > 0 && key.len <= TSIG_SECRET_MAX);
	check_written(&key);
	check_signing(&key, data, size);
	return 0;
}
