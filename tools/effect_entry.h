/* What the files of effect.h share. */
#ifndef TOOL_EFFECT_ENTRY_H
#define TOOL_EFFECT_ENTRY_H

#include "effect.h"

/* What a lift's target comes to in one order: the entries it names, or the
 * one it lies inside of, out of which it is then cut with this scope.
 * Neither: the order never blocked it. */
struct reach {
	const struct effect_entry *named[2];
	unsigned named_count;
	const struct effect_entry *inside;
	enum pal_scope scope;
};

/* effect: the order's own entries, none made by lifts. */
struct reach effect_reach(
	const struct effect *effect, const struct order_target *target);

/* Canonical order, exact before subtree. */
int effect_entry_cmp(const struct pal_name *name, enum pal_scope scope,
	const struct pal_name *other, enum pal_scope other_scope);

/* The index of that entry. */
#define EFFECT_NO_ENTRY SIZE_MAX
size_t effect_entry_at(const struct effect *effect, const struct pal_name *name,
	enum pal_scope scope);

/* What the entry (name, scope) lies inside of: the next wider one. */
size_t effect_entry_around(const struct effect *effect,
	const struct pal_name *name, enum pal_scope scope);

/* effective, or its default. */
int64_t effect_begin(const struct order *order);

/* True of an order that ends another one. */
bool effect_replaces(const struct history *history, const struct config *config,
	const struct record *record);

/* True of a lift of the whole record, before it begins and for good: it never
 * blocks anything. */
bool effect_cancels(const struct record *lift, const struct record *record,
	const struct config *config);

/* True of a lift with a window, whose authority may lift the record. */
bool effect_lifts(const struct record *lift, const struct record *record,
	const struct config *config);

#endif
