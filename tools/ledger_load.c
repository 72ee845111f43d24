/* From the ledger to a history in memory. */
#include <stdlib.h>
#include <string.h>

#include "ledger_pack.h"
#include "ledger_sql.h"
#include "ledger_store.h"
#include "palang/error.h"
#include "text.h"

/* A text column into an array; absent leaves it empty. */
void
ledger_take_word(struct query *query, char *dst, size_t size)
{
	const char *text = query_text(query);

	dst[0] = '\0';
	if (text != NULL && !text_copy(dst, size, text) && query->error == 0)
		query->error = PAL_EFORM;
}

static int64_t
take_time(struct query *query, int64_t absent)
{
	bool null = query_is_null(query);
	int64_t time = query_int(query);

	return null ? absent : time;
}

/* False for an absent one. */
bool
ledger_take_digest(struct query *query, uint8_t digest[PAL_SHA256_SIZE])
{
	size_t len;
	const void *data = query_data(query, &len);

	memset(digest, 0, PAL_SHA256_SIZE);
	if (data == NULL)
		return false;
	if (len == PAL_SHA256_SIZE)
		memcpy(digest, data, len);
	else if (query->error == 0)
		query->error = PAL_EFORM;
	return true;
}

void
ledger_take_columns(struct query *query, struct order *order)
{
	char action[8];

	ledger_take_word(query, order->authority, sizeof order->authority);
	ledger_take_word(query, order->id, sizeof order->id);
	ledger_take_word(query, action, sizeof action);
	order->action = strcmp(action, "lift") == 0 ? ORDER_LIFT : ORDER_BLOCK;
	if (!ledger_take_digest(query, order->digest) && query->error == 0)
		query->error = PAL_EFORM;
	ledger_take_word(
		query, order->lifts_authority, sizeof order->lifts_authority);
	ledger_take_word(query, order->lifts, sizeof order->lifts);
	ledger_take_word(query, order->replaces, sizeof order->replaces);
	order->issued = query_int(query);
	order->effective = take_time(query, ORDER_NO_TIME);
	order->expires = take_time(query, PAL_NEVER);
	order->review = take_time(query, ORDER_NO_TIME);
	order->comply_within = take_time(query, 0);
	order->comply_by = take_time(query, ORDER_NO_TIME);
	order->has_answer = !query_is_null(query);
	order->answer = (enum pal_answer)query_int(query);
	if (order->has_answer && (unsigned)order->answer > PAL_REFUSED &&
		query->error == 0)
		query->error = PAL_EFORM;
}

/* Targets of a block order from here on stay packed: to unpack them costs
 * more than all else, and mostly nobody looks at them but the compiler. */
#define PACKED_FROM 100

/* A copy of the targets as they are. */
static int
keep_packed(struct order *order, uint8_t **packed, const uint8_t *data,
	size_t len, size_t count)
{
	if (count > len / 3 || pack_check(data, len, count) != 0)
		return PAL_EFORM;
	*packed = malloc(len);
	if (*packed == NULL)
		return PAL_ENOMEM;
	memcpy(*packed, data, len);
	order->target_count = count;
	return 0;
}

static void
take_packed(struct query *query, struct order *order, uint8_t **packed)
{
	size_t len, count;
	const void *data = query_data(query, &len);
	int ret = unpack_texts(order, data, len);

	count = (size_t)query_int(query);
	data = query_data(query, &len);
	if (ret == 0 && order->action == ORDER_BLOCK && count >= PACKED_FROM)
		ret = keep_packed(order, packed, data, len, count);
	else if (ret == 0)
		ret = unpack_targets(order, data, len, count);
	if (ret != 0 && query->error == 0)
		query->error = ret;
}

static int
make_room(struct ledger_state *state, size_t size)
{
	struct record *records;
	struct ledger_document *documents;

	if (size <= state->size)
		return 0;
	size += size / 2 + 64;
	records = realloc(state->records, size * sizeof *records);
	if (records == NULL)
		return PAL_ENOMEM;
	state->records = records;
	state->history.records = records;
	documents = realloc(state->documents, size * sizeof *documents);
	if (documents == NULL)
		return PAL_ENOMEM;
	state->documents = documents;
	state->size = size;
	return 0;
}

static int
count_documents(struct ledger *ledger, size_t *count)
{
	struct query query;

	query_open(&query, ledger->db, SQL_DOCUMENT_COUNT);
	*count = 0;
	if (query_step(&query))
		*count = (size_t)query_int(&query);
	return query_done(&query);
}

static int
load_documents(struct ledger *ledger, struct ledger_state *state)
{
	struct query query;
	size_t count = 0, n = 0;
	int ret = count_documents(ledger, &count);

	if (ret == 0)
		ret = make_room(state, count);
	if (ret != 0)
		return ret;
	state->orders = calloc(count + 1, sizeof *state->orders);
	state->packed = calloc(count + 1, sizeof *state->packed);
	if (state->orders == NULL || state->packed == NULL)
		return PAL_ENOMEM;
	query_open(&query, ledger->db, SQL_DOCUMENTS);
	while (n < count && query_step(&query)) {
		struct order *order = &state->orders[n];

		state->records[n].receipt = (uint64_t)query_int(&query);
		ledger_take_columns(&query, order);
		state->records[n].received = query_int(&query);
		state->records[n].order = order;
		state->records[n].packed = NULL;
		state->documents[n].who = query_copy(&query);
		state->documents[n].source = query_copy(&query);
		state->documents[n].received = state->records[n].received;
		state->documents[n].signature = query_int(&query);
		state->documents[n].arrived =
			take_time(&query, state->records[n].received * 1000);
		/* From here on there is something to free. */
		state->loaded = state->history.record_count = ++n;
		take_packed(&query, order, &state->packed[n - 1]);
		state->records[n - 1].packed = state->packed[n - 1];
	}
	ret = query_done(&query);
	return ret;
}

