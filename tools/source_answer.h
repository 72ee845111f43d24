/* What palang-fetch answers on descriptor 3; see tools/fetch/fetch.h.  The
 * text is not trusted: the program talks to servers that nobody here runs. */
#ifndef TOOL_SOURCE_ANSWER_H
#define TOOL_SOURCE_ANSWER_H

#include "source.h"

#define SOURCE_ANSWER_MAX 4096 /* octets of the whole */

struct source_answer {
	unsigned status; /* 200 or 304; 0 with an error */
	uint64_t size;
	char etag[sizeof((struct source_mark *)0)->etag];
	char modified[sizeof((struct source_mark *)0)->modified];
	char error[400]; /* empty: none */
};

/* 0, or PAL_EFORM for anything but an answer. */
int source_answer_parse(
	struct source_answer *answer, const char *text, size_t len);

#endif
