/* The values of an order's keys, as its document has them. */
#include <stdlib.h>
#include <string.h>

#include "order_draft.h"
#include "palang/error.h"
#include "text.h"
#include "timefmt.h"

char *
order_read_text(struct order_draft *draft, const struct yaml_node *node,
	size_t max, int *ret)
{
	const char *text = node->text, *flaw;
	size_t len;
	char *copy;

	*ret = 0;
	if (!yaml_expect(&draft->reader, node, YAML_TEXT))
		return NULL;
	text += strspn(text, " \n\t");
	len = strlen(text);
	while (len > 0 && strchr(" \n\t", text[len - 1]) != NULL)
		len--;
	copy = strndup(text, len);
	if (copy == NULL) {
		*ret = PAL_ENOMEM;
		return NULL;
	}
	flaw = order_text_flaw(copy, max);
	if (flaw == NULL)
		return copy;
	if (len > max)
		yaml_error(&draft->reader, node,
			"`%s` is %zu octets long; it takes %zu",
			node->key->text, len, max);
	else
		yaml_error(&draft->reader, node, "`%s` is %s", node->key->text,
			flaw);
	free(copy);
	return NULL;
}

void
order_refuse_template(struct order_draft *draft, const struct yaml_node *node)
{
	yaml_error(&draft->reader, node,
		"`%s` stands in the template to be edited; write your own",
		node->text);
}

static int
read_authority(struct order_draft *draft, const struct yaml_node *node)
{
	if (!yaml_expect(&draft->reader, node, YAML_TEXT))
		return 0;
	if (strcmp(node->text, ORDER_EDIT_ME) == 0)
		order_refuse_template(draft, node);
	else if (!order_authority_valid(node->text))
		yaml_error(&draft->reader, node,
			"`%s` is no authority; write 1 to 24 small letters, "
			"digits and hyphens",
			node->text);
	else
		text_copy(draft->order.authority, sizeof draft->order.authority,
			node->text);
	return 0;
}

/* An id into id, or a complaint. */
static void
copy_id(struct order_draft *draft, const struct yaml_node *node,
	const char *text, char id[ORDER_ID_MAX])
{
	if (strstr(text, ORDER_EDIT_ME_ID) != NULL)
		order_refuse_template(draft, node);
	else if (order_id_valid(text))
		text_copy(id, ORDER_ID_MAX, text);
	else
		yaml_error(&draft->reader, node,
			"`%s` is no id of an order; write 1 to 48 letters, "
			"digits and ._/:-, the first a letter or digit",
			text);
}

static int
read_id(struct order_draft *draft, const struct yaml_node *node)
{
	if (yaml_expect(&draft->reader, node, YAML_TEXT))
		copy_id(draft, node, node->text, draft->order.id);
	return 0;
}

static int
read_replaces(struct order_draft *draft, const struct yaml_node *node)
{
	if (yaml_expect(&draft->reader, node, YAML_TEXT))
		copy_id(draft, node, node->text, draft->order.replaces);
	return 0;
}

/* ID, or AUTHORITY:ID.  An id may have colons itself: what stands before the
 * first one is an authority if it can be one. */
static int
read_lifts(struct order_draft *draft, const struct yaml_node *node)
{
	struct order *order = &draft->order;
	const char *colon, *id = node->text;

	if (!yaml_expect(&draft->reader, node, YAML_TEXT))
		return 0;
	text_copy(order->lifts_authority, sizeof order->lifts_authority,
		order->authority);
	colon = strchr(id, ':');
	if (colon != NULL && colon - id < ORDER_AUTHORITY_MAX) {
		char authority[ORDER_AUTHORITY_MAX] = "";

		memcpy(authority, id, (size_t)(colon - id));
		if (order_authority_valid(authority)) {
			memcpy(order->lifts_authority, authority,
				sizeof authority);
			id = colon + 1;
		}
	}
	copy_id(draft, node, id, order->lifts);
	return 0;
}

static int
read_reference(struct order_draft *draft, const struct yaml_node *node)
{
	int ret;

	draft->order.reference =
		order_read_text(draft, node, ORDER_REFERENCE_MAX, &ret);
	return ret;
}

static int
read_legal_basis(struct order_draft *draft, const struct yaml_node *node)
{
	int ret;

	draft->order.legal_basis =
		order_read_text(draft, node, ORDER_LEGAL_BASIS_MAX, &ret);
	return ret;
}

static int
read_action(struct order_draft *draft, const struct yaml_node *node)
{
	if (!yaml_expect(&draft->reader, node, YAML_TEXT))
		return 0;
	if (strcmp(node->text, "block") == 0)
		draft->order.action = ORDER_BLOCK;
	else if (strcmp(node->text, "lift") == 0)
		draft->order.action = ORDER_LIFT;
	else
		yaml_error(&draft->reader, node,
			"`%s` is no action; write block or lift", node->text);
	return 0;
}

static void
read_time(struct order_draft *draft, const struct yaml_node *node,
	int64_t *seconds)
{
	const char *why;

	if (!yaml_expect(&draft->reader, node, YAML_TEXT))
		return;
	if (time_parse(node->text, seconds, &why) < 0)
		yaml_error(&draft->reader, node, "`%s: %s`: %s",
			node->key->text, node->text, why);
}

static int
read_issued(struct order_draft *draft, const struct yaml_node *node)
{
	read_time(draft, node, &draft->order.issued);
	return 0;
}

