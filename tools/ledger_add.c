/* Recording, and reading back what was recorded as text. */
#include <stdlib.h>
#include <string.h>

#include "ledger_pack.h"
#include "ledger_sql.h"
#include "ledger_store.h"
#include "ledger_vouch.h"
#include "palang/error.h"

static int
find_file(struct ledger *ledger, const uint8_t digest[PAL_SHA256_SIZE],
	int64_t *file)
{
	struct query query;

	*file = 0;
	query_open(&query, ledger->db, SQL_FILE_FIND);
	query_bind_data(&query, digest, PAL_SHA256_SIZE);
	if (query_step(&query))
		*file = query_int(&query);
	return query_done(&query);
}

int
ledger_add_file(struct ledger *ledger, const void *data, size_t len,
	int64_t now_ms, int64_t *file, bool *added)
{
	uint8_t digest[PAL_SHA256_SIZE];
	struct query query;
	int ret;

	pal_sha256(data, len, digest);
	ret = find_file(ledger, digest, file);
	if (added != NULL)
		*added = ret == 0 && *file == 0;
	if (ret != 0 || *file != 0)
		return ret;
	query_open(&query, ledger->db, SQL_FILE_ADD);
	query_bind_data(&query, digest, PAL_SHA256_SIZE);
	query_bind_int(&query, now_ms);
	query_bind_data(&query, data, len);
	ret = query_done(&query);
	*file = database_last_row(ledger->db);
	return ret;
}

static void
bind_time(struct query *query, int64_t time, int64_t absent)
{
	if (time == absent)
		query_bind_null(query);
	else
		query_bind_int(query, time);
}

static void
bind_word(struct query *query, const char *word)
{
	query_bind_text(query, word[0] == '\0' ? NULL : word);
}

/* The parameters of SQL_DOCUMENT_ADD up to the answer. */
static void
bind_order(struct query *query, const struct order *order)
{
	query_bind_text(query, order->authority);
	query_bind_text(query, order->id);
	query_bind_text(query, order->action == ORDER_LIFT ? "lift" : "block");
	query_bind_data(query, order->digest, PAL_SHA256_SIZE);
	bind_word(query, order->lifts_authority);
	bind_word(query, order->lifts);
	bind_word(query, order->replaces);
	query_bind_int(query, order->issued);
	bind_time(query, order->effective, ORDER_NO_TIME);
	bind_time(query, order->expires, PAL_NEVER);
	bind_time(query, order->review, ORDER_NO_TIME);
	bind_time(query, order->comply_within, 0);
	bind_time(query, order->comply_by, ORDER_NO_TIME);
	if (order->has_answer)
		query_bind_int(query, order->answer);
	else
		query_bind_null(query);
}

static int
find_signature(struct ledger *ledger, const struct ledger_signature *signature,
	int64_t *row)
{
	struct query query;

	*row = 0;
	query_open(&query, ledger->db, SQL_SIGNATURE_FIND);
	query_bind_int(&query, signature->file);
	query_bind_text(&query, signature->text);
	if (query_step(&query))
		*row = query_int(&query);
	return query_done(&query);
}

int
ledger_add_signature(struct ledger *ledger,
	const struct ledger_signature *signature, int64_t *row, bool *added)
{
	struct query query;
	int ret = find_signature(ledger, signature, row);

	if (added != NULL)
		*added = ret == 0 && *row == 0;
	if (ret != 0 || *row != 0)
		return ret;
	query_open(&query, ledger->db, SQL_SIGNATURE_ADD);
	query_bind_int(&query, signature->file);
	query_bind_data(&query, signature->key, LEDGER_KEY_SIZE);
	query_bind_text(&query, signature->text);
	query_bind_text(&query, signature->comment);
	query_bind_int(&query, signature->at);
	ret = query_done(&query);
	*row = database_last_row(ledger->db);
	return ret;
}

int
ledger_add_order(struct ledger *ledger, const struct order *order,
	const struct ledger_arrival *arrival, uint64_t *receipt)
{
	uint8_t *texts = NULL, *targets = NULL;
	size_t texts_len = 0, targets_len = 0;
	struct query query;
	int ret = pack_texts(order, &texts, &texts_len);

	if (ret == 0)
		ret = pack_targets(order, &targets, &targets_len);
	if (ret != 0)
		goto out;
	query_open(&query, ledger->db, SQL_DOCUMENT_ADD);
	bind_order(&query, order);
	query_bind_int(&query, arrival->received);
	query_bind_int(&query, arrival->file);
	query_bind_text(&query, arrival->who);
	query_bind_text(&query, arrival->source);
	bind_time(&query, arrival->signature, 0);
	bind_time(&query, arrival->arrived, 0);
	query_bind_data(&query, texts, texts_len);
	query_bind_int(&query, (int64_t)order->target_count);
	query_bind_data(&query, targets, targets_len);
	query_bind_text(&query, order->canonical);
	ret = query_done(&query);
	*receipt = (uint64_t)database_last_row(ledger->db);
out:
	free(texts);
	free(targets);
	return ret;
}

int
ledger_suspend(struct ledger *ledger, const struct order *order, int64_t now,
	const char *reason, const char *who)
{
	struct query query;

	query_open(&query, ledger->db, SQL_SUSPEND);
	query_bind_text(&query, order->authority);
	query_bind_text(&query, order->id);
	query_bind_int(&query, now);
	query_bind_text(&query, reason);
	query_bind_text(&query, who);
	return query_done(&query);
}

int
ledger_resume(struct ledger *ledger, const struct order *order, int64_t now)
{
	struct query query;
	int ret;

	query_open(&query, ledger->db, SQL_SUSPENSION_FIND);
	query_bind_text(&query, order->authority);
	query_bind_text(&query, order->id);
	ret = ledger_compare_each(ledger, "suspensions", &query);
	if (ret != 0)
		return ret;
	query_open(&query, ledger->db, SQL_RESUME);
	query_bind_text(&query, order->authority);
	query_bind_text(&query, order->id);
	query_bind_int(&query, now);
	return query_done(&query);
}

/* One column of one order, as octets. */
static int
read_back(struct ledger *ledger, const char *sql, const char *authority,
	const char *id, char **data, size_t *len)
{
	struct query query;
	int ret;

	*data = NULL;
	*len = 0;
	query_open(&query, ledger->db, sql);
	query_bind_text(&query, authority);
	query_bind_text(&query, id);
	if (query_step(&query)) {
		const void *found = query_data(&query, len);

		*data = malloc(*len + 1);
		if (*data != NULL && *len > 0)
			memcpy(*data, found, *len);
		if (*data != NULL)
			(*data)[*len] = '\0';
		else
			query.error = PAL_ENOMEM;
	}
	ret = query_done(&query);
	return ret;
}

int
ledger_canonical(struct ledger *ledger, const char *authority, const char *id,
	char **data, size_t *len)
{
	return read_back(ledger, SQL_CANONICAL, authority, id, data, len);
}

int
ledger_received(struct ledger *ledger, const char *authority, const char *id,
	char **data, size_t *len)
{
	return read_back(ledger, SQL_FILE_BYTES, authority, id, data, len);
}