static int
room_for_stop(struct ledger_state *state)
{
	size_t count = state->history.suspension_count;
	struct suspension *suspensions =
		realloc(state->suspensions, (count + 1) * sizeof *suspensions);
	struct ledger_stop *stops;

	if (suspensions == NULL)
		return PAL_ENOMEM;
	state->suspensions = suspensions;
	state->history.suspensions = suspensions;
	stops = realloc(state->stops, (count + 1) * sizeof *stops);
	if (stops == NULL)
		return PAL_ENOMEM;
	state->stops = stops;
	return 0;
}

static int
load_suspensions(struct ledger *ledger, struct ledger_state *state)
{
	struct query query;
	int ret = 0, end;

	query_open(&query, ledger->db, SQL_SUSPENSIONS);
	while (ret == 0 && query_step(&query)) {
		size_t at = state->history.suspension_count;
		struct suspension *stop;

		ret = room_for_stop(state);
		if (ret != 0)
			break;
		stop = &state->suspensions[at];
		ledger_take_word(
			&query, stop->authority, sizeof stop->authority);
		ledger_take_word(&query, stop->id, sizeof stop->id);
		stop->when.start = query_int(&query);
		stop->when.end = take_time(&query, PAL_NEVER);
		state->stops[at].reason = query_copy(&query);
		state->stops[at].who = query_copy(&query);
		state->history.suspension_count++;
	}
	end = query_done(&query);
	return ret != 0 ? ret : end;
}

int
ledger_load(struct ledger *ledger, struct ledger_state *state)
{
	int ret;

	memset(state, 0, sizeof *state);
	ret = load_documents(ledger, state);
	if (ret == 0)
		ret = load_suspensions(ledger, state);
	if (ret == 0)
		ret = history_index(&state->history);
	if (ret == PAL_EFORM)
		ledger->error = "it is damaged: a row of documents does not "
				"hold what palang writes";
	return ret;
}

void
ledger_state_fini(struct ledger_state *state)
{
	history_index_fini(&state->history);
	for (size_t i = 0; i < state->history.record_count; i++) {
		free(state->documents[i].who);
		free(state->documents[i].source);
	}
	for (size_t i = 0; i < state->history.suspension_count; i++) {
		free(state->stops[i].reason);
		free(state->stops[i].who);
	}
	for (size_t i = 0; i < state->loaded; i++) {
		order_fini(&state->orders[i]);
		free(state->packed[i]);
	}
	free(state->orders);
	free(state->packed);
	free(state->records);
	free(state->documents);
	free(state->suspensions);
	free(state->stops);
	memset(state, 0, sizeof *state);
}

/* ---- the state in memory follows what is recorded ---- */

static char *
copy_text(const char *text, int *ret)
{
	char *copy = text == NULL ? NULL : strdup(text);

	if (text != NULL && copy == NULL)
		*ret = PAL_ENOMEM;
	return copy;
}

int
ledger_state_add(struct ledger_state *state, const struct order *order,
	const struct ledger_arrival *arrival, uint64_t receipt)
{
	size_t at = state->history.record_count;
	int ret = make_room(state, at + 1);

	if (ret != 0)
		return ret;
	state->records[at] =
		(struct record){order, arrival->received, receipt, NULL};
	state->documents[at].who = copy_text(arrival->who, &ret);
	state->documents[at].source = copy_text(arrival->source, &ret);
	state->documents[at].received = arrival->received;
	state->documents[at].signature = arrival->signature;
	state->documents[at].arrived = arrival->arrived != 0
	                                       ? arrival->arrived
	                                       : arrival->received * 1000;
	state->history.record_count++;
	return ret;
}

int
ledger_state_suspend(struct ledger_state *state, const struct order *order,
	int64_t now, const char *reason, const char *who)
{
	size_t at = state->history.suspension_count;
	int ret = room_for_stop(state);

	if (ret != 0)
		return ret;
	memcpy(state->suspensions[at].authority, order->authority,
		sizeof order->authority);
	memcpy(state->suspensions[at].id, order->id, sizeof order->id);
	state->suspensions[at].when = (struct pal_interval){now, PAL_NEVER};
	state->stops[at].reason = copy_text(reason, &ret);
	state->stops[at].who = copy_text(who, &ret);
	state->history.suspension_count++;
	return ret;
}

static struct suspension *
find_stop(const struct ledger_state *state, const struct order *order)
{
	for (size_t i = 0; i < state->history.suspension_count; i++) {
		struct suspension *stop = &state->suspensions[i];

		if (stop->when.end == PAL_NEVER &&
			strcmp(stop->id, order->id) == 0 &&
			strcmp(stop->authority, order->authority) == 0)
			return stop;
	}
	return NULL;
}

const struct suspension *
ledger_state_stop(const struct ledger_state *state, const struct order *order)
{
	return find_stop(state, order);
}

void
ledger_state_resume(
	struct ledger_state *state, const struct order *order, int64_t now)
{
	struct suspension *stop = find_stop(state, order);

	if (stop != NULL)
		stop->when.end =
			now > stop->when.start ? now : stop->when.start;
}
