#include "due_find.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "ledger_hold.h"
#include "palang/error.h"
#include "timefmt.h"

struct finding {
	struct due_list *list;
	const struct state *state;
	const struct resolvers *resolvers;
	struct ledger_said said;
	bool said_known; /* read from the journal */
};

void
due_list_fini(struct due_list *list)
{
	free(list->items);
	memset(list, 0, sizeof *list);
}

static struct due_item *
add(struct due_list *list, const struct order *order)
{
	struct due_item *items =
		realloc(list->items, (list->count + 1) * sizeof *items);
	struct due_item *item;

	if (items == NULL)
		return NULL;
	list->items = items;
	item = &items[list->count++];
	memset(item, 0, sizeof *item);
	memcpy(item->authority, order->authority, sizeof item->authority);
	memcpy(item->id, order->id, sizeof item->id);
	item->action = order->action;
	return item;
}

/* ---- what resolvers say ---- */

/* A generation that was never made is not believed, but who says so lives.
 * What one that has gone said last counts as if it were recorded. */
static int
add_status(struct finding *finding, const struct resolver *resolver,
	const struct ledger_generation *newest)
{
	const struct pal_status *status = &resolver->status;
	struct ledger_saying saying = {.number = INT64_MAX - !resolver->live,
		.since = status->started};
	int64_t begun = 0;
	int ret = 0;

	memcpy(saying.instance, status->instance, sizeof saying.instance);
	memcpy(saying.epoch, newest->epoch, PAL_EPOCH_SIZE);
	if (memcmp(status->epoch, newest->epoch, PAL_EPOCH_SIZE) == 0 &&
		status->generation <= newest->generation)
		ret = ledger_generation_begun(finding->state->ledger,
			status->epoch, status->generation, &begun,
			&saying.open);
	if (begun != 0)
		saying.generation = status->generation;
	saying.at =
		ledger_believe(status->effect, begun, finding->resolvers->at);
	saying.wrong = saying.at == status->effect ? 0 : status->effect;
	return ret == 0 ? ledger_said_add(&finding->said, &saying) : ret;
}

static int
load_said(struct finding *finding)
{
	struct ledger_generation newest = {.manifest = NULL};
	int ret = ledger_load_said(finding->state->ledger, &finding->said);

	finding->said_known = true;
	if (ret == 0)
		ret = ledger_newest(finding->state->ledger, &newest);
	free(newest.manifest);
	for (size_t i = 0; i < finding->resolvers->count && ret == 0; i++) {
		const struct resolver *one = &finding->resolvers->items[i];

		if (one->error == 0)
			ret = add_status(finding, one, &newest);
	}
	return ret;
}

/* ---- what is recorded ---- */

static int
find_done(struct finding *finding, const struct order *order,
	struct due_doing *doing)
{
	struct ledger_taken taken;
	int ret = finding->said_known ? 0 : load_said(finding);

	memset(doing, 0, sizeof *doing);
	if (ret == 0)
		ret = ledger_taken(finding->state->ledger, order, &taken);
	if (ret == 0 && taken.number != 0)
		due_done(doing, &finding->said, &taken);
	return ret;
}

static bool
is_over(enum effect_state state)
{
	return state == EFFECT_EXPIRED || state == EFFECT_LIFTED ||
	       state == EFFECT_REPLACED || state == EFFECT_CANCELLED;
}

static int
add_deadline(struct finding *finding, size_t index, enum effect_state found)
{
	const struct ledger_state *recorded = &finding->state->recorded;
	const struct order *order = recorded->records[index].order;
	struct due_time time = {.arrived = recorded->documents[index].arrived,
		.ended = is_over(found)};
	struct due_doing doing;
	struct due_item *item;
	int ret;

	time.deadline = due_deadline(order, time.arrived);
	if (time.deadline == PAL_NEVER)
		return 0;
	ret = find_done(finding, order, &doing);
	if (ret != 0)
		return ret;
	item = add(finding->list, order);
	if (item == NULL)
		return PAL_ENOMEM;
	time.done = doing.done;
	item->time = time;
	item->doing = doing;
	item->state = due_judge(&time, finding->state->started_ms);
	return 0;
}

