/*
 * What module/live keeps: private to this folder.
 *
 * A `held` is a snapshot with what belongs to it: who owns which image, and
 * the counts of blocked queries.  live.c owns the one pointer to the held in
 * force; the keeper thread alone changes it.
 */
#ifndef LIVE_HELD_H
#define LIVE_HELD_H

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "palang/clock.h"
#include "palang/live.h"

#define TEXT_MAX 512 /* octets of a log line or an error */

/* Counts of one worker, on cache lines of their own. */
struct tally {
	_Atomic uint64_t *counts; /* [policy][answer] */
};

struct held {
	struct pal_snapshot snapshot; /* must be first: see live.c */
	bool fallback[PAL_LISTS_MAX]; /* by manifest entry */
	bool fell_back;               /* any of them */
	unsigned tally_count;
	struct tally *tallies;
	uint64_t *carried; /* [policy][answer], from snapshots before */
	unsigned trial_count;
	struct trial *trials; /* by policy of the shadow */
};

/* What is counted of one order on trial, beside its queries: the networks of
 * this hour, and of the hour before; see shadow.c. */
struct trial {
	struct pal_sketch sketches[2];
	int64_t since; /* ms */
	unsigned before;
};

/* Why a manifest or a list was not taken. */
struct failure {
	char text[PAL_STATUS_TEXT_MAX];
	uint64_t generation; /* of the manifest at fault, 0 if unknown */
};

/* Where a sweep of the whole cache stands. */
struct sweep {
	bool fast;  /* for a new generation: as fast as is polite */
	bool again; /* something has changed since this lap began */
	uint64_t cursor;
	uint64_t generation; /* as this lap began; 0: of another epoch */
	/* Lists in force ever since this lap began; and since one began that
	 * has come to its end: nothing these block is left. */
	struct pal_manifest lap, clean;
	struct pal_snapshot narrow; /* that in force, without the clean */
};

struct pal_live {
	struct pal_host host;
	struct pal_live_options options;
	char *folder;
	char instance[PAL_INSTANCE_MAX];

	_Atomic(struct held *) held;
	_Atomic int64_t latest; /* seconds; the latest time seen */
	_Atomic unsigned turn;  /* of the hours: its parity selects among two
	                         * keys, and sketches; 0: there is none */
	struct pal_sketch_key keys[2];

	pthread_t thread;
	bool running;
	int wake;    /* eventfd: ends the keeper */
	int inotify; /* -1: only the poll */
	int watch;

	/* From here on the keeper's alone. */
	struct stat tried;   /* the manifest last looked at */
	int64_t retry_at;    /* monotonic ms; a refused one is tried again */
	int64_t retry_after; /* ms, doubling */
	struct held *old;    /* replaced, until all workers have settled */
	struct pal_name *changed; /* to be evicted before "in effect" */
	size_t changed_count;
	uint64_t effect_after; /* generation of which a lap must have begun
	                        * before any is in effect; 0: none */
	struct sweep sweep;
	int64_t next_edge;
	int64_t edge_done;  /* edges up to here have been acted upon */
	int64_t swap_began; /* monotonic ms */

	bool status_due;
	int64_t status_at; /* monotonic ms */
	int64_t settle_said;
	int64_t empty_said;
	int64_t trouble_said;
	char last_error[PAL_STATUS_TEXT_MAX];
	int64_t last_error_at;
	struct pal_status status;
	uint64_t past[PAL_ANSWERS]; /* counts of snapshots that are gone */
	int64_t hour;               /* since 1970: of the key in use */
};

/* The list of manifest entry i, 0 <= i < manifest.count: how all lists of a
 * snapshot are walked.  Feeds stand in the manifest's order. */
static inline struct pal_list *
snapshot_list(struct pal_snapshot *s, unsigned i)
{
	const struct pal_manifest *m = &s->manifest;
	unsigned before = 0;

	switch (m->lists[i].role) {
	case PAL_ROLE_ORDERS:
		return &s->orders;
	case PAL_ROLE_ALLOW:
		return &s->allow;
	case PAL_ROLE_SHADOW:
		return &s->shadow;
	default:
		for (unsigned j = 0; j < i; j++)
			before += m->lists[j].role == PAL_ROLE_FEED;
		return &s->feeds[before];
	}
}

