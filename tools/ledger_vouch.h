/*
 * The journal vouches for rows as they stand.  For each row that a transaction
 * wrote and that says something else than before, the commit adds an entry
 * `recorded`: its id is the table and the row's number, its digest that of all
 * that the row says.  So each row has one entry that is its last word, and no
 * entry can vouch for two rows.
 *
 * It does so for feeds, suspensions, allows, switches, configurations,
 * approvals, and batches with the documents and files in them.  What a feed's
 * row says of its source (tried, failing, error, refreshed, the marks of what
 * the server has) is only what was seen, and is not vouched for.
 *
 * Before such a row is written again, it is held against its entry: what it
 * says now is lost with the writing, and the new entry would vouch for it.  If
 * it is not as it was recorded, an entry `changed` keeps that for ever: its id
 * is the row as above, its digest that of what was found, its detail what was
 * done to the row by another hand than ours.  Nothing is refused for it.  A
 * number that is given a second time was taken out: then there is no digest.
 *
 * A ledger that was written before there were such entries gets one for each
 * of its rows, behind an entry with the id `all`.  Until then nothing is held
 * against anything.
 */
#ifndef TOOL_LEDGER_VOUCH_H
#define TOOL_LEDGER_VOUCH_H

#include "ledger.h"

/* Notes each row that is written from now on. */
void ledger_watch(struct ledger *ledger);

/* Adds the entries, at the end of a transaction; as ledger_add_event. */
int ledger_vouch(struct ledger *ledger);

/* Forgets what was noted: the transaction has ended. */
void ledger_forget_written(struct ledger *ledger);

/* Before a row that is there is written, or relied on: holds it against its
 * entry.  A row that this transaction wrote is as it was left.  Inside a
 * transaction; as ledger_add_event. */
int ledger_compare(struct ledger *ledger, const char *table, int64_t row);

/* The same for each row whose number the query gives; ends the query. */
struct query;
int ledger_compare_each(
	struct ledger *ledger, const char *table, struct query *rows);

/* True if there is an entry `all`. */
int ledger_vouches(struct ledger *ledger, bool *vouches);

/* Compares every row with its last entry: a text for each that differs, is
 * not there, or has none; and one for each entry `changed`. */
int ledger_audit_vouched(struct ledger *ledger,
	int (*found)(void *ctx, const char *text), void *ctx);

#endif
