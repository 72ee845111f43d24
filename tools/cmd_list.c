/* palang list: the orders and lifts, a line each. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "hold.h"
#include "json.h"
#include "palang/error.h"
#include "state.h"
#include "text.h"
#include "timefmt.h"

static int run(const struct cmd_call *call);

/* Each of the options picks states; more than one of them picks all theirs. */
static const struct cmd_option options[] = {
	{"active", 0, NULL, "those in force"},
	{"pending", 0, NULL, "those that begin later, and lifts that wait"},
	{"expired", 0, NULL, "those whose time is over, or replaced"},
	{"lifted", 0, NULL,
		"those lifted as a whole, now or before they began, and the "
		"lifts of them"},
	{"held", 0, NULL, "those that wait for an approval"},
	{"all", 0, NULL, "all"}, PAST_OPTIONS,
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_list = {"list", "", "the recorded orders and lifts",
	"Lists orders and lifts in the order of their receipt: state, key, "
	"what they do, since when. Without options those that are in force, "
	"begin later, are suspended, or are held.",
	options, 0, 0, run};

#define BIT(state) (1u << (state))
#define HELD       (1u << 31) /* no state of what is recorded */

static const struct {
	const char *option;
	unsigned states;
} filters[] = {
	{"active", BIT(EFFECT_ACTIVE)},
	{"pending", BIT(EFFECT_PENDING) | BIT(EFFECT_WAITING)},
	{"expired", BIT(EFFECT_EXPIRED) | BIT(EFFECT_REPLACED)},
	{"lifted", BIT(EFFECT_LIFTED) | BIT(EFFECT_CANCELLED)},
	{"held", HELD},
	{"all", ~0u},
};

static unsigned
wanted(const struct cmd_call *call)
{
	unsigned states = 0;

	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
		if (cmd_option(call, filters[i].option) != NULL)
			states |= filters[i].states;
	}
	if (states == 0)
		states = BIT(EFFECT_ACTIVE) | BIT(EFFECT_PENDING) |
		         BIT(EFFECT_WAITING) | BIT(EFFECT_SUSPENDED) | HELD;
	/* What is held is not recorded yet, and demands nothing. */
	if (cmd_option(call, "ordered-at") != NULL)
		states &= ~HELD;
	return states;
}

/* What is told of one order or lift. */
struct row {
	size_t index;
	enum effect_state found;
	struct effect_names names; /* of a block */
};

static struct pal_interval
window_of(const struct state *state, const struct record *record)
{
	if (record->order->action == ORDER_LIFT)
		return effect_lift_window(record);
	return effect_window(
		&state->recorded.history, &state->config, record, NULL);
}

/* "blocks 1 of 2 names": of an order in force those that no lift opens. */
static void
print_names(const struct row *row)
{
	printf("  blocks ");
	if (row->found == EFFECT_ACTIVE &&
		row->names.blocked != row->names.given)
		printf("%zu of ", row->names.blocked);
	printf("%zu name%s", row->names.given,
		row->names.given == 1 ? "" : "s");
}

/* Whose word it is. */
static void
print_vouch(const struct state *state, const struct ledger_document *document)
{
	char id[MINISIG_ID_TEXT];
	struct ledger_signed found;

	if (document->source != NULL)
		printf("  transcribed");
	if (document->signature == 0)
		return;
	if (ledger_signed(state->ledger, document->signature, &found) == 0)
		printf("  signed %s", minisig_id_format(id, found.key));
	ledger_signed_fini(&found);
}

static void
put_vouch(struct json_writer *json, const struct state *state,
	const struct ledger_document *document)
{
	char id[MINISIG_ID_TEXT];
	struct ledger_signed found;

	json_put_text(json, "source", document->source);
	if (ledger_signed(state->ledger, document->signature, &found) == 0 &&
		found.comment != NULL) {
		json_put_text(json, "key", minisig_id_format(id, found.key));
		json_put_text(json, "comment", found.comment);
	}
	ledger_signed_fini(&found);
}

