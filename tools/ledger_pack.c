#include "ledger_pack.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "palang/error.h"

/* ---- targets ---- */

#define FLAG_SCOPE  3u
#define FLAG_EXCEPT 4u

int
pack_targets(const struct order *order, uint8_t **data, size_t *len)
{
	size_t size = 1;
	uint8_t *at;

	for (size_t i = 0; i < order->target_count; i++)
		size += 2u + order->targets[i].name.len;
	*data = at = malloc(size);
	if (at == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < order->target_count; i++) {
		const struct order_target *target = &order->targets[i];

		*at++ = (uint8_t)((unsigned)target->scope |
				  (target->except ? FLAG_EXCEPT : 0));
		*at++ = target->name.len;
		memcpy(at, target->name.wire, target->name.len);
		at += target->name.len;
	}
	*len = size - 1;
	return 0;
}

#define TARGET_HEAD 2u /* flags and length */

/* The octets of a target, or 0 for what is none. */
static size_t
check_target(const uint8_t *data, size_t len)
{
	unsigned labels;

	if (len < TARGET_HEAD || data[1] > len - TARGET_HEAD ||
		(data[0] & FLAG_SCOPE) > ORDER_SCOPE_ANY ||
		pal_wire_labels(data + TARGET_HEAD, data[1], NULL, &labels) !=
			data[1])
		return 0;
	return TARGET_HEAD + data[1];
}

int
pack_check(const uint8_t *data, size_t len, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t used = check_target(data, len);

		if (used == 0)
			return PAL_EFORM;
		data += used;
		len -= used;
	}
	return len == 0 ? 0 : PAL_EFORM;
}

size_t
pack_names_size(const uint8_t *data, size_t count)
{
	size_t size = 0, at = 0;

	for (size_t i = 0; i < count; i++) {
		size += offsetof(struct pal_name, wire) + data[at + 1];
		at += TARGET_HEAD + data[at + 1];
	}
	return size;
}

size_t
unpack_name(
	const uint8_t *data, uint8_t *name, enum pal_scope *scope, bool *except)
{
	unsigned labels = 0;

	*scope = (enum pal_scope)(data[0] & FLAG_SCOPE);
	*except = (data[0] & FLAG_EXCEPT) != 0;
	pal_wire_labels(data + TARGET_HEAD, data[1], NULL, &labels);
	name[offsetof(struct pal_name, len)] = data[1];
	name[offsetof(struct pal_name, labels)] = (uint8_t)labels;
	memcpy(name + offsetof(struct pal_name, wire), data + TARGET_HEAD,
		data[1]);
	return TARGET_HEAD + data[1];
}

int
unpack_targets(
	struct order *order, const uint8_t *data, size_t len, size_t count)
{
	/* Each takes three octets at least; so the count is no trap. */
	if (count > len / 3 || pack_check(data, len, count) != 0)
		return count == 0 && len == 0 ? 0 : PAL_EFORM;
	order->targets = calloc(count, sizeof *order->targets);
	if (order->targets == NULL)
		return PAL_ENOMEM;
	order->target_count = count;
	for (size_t i = 0; i < count; i++) {
		struct order_target *target = &order->targets[i];

		data += unpack_name(data, (uint8_t *)&target->name,
			&target->scope, &target->except);
	}
	return 0;
}

/* ---- texts ---- */

enum text_kind {
	TEXT_REFERENCE = 'r',
	TEXT_LEGAL_BASIS = 'l',
	TEXT_REASON = 'w', /* key: the language tag */
	TEXT_CONTACT = 'c',
	TEXT_EXTRA = 'x' /* key: x-... */
};

/* A buffer that grows, with a sticky error. */
struct packer {
	uint8_t *data;
	size_t len, size;
	bool failed;
};

static void
put(struct packer *packer, const void *data, size_t len)
{
	if (packer->failed)
		return;
	if (packer->data == NULL || packer->len + len > packer->size) {
		size_t size = 2 * (packer->len + len) + 256;
		uint8_t *grown = realloc(packer->data, size);

		if (grown == NULL) {
			packer->failed = true;
			return;
		}
		packer->data = grown;
		packer->size = size;
	}
	memcpy(packer->data + packer->len, data, len);
	packer->len += len;
}

