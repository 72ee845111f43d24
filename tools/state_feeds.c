/* What a command works on, as far as it is feeds. */
#include "state.h"

#include "palang/error.h"

int
state_load_feeds(struct state *state)
{
	int ret = ledger_load_feeds(state->ledger, &state->feeds);

	for (size_t i = 0; ret == 0 && i < state->feeds.count; i++) {
		const struct ledger_feed *known = &state->feeds.items[i];
		const struct config_feed *feed =
			config_find_feed(&state->config, known->name);
		char where[PAL_LIST_NAME_MAX + 16];

		snprintf(where, sizeof where, "feed %s", known->name);
		/* Opened once more: it was added the first time. */
		if (known->definition == NULL || (feed != NULL && feed->added))
			continue;
		ret = config_add_feed(&state->config, known->name,
			known->definition, where, &state->feed_problems);
		if (ret == PAL_EDUP)
			problem_error(&state->feed_problems, state->config.file,
				0, 0,
				"feed `%s` was added by `palang feed add` as "
				"well; that one does not count: take it out "
				"here, or with `palang feed remove %s`",
				known->name, known->name);
		if (ret == PAL_EDUP || ret == PAL_EFORM)
			ret = 0;
	}
	return ret;
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
state_event_feed(struct state *state, const char *what,
	const struct config_feed *feed, const char *detail)
{
	struct ledger_event event = {.what = what,
		.authority = feed->authority,
		.id = feed->name,
		.detail = detail};

	return state_add_event(state, &event);
}
