/* Orders that are held or were rejected, where recorded ones are shown. */
#include "guard_util.h"

#include "query.h"

static void
change(const struct tool *tool, const char *sql)
{
	struct database *db;
	char path[160];

	snprintf(path, sizeof path, "%s/state/ledger.db", tool->dir);
	assert_int_equal(database_open(&db, path, DATABASE_WRITE), 0);
	assert_int_equal(database_run(db, sql), 0);
	database_close(db);
}

/* Who asks for one order, or for none that there is, does not go through all
 * that was ever rejected: nothing of it matters, not even what cannot be
 * read. */
static void
looks_at_no_others(void **state)
{
	static const char *const ids[] = {"1", "2"};
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	for (size_t i = 0; i < 2; i++) {
		guard_order(&tool, ids[i], "[drive.usercontent.google.com]");
		tool_expect(&tool, 4, BY_HAND "%s/%s.yaml", tool.dir, ids[i]);
		tool_expect(&tool, 0, "reject k:%s --reason typo", ids[i]);
	}
	change(&tool, "INSERT INTO approvals (batch, approver, key, reason,"
		      " at, who) VALUES (1, 'budi', x'00', '', 1, 'budi')");
	tool_expect(&tool, 2, "show k:1");
	tool_expect(&tool, 0, "show k:2");
	tool_expect(&tool, 0, "history drive.usercontent.google.com");
	tool_expect(&tool, 0, "history k:2");
	tool_expect(&tool, 2, "show k:3");
	tool_expect_in(tool.err, "there is no order \"k:3\"");
	change(&tool, "DELETE FROM approvals");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_at_no_others)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
