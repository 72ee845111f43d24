/*
 * Putting orders on trial, and taking them off it again.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_SHADOW_RUN_H
#define TOOL_SHADOW_RUN_H

#include "intake.h"
#include "shadow.h"

/* What intake_run is to `apply`, for `apply --shadow`: judges as for orders
 * that come into force, but for what guards look for; records the run as a
 * batch, and publishes what is on trial.  Nothing else changes. */
int shadow_run(struct intake *intake, struct state *state, bool dry);

/* Inside a change, once the documents of a run are in the state: a trial whose
 * orders are all recorded now is over, for they are in force; so is one of
 * which another document has the id, which is told. */
int shadow_leave(struct state *state);

/* Takes a batch off trial for good, in a change of its own. */
int shadow_reject(
	const struct batch *batch, const char *reason, struct state *state);

/* The batch of an order on trial; NULL, having said why if told. */
const struct batch *shadow_batch(
	const struct shadow *shadow, const char *name, bool tell);

#endif
