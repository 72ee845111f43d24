/*
 * The walk along all lists.  Each list is a stream of rules in order of their
 * keys; the least key of all is the next node.  A stack has, for each node
 * above, what every list says of the names below it.
 *
 * NXDOMAIN depends on what comes later: whether a name below is open.  So a
 * list with that answer is read a second time by a scout, which stands at its
 * next exception; and so is the allow list.  A scout never goes back.
 */
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "palang/error.h"

enum stance { SAYS_NOTHING, SAYS_OPEN, SAYS_BLOCK };

/* What one list says. */
struct standing {
	uint8_t stance;
	uint8_t answer;  /* enum pal_answer, of a block */
	uint32_t policy; /* of the orders image */
};

struct scout {
	struct names_reader *reader; /* NULL: nothing to look for */
	bool open;                   /* looks for exceptions, else rules */
	bool over;
	struct names_rule rule; /* len 0: not begun */
};

/* A list: the orders, the allow list, or a feed. */
struct list {
	struct names_reader *reader; /* of the orders: NULL */
	struct names_rule rule;      /* the next one */
	bool over;
	struct scout scout;
};

#define ORDERS    0
#define ALLOW     1
#define FEEDS     2
#define LISTS_MAX (FEEDS + PAL_FEEDS_MAX)

struct frame {
	size_t len; /* octets of the key that are its name */
	struct standing below[LISTS_MAX];
};

struct export_walk {
	const struct export_lists *in;
	size_t count; /* lists */
	struct list lists[LISTS_MAX];
	uint32_t next_order; /* index of the rule behind the next one */
	struct pal_rule order;
	uint8_t order_key[NAMES_KEY_MAX];
	uint8_t key[NAMES_KEY_MAX]; /* of the node */
	size_t len;
	size_t depth;
	struct frame frames[PAL_LABELS_MAX + 1]; /* the first is the root */
};

bool
export_alike(const struct export_say *a, const struct export_say *b)
{
	if (a->block != b->block || !a->block)
		return a->block == b->block;
	if (a->answer != b->answer || a->ttl != b->ttl)
		return false;
	if (a->answer != PAL_SINKHOLE)
		return true;
	return a->has_a == b->has_a && a->has_aaaa == b->has_aaaa &&
	       (!a->has_a || memcmp(a->a, b->a, sizeof a->a) == 0) &&
	       (!a->has_aaaa || memcmp(a->aaaa, b->aaaa, sizeof a->aaaa) == 0);
}

/* ---- the streams ---- */

static void
advance_orders(struct export_walk *walk)
{
	const struct pal_image *image = walk->in->orders;
	struct list *list = &walk->lists[ORDERS];

	list->over = walk->next_order == pal_image_rule_count(image);
	if (list->over)
		return;
	pal_image_rule(image, walk->next_order++, &walk->order);
	list->rule.key = walk->order_key;
	list->rule.len = names_key(walk->order_key, &walk->order.name);
	list->rule.scope = walk->order.scope;
}

static int
advance(struct export_walk *walk, size_t index)
{
	struct list *list = &walk->lists[index];
	int ret;

	if (index == ORDERS) {
		advance_orders(walk);
		return 0;
	}
	ret = names_read(list->reader, &list->rule);
	list->over = ret != 0;
	return ret == 1 ? 0 : ret;
}

static int
compare_keys(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int diff = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return diff != 0 ? diff : (a_len > b_len) - (a_len < b_len);
}

/* *below: an exception, or whatever the scout looks for, lies strictly below
 * the name.  Keys have to ascend from call to call. */
static int
ask_scout(struct scout *scout, const uint8_t *key, size_t len, bool *below)
{
	if (scout->reader == NULL)
		return 0;
	while (!scout->over &&
		(scout->rule.len == 0 || scout->rule.open != scout->open ||
			compare_keys(scout->rule.key, scout->rule.len, key,
				len) <= 0)) {
		int ret = names_read(scout->reader, &scout->rule);

		if (ret < 0)
			return ret;
		scout->over = ret == 1;
	}
	if (!scout->over && scout->rule.len > len &&
		memcmp(scout->rule.key, key, len) == 0)
		*below = true;
	return 0;
}

/* ---- what a rule says ---- */

