#include "shadow.h"

#include <stdlib.h>
#include <string.h>

#include "palang/error.h"

void
shadow_fini(struct shadow *shadow)
{
	for (size_t i = 0; i < shadow->parsed_count; i++)
		order_batch_fini(&shadow->parsed[i]);
	free(shadow->parsed);
	free(shadow->orders);
	ledger_batches_fini(&shadow->batches);
	memset(shadow, 0, sizeof *shadow);
}

/* True if this is one of those that the batch is about: a file may hold others,
 * which were recorded before. */
static bool
is_meant(const struct batch *batch, const struct order *order)
{
	for (size_t i = 0; i < batch->document_count; i++) {
		const struct batch_document *document = &batch->documents[i];

		if (strcmp(document->authority, order->authority) == 0 &&
			strcmp(document->id, order->id) == 0)
			return order->action == ORDER_BLOCK;
	}
	return false;
}

static int
add_orders(struct shadow *shadow, const struct batch *batch,
	const struct order_batch *parsed)
{
	struct shadow_order *orders = realloc(shadow->orders,
		(shadow->count + parsed->count + 1) * sizeof *orders);

	if (orders == NULL)
		return PAL_ENOMEM;
	shadow->orders = orders;
	for (size_t i = 0; i < parsed->count; i++) {
		struct order *order = &parsed->orders[i];

		if (!is_meant(batch, order))
			continue;
		orders[shadow->count++] = (struct shadow_order){order, batch};
		shadow->names += order->target_count;
	}
	return 0;
}

static int
read_file(struct shadow *shadow, const struct batch *batch,
	const struct batch_file *file, struct problems *problems)
{
	struct order_batch *parsed = realloc(
		shadow->parsed, (shadow->parsed_count + 1) * sizeof *parsed);
	struct problems own = {.errors = 0};
	int ret;

	if (parsed == NULL)
		return PAL_ENOMEM;
	shadow->parsed = parsed;
	parsed += shadow->parsed_count;
	ret = order_parse(parsed, file->name, file->data, file->len,
		batch->received / 1000, &own);
	problems_fini(&own);
	if (ret == PAL_EFORM) {
		problem_warning(problems, file->name, 0, 0,
			"it is on trial, and cannot be read any more");
		return 0;
	}
	if (ret != 0)
		return ret;
	shadow->parsed_count++;
	return add_orders(shadow, batch, parsed);
}

int
shadow_load(
	struct shadow *shadow, struct ledger *ledger, struct problems *problems)
{
	int ret;

	memset(shadow, 0, sizeof *shadow);
	ret = ledger_batches(ledger, BATCH_SHADOW, &shadow->batches);
	for (size_t i = 0; ret == 0 && i < shadow->batches.count; i++) {
		const struct batch *batch = &shadow->batches.list[i];
		struct batch_files files;

		ret = ledger_batch_files(ledger, batch->number, &files);
		for (size_t j = 0; ret == 0 && j < files.count; j++)
			ret = read_file(
				shadow, batch, &files.list[j], problems);
		ledger_batch_files_fini(&files);
	}
	return ret;
}

const struct shadow_order *
shadow_find(const struct shadow *shadow, const char *name, bool *several)
{
	const struct shadow_order *found = NULL;

	*several = false;
	for (size_t i = 0; i < shadow->count; i++) {
		const struct order *order = shadow->orders[i].order;
		enum order_fit fit =
			order_fit(order->authority, order->id, name);

		if (fit == ORDER_FIT_KEY) {
			*several = false;
			return &shadow->orders[i];
		}
		if (fit == ORDER_FIT_NONE)
			continue;
		*several = found != NULL;
		found = &shadow->orders[i];
	}
	return found;
}

/* ---- the list ---- */

/* What they would be if they were in force now. */
static struct record *
make_records(struct shadow *shadow)
{
	struct record *records = calloc(shadow->count, sizeof *records);

	for (size_t i = 0; records != NULL && i < shadow->count; i++) {
		struct order *order = shadow->orders[i].order;

		order->effective = ORDER_NO_TIME;
		order->expires = PAL_NEVER;
		order->replaces[0] = '\0';
		records[i] = (struct record){.order = order,
			.received = shadow->orders[i].batch->received / 1000,
			.receipt = i + 1};
	}
	return records;
}

static int
compile(struct publication *publication, struct shadow *shadow, uint8_t **data,
	size_t *len)
{
	struct problems own = {.errors = 0};
	struct record *records = make_records(shadow);
	struct history history = {
		.records = records, .record_count = shadow->count};
	int ret;

	if (records == NULL)
		return PAL_ENOMEM;
	ret = effect_compile(&history, publication->config,
		publication->now_ms / 1000, publication->random.key, data, len,
		&own);
	if (ret != 0 && ret != PAL_ENOMEM) {
		problem_warning(publication->problems, NULL, 0, 0,
			"the orders on trial cannot be compiled, so none is "
			"counted: %s",
			own.count > 0 ? own.items[0].text : pal_strerror(ret));
		*data = NULL;
		ret = 0;
	}
	problems_fini(&own);
	free(records);
	return ret;
}

int
shadow_compile(struct publication *publication, uint8_t **data, size_t *len)
{
	struct shadow shadow;
	int ret = shadow_load(
		&shadow, publication->ledger, publication->problems);

	*data = NULL;
	*len = 0;
	if (ret == 0 && shadow.names > PAL_SHADOW_MAX)
		problem_warning(publication->problems, NULL, 0, 0,
			"%zu names are on trial, and %d are the most: none is "
			"counted",
			shadow.names, PAL_SHADOW_MAX);
	else if (ret == 0 && shadow.count > 0)
		ret = compile(publication, &shadow, data, len);
	shadow_fini(&shadow);
	return ret;
}
