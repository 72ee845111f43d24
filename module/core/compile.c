/*
 * From what a writer has taken to an image: orders are ranked, sections
 * gathered, and laid out behind one another.
 */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "palang/error.h"
#include "rank.h"
#include "writer_parts.h"

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
	return writer_add_member(w,
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
