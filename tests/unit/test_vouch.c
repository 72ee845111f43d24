/* A row that another hand changed does not become true by being written again;
 * and of what is ordinary, nothing is said. */
#include "guard_util.h"
#include "ledger_util.h"

#include "ledger_audit.h"
#include "ledger_audit_sql.h"
#include "ledger_sql.h"

static void
restore(const struct tool *tool)
{
	sign_shell(tool, "rm -r state && cp -r kept state");
}

/* A row that goes on in each table. */
static void
fill(struct tool *tool)
{
	static const char *const more[] = {
		"block n.example --scope exact --id S",
		"suspend S --reason 'a court'",
		"allow add bank.example --reason 'a bank'",
		"open --all --reason 'a fire'"};

	guard_begin(tool, "");
	tool_write(tool, "list", "ads.example\n");
	tool_write(tool, "evil", "evil.example\n");
	tool_expect(tool, 0, "feed add ads --source %s/list", tool->dir);
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		tool_expect(tool, 0, "%s", more[i]);
	guard_hold(tool, "1", "[t.me]");
	guard_hold(tool, "2", "[isp.example]");
	sign_shell(tool, "cp -r state kept");
}

static int
count(const char *text, const char *part)
{
	int found = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		found++;
	return found;
}

/* The row is told, once and for ever; row: "feeds 1". */
static void
expect_told(struct tool *tool, const char *row, const char *done)
{
	char text[160];

	for (int i = 0; i < 2; i++) {
		tool_expect(tool, 1, "audit verify");
		snprintf(text, sizeof text,
			"CHANGED: %s: was %s by another hand before 20", row,
			done);
		tool_expect_in(tool->out, text);
		assert_int_equal(count(tool->out, "when palang came to it"), 1);
		tool_expect(tool, 0, "publish");
	}
	tool_expect(tool, 0, "history");
	snprintf(text, sizeof text, "  changed  %s  found by ", row);
	tool_expect_in(tool->out, text);
	tool_expect(tool, 0, "audit export");
	assert_int_equal(count(tool->out, "\"what\":\"changed\""), 1);
}

#define EVIL                                                                   \
	"UPDATE feeds SET definition = replace(definition, '/list', '/evil')"

static const struct {
	const char *sql, *command, *row, *done, *why;
} cases[] = {
	{EVIL, "feed refresh ads --accept-change", "feeds 1", "changed",
		"a list from elsewhere"},
	{EVIL, "feed remove ads", "feeds 1", "changed", "and out with it"},
	{"INSERT INTO feeds SELECT 9, 'evil', definition, who, added, NULL,"
	 " names, NULL, 0, rules, policy, recipe, refreshed, tried, failing,"
	 " error, NULL, 0, 0, NULL, etag, modified, serial, size, changed"
	 " FROM feeds",
		"feed remove evil", "feeds 9", "added", "a feed from nowhere"},
	{"UPDATE batches SET who = 'x' WHERE batch = 2", "reject 2 --reason no",
		"batches 2", "changed", "who sent it"},
	{"UPDATE batch_files SET name = 'x' WHERE batch = 2",
		"reject 2 --reason no", "batches 2", "changed",
		"what belongs to it"},
	{"UPDATE batch_documents SET position = 7 WHERE batch = 2",
		"reject 2 --reason no", "batches 2", "changed",
		"what belongs to it"},
	{"UPDATE suspensions SET began = began - 3600", "resume S",
		"suspensions 1", "changed", "since when it is suspended"},
	{"UPDATE allows SET reason = 'x'", "allow remove bank.example",
		"allows 1", "changed", "why it is allowed"},
	{"UPDATE switches SET who = 'x'", "close --all", "switches 1",
		"changed", "who opened"},
	{"DELETE FROM configurations WHERE configuration ="
	 " (SELECT max(configuration) FROM configurations)",
		"publish", "configurations 2", "taken out",
		"its number is given anew"},
	{"UPDATE events SET digest = NULL WHERE id = 'feeds 1'",
		"feed remove ads", "feeds 1", "added",
		"what vouched for it says nothing"},
};

