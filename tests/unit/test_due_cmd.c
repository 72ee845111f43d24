/* Deadlines, as palang due and palang status tell them. */
#include "clock_util.h"
#include "tool_util.h"

#define START 1767225600 /* 2026-01-01T00:00:00Z */

#define ORDER                                                                  \
	"palang-order: 1\nauthority: k\nissued: 2025-12-31T00:00:00Z\n"        \
	"action: block\nscope: exact\ntargets: [t.me]\n"

static void
apply(struct tool *tool, const char *id, const char *more)
{
	char text[512];

	snprintf(text, sizeof text, ORDER "id: %s\n%s", id, more);
	tool_write(tool, "order.yaml", text);
	tool_expect(tool, 0,
		"apply --transcribed --source letter "
		"%s/order.yaml",
		tool->dir);
}

static void
test_commands(void **state)
{
	struct tool tool;

	(void)state;
	now_s = START;
	tool_create(&tool);
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "due");
	assert_string_equal(tool.out, "");
	apply(&tool, "A", "comply-within: 4h\n");
	tool_expect(&tool, 0, "due");
	tool_expect_in(tool.out, "k: 1 due\n"
				 "  k:A: due in 4 h (2026-01-01T04:00:00Z); "
				 "not confirmed by one\n");
	/* It is done when the resolver says so, and the journal remembers. */
	now_s += 1800;
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "due");
	tool_expect_in(tool.out, "k:A: done in time (2026-01-01T04:00:00Z, "
				 "done 2026-01-01T00:30:00Z)");
	apply(&tool, "B",
		"comply-by: 2026-01-01T02:00:00Z\n"
		"review: 2026-01-03T00:00:00Z\n");
	now_s += 3600;
	tool_resolver(&tool, "one", 1, PAL_STATE_OK, 0);
	tool_run(&tool, "status");
	tool_expect_in(tool.out, "deadlines: 1 due soon, 1 done in time");
	tool_expect_in(tool.out, "warning: k:B is to be done by "
				 "2026-01-01T02:00:00Z, in 30 min, and is not "
				 "done");
	now_s += 3600;
	tool_resolver(&tool, "one", 1, PAL_STATE_OK, 0);
	tool_expect(&tool, 1, "due");
	tool_expect_in(
		tool.out, "k:B: OVERDUE since 30 min (2026-01-01T02:00:00Z)");
	tool_expect_in(tool.out, "k:B: review in 45 h");
	tool_expect(&tool, 1, "status --check");
	tool_expect_in(tool.out, "k:B is OVERDUE: it was to be done by "
				 "2026-01-01T02:00:00Z, 30 min ago");
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "due --json");
	tool_expect_in(tool.out, "\"state\": \"done late\"");
	tool_expect(&tool, 0, "due --authority c");
	assert_string_equal(tool.out, "");
	tool_expect(&tool, 2, "due --authority x");
	now_s += 3 * 86400;
	tool_expect(&tool, 0, "due");
	tool_expect_in(tool.out, "k:B: up for review since 26 h");
	tool_remove(&tool);
	now_s = 0;
}

/* Puts another time in the place of what the status file of "one" says. */
static void
forge(const struct tool *tool, const char *what, int64_t ms)
{
	char command[400];

	snprintf(command, sizeof command,
		"sed -i 's/^%s .*/%s %lld/' %s/live/status/one.status", what,
		what, (long long)ms, tool->dir);
	assert_int_equal(system(command), 0);
}

/* A time that cannot be makes nothing done in time: neither before what is
 * said to be in effect was made, nor after it was seen. */
static void
test_wrong_clock(void **state)
{
	static const int64_t times[] = {
		1000, (START + 9 * 86400LL) * 1000, INT64_C(1) << 60};
	struct tool tool;

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		now_s = START;
		tool_create(&tool);
		apply(&tool, "A", "comply-within: 1h\n");
		now_s += 7200;
		tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
		forge(&tool, "effect", times[i]);
		tool_expect(&tool, 0, "due");
		tool_expect_in(tool.out, "k:A: done late by 60 min ");
		tool_expect_in(tool.out, "which cannot be: its clock is wrong");
		tool_run(&tool, "status");
		tool_expect_in(tool.out, "warning: one says that generation 2 "
					 "is in effect since ");
		/* The journal keeps what it said, and believes it no more. */
		tool_expect(&tool, 0, "publish");
		now_s += 86400;
		tool_expect(&tool, 0, "due");
		tool_expect_in(
			tool.out, "done 2026-01-01T02:00:00Z); one says");
		tool_expect(&tool, 0, "receipt k:A --json");
		tool_expect_in(
			tool.out, "\"in_effect\": \"2026-01-01T02:00:00Z\"");
		tool_remove(&tool);
	}
	now_s = 0;
}

