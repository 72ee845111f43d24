/*
 * The policy of an order: what the resolver answers for it.
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
authority_of(const struct config *config, const struct order *order)
{
	const struct config_authority *authority =
		config_find(config, order->authority);

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

int
config_policy(const struct config *config, const struct order *order,
	struct pal_policy_in *policy, struct policy_texts *texts)
{
	const struct config_authority *authority = authority_of(config, order);
	const struct config_answer *own = &authority->answer;

	memset(policy, 0, sizeof *policy);
	resolve_answer(policy, order, own, &config->answer);
	policy->kind = authority->kind;
	policy->authority = order->authority;
	policy->id = order->id;
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

void
policy_texts_fini(struct policy_texts *texts)
{
	free(texts->ede);
	free(texts->json);
	free(texts->json_short);
	memset(texts, 0, sizeof *texts);
}
