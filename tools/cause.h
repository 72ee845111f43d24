/*
 * Why a resolver may say something else than expected: what a reply, and the
 * resolvers' own reports, give away.  Pure.
 */
#ifndef TOOL_CAUSE_H
#define TOOL_CAUSE_H

#include "judge.h"

#define CAUSES_MAX     4
#define CAUSE_TEXT_MAX 512

/* What is known of the resolvers that read these lists. */
struct resolvers {
	bool known;      /* their folder could be read */
	unsigned live;   /* with a fresh heartbeat */
	unsigned empty;  /* of these: with nothing loaded */
	unsigned behind; /* of these: with an older generation in effect */
	char behind_name[PAL_LIST_NAME_MAX]; /* one of them */
	uint64_t behind_generation;
	uint64_t generation; /* published */
};

struct causes {
	char text[CAUSES_MAX][CAUSE_TEXT_MAX]; /* the likeliest first */
	unsigned count;
};

/* Nothing is found if expectation and reply agree. */
void cause_find(struct causes *causes, const struct expected *expected,
	enum agreement agreement, const struct question *question,
	const struct reply *reply, const struct seen *seen,
	const struct pal_snapshot *snapshot, const struct resolvers *resolvers);

#endif
