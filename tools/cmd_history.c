/* palang history: everything that was ever done. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "hold.h"
#include "idn.h"
#include "json.h"
#include "palang/error.h"
#include "palang/status.h"
#include "state.h"
#include "text.h"
#include "timefmt.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_history = {"history", "[ORDER|FEED|NAME]",
	"what was ever done, by whom and when",
	"Lists what was done, in order: with an ORDER, what was done with it "
	"and the lifts of it; with a NAME, with the orders that ever covered "
	"it; else everything. Entries `recorded`, which say for the audit what "
	"others say in words, are left out. Nothing is ever taken out of the "
	"history.",
	options, 0, 1, run};

/* Which records the history is asked about; all if picked is NULL. */
/* What resolvers have confirmed is of the orders picked where a generation of
 * theirs is reached by it for the first time. */
struct reached {
	char instance[PAL_INSTANCE_MAX];
	bool swept;
	uint64_t generation;
	struct reached *next;
};

struct picking {
	const struct state *state;
	bool *picked;             /* by record */
	const char *feed;         /* in place of records */
	const char *waiting;      /* so is an order that is in none */
	struct json_writer *json; /* NULL: print */
	uint8_t epoch[PAL_EPOCH_SIZE];
	uint64_t generation; /* of the last entry that was picked */
	struct reached *reached;
};

static void
pick(struct picking *picking, const struct record *record)
{
	picking->picked[state_index(picking->state, record)] = true;
}

/* An order, and what lifts or replaces it. */
static void
pick_with_related(struct picking *picking, const struct record *record)
{
	const struct record *next;
	size_t cursor = 0;

	pick(picking, record);
	while ((next = history_next(&picking->state->recorded.history,
			record->order->authority, record->order->id,
			&cursor)) != NULL)
		pick(picking, next);
}

static size_t
pick_order(struct picking *picking, const char *text)
{
	const struct history *history = &picking->state->recorded.history;
	size_t found = 0;

	for (size_t i = 0; i < history->record_count; i++) {
		const struct record *record = &history->records[i];
		char key[ORDER_KEY_MAX];

		if (strcmp(record->order->id, text) != 0 &&
			strcmp(order_key(key, record->order), text) != 0)
			continue;
		pick_with_related(picking, record);
		found++;
	}
	return found;
}

/* The orders that have, or had, something to say of the name. */
static int
pick_name(struct picking *picking, const char *text)
{
	const struct history *history = &picking->state->recorded.history;
	char why[IDN_WHY_MAX];
	struct pal_name name;

	if (idn_read(&name, text, why) != 0)
		return cmd_fail("there is no order \"%s\", and it is no name "
				"either: %s",
			text, why);
	for (size_t i = 0; i < history->record_count; i++) {
		struct effect effect;

		if (history->records[i].order->action != ORDER_BLOCK)
			continue;
		if (effect_of(&effect, history, &picking->state->config, i) !=
			0)
			return cmd_fail("%s", pal_strerror(PAL_ENOMEM));
		if (effect_find(&effect, &name) != NULL)
			pick_with_related(picking, &history->records[i]);
		effect_fini(&effect);
	}
	return EXIT_DONE;
}

/* An order of which there is nothing but that guards refused it; or a name. */
static int
pick_refused(struct picking *picking, const char *what)
{
	const struct state *state = picking->state;
	bool refused;
	int ret = ledger_has_refused_named(state->ledger, what, &refused);

	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (!refused)
		return pick_name(picking, what);
	picking->waiting = what;
	return EXIT_DONE;
}

static int
pick_what(struct picking *picking, const char *what)
{
	bool waits = false;
	int ret;

	if (pick_order(picking, what) > 0)
		return EXIT_DONE;
	ret = hold_has(picking->state, what, &waits);
	if (ret == EXIT_DONE && waits)
		picking->waiting = what;
	if (ret != EXIT_DONE || waits)
		return ret;
	if (config_find_feed(&picking->state->config, what) == NULL)
		return pick_refused(picking, what);
	picking->feed = what;
	return EXIT_DONE;
}

/* NULL: no memory. */
static struct reached *
find_reached(struct picking *picking, const struct ledger_event *event)
{
	bool swept = strcmp(event->what, "swept") == 0;
	struct reached *at = picking->reached;

	while (at != NULL &&
		(at->swept != swept ||
			strcmp(at->instance, event->instance) != 0))
		at = at->next;
	if (at != NULL || (at = calloc(1, sizeof *at)) == NULL)
		return at;
	text_copy(at->instance, sizeof at->instance, event->instance);
	at->swept = swept;
	at->next = picking->reached;
	picking->reached = at;
	return at;
}

static bool
confirms(struct picking *picking, const struct ledger_event *event)
{
	struct reached *reached;

	if (picking->generation == 0 ||
		event->generation < picking->generation ||
		memcmp(event->epoch, picking->epoch, PAL_EPOCH_SIZE) != 0)
		return false;
	reached = find_reached(picking, event);
	if (reached == NULL || reached->generation >= picking->generation)
		return false;
	reached->generation = event->generation;
	return true;
}

