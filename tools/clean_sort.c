/*
 * Sorting the records: by top-level domain, then by the octets behind it.
 *
 * In each group the records are dealt to 256 heaps by eight bits of their
 * rank, in place (McIlroy, Bostic, McIlroy, "Engineering Radix Sort", 1993),
 * until heaps are small; what has the same rank is ranked anew by the octets
 * that follow.
 */
#include <stdlib.h>

#include "clean_parts.h"

#define SMALL 24 /* records that are rather inserted than dealt */
#define HEAPS 256
#define AHEAD 16 /* records whose keys are asked for beforehand */

static int
record_cmp(const uint8_t *arena, const struct clean_record *a,
	const struct clean_record *b, size_t at)
{
	size_t len;
	int diff;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	len = a->len < b->len ? a->len : b->len;
	diff = at < len ? memcmp(arena + a->offset + at, arena + b->offset + at,
				  len - at)
	                : 0;
	return diff != 0 ? diff : (int)a->len - (int)b->len;
}

/* `at` is where the octets start that their rank is made of. */
static void
insert_all(
	const uint8_t *arena, struct clean_record *r, size_t count, size_t at)
{
	for (size_t i = 1; i < count; i++) {
		struct clean_record record = r[i];
		size_t to = i;

		while (to > 0 &&
			record_cmp(arena, &record, &r[to - 1], at) < 0) {
			r[to] = r[to - 1];
			to--;
		}
		r[to] = record;
	}
}

static inline unsigned
heap_of(const struct clean_record *record, unsigned shift)
{
	return (unsigned)(record->first >> shift) & (HEAPS - 1);
}

/* ends[h] becomes where heap h ends. */
static void
deal(struct clean_record *r, size_t count, unsigned shift, size_t ends[HEAPS])
{
	size_t next[HEAPS], sum = 0;
	unsigned first;

	memset(ends, 0, HEAPS * sizeof *ends);
	for (size_t i = 0; i < count; i++)
		ends[heap_of(&r[i], shift)]++;
	first = heap_of(&r[0], shift);
	if (ends[first] == count) {
		for (unsigned h = first; h < HEAPS; h++)
			ends[h] = count;
		return;
	}
	for (unsigned h = 0; h < HEAPS; h++) {
		next[h] = sum;
		sum += ends[h];
		ends[h] = sum;
	}
	for (unsigned h = 0; h < HEAPS; h++) {
		while (next[h] < ends[h]) {
			struct clean_record record = r[next[h]];
			unsigned to = heap_of(&record, shift);

			while (to != h) {
				struct clean_record other = r[next[to]];

				r[next[to]++] = record;
				record = other;
				to = heap_of(&record, shift);
			}
			r[next[h]++] = record;
		}
	}
}

/* All of one rank: ranks them by what follows.  False if nothing does, in
 * any of them. */
static bool
rank_anew(const uint8_t *arena, struct clean_record *r, size_t count, size_t at)
{
	bool more = false;

	for (size_t i = 0; i < count; i++) {
		if (i + AHEAD < count)
			__builtin_prefetch(arena + r[i + AHEAD].offset + at);
		r[i].first = clean_rank(arena + r[i].offset, r[i].len, at);
		more = more || r[i].first != 0;
	}
	return more;
}

/* One group; `at` as above.  Depth: 8 levels for each CLEAN_RANKED octets of
 * a key at most. */
static void
sort_group(const uint8_t *arena, struct clean_record *r, size_t count,
	size_t at, unsigned shift)
{
	size_t ends[HEAPS], start = 0;

	if (count <= SMALL) {
		insert_all(arena, r, count, at);
		return;
	}
	deal(r, count, shift, ends);
	for (unsigned h = 0; h < HEAPS; h++) {
		size_t size = ends[h] - start;

		if (size > 1 && (shift > 0 || size <= SMALL))
			sort_group(arena, r + start, size, at,
				shift > 0 ? shift - 8 : 0);
		else if (size > 1 &&
			 rank_anew(arena, r + start, size, at + CLEAN_RANKED))
			sort_group(
				arena, r + start, size, at + CLEAN_RANKED, 56);
		start = ends[h];
	}
}

/* ---- top-level domains ---- */

static int
tld_cmp(const void *va, const void *vb)
{
	const struct tld *const *a = va, *const *b = vb;

	return strcmp((const char *)(*a)->label, (const char *)(*b)->label);
}

/* rank[i] is what place the i-th has among them. */
static void
rank_tlds(const struct tlds *tlds, uint16_t rank[TLDS_MAX])
{
	const struct tld *sorted[TLDS_MAX];

	for (unsigned i = 0; i < tlds->count; i++)
		sorted[i] = &tlds->table[i];
	qsort(sorted, tlds->count, sizeof *sorted, tld_cmp);
	for (unsigned i = 0; i < tlds->count; i++)
		rank[sorted[i] - tlds->table] = (uint16_t)i;
}

/* Deals by top-level domain; ends[p] becomes where the one of place p ends. */
static void
deal_tlds(const struct cleaner *c, const uint16_t *rank, size_t ends[TLDS_MAX])
{
	struct clean_record *r = c->records;
	size_t next[TLDS_MAX], sum = 0;

	memset(ends, 0, TLDS_MAX * sizeof *ends);
	for (size_t i = 0; i < c->count; i++)
		ends[rank[r[i].tld]]++;
	for (unsigned p = 0; p < c->tlds.count; p++) {
		next[p] = sum;
		sum += ends[p];
		ends[p] = sum;
	}
	for (unsigned p = 0; p < c->tlds.count; p++) {
		while (next[p] < ends[p]) {
			struct clean_record record = r[next[p]];
			unsigned to = rank[record.tld];

			while (to != p) {
				struct clean_record other = r[next[to]];

				r[next[to]++] = record;
				record = other;
				to = rank[record.tld];
			}
			r[next[p]++] = record;
		}
	}
}

void
clean_sort(struct cleaner *c)
{
	uint16_t rank[TLDS_MAX];
	size_t ends[TLDS_MAX], start = 0;

	rank_tlds(&c->tlds, rank);
	deal_tlds(c, rank, ends);
	for (unsigned p = 0; p < c->tlds.count; p++) {
		clean_progress(c, "sorting", start, c->count);
		if (ends[p] > start)
			sort_group(c->arena, c->records + start,
				ends[p] - start,
				c->tlds.table[c->records[start].tld].len + 1u,
				56);
		start = ends[p];
	}
}
