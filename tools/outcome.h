/*
 * What became of the documents of a batch, told to a person: of an order,
 * what it blocks; of a lift, for each name if it is open or who else blocks.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_OUTCOME_H
#define TOOL_OUTCOME_H

#include "intake.h"

/* After state_prepare.  dry: nothing of it was recorded. */
int outcome_print(const struct intake *intake, struct state *state, bool dry);

/* Of a document that was recorded before. */
void outcome_known(const struct intake_item *item, const struct state *state);

#endif
