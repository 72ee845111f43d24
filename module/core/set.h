/*
 * A set of 128-bit hashes, as it lies in an image: an index on the leading
 * bits of hi, and the 64 bits of lo for each member, sorted within its
 * bucket.  A member may carry a 32-bit value.
 */
#ifndef CORE_SET_H
#define CORE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "sip.h"

/* Members of a bucket, on average.  So many that the index stays in the near
 * caches; where in its bucket a member stands can be guessed to a few places,
 * since the numbers are spread evenly. */
#define SET_PER_BUCKET 64

struct set {
	uint64_t count;
	uint32_t buckets;
	const uint8_t *index;  /* buckets + 1 numbers of 32 bits */
	const uint8_t *keys;   /* count numbers of 64 bits */
	const uint8_t *values; /* count numbers of 32 bits, or NULL */
};

static inline uint32_t
set_bucket(uint64_t hi, uint32_t buckets)
{
	return (uint32_t)((hi >> 32) * buckets >> 32);
}

/* Reads and validates a set of exactly len octets.  values_below: 0 if the
 * set has to have no values, else what all values must be below.
 * NULL, or what is wrong. */
const char *set_load(struct set *set, const uint8_t *data, size_t len,
	uint32_t values_below);

/* Where a hash would stand: the members of its bucket. */
struct set_span {
	uint32_t from, to;
};

static inline struct set_span
set_span(const struct set *set, struct sip_hash hash)
{
	if (set->count == 0)
		return (struct set_span){0, 0};
	const uint8_t *index =
		set->index + 4 * (size_t)set_bucket(hash.hi, set->buckets);
	return (struct set_span){load32(index), load32(index + 4)};
}

/* Where in a bucket that is not empty the hash is likely to stand. */
static inline uint32_t
set_guess(struct set_span span, struct sip_hash hash)
{
	uint64_t members = span.to - span.from;

	return span.from + (uint32_t)((hash.lo >> 32) * members >> 32);
}

/* True if the hash is a member of its bucket; *at is then its position. */
static inline bool
set_search(const struct set *set, struct set_span span, struct sip_hash hash,
	uint64_t *at)
{
	if (span.from == span.to)
		return false;
	uint32_t i = set_guess(span, hash);
	uint64_t key = load64(set->keys + 8 * (size_t)i);

	while (key < hash.lo && ++i < span.to)
		key = load64(set->keys + 8 * (size_t)i);
	while (key > hash.lo && i-- > span.from)
		key = load64(set->keys + 8 * (size_t)i);
	*at = i;
	return key == hash.lo;
}

static inline bool
set_find(const struct set *set, struct sip_hash hash, uint64_t *at)
{
	return set_search(set, set_span(set, hash), hash, at);
}

static inline bool
set_has(const struct set *set, struct sip_hash hash)
{
	uint64_t at;

	return set_find(set, hash, &at);
}

/* Asks the memory for what set_span, and set_search, will read. */
static inline void
set_prefetch_index(const struct set *set, struct sip_hash hash)
{
	if (set->count != 0)
		__builtin_prefetch(set->index + 4 * (size_t)set_bucket(hash.hi,
							    set->buckets));
}

static inline void
set_prefetch_keys(
	const struct set *set, struct set_span span, struct sip_hash hash)
{
	/* A number: what is asked for may lie beside the keys. */
	uintptr_t at = (uintptr_t)set->keys + 8 * (size_t)set_guess(span, hash);

	/* Most guesses are off by less than a line of the cache. */
	__builtin_prefetch((const void *)(at - 60));
	__builtin_prefetch((const void *)at);
	__builtin_prefetch((const void *)(at + 60));
}

/* Writing, for the writer alone. */

/* Octets of a set of count members. */
size_t set_size(uint64_t count, bool values);

/* Writes the set to data, set_size octets, zeroed.  values, if not NULL: that
 * of each hash.  False if a hash is given twice.  Takes O(count) and no
 * memory. */
bool set_write(uint8_t *data, const struct sip_hash *hashes,
	const uint32_t *values, uint64_t count);

#endif
