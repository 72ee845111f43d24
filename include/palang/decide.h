/*
 * The decision: (snapshot, name, type, time) -> verdict.
 *
 * The module and the tool call this same pure function.  No allocation, no
 * lock, no system call.
 *
 * Thread safety: a snapshot is immutable once built; pal_decide may run in
 * any number of threads.
 */
#ifndef PALANG_DECIDE_H
#define PALANG_DECIDE_H

#include "palang/image.h"
#include "palang/manifest.h"

struct pal_list {
	char name[PAL_LIST_NAME_MAX]; /* as in the manifest */
	const struct pal_image *image;
	uint32_t counters; /* index of its first policy's counters */
};

/* The images of one manifest.  Precedence: orders, then allow, then feeds in
 * the order given.  A list that does not exist has image NULL.
 *
 * The shadow holds orders on trial.  It blocks nothing; of what passes, the
 * decision says which of them would have blocked it.  With manifest.settings.open
 * nothing is blocked at all. */
struct pal_snapshot {
	struct pal_manifest manifest;
	struct pal_list orders;
	struct pal_list allow;
	struct pal_list feeds[PAL_FEEDS_MAX];
	unsigned feed_count;
	uint32_t policies; /* of all lists: the number of counters */
	struct pal_list shadow;
};

/* Some of the orders on trial, by their policies in the shadow image. */
struct pal_trials {
	uint64_t bits[(PAL_SHADOW_MAX + 63) / 64];
};

static inline bool
pal_trials_has(const struct pal_trials *trials, uint32_t policy)
{
	return policy < PAL_SHADOW_MAX &&
	       (trials->bits[policy / 64] >> policy % 64 & 1) != 0;
}

enum pal_action { PAL_PASS = 0, PAL_BLOCK = 1 };

struct pal_verdict {
	enum pal_action action;

	/* With PAL_PASS: the first second at which an order known now blocks
	 * this name; no answer may be kept beyond it.  With PAL_BLOCK: the
	 * second at which this claim ends.  PAL_NEVER if there is none. */
	int64_t until;

	/* With PAL_PASS: no message of this name is to be kept, for an order
	 * would block it if all were not open, or if it were not on trial. */
	bool withheld;
	/* With PAL_PASS: a list would block it if all were not open. */
	bool listed;
	/* With PAL_PASS: orders on trial would have blocked this query, which
	 * no list would: all these. */
	bool shadowed;
	struct pal_trials trials; /* with shadowed alone */

	/* The rest only with PAL_BLOCK. */
	struct pal_policy policy;
	/* What is answered: as policy.answer, but NODATA in place of NXDOMAIN
	 * where NXDOMAIN would deny names that are open (RFC 8020). */
	enum pal_answer answer;
	/* The rule's name, owner of the SOA: starts here in the name asked. */
	uint8_t owner_at;
	uint8_t owner_labels;
	enum pal_scope scope;
	/* A type that validators behind the resolver need in order to reach
	 * names that must pass: let it pass if the real answer is that RRset
	 * or a signed denial, without a CNAME. */
	bool unless_real;
	uint32_t counter; /* index of the policy's counters */
	const struct pal_list *list;
};

/* Types with a meaning of their own here (IANA, "DNS Parameters"). */
#define PAL_TYPE_A      1
#define PAL_TYPE_AAAA   28
#define PAL_TYPE_DS     43
#define PAL_TYPE_DNSKEY 48

/* Judges a query for name (uncompressed wire form, any case) of class IN.
 * A name that is none passes.  now: seconds since 1970 UTC. */
void pal_decide(const struct pal_snapshot *snapshot, const uint8_t *name,
	size_t len, uint16_t type, int64_t now, struct pal_verdict *verdict);

/* True if no list of the snapshot can block anything, now or later. */
bool pal_snapshot_empty(const struct pal_snapshot *snapshot);

#endif
