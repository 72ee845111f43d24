/* palang feed list, palang feed show. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "derogation.h"
#include "feed.h"
#include "json.h"
#include "order.h"
#include "palang/clock.h"
#include "progress.h"
#include "text.h"
#include "timefmt.h"

static int run_list(const struct cmd_call *call);
static int run_show(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_feed_list = {"feed list", "",
	"the feeds, how fresh they are, and what is wrong with them",
	"Lists the feeds in the order of precedence: rules in force, when the "
	"source was last seen to be as the list is, whether a list is held, "
	"and what went wrong last.",
	options, 0, 0, run_list};

const struct cmd cmd_feed_show = {"feed show", "NAME",
	"one feed: its definition, how it stands, what is allowed of it",
	"Shows where a feed comes from, what it answers, how it stands, and "
	"the derogations: allows that open a name that an external "
	"authority's feed blocks.",
	options, 1, 1, run_show};

static const char *
time_ms(char buf[TIME_TEXT_MAX], int64_t ms)
{
	return ms <= 0 ? "never" : time_format(buf, ms / 1000);
}

static const struct ledger_feed *
known_of(const struct state *state, const struct config_feed *feed)
{
	static const struct ledger_feed none;
	const struct ledger_feed *known =
		ledger_find_feed(&state->feeds, feed->name);

	return known != NULL ? known : &none;
}

static void
print_state(const struct ledger_feed *known, bool in_lists)
{
	char time[TIME_TEXT_MAX];

	if (known->names[0] == '\0')
		printf("no list yet");
	else
		printf("%" PRIu64 " rules%s, refreshed %s", known->rules,
			in_lists ? "" : " NOT IN THE LISTS",
			time_ms(time, known->refreshed));
}

static void
print_troubles(
	const char *indent, const struct ledger_feed *known, const char *turn)
{
	char time[TIME_TEXT_MAX];

	if (turn != NULL)
		printf("%s%s\n", indent, turn);
	if (known->held[0] != '\0') {
		printf("%sheld since %s, %" PRIu64 " rules: ", indent,
			time_ms(time, known->held_since), known->held_rules);
		text_print(stdout, known->held_why);
		putchar('\n');
	}
	if (known->error != NULL) {
		printf("%sfails since %s: ", indent,
			time_ms(time, known->failing));
		text_print(stdout, known->error);
		putchar('\n');
	}
	if (known->rolled_back)
		printf("%srolled back: the list in force is an older one\n",
			indent);
}

static void
print_row(struct state *state, const struct config_feed *feed)
{
	const struct ledger_feed *known = known_of(state, feed);

	printf("%-16s  %s%s  ", feed->name, feed->authority,
		state_feed_allows(state, feed) ? "  allows" : "");
	print_state(known, feed_in_lists(state, feed));
	putchar('\n');
	print_troubles("    ", known, feed_turn(state, feed));
}

static void
put_time(struct json_writer *json, const char *key, int64_t ms)
{
	char time[TIME_TEXT_MAX];

	json_put_text(json, key, ms <= 0 ? NULL : time_format(time, ms / 1000));
}

static void
put_address(struct json_writer *json, const char *key, int family,
	const void *octets)
{
	char text[INET6_ADDRSTRLEN];

	json_put_text(json, key,
		octets == NULL ? NULL
			       : inet_ntop(family, octets, text, sizeof text));
}

/* What its names are answered with, wherever that is said. */
static void
put_answer(struct json_writer *json, const struct config *config,
	const struct config_feed *feed)
{
	struct policy_texts texts = {.ede = NULL};
	struct pal_policy_in policy;

	if (feed->allow ||
		config_feed_policy(config, feed, &policy, &texts) != 0)
		return;
	json_put_text(json, "answer", order_answer_name(policy.answer));
	json_put_int(json, "ttl", policy.ttl);
	put_address(json, "a", AF_INET, policy.has_a ? policy.a : NULL);
	put_address(
		json, "aaaa", AF_INET6, policy.has_aaaa ? policy.aaaa : NULL);
	json_put_text(json, "text",
		feed->answer.text[0] == '\0' ? NULL : feed->answer.text);
	json_put_text(json, "ede", policy.ede);
	policy_texts_fini(&texts);
}

