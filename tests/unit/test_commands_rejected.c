/* What was rejected here, and comes again: without somebody's word it is not in
 * force. */
#include "guard_util.h"
#include "inbox_util.h"

#define WHY "hits a payment service"

/* Held, by that alone. */
static void
expect_held(struct tool *tool, const char *line)
{
	tool_expect(tool, 4, line, tool->dir);
	tool_expect_in(tool->out, "k:1: held, nothing of it is in force\n"
				  "  rejected on 2");
	tool_expect_in(tool->out, ": " WHY "\n");
	guard_expect_blocked(tool, "a.example", false);
}

static void
approve(struct tool *tool)
{
	tool_expect(tool, 0, "approve 1 --reason 'they have moved'");
	guard_expect_blocked(tool, "a.example", true);
	tool_expect(tool, 0, "audit verify");
}

/* As transcribed orders come, again and again. */
static const struct {
	const char *first;
	int code;
	const char *meanwhile, *why;
} rejected[] = {
	{BY_HAND "--shadow %s/1.yaml", 0, "true", "a trial that went wrong"},
	{BY_HAND "%s/1.yaml", 4, "sed -i s/isp.example/x.example/ palang.yaml",
		"what guards held, and would not now"},
	{BY_HAND "--shadow %s/1.yaml", 0, "echo '# again' >>1.yaml",
		"in other octets that say the same"},
};

static void
is_held_when_it_comes_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rejected / sizeof *rejected; i++) {
		struct tool tool;

		guard_begin(&tool, "approvals: 1\n");
		guard_order(&tool, "1", "[a.example, isp.example]");
		tool_expect(
			&tool, rejected[i].code, rejected[i].first, tool.dir);
		tool_expect(&tool, 0, "reject 1 --reason '" WHY "'");
		sign_shell(&tool,
			"sed -i s/isp.example/x.example/ palang.yaml;"
			" %s",
			rejected[i].meanwhile);
		tool_expect(&tool, 0, "check %s/1.yaml", tool.dir);
		tool_expect_in(tool.err, "would be held: rejected on 2");
		for (int times = 0; times < 2; times++)
			expect_held(&tool, BY_HAND "%s/1.yaml");
		approve(&tool);
		tool_remove(&tool);
	}
}

/* The regulator's machine sends what it has. */
static void
is_held_when_the_inbox_has_it_again(void **state)
{
	struct tool tool;

	(void)state;
	inbox_create(&tool);
	sign_shell(&tool, "echo 'approvals: 1' >>palang.yaml");
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: exact\ntargets: [a.example]\n");
	sign_file(&tool, "now", "1.yaml");
	tool_expect(&tool, 0, "apply --shadow %s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "reject 1 --reason '" WHY "'");
	sign_shell(&tool, "mv 1.yaml 1.yaml.minisig in/");
	tool_expect(&tool, 4, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.out, "1.yaml: held");
	inbox_expect_receipt(&tool, "done/1.yaml", ": " WHY);
	guard_expect_blocked(&tool, "a.example", false);
	approve(&tool);
	tool_remove(&tool);
}

/* Tried again it may be, but it does not come into force by that. */
static void
is_tried_again(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 1\n");
	guard_order(&tool, "1", "[a.example]");
	tool_expect(&tool, 0, BY_HAND "--shadow %s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "reject 1 --reason '" WHY "'");
	tool_expect(&tool, 0, BY_HAND "--shadow %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "it will be held until somebody approves it:\n"
				 "  rejected on 2");
	expect_held(&tool, "activate 1");
	approve(&tool);
	tool_expect(&tool, 2, "forecast k:1");
	tool_remove(&tool);
}

/* It is the document that was rejected, not its id; and by its last word. */
static void
another_is_judged_as_ever(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 1\n");
	guard_order(&tool, "1", "[a.example, isp.example]");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "reject 1 --reason first");
	guard_change(&tool, "\\[isp.example\\]", "[]");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.out, ": first\n");
	tool_expect(&tool, 0, "reject 1 --reason '" WHY "'");
	/* of the same id, and rejected after it */
	guard_order(&tool, "1", "[b.example]");
	tool_expect(&tool, 0, BY_HAND "--shadow %s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "reject 1 --reason another");
	guard_order(&tool, "1", "[a.example, isp.example]");
	expect_held(&tool, BY_HAND "%s/1.yaml");
	assert_null(strstr(tool.out, "first"));
	assert_null(strstr(tool.out, "another"));
	tool_expect(&tool, 0, "reject 1 --reason '" WHY "'");
	guard_order(&tool, "1", "[a.example]");
	tool_expect(&tool, 0, BY_HAND "%s/1.yaml", tool.dir);
	guard_expect_blocked(&tool, "a.example", true);
	tool_remove(&tool);
}

/* With it, all that came in the same run; and what was rejected with others is
 * rejected by itself, too.  A lift never is. */
static void
holds_what_comes_with_it(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 1\n");
	guard_order(&tool, "0", "[c.example]");
	tool_expect(&tool, 0, BY_HAND "%s/0.yaml", tool.dir);
	sign_order(&tool, "l", "k", "l", "action: lift\nlifts: '0'\n");
	guard_order(&tool, "1", "[a.example]");
	guard_order(&tool, "2", "[b.example, isp.example]");
	tool_expect(&tool, 4, BY_HAND "%s/l.yaml %s/1.yaml %s/2.yaml", tool.dir,
		tool.dir, tool.dir);
	tool_expect(&tool, 0, "reject 2 --reason '" WHY "'");
	guard_order(&tool, "3", "[d.example]");
	tool_expect(
		&tool, 4, BY_HAND "%s/1.yaml %s/3.yaml", tool.dir, tool.dir);
	tool_expect_in(tool.out, "\n  k:1: rejected on 2");
	assert_null(strstr(tool.out, "k:3: rejected"));
	guard_expect_blocked(&tool, "d.example", false);
	tool_expect(&tool, 0, BY_HAND "%s/l.yaml", tool.dir);
	guard_expect_blocked(&tool, "c.example", false);
	tool_expect(&tool, 0, "approve 1 --reason x");
	guard_expect_blocked(&tool, "d.example", true);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_held_when_it_comes_again),
		cmocka_unit_test(is_held_when_the_inbox_has_it_again),
		cmocka_unit_test(is_tried_again),
		cmocka_unit_test(another_is_judged_as_ever),
		cmocka_unit_test(holds_what_comes_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
