#include "ledger_audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_audit_sql.h"
#include "ledger_schema.h"
#include "ledger_sql.h"
#include "ledger_store.h"
#include "ledger_vouch.h"
#include "palang/error.h"

bool
ledger_is_old(const struct ledger *ledger)
{
	return ledger->version < LEDGER_VERSION;
}

/* ---- rows ---- */

static const char *const comparisons[] = {SQL_AUDIT_SCHEMA, SQL_AUDIT_FILE,
	SQL_AUDIT_KEYS, SQL_AUDIT_EVENTS, SQL_AUDIT_GENERATIONS,
	SQL_AUDIT_FILES, SQL_AUDIT_FILES_GONE, SQL_AUDIT_CONFIGURATIONS,
	SQL_AUDIT_DOCUMENTS, SQL_AUDIT_DOCUMENTS_GONE, SQL_AUDIT_RECEIPTS,
	SQL_AUDIT_SIGNED, SQL_AUDIT_SIGNATURES_GONE, SQL_AUDIT_SUSPENSIONS,
	SQL_AUDIT_SUSPENSIONS_GONE, SQL_AUDIT_ALLOWS, SQL_AUDIT_ALLOWS_GONE,
	SQL_AUDIT_SWITCHES, SQL_AUDIT_SWITCHES_GONE, SQL_AUDIT_BATCHES,
	SQL_AUDIT_BATCHES_GONE, SQL_AUDIT_DECIDED_GONE, SQL_AUDIT_APPROVALS,
	SQL_AUDIT_APPROVALS_GONE};

static int
compare(struct ledger *ledger, const char *sql,
	int (*found)(void *ctx, const char *text), void *ctx)
{
	struct query query;
	int stop = 0, ret;

	query_open(&query, ledger->db, sql);
	while (stop == 0 && query_step(&query)) {
		const char *text = query_text(&query);

		stop = found(ctx, text == NULL ? "a row is damaged" : text);
	}
	ret = query_done(&query);
	return stop != 0 ? stop : ret;
}

int
ledger_audit_rows(struct ledger *ledger,
	int (*found)(void *ctx, const char *text), void *ctx)
{
	int ret = 0;

	for (size_t i = 0;
		i < sizeof comparisons / sizeof *comparisons && ret == 0; i++)
		ret = compare(ledger, comparisons[i], found, ctx);
	return ret == 0 ? ledger_audit_vouched(ledger, found, ctx) : ret;
}

int
ledger_audit_count(struct ledger *ledger,
	struct ledger_audit_count counts[LEDGER_AUDIT_KINDS])
{
	static const struct ledger_audit_count kinds[LEDGER_AUDIT_KINDS] = {
		{"document", "documents", SQL_COUNT("documents"), 0},
		{"file", "files", SQL_COUNT("files"), 0},
		{"signature", "signatures", SQL_COUNT("signatures"), 0},
		{"suspension", "suspensions", SQL_COUNT("suspensions"), 0},
		{"held run", "held runs", SQL_COUNT("batches"), 0},
		{"approval", "approvals", SQL_COUNT("approvals"), 0},
		{"feed", "feeds", SQL_COUNT("feeds"), 0},
		{"allow", "allows", SQL_COUNT("allows"), 0},
		{"opening", "openings", SQL_COUNT("switches"), 0},
		{"configuration", "configurations", SQL_COUNT("configurations"),
			0},
		{NULL, NULL, NULL, 0}};
	int ret = 0;

	memcpy(counts, kinds, sizeof kinds);
	for (; counts->one != NULL && ret == 0; counts++) {
		struct query query;

		query_open(&query, ledger->db, counts->sql);
		if (query_step(&query))
			counts->count = query_int(&query);
		ret = query_done(&query);
	}
	return ret;
}

int
ledger_audit_events(struct ledger *ledger,
	int (*each)(void *ctx, const struct ledger_event *event), void *ctx)
{
	struct query query;
	int stop = 0, ret;

	query_open(&query, ledger->db, SQL_EVENTS);
	while (stop == 0 && query_step(&query)) {
		struct ledger_event event;

		ledger_take_event(&query, &event);
		if (query.error == PAL_EFORM) {
			query.error = 0;
			event.what = NULL;
		}
		if (query.error == 0)
			stop = each(ctx, &event);
	}
	ret = query_done(&query);
	return stop != 0 ? stop : ret;
}

/* ---- files ---- */

/* Octets of a size that is known, or NULL. */
static const uint8_t *
sized(struct query *query, size_t size)
{
	size_t len;
	const void *data = query_data(query, &len);

	return data != NULL && len == size ? data : NULL;
}