static void
put_definition(struct json_writer *json, const struct config *config,
	const struct config_feed *feed)
{
	const struct source_limits *limits = &feed->limits;

	json_put_text(json, "authority", feed->authority);
	json_put_text(json, "as", feed->allow ? "allow" : "block");
	json_put_text(json, "reason", feed->reason);
	json_put_text(json, "source", feed->source.text);
	json_put_text(json, "format", clean_format_names[feed->format]);
	json_put_text(json, "scope",
		feed->has_scope ? order_scope_name(feed->scope) : NULL);
	json_put_bool(json, "added", feed->added);
	put_answer(json, config, feed);
	json_put_int(json, "min_names", (int64_t)feed->min_names);
	json_put_int(json, "max_change_percent", feed->max_change);
	json_put_bool(json, "strict", feed->strict);
	json_put_int(json, "max_size", (int64_t)limits->max_size);
	json_put_int(json, "max_time", limits->max_time);
	json_put_bool(json, "allow_private", limits->allow_private);
	json_put_text(json, "tsig", limits->tsig);
	json_put_text(json, "ca_file", limits->ca_file);
}

/* How it stands, as the ledger has it. */
static void
put_state(struct json_writer *json, const struct ledger_feed *known)
{
	json_put_int(json, "rules", (int64_t)known->rules);
	put_time(json, "refreshed", known->refreshed);
	put_time(json, "tried", known->tried);
	put_time(json, "failing_since", known->failing);
	json_put_text(json, "error", known->error);
	json_put_bool(json, "rolled_back", known->rolled_back);
	if (known->held[0] == '\0') {
		json_put_null(json, "held");
		return;
	}
	json_put_object(json, "held");
	put_time(json, "since", known->held_since);
	json_put_int(json, "rules", (int64_t)known->held_rules);
	json_put_text(json, "why", known->held_why);
	json_end(json);
}

static void
put_feed(struct json_writer *json, struct state *state,
	const struct config_feed *feed)
{
	json_put_text(json, "name", feed->name);
	put_definition(json, &state->config, feed);
	json_put_text(json, "in_force_as",
		state_feed_allows(state, feed) ? "allow" : "block");
	json_put_bool(json, "in_lists", feed_in_lists(state, feed));
	put_state(json, known_of(state, feed));
}

/* Those that left palang.yaml. */
static void
print_gone(const struct state *state)
{
	for (size_t i = 0; i < state->feeds.count; i++) {
		const struct ledger_feed *known = &state->feeds.items[i];

		if (state_feed_gone(state, known))
			printf("%-16s  %" PRIu64 " rules; " FEED_GONE "\n",
				known->name, known->rules);
	}
}

static void
put_gone(struct json_writer *json, struct state *state)
{
	for (size_t i = 0; i < state->feeds.count; i++) {
		const struct ledger_feed *known = &state->feeds.items[i];

		if (!state_feed_gone(state, known))
			continue;
		json_put_object(json, NULL);
		json_put_text(json, "name", known->name);
		json_put_bool(json, "gone", true);
		json_put_int(json, "rules", (int64_t)known->rules);
		json_put_bool(
			json, "in_lists", feed_gone_in_lists(state, known));
		json_end(json);
	}
}

static int
list(struct state *state, bool as_json)
{
	const struct config *config = &state->config;
	struct json_writer json;

	if (!as_json) {
		for (size_t i = 0; i < config->feed_count; i++)
			print_row(state, &config->feeds[i]);
		print_gone(state);
		return EXIT_DONE;
	}
	json_start_array(&json);
	for (size_t i = 0; i < config->feed_count; i++) {
		json_put_object(&json, NULL);
		put_feed(&json, state, &config->feeds[i]);
		json_end(&json);
	}
	put_gone(&json, state);
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}

static int
run_list(const struct cmd_call *call)
{
	struct state state;
	int ret = state_begin(&state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE)
		ret = list(&state, cmd_option(call, "json") != NULL);
	if (ret == EXIT_DONE)
		ret = state_check_feeds(&state);
	state_close(&state);
	return ret;
}

/* ---- one ---- */

static void
print_definition(const struct config *config, const struct config_feed *feed)
{
	struct policy_texts texts = {.ede = NULL};
	struct pal_policy_in policy;

	printf("source     ");
	text_print(stdout, feed->source.text);
	printf("\nformat     %s", clean_format_names[feed->format]);
	if (feed->has_scope)
		printf(", scope %s", order_scope_name(feed->scope));
	printf("\nguards     min-names %" PRIu64 ", max-change %u%%%s\n",
		feed->min_names, feed->max_change,
		feed->strict ? ", strict" : "");
	printf("limits     max-size %" PRIu64 " octets, max-time %u s%s\n",
		feed->limits.max_size, feed->limits.max_time,
		feed->limits.allow_private ? ", allow-private" : "");
	if (feed->allow) {
		printf("allows     its names are blocked by no feed\n");
		if (feed->reason != NULL) {
			printf("reason     ");
			text_print(stdout, feed->reason);
			putchar('\n');
		}
		return;
	}
	if (config_feed_policy(config, feed, &policy, &texts) != 0)
		return;
	printf("answer     %s, TTL %" PRIu32 " s, ",
		order_answer_name(policy.answer), policy.ttl);
	text_print(stdout, policy.ede);
	putchar('\n');
	policy_texts_fini(&texts);
}

