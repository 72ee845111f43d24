/*
 * Why a resolver may say something else than expected: what a reply, and the
 * resolvers' own reports, give away.  Pure.
 */
#ifndef TOOL_CAUSE_H
#define TOOL_CAUSE_H

#include "fleet.h"
#include "judge.h"

#define CAUSES_MAX     4
#define CAUSE_TEXT_MAX 512

struct causes {
	char text[CAUSES_MAX][CAUSE_TEXT_MAX]; /* the likeliest first */
	unsigned count;
};

/* Nothing is found if expectation and reply agree. */
void cause_find(struct causes *causes, const struct expected *expected,
	enum agreement agreement, const struct question *question,
	const struct reply *reply, const struct seen *seen,
	const struct pal_snapshot *snapshot, const struct fleet *fleet);

/* Where --expect wants one thing and the lists another, and the resolver
 * follows them. */
void cause_as_listed(struct causes *causes, const struct expected *listed);

/* Where a reply looks fine, and is not the truth. */
void cause_of_forgery(struct causes *causes, const struct reply *reply);

#endif
