/*
 * What recorded orders do: the rules of meaning that lie above the image.
 *
 * Pure: documents, receipts and suspensions in, entries with intervals out.
 * A slow twin in the tests judges the same documents name by name and second
 * by second.
 */
#ifndef TOOL_EFFECT_H
#define TOOL_EFFECT_H

#include "config.h"
#include "order.h"
#include "palang/writer.h"

struct record {
	const struct order *order;
	int64_t received; /* seconds since 1970 UTC */
	uint64_t receipt; /* grows with each recorded document */
	/* The targets of a long order, as the ledger keeps them
	 * (ledger_pack.h); order->targets is then NULL, but not their count.
	 * NULL: they are in order->targets. */
	const uint8_t *packed;
};

/* The operator's stop of one order; until is PAL_NEVER while it lasts. */
struct suspension {
	char authority[ORDER_AUTHORITY_MAX];
	char id[ORDER_ID_MAX];
	struct pal_interval when;
};

struct history {
	const struct record *records; /* in order of receipt */
	size_t record_count;
	const struct suspension *suspensions;
	size_t suspension_count;
	/* Of what is not recorded: is it held?  NULL: nobody knows. */
	bool (*is_held)(const void *ctx, const char *authority, const char *id);
	const void *held;
	/* Made by history_index over the first records; those behind them are
	 * walked.  All zero is a valid index. */
	struct history_index {
		uint32_t *by_key;    /* by (authority, id) */
		uint32_t *by_target; /* lifts and replacing orders, by what
		                      * they lift or replace */
		size_t count;        /* records covered */
		size_t target_count; /* of by_target */
	} index;
};

/* Makes look-ups fast.  The records may grow behind it, and move.  0 or
 * PAL_ENOMEM. */
int history_index(struct history *history);
void history_index_fini(struct history *history);

/* The record of that identity, or NULL. */
const struct record *history_find(
	const struct history *history, const char *authority, const char *id);

/* The next of the lifts that name the order and of the orders that replace
 * it, in order of receipt, or NULL.  *cursor is 0 at first. */
const struct record *history_next(const struct history *history,
	const char *authority, const char *id, size_t *cursor);

/* One entry of one block order: what it blocks, and when.  No intervals: left
 * open for good. */
struct effect_entry {
	/* In the document that gave it.  Only len octets of wire need be
	 * there: it is not to be copied as a struct. */
	const struct pal_name *name;
	enum pal_scope scope;
	bool except; /* as written in the order */
	bool made;   /* by a lift of a name inside a subtree target */
	struct pal_interval *intervals; /* sorted, disjoint, none empty */
	size_t interval_count;
};

struct effect {
	struct effect_entry *entries; /* canonical order, exact first */
	size_t count;
	struct pal_interval window;    /* of the order, nothing taken out */
	const struct record *replacer; /* that ends it, or NULL */
	struct pal_interval *base;     /* what entries no lift names share */
	size_t base_count;
	uint8_t *names; /* those of a packed order, unpacked */
};

/* The entries of the block order at history->records[index].  They point
 * into the documents of the history.  0 or PAL_ENOMEM. */
int effect_of(struct effect *effect, const struct history *history,
	const struct config *config, size_t index);
void effect_fini(struct effect *effect);

/* The entries of an order as it gives them, without lifts, and without any
 * interval.  0 or PAL_ENOMEM. */
int effect_own(struct effect *effect, const struct record *record);

/* The first entry at the name or behind it: entries at a name come first,
 * and those below it right after. */
size_t effect_first(const struct effect *effect, const struct pal_name *name);

/* When a block order would be in force if nobody lifted or suspended it:
 * from effective to expires, or to where the order that replaces it begins.
 * One that was cancelled replaces nothing.  *replacer, if not NULL, becomes
 * that order or NULL. */
struct pal_interval effect_window(const struct history *history,
	const struct config *config, const struct record *record,
	const struct record **replacer);

/* A lift's window: from the later of its effective and its receipt to its
 * expires.  Empty if it was received too late. */
struct pal_interval effect_lift_window(const struct record *lift);

/* The lift in force that leaves nothing of the block order for good, or
 * NULL. */
const struct record *effect_ended(const struct history *history,
	const struct config *config, const struct record *record, int64_t now);

enum effect_state {
	EFFECT_PENDING,   /* not yet begun */
	EFFECT_ACTIVE,    /* blocks at least one name now */
	EFFECT_EXPIRED,   /* its time is over */
	EFFECT_LIFTED,    /* open now by lifts, nothing left */
	EFFECT_REPLACED,  /* ended by the order that replaces it */
	EFFECT_SUSPENDED, /* stopped by the operator */
	EFFECT_CANCELLED, /* lifted before it began */
	EFFECT_WAITING    /* a lift whose order is not known yet, or whose
	                   * authority may not lift it (any more) */
};

/* Of a lift: pending, active, expired (it, or its order) or waiting.  0 or PAL_ENOMEM. */
int effect_state(const struct history *history, const struct config *config,
	size_t index, int64_t now, enum effect_state *state);
const char *effect_state_name(enum effect_state state);

/* How many names a block order gives, exceptions apart, and how many of them
 * it blocks at that time.  0 or PAL_ENOMEM. */
struct effect_names {
	size_t given, blocked;
};

int effect_names(const struct history *history, const struct config *config,
	size_t index, int64_t now, struct effect_names *names);

/* The most specific entry that covers the name, or NULL. */
const struct effect_entry *effect_find(
	const struct effect *effect, const struct pal_name *name);

/* True if this order alone blocks the name at that time: its most specific
 * entry says block and now lies in one of its intervals.  *entry, if not
 * NULL, becomes that entry or NULL. */
bool effect_covers(const struct effect *effect, const struct pal_name *name,
	int64_t now, const struct effect_entry **entry);

/* May this document join the history?  Judges all that needs other documents
 * (lift of a name never covered, lift by another authority, replaces of an
 * unknown order, ...).  0 or PAL_ECONFLICT with problems. */
int effect_admit(const struct history *history, const struct config *config,
	const struct record *record, const char *file,
	struct problems *problems);

/* Compiles all block orders that have any interval after now into an orders
 * image.  Errors of pal_writer_finish are turned into problems that name the
 * orders. */
int effect_compile(const struct history *history, const struct config *config,
	int64_t now, const uint8_t key[16], uint8_t **data, size_t *len,
	struct problems *problems);

#endif
