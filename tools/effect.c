#include <stdlib.h>
#include <string.h>

#include "effect_entry.h"
#include "effect_span.h"
#include "palang/error.h"

/* What lifts take out of one entry. */
struct cut {
	const struct pal_name *name;
	enum pal_scope scope;
	struct pal_interval window;
};

struct cuts {
	struct cut *items;
	size_t count, size;
};

int64_t
effect_begin(const struct order *order)
{
	return order->effective == ORDER_NO_TIME ? order->issued
	                                         : order->effective;
}

struct pal_interval
effect_lift_window(const struct record *lift)
{
	struct pal_interval window = {
		effect_begin(lift->order), lift->order->expires};

	if (window.start < lift->received)
		window.start = lift->received;
	if (window.end < window.start)
		window.end = window.start;
	return window;
}

bool
effect_lifts(const struct record *lift, const struct record *record,
	const struct config *config)
{
	struct pal_interval window;

	if (lift->order->action != ORDER_LIFT)
		return false;
	window = effect_lift_window(lift);
	return window.start < window.end &&
	       config_may_lift(config, lift->order->authority,
		       record->order->authority);
}

bool
effect_cancels(const struct record *lift, const struct record *record,
	const struct config *config)
{
	struct pal_interval window = effect_lift_window(lift);
	int64_t begin = effect_begin(record->order);

	return lift->order->target_count == 0 && record->received < begin &&
	       window.start <= begin && window.end >= record->order->expires &&
	       effect_lifts(lift, record, config);
}

bool
effect_replaces(const struct history *history, const struct config *config,
	const struct record *record)
{
	const struct order *order = record->order;
	const struct record *next;
	size_t cursor = 0;

	/* What came after its window has no effect, on no order. */
	if (order->action != ORDER_BLOCK || order->replaces[0] == '\0' ||
		record->received >= order->expires)
		return false;
	while ((next = history_next(history, order->authority, order->id,
			&cursor)) != NULL) {
		if (effect_cancels(next, record, config))
			return false;
	}
	return true;
}

struct pal_interval
effect_window(const struct history *history, const struct config *config,
	const struct record *record, const struct record **replacer)
{
	const struct order *order = record->order;
	struct pal_interval window = {effect_begin(order), order->expires};
	const struct record *ended_by = NULL, *next;
	size_t cursor = 0;

	while ((next = history_next(history, order->authority, order->id,
			&cursor)) != NULL) {
		int64_t begin = effect_begin(next->order);

		if (next == record || !effect_replaces(history, config, next))
			continue;
		if (begin < window.end) {
			window.end = begin;
			ended_by = next;
		}
	}
	if (record->received >= order->expires || window.end < window.start)
		window.end = window.start;
	if (replacer != NULL)
		*replacer = ended_by;
	return window;
}

const struct record *
effect_ended(const struct history *history, const struct config *config,
	const struct record *record, int64_t now)
{
	const struct order *order = record->order;
	const struct record *next;
	size_t cursor = 0;

	while ((next = history_next(history, order->authority, order->id,
			&cursor)) != NULL) {
		struct pal_interval window = effect_lift_window(next);

		if (next->order->target_count == 0 && window.start <= now &&
			window.end >= order->expires &&
			effect_lifts(next, record, config))
			return next;
	}
	return NULL;
}

static int
add_cut(struct cuts *cuts, const struct cut *cut)
{
	if (cuts->count == cuts->size) {
		size_t size = cuts->size == 0 ? 16 : 2 * cuts->size;
		struct cut *items = realloc(cuts->items, size * sizeof(*items));

		if (items == NULL)
			return PAL_ENOMEM;
		cuts->items = items;
		cuts->size = size;
	}
	cuts->items[cuts->count++] = *cut;
	return 0;
}

/* What one target of a lift takes out, and of which entries. */
static int
cut_target(struct cuts *cuts, const struct effect *effect,
	const struct order_target *target, struct pal_interval window)
{
	struct reach reach = effect_reach(effect, target);
	int ret = 0;

	for (unsigned i = 0; i < reach.named_count && ret == 0; i++) {
		struct cut cut = {
			reach.named[i]->name, reach.named[i]->scope, window};

		ret = add_cut(cuts, &cut);
	}
	if (ret == 0 && reach.inside != NULL) {
		struct cut cut = {&target->name, reach.scope, window};

		ret = add_cut(cuts, &cut);
	}
	return ret;
}

static int
cut_cmp(const void *a, const void *b)
{
	const struct cut *left = a, *right = b;

	return effect_entry_cmp(
		left->name, left->scope, right->name, right->scope);
}

/* Walks the lifts of the order: a whole lift is taken out of base, one with
 * targets becomes cuts. */
static int
gather(struct cuts *cuts, struct spans *base, const struct effect *effect,
	const struct history *history, const struct config *config,
	const struct record *record)
{
	const struct order *order = record->order;
	const struct record *lift;
	size_t cursor = 0;
	int ret = 0;

	while (ret == 0 && (lift = history_next(history, order->authority,
				    order->id, &cursor)) != NULL) {
		struct pal_interval window = effect_lift_window(lift);

		if (!effect_lifts(lift, record, config))
			continue;
		if (lift->order->target_count == 0)
			ret = spans_cut(base, window);
		for (size_t i = 0; i < lift->order->target_count && ret == 0;
			i++)
			ret = cut_target(
				cuts, effect, &lift->order->targets[i], window);
	}
	if (cuts->count > 1)
		qsort(cuts->items, cuts->count, sizeof(*cuts->items), cut_cmp);
	return ret;
}

