/*
 * What palang compare tells: one name, what an RPZ says of it, and what palang
 * does.
 */
#ifndef TOOL_COMPARE_TELL_H
#define TOOL_COMPARE_TELL_H

#include "compare.h"
#include "palang/decide.h"

enum compare_difference {
	COMPARE_SAME,
	COMPARE_VERDICT, /* one blocks, the other does not */
	COMPARE_ANSWER,  /* both block, with different answers */
	COMPARE_DIFFERENCES
};

struct compared {
	const struct pal_name *name;
	struct compare_say rpz;
	struct pal_verdict palang;           /* of a question for A */
	const struct pal_snapshot *snapshot; /* that gave it */
};

/* verdicts: answers are not compared. */
enum compare_difference compare_differ(
	const struct compared *compared, bool verdicts);

void compare_print(const struct compared *compared);

struct json_writer;
void compare_put_json(struct json_writer *json, const struct compared *compared,
	enum compare_difference difference);

#endif
