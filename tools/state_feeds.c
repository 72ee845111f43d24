/* What a command works on, as far as it is feeds. */
#include "state.h"

#include <limits.h>
#include <stdio.h>

#include "feed_digest.h"
#include "file.h"
#include "palang/error.h"

int
state_open_feeds(const struct state *state)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/feeds", state->config.state_dir);
	return file_open_folder(path);
}

/* Another palang may have removed some since they were loaded. */
static void
forget_added(struct state *state)
{
	struct config *config = &state->config;

	for (size_t i = config->feed_count; i-- > 0;) {
		if (config->feeds[i].added)
			config_drop_feed(config, config->feeds[i].name);
	}
	problems_fini(&state->feed_problems);
}

/* A feed that was added, and is not read. */
static void
tell_unread(struct state *state, const char *name, int why)
{
	struct problems *problems = &state->feed_problems;

	if (why == PAL_EDUP)
		problem_error(problems, state->config.file, 0, 0,
			"feed `%s` was added by `palang feed add` as well; "
			"the one of this file counts: take it out here, or "
			"the added one with `palang feed remove %s`",
			name, name);
	if (why == PAL_ELIMIT)
		problem_error(problems, state->config.file, 0, 0,
			"feed `%s`, added by `palang feed add`, is one too "
			"many: %d fit, and those of this file come first; its "
			"list in force stays as it is, and is not refreshed: "
			"take a feed out here, or that one with `palang feed "
			"remove %s`",
			name, PAL_FEEDS_MAX, name);
}

int
state_load_feeds(struct state *state)
{
	int ret = ledger_load_feeds(state->ledger, &state->feeds);

	forget_added(state);
	for (size_t i = 0; ret == 0 && i < state->feeds.count; i++) {
		const struct ledger_feed *known = &state->feeds.items[i];
		char where[PAL_LIST_NAME_MAX + 16];

		snprintf(where, sizeof where, "feed %s", known->name);
		if (known->definition == NULL)
			continue;
		ret = config_add_feed(&state->config, known->name,
			known->definition, where, &state->feed_problems);
		tell_unread(state, known->name, ret);
		if (ret == PAL_EDUP || ret == PAL_ELIMIT || ret == PAL_EFORM)
			ret = 0;
	}
	return ret;
}

bool
state_feed_gone(const struct state *state, const struct ledger_feed *known)
{
	return known->definition == NULL &&
	       config_find_feed(&state->config, known->name) == NULL;
}

bool
state_feed_allows(const struct state *state, const struct config_feed *feed)
{
	return feed_in_force(feed, ledger_find_feed(&state->feeds, feed->name))
	        .allow;
}

int
state_check_feeds(struct state *state)
{
	int ret = state->feed_problems.errors > 0 ? EXIT_ERROR : EXIT_DONE;

	problems_print(stderr, &state->feed_problems);
	problems_fini(&state->feed_problems);
	return ret;
}

int
state_event_list(struct state *state, const char *what,
	const struct config_feed *feed, const uint8_t digest[PAL_SHA256_SIZE],
	const char *detail)
{
	struct ledger_event event = {.what = what,
		.authority = feed->authority,
		.id = feed->name,
		.digest = digest,
		.detail = detail};

	return state_add_event(state, &event);
}

int
state_event_feed(struct state *state, const char *what,
	const struct config_feed *feed, const char *detail)
{
	return state_event_list(state, what, feed, NULL, detail);
}
