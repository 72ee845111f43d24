/* Counts of blocked queries: per policy, answer and worker. */
#include <stdlib.h>

#include "held.h"
#include "palang/error.h"

#define CACHE_LINE 64

int
counts_open(struct held *held, unsigned workers)
{
	size_t size = (size_t)held->snapshot.policies * PAL_ANSWERS *
	              sizeof(uint64_t);

	size = (size / CACHE_LINE + 1) * CACHE_LINE;
	held->tallies = calloc(workers, sizeof(*held->tallies));
	if (held->tallies == NULL)
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
	held->tallies = NULL;
	held->tally_count = 0;
}

void
counts_of(const struct held *held, uint32_t counter, uint64_t sums[PAL_ANSWERS])
{
	for (int a = 0; a < PAL_ANSWERS; a++) {
		sums[a] = 0;
		for (unsigned i = 0; i < held->tally_count; i++)
			sums[a] += atomic_load_explicit(
				&held->tallies[i].counts[counter * PAL_ANSWERS +
							 (unsigned)a],
				memory_order_relaxed);
	}
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
