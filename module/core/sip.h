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

struct sip {
	uint64_t v[4];
	uint64_t length;
};

struct sip_hash {
	uint64_t hi; /* selects the bucket */
	uint64_t lo; /* is stored */
};

void sip_init(struct sip *sip, const uint8_t key[static 16]);

/* label: its length octet and what follows. */
void sip_label(struct sip *sip, const uint8_t *label);

/* The hash of what was taken so far; sip itself can go on. */
struct sip_hash sip_final(const struct sip *sip);

/* Of a whole wire name. */
struct sip_hash sip_name(const uint8_t key[static 16], const uint8_t *wire,
	const uint8_t *at, unsigned count);

#endif
