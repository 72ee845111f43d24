/* What a reply shows. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "palang/error.h"

static size_t
address_len(uint16_t type)
{
	return type == PAL_TYPE_A ? 4 : 16;
}

static bool
hold(const struct sinkholes *sinkholes, uint16_t type, const uint8_t *octets)
{
	for (size_t i = 0; i < sinkholes->count; i++) {
		if (sinkholes->items[i].type == type &&
			memcmp(sinkholes->items[i].octets, octets,
				address_len(type)) == 0)
			return true;
	}
	return false;
}

int
sinkholes_add(struct sinkholes *sinkholes, uint16_t type, const uint8_t *octets)
{
	struct sinkhole *items;

	if (hold(sinkholes, type, octets))
		return 0;
	items = reallocarray(
		sinkholes->items, sinkholes->count + 1, sizeof *items);
	if (items == NULL)
		return PAL_ENOMEM;
	sinkholes->items = items;
	items[sinkholes->count] = (struct sinkhole){.type = type};
	memcpy(items[sinkholes->count].octets, octets, address_len(type));
	sinkholes->count++;
	return 0;
}

static int
add_image(struct sinkholes *sinkholes, const struct pal_image *image)
{
	uint32_t count = image == NULL ? 0 : pal_image_policies(image);
	int err = 0;

	for (uint32_t i = 0; err == 0 && i < count; i++) {
		struct pal_policy policy;

		pal_image_policy(image, i, &policy);
		if (policy.has_a)
			err = sinkholes_add(sinkholes, PAL_TYPE_A, policy.a);
		if (err == 0 && policy.has_aaaa)
			err = sinkholes_add(
				sinkholes, PAL_TYPE_AAAA, policy.aaaa);
	}
	return err;
}

int
sinkholes_of_lists(
	struct sinkholes *sinkholes, const struct pal_snapshot *snapshot)
{
	int err = add_image(sinkholes, snapshot->orders.image);

	for (unsigned i = 0; err == 0 && i < snapshot->feed_count; i++)
		err = add_image(sinkholes, snapshot->feeds[i].image);
	return err;
}

void
sinkholes_fini(struct sinkholes *sinkholes)
{
	free(sinkholes->items);
	*sinkholes = (struct sinkholes){0};
}

bool
sinkholes_hold(
	const struct sinkholes *sinkholes, const struct reply_record *record)
{
	if (record->type != PAL_TYPE_A && record->type != PAL_TYPE_AAAA)
		return false;
	return record->len == address_len(record->type) &&
	       hold(sinkholes, record->type, record->rdata);
}

/* Forged Answer says what was done, the others say why: these are preferred.
 */
static const struct reply_ede *
telling_ede(const struct reply *reply)
{
	const struct reply_ede *found = NULL;

	for (size_t i = 0; i < reply->ede_count; i++) {
		const struct reply_ede *ede = &reply->edes[i];

		if (ede_blocks(ede->code) &&
			(found == NULL || found->code == 4))
			found = ede;
	}
	return found;
}

static enum seen_kind
kind_of(const struct seen *seen, const struct reply *reply)
{
	if (seen->ede != NULL || seen->sinkhole || seen->marked)
		return SEEN_BLOCKED;
	if (reply->rcode == RCODE_REFUSED)
		return SEEN_REFUSED;
	if (reply->rcode == RCODE_NXDOMAIN)
		return SEEN_DENIED;
	if (reply->rcode != RCODE_NOERROR)
		return SEEN_FAILED;
	if (reply_is_referral(reply))
		return SEEN_REFERRAL;
	return reply_data_count(reply) > 0 ? SEEN_DATA : SEEN_DENIED;
}

void
judge_see(struct seen *seen, const struct reply *reply,
	const struct sinkholes *sinkholes)
{
	*seen = (struct seen){.ede = telling_ede(reply)};
	for (size_t i = 0; i < reply->answer_count; i++) {
		if (sinkholes_hold(sinkholes, &reply->answers[i]))
			seen->sinkhole = true;
	}
	/* Only a negative answer of ours carries the SOA. */
	seen->marked = reply_soa_is_ours(reply) &&
	               reply_data_count(reply) == 0 &&
	               (reply->rcode == RCODE_NOERROR ||
			       reply->rcode == RCODE_NXDOMAIN);
	seen->kind = kind_of(seen, reply);
}
