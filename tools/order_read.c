/* Orders from their documents. */
#include <stdlib.h>
#include <string.h>

#include "order_draft.h"
#include "palang/error.h"
#include "text.h"

/* A document of a later version may have keys and values that mean nothing
 * here, so the version is judged before anything else. */
static bool
check_version(struct order_draft *draft)
{
	const struct yaml_node *node = yaml_get(draft->root, "palang-order");
	char *end;
	long version;

	if (node == NULL) {
		yaml_error(&draft->reader, draft->root,
			"no order: `palang-order: 1` is missing");
		return false;
	}
	if (!yaml_expect(&draft->reader, node, YAML_TEXT))
		return false;
	version = strtol(node->text, &end, 10);
	if (strcmp(node->text, "1") == 0)
		return true;
	if (*end == '\0' && version > ORDER_VERSION && version < 1000)
		yaml_error(&draft->reader, node,
			"version %ld needs a later palang, one that reads "
			"palang-order %ld; this is " PALANG_VERSION
			" and reads version 1",
			version, version);
	else
		yaml_error(&draft->reader, node,
			"`%s` is no version; write `palang-order: 1`",
			node->text);
	return false;
}

static int
read_extra(struct order_draft *draft, const struct yaml_node *node)
{
	struct order *order = &draft->order;
	const char *flaw = order_extra_flaw(node->key->text);
	char *text;
	int ret;

	if (flaw == NULL && order->extra_count == ORDER_EXTRAS_MAX)
		flaw = "one too many; an order takes 32 keys of your own";
	if (flaw != NULL) {
		yaml_error(&draft->reader, node->key, "`%s` is %s",
			node->key->text, flaw);
		return 0;
	}
	text = order_read_text(draft, node, ORDER_EXTRA_MAX, &ret);
	if (text == NULL)
		return ret;
	return order_add_text(
		&order->extras, &order->extra_count, node->key->text, text);
}

static void
refuse_key(struct order_draft *draft, const struct yaml_node *key)
{
	const char *near = text_nearest(key->text, order_keys);

	if (near != NULL)
		yaml_error(&draft->reader, key,
			"unknown key `%s`; did you mean `%s`?", key->text,
			near);
	else
		yaml_error(&draft->reader, key,
			"unknown key `%s`; a key of your own begins with x-",
			key->text);
}

