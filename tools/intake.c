#include "intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "palang/error.h"

void
intake_fini(struct intake *intake)
{
	for (size_t i = 0; i < intake->file_count; i++) {
		order_batch_fini(&intake->files[i].batch);
		free(intake->files[i].name);
		free(intake->files[i].data);
		free(intake->files[i].signature);
		free(intake->files[i].comment);
	}
	free(intake->files);
	free(intake->items);
	free(intake->made_source);
	guard_findings_fini(&intake->findings);
	ledger_batches_fini(&intake->batches);
	memset(intake, 0, sizeof *intake);
}

static int
add_items(struct intake *intake, const struct intake_file *file)
{
	size_t count = intake->count + file->batch.count;
	struct intake_item *items =
		realloc(intake->items, (count + 1) * sizeof *items);

	if (items == NULL)
		return PAL_ENOMEM;
	intake->items = items;
	for (size_t i = 0; i < file->batch.count; i++)
		items[intake->count++] = (struct intake_item){
			&file->batch.orders[i], file, NULL, 0};
	return 0;
}

int
intake_parse(struct intake *intake, int64_t now, struct problems *problems)
{
	size_t errors = problems->errors;

	for (size_t i = 0; i < intake->file_count; i++) {
		struct intake_file *file = &intake->files[i];
		int ret = order_parse(&file->batch, file->name, file->data,
			file->len, now, problems);

		if (ret == 0)
			ret = add_items(intake, file);
		if (ret == PAL_ENOMEM)
			return cmd_fail("%s", pal_strerror(ret));
		if (ret != 0 && problems->errors == errors)
			problem_error(problems, file->name, 0, 0, "%s",
				pal_strerror(ret));
	}
	return problems->errors > errors ? EXIT_ERROR : EXIT_DONE;
}

/* ---- admission ---- */

static bool
same_digest(const struct order *a, const struct order *b)
{
	return memcmp(a->digest, b->digest, PAL_SHA256_SIZE) == 0;
}

/* The canonical form of a recorded order, so that both can be shown. */
static void
fetch_canonical(struct state *state, const struct record *known)
{
	/* What was loaded is ours to complete. */
	size_t index = state_index(state, known);
	struct order *order;

	if (index >= state->recorded.loaded)
		return;
	order = &state->recorded.orders[index];
	if (order->canonical == NULL)
		ledger_canonical(state->ledger, order->authority, order->id,
			&order->canonical, &order->canonical_len);
}

/* What is signed was not transcribed. */
static struct ledger_arrival
arrival_of(const struct intake *intake, const struct intake_file *file,
	const struct state *state)
{
	bool by_hand = intake->transcribed && file->key == NULL;

	return (struct ledger_arrival){.received = state_now(state),
		.arrived = intake->arrived,
		.who = state->who,
		.source = by_hand ? intake->source : NULL};
}

static int
admit_item(struct intake *intake, struct intake_item *item, struct state *state)
{
	const struct history *history = &state->recorded.history;
	const struct order *order = item->order;
	struct ledger_arrival arrival = arrival_of(intake, item->file, state);
	struct record record = {order, arrival.received, 0, NULL};
	const struct record *known;
	int ret;

	known = history_find(history, order->authority, order->id);
	if (known != NULL && same_digest(known->order, order)) {
		item->known = known;
		return 0;
	}
	if (known != NULL)
		fetch_canonical(state, known);
	if (history->record_count > 0)
		record.receipt =
			history->records[history->record_count - 1].receipt + 1;
	ret = effect_admit(history, &state->config, &record, item->file->name,
		&state->problems);
	if (ret != 0)
		return ret == PAL_ECONFLICT ? 0 : ret;
	item->index = history->record_count;
	intake->added++;
	return ledger_state_add(
		&state->recorded, order, &arrival, record.receipt);
}

/* A record moves when the state in memory grows. */
static void
settle_known(struct intake *intake, const struct state *state)
{
	for (size_t i = 0; i < intake->count; i++) {
		struct intake_item *item = &intake->items[i];

		if (item->known != NULL)
			item->known = history_find(&state->recorded.history,
				item->order->authority, item->order->id);
	}
}

/* What waits; but what is approved comes into force now. */
struct waiting {
	struct batches held;
	const struct batch *approved;
};

static bool
is_held(const void *ctx, const char *authority, const char *id)
{
	const struct waiting *waiting = ctx;
	const struct batch *batch;

	return batches_find(&waiting->held, authority, id, &batch) != NULL &&
	       (waiting->approved == NULL ||
		       batch->number != waiting->approved->number);
}

