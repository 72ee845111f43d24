/* What the guards' own files share. */
#ifndef TOOL_GUARD_PARTS_H
#define TOOL_GUARD_PARTS_H

#include "guard.h"
#include "psl.h"

struct guard {
	struct guard_names popular, protected;
	struct suffixes *suffixes;
};

/* How a target lies to a list's entry. */
enum guard_place { GUARD_AT, GUARD_BELOW, GUARD_ABOVE };

/* One target that stands out. */
struct guard_hit {
	enum guard_kind kind;
	const struct order_target *target;
	enum guard_place place;
	uint32_t entry;  /* of the kind's list */
	uint32_t weight; /* less is told first */
};

/* guard_text.c: the line for a person, to be freed; NULL: no memory. */
char *guard_tell(const struct guard *guard, const struct guard_hit *hit);
/* Of hits that are not told one by one: how many, and a mark by which others
 * than these are seen to be others. */
char *guard_tell_more(
	const struct guard *guard, const struct guard_hit *hits, size_t count);
/* NULL in *text: nothing to say.  0 or PAL_ENOMEM. */
int guard_tell_size(
	char **text, const struct guard_limits *limits, uint64_t names);

/* guard_unbound.c: adds the names of the servers that this resolver asks.
 * given: a file that is not there is an error; else one that is there and
 * cannot be opened, a warning.  What is wrong in it is an error either way. */
int guard_add_servers(struct guard_names *list, const char *file, bool given,
	struct problems *problems);

#endif
