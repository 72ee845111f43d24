/* What becomes of a refresh: recorded, published, told. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed_run.h"
#include "file.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "timefmt.h"

/* ---- recording ---- */

/* A change of what is told of the feed, not of the lists. */
static int
record(struct feed_run *run, const char *event, const char *detail)
{
	struct state *state = run->state;
	int ret, err;

	progress_end(&run->progress);
	if (run->options->dry)
		return EXIT_DONE;
	ret = state_open_write(state);
	if (ret == EXIT_DONE)
		ret = state_change(state);
	if (ret != EXIT_DONE)
		return ret;
	err = ledger_put_feed(state->ledger, &run->known);
	if (err != 0)
		ret = state_fail_ledger(state, err);
	if (ret == EXIT_DONE && event != NULL)
		ret = state_event_feed(state, event, run->feed, detail);
	if (ret == EXIT_DONE)
		ret = state_commit(state);
	if (ret == EXIT_DONE)
		feed_remove_strays(run->folder, run->name, &run->known);
	state_let_go(state);
	return ret;
}

static void
set_text(char **text, const char *to)
{
	free(*text);
	*text = to == NULL ? NULL : strdup(to);
}

enum feed_outcome
feed_fail(struct feed_run *run, const char *error)
{
	struct ledger_feed *known = &run->known;
	char time[TIME_TEXT_MAX];
	bool first = known->error == NULL;

	known->tried = pal_clock_ms();
	if (known->failing == 0)
		known->failing = known->tried;
	set_text(&known->error, error);
	progress_end(&run->progress);
	if (known->names[0] != '\0')
		cmd_fail("feed %s: %s; the list of %s stays in force",
			run->name, error,
			time_format(time, known->refreshed / 1000));
	else
		cmd_fail("feed %s: %s; it has no list yet", run->name, error);
	record(run, first ? "feed failed" : NULL, error);
	return FEED_FAILED;
}

enum feed_outcome
feed_fail_code(struct feed_run *run, const char *what, int err)
{
	char text[256];

	snprintf(text, sizeof text, "%s: %s", what,
		err == PAL_ESYS ? strerror(errno) : pal_strerror(err));
	return feed_fail(run, text);
}

/* The source is there and was taken. */
static void
note_good(struct feed_run *run)
{
	struct ledger_feed *known = &run->known;

	known->tried = pal_clock_ms();
	known->failing = 0;
	set_text(&known->error, NULL);
	known->mark = run->mark;
	memcpy(known->recipe, run->recipe, PAL_SHA256_SIZE);
}

static void
forget_held(struct ledger_feed *known)
{
	known->held[0] = '\0';
	known->held_since = 0;
	known->held_rules = 0;
	set_text(&known->held_why, NULL);
}

/* Gives new names the name that they are kept under; on disk. */
static int
keep_names(struct feed_run *run)
{
	char from[PAL_LIST_NAME_MAX + 8];
	int ret;

	if (run->file[0] != '\0')
		return 0;
	ret = feed_new_names(run->folder, run->lock, &run->known, run->file);
	if (ret != 0)
		return ret;
	snprintf(from, sizeof from, "%s.new", run->name);
	if (renameat(run->folder, from, run->folder, run->file) != 0 ||
		fsync(run->folder) != 0)
		return PAL_ESYS;
	return 0;
}

/* ---- outcomes ---- */

enum feed_outcome
feed_hold(struct feed_run *run, const char *why)
{
	struct ledger_feed *known = &run->known;
	bool again = strcmp(run->file, known->held) == 0 && run->file[0] != 0;
	int ret = run->options->dry ? 0 : keep_names(run);

	if (ret != 0)
		return feed_fail_code(run, "keeping its names", ret);
	note_good(run);
	if (known->held_since == 0)
		known->held_since = known->tried;
	strcpy(known->held, run->file);
	known->held_rules = run->diff.after;
	set_text(&known->held_why, why);
	if (record(run, again ? NULL : "feed held", why) != EXIT_DONE)
		return FEED_FAILED;
	printf("feed %s: held, not in force: %s; if it is meant: palang feed "
	       "refresh %s --accept-change\n",
		run->name, why, run->name);
	return FEED_HELD;
}

enum feed_outcome
feed_stay(struct feed_run *run)
{
	struct ledger_feed *known = &run->known;

	note_good(run);
	known->refreshed = known->tried;
	forget_held(known);
	if (record(run, NULL, NULL) != EXIT_DONE)
		return FEED_FAILED;
	printf("feed %s: unchanged, %" PRIu64 " rules\n", run->name,
		run->diff.after);
	return FEED_SAME;
}

