/* The order that a person names. */
#include "state.h"

#include <string.h>

static bool
is_named(const struct order *order, const char *name)
{
	char key[ORDER_KEY_MAX];

	return strcmp(order->id, name) == 0 ||
	       strcmp(order_key(key, order), name) == 0;
}

static void
say_ambiguous(const struct state *state, const char *name)
{
	const struct history *history = &state->recorded.history;
	char key[ORDER_KEY_MAX];

	cmd_fail("more than one authority has an order \"%s\"; say which:",
		name);
	for (size_t i = 0; i < history->record_count; i++) {
		if (is_named(history->records[i].order, name))
			fprintf(stderr, "  %s\n",
				order_key(key, history->records[i].order));
	}
}

const struct record *
state_find(const struct state *state, const char *name)
{
	const struct history *history = &state->recorded.history;
	const struct record *found = NULL;

	for (size_t i = 0; i < history->record_count; i++) {
		if (!is_named(history->records[i].order, name))
			continue;
		if (found != NULL) {
			say_ambiguous(state, name);
			return NULL;
		}
		found = &history->records[i];
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
