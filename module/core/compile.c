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

/* What goes into the file, by section.  Tables are copied as they are; sets,
 * which are all there is of a long list, are written where they are to lie. */
struct layout {
	const struct table *tables[SECTIONS];
	struct table rules, claims, intervals; /* those made here */
	uint64_t rule_count;
};

static int
hash_cmp(const void *va, const void *vb)
{
	const struct sip_hash *a = va, *b = vb;

	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	return a->lo < b->lo ? -1 : a->lo > b->lo;
}

/* Names above open ones come once for each; keep one. */
static void
drop_twins(struct table *members)
{
	struct sip_hash *hashes = (struct sip_hash *)(void *)members->data;
	size_t count = members->len / sizeof(*hashes), kept = 0;

	if (count == 0)
		return;
	qsort(hashes, count, sizeof(*hashes), hash_cmp);
	for (size_t i = 1; i < count; i++) {
		if (hash_cmp(&hashes[kept], &hashes[i]) != 0)
			hashes[++kept] = hashes[i];
	}
	members->len = (kept + 1) * sizeof(*hashes);
}

static bool
is_set(int section)
{
	return section >= SECTION_SUBTREE && section <= SECTION_ABOVE_OPEN;
}

static size_t
members_of(const struct pal_writer *w, int section)
{
	return w->members[section].len / sizeof(struct sip_hash);
}

static int
count_members(struct pal_writer *w, struct layout *layout)
{
	drop_twins(&w->members[SECTION_ABOVE_OPEN]);
	for (int s = SECTION_SUBTREE; s <= SECTION_OPEN_EXACT; s++) {
		layout->rule_count += members_of(w, s);
		if (layout->rule_count >= UINT32_MAX)
			return PAL_ELIMIT;
	}
	return members_of(w, SECTION_ABOVE_OPEN) < UINT32_MAX ? 0 : PAL_ELIMIT;
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
		uint8_t *p = table_add(&layout->claims, NULL, CLAIM_SIZE);
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
	uint8_t *p = table_add(&layout->rules, NULL, RULE_SIZE);
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
	enum section section =
		e->scope == PAL_SUBTREE ? SECTION_SUBTREE : SECTION_EXACT;
	uint32_t value = (uint32_t)index;
	if (!table_add(&w->strings, e->name->wire, e->name->len) ||
		!table_add(&w->values[section], &value, sizeof(value)))
		return PAL_ENOMEM;
	return writer_add_member(w, section, e->name);
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
		uint8_t *p = table_add(&layout->intervals, NULL, INTERVAL_SIZE);
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
	return ret;
}

static size_t
section_size(const struct pal_writer *w, const struct layout *layout, int s)
{
	if (is_set(s))
		return members_of(w, s) == 0
		               ? 0
		               : set_size(members_of(w, s),
					 w->form == PAL_FORM_ORDERS);
	return layout->tables[s] != NULL ? layout->tables[s]->len : 0;
}

static int
put_section(const struct pal_writer *w, const struct layout *layout, int s,
	uint8_t *to)
{
	if (!is_set(s)) {
		memcpy(to, layout->tables[s]->data, layout->tables[s]->len);
		return 0;
	}
	return set_write(to,
		       (const struct sip_hash *)(const void *)w->members[s]
			       .data,
		       (const uint32_t *)(const void *)w->values[s].data,
		       members_of(w, s))
	               ? 0
	               : PAL_EDUP;
}

static int
put_sections(const struct pal_writer *w, const struct layout *layout,
	uint32_t sections, uint8_t *data)
{
	uint8_t *row = data + HEADER_SIZE;
	size_t at = HEADER_SIZE + sections * (size_t)SECTION_SIZE;
	int ret = 0;

	for (int s = SECTION_STRINGS; ret == 0 && s < SECTIONS; s++) {
		size_t len = section_size(w, layout, s);
		if (len == 0)
			continue;
		store32(row, (uint32_t)s);
		store64(row + 8, at);
		store64(row + 16, len);
		ret = put_section(w, layout, s, data + at);
		at += align8(len);
		row += SECTION_SIZE;
	}
	return ret;
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
	store64(data + AT_RULES, layout->rule_count);
}

static int
assemble(const struct pal_writer *w, const struct layout *layout, uint8_t **out,
	size_t *out_len)
{
	uint32_t sections = 0;
	size_t len = HEADER_SIZE + PAL_SHA256_SIZE;

	for (int s = SECTION_STRINGS; s < SECTIONS; s++) {
		size_t size = section_size(w, layout, s);
		if (size > 0) {
			sections++;
			len += SECTION_SIZE + align8(size);
		}
	}
	uint8_t *data = calloc(1, len);
	if (data == NULL)
		return PAL_ENOMEM;
	put_header(w, layout, sections, data, len);
	int ret = put_sections(w, layout, sections, data);
	if (ret != 0) {
		free(data);
		return ret;
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
	struct layout layout = {.tables = {[SECTION_STRINGS] = &w->strings,
					[SECTION_POLICIES] = &w->policies,
					[SECTION_RULES] = &layout.rules,
					[SECTION_CLAIMS] = &layout.claims,
					[SECTION_INTERVALS] = &layout.intervals,
					[SECTION_CHANGES] = &w->changes}};
	struct pal_name where = {.len = 1};
	int ret = 0;

	if (w->form == PAL_FORM_ORDERS)
		ret = make_orders(w, &layout, &where);
	if (ret == 0)
		ret = count_members(w, &layout);
	if (ret == 0)
		ret = assemble(w, &layout, data, len);
	if (ret != 0 && at != NULL)
		*at = where;
	free(layout.rules.data);
	free(layout.claims.data);
	free(layout.intervals.data);
	return ret;
}
