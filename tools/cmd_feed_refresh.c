/* palang feed refresh, palang feed rollback. */
#include <string.h>

#include "commands.h"
#include "feed.h"
#include "wait.h"

static int run_refresh(const struct cmd_call *call);
static int run_rollback(const struct cmd_call *call);

static const struct cmd_option refresh_options[] = {
	{"accept-change", 0, NULL,
		"take a list that a guard holds: it is meant to be so"},
	{"strict", 0, NULL,
		"this once, fetch it whatever its source says, and refuse a "
		"list that needs cleaning"},
	{"force", 0, NULL,
		"fetch it even if its source says that nothing is new"},
	WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "fetch and judge, but change nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_feed_refresh = {"feed refresh", "[NAME...]",
	"fetch feeds, and put what is new in force",
	"Fetches the feeds named, or all but those from standard input, "
	"cleans them, and publishes those that have changed. A source that "
	"fails leaves its list in force. A list that shrinks below "
	"`min-names`, changes by more than `max-change`, or has another `as` "
	"than in force, is held until --accept-change: exit code 4. Exit code "
	"2: at least one failed.",
	refresh_options, 0, -1, run_refresh};

static const struct cmd_option rollback_options[] = {WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "say what would happen, and do nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_feed_rollback = {"feed rollback", "NAME",
	"put the list before in force again",
	"Puts the list that a feed had before the one in force in its place "
	"again. The list turned down is held, should the source give it once "
	"more.",
	rollback_options, 1, 1, run_rollback};

/* All, or those named; NULL behind the last. */
static int
choose(const struct state *state, const struct cmd_call *call,
	char names[][PAL_LIST_NAME_MAX], size_t *count)
{
	const struct config *config = &state->config;

	*count = 0;
	for (int i = 0; i < call->count; i++) {
		if (*count == PAL_FEEDS_MAX)
			return cmd_fail("more than %d feeds", PAL_FEEDS_MAX);
		if (config_find_feed(config, call->args[i]) == NULL)
			return cmd_fail("there is no feed \"%s\"; `palang feed "
					"list` shows those there are",
				call->args[i]);
		strcpy(names[(*count)++], call->args[i]);
	}
	for (size_t i = 0; call->count == 0 && i < config->feed_count &&
			   *count < PAL_FEEDS_MAX;
		i++) {
		if (config->feeds[i].source.kind != SOURCE_STDIN)
			strcpy(names[(*count)++], config->feeds[i].name);
	}
	return EXIT_DONE;
}

static int
refresh_all(struct state *state, const struct cmd_call *call,
	const struct wait_options *wait)
{
	const struct feed_options options = {
		.accept_change = cmd_option(call, "accept-change") != NULL,
		.strict = cmd_option(call, "strict") != NULL,
		.force = cmd_option(call, "force") != NULL,
		.dry = cmd_option(call, "dry-run") != NULL};
	char names[PAL_FEEDS_MAX][PAL_LIST_NAME_MAX];
	struct pal_manifest last = {.generation = 0};
	size_t count;
	int ret = choose(state, call, names, &count);

	if (ret != EXIT_DONE)
		return ret;
	/* One that fails keeps none of the others from being fresh. */
	for (size_t i = 0; i < count; i++) {
		enum feed_outcome outcome =
			feed_refresh(state, names[i], &options);

		if (outcome == FEED_LOADED && !options.dry)
			last = state->publication.manifest;
		ret = feed_worse(ret, feed_exit(outcome));
	}
	state->publication.manifest = last;
	if (last.generation != 0)
		ret = feed_worse(ret, wait_run(wait, state));
	return ret;
}

static int
run_refresh(const struct cmd_call *call)
{
	struct wait_options wait;
	struct state state;
	int ret = wait_parse(&wait, call);

	if (ret != EXIT_DONE)
		return ret;
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE) {
		ret = state_check_feeds(&state);
		ret = feed_worse(ret, refresh_all(&state, call, &wait));
	}
	state_close(&state);
	return ret;
}

static int
run_rollback(const struct cmd_call *call)
{
	bool dry = cmd_option(call, "dry-run") != NULL;
	enum feed_outcome outcome;
	struct wait_options wait;
	struct state state;
	int ret = wait_parse(&wait, call);

	if (ret != EXIT_DONE)
		return ret;
	if (!config_feed_name_valid(call->args[0]))
		return cmd_fail("there is no feed \"%s\"", call->args[0]);
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE) {
		outcome = feed_rollback(&state, call->args[0], dry);
		ret = feed_exit(outcome);
		if (outcome == FEED_LOADED && !dry)
			ret = wait_run(&wait, &state);
	}
	state_close(&state);
	return ret;
}
