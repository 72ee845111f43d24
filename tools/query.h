/*
 * SQLite: its one wrapper.
 *
 * A query is a cursor with a sticky error: bind straight through, step, take
 * the columns in order, and test once in query_done.
 */
#ifndef TOOL_QUERY_H
#define TOOL_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "palang/sha256.h"

struct database;

enum database_mode {
	DATABASE_READ,  /* as it is, with what lies beside it */
	DATABASE_WRITE, /* to read and write */
	DATABASE_CREATE /* it must not be there yet */
};

/* Opens the file, whose schema is not trusted.  Nothing but its head is read
 * yet.  On an error *db may still be set, for database_error.  0, PAL_ESYS,
 * PAL_EFORM, PAL_ENOMEM. */
int database_open(
	struct database **db, const char *path, enum database_mode mode);

/* Opens a copy of the file in memory, to be read.  PAL_ESYS and EAGAIN: the
 * file was written to meanwhile, or just before.  What a log beside it holds is
 * not seen: there must be none, before and after. */
int database_copy(struct database **db, int file);

/* Copies all of it, as it is at one moment, into a new file, while others write
 * on; the copy has no log.  tell(ctx, "copying", pages done, of so many). */
int database_backup(struct database *db, const char *path,
	void (*tell)(void *ctx, const char *what, uint64_t at, uint64_t size),
	void *ctx);

/* Takes NULL.  What is in the log goes to the file itself, if it can. */
void database_close(struct database *db);

/* What SQLite found wrong last, for people; empty if nothing. */
const char *database_error(const struct database *db);

/* Runs statements that give no rows. */
int database_run(struct database *db, const char *sql);

/* SQLite ends a transaction by itself at some errors. */
bool database_in_transaction(const struct database *db);

/* Calls back with each row that is inserted or changed from now on; the
 * callback may not use the database. */
void database_watch(struct database *db,
	void (*written)(void *ctx, const char *table, int64_t row), void *ctx);

/* The number of the row that was inserted last. */
int64_t database_last_row(const struct database *db);

struct query {
	struct database *db;
	void *statement;
	int bound, column; /* how many so far, of this row */
	bool stepped;
	int error;
};

void query_open(struct query *query, struct database *db, const char *sql);

/* Each binds the next parameter; NULL text and data bind NULL.  What they
 * point at must stay until query_done. */
void query_bind_int(struct query *query, int64_t number);
void query_bind_text(struct query *query, const char *text);
void query_bind_data(struct query *query, const void *data, size_t len);
void query_bind_null(struct query *query);

/* Goes to the next row; false at the end or on an error. */
bool query_step(struct query *query);

/* Each takes the next column of the row.  Text and data belong to the row:
 * they end with the next step.  NULL for NULL; text is terminated. */
int64_t query_int(struct query *query);
bool query_is_null(const struct query *query); /* does not move on */
const char *query_text(struct query *query);
const void *query_data(struct query *query, size_t *len);

/* Adds the columns that are left to the hash, each with its type (which is not
 * zero) and length: what differs does not look the same. */
void query_hash(struct query *query, struct pal_sha256 *hash);

/* A copy to be freed; NULL for NULL, and on a failure, which sticks. */
char *query_copy(struct query *query);

/* Steps once if nothing was stepped yet and ends the query.  0, or the first
 * error. */
int query_done(struct query *query);

#endif
