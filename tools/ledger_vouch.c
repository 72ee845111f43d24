#include "ledger_vouch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_audit_sql.h"
#include "ledger_store.h"
#include "palang/error.h"

#define VOUCHED   "recorded"
#define VOUCH_ALL "all"
#define DOUBTED   "changed"

static const struct vouched {
	const char *table, *rows;
	const char *parts[2]; /* what belongs to a row, by its number */
} vouched[] = {
	{"feeds", SQL_ROW_FEEDS, {NULL}},
	{"suspensions", SQL_ROW_SUSPENSIONS, {NULL}},
	{"allows", SQL_ROW_ALLOWS, {NULL}},
	{"switches", SQL_ROW_SWITCHES, {NULL}},
	{"configurations", SQL_ROW_CONFIGURATIONS, {NULL}},
	{"approvals", SQL_ROW_APPROVALS, {NULL}},
	{"batches", SQL_ROW_BATCHES,
		{SQL_ROW_BATCH_DOCUMENTS, SQL_ROW_BATCH_FILES}},
};

#define VOUCHED_COUNT (sizeof vouched / sizeof *vouched)

/* "switches 1" */
#define ROW_NAME_MAX 64

/* A row may be noted more than once; the first says how it was met. */
struct ledger_written {
	const struct vouched *table;
	int64_t row;
	bool compared; /* and not written yet */
};

/* ---- what was written ---- */

/* NULL: what it says, nothing vouches for. */
static const struct vouched *
find_table(const char *name)
{
	for (size_t i = 0; i < VOUCHED_COUNT; i++) {
		if (strcmp(vouched[i].table, name) == 0)
			return &vouched[i];
	}
	return NULL;
}

/* The first of the row, or NULL. */
static const struct ledger_written *
find_noted(
	const struct ledger *ledger, const struct vouched *table, int64_t row)
{
	for (size_t i = 0; i < ledger->written_count; i++) {
		const struct ledger_written *noted = &ledger->written[i];

		if (noted->row == row && noted->table == table)
			return noted;
	}
	return NULL;
}

static int
note(struct ledger *ledger, struct ledger_written what)
{
	struct ledger_written *more = realloc(ledger->written,
		(ledger->written_count + 1) * sizeof *ledger->written);

	if (more == NULL)
		return PAL_ENOMEM;
	ledger->written = more;
	more[ledger->written_count++] = what;
	return 0;
}

static void
note_written(void *ctx, const char *name, int64_t row)
{
	const struct vouched *table = find_table(name);
	struct ledger *ledger = ctx;

	if (table != NULL &&
		note(ledger, (struct ledger_written){
				     .table = table, .row = row}) != 0)
		ledger->lost_written = true;
}

void
ledger_watch(struct ledger *ledger)
{
	database_watch(ledger->db, note_written, ledger);
}

void
ledger_forget_written(struct ledger *ledger)
{
	free(ledger->written);
	ledger->written = NULL;
	ledger->written_count = 0;
	ledger->lost_written = false;
}

/* ---- entries ---- */

struct row {
	char name[ROW_NAME_MAX];
	uint8_t digest[PAL_SHA256_SIZE];
};

/* What the query finds the journal to have of the row: *has, and *same.  An
 * entry with no digest, or half of one, vouches for nothing. */
static int
find_entry(struct ledger *ledger, const char *sql, const struct row *row,
	bool *has, bool *same)
{
	const void *digest = NULL;
	struct query query;
	size_t len = 0;

	query_open(&query, ledger->db, sql);
	query_bind_text(&query, row->name);
	if (query_step(&query))
		digest = query_data(&query, &len);
	*has = digest != NULL && len == PAL_SHA256_SIZE;
	*same = *has && memcmp(digest, row->digest, PAL_SHA256_SIZE) == 0;
	return query_done(&query);
}

/* By the command, and at the time that it gave its other entries. */
static int
add_entry(struct ledger *ledger, const struct ledger_event *what)
{
	struct ledger_event event = *what;
	struct ledger_head head = {0};
	int ret = ledger->hand != NULL ? 0 : ledger_head(ledger, &head);

	event.at = ledger->hand != NULL ? ledger->hand_at : head.at;
	event.who = ledger->hand != NULL ? ledger->hand : "palang";
	return ret == 0 ? ledger_add_event(ledger, &event) : ret;
}

