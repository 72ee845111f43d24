/* When an order that is held first came: keys are judged by it, and deadlines
 * count from it. */
#include "clock_util.h"
#include "guard_util.h"

#include "inbox.h"
#include "timefmt.h"

#define HOUR  3600
#define START 1767225600 /* 2026-01-01T00:00:00Z */

/* By the kernel's clock, which ours runs ahead of. */
static long long
changed_ms(const struct tool *tool, const char *name)
{
	char path[160];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", tool->dir, name);
	assert_int_equal(stat(path, &st), 0);
	return (long long)st.st_ctim.tv_sec * 1000 +
	       st.st_ctim.tv_nsec / 1000000;
}

/* Its key counted when it came, and no more when it is approved. */
static void
by_the_inbox_it_came_when_it_lay_there(void **state)
{
	char time_text[TIME_TEXT_MAX], part[80];
	time_t began = time(NULL);
	long long came, other;
	struct tool tool;

	(void)state;
	inbox_settled = 0;
	sign_create(&tool, "    may: {usual-targets: 1}\n");
	sign_shell(&tool,
		"echo 'approvals: 1' >>palang.yaml; mkdir in; "
		"sed -i 's/now.pub, /now.pub, not-after: %s, /' palang.yaml",
		time_format(time_text, began + HOUR));
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: exact\ncomply-within: 4h\n"
		"targets: [t.me, u.me]\n");
	sign_file(&tool, "now", "1.yaml");
	sign_shell(&tool, "mv 1.yaml.minisig 1.yaml in/");
	came = changed_ms(&tool, "in/1.yaml");
	other = changed_ms(&tool, "in/1.yaml.minisig");
	came = came > other ? came : other;

	now_s = began + 2 * HOUR;
	tool_expect(&tool, 4, "inbox --once %s/in", tool.dir);
	assert_true(guard_arrived_ms(&tool, "k:1") == came);
	snprintf(part, sizeof part, "\"arrived\": \"%s\"",
		time_format(time_text, came / 1000));
	tool_expect(&tool, 0, "due --json");
	tool_expect_in(tool.out, part);
	tool_expect(&tool, 0, "approve 1 --reason meant");
	assert_true(guard_arrived_ms(&tool, "k:1") == came);
	guard_expect_blocked(&tool, "t.me", true);
	tool_remove(&tool);
	now_s = 0;
}

/* ---- what was on trial before ---- */

static const struct {
	const char *prepare, *apply;
	bool tried; /* it came when the trial began */
	const char *why;
} sends[] = {
	{"true", BY_HAND "%s/1.yaml", true, "the same, and nobody signed it"},
	{"minisign -S -s hand.key -m 1.yaml", "apply %s/1.yaml", false,
		"the same, signed with a key that did not count then"},
	{"cat 2.yaml >>1.yaml", BY_HAND "%s/1.yaml", false,
		"with another, which nobody tried"},
};

static void
of_a_trial_it_came_with_the_same_signatures(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sends / sizeof *sends; i++) {
		long long began = START * 1000LL + 500, came;
		struct tool tool;

		now_s = START;
		sign_create(&tool, "");
		sign_shell(&tool,
			"echo 'approvals: 1' >>palang.yaml; sed -i "
			"'s/transcribed, keys: \\[{file: hand.pub/transcribed, "
			"may: {usual-targets: 1}, keys: [{file: hand.pub, "
			"not-before: 2026-01-01T01:00:00Z/' palang.yaml");
		sign_order(&tool, "1", "t", "1",
			"action: block\nscope: exact\n"
			"targets: [t.me, u.me]\n");
		tool_write(&tool, "2.yaml",
			"---\npalang-order: 1\nauthority: t\nid: 2\n"
			"issued: 2017-07-14T09:00:00+07:00\naction: block\n"
			"scope: exact\ntargets: [v.me]\n");
		tool_expect(&tool, 0, BY_HAND "--shadow %s/1.yaml", tool.dir);
		now_s += 2 * HOUR;
		sign_shell(&tool, "%s", sends[i].prepare);
		tool_expect(&tool, 4, sends[i].apply, tool.dir);
		tool_expect(&tool, 0, "approve t:1 --reason meant");
		came = guard_arrived_ms(&tool, "t:1");
		if (came != began + (sends[i].tried ? 0 : 2 * HOUR * 1000))
			fail_msg("%s: it came at %lld", sends[i].why, came);
		guard_expect_blocked(&tool, "t.me", true);
		tool_remove(&tool);
	}
	now_s = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_inbox_it_came_when_it_lay_there),
		cmocka_unit_test(of_a_trial_it_came_with_the_same_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
