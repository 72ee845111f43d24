/* What the files of `palang why` share. */
#ifndef TOOL_WHY_H
#define TOOL_WHY_H

#include "json.h"
#include "state.h"
#include "verdict.h"

struct question {
	struct pal_name name;
	char text[PAL_NAME_TEXT_MAX];
	uint16_t type;
	bool opened;              /* everything is, as published */
	const char *past;         /* "at", "ordered-at"; NULL: it is now */
	struct json_writer *json; /* the writer, or NULL: print */
	struct json_writer writer;
};

/* why_past.c: what resolvers that had the lists of then in force would have
 * said, having gone back; whether of what was known, feeds and allows
 * included, or of what was ordered.  An exit code; the caller closes it. */
int why_past(struct verdict_source **source, struct question *question,
	struct state *state);

/* why_lists.c: what each list but the orders says of the name by itself, and
 * what the operator allows of it, with the reason. */
void why_lists(struct question *question, const struct state *state,
	const struct pal_snapshot *snapshot);

#endif