static void
print_row(const struct state *state, const struct row *row)
{
	size_t index = row->index;
	const struct record *record = &state->recorded.records[index];
	const struct order *order = record->order;
	struct pal_interval window = window_of(state, record);
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];

	printf("%-9s  %s", effect_state_name(row->found),
		order_key(key, order));
	if (order->action == ORDER_LIFT)
		printf("  lifts %s%s:%s",
			order->target_count == 0 ? "" : "names of ",
			order->lifts_authority, order->lifts);
	else
		print_names(row);
	printf("  from %s", time_format(time, window.start));
	if (window.end != PAL_NEVER)
		printf(" to %s", time_format(time, window.end));
	print_vouch(state, &state->recorded.documents[index]);
	if (order->reference != NULL) {
		printf("  ");
		text_print(stdout, order->reference);
	}
	putchar('\n');
}

static void
put_row(struct json_writer *json, const struct state *state,
	const struct row *row)
{
	size_t index = row->index;
	const struct record *record = &state->recorded.records[index];
	const struct order *order = record->order;
	struct pal_interval window = window_of(state, record);
	char time[TIME_TEXT_MAX];

	json_put_object(json, NULL);
	json_put_text(json, "authority", order->authority);
	json_put_text(json, "id", order->id);
	json_put_text(
		json, "action", order->action == ORDER_LIFT ? "lift" : "block");
	json_put_text(json, "state", effect_state_name(row->found));
	json_put_text(json, "from", time_format(time, window.start));
	json_put_text(json, "to",
		window.end == PAL_NEVER ? NULL : time_format(time, window.end));
	json_put_text(json, "received",
		time_format(time, state->recorded.documents[index].received));
	if (order->action == ORDER_BLOCK) {
		json_put_int(json, "targets", (int64_t)row->names.given);
		json_put_int(json, "blocked", (int64_t)row->names.blocked);
	} else {
		json_put_int(json, "targets", (int64_t)order->target_count);
		json_put_text(json, "lifts_authority", order->lifts_authority);
		json_put_text(json, "lifts", order->lifts);
	}
	json_put_text(json, "reference", order->reference);
	put_vouch(json, state, &state->recorded.documents[index]);
	json_end(json);
}

/* A lift is done with once nothing is left of its order. */
static bool
lift_is_done(const struct state *state, const struct row *row)
{
	const struct history *history = &state->recorded.history;
	const struct order *order = history->records[row->index].order;
	const struct record *block;

	if (order->action != ORDER_LIFT || row->found != EFFECT_ACTIVE)
		return false;
	block = history_find(history, order->lifts_authority, order->lifts);
	return block != NULL && effect_ended(history, &state->config, block,
					state_now(state)) != NULL;
}

static int
list(struct state *state, unsigned states, struct json_writer *json)
{
	const struct history *history = &state->recorded.history;

	for (size_t i = 0; i < history->record_count; i++) {
		int64_t now = state_now(state);
		struct row row = {.index = i};
		int ret = effect_state(
			history, &state->config, i, now, &row.found);

		if (ret == 0 && lift_is_done(state, &row))
			row.found = EFFECT_LIFTED;
		if (ret == 0 && (states & BIT(row.found)) == 0)
			continue;
		if (ret == 0 &&
			history->records[i].order->action == ORDER_BLOCK)
			ret = effect_names(
				history, &state->config, i, now, &row.names);
		if (ret != 0)
			return cmd_fail("%s", pal_strerror(ret));
		if (json != NULL)
			put_row(json, state, &row);
		else
			print_row(state, &row);
	}
	if ((states & HELD) != 0)
		return hold_list(state, BATCH_HELD, json);
	return EXIT_DONE;
}

static int
run(const struct cmd_call *call)
{
	bool as_json = cmd_option(call, "json") != NULL;
	struct json_writer json;
	struct state state;
	int ret = state_begin(&state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE)
		ret = state_go_back_once(&state, call);
	json_start_array(&json);
	if (ret == EXIT_DONE)
		ret = list(&state, wanted(call), as_json ? &json : NULL);
	if (ret == EXIT_DONE && as_json)
		ret = json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
	else
		json_drop(&json);
	state_close(&state);
	return ret;
}
