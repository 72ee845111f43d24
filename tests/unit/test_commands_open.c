/* The emergency switch, from the command line. */
#include "tool_util.h"

static bool
is_open(const struct tool *tool)
{
	struct pal_manifest manifest;

	tool_manifest(tool, &manifest);
	return manifest.settings.open;
}

static void
test_opens_and_closes(void **state)
{
	struct pal_manifest before, now;
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block bad.example --id A -s exact --reason x");
	tool_manifest(&tool, &before);
	tool_expect(&tool, 0, "why bad.example");
	tool_expect(&tool, 0, "open --all --reason 'the wrong list' -n");
	assert_false(is_open(&tool));
	tool_expect(&tool, 0, "open --all --reason 'the wrong list'");
	assert_true(is_open(&tool));
	/* the lists themselves are those of before */
	tool_manifest(&tool, &now);
	assert_memory_equal(
		&now.lists[0], &before.lists[0], sizeof(now.lists[0]));
	tool_expect(&tool, 1, "open --all --reason again");
	tool_expect_in(tool.out, "everything is open already, since ");
	tool_expect(&tool, 1, "why bad.example");
	tool_expect_in(tool.out, "bad.example: open, as everything is");
	tool_expect(&tool, 0, "status");
	assert_int_equal(strncmp(tool.out, "EVERYTHING IS OPEN since ", 25), 0);
	tool_expect_in(tool.out, ": the wrong list\n");
	tool_expect(&tool, 1, "status --check");
	tool_expect_in(tool.out, "nothing is blocked since ");
	tool_expect(&tool, 0, "status --json");
	tool_expect_in(tool.out, "\"open\": true");
	tool_expect_in(tool.out, "\"open_reason\": \"the wrong list\"");

	/* nodes that follow what is exported open, too */
	tool_expect(&tool, 0, "export --format plain");
	assert_string_equal(tool.out, "");
	tool_expect_in(tool.err, "EVERYTHING IS OPEN since ");

	/* what comes meanwhile is recorded, and as open as the rest */
	tool_expect(&tool, 0, "block worse.example --id B -s exact --reason x");
	assert_true(is_open(&tool));
	tool_expect(&tool, 0, "publish");
	assert_true(is_open(&tool));

	tool_expect(&tool, 0, "close --all -n");
	assert_true(is_open(&tool));
	tool_expect(&tool, 0, "close --all --reason 'mended'");
	assert_false(is_open(&tool));
	tool_expect(&tool, 1, "close --all");
	tool_expect_in(tool.out, "nothing to close");
	tool_expect(&tool, 0, "why bad.example");
	tool_expect(&tool, 0, "why worse.example");
	tool_expect(&tool, 0, "export --format plain");
	tool_expect_in(tool.out, "bad.example\n");
	tool_expect(&tool, 0, "status");
	assert_null(strstr(tool.out, "OPEN"));
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "opened");
	tool_expect_in(tool.out, "the wrong list");
	tool_expect_in(tool.out, "closed");
	tool_expect_in(tool.out, "mended");
	tool_expect(&tool, 0, "audit verify");
	/* a second time is another one */
	tool_expect(&tool, 0, "open --all --reason 'once more'");
	assert_true(is_open(&tool));
	tool_remove(&tool);
}

static void
test_refuses(void **state)
{
	static const struct {
		const char *command, *says;
	} cases[] = {
		{"open", "--all is needed"},
		{"close", "--all is needed"},
		{"open --all", "--reason is needed"},
		{"open --all --reason ''", "--reason is needed"},
		{"open A --all --reason x", ""}, /* not one order */
		{"open --all --reason x --wait=soon", "soon"},
	};
	struct tool tool;

	(void)state;
	tool_create(&tool);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tool_expect(&tool, 2, "%s", cases[i].command);
		tool_expect_in(tool.err, cases[i].says);
		assert_false(is_open(&tool));
	}
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens_and_closes),
		cmocka_unit_test(test_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
