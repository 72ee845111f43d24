/* The overview of what is due. */
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

int
overview_look_at_due(struct overview *overview, const struct state *state)
{
	struct due_list list;
	int ret = due_find(&list, state, &overview->resolvers);

	for (size_t i = 0; i < list.count && ret == EXIT_DONE; i++) {
		overview->due[list.items[i].state]++;
		tell(overview, &list.items[i], state_now(state));
	}
	due_list_fini(&list);
	return ret;
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
