/* Feeds that left palang.yaml: in force until `palang publish`. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "feed.h"

const struct ledger_feed *
feed_gone(const struct state *state, const char *name)
{
	const struct ledger_feed *known = ledger_find_feed(&state->feeds, name);

	return known != NULL && known->names[0] != '\0' &&
	                       state_feed_gone(state, known)
	               ? known
	               : NULL;
}

bool
feed_gone_in_lists(struct state *state, const struct ledger_feed *known)
{
	struct pal_manifest_entry entry;

	return known->names[0] != '\0' &&
	       feed_entry(state, known->name,
		       feed_policy_is_allow(known->policy), &entry);
}

const char *
feed_gone_lost(struct state *state, const struct ledger_feed *known)
{
	if (known->names[0] == '\0')
		return NULL;
	if (!feed_gone_in_lists(state, known))
		return "its image";
	if (state->feeds_folder < 0 ||
		faccessat(state->feeds_folder, known->names, F_OK, 0) != 0)
		return "what is kept of its names";
	return NULL;
}

int
feed_gone_lock(const struct state *state, struct feed_gone_locks *locks)
{
	int ret = EXIT_DONE;

	for (size_t i = 0;
		i < state->feeds.count && locks->count < PAL_FEEDS_MAX; i++) {
		const struct ledger_feed *known = &state->feeds.items[i];
		int lock;

		if (!state_feed_gone(state, known))
			continue;
		lock = feed_lock(state->feeds_folder, known->name);
		if (lock < 0) {
			ret = cmd_fail("feed %s is not in palang.yaml, but "
				       "stays: %s",
				known->name,
				errno == EWOULDBLOCK
					? "another palang is at work on it"
					: strerror(errno));
			continue;
		}
		strcpy(locks->names[locks->count], known->name);
		locks->locks[locks->count++] = lock;
	}
	return ret;
}

bool
feed_gone_locked(const struct feed_gone_locks *locks, const char *name)
{
	for (size_t i = 0; i < locks->count; i++) {
		if (strcmp(locks->names[i], name) == 0)
			return true;
	}
	return false;
}

void
feed_gone_unlock(struct feed_gone_locks *locks)
{
	while (locks->count > 0)
		close(locks->locks[--locks->count]);
}
