#include "order.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "order_form.h"

static const char *const answers[] = {
	[PAL_SINKHOLE] = "sinkhole",
	[PAL_NODATA] = "nodata",
	[PAL_NXDOMAIN] = "nxdomain",
	[PAL_REFUSED] = "refused",
};

static const char *const scopes[] = {
	[PAL_EXACT] = "exact",
	[PAL_SUBTREE] = "subtree",
	[2] = "any",
};

const char *
order_answer_name(enum pal_answer answer)
{
	return answers[answer];
}

bool
order_answer_read(enum pal_answer *answer, const char *text)
{
	for (unsigned i = 0; i < sizeof answers / sizeof *answers; i++) {
		if (strcmp(answers[i], text) == 0) {
			*answer = (enum pal_answer)i;
			return true;
		}
	}
	return false;
}

const char *
order_scope_name(enum pal_scope scope)
{
	return scopes[scope];
}

bool
order_scope_read(enum pal_scope *scope, const char *text)
{
	for (unsigned i = PAL_EXACT; i <= PAL_SUBTREE; i++) {
		if (strcmp(scopes[i], text) == 0) {
			*scope = (enum pal_scope)i;
			return true;
		}
	}
	return false;
}

char *
order_key(char buf[ORDER_KEY_MAX], const struct order *order)
{
	size_t authority = strlen(order->authority), id = strlen(order->id);

	memcpy(buf, order->authority, authority);
	buf[authority] = ':';
	memcpy(buf + authority + 1, order->id, id + 1);
	return buf;
}

enum order_fit
order_fit(const char *authority, const char *id, const char *name)
{
	size_t len = strlen(authority);

	if (strncmp(name, authority, len) == 0 && name[len] == ':' &&
		strcmp(name + len + 1, id) == 0)
		return ORDER_FIT_KEY;
	return strcmp(name, id) == 0 ? ORDER_FIT_ID : ORDER_FIT_NONE;
}

static void
free_texts(struct order_text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(texts[i].key);
		free(texts[i].text);
	}
	free(texts);
}

void
order_fini(struct order *order)
{
	free(order->reference);
	free(order->legal_basis);
	free_texts(order->reasons, order->reason_count);
	free_texts(order->extras, order->extra_count);
	for (size_t i = 0; i < order->contact_count; i++)
		free(order->contacts[i]);
	free(order->targets);
	free(order->canonical);
	memset(order, 0, sizeof *order);
}

void
order_batch_fini(struct order_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		order_fini(&batch->orders[i]);
	free(batch->orders);
	memset(batch, 0, sizeof *batch);
}
