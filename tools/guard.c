#include "guard.h"

#include <stdlib.h>
#include <string.h>

#include "guard_parts.h"
#include "palang/error.h"

/* An order under judgement, and a target of it. */
struct judging {
	struct guard *guard;
	const struct guard_case *what;
	struct guard_hit *hits;
	size_t count, room;
	size_t names, excepts; /* of the order */
	bool no_memory;

	const struct order_target *target;
	uint8_t key[NAMES_KEY_MAX];
	size_t len;
	int blocked; /* already, by its authority; -1: not asked yet */
};

static bool
is_blocked(struct judging *j)
{
	const struct guard_case *what = j->what;

	if (j->blocked < 0)
		j->blocked = what->blocked != NULL &&
		             what->blocked(what->ctx, j->target);
	return j->blocked != 0;
}

static void
add_hit(struct judging *j, enum guard_kind kind, enum guard_place place,
	uint32_t entry, uint32_t weight)
{
	if (is_blocked(j))
		return;
	if (j->count == j->room) {
		size_t room = j->room == 0 ? 64 : j->room * 2;
		struct guard_hit *hits = realloc(j->hits, room * sizeof *hits);

		if (hits == NULL) {
			j->no_memory = true;
			return;
		}
		j->hits = hits;
		j->room = room;
	}
	j->hits[j->count++] =
		(struct guard_hit){kind, j->target, place, entry, weight};
}

/* ---- public suffixes ---- */

/* What of its own, or of what it takes along, is a suffix. */
static void
judge_suffix(struct judging *j)
{
	const struct order_target *target = j->target;
	enum suffix_kind at, below = SUFFIX_NONE;
	char text[PAL_NAME_TEXT_MAX];

	if (target->name.labels <= 1) {
		add_hit(j, GUARD_SUFFIX, GUARD_AT, GUARD_NO_NAME, 0);
		return;
	}
	at = suffixes_kind(
		j->guard->suffixes, pal_name_to_text(text, &target->name));
	if (target->scope == PAL_SUBTREE)
		below = suffixes_kind_below(j->guard->suffixes, j->key, j->len);
	if (at == SUFFIX_ICANN && below == SUFFIX_ICANN &&
		suffixes_is_wild(j->guard->suffixes, j->key, j->len))
		add_hit(j, GUARD_SUFFIX, GUARD_ABOVE, GUARD_NO_NAME, 0);
	else if (at == SUFFIX_ICANN)
		add_hit(j, GUARD_SUFFIX, GUARD_AT, GUARD_NO_NAME, 0);
	else if (below == SUFFIX_ICANN)
		add_hit(j, GUARD_SUFFIX, GUARD_ABOVE, GUARD_NO_NAME, 0);
	else if (at == SUFFIX_PRIVATE && target->scope == PAL_SUBTREE)
		add_hit(j, GUARD_PLATFORM, GUARD_AT, GUARD_NO_NAME, 0);
	else if (below == SUFFIX_PRIVATE)
		add_hit(j, GUARD_PLATFORM, GUARD_ABOVE, GUARD_NO_NAME, 0);
}

/* True if the target lies below a suffix that is the name of the entry or lies
 * below it: other people's. */
static bool
is_others(const struct judging *j, const struct guard_name *entry)
{
	const struct pal_name *name = &j->target->name;
	char text[PAL_NAME_TEXT_MAX];
	unsigned labels = 0;

	for (size_t i = 0; i < entry->len; i++)
		labels += j->key[i] == 0;
	for (; labels < name->labels; labels++) {
		struct pal_name above;

		pal_name_ancestor(&above, name, labels);
		if (suffixes_kind(j->guard->suffixes,
			    pal_name_to_text(text, &above)) != SUFFIX_NONE)
			return true;
	}
	return false;
}

/* ---- lists ---- */

