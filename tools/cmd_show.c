/* palang show: one order, as recorded. */
#include <inttypes.h>
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

static const struct cmd_option options[] = {
	{"received", 0, NULL, "print the file that it came in, as received"},
	{"signature", 0, NULL, "print the signature of that file"},
	PAST_OPTIONS, {"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_show = {"show", "ORDER", "one order as it is recorded",
	"Shows what has become of an order or a lift, who signed and who "
	"recorded it and when, what lifts or replaces it, and its document with all keys "
	"filled in. ORDER is an id, or AUTHORITY:ID where more than one "
	"authority uses the id.",
	options, 1, 1, run};

struct shown {
	const struct record *record;
	const struct ledger_document *document;
	enum effect_state state;
	struct ledger_signed signature;
	char *text; /* the canonical form, or the file */
	size_t len;
};

static void
print_relations(const struct state *state, const struct order *order)
{
	const struct history *history = &state->recorded.history;
	const struct record *next;
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];
	size_t cursor = 0;

	while ((next = history_next(history, order->authority, order->id,
			&cursor)) != NULL) {
		struct pal_interval window = effect_lift_window(next);
		bool lift = next->order->action == ORDER_LIFT;

		printf("# %s %s", lift ? "lifted by" : "replaced by",
			order_key(key, next->order));
		if (lift && next->order->target_count > 0)
			printf(" (%zu names)", next->order->target_count);
		printf(" from %s", time_format(time, window.start));
		if (lift && window.end != PAL_NEVER)
			printf(" to %s", time_format(time, window.end));
		putchar('\n');
	}
	for (size_t i = 0; i < history->suspension_count; i++) {
		const struct suspension *stop = &history->suspensions[i];

		if (strcmp(stop->id, order->id) != 0 ||
			strcmp(stop->authority, order->authority) != 0)
			continue;
		printf("# suspended from %s",
			time_format(time, stop->when.start));
		printf(" to %s by ", time_format(time, stop->when.end));
		text_print(stdout, state->recorded.stops[i].who);
		printf(": ");
		text_print(stdout, state->recorded.stops[i].reason);
		putchar('\n');
	}
}

/* The head is comments, so that the whole is the document once more. */
static void
print(const struct state *state, const struct shown *shown)
{
	const struct order *order = shown->record->order;
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX], hex[PAL_SHA256_HEX];
	char id[MINISIG_ID_TEXT];

	printf("# %s: %s\n", order_key(key, order),
		effect_state_name(shown->state));
	printf("# received %s, receipt %" PRIu64 ", recorded by ",
		time_format(time, shown->document->received),
		shown->record->receipt);
	text_print(stdout, shown->document->who);
	if (shown->document->source != NULL) {
		printf("\n# transcribed from: ");
		text_print(stdout, shown->document->source);
	}
	if (shown->signature.comment != NULL) {
		printf("\n# signed with key %s: ",
			minisig_id_format(id, shown->signature.key));
		text_print(stdout, shown->signature.comment);
	}
	printf("\n# digest %s\n", pal_sha256_to_hex(hex, order->digest));
	print_relations(state, order);
	/* It was checked for plain text when it came, and is written by us. */
	fwrite(shown->text, 1, shown->len, stdout);
}

static void
put_relations(struct json_writer *json, const struct state *state,
	const struct order *order, const char *kind, enum order_action action)
{
	const struct record *next;
	char key[ORDER_KEY_MAX];
	size_t cursor = 0;

	json_put_array(json, kind);
	while ((next = history_next(&state->recorded.history, order->authority,
			order->id, &cursor)) != NULL) {
		if (next->order->action == action)
			json_put_text(json, NULL, order_key(key, next->order));
	}
	json_end(json);
}

static void
put_signature(struct json_writer *json, const struct ledger_signed *signature)
{
	char id[MINISIG_ID_TEXT];

	if (signature->comment == NULL) {
		json_put_null(json, "signature");
		return;
	}
	json_put_object(json, "signature");
	json_put_text(json, "key", minisig_id_format(id, signature->key));
	json_put_text(json, "comment", signature->comment);
	json_put_text(json, "text", signature->text);
	json_end(json);
}

