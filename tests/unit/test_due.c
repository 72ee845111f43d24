/* Deadlines: when they are, and when they are met. */
#include "tool_util.h"

#include "due.h"

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
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0},
		 {"b", 8, 1, 3, 50, 0}},
		100, "but not what had gone before the order", NULL, NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0},
		 {"b", 8, 2, 9, 50, 0}},
		100, "nor what had gone in an older epoch", NULL, NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0}, {"b", 8, 1, 3, 50, 0},
		 {"b", NOW - 1, 1, 4, 60, 0}},
		100, "its status says that it went later", "b", NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0}, {"b", 8, 1, 4, 50, 0},
		 {"b", NOW - 1, 1, 0, 0, 0}},
		100, "nor is it forgotten for what its status says", "b", NULL},
	{{{"a", 9, 1, 4, 50, 0}, {"a", 11, 1, 5, 100, 0}, {"b", 8, 1, 2, 50, 0},
		 {"b", NOW, 1, 2, 50, 0}},
		0, "far behind, and alive", "b", NULL},
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

/* Where everything is open nothing is blocked, but lifted. */
static void
test_open(void **state)
{
	static const struct ledger_saying says[] = {
		{.instance = "a", .number = 9, .generation = 4, .at = 50},
		{.instance = "a",
			.number = 11,
			.generation = 5,
			.at = 100,
			.open = true},
		{.instance = "a", .number = 13, .generation = 7, .at = 300},
	};

	(void)state;
	for (int blocks = 0; blocks < 2; blocks++) {
		const struct ledger_taken taken = {
			.number = 10, .generation = 5, .blocks = blocks};
		struct ledger_said said = {NULL, 0};
		struct due_doing doing;

		for (size_t i = 0; i < sizeof says / sizeof *says; i++)
			assert_int_equal(ledger_said_add(&said, &says[i]), 0);
		due_done(&doing, &said, &taken);
		assert_int_equal(doing.done, blocks ? 300 : 100);
		ledger_said_fini(&said);
	}
}

static void
test_names(void **state)
{
	static const struct {
		const char *names, *more, *both, *why;
	} cases[] = {
		{"", "a", "a", "the first"},
		{"a", "b, c", "a, b, c", "two more"},
		{"aa, b", "a, b, aa", "aa, b, a", "each once"},
		{"a, ...", "b, ...", "a, ..., b", "and more, once"},
	};
	char names[DUE_NAMES_MAX], name[16];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		strcpy(names, cases[i].names);
		due_add_names(names, cases[i].more);
		expect_names(names, cases[i].both, cases[i].why);
	}
	names[0] = '\0';
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "resolver-%d", i);
		due_add_names(names, name);
	}
	assert_true(strlen(names) < DUE_NAMES_MAX);
	tool_expect_in(names, "resolver-0, resolver-1, ");
	assert_string_equal(names + strlen(names) - 5, ", ...");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_done),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_span),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
