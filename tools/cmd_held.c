/* palang held: what waits for an approval. */
#include <string.h>

#include "commands.h"
#include "hold.h"
#include "json.h"
#include "timefmt.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_held = {"held", "",
	"orders that wait for somebody's approval",
	"Lists the orders that a guard has held: what it saw, who applied "
	"them and when, and who has approved them so far. Nothing of them is "
	"in force. `palang show ORDER` prints one. Exit code 1: none is held.",
	options, 0, 0, run};

static void
put_approval(struct json_writer *json, const struct batch_approval *approval,
	bool counts)
{
	char id[MINISIG_ID_TEXT], time[TIME_TEXT_MAX];

	json_put_object(json, NULL);
	json_put_text(json, "approver", approval->approver);
	json_put_text(json, "key",
		approval->text == NULL ? NULL
				       : minisig_id_format(id, approval->key));
	json_put_text(json, "reason", approval->reason);
	json_put_text(json, "at", time_format(time, approval->at / 1000));
	json_put_text(json, "who", approval->who);
	json_put_bool(json, "counts", counts);
	json_end(json);
}

static void
put_documents(struct json_writer *json, const struct batch *batch)
{
	char hex[PAL_SHA256_HEX];

	json_put_array(json, "orders");
	for (size_t i = 0; i < batch->document_count; i++) {
		const struct batch_document *document = &batch->documents[i];

		json_put_object(json, NULL);
		json_put_text(json, "authority", document->authority);
		json_put_text(json, "id", document->id);
		json_put_text(json, "digest",
			pal_sha256_to_hex(hex, document->digest));
		json_end(json);
	}
	json_end(json);
}

static void
put_findings(struct json_writer *json, const char *why)
{
	json_put_array(json, "findings");
	while (*why != '\0') {
		size_t len = strcspn(why, "\n");

		json_put_text_len(json, NULL, why, len);
		why += len + (why[len] == '\n');
	}
	json_end(json);
}

static int
print_json(const struct batches *batches, const struct state *state)
{
	struct json_writer json;
	char time[TIME_TEXT_MAX];

	json_start_array(&json);
	for (size_t i = 0; i < batches->count; i++) {
		const struct batch *batch = &batches->list[i];

		json_put_object(&json, NULL);
		put_documents(&json, batch);
		put_findings(&json, batch->why);
		json_put_text(&json, "received",
			time_format(time, batch->received / 1000));
		json_put_text(&json, "who", batch->who);
		json_put_text(&json, "source", batch->source);
		json_put_array(&json, "approvals");
		for (size_t j = 0; j < batch->approval_count; j++)
			put_approval(&json, &batch->approvals[j],
				hold_counts(
					&batch->approvals[j], batch, state));
		json_end(&json);
		json_put_int(
			&json, "needed", hold_needed(&state->config, batch));
		json_end(&json);
	}
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}

static int
print(const struct batches *batches, const struct state *state, bool json)
{
	if (json)
		return print_json(batches, state);
	if (batches->count == 0)
		puts("no order is held");
	for (size_t i = 0; i < batches->count; i++) {
		if (i > 0)
			putchar('\n');
		hold_print(&batches->list[i], state);
	}
	return EXIT_DONE;
}

static int
run(const struct cmd_call *call)
{
	struct batches batches = {NULL, 0};
	struct state state;
	int ret = state_begin(&state, call), err;

	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE) {
		err = ledger_batches(state.ledger, BATCH_HELD, &batches);
		ret = err == 0 ? print(&batches, &state,
					 cmd_option(call, "json") != NULL)
		               : state_fail_ledger(&state, err);
	}
	if (ret == EXIT_DONE && batches.count == 0)
		ret = EXIT_NO;
	ledger_batches_fini(&batches);
	state_close(&state);
	return ret;
}