static void
tells_what_was_written_over(void **state)
{
	struct tool tool;

	(void)state;
	fill(&tool);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		print_message("%s: %s\n", cases[i].why, cases[i].command);
		ledger_change(&tool, cases[i].sql);
		tool_expect(&tool, 0, "%s", cases[i].command);
		expect_told(&tool, cases[i].row, cases[i].done);
		restore(&tool);
	}
	tool_remove(&tool);
}

/* By whom it takes how many approvers: each approval relies on what the row
 * says, but it is told once. */
static void
tells_of_what_was_approved(void **state)
{
	struct tool tool;

	(void)state;
	fill(&tool);
	ledger_change(&tool, "UPDATE batches SET way = 'inbox'");
	guard_approve(&tool, "1", "budi", 4);
	expect_told(&tool, "batches 1", "changed");
	tool_expect_in(tool.out, "\"id\":\"batches 1\",\"digest\":\"");
	guard_approve(&tool, "1", "ani", 0);
	/* that row is held against its new entry again; the other is not */
	tool_expect(&tool, 1, "audit verify");
	assert_int_equal(count(tool.out, "CHANGED: batches 1"), 1);
	tool_expect_in(tool.out, "batches 2: not as the journal has it");
	ledger_change(
		&tool, "UPDATE batches SET way = 'apply' WHERE batch = 2");
	expect_told(&tool, "batches 1", "changed");
	restore(&tool);
	tool_remove(&tool);
}

/* ---- ordinary work ---- */

static void
work_on_feeds(struct tool *tool)
{
	tool_write(tool, "list", "a.example.net\nb.example.net\n");
	tool_expect(tool, 0, "feed add f --max-change 100%% --source %s/list",
		tool->dir);
	tool_write(tool, "list", "a.example.net\nc.example.net\n");
	tool_expect(tool, 0, "feed refresh f");
	tool_expect(tool, 0, "feed refresh");
	tool_expect(tool, 0, "feed rollback f");
	tool_expect(tool, 0, "feed rollback f");
	sign_shell(tool, "rm list");
	assert_int_not_equal(tool_run(tool, "feed refresh f"), 0);
	tool_expect(tool, 0, "feed remove f");
}

/* Names, numbers of orders, and what is changed of the configuration differ
 * each time. */
static void
work(struct tool *tool, int time)
{
	static const char *const popular[] = {"[t.me]", "[isp.example]"};
	static const char *const switched[] = {"suspend B%d --reason x",
		"resume B%d", "suspend B%d --reason y", "resume B%d",
		"allow add bank.example --reason x",
		"allow add www.bank.example --scope exact --reason x",
		"allow remove bank.example", "open --all --reason x",
		"close --all", "open --all --reason y",
		"close --all --reason z", "publish", "lift B%d --id L%d"};
	char id[8];

	sign_shell(
		tool, "sed -i '/^ttl:/d; $a ttl: %d' palang.yaml", 60 + time);
	tool_expect(tool, 0, "block n%d.example --scope exact --id B%d", time,
		time);
	for (size_t i = 0; i < sizeof switched / sizeof *switched; i++)
		tool_expect(tool, 0, switched[i], time, time);
	tool_expect(tool, 0, "allow remove www.bank.example --scope exact");
	work_on_feeds(tool);
	snprintf(id, sizeof id, "H%d", time);
	guard_hold(tool, id, popular[time]);
	guard_approve(tool, id, "budi", 0);
	snprintf(id, sizeof id, "R%d", time);
	guard_hold(tool, id, "[one.isp.example, two.isp.example]");
	tool_expect(tool, 0, "reject %s --reason no", id);
	snprintf(id, sizeof id, "T%d", time);
	guard_order(tool, id, "[trial.example]");
	tool_expect(tool, 0,
		"apply --shadow --transcribed --source x %s/%s.yaml", tool->dir,
		id);
	tool_expect(tool, 0, "activate k:%s", id);
	tool_expect(tool, 0, "backup --force %s/b", tool->dir);
	tool_expect(tool, 0, "restore --force %s/b", tool->dir);
}

