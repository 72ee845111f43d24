#include "palang/writer.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "palang/error.h"
#include "rank.h"
#include "writer_parts.h"

void *
table_add(struct table *table, const void *data, size_t len)
{
	if (len > table->room - table->len) {
		size_t room = (table->len + len) + (table->len + len) / 2 + 256;
		uint8_t *grown = realloc(table->data, room);
		if (grown == NULL)
			return NULL;
		table->data = grown;
		table->room = room;
	}
	uint8_t *at = table->data + table->len;
	if (data != NULL)
		memcpy(at, data, len);
	else
		memset(at, 0, len);
	table->len += len;
	return at;
}

static int
add_text(struct pal_writer *w, uint8_t *ref, const char *text, size_t max)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (len > max || w->strings.len + len > UINT32_MAX)
		return PAL_ELIMIT;
	store32(ref, (uint32_t)w->strings.len);
	store32(ref + 4, (uint32_t)len);
	return table_add(&w->strings, text, len) != NULL || len == 0
	               ? 0
	               : PAL_ENOMEM;
}

static int
add_policy(struct pal_writer *w, const struct pal_policy_in *in)
{
	const char *texts[POLICY_TEXTS] = {
		in->authority, in->id, in->ede, in->json, in->json_short};
	static const size_t max[POLICY_TEXTS] = {
		24, 48, PAL_EDE_TEXT_MAX, PAL_JSON_MAX, PAL_JSON_MAX};
	uint8_t p[POLICY_SIZE] = {0};

	p[0] = (uint8_t)in->kind;
	p[1] = (uint8_t)in->answer;
	p[2] = (uint8_t)((in->has_a ? POLICY_HAS_A : 0) |
			 (in->has_aaaa ? POLICY_HAS_AAAA : 0));
	store32(p + 4, in->ttl);
	if (in->has_a)
		memcpy(p + 8, in->a, 4);
	if (in->has_aaaa)
		memcpy(p + 12, in->aaaa, 16);
	for (size_t i = 0; i < POLICY_TEXTS; i++) {
		int ret = add_text(w, p + 28 + 8 * i, texts[i], max[i]);
		if (ret != 0)
			return ret;
	}
	return table_add(&w->policies, p, sizeof(p)) ? 0 : PAL_ENOMEM;
}

static struct pal_writer *
new_writer(enum pal_image_form form, const uint8_t key[16])
{
	struct pal_writer *w = calloc(1, sizeof(*w));

	if (w != NULL) {
		w->form = form;
		memcpy(w->key, key, sizeof(w->key));
	}
	return w;
}

int
pal_writer_open_orders(struct pal_writer **writer, const uint8_t key[16])
{
	*writer = new_writer(PAL_FORM_ORDERS, key);
	return *writer != NULL ? 0 : PAL_ENOMEM;
}

int
pal_writer_open_plain(struct pal_writer **writer, const uint8_t key[16],
	const struct pal_policy_in *policy)
{
	struct pal_writer *w = new_writer(PAL_FORM_PLAIN, key);
	int ret = w != NULL ? add_policy(w, policy) : PAL_ENOMEM;

	if (ret != 0)
		pal_writer_close(w);
	else
		*writer = w;
	return ret;
}

static void
names_free(struct names *names)
{
	uint8_t **chunks = (uint8_t **)(void *)names->chunks.data;

	for (size_t i = 0; i < names->chunks.len / sizeof(*chunks); i++)
		free(chunks[i]);
	free(names->chunks.data);
}

static bool
names_grow(struct names *names)
{
	uint8_t *chunk = malloc(NAMES_CHUNK);

	if (chunk == NULL ||
		!table_add(&names->chunks, &chunk, sizeof(chunk))) {
		free(chunk);
		return false;
	}
	names->used = 0;
	return true;
}

static const struct pal_name *
names_add(struct names *names, const struct pal_name *name)
{
	size_t size = offsetof(struct pal_name, wire) + name->len;
	uint8_t **chunks, *at;

	if ((names->chunks.len == 0 || size > NAMES_CHUNK - names->used) &&
		!names_grow(names))
		return NULL;
	chunks = (uint8_t **)(void *)names->chunks.data;
	at = chunks[names->chunks.len / sizeof(*chunks) - 1] + names->used;
	memcpy(at, name, size);
	names->used += size;
	return (const struct pal_name *)(const void *)at;
}

