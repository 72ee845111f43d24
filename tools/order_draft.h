/* An order while it is read from its document. */
#ifndef TOOL_ORDER_DRAFT_H
#define TOOL_ORDER_DRAFT_H

#include "order_form.h"
#include "yamldoc.h"

struct order_draft {
	struct yaml_reader reader;
	struct order order;
	const struct yaml_node *root;
	const struct yaml_node *at[ORDER_KEYS]; /* the values, NULL if absent */
	size_t room;                            /* of order.targets */
};

/* What reads the value of each key: 0, errors being in problems; PAL_ENOMEM.
 * NULL for the version, which is read before the others, and for scope and
 * targets, which are read after them. */
extern int (*const order_readers[ORDER_KEYS])(
	struct order_draft *, const struct yaml_node *);

/* Complains of what `palang template` leaves to be written. */
void order_refuse_template(
	struct order_draft *draft, const struct yaml_node *node);

/* A copy of a text without blanks and line ends around it.  NULL if it has a
 * flaw, which is complained of, or if *ret is PAL_ENOMEM. */
char *order_read_text(struct order_draft *draft, const struct yaml_node *node,
	size_t max, int *ret);

/* Adds a text, which it takes, under a copy of key.  0 or PAL_ENOMEM. */
int order_add_text(
	struct order_text **texts, size_t *count, const char *key, char *text);

/* Reads `scope` and `targets`.  0, errors being in problems; PAL_ENOMEM. */
int order_read_targets(struct order_draft *draft);

/* Sorts them and complains of what stands there twice. */
void order_settle_targets(struct order_draft *draft);

#endif
