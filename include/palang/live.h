/*
 * The snapshot in force: watch, load, verify, swap, count, tell.
 *
 * module/live runs one thread of its own, the keeper.  It knows nothing of
 * the resolver it lives in; what it needs from it stands in pal_host.
 *
 * The protocol of a swap, all of it in the keeper:
 *
 *   1. load the changed images, verify, build the new snapshot;
 *   2. publish it (one atomic store);
 *   3. host->settle: wait until no worker acts on an older snapshot;
 *   4. host->evict: take the changed names out of the message cache;
 *      now the generation is *in effect*;
 *   5. collect the counts of the old snapshot and free it;
 *   6. host->sweep in slices, through the whole cache;
 *      now the generation is *swept*.
 *
 * Thread safety: pal_live_open and pal_live_close are called from one thread,
 * while no worker runs.  Everything else says for itself.
 */
#ifndef PALANG_LIVE_H
#define PALANG_LIVE_H

#include <stdatomic.h>

#include "palang/decide.h"
#include "palang/sketch.h"
#include "palang/status.h"

struct pal_live;

enum pal_log { PAL_LOG_ERROR, PAL_LOG_WARN, PAL_LOG_INFO, PAL_LOG_DEBUG };

/* What the keeper asks of the resolver.  Called from the keeper alone, but
 * for log, which is also called inside pal_live_open. */
struct pal_host {
	void *ctx;
	const char *name; /* "unbound 1.17.1" */

	/* Returns 0 once each worker has come back to its event loop since
	 * the call, so that none acts on what was published before; and once
	 * no query now running can store what it had judged before.  PAL_ESYS
	 * if that does not happen within the time given. */
	int (*settle)(void *ctx, int timeout_ms);

	/* Takes these names out of the message cache, for every type and flag
	 * they can be cached under.  0, or PAL_ESYS if the caches are not to
	 * be touched now (the resolver is being reloaded). */
	int (*evict)(void *ctx, const struct pal_name *names, size_t count);

	/* Goes on through the message cache from *cursor (0: the start) for
	 * about budget_us microseconds, and removes what the snapshot blocks.
	 * 1 at the end of the cache, 0 if there is more, PAL_ESYS as above. */
	int (*sweep)(void *ctx, const struct pal_snapshot *snapshot,
		int64_t now, uint64_t *cursor, int budget_us);

	void (*log)(void *ctx, enum pal_log level, const char *line);
};

struct pal_live_options {
	const char *folder;   /* holds lists/ and status/ */
	const char *instance; /* [a-z0-9-]{1,32}: names the status file */
	bool same_user;       /* take lists that our own user owns */
	unsigned workers;     /* how many count, see pal_live_count */
};

/* Loads what is there and starts the keeper.  That there is nothing to load
 * is no error: the snapshot is then empty and the state EMPTY.  PAL_ENOMEM,
 * or PAL_ESYS if no thread could be started. */
int pal_live_open(struct pal_live **live, const struct pal_host *host,
	const struct pal_live_options *options);

/* Ends the keeper and frees everything.  for_good: the resolver ends as it was
 * told to, and the status file says so; a reload is no such end, for it may
 * fail.  Takes NULL.  No worker may run. */
void pal_live_close(struct pal_live *live, bool for_good);

/* The snapshot in force, never NULL.  Any worker; valid until the worker
 * returns to its event loop. */
const struct pal_snapshot *pal_live_snapshot(const struct pal_live *live);

/* Seconds since 1970 UTC to judge by: the latest time seen.  Any worker. */
int64_t pal_live_now(struct pal_live *live, int64_t clock);

/* Counts a query that the policy with this counter (see pal_verdict) has
 * blocked, by what was answered in the end.  worker: 0 <= worker <
 * options.workers, each used by one thread at a time, so that no two threads
 * write one cache line. */
void pal_live_count(struct pal_live *live, unsigned worker,
	const struct pal_snapshot *snapshot, uint32_t counter,
	enum pal_answer answer);

/* Counts a query that an order on trial would have blocked, of a client in
 * that network (see pal_verdict.shadowed).  Workers as above. */
void pal_live_shadow(struct pal_live *live, unsigned worker,
	const struct pal_snapshot *snapshot, uint32_t counter,
	const struct pal_network *network);

/* True while no list could be loaded since the start. */
bool pal_live_is_empty(const struct pal_live *live);

/* Octets of the snapshot in force. */
size_t pal_live_memory(const struct pal_live *live);

#endif
