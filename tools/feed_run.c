/* The frame of a refresh: locks, and how the feed stands. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed_run.h"
#include "lock.h"
#include "palang/error.h"
#include "publish_lists.h"
#include "timefmt.h"

/* That of the newest generation; empty if there is none. */
static void
read_newest(struct state *state, struct pal_manifest *manifest)
{
	struct ledger_generation newest;

	if (ledger_newest(state->ledger, &newest) != 0 ||
		newest.manifest == NULL ||
		pal_manifest_parse(manifest, newest.manifest,
			strlen(newest.manifest), NULL) != 0)
		manifest->count = 0;
	free(newest.manifest);
}

bool
feed_entry(struct state *state, const char *name, bool allow,
	struct pal_manifest_entry *entry)
{
	const struct pal_manifest_entry *found;
	struct pal_manifest manifest;

	read_newest(state, &manifest);
	found = lists_find(&manifest, allow ? PAL_ROLE_ALLOW : PAL_ROLE_FEED,
		allow ? NULL : name);
	if (found != NULL)
		*entry = *found;
	return found != NULL && state->lists >= 0 &&
	       lists_there(state->lists, found);
}

bool
feed_in_lists(struct state *state, const struct config_feed *feed)
{
	struct pal_manifest_entry entry;

	return feed_entry(
		state, feed->name, state_feed_allows(state, feed), &entry);
}

const char *
feed_turn(const struct state *state, const struct config_feed *feed)
{
	if (state_feed_allows(state, feed) == feed->allow)
		return NULL;
	if (feed->allow)
		return "it blocks still, and palang.yaml says allow: a refresh "
		       "with --accept-change turns it";
	return "it allows still, and palang.yaml says block: a refresh with "
	       "--accept-change turns it";
}

static bool
has_room(struct state *state, const char *name)
{
	struct pal_manifest manifest;

	read_newest(state, &manifest);
	return lists_find(&manifest, PAL_ROLE_FEED, name) != NULL ||
	       lists_feeds(&manifest) < PAL_FEEDS_MAX;
}

/* Its image in the lists, or the allow list. */
static void
find_base(struct feed_run *run)
{
	bool allows = feed_in_force(run->feed, &run->known).allow;
	struct pal_manifest_entry entry;

	run->no_room = !has_room(run->state, run->name);
	run->in_lists = feed_entry(run->state, run->name, allows, &entry);
	if (run->in_lists && !allows)
		memcpy(run->base, entry.digest, PAL_SHA256_SIZE);
}

/* A list changes sides by a refresh, which judges that; whatever else there is
 * to do with it goes by the side that it is on. */
static void
take_side(struct feed_run *run)
{
	bool allows = feed_in_force(run->feed, &run->known).allow;

	if (run->keeps_side)
		run->as_configured.allow = allows;
	run->turns = run->feed->allow != allows;
}

/* expected: the configuration had it a moment ago. */
static int
take_known(struct feed_run *run, bool expected)
{
	struct state *state = run->state;
	struct ledger_feed *known = ledger_find_feed(&state->feeds, run->name);

	const struct config_feed *feed =
		config_find_feed(&state->config, run->name);

	if (feed == NULL && expected)
		return cmd_fail("feed %s was removed meanwhile; nothing was "
				"done",
			run->name);
	if (feed == NULL)
		return cmd_fail("there is no feed \"%s\"; `palang feed list` "
				"shows those there are",
			run->name);
	run->as_configured = *feed;
	run->feed = &run->as_configured;
	if (known != NULL) {
		run->known = *known;
		memset(known, 0, sizeof *known);
		take_side(run);
		return EXIT_DONE;
	}
	run->turns = false;
	strcpy(run->known.name, run->feed->name);
	run->known.added = state->started_ms;
	run->known.who = strdup(state->who);
	return run->known.who != NULL ? EXIT_DONE : cmd_fail("no memory");
}

static int
open_folder(struct feed_run *run)
{
	run->folder = state_open_feeds(run->state);
	if (run->folder >= 0)
		return EXIT_DONE;
	return cmd_fail("%s/feeds: %s; `palang init` makes it",
		run->state->config.state_dir, strerror(errno));
}

static int
fail_lock(const struct feed_run *run, const char *file)
{
	return cmd_fail("%s/feeds/%s.%s: %s", run->state->config.state_dir,
		run->name, file, strerror(errno));
}

static int
lock_feed(struct feed_run *run)
{
	run->lock = feed_lock(run->folder, run->name);
	if (run->lock >= 0)
		return EXIT_DONE;
	if (errno != EWOULDBLOCK)
		return fail_lock(run, "lock");
	return cmd_fail("another palang is at work on feed %s for %d seconds; "
			"nothing was done",
		run->name, lock_patience / 1000);
}

