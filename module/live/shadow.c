/*
 * Orders on trial: how many networks would have felt them.
 *
 * Their queries are counted as those of orders in force are (count.c).  Beside
 * that, each has a sketch of the networks that asked, of this hour; the key
 * under which they are hashed is drawn anew each hour, and the one before is
 * wiped, so that no two hours can be laid beside each other.  There are two
 * keys and two sketches: a worker that has just looked which is in use may
 * still write to the other one, which is cleared before it is used again.
 *
 * The keeper alone turns the hour, and never while a snapshot is on its way
 * out, so that both snapshots have the hour's sketch in the same place.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "held.h"
#include "palang/error.h"

#define HOUR_MS 3600000

int
trials_open(struct held *held, int64_t now)
{
	const struct pal_image *image = held->snapshot.shadow.image;

	if (image == NULL)
		return 0;
	held->trial_count = pal_image_policies(image);
	held->trials = calloc(held->trial_count + 1, sizeof(*held->trials));
	if (held->trials == NULL) {
		held->trial_count = 0;
		return PAL_ENOMEM;
	}
	for (unsigned i = 0; i < held->trial_count; i++)
		held->trials[i].since = now;
	return 0;
}

void
trials_close(struct held *held)
{
	free(held->trials);
	held->trials = NULL;
	held->trial_count = 0;
}

void
trials_move(
	const struct pal_live *live, const struct held *from, struct held *to)
{
	unsigned turn = atomic_load(&live->turn);

	for (unsigned i = 0; i < from->trial_count; i++) {
		const struct trial *old = &from->trials[i];
		unsigned j = 0;
		while (j < to->trial_count &&
			!same_policy(from->snapshot.shadow.image, i,
				to->snapshot.shadow.image, j))
			j++;
		if (j == to->trial_count)
			continue;
		struct trial *new = &to->trials[j];
		pal_sketch_join(
			&new->sketches[turn % 2], &old->sketches[turn % 2]);
		new->since = old->since;
		new->before = old->before;
	}
}

static void
set_key(struct pal_sketch_key *key, const uint64_t halves[2])
{
	for (int i = 0; i < 2; i++)
		atomic_store_explicit(
			&key->halves[i], halves[i], memory_order_relaxed);
}

/* The other sketch of each trial, and the other key, for the next turn. */
static void
prepare_turn(struct pal_live *live, struct held *held, unsigned next,
	const uint64_t halves[2])
{
	unsigned used = atomic_load(&live->turn);

	for (unsigned i = 0; i < held->trial_count; i++) {
		struct trial *trial = &held->trials[i];
		trial->before = used == 0 ? 0
		                          : pal_sketch_estimate(
						    &trial->sketches[used % 2]);
		pal_sketch_clear(&trial->sketches[next % 2]);
	}
	set_key(&live->keys[next % 2], halves);
}

static void
wipe_turn(struct pal_live *live, struct held *held, unsigned used)
{
	static const uint64_t none[2];

	set_key(&live->keys[used % 2], none);
	for (unsigned i = 0; i < held->trial_count; i++)
		pal_sketch_clear(&held->trials[i].sketches[used % 2]);
}

void
trials_turn(struct pal_live *live, int64_t now)
{
	struct held *held = in_force(live);
	unsigned used = atomic_load(&live->turn);
	uint64_t halves[2];

	if (held->trial_count == 0 || live->old != NULL ||
		(used != 0 && live->hour == now / HOUR_MS))
		return;
	if (getrandom(halves, sizeof(halves), GRND_NONBLOCK) !=
		(ssize_t)sizeof(halves))
		return; /* no key that could be guessed; tried again */
	prepare_turn(live, held, used + 1, halves);
	atomic_store_explicit(&live->turn, used + 1, memory_order_release);
	wipe_turn(live, held, used);
	live->hour = now / HOUR_MS;
	live->status_due = true;
}

void
pal_live_shadow(struct pal_live *live, unsigned worker,
	const struct pal_snapshot *snapshot, uint32_t counter,
	const struct pal_network *network)
{
	const struct held *held = (const struct held *)snapshot;
	uint32_t i = counter - snapshot->shadow.counters;
	unsigned turn = atomic_load_explicit(&live->turn, memory_order_acquire);

	if (i >= held->trial_count)
		return;
	pal_live_count(live, worker, snapshot, counter, PAL_SINKHOLE);
	if (turn != 0)
		pal_sketch_add(&held->trials[i].sketches[turn % 2],
			&live->keys[turn % 2], network);
}

void
trials_fill(struct pal_live *live, const struct held *held)
{
	struct pal_status *status = &live->status;
	const struct pal_list *shadow = &held->snapshot.shadow;
	unsigned turn = atomic_load(&live->turn);

	status->shadow_count = held->trial_count;
	for (unsigned i = 0; i < held->trial_count; i++) {
		const struct trial *trial = &held->trials[i];
		struct pal_status_shadow *row = &status->shadows[i];
		uint64_t sums[PAL_ANSWERS];
		struct pal_policy policy;

		pal_image_policy(shadow->image, i, &policy);
		counts_of(held, shadow->counters + i, sums);
		copy_text(row->authority, sizeof(row->authority),
			policy.authority);
		copy_text(row->id, sizeof(row->id), policy.id);
		row->since = trial->since;
		row->blocked = sums[PAL_SINKHOLE];
		row->networks = turn == 0 ? 0
		                          : pal_sketch_estimate(
						    &trial->sketches[turn % 2]);
		row->networks_before = trial->before;
	}
}
