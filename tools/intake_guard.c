/* What came, held against the guards. */
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "palang/error.h"
#include "psl.h"
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

/* The orders of one authority, gone through once a run, as far as somebody
 * asks. */
struct own {
	const struct state *state;
	const char *authority;
	size_t known; /* records that are not of this run */
	/* Of those: what they block. */
	struct effect *effects;
	size_t count;
	bool made, no_memory;
	/* Names that records before this one give, and of those, as far as it
	 * came to counting them, that are in force or will be. */
	size_t given_to, ahead_to;
	uint64_t given, ahead;
	/* When the order blocks that is judged now. */
	struct pal_interval when;
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

/* True if the entry blocks for all of the time: a block that ends or is
 * lifted in between opens no door for longer. */
static bool
holds(const struct effect_entry *entry, const struct pal_interval *when)
{
	for (size_t i = 0; i < entry->interval_count && !entry->except; i++) {
		if (entry->intervals[i].start <= when->start &&
			entry->intervals[i].end >= when->end)
			return true;
	}
	return false;
}

/* True if there is no hole in what the order blocks below the name. */
static bool
is_whole(const struct own *own, const struct effect *effect,
	const struct pal_name *name)
{
	for (size_t i = effect_first(effect, name); i < effect->count; i++) {
		const struct effect_entry *entry = &effect->entries[i];

		if (!pal_name_within(entry->name, name))
			return true;
		if (entry->made || !holds(entry, &own->when))
			return false;
	}
	return true;
}

static bool
blocks(const struct own *own, const struct effect *effect,
	const struct order_target *target)
{
	const struct effect_entry *entry = effect_find(effect, &target->name);

	if (entry == NULL || !holds(entry, &own->when))
		return false;
	return target->scope == PAL_EXACT ||
	       (entry->scope == PAL_SUBTREE &&
		       is_whole(own, effect, &target->name));
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

/* Counts the names of one order that it blocks now, or will. */
static void
count_ahead(struct own *own, size_t index)
{
	const struct history *history = &own->state->recorded.history;
	struct effect effect;

	if (!is_own(own, history->records[index].order) || own->no_memory)
		return;
	if (effect_of(&effect, history, &own->state->config, index) != 0) {
		own->no_memory = true;
		return;
	}
	for (size_t i = 0; i < effect.count; i++) {
		const struct effect_entry *entry = &effect.entries[i];

		if (!entry->made && entry->interval_count > 0 &&
			entry->intervals[entry->interval_count - 1].end >
				state_now(own->state))
			own->ahead++;
	}
	effect_fini(&effect);
}

/* How many names it has in force, or will have, by the records before this
 * one, those of this run included; what cannot reach the limit is not counted
 * one by one. */
static uint64_t
count_names(struct own *own, size_t index, uint64_t most)
{
	const struct history *history = &own->state->recorded.history;

	for (; own->given_to < index; own->given_to++) {
		const struct order *order =
			history->records[own->given_to].order;

		if (is_own(own, order))
			own->given += order->target_count;
	}
	if (own->given <= most)
		return own->given;
	for (; own->ahead_to < index; own->ahead_to++)
		count_ahead(own, own->ahead_to);
	return own->ahead;
}

/* ---- judging ---- */

/* The authorities that a run is of, each made when it comes up. */
struct owns {
	const struct state *state;
	size_t known;
	struct own *list;
	size_t count;
};

static void
owns_fini(struct owns *owns)
{
	for (size_t i = 0; i < owns->count; i++)
		own_fini(&owns->list[i]);
	free(owns->list);
}

/* NULL: no memory. */
static struct own *
own_of(struct owns *owns, const char *authority)
{
	struct own *list;

	for (size_t i = 0; i < owns->count; i++) {
		if (strcmp(owns->list[i].authority, authority) == 0)
			return &owns->list[i];
	}
	list = realloc(owns->list, (owns->count + 1) * sizeof *list);
	if (list == NULL)
		return NULL;
	owns->list = list;
	list[owns->count] = (struct own){.state = owns->state,
		.authority = authority,
		.known = owns->known};
	return &list[owns->count++];
}

static struct pal_interval
time_of(const struct order *order, int64_t now)
{
	struct pal_interval when = {order->effective == ORDER_NO_TIME
					    ? order->issued
					    : order->effective,
		order->expires};

	if (when.start < now)
		when.start = now;
	return when;
}

static void
set_limits(struct guard_case *what, struct own *own, size_t index)
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
		what->limits.in_force = count_names(
			own, index, most > names ? most - names : 0);
}

static int
judge_item(struct guard *guard, const struct intake_item *item,
	struct owns *owns, struct guard_findings *findings)
{
	struct own *own = own_of(owns, item->order->authority);
	struct guard_case what = {
		.order = item->order, .blocked = is_blocked, .ctx = own};
	int ret;

	if (own == NULL)
		return PAL_ENOMEM;
	if (item->order->action != ORDER_BLOCK)
		return 0;
	own->when = time_of(item->order, state_now(owns->state));
	set_limits(&what, own, item->index);
	ret = guard_judge(guard, &what, findings);
	return own->no_memory ? PAL_ENOMEM : ret;
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
	struct owns owns = {.state = state,
		.known = state->recorded.history.record_count - intake->added};
	struct guard *guard;
	int ret;

	if (!any_block(intake))
		return EXIT_DONE;
	if (intake_rejected(intake, state) != EXIT_DONE)
		return EXIT_ERROR;
	ret = guard_open(&guard, &options, &state->problems);
	for (size_t i = 0; i < intake->count && ret == 0; i++) {
		if (intake->items[i].known == NULL)
			ret = judge_item(guard, &intake->items[i], &owns,
				&intake->findings);
	}
	owns_fini(&owns);
	if (ret == PAL_EFORM && guard != NULL)
		cmd_fail("%s: the list of public suffixes cannot be "
			 "understood: install the package publicsuffix anew",
			suffixes_file());
	guard_close(guard);
	if (ret == PAL_EFORM)
		return EXIT_ERROR;
	if (ret != 0)
		return cmd_fail("%s", pal_strerror(ret));
	tell_findings(intake, state);
	return intake->findings.refused > 0 ? EXIT_ERROR : EXIT_DONE;
}
