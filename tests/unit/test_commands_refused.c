/* What guards refuse is not recorded; that they did, by whom it was sent and
 * why, is. */
#include "clock_util.h"
#include "guard_util.h"
#include "inbox_util.h"
#include "kill_util.h"

#define HOUR  3600
#define START 1767225600 /* 2026-01-01T00:00:00Z */

/* How many entries the journal has that guards refused something. */
static int
count(struct tool *tool)
{
	static const char what[] = "\"what\": \"refused\"";
	int n = 0;

	tool_expect(tool, 0, "history --json");
	for (const char *at = tool->out; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* ---- once ---- */

static const struct {
	const char *command;
	int entries; /* behind it */
	const char *why;
} sent[] = {
	{"check %s/1.yaml", 0, "before anything is sent"},
	{BY_HAND "-n %s/1.yaml", 0, "to see what would be"},
	{BY_HAND "-n --shadow %s/1.yaml", 0, "the same"},
	{BY_HAND "%s/1.yaml", 1, "in earnest"},
	{BY_HAND "%s/1.yaml", 1, "again: it is the same document"},
	{BY_HAND "--shadow %s/1.yaml", 1, "and on trial"},
	{BY_HAND "%s/other.yaml", 2, "another of that id"},
	{BY_HAND "--shadow %s/2.yaml", 3, "on trial alone"},
	{BY_HAND "%s/several.yaml", 4, "one of three"},
	{"block github --scope exact --id own", 5, "the operator's own"},
};

static void
write_orders(struct tool *tool)
{
	guard_order(tool, "1", "[a.example, github, co.uk]");
	sign_shell(tool, "mv 1.yaml other.yaml");
	guard_order(tool, "1", "[co.uk, a.example, t.me, uk]");
	guard_order(tool, "2", "[com]");
	tool_write(tool, "several.yaml",
		"palang-order: 1\nauthority: k\nid: a\naction: block\n"
		"issued: 2017-07-14T00:00:00Z\nscope: exact\n"
		"targets: [a.example]\n---\n"
		"palang-order: 1\nauthority: k\nid: b\naction: block\n"
		"issued: 2017-07-14T00:00:00Z\nscope: exact\n"
		"targets: [org]\n---\n"
		"palang-order: 1\nauthority: k\nid: c\naction: block\n"
		"issued: 2017-07-14T00:00:00Z\nscope: exact\n"
		"targets: [t.me]\n");
}

static void
records_once_that_it_was_refused(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	write_orders(&tool);
	tool_expect(&tool, 2, "history k:1");
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
		int code = tool_run(&tool, sent[i].command, tool.dir);

		if (code != 2 || count(&tool) != sent[i].entries)
			fail_msg("%s: %d\n%s%s", sent[i].why, code, tool.out,
				tool.err);
		assert_int_equal(tool_generation(&tool), 1);
	}
	tool_expect(&tool, 0, "audit verify");
	tool_expect(&tool, 1, "held");
	tool_expect(&tool, 2, "show k:1");
	tool_expect(&tool, 2, "history k:a");
	tool_expect(&tool, 0, "history operator:own");
	tool_expect_in(tool.out, "github (exact) is a top-level domain");
	tool_remove(&tool);
}

/* ---- what it says ---- */

static void
says_who_and_why(void **state)
{
	struct tool tool;
	char who[96];

	(void)state;
	guard_begin(&tool, "");
	write_orders(&tool);
	tool_expect(&tool, 2, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "history k:1");
	snprintf(who, sizeof who, "  refused  k:1  by %s", guard_user());
	tool_expect_in(tool.out, who);
	/* a line each; what would only be held is none */
	tool_expect_in(tool.out, "co.uk (exact) is a public suffix");
	tool_expect_in(tool.out, "uk (exact) is a top-level domain");
	tool_expect_in(tool.out, "\\n");
	assert_null(strstr(tool.out, "t.me"));
	tool_expect(&tool, 0, "audit export");
	tool_expect_in(tool.out, "\"what\":\"refused\",\"authority\":\"k\","
				 "\"id\":\"1\",\"digest\":\"");
	/* it goes with the ledger */
	tool_expect(&tool, 0, "backup %s/b", tool.dir);
	tool_expect(&tool, 0, "restore --force %s/b", tool.dir);
	assert_int_equal(count(&tool), 1);
	tool_expect(&tool, 0, "audit verify");
	/* mended, it comes into force, and its history has both */
	guard_order(&tool, "1", "[a.example]");
	tool_expect(&tool, 0, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "history k:1");
	tool_expect_in(tool.out, "  refused  k:1  by ");
	tool_expect_in(tool.out, "  apply  k:1  by ");
	tool_remove(&tool);
}

/* The receipt is of a journal that has it. */
static void
is_recorded_by_the_inbox(void **state)
{
	static const char more[] =
		"action: block\nscope: exact\ntargets: [co.uk]\n";
	struct tool tool;

	(void)state;
	inbox_create(&tool);
	for (int times = 0; times < 2; times++) {
		inbox_drop(&tool, "1", "now", "1", more);
		tool_expect(&tool, 1, "inbox --once %s/in", tool.dir);
		assert_int_equal(count(&tool), 1);
	}
	inbox_expect_receipt(&tool, "refused/1.yaml", "is a public suffix");
	tool_expect(&tool, 0,
		"audit verify --receipt %s/in/refused/1.yaml.receipt.json",
		tool.dir);
	tool_remove(&tool);
}

/* ---- beside other things ---- */

/* Nobody has seen to what time has done, of what is recorded; and of what is
 * not, it did nothing. */
static void
leaves_what_is_due_to_others(void **state)
{
	struct tool tool;

	(void)state;
	now_s = START;
	guard_begin(&tool, "");
	tool_expect(&tool, 0,
		"block a.example --scope exact --id A "
		"--expires 2026-01-01T01:00:00Z");
	now_s += 2 * HOUR;
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: exact\ntargets: [co.uk]\n"
		"expires: 2026-01-01T01:30:00Z\n");
	tool_expect(&tool, 2, BY_HAND "%s/1.yaml", tool.dir);
	now_s += HOUR;
	tool_expect(&tool, 0, "block b.example --scope exact --id B");
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "  expired  operator:A  ");
	assert_null(strstr(tool.out, "  expired  k:1"));
	tool_remove(&tool);
	now_s = 0;
}

