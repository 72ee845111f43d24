/* What the files of `palang why` share. */
#ifndef TOOL_WHY_H
#define TOOL_WHY_H

#include "json.h"
#include "palang/decide.h"
#include "state.h"

struct question {
	struct pal_name name;
	char text[PAL_NAME_TEXT_MAX];
	uint16_t type;
	bool opened;              /* everything is, as published */
	struct json_writer *json; /* the writer, or NULL: print */
	struct json_writer writer;
};

/* why_lists.c: what each list but the orders says of the name by itself, and
 * what the operator allows of it, with the reason. */
void why_lists(struct question *question, const struct state *state,
	const struct pal_snapshot *snapshot);

#endif
