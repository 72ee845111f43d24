/* From documents in hand to the lists: what apply, block and lift share. */
#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "intake.h"
#include "outcome.h"
#include "palang/error.h"
#include "shadow_run.h"

/* Nothing is new: what is waited for is what is published. */
static int
name_newest(struct state *state)
{
	struct pal_manifest *manifest = &state->publication.manifest;
	struct ledger_generation newest;
	int ret = ledger_newest(state->ledger, &newest);

	if (ret != 0)
		return state_fail_ledger(state, ret);
	memcpy(manifest->epoch, newest.epoch, PAL_EPOCH_SIZE);
	manifest->generation = newest.generation;
	free(newest.manifest);
	return EXIT_DONE;
}

/* The events that say that it came again are worth a row, not a generation. */
static int
run_known(struct intake *intake, struct state *state, bool dry)
{
	int ret = dry ? EXIT_DONE : intake_events(intake, state, "");

	if (ret == EXIT_DONE && !dry)
		ret = state_commit(state);
	if (ret != EXIT_DONE)
		return ret;
	for (size_t i = 0; i < intake->count; i++)
		outcome_known(&intake->items[i], state);
	return name_newest(state);
}

int
intake_before_commit(const struct intake *intake)
{
	return intake->before_commit == NULL
	               ? EXIT_DONE
	               : intake->before_commit(intake, intake->ctx);
}

/* Can what is recorded be compiled, as it was before this came? */
static bool
compiles_without(const struct intake *intake, const struct state *state)
{
	struct history history = state->recorded.history;
	struct problems problems = {.items = NULL};
	uint8_t *data = NULL;
	size_t len;
	int ret;

	history.record_count -= intake->added;
	memset(&history.index, 0, sizeof history.index);
	ret = history_index(&history);
	if (ret == 0)
		ret = effect_compile(&history, &state->config, state_now(state),
			state->publication.random.key, &data, &len, &problems);
	history_index_fini(&history);
	problems_fini(&problems);
	free(data);
	return ret == 0;
}

/* The first document that is new; NULL where they came in several files. */
static const struct intake_item *
newcomer(const struct intake *intake)
{
	const struct intake_item *first = NULL;

	for (size_t i = 0; i < intake->count; i++) {
		const struct intake_item *item = &intake->items[i];

		if (item->known != NULL)
			continue;
		if (first == NULL)
			first = item;
		if (item->file != first->file)
			return NULL;
	}
	return first;
}

/* Orders that cannot be compiled are a fault of the file that came last if
 * they could be before it. */
static void
blame(const struct intake *intake, struct state *state)
{
	const struct intake_item *item = newcomer(intake);
	struct problems *problems = &state->problems;

	if (strcmp(state->publication.failed, "compile") != 0 ||
		problems->errors == 0 || item == NULL ||
		!compiles_without(intake, state))
		return;
	for (size_t i = 0; i < problems->count && i < PROBLEMS_MAX; i++) {
		struct problem *problem = &problems->items[i];

		if (problem->warning || problem->file != NULL)
			continue;
		problem->file = strdup(item->file->name);
		problem->line = intake->added == 1 ? item->order->line : 0;
	}
}

static int
prepare(const struct intake *intake, struct state *state, bool dry)
{
	int ret = state_prepare(state, dry);

	if (ret != EXIT_DONE)
		blame(intake, state);
	return ret;
}

static int
run_new(struct intake *intake, struct state *state, const char *what, bool dry)
{
	int ret = dry ? EXIT_DONE : intake_record(intake, state);

	if (ret == EXIT_DONE && !dry)
		ret = shadow_leave(state);
	if (ret == EXIT_DONE)
		ret = prepare(intake, state, dry);
	if (ret == EXIT_DONE && intake->approval != NULL)
		ret = hold_add_approval(
			state, intake->approved, intake->approval, true);
	if (ret == EXIT_DONE && !dry)
		ret = intake_events(intake, state, what);
	if (ret == EXIT_DONE && !dry)
		ret = intake_before_commit(intake);
	if (ret == EXIT_DONE && !dry)
		ret = state_finish(state);
	if (ret == EXIT_DONE)
		ret = outcome_print(intake, state, dry);
	return ret;
}

/* All that judges; nothing is recorded yet. */
static int
judge(struct intake *intake, struct state *state)
{
	int ret = intake_trust(intake, state);

	if (ret == EXIT_DONE)
		ret = intake_parse(intake, state_now(state), &state->problems);
	if (ret == EXIT_DONE)
		ret = intake_admit(intake, state);
	if (ret == EXIT_DONE && intake->kept != NULL)
		ret = hold_same(intake, state);
	if (ret == EXIT_DONE)
		ret = hold_check(intake, state);
	if (ret == EXIT_DONE && intake->held == NULL)
		ret = intake_guard(intake, state);
	if (state_tell(state) != EXIT_DONE && ret == EXIT_DONE)
		ret = EXIT_ERROR;
	return ret;
}

/* It takes along all that came with it. */
static void
tell_refused(const struct intake *intake, bool dry)
{
	const struct batch *batch = intake->approved;

	if (batch != NULL)
		cmd_fail("it cannot come into force as it is: %s:%s stays "
			 "held, and is not approved; `palang reject %s:%s "
			 "--reason \"...\"` drops it",
			batch->documents[0].authority, batch->documents[0].id,
			batch->documents[0].authority, batch->documents[0].id);
	else if (intake->count > 1)
		cmd_fail(dry ? "as one batch, all %zu documents would be "
			       "refused"
			     : "none of the %zu documents was recorded",
			intake->count);
}

int
intake_run(
	struct intake *intake, struct state *state, const char *what, bool dry)
{
	int ret = judge(intake, state);

	if (ret != EXIT_DONE) {
		tell_refused(intake, dry);
		if (!dry && !intake->checking)
			intake_refused(intake, state);
		return ret;
	}
	if (intake->held != NULL) {
		ret = hold_known(intake, state);
		return intake->checking ? EXIT_DONE : ret;
	}
	if (intake->findings.held > 0 && intake->checking)
		printf("it would be held until somebody approves it; then:\n");
	else if (intake->findings.held > 0 && intake->approved == NULL)
		return hold_record(intake, state, what, dry);
	if (intake->approved != NULL) {
		ret = hold_again(intake, state);
		if (ret != EXIT_DONE)
			return ret;
	}
	ret = dry ? state_rehearse(state) : state_change(state);
	if (ret != EXIT_DONE)
		return ret;
	ret = intake->added == 0 ? run_known(intake, state, dry)
	                         : run_new(intake, state, what, dry);
	state_abandon(state);
	return ret;
}