static bool
in_force(const struct pal_image *image, const struct pal_claim *claim,
	int64_t now)
{
	for (uint32_t i = 0; i < claim->interval_count; i++) {
		struct pal_interval iv =
			pal_image_interval(image, claim->intervals + i);

		if (iv.start <= now && now < iv.end)
			return true;
	}
	return false;
}

/* The first claim in force blocks; without any the orders say nothing. */
static void
judge_order(const struct export_walk *walk, struct standing *says)
{
	const struct pal_image *image = walk->in->orders;
	struct pal_policy policy;
	struct pal_claim claim;

	says->stance = SAYS_NOTHING;
	for (uint32_t i = 0; i < walk->order.claim_count; i++) {
		pal_image_claim(image, walk->order.claims + i, &claim);
		if (!in_force(image, &claim, walk->in->now))
			continue;
		pal_image_policy(image, claim.policy, &policy);
		says->stance = SAYS_BLOCK;
		says->policy = claim.policy;
		says->answer = (uint8_t)policy.answer;
		if (policy.answer == PAL_NXDOMAIN &&
			(claim.scope == PAL_EXACT || claim.hole))
			says->answer = PAL_NODATA;
		return;
	}
}

static int
judge(struct export_walk *walk, size_t index, struct standing *says)
{
	struct list *list = &walk->lists[index];
	const struct names_rule *rule = &list->rule;
	bool hole = rule->scope == PAL_EXACT;
	int ret = 0;

	if (index == ORDERS) {
		judge_order(walk, says);
		return 0;
	}
	says->stance = rule->open ? SAYS_OPEN : SAYS_BLOCK;
	if (index < FEEDS || rule->open)
		return 0;
	says->answer = (uint8_t)walk->in->feeds[index - FEEDS].policy.answer;
	if (says->answer != PAL_NXDOMAIN)
		return 0;
	if (!hole)
		ret = ask_scout(&list->scout, rule->key, rule->len, &hole);
	if (ret == 0 && !hole)
		ret = ask_scout(
			&walk->lists[ALLOW].scout, rule->key, rule->len, &hole);
	if (hole)
		says->answer = PAL_NODATA;
	return ret;
}

/* ---- what all lists say together ---- */

static void
take_policy(struct export_say *say, const struct pal_policy *policy)
{
	say->ttl = policy->ttl;
	say->has_a = policy->has_a;
	say->has_aaaa = policy->has_aaaa;
	memcpy(say->a, policy->a, sizeof say->a);
	memcpy(say->aaaa, policy->aaaa, sizeof say->aaaa);
}

/* Orders, then allow, then feeds. */
static void
settle(const struct export_walk *walk, const struct standing *says,
	struct export_say *say)
{
	struct pal_policy policy;

	memset(say, 0, sizeof *say);
	if (says[ORDERS].stance == SAYS_BLOCK) {
		pal_image_policy(
			walk->in->orders, says[ORDERS].policy, &policy);
		take_policy(say, &policy);
		say->block = true;
		say->answer = (enum pal_answer)says[ORDERS].answer;
		return;
	}
	if (says[ALLOW].stance == SAYS_BLOCK)
		return; /* a rule of the allow list lets through */
	for (size_t i = FEEDS; i < walk->count; i++) {
		if (says[i].stance != SAYS_BLOCK)
			continue;
		take_policy(say, &walk->in->feeds[i - FEEDS].policy);
		say->block = true;
		say->answer = (enum pal_answer)says[i].answer;
		return;
	}
}

/* ---- nodes ---- */

static const struct names_rule *
least(const struct export_walk *walk)
{
	const struct names_rule *found = NULL;

	for (size_t i = 0; i < walk->count; i++) {
		const struct list *list = &walk->lists[i];

		if (!list->over &&
			(found == NULL ||
				compare_keys(list->rule.key, list->rule.len,
					found->key, found->len) < 0))
			found = &list->rule;
	}
	return found;
}