static int
add_review(struct finding *finding, const struct order *order,
	enum effect_state found)
{
	struct due_item *item;

	if (order->review == ORDER_NO_TIME ||
		(found != EFFECT_ACTIVE && found != EFFECT_PENDING &&
			found != EFFECT_SUSPENDED))
		return 0;
	item = add(finding->list, order);
	if (item == NULL)
		return PAL_ENOMEM;
	item->time.deadline = order->review;
	item->state = order->review <= state_now(finding->state)
	                      ? DUE_REVIEW
	                      : DUE_REVIEW_LATER;
	return 0;
}

static int
find_recorded(struct finding *finding)
{
	const struct history *history = &finding->state->recorded.history;
	int ret = 0;

	for (size_t i = 0; i < history->record_count && ret == 0; i++) {
		const struct order *order = history->records[i].order;
		enum effect_state found;

		if (order->comply_within == 0 &&
			order->comply_by == ORDER_NO_TIME &&
			order->review == ORDER_NO_TIME)
			continue;
		ret = effect_state(history, &finding->state->config, i,
			state_now(finding->state), &found);
		if (ret == 0)
			ret = add_deadline(finding, i, found);
		if (ret == 0)
			ret = add_review(finding, order, found);
	}
	return ret;
}

/* ---- what is held, or on trial: not done, whatever it waits for ---- */

static int
add_waiting(struct finding *finding, const struct order *order,
	const struct batch *batch)
{
	struct due_time time = {.arrived = batch->arrived,
		.deadline = due_deadline(order, batch->arrived)};
	struct due_item *item;

	if (time.deadline == PAL_NEVER)
		return 0;
	item = add(finding->list, order);
	if (item == NULL)
		return PAL_ENOMEM;
	item->time = time;
	item->state = due_judge(&time, finding->state->started_ms);
	item->waits = batch_state_name(batch->state);
	return 0;
}

/* It was parsed when it came, and is so again when it goes through. */
static int
find_in_file(struct finding *finding, const struct batch *batch,
	const struct batch_file *file)
{
	const struct history *history = &finding->state->recorded.history;
	struct problems problems = {0};
	struct order_batch orders;
	int ret = order_parse(&orders, file->name, file->data, file->len,
		batch->received / 1000, &problems);

	problems_fini(&problems);
	if (ret != 0)
		return ret == PAL_EFORM ? 0 : ret;
	for (size_t i = 0; i < orders.count && ret == 0; i++) {
		const struct order *order = &orders.orders[i];

		if (history_find(history, order->authority, order->id) == NULL)
			ret = add_waiting(finding, order, batch);
	}
	order_batch_fini(&orders);
	return ret;
}

static int
find_in_batch(struct finding *finding, const struct batch *batch)
{
	struct batch_files files;
	int ret = ledger_batch_files(
		finding->state->ledger, batch->number, &files);

	for (size_t i = 0; i < files.count && ret == 0; i++)
		ret = find_in_file(finding, batch, &files.list[i]);
	ledger_batch_files_fini(&files);
	return ret;
}

static int
find_waiting(struct finding *finding, enum batch_state state)
{
	struct batches batches;
	int ret = ledger_batches(finding->state->ledger, state, &batches);

	for (size_t i = 0; i < batches.count && ret == 0; i++)
		ret = find_in_batch(finding, &batches.list[i]);
	ledger_batches_fini(&batches);
	return ret;
}

/* ---- all of it ---- */

static int
item_cmp(const void *a, const void *b)
{
	const struct due_item *left = a, *right = b;
	int cmp = strcmp(left->authority, right->authority);

	if (cmp != 0)
		return cmp;
	if (left->time.deadline != right->time.deadline)
		return left->time.deadline < right->time.deadline ? -1 : 1;
	return strcmp(left->id, right->id);
}

