#include "hold.h"

#include <stdlib.h>
#include <string.h>

#include "palang/error.h"
#include "text.h"
#include "timefmt.h"

/* ---- is it held already? ---- */

static void
refuse_other(const struct intake_item *item, const struct batch *batch,
	const struct batch_document *held, struct state *state)
{
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];
	char old[PAL_SHA256_HEX], new[PAL_SHA256_HEX];

	order_key(key, item->order);
	problem_error(&state->problems, item->file->name, item->order->line, 1,
		"another document of the same id, %s, is held since %s: its "
		"digest is %s, this one's %s; `palang show %s` prints it, "
		"`palang reject %s --reason \"...\"` drops it",
		key, time_format(time, batch->received / 1000),
		pal_sha256_to_hex(old, held->digest),
		pal_sha256_to_hex(new, item->order->digest), key, key);
}

/* Found in a batch that waits: 1; in none, or the one that is approved: 0. */
static size_t
check_item(struct intake *intake, const struct intake_item *item,
	struct state *state)
{
	const struct order *order = item->order;
	const struct batch *batch;
	const struct batch_document *document = batches_find(
		&intake->batches, order->authority, order->id, &batch);

	if (document == NULL ||
		(intake->approved != NULL &&
			batch->number == intake->approved->number))
		return 0;
	if (memcmp(document->digest, order->digest, PAL_SHA256_SIZE) != 0)
		refuse_other(item, batch, document, state);
	else
		intake->held = batch;
	return 1;
}

static void
refuse_mixed(const struct intake_item *item, const struct batch *batch,
	struct state *state)
{
	problem_error(&state->problems, item->file->name, item->order->line, 1,
		"%s:%s is held%s (`palang held`); send what is new without it",
		batch->documents[0].authority, batch->documents[0].id,
		batch->document_count > 1 ? ", with others that came with it"
					  : "");
}

int
hold_check(struct intake *intake, struct state *state)
{
	const struct intake_item *first = NULL;
	const struct batch *held = NULL;
	size_t errors = state->problems.errors, found = 0;
	int ret = ledger_batches(state->ledger, BATCH_HELD, &intake->batches);

	if (ret != 0)
		return state_fail_ledger(state, ret);
	for (size_t i = 0; i < intake->count; i++) {
		const struct intake_item *item = &intake->items[i];

		if (item->known != NULL || check_item(intake, item, state) == 0)
			continue;
		if (found++ > 0)
			continue;
		first = item;
		held = intake->held;
	}
	if (state->problems.errors == errors && found > 0 &&
		found < intake->added)
		refuse_mixed(first, held, state);
	return state->problems.errors > errors ? EXIT_ERROR : EXIT_DONE;
}

/* ---- what is told ---- */

void
hold_print_lines(const char *text)
{
	while (text != NULL && *text != '\0') {
		size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);

		fputs("  ", stdout);
		text_print(stdout, line == NULL ? "" : line);
		putchar('\n');
		free(line);
		text += len + (text[len] == '\n');
	}
}

/* What else is to be known of who can approve it. */
static void
print_who(const struct batch *batch, const struct state *state, bool enough)
{
	const struct config *config = &state->config;
	const char *nobody = hold_nobody(config, batch);

	if (enough)
		printf("enough stand behind it: any of them puts it in force "
		       "by approving once more\n");
	else if (config->approvals > 1 && config->approver_count == 0)
		printf("nobody can approve it yet: add somebody under "
		       "`approvers:` in %s\n",
			config->file);
	else if (config->approvals > 1 && nobody != NULL)
		printf("nobody in particular applied it (%s): it takes "
		       "%u approvers\n",
			nobody, config->approvals);
}

void
hold_print(const struct batch *batch, const struct state *state)
{
	const struct batch_document *first = batch->documents;
	unsigned needed = hold_needed(&state->config, batch);
	size_t count = hold_count(batch, NULL, state);
	char time[TIME_TEXT_MAX];

	for (size_t i = 0; i < batch->document_count; i++)
		printf("%s:%s: held, nothing of it is in force\n",
			batch->documents[i].authority, batch->documents[i].id);
	hold_print_lines(batch->why);
	printf("came %s by ", time_format(time, batch->received / 1000));
	text_print(stdout, batch->who);
	printf("; %zu of %u approval%s\n", count, needed,
		needed == 1 ? "" : "s");
	if (batch->document_count == 0)
		return;
	print_who(batch, state, count >= needed);
	printf("if it is meant:  palang approve %s:%s --reason \"...\"\n"
	       "if it is not:    palang reject %s:%s --reason \"...\"\n",
		first->authority, first->id, first->authority, first->id);
}

/* ---- recording ---- */

/* As the journal will have them: a list and its headings may be of any
 * octets. */
char *
hold_findings(const struct guard_findings *findings, bool several)
{
	char *text = NULL, *mended = NULL, key[ORDER_KEY_MAX];
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < findings->count; i++) {
		const struct guard_finding *finding = &findings->list[i];

		if (i > 0)
			putc('\n', out);
		if (several)
			fprintf(out, "%s: ", order_key(key, finding->order));
		fputs(finding->text, out);
	}
	if (fclose(out) == 0)
		mended = text_mend(text, len);
	free(text);
	return mended;
}

