/*
 * Derogations: the operator's own allows that open a name which the feed of an
 * external authority blocks.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_DEROGATION_H
#define TOOL_DEROGATION_H

#include "state.h"

/* True if the feed is an external authority's and blocks the name, or, for a
 * subtree, a name below. */
bool derogation_is(const struct state *state, const struct config_feed *feed,
	const struct pal_name *name, enum pal_scope scope);

/* Calls back with each allow that is one of this feed. */
void derogation_each(struct state *state, const struct config_feed *feed,
	void (*each)(void *ctx, const struct ledger_allow *allow), void *ctx);

#endif