void
pal_writer_close(struct pal_writer *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < sizeof(w->members) / sizeof(*w->members); i++) {
		free(w->members[i].data);
		free(w->values[i].data);
	}
	free(w->strings.data);
	free(w->policies.data);
	free(w->orders.data);
	free(w->order_ids.data);
	free(w->entries.data);
	names_free(&w->names);
	free(w->intervals.data);
	free(w->changes.data);
	free(w);
}

int
pal_writer_order(struct pal_writer *w, const struct pal_order_in *order)
{
	struct rank_order rank = {order->issued, order->receipt, NULL, NULL};
	int ret = add_policy(w, &order->policy);

	if (ret != 0)
		return ret;
	if (!table_add(&w->order_ids, order->policy.authority,
		    strlen(order->policy.authority) + 1) ||
		!table_add(&w->order_ids, order->policy.id,
			strlen(order->policy.id) + 1) ||
		!table_add(&w->orders, &rank, sizeof(rank)))
		return PAL_ENOMEM;
	return 0;
}

/* A rule that would block all there is, or all of a top-level domain. */
static bool
too_wide(const struct pal_name *name, enum pal_scope scope)
{
	return name->labels == 0 || (scope == PAL_SUBTREE && name->labels == 1);
}

/* Intervals are kept once if the entry before has the same. */
static int
add_intervals(struct pal_writer *w, const struct pal_interval *intervals,
	size_t count, struct rank_entry *entry)
{
	size_t size = count * sizeof(*intervals);

	if (count > UINT16_MAX)
		return PAL_ELIMIT;
	if (count != w->last_count || count == 0 ||
		memcmp(w->intervals.data +
				w->last_intervals * sizeof(*intervals),
			intervals, size) != 0) {
		w->last_intervals =
			(uint32_t)(w->intervals.len / sizeof(*intervals));
		w->last_count = (uint32_t)count;
		if (count > 0 && !table_add(&w->intervals, intervals, size))
			return PAL_ENOMEM;
	}
	entry->intervals = w->last_intervals;
	entry->interval_count = w->last_count;
	return 0;
}

int
pal_writer_entry(struct pal_writer *w, const struct pal_name *name,
	enum pal_scope scope, const struct pal_interval *intervals,
	size_t count)
{
	struct rank_entry entry = {.scope = scope};

	if (too_wide(name, scope))
		return PAL_ERANGE;
	entry.name = names_add(&w->names, name);
	if (entry.name == NULL)
		return PAL_ENOMEM;
	entry.order = (uint32_t)(w->orders.len / sizeof(struct rank_order)) - 1;
	int ret = add_intervals(w, intervals, count, &entry);
	if (ret != 0)
		return ret;
	return table_add(&w->entries, &entry, sizeof(entry)) ? 0 : PAL_ENOMEM;
}

int
writer_add_member(
	struct pal_writer *w, enum section section, const struct pal_name *name)
{
	uint8_t at[PAL_LABELS_MAX];
	unsigned count = 0;
	struct sip_hash hash;

	pal_wire_labels(name->wire, name->len, at, &count);
	hash = sip_name(w->key, name->wire, at, count);
	return table_add(&w->members[section], &hash, sizeof(hash))
	               ? 0
	               : PAL_ENOMEM;
}

/* Every name above one that is left open, for holes. */
static int
add_above(struct pal_writer *w, const struct pal_name *name)
{
	struct pal_name above;
	int ret = 0;

	for (unsigned labels = 2; ret == 0 && labels < name->labels; labels++) {
		pal_name_ancestor(&above, name, labels);
		ret = writer_add_member(w, SECTION_ABOVE_OPEN, &above);
	}
	return ret;
}

int
pal_writer_rule(struct pal_writer *w, const struct pal_name *name,
	enum pal_scope scope, bool except)
{
	static const enum section sections[2][2] = {
		{SECTION_EXACT, SECTION_SUBTREE},
		{SECTION_OPEN_EXACT, SECTION_OPEN_SUBTREE}};

	if (too_wide(name, scope))
		return PAL_ERANGE;
	int ret = except ? add_above(w, name) : 0;
	return ret != 0 ? ret
	                : writer_add_member(w, sections[except][scope], name);
}

int
pal_writer_changes(struct pal_writer *w, const struct pal_changes *changes)
{
	if (changes->count > PAL_CHANGES_MAX)
		return PAL_ELIMIT;
	if (!table_add(&w->changes, changes->base, sizeof(changes->base)))
		return PAL_ENOMEM;
	for (size_t i = 0; i < changes->count; i++) {
		const struct pal_name *name = &changes->names[i];
		if (!table_add(&w->changes, &name->len, 1) ||
			!table_add(&w->changes, name->wire, name->len))
			return PAL_ENOMEM;
	}
	return 0;
}
