#include "held.h"

/* Time only goes forward here: a clock that steps back does not revive an
 * order that has expired.  Written once a second at most. */
int64_t
pal_live_now(struct pal_live *live, int64_t clock)
{
	int64_t latest =
		atomic_load_explicit(&live->latest, memory_order_relaxed);

	while (clock > latest) {
		if (atomic_compare_exchange_weak_explicit(&live->latest,
			    &latest, clock, memory_order_relaxed,
			    memory_order_relaxed))
			return clock;
	}
	return latest;
}

/* A clock that starts in the past does not revive what was over when the list
 * was written; but a list written by a clock that is ahead moves us no more
 * than a day. */
void
heed_written(struct pal_live *live, const struct pal_manifest *manifest)
{
	int64_t limit = pal_clock_ms() / 1000 + 86400;

	pal_live_now(
		live, manifest->written < limit ? manifest->written : limit);
}
