/* What the files order*.c share: the keys, and the rules of form. */
#ifndef TOOL_ORDER_FORM_H
#define TOOL_ORDER_FORM_H

#include "order.h"

#define ORDER_REFERENCE_MAX   128 /* octets */
#define ORDER_LEGAL_BASIS_MAX 256
#define ORDER_REASON_MAX      500
#define ORDER_REASONS_MAX     16
#define ORDER_LANGUAGE_MAX    35
#define ORDER_CONTACT_MAX     200
#define ORDER_EXTRA_KEY_MAX   64
#define ORDER_EXTRA_MAX       500
#define ORDER_EXTRAS_MAX      32

enum order_key {
	KEY_VERSION,
	KEY_AUTHORITY,
	KEY_ID,
	KEY_REFERENCE,
	KEY_ACTION,
	KEY_LIFTS,
	KEY_REPLACES,
	KEY_ISSUED,
	KEY_EFFECTIVE,
	KEY_EXPIRES,
	KEY_REVIEW,
	KEY_COMPLY_WITHIN,
	KEY_COMPLY_BY,
	KEY_LEGAL_BASIS,
	KEY_REASON,
	KEY_CONTACT,
	KEY_ANSWER,
	KEY_SCOPE,
	KEY_TARGETS,
	ORDER_KEYS
};

/* By enum order_key, then a NULL. */
extern const char *const order_keys[ORDER_KEYS + 1];

/* What `palang template` leaves to be written; an order that still has it is
 * none.  The authority, the middle of an id, the end of a name. */
#define ORDER_EDIT_ME      "edit-me"
#define ORDER_EDIT_ME_ID   "/EDIT-ME/"
#define ORDER_EDIT_ME_NAME "edit-me.example"

/* Each NULL, or a constant phrase that says what is wrong with a value. */
const char *order_text_flaw(const char *text, size_t max);
const char *order_language_flaw(const char *tag);
const char *order_contact_flaw(const char *uri);
const char *order_extra_flaw(const char *key);

/* NULL, or what is wrong with the whole, targets apart; *at is the key to
 * point at. */
const char *order_flaw(const struct order *order, enum order_key *at);

/* Sorts the targets. */
void order_sort_targets(struct order *order);

/* The first target from this one on that is alike with the one before it;
 * target_count if there is none.  The targets are sorted; from > 0. */
size_t order_next_twice(const struct order *order, size_t from);

/* For each exception the target it is an exception of: the nearest subtree
 * target above it; for a target ORDER_NO_OWNER.  0; PAL_EFORM if there is
 * none, *at is then the exception.  The targets are sorted. */
#define ORDER_NO_OWNER SIZE_MAX
int order_find_owners(const struct order *order, size_t *owners, size_t *at);

/* Fills in canonical and digest of an order that has been checked. */
int order_write(struct order *order);

#endif
