/*
 * What was known, and what was demanded, at some time in the past.
 *
 * Pure: a state of the ledger in, the state of then out, in its place.  A
 * slow twin in the tests judges the same documents one by one.
 */
#ifndef TOOL_PAST_H
#define TOOL_PAST_H

#include "ledger.h"

/* Forgets what this ledger did not have by then (a second, which is included):
 * documents received later, suspensions begun later, and that a suspension
 * ended later.  0 or PAL_ENOMEM. */
int past_forget(struct ledger_state *state, int64_t then);

/* Lets orders speak for themselves: each counts from its own beginning, as if
 * it had been received no later than that, and nothing is suspended. */
void past_ordered(struct ledger_state *state);

#endif
