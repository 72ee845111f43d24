#include "palang/decide.h"

#include <string.h>

/* The name asked: its labels and what of it each match covers. */
struct asked {
	const uint8_t *wire;
	uint8_t at[PAL_LABELS_MAX];
	unsigned count;
	uint16_t type;
};

/* The first interval that ends after now: the one in force, or the next. */
static struct pal_interval
current(const struct pal_image *image, const struct pal_claim *claim,
	int64_t now)
{
	for (uint32_t i = 0; i < claim->interval_count; i++) {
		struct pal_interval iv =
			pal_image_interval(image, claim->intervals + i);
		if (iv.end > now)
			return iv;
	}
	return (struct pal_interval){PAL_NEVER, PAL_NEVER};
}

/* Where names below stay open, validators need the zone's keys. */
static bool
may_pass(uint16_t type, enum pal_scope scope, bool hole)
{
	return type == PAL_TYPE_DS ||
	       (type == PAL_TYPE_DNSKEY && (scope == PAL_EXACT || hole));
}

static void
block(struct pal_verdict *verdict, const struct asked *asked,
	const struct pal_list *list, uint32_t policy, bool hole)
{
	verdict->action = PAL_BLOCK;
	verdict->list = list;
	verdict->counter = list->counters + policy;
	verdict->owner_at = asked->at[asked->count - verdict->owner_labels];
	pal_image_policy(list->image, policy, &verdict->policy);
	verdict->answer = verdict->policy.answer;
	if (verdict->answer == PAL_NXDOMAIN &&
		(verdict->scope == PAL_EXACT || hole))
		verdict->answer = PAL_NODATA;
	verdict->unless_real = may_pass(asked->type, verdict->scope, hole);
}

/* An orders image holds the names, so that what the hashes say can be held
 * against them. */
static bool
is_rule_of(const struct asked *asked, const struct pal_rule *rule)
{
	if (rule->name.labels > asked->count)
		return false;
	const uint8_t *name =
		asked->wire + asked->at[asked->count - rule->name.labels];
	for (unsigned i = 0; i < rule->name.len; i++)
		if (pal_lower(name[i]) != rule->name.wire[i])
			return false;
	return true;
}

/* The most specific rule for the name asked. */
static bool
find_rule(const struct pal_list *list, const struct asked *asked,
	struct pal_rule *rule)
{
	struct pal_match match;

	pal_image_match(
		list->image, asked->wire, asked->at, asked->count, &match);
	if (!match.found)
		return false;
	pal_image_rule(list->image, match.rule, rule);
	return is_rule_of(asked, rule);
}

/* The first claim in force at the most specific rule blocks. */
static bool
decide_orders(const struct pal_list *list, const struct asked *asked,
	int64_t now, struct pal_verdict *verdict)
{
	struct pal_rule rule;
	struct pal_claim claim;

	if (!find_rule(list, asked, &rule))
		return false;
	for (uint32_t i = 0; i < rule.claim_count; i++) {
		pal_image_claim(list->image, rule.claims + i, &claim);
		struct pal_interval iv = current(list->image, &claim, now);
		if (iv.start > now) {
			if (iv.start < verdict->until)
				verdict->until = iv.start;
			continue;
		}
		verdict->until = iv.end;
		verdict->owner_labels = claim.owner_labels;
		verdict->scope = claim.scope;
		block(verdict, asked, list, claim.policy, claim.hole);
		return true;
	}
	return false;
}

static bool
is_allowed(const struct pal_list *allow, const struct asked *asked)
{
	struct pal_match match;

	if (allow->image == NULL)
		return false;
	pal_image_match(
		allow->image, asked->wire, asked->at, asked->count, &match);
	return match.found && match.except;
}

static bool
decide_feed(const struct pal_list *feed, const struct pal_list *allow,
	const struct asked *asked, struct pal_verdict *verdict)
{
	struct pal_match match;

	pal_image_match(
		feed->image, asked->wire, asked->at, asked->count, &match);
	if (!match.found || match.except)
		return false;
	unsigned skip = asked->count - match.labels;
	bool hole = match.hole ||
	            (allow->image != NULL &&
			    pal_image_has_below(allow->image, asked->wire,
				    asked->at + skip, match.labels));
	verdict->owner_labels = match.labels;
	verdict->scope = match.scope;
	/* A start of an order later on does not end a feed's block. */
	verdict->until = PAL_NEVER;
	block(verdict, asked, feed, 0, hole);
	return true;
}

/* What the orders on trial would say, each for itself.  A type that might have
 * passed all the same is not counted, nor what a list would block. */
static void
decide_shadow(const struct pal_list *shadow, const struct asked *asked,
	int64_t now, struct pal_verdict *verdict)
{
	struct pal_rule rule;
	struct pal_claim claim;

	memset(&verdict->trials, 0, sizeof(verdict->trials));
	if (!find_rule(shadow, asked, &rule))
		return;
	for (uint32_t i = 0; i < rule.claim_count; i++) {
		pal_image_claim(shadow->image, rule.claims + i, &claim);
		struct pal_interval iv = current(shadow->image, &claim, now);
		if (iv.start == PAL_NEVER)
			continue;
		/* one that has yet to begin is made ready for */
		verdict->withheld = true;
		if (iv.start > now || verdict->listed ||
			claim.policy >= PAL_SHADOW_MAX ||
			may_pass(asked->type, claim.scope, claim.hole))
			continue;
		verdict->trials.bits[claim.policy / 64] |= UINT64_C(1)
		                                           << claim.policy % 64;
		verdict->shadowed = true;
	}
}

/* Nothing is blocked.  What orders block is kept out of the cache as ever, so
 * that they are in force at once when that ends. */
static void
open_up(const struct pal_snapshot *s, const struct asked *asked, int64_t now,
	struct pal_verdict *verdict)
{
	verdict->until = PAL_NEVER;
	if (s->orders.image != NULL &&
		decide_orders(&s->orders, asked, now, verdict)) {
		verdict->until = PAL_NEVER;
		verdict->withheld = true;
	}
	verdict->action = PAL_PASS;
	verdict->listed = true;
}

/* True if some list blocks. */
static bool
decide_lists(const struct pal_snapshot *s, const struct asked *asked,
	int64_t now, struct pal_verdict *verdict)
{
	if (s->orders.image != NULL &&
		decide_orders(&s->orders, asked, now, verdict))
		return true;
	if (s->feed_count == 0 || is_allowed(&s->allow, asked))
		return false;
	for (unsigned i = 0; i < s->feed_count; i++) {
		if (decide_feed(&s->feeds[i], &s->allow, asked, verdict))
			return true;
	}
	return false;
}

void
pal_decide(const struct pal_snapshot *s, const uint8_t *name, size_t len,
	uint16_t type, int64_t now, struct pal_verdict *verdict)
{
	struct asked asked = {.wire = name, .type = type};

	verdict->action = PAL_PASS;
	verdict->until = PAL_NEVER;
	verdict->withheld = verdict->listed = verdict->shadowed = false;
	if (pal_wire_labels(name, len, asked.at, &asked.count) == 0 ||
		asked.count == 0)
		return;
	if (decide_lists(s, &asked, now, verdict) && s->manifest.settings.open)
		open_up(s, &asked, now, verdict);
	if (s->shadow.image != NULL && verdict->action == PAL_PASS)
		decide_shadow(&s->shadow, &asked, now, verdict);
}

bool
pal_snapshot_empty(const struct pal_snapshot *snapshot)
{
	if (snapshot->orders.image != NULL &&
		pal_image_rules(snapshot->orders.image) > 0)
		return false;
	return snapshot->feed_count == 0;
}
