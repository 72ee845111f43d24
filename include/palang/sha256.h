/*
 * SHA-256 (FIPS 180-4), the checksum of images and manifests.
 *
 * It stands here, rather than in a library, because the resolver process
 * links libc alone.  Thread safety: a context belongs to one thread.
 */
#ifndef PALANG_SHA256_H
#define PALANG_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define PAL_SHA256_SIZE 32 /* octets of a digest */
#define PAL_SHA256_HEX  65 /* a digest in hexadecimal, with its NUL */

struct pal_sha256 {
	uint32_t state[8];
	uint64_t length; /* octets taken so far */
	uint8_t block[64];
};

void pal_sha256_init(struct pal_sha256 *ctx);
void pal_sha256_update(struct pal_sha256 *ctx, const void *data, size_t len);
void pal_sha256_final(
	struct pal_sha256 *ctx, uint8_t digest[static PAL_SHA256_SIZE]);

/* All three in one call. */
void pal_sha256(
	const void *data, size_t len, uint8_t digest[static PAL_SHA256_SIZE]);

/* Lower-case hexadecimal and back.  from_hex takes exactly 64 digits and
 * returns 0 or PAL_EFORM. */
char *pal_sha256_to_hex(char hex[static PAL_SHA256_HEX],
	const uint8_t digest[static PAL_SHA256_SIZE]);
int pal_sha256_from_hex(
	uint8_t digest[static PAL_SHA256_SIZE], const char *hex, size_t len);

#endif