/* digest: of what was found, or NULL.  done: what to the row. */
static int
add_doubt(struct ledger *ledger, const char *name, const uint8_t *digest,
	const char *done)
{
	char detail[64];

	snprintf(detail, sizeof detail, "%s by another hand", done);
	return add_entry(ledger, &(struct ledger_event){.what = DOUBTED,
					 .id = name,
					 .digest = digest,
					 .detail = detail});
}

/* With a mark at their end, which is no column. */
static int
hash_part(struct ledger *ledger, const char *sql, int64_t number,
	struct pal_sha256 *hash)
{
	struct query query;

	query_open(&query, ledger->db, sql);
	query_bind_int(&query, number);
	while (query_step(&query))
		query_hash(&query, hash);
	pal_sha256_update(hash, "", 1);
	return query_done(&query);
}

/* The query's row. */
static int
take_row(struct ledger *ledger, struct query *query,
	const struct vouched *table, struct row *row)
{
	int64_t number = query_int(query);
	struct pal_sha256 hash;
	int ret = 0;

	snprintf(row->name, sizeof row->name, "%s %" PRId64, table->table,
		number);
	pal_sha256_init(&hash);
	query_hash(query, &hash);
	for (size_t i = 0; i < 2 && table->parts[i] != NULL && ret == 0; i++)
		ret = hash_part(ledger, table->parts[i], number, &hash);
	pal_sha256_final(&hash, row->digest);
	return ret;
}

/* compared: it was, if it was there.  Else one was that is gone. */
static int
vouch_for(struct ledger *ledger, const struct row *row, bool compared)
{
	bool has, same;
	int ret = find_entry(ledger, SQL_RECORDED_FIND, row, &has, &same);

	if (ret != 0 || same)
		return ret;
	if (has && !compared)
		ret = add_doubt(ledger, row->name, NULL, "taken out");
	if (ret != 0)
		return ret;
	return add_entry(ledger, &(struct ledger_event){.what = VOUCHED,
					 .id = row->name,
					 .digest = row->digest});
}

/* number: of the row; NULL: of all. */
static int
vouch_rows(struct ledger *ledger, const struct vouched *table,
	const int64_t *number)
{
	const struct ledger_written *noted =
		number != NULL ? find_noted(ledger, table, *number) : NULL;
	bool compared = number == NULL || (noted != NULL && noted->compared);
	struct query query;
	struct row row;
	int ret = 0, end;

	query_open(&query, ledger->db, table->rows);
	if (number != NULL)
		query_bind_int(&query, *number);
	else
		query_bind_null(&query);
	while (ret == 0 && query_step(&query)) {
		ret = take_row(ledger, &query, table, &row);
		if (ret == 0)
			ret = vouch_for(ledger, &row, compared);
	}
	end = query_done(&query);
	return ret != 0 ? ret : end;
}

static int
vouch_for_all(struct ledger *ledger)
{
	int ret = add_entry(ledger,
		&(struct ledger_event){.what = VOUCHED, .id = VOUCH_ALL});

	for (size_t i = 0; i < VOUCHED_COUNT && ret == 0; i++)
		ret = vouch_rows(ledger, &vouched[i], NULL);
	return ret;
}

int
ledger_vouches(struct ledger *ledger, bool *vouches)
{
	struct query query;

	query_open(&query, ledger->db, SQL_RECORDED_FIND);
	query_bind_text(&query, VOUCH_ALL);
	*vouches = query_step(&query);
	return query_done(&query);
}

int
ledger_vouch(struct ledger *ledger)
{
	bool begun;
	int ret;

	if (!ledger->adding && ledger->written_count == 0 &&
		!ledger->lost_written)
		return 0;
	ret = ledger->lost_written ? PAL_ENOMEM
	                           : ledger_vouches(ledger, &begun);
	if (ret == 0 && !begun)
		ret = vouch_for_all(ledger);
	for (size_t i = 0; i < ledger->written_count && ret == 0; i++) {
		const struct ledger_written *written = &ledger->written[i];

		if (!written->compared)
			ret = vouch_rows(ledger, written->table, &written->row);
	}
	return ret;
}

