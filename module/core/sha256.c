#include "palang/sha256.h"

#include <stdbool.h>
#include <string.h>

#include "palang/error.h"
#include "sha256_blocks.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#endif

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

/* One round; instead of moving the eight variables on, the caller names them
 * one further to the right each time. */
#define ROUND(a, b, c, d, e, f, g, h, k)                                       \
	do {                                                                   \
		uint32_t t = (h) + (k) +                                       \
		             (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) +        \
		             ((g) ^ ((e) & ((f) ^ (g))));                      \
		(d) += t;                                                      \
		(h) = t + (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) +           \
		      (((a) & (b)) | ((c) & ((a) | (b))));                     \
	} while (0)

/* The word of the message schedule that round i takes; w holds the last 16. */
static inline uint32_t
next_word(uint32_t w[static 16], int i)
{
	uint32_t a = w[(i + 1) % 16], b = w[(i + 14) % 16];

	w[i % 16] += w[(i + 9) % 16] + (rotr(a, 7) ^ rotr(a, 18) ^ a >> 3) +
	             (rotr(b, 17) ^ rotr(b, 19) ^ b >> 10);
	return w[i % 16];
}

void
sha256_plain(uint32_t state[static 8], const uint8_t *data, size_t blocks)
{
	for (; blocks > 0; blocks--, data += 64) {
		uint32_t w[16], k[64], a = state[0], b = state[1], c = state[2],
				       d = state[3], e = state[4], f = state[5],
				       g = state[6], h = state[7];

		for (int i = 0; i < 16; i++)
			k[i] = K[i] + (w[i] = load_be32(data + 4 * i));
		for (int i = 16; i < 64; i++)
			k[i] = K[i] + next_word(w, i);
		for (int i = 0; i < 64; i += 8) {
			ROUND(a, b, c, d, e, f, g, h, k[i]);
			ROUND(h, a, b, c, d, e, f, g, k[i + 1]);
			ROUND(g, h, a, b, c, d, e, f, k[i + 2]);
			ROUND(f, g, h, a, b, c, d, e, k[i + 3]);
			ROUND(e, f, g, h, a, b, c, d, k[i + 4]);
			ROUND(d, e, f, g, h, a, b, c, k[i + 5]);
			ROUND(c, d, e, f, g, h, a, b, k[i + 6]);
			ROUND(b, c, d, e, f, g, h, a, k[i + 7]);
		}
		state[0] += a;
		state[1] += b;
		state[2] += c;
		state[3] += d;
		state[4] += e;
		state[5] += f;
		state[6] += g;
		state[7] += h;
	}
}

#ifdef __x86_64__
static inline __m128i
load128(const void *p)
{
	return _mm_loadu_si128(p);
}

/* The same with the instructions that most processors have for it: several
 * times faster, and a list is as long as it is.  They keep the state as
 * ABEF and CDGH. */
__attribute__((target("sha,sse4.1,ssse3"))) static void
compress_x86(uint32_t state[static 8], const uint8_t *data, size_t blocks)
{
	const __m128i big_endian =
		_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i low = load128(state);
	__m128i high = load128(state + 4);
	__m128i abef, cdgh;

	low = _mm_shuffle_epi32(low, 0xb1);
	high = _mm_shuffle_epi32(high, 0x1b);
	abef = _mm_alignr_epi8(low, high, 8);
	cdgh = _mm_blend_epi16(high, low, 0xf0);
	for (; blocks > 0; blocks--, data += 64) {
		const __m128i abef_before = abef, cdgh_before = cdgh;
		__m128i w[4], k;

#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			if (i < 4)
				w[i] = _mm_shuffle_epi8(
					load128(data + 16 * i), big_endian);
			else
				w[i % 4] = _mm_sha256msg2_epu32(
					_mm_add_epi32(
						_mm_sha256msg1_epu32(w[i % 4],
							w[(i + 1) % 4]),
						_mm_alignr_epi8(w[(i + 3) % 4],
							w[(i + 2) % 4], 4)),
					w[(i + 3) % 4]);
			k = _mm_add_epi32(w[i % 4], load128(K + 4 * i));
			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
			abef = _mm_sha256rnds2_epu32(
				abef, cdgh, _mm_shuffle_epi32(k, 0x0e));
		}
		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}
	low = _mm_shuffle_epi32(abef, 0x1b);
	high = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128(
		(__m128i *)(void *)state, _mm_blend_epi16(low, high, 0xf0));
	_mm_storeu_si128(
		(__m128i *)(void *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

static bool
ask_processor(void)
{
	unsigned a, b, c, d;

	if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSE4_1) == 0 ||
		(c & bit_SSSE3) == 0)
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
	       (b & bit_SHA) != 0;
}

/* Asked once: whoever comes first, all find the same. */
static bool
has_instructions(void)
{
	static atomic_int known; /* 0: not yet; else 1 more than the answer */
	int found = atomic_load_explicit(&known, memory_order_relaxed);

	if (found == 0) {
		found = 1 + ask_processor();
		atomic_store_explicit(&known, found, memory_order_relaxed);
	}
	return found == 2;
}
#endif

bool
sha256_fast(uint32_t state[static 8], const uint8_t *data, size_t blocks)
{
#ifdef __x86_64__
	if (has_instructions()) {
		compress_x86(state, data, blocks);
		return true;
	}
#else
	(void)state;
	(void)data;
	(void)blocks;
#endif
	return false;
}

static void
compress(uint32_t state[static 8], const uint8_t *data, size_t blocks)
{
	if (!sha256_fast(state, data, blocks))
		sha256_plain(state, data, blocks);
}

void
pal_sha256_update(struct pal_sha256 *ctx, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t have = ctx->length % 64;

	ctx->length += len;
	while (len > 0) {
		if (have == 0 && len >= 64) {
			compress(ctx->state, p, len / 64);
			p += len / 64 * 64;
			len %= 64;
			continue;
		}
		size_t take = len < 64 - have ? len : 64 - have;
		memcpy(ctx->block + have, p, take);
		p += take;
		len -= take;
		have += take;
		if (have == 64) {
			compress(ctx->state, ctx->block, 1);
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
