/* The order that a person names. */
#include "state.h"

#include <string.h>

static enum order_fit
fit(const struct order *order, const char *name)
{
	return order_fit(order->authority, order->id, name);
}

static void
say_ambiguous(const struct state *state, const char *name)
{
	const struct history *history = &state->recorded.history;
	char key[ORDER_KEY_MAX];

	cmd_fail("more than one authority has an order \"%s\"; say which:",
		name);
	for (size_t i = 0; i < history->record_count; i++) {
		if (fit(history->records[i].order, name) != ORDER_FIT_NONE)
			fprintf(stderr, "  %s\n",
				order_key(key, history->records[i].order));
	}
}

/* NULL and *several: the id alone does not say which. */
static const struct record *
find(const struct history *history, const char *name, bool *several)
{
	const struct record *found = NULL;

	*several = false;
	for (size_t i = 0; i < history->record_count; i++) {
		const struct record *record = &history->records[i];
		enum order_fit how = fit(record->order, name);

		if (how == ORDER_FIT_KEY) {
			*several = false;
			return record;
		}
		if (how == ORDER_FIT_NONE)
			continue;
		*several = found != NULL || *several;
		found = record;
	}
	return *several ? NULL : found;
}

const struct record *
state_find(const struct state *state, const char *name)
{
	bool several;
	const struct record *found =
		find(&state->recorded.history, name, &several);

	if (several) {
		say_ambiguous(state, name);
		return NULL;
	}
	if (found == NULL && config_find_feed(&state->config, name) != NULL)
		cmd_fail("\"%s\" is no order but a feed: palang feed show %s",
			name, name);
	else if (found == NULL)
		cmd_fail("there is no order \"%s\"; `palang list --all` shows "
			 "those there are",
			name);
	return found;
}
