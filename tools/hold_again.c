/* An approval is given to a text, and counts for what that text names. */
#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "palang/error.h"
#include "text.h"
#include "trust.h"

/* ---- which of them count ---- */

/* Judged anew each time: whoever is no approver any more, or has a key that has
 * run out meanwhile, stands behind nothing. */
static bool
is_signed(const struct batch_approval *approval, const struct batch *batch,
	const struct state *state)
{
	struct trust_pair pair = {.signature = approval->text,
		.signature_len = strlen(approval->text)};
	char why[TRUST_WHY_MAX],
		*text = hold_text(batch, approval->approver, approval->reason);
	struct trust trust;
	bool counts;

	if (text == NULL)
		return false;
	pair.data = text;
	pair.len = strlen(text);
	counts = trust_judge(&trust, &state->config, &pair, state_now(state),
			 why) == 0 &&
	         trust.approver != NULL &&
	         strcmp(trust.approver->name, approval->approver) == 0 &&
	         (state->config.approvals == 1 ||
			 !hold_applied(batch, trust.approver));
	trust_fini(&trust);
	free(text);
	return counts;
}

bool
hold_counts(const struct batch_approval *approval, const struct batch *batch,
	const struct state *state)
{
	return approval->text != NULL && is_signed(approval, batch, state);
}

/* True if one of the first approvals is the same person's, and counts. */
static bool
is_counted(const struct batch *batch, size_t first, const char *approver,
	const struct state *state)
{
	for (size_t i = 0; i < first; i++) {
		if (strcmp(batch->approvals[i].approver, approver) == 0 &&
			hold_counts(&batch->approvals[i], batch, state))
			return true;
	}
	return false;
}

size_t
hold_count(
	const struct batch *batch, const char *but, const struct state *state)
{
	size_t count = 0;

	for (size_t i = 0; i < batch->approval_count; i++) {
		const struct batch_approval *approval = &batch->approvals[i];

		if (but != NULL && strcmp(approval->approver, but) == 0)
			continue;
		count += hold_counts(approval, batch, state) &&
		         !is_counted(batch, i, approval->approver, state);
	}
	return count;
}

/* ---- is it what was approved? ---- */

static bool
is_document(const struct batch_document *document, const struct order *order)
{
	return strcmp(document->authority, order->authority) == 0 &&
	       strcmp(document->id, order->id) == 0 &&
	       memcmp(document->digest, order->digest, PAL_SHA256_SIZE) == 0;
}

int
hold_fail_files(
	const struct batch_document *document, const struct state *state)
{
	return cmd_fail("the files that %s keeps of %s:%s are not those that "
			"came: nothing of them is put in force; `palang audit "
			"verify` tells what was changed",
		state->config.state_dir, document->authority, document->id);
}

/* What was recorded before it came stands in the files, too. */
int
hold_same(const struct intake *intake, const struct state *state)
{
	const struct batch *batch = intake->kept;
	size_t next = 0;

	for (size_t i = 0; i < intake->count; i++) {
		const struct intake_item *item = &intake->items[i];

		if (next < batch->document_count &&
			is_document(&batch->documents[next], item->order))
			next++;
		else if (item->known == NULL)
			next = SIZE_MAX;
		if (next == SIZE_MAX)
			break;
	}
	if (next == batch->document_count)
		return EXIT_DONE;
	return hold_fail_files(&batch->documents[0], state);
}

/* ---- findings that nobody approved ---- */

static bool
has_line(const char *text, const char *line, size_t len)
{
	while (*text != '\0') {
		size_t here = strcspn(text, "\n");

		if (here == len && memcmp(text, line, len) == 0)
			return true;
		text += here + (text[here] == '\n');
	}
	return false;
}

/* The lines of found that are not in why, to be freed; NULL: no memory. */
static char *
find_news(const char *found, const char *why)
{
	char *news = calloc(1, strlen(found) + 2), *end = news;

	while (news != NULL && *found != '\0') {
		size_t len = strcspn(found, "\n");

		if (!has_line(why, found, len)) {
			memcpy(end, found, len);
			end += len;
			*end++ = '\n';
		}
		found += len + (found[len] == '\n');
	}
	return news;
}

static int
record(const struct batch *batch, const struct batch_approval *approval,
	const char *found, struct state *state)
{
	int ret = state_change(state), err;

	if (ret == EXIT_DONE)
		ret = hold_add_approval(state, batch, approval, false);
	if (ret == EXIT_DONE)
		ret = hold_events(state, batch, "held", found);
	if (ret != EXIT_DONE)
		return ret;
	err = ledger_commit(state->ledger);
	if (err != 0)
		return state_fail_ledger(state, err);
	cmd_published();
	state_tell_head(state);
	return EXIT_HELD;
}

static void
tell(const struct batch *batch, const char *news, const char *found,
	const struct state *state)
{
	struct batch now = *batch;

	printf("the guards find what was not approved:\n");
	hold_print_lines(news);
	printf("approvals so far, this one too, were given to another text "
	       "and count no more\n");
	now.why = (char *)(uintptr_t)found;
	hold_print(&now, state);
}

int
hold_again(const struct intake *intake, struct state *state)
{
	const struct batch *batch = intake->approved;
	char *news = NULL, *found = hold_findings(&intake->findings,
				   batch->document_count > 1);
	int ret = EXIT_DONE;

	if (found != NULL)
		news = find_news(found, batch->why);
	if (news == NULL)
		ret = cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	else if (news[0] != '\0')
		ret = record(batch, intake->approval, found, state);
	if (ret == EXIT_HELD)
		tell(batch, news, found, state);
	if (ret != EXIT_DONE)
		state_abandon(state);
	free(news);
	free(found);
	return ret;
}
