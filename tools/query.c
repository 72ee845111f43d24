#include "query.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "palang/error.h"

#define BUSY_TIMEOUT 10000 /* ms to wait for somebody else's transaction */

struct database {
	sqlite3 *handle;
	void (*written)(void *ctx, const char *table, int64_t row);
	void *written_ctx;
	char error[256];
};

/* Keeps the text, and translates: what the caller can act on is few. */
static int
keep_error(struct database *db, int code)
{
	int primary = code & 0xff;

	snprintf(db->error, sizeof db->error, "%s",
		db->handle == NULL ? sqlite3_errstr(code)
				   : sqlite3_errmsg(db->handle));
	if (primary == SQLITE_NOMEM)
		return PAL_ENOMEM;
	if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
		return PAL_EFORM;
	if (primary == SQLITE_CONSTRAINT)
		return PAL_EDUP;
	errno = primary == SQLITE_FULL   ? ENOSPC
	        : primary == SQLITE_BUSY ? EBUSY
	        : db->handle != NULL && sqlite3_system_errno(db->handle) != 0
	                ? sqlite3_system_errno(db->handle)
	                : EIO;
	return PAL_ESYS;
}

static int
open_handle(struct database **db, const char *path, int flags)
{
	struct database *made = calloc(1, sizeof *made);
	int code;

	*db = made;
	if (made == NULL)
		return PAL_ENOMEM;
	code = sqlite3_open_v2(
		path, &made->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return keep_error(made, code);
	sqlite3_extended_result_codes(made->handle, 1);
	/* Whatever the file is, its schema runs nothing that could do harm. */
	sqlite3_db_config(
		made->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	sqlite3_busy_timeout(made->handle, BUSY_TIMEOUT);
	return 0;
}

int
database_open(struct database **db, const char *path, enum database_mode mode)
{
	static const int flags[] = {
		[DATABASE_READ] = SQLITE_OPEN_READONLY,
		[DATABASE_WRITE] = SQLITE_OPEN_READWRITE,
		[DATABASE_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
	};

	return open_handle(db, path, flags[mode]);
}

/* All of it; the caller frees *data with sqlite3_free. */
static int
read_whole(int file, unsigned char **data, size_t *len)
{
	struct stat st;
	size_t got = 0;
	ssize_t n = 1;

	if (fstat(file, &st) != 0)
		return PAL_ESYS;
	*len = (size_t)st.st_size;
	*data = sqlite3_malloc64(*len + 1);
	if (*data == NULL)
		return PAL_ENOMEM;
	while (got < *len && n > 0) {
		n = pread(file, *data + got, *len - got, (off_t)got);
		if (n > 0)
			got += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	if (got == *len)
		return 0;
	if (n == 0)
		errno = EAGAIN; /* shorter than it was */
	return PAL_ESYS;
}

/* What changes whenever the file does; octets 24 to 27 count its changes. */
struct mark {
	off_t size;
	struct timespec written;
	uint8_t count[4];
};

static int
take_mark(struct mark *mark, int file)
{
	struct stat st;

	memset(mark, 0, sizeof *mark);
	if (fstat(file, &st) != 0 ||
		pread(file, mark->count, sizeof mark->count, 24) < 0)
		return PAL_ESYS;
	mark->size = st.st_size;
	mark->written = st.st_mtim;
	return 0;
}

/* Within the tick of the clock in which a file was written, one more write
 * does not show in its time. */
static bool
is_settled(const struct mark *mark)
{
	struct timespec now;
	int64_t age;

	if (clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0)
		return false;
	age = (now.tv_sec - mark->written.tv_sec) * (int64_t)1000000000 +
	      now.tv_nsec - mark->written.tv_nsec;
	/* Of the future: the clock was set, and a new write would show. */
	return age > 0 || age < -1000000000;
}

static bool
is_same(const struct mark *a, const struct mark *b)
{
	return a->size == b->size && a->written.tv_sec == b->written.tv_sec &&
	       a->written.tv_nsec == b->written.tv_nsec &&
	       memcmp(a->count, b->count, sizeof a->count) == 0;
}

/* As read_whole; EAGAIN if it is not one state of the file. */
static int
read_unchanged(int file, unsigned char **data, size_t *len)
{
	struct mark before, after;
	bool settled;
	int ret = take_mark(&before, file);

	if (ret != 0)
		return ret;
	settled = is_settled(&before);
	ret = read_whole(file, data, len);
	if (ret == 0)
		ret = take_mark(&after, file);
	if (ret != 0 || (settled && is_same(&before, &after)))
		return ret;
	errno = EAGAIN;
	return PAL_ESYS;
}

/* Octets 18 and 19 of a file say how it is to be opened: 2, with a log.  What
 * is in memory has none (https://sqlite.org/fileformat2.html, 1.3.3). */
static void
forget_log(unsigned char *data, size_t len)
{
	if (len >= 100 && data[18] == 2 && data[19] == 2)
		data[18] = data[19] = 1;
}

int
database_copy(struct database **db, int file)
{
	unsigned char *data = NULL;
	size_t len = 0;
	int ret = open_handle(db, ":memory:", SQLITE_OPEN_READWRITE), code;

	if (ret == 0)
		ret = read_unchanged(file, &data, &len);
	if (ret != 0) {
		sqlite3_free(data);
		return ret;
	}
	forget_log(data, len);
	/* Takes the data, also when it fails. */
	code = sqlite3_deserialize((*db)->handle, "main", data,
		(sqlite3_int64)len, (sqlite3_int64)len,
		SQLITE_DESERIALIZE_READONLY | SQLITE_DESERIALIZE_FREEONCLOSE);
	return code == SQLITE_OK ? 0 : keep_error(*db, code);
}

#define BACKUP_PAGES 4096 /* at a time */

static int
copy_pages(struct database *copy, struct database *db,
	void (*tell)(void *ctx, const char *what, uint64_t at, uint64_t size),
	void *ctx)
{
	sqlite3_backup *backup =
		sqlite3_backup_init(copy->handle, "main", db->handle, "main");
	int code = SQLITE_OK;

	while (backup != NULL && code == SQLITE_OK) {
		int size, left;

		code = sqlite3_backup_step(backup, BACKUP_PAGES);
		size = sqlite3_backup_pagecount(backup);
		left = sqlite3_backup_remaining(backup);
		tell(ctx, "copying", (uint64_t)(size - left), (uint64_t)size);
	}
	if (backup == NULL || sqlite3_backup_finish(backup) != SQLITE_OK)
		return keep_error(copy, sqlite3_errcode(copy->handle));
	return code == SQLITE_DONE ? 0 : keep_error(copy, code);
}

int
database_backup(struct database *db, const char *path,
	void (*tell)(void *ctx, const char *what, uint64_t at, uint64_t size),
	void *ctx)
{
	struct database *copy = NULL;
	int ret = database_open(&copy, path, DATABASE_CREATE);

	if (ret == 0)
		ret = copy_pages(copy, db, tell, ctx);
	if (ret == 0)
		ret = database_run(copy, "PRAGMA journal_mode = DELETE");
	if (ret != 0 && copy != NULL)
		memcpy(db->error, copy->error, sizeof db->error);
	database_close(copy);
	return ret;
}

void
database_close(struct database *db)
{
	if (db == NULL)
		return;
	sqlite3_close(db->handle);
	free(db);
}

const char *
database_error(const struct database *db)
{
	if (db == NULL)
		return pal_strerror(PAL_ENOMEM);
	return db->error;
}

int
database_run(struct database *db, const char *sql)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : keep_error(db, code);
}

bool
database_in_transaction(const struct database *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

static void
on_write(void *ctx, int kind, const char *schema, const char *table,
	sqlite3_int64 row)
{
	const struct database *db = ctx;

	(void)schema;
	if (kind != SQLITE_DELETE)
		db->written(db->written_ctx, table, row);
}

void
database_watch(struct database *db,
	void (*written)(void *ctx, const char *table, int64_t row), void *ctx)
{
	db->written = written;
	db->written_ctx = ctx;
	sqlite3_update_hook(db->handle, on_write, db);
}

int64_t
database_last_row(const struct database *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

/* The first error sticks. */
static void
note(struct query *query, int code)
{
	if (code != SQLITE_OK && query->error == 0)
		query->error = keep_error(query->db, code);
}

void
query_open(struct query *query, struct database *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	memset(query, 0, sizeof *query);
	query->db = db;
	note(query, sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL));
	query->statement = statement;
}

void
query_bind_int(struct query *query, int64_t number)
{
	query->bound++;
	if (query->error == 0)
		note(query, sqlite3_bind_int64(
				    query->statement, query->bound, number));
}

void
query_bind_text(struct query *query, const char *text)
{
	query->bound++;
	if (query->error == 0)
		note(query, sqlite3_bind_text(query->statement, query->bound,
				    text, -1, SQLITE_STATIC));
}

void
query_bind_data(struct query *query, const void *data, size_t len)
{
	query->bound++;
	if (query->error == 0)
		note(query, sqlite3_bind_blob64(query->statement, query->bound,
				    data, len, SQLITE_STATIC));
}

void
query_bind_null(struct query *query)
{
	query->bound++;
}

bool
query_step(struct query *query)
{
	int code;

	query->column = 0;
	query->stepped = true;
	if (query->error != 0)
		return false;
	code = sqlite3_step(query->statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		note(query, code);
	return code == SQLITE_ROW;
}

int64_t
query_int(struct query *query)
{
	return sqlite3_column_int64(query->statement, query->column++);
}

bool
query_is_null(const struct query *query)
{
	return sqlite3_column_type(query->statement, query->column) ==
	       SQLITE_NULL;
}

const char *
query_text(struct query *query)
{
	return (const char *)sqlite3_column_text(
		query->statement, query->column++);
}

const void *
query_data(struct query *query, size_t *len)
{
	int column = query->column++;
	const void *data = sqlite3_column_blob(query->statement, column);

	*len = (size_t)sqlite3_column_bytes(query->statement, column);
	return data;
}

void
query_hash(struct query *query, struct pal_sha256 *hash)
{
	int count = sqlite3_column_count(query->statement);

	while (query->column < count) {
		uint8_t head[9] = {(uint8_t)sqlite3_column_type(
			query->statement, query->column)};
		size_t len;
		const void *data = query_data(query, &len);

		for (size_t i = 0; i < 8; i++)
			head[1 + i] = (uint8_t)((uint64_t)len >> 8 * i);
		pal_sha256_update(hash, head, sizeof head);
		pal_sha256_update(hash, data, len);
	}
}

char *
query_copy(struct query *query)
{
	const char *text = query_text(query);
	char *copy = text == NULL ? NULL : strdup(text);

	if (text != NULL && copy == NULL && query->error == 0)
		query->error = PAL_ENOMEM;
	return copy;
}

int
query_done(struct query *query)
{
	if (!query->stepped)
		query_step(query);
	sqlite3_finalize(query->statement);
	query->statement = NULL;
	return query->error;
}
