/* The overview for programs. */
#include <string.h>

#include "json.h"
#include "overview.h"
#include "palang/error.h"
#include "timefmt.h"

static const char *const answer_words[PAL_ANSWERS] = {
	"sinkhole", "nodata", "nxdomain", "refused"};

static void
put_epoch(struct json_writer *json, const uint8_t epoch[PAL_EPOCH_SIZE])
{
	char hex[2 * PAL_EPOCH_SIZE + 1];

	for (unsigned i = 0; i < PAL_EPOCH_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", epoch[i]);
	json_put_text(json, "epoch", hex);
}

static void
put_counts(struct json_writer *json, const uint64_t counts[PAL_ANSWERS])
{
	json_put_object(json, "blocked");
	for (int i = 0; i < PAL_ANSWERS; i++)
		json_put_int(json, answer_words[i], (int64_t)counts[i]);
	json_end(json);
}

static void
put_list(struct json_writer *json, const struct pal_status_list *list)
{
	json_put_object(json, NULL);
	json_put_text(json, "name", list->name);
	json_put_int(json, "rules", (int64_t)list->rules);
	json_put_int(json, "octets", (int64_t)list->octets);
	json_put_bool(json, "fallback", list->fallback);
	json_end(json);
}

static void
put_order_counts(struct json_writer *json, const struct pal_status *status)
{
	json_put_array(json, "orders");
	for (size_t i = 0; i < status->order_count; i++) {
		json_put_object(json, NULL);
		json_put_text(json, "authority", status->orders[i].authority);
		json_put_text(json, "id", status->orders[i].id);
		put_counts(json, status->orders[i].blocked);
		json_end(json);
	}
	json_end(json);
}

static void
put_status(struct json_writer *json, const struct pal_status *status)
{
	json_put_text(json, "instance", status->instance);
	json_put_text(json, "host", status->host);
	json_put_int(json, "pid", status->pid);
	json_put_int(json, "started_ms", status->started);
	json_put_int(json, "heartbeat_ms", status->heartbeat);
	json_put_int(json, "ended_ms", status->ended);
	put_epoch(json, status->epoch);
	json_put_int(json, "generation", (int64_t)status->generation);
	json_put_int(json, "effect_ms", status->effect);
	json_put_int(json, "swept", (int64_t)status->swept);
	json_put_int(json, "swept_ms", status->swept_at);
	json_put_int(json, "latest_ms", status->latest);
	json_put_int(json, "stepped_ms", status->stepped);
	json_put_int(
		json, "error_generation", (int64_t)status->error_generation);
	json_put_text(
		json, "error", status->error[0] == '\0' ? NULL : status->error);
	json_put_array(json, "lists");
	for (unsigned i = 0; i < status->list_count; i++)
		put_list(json, &status->lists[i]);
	json_end(json);
	put_counts(json, status->blocked);
	put_order_counts(json, status);
}

static void
put_resolver(struct json_writer *json, const struct resolver *resolver)
{
	json_put_object(json, NULL);
	json_put_text(json, "file", resolver->file);
	json_put_text(json, "state", overview_word(resolver));
	json_put_bool(json, "live", resolver->live);
	if (resolver->error == 0)
		put_status(json, &resolver->status);
	json_end(json);
}

static void
put_states(struct json_writer *json, const char *key,
	const size_t counts[EFFECT_STATES])
{
	json_put_object(json, key);
	for (int i = 0; i < EFFECT_STATES; i++)
		json_put_int(json, effect_state_name((enum effect_state)i),
			(int64_t)counts[i]);
	json_end(json);
}

static void
put_suspensions(struct json_writer *json, const struct state *state)
{
	const struct history *history = &state->recorded.history;
	char time[TIME_TEXT_MAX];

	json_put_array(json, "suspended");
	for (size_t i = 0; i < history->suspension_count; i++) {
		const struct suspension *stop = &history->suspensions[i];

		if (stop->when.end != PAL_NEVER)
			continue;
		json_put_object(json, NULL);
		json_put_text(json, "authority", stop->authority);
		json_put_text(json, "id", stop->id);
		json_put_text(
			json, "since", time_format(time, stop->when.start));
		json_put_text(json, "who", state->recorded.stops[i].who);
		json_put_text(json, "reason", state->recorded.stops[i].reason);
		json_end(json);
	}
	json_end(json);
}

/* Keys of the orders in that state, or of those whose review is due. */
static void
put_keys(struct json_writer *json, const struct overview *overview,
	const struct state *state, bool reviews)
{
	const struct history *history = &state->recorded.history;

	json_put_array(json, reviews ? "review_due" : "waiting");
	for (size_t i = 0; i < history->record_count; i++) {
		char key[ORDER_KEY_MAX];

		if (reviews ? overview_review_due(overview, state, i)
			    : overview->states[i] == EFFECT_WAITING)
			json_put_text(json, NULL,
				order_key(key, history->records[i].order));
	}
	json_end(json);
}

static void
put_findings(struct json_writer *json, const struct problems *findings)
{
	size_t count =
		findings->count < PROBLEMS_MAX ? findings->count : PROBLEMS_MAX;

	json_put_bool(json, "ok", findings->errors == 0);
	json_put_array(json, "findings");
	for (size_t i = 0; i < count; i++) {
		json_put_object(json, NULL);
		json_put_text(json, "level",
			findings->items[i].warning ? "warning" : "error");
		json_put_text(json, "text", findings->items[i].text);
		json_end(json);
	}
	json_end(json);
}

static void
put_switch(struct json_writer *json, const struct state *state)
{
	char time[TIME_TEXT_MAX];

	json_put_bool(json, "open", state->open.number != 0);
	if (state->open.number == 0)
		return;
	json_put_text(json, "open_since",
		time_format(time, state->open.began / 1000));
	json_put_text(json, "open_who", state->open.who);
	json_put_text(json, "open_reason", state->open.reason);
}

int
overview_print_json(const struct overview *overview, const struct state *state)
{
	const struct ledger_generation *newest = &overview->newest;
	struct json_writer json;

	json_start(&json);
	put_epoch(&json, newest->epoch);
	json_put_int(&json, "generation", (int64_t)newest->generation);
	json_put_int(&json, "made_ms", newest->begun);
	json_put_bool(&json, "published", overview->gap == PUBLISH_IN_STEP);
	put_switch(&json, state);
	json_put_array(&json, "resolvers");
	for (size_t i = 0; i < overview->resolvers.count; i++)
		put_resolver(&json, &overview->resolvers.items[i]);
	json_end(&json);
	put_states(&json, "orders", overview->blocks);
	put_states(&json, "lifts", overview->lifts);
	json_put_int(&json, "names", (int64_t)overview->names);
	overview_put_due(&json, overview);
	overview_put_keys(&json, overview, state);
	overview_put_held(&json, overview, state);
	put_suspensions(&json, state);
	overview_put_shadow(&json, overview);
	put_keys(&json, overview, state, false);
	put_keys(&json, overview, state, true);
	overview_put_feeds(&json, state);
	put_findings(&json, &overview->findings);
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}
