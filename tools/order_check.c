/* The rules of form: what an order has to be, wherever it came from. */
#include <string.h>

#include "order_form.h"
#include "text.h"
#include "timefmt.h"

const char *const order_keys[ORDER_KEYS + 1] = {
	[KEY_VERSION] = "palang-order",
	[KEY_AUTHORITY] = "authority",
	[KEY_ID] = "id",
	[KEY_REFERENCE] = "reference",
	[KEY_ACTION] = "action",
	[KEY_LIFTS] = "lifts",
	[KEY_REPLACES] = "replaces",
	[KEY_ISSUED] = "issued",
	[KEY_EFFECTIVE] = "effective",
	[KEY_EXPIRES] = "expires",
	[KEY_REVIEW] = "review",
	[KEY_COMPLY_WITHIN] = "comply-within",
	[KEY_COMPLY_BY] = "comply-by",
	[KEY_LEGAL_BASIS] = "legal-basis",
	[KEY_REASON] = "reason",
	[KEY_CONTACT] = "contact",
	[KEY_ANSWER] = "answer",
	[KEY_SCOPE] = "scope",
	[KEY_TARGETS] = "targets",
	[ORDER_KEYS] = NULL,
};

#define LOWER    "abcdefghijklmnopqrstuvwxyz"
#define UPPER    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS   "0123456789"
#define ALPHANUM LOWER UPPER DIGITS

bool
order_authority_valid(const char *authority)
{
	size_t len = strlen(authority);

	return len >= 1 && len < ORDER_AUTHORITY_MAX &&
	       strspn(authority, LOWER DIGITS "-") == len;
}

bool
order_id_valid(const char *id)
{
	size_t len = strlen(id);

	return len >= 1 && len < ORDER_ID_MAX && strspn(id, ALPHANUM) > 0 &&
	       strspn(id, ALPHANUM "._/:-") == len;
}

const char *
order_text_flaw(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len == 0)
		return "empty; write something or leave the key out";
	if (strpbrk(text, "\r\n\t") != NULL)
		return "more than one line; write one, or begin the text "
		       "with >- to have its lines joined";
	if (!text_is_plain(text, len))
		return "control characters; leave them out";
	if (text[0] == ' ' || text[len - 1] == ' ')
		return "blanks at an end; leave them out";
	if (len > max)
		return "too long; write less";
	return NULL;
}

/* RFC 5646, 2.1, without asking the registry: parts of letters and digits,
 * the first of letters alone.  Small letters, so that one language has one
 * spelling. */
const char *
order_language_flaw(const char *tag)
{
	static const char flaw[] =
		"not a language tag; write one such as id, en or pt-br";
	size_t part = strspn(tag, LOWER);

	if (strlen(tag) > ORDER_LANGUAGE_MAX || part < 2)
		return flaw;
	for (;;) {
		if (part < 1 || part > 8)
			return flaw;
		tag += part;
		if (*tag == '\0')
			return NULL;
		if (*tag++ != '-')
			return flaw;
		part = strspn(tag, LOWER DIGITS);
	}
}

const char *
order_contact_flaw(const char *uri)
{
	size_t len = strlen(uri);

	if (len > ORDER_CONTACT_MAX)
		return "too long; a contact has at most 200 octets";
	/* RFC 3986, 2 */
	if (strspn(uri, ALPHANUM "-._~:/?#[]@!$&'()*+,;=%") != len)
		return "not a URI; write others than letters, digits and "
		       "-._~:/?#[]@!$&'()*+,;= as %XX";
	if (strncmp(uri, "mailto:", 7) == 0) {
		const char *at = strchr(uri, '@');

		if (at == NULL || at == uri + 7 || at[1] == '\0')
			return "not an e-mail address; write it as "
			       "mailto:name@example.org";
		return NULL;
	}
	if (strncmp(uri, "tel:", 4) == 0) {
		if (strcspn(uri + 4, DIGITS) > 1 || strlen(uri) < 7)
			return "not a telephone number; write it as "
			       "tel:+62-21-123456";
		return NULL;
	}
	return "not a contact; write it as mailto:name@example.org or "
	       "tel:+62-21-123456";
}

const char *
order_extra_flaw(const char *key)
{
	size_t len = strlen(key);

	if (len < 3 || len > ORDER_EXTRA_KEY_MAX ||
		strspn(key, LOWER DIGITS "-") != len)
		return "not a key of your own; after x- it is made of small "
		       "letters, digits and hyphens, 64 in all";
	return NULL;
}

static bool
is_time(int64_t seconds)
{
	return seconds >= 0 && seconds <= TIME_LAST;
}