#define KILLS 30

/* It is recorded or not, and the next time it is. */
static void
is_recorded_or_not_when_killed(void **state)
{
	struct kill_round round = {.count = KILLS};
	unsigned there = 0, absent = 0;
	char line[160];
	struct tool tool;
	int64_t began;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "x", "[co.uk]");
	began = tool_now_ms();
	tool_expect(&tool, 2, BY_HAND "%s/x.yaml", tool.dir);
	round.took = tool_now_ms() - began + 1;
	for (int before = 1; round.at < KILLS; round.at++, before++) {
		char id[16];
		bool has;

		snprintf(id, sizeof id, "x%d", round.at);
		guard_order(&tool, id, "[co.uk]");
		snprintf(line, sizeof line, BY_HAND "%s/%s.yaml", tool.dir, id);
		kill_run(&tool, &round, line);
		tool_expect(&tool, 0, "audit verify");
		has = count(&tool) > before;
		there += has;
		absent += !has;
		tool_expect(&tool, 2, "%s", line);
		assert_int_equal(count(&tool), before + 1);
	}
	assert_true(there > 0);
	assert_true(absent > 0);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_once_that_it_was_refused),
		cmocka_unit_test(says_who_and_why),
		cmocka_unit_test(is_recorded_by_the_inbox),
		cmocka_unit_test(leaves_what_is_due_to_others),
		cmocka_unit_test(is_recorded_or_not_when_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
