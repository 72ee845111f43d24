/*
 * The lists in force, as the ledger has them, to be exported.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_EXPORT_STATE_H
#define TOOL_EXPORT_STATE_H

#include "export.h"
#include "state.h"

struct export_state {
	struct pal_image *orders;
	struct export_lists lists;
};

/* The state has been opened to read.  Needs export_state_close in any
 * case. */
int export_state_open(struct export_state *lists, const struct state *state);
void export_state_close(struct export_state *lists);

#endif