static int
read_effective(struct order_draft *draft, const struct yaml_node *node)
{
	read_time(draft, node, &draft->order.effective);
	return 0;
}

static int
read_expires(struct order_draft *draft, const struct yaml_node *node)
{
	read_time(draft, node, &draft->order.expires);
	return 0;
}

static int
read_review(struct order_draft *draft, const struct yaml_node *node)
{
	read_time(draft, node, &draft->order.review);
	return 0;
}

static int
read_comply_by(struct order_draft *draft, const struct yaml_node *node)
{
	read_time(draft, node, &draft->order.comply_by);
	return 0;
}

static int
read_comply_within(struct order_draft *draft, const struct yaml_node *node)
{
	const char *why;

	if (!yaml_expect(&draft->reader, node, YAML_TEXT))
		return 0;
	if (duration_parse(node->text, &draft->order.comply_within, &why) < 0)
		yaml_error(&draft->reader, node, "`%s: %s`: %s",
			node->key->text, node->text, why);
	return 0;
}

int
order_add_text(
	struct order_text **texts, size_t *count, const char *key, char *text)
{
	struct order_text *grown =
		realloc(*texts, (*count + 1) * sizeof *grown);
	char *copy = strdup(key);

	if (grown != NULL)
		*texts = grown;
	if (grown == NULL || copy == NULL) {
		free(copy);
		free(text);
		return PAL_ENOMEM;
	}
	grown[(*count)++] = (struct order_text){copy, text};
	return 0;
}

static bool
has_text(const struct order_text *texts, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(texts[i].key, key) == 0)
			return true;
	}
	return false;
}

static int
read_language(struct order_draft *draft, const struct yaml_node *node)
{
	struct order *order = &draft->order;
	char tag[ORDER_LANGUAGE_MAX + 2] = "";
	const char *flaw;
	char *text;
	int ret;

	for (size_t i = 0; node->key->text[i] != '\0' && i + 1 < sizeof tag;
		i++)
		tag[i] = (char)pal_lower((uint8_t)node->key->text[i]);
	flaw = order_language_flaw(tag);
	if (flaw == NULL && has_text(order->reasons, order->reason_count, tag))
		flaw = "given twice; keep one of them";
	if (flaw != NULL) {
		yaml_error(&draft->reader, node->key, "`%s` is %s",
			node->key->text, flaw);
		return 0;
	}
	text = order_read_text(draft, node, ORDER_REASON_MAX, &ret);
	if (text == NULL)
		return ret;
	return order_add_text(&order->reasons, &order->reason_count, tag, text);
}

static int
read_reason(struct order_draft *draft, const struct yaml_node *node)
{
	const struct yaml_node *entry;

	if (node->kind == YAML_TEXT) {
		yaml_error(&draft->reader, node,
			"`reason` needs its language; write it as "
			"`reason: {en: ...}`");
		return 0;
	}
	if (!yaml_expect(&draft->reader, node, YAML_MAP))
		return 0;
	if (node->count > ORDER_REASONS_MAX) {
		yaml_error(&draft->reader, node,
			"more than 16 languages; leave some out");
		return 0;
	}
	for (entry = node->first; entry != NULL; entry = entry->next) {
		int ret = read_language(draft, entry);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int
read_contact(struct order_draft *draft, const struct yaml_node *node)
{
	struct order *order = &draft->order;
	const struct yaml_node *entry;

	if (!yaml_expect(&draft->reader, node, YAML_LIST))
		return 0;
	if (node->count > ORDER_CONTACTS_MAX) {
		yaml_error(&draft->reader, node,
			"more than 3 contacts; leave some out");
		return 0;
	}
	for (entry = node->first; entry != NULL; entry = entry->next) {
		const char *flaw;
		char *copy;

		if (!yaml_expect(&draft->reader, entry, YAML_TEXT))
			continue;
		flaw = order_contact_flaw(entry->text);
		if (flaw != NULL) {
			yaml_error(&draft->reader, entry, "`%s` is %s",
				entry->text, flaw);
			continue;
		}
		copy = strdup(entry->text);
		if (copy == NULL)
			return PAL_ENOMEM;
		order->contacts[order->contact_count++] = copy;
	}
	return 0;
}

static int
read_answer(struct order_draft *draft, const struct yaml_node *node)
{
	if (!yaml_expect(&draft->reader, node, YAML_TEXT))
		return 0;
	draft->order.has_answer = true;
	if (!order_answer_read(&draft->order.answer, node->text))
		yaml_error(&draft->reader, node,
			"`%s` is no answer; write sinkhole, nodata, nxdomain "
			"or refused",
			node->text);
	return 0;
}

int (*const order_readers[ORDER_KEYS])(
	struct order_draft *, const struct yaml_node *) = {
	[KEY_AUTHORITY] = read_authority,
	[KEY_ID] = read_id,
	[KEY_REFERENCE] = read_reference,
	[KEY_ACTION] = read_action,
	[KEY_LIFTS] = read_lifts,
	[KEY_REPLACES] = read_replaces,
	[KEY_ISSUED] = read_issued,
	[KEY_EFFECTIVE] = read_effective,
	[KEY_EXPIRES] = read_expires,
	[KEY_REVIEW] = read_review,
	[KEY_COMPLY_WITHIN] = read_comply_within,
	[KEY_COMPLY_BY] = read_comply_by,
	[KEY_LEGAL_BASIS] = read_legal_basis,
	[KEY_REASON] = read_reason,
	[KEY_CONTACT] = read_contact,
	[KEY_ANSWER] = read_answer,
};
