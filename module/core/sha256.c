#include "palang/sha256.h"

#include <string.h>

#include "palang/error.h"

static const uint32_t K[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
	0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
	0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138,
	0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624,
	0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f,
	0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void
pal_sha256_init(struct pal_sha256 *ctx)
{
	static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
		0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	memcpy(ctx->state, start, sizeof(start));
	ctx->length = 0;
}

static inline uint32_t
rotr(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static inline uint32_t
load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline void
store_be32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void
schedule(uint32_t w[static 64], const uint8_t block[static 64])
{
	for (int i = 0; i < 16; i++)
		w[i] = load_be32(block + 4 * i);
	for (int i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];
		w[i] = w[i - 16] + w[i - 7] +
		       (rotr(a, 7) ^ rotr(a, 18) ^ a >> 3) +
		       (rotr(b, 17) ^ rotr(b, 19) ^ b >> 10);
	}
}

static void
compress(uint32_t state[static 8], const uint8_t block[static 64])
{
	uint32_t w[64], s[8];

	schedule(w, block);
	memcpy(s, state, sizeof(s));
	for (int i = 0; i < 64; i++) {
		uint32_t big1 = rotr(s[4], 6) ^ rotr(s[4], 11) ^ rotr(s[4], 25);
		uint32_t choose = (s[4] & s[5]) ^ (~s[4] & s[6]);
		uint32_t t1 = s[7] + big1 + choose + K[i] + w[i];
		uint32_t big0 = rotr(s[0], 2) ^ rotr(s[0], 13) ^ rotr(s[0], 22);
		uint32_t most = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += t1;
		s[0] = t1 + big0 + most;
	}
	for (int i = 0; i < 8; i++)
		state[i] += s[i];
}

void
pal_sha256_update(struct pal_sha256 *ctx, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t have = ctx->length % 64;

	ctx->length += len;
	while (len > 0) {
		if (have == 0 && len >= 64) {
			compress(ctx->state, p);
			p += 64;
			len -= 64;
			continue;
		}
		size_t take = len < 64 - have ? len : 64 - have;
		memcpy(ctx->block + have, p, take);
		p += take;
		len -= take;
		have += take;
		if (have == 64) {
			compress(ctx->state, ctx->block);
			have = 0;
		}
	}
}

void
pal_sha256_final(struct pal_sha256 *ctx, uint8_t digest[static 32])
{
	static const uint8_t pad[64] = {0x80};
	uint64_t bits = ctx->length * 8;
	size_t have = ctx->length % 64;
	uint8_t tail[8];

	pal_sha256_update(ctx, pad, have < 56 ? 56 - have : 120 - have);
	store_be32(tail, (uint32_t)(bits >> 32));
	store_be32(tail + 4, (uint32_t)bits);
	pal_sha256_update(ctx, tail, sizeof(tail));
	for (int i = 0; i < 8; i++)
		store_be32(digest + 4 * i, ctx->state[i]);
}

void
pal_sha256(const void *data, size_t len, uint8_t digest[static 32])
{
	struct pal_sha256 ctx;

	pal_sha256_init(&ctx);
	pal_sha256_update(&ctx, data, len);
	pal_sha256_final(&ctx, digest);
}

char *
pal_sha256_to_hex(char hex[static 65], const uint8_t digest[static 32])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 32; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[64] = '\0';
	return hex;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
pal_sha256_from_hex(uint8_t digest[static 32], const char *hex, size_t len)
{
	if (len != 64)
		return PAL_EFORM;
	for (int i = 0; i < 32; i++) {
		int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return PAL_EFORM;
		digest[i] = (uint8_t)(hi << 4 | lo);
	}
	return 0;
}
