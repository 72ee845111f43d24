/* The overview: how the feeds stand. */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "derogation.h"
#include "feed.h"
#include "json.h"
#include "overview.h"
#include "text.h"
#include "timefmt.h"

#define FAILING_MS 86400000 /* what fails for longer rings */
/* What nobody tries for longer does: those who try once a day need not be on
 * the minute. */
#define UNTRIED_MS (FAILING_MS + 7200000)

static void
judge_failing(struct overview *overview, const struct state *state,
	const struct ledger_feed *known)
{
	char time[TIME_TEXT_MAX];
	bool rings = state->started_ms - known->failing > FAILING_MS;

	time_format(time, known->failing / 1000);
	(rings ? problem_error : problem_warning)(&overview->findings, NULL, 0,
		0, "feed %s fails since %s: %s", known->name, time,
		known->error);
}

/* A refresh asks for the reason, but the other feed may have come later.  What
 * is opened is not counted here: there may be millions of names. */
static void
judge_reason(struct overview *overview, const struct state *state,
	const struct config_feed *feed)
{
	const struct config *config = &state->config;
	size_t i = 0;

	if (feed->reason != NULL || !state_feed_allows(state, feed))
		return;
	while (i < config->feed_count &&
		!derogation_is_from(state, &config->feeds[i]))
		i++;
	if (i < config->feed_count)
		problem_warning(&overview->findings, NULL, 0, 0,
			"feed %s allows without a `reason`, and may open names "
			"of feed %s of %s: palang feed show %s",
			feed->name, config->feeds[i].name,
			config->feeds[i].authority, feed->name);
}

/* When its source was asked last, or since when it could have been. */
static int64_t
tried_last(const struct state *state, const struct ledger_feed *known)
{
	struct stat st;

	if (known != NULL)
		return known->tried > 0 ? known->tried : known->added;
	/* It came with palang.yaml as that is now, or before. */
	return stat(state->config.file, &st) == 0
	               ? (int64_t)st.st_ctim.tv_sec * 1000
	               : state->started_ms;
}

/* A timer that is off, and a service that is killed each time, leave no error:
 * what shows is that no try ends.  Standard input has no timer: only who has
 * the list can give it. */
static void
judge_tries(struct overview *overview, const struct state *state,
	const struct config_feed *feed, const struct ledger_feed *known)
{
	struct problems *findings = &overview->findings;
	int64_t last = tried_last(state, known);
	bool rings = feed->source.kind != SOURCE_STDIN &&
	             state->started_ms - last > UNTRIED_MS;
	char time[TIME_TEXT_MAX];

	if (known == NULL || (known->names[0] == '\0' && known->error == NULL &&
				     known->held[0] == '\0'))
		(rings ? problem_error : problem_warning)(findings, NULL, 0, 0,
			"feed %s was never refreshed: palang feed refresh %s",
			feed->name, feed->name);
	else if (rings)
		problem_error(findings, NULL, 0, 0,
			"feed %s: no refresh since %s, whether good or not: "
			"does palang-feeds.timer run, and is its service ended "
			"before it is done?",
			feed->name, time_format(time, last / 1000));
}

static void
judge_feed(struct overview *overview, struct state *state,
	const struct config_feed *feed)
{
	struct problems *findings = &overview->findings;
	const struct ledger_feed *known =
		ledger_find_feed(&state->feeds, feed->name);
	const char *turn = feed_turn(state, feed);

	judge_tries(overview, state, feed, known);
	if (known == NULL)
		return;
	if (known->error != NULL)
		judge_failing(overview, state, known);
	if (known->held[0] != '\0')
		problem_warning(findings, NULL, 0, 0,
			"feed %s: a list is held: %s", feed->name,
			known->held_why);
	if (known->names[0] != '\0')
		judge_reason(overview, state, feed);
	if (turn != NULL)
		problem_warning(
			findings, NULL, 0, 0, "feed %s: %s", feed->name, turn);
	if (known->names[0] != '\0' && !feed_in_lists(state, feed))
		problem_error(findings, NULL, 0, 0,
			"feed %s is not in the lists: palang feed refresh %s",
			feed->name, feed->name);
}

