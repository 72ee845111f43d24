#include "rank.h"

#include <stdlib.h>
#include <string.h>

#include "palang/error.h"

/*
 * Entries are sorted in canonical order, where a name stands right before
 * all names below it, and gone through once with a stack of the names above.
 * Each frame holds, for a name with subtree entries, the entry of every order
 * that blocks there: its own, or the one it inherits.
 */
struct frame {
	const struct pal_name *name;
	uint32_t *claims; /* entries, by order; malloc */
	size_t count;
};

struct ranking {
	const struct rank_in *in;
	struct rank_out *out;
	struct frame stack[PAL_LABELS_MAX + 1];
	size_t depth;
	size_t claim_room;
};

static int
entry_cmp(const struct rank_entry *a, const struct rank_entry *b)
{
	int diff = pal_name_cmp(a->name, b->name);

	if (diff != 0)
		return diff;
	if (a->scope != b->scope)
		return (int)a->scope - (int)b->scope;
	return a->order < b->order ? -1 : a->order > b->order;
}

/*
 * A merge sort of the runs that are there: the tool gives each order's
 * entries in canonical order, so that what is left is to merge the orders.
 */

/* Leaves in starts where each run begins, and behind them the count. */
static size_t
find_runs(const struct rank_entry *entries, size_t count, size_t *starts)
{
	size_t runs = 0;

	for (size_t i = 0; i < count; i++) {
		if (i == 0 || entry_cmp(&entries[i - 1], &entries[i]) > 0)
			starts[runs++] = i;
	}
	starts[runs] = count;
	return runs;
}

/* Merges [from, mid) and [mid, to) of entries into out at the same place. */
static void
merge(struct rank_entry *out, const struct rank_entry *entries, size_t from,
	size_t mid, size_t to)
{
	size_t left = from, right = mid;

	for (size_t at = from; at < to; at++) {
		bool take_left = left < mid &&
		                 (right == to || entry_cmp(&entries[left],
							 &entries[right]) <= 0);
		out[at] = entries[take_left ? left++ : right++];
	}
}

/* Merges neighbouring runs of entries into out; the number of those left. */
static size_t
merge_runs(struct rank_entry *out, const struct rank_entry *entries,
	size_t *starts, size_t runs)
{
	size_t end = starts[runs], left = 0;

	for (size_t i = 0; i < runs; i += 2) {
		size_t mid = starts[i + 1];
		size_t to = i + 2 <= runs ? starts[i + 2] : end;

		merge(out, entries, starts[i], mid, to);
		starts[left++] = starts[i];
	}
	starts[left] = end;
	return left;
}

static int
sort_entries(struct rank_entry *entries, size_t count)
{
	struct rank_entry *from = entries, *to, *spare = NULL;
	size_t *starts = malloc((count + 2) * sizeof(*starts)), runs;
	int ret = PAL_ENOMEM;

	if (starts == NULL)
		return ret;
	runs = find_runs(entries, count, starts);
	if (runs > 1)
		spare = malloc(count * sizeof(*spare));
	if (runs > 1 && spare == NULL)
		goto out;
	for (to = spare; runs > 1;) {
		struct rank_entry *last = from;

		runs = merge_runs(to, from, starts, runs);
		from = to;
		to = last;
	}
	if (from != entries)
		memcpy(entries, from, count * sizeof(*from));
	ret = 0;
out:
	free(starts);
	free(spare);
	return ret;
}

static bool
same_rule(const struct rank_entry *a, const struct rank_entry *b)
{
	return a->scope == b->scope && pal_name_equal(a->name, b->name);
}

static int
check_twice(const struct rank_in *in, struct pal_name *at)
{
	for (size_t i = 1; i < in->entry_count; i++) {
		const struct rank_entry *e = &in->entries[i];
		if (e->order == e[-1].order && same_rule(e, e - 1)) {
			pal_name_ancestor(at, e->name, e->name->labels);
			return PAL_EDUP;
		}
	}
	return 0;
}

