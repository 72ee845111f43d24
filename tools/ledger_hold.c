#include "ledger_hold.h"

#include <stdlib.h>
#include <string.h>

#include "ledger_sql.h"
#include "ledger_store.h"
#include "ledger_vouch.h"
#include "palang/error.h"

static const char *const state_names[] = {[BATCH_HELD] = "held",
	[BATCH_SHADOW] = "shadow",
	[BATCH_APPROVED] = "approved",
	[BATCH_ACTIVATED] = "activated",
	[BATCH_REJECTED] = "rejected"};

const char *
batch_state_name(enum batch_state state)
{
	return state_names[state];
}

/* ---- reading ---- */

/* Room for one more, all zero; NULL, and the query's error. */
static void *
grow(struct query *query, void **list, size_t *count, size_t size)
{
	char *more = realloc(*list, (*count + 1) * size);

	if (more == NULL) {
		query->error = PAL_ENOMEM;
		return NULL;
	}
	*list = more;
	more += (*count)++ * size;
	memset(more, 0, size);
	return more;
}

static int
load_documents(struct ledger *ledger, struct batch *batch)
{
	struct query query;
	void *list = NULL;

	query_open(&query, ledger->db, SQL_BATCH_DOCUMENTS);
	query_bind_int(&query, batch->number);
	while (query_step(&query)) {
		struct batch_document *document = grow(&query, &list,
			&batch->document_count, sizeof *document);

		if (document == NULL)
			break;
		batch->documents = list;
		ledger_take_word(&query, document->authority,
			sizeof document->authority);
		ledger_take_word(&query, document->id, sizeof document->id);
		ledger_take_digest(&query, document->digest);
	}
	return query_done(&query);
}

static void
take_key(struct query *query, uint8_t key[LEDGER_KEY_SIZE])
{
	size_t len;
	const void *data = query_data(query, &len);

	if (data != NULL && len == LEDGER_KEY_SIZE)
		memcpy(key, data, len);
	else if (data != NULL && query->error == 0)
		query->error = PAL_EFORM;
}

static int
load_approvals(struct ledger *ledger, struct batch *batch)
{
	struct query query;
	void *list = NULL;

	query_open(&query, ledger->db, SQL_BATCH_APPROVALS);
	query_bind_int(&query, batch->number);
	while (query_step(&query)) {
		struct batch_approval *approval = grow(&query, &list,
			&batch->approval_count, sizeof *approval);

		if (approval == NULL)
			break;
		batch->approvals = list;
		approval->approver = query_copy(&query);
		take_key(&query, approval->key);
		approval->text = query_copy(&query);
		approval->reason = query_copy(&query);
		approval->at = query_int(&query);
		approval->who = query_copy(&query);
	}
	return query_done(&query);
}

static void
take_batch(struct query *query, struct batch *batch, enum batch_state state)
{
	batch->state = state;
	batch->number = query_int(query);
	batch->received = query_int(query);
	batch->arrived = query_int(query);
	batch->who = query_copy(query);
	batch->way = query_copy(query);
	batch->source = query_copy(query);
	batch->why = query_copy(query);
	batch->decided = query_int(query);
	batch->decided_by = query_copy(query);
	batch->reason = query_copy(query);
}

/* What the query finds, bound already, with its parts. */
static int
load(struct ledger *ledger, struct query *query, enum batch_state state,
	struct batches *batches)
{
	void *list = NULL;
	int ret;

	while (query_step(query)) {
		struct batch *batch =
			grow(query, &list, &batches->count, sizeof *batch);

		if (batch == NULL)
			break;
		batches->list = list;
		take_batch(query, batch, state);
	}
	ret = query_done(query);
	for (size_t i = 0; i < batches->count && ret == 0; i++) {
		ret = load_documents(ledger, &batches->list[i]);
		if (ret == 0)
			ret = load_approvals(ledger, &batches->list[i]);
	}
	return ret;
}

int
ledger_batches(
	struct ledger *ledger, enum batch_state state, struct batches *batches)
{
	struct query query;

	memset(batches, 0, sizeof *batches);
	query_open(&query, ledger->db, SQL_BATCHES);
	query_bind_text(&query, state_names[state]);
	query_bind_int(&query, ledger->as_of);
	return load(ledger, &query, state, batches);
}

int
ledger_batch_named(struct ledger *ledger, enum batch_state state,
	const char *name, struct batches *batches)
{
	struct query query;

	memset(batches, 0, sizeof *batches);
	query_open(&query, ledger->db, SQL_BATCH_NAMED);
	query_bind_text(&query, state_names[state]);
	query_bind_int(&query, ledger->as_of);
	query_bind_text(&query, name);
	return load(ledger, &query, state, batches);
}

static void
batch_fini(struct batch *batch)
{
	for (size_t i = 0; i < batch->approval_count; i++) {
		struct batch_approval *approval = &batch->approvals[i];

		free(approval->approver);
		free(approval->who);
		free(approval->reason);
		free(approval->text);
	}
	free(batch->approvals);
	free(batch->documents);
	free(batch->who);
	free(batch->way);
	free(batch->source);
	free(batch->why);
	free(batch->decided_by);
	free(batch->reason);
}

void
ledger_batches_fini(struct batches *batches)
{
	for (size_t i = 0; i < batches->count; i++)
		batch_fini(&batches->list[i]);
	free(batches->list);
	memset(batches, 0, sizeof *batches);
}

