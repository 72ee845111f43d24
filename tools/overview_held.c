/* The overview: what waits for somebody's approval. */
#include <string.h>

#include "hold.h"
#include "json.h"
#include "overview.h"
#include "timefmt.h"

#define HELD_MS 86400000 /* what is held for longer rings: it is forgotten */

static size_t
count_orders(const struct overview *overview)
{
	size_t count = 0;

	for (size_t i = 0; i < overview->held.count; i++)
		count += overview->held.list[i].document_count;
	return count;
}

static void
judge(struct overview *overview, const struct state *state,
	const struct batch *batch)
{
	const struct batch_document *first = batch->documents;
	bool rings = state->started_ms - batch->received > HELD_MS;
	char time[TIME_TEXT_MAX];

	time_format(time, batch->received / 1000);
	(rings ? problem_error : problem_warning)(&overview->findings, NULL, 0,
		0,
		"%s:%s is held since %s, nothing of it is in force: %.*s; "
		"palang held",
		first->authority, first->id, time,
		(int)strcspn(batch->why, "\n"), batch->why);
}

int
overview_look_at_held(struct overview *overview, struct state *state)
{
	int ret = ledger_batches(state->ledger, BATCH_HELD, &overview->held);

	if (ret != 0)
		return state_fail_ledger(state, ret);
	for (size_t i = 0; i < overview->held.count; i++) {
		const struct batch *batch = &overview->held.list[i];

		if (batch->document_count > 0)
			judge(overview, state, batch);
	}
	return EXIT_DONE;
}

void
overview_print_held(const struct overview *overview, const struct state *state)
{
	size_t count = count_orders(overview);
	unsigned approvals = state->config.approvals;

	printf("held: ");
	if (count == 0)
		printf("none");
	else
		printf("%zu order%s", count, count == 1 ? "" : "s");
	if (approvals > 1)
		printf("; it takes %u people to put one in force\n", approvals);
	else
		printf("; one person alone can put them in force "
		       "(`approvals: 1`)\n");
}

void
overview_put_held(struct json_writer *json, const struct overview *overview,
	const struct state *state)
{
	json_put_int(json, "held", (int64_t)count_orders(overview));
	json_put_int(json, "approvals", state->config.approvals);
}
