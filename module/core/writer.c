#include "palang/writer.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "format.h"
#include "palang/error.h"
#include "rank.h"

/* An array that grows. */
struct table {
	uint8_t *data;
	size_t len, room;
};

/* Names, copied to where they stay: entries point at them.  Of each only the
 * octets in use are kept, a tenth of a struct pal_name; so they are never
 * copied as a struct. */
#define NAMES_CHUNK ((size_t)1 << 20) /* octets */
struct names {
	struct table chunks; /* pointers to octets */
	size_t used;         /* of the last chunk */
};

struct pal_writer {
	enum pal_image_form form;
	uint8_t key[16];
	struct table strings;
	struct table policies; /* POLICY_SIZE records, as in the file */

	/* orders */
	struct table orders;    /* struct rank_order, ids as offsets below */
	struct table order_ids; /* two char pointers are made from these */
	struct table entries;   /* struct rank_entry */
	struct names names;     /* of the entries */
	struct table intervals; /* struct pal_interval */
	/* the intervals of the last entry, which the next one often shares */
	uint32_t last_intervals, last_count;

	/* plain: struct set_item, by section */
	struct table members[SECTION_ABOVE_OPEN + 1];
};

static void *
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
	for (size_t i = 0; i < sizeof(w->members) / sizeof(*w->members); i++)
		free(w->members[i].data);
	free(w->strings.data);
	free(w->policies.data);
	free(w->orders.data);
	free(w->order_ids.data);
	free(w->entries.data);
	names_free(&w->names);
	free(w->intervals.data);
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

static int
add_member(struct pal_writer *w, enum section section,
	const struct pal_name *name, uint32_t value)
{
	uint8_t at[PAL_LABELS_MAX];
	unsigned count = 0;
	struct set_item item = {.value = value};

	pal_wire_labels(name->wire, name->len, at, &count);
	item.hash = sip_name(w->key, name->wire, at, count);
	return table_add(&w->members[section], &item, sizeof(item))
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
		ret = add_member(w, SECTION_ABOVE_OPEN, &above, 0);
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
	return ret != 0 ? ret : add_member(w, sections[except][scope], name, 0);
}

/*
 * Finishing: sections are gathered, then laid out behind one another.
 */
struct layout {
	struct table parts[SECTIONS]; /* by section, as in the file */
	uint64_t rules;
};

static int
item_cmp(const void *va, const void *vb)
{
	const struct set_item *a = va, *b = vb;

	if (a->hash.hi != b->hash.hi)
		return a->hash.hi < b->hash.hi ? -1 : 1;
	return a->hash.lo < b->hash.lo ? -1 : a->hash.lo > b->hash.lo;
}

/* Names above open ones come once for each; keep one. */
static void
drop_twins(struct table *members)
{
	struct set_item *items = (struct set_item *)(void *)members->data;
	size_t count = members->len / sizeof(*items), kept = 0;

	if (count == 0)
		return;
	qsort(items, count, sizeof(*items), item_cmp);
	for (size_t i = 1; i < count; i++) {
		if (item_cmp(&items[kept], &items[i]) != 0)
			items[++kept] = items[i];
	}
	members->len = (kept + 1) * sizeof(*items);
}

static int
make_set(struct layout *layout, enum section section,
	const struct table *members, bool values)
{
	size_t count = members->len / sizeof(struct set_item);

	if (count == 0)
		return 0;
	if (count >= UINT32_MAX)
		return PAL_ELIMIT;
	uint8_t *data = table_add(
		&layout->parts[section], NULL, set_size(count, values));
	if (data == NULL)
		return PAL_ENOMEM;
	if (section != SECTION_ABOVE_OPEN)
		layout->rules += count;
	return set_write(data,
		       (const struct set_item *)(const void *)members->data,
		       count, values)
	               ? 0
	               : PAL_EDUP;
}

static int
make_sets(struct pal_writer *w, struct layout *layout, bool values)
{
	int ret = 0;

	drop_twins(&w->members[SECTION_ABOVE_OPEN]);
	for (int s = SECTION_SUBTREE; ret == 0 && s <= SECTION_ABOVE_OPEN; s++)
		ret = make_set(layout, (enum section)s, &w->members[s], values);
	return ret;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	a = (a ^ b) * 0x9e3779b97f4a7c15u;
	a ^= a >> 32;
	a *= 0xd6e8feb86659fd93u;
	return a ^ a >> 32;
}

