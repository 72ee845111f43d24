/* What a feed was made with, so that a change of it shows. */
#include <string.h>

#include "feed_digest.h"
#include "palang/writer.h"

/* Each with its length, so that no two lists of texts are alike. */
static void
add(struct pal_sha256 *sha, const void *data, size_t len)
{
	uint8_t head[8];

	for (int i = 0; i < 8; i++)
		head[i] = (uint8_t)((uint64_t)len >> 8 * i);
	pal_sha256_update(sha, head, sizeof head);
	pal_sha256_update(sha, data, len);
}

static void
add_text(struct pal_sha256 *sha, const char *text)
{
	add(sha, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

static void
add_number(struct pal_sha256 *sha, uint32_t number)
{
	uint8_t octets[4];

	for (int i = 0; i < 4; i++)
		octets[i] = (uint8_t)(number >> 8 * i);
	add(sha, octets, sizeof octets);
}

bool
feed_policy_is_allow(const uint8_t digest[PAL_SHA256_SIZE])
{
	uint8_t allow[PAL_SHA256_SIZE];

	pal_sha256("allow", 5, allow);
	return memcmp(digest, allow, PAL_SHA256_SIZE) == 0;
}

struct config_feed
feed_in_force(const struct config_feed *feed, const struct ledger_feed *known)
{
	struct config_feed now = *feed;

	if (known != NULL && known->names[0] != '\0')
		now.allow = feed_policy_is_allow(known->policy);
	return now;
}

int
feed_policy_digest(const struct config *config, const struct config_feed *feed,
	uint8_t digest[PAL_SHA256_SIZE])
{
	struct policy_texts texts = {.ede = NULL};
	struct pal_policy_in policy;
	struct pal_sha256 sha;
	int ret;

	if (feed->allow) {
		pal_sha256("allow", 5, digest);
		return 0;
	}
	ret = config_feed_policy(config, feed, &policy, &texts);
	if (ret != 0)
		return ret;
	pal_sha256_init(&sha);
	add_number(&sha, policy.kind);
	add_number(&sha, policy.answer);
	add_number(&sha, policy.ttl);
	add(&sha, policy.a, policy.has_a ? sizeof policy.a : 0);
	add(&sha, policy.aaaa, policy.has_aaaa ? sizeof policy.aaaa : 0);
	add_text(&sha, policy.authority);
	add_text(&sha, policy.id);
	add_text(&sha, policy.ede);
	add_text(&sha, policy.json);
	add_text(&sha, policy.json_short);
	pal_sha256_final(&sha, digest);
	policy_texts_fini(&texts);
	return 0;
}

void
feed_recipe_digest(const struct config *config, const struct config_feed *feed,
	const char *cleaner, uint8_t digest[PAL_SHA256_SIZE])
{
	struct pal_sha256 sha;

	pal_sha256_init(&sha);
	add_text(&sha, cleaner);
	add_text(&sha, feed->source.text);
	add_number(&sha, feed->format);
	/* A feed that is not strict has the digest of before there was such. */
	add_number(&sha, (feed->has_scope ? 1 + feed->scope : 0) |
				 (feed->strict ? 1u << 8 : 0));
	add_text(&sha, feed->limits.tsig);
	for (size_t i = 0; i < config->protected_count && !feed->allow; i++)
		add(&sha, config->protected[i].wire, config->protected[i].len);
	pal_sha256_final(&sha, digest);
}
