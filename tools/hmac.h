/* HMAC (RFC 2104), for TSIG. */
#ifndef TOOL_HMAC_H
#define TOOL_HMAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hmac_algorithm {
	HMAC_SHA1,
	HMAC_SHA256,
	HMAC_SHA384,
	HMAC_SHA512,
	HMAC_ALGORITHMS
};

#define HMAC_MAX 64 /* octets of the longest */

struct hmac;

/* NULL if there is no memory. */
struct hmac *hmac_create(
	enum hmac_algorithm algorithm, const uint8_t *key, size_t len);
/* Begins a new one with the same key. */
void hmac_begin(struct hmac *hmac);
void hmac_add(struct hmac *hmac, const void *data, size_t len);
/* Returns its octets. */
size_t hmac_end(struct hmac *hmac, uint8_t mac[HMAC_MAX]);
/* Wipes it.  Takes NULL. */
void hmac_free(struct hmac *hmac);

#endif
