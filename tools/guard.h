/*
 * Guards: what a block order is held against before it has any effect.
 *
 * Pure judgement: an order and lists in, findings out.  A finding refuses the
 * order, or holds it until somebody approves it knowingly.  Lifts are not
 * judged.
 *
 *   suffix     the root, a top-level domain, a public suffix that registries
 *              have (co.uk), or a subtree that holds one: refused
 *   platform   a subtree that is, or holds, a public suffix that a private
 *              owner has (github.io): held
 *   protected  a name without which the network itself stands still, or a
 *              subtree that holds one: held
 *   popular    a name at, above or below one of those asked most: held.
 *              What lies below a popular name that is a public suffix is
 *              somebody else's, and is not meant
 *   size       more names than its authority usually gives, or may have: held
 *   rejected   a document that somebody here has rejected: held.  Who knows the
 *              ledger finds it (intake_rejected.c)
 *
 * Names that an order excepts are not meant by it.
 */
#ifndef TOOL_GUARD_H
#define TOOL_GUARD_H

#include "guard_names.h"
#include "order.h"

#define GUARD_SHOWN 20 /* findings of a kind that an order gets */

enum guard_kind {
	GUARD_SUFFIX,
	GUARD_PLATFORM,
	GUARD_PROTECTED,
	GUARD_POPULAR,
	GUARD_SIZE,
	GUARD_REJECTED,
	GUARD_KINDS
};

struct guard_options {
	const char *popular;  /* NULL: none */
	size_t popular_first; /* 0: all of the list */
	const char *shipped;  /* protected names; NULL: none */
	const char *own;      /* the operator's list; NULL: none */
	/* And those of the configuration, with all below them. */
	const struct pal_name *names;
	size_t name_count;
	const char *config;   /* which is the file of the names */
	const char *unbound;  /* unbound.conf, for whom it asks; NULL: none */
	const char *suffixes; /* as text; NULL: the system's */
	bool unbound_given;   /* else one that cannot be opened is left out */
};

/* The lists, opened.  For one thread at a time. */
struct guard;

/* 0, PAL_EFORM (see problems) or PAL_ENOMEM. */
int guard_open(struct guard **guard, const struct guard_options *options,
	struct problems *problems);
/* Takes NULL. */
void guard_close(struct guard *guard);

struct guard_finding {
	enum guard_kind kind;
	bool refuse; /* else: held */
	const struct order *order;
	const struct order_target *target; /* NULL: the order as a whole */
	char *text;                        /* one line, the same each time */
};

struct guard_findings {
	struct guard_finding *list;
	size_t count;
	size_t refused, held; /* of these */
};

/* The limits of the order's authority; 0: none. */
struct guard_limits {
	uint64_t usual;         /* names an order of it has, */
	uint64_t most;          /* may have, */
	uint64_t in_force;      /* names it has in force, or to come, */
	uint64_t in_force_most; /* and at most */
};

/* One order to judge. */
struct guard_case {
	const struct order *order;
	struct guard_limits limits;
	/* True if an order of the authority's own blocks all of the target, for
	 * all of this order's time: it is then not judged anew.  May be
	 * NULL. */
	bool (*blocked)(void *ctx, const struct order_target *target);
	void *ctx;
};

/* Adds what there is to say.  Of each kind the GUARD_SHOWN that weigh most are
 * told, and how many more there are.  0; PAL_EFORM: the list of public suffixes
 * is not to be understood; or PAL_ENOMEM. */
int guard_judge(struct guard *guard, const struct guard_case *what,
	struct guard_findings *findings);
/* Adds what was found of the order as a whole; takes over the text, which is
 * NULL for want of memory.  0 or PAL_ENOMEM. */
int guard_find(struct guard_findings *findings, enum guard_kind kind,
	const struct order *order, char *text);
void guard_findings_fini(struct guard_findings *findings);

const char *guard_kind_name(enum guard_kind kind);

#endif