static void
judge_gone(struct overview *overview, struct state *state,
	const struct ledger_feed *known)
{
	const char *lost = feed_gone_lost(state, known);

	problem_warning(&overview->findings, NULL, 0, 0, "feed %s is %s",
		known->name, FEED_GONE);
	if (lost != NULL)
		problem_warning(&overview->findings, NULL, 0, 0,
			"feed %s, which left palang.yaml: %s is lost, and "
			"nothing brings it back but its entry there",
			known->name, lost);
}

void
overview_look_at_feeds(struct overview *overview, struct state *state)
{
	const struct problems *wrong = &state->feed_problems;

	for (size_t i = 0; i < state->config.feed_count; i++)
		judge_feed(overview, state, &state->config.feeds[i]);
	for (size_t i = 0; i < state->feeds.count; i++) {
		if (state_feed_gone(state, &state->feeds.items[i]))
			judge_gone(overview, state, &state->feeds.items[i]);
	}
	for (size_t i = 0; i < wrong->count && i < PROBLEMS_MAX; i++)
		problem_error(&overview->findings, wrong->items[i].file,
			wrong->items[i].line, wrong->items[i].column, "%s",
			wrong->items[i].text);
}

/* "3 h": how long ago, in the largest unit that it fills. */
static void
print_age(int64_t ms)
{
	int64_t s = ms / 1000;

	if (s < 120)
		printf("%" PRId64 " s", s);
	else if (s < 7200)
		printf("%" PRId64 " min", s / 60);
	else if (s < 172800)
		printf("%" PRId64 " h", s / 3600);
	else
		printf("%" PRId64 " days", s / 86400);
}

void
overview_print_feeds(const struct state *state)
{
	for (size_t i = 0; i < state->config.feed_count; i++) {
		const struct config_feed *feed = &state->config.feeds[i];
		const struct ledger_feed *known =
			ledger_find_feed(&state->feeds, feed->name);

		printf("feed %s:", feed->name);
		if (known == NULL || known->names[0] == '\0') {
			printf(" no list yet\n");
			continue;
		}
		printf(" %" PRIu64 " rules%s, refreshed ", known->rules,
			state_feed_allows(state, feed) ? " that allow" : "");
		print_age(state->started_ms - known->refreshed);
		printf(" ago%s%s\n", known->held[0] != '\0' ? ", HELD" : "",
			known->error != NULL ? ", FAILING" : "");
	}
	for (size_t i = 0; i < state->feeds.count; i++) {
		const struct ledger_feed *known = &state->feeds.items[i];

		if (state_feed_gone(state, known))
			printf("feed %s: %" PRIu64 " rules; " FEED_GONE "\n",
				known->name, known->rules);
	}
}

void
overview_put_feeds(struct json_writer *json, const struct state *state)
{
	json_put_array(json, "feeds");
	for (size_t i = 0; i < state->config.feed_count; i++) {
		const struct config_feed *feed = &state->config.feeds[i];
		const struct ledger_feed *known =
			ledger_find_feed(&state->feeds, feed->name);

		json_put_object(json, NULL);
		json_put_text(json, "name", feed->name);
		json_put_int(json, "rules",
			known == NULL ? 0 : (int64_t)known->rules);
		json_put_int(json, "refreshed_ms",
			known == NULL ? 0 : known->refreshed);
		json_put_int(
			json, "tried_ms", known == NULL ? 0 : known->tried);
		json_put_int(
			json, "failing_ms", known == NULL ? 0 : known->failing);
		json_put_text(
			json, "error", known == NULL ? NULL : known->error);
		json_put_text(
			json, "held", known == NULL ? NULL : known->held_why);
		json_end(json);
	}
	for (size_t i = 0; i < state->feeds.count; i++) {
		const struct ledger_feed *known = &state->feeds.items[i];

		if (!state_feed_gone(state, known))
			continue;
		json_put_object(json, NULL);
		json_put_text(json, "name", known->name);
		json_put_bool(json, "gone", true);
		json_put_int(json, "rules", (int64_t)known->rules);
		json_end(json);
	}
	json_end(json);
}