/* The image of that list. */
static inline const struct pal_image *
snapshot_image(const struct pal_snapshot *s, unsigned i)
{
	return snapshot_list((struct pal_snapshot *)s, i)->image;
}

/* The feed of that name, or NULL. */
static inline const struct pal_list *
snapshot_feed(const struct pal_snapshot *s, const char *name)
{
	for (unsigned i = 0; i < s->feed_count; i++) {
		if (strcmp(s->feeds[i].name, name) == 0)
			return &s->feeds[i];
	}
	return NULL;
}

/* load.c: reads the manifest and its images, reusing those of `old`, which
 * is NULL at the start; then a list that cannot be had is taken from
 * manifest.prev, with *failure filled in and 0 returned.  0; 1 if nothing
 * newer is there; or an error with *failure filled in. */
int load_held(struct held **held, const struct pal_live *live,
	const struct held *old, bool start, struct failure *failure);

/* Frees a held and those of its images that `keep`, if not NULL, has not. */
void held_free(struct held *held, const struct held *keep);

/* An empty snapshot. */
struct held *held_new(unsigned workers);

/* Opens folder/NAME for reading its files; -1 with errno. */
int open_folder(const char *folder, const char *name);

/* diff.c: the names whose rules differ between two snapshots; *whole if a list
 * does not say how it has changed, so that only a whole sweep will do. */
int changed_names(const struct pal_snapshot *old,
	const struct pal_snapshot *new, struct pal_name **names, size_t *count,
	bool *whole);
/* The names with a claim that starts in (from, to].  Both return 0 or
 * PAL_ENOMEM; free() the names. */
int starting_names(const struct pal_image *image, int64_t from, int64_t to,
	struct pal_name **names, size_t *count);

/* clock.c */
void heed_written(struct pal_live *live, const struct pal_manifest *manifest);

/* count.c */
int counts_open(struct held *held, unsigned workers);
void counts_close(struct held *held);
/* Carries the counts of a snapshot that no worker has any more over to its
 * successor; what that does not have goes into past. */
void counts_move(
	const struct held *from, struct held *to, uint64_t past[PAL_ANSWERS]);
/* All counts of one policy. */
void counts_of(
	const struct held *held, uint32_t counter, uint64_t sums[PAL_ANSWERS]);

bool same_policy(const struct pal_image *a, uint32_t i,
	const struct pal_image *b, uint32_t j);

/* shadow.c */
int trials_open(struct held *held, int64_t now);
void trials_close(struct held *held);
/* As counts_move, for what only trials have. */
void trials_move(
	const struct pal_live *live, const struct held *from, struct held *to);
/* A new hour: a new key.  now: ms since 1970. */
void trials_turn(struct pal_live *live, int64_t now);
void trials_fill(struct pal_live *live, const struct held *held);

/* report.c */
void report(struct pal_live *live);
void report_error(struct pal_live *live, const struct failure *failure);
void live_log(const struct pal_live *live, enum pal_log level,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

void clear_error(struct pal_live *live);
/* As much of a text as fits, and a NUL. */
void copy_text(char *to, size_t size, struct pal_text text);

/* swap.c */
struct held *in_force(const struct pal_live *live);
int64_t next_edge(const struct pal_snapshot *snapshot, int64_t now);
void take(struct pal_live *live, struct held *new);
void settle(struct pal_live *live);
void evict(struct pal_live *live);
void set_swept(struct pal_live *live, uint64_t generation);
void pass_edges(struct pal_live *live);

/* sweep.c */
void sweep_begin(struct pal_live *live);
void sweep_some(struct pal_live *live, int budget_us);
/* The cache has been judged by all that is in force; or, of the orders, by
 * what they said before. */
void sweep_is_clean(struct pal_live *live);
void sweep_forget_orders(struct pal_live *live);

/* keeper.c */
void *keeper_run(void *live);
void keeper_prepare(struct pal_live *live);
bool manifest_moved(struct pal_live *live);

#endif