static const char *
times_flaw(const struct order *order, enum order_key *at)
{
	*at = KEY_ISSUED;
	if (!is_time(order->issued))
		return "`issued` is missing";
	*at = KEY_EFFECTIVE;
	if (!is_time(order->effective))
		return "`effective` is out of range";
	*at = KEY_EXPIRES;
	if (order->expires != PAL_NEVER && !is_time(order->expires))
		return "`expires` is out of range";
	if (order->expires <= order->effective)
		return "`expires` must lie after `effective` (which is "
		       "`issued` unless it is given)";
	*at = KEY_REVIEW;
	if (order->review != ORDER_NO_TIME && !is_time(order->review))
		return "`review` is out of range";
	*at = KEY_COMPLY_BY;
	if (order->comply_by != ORDER_NO_TIME && order->comply_within != 0)
		return "`comply-by` and `comply-within` exclude each other; "
		       "keep one";
	if (order->comply_by != ORDER_NO_TIME &&
		(!is_time(order->comply_by) ||
			order->comply_by < order->issued))
		return "`comply-by` lies before `issued`";
	*at = KEY_COMPLY_WITHIN;
	if (order->comply_within < 0 || order->comply_within > DURATION_MAX)
		return "`comply-within` is out of range";
	return NULL;
}

static const char *
action_flaw(const struct order *order, enum order_key *at)
{
	bool lifts = order->action == ORDER_LIFT;

	*at = KEY_LIFTS;
	if (!lifts && order->lifts[0] != '\0')
		return "`lifts` belongs to a lift; write `action: lift`";
	if (lifts && (!order_id_valid(order->lifts) ||
			     !order_authority_valid(order->lifts_authority)))
		return "a lift needs `lifts: ` and the id of the order that "
		       "it lifts";
	*at = KEY_REPLACES;
	if (lifts && order->replaces[0] != '\0')
		return "`replaces` belongs to a block; a lift ends an order "
		       "by itself";
	if (order->replaces[0] != '\0' && !order_id_valid(order->replaces))
		return "`replaces` takes the id of an order";
	if (strcmp(order->replaces, order->id) == 0)
		return "an order cannot replace itself; give it an id of its "
		       "own";
	*at = KEY_ANSWER;
	if (lifts && order->has_answer)
		return "`answer` belongs to a block; a lifted name is answered "
		       "as everywhere";
	*at = KEY_TARGETS;
	if (!lifts && order->target_count == 0)
		return "a block needs `targets`: at least one name";
	if (order->target_count > ORDER_TARGETS_MAX)
		return "more than 100,000 targets; split the order, or send "
		       "a feed";
	return NULL;
}

static const char *
texts_flaw(const struct order *order, enum order_key *at)
{
	const char *flaw = NULL;

	*at = KEY_REFERENCE;
	if (order->reference != NULL)
		flaw = order_text_flaw(order->reference, ORDER_REFERENCE_MAX);
	if (flaw != NULL)
		return flaw;
	*at = KEY_LEGAL_BASIS;
	if (order->legal_basis != NULL)
		flaw = order_text_flaw(
			order->legal_basis, ORDER_LEGAL_BASIS_MAX);
	*at = flaw != NULL ? *at : KEY_REASON;
	if (order->reason_count > ORDER_REASONS_MAX)
		flaw = "more than 16 languages";
	for (size_t i = 0; flaw == NULL && i < order->reason_count; i++) {
		flaw = order_language_flaw(order->reasons[i].key);
		if (flaw == NULL)
			flaw = order_text_flaw(
				order->reasons[i].text, ORDER_REASON_MAX);
	}
	*at = flaw != NULL ? *at : KEY_CONTACT;
	for (size_t i = 0; flaw == NULL && i < order->contact_count; i++)
		flaw = order_contact_flaw(order->contacts[i]);
	return flaw;
}

static const char *
extras_flaw(const struct order *order, enum order_key *at)
{
	const char *flaw = NULL;

	*at = KEY_VERSION;
	if (order->extra_count > ORDER_EXTRAS_MAX)
		return "more than 32 keys of your own (x-)";
	for (size_t i = 0; flaw == NULL && i < order->extra_count; i++) {
		flaw = order_extra_flaw(order->extras[i].key);
		if (flaw == NULL)
			flaw = order_text_flaw(
				order->extras[i].text, ORDER_EXTRA_MAX);
	}
	return flaw;
}

const char *
order_flaw(const struct order *order, enum order_key *at)
{
	const char *flaw;

	*at = KEY_AUTHORITY;
	if (!order_authority_valid(order->authority))
		return "`authority` takes 1 to 24 small letters, digits and "
		       "hyphens";
	*at = KEY_ID;
	if (!order_id_valid(order->id))
		return "`id` takes 1 to 48 letters, digits and ._/:-, the "
		       "first a letter or digit";
	flaw = times_flaw(order, at);
	if (flaw == NULL)
		flaw = action_flaw(order, at);
	if (flaw == NULL)
		flaw = texts_flaw(order, at);
	if (flaw == NULL)
		flaw = extras_flaw(order, at);
	return flaw;
}
