#include "shadow_run.h"

#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "palang/error.h"
#include "timefmt.h"

/* ---- may they be tried? ---- */

static const struct shadow_order *
find_trial(const struct shadow *shadow, const struct order *order)
{
	bool several;
	char key[ORDER_KEY_MAX];

	return shadow_find(shadow, order_key(key, order), &several);
}

static void
check_item(const struct intake_item *item, const struct shadow *shadow,
	struct state *state)
{
	const struct order *order = item->order;
	const struct shadow_order *trial = find_trial(shadow, order);
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];

	if (item->known != NULL)
		problem_error(&state->problems, item->file->name, order->line,
			1, "%s is recorded already: there is nothing to try",
			order_key(key, order));
	else if (order->action != ORDER_BLOCK)
		problem_error(&state->problems, item->file->name, order->line,
			1, "a lift cannot be tried: it blocks nothing");
	else if (trial != NULL)
		problem_error(&state->problems, item->file->name, order->line,
			1, "%s is on trial already, since %s%s",
			order_key(key, order),
			time_format(time, trial->batch->received / 1000),
			memcmp(trial->order->digest, order->digest,
				PAL_SHA256_SIZE) == 0
				? ""
				: ", as another document");
}

static int
check(struct intake *intake, const struct shadow *shadow, struct state *state)
{
	size_t errors = state->problems.errors, names = 0;

	if (hold_check(intake, state) != EXIT_DONE)
		return EXIT_ERROR;
	if (intake->held != NULL)
		return cmd_fail("%s:%s is held: `palang held` tells why",
			intake->held->documents[0].authority,
			intake->held->documents[0].id);
	for (size_t i = 0; i < intake->count; i++) {
		check_item(&intake->items[i], shadow, state);
		names += intake->items[i].order->target_count;
	}
	if (state->problems.errors > errors)
		return EXIT_ERROR;
	if (shadow->names + names > PAL_SHADOW_MAX)
		return cmd_fail("%zu names more would be on trial with %zu "
				"that are: %d are the most, for none of them "
				"is cached meanwhile",
			names, shadow->names, PAL_SHADOW_MAX);
	return EXIT_DONE;
}

/* ---- recording ---- */

