/* Finding records by what they are and by what they name. */
#include <stdlib.h>
#include <string.h>

#include "effect.h"
#include "palang/error.h"

/* What a lift or a replacing order names; NULL for any other. */
static const char *
target_id(const struct order *order)
{
	if (order->action == ORDER_LIFT)
		return order->lifts;
	return order->replaces[0] != '\0' ? order->replaces : NULL;
}

static const char *
target_authority(const struct order *order)
{
	if (order->action == ORDER_LIFT && order->lifts_authority[0] != '\0')
		return order->lifts_authority;
	return order->authority;
}

static int
key_cmp(const char *authority, const char *id, const char *other_authority,
	const char *other_id)
{
	int cmp = strcmp(id, other_id);

	return cmp != 0 ? cmp : strcmp(authority, other_authority);
}

/* Compares a key with a record's own, or with the one it names. */
static int
record_cmp(const char *authority, const char *id, const struct record *record,
	bool by_target)
{
	const struct order *order = record->order;

	return by_target ? key_cmp(authority, id, target_authority(order),
				   target_id(order))
	                 : key_cmp(authority, id, order->authority, order->id);
}

struct sorting {
	const struct record *records;
	bool by_target;
};

static int
index_cmp(const void *a, const void *b, void *arg)
{
	const struct sorting *sorting = arg;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	const struct order *order = sorting->records[left].order;
	int cmp = record_cmp(
		sorting->by_target ? target_authority(order) : order->authority,
		sorting->by_target ? target_id(order) : order->id,
		&sorting->records[right], sorting->by_target);

	if (cmp != 0)
		return cmp;
	return left < right ? -1 : left > right;
}

static int
make_index(const struct history *history, bool by_target, uint32_t **made,
	size_t *count)
{
	struct sorting sorting = {history->records, by_target};
	uint32_t *items = malloc((history->record_count + 1) * sizeof(*items));

	if (items == NULL)
		return PAL_ENOMEM;
	*count = 0;
	for (size_t i = 0; i < history->record_count; i++) {
		if (!by_target || target_id(history->records[i].order) != NULL)
			items[(*count)++] = (uint32_t)i;
	}
	qsort_r(items, *count, sizeof(*items), index_cmp, &sorting);
	*made = items;
	return 0;
}

void
history_index_fini(struct history *history)
{
	free(history->index.by_key);
	free(history->index.by_target);
	memset(&history->index, 0, sizeof(history->index));
}

int
history_index(struct history *history)
{
	struct history_index *index = &history->index;

	history_index_fini(history);
	if (make_index(history, false, &index->by_key, &index->count) != 0 ||
		make_index(history, true, &index->by_target,
			&index->target_count) != 0) {
		history_index_fini(history);
		return PAL_ENOMEM;
	}
	return 0;
}

/* The first position in an index whose key is not less than the one given. */
static size_t
lower_bound(const struct history *history, const uint32_t *items, size_t count,
	const char *authority, const char *id, bool by_target)
{
	size_t low = 0;

	while (count > 0) {
		size_t half = count / 2;

		if (record_cmp(authority, id,
			    &history->records[items[low + half]],
			    by_target) > 0) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low;
}

const struct record *
history_find(
	const struct history *history, const char *authority, const char *id)
{
	const struct history_index *index = &history->index;
	size_t at = lower_bound(
		history, index->by_key, index->count, authority, id, false);

	if (at < index->count &&
		record_cmp(authority, id, &history->records[index->by_key[at]],
			false) == 0)
		return &history->records[index->by_key[at]];
	for (size_t i = index->count; i < history->record_count; i++) {
		if (record_cmp(authority, id, &history->records[i], false) == 0)
			return &history->records[i];
	}
	return NULL;
}

/* The cursor counts through the index, and from target_count + 1 on through
 * the records behind it. */
const struct record *
history_next(const struct history *history, const char *authority,
	const char *id, size_t *cursor)
{
	const struct history_index *index = &history->index;

	if (*cursor == 0)
		*cursor = 1 + lower_bound(history, index->by_target,
				      index->target_count, authority, id, true);
	while (*cursor <= index->target_count) {
		const struct record *record =
			&history->records[index->by_target[*cursor - 1]];

		if (record_cmp(authority, id, record, true) == 0) {
			(*cursor)++;
			return record;
		}
		*cursor = index->target_count + 1;
	}
	for (size_t i = index->count + *cursor - index->target_count - 1;
		i < history->record_count; i++) {
		const struct record *record = &history->records[i];

		*cursor = index->target_count + 2 + i - index->count;
		if (target_id(record->order) != NULL &&
			record_cmp(authority, id, record, true) == 0)
			return record;
	}
	return NULL;
}
