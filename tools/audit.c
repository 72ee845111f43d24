#include "audit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "ledger_audit.h"
#include "ledger_vouch.h"
#include "palang/error.h"
#include "text.h"

int
audit_found(struct audit *audit, const char *format, ...)
{
	char **changes = realloc(audit->changes,
		(audit->change_count + 1) * sizeof *audit->changes);
	va_list args;
	char *text;
	int len;

	if (changes == NULL)
		return PAL_ENOMEM;
	audit->changes = changes;
	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		return PAL_ENOMEM;
	changes[audit->change_count++] = text;
	return 0;
}

void
audit_fini(struct audit *audit)
{
	for (size_t i = 0; i < audit->change_count; i++)
		free(audit->changes[i]);
	free(audit->changes);
	audit->changes = NULL;
	audit->change_count = 0;
}

/* ---- the chain ---- */

static int
tell_gap(struct audit *audit, int64_t first, int64_t last)
{
	if (first == last)
		return audit_found(
			audit, "entry %" PRId64 " is not there", first);
	return audit_found(audit,
		"entries %" PRId64 " to %" PRId64 " are not there", first,
		last);
}

/* The line of a text that is no UTF-8 could be that of another. */
static bool
has_line(const struct ledger_event *event)
{
	const char *const texts[] = {event->what, event->who, event->detail,
		event->authority, event->id, event->instance};

	if (event->what == NULL || event->who == NULL)
		return false;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (texts[i] != NULL &&
			!text_is_utf8(texts[i], strlen(texts[i])))
			return false;
	}
	return true;
}

static void
look_for_heads(struct audit *audit)
{
	for (size_t i = 0; i < audit->head_count; i++) {
		struct audit_head *head = &audit->heads[i];

		if (memcmp(head->hash, audit->last.hash, PAL_SHA256_SIZE) ==
				0 &&
			(head->number == 0 ||
				head->number == audit->last.number))
			head->found = true;
	}
}

/* A changed entry is told once: those behind it are reckoned from the hash it
 * has now. */
static int
follow(void *ctx, const struct ledger_event *event)
{
	struct audit *audit = ctx;
	struct ledger_head *last = &audit->last;
	int ret = 0;

	if (event->number != last->number + 1)
		ret = tell_gap(audit, last->number + 1, event->number - 1);
	audit->entries++;
	last->number = event->number;
	last->at = event->at;
	if (ret == 0 && has_line(event))
		ret = journal_next(last->hash, event);
	else if (ret == 0)
		ret = audit_found(audit,
			"entry %" PRId64 ": it holds what palang does not "
			"write",
			event->number);
	if (ret != 0)
		return ret;
	look_for_heads(audit);
	if (event->hash != NULL &&
		memcmp(event->hash, last->hash, PAL_SHA256_SIZE) == 0)
		return 0;
	if (event->hash != NULL)
		memcpy(last->hash, event->hash, PAL_SHA256_SIZE);
	return audit_found(audit,
		"entry %" PRId64 ": it, or the entry before, is not what was "
		"chained",
		event->number);
}

static int
audit_chain(struct audit *audit)
{
	struct ledger_head head;
	int ret = ledger_audit_events(audit->ledger, follow, audit);

	if (ret == 0)
		ret = ledger_head(audit->ledger, &head);
	if (ret == 0 && head.number != audit->last.number)
		ret = tell_gap(audit, audit->last.number + 1, head.number);
	for (size_t i = 0; i < audit->head_count && ret == 0; i++) {
		const struct audit_head *kept = &audit->heads[i];

		if (kept->found)
			continue;
		ret = audit_found(audit,
			"%s: no entry has this hash%s: what was recorded until "
			"it was given out has been changed, or cut off",
			kept->name, kept->number != 0 ? " at its place" : "");
	}
	return ret;
}

static int
found_row(void *ctx, const char *text)
{
	return audit_found(ctx, "%s", text);
}

int
audit_run(struct audit *audit)
{
	int ret = audit_chain(audit);

	if (ret == 0)
		ret = ledger_audit_count(audit->ledger, audit->compared);
	if (ret == 0)
		ret = ledger_vouches(audit->ledger, &audit->vouched);
	if (ret == 0)
		ret = ledger_audit_rows(audit->ledger, found_row, audit);
	return ret == 0 ? audit_orders(audit) : ret;
}
