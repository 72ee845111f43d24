#include "ledger_due.h"

#include <stdlib.h>
#include <string.h>

#include "ledger_sql.h"
#include "ledger_store.h"
#include "palang/error.h"

static int
before(const struct ledger_saying *a, const struct ledger_saying *b)
{
	int cmp = strcmp(a->instance, b->instance);

	return cmp != 0 ? cmp
	                : (a->number > b->number) - (a->number < b->number);
}

int
ledger_said_add(struct ledger_said *said, const struct ledger_saying *saying)
{
	struct ledger_saying *items =
		realloc(said->items, (said->count + 1) * sizeof *items);
	size_t at = said->count;

	if (items == NULL)
		return PAL_ENOMEM;
	said->items = items;
	while (at > 0 && before(saying, &items[at - 1]) < 0)
		at--;
	memmove(&items[at + 1], &items[at], (said->count - at) * sizeof *items);
	items[at] = *saying;
	said->count++;
	return 0;
}

/* ---- what is believed ---- */

int64_t
ledger_believe(int64_t said, int64_t begun, int64_t at)
{
	return begun > 0 && said >= begun - SQL_SAID_SLACK &&
	                       said <= at + SQL_SAID_SLACK
	               ? said
	               : at;
}

int
ledger_generation_begun(struct ledger *ledger,
	const uint8_t epoch[PAL_EPOCH_SIZE], uint64_t generation,
	int64_t *begun, bool *open)
{
	struct query query;

	*begun = 0;
	if (open != NULL)
		*open = false;
	query_open(&query, ledger->db, SQL_GENERATION_BEGUN);
	query_bind_data(&query, epoch, PAL_EPOCH_SIZE);
	query_bind_int(&query, (int64_t)generation);
	if (query_step(&query)) {
		*begun = query_int(&query);
		if (open != NULL)
			*open = query_int(&query) != 0;
	}
	return query_done(&query);
}

int
ledger_knows_instance(struct ledger *ledger, const char *instance, bool *knows)
{
	struct query query;

	query_open(&query, ledger->db, SQL_INSTANCE_KNOWN);
	query_bind_text(&query, instance);
	*knows = query_step(&query);
	return query_done(&query);
}

int
ledger_new_instances(struct ledger *ledger, int64_t since_ms, size_t *count)
{
	struct query query;

	*count = 0;
	query_open(&query, ledger->db, SQL_INSTANCES_NEW);
	query_bind_int(&query, since_ms);
	if (query_step(&query))
		*count = (size_t)query_int(&query);
	return query_done(&query);
}

/* ---- what is recorded ---- */

static int
count_said(struct ledger *ledger, size_t *count)
{
	struct query query;

	*count = 0;
	query_open(&query, ledger->db, SQL_SAID_COUNT);
	if (query_step(&query))
		*count = (size_t)query_int(&query);
	return query_done(&query);
}

static void
take_times(struct query *query, struct ledger_saying *saying)
{
	int64_t at = query_int(query);
	int64_t said = query_int(query);
	int64_t begun = query_int(query);

	saying->at = ledger_believe(said, begun, at);
	saying->wrong = said == saying->at ? 0 : said;
}

int
ledger_load_said(struct ledger *ledger, struct ledger_said *said)
{
	struct query query;
	size_t count;
	int ret = count_said(ledger, &count);

	memset(said, 0, sizeof *said);
	if (ret != 0)
		return ret;
	said->items = calloc(count + 1, sizeof *said->items);
	if (said->items == NULL)
		return PAL_ENOMEM;
	query_open(&query, ledger->db, SQL_SAID);
	while (said->count < count && query_step(&query)) {
		struct ledger_saying *saying = &said->items[said->count++];

		ledger_take_word(
			&query, saying->instance, sizeof saying->instance);
		saying->number = query_int(&query);
		ledger_take_epoch(&query, saying->epoch);
		saying->generation = (uint64_t)query_int(&query);
		take_times(&query, saying);
		saying->open = query_int(&query) != 0;
	}
	return query_done(&query);
}

void
ledger_said_fini(struct ledger_said *said)
{
	free(said->items);
	memset(said, 0, sizeof *said);
}

int
ledger_taken(struct ledger *ledger, const struct order *order,
	struct ledger_taken *taken)
{
	struct query query;

	memset(taken, 0, sizeof *taken);
	taken->blocks = order->action == ORDER_BLOCK;
	query_open(&query, ledger->db, SQL_TAKEN);
	query_bind_text(&query, order->authority);
	query_bind_text(&query, order->id);
	if (query_step(&query)) {
		taken->number = query_int(&query);
		ledger_take_epoch(&query, taken->epoch);
		taken->generation = (uint64_t)query_int(&query);
	}
	return query_done(&query);
}