int
feed_run_lock_fetch(struct feed_run *run)
{
	char time[TIME_TEXT_MAX];
	int64_t since;

	run->fetch_lock = feed_fetch_lock(run->folder, run->name, &since);
	if (run->fetch_lock >= 0)
		return EXIT_DONE;
	if (errno != EWOULDBLOCK)
		return fail_lock(run, "fetch.lock");
	return cmd_fail("feed %s is being refreshed by another palang, since "
			"%s; nothing was done",
		run->name, time_format(time, since));
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* How the feed stands now. */
static int
look(struct feed_run *run, bool expected)
{
	struct state *state = run->state;
	int ret = state_open_read(state);

	if (ret == EXIT_DONE)
		ret = take_known(run, expected);
	if (ret != EXIT_DONE)
		return ret;
	find_base(run);
	state_let_go(state);
	if (run->known.names[0] != '\0') {
		run->in_force = feed_open_names(run, run->known.names);
		run->lost = run->in_force < 0;
	}
	feed_recipe_digest(
		&state->config, run->feed, run->cleaner, run->recipe);
	if (feed_policy_digest(&state->config, run->feed, run->policy) != 0)
		return cmd_fail("no memory");
	return EXIT_DONE;
}

/* Looked at once, before any list is cleaned: what comes to be known of it is
 * never newer than what was used. */
static void
note_cleaner(struct feed_run *run)
{
	char mark[SUFFIXES_MARK_MAX];

	suffixes_mark(NULL, mark);
	snprintf(run->cleaner, sizeof run->cleaner, "%.31s %s", PALANG_VERSION,
		mark);
}

static bool
prepare(struct feed_run *run, struct state *state, const char *name)
{
	bool expected = config_find_feed(&state->config, name) != NULL;

	run->state = state;
	run->name = name;
	run->folder = run->lock = run->fetch_lock = -1;
	run->in_force = run->candidate = run->spool = -1;
	snprintf(run->label, sizeof run->label, "feed %.32s", name);
	progress_begin(&run->progress, run->label);
	note_cleaner(run);
	state_let_go(state);
	return expected;
}

int
feed_run_begin(struct feed_run *run, struct state *state, const char *name)
{
	bool expected = prepare(run, state, name);
	int ret = open_folder(run);

	run->keeps_side = true;
	if (ret == EXIT_DONE)
		ret = lock_feed(run);
	return ret == EXIT_DONE ? look(run, expected) : ret;
}

int
feed_run_look(struct feed_run *run, struct state *state, const char *name)
{
	bool expected = prepare(run, state, name);
	int ret = open_folder(run);

	return ret == EXIT_DONE ? look(run, expected) : ret;
}

/* What came was asked for by what the feed was, and would take the place of
 * the list that it had. */
static int
check_same(const struct feed_run *run, const struct ledger_feed *was)
{
	const struct ledger_feed *known = &run->known;

	if (was->row != 0 && known->row != was->row)
		return cmd_fail("feed %s was removed and added anew meanwhile; "
				"what was fetched is dropped",
			run->name);
	if (strcmp(known->names, was->names) == 0 &&
		strcmp(known->held, was->held) == 0)
		return EXIT_DONE;
	return cmd_fail("feed %s got another list meanwhile, by a rollback or "
			"a list that was accepted; what was fetched is "
			"dropped, and the next refresh asks anew",
		run->name);
}

int
feed_run_lock(struct feed_run *run)
{
	struct ledger_feed was = run->known;
	int ret;

	progress_end(&run->progress);
	memset(&run->known, 0, sizeof run->known);
	close_fd(&run->in_force);
	ret = lock_feed(run);
	if (ret == EXIT_DONE)
		ret = look(run, true);
	if (ret == EXIT_DONE)
		ret = check_same(run, &was);
	ledger_feed_fini(&was);
	return ret;
}

void
feed_run_unlock(struct feed_run *run)
{
	if (run->lock >= 0)
		feed_remove_passing(run->folder, run->name);
	close_fd(&run->lock);
}

void
feed_run_end(struct feed_run *run)
{
	progress_end(&run->progress);
	close_fd(&run->in_force);
	close_fd(&run->candidate);
	close_fd(&run->spool);
	feed_run_unlock(run);
	close_fd(&run->fetch_lock);
	close_fd(&run->folder);
	free(run->diff.names);
	ledger_feed_fini(&run->known);
	state_let_go(run->state);
}
