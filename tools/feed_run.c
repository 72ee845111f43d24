/* The frame of a refresh: locks, and how the feed stands. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed_run.h"
#include "file.h"
#include "palang/error.h"
#include "publish_lists.h"

bool
feed_in_lists(struct state *state, const struct config_feed *feed)
{
	struct ledger_generation newest;
	struct pal_manifest manifest;
	const struct pal_manifest_entry *entry = NULL;

	if (ledger_newest(state->ledger, &newest) == 0 &&
		newest.manifest != NULL &&
		pal_manifest_parse(&manifest, newest.manifest,
			strlen(newest.manifest), NULL) == 0)
		entry = feed->allow
		                ? lists_find(&manifest, PAL_ROLE_ALLOW, NULL)
		                : lists_find(
					  &manifest, PAL_ROLE_FEED, feed->name);
	free(newest.manifest);
	return entry != NULL && state->lists >= 0 &&
	       lists_there(state->lists, entry);
}

/* The digest of its image in the lists, if there is one. */
static void
find_base(struct feed_run *run)
{
	struct ledger_generation newest;
	struct pal_manifest manifest;
	const struct pal_manifest_entry *entry = NULL;

	run->in_lists = feed_in_lists(run->state, run->feed);
	if (ledger_newest(run->state->ledger, &newest) == 0 &&
		newest.manifest != NULL &&
		pal_manifest_parse(&manifest, newest.manifest,
			strlen(newest.manifest), NULL) == 0)
		entry = lists_find(&manifest, PAL_ROLE_FEED, run->name);
	if (entry != NULL)
		memcpy(run->base, entry->digest, PAL_SHA256_SIZE);
	free(newest.manifest);
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
		return EXIT_DONE;
	}
	strcpy(run->known.name, run->feed->name);
	run->known.added = state->started_ms;
	run->known.who = strdup(state->who);
	return run->known.who != NULL ? EXIT_DONE : cmd_fail("no memory");
}

static int
lock_feed(struct feed_run *run, bool wait)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/feeds", run->state->config.state_dir);
	run->folder = file_open_folder(path);
	if (run->folder < 0)
		return cmd_fail("%s: %s; `palang init` makes it", path,
			strerror(errno));
	run->lock = feed_lock(run->folder, run->name, wait);
	if (run->lock >= 0)
		return EXIT_DONE;
	if (errno == EWOULDBLOCK)
		return cmd_fail("feed %s is being refreshed by another palang; "
				"nothing was done",
			run->name);
	return cmd_fail("%s/%s.lock: %s", path, run->name, strerror(errno));
}

int
feed_run_begin(
	struct feed_run *run, struct state *state, const char *name, bool wait)
{
	bool expected = config_find_feed(&state->config, name) != NULL;
	int ret;

	run->state = state;
	run->name = name;
	run->folder = run->lock = run->in_force = run->candidate = -1;
	snprintf(run->label, sizeof run->label, "feed %.32s", name);
	progress_begin(&run->progress, run->label);
	state_let_go(state);
	ret = lock_feed(run, wait);
	if (ret == EXIT_DONE)
		ret = state_open_read(state);
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
	feed_recipe_digest(&state->config, run->feed, run->recipe);
	if (feed_policy_digest(&state->config, run->feed, run->policy) != 0)
		return cmd_fail("no memory");
	return EXIT_DONE;
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void
feed_run_end(struct feed_run *run)
{
	progress_end(&run->progress);
	close_fd(run->in_force);
	close_fd(run->candidate);
	if (run->lock >= 0)
		feed_remove_passing(run->folder, run->name);
	close_fd(run->lock);
	close_fd(run->folder);
	free(run->diff.names);
	ledger_feed_fini(&run->known);
	state_let_go(run->state);
}
