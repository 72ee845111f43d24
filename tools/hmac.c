#include "hmac.h"

#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#define BLOCK_MAX 128

static const struct {
	size_t block, len;
} sizes[HMAC_ALGORITHMS] = {
	[HMAC_SHA1] = {64, 20},
	[HMAC_SHA256] = {64, 32},
	[HMAC_SHA384] = {128, 48},
	[HMAC_SHA512] = {128, 64},
};

struct hmac {
	enum hmac_algorithm algorithm;
	uint8_t key[BLOCK_MAX]; /* padded with 0 */
	union {
		ldns_sha1_ctx sha1;
		ldns_sha256_CTX sha256;
		ldns_sha384_CTX sha384;
		ldns_sha512_CTX sha512;
	} hash;
};

static void
hash_begin(struct hmac *hmac)
{
	switch (hmac->algorithm) {
	case HMAC_SHA1:
		ldns_sha1_init(&hmac->hash.sha1);
		break;
	case HMAC_SHA256:
		ldns_sha256_init(&hmac->hash.sha256);
		break;
	case HMAC_SHA384:
		ldns_sha384_init(&hmac->hash.sha384);
		break;
	default:
		ldns_sha512_init(&hmac->hash.sha512);
		break;
	}
}

static void
hash_add(struct hmac *hmac, const uint8_t *data, size_t len)
{
	switch (hmac->algorithm) {
	case HMAC_SHA1:
		ldns_sha1_update(&hmac->hash.sha1, data, (unsigned)len);
		break;
	case HMAC_SHA256:
		ldns_sha256_update(&hmac->hash.sha256, data, len);
		break;
	case HMAC_SHA384:
		ldns_sha384_update(&hmac->hash.sha384, data, len);
		break;
	default:
		ldns_sha512_update(&hmac->hash.sha512, data, len);
		break;
	}
}

static void
hash_end(struct hmac *hmac, uint8_t out[HMAC_MAX])
{
	switch (hmac->algorithm) {
	case HMAC_SHA1:
		ldns_sha1_final(out, &hmac->hash.sha1);
		break;
	case HMAC_SHA256:
		ldns_sha256_final(out, &hmac->hash.sha256);
		break;
	case HMAC_SHA384:
		ldns_sha384_final(out, &hmac->hash.sha384);
		break;
	default:
		ldns_sha512_final(out, &hmac->hash.sha512);
		break;
	}
}

/* The key, each octet changed by the mask. */
static void
add_key(struct hmac *hmac, uint8_t mask)
{
	uint8_t pad[BLOCK_MAX];
	size_t block = sizes[hmac->algorithm].block;

	for (size_t i = 0; i < block; i++)
		pad[i] = hmac->key[i] ^ mask;
	hash_add(hmac, pad, block);
	explicit_bzero(pad, sizeof pad);
}

struct hmac *
hmac_create(enum hmac_algorithm algorithm, const uint8_t *key, size_t len)
{
	struct hmac *hmac = calloc(1, sizeof *hmac);

	if (hmac == NULL)
		return NULL;
	hmac->algorithm = algorithm;
	if (len > sizes[algorithm].block) {
		hash_begin(hmac);
		hash_add(hmac, key, len);
		hash_end(hmac, hmac->key);
	} else {
		memcpy(hmac->key, key, len);
	}
	hmac_begin(hmac);
	return hmac;
}

void
hmac_begin(struct hmac *hmac)
{
	hash_begin(hmac);
	add_key(hmac, 0x36);
}

void
hmac_add(struct hmac *hmac, const void *data, size_t len)
{
	hash_add(hmac, data, len);
}

size_t
hmac_end(struct hmac *hmac, uint8_t mac[HMAC_MAX])
{
	uint8_t inner[HMAC_MAX];
	size_t len = sizes[hmac->algorithm].len;

	hash_end(hmac, inner);
	hash_begin(hmac);
	add_key(hmac, 0x5c);
	hash_add(hmac, inner, len);
	hash_end(hmac, mac);
	return len;
}

void
hmac_free(struct hmac *hmac)
{
	if (hmac != NULL)
		explicit_bzero(hmac, sizeof *hmac);
	free(hmac);
}
