/* From recorded orders to the orders image. */
#include <string.h>

#include "effect_entry.h"
#include "effect_span.h"
#include "palang/error.h"

struct compilation {
	const struct history *history;
	const struct config *config;
	int64_t now;
	struct pal_writer *writer;
	struct problems *problems;
};

static bool
any_after(const struct effect *effect, int64_t now)
{
	for (size_t i = 0; i < effect->count; i++) {
		if (spans_left(effect->entries[i].intervals,
			    effect->entries[i].interval_count, now))
			return true;
	}
	return false;
}

/* Hands the writer an entry; says which it was if the format refuses it. */
static int
write_entry(struct compilation *compilation, const struct order *order,
	const struct effect_entry *entry)
{
	char key[ORDER_KEY_MAX], text[PAL_NAME_TEXT_MAX];
	struct pal_name whole;
	int ret;

	/* Of the entry's own, only the octets in use may be there. */
	pal_name_ancestor(&whole, entry->name, entry->name->labels);
	ret = pal_writer_entry(compilation->writer, &whole, entry->scope,
		entry->intervals, entry->interval_count);
	if (ret != 0 && ret != PAL_ENOMEM)
		problem_error(compilation->problems, NULL, 0, 0, "%s: %s: %s",
			order_key(key, order), pal_name_to_text(text, &whole),
			pal_strerror(ret));
	return ret;
}

static int
write_order(struct compilation *compilation, const struct record *record,
	const struct effect *effect)
{
	struct pal_order_in in = {
		.issued = record->order->issued, .receipt = record->receipt};
	struct policy_texts texts = {NULL, NULL, NULL};
	char key[ORDER_KEY_MAX];
	int ret = config_policy(
		compilation->config, record->order, &in.policy, &texts);

	if (ret == 0)
		ret = pal_writer_order(compilation->writer, &in);
	if (ret != 0 && ret != PAL_ENOMEM)
		problem_error(compilation->problems, NULL, 0, 0, "%s: %s",
			order_key(key, record->order), pal_strerror(ret));
	for (size_t i = 0; i < effect->count && ret == 0; i++)
		ret = write_entry(
			compilation, record->order, &effect->entries[i]);
	policy_texts_fini(&texts);
	return ret;
}

/* An order whose time is over, or which is all lifted, leaves no trace in
 * the image. */
static int
compile_order(struct compilation *compilation, size_t index)
{
	const struct history *history = compilation->history;
	const struct record *record = &history->records[index];
	struct effect effect;
	int ret = 0;

	if (record->order->action != ORDER_BLOCK ||
		effect_window(history, compilation->config, record, NULL).end <=
			compilation->now)
		return 0;
	ret = effect_of(&effect, history, compilation->config, index);
	if (ret != 0)
		return ret;
	if (any_after(&effect, compilation->now))
		ret = write_order(compilation, record, &effect);
	effect_fini(&effect);
	return ret;
}

#define NAMED_ORDERS 5 /* that an error names; of the rest, the count */

/* Tells which orders meet at a name that has too many. */
static void
blame(struct compilation *compilation, const struct pal_name *name)
{
	const struct history *history = compilation->history;
	char text[NAMED_ORDERS * (ORDER_KEY_MAX + 2) + 1] = "";
	char label[PAL_NAME_TEXT_MAX], key[ORDER_KEY_MAX];
	size_t named = 0, used = 0;

	for (size_t i = 0; i < history->record_count; i++) {
		const struct effect_entry *entry;
		struct effect effect;
		bool meets;

		if (history->records[i].order->action != ORDER_BLOCK ||
			effect_of(&effect, history, compilation->config, i) !=
				0)
			continue;
		entry = effect_find(&effect, name);
		meets = entry != NULL &&
		        spans_left(entry->intervals, entry->interval_count,
				compilation->now);
		effect_fini(&effect);
		if (meets && named++ < NAMED_ORDERS)
			used += (size_t)snprintf(text + used,
				sizeof text - used, "%s%s",
				used == 0 ? "" : ", ",
				order_key(key, history->records[i].order));
	}
	problem_error(compilation->problems, NULL, 0, 0,
		"%zu orders meet at %s, and an image has room for %d: %s%s; "
		"lift or replace some",
		named, pal_name_to_text(label, name), PAL_CLAIMS_MAX, text,
		named > NAMED_ORDERS ? ", ..." : "");
}

static int
finish(struct compilation *compilation, uint8_t **data, size_t *len)
{
	struct pal_name at;
	char label[PAL_NAME_TEXT_MAX];
	int ret;

	memset(&at, 0, sizeof at);
	ret = pal_writer_finish(compilation->writer, data, len, &at);
	if (ret == PAL_ELIMIT && at.len > 0)
		blame(compilation, &at);
	else if (ret != 0 && ret != PAL_ENOMEM)
		problem_error(compilation->problems, NULL, 0, 0,
			"compiling the orders%s%s: %s",
			at.len > 0 ? ", at " : "",
			at.len > 0 ? pal_name_to_text(label, &at) : "",
			pal_strerror(ret));
	return ret;
}

int
effect_compile(const struct history *history, const struct config *config,
	int64_t now, const uint8_t key[16], uint8_t **data, size_t *len,
	struct problems *problems)
{
	struct compilation compilation = {history, config, now, NULL, problems};
	int ret = pal_writer_open_orders(&compilation.writer, key);

	if (ret != 0)
		return ret;
	for (size_t i = 0; i < history->record_count && ret == 0; i++)
		ret = compile_order(&compilation, i);
	if (ret == 0)
		ret = finish(&compilation, data, len);
	pal_writer_close(compilation.writer);
	return ret;
}