static uint64_t
digest64(const void *data, size_t len)
{
	uint8_t digest[PAL_SHA256_SIZE];

	pal_sha256(data, len, digest);
	return load64(digest);
}

/* Of what a policy says, wherever its texts lie. */
static uint64_t
policy_print(const struct pal_writer *w, const uint8_t *p)
{
	uint64_t print = digest64(p, 28);

	for (size_t i = 0; i < POLICY_TEXTS; i++) {
		const uint8_t *ref = p + 28 + 8 * i;
		print = mix(print, digest64(w->strings.data + load32(ref),
					   load32(ref + 4)));
	}
	return print;
}

static uint64_t
claim_print(const struct pal_writer *w, const uint64_t *policies,
	const struct rank_entry *e)
{
	const struct pal_interval *iv =
		(const struct pal_interval *)(const void *)w->intervals.data +
		e->intervals;
	uint64_t print = mix(
		policies[e->order], (uint64_t)e->name->labels << 2 |
					    (uint64_t)e->scope << 1 | e->hole);

	for (uint32_t i = 0; i < e->interval_count; i++)
		print = mix(
			mix(print, (uint64_t)iv[i].start), (uint64_t)iv[i].end);
	return print;
}

static int
put_claims(struct layout *layout, const struct rank_in *in,
	const struct rank_out *ranked)
{
	for (size_t i = 0; i < ranked->claim_count; i++) {
		const struct rank_entry *e =
			&in->entries[ranked->claims[i].entry];
		uint8_t *p = table_add(
			&layout->parts[SECTION_CLAIMS], NULL, CLAIM_SIZE);
		if (p == NULL)
			return PAL_ENOMEM;
		store32(p, e->order);
		store32(p + 4, e->intervals);
		store16(p + 8, (uint16_t)e->interval_count);
		p[10] = e->name->labels;
		p[11] = (uint8_t)((e->scope == PAL_SUBTREE ? CLAIM_SUBTREE
							   : 0) |
				  (e->hole ? CLAIM_HOLE : 0));
	}
	return 0;
}

static int
put_rule(struct pal_writer *w, struct layout *layout, const struct rank_in *in,
	const struct rank_out *ranked, size_t index, const uint64_t *prints)
{
	const struct rank_rule *rule = &ranked->rules[index];
	const struct rank_entry *e = &in->entries[rule->entry];
	uint8_t *p = table_add(&layout->parts[SECTION_RULES], NULL, RULE_SIZE);
	uint64_t print = 0;

	if (p == NULL || w->strings.len > UINT32_MAX - PAL_NAME_MAX)
		return p == NULL ? PAL_ENOMEM : PAL_ELIMIT;
	store32(p, (uint32_t)w->strings.len);
	p[4] = e->name->len;
	p[5] = (uint8_t)e->scope;
	p[6] = (uint8_t)rule->claim_count;
	store32(p + 8, rule->claims);
	for (uint32_t i = 0; i < rule->claim_count; i++) {
		uint32_t claim = ranked->claims[rule->claims + i].entry;
		print = mix(print, claim_print(w, prints, &in->entries[claim]));
	}
	store64(p + 16, print);
	if (!table_add(&w->strings, e->name->wire, e->name->len))
		return PAL_ENOMEM;
	return add_member(w,
		e->scope == PAL_SUBTREE ? SECTION_SUBTREE : SECTION_EXACT,
		e->name, (uint32_t)index);
}

static int
put_rules(struct pal_writer *w, struct layout *layout, const struct rank_in *in,
	const struct rank_out *ranked)
{
	size_t orders = w->orders.len / sizeof(struct rank_order);
	uint64_t *prints = calloc(orders + 1, sizeof(*prints));
	int ret = prints != NULL ? 0 : PAL_ENOMEM;

	for (size_t i = 0; ret == 0 && i < orders; i++)
		prints[i] = policy_print(w, w->policies.data + i * POLICY_SIZE);
	for (size_t i = 0; ret == 0 && i < ranked->rule_count; i++)
		ret = put_rule(w, layout, in, ranked, i, prints);
	free(prints);
	return ret;
}

static int
put_intervals(const struct pal_writer *w, struct layout *layout)
{
	const struct pal_interval *iv =
		(const struct pal_interval *)(const void *)w->intervals.data;

	for (size_t i = 0; i < w->intervals.len / sizeof(*iv); i++) {
		uint8_t *p = table_add(
			&layout->parts[SECTION_INTERVALS], NULL, INTERVAL_SIZE);
		if (p == NULL)
			return PAL_ENOMEM;
		store64(p, (uint64_t)iv[i].start);
		store64(p + 8, (uint64_t)iv[i].end);
	}
	return 0;
}

