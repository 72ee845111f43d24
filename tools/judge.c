/* Whether a reply is what is expected. */
#include "judge.h"

#include <string.h>

#include "palang/error.h"
#include "reason.h"
#include "text.h"

int
judge_expect(struct expected *expected, const char *text)
{
	const char *colon = strchr(text, ':');

	*expected = (struct expected){.kind = EXPECT_OPEN};
	if (strcmp(text, "open") == 0)
		return 0;
	expected->kind = EXPECT_BLOCKED;
	if (strcmp(text, "blocked") == 0)
		return 0;
	expected->kind = EXPECT_ORDER;
	if (colon == NULL || colon == text ||
		(size_t)(colon - text) >= sizeof expected->authority)
		return PAL_EFORM;
	memcpy(expected->authority, text, (size_t)(colon - text));
	if (colon[1] == '\0' ||
		!text_copy(expected->id, sizeof expected->id, colon + 1))
		return PAL_EFORM;
	return 0;
}

static void
copy_text(char *buf, size_t size, struct pal_text text)
{
	size_t len = text.len < size ? text.len : size - 1;

	memcpy(buf, text.text, len);
	buf[len] = '\0';
}

/* Judges one name; true if it is blocked. */
static bool
judge_name(struct expected *expected, const struct verdict_source *source,
	const struct pal_name *name, uint16_t type, int64_t now)
{
	struct pal_verdict *verdict = &expected->verdict;

	expected->at = *name;
	verdict_judge(source, name, type, now, verdict);
	if (verdict->action != PAL_BLOCK)
		return false;
	expected->kind = EXPECT_ORDER;
	copy_text(expected->authority, sizeof expected->authority,
		verdict->policy.authority);
	copy_text(expected->id, sizeof expected->id, verdict->policy.id);
	pal_name_ancestor(&expected->owner, name, verdict->owner_labels);
	return true;
}

/* An HTTPS or SVCB answer that points to a blocked name ought not to have
 * been given. */
static bool
judge_targets(struct expected *expected, const struct verdict_source *source,
	const struct reply *reply, int64_t now)
{
	for (size_t i = 0; i < reply->answer_count; i++) {
		const struct reply_record *record = &reply->answers[i];
		struct pal_name target;

		if (record->type != TYPE_SVCB && record->type != TYPE_HTTPS)
			continue;
		if (reply_target(record, &target) &&
			judge_name(
				expected, source, &target, reply->qtype, now))
			return true;
	}
	return false;
}

static bool
judge_chain(struct expected *expected, const struct verdict_source *source,
	const struct reply *reply, int64_t now)
{
	struct pal_name name = reply->qname, target;

	if (reply->qtype == TYPE_CNAME || reply->qtype == TYPE_DNAME ||
		reply->qtype == TYPE_ANY)
		return false;
	for (size_t i = 0; i < reply->answer_count; i++) {
		if (!reply_next(reply, &name, &target))
			break;
		if (judge_name(expected, source, &target, reply->qtype, now))
			return true;
		name = target;
	}
	return judge_targets(expected, source, reply, now);
}

void
judge_expect_lists(struct expected *expected,
	const struct verdict_source *source, const struct question *question,
	const struct reply *reply, int64_t now)
{
	struct expected open;

	*expected = (struct expected){.kind = EXPECT_OPEN, .from_lists = true};
	if (judge_name(expected, source, &question->name, question->type, now))
		return;
	open = *expected;
	if (!verdict_snapshot(source)->manifest.settings.chain ||
		!judge_chain(expected, source, reply, now))
		*expected = open;
}

static bool
same_text(const struct reply_ede *ede, struct pal_text text)
{
	return text.len > 0 && ede->len == text.len &&
	       memcmp(ede->text, text.text, text.len) == 0;
}

static bool
gives_policy(const struct reply_ede *ede, const struct pal_policy *policy)
{
	return same_text(ede, policy->ede) || same_text(ede, policy->json) ||
	       same_text(ede, policy->json_short);
}

static bool
find_in_image(const struct pal_image *image, const struct reply_ede *ede,
	struct pal_policy *policy)
{
	uint32_t count = image == NULL ? 0 : pal_image_policies(image);

	for (uint32_t i = 0; i < count; i++) {
		pal_image_policy(image, i, policy);
		if (gives_policy(ede, policy))
			return true;
	}
	return false;
}

bool
judge_find_policy(const struct pal_snapshot *snapshot,
	const struct reply_ede *ede, struct pal_policy *policy)
{
	if (find_in_image(snapshot->orders.image, ede, policy))
		return true;
	for (unsigned i = 0; i < snapshot->feed_count; i++) {
		if (find_in_image(snapshot->feeds[i].image, ede, policy))
			return true;
	}
	return false;
}

