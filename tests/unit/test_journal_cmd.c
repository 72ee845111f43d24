/* What the journal gets from commands, from time and from resolvers. */
#include "clock_util.h"
#include "tool_util.h"

#include "syslog_util.h"

#include "ledger.h"
#include "state.h"
#include "timefmt.h"

/* How often the text is in the last command's output. */
static int
count(const struct tool *tool, const char *text)
{
	int n = 0;

	for (const char *at = tool->out; (at = strstr(at, text)) != NULL; at++)
		n++;
	return n;
}

/* A resolver is recorded once for each generation it has reached: by the
 * command that waited for it, or by the next one that changes anything. */
static void
test_confirmed(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "history");
	assert_int_equal(count(&tool, "in effect  on one"), 0);
	/* Nobody waited: the next one sees it. */
	tool_expect(&tool, 0, "block t.example --scope exact --id B");
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "in effect  on one  generation 2");
	tool_expect_in(tool.out, "swept  on one  generation 2");
	/* It says no more: nothing to record. */
	tool_expect(&tool, 0, "block u.example --scope exact --id C");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count(&tool, "  on one  "), 2);
	/* One that waits records it itself; nothing is new, it waits for what
	 * is published. */
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "publish");
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 5, "publish --wait=1s");
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "in effect  on one  generation 5");
	assert_int_equal(count(&tool, "  on one  "), 6);
	/* Of an order: the first that has it, whenever that was. */
	tool_expect(&tool, 0, "history B");
	assert_int_equal(count(&tool, "  on one  "), 2);
	tool_expect_in(tool.out, "in effect  on one  generation 4");
	tool_remove(&tool);
}

/* A status file belongs to the resolver's user: nothing it says stops a
 * command, and what cannot be true is not recorded. */
static void
test_untrusted(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "live/status/x.status", "no status\n");
	tool_resolver(&tool, "ahead", (uint64_t)-5, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	tool_expect(&tool, 0, "history");
	assert_null(strstr(tool.out, "in effect"));
	tool_remove(&tool);
}

/* ... nor makes it the journal grow without end, under ever new names. */
static void
test_many(void **state)
{
	struct tool tool;
	char name[16];

	(void)state;
	tool_create(&tool);
	for (int i = 0; i < 3 * STATE_NEW_RESOLVERS; i++) {
		snprintf(name, sizeof name, "r%d", i);
		tool_resolver(&tool, name, 0, PAL_STATE_OK, 0);
	}
	tool_run(&tool, "status");
	tool_expect_in(tool.out,
		"warning: 48 status files are of resolvers that the journal "
		"does not know");
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count(&tool, "in effect  on "), STATE_NEW_RESOLVERS);
	/* Those that are known are recorded whatever comes. */
	tool_resolver(&tool, "r0", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "block u.example --scope exact --id B");
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "in effect  on r0  generation 2");
	assert_int_equal(
		count(&tool, "in effect  on "), 2 * STATE_NEW_RESOLVERS + 1);
	tool_remove(&tool);
}

/* Entries of resolvers that nobody knew. */
static void
meet(const struct tool *tool, int count)
{
	struct ledger_event event = {.at = tool_now_ms(),
		.what = "in effect",
		.who = "root",
		.has_generation = true,
		.generation = 1};
	struct pal_manifest manifest;
	struct ledger *ledger = NULL;
	char path[160], name[16];

	tool_manifest(tool, &manifest);
	memcpy(event.epoch, manifest.epoch, PAL_EPOCH_SIZE);
	snprintf(path, sizeof path, "%s/state", tool->dir);
	assert_int_equal(ledger_open(&ledger, path), 0);
	assert_int_equal(ledger_begin(ledger, true), 0);
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof name, "old%d", i);
		event.instance = name;
		assert_int_equal(ledger_add_event(ledger, &event), 0);
	}
	assert_int_equal(ledger_commit(ledger), 0);
	ledger_close(ledger);
}

static void
four_resolvers(const struct tool *tool)
{
	char name[16];

	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "r%d", i);
		tool_resolver(tool, name, 0, PAL_STATE_OK, 0);
	}
}

/* ... not even a few at a time: within a day there is an end. */
static void
test_many_in_a_day(void **state)
{
	struct tool tool;

	(void)state;
	now_s = 1767225600;
	tool_create(&tool);
	meet(&tool, STATE_NEW_RESOLVERS_DAY - 2);
	four_resolvers(&tool);
	tool_run(&tool, "status");
	assert_null(strstr(tool.out, "within a day"));
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count(&tool, "in effect  on r"), 2);
	tool_run(&tool, "status");
	tool_expect_in(tool.out,
		"warning: the journal got 256 new resolvers within a day, and "
		"takes no more");
	/* Those that are known are recorded as before. */
	four_resolvers(&tool);
	tool_expect(&tool, 0, "block u.example --scope exact --id B");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count(&tool, "in effect  on r"), 4);
	tool_expect_in(tool.out, "in effect  on r1  generation 2");
	/* The next day is another one. */
	now_s += 86401;
	four_resolvers(&tool);
	tool_run(&tool, "status");
	assert_null(strstr(tool.out, "within a day"));
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "in effect  on r3  generation 3");
	tool_remove(&tool);
	now_s = 0;
}

