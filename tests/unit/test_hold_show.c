/* Orders that are held or were rejected, where recorded ones are shown, and in
 * the status. */
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

/* ---- what is forgotten ---- */

#define DAY_MS  ((int64_t)86400000)
#define BLURRED 60000 /* ms that a test may take */

static void
move_batches(const struct tool *tool, int64_t ms)
{
	char sql[100];

	snprintf(sql, sizeof sql,
		"UPDATE batches SET received = received + %lld", (long long)ms);
	change(tool, sql);
}

/* A hold is for a person to decide, and rings for nobody; but one that nobody
 * has decided within a day was forgotten, and what was ordered is not done. */
static void
rings_after_a_day(void **state)
{
	static const struct {
		int64_t age_ms;
		int code;
	} cases[] = {{0, 0}, {DAY_MS - BLURRED, 0}, {DAY_MS + 1000, 1},
		{30 * DAY_MS, 1}};
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_hold(&tool, "1", "[drive.usercontent.google.com]");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		move_batches(&tool, -cases[i].age_ms);
		tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
		tool_expect(&tool, cases[i].code, "status --check");
		if (cases[i].code == 0)
			assert_string_equal(tool.out, "");
		else
			tool_expect_in(tool.out, "k:1 is held since 20");
		tool_expect(&tool, 0, "status");
		tool_expect_in(tool.out, "k:1 is held since 20");
		move_batches(&tool, cases[i].age_ms);
	}
	tool_expect(&tool, 0, "reject k:1 --reason 'a shared host'");
	tool_expect(&tool, 0, "status --check");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_at_no_others),
		cmocka_unit_test(rings_after_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