/* All documents of the file; the cursor stands on the first behind those of
 * the files before. */
static int
walk_file(struct ledger_audit_file *file, struct query *orders, int64_t *next,
	int (*each)(void *ctx, const struct ledger_audit_file *file), void *ctx)
{
	int ret = 0;

	if (*next != file->file)
		return each(ctx, file);
	while (ret == 0 && *next == file->file) {
		file->authority = query_text(orders);
		file->id = query_text(orders);
		file->digest = sized(orders, PAL_SHA256_SIZE);
		ret = each(ctx, file);
		*next = query_step(orders) ? query_int(orders) : -1;
	}
	return ret;
}

int
ledger_audit_files(struct ledger *ledger,
	int (*each)(void *ctx, const struct ledger_audit_file *file), void *ctx)
{
	struct query files, orders;
	int stop = 0, ret, end;
	int64_t next;

	query_open(&files, ledger->db, SQL_AUDIT_WALK_FILES);
	query_open(&orders, ledger->db, SQL_AUDIT_WALK_ORDERS);
	next = query_step(&orders) ? query_int(&orders) : -1;
	while (stop == 0 && query_step(&files)) {
		struct ledger_audit_file file = {.file = query_int(&files)};

		file.sha256 = sized(&files, PAL_SHA256_SIZE);
		file.bytes = query_data(&files, &file.len);
		/* Of a file that is not there: told by SQL_AUDIT_KEYS. */
		while (next >= 0 && next < file.file)
			next = query_step(&orders) ? query_int(&orders) : -1;
		stop = walk_file(&file, &orders, &next, each, ctx);
	}
	ret = query_done(&files);
	end = query_done(&orders);
	return stop != 0 ? stop : ret != 0 ? ret : end;
}

/* ---- documents ---- */

static void
take_document(struct query *query, struct ledger_audit_document *document)
{
	ledger_take_columns(query, &document->order);
	document->texts = query_data(query, &document->texts_len);
	document->target_count = query_int(query);
	document->targets = query_data(query, &document->targets_len);
	document->canonical = query_data(query, &document->canonical_len);
	document->source = query_text(query);
	document->arrived = query_int(query);
	document->key = sized(query, LEDGER_KEY_SIZE);
	document->detail = query_text(query);
	document->old = query_int(query) != 0;
}

int
ledger_audit_documents(struct ledger *ledger,
	int (*each)(void *ctx, const struct ledger_audit_document *document),
	void *ctx)
{
	struct query query;
	int stop = 0, ret;

	query_open(&query, ledger->db, SQL_AUDIT_WALK_DOCUMENTS);
	while (stop == 0 && query_step(&query)) {
		struct ledger_audit_document document;

		memset(&document, 0, sizeof document);
		take_document(&query, &document);
		document.damaged = query.error == PAL_EFORM;
		if (document.damaged)
			query.error = 0;
		if (query.error == 0)
			stop = each(ctx, &document);
	}
	ret = query_done(&query);
	return stop != 0 ? stop : ret;
}

/* ---- signatures and feeds ---- */

int
ledger_audit_signatures(struct ledger *ledger,
	int (*each)(void *ctx, const struct ledger_signature *signature,
		const char *detail),
	void *ctx)
{
	struct query query;
	int stop = 0, ret;

	query_open(&query, ledger->db, SQL_AUDIT_WALK_SIGNATURES);
	while (stop == 0 && query_step(&query)) {
		struct ledger_signature signature = {
			.row = query_int(&query), .file = query_int(&query)};
		const uint8_t *key = sized(&query, LEDGER_KEY_SIZE);

		if (key != NULL)
			memcpy(signature.key, key, LEDGER_KEY_SIZE);
		signature.text = query_text(&query);
		signature.comment = query_text(&query);
		signature.at = query_int(&query);
		stop = each(ctx, &signature, query_text(&query));
	}
	ret = query_done(&query);
	return stop != 0 ? stop : ret;
}

int
ledger_audit_feeds(struct ledger *ledger,
	int (*each)(void *ctx, const char *feed, const char *names,
		const uint8_t *digest),
	void *ctx)
{
	struct query query;
	int stop = 0, ret;

	query_open(&query, ledger->db, SQL_AUDIT_WALK_FEEDS);
	while (stop == 0 && query_step(&query)) {
		const char *feed = query_text(&query);
		const char *names = query_text(&query);

		stop = each(ctx, feed, names, sized(&query, PAL_SHA256_SIZE));
	}
	ret = query_done(&query);
	return stop != 0 ? stop : ret;
}