static bool
is_about(const struct picking *picking, const struct ledger_event *event)
{
	const struct record *record;

	if (event->authority == NULL || event->id == NULL)
		return false;
	if (picking->waiting != NULL)
		return strncmp(event->what, "feed ", 5) != 0 &&
		       order_fit(event->authority, event->id,
			       picking->waiting) != ORDER_FIT_NONE;
	if (picking->feed != NULL)
		return strncmp(event->what, "feed ", 5) == 0 &&
		       strcmp(event->id, picking->feed) == 0;
	record = history_find(
		&picking->state->recorded.history, event->authority, event->id);
	return record != NULL &&
	       picking->picked[state_index(picking->state, record)];
}

static bool
is_picked(struct picking *picking, const struct ledger_event *event)
{
	/* Of what another entry says in words, the digest: for the audit. */
	if (strcmp(event->what, "recorded") == 0)
		return false;
	if (picking->picked == NULL)
		return true;
	if (event->instance != NULL)
		return confirms(picking, event);
	if (!is_about(picking, event))
		return false;
	if (event->has_generation && event->generation != 0) {
		memcpy(picking->epoch, event->epoch, PAL_EPOCH_SIZE);
		picking->generation = event->generation;
	}
	return true;
}

static void
print_event(const struct ledger_event *event)
{
	char time[TIME_TEXT_MAX];

	printf("%s  ", time_format(time, event->at / 1000));
	text_print(stdout, event->what);
	if (event->authority != NULL && event->id != NULL)
		printf("  %s:%s", event->authority, event->id);
	/* A row of the ledger; whose hand it was, nobody knows. */
	if (strcmp(event->what, "changed") == 0 && event->id != NULL) {
		printf("  ");
		text_print(stdout, event->id);
		printf("  found by ");
	} else if (event->instance != NULL) {
		printf("  on ");
	} else {
		printf("  by ");
	}
	text_print(
		stdout, event->instance != NULL ? event->instance : event->who);
	if (event->has_generation)
		printf("  generation %" PRIu64, event->generation);
	if (event->detail != NULL) {
		printf("  ");
		text_print(stdout, event->detail);
	}
	if (event->said != 0)
		printf("  since %s", time_format(time, event->said / 1000));
	putchar('\n');
}

static void
put_event(struct json_writer *json, const struct ledger_event *event)
{
	char time[TIME_TEXT_MAX], hex[PAL_SHA256_HEX];

	json_put_object(json, NULL);
	json_put_int(json, "n", event->number);
	json_put_text(json, "time", time_format(time, event->at / 1000));
	json_put_int(json, "time_ms", event->at);
	json_put_text(json, "what", event->what);
	json_put_text(json, "authority", event->authority);
	json_put_text(json, "id", event->id);
	json_put_text(json, "digest",
		event->digest == NULL ? NULL
				      : pal_sha256_to_hex(hex, event->digest));
	json_put_text(json, "who", event->who);
	json_put_text(json, "detail", event->detail);
	if (event->has_generation)
		json_put_int(json, "generation", (int64_t)event->generation);
	else
		json_put_null(json, "generation");
	json_put_text(json, "instance", event->instance);
	if (event->said != 0)
		json_put_int(json, "said_ms", event->said);
	else
		json_put_null(json, "said_ms");
	json_put_text(json, "hash",
		event->hash == NULL ? NULL
				    : pal_sha256_to_hex(hex, event->hash));
	json_end(json);
}

static int
tell(void *ctx, const struct ledger_event *event)
{
	struct picking *picking = ctx;

	if (!is_picked(picking, event))
		return 0;
	if (picking->json != NULL)
		put_event(picking->json, event);
	else
		print_event(event);
	return 0;
}

static void
forget(struct reached *reached)
{
	while (reached != NULL) {
		struct reached *next = reached->next;

		free(reached);
		reached = next;
	}
}

static int
history(struct state *state, const char *what, bool as_json)
{
	struct picking picking = {.state = state};
	struct json_writer json;
	int ret = EXIT_DONE;

	json_start_array(&json);
	picking.json = as_json ? &json : NULL;
	if (what != NULL) {
		picking.picked = calloc(
			state->recorded.history.record_count + 1, sizeof(bool));
		ret = picking.picked == NULL ? cmd_fail("no memory")
		                             : pick_what(&picking, what);
	}
	if (ret == EXIT_DONE &&
		(ret = ledger_events(state->ledger, tell, &picking)) != 0)
		ret = state_fail_ledger(state, ret);
	if (ret == EXIT_DONE && as_json)
		ret = json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
	else
		json_drop(&json);
	free(picking.picked);
	forget(picking.reached);
	return ret;
}

static int
run(const struct cmd_call *call)
{
	struct state state;
	int ret = state_begin(&state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE)
		ret = history(&state, call->count > 0 ? call->args[0] : NULL,
			cmd_option(call, "json") != NULL);
	state_close(&state);
	return ret;
}
