/*
 * Orders on trial: recorded as batches in shadow (ledger_hold.h), compiled to
 * a list that blocks nothing and is counted.
 *
 * Functions return 0, an error of the ledger, or PAL_ENOMEM.
 */
#ifndef TOOL_SHADOW_H
#define TOOL_SHADOW_H

#include "ledger_hold.h"
#include "publish.h"

/* Those on trial, read again from the files that came. */
struct shadow {
	struct batches batches;
	struct order_batch *parsed; /* by file */
	size_t parsed_count;
	struct shadow_order {
		struct order *order; /* of parsed */
		const struct batch *batch;
	} * orders; /* in the order in which they came */
	size_t count;
	size_t names; /* that they give, in all */
};

/* *shadow needs shadow_fini in any case.  What cannot be read any more is told
 * as a warning, and left out. */
int shadow_load(struct shadow *shadow, struct ledger *ledger,
	struct problems *problems);
void shadow_fini(struct shadow *shadow);

/* The one of that name, ID or AUTHORITY:ID; *several is set if two authorities
 * have one, NULL if there is none. */
const struct shadow_order *shadow_find(
	const struct shadow *shadow, const char *name, bool *several);

/* As orders that are in force from their receipt on, whatever times they give:
 * they are tried now.  What the ledger's orders are to lists_make.  *data NULL:
 * there are none, or none that can be compiled, which is told as a warning, for
 * a trial keeps nothing else waiting. */
int shadow_compile(
	struct publication *publication, uint8_t **data, size_t *len);

#endif
