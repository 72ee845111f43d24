#include "ledger_switch.h"

#include <stdlib.h>
#include <string.h>

#include "ledger_sql.h"
#include "ledger_store.h"
#include "ledger_vouch.h"

int
ledger_load_switch(struct ledger *ledger, struct ledger_switch *open)
{
	struct query query;

	memset(open, 0, sizeof *open);
	query_open(&query, ledger->db, SQL_SWITCH);
	query_bind_int(&query, ledger->as_of);
	if (query_step(&query)) {
		open->number = query_int(&query);
		open->began = query_int(&query);
		open->reason = query_copy(&query);
		open->who = query_copy(&query);
	}
	return query_done(&query);
}

void
ledger_switch_fini(struct ledger_switch *open)
{
	free(open->reason);
	free(open->who);
	memset(open, 0, sizeof *open);
}

int
ledger_openings(struct ledger *ledger, int64_t since_ms,
	int (*each)(void *ctx, const struct ledger_opening *opening), void *ctx)
{
	struct query query;
	int stop = 0, ret;

	query_open(&query, ledger->db, SQL_OPENINGS);
	query_bind_int(&query, since_ms);
	while (stop == 0 && query_step(&query)) {
		struct ledger_opening opening;

		opening.began = query_int(&query);
		opening.who = query_text(&query);
		opening.reason = query_text(&query);
		opening.ended = query_int(&query);
		opening.ended_by = query_text(&query);
		opening.ended_reason = query_text(&query);
		stop = each(ctx, &opening);
	}
	ret = query_done(&query);
	return stop != 0 ? stop : ret;
}

int
ledger_open_all(struct ledger *ledger, int64_t now_ms, const char *reason,
	const char *who)
{
	struct query query;

	query_open(&query, ledger->db, SQL_SWITCH_OPEN);
	query_bind_int(&query, now_ms);
	query_bind_text(&query, reason);
	query_bind_text(&query, who);
	return query_done(&query);
}

int
ledger_close_all(struct ledger *ledger, int64_t now_ms, const char *reason,
	const char *who)
{
	struct query query;
	int ret;

	query_open(&query, ledger->db, SQL_SWITCH_FIND);
	ret = ledger_compare_each(ledger, "switches", &query);
	if (ret != 0)
		return ret;
	query_open(&query, ledger->db, SQL_SWITCH_CLOSE);
	query_bind_int(&query, now_ms);
	query_bind_text(&query, who);
	query_bind_text(&query, reason);
	return query_done(&query);
}
