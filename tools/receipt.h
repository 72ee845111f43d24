/*
 * Receipts: what became of orders, for those who gave them.
 *
 * One JSON object.  It holds the hash of the journal's last entry: with it
 * anybody can find out later whether what was recorded until then has been
 * changed (`palang audit verify --receipt`).
 *
 * For commands alone: functions that return int give EXIT_DONE (0) or an exit
 * code, and have then said why on stderr.
 */
#ifndef TOOL_RECEIPT_H
#define TOOL_RECEIPT_H

#include "intake.h"
#include "ledger_receipt.h"
#include "output.h"
#include "palang/status.h"

/* Which orders: recorded, held or rejected ones. */
struct receipt_key {
	const char *authority, *id;
};

struct receipt_target {
	const struct pal_name *name;
	enum pal_scope scope;
	/* "taken", "already blocked" (by another list), "still blocked" (of a
	 * lift's), "open", "pending", "left open" (an exception); NULL: the
	 * lists cannot be read */
	const char *state;
	char by[ORDER_KEY_MAX]; /* who blocks it, if not this order; or empty */
};

struct receipt_event {
	int64_t at; /* ms */
	char *what, *who, *detail;
};

struct receipt_resolver {
	char instance[PAL_INSTANCE_MAX];
	int64_t effect, swept; /* ms, by its clock; 0: not yet */
};

struct receipt_order {
	const char *authority, *id;
	const struct record *record;  /* NULL: not recorded */
	struct ledger_receipt ledger; /* if it is */
	const char *state;
	struct effect own; /* where targets may point into */
	struct receipt_target *targets;
	size_t target_count;
	struct receipt_event *events;
	size_t event_count;
	struct receipt_resolver *resolvers;
	size_t resolver_count;
};

/* A file that was refused, in words. */
struct receipt_refusal {
	const char *file;      /* its name */
	const uint8_t *sha256; /* or NULL: it could not be read */
	const char *text;
	unsigned line; /* 0: of the whole file */
};

struct receipt {
	int64_t written; /* ms */
	struct receipt_order *orders;
	size_t count;
	struct receipt_refusal refusal; /* text NULL: none */
	struct ledger_head head;
};

/* Of orders as they stand now; what of it was recorded but not committed is
 * not in it.  The keys stay the caller's and must outlive it; receipt needs
 * receipt_fini in any case. */
int receipt_make(struct receipt *receipt, struct state *state,
	const struct receipt_key *keys, size_t count);

/* Of a file that was refused.  The ledger need not be open. */
int receipt_refuse(struct receipt *receipt, struct state *state,
	const struct receipt_refusal *refusal);

/* The object as text, with a line end; NULL: no memory.  To be freed. */
char *receipt_text(const struct receipt *receipt);
void receipt_fini(struct receipt *receipt);

/* receipt_intake.c: of all documents that were taken in, after what was waited
 * for, written and committed. */
int receipt_of_intake(const struct intake *intake, struct state *state,
	struct output *output);

#endif