static void
tell_loaded(const struct feed_run *run, bool dry)
{
	printf("feed %s: %s%s%" PRIu64 " rules", run->name,
		dry ? "would put in force " : "",
		run->accepted ? "the list that was held, " : "",
		run->diff.after);
	if (run->in_force >= 0)
		printf(", %" PRIu64 " came, %" PRIu64 " went", run->diff.added,
			run->diff.removed);
	if (!dry)
		printf("; generation %" PRIu64 " published after %" PRId64
		       " ms",
			run->state->publication.manifest.generation,
			run->state->published_ms);
	putchar('\n');
	fflush(stdout);
}

/* Step 5. */
static int
publish(struct feed_run *run, const char *event)
{
	struct state *state = run->state;
	struct publication *publication = &state->publication;
	bool allowed = feed_policy_is_allow(run->known.policy);
	uint8_t digest[PAL_SHA256_SIZE];
	char detail[128];
	int ret = file_digest(run->candidate, digest), err;

	if (ret != 0)
		return cmd_fail("feed %s: %s", run->name, pal_strerror(ret));

	snprintf(detail, sizeof detail,
		"%" PRIu64 " rules, %" PRIu64 " came, %" PRIu64 " went",
		run->diff.after, run->diff.added, run->diff.removed);
	ret = state_open_write(state);
	if (ret == EXIT_DONE)
		ret = state_change(state);
	if (ret != EXIT_DONE)
		return ret;
	memcpy(run->known.policy, run->policy, PAL_SHA256_SIZE);
	err = ledger_put_feed(state->ledger, &run->known);
	if (err != 0)
		return state_fail_ledger(state, err);
	publication->keep_orders = true;
	publication->made = run->feed->allow ? NULL : &run->image;
	publication->make_allow = run->feed->allow || allowed;
	ret = state_prepare(state, false);
	if (ret == EXIT_DONE)
		ret = state_event_list(state, event, run->feed, digest, detail);
	if (ret == EXIT_DONE)
		ret = state_finish(state);
	if (ret == EXIT_DONE)
		feed_remove_strays(run->folder, run->name, &run->known);
	return ret;
}

/* The list in force and the one before change places; back again, none is
 * turned down.  The mark is of a held list or of neither, so that the source
 * shows what it has. */
static void
follow_back(struct ledger_feed *known, const char *file)
{
	known->rolled_back = !known->rolled_back;
	if (known->held[0] == '\0')
		memset(&known->mark, 0, sizeof known->mark);
	else if (strcmp(known->held, file) == 0)
		forget_held(known);
}

/* What the feed becomes with the list; a list that a person chose turns the
 * one in force down. */
static void
follow(struct feed_run *run)
{
	struct ledger_feed *known = &run->known;
	bool allowed = feed_policy_is_allow(known->policy);

	if (strcmp(run->file, known->names) != 0) {
		strcpy(known->before, known->names);
		strcpy(known->names, run->file);
		if (run->kept)
			follow_back(known, run->file);
		else
			known->rolled_back = false;
	}
	/* What was allowed is no list before one that blocks, nor the other
	 * way round. */
	if (allowed != run->feed->allow) {
		known->before[0] = '\0';
		known->rolled_back = false;
	}
	known->rules = run->diff.after;
	if (run->kept)
		return;
	if (run->accepted) {
		/* A source that fails since may not be told as fresh. */
		known->refreshed =
			known->failing != 0 ? known->held_since : known->tried;
		forget_held(known);
		return;
	}
	note_good(run);
	forget_held(known);
	known->refreshed = known->tried;
}

enum feed_outcome
feed_load(struct feed_run *run, const char *event)
{
	int ret;

	if (run->no_room && !run->feed->allow)
		return feed_fail(run,
			"as many feeds as fit are in the lists; make room "
			"with `palang feed remove`, or in palang.yaml and "
			"with `palang publish`");
	if (run->options->dry) {
		progress_end(&run->progress);
		tell_loaded(run, true);
		return FEED_LOADED;
	}
	ret = keep_names(run);
	if (ret == 0 && !run->feed->allow)
		ret = feed_make_image(run);
	if (ret != 0)
		return feed_fail_code(run, "making its image", ret);
	follow(run);
	progress_end(&run->progress);
	if (publish(run, event) != EXIT_DONE)
		return FEED_FAILED;
	tell_loaded(run, false);
	return FEED_LOADED;
}