/* True if `below` blocks at every second at which `above` does. */
static bool
covers(const struct rank_in *in, const struct rank_entry *below,
	const struct rank_entry *above)
{
	const struct pal_interval *b = in->intervals + below->intervals;
	const struct pal_interval *a = in->intervals + above->intervals;
	size_t i = 0;

	for (size_t j = 0; j < above->interval_count; j++) {
		while (i < below->interval_count && b[i].end <= a[j].start)
			i++;
		int64_t reached = a[j].start;
		/* intervals that touch count as one */
		while (i < below->interval_count && b[i].start <= reached &&
			reached < a[j].end) {
			reached = b[i].end;
			if (reached < a[j].end)
				i++;
		}
		if (reached < a[j].end)
			return false;
	}
	return true;
}

/* An entry has a hole if its order leaves some name strictly below it open
 * at some second at which it blocks itself. */
static int
mark_holes(const struct rank_in *in)
{
	uint32_t *above = malloc((in->entry_count + 1) * sizeof(*above));
	size_t depth = 0;

	if (above == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < in->entry_count; i++) {
		struct rank_entry *e = &in->entries[i];
		while (depth > 0 && !pal_name_within(e->name,
					    in->entries[above[depth - 1]].name))
			depth--;
		for (size_t j = 0; j < depth; j++) {
			struct rank_entry *up = &in->entries[above[j]];
			if (up->order == e->order &&
				up->name->labels < e->name->labels &&
				!covers(in, e, up))
				up->hole = true;
		}
		if (e->scope == PAL_SUBTREE && e->interval_count > 0)
			above[depth++] = (uint32_t)i;
	}
	free(above);
	return 0;
}

/* The inherited claims with those of entries [from, to) put over them: a new
 * array by order, without those that leave the name open. */
static int
overlay(const struct ranking *r, const struct frame *base, size_t from,
	size_t to, uint32_t **claims, size_t *count)
{
	const struct rank_entry *entries = r->in->entries;
	size_t n = 0, i = 0;
	size_t room = base->count + (to - from);
	uint32_t *merged = malloc((room + 1) * sizeof(*merged));

	if (merged == NULL)
		return PAL_ENOMEM;
	while (i < base->count || from < to) {
		uint32_t inherited = i < base->count
		                             ? entries[base->claims[i]].order
		                             : UINT32_MAX;
		uint32_t own = from < to ? entries[from].order : UINT32_MAX;
		if (inherited < own) {
			merged[n++] = base->claims[i++];
			continue;
		}
		if (inherited == own)
			i++;
		if (entries[from].interval_count > 0)
			merged[n++] = (uint32_t)from;
		from++;
	}
	*claims = merged;
	*count = n;
	return 0;
}

/* The more specific first, then the earlier order. */
static int
claim_cmp(const void *va, const void *vb, void *ctx)
{
	const struct rank_in *in = ctx;
	const struct rank_entry *a =
		&in->entries[((const struct rank_claim *)va)->entry];
	const struct rank_entry *b =
		&in->entries[((const struct rank_claim *)vb)->entry];
	const struct rank_order *oa = &in->orders[a->order];
	const struct rank_order *ob = &in->orders[b->order];

	if (a->name->labels != b->name->labels)
		return a->name->labels > b->name->labels ? -1 : 1;
	if (a->scope != b->scope)
		return a->scope == PAL_EXACT ? -1 : 1;
	if (oa->issued != ob->issued)
		return oa->issued < ob->issued ? -1 : 1;
	if (oa->receipt != ob->receipt)
		return oa->receipt < ob->receipt ? -1 : 1;
	int diff = strcmp(oa->authority, ob->authority);
	return diff != 0 ? diff : strcmp(oa->id, ob->id);
}

static int
reserve(struct ranking *r, size_t more)
{
	struct rank_out *out = r->out;
	size_t need = out->claim_count + more;

	if (need < r->claim_room)
		return 0;
	size_t room = need + need / 2 + 64;
	void *claims = realloc(out->claims, room * sizeof(*out->claims));
	if (claims == NULL)
		return PAL_ENOMEM;
	out->claims = claims;
	r->claim_room = room;
	return 0;
}

