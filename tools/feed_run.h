/* One refresh of one feed, as feed_*.c pass it on. */
#ifndef TOOL_FEED_RUN_H
#define TOOL_FEED_RUN_H

#include "clean.h"
#include "feed.h"
#include "names.h"
#include "palang/writer.h"
#include "progress.h"
#include "psl.h"

struct feed_run {
	struct state *state;
	const char *name;
	const struct feed_options *options;
	/* As the state's configuration has it, which may move.  The texts of
	 * its limits go when the state is opened anew. */
	const struct config_feed *feed;
	struct config_feed as_configured;
	bool keeps_side;      /* but for `as:`, which is that in force */
	bool turns;           /* `as:` is another than in force */
	int folder;           /* state/feeds */
	int lock, fetch_lock; /* see feed_lock; -1: not held */

	/* How it stands; as it is to be recorded, once that is known. */
	struct ledger_feed known;
	bool in_lists;                 /* its image, or the allow list, is */
	bool no_room;                  /* its image is not, and none fits */
	uint8_t base[PAL_SHA256_SIZE]; /* its image's digest, if it is */
	int in_force;                  /* its names; -1: none, or lost */
	bool lost; /* it has names, and none can read them */
	uint8_t policy[PAL_SHA256_SIZE], recipe[PAL_SHA256_SIZE];
	char cleaner[32 + SUFFIXES_MARK_MAX]; /* see feed_recipe_digest */

	int spool; /* what the source gave; -1: nothing */
	enum source_result answer;

	/* The list that is to come. */
	int candidate;               /* its names */
	char file[LEDGER_NAMES_MAX]; /* under this name; empty: NAME.new */
	bool kept;                   /* it is chosen, no source was asked */
	bool fetched;                /* it was cleaned just now */
	bool unclean;                /* ... and refused for what that did */
	bool accepted;               /* it was held, no source was asked */
	bool anew;                   /* what the mark is of is damaged */
	struct source_mark mark;
	struct clean_report report;
	struct names_diff diff;
	struct publish_image image;

	struct progress progress;
	char label[PAL_LIST_NAME_MAX + 8];
};

/* feed_run.c: exit codes; feed_run_end in any case.
 *
 * For what asks no source: waits for the feed's lock, and looks how the feed
 * stands; it keeps its side. */
int feed_run_begin(struct feed_run *run, struct state *state, const char *name);

/* For what may ask one: only looks, and then takes the lock of fetching; with
 * what came, feed_run_lock takes the feed's own lock and looks again.  It fails
 * if the feed is another by now: then what came is of no use. */
int feed_run_look(struct feed_run *run, struct state *state, const char *name);
int feed_run_lock_fetch(struct feed_run *run);
int feed_run_lock(struct feed_run *run);

/* Lets go of the feed's lock, for the source is to be asked once more. */
void feed_run_unlock(struct feed_run *run);
void feed_run_end(struct feed_run *run);

/* feed_outcome.c: each records what it says, and tells it. */
enum feed_outcome feed_fail(struct feed_run *run, const char *error);
enum feed_outcome feed_fail_code(
	struct feed_run *run, const char *what, int err);
enum feed_outcome feed_hold(struct feed_run *run, const char *why);
enum feed_outcome feed_stay(struct feed_run *run);
enum feed_outcome feed_load(struct feed_run *run, const char *event);

/* feed_fetch.c: each NULL, or why not, to be freed.
 *
 * Asks the source, without the feed's lock; then, with it, takes what it gave:
 * the candidate is open. */
char *feed_fetch(struct feed_run *run);
char *feed_take_fetched(struct feed_run *run);

/* Opens one of the kept names files; -1 and errno. */
int feed_open_names(const struct feed_run *run, const char *file);

/* feed_image.c: makes the image of the candidate, as NAME.img.  0 or PAL_. */
int feed_make_image(struct feed_run *run);

#endif
