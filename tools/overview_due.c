/* The overview of what is due, and of who says that it is done. */
#include <inttypes.h>

#include "due_find.h"
#include "json.h"
#include "overview.h"
#include "timefmt.h"

/* How long, of a deadline that is told with its time. */
static void
tell(struct overview *overview, const struct due_item *item, int64_t now)
{
	char time[TIME_TEXT_MAX], span[DUE_SPAN_MAX];
	const char *waits = item->waits != NULL ? item->waits : "not done";

	time_format(time, item->time.deadline);
	if (item->state == DUE_OVERDUE)
		problem_error(&overview->findings, NULL, 0, 0,
			"%s:%s is OVERDUE: it was to be done by %s, %s ago, "
			"and is %s",
			item->authority, item->id, time,
			due_span(span, now - item->time.deadline), waits);
	else if (item->state == DUE_SOON)
		problem_warning(&overview->findings, NULL, 0, 0,
			"%s:%s is to be done by %s, in %s, and is %s",
			item->authority, item->id, time,
			due_span(span, item->time.deadline - now), waits);
}

/* Of all orders at once: what one resolver lacks, it lacks of many. */
static void
tell_behind(struct overview *overview, const struct due_list *list)
{
	char names[DUE_NAMES_MAX] = "";
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct due_item *item = &list->items[i];

		if (item->doing.behind[0] == '\0' || item->time.ended)
			continue;
		due_add_names(names, item->doing.behind);
		count++;
	}
	if (count > 0)
		problem_warning(&overview->findings, NULL, 0, 0,
			"%zu %s done before these came, which have not reached "
			"%s: %s",
			count, count == 1 ? "order was" : "orders were",
			count == 1 ? "it" : "them", names);
}

/* Of one that lives, from what it says now. */
static int
look_at_clock(struct overview *overview, const struct state *state,
	const struct pal_status *status)
{
	char time[TIME_TEXT_MAX];
	int64_t begun;
	int ret = ledger_generation_begun(
		state->ledger, status->epoch, status->generation, &begun, NULL);

	if (ret == 0 && begun != 0 && status->effect != 0 &&
		ledger_believe(status->effect, begun, overview->resolvers.at) !=
			status->effect)
		problem_warning(&overview->findings, NULL, 0, 0,
			"%s says that generation %" PRIu64
			" is in effect since %s, which cannot be: its clock "
			"is wrong",
			status->instance, status->generation,
			time_format(time, status->effect / 1000));
	return ret;
}

static int
look_at_new(struct overview *overview, const struct state *state)
{
	size_t count;
	int ret = ledger_new_instances(
		state->ledger, state->started_ms - STATE_DAY_MS, &count);

	if (ret == 0 && count >= STATE_NEW_RESOLVERS_DAY)
		problem_warning(&overview->findings, NULL, 0, 0,
			"the journal got %zu new resolvers within a day, and "
			"takes no more: are they all yours?",
			count);
	return ret;
}

static int
look_at_sayings(struct overview *overview, const struct state *state)
{
	size_t unknown = 0;
	int ret = look_at_new(overview, state);

	for (size_t i = 0; i < overview->resolvers.count && ret == 0; i++) {
		const struct resolver *one = &overview->resolvers.items[i];
		bool knows = true;

		if (one->error != 0)
			continue;
		ret = ledger_knows_instance(
			state->ledger, one->status.instance, &knows);
		unknown += !knows;
		if (ret == 0 && one->live)
			ret = look_at_clock(overview, state, &one->status);
	}
	if (unknown > STATE_NEW_RESOLVERS)
		problem_warning(&overview->findings, NULL, 0, 0,
			"%zu status files are of resolvers that the journal "
			"does not know; each command records %d at most: are "
			"they all yours?",
			unknown, STATE_NEW_RESOLVERS);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

int
overview_look_at_due(struct overview *overview, const struct state *state)
{
	struct due_list list;
	int ret = due_find(&list, state, &overview->resolvers);

	for (size_t i = 0; i < list.count && ret == EXIT_DONE; i++) {
		overview->due[list.items[i].state]++;
		tell(overview, &list.items[i], state_now(state));
	}
	if (ret == EXIT_DONE)
		tell_behind(overview, &list);
	due_list_fini(&list);
	return ret == EXIT_DONE ? look_at_sayings(overview, state) : ret;
}

void
overview_print_due(const struct overview *overview)
{
	const char *before = "deadlines: ";

	for (int i = 0; i < DUE_REVIEW; i++) {
		if (overview->due[i] == 0)
			continue;
		printf("%s%zu %s", before, overview->due[i],
			due_state_name((enum due_state)i));
		before = ", ";
	}
	if (before[0] == ',')
		putchar('\n');
}

void
overview_put_due(struct json_writer *json, const struct overview *overview)
{
	json_put_object(json, "deadlines");
	for (int i = 0; i < DUE_REVIEW; i++)
		json_put_int(json, due_state_name((enum due_state)i),
			(int64_t)overview->due[i]);
	json_end(json);
}
