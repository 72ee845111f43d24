/* Counts of blocked queries: per policy, answer and worker. */
#include <stdlib.h>
#include <string.h>

#include "held.h"
#include "palang/error.h"

#define CACHE_LINE 64

int
counts_open(struct held *held, unsigned workers)
{
	size_t size = (size_t)held->snapshot.policies * PAL_ANSWERS *
	              sizeof(uint64_t);

	size = (size / CACHE_LINE + 1) * CACHE_LINE;
	held->carried = calloc(1, size);
	held->tallies = calloc(workers, sizeof(*held->tallies));
	if (held->carried == NULL || held->tallies == NULL)
		return PAL_ENOMEM;
	held->tally_count = workers;
	for (unsigned i = 0; i < workers; i++) {
		_Atomic uint64_t *counts = aligned_alloc(CACHE_LINE, size);
		if (counts == NULL)
			return PAL_ENOMEM;
		for (size_t j = 0; j < size / sizeof(*counts); j++)
			atomic_init(&counts[j], 0);
		held->tallies[i].counts = counts;
	}
	return 0;
}

void
counts_close(struct held *held)
{
	for (unsigned i = 0; held->tallies != NULL && i < held->tally_count;
		i++)
		free(held->tallies[i].counts);
	free(held->tallies);
	free(held->carried);
	held->tallies = NULL;
	held->carried = NULL;
	held->tally_count = 0;
}

void
counts_of(const struct held *held, uint32_t counter, uint64_t sums[PAL_ANSWERS])
{
	for (int a = 0; a < PAL_ANSWERS; a++) {
		sums[a] = held->carried[counter * PAL_ANSWERS + (unsigned)a];
		for (unsigned i = 0; i < held->tally_count; i++)
			sums[a] += atomic_load_explicit(
				&held->tallies[i].counts[counter * PAL_ANSWERS +
							 (unsigned)a],
				memory_order_relaxed);
	}
}

static bool
same_text(struct pal_text a, struct pal_text b)
{
	return a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

bool
same_policy(const struct pal_image *a, uint32_t i, const struct pal_image *b,
	uint32_t j)
{
	struct pal_policy p, q;

	pal_image_policy(a, i, &p);
	pal_image_policy(b, j, &q);
	return same_text(p.id, q.id) && same_text(p.authority, q.authority);
}

/* Moves the counts of one list.  Orders keep their sequence from one image to
 * the next, so the search goes on where the last one was found. */
static void
move_list(const struct held *from, const struct pal_list *old, struct held *to,
	const struct pal_list *new, uint64_t past[PAL_ANSWERS])
{
	uint32_t count = new != NULL &&new->image != NULL
	                         ? pal_image_policies(new->image)
	                         : 0;
	uint32_t next = 0;

	for (uint32_t i = 0;
		old->image != NULL && i < pal_image_policies(old->image); i++) {
		uint64_t sums[PAL_ANSWERS];
		counts_of(from, old->counters + i, sums);
		if ((sums[0] | sums[1] | sums[2] | sums[3]) == 0)
			continue;
		uint32_t j = next;
		while (j < count && !same_policy(old->image, i, new->image, j))
			j++;
		uint64_t *sink = past;
		if (j < count) {
			sink = to->carried +
			       (size_t)(new->counters + j) * PAL_ANSWERS;
			next = j + 1;
		}
		for (int a = 0; a < PAL_ANSWERS; a++)
			sink[a] += sums[a];
	}
}

void
counts_move(
	const struct held *from, struct held *to, uint64_t past[PAL_ANSWERS])
{
	const struct pal_snapshot *old = &from->snapshot;

	move_list(from, &old->orders, to, &to->snapshot.orders, past);
	for (unsigned i = 0; i < old->feed_count; i++)
		move_list(from, &old->feeds[i], to,
			snapshot_feed(&to->snapshot, old->feeds[i].name), past);
	/* what was not blocked is no part of the past */
	uint64_t dropped[PAL_ANSWERS];
	memset(dropped, 0, sizeof(dropped));
	move_list(from, &old->shadow, to, &to->snapshot.shadow, dropped);
}

/* One thread writes each count, so that a plain add is enough; atomic, since
 * the keeper reads it meanwhile. */
void
pal_live_count(struct pal_live *live, unsigned worker,
	const struct pal_snapshot *snapshot, uint32_t counter,
	enum pal_answer answer)
{
	const struct held *held = (const struct held *)snapshot;
	_Atomic uint64_t *count;

	(void)live;
	if (worker >= held->tally_count)
		return;
	count = &held->tallies[worker]
	                 .counts[counter * PAL_ANSWERS + (unsigned)answer];
	atomic_store_explicit(count,
		atomic_load_explicit(count, memory_order_relaxed) + 1,
		memory_order_relaxed);
}