static const struct order_target *
find_except(const struct order *order, const struct pal_name *name)
{
	size_t low = 0, high = order->target_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (pal_name_cmp(&order->targets[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < order->target_count &&
		pal_name_equal(&order->targets[low].name, name);
		low++) {
		if (order->targets[low].except)
			return &order->targets[low];
	}
	return NULL;
}

/* True if an exception of the order leaves this name open, which lies below
 * the target, and with it what the entry means of the names below. */
static bool
is_excepted(const struct judging *j, const struct guard_names *list,
	enum guard_kind kind, const struct guard_name *entry)
{
	bool alone = kind == GUARD_PROTECTED && !entry->subtree;
	struct pal_name name, above;

	if (j->excepts == 0)
		return false;
	names_name(&name, list->keys + entry->key, entry->len);
	for (unsigned n = name.labels; n > j->target->name.labels; n--) {
		const struct order_target *except;

		pal_name_ancestor(&above, &name, n);
		except = find_except(j->what->order, &above);
		if (except != NULL && (except->scope == PAL_SUBTREE ||
					      (alone && n == name.labels)))
			return true;
	}
	return false;
}

/* The entry below the target that weighs most, or GUARD_NO_NAME. */
static uint32_t
find_below(const struct judging *j, const struct guard_names *list,
	enum guard_kind kind, size_t at)
{
	uint32_t best = GUARD_NO_NAME;

	for (; guard_names_within(list, at, j->key, j->len); at++) {
		const struct guard_name *entry = &list->names[at];

		if (best != GUARD_NO_NAME &&
			entry->rank >= list->names[best].rank)
			continue;
		if (!is_excepted(j, list, kind, entry))
			best = (uint32_t)at;
	}
	return best;
}

/* The entry above the target that means what lies below it, too. */
static uint32_t
find_above(const struct judging *j, const struct guard_names *list,
	enum guard_kind kind, size_t first)
{
	uint32_t at = guard_names_above(list, first, j->key, j->len);

	if (kind == GUARD_POPULAR)
		return at == GUARD_NO_NAME || is_others(j, &list->names[at])
		               ? GUARD_NO_NAME
		               : at;
	while (at != GUARD_NO_NAME && !list->names[at].subtree)
		at = list->names[at].parent;
	return at;
}

static void
judge_list(
	struct judging *j, const struct guard_names *list, enum guard_kind kind)
{
	size_t first = guard_names_first(list, j->key, j->len);
	enum guard_place place = GUARD_AT;
	uint32_t entry = GUARD_NO_NAME;

	if (guard_names_within(list, first, j->key, j->len) &&
		list->names[first].len == j->len) {
		entry = (uint32_t)first;
	} else {
		place = GUARD_BELOW;
		entry = find_above(j, list, kind, first);
	}
	if (entry == GUARD_NO_NAME && j->target->scope == PAL_SUBTREE) {
		place = GUARD_ABOVE;
		entry = find_below(j, list, kind, first);
	}
	if (entry != GUARD_NO_NAME)
		add_hit(j, kind, place, entry, list->names[entry].rank);
}

static void
judge_target(struct judging *j, const struct order_target *target)
{
	j->target = target;
	j->len = names_key(j->key, &target->name);
	j->blocked = -1;
	judge_suffix(j);
	judge_list(j, &j->guard->protected, GUARD_PROTECTED);
	judge_list(j, &j->guard->popular, GUARD_POPULAR);
}

/* ---- findings ---- */

static int
add_finding(struct guard_findings *findings, enum guard_kind kind,
	const struct order *order, const struct order_target *target,
	char *text)
{
	struct guard_finding *list =
		realloc(findings->list, (findings->count + 1) * sizeof *list);

	if (list != NULL)
		findings->list = list;
	if (list == NULL || text == NULL) {
		free(text);
		return PAL_ENOMEM;
	}
	list[findings->count++] = (struct guard_finding){
		kind, kind == GUARD_SUFFIX, order, target, text};
	if (kind == GUARD_SUFFIX)
		findings->refused++;
	else
		findings->held++;
	return 0;
}

static int
by_weight(const void *a, const void *b)
{
	const struct guard_hit *left = a, *right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->weight != right->weight)
		return left->weight < right->weight ? -1 : 1;
	/* of one order: as they stand in it */
	return (left->target > right->target) - (left->target < right->target);
}

/* The hits of one kind. */
static int
tell_kind(const struct judging *j, const struct guard_hit *hits, size_t count,
	struct guard_findings *findings)
{
	const struct order *order = j->what->order;
	int ret = 0;

	for (size_t i = 0; i < count && i < GUARD_SHOWN && ret == 0; i++)
		ret = add_finding(findings, hits[i].kind, order, hits[i].target,
			guard_tell(j->guard, &hits[i]));
	if (ret == 0 && count > GUARD_SHOWN)
		ret = add_finding(findings, hits[0].kind, order, NULL,
			guard_tell_more(j->guard, hits + GUARD_SHOWN,
				count - GUARD_SHOWN));
	return ret;
}

static int
tell_hits(struct judging *j, struct guard_findings *findings)
{
	size_t begin = 0, end;
	int ret = 0;

	if (j->count > 0)
		qsort(j->hits, j->count, sizeof *j->hits, by_weight);
	for (; begin < j->count && ret == 0; begin = end) {
		for (end = begin; end < j->count &&
				  j->hits[end].kind == j->hits[begin].kind;)
			end++;
		ret = tell_kind(j, j->hits + begin, end - begin, findings);
	}
	return ret;
}

int
guard_find(struct guard_findings *findings, enum guard_kind kind,
	const struct order *order, char *text)
{
	return add_finding(findings, kind, order, NULL, text);
}

static int
tell_size(const struct judging *j, struct guard_findings *findings)
{
	char *text;
	int ret = guard_tell_size(&text, &j->what->limits, j->names);

	if (ret != 0 || text == NULL)
		return ret;
	return guard_find(findings, GUARD_SIZE, j->what->order, text);
}

/* Counts, and says if any target takes along what lies below it. */
static bool
look_over(struct judging *j)
{
	const struct order *order = j->what->order;
	bool subtree = false;

	for (size_t i = 0; i < order->target_count; i++) {
		const struct order_target *target = &order->targets[i];

		j->names += !target->except;
		j->excepts += target->except;
		subtree = subtree ||
		          (!target->except && target->scope == PAL_SUBTREE);
	}
	return subtree;
}

int
guard_judge(struct guard *guard, const struct guard_case *what,
	struct guard_findings *findings)
{
	const struct order *order = what->order;
	struct judging j = {.guard = guard, .what = what};
	int ret;

	if (order->action != ORDER_BLOCK)
		return 0;
	if (look_over(&j) && !suffixes_learn_above(guard->suffixes))
		return PAL_EFORM;
	for (size_t i = 0; i < order->target_count && !j.no_memory; i++) {
		if (!order->targets[i].except)
			judge_target(&j, &order->targets[i]);
	}
	ret = j.no_memory ? PAL_ENOMEM : tell_hits(&j, findings);
	if (ret == 0)
		ret = tell_size(&j, findings);
	free(j.hits);
	return ret;
}

void
guard_findings_fini(struct guard_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free(findings->list[i].text);
	free(findings->list);
	memset(findings, 0, sizeof *findings);
}
