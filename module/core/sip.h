/*
 * SipHash-2-4 with 128 bits of result (Aumasson and Bernstein), taken along a
 * name from the root down: after each label the hash of the name so far can
 * be had.
 *
 * A name's message is its labels, the one next to the root first; each is its
 * length octet and its octets, letters lowered, filled with zeros to a
 * multiple of 8.  So every name's message is a prefix of those of the names
 * below it, and no two names have the same message.
 */
#ifndef CORE_SIP_H
#define CORE_SIP_H

#include <stdint.h>

#include "bytes.h"

struct sip {
	uint64_t v[4];
	uint64_t length;
};

struct sip_hash {
	uint64_t hi; /* selects the bucket */
	uint64_t lo; /* is stored */
};

static inline uint64_t
rotl(uint64_t x, int b)
{
	return x << b | x >> (64 - b);
}

static inline void
sip_round(uint64_t v[static 4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] = rotl(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] = rotl(v[2], 32);
}

static inline void
sip_init(struct sip *sip, const uint8_t key[static 16])
{
	uint64_t k0 = load64(key);
	uint64_t k1 = load64(key + 8);

	sip->v[0] = k0 ^ 0x736f6d6570736575u;
	sip->v[1] = k1 ^ 0x646f72616e646f6du ^ 0xee;
	sip->v[2] = k0 ^ 0x6c7967656e657261u;
	sip->v[3] = k1 ^ 0x7465646279746573u;
	sip->length = 0;
}

/* Lowers the letters A-Z among eight octets at once. */
static inline uint64_t
lower8(uint64_t w)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t low7 = w & (0x7f * ones);
	uint64_t above_z = low7 + (0x7f - 'Z') * ones;
	uint64_t from_a = low7 + (0x80 - 'A') * ones;
	uint64_t upper = ~w & (from_a ^ above_z) & (0x80 * ones);

	return w | upper >> 2;
}

static inline void
sip_word(struct sip *sip, uint64_t word)
{
	sip->v[3] ^= word;
	sip_round(sip->v);
	sip_round(sip->v);
	sip->v[0] ^= word;
	sip->length += 8;
}

/* The last 0 to 7 octets of a label, filled with zeros; loads that overlap
 * agree where they do. */
static inline uint64_t
load_tail(const uint8_t *p, unsigned n)
{
	if (n >= 4)
		return load32(p) | (uint64_t)load32(p + n - 4) << (8 * (n - 4));
	if (n >= 2)
		return load16(p) | (uint64_t)load16(p + n - 2) << (8 * (n - 2));
	return n > 0 ? *p : 0;
}

/* label: its length octet and what follows. */
static inline void
sip_label(struct sip *sip, const uint8_t *label)
{
	unsigned left = 1u + *label;

	for (; left >= 8; left -= 8, label += 8)
		sip_word(sip, lower8(load64(label)));
	if (left > 0)
		sip_word(sip, lower8(load_tail(label, left)));
}

/* The hash of what was taken so far; sip itself can go on. */
static inline struct sip_hash
sip_final(const struct sip *sip)
{
	uint64_t v[4] = {sip->v[0], sip->v[1], sip->v[2], sip->v[3]};
	uint64_t last = sip->length << 56;
	struct sip_hash hash;

	v[3] ^= last;
	sip_round(v);
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xee;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	hash.hi = v[0] ^ v[1] ^ v[2] ^ v[3];
	v[1] ^= 0xdd;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	hash.lo = v[0] ^ v[1] ^ v[2] ^ v[3];
	return hash;
}

/* Of a whole wire name. */
struct sip_hash sip_name(const uint8_t key[static 16], const uint8_t *wire,
	const uint8_t *at, unsigned count);

#endif
