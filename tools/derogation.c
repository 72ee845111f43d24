#include "derogation.h"

#include <fcntl.h>
#include <unistd.h>

#include "names.h"

static bool
is_external(const struct config *config, const struct config_feed *feed)
{
	const struct config_authority *authority =
		config_find(config, feed->authority);

	return !feed->allow &&
	       (authority == NULL || authority->kind == PAL_EXTERNAL);
}

static int
open_names(const struct state *state, const struct config_feed *feed)
{
	const struct ledger_feed *known =
		ledger_find_feed(&state->feeds, feed->name);

	if (known == NULL || known->names[0] == '\0' || state->feeds_folder < 0)
		return -1;
	return openat(state->feeds_folder, known->names,
		O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static bool
blocks(int names, const struct pal_name *name, enum pal_scope scope)
{
	enum pal_scope found;
	bool open = false, any = false;
	unsigned labels = 0;

	if (names_find(names, name, &labels, &found, &open) == 0 &&
		labels > 0 && !open)
		return true;
	return scope == PAL_SUBTREE &&
	       names_any_below(names, name, &any) == 0 && any;
}

bool
derogation_is(const struct state *state, const struct config_feed *feed,
	const struct pal_name *name, enum pal_scope scope)
{
	int names = is_external(&state->config, feed) ? open_names(state, feed)
	                                              : -1;
	bool is;

	if (names < 0)
		return false;
	is = blocks(names, name, scope);
	close(names);
	return is;
}

void
derogation_each(struct state *state, const struct config_feed *feed,
	void (*each)(void *ctx, const struct ledger_allow *allow), void *ctx)
{
	struct ledger_allows allows;

	if (ledger_load_allows(state->ledger, &allows) == 0) {
		for (size_t i = 0; i < allows.count; i++) {
			const struct ledger_allow *allow = &allows.items[i];

			if (derogation_is(
				    state, feed, &allow->name, allow->scope))
				each(ctx, allow);
		}
	}
	ledger_allows_fini(&allows);
}
