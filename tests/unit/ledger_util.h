/* The ledger, as who can write to its file might leave it. */
#ifndef LEDGER_UTIL_H
#define LEDGER_UTIL_H

#include <sqlite3.h>

#include "tool_util.h"

static inline void
ledger_change(const struct tool *tool, const char *sql)
{
	char path[160];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/state/ledger.db", tool->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

#endif
