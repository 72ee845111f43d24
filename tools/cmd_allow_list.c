/* palang allow list: the allows, and what they derogate from. */
#include <inttypes.h>

#include "commands.h"
#include "derogation.h"
#include "json.h"
#include "order.h"
#include "progress.h"
#include "text.h"
#include "timefmt.h"

static int run_list(const struct cmd_call *call);

static const struct cmd_option list_options[] = {
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_allow_list = {"allow list", "",
	"the allows, with their reasons, and what they derogate from",
	"Lists the operator's allows: since when, by whom, why, and the feeds "
	"of external authorities that each of them opens a name of.",
	list_options, 0, 0, run_list};

static void
put_derogations(struct json_writer *json, const struct state *state,
	const struct ledger_allow *allow)
{
	if (json != NULL)
		json_put_array(json, "derogates_from");
	for (size_t i = 0; i < state->config.feed_count; i++) {
		const struct config_feed *feed = &state->config.feeds[i];

		if (!derogation_is(state, feed, &allow->name, allow->scope))
			continue;
		if (json != NULL)
			json_put_text(json, NULL, feed->name);
		else
			printf("    a derogation from feed %s of %s\n",
				feed->name, feed->authority);
	}
	if (json != NULL)
		json_end(json);
}

static void
tell(const struct state *state, const struct ledger_allow *allow,
	struct json_writer *json)
{
	char name[PAL_NAME_TEXT_MAX], time[TIME_TEXT_MAX];

	pal_name_to_text(name, &allow->name);
	time_format(time, allow->added / 1000);
	if (json == NULL) {
		printf("%s  %s  since %s by ", name,
			order_scope_name(allow->scope), time);
		text_print(stdout, allow->who);
		printf(": ");
		text_print(stdout, allow->reason);
		putchar('\n');
		put_derogations(NULL, state, allow);
		return;
	}
	json_put_object(json, NULL);
	json_put_text(json, "name", name);
	json_put_text(json, "scope", order_scope_name(allow->scope));
	json_put_text(json, "reason", allow->reason);
	json_put_text(json, "who", allow->who);
	json_put_text(json, "added", time);
	put_derogations(json, state, allow);
	json_end(json);
}

static void
put_by_feed(void *ctx, const struct derogation *derogation)
{
	struct json_writer *json = ctx;

	if (json != NULL) {
		json_put_object(json, NULL);
		derogation_put_json(json, derogation);
		json_end(json);
		return;
	}
	printf("    a derogation from feed %s of %s, %" PRIu64 " names: ",
		derogation->from->name, derogation->from->authority,
		derogation->count);
	derogation_print_names(stdout, derogation);
	putchar('\n');
}

/* A feed that allows: what it opens. */
static void
tell_feed(const struct state *state, const struct config_feed *feed,
	struct json_writer *json)
{
	const struct ledger_feed *known =
		ledger_find_feed(&state->feeds, feed->name);
	uint64_t rules = known == NULL ? 0 : known->rules;
	struct progress progress;

	progress_begin(&progress, feed->name);
	if (json == NULL) {
		printf("feed %s  %" PRIu64 " rules: ", feed->name, rules);
		text_print(stdout, feed->reason != NULL ? feed->reason
							: "no reason is given");
		putchar('\n');
		derogation_each_feed(state, feed, &progress, put_by_feed, NULL);
		return;
	}
	json_put_object(json, NULL);
	json_put_text(json, "feed", feed->name);
	json_put_text(json, "reason", feed->reason);
	json_put_int(json, "rules", (int64_t)rules);
	json_put_array(json, "derogations");
	derogation_each_feed(state, feed, &progress, put_by_feed, json);
	json_end(json);
	json_end(json);
}

static int
list(struct state *state, struct json_writer *json)
{
	struct ledger_allows allows;
	int ret = ledger_load_allows(state->ledger, &allows);

	if (ret != 0)
		ret = state_fail_ledger(state, ret);
	else
		for (size_t i = 0; i < allows.count; i++)
			tell(state, &allows.items[i], json);
	for (size_t i = 0; ret == EXIT_DONE && i < state->config.feed_count;
		i++) {
		if (state_feed_allows(state, &state->config.feeds[i]))
			tell_feed(state, &state->config.feeds[i], json);
	}
	ledger_allows_fini(&allows);
	return ret;
}

static int
run_list(const struct cmd_call *call)
{
	bool as_json = cmd_option(call, "json") != NULL;
	struct json_writer json;
	struct state state;
	int ret = state_begin(&state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	json_start_array(&json);
	if (ret == EXIT_DONE)
		ret = list(&state, as_json ? &json : NULL);
	if (ret == EXIT_DONE && as_json)
		ret = json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
	else
		json_drop(&json);
	state_close(&state);
	return ret;
}
