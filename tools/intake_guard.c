/* What came, held against the guards. */
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "palang/error.h"
#include "ubconf.h"

#define POPULAR   PALANG_GUARDS "/popular.txt"
#define PROTECTED PALANG_GUARDS "/protected.txt"

static struct guard_options
options_of(const struct config *config)
{
	const struct config_guards *guards = &config->guards;
	struct guard_options options = {.popular = guards->popular,
		.popular_first = guards->popular_first,
		.own = guards->protected,
		.names = config->protected,
		.name_count = config->protected_count,
		.config = config->file,
		.unbound = guards->unbound,
		.unbound_given = guards->unbound != NULL};

	if (options.popular == NULL && !guards->popular_off)
		options.popular = POPULAR;
	if (guards->protected_shipped)
		options.shipped = PROTECTED;
	if (options.unbound == NULL && !guards->unbound_off)
		options.unbound = UBCONF_DEFAULT_FILE;
	return options;
}

/* ---- what an authority has in force already ---- */

/* The orders of one authority that were recorded before; made when somebody
 * asks. */
struct own {
	const struct state *state;
	const char *authority;
	size_t known; /* records that are not of this run */
	struct effect *effects;
	size_t count;
	bool made, no_memory;
};

static void
own_fini(struct own *own)
{
	for (size_t i = 0; i < own->count; i++)
		effect_fini(&own->effects[i]);
	free(own->effects);
}

static bool
is_own(const struct own *own, const struct order *order)
{
	return order->action == ORDER_BLOCK &&
	       strcmp(order->authority, own->authority) == 0;
}

static void
own_make(struct own *own)
{
	const struct history *history = &own->state->recorded.history;

	own->made = true;
	own->effects = calloc(own->known + 1, sizeof *own->effects);
	own->no_memory = own->effects == NULL;
	for (size_t i = 0; i < own->known && !own->no_memory; i++) {
		if (!is_own(own, history->records[i].order))
			continue;
		own->no_memory = effect_of(&own->effects[own->count], history,
					 &own->state->config, i) != 0;
		own->count += !own->no_memory;
	}
}

/* True if there is no hole in what the order blocks below the name. */
static bool
is_whole(const struct effect *effect, const struct pal_name *name)
{
	for (size_t i = effect_first(effect, name); i < effect->count; i++) {
		const struct effect_entry *entry = &effect->entries[i];

		if (!pal_name_within(entry->name, name))
			return true;
		if (entry->except || entry->made)
			return false;
	}
	return true;
}

static bool
blocks(const struct own *own, const struct effect *effect,
	const struct order_target *target)
{
	const struct effect_entry *entry;

	if (!effect_covers(
		    effect, &target->name, state_now(own->state), &entry))
		return false;
	return target->scope == PAL_EXACT ||
	       (entry->scope == PAL_SUBTREE && is_whole(effect, &target->name));
}

static bool
is_blocked(void *ctx, const struct order_target *target)
{
	struct own *own = ctx;

	if (!own->made)
		own_make(own);
	for (size_t i = 0; i < own->count; i++) {
		if (blocks(own, &own->effects[i], target))
			return true;
	}
	return false;
}

/* How many names it has in force; what cannot reach the limit is not counted
 * one by one. */
static uint64_t
count_names(const struct own *own, uint64_t most)
{
	const struct history *history = &own->state->recorded.history;
	uint64_t given = 0, blocked = 0;

	for (size_t i = 0; i < own->known; i++) {
		if (is_own(own, history->records[i].order))
			given += history->records[i].order->target_count;
	}
	if (given <= most)
		return given;
	for (size_t i = 0; i < own->known; i++) {
		struct effect_names names;

		if (is_own(own, history->records[i].order) &&
			effect_names(history, &own->state->config, i,
				state_now(own->state), &names) == 0)
			blocked += names.blocked;
	}
	return blocked;
}

/* ---- judging ---- */

static void
set_limits(struct guard_case *what, const struct own *own)
{
	const struct config_authority *authority =
		config_find(&own->state->config, own->authority);
	uint64_t names = what->order->target_count, most;

	if (authority == NULL)
		return;
	most = authority->may.names_in_force;
	what->limits.usual = authority->may.usual_targets;
	what->limits.most = authority->may.targets_per_order;
	what->limits.in_force_most = most;
	if (most > 0)
		what->limits.in_force =
			count_names(own, most > names ? most - names : 0);
}

static int
judge_item(struct guard *guard, const struct intake_item *item,
	const struct state *state, size_t known,
	struct guard_findings *findings)
{
	struct own own = {.state = state,
		.authority = item->order->authority,
		.known = known};
	struct guard_case what = {
		.order = item->order, .blocked = is_blocked, .ctx = &own};
	int ret;

	set_limits(&what, &own);
	ret = guard_judge(guard, &what, findings);
	if (own.no_memory)
		ret = PAL_ENOMEM;
	own_fini(&own);
	return ret;
}

static void
tell_finding(const struct guard_finding *finding,
	const struct intake_item *item, struct state *state)
{
	const struct order_target *target = finding->target;
	unsigned line = target == NULL ? item->order->line : target->line;
	unsigned column = target == NULL ? 1 : target->column;

	if (finding->refuse)
		problem_error(&state->problems, item->file->name, line, column,
			"%s", finding->text);
	else
		problem_warning(&state->problems, item->file->name, line,
			column, "would be held: %s", finding->text);
}

/* What is refused is told as a fault of the file it stands in; while checking,
 * what would be held too. */
static void
tell_findings(const struct intake *intake, struct state *state)
{
	for (size_t i = 0; i < intake->findings.count; i++) {
		const struct guard_finding *finding = &intake->findings.list[i];
		const struct intake_item *item = intake->items;

		if (!finding->refuse && !intake->checking)
			continue;
		while (item->order != finding->order)
			item++;
		tell_finding(finding, item, state);
	}
}

static bool
any_block(const struct intake *intake)
{
	for (size_t i = 0; i < intake->count; i++) {
		if (intake->items[i].known == NULL &&
			intake->items[i].order->action == ORDER_BLOCK)
			return true;
	}
	return false;
}

int
intake_guard(struct intake *intake, struct state *state)
{
	const struct guard_options options = options_of(&state->config);
	size_t known = state->recorded.history.record_count - intake->added;
	struct guard *guard;
	int ret;

	if (!any_block(intake))
		return EXIT_DONE;
	ret = guard_open(&guard, &options, &state->problems);
	for (size_t i = 0; i < intake->count && ret == 0; i++) {
		if (intake->items[i].known == NULL)
			ret = judge_item(guard, &intake->items[i], state, known,
				&intake->findings);
	}
	guard_close(guard);
	if (ret == PAL_EFORM)
		return EXIT_ERROR;
	if (ret != 0)
		return cmd_fail("%s", pal_strerror(ret));
	tell_findings(intake, state);
	return intake->findings.refused > 0 ? EXIT_ERROR : EXIT_DONE;
}
