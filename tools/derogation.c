#include "derogation.h"

#include <fcntl.h>
#include <unistd.h>

#include "json.h"
#include "names.h"

bool
derogation_is_from(const struct state *state, const struct config_feed *feed)
{
	const struct config_authority *authority =
		config_find(&state->config, feed->authority);

	return !state_feed_allows(state, feed) &&
	       (authority == NULL || authority->kind == PAL_EXTERNAL);
}

static int
open_names(const struct state *state, const struct config_feed *feed)
{
	const struct ledger_feed *known =
		ledger_find_feed(&state->feeds, feed->name);

	if (known == NULL || known->names[0] == '\0' || state->feeds_folder < 0)
		return -1;
	return openat(state->feeds_folder, known->names,
		O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static bool
blocks(int names, const struct pal_name *name, enum pal_scope scope)
{
	enum pal_scope found;
	bool open = false, any = false;
	unsigned labels = 0;

	if (names_find(names, name, &labels, &found, &open) == 0 &&
		labels > 0 && !open)
		return true;
	return scope == PAL_SUBTREE &&
	       names_any_below(names, name, &any) == 0 && any;
}

bool
derogation_is(const struct state *state, const struct config_feed *feed,
	const struct pal_name *name, enum pal_scope scope)
{
	int names =
		derogation_is_from(state, feed) ? open_names(state, feed) : -1;
	bool is;

	if (names < 0)
		return false;
	is = blocks(names, name, scope);
	close(names);
	return is;
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
count_names(struct derogation *derogation, int from, int by)
{
	struct names_reader *reader = NULL;
	struct names_rule rule;
	struct pal_name name;

	if (names_read_begin(&reader, by) != 0)
		return;
	while (names_read(reader, &rule) == 0) {
		names_name(&name, rule.key, rule.len);
		if (rule.open || !blocks(from, &name, rule.scope))
			continue;
		if (derogation->count < DEROGATION_FIRST)
			derogation->first[derogation->count] = name;
		derogation->count++;
	}
	names_read_end(reader);
}

void
derogation_count(
	const struct state *state, struct derogation *derogation, int by_names)
{
	int from = open_names(state, derogation->from);
	int by = by_names >= 0 ? by_names : open_names(state, derogation->by);

	derogation->count = 0;
	if (from >= 0 && by >= 0)
		count_names(derogation, from, by);
	if (from >= 0)
		close(from);
	if (by >= 0 && by != by_names)
		close(by);
}

void
derogation_each_feed(const struct state *state, const struct config_feed *feed,
	void (*each)(void *ctx, const struct derogation *derogation), void *ctx)
{
	const struct config *config = &state->config;
	bool allows = state_feed_allows(state, feed);
	struct derogation found;

	for (size_t i = 0; i < config->feed_count; i++) {
		const struct config_feed *other = &config->feeds[i];

		found.from = allows ? other : feed;
		found.by = allows ? feed : other;
		if (!state_feed_allows(state, found.by) ||
			!derogation_is_from(state, found.from))
			continue;
		derogation_count(state, &found, -1);
		if (found.count > 0)
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