int
due_find(struct due_list *list, const struct state *state,
	const struct resolvers *resolvers)
{
	struct finding finding = {
		.list = list, .state = state, .resolvers = resolvers};
	int ret;

	memset(list, 0, sizeof *list);
	ret = find_recorded(&finding);
	if (ret == 0)
		ret = find_waiting(&finding, BATCH_HELD);
	if (ret == 0)
		ret = find_waiting(&finding, BATCH_SHADOW);
	ledger_said_fini(&finding.said);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (list->count > 1)
		qsort(list->items, list->count, sizeof *list->items, item_cmp);
	return EXIT_DONE;
}

/* ---- telling ---- */

/* How long until then, or since. */
static void
print_span(FILE *out, const struct due_item *item, int64_t now)
{
	int64_t deadline = item->time.deadline;
	int64_t done = item->time.done / 1000;
	char span[DUE_SPAN_MAX];

	switch (item->state) {
	case DUE_OPEN:
	case DUE_SOON:
	case DUE_REVIEW_LATER:
		fprintf(out, " in %s", due_span(span, deadline - now));
		break;
	case DUE_OVERDUE:
	case DUE_REVIEW:
		fprintf(out, " since %s", due_span(span, now - deadline));
		break;
	case DUE_LATE:
		fprintf(out, " by %s", due_span(span, done - deadline));
		break;
	default:
		break;
	}
}

static const char *
word_of(enum due_state state)
{
	switch (state) {
	case DUE_SOON:
		return "due";
	case DUE_OVERDUE:
		return "OVERDUE";
	case DUE_REVIEW_LATER:
		return "review";
	default:
		return due_state_name(state);
	}
}

static void
print_doing(FILE *out, const struct due_doing *doing)
{
	char time[TIME_TEXT_MAX];

	if (doing->without[0] != '\0')
		fprintf(out, "; not confirmed by %s", doing->without);
	if (doing->behind[0] != '\0')
		fprintf(out,
			"; came when it was done, and has not reached "
			"it: %s",
			doing->behind);
	if (doing->wrong[0] != '\0')
		fprintf(out,
			"; %s says %s, which cannot be: its clock is "
			"wrong",
			doing->wrong, time_format(time, doing->said / 1000));
}

void
due_print(FILE *out, const struct due_item *item, int64_t now)
{
	char time[TIME_TEXT_MAX];

	fprintf(out, "%s:%s: %s%s", item->authority, item->id,
		item->waits != NULL ? item->waits : "",
		item->waits != NULL ? ", " : "");
	fprintf(out, "%s", word_of(item->state));
	print_span(out, item, now);
	fprintf(out, " (%s", time_format(time, item->time.deadline));
	if (item->time.done != 0)
		fprintf(out, ", done %s",
			time_format(time, item->time.done / 1000));
	fprintf(out, ")");
	print_doing(out, &item->doing);
}

static void
put_names(struct json_writer *json, const char *key, const char *names)
{
	json_put_text(json, key, names[0] == '\0' ? NULL : names);
}

void
due_put(struct json_writer *json, const struct due_item *item)
{
	char time[TIME_TEXT_MAX];
	bool review = item->time.arrived == 0;

	json_put_object(json, NULL);
	json_put_text(json, "authority", item->authority);
	json_put_text(json, "id", item->id);
	json_put_text(
		json, "action", item->action == ORDER_LIFT ? "lift" : "block");
	json_put_text(json, "state", due_state_name(item->state));
	json_put_text(json, "due", time_format(time, item->time.deadline));
	json_put_text(json, "arrived",
		review ? NULL : time_format(time, item->time.arrived / 1000));
	json_put_text(json, "done",
		item->time.done == 0
			? NULL
			: time_format(time, item->time.done / 1000));
	json_put_text(json, "waits", item->waits);
	put_names(json, "without", item->doing.without);
	put_names(json, "behind", item->doing.behind);
	put_names(json, "clock_wrong", item->doing.wrong);
	json_end(json);
}
