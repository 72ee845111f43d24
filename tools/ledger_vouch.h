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
 * A ledger that was written before there were such entries gets one for each
 * of its rows, behind an entry with the id `all`.
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

/* Compares every row with its last entry: a text for each that differs, is
 * not there, or has none. */
int ledger_audit_vouched(struct ledger *ledger,
	int (*found)(void *ctx, const char *text), void *ctx);

#endif