/* What comes while everything is open is done when it blocks. */
static void
test_open(void **state)
{
	struct tool tool;

	(void)state;
	now_s = START;
	tool_create(&tool);
	tool_expect(&tool, 0, "open --all --reason x");
	now_s += 60;
	apply(&tool, "A", "comply-within: 1h\n");
	now_s += 60;
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "due");
	tool_expect_in(tool.out, "k:A: due in 59 min");
	/* Nor when the journal has it. */
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "due");
	tool_expect_in(tool.out, "k:A: due in 59 min");
	tool_expect(&tool, 0, "receipt k:A --json");
	tool_expect_in(tool.out, "\"in_effect\": null");
	tool_expect_in(tool.out, "\"what\": \"opened\"");
	now_s += 7200;
	tool_expect(&tool, 0, "close --all");
	now_s += 60;
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "due");
	tool_expect_in(tool.out, "k:A: done late by 62 min");
	tool_expect(&tool, 0, "receipt k:A --json");
	tool_expect_in(tool.out, "\"in_effect\": \"2026-01-01T02:03:00Z\"");
	tool_expect_in(tool.out, "\"what\": \"closed\"");
	/* What was done before stays done. */
	tool_expect(&tool, 0, "open --all --reason x");
	now_s += 60;
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "due");
	tool_expect_in(tool.out, "k:A: done late by 62 min");
	tool_remove(&tool);
	now_s = 0;
}

/* A command may take its time before it looks at what resolvers say. */
static void
test_said_meanwhile(void **state)
{
	static const char *const readers[] = {"due", "status"};
	struct tool tool;

	(void)state;
	now_s = START;
	tool_create(&tool);
	apply(&tool, "A", "comply-within: 1h\n");
	now_s += 1805;
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
		now_s = START + 1800;
		tick_s = 5;
		tool_expect(&tool, 0, "%s", readers[i]);
		tick_s = 0;
		assert_null(strstr(tool.out, "which cannot be"));
	}
	now_s = START + 1800;
	tick_s = 5;
	tool_expect(&tool, 0, "due");
	tick_s = 0;
	tool_expect_in(tool.out, "done 2026-01-01T00:30:05Z");
	tool_remove(&tool);
	now_s = 0;
}

/* One that came late lacks what many orders say: that is one warning, and none
 * of orders that are over. */
static void
test_behind(void **state)
{
	struct tool tool;

	(void)state;
	now_s = START;
	tool_create(&tool);
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	apply(&tool, "A", "comply-within: 1h\n");
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	apply(&tool, "B", "comply-within: 1h\n");
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "publish");
	tool_resolver(&tool, "two", tool_generation(&tool), PAL_STATE_OK, 0);
	tool_run(&tool, "status");
	tool_expect_in(tool.out,
		"warning: 2 orders were done before these came, which have not "
		"reached them: two\n");
	assert_null(strstr(tool.out, "k:A was done"));
	tool_expect(&tool, 0, "lift k:A --source letter");
	tool_run(&tool, "status");
	tool_expect_in(tool.out,
		"warning: 1 order was done before these came, which have not "
		"reached it: two\n");
	tool_remove(&tool);
	now_s = 0;
}

/* What was lifted before it was done is not overdue. */
static void
test_ended(void **state)
{
	struct tool tool;

	(void)state;
	now_s = START;
	tool_create(&tool);
	apply(&tool, "A", "comply-within: 1h\n");
	now_s += 60;
	tool_expect(&tool, 0, "lift k:A --source letter");
	now_s += 7200;
	tool_expect(&tool, 0, "due");
	tool_expect_in(tool.out, "k:A: ended undone");
	tool_remove(&tool);
	now_s = 0;
}

/* What is held is not done, whatever it waits for; the time runs from when it
 * came. */
static void
test_held(void **state)
{
	char text[1024];
	struct tool tool;

	(void)state;
	now_s = START;
	tool_create(&tool);
	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"authorities:\n  k: {kind: external, signature: transcribed, "
		"may: {targets-per-order: 1}}\n",
		tool.dir, tool.dir);
	tool_write(&tool, "palang.yaml", text);
	tool_write(&tool, "order.yaml",
		"palang-order: 1\nauthority: k\nid: A\naction: block\n"
		"issued: 2025-12-31T00:00:00Z\nscope: exact\n"
		"targets: [t.me, u.me]\ncomply-within: 2h\n");
	tool_expect(&tool, 4,
		"apply --transcribed --source letter %s/order.yaml", tool.dir);
	now_s += 3600;
	tool_expect(&tool, 0, "due");
	tool_expect_in(tool.out, "k:A: held, due in 60 min");
	now_s += 7200;
	tool_expect(&tool, 1, "due --json");
	tool_expect_in(tool.out, "\"waits\": \"held\"");
	tool_expect(&tool, 1, "status --check");
	tool_expect_in(tool.out, "60 min ago, and is held");
	tool_expect(&tool, 0, "reject k:A --reason typo");
	tool_expect(&tool, 0, "due");
	assert_string_equal(tool.out, "");
	tool_remove(&tool);
	now_s = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_wrong_clock),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_said_meanwhile),
		cmocka_unit_test(test_behind),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