static void
put_length(struct packer *packer, size_t len)
{
	uint8_t octets[4];

	for (unsigned i = 0; i < 4; i++)
		octets[i] = (uint8_t)(len >> (8 * i));
	put(packer, octets, sizeof octets);
}

static void
put_text(struct packer *packer, enum text_kind kind, const char *key,
	const char *text)
{
	uint8_t letter = (uint8_t)kind;

	if (text == NULL)
		return;
	put(packer, &letter, 1);
	put_length(packer, strlen(key));
	put_length(packer, strlen(text));
	put(packer, key, strlen(key));
	put(packer, text, strlen(text));
}

int
pack_texts(const struct order *order, uint8_t **data, size_t *len)
{
	struct packer packer = {NULL, 0, 0, false};

	/* Not NULL even if there is nothing: SQLite would take that for
	 * an absent value. */
	put(&packer, "", 0);
	put_text(&packer, TEXT_REFERENCE, "", order->reference);
	put_text(&packer, TEXT_LEGAL_BASIS, "", order->legal_basis);
	for (size_t i = 0; i < order->reason_count; i++)
		put_text(&packer, TEXT_REASON, order->reasons[i].key,
			order->reasons[i].text);
	for (size_t i = 0; i < order->contact_count; i++)
		put_text(&packer, TEXT_CONTACT, "", order->contacts[i]);
	for (size_t i = 0; i < order->extra_count; i++)
		put_text(&packer, TEXT_EXTRA, order->extras[i].key,
			order->extras[i].text);
	if (packer.failed) {
		free(packer.data);
		return PAL_ENOMEM;
	}
	*data = packer.data;
	*len = packer.len;
	return 0;
}

static int
add_keyed(struct order_text **texts, size_t *count, const char *key,
	size_t key_len, const char *text, size_t len)
{
	struct order_text *grown =
		realloc(*texts, (*count + 1) * sizeof **texts);

	if (grown == NULL)
		return PAL_ENOMEM;
	*texts = grown;
	grown[*count].key = strndup(key, key_len);
	grown[*count].text = strndup(text, len);
	(*count)++;
	return grown[*count - 1].key == NULL || grown[*count - 1].text == NULL
	               ? PAL_ENOMEM
	               : 0;
}

static int
set_text(char **to, const char *text, size_t len)
{
	if (*to != NULL)
		return PAL_EFORM;
	*to = strndup(text, len);
	return *to == NULL ? PAL_ENOMEM : 0;
}

static int
take_text(struct order *order, uint8_t kind, const char *key, size_t key_len,
	const char *text, size_t len)
{
	switch (kind) {
	case TEXT_REFERENCE:
		return set_text(&order->reference, text, len);
	case TEXT_LEGAL_BASIS:
		return set_text(&order->legal_basis, text, len);
	case TEXT_REASON:
		return add_keyed(&order->reasons, &order->reason_count, key,
			key_len, text, len);
	case TEXT_CONTACT:
		if (order->contact_count == ORDER_CONTACTS_MAX)
			return PAL_EFORM;
		return set_text(
			&order->contacts[order->contact_count++], text, len);
	case TEXT_EXTRA:
		return add_keyed(&order->extras, &order->extra_count, key,
			key_len, text, len);
	default:
		return PAL_EFORM;
	}
}

static size_t
take_length(const uint8_t *data)
{
	return (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16 |
	       (size_t)data[3] << 24;
}

#define TEXT_HEAD 9 /* letter and two lengths */

int
unpack_texts(struct order *order, const uint8_t *data, size_t len)
{
	while (len > 0) {
		size_t key_len, text_len;
		const char *key;
		int ret;

		if (len < TEXT_HEAD)
			return PAL_EFORM;
		key_len = take_length(data + 1);
		text_len = take_length(data + 5);
		if (key_len > len - TEXT_HEAD ||
			text_len > len - TEXT_HEAD - key_len)
			return PAL_EFORM;
		key = (const char *)data + TEXT_HEAD;
		ret = take_text(
			order, data[0], key, key_len, key + key_len, text_len);
		if (ret != 0)
			return ret;
		data += TEXT_HEAD + key_len + text_len;
		len -= TEXT_HEAD + key_len + text_len;
	}
	return 0;
}
