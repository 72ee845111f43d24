/*
 * Is a resolver's answer the real one?  Held against what our own recursion
 * found.  Pure.
 */
#ifndef TOOL_TRUTH_H
#define TOOL_TRUTH_H

#include "judge.h"

enum truth {
	TRUTH_REAL,
	TRUTH_DIFFERENT, /* another answer, but nothing that looks a block */
	TRUTH_BLOCKED,
	TRUTH_UNKNOWN /* our own answer proves nothing */
};

/* What our own recursion found. */
struct own_answer {
	const struct reply *reply; /* NULL: nothing */
	bool secure, bogus;
	bool redirected; /* the canary was answered: others may have written
			  * what we got */
};

struct truth_finding {
	enum truth truth;
	const char *why; /* a constant clause: "both are proven by DNSSEC" */
};

/* seen is what judge_see made of reply. */
struct truth_finding truth_judge(const struct reply *reply,
	const struct seen *seen, const struct own_answer *own,
	const struct sinkholes *sinkholes);

const char *truth_name(enum truth truth); /* "real" */

/* True for an address that no public server has: this host, private, shared,
 * link-local, documentation (RFC 6890). */
bool truth_special_address(const struct reply_record *record);

#endif
