/*
 * The steps of a swap, and what time does to a snapshot.  palang/live.h has the
 * protocol; the functions carry its numbers.  Each does what it can now and
 * returns; the keeper calls them in turn.
 */
#include <stdlib.h>
#include <string.h>

#include "held.h"
#include "palang/error.h"

#define SETTLE_MS   2000
#define COMPLAIN_MS 60000
#define EVICT_SLICE 64 /* names taken out between two looks around */

struct held *
in_force(const struct pal_live *live)
{
	return atomic_load_explicit(&live->held, memory_order_acquire);
}

static uint64_t
generation(const struct pal_live *live)
{
	return in_force(live)->snapshot.manifest.generation;
}

int64_t
next_edge(const struct pal_snapshot *snapshot, int64_t now)
{
	return snapshot->orders.image != NULL
	               ? pal_image_next_edge(snapshot->orders.image, now)
	               : PAL_NEVER;
}

/* Puts names on the list of those still to be evicted; takes them over. */
static void
add_changed(struct pal_live *live, struct pal_name *names, size_t count)
{
	if (live->changed_count == 0) {
		free(live->changed);
		live->changed = names;
		live->changed_count = count;
		return;
	}
	struct pal_name *both = realloc(
		live->changed, (live->changed_count + count) * sizeof(*both));
	if (both != NULL) {
		memcpy(both + live->changed_count, names,
			count * sizeof(*both));
		live->changed = both;
		live->changed_count += count;
	} else {
		live->effect_after = generation(live);
	}
	free(names);
}

/* Nobody should find out by chance that nothing is blocked. */
static void
tell_open(const struct pal_live *live, const struct pal_manifest *old,
	const struct pal_manifest *new)
{
	if (new->settings.open && !old->settings.open)
		live_log(live, PAL_LOG_WARN,
			"palang: open generation=%llu: nothing is blocked",
			(unsigned long long)new->generation);
	else if (old->settings.open && !new->settings.open)
		live_log(live, PAL_LOG_WARN,
			"palang: closed generation=%llu: what lists block is "
			"blocked again",
			(unsigned long long)new->generation);
}

/* Steps 1 and 2. */
void
take(struct pal_live *live, struct held *new)
{
	struct held *old = in_force(live);
	struct pal_name *names = NULL;
	size_t count = 0;
	bool whole = false;

	if (changed_names(&old->snapshot, &new->snapshot, &names, &count,
		    &whole) != 0 ||
		whole)
		live->effect_after = new->snapshot.manifest.generation;
	heed_written(live, &new->snapshot.manifest);
	tell_open(live, &old->snapshot.manifest, &new->snapshot.manifest);
	atomic_store_explicit(&live->held, new, memory_order_release);
	live->old = old;
	add_changed(live, names, count);
	live->next_edge = next_edge(&new->snapshot, atomic_load(&live->latest));
	clear_error(live);
}

/* A worker is busy for seconds (with load_cache, say).  What the others hold
 * in the cache need not wait for it; step 4 comes again when it is back. */
static void
wait_on(struct pal_live *live)
{
	int64_t now = pal_monotonic_ms();

	for (size_t at = 0; at < live->changed_count; at += EVICT_SLICE) {
		size_t left = live->changed_count - at;
		live->host.evict(live->host.ctx, live->changed + at,
			left < EVICT_SLICE ? left : EVICT_SLICE);
	}
	if (now - live->settle_said < COMPLAIN_MS)
		return;
	live->settle_said = now;
	live_log(live, PAL_LOG_WARN,
		"palang: waiting generation=%llu for a worker that is busy",
		(unsigned long long)generation(live));
}

/* Step 3, and 5: the counts of a snapshot are whole once no worker has it. */
void
settle(struct pal_live *live)
{
	if (live->old == NULL)
		return;
	if (live->host.settle(live->host.ctx, SETTLE_MS) != 0) {
		wait_on(live);
		return;
	}
	counts_move(live->old, in_force(live), live->past);
	trials_move(live, live->old, in_force(live));
	held_free(live->old, in_force(live));
	live->old = NULL;
	sweep_begin(live);
}

static bool
evict_some(struct pal_live *live)
{
	size_t count = live->changed_count < EVICT_SLICE ? live->changed_count
	                                                 : EVICT_SLICE;

	live->changed_count -= count;
	if (live->host.evict(live->host.ctx,
		    live->changed + live->changed_count, count) != 0) {
		live->changed_count += count;
		return false;
	}
	return true;
}

static void
sum_up(const struct pal_snapshot *s, uint64_t *rules, uint64_t *octets)
{
	*rules = *octets = 0;
	for (unsigned i = 0; i < s->manifest.count; i++) {
		*rules += pal_image_rules(snapshot_image(s, i));
		*octets += s->manifest.lists[i].size;
	}
}

/* A generation in force, or one before it that a lap was begun for. */
static void
set_effect(struct pal_live *live, uint64_t effect)
{
	const struct pal_snapshot *s = &in_force(live)->snapshot;
	struct pal_status *status = &live->status;
	bool same =
		memcmp(status->epoch, s->manifest.epoch, PAL_EPOCH_SIZE) == 0;
	uint64_t rules, octets;

	if (same && status->generation >= effect)
		return;
	if (!same)
		status->swept = 0;
	memcpy(status->epoch, s->manifest.epoch, PAL_EPOCH_SIZE);
	status->generation = effect;
	status->effect = pal_clock_ms();
	live->status_due = true;
	sum_up(s, &rules, &octets);
	live_log(live, PAL_LOG_INFO,
		"palang: in-effect generation=%llu lists=%u rules=%llu "
		"octets=%llu ms=%lld",
		(unsigned long long)effect, s->manifest.count,
		(unsigned long long)rules, (unsigned long long)octets,
		(long long)(pal_monotonic_ms() - live->swap_began));
}

/* Step 4. */
void
evict(struct pal_live *live)
{
	if (live->old != NULL)
		return;
	while (live->changed_count > 0) {
		if (!evict_some(live))
			return;
	}
	if (live->effect_after == 0)
		set_effect(live, generation(live));
}

void
set_swept(struct pal_live *live, uint64_t swept)
{
	if (swept >= live->effect_after)
		live->effect_after = 0;
	set_effect(live, live->effect_after == 0 ? generation(live) : swept);
	if (live->status.swept == swept)
		return;
	live->status.swept = swept;
	live->status.swept_at = pal_clock_ms();
	live->status_due = true;
	live_log(live, PAL_LOG_INFO, "palang: swept generation=%llu ms=%lld",
		(unsigned long long)swept,
		(long long)(pal_monotonic_ms() - live->swap_began));
}

/* An order begins or ends on its second by itself, since each decision looks
 * at the time; what is left to do is the cache. */
void
pass_edges(struct pal_live *live)
{
	const struct pal_snapshot *s = &in_force(live)->snapshot;
	struct pal_name *names = NULL;
	size_t count = 0;
	int64_t now = pal_live_now(live, pal_clock_ms() / 1000);

	if (now < live->next_edge || live->old != NULL)
		return;
	if (starting_names(
		    s->orders.image, live->edge_done, now, &names, &count) == 0)
		add_changed(live, names, count);
	live->edge_done = now;
	live->next_edge = next_edge(s, now);
	if (count > 0) {
		sweep_forget_orders(live);
		sweep_begin(live);
	}
	live_log(live, PAL_LOG_INFO,
		"palang: edge generation=%llu time=%lld starting=%zu",
		(unsigned long long)generation(live), (long long)now, count);
}
