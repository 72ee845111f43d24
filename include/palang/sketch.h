/*
 * How many networks, without a list of them: linear counting.
 *
 * A network is hashed under a secret key to one of 1,024 bits.  From how many
 * bits are still clear follows about how many networks there were; with the
 * key gone, nothing in the bits tells which (Whang, Vander-Zanden, Taylor:
 * "A linear-time probabilistic counting algorithm", 1990).
 *
 * The module counts the clients whose answers an order on trial would have
 * changed.  An IPv4 client stands for its /24, an IPv6 client for its /56.
 *
 * Thread safety: pal_sketch_add may run in any number of threads, beside
 * pal_sketch_estimate.
 */
#ifndef PALANG_SKETCH_H
#define PALANG_SKETCH_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define PAL_SKETCH_BITS  1024
#define PAL_SKETCH_WORDS (PAL_SKETCH_BITS / 64)

/* No estimate is higher: all bits are set. */
#define PAL_SKETCH_MAX 7689

struct pal_sketch {
	_Atomic uint64_t words[PAL_SKETCH_WORDS];
};

struct pal_sketch_key {
	_Atomic uint64_t halves[2];
};

/* The network of a client: 4 or 16 octets of address, in network order. */
struct pal_network {
	uint8_t octets[8]; /* /24 or /56, and behind it which of the two */
};

/* len: 4 or 16.  IPv4 in IPv6 (::ffff:0:0/96) is IPv4. */
struct pal_network pal_network_of(const uint8_t *address, size_t len);

void pal_sketch_add(struct pal_sketch *sketch, const struct pal_sketch_key *key,
	const struct pal_network *network);

/* About how many networks were added. */
unsigned pal_sketch_estimate(const struct pal_sketch *sketch);

/* Adds all that another sketch under the same key has seen. */
void pal_sketch_join(struct pal_sketch *to, const struct pal_sketch *from);

void pal_sketch_clear(struct pal_sketch *sketch);

#endif
