/* The journal's entries: appended, and read back. */
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "ledger_sql.h"
#include "ledger_store.h"
#include "palang/error.h"
#include "text.h"

void
ledger_take_epoch(struct query *query, uint8_t epoch[PAL_EPOCH_SIZE])
{
	size_t len;
	const void *data = query_data(query, &len);

	memset(epoch, 0, PAL_EPOCH_SIZE);
	if (data != NULL && len == PAL_EPOCH_SIZE)
		memcpy(epoch, data, PAL_EPOCH_SIZE);
	else if (data != NULL && query->error == 0)
		query->error = PAL_EFORM;
}

/* NULL for an absent one. */
static const uint8_t *
digest_column(struct query *query)
{
	size_t len;
	const void *data = query_data(query, &len);

	if (data != NULL && len != PAL_SHA256_SIZE && query->error == 0)
		query->error = PAL_EFORM;
	return query->error == 0 ? data : NULL;
}

void
ledger_take_event(struct query *query, struct ledger_event *event)
{
	event->number = query_int(query);
	event->at = query_int(query);
	event->what = query_text(query);
	event->authority = query_text(query);
	event->id = query_text(query);
	event->digest = digest_column(query);
	event->who = query_text(query);
	event->detail = query_text(query);
	event->has_generation = !query_is_null(query);
	ledger_take_epoch(query, event->epoch);
	event->generation = (uint64_t)query_int(query);
	event->instance = query_text(query);
	event->said = query_int(query);
	event->hash = digest_column(query);
}

int
ledger_events(struct ledger *ledger,
	int (*each)(void *ctx, const struct ledger_event *event), void *ctx)
{
	struct query query;
	int stop = 0, ret;

	query_open(&query, ledger->db, SQL_EVENTS);
	while (stop == 0 && query_step(&query)) {
		struct ledger_event event;

		ledger_take_event(&query, &event);
		if (query.error == 0)
			stop = each(ctx, &event);
	}
	ret = query_done(&query);
	return stop != 0 ? stop : ret;
}

int
ledger_head(struct ledger *ledger, struct ledger_head *head)
{
	struct query query;

	memset(head, 0, sizeof *head);
	query_open(&query, ledger->db, SQL_HEAD);
	if (query_step(&query)) {
		head->number = query_int(&query);
		head->at = query_int(&query);
		ledger_take_digest(&query, head->hash);
	}
	return query_done(&query);
}

static void
bind_event(struct query *query, const struct ledger_event *event)
{
	query_bind_int(query, event->number);
	query_bind_int(query, event->at);
	query_bind_text(query, event->what);
	query_bind_text(query, event->authority);
	query_bind_text(query, event->id);
	query_bind_data(query, event->digest, PAL_SHA256_SIZE);
	query_bind_text(query, event->who);
	query_bind_text(query, event->detail);
	if (event->has_generation) {
		query_bind_data(query, event->epoch, PAL_EPOCH_SIZE);
		query_bind_int(query, (int64_t)event->generation);
	} else {
		query_bind_null(query);
		query_bind_null(query);
	}
	query_bind_text(query, event->instance);
	if (event->said != 0)
		query_bind_int(query, event->said);
	else
		query_bind_null(query);
	query_bind_data(query, event->hash, PAL_SHA256_SIZE);
}

static int
insert(struct ledger *ledger, const struct ledger_event *event)
{
	struct query query;

	query_open(&query, ledger->db, SQL_EVENT_ADD);
	bind_event(&query, event);
	return query_done(&query);
}

int
ledger_add_event(struct ledger *ledger, const struct ledger_event *event)
{
	struct ledger_event entry = *event;
	struct ledger_head head;
	char *who = text_mend(event->who, strlen(event->who)), *detail = NULL;
	int ret = PAL_ENOMEM;

	if (event->detail != NULL)
		detail = text_mend(event->detail, strlen(event->detail));
	if (who == NULL || (event->detail != NULL && detail == NULL))
		goto out;
	ret = ledger_head(ledger, &head);
	if (ret != 0)
		goto out;
	entry.number = head.number + 1;
	entry.who = who;
	entry.detail = detail;
	entry.hash = head.hash;
	ret = journal_next(head.hash, &entry);
	if (ret == 0)
		ret = insert(ledger, &entry);
	ledger->adding = ledger->adding || ret == 0;
out:
	free(who);
	free(detail);
	return ret;
}

bool
ledger_is_new(struct ledger *ledger)
{
	bool is_new = ledger != NULL && ledger->untold;

	if (is_new)
		ledger->untold = false;
	return is_new;
}

int
ledger_confirmed(struct ledger *ledger, const char *instance, const char *what,
	const uint8_t epoch[PAL_EPOCH_SIZE], uint64_t *generation)
{
	struct query query;

	*generation = 0;
	query_open(&query, ledger->db, SQL_CONFIRMED);
	query_bind_text(&query, instance);
	query_bind_text(&query, what);
	query_bind_data(&query, epoch, PAL_EPOCH_SIZE);
	if (query_step(&query))
		*generation = (uint64_t)query_int(&query);
	return query_done(&query);
}

int
ledger_seen_to(struct ledger *ledger, int64_t *at_ms)
{
	struct query query;

	*at_ms = 0;
	query_open(&query, ledger->db, SQL_SEEN_TO);
	if (query_step(&query))
		*at_ms = query_int(&query);
	return query_done(&query);
}

int
ledger_has_event(struct ledger *ledger, const char *what,
	const struct order *order, const char *detail, bool *has)
{
	struct query query;

	query_open(&query, ledger->db, SQL_EVENT_HAS);
	query_bind_text(&query, what);
	query_bind_text(&query, order->authority);
	query_bind_text(&query, order->id);
	query_bind_text(&query, detail);
	*has = query_step(&query);
	return query_done(&query);
}

int
ledger_has_refused(struct ledger *ledger, const struct order *order, bool *has)
{
	struct query query;

	query_open(&query, ledger->db, SQL_REFUSED);
	query_bind_text(&query, order->authority);
	query_bind_text(&query, order->id);
	query_bind_data(&query, order->digest, PAL_SHA256_SIZE);
	*has = query_step(&query);
	return query_done(&query);
}

int
ledger_has_refused_named(struct ledger *ledger, const char *name, bool *has)
{
	struct query query;

	query_open(&query, ledger->db, SQL_REFUSED_NAMED);
	query_bind_text(&query, name);
	*has = query_step(&query);
	return query_done(&query);
}
