/* The targets of an order, as its document has them. */
#include <stdlib.h>
#include <string.h>

#include "idn.h"
#include "order_draft.h"
#include "palang/error.h"

/* A target or exception with keys of its own. */
struct entry {
	const struct yaml_node *name, *scope, *except;
};

static int
take_name(struct yaml_reader *reader, const struct yaml_node *value)
{
	if (yaml_expect(reader, value, YAML_TEXT))
		((struct entry *)reader->into)->name = value;
	return 0;
}

static int
take_scope(struct yaml_reader *reader, const struct yaml_node *value)
{
	if (yaml_expect(reader, value, YAML_TEXT))
		((struct entry *)reader->into)->scope = value;
	return 0;
}

static int
take_except(struct yaml_reader *reader, const struct yaml_node *value)
{
	if (yaml_expect(reader, value, YAML_LIST))
		((struct entry *)reader->into)->except = value;
	return 0;
}

static const struct yaml_field target_fields[] = {
	{"name", take_name},
	{"scope", take_scope},
	{"except", take_except},
	{NULL, NULL},
};

static const struct yaml_field except_fields[] = {
	{"name", take_name},
	{"scope", take_scope},
	{NULL, NULL},
};

static bool
read_scope(struct order_draft *draft, const struct yaml_node *node,
	enum pal_scope *scope)
{
	if (!yaml_expect(&draft->reader, node, YAML_TEXT))
		return false;
	if (order_scope_read(scope, node->text))
		return true;
	yaml_error(&draft->reader, node,
		"`%s` is no scope; write exact for the name alone, or subtree "
		"for the name and all below it",
		node->text);
	return false;
}

/* Room for one more target; NULL if there is no memory, or if there are too
 * many, which is complained of once. */
static struct order_target *
add_target(struct order_draft *draft, int *ret)
{
	struct order *order = &draft->order;
	struct order_target *grown;

	*ret = 0;
	if (order->target_count > ORDER_TARGETS_MAX)
		return NULL;
	if (order->target_count == draft->room) {
		size_t room = draft->room == 0 ? 16 : draft->room * 2;

		grown = realloc(order->targets, room * sizeof *grown);
		if (grown == NULL) {
			*ret = PAL_ENOMEM;
			return NULL;
		}
		order->targets = grown;
		draft->room = room;
	}
	return &order->targets[order->target_count++];
}

/* Reads one name into a target of the order.  *target is NULL if it is none,
 * which is complained of. */
static int
read_name(struct order_draft *draft, const struct yaml_node *node,
	enum pal_scope scope, struct order_target **target)
{
	char why[IDN_WHY_MAX];
	struct pal_name name;
	int ret;

	*target = NULL;
	if (strcasestr(node->text, ORDER_EDIT_ME_NAME) != NULL) {
		order_refuse_template(draft, node);
		return 0;
	}
	if (idn_read(&name, node->text, why) < 0 ||
		idn_check_rule(&name, scope, why) < 0) {
		yaml_error(&draft->reader, node, "%s", why);
		return 0;
	}
	*target = add_target(draft, &ret);
	if (*target == NULL)
		return ret;
	memset(*target, 0, sizeof **target);
	(*target)->name = name;
	(*target)->scope = scope;
	(*target)->line = node->line;
	(*target)->column = node->column;
	return 0;
}

/* The keys of a target, or its name alone.  False if it cannot be used. */
static bool
open_entry(struct order_draft *draft, const struct yaml_node *node,
	const struct yaml_field *fields, struct entry *entry)
{
	*entry = (struct entry){0};
	if (node->kind == YAML_TEXT) {
		entry->name = node;
		return true;
	}
	if (node->kind == YAML_LIST) {
		yaml_error(&draft->reader, node,
			"a target is a name or a mapping with `name`, not a "
			"list");
		return false;
	}
	draft->reader.into = entry;
	yaml_take(&draft->reader, node, fields, NULL);
	if (entry->name == NULL && yaml_get(node, "name") == NULL)
		yaml_error(&draft->reader, node,
			"a target needs `name`, as in "
			"{name: t.me, scope: exact}");
	return entry->name != NULL;
}

