#include "wait.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "palang/error.h"
#include "text.h"
#include "timefmt.h"

#define WAIT_DEFAULT 30   /* seconds */
#define WAIT_MAX     3600 /* seconds */

static int
parse_time(struct wait_options *options, const char *name, const char *text)
{
	const char *why = NULL;
	int64_t seconds = WAIT_DEFAULT;

	if (text == NULL)
		return EXIT_DONE;
	if (text[0] != '\0' && duration_parse(text, &seconds, &why) != 0)
		return cmd_fail("--%s=%s: %s", name, text, why);
	if (seconds > WAIT_MAX)
		return cmd_fail("--%s=%s: at most an hour", name, text);
	options->wait = true;
	if (seconds * 1000 > options->timeout_ms || text[0] != '\0')
		options->timeout_ms = (int)(seconds * 1000);
	return EXIT_DONE;
}

int
wait_parse(struct wait_options *options, const struct cmd_call *call)
{
	const char *swept = cmd_option(call, "wait-swept");
	int ret;

	memset(options, 0, sizeof *options);
	options->reach = swept == NULL ? REACH_EFFECT : REACH_SWEPT;
	ret = parse_time(options, "wait", cmd_option(call, "wait"));
	if (ret == EXIT_DONE)
		ret = parse_time(options, "wait-swept", swept);
	return ret;
}

void
wait_say_published(const struct state *state)
{
	printf("generation %" PRIu64 " published after %" PRId64 " ms\n",
		state->publication.manifest.generation, state->published_ms);
	fflush(stdout);
}

/* Those that have not got there, and what they say. */
static void
tell_behind(const struct resolvers *resolvers, const struct state *state,
	enum status_reach reach)
{
	const struct pal_manifest *manifest = &state->publication.manifest;

	for (size_t i = 0; i < resolvers->count; i++) {
		const struct resolver *resolver = &resolvers->items[i];
		const struct pal_status *status = &resolver->status;

		if (!resolver->live ||
			resolver_reached(resolver, manifest->epoch,
				manifest->generation, reach))
			continue;
		fputs("  ", stderr);
		text_print(stderr, status->instance);
		fprintf(stderr,
			": generation %" PRIu64 " in effect, %" PRIu64 " swept",
			status->generation, status->swept);
		if (status->error_generation == manifest->generation) {
			fputs("; it refused this one: ", stderr);
			text_print(stderr, status->error);
		}
		fputc('\n', stderr);
	}
}

static int
tell(const struct resolvers *resolvers, const struct state *state,
	const struct wait_options *options)
{
	const struct pal_manifest *manifest = &state->publication.manifest;
	size_t behind = resolvers_behind(resolvers, manifest->epoch,
		manifest->generation, options->reach);

	if (resolvers->live == 0) {
		cmd_fail("published, but no running resolver seen in "
			 "%s/status",
			state->config.live_dir);
		return EXIT_UNCONFIRMED;
	}
	if (behind > 0) {
		cmd_fail("published, but %zu of %zu running resolvers did not "
			 "confirm within %d s:",
			behind, resolvers->live, options->timeout_ms / 1000);
		tell_behind(resolvers, state, options->reach);
		return EXIT_UNCONFIRMED;
	}
	if (resolvers->unseen > 0) {
		cmd_fail("published, confirmed by %zu; but " RESOLVERS_CUT,
			resolvers->live, state->config.live_dir,
			resolvers->count + resolvers->unseen, RESOLVERS_MAX);
		return EXIT_UNCONFIRMED;
	}
	printf("%s on %zu resolver%s after %" PRId64 " ms\n",
		options->reach == REACH_SWEPT ? "swept" : "in effect",
		resolvers->live, resolvers->live == 1 ? "" : "s",
		state_elapsed(state));
	return EXIT_DONE;
}

/* In two steps where the sweep is waited for, so that both times show. */
static int
wait_for(struct wait_options options, int folder, struct state *state)
{
	const struct pal_manifest *manifest = &state->publication.manifest;
	struct resolvers resolvers;
	int ret = status_wait(&resolvers, folder, manifest->epoch,
		manifest->generation, options.reach, options.timeout_ms);

	if (ret != 0)
		ret = cmd_fail("%s/status: %s", state->config.live_dir,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	else
		ret = tell(&resolvers, state, &options);
	resolvers_fini(&resolvers);
	return ret;
}

/* What was seen is worth an entry, and no failure of the command.  One that has
 * let go of the ledger leaves it to the next. */
static void
record(struct state *state)
{
	int ret;

	if (state->ledger == NULL)
		return;
	ret = ledger_begin(state->ledger, true);
	if (ret == 0 && state_confirm(state) == EXIT_DONE)
		ret = ledger_commit(state->ledger);
	if (ret != 0)
		state_fail_ledger(state, ret);
	ledger_rollback(state->ledger);
	state_tell_head(state);
}

int
wait_run(const struct wait_options *options, struct state *state)
{
	struct wait_options first = *options;
	int folder, ret;

	if (!options->wait)
		return EXIT_DONE;
	/* The next one need not wait for our resolvers. */
	close(state->lock);
	state->lock = -1;
	folder = status_open(state->config.live_dir);
	if (folder < 0)
		return cmd_fail("%s/status: %s", state->config.live_dir,
			strerror(errno));
	first.reach = REACH_EFFECT;
	ret = wait_for(first, folder, state);
	if (ret == EXIT_DONE && options->reach == REACH_SWEPT)
		ret = wait_for(*options, folder, state);
	close(folder);
	record(state);
	return ret;
}
