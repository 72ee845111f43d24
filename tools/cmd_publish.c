/* palang publish: the ledger once more, as the configuration is now. */
#include <string.h>

#include "commands.h"
#include "feed.h"
#include "state.h"
#include "wait.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "compile, but publish nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_publish = {"publish", "",
	"publish the ledger anew, as the configuration is now",
	"Compiles all recorded orders with the configuration as it is now and "
	"publishes them, with the feeds that it has, each with the answer "
	"that it has now: what to do after a change of palang.yaml. A feed that "
	"left palang.yaml goes out of force, and is forgotten. Completes what "
	"a command that was cut short had begun.",
	options, 0, 0, run};

/* Another `as:` is for a refresh, which judges it. */
static int
tell_turn(const struct state *state, const struct config_feed *feed)
{
	const char *turn = feed_turn(state, feed);

	if (turn == NULL)
		return EXIT_DONE;
	cmd_fail("feed %s: %s", feed->name, turn);
	return EXIT_HELD;
}

/* The images that the configuration as it is asks for; without the lock, for
 * they may be large.  What is wrong with a feed keeps no order waiting: it is
 * told, and the code is that of the command in the end. */
static int
renew_feeds(struct state *state, struct feed_gone_locks *gone, int *feeds)
{
	char names[PAL_FEEDS_MAX][PAL_LIST_NAME_MAX];
	size_t count = 0;
	int ret = state_open_read(state);

	if (ret != EXIT_DONE)
		return ret;
	*feeds = state_check_feeds(state);
	for (size_t i = 0;
		i < state->config.feed_count && count < PAL_FEEDS_MAX; i++) {
		const struct config_feed *feed = &state->config.feeds[i];

		strcpy(names[count++], feed->name);
		*feeds = feed_worse(*feeds, tell_turn(state, feed));
	}
	for (size_t i = 0; i < count; i++)
		*feeds = feed_worse(
			*feeds, feed_exit(feed_renew(state, names[i])));
	state_let_go(state);
	/* Their locks before that of the state, as a refresh takes them. */
	ret = state_open_read(state);
	if (ret == EXIT_DONE)
		*feeds = feed_worse(*feeds, feed_gone_lock(state, gone));
	state_let_go(state);
	return ret;
}

/* dry: nothing is locked. */
static bool
is_going(const struct state *state, const struct feed_gone_locks *gone,
	const struct ledger_feed *known, bool dry)
{
	return state_feed_gone(state, known) &&
	       (dry || feed_gone_locked(gone, known->name));
}

/* Forgets the feeds that left palang.yaml: they are carried over no more. */
static int
forget_gone(struct state *state, const struct feed_gone_locks *locks)
{
	int ret = EXIT_DONE, err;

	for (size_t i = 0; ret == EXIT_DONE && i < state->feeds.count; i++) {
		const struct ledger_feed *known = &state->feeds.items[i];
		struct config_feed gone = {.authority = "operator"};

		if (!is_going(state, locks, known, false))
			continue;
		strcpy(gone.name, known->name);
		err = ledger_remove_feed(
			state->ledger, known->name, state->started_ms);
		ret = err == 0 ? state_event_feed(state, "feed gone", &gone,
					 "it is not in palang.yaml")
		               : state_fail_ledger(state, err);
	}
	return ret;
}

/* Behind the commit nothing needs their files. */
static void
tell_gone(const struct state *state, const struct feed_gone_locks *locks,
	bool dry)
{
	for (size_t i = 0; i < state->feeds.count; i++) {
		const struct ledger_feed *known = &state->feeds.items[i];

		if (!is_going(state, locks, known, dry))
			continue;
		if (!dry && state->feeds_folder >= 0) {
			feed_fetch_unlink(state->feeds_folder, known->name);
			feed_remove_strays(
				state->feeds_folder, known->name, NULL);
		}
		printf("feed %s: %s, for it is not in palang.yaml\n",
			known->name, dry ? "would be removed" : "removed");
	}
}

static int
publish(struct state *state, const struct feed_gone_locks *gone, bool dry)
{
	int ret = dry ? state_rehearse(state) : state_change(state);

	state->publication.make_allow = true;
	state->publication.make_shadow = true;
	if (ret == EXIT_DONE && !dry)
		ret = forget_gone(state, gone);
	if (ret == EXIT_DONE)
		ret = state_prepare(state, dry);
	if (ret != EXIT_DONE)
		return ret;
	if (dry) {
		printf("would publish %zu octets of orders\n",
			state->publication.image_len);
		tell_gone(state, gone, true);
		return EXIT_DONE;
	}
	ret = state_event(state, "publish", NULL, NULL);
	if (ret == EXIT_DONE)
		ret = state_finish(state);
	if (ret != EXIT_DONE)
		return ret;
	tell_gone(state, gone, false);
	wait_say_published(state);
	return EXIT_DONE;
}

static int
run(const struct cmd_call *call)
{
	bool dry = cmd_option(call, "dry-run") != NULL;
	struct feed_gone_locks gone = {.count = 0};
	struct wait_options wait;
	struct state state;
	int ret = wait_parse(&wait, call), feeds = EXIT_DONE;

	if (ret != EXIT_DONE)
		return ret;
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE && !dry)
		ret = renew_feeds(&state, &gone, &feeds);
	if (ret == EXIT_DONE)
		ret = dry ? state_open_read(&state) : state_open_write(&state);
	if (ret == EXIT_DONE)
		ret = publish(&state, &gone, dry);
	feed_gone_unlock(&gone);
	if (ret == EXIT_DONE && !dry)
		ret = wait_run(&wait, &state);
	state_close(&state);
	return feed_worse(ret, feeds);
}
