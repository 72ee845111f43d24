/* What guards refused: nothing of it is recorded, but that it was. */
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "palang/error.h"

/* The findings of the order at *next that refuse it, a line each, to be freed;
 * NULL: none of them does, or *no_memory.  *next is the next order's. */
static char *
gather(const struct guard_findings *findings, size_t *next, bool *no_memory)
{
	const struct order *order = findings->list[*next].order;
	char *text = NULL;
	size_t len, count = 0;
	FILE *out = open_memstream(&text, &len);

	*no_memory = out == NULL;
	for (; *next < findings->count && findings->list[*next].order == order;
		++*next) {
		const struct guard_finding *finding = &findings->list[*next];

		if (!finding->refuse || out == NULL)
			continue;
		fprintf(out, "%s%s", count++ > 0 ? "\n" : "", finding->text);
	}
	if (out != NULL)
		*no_memory = fclose(out) != 0;
	if (count > 0 && !*no_memory)
		return text;
	free(text);
	return NULL;
}

/* Once for each document, however often it is sent. */
static int
add(const struct order *order, const char *why, struct state *state)
{
	struct ledger_event event = {.at = state->started_ms,
		.what = "refused",
		.authority = order->authority,
		.id = order->id,
		.digest = order->digest,
		.who = state->who,
		.detail = why};
	bool has;
	int ret = ledger_has_refused(state->ledger, order, &has);

	return ret != 0 || has ? ret : ledger_add_event(state->ledger, &event);
}

static int
add_all(const struct guard_findings *findings, struct state *state)
{
	int ret = 0;

	for (size_t next = 0; next < findings->count && ret == 0;) {
		const struct order *order = findings->list[next].order;
		bool no_memory;
		char *why = gather(findings, &next, &no_memory);

		if (no_memory)
			ret = PAL_ENOMEM;
		else if (why != NULL)
			ret = add(order, why, state);
		free(why);
	}
	return ret;
}

/* The state in memory has what is not recorded: so this is no change of the
 * usual kind, which sees to what time has done. */
static int
record(const struct intake *intake, struct state *state)
{
	int ret = ledger_begin(state->ledger, true);

	if (ret == 0)
		ret = add_all(&intake->findings, state);
	if (ret == 0)
		return state_commit(state);
	state_fail_ledger(state, ret);
	state_abandon(state);
	return EXIT_ERROR;
}

int
intake_refused(const struct intake *intake, struct state *state)
{
	int ret;

	if (intake->findings.refused == 0)
		return EXIT_DONE;
	ret = record(intake, state);
	if (ret == EXIT_DONE)
		state_tell_head(state);
	/* What nobody could write down is not settled: who asks may send it
	 * again. */
	else if (state->told != NULL)
		problems_fini(state->told);
	return ret;
}
