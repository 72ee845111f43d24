#include "ledger_receipt.h"

#include <string.h>

#include "ledger_sql.h"
#include "ledger_store.h"
#include "palang/error.h"

static void
take_key(struct query *query, struct ledger_receipt *receipt)
{
	size_t len;
	const void *data = query_data(query, &len);

	receipt->has_key = data != NULL && len == LEDGER_KEY_SIZE;
	if (receipt->has_key)
		memcpy(receipt->key, data, LEDGER_KEY_SIZE);
}

static int
find_arrived(struct ledger *ledger, const char *authority, const char *id,
	int64_t *arrived)
{
	struct query query;

	query_open(&query, ledger->db, SQL_RECEIPT_ARRIVED);
	query_bind_text(&query, authority);
	query_bind_text(&query, id);
	if (query_step(&query))
		*arrived = query_int(&query);
	return query_done(&query);
}

int
ledger_receipt(struct ledger *ledger, const char *authority, const char *id,
	struct ledger_receipt *receipt)
{
	struct query query;
	int ret;

	memset(receipt, 0, sizeof *receipt);
	query_open(&query, ledger->db, SQL_RECEIPT);
	query_bind_text(&query, authority);
	query_bind_text(&query, id);
	if (query_step(&query)) {
		receipt->recorded = true;
		ledger_take_digest(&query, receipt->digest);
		ledger_take_digest(&query, receipt->sha256);
		take_key(&query, receipt);
		receipt->comment = query_copy(&query);
		receipt->source = query_copy(&query);
		receipt->arrived = query_int(&query);
		receipt->received = query_int(&query);
		ledger_take_epoch(&query, receipt->epoch);
		receipt->generation = (uint64_t)query_int(&query);
		receipt->published = query_int(&query);
	}
	ret = query_done(&query);
	return ret != 0 || receipt->recorded
	               ? ret
	               : find_arrived(ledger, authority, id, &receipt->arrived);
}

int
ledger_receipt_events(struct ledger *ledger, const char *authority,
	const char *id,
	int (*each)(void *ctx, const struct ledger_event *event), void *ctx)
{
	struct query query;
	int stop = 0, ret;

	query_open(&query, ledger->db, SQL_RECEIPT_EVENTS);
	query_bind_text(&query, authority);
	query_bind_text(&query, id);
	while (stop == 0 && query_step(&query)) {
		struct ledger_event event;

		ledger_take_event(&query, &event);
		if (query.error == 0)
			stop = each(ctx, &event);
	}
	ret = query_done(&query);
	return stop != 0 ? stop : ret;
}

int
ledger_receipt_resolvers(struct ledger *ledger,
	const struct ledger_receipt *receipt, bool blocks,
	int (*each)(
		void *ctx, const char *instance, int64_t effect, int64_t swept),
	void *ctx)
{
	struct query query;
	int stop = 0, ret;

	query_open(&query, ledger->db, SQL_RECEIPT_RESOLVERS);
	query_bind_data(&query, receipt->epoch, PAL_EPOCH_SIZE);
	query_bind_int(&query, (int64_t)receipt->generation);
	query_bind_int(&query, blocks);
	while (stop == 0 && query_step(&query)) {
		const char *instance = query_text(&query);
		int64_t effect = query_int(&query);

		stop = each(ctx, instance, effect, query_int(&query));
	}
	ret = query_done(&query);
	return stop != 0 ? stop : ret;
}

int
ledger_receipt_find(struct ledger *ledger, const char *name,
	char authority[ORDER_AUTHORITY_MAX], char id[ORDER_ID_MAX], int *count)
{
	struct query query;

	*count = 0;
	query_open(&query, ledger->db, SQL_RECEIPT_FIND);
	query_bind_text(&query, name);
	while (query_step(&query)) {
		ledger_take_word(&query, authority, ORDER_AUTHORITY_MAX);
		ledger_take_word(&query, id, ORDER_ID_MAX);
		++*count;
	}
	return query_done(&query);
}