static int
read_exception(struct order_draft *draft, const struct yaml_node *node,
	const struct pal_name *above)
{
	char text[PAL_NAME_TEXT_MAX];
	enum pal_scope scope = PAL_SUBTREE;
	struct order_target *target;
	struct entry entry;
	int ret;

	if (!open_entry(draft, node, except_fields, &entry))
		return 0;
	if (entry.scope != NULL && !read_scope(draft, entry.scope, &scope))
		return 0;
	ret = read_name(draft, entry.name, scope, &target);
	if (target == NULL)
		return ret;
	target->except = true;
	if (!pal_name_within(&target->name, above) ||
		target->name.labels == above->labels)
		yaml_error(&draft->reader, entry.name,
			"`%s` does not lie below its target, %s",
			entry.name->text, pal_name_to_text(text, above));
	return 0;
}

static int
read_exceptions(struct order_draft *draft, const struct yaml_node *list,
	const struct order_target *above)
{
	/* The targets move as they grow. */
	struct pal_name name = above->name;
	const struct yaml_node *node;

	if (draft->order.action == ORDER_LIFT) {
		yaml_error(&draft->reader, list->key,
			"a lift has no exceptions; name what it opens");
		return 0;
	}
	if (above->scope != PAL_SUBTREE) {
		yaml_error(&draft->reader, list->key,
			"an exact target has nothing below it to except; "
			"write `scope: subtree`, or leave `except` out");
		return 0;
	}
	for (node = list->first; node != NULL; node = node->next) {
		int ret = read_exception(draft, node, &name);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int
read_target(struct order_draft *draft, const struct yaml_node *node,
	const enum pal_scope *common)
{
	bool lifts = draft->order.action == ORDER_LIFT;
	enum pal_scope scope = ORDER_SCOPE_ANY;
	struct order_target *target;
	struct entry entry;
	int ret;

	if (!open_entry(draft, node, target_fields, &entry))
		return 0;
	if (entry.scope != NULL) {
		if (!read_scope(draft, entry.scope, &scope))
			return 0;
	} else if (common != NULL) {
		scope = *common;
	} else if (!lifts) {
		yaml_error(&draft->reader, node,
			"`%s` has no scope; give the order `scope: exact` (the "
			"names alone) or `scope: subtree` (and all below "
			"them), or the target one of its own",
			entry.name->text);
		return 0;
	}
	ret = read_name(draft, entry.name, scope, &target);
	if (target == NULL || entry.except == NULL)
		return ret;
	return read_exceptions(draft, entry.except, target);
}

int
order_read_targets(struct order_draft *draft)
{
	const struct yaml_node *scope = draft->at[KEY_SCOPE];
	const struct yaml_node *list = draft->at[KEY_TARGETS], *node;
	enum pal_scope common;

	if (scope != NULL && !read_scope(draft, scope, &common))
		return 0;
	if (list == NULL || !yaml_expect(&draft->reader, list, YAML_LIST))
		return 0;
	if (list->count == 0)
		yaml_error(&draft->reader, list,
			"`targets` is empty; name what the order is for%s",
			draft->order.action == ORDER_LIFT
				? ", or leave it out to lift the whole order"
				: "");
	for (node = list->first; node != NULL; node = node->next) {
		int ret = read_target(
			draft, node, scope == NULL ? NULL : &common);

		if (ret < 0)
			return ret;
	}
	if (draft->order.target_count > ORDER_TARGETS_MAX)
		yaml_error(&draft->reader, list,
			"more than 100,000 targets; split the order, or send "
			"a feed");
	return 0;
}

static bool
stands_before(const struct order_target *a, const struct order_target *b)
{
	if (a->line != b->line)
		return a->line < b->line;
	return a->column < b->column;
}

static void
refuse_twice(struct order_draft *draft, const struct order_target *first,
	const struct order_target *second)
{
	char text[PAL_NAME_TEXT_MAX];

	if (stands_before(second, first)) {
		const struct order_target *swap = first;

		first = second;
		second = swap;
	}
	problem_error(draft->reader.problems, draft->reader.file, second->line,
		second->column,
		"%s is named twice%s, here and on line %u; keep one of them",
		pal_name_to_text(text, &first->name),
		first->except != second->except ? ", as target and exception"
						: "",
		first->line);
}

void
order_settle_targets(struct order_draft *draft)
{
	const struct order *order = &draft->order;
	size_t at = 1;

	order_sort_targets(&draft->order);
	while ((at = order_next_twice(order, at)) < order->target_count) {
		refuse_twice(
			draft, &order->targets[at - 1], &order->targets[at]);
		at++;
	}
}