int
ledger_rejections(struct ledger *ledger,
	int (*each)(void *ctx, const struct batch_rejection *rejection),
	void *ctx)
{
	struct query query;
	int stop = 0, ret;

	query_open(&query, ledger->db, SQL_REJECTIONS);
	while (stop == 0 && query_step(&query)) {
		uint8_t digest[PAL_SHA256_SIZE];
		struct batch_rejection rejection = {.digest = digest};

		ledger_take_digest(&query, digest);
		rejection.at = query_int(&query);
		rejection.who = query_text(&query);
		rejection.reason = query_text(&query);
		if (query.error == 0)
			stop = each(ctx, &rejection);
	}
	ret = query_done(&query);
	return stop != 0 ? stop : ret;
}

/* A copy with a NUL behind it. */
static char *
copy_data(struct query *query, size_t *len)
{
	const void *data = query_data(query, len);
	char *copy = malloc(*len + 1);

	if (copy == NULL) {
		query->error = PAL_ENOMEM;
		return NULL;
	}
	if (*len > 0)
		memcpy(copy, data, *len);
	copy[*len] = '\0';
	return copy;
}

int
ledger_batch_files(
	struct ledger *ledger, int64_t number, struct batch_files *files)
{
	struct query query;
	void *list = NULL;

	memset(files, 0, sizeof *files);
	query_open(&query, ledger->db, SQL_BATCH_FILES);
	query_bind_int(&query, number);
	while (query_step(&query)) {
		struct batch_file *file =
			grow(&query, &list, &files->count, sizeof *file);

		if (file == NULL)
			break;
		files->list = list;
		file->name = query_copy(&query);
		file->data = copy_data(&query, &file->len);
		file->signature = query_copy(&query);
	}
	return query_done(&query);
}

void
ledger_batch_files_fini(struct batch_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->list[i].name);
		free(files->list[i].data);
		free(files->list[i].signature);
	}
	free(files->list);
	memset(files, 0, sizeof *files);
}

const struct batch_document *
batches_find(const struct batches *batches, const char *authority,
	const char *id, const struct batch **batch)
{
	for (size_t i = 0; i < batches->count; i++) {
		const struct batch *each = &batches->list[i];

		for (size_t j = 0; j < each->document_count; j++) {
			const struct batch_document *document =
				&each->documents[j];

			if (strcmp(document->id, id) != 0 ||
				strcmp(document->authority, authority) != 0)
				continue;
			*batch = each;
			return document;
		}
	}
	return NULL;
}

/* ---- recording ---- */

static int
add_document(struct ledger *ledger, int64_t number, size_t position,
	const struct batch_document *document)
{
	struct query query;

	query_open(&query, ledger->db, SQL_BATCH_DOCUMENT_ADD);
	query_bind_int(&query, number);
	query_bind_int(&query, (int64_t)position);
	query_bind_text(&query, document->authority);
	query_bind_text(&query, document->id);
	query_bind_data(&query, document->digest, PAL_SHA256_SIZE);
	return query_done(&query);
}

int
ledger_add_batch(struct ledger *ledger, struct batch *batch)
{
	struct query query;
	int ret;

	query_open(&query, ledger->db, SQL_BATCH_ADD);
	query_bind_int(&query, batch->received);
	if (batch->arrived != 0)
		query_bind_int(&query, batch->arrived);
	else
		query_bind_null(&query);
	query_bind_text(&query, batch->who);
	query_bind_text(&query, batch->way);
	query_bind_text(&query, batch->source);
	query_bind_text(&query, state_names[batch->state]);
	query_bind_text(&query, batch->why);
	ret = query_done(&query);
	batch->number = database_last_row(ledger->db);
	for (size_t i = 0; i < batch->document_count && ret == 0; i++)
		ret = add_document(
			ledger, batch->number, i, &batch->documents[i]);
	return ret;
}

int
ledger_add_batch_file(struct ledger *ledger, int64_t number, size_t position,
	int64_t file, const char *name, int64_t signature)
{
	struct query query;

	query_open(&query, ledger->db, SQL_BATCH_FILE_ADD);
	query_bind_int(&query, number);
	query_bind_int(&query, (int64_t)position);
	query_bind_int(&query, file);
	query_bind_text(&query, name);
	if (signature != 0)
		query_bind_int(&query, signature);
	else
		query_bind_null(&query);
	return query_done(&query);
}

int
ledger_add_approval(struct ledger *ledger, int64_t number,
	const struct batch_approval *approval)
{
	struct query query;
	int ret = ledger_compare(ledger, "batches", number);

	if (ret != 0)
		return ret;
	query_open(&query, ledger->db, SQL_APPROVAL_ADD);
	query_bind_int(&query, number);
	query_bind_text(&query, approval->approver);
	if (approval->text != NULL)
		query_bind_data(&query, approval->key, LEDGER_KEY_SIZE);
	else
		query_bind_null(&query);
	query_bind_text(&query, approval->text);
	query_bind_text(&query, approval->reason);
	query_bind_int(&query, approval->at);
	query_bind_text(&query, approval->who);
	return query_done(&query);
}

int
ledger_decide_batch(struct ledger *ledger, int64_t number,
	enum batch_state state, int64_t now_ms, const char *who,
	const char *reason)
{
	struct query query;
	int ret = ledger_compare(ledger, "batches", number);

	if (ret != 0)
		return ret;
	query_open(&query, ledger->db, SQL_BATCH_DECIDE);
	query_bind_int(&query, number);
	query_bind_text(&query, state_names[state]);
	query_bind_int(&query, now_ms);
	query_bind_text(&query, who);
	query_bind_text(&query, reason);
	return query_done(&query);
}
