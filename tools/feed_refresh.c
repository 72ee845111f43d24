/*
 * The way of a feed.
 *
 *   1. The lock of fetching is taken: one asks the feed's source at a time.
 *      The ledger is read, and let go of.  The source is fetched into the
 *      spool (feed_fetch.c).  A source may hang: rollback, remove and who
 *      accepts what is held do not wait for it.
 *   2. The feed's own lock is taken, and the ledger read again.  If the feed
 *      was removed, or its list changed meanwhile, what came is dropped.
 *      Otherwise it is cleaned into names, all without the lock of the state
 *      folder: orders go on meanwhile.
 *   3. The names are compared with those in force, and the guards judge them
 *      (feed_guard.c).
 *   4. The image is made, as NAME.img (feed_image.c), and the names get the
 *      name that they are kept under.  All of it is on disk now.
 *   5. With the lock of the state folder, in one transaction: what the feed
 *      has become is recorded, the image goes into the lists, the generation
 *      is recorded; commit, and publish (publish.c).
 *   6. What is no longer needed is removed.
 *
 * A kill before the commit in 5 leaves the feed as it was, and files that the
 * next refresh of it removes.  A source that fails, a list that is none and a
 * list that is held change nothing but what is told of the feed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "derogation.h"
#include "feed_run.h"
#include "palang/error.h"

/* ---- judging ---- */

/* Names in force that cannot be read are lost: they compare as none, and no
 * guard takes that for a first list. */
static int
compare(struct feed_run *run)
{
	int ret, alone;

	run->diff.progress = progress_tell;
	run->diff.ctx = &run->progress;
	/* One more than an image tells of, so that it shows if all are here. */
	run->diff.room = PAL_CHANGES_MAX + 1;
	free(run->diff.names);
	run->diff.names = calloc(run->diff.room, sizeof *run->diff.names);
	if (run->diff.names == NULL)
		return PAL_ENOMEM;
	ret = names_compare(run->in_force, run->candidate, &run->diff);
	if (ret == 0 || ret == PAL_ENOMEM || run->in_force < 0)
		return ret;
	alone = names_compare(-1, run->candidate, &run->diff);
	if (alone != 0)
		return alone;
	close(run->in_force);
	run->in_force = -1;
	run->lost = true;
	return 0;
}

static bool
same_names(const struct feed_run *run)
{
	return run->in_force >= 0 && run->diff.added + run->diff.removed == 0;
}

/* True if it is the very list of a names file that is kept. */
static bool
is_list(struct feed_run *run, const char *file)
{
	struct names_diff diff = {
		.progress = progress_tell, .ctx = &run->progress};
	int kept, ret;

	if (file[0] == '\0')
		return false;
	kept = feed_open_names(run, file);
	if (kept < 0)
		return false;
	ret = names_compare(kept, run->candidate, &diff);
	close(kept);
	return ret == 0 && diff.added + diff.removed == 0;
}

static char *
judge(struct feed_run *run)
{
	if (run->options->accept_change)
		return NULL;
	if (run->turns) {
		/* No second file of the names in force. */
		if (same_names(run))
			strcpy(run->file, run->known.names);
		return strdup(
			run->feed->allow
				? "it blocks its names, and is to let them "
				  "through"
				: "it lets its names through, and is to block "
				  "them");
	}
	if (same_names(run))
		return NULL;
	if (run->known.rolled_back && is_list(run, run->known.before)) {
		/* No second file of it: back again, it is held no more. */
		strcpy(run->file, run->known.before);
		return strdup("it is the list that was rolled back");
	}
	if (run->lost && run->in_lists)
		return strdup("the names of the list in force cannot be read, "
			      "so nothing says what would change");
	return feed_guard(run->feed, &run->diff);
}

static bool
is_same(const struct feed_run *run)
{
	return run->in_lists && same_names(run) &&
	       memcmp(run->known.policy, run->policy, PAL_SHA256_SIZE) == 0;
}

static enum feed_outcome
fail_with(struct feed_run *run, char *error)
{
	enum feed_outcome outcome =
		feed_fail(run, error != NULL ? error : "no memory");

	free(error);
	return outcome;
}