static void
print_derogation(void *ctx, const struct ledger_allow *allow)
{
	char name[PAL_NAME_TEXT_MAX], time[TIME_TEXT_MAX];

	(void)ctx;
	printf("derogation %s (%s), since %s by ",
		pal_name_to_text(name, &allow->name),
		order_scope_name(allow->scope), time_ms(time, allow->added));
	text_print(stdout, allow->who);
	printf(": ");
	text_print(stdout, allow->reason);
	putchar('\n');
}

static void
print_by_feed(void *ctx, const struct derogation *derogation)
{
	const char *reason = derogation->by->reason;

	(void)ctx;
	printf("derogation by feed %s from feed %s of %s, %" PRIu64 " names: ",
		derogation->by->name, derogation->from->name,
		derogation->from->authority, derogation->count);
	derogation_print_names(stdout, derogation);
	printf(": ");
	text_print(stdout, reason != NULL ? reason : "no reason is given");
	putchar('\n');
}

static void
print(struct state *state, const struct config_feed *feed)
{
	const struct ledger_feed *known = known_of(state, feed);
	char time[TIME_TEXT_MAX];
	struct progress progress;

	progress_begin(&progress, feed->name);
	printf("feed       %s of %s, ", feed->name, feed->authority);
	if (feed->added) {
		printf("added %s by ", time_ms(time, known->added));
		text_print(stdout, known->who);
	} else {
		printf("of %s", state->config.file);
	}
	putchar('\n');
	print_definition(&state->config, feed);
	printf("state      ");
	print_state(known, feed_in_lists(state, feed));
	printf(", tried %s\n", time_ms(time, known->tried));
	print_troubles("           ", known, feed_turn(state, feed));
	derogation_each(state, feed, print_derogation, NULL);
	derogation_each_feed(state, feed, &progress, print_by_feed, NULL);
}

static void
put_derogation(void *ctx, const struct ledger_allow *allow)
{
	struct json_writer *json = ctx;
	char name[PAL_NAME_TEXT_MAX];

	json_put_object(json, NULL);
	json_put_text(json, "name", pal_name_to_text(name, &allow->name));
	json_put_text(json, "scope", order_scope_name(allow->scope));
	json_put_text(json, "reason", allow->reason);
	json_put_text(json, "who", allow->who);
	json_end(json);
}

static void
put_by_feed(void *ctx, const struct derogation *derogation)
{
	struct json_writer *json = ctx;

	json_put_object(json, NULL);
	derogation_put_json(json, derogation);
	json_end(json);
}

static int
print_json(struct state *state, const struct config_feed *feed)
{
	struct json_writer json;
	struct progress progress;

	progress_begin(&progress, feed->name);
	json_start(&json);
	put_feed(&json, state, feed);
	json_put_array(&json, "derogations");
	derogation_each(state, feed, put_derogation, &json);
	json_end(&json);
	json_put_array(&json, "feed_derogations");
	derogation_each_feed(state, feed, &progress, put_by_feed, &json);
	json_end(&json);
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}

/* One that left palang.yaml: what it was there is known no more. */
static int
show_gone(struct state *state, const struct ledger_feed *known, bool as_json)
{
	struct json_writer json;

	if (!as_json) {
		printf("feed       %s, " FEED_GONE "\nstate      ",
			known->name);
		print_state(known, feed_gone_in_lists(state, known));
		putchar('\n');
		print_troubles("           ", known, NULL);
		return EXIT_DONE;
	}
	json_start(&json);
	json_put_text(&json, "name", known->name);
	json_put_bool(&json, "gone", true);
	json_put_bool(&json, "in_lists", feed_gone_in_lists(state, known));
	put_state(&json, known);
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}

static int
show(struct state *state, const struct cmd_call *call)
{
	const struct config_feed *feed =
		config_find_feed(&state->config, call->args[0]);
	const struct ledger_feed *gone = feed_gone(state, call->args[0]);

	if (feed == NULL && gone != NULL)
		return show_gone(state, gone, cmd_option(call, "json") != NULL);
	if (feed == NULL)
		return cmd_fail("there is no feed \"%s\"; `palang feed list` "
				"shows those there are",
			call->args[0]);
	if (cmd_option(call, "json") != NULL)
		return print_json(state, feed);
	print(state, feed);
	return EXIT_DONE;
}

static int
run_show(const struct cmd_call *call)
{
	struct state state;
	int ret = state_begin(&state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE)
		ret = show(&state, call);
	state_close(&state);
	return ret;
}