static int
print_json(const struct state *state, const struct shown *shown)
{
	const struct order *order = shown->record->order;
	char time[TIME_TEXT_MAX], hex[PAL_SHA256_HEX];
	struct json_writer json;

	json_start(&json);
	json_put_text(&json, "authority", order->authority);
	json_put_text(&json, "id", order->id);
	json_put_text(&json, "action",
		order->action == ORDER_LIFT ? "lift" : "block");
	json_put_text(&json, "state", effect_state_name(shown->state));
	json_put_text(&json, "received",
		time_format(time, shown->document->received));
	json_put_int(&json, "receipt", (int64_t)shown->record->receipt);
	json_put_text(&json, "who", shown->document->who);
	json_put_text(&json, "source", shown->document->source);
	put_signature(&json, &shown->signature);
	json_put_text(&json, "digest", pal_sha256_to_hex(hex, order->digest));
	put_relations(&json, state, order, "lifted_by", ORDER_LIFT);
	put_relations(&json, state, order, "replaced_by", ORDER_BLOCK);
	json_put_bool(&json, "suspended",
		ledger_state_stop(&state->recorded, order) != NULL);
	json_put_text_len(&json, "document", shown->text, shown->len);
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}

static int
fetch(struct shown *shown, struct state *state, const char *name, bool received)
{
	const struct order *order;
	int ret;

	shown->record = state_find(state, name);
	if (shown->record == NULL)
		return EXIT_ERROR;
	order = shown->record->order;
	shown->document =
		&state->recorded.documents[state_index(state, shown->record)];
	ret = effect_state(&state->recorded.history, &state->config,
		state_index(state, shown->record), state_now(state),
		&shown->state);
	if (ret != 0)
		return cmd_fail("%s", pal_strerror(ret));
	ret = (received ? ledger_received : ledger_canonical)(state->ledger,
		order->authority, order->id, &shown->text, &shown->len);
	if (ret == 0)
		ret = ledger_signed(state->ledger, shown->document->signature,
			&shown->signature);
	if (ret != 0 || shown->text == NULL)
		return state_fail_ledger(state, ret);
	return EXIT_DONE;
}

static int
print_signature(const struct shown *shown)
{
	char key[ORDER_KEY_MAX];

	if (shown->signature.text == NULL) {
		fprintf(stderr, "palang: %s is not signed\n",
			order_key(key, shown->record->order));
		return EXIT_NO;
	}
	/* It was checked for its form when it came: base64 and UTF-8. */
	fputs(shown->signature.text, stdout);
	return EXIT_DONE;
}

static int
run(const struct cmd_call *call)
{
	bool received = cmd_option(call, "received") != NULL;
	struct shown shown = {.text = NULL};
	bool held = false;
	struct state state;
	int ret = state_begin(&state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE)
		ret = state_go_back_once(&state, call);
	if (ret == EXIT_DONE)
		ret = hold_show(&state, call->args[0],
			cmd_option(call, "signature") != NULL ? HOLD_SIGNATURE
			: received                            ? HOLD_FILE
			: cmd_option(call, "json") != NULL    ? HOLD_JSON
							      : HOLD_DOCUMENT,
			&held);
	if (held || ret != EXIT_DONE) {
		state_close(&state);
		return ret;
	}
	if (ret == EXIT_DONE)
		ret = fetch(&shown, &state, call->args[0], received);
	if (ret == EXIT_DONE && cmd_option(call, "signature") != NULL)
		ret = print_signature(&shown);
	else if (ret == EXIT_DONE && received)
		fwrite(shown.text, 1, shown.len, stdout);
	else if (ret == EXIT_DONE && cmd_option(call, "json") != NULL)
		ret = print_json(&state, &shown);
	else if (ret == EXIT_DONE)
		print(&state, &shown);
	ledger_signed_fini(&shown.signature);
	free(shown.text);
	state_close(&state);
	return ret;
}
