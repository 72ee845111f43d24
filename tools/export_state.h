/*
 * The lists in force, as the ledger has them: what is exported, and what
 * others are compared with.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_EXPORT_STATE_H
#define TOOL_EXPORT_STATE_H

#include "export.h"
#include "state.h"

struct export_state {
	struct export_lists lists;
	struct pal_image *orders;
	FILE *allow; /* a file without a name */
	struct export_feed feeds[PAL_FEEDS_MAX];
};

/* The state has been opened to read.  Needs export_state_close in any
 * case. */
int export_state_open(struct export_state *lists, struct state *state);
void export_state_close(struct export_state *lists);

#endif
