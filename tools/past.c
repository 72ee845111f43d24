#include "past.h"

#include <stdlib.h>

static void
forget_documents(struct ledger_state *state, int64_t then)
{
	size_t count = 0;

	for (size_t i = 0; i < state->history.record_count; i++) {
		if (state->records[i].received > then) {
			free(state->documents[i].who);
			free(state->documents[i].source);
			continue;
		}
		state->records[count] = state->records[i];
		state->documents[count++] = state->documents[i];
	}
	state->history.record_count = count;
}

static void
forget_suspensions(struct ledger_state *state, int64_t then)
{
	size_t count = 0;

	for (size_t i = 0; i < state->history.suspension_count; i++) {
		struct suspension stop = state->suspensions[i];

		if (stop.when.start > then) {
			free(state->stops[i].reason);
			free(state->stops[i].who);
			continue;
		}
		if (stop.when.end > then)
			stop.when.end = PAL_NEVER;
		state->suspensions[count] = stop;
		state->stops[count++] = state->stops[i];
	}
	state->history.suspension_count = count;
}

int
past_forget(struct ledger_state *state, int64_t then)
{
	forget_documents(state, then);
	forget_suspensions(state, then);
	return history_index(&state->history);
}

void
past_ordered(struct ledger_state *state)
{
	for (size_t i = 0; i < state->history.record_count; i++) {
		struct record *record = &state->records[i];
		const struct order *order = record->order;

		if (record->received > order->issued)
			record->received = order->issued;
		if (order->effective != ORDER_NO_TIME &&
			record->received > order->effective)
			record->received = order->effective;
	}
	forget_suspensions(state, INT64_MIN);
}
