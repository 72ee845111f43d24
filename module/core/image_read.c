/* What a loaded image says.  pal_image_load has checked all of it; nothing here
 * can fail or read outside it. */
#include <string.h>

#include "bytes.h"
#include "format.h"

/* What is left of a canonical name to find out. */
static void
trust_name(struct pal_name *name, const uint8_t *wire, uint8_t len)
{
	memcpy(name->wire, wire, len);
	name->len = len;
	name->labels = 0;
	for (const uint8_t *at = wire; *at != 0; at += 1u + *at)
		name->labels++;
}

enum pal_image_form
pal_image_form(const struct pal_image *image)
{
	return image->form;
}

const uint8_t *
pal_image_digest(const struct pal_image *image)
{
	return image->data + image->len - PAL_SHA256_SIZE;
}

size_t
pal_image_size(const struct pal_image *image)
{
	return image->len;
}

uint64_t
pal_image_rules(const struct pal_image *image)
{
	return image->rules;
}

uint32_t
pal_image_policies(const struct pal_image *image)
{
	return image->policies.count;
}

static struct pal_text
text_at(const struct pal_image *image, const uint8_t *ref)
{
	return (struct pal_text){
		(const char *)image->strings.data + load32(ref),
		load32(ref + 4)};
}

void
pal_image_policy(const struct pal_image *image, uint32_t index,
	struct pal_policy *policy)
{
	const uint8_t *p = image->policies.data + POLICY_SIZE * (size_t)index;

	policy->kind = (enum pal_kind)p[0];
	policy->answer = (enum pal_answer)p[1];
	policy->has_a = (p[2] & POLICY_HAS_A) != 0;
	policy->has_aaaa = (p[2] & POLICY_HAS_AAAA) != 0;
	policy->ttl = load32(p + 4);
	memcpy(policy->a, p + 8, 4);
	memcpy(policy->aaaa, p + 12, 16);
	policy->authority = text_at(image, p + 28);
	policy->id = text_at(image, p + 36);
	policy->ede = text_at(image, p + 44);
	policy->json = text_at(image, p + 52);
	policy->json_short = text_at(image, p + 60);
}

uint32_t
pal_image_rule_count(const struct pal_image *image)
{
	return image->rule_table.count;
}

void
pal_image_rule(
	const struct pal_image *image, uint32_t index, struct pal_rule *rule)
{
	const uint8_t *p = image->rule_table.data + RULE_SIZE * (size_t)index;

	trust_name(&rule->name, image->strings.data + load32(p), p[4]);
	rule->scope = (enum pal_scope)p[5];
	rule->claim_count = p[6];
	rule->claims = load32(p + 8);
	rule->fingerprint = load64(p + 16);
}

bool
pal_image_same_rule(const struct pal_image *a, uint32_t i,
	const struct pal_image *b, uint32_t j)
{
	const uint8_t *p = a->rule_table.data + RULE_SIZE * (size_t)i;
	const uint8_t *q = b->rule_table.data + RULE_SIZE * (size_t)j;

	return p[4] == q[4] && p[5] == q[5] &&
	       load64(p + 16) == load64(q + 16) &&
	       memcmp(a->strings.data + load32(p), b->strings.data + load32(q),
		       p[4]) == 0;
}

void
pal_image_claim(
	const struct pal_image *image, uint32_t index, struct pal_claim *claim)
{
	const uint8_t *p = image->claims.data + CLAIM_SIZE * (size_t)index;

	claim->policy = load32(p);
	claim->intervals = load32(p + 4);
	claim->interval_count = load16(p + 8);
	claim->owner_labels = p[10];
	claim->scope = p[11] & CLAIM_SUBTREE ? PAL_SUBTREE : PAL_EXACT;
	claim->hole = (p[11] & CLAIM_HOLE) != 0;
}

struct pal_interval
pal_image_interval(const struct pal_image *image, uint32_t index)
{
	const uint8_t *p =
		image->intervals.data + INTERVAL_SIZE * (size_t)index;

	return (struct pal_interval){
		(int64_t)load64(p), (int64_t)load64(p + 8)};
}

bool
pal_image_follows(
	const struct pal_image *image, const uint8_t base[PAL_SHA256_SIZE])
{
	return image->changes.count > 0 &&
	       memcmp(image->changes.data, base, PAL_SHA256_SIZE) == 0;
}

bool
pal_image_changed(
	const struct pal_image *image, size_t *at, struct pal_name *name)
{
	/* an image without changes has no data for them either */
	if (PAL_SHA256_SIZE + *at >= image->changes.count)
		return false;
	const uint8_t *p = image->changes.data + PAL_SHA256_SIZE + *at;
	trust_name(name, p + 1, *p);
	*at += 1u + *p;
	return true;
}

int64_t
pal_image_next_edge(const struct pal_image *image, int64_t now)
{
	int64_t next = PAL_NEVER;

	for (uint32_t i = 0; i < image->intervals.count; i++) {
		struct pal_interval iv = pal_image_interval(image, i);
		if (iv.start > now && iv.start < next)
			next = iv.start;
		if (iv.end > now && iv.end < next)
			next = iv.end;
	}
	return next;
}
