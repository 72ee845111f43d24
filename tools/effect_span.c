#include <stdlib.h>
#include <string.h>

#include "effect_span.h"
#include "palang/error.h"

void
spans_fini(struct spans *spans)
{
	free(spans->items);
	*spans = (struct spans){NULL, 0};
}

int
spans_set(struct spans *spans, struct pal_interval interval)
{
	*spans = (struct spans){NULL, 0};
	if (interval.start >= interval.end)
		return 0;
	spans->items = malloc(sizeof(*spans->items));
	if (spans->items == NULL)
		return PAL_ENOMEM;
	spans->items[0] = interval;
	spans->count = 1;
	return 0;
}

int
spans_copy(struct spans *spans, const struct spans *from)
{
	*spans = (struct spans){NULL, 0};
	if (from->count == 0)
		return 0;
	spans->items = malloc(from->count * sizeof(*spans->items));
	if (spans->items == NULL)
		return PAL_ENOMEM;
	memcpy(spans->items, from->items, from->count * sizeof(*spans->items));
	spans->count = from->count;
	return 0;
}

/* Appends what is left of one interval once cut is taken out. */
static void
keep_rest(
	struct spans *spans, struct pal_interval item, struct pal_interval cut)
{
	struct pal_interval before = item, after = item;

	if (cut.start < before.end)
		before.end = cut.start;
	if (cut.end > after.start)
		after.start = cut.end;
	if (before.start < before.end)
		spans->items[spans->count++] = before;
	if (after.start < after.end)
		spans->items[spans->count++] = after;
}

int
spans_cut(struct spans *spans, struct pal_interval cut)
{
	if (spans->count == 0 || cut.start >= cut.end)
		return 0;
	/* A cut inside one interval makes two of it. */
	struct spans rest = {
		malloc((spans->count + 1) * sizeof(*rest.items)), 0};
	if (rest.items == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < spans->count; i++) {
		struct pal_interval item = spans->items[i];

		if (item.end <= cut.start || cut.end <= item.start)
			rest.items[rest.count++] = item;
		else
			keep_rest(&rest, item, cut);
	}
	free(spans->items);
	*spans = rest;
	return 0;
}

bool
spans_has(const struct pal_interval *items, size_t count, int64_t now)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].start <= now && now < items[i].end)
			return true;
	}
	return false;
}

bool
spans_left(const struct pal_interval *items, size_t count, int64_t now)
{
	return count > 0 && items[count - 1].end > now;
}