static int
emit(struct ranking *r, size_t entry, const uint32_t *claims, size_t count)
{
	struct rank_out *out = r->out;

	if (count > PAL_CLAIMS_MAX)
		return PAL_ELIMIT;
	if (reserve(r, count) != 0)
		return PAL_ENOMEM;
	struct rank_claim *to = out->claims + out->claim_count;
	for (size_t i = 0; i < count; i++)
		to[i].entry = claims[i];
	if (count > 1)
		qsort_r(to, count, sizeof(*to), claim_cmp, (void *)r->in);
	out->rules[out->rule_count++] =
		(struct rank_rule){.entry = (uint32_t)entry,
			.claims = (uint32_t)out->claim_count,
			.claim_count = (uint32_t)count};
	out->claim_count += count;
	return 0;
}

static void
pop_to(struct ranking *r, const struct pal_name *name)
{
	while (r->depth > 0 &&
		!pal_name_within(name, r->stack[r->depth - 1].name))
		free(r->stack[--r->depth].claims);
}

/* Where entries with the name and scope of entries[from] end. */
static size_t
group_end(const struct rank_in *in, size_t from)
{
	size_t to = from + 1;

	while (to < in->entry_count &&
		same_rule(&in->entries[from], &in->entries[to]))
		to++;
	return to;
}

/*
 * One rule from the entries [from, to).  A subtree rule's claims stay on the
 * stack for what lies below.  An exact rule also gets what a subtree rule of
 * the same name claims, [to, sub_to): the exact entries of an order beat its
 * own subtree entry.
 */
static int
rule(struct ranking *r, size_t from, size_t to)
{
	static const struct frame empty;
	const struct rank_entry *e = &r->in->entries[from];
	const struct frame *base =
		r->depth > 0 ? &r->stack[r->depth - 1] : &empty;
	struct frame below = {.name = e->name};
	uint32_t *claims = NULL;
	size_t count;
	int ret = 0;

	if (e->scope == PAL_EXACT && to < r->in->entry_count &&
		pal_name_equal(r->in->entries[to].name, e->name)) {
		ret = overlay(r, base, to, group_end(r->in, to), &below.claims,
			&below.count);
		base = &below;
	}
	if (ret == 0)
		ret = overlay(r, base, from, to, &claims, &count);
	if (ret == 0)
		ret = emit(r, from, claims, count);
	free(below.claims);
	if (ret != 0 || e->scope == PAL_EXACT) {
		free(claims);
		return ret;
	}
	r->stack[r->depth++] = (struct frame){
		.name = e->name, .claims = claims, .count = count};
	return 0;
}

int
rank_rules(struct rank_out *out, const struct rank_in *in, struct pal_name *at)
{
	struct ranking *r = calloc(1, sizeof(*r));
	int ret = PAL_ENOMEM;

	memset(out, 0, sizeof(*out));
	out->rules = malloc((in->entry_count + 1) * sizeof(*out->rules));
	if (r == NULL || out->rules == NULL)
		goto out;
	r->in = in;
	r->out = out;
	ret = sort_entries(in->entries, in->entry_count);
	if (ret == 0)
		ret = check_twice(in, at);
	if (ret == 0)
		ret = mark_holes(in);
	if (ret != 0)
		goto out;
	for (size_t from = 0, to; from < in->entry_count; from = to) {
		to = group_end(in, from);
		pop_to(r, in->entries[from].name);
		ret = rule(r, from, to);
		if (ret != 0) {
			pal_name_ancestor(at, in->entries[from].name,
				in->entries[from].name->labels);
			goto out;
		}
	}
	ret = 0;
out:
	while (r != NULL && r->depth > 0)
		free(r->stack[--r->depth].claims);
	free(r);
	if (ret != 0)
		rank_fini(out);
	return ret;
}

void
rank_fini(struct rank_out *out)
{
	free(out->rules);
	free(out->claims);
	memset(out, 0, sizeof(*out));
}