static int
cut_suspensions(struct spans *base, const struct history *history,
	const struct order *order)
{
	int ret = 0;

	for (size_t i = 0; i < history->suspension_count && ret == 0; i++) {
		const struct suspension *stop = &history->suspensions[i];

		if (strcmp(stop->id, order->id) == 0 &&
			strcmp(stop->authority, order->authority) == 0)
			ret = spans_cut(base, stop->when);
	}
	return ret;
}

/* Adds an entry for each name that lifts cut out of a wider one: a merge of
 * two sorted lists. */
static int
lay_cuts(struct effect *effect, const struct cuts *cuts)
{
	struct effect_entry *old = effect->entries, *entries;
	size_t count = 0, left = 0, i = 0;

	entries = calloc(
		effect->count + cuts->count + 1, sizeof(*effect->entries));
	if (entries == NULL)
		return PAL_ENOMEM;
	while (left < effect->count || i < cuts->count) {
		const struct cut *cut = &cuts->items[i];
		int cmp = left == effect->count ? 1
		          : i == cuts->count    ? -1
		                             : effect_entry_cmp(old[left].name,
						       old[left].scope,
						       cut->name, cut->scope);

		if (cmp <= 0) {
			entries[count++] = old[left++];
		} else {
			entries[count].name = cut->name;
			entries[count].scope = cut->scope;
			entries[count++].made = true;
		}
		/* Further cuts of the entry just laid add none. */
		while (i < cuts->count && cmp >= 0 &&
			cut_cmp(&cuts->items[i], cut) == 0)
			i++;
	}
	free(old);
	effect->entries = entries;
	effect->count = count;
	return 0;
}

/* An entry's own intervals: those it begins with, less its cuts. */
static int
cut_entry(struct effect_entry *entry, const struct spans *from,
	const struct cuts *cuts, size_t first)
{
	struct spans spans;
	int ret = spans_copy(&spans, from);

	for (size_t i = first; i < cuts->count && ret == 0; i++) {
		const struct cut *cut = &cuts->items[i];

		if (effect_entry_cmp(entry->name, entry->scope, cut->name,
			    cut->scope) != 0)
			break;
		ret = spans_cut(&spans, cut->window);
	}
	if (ret != 0) {
		spans_fini(&spans);
		return ret;
	}
	entry->intervals = spans.items;
	entry->interval_count = spans.count;
	return 0;
}

static void
share_base(struct effect *effect)
{
	for (size_t i = 0; i < effect->count; i++) {
		struct effect_entry *entry = &effect->entries[i];

		if (entry->except)
			continue;
		entry->intervals = effect->base;
		entry->interval_count = effect->base_count;
	}
}

/* Gives the entries of one scope that lifts name their own intervals.  An
 * entry made by a lift begins with those of the entry around it; canonical
 * order has that one first, among subtree entries, and exact entries are
 * around none: so subtree entries go first. */
static int
apply_cuts(struct effect *effect, const struct cuts *cuts, enum pal_scope scope)
{
	for (size_t i = 0; i < cuts->count; i++) {
		const struct cut *cut = &cuts->items[i];
		struct effect_entry *entry;
		struct spans from = {effect->base, effect->base_count};
		int ret;

		if (cut->scope != scope ||
			(i > 0 && cut_cmp(cut, &cuts->items[i - 1]) == 0))
			continue;
		entry = &effect->entries[effect_entry_at(
			effect, cut->name, scope)];
		if (entry->made) {
			const struct effect_entry *around =
				&effect->entries[effect_entry_around(
					effect, cut->name, scope)];

			from.items = around->intervals;
			from.count = around->interval_count;
		}
		ret = cut_entry(entry, &from, cuts, i);
		if (ret != 0)
			return ret;
	}
	return 0;
}

int
effect_of(struct effect *effect, const struct history *history,
	const struct config *config, size_t index)
{
	const struct record *record = &history->records[index];
	struct spans base = {NULL, 0};
	struct cuts cuts = {NULL, 0, 0};
	int ret;

	if ((ret = effect_own(effect, record)) != 0)
		return ret;
	effect->window =
		effect_window(history, config, record, &effect->replacer);
	if ((ret = spans_set(&base, effect->window)) != 0 ||
		(ret = cut_suspensions(&base, history, record->order)) != 0 ||
		(ret = gather(&cuts, &base, effect, history, config, record)) !=
			0)
		goto out;
	if (cuts.count > 0 && (ret = lay_cuts(effect, &cuts)) != 0)
		goto out;
	effect->base = base.items;
	effect->base_count = base.count;
	base = (struct spans){NULL, 0};
	share_base(effect);
	if ((ret = apply_cuts(effect, &cuts, PAL_SUBTREE)) != 0)
		goto out;
	ret = apply_cuts(effect, &cuts, PAL_EXACT);
out:
	spans_fini(&base);
	free(cuts.items);
	if (ret != 0)
		effect_fini(effect);
	return ret;
}

void
effect_fini(struct effect *effect)
{
	for (size_t i = 0; i < effect->count; i++) {
		if (effect->entries[i].intervals != effect->base)
			free(effect->entries[i].intervals);
	}
	free(effect->entries);
	free(effect->base);
	free(effect->names);
	memset(effect, 0, sizeof(*effect));
}