/* What it opens of the other feed; NULL, or to be freed. */
static char *
tell_opened(struct feed_run *run, const struct config_feed *from)
{
	struct derogation found = {
		.from = from, .by = run->feed, .progress = &run->progress};
	int err = derogation_count(run->state, &found, run->candidate), n = 0;
	char *text = NULL, name[PAL_NAME_TEXT_MAX];

	if (err != 0)
		n = asprintf(&text,
			"it has no `reason`, and whether it opens names of "
			"feed %s of %s cannot be told: %s",
			from->name, from->authority,
			err == PAL_ESYS ? strerror(errno) : pal_strerror(err));
	else if (found.count > 0)
		n = asprintf(&text,
			"it opens names of feed %s of %s (%" PRIu64
			", as %s), and needs a `reason` for that",
			from->name, from->authority, found.count,
			pal_name_to_text(name, &found.first[0]));
	return n < 0 ? strdup("no memory") : text;
}

/* What an `as: allow` feed opens of an external authority's is accounted for
 * by its reason; NULL, or what it would open without one, to be freed. */
static char *
lacks_reason(struct feed_run *run)
{
	struct state *state = run->state;
	char *text = NULL;

	if (!run->feed->allow || run->feed->reason != NULL)
		return NULL;
	if (state_open_read(state) != EXIT_DONE)
		text = strdup("it has no `reason`, and whether it needs one "
			      "cannot be told");
	for (size_t i = 0; i < state->config.feed_count && text == NULL; i++) {
		const struct config_feed *from = &state->config.feeds[i];

		/* Of what it has blocked itself nobody else says anything. */
		if (strcmp(from->name, run->name) != 0 &&
			derogation_is_from(state, from))
			text = tell_opened(run, from);
	}
	state_let_go(state);
	return text;
}

static enum feed_outcome
decide(struct feed_run *run)
{
	enum feed_outcome outcome;
	char *why;

	if (is_same(run))
		return feed_stay(run);
	why = lacks_reason(run);
	if (why != NULL)
		return fail_with(run, why);
	why = judge(run);
	if (why != NULL) {
		/* A source that cannot say that nothing is new gives it each
		 * time: no second file, and no event, of one list. */
		if (run->file[0] == '\0' && is_list(run, run->known.held))
			strcpy(run->file, run->known.held);
		outcome = feed_hold(run, why);
		free(why);
		return outcome;
	}
	/* Only the answer is new. */
	if (same_names(run))
		strcpy(run->file, run->known.names);
	return feed_load(run, "feed refresh");
}

/* ---- what commands call ---- */

/* A list that nobody has judged just now; what it opens counts all the same,
 * by the feeds that are there by now. */
static enum feed_outcome
load_kept(struct feed_run *run, const char *event)
{
	char *why = lacks_reason(run);

	return why != NULL ? fail_with(run, why) : feed_load(run, event);
}

/* The list that is held, as it is: what a person looked at is what is taken,
 * whatever the source has by now. */
static enum feed_outcome
accept_held(struct feed_run *run)
{
	int ret;

	/* Protected names are left out of what blocks alone. */
	if (run->turns &&
		memcmp(run->known.recipe, run->recipe, PAL_SHA256_SIZE) != 0)
		return feed_fail(run,
			"what is held was cleaned for the other `as:`; "
			"`palang feed refresh` without --accept-change cleans "
			"it anew");
	run->accepted = true;
	strcpy(run->file, run->known.held);
	run->candidate = feed_open_names(run, run->file);
	ret = run->candidate < 0 ? PAL_ESYS : compare(run);
	if (ret != 0)
		return feed_fail_code(run, run->file, ret);
	return load_kept(run, "feed refresh");
}

/* *damaged: the names kept are no list, although the source says that they are
 * what it has. */
static enum feed_outcome
take_and_decide(struct feed_run *run, bool *damaged)
{
	char *error = feed_take_fetched(run);
	int ret;

	if (error != NULL)
		return fail_with(run, error);
	ret = compare(run);
	if (ret == 0)
		return decide(run);
	*damaged = ret == PAL_EFORM && !run->fetched;
	return *damaged ? FEED_FAILED : feed_fail_code(run, "its names", ret);
}

/* Kept names that are damaged are no reason to keep them: once more, without
 * the mark that says they are what the source has. */
static enum feed_outcome
fetch_and_decide(struct feed_run *run)
{
	bool damaged = false;
	enum feed_outcome outcome;
	char *error = feed_fetch(run);

	if (feed_run_lock(run) != EXIT_DONE) {
		free(error);
		return FEED_FAILED;
	}
	if (error != NULL || run->answer == SOURCE_FAILED)
		return fail_with(run, error);
	outcome = take_and_decide(run, &damaged);
	if (!damaged)
		return outcome;
	feed_run_unlock(run);
	close(run->candidate);
	run->candidate = -1;
	close(run->spool);
	run->spool = -1;
	run->file[0] = '\0';
	run->anew = true;
	return fetch_and_decide(run);
}

