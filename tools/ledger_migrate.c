/* From an older schema to the present one. */
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "ledger_schema.h"
#include "ledger_sql.h"
#include "ledger_store.h"
#include "palang/error.h"
#include "text.h"

/* What was recorded in octets that are no UTF-8 has no line in JSON. */
static int
mend(const char **text, char **copy)
{
	if (*text == NULL)
		return 0;
	*copy = text_mend(*text, strlen(*text));
	*text = *copy;
	return *copy == NULL ? PAL_ENOMEM : 0;
}

static int
seal_event(struct ledger *ledger, struct ledger_event *event,
	uint8_t hash[PAL_SHA256_SIZE])
{
	char *who = NULL, *detail = NULL;
	struct query query;
	int ret = mend(&event->who, &who);

	if (ret == 0)
		ret = mend(&event->detail, &detail);
	if (ret == 0)
		ret = journal_next(hash, event);
	if (ret != 0)
		goto out;
	query_open(&query, ledger->db, SQL_EVENT_SEAL);
	query_bind_int(&query, event->number);
	query_bind_text(&query, event->who);
	query_bind_text(&query, event->detail);
	query_bind_data(&query, hash, PAL_SHA256_SIZE);
	ret = query_done(&query);
out:
	free(who);
	free(detail);
	return ret;
}

/* Chains what was recorded before there was a chain. */
static int
seal(struct ledger *ledger)
{
	uint8_t hash[PAL_SHA256_SIZE] = {0};
	struct query query;
	int ret = 0, end;

	query_open(&query, ledger->db, SQL_EVENTS);
	while (ret == 0 && query_step(&query)) {
		struct ledger_event event;

		ledger_take_event(&query, &event);
		if (query.error == 0)
			ret = seal_event(ledger, &event, hash);
	}
	end = query_done(&query);
	return ret != 0 ? ret : end;
}

static int
run_steps(struct ledger *ledger)
{
	int ret = 0;

	if (ledger->version < 2)
		ret = database_run(ledger->db, SQL_MIGRATE_1);
	if (ret == 0)
		ret = database_run(ledger->db, SQL_MIGRATE_2);
	if (ret == 0)
		ret = seal(ledger);
	return ret == 0 ? database_run(ledger->db, SQL_MIGRATED) : ret;
}

/* All of it in one transaction: the old schema or the new one.  Two commands
 * may come to it at once: the second finds all of it done. */
int
ledger_migrate(struct ledger *ledger)
{
	int ret;

	if (ledger->version == LEDGER_VERSION)
		return 0;
	ret = ledger_begin(ledger, true);
	if (ret == 0)
		ret = ledger_read_version(ledger);
	if (ret == 0 && ledger->version < LEDGER_VERSION)
		ret = run_steps(ledger);
	if (ret == 0)
		ret = ledger_commit(ledger);
	if (ret == 0)
		ret = ledger_read_version(ledger);
	else
		ledger_rollback(ledger);
	return ret;
}

int
ledger_view(struct ledger *ledger)
{
	if (ledger->version == LEDGER_VERSION)
		return 0;
	return database_run(ledger->db, SQL_READ_2);
}