/* Moves to the key: its ancestors stay on the stack, and it is pushed. */
static struct frame *
enter(struct export_walk *walk, const struct names_rule *rule)
{
	size_t len = rule->len, common = 0;
	struct frame *frame;

	while (common < len && common < walk->len &&
		walk->key[common] == rule->key[common])
		common++;
	while (walk->frames[walk->depth].len > common)
		walk->depth--;
	memcpy(walk->key + common, rule->key + common, len - common);
	walk->len = len;
	frame = &walk->frames[++walk->depth];
	frame->len = len;
	memcpy(frame->below, frame[-1].below,
		walk->count * sizeof *frame->below);
	return frame;
}

/* Takes the one or two rules that a list has for the node: exact beats
 * subtree, whichever comes first. */
static int
take_rules(struct export_walk *walk, size_t index, struct standing *below,
	struct standing *own)
{
	struct list *list = &walk->lists[index];
	bool exact = false;
	int ret = 0;

	while (ret == 0 && !list->over && list->rule.len == walk->len &&
		memcmp(list->rule.key, walk->key, walk->len) == 0) {
		struct standing says = {0};

		ret = judge(walk, index, &says);
		if (list->rule.scope == PAL_SUBTREE)
			*below = says;
		if (list->rule.scope == PAL_EXACT || !exact)
			*own = says;
		exact = exact || list->rule.scope == PAL_EXACT;
		if (ret == 0)
			ret = advance(walk, index);
	}
	return ret;
}

int
export_next(struct export_walk *walk, struct export_node *node)
{
	struct standing own[LISTS_MAX];
	const struct names_rule *rule = least(walk);
	struct frame *frame;
	int ret = 0;

	if (rule == NULL)
		return 1;
	frame = enter(walk, rule);
	settle(walk, frame->below, &node->above);
	memcpy(own, frame->below, walk->count * sizeof *own);
	for (size_t i = 0; i < walk->count && ret == 0; i++)
		ret = take_rules(walk, i, &frame->below[i], &own[i]);
	settle(walk, own, &node->own);
	settle(walk, frame->below, &node->below);
	node->key = walk->key;
	node->len = walk->len;
	return ret;
}

/* ---- begin and end ---- */

static int
open_list(struct export_walk *walk, size_t index, int fd, bool scouted)
{
	struct list *list = &walk->lists[index];
	int ret = names_read_begin(&list->reader, fd);

	if (ret == 0 && scouted)
		ret = names_read_begin(&list->scout.reader, fd);
	return ret == 0 ? advance(walk, index) : ret;
}

static int
open_lists(struct export_walk *walk)
{
	const struct export_lists *in = walk->in;
	bool denies = false;
	int ret = 0;

	for (size_t i = 0; i < in->feed_count && ret == 0; i++) {
		bool nxdomain = in->feeds[i].policy.answer == PAL_NXDOMAIN;

		walk->lists[FEEDS + i].scout.open = true;
		ret = open_list(walk, FEEDS + i, in->feeds[i].fd, nxdomain);
		denies = denies || nxdomain;
	}
	if (in->orders != NULL)
		advance_orders(walk);
	else
		walk->lists[ORDERS].over = true;
	walk->lists[ALLOW].over = in->allow < 0;
	if (ret == 0 && in->allow >= 0)
		ret = open_list(walk, ALLOW, in->allow, denies);
	return ret;
}

int
export_begin(struct export_walk **walk, const struct export_lists *lists)
{
	int ret;

	*walk = calloc(1, sizeof **walk);
	if (*walk == NULL)
		return PAL_ENOMEM;
	(*walk)->in = lists;
	(*walk)->count = FEEDS + lists->feed_count;
	ret = open_lists(*walk);
	if (ret == 0)
		return 0;
	export_end(*walk);
	*walk = NULL;
	return ret;
}

void
export_progress(const struct export_walk *walk, uint64_t *at, uint64_t *size)
{
	*at = *size = 0;
	for (size_t i = 0; i < walk->count; i++) {
		uint64_t list_at, list_size;

		if (walk->lists[i].reader == NULL)
			continue;
		names_progress(walk->lists[i].reader, &list_at, &list_size);
		*at += list_at;
		*size += list_size;
	}
}

void
export_end(struct export_walk *walk)
{
	if (walk == NULL)
		return;
	for (size_t i = 0; i < walk->count; i++) {
		names_read_end(walk->lists[i].reader);
		names_read_end(walk->lists[i].scout.reader);
	}
	free(walk);
}