/* Finds the values of the keys. */
static int
sort_keys(struct order_draft *draft)
{
	const struct yaml_node *node;

	for (node = draft->root->first; node != NULL; node = node->next) {
		const char *key = node->key->text;
		size_t i = 0;
		int ret = 0;

		while (i < ORDER_KEYS && strcmp(order_keys[i], key) != 0)
			i++;
		if (i < ORDER_KEYS)
			draft->at[i] = node;
		else if (strncmp(key, "x-", 2) == 0)
			ret = read_extra(draft, node);
		else
			refuse_key(draft, node->key);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static void
check_required(struct order_draft *draft)
{
	static const enum order_key required[] = {
		KEY_AUTHORITY, KEY_ID, KEY_ACTION, KEY_ISSUED};

	for (size_t i = 0; i < sizeof required / sizeof *required; i++) {
		if (draft->at[required[i]] == NULL)
			yaml_error(&draft->reader, draft->root,
				"`%s` is missing", order_keys[required[i]]);
	}
}

static int
read_values(struct order_draft *draft)
{
	for (size_t i = 0; i < ORDER_KEYS; i++) {
		int ret = 0;

		if (draft->at[i] != NULL && order_readers[i] != NULL)
			ret = order_readers[i](draft, draft->at[i]);
		if (ret < 0)
			return ret;
	}
	return order_read_targets(draft);
}

/* What the whole says, once each part of it has been understood. */
static void
check_whole(struct order_draft *draft, int64_t now)
{
	struct order *order = &draft->order;
	enum order_key at;
	const char *flaw;

	if (order->effective == ORDER_NO_TIME)
		order->effective = order->issued;
	flaw = order_flaw(order, &at);
	if (flaw != NULL)
		yaml_error(&draft->reader,
			draft->at[at] != NULL ? draft->at[at] : draft->root,
			"%s", flaw);
	if (order->issued > now && order->issued - now > ORDER_AHEAD_MAX)
		yaml_error(&draft->reader, draft->at[KEY_ISSUED],
			"`issued` lies more than a day ahead of this "
			"machine's clock; check both");
	order_settle_targets(draft);
}

/* Reads one document.  The order is left as it is after an error: its caller
 * frees it. */
static int
read_document(struct order_draft *draft, int64_t now)
{
	size_t errors = draft->reader.problems->errors;
	int ret;

	if (draft->root->kind != YAML_MAP) {
		bool empty = draft->root->kind == YAML_TEXT &&
		             draft->root->text[0] == '\0';

		yaml_error(&draft->reader, draft->root, "%s",
			empty ? "an empty document; leave out the `---` before "
				"it"
			      : "no order: a document begins with "
				"`palang-order: 1`");
		return 0;
	}
	if (!check_version(draft))
		return 0;
	ret = sort_keys(draft);
	check_required(draft);
	if (ret == 0)
		ret = read_values(draft);
	if (ret < 0 || draft->reader.problems->errors > errors)
		return ret;
	check_whole(draft, now);
	if (draft->reader.problems->errors > errors)
		return 0;
	ret = order_canonicalize(&draft->order, NULL);
	return ret;
}

static int
read_documents(struct order_batch *batch, struct order_draft *draft,
	const struct yaml_stream *stream, int64_t now)
{
	batch->orders = calloc(stream->count, sizeof *batch->orders);
	if (batch->orders == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < stream->count; i++) {
		int ret;

		*draft = (struct order_draft){.reader = draft->reader};
		draft->root = stream->documents[i];
		draft->order.issued = ORDER_NO_TIME;
		draft->order.effective = ORDER_NO_TIME;
		draft->order.expires = PAL_NEVER;
		draft->order.review = ORDER_NO_TIME;
		draft->order.comply_by = ORDER_NO_TIME;
		draft->order.line = draft->root->line;
		ret = read_document(draft, now);
		batch->orders[batch->count++] = draft->order;
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int
parse(struct order_batch *batch, const char *file, const char *data, size_t len,
	size_t max, int64_t now, struct problems *problems)
{
	struct order_draft draft = {.reader = {file, problems, NULL}};
	size_t errors = problems->errors;
	struct yaml_stream stream;
	int ret = yaml_read(&stream, file, data, len, max, problems);

	memset(batch, 0, sizeof *batch);
	if (ret < 0)
		return ret;
	if (stream.count == 0)
		problem_error(problems, file, 0, 0,
			"there is no order in it; an order begins with "
			"`palang-order: 1`");
	else if (stream.count > ORDER_BATCH_MAX)
		yaml_error(&draft.reader, stream.documents[ORDER_BATCH_MAX],
			"more than %d orders in one file; split it",
			ORDER_BATCH_MAX);
	else
		ret = read_documents(batch, &draft, &stream, now);
	if (ret == 0 && problems->errors > errors)
		ret = PAL_EFORM;
	if (ret < 0)
		order_batch_fini(batch);
	yaml_fini(&stream);
	return ret;
}

int
order_parse(struct order_batch *batch, const char *file, const char *data,
	size_t len, int64_t now, struct problems *problems)
{
	return parse(batch, file, data, len, ORDER_FILE_MAX, now, problems);
}

int
order_restore(struct order *order, const char *canonical, size_t len)
{
	struct problems problems = {0};
	struct order_batch batch;
	int ret = parse(&batch, NULL, canonical, len, ORDER_CANONICAL_MAX,
		INT64_MAX, &problems);

	problems_fini(&problems);
	if (ret < 0)
		return ret;
	if (batch.count != 1) {
		order_batch_fini(&batch);
		return PAL_EFORM;
	}
	*order = batch.orders[0];
	order->line = 0;
	for (size_t i = 0; i < order->target_count; i++)
		order->targets[i].line = order->targets[i].column = 0;
	free(batch.orders);
	return 0;
}
