/* Deadlines: when they are, and when they are met. */
#include "clock_util.h"
#include "tool_util.h"

#include "due.h"
#include "timefmt.h"

#define START 1767225600 /* 2026-01-01T00:00:00Z */

/* ---- judging a time ---- */

static void
test_judge(void **state)
{
	static const struct {
		int64_t arrived, deadline, done, now; /* seconds */
		bool ended;
		enum due_state due;
		const char *why;
	} cases[] = {
		{0, 86400, 0, 10, false, DUE_OPEN, "it has just come"},
		{0, 86400, 0, 64799, false, DUE_OPEN, "a quarter and a bit"},
		{0, 86400, 0, 64801, false, DUE_SOON, "less than a quarter"},
		{0, 7200, 0, 3500, false, DUE_OPEN, "more than an hour"},
		{0, 7200, 0, 3700, false, DUE_SOON,
			"an hour is more than a quarter"},
		{0, 600, 0, 1, false, DUE_SOON, "there is less in all"},
		{0, 86400, 0, 86400, false, DUE_SOON, "the last second"},
		{0, 86400, 0, 86401, false, DUE_OVERDUE, "it is over"},
		{0, 86400, 86400, 99999, false, DUE_DONE,
			"done in the last second"},
		{0, 86400, 86401, 99999, false, DUE_LATE, "and one behind"},
		{0, 86400, 100, 99999, true, DUE_DONE, "done, and over since"},
		{0, 86400, 0, 99999, true, DUE_ENDED,
			"nothing is left to be done"},
		{500, 400, 0, 500, false, DUE_OVERDUE,
			"it came too late to be done"},
		{500, 400, 600, 700, false, DUE_LATE,
			"and was done all the same"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct due_time time = {.arrived = cases[i].arrived * 1000,
			.done = cases[i].done * 1000,
			.deadline = cases[i].deadline,
			.ended = cases[i].ended};

		if (due_judge(&time, cases[i].now * 1000) != cases[i].due)
			fail_msg("%s", cases[i].why);
	}
}

/* ---- when it was done ---- */

#define NOW INT64_MAX /* what a status file says */

struct says {
	const char *instance;
	int64_t number;
	uint8_t epoch;
	uint64_t generation;
	int64_t at;
	int64_t since;
};

/* The order is entry 10: generation 5 of epoch 1. */
static const struct {
	struct says says[6]; /* ended by a NULL instance */
	int64_t done;
	const char *why;
	const char *without, *behind; /* NULL: none */
} doings[] = {
	{{{NULL, 0, 0, 0, 0, 0}}, 0, "nobody said anything", NULL, NULL},
	{{{"a", 11, 1, 5, 100, 0}}, 100, "the first ever", NULL, NULL},
	{{{"a", 9, 1, 5, 100, 0}}, 0, "said before it was recorded", "a", NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0}}, 100, "it goes on",
		NULL, NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 7, 100, 0}}, 100,
		"a later one holds it too", NULL, NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", NOW, 1, 4, 50, 0}}, 0,
		"it lives, and has not reached it", "a", NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", NOW, 1, 5, 90, 0}}, 90,
		"not in the journal yet", NULL, NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0}, {"b", 8, 1, 4, 50, 0},
		 {"b", 12, 1, 5, 130, 0}},
		130, "the last of those known then", NULL, NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0},
		 {"b", 8, 1, 4, 50, 0}},
		100, "one that has gone keeps nobody waiting", "b", NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0},
		 {"b", 99, 1, 8, 900, 0}, {"b", NOW, 1, 8, 900, 0}},
		100, "one that came later makes nothing late", NULL, NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0},
		 {"b", NOW, 1, 0, 10, 0}},
		100, "one that came when it was done undoes nothing", NULL,
		"b"},
	{{{"a", 9, 1, 4, 50, 0}, {"a", NOW, 1, 5, 100, 0},
		 {"b", NOW, 1, 0, 10, 101}},
		100, "neither is in the journal: by when it began", NULL, "b"},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0},
		 {"b", NOW, 1, 0, 10, 99}},
		0, "it ran before it was done, and has no list", NULL, NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 13, 1, 5, 100, 0},
		 {"b", 12, 1, 4, 60, 0}, {"b", NOW, 1, 4, 60, 0}},
		0, "and so did this one", NULL, NULL},
	{{{"a", 11, 1, 5, 100, 0}, {"b", 12, 1, 3, 130, 0},
		 {"b", NOW, 1, 3, 130, 0}},
		100, "none was known, the second came too late", NULL, "b"},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0}, {"b", 8, 1, 4, 50, 0},
		 {"c", 8, 1, 4, 50, 0}},
		100, "those that have gone are named", "b, c", NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", NOW, 1, 4, 50, 0}}, 0,
		"and so are those that it waits for", "a", NULL},
	{{{"a", 11, 1, 5, 100, 0}, {"b", 12, 1, 5, 130, 0}}, 100,
		"none was known: the first", NULL, NULL},
	{{{"a", 9, 1, 9, 50, 0}, {"a", 11, 2, 1, 100, 0}}, 100,
		"a new epoch holds all that was recorded", NULL, NULL},
};

static void
expect_names(const char *names, const char *expected, const char *why)
{
	if (strcmp(names, expected == NULL ? "" : expected) != 0)
		fail_msg("%s: \"%s\"", why, names);
}

static void
test_done(void **state)
{
	const struct ledger_taken taken = {
		.number = 10, .epoch = {1}, .generation = 5};

	(void)state;
	for (size_t i = 0; i < sizeof doings / sizeof *doings; i++) {
		struct ledger_said said = {NULL, 0};
		const struct says *says = doings[i].says;
		struct due_doing doing;

		for (; says->instance != NULL; says++) {
			struct ledger_saying saying = {.number = says->number,
				.epoch = {says->epoch},
				.generation = says->generation,
				.at = says->at,
				.since = says->since};

			strcpy(saying.instance, says->instance);
			assert_int_equal(ledger_said_add(&said, &saying), 0);
		}
		due_done(&doing, &said, &taken);
		if (doing.done != doings[i].done)
			fail_msg("%s: %lld", doings[i].why,
				(long long)doing.done);
		expect_names(doing.without, doings[i].without, doings[i].why);
		expect_names(doing.behind, doings[i].behind, doings[i].why);
		ledger_said_fini(&said);
	}
}

static void
test_span(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {{0, "0 s"}, {119, "119 s"}, {120, "2 min"},
		{7199, "119 min"}, {7200, "2 h"}, {172799, "47 h"},
		{172800, "2 d"}};
	char buf[DUE_SPAN_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(
			due_span(buf, cases[i].seconds), cases[i].text);
}

/* ---- the commands ---- */

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
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_done),
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_wrong_clock),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
