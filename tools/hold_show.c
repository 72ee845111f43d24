/* Held orders, where recorded ones are shown. */
#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "json.h"
#include "palang/error.h"
#include "text.h"
#include "timefmt.h"

/* ---- palang list ---- */

static void
print_row(const struct batch *batch, const struct batch_document *document)
{
	char time[TIME_TEXT_MAX];

	printf("%-9s  %s:%s  since %s  ", batch_state_name(batch->state),
		document->authority, document->id,
		time_format(time, batch->received / 1000));
	printf("%.*s\n", (int)strcspn(batch->why, "\n"), batch->why);
}

static void
put_row(struct json_writer *json, const struct batch *batch,
	const struct batch_document *document)
{
	char time[TIME_TEXT_MAX];

	json_put_object(json, NULL);
	json_put_text(json, "authority", document->authority);
	json_put_text(json, "id", document->id);
	json_put_text(json, "state", batch_state_name(batch->state));
	json_put_text(
		json, "received", time_format(time, batch->received / 1000));
	json_put_text(json, "why", batch->why);
	json_end(json);
}

int
hold_list(struct state *state, enum batch_state kind, struct json_writer *json)
{
	struct batches batches;
	int ret = ledger_batches(state->ledger, kind, &batches);

	for (size_t i = 0; i < batches.count && ret == 0; i++) {
		const struct batch *batch = &batches.list[i];

		for (size_t j = 0; j < batch->document_count; j++) {
			if (json != NULL)
				put_row(json, batch, &batch->documents[j]);
			else
				print_row(batch, &batch->documents[j]);
		}
	}
	ledger_batches_fini(&batches);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

/* ---- palang show ---- */

static bool
is_recorded(const struct state *state, const char *name)
{
	const struct history *history = &state->recorded.history;
	char key[ORDER_KEY_MAX];

	for (size_t i = 0; i < history->record_count; i++) {
		const struct order *order = history->records[i].order;

		if (strcmp(order->id, name) == 0 ||
			strcmp(order_key(key, order), name) == 0)
			return true;
	}
	return false;
}

static const struct batch_document *
find_document(const struct batch *batch, const char *name)
{
	const struct batch_document *found = NULL;
	enum order_fit best = ORDER_FIT_NONE;

	for (size_t i = 0; i < batch->document_count; i++) {
		const struct batch_document *d = &batch->documents[i];
		enum order_fit fit = order_fit(d->authority, d->id, name);

		if (fit == ORDER_FIT_NONE || fit < best)
			continue;
		best = fit;
		found = d;
	}
	return found;
}

static void
print_head(const struct batch *batch, const struct batch_document *document)
{
	char time[TIME_TEXT_MAX], hex[PAL_SHA256_HEX];
	const char *why = batch->why;

	printf("# %s:%s: %s, nothing of it is in force\n# came %s by ",
		document->authority, document->id,
		batch_state_name(batch->state),
		time_format(time, batch->received / 1000));
	text_print(stdout, batch->who);
	if (batch->source != NULL) {
		printf("\n# transcribed from: ");
		text_print(stdout, batch->source);
	}
	if (batch->state == BATCH_REJECTED && batch->decided_by != NULL) {
		printf("\n# rejected %s by ",
			time_format(time, batch->decided / 1000));
		text_print(stdout, batch->decided_by);
		printf(": ");
		text_print(stdout, batch->reason == NULL ? "" : batch->reason);
	}
	printf("\n# digest %s\n", pal_sha256_to_hex(hex, document->digest));
	while (*why != '\0') {
		size_t len = strcspn(why, "\n");

		printf("# %.*s\n", (int)len, why);
		why += len + (why[len] == '\n');
	}
}

/* The document of the digest, out of a file; false: it is not in it. */
static bool
print_document(const struct batch_file *file, int64_t now,
	const struct batch_document *document, bool print)
{
	struct problems problems = {0};
	struct order_batch orders;
	bool found = false;

	if (order_parse(&orders, file->name, file->data, file->len, now,
		    &problems) == 0) {
		for (size_t i = 0; i < orders.count && !found; i++) {
			const struct order *order = &orders.orders[i];

			found = memcmp(order->digest, document->digest,
					PAL_SHA256_SIZE) == 0;
			if (found && print)
				fwrite(order->canonical, 1,
					order->canonical_len, stdout);
		}
		order_batch_fini(&orders);
	}
	problems_fini(&problems);
	return found;
}

static int
print_json(const struct batch *batch, const struct batch_document *document,
	const struct batch_file *file)
{
	char time[TIME_TEXT_MAX], hex[PAL_SHA256_HEX];
	struct json_writer json;

	json_start(&json);
	json_put_text(&json, "authority", document->authority);
	json_put_text(&json, "id", document->id);
	json_put_text(&json, "state", batch_state_name(batch->state));
	json_put_text(
		&json, "received", time_format(time, batch->received / 1000));
	json_put_text(&json, "who", batch->who);
	json_put_text(&json, "source", batch->source);
	json_put_text(
		&json, "digest", pal_sha256_to_hex(hex, document->digest));
	json_put_text(&json, "why", batch->why);
	json_put_text_len(&json, "file", file->data, file->len);
	json_put_text(&json, "signature", file->signature);
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}

/* Of the file that holds the document, what is asked for. */
static int
print_part(const struct batch *batch, const struct batch_file *file,
	int64_t now, const struct batch_document *document, enum hold_part part)
{
	if (part == HOLD_JSON)
		return print_json(batch, document, file);
	if (part == HOLD_DOCUMENT) {
		print_head(batch, document);
		print_document(file, now, document, true);
	} else if (part == HOLD_FILE) {
		fwrite(file->data, 1, file->len, stdout);
	} else if (file->signature != NULL) {
		fputs(file->signature, stdout);
	} else {
		fprintf(stderr, "palang: %s:%s is not signed\n",
			document->authority, document->id);
		return EXIT_NO;
	}
	return EXIT_DONE;
}

static int
show(const struct batch *batch, const struct batch_document *document,
	struct state *state, enum hold_part part)
{
	struct batch_files files;
	int ret = ledger_batch_files(state->ledger, batch->number, &files);
	int64_t now = state_now(state);
	size_t i = 0;

	while (ret == 0 && i < files.count &&
		!print_document(&files.list[i], now, document, false))
		i++;
	if (ret != 0)
		ret = state_fail_ledger(state, ret);
	else if (i == files.count)
		ret = hold_fail_files(document, state);
	else
		ret = print_part(batch, &files.list[i], now, document, part);
	ledger_batch_files_fini(&files);
	return ret;
}

static const enum batch_state kinds[] = {
	BATCH_HELD, BATCH_SHADOW, BATCH_REJECTED};

/* One or none. */
static int
find_batch(const struct state *state, const char *name, struct batches *batches)
{
	int err = 0;

	memset(batches, 0, sizeof *batches);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && err == 0 &&
			   batches->count == 0;
		i++)
		err = ledger_batch_named(
			state->ledger, kinds[i], name, batches);
	return err == 0 ? EXIT_DONE : state_fail_ledger(state, err);
}

int
hold_has(const struct state *state, const char *name, bool *has)
{
	struct batches batches;
	int ret = find_batch(state, name, &batches);

	*has = batches.count > 0;
	ledger_batches_fini(&batches);
	return ret;
}

int
hold_show(
	struct state *state, const char *name, enum hold_part part, bool *shown)
{
	const struct batch_document *document;
	struct batches batches;
	int ret;

	*shown = false;
	if (is_recorded(state, name))
		return EXIT_DONE;
	ret = find_batch(state, name, &batches);
	if (ret == EXIT_DONE && batches.count > 0) {
		document = find_document(&batches.list[0], name);
		*shown = document != NULL;
		if (*shown)
			ret = show(&batches.list[0], document, state, part);
	}
	ledger_batches_fini(&batches);
	return ret;
}
