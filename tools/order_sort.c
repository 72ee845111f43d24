/* The targets of an order among themselves: sorted, unique, and each
 * exception below a target. */
#include <stdlib.h>
#include <string.h>

#include "order_form.h"
#include "palang/error.h"

static int
by_name(const void *a, const void *b)
{
	const struct order_target *x = a, *y = b;
	int order = pal_name_cmp(&x->name, &y->name);

	return order != 0 ? order : (int)x->scope - (int)y->scope;
}

/* Any scope stands for both, so it is alike with each. */
static bool
alike(const struct order_target *a, const struct order_target *b)
{
	return pal_name_equal(&a->name, &b->name) &&
	       (a->scope == b->scope || a->scope == ORDER_SCOPE_ANY ||
		       b->scope == ORDER_SCOPE_ANY);
}

void
order_sort_targets(struct order *order)
{
	struct order_target *targets = order->targets;
	size_t sorted = 1;

	while (sorted < order->target_count &&
		by_name(&targets[sorted - 1], &targets[sorted]) <= 0)
		sorted++;
	if (sorted < order->target_count)
		qsort(targets, order->target_count, sizeof *targets, by_name);
}

size_t
order_next_twice(const struct order *order, size_t from)
{
	const struct order_target *targets = order->targets;

	while (from < order->target_count &&
		!alike(&targets[from - 1], &targets[from]))
		from++;
	return from < order->target_count ? from : order->target_count;
}

/* In canonical order a name stands behind all names above it, so the subtree
 * targets above the present one form a stack: each entry's owner is the one
 * below it on the stack. */
int
order_find_owners(const struct order *order, size_t *owners, size_t *at)
{
	const struct order_target *targets = order->targets;
	size_t stack[PAL_LABELS_MAX + 1], depth = 0;

	for (size_t i = 0; i < order->target_count; i++) {
		const struct order_target *target = &targets[i];

		while (depth > 0 && !pal_name_within(&target->name,
					    &targets[stack[depth - 1]].name))
			depth--;
		owners[i] = ORDER_NO_OWNER;
		if (target->except) {
			if (depth == 0) {
				*at = i;
				return PAL_EFORM;
			}
			owners[i] = stack[depth - 1];
		} else if (target->scope == PAL_SUBTREE) {
			stack[depth++] = i;
		}
	}
	return 0;
}