/* ---- what is about to be written ---- */

/* Its last word may be that it was found so, by a command that did not write
 * it. */
static int
doubt(struct ledger *ledger, const struct row *row)
{
	bool has, same, begun = false;
	int ret = find_entry(ledger, SQL_LAST_WORD_FIND, row, &has, &same);

	if (ret == 0 && !same)
		ret = ledger_vouches(ledger, &begun);
	if (ret != 0 || !begun)
		return ret;
	return add_doubt(
		ledger, row->name, row->digest, has ? "changed" : "added");
}

int
ledger_compare(struct ledger *ledger, const char *name, int64_t number)
{
	const struct vouched *table = find_table(name);
	struct query query;
	struct row row;
	int ret = 0, end;
	bool there;

	if (find_noted(ledger, table, number) != NULL)
		return 0;
	query_open(&query, ledger->db, table->rows);
	query_bind_int(&query, number);
	there = query_step(&query);
	if (there)
		ret = take_row(ledger, &query, table, &row);
	end = query_done(&query);
	if (ret == 0)
		ret = end;
	if (ret == 0 && there)
		ret = doubt(ledger, &row);
	if (ret == 0 && there)
		ret = note(ledger, (struct ledger_written){.table = table,
					   .row = number,
					   .compared = true});
	return ret;
}

int
ledger_compare_each(
	struct ledger *ledger, const char *table, struct query *rows)
{
	int ret = 0, end;

	while (ret == 0 && query_step(rows))
		ret = ledger_compare(ledger, table, query_int(rows));
	end = query_done(rows);
	return ret != 0 ? ret : end;
}

/* ---- audit ---- */

static int
check_row(struct ledger *ledger, const struct row *row,
	int (*found)(void *ctx, const char *text), void *ctx)
{
	char text[ROW_NAME_MAX + 64];
	bool has, same;
	int ret = find_entry(ledger, SQL_RECORDED_FIND, row, &has, &same);

	if (ret != 0 || same)
		return ret;
	snprintf(text, sizeof text, "%s: %s", row->name,
		has ? "not as the journal has it"
		    : "the journal has no such row");
	return found(ctx, text);
}

static int
check_rows(struct ledger *ledger, const struct vouched *table,
	int (*found)(void *ctx, const char *text), void *ctx)
{
	struct query query;
	struct row row;
	int ret = 0, end;

	query_open(&query, ledger->db, table->rows);
	query_bind_null(&query);
	while (ret == 0 && query_step(&query)) {
		ret = take_row(ledger, &query, table, &row);
		if (ret == 0)
			ret = check_row(ledger, &row, found, ctx);
	}
	end = query_done(&query);
	return ret != 0 ? ret : end;
}

/* A text for each row of the query. */
static int
tell(struct ledger *ledger, const char *sql,
	int (*found)(void *ctx, const char *text), void *ctx)
{
	struct query query;
	int ret = 0, end;

	query_open(&query, ledger->db, sql);
	while (ret == 0 && query_step(&query)) {
		const char *text = query_text(&query);

		ret = found(ctx, text == NULL ? "a row is damaged" : text);
	}
	end = query_done(&query);
	return ret != 0 ? ret : end;
}

int
ledger_audit_vouched(struct ledger *ledger,
	int (*found)(void *ctx, const char *text), void *ctx)
{
	bool begun;
	int ret = ledger_vouches(ledger, &begun);

	if (ret != 0 || !begun)
		return ret;
	for (size_t i = 0; i < VOUCHED_COUNT && ret == 0; i++)
		ret = check_rows(ledger, &vouched[i], found, ctx);
	if (ret == 0)
		ret = tell(ledger, SQL_RECORDED_GONE, found, ctx);
	return ret == 0 ? tell(ledger, SQL_CHANGED, found, ctx) : ret;
}