static enum feed_outcome
refresh(struct feed_run *run)
{
	bool accept = run->options->accept_change && run->known.held[0] != '\0';
	int ret = accept ? feed_run_lock(run) : feed_run_lock_fetch(run);

	if (ret != EXIT_DONE)
		return FEED_FAILED;
	return accept ? accept_held(run) : fetch_and_decide(run);
}

enum feed_outcome
feed_refresh(struct state *state, const char *name,
	const struct feed_options *options)
{
	struct feed_run run = {.options = options};
	enum feed_outcome outcome = FEED_FAILED;

	if (feed_run_look(&run, state, name) == EXIT_DONE) {
		outcome = refresh(&run);
		if (run.fetched && (outcome != FEED_FAILED || run.unclean))
			clean_print(stdout, &run.report);
	}
	feed_run_end(&run);
	return outcome;
}

/* With names that are kept, and no source asked. */
static enum feed_outcome
use_kept(struct feed_run *run, const char *file, const char *event)
{
	int ret;

	run->kept = true;
	strcpy(run->file, file);
	run->candidate = feed_open_names(run, file);
	ret = run->candidate < 0 ? PAL_ESYS : compare(run);
	if (ret != 0)
		return feed_fail_code(run, file, ret);
	/* What is in force stays so. */
	if (strcmp(file, run->known.names) == 0)
		return feed_load(run, event);
	return load_kept(run, event);
}

enum feed_outcome
feed_rollback(struct state *state, const char *name, bool dry)
{
	const struct feed_options options = {.dry = dry};
	struct feed_run run = {.options = &options};
	enum feed_outcome outcome = FEED_FAILED;
	char file[LEDGER_NAMES_MAX];

	if (feed_run_begin(&run, state, name) == EXIT_DONE) {
		strcpy(file, run.known.before);
		if (file[0] == '\0')
			cmd_fail("feed %s: there is no list before the one in "
				 "force",
				name);
		else
			outcome = use_kept(&run, file, "feed rollback");
	}
	feed_run_end(&run);
	return outcome;
}

/* True if it is in the lists with the answer that it has now. */
static bool
is_current(struct state *state, const struct config_feed *feed,
	const struct ledger_feed *known)
{
	const struct config_feed now = feed_in_force(feed, known);
	uint8_t policy[PAL_SHA256_SIZE];

	return feed_policy_digest(&state->config, &now, policy) == 0 &&
	       memcmp(known->policy, policy, sizeof policy) == 0 &&
	       feed_in_lists(state, feed);
}

/* False if a look at the ledger says that nothing is to be made anew, so that
 * no lock is waited for. */
static bool
may_need_renewal(struct state *state, const char *name)
{
	const struct config_feed *feed = config_find_feed(&state->config, name);
	const struct ledger_feed *known;
	bool needed;

	state_let_go(state);
	if (feed == NULL || state_open_read(state) != EXIT_DONE)
		return true;
	feed = config_find_feed(&state->config, name);
	known = ledger_find_feed(&state->feeds, name);
	needed = known != NULL && known->names[0] != '\0' &&
	         (feed == NULL || !is_current(state, feed, known));
	state_let_go(state);
	return needed;
}

enum feed_outcome
feed_renew(struct state *state, const char *name)
{
	const struct feed_options options = {.dry = false};
	struct feed_run run = {.options = &options};
	enum feed_outcome outcome = FEED_FAILED;
	char file[LEDGER_NAMES_MAX];

	if (!may_need_renewal(state, name))
		return FEED_SAME;
	if (feed_run_begin(&run, state, name) == EXIT_DONE) {
		strcpy(file, run.known.names);
		outcome = FEED_SAME;
		if (file[0] != '\0' &&
			(!run.in_lists || memcmp(run.known.policy, run.policy,
						  PAL_SHA256_SIZE) != 0))
			outcome = use_kept(&run, file, "feed renew");
	}
	feed_run_end(&run);
	return outcome;
}

int
feed_exit(enum feed_outcome outcome)
{
	static const int codes[] = {[FEED_LOADED] = EXIT_DONE,
		[FEED_SAME] = EXIT_DONE,
		[FEED_HELD] = EXIT_HELD,
		[FEED_FAILED] = EXIT_ERROR};

	return codes[outcome];
}

/* An error beats a list that is held, which beats what is done. */
int
feed_worse(int code, int other)
{
	if (code == EXIT_ERROR || other == EXIT_ERROR)
		return EXIT_ERROR;
	return code > other ? code : other;
}