/* What is held is not recorded, which would be the wrong word for it. */
static int
admit_items(struct intake *intake, struct state *state)
{
	struct history *history = &state->recorded.history;
	struct waiting waiting = {.approved = intake->approved};
	int ret = ledger_batches(state->ledger, BATCH_HELD, &waiting.held);

	if (ret != 0)
		ret = state_fail_ledger(state, ret);
	history->is_held = is_held;
	history->held = &waiting;
	for (size_t i = 0; i < intake->count && ret == EXIT_DONE; i++) {
		ret = admit_item(intake, &intake->items[i], state);
		if (ret != 0)
			ret = cmd_fail("%s", pal_strerror(ret));
	}
	history->is_held = NULL;
	history->held = NULL;
	ledger_batches_fini(&waiting.held);
	return ret;
}

int
intake_admit(struct intake *intake, struct state *state)
{
	size_t errors = state->problems.errors;

	if (intake_powers(intake, state) != EXIT_DONE ||
		admit_items(intake, state) != EXIT_DONE)
		return EXIT_ERROR;
	settle_known(intake, state);
	/* What was added is walked until it is in the index, too. */
	if (intake->added > 0 && history_index(&state->recorded.history) != 0)
		return cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	return state->problems.errors > errors ? EXIT_ERROR : EXIT_DONE;
}

/* ---- recording ---- */

int
intake_keep(const struct intake_file *file, struct state *state, int64_t *row,
	int64_t *signed_row)
{
	struct ledger_signature signature = {
		.text = file->signature, .comment = file->comment};
	int ret =
		state_keep_file(state, file->name, file->data, file->len, row);

	*signed_row = 0;
	if (ret != EXIT_DONE || file->key == NULL)
		return ret;
	signature.file = *row;
	memcpy(signature.key, file->key->id, LEDGER_KEY_SIZE);
	return state_keep_signature(
		state, &signature, file->sha256, signed_row);
}

/* The rows of a file and of its signature. */
struct kept {
	const struct intake_file *file;
	int64_t row, signature;
};

static int
record_item(struct intake *intake, const struct intake_item *item,
	struct state *state, const struct kept *kept)
{
	struct record *record = &state->recorded.records[item->index];
	struct ledger_arrival arrival = arrival_of(intake, item->file, state);
	int ret;

	arrival.file = kept->row;
	arrival.signature = kept->signature;
	arrival.received = record->received;
	state->recorded.documents[item->index].signature = kept->signature;
	ret = ledger_add_order(
		state->ledger, item->order, &arrival, &record->receipt);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

/* A file is kept if any of its documents is new. */
int
intake_record(struct intake *intake, struct state *state)
{
	struct kept kept = {.file = NULL};
	int ret = EXIT_DONE;

	for (size_t i = 0; i < intake->count && ret == EXIT_DONE; i++) {
		const struct intake_item *item = &intake->items[i];

		if (item->known != NULL)
			continue;
		if (item->file != kept.file)
			ret = intake_keep(
				item->file, state, &kept.row, &kept.signature);
		kept.file = item->file;
		if (ret == EXIT_DONE)
			ret = record_item(intake, item, state, &kept);
	}
	return ret;
}

static int
note_recorded(const struct intake *intake, const struct intake_item *item,
	struct state *state, const char *what)
{
	const struct record *record = &state->recorded.records[item->index];
	const struct intake_file *file = item->file;
	struct journal_origin origin = {.file = file->name,
		.source = arrival_of(intake, file, state).source,
		.key = file->key == NULL ? NULL : file->key->id,
		.arrived = intake->arrived};
	char *detail = journal_recorded(&origin);
	int ret;

	if (detail == NULL)
		return cmd_fail("no memory");
	ret = state_event(state, what, item->order, detail);
	free(detail);
	if (ret == EXIT_DONE && item->order->action == ORDER_LIFT)
		ret = state_note_lifted(state, record);
	return ret;
}

int
intake_events(struct intake *intake, struct state *state, const char *what)
{
	int ret = EXIT_DONE;

	for (size_t i = 0; i < intake->count && ret == EXIT_DONE; i++) {
		const struct intake_item *item = &intake->items[i];

		if (item->known != NULL)
			ret = state_event(state, "received again", item->order,
				item->file->name);
		else
			ret = note_recorded(intake, item, state, what);
	}
	return ret;
}
