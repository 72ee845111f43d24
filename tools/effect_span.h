/* Sets of seconds: sorted, disjoint intervals, none empty. */
#ifndef TOOL_EFFECT_SPAN_H
#define TOOL_EFFECT_SPAN_H

#include "palang/image.h"

struct spans {
	struct pal_interval *items;
	size_t count;
};

/* Each returns 0 or PAL_ENOMEM; what spans held before is freed by cut. */
int spans_set(struct spans *spans, struct pal_interval interval);
int spans_copy(struct spans *spans, const struct spans *from);
int spans_cut(struct spans *spans, struct pal_interval interval);
void spans_fini(struct spans *spans);

bool spans_has(const struct pal_interval *items, size_t count, int64_t now);

/* True if some second at or after now is in the set. */
bool spans_left(const struct pal_interval *items, size_t count, int64_t now);

#endif