/* Ids were kept as texts behind one another, since the table moves. */
static void
point_ids(struct pal_writer *w)
{
	struct rank_order *orders = (struct rank_order *)(void *)w->orders.data;
	const char *text = (const char *)w->order_ids.data;

	for (size_t i = 0; i < w->orders.len / sizeof(*orders); i++) {
		orders[i].authority = text;
		text += strlen(text) + 1;
		orders[i].id = text;
		text += strlen(text) + 1;
	}
}

static int
make_orders(struct pal_writer *w, struct layout *layout, struct pal_name *at)
{
	struct rank_in in = {
		.orders = (const struct rank_order *)(void *)w->orders.data,
		.entries = (struct rank_entry *)(void *)w->entries.data,
		.entry_count = w->entries.len / sizeof(struct rank_entry),
		.intervals =
			(const struct pal_interval *)(void *)w->intervals.data};
	struct rank_out ranked;

	point_ids(w);
	int ret = in.entry_count < UINT32_MAX ? 0 : PAL_ELIMIT;
	if (ret != 0)
		return ret;
	ret = rank_rules(&ranked, &in, at);
	if (ret != 0)
		return ret;
	if (ranked.claim_count >= UINT32_MAX)
		ret = PAL_ELIMIT;
	if (ret == 0)
		ret = put_claims(layout, &in, &ranked);
	if (ret == 0)
		ret = put_rules(w, layout, &in, &ranked);
	if (ret == 0)
		ret = put_intervals(w, layout);
	rank_fini(&ranked);
	return ret != 0 ? ret : make_sets(w, layout, true);
}

static void
put_header(const struct pal_writer *w, const struct layout *layout,
	uint32_t sections, uint8_t *data, size_t len)
{
	memcpy(data, IMAGE_MAGIC, 8);
	store32(data + AT_VERSION, PAL_IMAGE_VERSION);
	store32(data + AT_FORM, w->form);
	memcpy(data + AT_KEY, w->key, 16);
	store64(data + AT_SIZE, len);
	store32(data + AT_SECTIONS, sections);
	store64(data + AT_RULES, layout->rules);
}

static int
assemble(const struct pal_writer *w, const struct layout *layout, uint8_t **out,
	size_t *out_len)
{
	uint32_t sections = 0;
	size_t len = HEADER_SIZE + PAL_SHA256_SIZE;

	for (int s = 0; s < SECTIONS; s++) {
		if (layout->parts[s].len > 0) {
			sections++;
			len += SECTION_SIZE + align8(layout->parts[s].len);
		}
	}
	uint8_t *data = calloc(1, len);
	if (data == NULL)
		return PAL_ENOMEM;
	put_header(w, layout, sections, data, len);
	uint8_t *row = data + HEADER_SIZE;
	size_t at = HEADER_SIZE + sections * (size_t)SECTION_SIZE;
	for (uint32_t s = 0; s < SECTIONS; s++) {
		const struct table *part = &layout->parts[s];
		if (part->len == 0)
			continue;
		store32(row, s);
		store64(row + 8, at);
		store64(row + 16, part->len);
		memcpy(data + at, part->data, part->len);
		at += align8(part->len);
		row += SECTION_SIZE;
	}
	pal_sha256(data, len - PAL_SHA256_SIZE, data + len - PAL_SHA256_SIZE);
	*out = data;
	*out_len = len;
	return 0;
}

int
pal_writer_finish(
	struct pal_writer *w, uint8_t **data, size_t *len, struct pal_name *at)
{
	struct layout layout = {0};
	struct pal_name where = {.len = 1};

	int ret = w->form == PAL_FORM_ORDERS ? make_orders(w, &layout, &where)
	                                     : make_sets(w, &layout, false);
	/* Strings grow until here; the layout borrows them. */
	layout.parts[SECTION_STRINGS] = w->strings;
	layout.parts[SECTION_POLICIES] = w->policies;
	if (ret == 0)
		ret = assemble(w, &layout, data, len);
	if (ret != 0 && at != NULL)
		*at = where;
	for (int s = SECTION_SUBTREE; s < SECTIONS; s++)
		free(layout.parts[s].data);
	return ret;
}