/* Does any of the blocking EDEs give this reason? */
static bool
reason_fits(const struct expected *expected, const struct reply *reply)
{
	for (size_t i = 0; i < reply->ede_count; i++) {
		const struct reply_ede *ede = &reply->edes[i];

		if (!ede_blocks(ede->code))
			continue;
		if (expected->from_lists &&
			gives_policy(ede, &expected->verdict.policy))
			return true;
		if (reason_names(ede->text, ede->len, expected->authority,
			    expected->id))
			return true;
	}
	return false;
}

/* The address that a sinkhole gives to a question of this type; NULL if it
 * has none. */
static const uint8_t *
sinkhole_address(const struct pal_policy *policy, uint16_t type)
{
	if (type == PAL_TYPE_A && policy->has_a)
		return policy->a;
	if (type == PAL_TYPE_AAAA && policy->has_aaaa)
		return policy->aaaa;
	return NULL;
}

static bool
has_address(const struct reply *reply, const struct pal_name *owner,
	const uint8_t *octets)
{
	size_t len = reply->qtype == PAL_TYPE_A ? 4 : 16;

	for (size_t i = 0; i < reply->answer_count; i++) {
		const struct reply_record *record = &reply->answers[i];

		if (record->type == reply->qtype && record->len == len &&
			memcmp(record->rdata, octets, len) == 0 &&
			pal_name_equal(&record->owner, owner))
			return true;
	}
	return false;
}

static bool
nodata_fits(const struct expected *expected, const struct reply *reply)
{
	return reply_is_nodata(reply) && reply_soa_is_ours(reply) &&
	       (pal_name_equal(&reply->soa.owner, &expected->owner) ||
		       pal_name_equal(&reply->soa.owner, &reply->qname));
}

static bool
form_fits(const struct expected *expected, const struct question *question,
	const struct reply *reply)
{
	const struct pal_policy *policy = &expected->verdict.policy;
	const uint8_t *address = sinkhole_address(policy, question->type);

	switch (expected->verdict.answer) {
	case PAL_REFUSED:
		return reply->rcode == RCODE_REFUSED;
	case PAL_NXDOMAIN:
		return reply->rcode == RCODE_NXDOMAIN &&
		       reply_soa_is_ours(reply);
	case PAL_SINKHOLE:
		if (address != NULL &&
			has_address(reply, &expected->at, address))
			return true;
		/* One who asks for a structured reason gets no address. */
		if (address != NULL && question->sde_code == 0)
			return false;
		return nodata_fits(expected, reply);
	default:
		return nodata_fits(expected, reply);
	}
}

static enum agreement
agree_order(const struct expected *expected, const struct question *question,
	const struct reply *reply, const struct seen *seen)
{
	bool fits;

	if (!expected->from_lists) {
		if (seen->kind != SEEN_BLOCKED)
			return DISAGREE;
		return reason_fits(expected, reply) ? AGREE : DISAGREE_REASON;
	}
	if (expected->verdict.unless_real &&
		(seen->kind == SEEN_DATA || seen->kind == SEEN_DENIED))
		return AGREE_REAL;
	fits = form_fits(expected, question, reply);
	if (seen->ede == NULL)
		return fits ? AGREE_WITHOUT_REASON : DISAGREE;
	if (!reason_fits(expected, reply))
		return DISAGREE_REASON;
	return fits ? AGREE : DISAGREE_FORM;
}

static enum agreement
agree_open(const struct expected *expected, const struct question *question,
	const struct reply *reply, const struct seen *seen,
	const struct pal_snapshot *snapshot)
{
	struct pal_policy policy;

	if (seen->kind == SEEN_DATA || seen->kind == SEEN_DENIED ||
		(seen->kind == SEEN_REFERRAL && !question->recurse))
		return AGREE;
	/* The target that led to the block is not in the answer. */
	if (expected->from_lists && snapshot != NULL && seen->ede != NULL &&
		snapshot->manifest.settings.chain &&
		(reply->qtype == TYPE_SVCB || reply->qtype == TYPE_HTTPS) &&
		judge_find_policy(snapshot, seen->ede, &policy))
		return AGREE_ALIAS;
	return DISAGREE;
}

enum agreement
judge_agree(const struct expected *expected, const struct question *question,
	const struct reply *reply, const struct seen *seen,
	const struct pal_snapshot *snapshot)
{
	switch (expected->kind) {
	case EXPECT_OPEN:
		return agree_open(expected, question, reply, seen, snapshot);
	case EXPECT_BLOCKED:
		return seen->kind == SEEN_BLOCKED ? AGREE : DISAGREE;
	case EXPECT_ORDER:
		return agree_order(expected, question, reply, seen);
	default:
		return AGREE;
	}
}
