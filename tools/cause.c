#include "cause.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void add(struct causes *causes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
add(struct causes *causes, const char *format, ...)
{
	va_list args;

	if (causes->count == CAUSES_MAX)
		return;
	va_start(args, format);
	vsnprintf(causes->text[causes->count++], CAUSE_TEXT_MAX, format, args);
	va_end(args);
}

/* Unbound sets AA on what it answers before its modules (local-zone,
 * local-data, RPZ, auth-zone), and on nothing else. */
static void
add_before_modules(struct causes *causes)
{
	add(causes,
		"the answer is marked authoritative (AA): a local-zone, "
		"local-data, RPZ or auth-zone of the resolver answered before "
		"the module could, or this server is no resolver");
}

static void
add_resolvers(struct causes *causes, const struct fleet *fleet)
{
	if (!fleet->known)
		return;
	if (fleet->behind > 0)
		add(causes,
			"resolver %s is not up to date: generation %" PRIu64
			" is in effect there, %" PRIu64
			" is published; see `palang status`",
			fleet->behind_name, fleet->behind_generation,
			fleet->generation);
	else if (fleet->empty > 0)
		add(causes,
			"a resolver started with no list loaded (EMPTY); see "
			"`palang status`");
	else if (fleet->live == 0)
		add(causes, "no running resolver reports that it reads these "
			    "lists: the module is not loaded, or reads another "
			    "folder; see `palang host --check`");
}

/* Blocked by the lists, but answered as if it were not. */
static void
of_unblocked(struct causes *causes, const struct question *question,
	const struct reply *reply, const struct seen *seen,
	const struct fleet *fleet)
{
	if (seen->kind == SEEN_REFERRAL && !question->recurse)
		add(causes,
			"asked without RD: where allow_snoop lets it, Unbound "
			"answers from its cache with a referral, before any "
			"module");
	else if (reply->aa)
		add_before_modules(causes);
	else if (!reply->ra)
		add(causes,
			"the server offers no recursion to us (no RA): it is "
			"no resolver, or its access-control keeps us out");
	if (seen->kind == SEEN_FAILED || seen->kind == SEEN_REFUSED)
		return;
	if (causes->count > 0)
		return;
	add_resolvers(causes, fleet);
	add(causes,
		"the server asked does not load the module, or stands in "
		"front of one that does and answers from a cache of its own");
}

static void
of_failure(struct causes *causes, const struct reply *reply)
{
	for (size_t i = 0; i < reply->ede_count; i++) {
		uint16_t code = reply->edes[i].code;

		if (ede_is_bogus(code)) {
			add(causes,
				"DNSSEC: the real answer fails validation "
				"(%s); that stays SERVFAIL, and is no block",
				ede_name(code));
			return;
		}
		if (code == 22 || code == 23) {
			add(causes,
				"the name's own servers cannot be reached "
				"(%s); that is no block",
				ede_name(code));
			return;
		}
	}
	add(causes, "the resolver fails to find an answer: that looks like no "
		    "block; --truth tells whether the name works elsewhere");
}

static void
of_refused(struct causes *causes)
{
	add(causes,
		"REFUSED without a reason: the resolver's access-control keeps "
		"us out, or it blocks with `answer: refused` while `ede: no` "
		"hides why");
}

/* Blocked for a reason that is not the one expected, or by none. */
static void
of_other_block(struct causes *causes, const struct reply *reply,
	const struct seen *seen, const struct pal_snapshot *snapshot,
	const struct fleet *fleet)
{
	struct pal_policy policy;

	if (reply->aa) {
		add_before_modules(causes);
		return;
	}
	if (seen->ede != NULL && snapshot != NULL &&
		judge_find_policy(snapshot, seen->ede, &policy)) {
		add(causes,
			"the reason given is %.*s:%.*s, which is in the lists "
			"but does not hold for this name now: the resolver is "
			"not up to date, or a cache in front of it is not",
			(int)policy.authority.len, policy.authority.text,
			(int)policy.id.len, policy.id.text);
		add_resolvers(causes, fleet);
		return;
	}
	add_resolvers(causes, fleet);
	if (seen->ede != NULL && seen->ede->len > 0)
		add(causes,
			"another block, or one of before: the reason given is "
			"in none of these lists, so the resolver is not up to "
			"date, or another of its means (RPZ) or a resolver "
			"further upstream answers");
	else
		add(causes, "another block, without a reason: RPZ or another "
			    "module of the resolver, or a resolver further "
			    "upstream");
}

static void
of_no_reason(struct causes *causes, const struct reply *reply)
{
	if (reply->aa)
		add_before_modules(causes);
	else
		add(causes,
			"blocked, but nothing says by whom: `ede: no` is set, "
			"or another block answers");
}

void
cause_find(struct causes *causes, const struct expected *expected,
	enum agreement agreement, const struct question *question,
	const struct reply *reply, const struct seen *seen,
	const struct pal_snapshot *snapshot, const struct fleet *fleet)
{
	causes->count = 0;
	if (agreed(agreement))
		return;
	if (seen->kind == SEEN_FAILED)
		of_failure(causes, reply);
	else if (seen->kind == SEEN_REFUSED)
		of_refused(causes);
	else if (agreement == DISAGREE_FORM) {
		add(causes,
			"the order is the right one, the answer is not as it "
			"is set now: the resolver is not up to date");
		add_resolvers(causes, fleet);
	} else if (seen->kind != SEEN_BLOCKED)
		of_unblocked(causes, question, reply, seen, fleet);
	else if (expected->kind == EXPECT_ORDER && seen->ede == NULL)
		of_no_reason(causes, reply);
	else
		of_other_block(causes, reply, seen, snapshot, fleet);
}

void
cause_as_listed(struct causes *causes, const struct expected *listed)
{
	causes->count = 0;
	if (listed->kind == EXPECT_ORDER)
		add(causes,
			"the resolver does what the lists say: blocked by "
			"%s:%s",
			listed->authority, listed->id);
	else
		add(causes, "the resolver does what the lists say: they leave "
			    "this name open");
}

void
cause_of_forgery(struct causes *causes, const struct reply *reply)
{
	causes->count = 0;
	if (reply->aa)
		add_before_modules(causes);
	else
		add(causes,
			"nothing in the answer says who blocks: another module "
			"of the resolver, a resolver upstream of it, or "
			"something on its way to the name's servers");
}
