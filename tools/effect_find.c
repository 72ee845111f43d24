/* Looking up entries: what an order says of a name, or of a lift's target. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "effect_entry.h"
#include "effect_span.h"
#include "ledger_pack.h"
#include "palang/error.h"

static void
lay_targets(struct effect *effect, const struct order *order)
{
	for (size_t i = 0; i < order->target_count; i++) {
		struct effect_entry *entry = &effect->entries[i];

		entry->name = &order->targets[i].name;
		entry->scope = order->targets[i].scope;
		entry->except = order->targets[i].except;
	}
}

/* 100,000 whole targets would be 27 MB to fill; their names are 3.  What the
 * ledger gave was checked when it was loaded. */
static int
lay_packed(struct effect *effect, const struct record *record)
{
	size_t count = record->order->target_count;
	uint8_t *at = malloc(pack_names_size(record->packed, count) + 1);

	effect->names = at;
	if (at == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0, from = 0; i < count; i++) {
		struct effect_entry *entry = &effect->entries[i];

		entry->name = (const struct pal_name *)(const void *)at;
		from += unpack_name(record->packed + from, at, &entry->scope,
			&entry->except);
		at += offsetof(struct pal_name, wire) + entry->name->len;
	}
	return 0;
}

int
effect_own(struct effect *effect, const struct record *record)
{
	size_t count = record->order->target_count;
	int ret = 0;

	memset(effect, 0, sizeof *effect);
	effect->entries = calloc(count + 1, sizeof *effect->entries);
	if (effect->entries == NULL)
		return PAL_ENOMEM;
	if (record->packed != NULL)
		ret = lay_packed(effect, record);
	else
		lay_targets(effect, record->order);
	effect->count = count;
	if (ret != 0)
		effect_fini(effect);
	return ret;
}

size_t
effect_first(const struct effect *effect, const struct pal_name *name)
{
	size_t low = 0, count = effect->count;

	while (count > 0) {
		size_t half = count / 2;

		if (pal_name_cmp(effect->entries[low + half].name, name) < 0) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low;
}

int
effect_entry_cmp(const struct pal_name *name, enum pal_scope scope,
	const struct pal_name *other, enum pal_scope other_scope)
{
	int cmp = pal_name_cmp(name, other);

	return cmp != 0 ? cmp : (int)scope - (int)other_scope;
}

size_t
effect_entry_at(const struct effect *effect, const struct pal_name *name,
	enum pal_scope scope)
{
	size_t low = 0, count = effect->count;

	while (count > 0) {
		size_t half = count / 2;
		const struct effect_entry *entry = &effect->entries[low + half];
		int cmp = effect_entry_cmp(
			name, scope, entry->name, entry->scope);

		if (cmp == 0)
			return low + half;
		if (cmp > 0) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return EFFECT_NO_ENTRY;
}

/* The most specific subtree entry at one of the name's ancestors that have
 * at most that many labels. */
static size_t
entry_above(const struct effect *effect, const struct pal_name *name,
	unsigned labels)
{
	struct pal_name apex;

	for (; labels > 0; labels--) {
		size_t at;

		pal_name_ancestor(&apex, name, labels);
		at = effect_entry_at(effect, &apex, PAL_SUBTREE);
		if (at != EFFECT_NO_ENTRY)
			return at;
	}
	return EFFECT_NO_ENTRY;
}

const struct effect_entry *
effect_find(const struct effect *effect, const struct pal_name *name)
{
	size_t at = effect_entry_at(effect, name, PAL_EXACT);

	if (at == EFFECT_NO_ENTRY)
		at = entry_above(effect, name, name->labels);
	return at == EFFECT_NO_ENTRY ? NULL : &effect->entries[at];
}

bool
effect_covers(const struct effect *effect, const struct pal_name *name,
	int64_t now, const struct effect_entry **entry)
{
	const struct effect_entry *found = effect_find(effect, name);

	if (entry != NULL)
		*entry = found;
	return found != NULL &&
	       spans_has(found->intervals, found->interval_count, now);
}

size_t
effect_entry_around(const struct effect *effect, const struct pal_name *name,
	enum pal_scope scope)
{
	unsigned labels = name->labels;

	if (scope == PAL_SUBTREE && labels > 0)
		labels--;
	return entry_above(effect, name, labels);
}

struct reach
effect_reach(const struct effect *effect, const struct order_target *target)
{
	struct reach reach = {{NULL, NULL}, 0, NULL, PAL_SUBTREE};
	size_t at;

	for (int scope = PAL_EXACT; scope <= PAL_SUBTREE; scope++) {
		if (target->scope != ORDER_SCOPE_ANY &&
			target->scope != (enum pal_scope)scope)
			continue;
		at = effect_entry_at(
			effect, &target->name, (enum pal_scope)scope);
		if (at != EFFECT_NO_ENTRY && !effect->entries[at].except)
			reach.named[reach.named_count++] = &effect->entries[at];
	}
	if (target->scope != ORDER_SCOPE_ANY)
		reach.scope = target->scope;
	if (reach.named_count > 0 || effect_entry_at(effect, &target->name,
					     reach.scope) != EFFECT_NO_ENTRY)
		return reach;
	at = effect_entry_around(effect, &target->name, reach.scope);
	if (at != EFFECT_NO_ENTRY && !effect->entries[at].except)
		reach.inside = &effect->entries[at];
	return reach;
}
