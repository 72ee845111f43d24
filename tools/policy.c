/*
 * The policy of an order, or of a feed: what the resolver answers for it.
 *
 * The structured text follows draft-ietf-dnsop-structured-dns-error (c, j, o,
 * l) and draft-nottingham-public-resolver-errors (fdbs).  There is no "s": the
 * registry gives no sub-error that goes with Censored.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "json.h"
#include "palang/error.h"
#include "palang/writer.h"
#include "text.h"

/* What an authority that is in the configuration no more is taken for. */
static const struct config_authority stranger = {.kind = PAL_EXTERNAL};

static const struct config_authority *
authority_of(const struct config *config, const char *name)
{
	const struct config_authority *authority = config_find(config, name);

	return authority == NULL ? &stranger : authority;
}

/* The order before its authority, its authority before the rest. */
static void
resolve_answer(struct pal_policy_in *policy, const struct order *order,
	const struct config_answer *own, const struct config_answer *general)
{
	const struct config_answer *from;

	if (order->has_answer)
		policy->answer = order->answer;
	else
		policy->answer =
			own->has_answer ? own->answer : general->answer;
	policy->ttl = own->has_ttl ? own->ttl : general->ttl;
	from = own->has_a ? own : general;
	policy->has_a = from->has_a;
	memcpy(policy->a, from->a, sizeof policy->a);
	from = own->has_aaaa ? own : general;
	policy->has_aaaa = from->has_aaaa;
	memcpy(policy->aaaa, from->aaaa, sizeof policy->aaaa);
}

static char *
render_ede(const struct order *order, const char *text)
{
	char *ede = NULL;
	int len;

	if (text[0] == '\0')
		len = asprintf(&ede, "%s %s", order->authority, order->id);
	else
		len = asprintf(
			&ede, "%s %s: %s", order->authority, order->id, text);
	if (len < 0)
		return NULL;
	ede[text_cut(ede, (size_t)len, PAL_EDE_TEXT_MAX)] = '\0';
	return ede;
}

/* The octets of a tag that two tags share, if they end at whole parts. */
static size_t
common_parts(const char *a, const char *b)
{
	size_t n = 0, parts = 0;

	for (;; n++) {
		bool end_a = a[n] == '\0' || a[n] == '-';
		bool end_b = b[n] == '\0' || b[n] == '-';

		if (end_a && end_b)
			parts = n;
		if (a[n] != b[n] || a[n] == '\0')
			return parts;
	}
}

/* The reason in the language nearest to the one wanted, else the first. */
static const struct order_text *
choose_reason(const struct order *order, const char *language)
{
	const struct order_text *best = order->reasons;

	for (size_t i = 1; i < order->reason_count; i++) {
		if (common_parts(order->reasons[i].key, language) >
			common_parts(best->key, language))
			best = &order->reasons[i];
	}
	return order->reason_count == 0 ? NULL : best;
}

static void
put_contacts(struct json_writer *json, const struct order *order,
	const struct config_authority *authority)
{
	char *const *contacts = order->contacts;
	size_t count = order->contact_count;

	if (count == 0) {
		contacts = authority->contacts;
		count = authority->contact_count;
	}
	if (count == 0)
		return;
	json_put_array(json, "c");
	for (size_t i = 0; i < count; i++)
		json_put_text(json, NULL, contacts[i]);
	json_end(json);
}

/* reason may be NULL. */
static char *
render_json(const struct order *order, const struct config_authority *authority,
	const struct order_text *reason)
{
	struct json_writer json;

	json_start(&json);
	put_contacts(&json, order, authority);
	if (reason != NULL)
		json_put_text(&json, "j", reason->text);
	json_put_text(&json, "o",
		authority->title != NULL ? authority->title : order->authority);
	if (reason != NULL)
		json_put_text(&json, "l", reason->key);
	json_put_array(&json, "fdbs");
	json_put_object(&json, NULL);
	json_put_text(&json, "db", order->authority);
	json_put_text(&json, "id", order->id);
	return json_finish_text(&json);
}

/* own: what stands nearer than the general answer. */
static int
make_policy(const struct config *config, const struct order *order,
	const struct config_answer *own, struct pal_policy_in *policy,
	struct policy_texts *texts)
{
	const struct config_authority *authority =
		authority_of(config, order->authority);

	memset(policy, 0, sizeof *policy);
	resolve_answer(policy, order, own, &config->answer);
	policy->kind = authority->kind;
	texts->ede = render_ede(
		order, own->text[0] != '\0' ? own->text : config->answer.text);
	texts->json = render_json(
		order, authority, choose_reason(order, config->language));
	texts->json_short = render_json(order, authority, NULL);
	policy->ede = texts->ede;
	policy->json = texts->json;
	policy->json_short = texts->json_short;
	if (texts->ede != NULL && texts->json != NULL &&
		texts->json_short != NULL)
		return 0;
	policy_texts_fini(texts);
	return PAL_ENOMEM;
}

int
config_policy(const struct config *config, const struct order *order,
	struct pal_policy_in *policy, struct policy_texts *texts)
{
	int ret = make_policy(config, order,
		&authority_of(config, order->authority)->answer, policy, texts);

	policy->authority = order->authority;
	policy->id = order->id;
	return ret;
}

/* What the feed gives, before what its authority gives. */
static void
merge_answers(struct config_answer *own, const struct config_answer *authority)
{
	if (!own->has_answer) {
		own->has_answer = authority->has_answer;
		own->answer = authority->answer;
	}
	if (!own->has_ttl) {
		own->has_ttl = authority->has_ttl;
		own->ttl = authority->ttl;
	}
	if (!own->has_a) {
		own->has_a = authority->has_a;
		memcpy(own->a, authority->a, sizeof own->a);
	}
	if (!own->has_aaaa) {
		own->has_aaaa = authority->has_aaaa;
		memcpy(own->aaaa, authority->aaaa, sizeof own->aaaa);
	}
	if (own->text[0] == '\0')
		strcpy(own->text, authority->text);
}

/* A feed is told as an order whose id is the feed's name. */
int
config_feed_policy(const struct config *config, const struct config_feed *feed,
	struct pal_policy_in *policy, struct policy_texts *texts)
{
	struct config_answer own = feed->answer;
	struct order order = {.action = ORDER_BLOCK};
	int ret;

	strcpy(order.authority, feed->authority);
	strcpy(order.id, feed->name);
	merge_answers(&own, &authority_of(config, feed->authority)->answer);
	ret = make_policy(config, &order, &own, policy, texts);
	policy->authority = feed->authority;
	policy->id = feed->name;
	return ret;
}

void
policy_texts_fini(struct policy_texts *texts)
{
	free(texts->ede);
	free(texts->json);
	free(texts->json_short);
	memset(texts, 0, sizeof *texts);
}
