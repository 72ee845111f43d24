/* What the ledger's own files share. */
#ifndef TOOL_LEDGER_STORE_H
#define TOOL_LEDGER_STORE_H

#include <limits.h>

#include "ledger.h"
#include "query.h"

struct ledger_written;

struct ledger {
	struct database *db;
	bool open;        /* a transaction is */
	bool adding;      /* entries, in it */
	bool untold;      /* entries that were committed; ledger_is_new */
	int64_t version;  /* of the schema; of one that is only read perhaps
	                    * an older one */
	int64_t as_of;    /* ms; INT64_MAX: as it is; see ledger_past.h */
	const char *hand; /* who works on it; NULL: not said */
	int64_t hand_at;  /* ms: since when */
	struct ledger_written *written; /* ledger_vouch.c: in a transaction */
	size_t written_count;
	bool lost_written; /* there was no memory for one */
	const char *error; /* in place of the database's own; constant */
};

/* ledger.c: the path of the ledger's file; PAL_ESYS if it is too long. */
int ledger_path(char path[PATH_MAX], const char *folder);

/* Columns that several tables have; both note what does not fit as an error
 * of the query. */
void ledger_take_word(struct query *query, char *dst, size_t size);
bool ledger_take_digest(struct query *query, uint8_t digest[PAL_SHA256_SIZE]);
void ledger_take_epoch(struct query *query, uint8_t epoch[PAL_EPOCH_SIZE]);

/* ledger_load.c: the columns of a document that are words and numbers, from
 * the authority to the answer. */
void ledger_take_columns(struct query *query, struct order *order);

/* An empty one to be filled in, and what is left to do behind opening the
 * database with that SQL: 0, or as ledger_open. */
int ledger_make(struct ledger **ledger);
int ledger_enter(struct ledger *ledger, const char *sql);
int ledger_read_version(struct ledger *ledger);

/* ledger_migrate.c: brings an older ledger up to date, or shows it to a reader
 * as if it were. */
int ledger_migrate(struct ledger *ledger);
int ledger_view(struct ledger *ledger);

/* ledger_event.c: the query's row of SQL_EVENTS.  The texts are the row's. */
void ledger_take_event(struct query *query, struct ledger_event *event);

#endif