static void
says_nothing_of_ordinary_work(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	for (int time = 0; time < 2; time++)
		work(&tool, time);
	tool_expect(&tool, 0, "audit verify");
	tool_expect(&tool, 0, "audit export");
	assert_null(strstr(tool.out, "\"changed\""));
	assert_non_null(strstr(tool.out, "\"restored\""));
	tool_remove(&tool);
}

/* ---- before there are entries ---- */

static void
make_old(const struct tool *tool)
{
	char path[160];

	sign_shell(tool, "rm state/ledger.db*");
	snprintf(path, sizeof path, "%s/state", tool->dir);
	assert_int_equal(ledger_create(path), 0);
	ledger_change(tool,
		"INSERT INTO feeds (name, definition, who, added,"
		" rolled_back, rules, refreshed, tried, failing,"
		" held_since, held_rules, size, changed) VALUES"
		" ('old', 'source: /x', 'budi', 1, 0, 0, 0, 0, 0, 0, 0,"
		" 0, 0)");
}

/* What was not compared is not said to be; and what nothing vouched for is not
 * said to be another's. */
static void
compares_nothing_before(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "audit verify --json");
	tool_expect_in(tool.out, "\"rows_vouched\": true");
	assert_string_equal(tool.err, "");
	make_old(&tool);
	tool_expect(&tool, 0, "audit verify --json");
	tool_expect_in(tool.out, "\"rows_vouched\": false");
	tool_expect(&tool, 0, "audit verify");
	tool_expect_in(tool.out, "1 feed,");
	tool_expect_in(tool.err, "does not vouch for rows yet");
	tool_expect(&tool, 0, "feed remove old");
	tool_expect(&tool, 0, "audit verify --json");
	tool_expect_in(tool.out, "\"rows_vouched\": true");
	assert_string_equal(tool.err, "");
	tool_expect(&tool, 0, "audit export");
	assert_null(strstr(tool.out, "\"changed\""));
	tool_remove(&tool);
}

/* ---- what it costs ---- */

static const char *const looked_up[] = {SQL_ROW_FEEDS, SQL_ROW_SUSPENSIONS,
	SQL_ROW_ALLOWS, SQL_ROW_SWITCHES, SQL_ROW_CONFIGURATIONS,
	SQL_ROW_APPROVALS, SQL_ROW_BATCHES, SQL_ROW_BATCH_DOCUMENTS,
	SQL_ROW_BATCH_FILES, SQL_RECORDED_FIND, SQL_LAST_WORD_FIND,
	SQL_FEED_FIND, SQL_ALLOW_FIND};

/* Whatever is asked for each row that is written goes by an index. */
static void
reads_no_table_through(void **state)
{
	struct tool tool;
	char path[160];
	sqlite3 *db;

	(void)state;
	tool_create(&tool);
	snprintf(path, sizeof path, "%s/state/ledger.db", tool.dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof looked_up / sizeof *looked_up; i++) {
		sqlite3_stmt *plan;
		char sql[1024];
		int steps = 0;

		snprintf(
			sql, sizeof sql, "EXPLAIN QUERY PLAN %s", looked_up[i]);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &plan, NULL),
			SQLITE_OK);
		for (; sqlite3_step(plan) == SQLITE_ROW; steps++) {
			const char *step =
				(const char *)sqlite3_column_text(plan, 3);

			if (strncmp(step, "SCAN", 4) == 0)
				fail_msg("%s: %s", looked_up[i], step);
		}
		assert_true(steps > 0);
		sqlite3_finalize(plan);
	}
	sqlite3_close(db);
	tool_remove(&tool);
}

/* No number is so small that its row is not seen. */
static void
sees_the_smallest_number(void **state)
{
	struct tool tool;

	(void)state;
	fill(&tool);
	ledger_change(&tool,
		"INSERT INTO feeds SELECT -9223372036854775807 - 1,"
		" 'evil', definition, who, added, NULL, names, NULL, 0,"
		" rules, policy, recipe, refreshed, tried, failing,"
		" error, NULL, 0, 0, NULL, etag, modified, serial, size,"
		" changed FROM feeds");
	tool_expect(&tool, 1, "audit verify");
	tool_expect_in(tool.out,
		"feeds -9223372036854775808: the journal has no such row");
	restore(&tool);
	tool_remove(&tool);
}

