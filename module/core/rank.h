/*
 * Inheritance and rank: from the entries of many orders to rules, each with
 * the claims of all orders that hold there.  The writer's inner half.
 */
#ifndef CORE_RANK_H
#define CORE_RANK_H

#include "palang/writer.h"

/* What ranks an order: the earlier first. */
struct rank_order {
	int64_t issued;
	uint64_t receipt;
	const char *authority, *id;
};

struct rank_entry {
	const struct pal_name *name; /* only len octets of wire are there */
	enum pal_scope scope;
	uint32_t order;          /* index of its order */
	uint32_t intervals;      /* first index into rank_in.intervals */
	uint32_t interval_count; /* 0: leaves the name open */
	bool hole;               /* found by rank_rules */
};

struct rank_claim {
	uint32_t entry; /* index into rank_in.entries */
};

struct rank_rule {
	uint32_t entry;  /* any entry with the rule's name and scope */
	uint32_t claims; /* first index */
	uint32_t claim_count;
};

struct rank_in {
	const struct rank_order *orders;
	/* Sorted and marked in place.  Those of an order mostly come sorted,
	 * which is made use of. */
	struct rank_entry *entries;
	size_t entry_count;
	const struct pal_interval *intervals;
};

struct rank_out {
	struct rank_rule *rules; /* canonical order, exact before subtree */
	size_t rule_count;
	struct rank_claim *claims;
	size_t claim_count;
};

/* 0, PAL_ENOMEM, PAL_EDUP or PAL_ELIMIT; *at is then the rule. */
int rank_rules(
	struct rank_out *out, const struct rank_in *in, struct pal_name *at);
void rank_fini(struct rank_out *out);

#endif
