#include "derogation.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "names.h"
#include "palang/error.h"
#include "progress.h"

#define TELL_EVERY 4096 /* names */

bool
derogation_is_from(const struct state *state, const struct config_feed *feed)
{
	const struct config_authority *authority =
		config_find(&state->config, feed->authority);

	return !state_feed_allows(state, feed) &&
	       (authority == NULL || authority->kind == PAL_EXTERNAL);
}

/* *names -1: it has none. */
static int
open_names(
	const struct state *state, const struct config_feed *feed, int *names)
{
	const struct ledger_feed *known =
		ledger_find_feed(&state->feeds, feed->name);

	*names = -1;
	if (known == NULL || known->names[0] == '\0')
		return 0;
	if (state->feeds_folder < 0) {
		errno = ENOENT;
		return PAL_ESYS;
	}
	*names = openat(state->feeds_folder, known->names,
		O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return *names >= 0 ? 0 : PAL_ESYS;
}

/* A rule for the name alone says nothing of what lies below it. */
static int
blocks(int names, const struct pal_name *name, enum pal_scope scope, bool *is)
{
	enum pal_scope found;
	unsigned labels = 0;
	bool open = false;
	int ret = names_find(names, name, &labels, &found, &open);

	*is = ret == 0 && labels > 0 && !open;
	if (ret != 0 || *is || scope == PAL_EXACT)
		return ret;
	ret = names_find_subtree(names, name, &labels, &open);
	*is = ret == 0 && labels > 0 && !open;
	if (ret != 0 || *is)
		return ret;
	return names_any_below(names, name, is);
}

static void
tell_lost(const struct config_feed *from, int err)
{
	cmd_fail("what is opened of feed %s of %s is not known: names "
		 "cannot be read: %s",
		from->name, from->authority,
		err == PAL_ESYS ? strerror(errno) : pal_strerror(err));
}

bool
derogation_is(const struct state *state, const struct config_feed *feed,
	const struct pal_name *name, enum pal_scope scope)
{
	bool is = false;
	int names, ret;

	if (!derogation_is_from(state, feed))
		return false;
	ret = open_names(state, feed, &names);
	if (names >= 0)
		ret = blocks(names, name, scope, &is);
	if (ret != 0)
		tell_lost(feed, ret);
	if (names >= 0)
		close(names);
	return ret == 0 && is;
}

void
derogation_each(struct state *state, const struct config_feed *feed,
	void (*each)(void *ctx, const struct ledger_allow *allow), void *ctx)
{
	struct ledger_allows allows;

	if (ledger_load_allows(state->ledger, &allows) == 0) {
		for (size_t i = 0; i < allows.count; i++) {
			const struct ledger_allow *allow = &allows.items[i];

			if (derogation_is(
				    state, feed, &allow->name, allow->scope))
				each(ctx, allow);
		}
	}
	ledger_allows_fini(&allows);
}

/* ---- feeds that allow ---- */

static void
tell(const struct derogation *derogation, const struct names_reader *reader)
{
	uint64_t at, size;

	names_progress(reader, &at, &size);
	progress_tell(
		derogation->progress, "looking for what is opened", at, size);
}

static int
count_names(struct derogation *derogation, int from, int by)
{
	struct names_reader *reader = NULL;
	struct names_rule rule;
	struct pal_name name;
	uint64_t read = 0;
	bool is;
	int ret = names_read_begin(&reader, by);

	while (ret == 0 && (ret = names_read(reader, &rule)) == 0) {
		if (read++ % TELL_EVERY == 0)
			tell(derogation, reader);
		if (rule.open)
			continue;
		names_name(&name, rule.key, rule.len);
		ret = blocks(from, &name, rule.scope, &is);
		if (ret != 0 || !is)
			continue;
		if (derogation->count < DEROGATION_FIRST)
			derogation->first[derogation->count] = name;
		derogation->count++;
	}
	names_read_end(reader);
	return ret < 0 ? ret : 0;
}

int
derogation_count(
	const struct state *state, struct derogation *derogation, int by_names)
{
	int by = by_names, from, ret = 0;

	derogation->count = 0;
	if (by_names < 0)
		ret = open_names(state, derogation->by, &by);
	if (ret != 0)
		return ret;
	ret = open_names(state, derogation->from, &from);
	if (from >= 0 && by >= 0)
		ret = count_names(derogation, from, by);
	if (from >= 0)
		close(from);
	if (by >= 0 && by != by_names)
		close(by);
	return ret;
}

void
derogation_each_feed(const struct state *state, const struct config_feed *feed,
	struct progress *progress,
	void (*each)(void *ctx, const struct derogation *derogation), void *ctx)
{
	const struct config *config = &state->config;
	bool allows = state_feed_allows(state, feed);
	struct derogation found = {.progress = progress};
	int ret;

	for (size_t i = 0; i < config->feed_count; i++) {
		const struct config_feed *other = &config->feeds[i];

		found.from = allows ? other : feed;
		found.by = allows ? feed : other;
		if (!state_feed_allows(state, found.by) ||
			!derogation_is_from(state, found.from))
			continue;
		ret = derogation_count(state, &found, -1);
		progress_end(progress);
		if (ret != 0)
			tell_lost(found.from, ret);
		else if (found.count > 0)
			each(ctx, &found);
	}
}

void
derogation_print_names(FILE *out, const struct derogation *derogation)
{
	char text[PAL_NAME_TEXT_MAX];

	for (uint64_t i = 0; i < derogation->count && i < DEROGATION_FIRST; i++)
		fprintf(out, "%s%s", i > 0 ? ", " : "",
			pal_name_to_text(text, &derogation->first[i]));
	if (derogation->count > DEROGATION_FIRST)
		fputs(", ...", out);
}

void
derogation_put_json(
	struct json_writer *json, const struct derogation *derogation)
{
	char text[PAL_NAME_TEXT_MAX];

	json_put_text(json, "from", derogation->from->name);
	json_put_text(json, "authority", derogation->from->authority);
	json_put_text(json, "by", derogation->by->name);
	json_put_text(json, "reason", derogation->by->reason);
	json_put_int(json, "names", (int64_t)derogation->count);
	json_put_array(json, "first");
	for (uint64_t i = 0; i < derogation->count && i < DEROGATION_FIRST; i++)
		json_put_text(json, NULL,
			pal_name_to_text(text, &derogation->first[i]));
	json_end(json);
}
