/*
 * A feed's way from its source to the lists.  feed_refresh.c tells it.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_FEED_H
#define TOOL_FEED_H

#include "feed_digest.h"
#include "palang/manifest.h"
#include "state.h"

enum feed_outcome {
	FEED_LOADED, /* in force, and published */
	FEED_SAME,   /* nothing to do */
	FEED_HELD,   /* a guard wants to be told that it is meant */
	FEED_FAILED  /* the list in force stays; told on stderr */
};

struct feed_options {
	bool accept_change; /* the guards are overruled */
	bool strict;        /* a list that needs cleaning is refused, this
	                     * once, whatever the feed says; and fetched */
	bool force;         /* fetched even if the source says it is the same */
	bool dry;           /* say what would be */
};

/* Refreshes one feed.  state has been opened once, and is let go of; it is so
 * again afterwards, with what was published in its publication. */
enum feed_outcome feed_refresh(struct state *state, const char *name,
	const struct feed_options *options);

/* Puts the list before in force again. */
enum feed_outcome feed_rollback(
	struct state *state, const char *name, bool dry);

/* Makes the image anew where the configuration has another answer for it, or
 * the feed is not in the lists although it has names. */
enum feed_outcome feed_renew(struct state *state, const char *name);

/* The exit code, and the worse of two. */
int feed_exit(enum feed_outcome outcome);
int feed_worse(int code, int other);

/* True if the feed is in the lists as the ledger says they are; an `allow`
 * feed is in the allow list.  *entry: which file has it. */
bool feed_in_lists(struct state *state, const struct config_feed *feed);
bool feed_entry(struct state *state, const char *name, bool allow,
	struct pal_manifest_entry *entry);

/* What a person should know of a feed that is to block, and allows, or the
 * other way round, by another `as:` in palang.yaml; else NULL. */
const char *feed_turn(
	const struct state *state, const struct config_feed *feed);

/* ---- feeds that left palang.yaml (state_feed_gone): feed_gone.c ---- */

#define FEED_GONE                                                              \
	"no longer in palang.yaml; in force until the next `palang publish`"

/* The one of that name, if there is one and it has a list. */
const struct ledger_feed *feed_gone(
	const struct state *state, const char *name);

/* True if it has a list, and its image in the lists. */
bool feed_gone_in_lists(struct state *state, const struct ledger_feed *known);

/* What of it is lost: "its image", "its names"; NULL: nothing. */
const char *feed_gone_lost(
	struct state *state, const struct ledger_feed *known);

/* The locks of those that are gone, so that `palang publish` may forget
 * them. */
struct feed_gone_locks {
	char names[PAL_FEEDS_MAX][PAL_LIST_NAME_MAX];
	int locks[PAL_FEEDS_MAX];
	size_t count;
};

/* The state has been opened to read.  An exit code: one that cannot be had is
 * told, and its feed stays. */
int feed_gone_lock(const struct state *state, struct feed_gone_locks *locks);
bool feed_gone_locked(const struct feed_gone_locks *locks, const char *name);
void feed_gone_unlock(struct feed_gone_locks *locks);

/* ---- guards ---- */

struct names_diff;

/* NULL if the list may come into force, else why it is held, to be freed.
 * On a lack of memory a constant reason is given, too: no list passes for
 * that. */
char *feed_guard(const struct config_feed *feed, const struct names_diff *diff);

/* ---- files of a feed, in state/feeds/ ---- */

/* Who changes what a feed is, or its files, one at a time; a source may hang,
 * so that nobody asks one under it.  Waits as long as lock_wait does.  The
 * descriptor, which close() unlocks; -1 and errno, EWOULDBLOCK: another has
 * it. */
int feed_lock(int folder, const char *name);

/* One asks a feed's source at a time.  As feed_lock, but without waiting; if
 * another has it, *since is when it began, in seconds since 1970 UTC. */
int feed_fetch_lock(int folder, const char *name, int64_t *since);

/* The feed is removed: what its source says is of no more use, and another of
 * its name does not wait for it. */
void feed_fetch_unlink(int folder, const char *name);

/* A name that no list of a feed so called had yet: NAME-<n>.names, n growing.
 * The lock's file keeps the last n: a feed that was removed, or a ledger that
 * was restored, never finds another list under a name that it knows. */
int feed_new_names(int folder, int lock, const struct ledger_feed *known,
	char file[LEDGER_NAMES_MAX]);

/* Removes the feed's files but for those that it still has; known NULL: it has
 * none.  Under the feed's lock. */
void feed_remove_strays(
	int folder, const char *name, const struct ledger_feed *known);

/* Removes what a refresh leaves unfinished. */
void feed_remove_passing(int folder, const char *name);

#endif
