#include "set.h"

static size_t
index_size(uint32_t buckets)
{
	return (size_t)align8(4 * ((uint64_t)buckets + 1));
}

static const char *
check_bucket(const struct set *set, uint32_t from, uint32_t to)
{
	for (uint32_t i = from + 1; i < to; i++) {
		if (load64(set->keys + 8 * (size_t)(i - 1)) >=
			load64(set->keys + 8 * (size_t)i))
			return "a set's bucket is not sorted";
	}
	return NULL;
}

static const char *
check_buckets(const struct set *set)
{
	uint32_t from = 0;

	if (load32(set->index) != 0)
		return "a set's index does not start at 0";
	for (uint32_t i = 1; i <= set->buckets; i++) {
		uint32_t to = load32(set->index + 4 * (size_t)i);
		if (to < from || to > set->count)
			return "a set's index is not sorted";
		const char *why = check_bucket(set, from, to);
		if (why != NULL)
			return why;
		from = to;
	}
	return from == set->count ? NULL : "a set's index ends early";
}

/* The octets that fill the index, and what follows the keys, to 8. */
static bool
padding_is_zero(const struct set *set, const uint8_t *end)
{
	const uint8_t *index_end = set->index + 4 * ((size_t)set->buckets + 1);
	const uint8_t *last = set->keys + (set->values ? 12 : 8) * set->count;

	for (; index_end < set->keys; index_end++)
		if (*index_end != 0)
			return false;
	for (; last < end; last++)
		if (*last != 0)
			return false;
	return true;
}

const char *
set_load(
	struct set *set, const uint8_t *data, size_t len, uint32_t values_below)
{
	if (len < 16)
		return "a set is cut short";
	set->count = load64(data);
	set->buckets = load32(data + 8);
	uint32_t flags = load32(data + 12);
	if (set->count == 0 || set->count >= UINT32_MAX || set->buckets == 0)
		return "a set's head is malformed";
	if (flags != (values_below > 0))
		return "a set has values where none belong, or none";
	if (len !=
		16 + index_size(set->buckets) +
			(size_t)align8((8 + 4 * (uint64_t)flags) * set->count))
		return "a set's size does not fit its head";
	set->index = data + 16;
	set->keys = set->index + index_size(set->buckets);
	set->values = flags ? set->keys + 8 * set->count : NULL;
	if (!padding_is_zero(set, data + len))
		return "a set's padding is not zero";
	for (uint64_t i = 0; flags && i < set->count; i++) {
		if (load32(set->values + 4 * i) >= values_below)
			return "a set's value points nowhere";
	}
	return check_buckets(set);
}

static uint32_t
buckets_for(uint64_t count)
{
	return (uint32_t)(count / SET_PER_BUCKET) + 1;
}

size_t
set_size(uint64_t count, bool values)
{
	return 16 + index_size(buckets_for(count)) +
	       (size_t)align8((values ? 12 : 8) * count);
}

/* Sorts one bucket by insertion: a bucket is short.  False on equal keys. */
static bool
sort_bucket(uint8_t *keys, uint8_t *values, uint32_t from, uint32_t to)
{
	for (uint32_t i = from + 1; i < to; i++) {
		uint64_t key = load64(keys + 8 * (size_t)i);
		uint32_t value = values ? load32(values + 4 * (size_t)i) : 0;
		uint32_t at = i;
		uint64_t before = 0;
		for (; at > from; at--) {
			before = load64(keys + 8 * (size_t)(at - 1));
			if (before <= key)
				break;
			store64(keys + 8 * (size_t)at, before);
			if (values)
				memcpy(values + 4 * (size_t)at,
					values + 4 * (size_t)(at - 1), 4);
		}
		if (at > from && before == key)
			return false;
		store64(keys + 8 * (size_t)at, key);
		if (values)
			store32(values + 4 * (size_t)at, value);
	}
	return true;
}

/* Leaves in index[b + 1] where bucket b starts. */
static void
count_buckets(uint8_t *index, uint32_t buckets, const struct sip_hash *hashes,
	uint64_t count)
{
	uint32_t sum = 0;

	for (uint64_t i = 0; i < count; i++) {
		uint32_t b = set_bucket(hashes[i].hi, buckets);
		uint8_t *slot = index + 4 * ((size_t)b + 1);
		store32(slot, load32(slot) + 1);
	}
	for (uint32_t b = 0; b < buckets; b++) {
		uint8_t *slot = index + 4 * ((size_t)b + 1);
		uint32_t size = load32(slot);
		store32(slot, sum);
		sum += size;
	}
}

/* Scatters the members to their buckets; index[b + 1] moves from the start of
 * bucket b to its end, which is where b + 1 starts. */
bool
set_write(uint8_t *data, const struct sip_hash *hashes,
	const uint32_t *with_values, uint64_t count)
{
	uint32_t buckets = buckets_for(count);
	uint8_t *index = data + 16;
	uint8_t *keys = index + index_size(buckets);
	uint8_t *values = with_values ? keys + 8 * count : NULL;

	store64(data, count);
	store32(data + 8, buckets);
	store32(data + 12, with_values != NULL);
	count_buckets(index, buckets, hashes, count);
	for (uint64_t i = 0; i < count; i++) {
		uint32_t b = set_bucket(hashes[i].hi, buckets);
		uint8_t *slot = index + 4 * ((size_t)b + 1);
		uint32_t at = load32(slot);
		store32(slot, at + 1);
		store64(keys + 8 * (size_t)at, hashes[i].lo);
		if (values)
			store32(values + 4 * (size_t)at, with_values[i]);
	}
	for (uint32_t b = 0; b < buckets; b++) {
		if (!sort_bucket(keys, values, load32(index + 4 * (size_t)b),
			    load32(index + 4 * ((size_t)b + 1))))
			return false;
	}
	return true;
}
