/*
 * palang why: the lists of then, made anew from what the ledger knows.
 *
 * The names of a feed are not kept in the ledger, only which they were: the
 * digest of the file in state/feeds/.  While that file is there they are
 * judged, and where it is gone that is told.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allow.h"
#include "file.h"
#include "ledger_past.h"
#include "palang/error.h"
#include "palang/writer.h"
#include "why.h"

static const uint8_t no_key[16];

static int
fail(int err)
{
	return cmd_fail("the lists of then: %s",
		err == PAL_ESYS ? strerror(errno) : pal_strerror(err));
}

static int
open_names(const struct state *state, const char *file)
{
	if (file[0] == '\0' || state->feeds_folder < 0)
		return -1;
	return openat(
		state->feeds_folder, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static bool
is_file(const struct state *state, const char *file,
	const uint8_t digest[PAL_SHA256_SIZE])
{
	uint8_t found[PAL_SHA256_SIZE];
	int fd = open_names(state, file);
	bool is = fd >= 0 && file_digest(fd, found) == 0 &&
	          memcmp(found, digest, PAL_SHA256_SIZE) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}

/* From now on the feed has the names of then, or none. */
static int
settle_feed(struct state *state, struct ledger_feed *known)
{
	struct pal_interval then = {known->added, state->started_ms};
	struct pal_interval since = {known->added, INT64_MAX};
	uint8_t digest[PAL_SHA256_SIZE];
	bool found, ever = true;
	int ret = ledger_list_digest(
		state->ledger, known->name, &then, digest, &found);

	if (ret == 0 && !found && known->names[0] != '\0')
		ret = ledger_list_digest(
			state->ledger, known->name, &since, digest, &ever);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (found && !is_file(state, known->names, digest)) {
		memcpy(known->names, known->before, sizeof known->names);
		ever = is_file(state, known->names, digest);
	}
	if (!ever)
		problem_warning(&state->problems, NULL, 0, 0,
			"feed %s: its names of then are no longer kept: what "
			"it said is not known",
			known->name);
	else if (state_feed_gone(state, known) && found)
		problem_warning(&state->problems, NULL, 0, 0,
			"feed %s: had left palang.yaml and was in force still: "
			"what it said is not known",
			known->name);
	if (!found || !ever)
		known->names[0] = '\0';
	return EXIT_DONE;
}

/* ---- the lists ---- */

static int
add_orders(struct verdict_source *source, struct state *state)
{
	uint8_t *data = NULL;
	size_t len = 0;
	int ret = effect_compile(&state->recorded.history, &state->config,
		state_now(state), no_key, &data, &len, &state->problems);

	if (ret == 0)
		ret = verdict_add(source, PAL_ROLE_ORDERS, "orders", data, len);
	return ret == 0 ? EXIT_DONE : fail(ret);
}

static int
add_allow(struct verdict_source *source, struct state *state)
{
	uint8_t *data = NULL;
	size_t len = 0;
	int ret = state_rehearse(state);

	if (ret != EXIT_DONE)
		return ret;
	ret = allow_compile(
		&state->publication, &state->feeds, NULL, false, &data, &len);
	if (ret == 0 && data != NULL)
		ret = verdict_add(source, PAL_ROLE_ALLOW, "allow", data, len);
	return ret == 0 ? EXIT_DONE : fail(ret);
}

static int
add_feed(struct verdict_source *source, const struct state *state,
	const struct config_feed *feed, const struct ledger_feed *known)
{
	struct policy_texts texts = {.ede = NULL};
	int names = open_names(state, known->names);
	struct pal_policy_in policy;
	uint8_t *data = NULL;
	size_t len = 0;
	int ret = names < 0 ? PAL_ESYS
	                    : config_feed_policy(
				      &state->config, feed, &policy, &texts);

	if (ret == 0)
		ret = names_compile(
			names, &policy, no_key, NULL, false, &data, &len);
	if (ret == 0)
		ret = verdict_add(source, PAL_ROLE_FEED, feed->name, data, len);
	if (names >= 0)
		close(names);
	policy_texts_fini(&texts);
	return ret == 0 ? EXIT_DONE : fail(ret);
}

static int
add_feeds(struct verdict_source *source, const struct state *state)
{
	const struct config *config = &state->config;
	int ret = EXIT_DONE;

	for (size_t i = 0; i < config->feed_count && ret == EXIT_DONE; i++) {
		const struct config_feed *feed = &config->feeds[i];
		const struct ledger_feed *known =
			ledger_find_feed(&state->feeds, feed->name);

		if (!feed->allow && known != NULL && known->names[0] != '\0')
			ret = add_feed(source, state, feed, known);
	}
	return ret;
}

static int
add_known(struct verdict_source *source, struct state *state)
{
	int ret = EXIT_DONE;

	for (size_t i = 0; i < state->feeds.count && ret == EXIT_DONE; i++)
		ret = settle_feed(state, &state->feeds.items[i]);
	if (ret == EXIT_DONE)
		ret = add_allow(source, state);
	return ret == EXIT_DONE ? add_feeds(source, state) : ret;
}

int
why_past(struct verdict_source **source, struct question *question,
	struct state *state)
{
	struct pal_settings settings = state->config.settings;
	int ret;

	settings.open = state->open.number != 0;
	*source = verdict_begin(&settings);
	if (*source == NULL)
		return fail(PAL_ENOMEM);
	ret = add_orders(*source, state);
	if (ret == EXIT_DONE && strcmp(question->past, "at") == 0)
		ret = add_known(*source, state);
	if (ret != EXIT_DONE) {
		verdict_close(*source);
		*source = NULL;
	}
	return ret;
}