static int
keep_file(const struct intake_file *file, struct state *state, int64_t number,
	size_t position)
{
	int64_t row, signature;
	int ret = intake_keep(file, state, &row, &signature);

	if (ret != EXIT_DONE)
		return ret;
	ret = ledger_add_batch_file(
		state->ledger, number, position, row, file->name, signature);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

static int
add_batch(struct batch *batch, const struct intake *intake, struct state *state)
{
	int ret;

	*batch = (struct batch){.received = state->started_ms,
		.who = state->who,
		.way = (char *)(uintptr_t) "apply",
		.source = intake->transcribed
	                          ? (char *)(uintptr_t)intake->source
	                          : NULL,
		.state = BATCH_SHADOW,
		.why = (char *)(uintptr_t) "on trial"};
	batch->documents = calloc(intake->count, sizeof *batch->documents);
	if (batch->documents == NULL)
		return cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	for (size_t i = 0; i < intake->count; i++) {
		const struct order *order = intake->items[i].order;
		struct batch_document *document = &batch->documents[i];

		strcpy(document->authority, order->authority);
		strcpy(document->id, order->id);
		memcpy(document->digest, order->digest, PAL_SHA256_SIZE);
	}
	batch->document_count = intake->count;
	ret = ledger_add_batch(state->ledger, batch);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

/* The orders in force stay as they are: those that came are in the state in
 * memory, and are not to be compiled with them. */
static int
publish(struct state *state)
{
	state->publication.keep_orders = true;
	state->publication.make_shadow = true;
	return state_prepare(state, false);
}

static int
record(const struct intake *intake, struct state *state, struct batch *batch)
{
	int ret = state_change(state);

	if (ret == EXIT_DONE)
		ret = add_batch(batch, intake, state);
	for (size_t i = 0; i < intake->file_count && ret == EXIT_DONE; i++)
		ret = keep_file(&intake->files[i], state, batch->number, i);
	if (ret == EXIT_DONE)
		ret = publish(state);
	if (ret == EXIT_DONE)
		ret = hold_events(state, batch, "shadowed", batch->why);
	return ret == EXIT_DONE ? state_finish(state) : ret;
}

/* What is held when it is activated can be tried all the same. */
static void
tell_findings(const struct intake *intake)
{
	char *text;

	if (intake->findings.held == 0)
		return;
	text = hold_findings(&intake->findings, intake->count > 1);
	printf("when it is activated, it will be held until somebody approves "
	       "it:\n");
	hold_print_lines(text);
	free(text);
}

static void
tell(const struct intake *intake, bool dry)
{
	char key[ORDER_KEY_MAX];

	for (size_t i = 0; i < intake->count; i++) {
		const struct order *order = intake->items[i].order;

		printf("%s: %son trial, %zu name%s; nothing is blocked by it\n",
			order_key(key, order), dry ? "would be " : "",
			order->target_count,
			order->target_count == 1 ? "" : "s");
	}
	tell_findings(intake);
	if (!dry && intake->count > 0)
		printf("what it would block:  palang forecast %s\n"
		       "to put it in force:   palang activate %s\n"
		       "to end the trial:     palang reject %s --reason "
		       "\"...\"\n",
			order_key(key, intake->items[0].order), key, key);
}

static int
judge(struct intake *intake, struct state *state)
{
	struct shadow shadow = {.count = 0};
	int ret = intake_trust(intake, state), err;

	if (ret == EXIT_DONE)
		ret = intake_parse(intake, state_now(state), &state->problems);
	if (ret == EXIT_DONE)
		ret = intake_admit(intake, state);
	if (ret == EXIT_DONE) {
		err = shadow_load(&shadow, state->ledger, &state->problems);
		ret = err == 0 ? check(intake, &shadow, state)
		               : state_fail_ledger(state, err);
	}
	if (ret == EXIT_DONE)
		ret = intake_guard(intake, state);
	if (state_tell(state) != EXIT_DONE && ret == EXIT_DONE)
		ret = EXIT_ERROR;
	shadow_fini(&shadow);
	return ret;
}

int
shadow_run(struct intake *intake, struct state *state, bool dry)
{
	struct batch batch = {.documents = NULL};
	int ret = judge(intake, state);

	if (ret != EXIT_DONE && !dry)
		intake_refused(intake, state);
	if (ret == EXIT_DONE && !dry)
		ret = record(intake, state, &batch);
	if (ret == EXIT_DONE)
		tell(intake, dry);
	free(batch.documents);
	state_abandon(state);
	return ret;
}

/* ---- the end of a trial ---- */

/* The document of it whose id another one has that is recorded, or NULL. */
static const struct batch_document *
find_other(const struct batch *batch, const struct state *state)
{
	for (size_t i = 0; i < batch->document_count; i++) {
		const struct batch_document *document = &batch->documents[i];
		const struct record *known =
			history_find(&state->recorded.history,
				document->authority, document->id);

		if (known != NULL &&
			memcmp(known->order->digest, document->digest,
				PAL_SHA256_SIZE) != 0)
			return document;
	}
	return NULL;
}

static bool
is_recorded(const struct batch *batch, const struct state *state)
{
	for (size_t i = 0; i < batch->document_count; i++) {
		const struct batch_document *document = &batch->documents[i];
		const struct record *known =
			history_find(&state->recorded.history,
				document->authority, document->id);

		if (known == NULL ||
			memcmp(known->order->digest, document->digest,
				PAL_SHA256_SIZE) != 0)
			return false;
	}
	return true;
}

static int
decide(struct state *state, const struct batch *batch, enum batch_state decided,
	const char *reason)
{
	int ret = ledger_decide_batch(state->ledger, batch->number, decided,
		state->started_ms, state->who, reason);

	if (ret != 0)
		return state_fail_ledger(state, ret);
	state->publication.make_shadow = true;
	return hold_events(state, batch, batch_state_name(decided), reason);
}

/* It can never come into force any more, and is told. */
static int
end_other(const struct batch *batch, struct state *state)
{
	const struct batch_document *other = find_other(batch, state);
	int ret;

	if (other == NULL)
		return EXIT_DONE;
	ret = decide(state, batch, BATCH_REJECTED,
		"another document of its id came into force");
	if (ret == EXIT_DONE)
		printf("%s:%s: its trial has ended: it was of another "
		       "document, which this one is in place of\n",
			other->authority, other->id);
	return ret;
}

int
shadow_leave(struct state *state)
{
	struct batches batches;
	int ret = ledger_batches(state->ledger, BATCH_SHADOW, &batches);

	if (ret != 0)
		state_fail_ledger(state, ret);
	ret = ret == 0 ? EXIT_DONE : EXIT_ERROR;
	for (size_t i = 0; i < batches.count && ret == EXIT_DONE; i++) {
		if (is_recorded(&batches.list[i], state))
			ret = decide(
				state, &batches.list[i], BATCH_ACTIVATED, NULL);
		else
			ret = end_other(&batches.list[i], state);
	}
	ledger_batches_fini(&batches);
	return ret;
}

int
shadow_reject(
	const struct batch *batch, const char *reason, struct state *state)
{
	int ret = state_change(state);

	if (ret == EXIT_DONE)
		ret = decide(state, batch, BATCH_REJECTED, reason);
	if (ret == EXIT_DONE)
		ret = publish(state);
	if (ret == EXIT_DONE)
		ret = state_finish(state);
	if (ret != EXIT_DONE)
		return ret;
	for (size_t i = 0; i < batch->document_count; i++)
		printf("%s:%s: no more on trial; nothing of it was in force\n",
			batch->documents[i].authority, batch->documents[i].id);
	return EXIT_DONE;
}

const struct batch *
shadow_batch(const struct shadow *shadow, const char *name, bool tell_why)
{
	bool several;
	const struct shadow_order *found = shadow_find(shadow, name, &several);

	if (found != NULL && !several)
		return found->batch;
	if (several)
		cmd_fail("more than one authority has an order \"%s\" on "
			 "trial; say AUTHORITY:ID",
			name);
	else if (tell_why)
		cmd_fail("no order \"%s\" is on trial; `palang forecast` shows "
			 "those that are",
			name);
	return NULL;
}