/* Each change tells its head once, and an audit finds it. */
static void
test_told(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	syslog_count = 0;
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	assert_int_equal(syslog_count, 1);
	assert_int_equal(strncmp(syslog_last, "journal ", 8), 0);
	tool_expect(&tool, 0, "publish");
	assert_int_equal(syslog_count, 2);
	tool_expect(&tool, 0, "audit verify --head %s",
		strrchr(syslog_last, ' ') + 1);
	/* Who reads, rehearses or is refused has nothing to tell. */
	tool_expect(&tool, 0, "list");
	tool_expect(&tool, 0, "block u.me --scope exact -n");
	tool_expect(&tool, 2, "lift nothing");
	assert_int_equal(syslog_count, 2);
	tool_remove(&tool);
}

static void
test_received(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	tool_expect(&tool, 0, "lift A --id A2");
	tool_expect(&tool, 0, "history");
	/* The configuration is one. */
	assert_int_equal(count(&tool, "  received  by "), 3);
	tool_expect_in(tool.out, "lifted  operator:A  by ");
	tool_expect_in(tool.out, "operator:A2\n");
	/* The next command says it no second time. */
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count(&tool, "lifted"), 1);
	tool_remove(&tool);
}

/* The configuration is kept where it is another one, by what writes. */
static void
test_configuration(void **state)
{
	struct tool tool;
	char *text;
	size_t len;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "history");
	assert_int_equal(count(&tool, "configuration"), 1);
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count(&tool, "configuration"), 1);
	assert_int_equal(file_read(tool.config, 10000, 0, &text, &len), 0);
	text = realloc(text, len + 16);
	strcpy(text + len, "language: id\n");
	tool_write(&tool, "palang.yaml", text);
	free(text);
	tool_expect(&tool, 0, "list");
	tool_expect(&tool, 0, "block t.me --scope exact --id B -n");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count(&tool, "configuration"), 1);
	tool_expect(&tool, 0, "block t.me --scope exact --id B");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count(&tool, "configuration"), 2);
	tool_remove(&tool);
}

/* What time does is recorded by the next command, once. */
static void
test_expired(void **state)
{
	char time[TIME_TEXT_MAX];
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block t.me --scope exact --id A --expires %s",
		time_format(time, tool_now_ms() / 1000 + 2));
	tool_expect(&tool, 0, "history A");
	assert_int_equal(count(&tool, "expired"), 0);
	for (int i = 0; i < 100 && count(&tool, "expired") == 0; i++) {
		const struct timespec nap = {0, 100000000};

		nanosleep(&nap, NULL);
		tool_expect(&tool, 0, "publish");
		tool_expect(&tool, 0, "history A");
	}
	assert_int_equal(count(&tool, "expired  operator:A"), 1);
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "history A");
	assert_int_equal(count(&tool, "expired"), 1);
	tool_remove(&tool);
}

/* As a command that waits does, or a restore. */
static void
record_later(const struct tool *tool, int64_t now)
{
	static const char *const whats[] = {"in effect", "restored"};
	struct ledger *ledger = NULL;
	char path[160];

	snprintf(path, sizeof path, "%s/state", tool->dir);
	assert_int_equal(ledger_open(&ledger, path), 0);
	assert_int_equal(ledger_begin(ledger, true), 0);
	for (size_t i = 0; i < 2; i++) {
		const struct ledger_event event = {.at = now * 1000,
			.what = whats[i],
			.who = "root",
			.instance = i == 0 ? "one" : NULL};

		assert_int_equal(ledger_add_event(ledger, &event), 0);
	}
	assert_int_equal(ledger_commit(ledger), 0);
	ledger_close(ledger);
}

/* An entry that a command made without looking for what is due, of what a
 * resolver said, does not stand in the way of what was due before it. */
static void
test_expired_before(void **state)
{
	const struct timespec nap = {0, 50000000};
	char time[TIME_TEXT_MAX];
	struct tool tool;
	int64_t expires;

	(void)state;
	tool_create(&tool);
	expires = tool_now_ms() / 1000 + 2;
	tool_expect(&tool, 0, "block t.me --scope exact --id A --expires %s",
		time_format(time, expires));
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	while (tool_now_ms() < expires * 1000 + 1000)
		nanosleep(&nap, NULL);
	record_later(&tool, expires + 1);
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "history A");
	assert_int_equal(count(&tool, "expired  operator:A"), 1);
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "history A");
	assert_int_equal(count(&tool, "expired  operator:A"), 1);
	tool_expect(&tool, 0, "audit verify");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confirmed),
		cmocka_unit_test(test_untrusted),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_many_in_a_day),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_received),
		cmocka_unit_test(test_configuration),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_expired_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