/* All that is new of the run.  False: no memory. */
static bool
make_batch(struct batch *batch, const struct intake *intake,
	const struct state *state, const char *what)
{
	*batch = (struct batch){.received = state->started_ms,
		.arrived = intake->arrived,
		.who = state->who,
		.way = (char *)(uintptr_t)(intake->signed_only ? "inbox"
							       : what),
		.source = intake->transcribed
	                          ? (char *)(uintptr_t)intake->source
	                          : NULL,
		.state = BATCH_HELD};
	batch->documents = calloc(intake->count, sizeof *batch->documents);
	batch->why = hold_findings(&intake->findings, intake->added > 1);
	if (batch->documents == NULL || batch->why == NULL)
		return false;
	for (size_t i = 0; i < intake->count; i++) {
		const struct order *order = intake->items[i].order;
		struct batch_document *document =
			&batch->documents[batch->document_count];

		if (intake->items[i].known != NULL)
			continue;
		batch->document_count++;
		strcpy(document->authority, order->authority);
		strcpy(document->id, order->id);
		memcpy(document->digest, order->digest, PAL_SHA256_SIZE);
	}
	return true;
}

static int
keep_files(const struct intake *intake, struct state *state, int64_t number)
{
	const struct intake_file *kept = NULL;
	size_t position = 0;
	int ret = EXIT_DONE;

	for (size_t i = 0; i < intake->count && ret == EXIT_DONE; i++) {
		const struct intake_item *item = &intake->items[i];
		int64_t row, signature = 0;
		int err;

		if (item->known != NULL || item->file == kept)
			continue;
		kept = item->file;
		ret = intake_keep(kept, state, &row, &signature);
		if (ret != EXIT_DONE)
			break;
		err = ledger_add_batch_file(state->ledger, number, position++,
			row, kept->name, signature);
		if (err != 0)
			ret = state_fail_ledger(state, err);
	}
	return ret;
}

int
hold_events(struct state *state, const struct batch *batch, const char *what,
	const char *detail)
{
	int ret = EXIT_DONE;

	for (size_t i = 0; i < batch->document_count && ret == EXIT_DONE; i++) {
		const struct batch_document *document = &batch->documents[i];
		struct ledger_event event = {.what = what,
			.authority = document->authority,
			.id = document->id,
			.digest = document->digest,
			.detail = detail};

		ret = state_add_event(state, &event);
	}
	return ret;
}

static int
record(const struct intake *intake, struct state *state, struct batch *batch)
{
	int ret = state_change(state), err;

	if (ret != EXIT_DONE)
		return ret;
	err = ledger_add_batch(state->ledger, batch);
	if (err != 0)
		return state_fail_ledger(state, err);
	ret = keep_files(intake, state, batch->number);
	if (ret == EXIT_DONE)
		ret = hold_events(state, batch, "held", batch->why);
	if (ret == EXIT_DONE)
		ret = intake_before_commit(intake);
	if (ret != EXIT_DONE)
		return ret;
	err = ledger_commit(state->ledger);
	if (err != 0)
		return state_fail_ledger(state, err);
	cmd_published();
	state_tell_head(state);
	return EXIT_DONE;
}

/* There is nothing yet to approve. */
static void
print_dry(const struct batch *batch, const struct state *state)
{
	unsigned needed = hold_needed(&state->config, batch);

	for (size_t i = 0; i < batch->document_count; i++)
		printf("would be %s:%s: held\n", batch->documents[i].authority,
			batch->documents[i].id);
	hold_print_lines(batch->why);
	printf("it would take %u approval%s\n", needed, needed == 1 ? "" : "s");
}

int
hold_record(
	struct intake *intake, struct state *state, const char *what, bool dry)
{
	struct batch batch;
	int ret = EXIT_DONE;

	if (!make_batch(&batch, intake, state, what))
		ret = cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	if (ret == EXIT_DONE && !dry)
		ret = record(intake, state, &batch);
	if (ret == EXIT_DONE)
		(dry ? print_dry : hold_print)(&batch, state);
	free(batch.documents);
	free(batch.why);
	state_abandon(state);
	return ret == EXIT_DONE ? EXIT_HELD : ret;
}

int
hold_known(const struct intake *intake, const struct state *state)
{
	hold_print(intake->held, state);
	return EXIT_HELD;
}

/* ---- finding ---- */

enum order_fit
hold_fit(const struct batch *batch, const char *name)
{
	enum order_fit best = ORDER_FIT_NONE;

	for (size_t i = 0; i < batch->document_count; i++) {
		enum order_fit fit = order_fit(batch->documents[i].authority,
			batch->documents[i].id, name);

		if (fit > best)
			best = fit;
	}
	return best;
}

const struct batch *
hold_find(const struct batches *batches, const char *name)
{
	const struct batch *found = NULL;
	bool several = false;

	for (size_t i = 0; i < batches->count; i++) {
		const struct batch *batch = &batches->list[i];
		enum order_fit fit = hold_fit(batch, name);

		if (fit == ORDER_FIT_KEY)
			return batch;
		if (fit == ORDER_FIT_NONE)
			continue;
		several = found != NULL;
		found = batch;
	}
	if (several) {
		cmd_fail("more than one authority has an order \"%s\" that "
			 "is held; say AUTHORITY:ID",
			name);
		return NULL;
	}
	if (found == NULL)
		cmd_fail("no order \"%s\" is held; `palang held` shows those "
			 "that are",
			name);
	return found;
}
