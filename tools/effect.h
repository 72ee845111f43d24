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
};

/* One entry of one block order: what it blocks, and when.  No intervals: left
 * open for good. */
struct effect_entry {
	struct pal_name name;
	enum pal_scope scope;
	bool except; /* as written in the order, or made by a lift */
	struct pal_interval *intervals; /* sorted, disjoint, none empty */
	size_t interval_count;
};

struct effect {
	struct effect_entry *entries; /* canonical order, exact first */
	size_t count;
};

/* The entries of the block order at history->records[index]. */
int effect_of(struct effect *effect, const struct history *history,
	const struct config *config, size_t index);
void effect_fini(struct effect *effect);

enum effect_state {
	EFFECT_PENDING,   /* not yet begun */
	EFFECT_ACTIVE,    /* blocks at least one name now */
	EFFECT_EXPIRED,   /* its time is over */
	EFFECT_LIFTED,    /* open now by lifts, nothing left */
	EFFECT_REPLACED,  /* ended by the order that replaces it */
	EFFECT_SUSPENDED, /* stopped by the operator */
	EFFECT_CANCELLED, /* lifted before it began */
	EFFECT_WAITING    /* a lift whose order is not known yet */
};
enum effect_state effect_state(const struct history *history,
	const struct config *config, size_t index, int64_t now);
const char *effect_state_name(enum effect_state state);

/* True if this order alone blocks the name at that time: its most specific
 * entry says block and now lies in one of its intervals.  *entry, if not
 * NULL, becomes that entry's index. */
bool effect_covers(const struct effect *effect, const struct pal_name *name,
	int64_t now, size_t *entry);

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