/* ---- what is said of it ---- */

/* The lines of the page behind ".Ss heading", with blanks for their ends. */
static char *
read_section(const char *file, const char *heading)
{
	char path[512], *text, *start, *end;
	size_t len;

	snprintf(path, sizeof path, SOURCE_DIR "/%s", file);
	assert_int_equal(file_read(path, 1 << 20, 0, &text, &len), 0);
	start = strstr(text, heading);
	assert_non_null(start);
	start = strdup(start + strlen(heading));
	free(text);
	for (end = start; *end != '\0'; end++) {
		if (*end == '\n')
			*end = ' ';
	}
	end = strstr(start, heading[0] == '.' ? " .Ss " : " ## ");
	assert_non_null(end);
	*end = '\0';
	return start;
}

/* Each kind that is counted is one that help and page say is compared. */
static void
tells_what_is_compared(void **state)
{
	char *page = read_section("man/palang.1", ".Ss audit verify\n");
	struct ledger_audit_count kinds[LEDGER_AUDIT_KINDS];
	struct ledger *ledger = NULL;
	struct tool tool;
	char path[160];

	(void)state;
	tool_create(&tool);
	snprintf(path, sizeof path, "%s/state", tool.dir);
	assert_int_equal(ledger_open(&ledger, path), 0);
	assert_int_equal(ledger_audit_count(ledger, kinds), 0);
	ledger_close(ledger);
	for (size_t i = 0; kinds[i].one != NULL; i++) {
		const char *kind = strcmp(kinds[i].one, "document") == 0
		                           ? "order"
		                           : kinds[i].one;

		tool_expect_in(cmd_audit_verify.detail, kind);
		tool_expect_in(page, kind);
	}
	tool_expect_in(page, "how many of each");
	free(page);
	page = read_section("man/palang.1", ".Ss history\n");
	tool_expect_in(page, ".Ql recorded");
	tool_expect_in(cmd_history.detail, "Entries `recorded`");
	free(page);
	tool_remove(&tool);
}

/* What it does not vouch for is not found, and the paper says so. */
static const struct {
	const char *sql, *said;
} limits[] = {
	{"UPDATE feeds SET etag = 'x', refreshed = 1", "its marks (etag,"},
	{"UPDATE generations SET begun = begun + 1", "when it was begun"},
	{"UPDATE documents SET file = (SELECT file FROM documents"
	 " WHERE id = 'B') WHERE id = 'A'",
		"which of several kept files it came in"},
};

static void
admits_what_it_does_not_find(void **state)
{
	static const char one[] = "palang-order: 1\nauthority: k\nid: A\n"
				  "action: block\nscope: exact\n"
				  "issued: 2017-07-14T09:00:00+07:00\n"
				  "targets: [a.example]\n";
	char *proof = read_section("docs/OPERATION.md", "\n## Proof\n");
	char both[512];
	struct tool tool;

	(void)state;
	fill(&tool);
	tool_write(&tool, "A.yaml", one);
	snprintf(both, sizeof both,
		"%s---\npalang-order: 1\nauthority: k\nid: B\naction: block\n"
		"scope: exact\nissued: 2017-07-14T09:00:00+07:00\n"
		"targets: [b.example]\n",
		one);
	tool_write(&tool, "B.yaml", both);
	tool_expect(&tool, 0, BY_HAND "%s/A.yaml", tool.dir);
	tool_expect(&tool, 0, BY_HAND "%s/B.yaml", tool.dir);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		ledger_change(&tool, limits[i].sql);
		tool_expect(&tool, 0, "audit verify");
		tool_expect_in(proof, limits[i].said);
	}
	free(proof);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_was_written_over),
		cmocka_unit_test(tells_of_what_was_approved),
		cmocka_unit_test(says_nothing_of_ordinary_work),
		cmocka_unit_test(compares_nothing_before),
		cmocka_unit_test(reads_no_table_through),
		cmocka_unit_test(sees_the_smallest_number),
		cmocka_unit_test(tells_what_is_compared),
		cmocka_unit_test(admits_what_it_does_not_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
