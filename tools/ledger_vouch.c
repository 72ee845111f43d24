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

struct ledger_written {
	size_t table; /* in vouched */
	int64_t row;
};

/* ---- what was written ---- */

static void
note_written(void *ctx, const char *table, int64_t row)
{
	struct ledger *ledger = ctx;
	struct ledger_written *more;
	size_t i = 0;

	while (i < VOUCHED_COUNT && strcmp(vouched[i].table, table) != 0)
		i++;
	if (i == VOUCHED_COUNT)
		return;
	more = realloc(ledger->written,
		(ledger->written_count + 1) * sizeof *ledger->written);
	if (more == NULL) {
		ledger->lost_written = true;
		return;
	}
	ledger->written = more;
	more[ledger->written_count++] =
		(struct ledger_written){.table = i, .row = row};
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

/* The digest that the journal has of the row; *has: it has one. */
static int
find_entry(struct ledger *ledger, const char *name,
	uint8_t digest[PAL_SHA256_SIZE], bool *has)
{
	struct query query;

	query_open(&query, ledger->db, SQL_RECORDED_FIND);
	query_bind_text(&query, name);
	*has = query_step(&query);
	if (*has)
		ledger_take_digest(&query, digest);
	return query_done(&query);
}

/* By the command, and at the time that it gave its other entries. */
static int
add_entry(struct ledger *ledger, const char *name, const uint8_t *digest)
{
	struct ledger_event event = {.what = VOUCHED,
		.id = name,
		.digest = digest,
		.at = ledger->hand_at,
		.who = ledger->hand != NULL ? ledger->hand : "palang"};
	struct ledger_head head = {0};
	int ret = ledger->hand != NULL ? 0 : ledger_head(ledger, &head);

	if (ledger->hand == NULL)
		event.at = head.at;
	return ret == 0 ? ledger_add_event(ledger, &event) : ret;
}

struct row {
	char name[ROW_NAME_MAX];
	uint8_t digest[PAL_SHA256_SIZE];
};

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

static int
vouch_for(struct ledger *ledger, const struct row *row)
{
	uint8_t digest[PAL_SHA256_SIZE];
	bool has;
	int ret = find_entry(ledger, row->name, digest, &has);

	if (ret != 0 ||
		(has && memcmp(digest, row->digest, PAL_SHA256_SIZE) == 0))
		return ret;
	return add_entry(ledger, row->name, row->digest);
}

/* number: of the row; NULL: of all. */
static int
vouch_rows(struct ledger *ledger, const struct vouched *table,
	const int64_t *number)
{
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
			ret = vouch_for(ledger, &row);
	}
	end = query_done(&query);
	return ret != 0 ? ret : end;
}

static int
vouch_for_all(struct ledger *ledger)
{
	int ret = add_entry(ledger, VOUCH_ALL, NULL);

	for (size_t i = 0; i < VOUCHED_COUNT && ret == 0; i++)
		ret = vouch_rows(ledger, &vouched[i], NULL);
	return ret;
}

static int
has_begun(struct ledger *ledger, bool *begun)
{
	struct query query;

	query_open(&query, ledger->db, SQL_RECORDED_FIND);
	query_bind_text(&query, VOUCH_ALL);
	*begun = query_step(&query);
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
	ret = ledger->lost_written ? PAL_ENOMEM : has_begun(ledger, &begun);
	if (ret == 0 && !begun)
		ret = vouch_for_all(ledger);
	for (size_t i = 0; i < ledger->written_count && ret == 0; i++)
		ret = vouch_rows(ledger, &vouched[ledger->written[i].table],
			&ledger->written[i].row);
	return ret;
}

/* ---- audit ---- */

static int
check_row(struct ledger *ledger, const struct row *row,
	int (*found)(void *ctx, const char *text), void *ctx)
{
	char text[ROW_NAME_MAX + 64];
	uint8_t digest[PAL_SHA256_SIZE];
	bool has;
	int ret = find_entry(ledger, row->name, digest, &has);

	/* An entry with no digest, or half of one, vouches for nothing. */
	if (ret == PAL_EFORM)
		has = false;
	else if (ret != 0)
		return ret;
	if (has && memcmp(digest, row->digest, PAL_SHA256_SIZE) == 0)
		return 0;
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

static int
check_gone(struct ledger *ledger, int (*found)(void *ctx, const char *text),
	void *ctx)
{
	struct query query;
	int ret = 0, end;

	query_open(&query, ledger->db, SQL_RECORDED_GONE);
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
	int ret = has_begun(ledger, &begun);

	if (ret != 0 || !begun)
		return ret;
	for (size_t i = 0; i < VOUCHED_COUNT && ret == 0; i++)
		ret = check_rows(ledger, &vouched[i], found, ctx);
	return ret == 0 ? check_gone(ledger, found, ctx) : ret;
}
