/* Loading an image: its rules, each with its name, its place and its claims. */
#include "bytes.h"
#include "format.h"

/* A rule while it is checked; its name lies in the image. */
struct checked {
	const uint8_t *wire;
	uint8_t len, scope;
	uint8_t at[PAL_LABELS_MAX]; /* where its labels start */
	unsigned labels;
	uint32_t claims, claim_count;
	struct sip_hash hash;
	struct set_span span; /* where in its set it has to stand */
};

static const char *
check_claim(const struct pal_image *image, const struct checked *rule,
	const struct pal_claim *claim)
{
	if (claim->policy >= image->policies.count ||
		claim->interval_count == 0 ||
		claim->intervals > image->intervals.count ||
		claim->interval_count >
			image->intervals.count - claim->intervals)
		return "a claim points nowhere";
	if (claim->owner_labels == 0 || claim->owner_labels > rule->labels)
		return "a claim's owner is not above its rule";
	if (claim->scope == PAL_EXACT &&
		(rule->scope != PAL_EXACT ||
			claim->owner_labels != rule->labels))
		return "an exact claim on another name";
	if (claim->scope == PAL_SUBTREE && claim->owner_labels < 2)
		return "a claim on a top-level domain";
	for (uint32_t i = 1; i < claim->interval_count; i++) {
		uint32_t at = claim->intervals + i;
		if (pal_image_interval(image, at - 1).end >
			pal_image_interval(image, at).start)
			return "a claim's intervals are not sorted";
	}
	return NULL;
}

static const char *
check_claims(const struct pal_image *image, const struct checked *rule)
{
	struct pal_claim claim;

	if (rule->claims > image->claims.count ||
		rule->claim_count > image->claims.count - rule->claims)
		return "a rule's claims lie outside";
	for (uint32_t i = 0; i < rule->claim_count; i++) {
		size_t at = CLAIM_SIZE * (size_t)(rule->claims + i);
		if (image->claims.data[at + 11] > (CLAIM_SUBTREE | CLAIM_HOLE))
			return "a claim has unknown flags";
		pal_image_claim(image, rule->claims + i, &claim);
		const char *why = check_claim(image, rule, &claim);
		if (why != NULL)
			return why;
	}
	return NULL;
}

bool
image_is_canonical(const uint8_t *wire, size_t len, uint8_t at[PAL_LABELS_MAX],
	unsigned *labels)
{
	bool upper = false;

	/* length octets are below 'A' */
	for (size_t i = 0; i < len; i++)
		upper |= (uint8_t)(wire[i] - 0x41) < 26;
	return !upper && len > 0 &&
	       pal_wire_labels(wire, len, at, labels) == len;
}

/* The name of a rule, which pal_image_rule will trust, and what else its record
 * says. */
static const char *
take_rule(const struct pal_image *image, uint32_t index, struct checked *rule)
{
	const uint8_t *record =
		image->rule_table.data + RULE_SIZE * (size_t)index;
	uint32_t off = load32(record);

	rule->len = record[4];
	rule->scope = record[5];
	rule->claim_count = record[6];
	rule->claims = load32(record + 8);
	if (rule->len == 0 || off > image->strings.count ||
		rule->len > image->strings.count - off || record[7] != 0 ||
		rule->scope > PAL_SUBTREE || load32(record + 12) != 0)
		return "a rule is malformed";
	rule->wire = image->strings.data + off;
	if (!image_is_canonical(rule->wire, rule->len, rule->at, &rule->labels))
		return "a rule's name is not canonical";
	if (rule->labels == 0 ||
		(rule->scope == PAL_SUBTREE && rule->labels < 2))
		return "a rule for the root or a top-level domain";
	return NULL;
}

static bool
is_behind(const struct checked *rule, const struct checked *last)
{
	int order = pal_wire_cmp(rule->wire, rule->at, rule->labels, last->wire,
		last->at, last->labels);

	return order > 0 || (order == 0 && rule->scope > last->scope);
}

static const struct set *
set_of(const struct pal_image *image, const struct checked *rule)
{
	return &image->sets[rule->scope == PAL_SUBTREE ? SECTION_SUBTREE
						       : SECTION_EXACT];
}

/* Asks the memory for where the rule has to stand in its set. */
static void
look_up(const struct pal_image *image, struct checked *rule)
{
	const struct set *set = set_of(image, rule);

	rule->hash = sip_name(
		image->data + AT_KEY, rule->wire, rule->at, rule->labels);
	rule->span = set_span(set, rule->hash);
	set_prefetch_keys(set, rule->span, rule->hash);
}

/* A rule stands in the set of its scope under its own name's hash. */
static bool
is_indexed(const struct pal_image *image, const struct checked *rule,
	uint32_t index)
{
	const struct set *set = set_of(image, rule);
	uint64_t at;

	return set_search(set, rule->span, rule->hash, &at) &&
	       load32(set->values + 4 * at) == index;
}

/* Rules that are looked up side by side, since each waits for the memory. */
#define SIDE_BY_SIDE 16

/* The next rules, from this one on; rules[0] is the one before it. */
static const char *
check_some(const struct pal_image *image, uint32_t first, uint32_t count,
	struct checked rules[SIDE_BY_SIDE + 1])
{
	for (uint32_t i = 1; i <= count; i++) {
		const char *why = take_rule(image, first + i - 1, &rules[i]);
		if (why != NULL)
			return why;
		if (first + i > 1 && !is_behind(&rules[i], &rules[i - 1]))
			return "the rules are not sorted";
		look_up(image, &rules[i]);
	}
	for (uint32_t i = 1; i <= count; i++) {
		if (!is_indexed(image, &rules[i], first + i - 1))
			return "a rule is not in its set";
		const char *why = check_claims(image, &rules[i]);
		if (why != NULL)
			return why;
	}
	return NULL;
}

const char *
image_check_rules(struct pal_image *image)
{
	struct checked rules[SIDE_BY_SIDE + 1];
	uint32_t left = image->rule_table.count;
	const char *why = NULL;

	for (uint32_t first = 0; left > 0 && why == NULL;) {
		uint32_t count = left < SIDE_BY_SIDE ? left : SIDE_BY_SIDE;

		why = check_some(image, first, count, rules);
		rules[0] = rules[count];
		first += count;
		left -= count;
	}
	return why;
}
