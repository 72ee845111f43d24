/* How status tells feeds, and which it rings for, as time goes by. */
#include "clock_util.h"
#include "tool_util.h"

#define HOUR 3600

static void
write_list(const struct tool *tool, const char *text)
{
	tool_write(tool, "list", text);
}

/* Time is ours from here on; files have the real one, which is near. */
static void
begin(struct tool *tool)
{
	struct timespec now;

	syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
	now_s = now.tv_sec;
	tool_create(tool);
	write_list(tool, "a.example.com\nb.example.com\n");
}

static void
end(struct tool *tool)
{
	tool_remove(tool);
	now_s = 0;
}

static void
later(const struct tool *tool, int hours)
{
	now_s += hours * HOUR;
	tool_resolver(tool, "one", 0, PAL_STATE_OK, 0);
}

/* said: by status, as a warning, or by status --check as well; "": nothing
 * is. */
static void
expect_told(struct tool *tool, bool rings, const char *said)
{
	tool_expect(tool, rings ? 1 : 0, "status --check");
	if (rings)
		tool_expect_in(tool->out, said);
	else
		assert_string_equal(tool->out, "");
	tool_expect(tool, 0, "status");
	tool_expect_in(tool->out, said);
	if (said[0] == '\0')
		assert_null(strstr(tool->out, "warning: feed"));
}

static void
test_failing(void **state)
{
	char path[160];
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect(&tool, 0, "feed add ads --source %s/list", tool.dir);
	later(&tool, 0);
	expect_told(&tool, false, "");
	snprintf(path, sizeof path, "%s/list", tool.dir);
	assert_int_equal(unlink(path), 0);
	tool_expect(&tool, 2, "feed refresh");
	expect_told(&tool, false, "warning: feed ads fails since");
	later(&tool, 24);
	tool_expect(&tool, 2, "feed refresh");
	expect_told(&tool, false, "warning: feed ads fails since");
	later(&tool, 1);
	tool_expect(&tool, 2, "feed refresh");
	expect_told(&tool, true, "feed ads fails since");
	/* It was tried just now: that much is told right. */
	assert_null(strstr(tool.out, "no refresh since"));
	write_list(&tool, "a.example.com\nb.example.com\n");
	tool_expect(&tool, 0, "feed refresh");
	expect_told(&tool, false, "");
	end(&tool);
}

/* Added without a refresh, or killed at its first. */
static void
test_never(void **state)
{
	static const char said[] = "feed ads was never refreshed: palang feed "
				   "refresh ads";
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect(&tool, 0, "feed add ads --no-refresh --source %s/list",
		tool.dir);
	later(&tool, 0);
	expect_told(&tool, false, said);
	later(&tool, 25);
	expect_told(&tool, false, said);
	later(&tool, 2);
	expect_told(&tool, true, said);
	tool_expect(&tool, 0, "feed refresh");
	later(&tool, 0);
	expect_told(&tool, false, "");
	end(&tool);
}

/* One of palang.yaml, of which the ledger does not know: since when it could
 * have been refreshed, the file says. */
static void
test_never_configured(void **state)
{
	static const char said[] = "feed ads was never refreshed: palang feed "
				   "refresh ads";
	struct tool tool;
	char text[1024];

	(void)state;
	begin(&tool);
	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"feeds:\n  ads: {source: %s/list}\n",
		tool.dir, tool.dir, tool.dir);
	tool_write(&tool, "palang.yaml", text);
	later(&tool, 25);
	expect_told(&tool, false, said);
	later(&tool, 2);
	expect_told(&tool, true, said);
	tool_expect(&tool, 0, "feed refresh");
	later(&tool, 0);
	expect_told(&tool, false, "");
	end(&tool);
}

/* A timer that is off: nothing fails, and the list grows old. */
static void
test_untried(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect(&tool, 0, "feed add ads --max-change 0%% --source %s/list",
		tool.dir);
	later(&tool, 26);
	expect_told(&tool, false, "");
	later(&tool, 1);
	expect_told(&tool, true, "feed ads: no refresh since ");
	/* A list that is held was looked at; what is new waits for a person,
	 * but who asks the source is needed all the same. */
	write_list(&tool, "a.example.com\n");
	tool_expect(&tool, EXIT_HELD, "feed refresh");
	expect_told(&tool, false, "feed ads: a list is held");
	later(&tool, 27);
	expect_told(&tool, true, "feed ads: no refresh since ");
	/* A look that changes nothing is none that counts. */
	tool_expect(&tool, EXIT_HELD, "feed refresh -n");
	expect_told(&tool, true, "feed ads: no refresh since ");
	tool_expect(&tool, 0, "status --json");
	tool_expect_in(tool.out, "\"tried_ms\": ");
	end(&tool);
}

/* Nobody but who has the list can give it. */
static void
test_stdin(void **state)
{
	char path[160];
	struct tool tool;
	int saved, fd;

	(void)state;
	begin(&tool);
	tool_expect(&tool, 0, "feed add ads --no-refresh --source=-");
	later(&tool, 100);
	expect_told(&tool, false, "warning: feed ads was never refreshed");
	snprintf(path, sizeof path, "%s/list", tool.dir);
	saved = dup(STDIN_FILENO);
	fd = open(path, O_RDONLY);
	assert_true(saved >= 0 && fd >= 0);
	dup2(fd, STDIN_FILENO);
	tool_expect(&tool, 0, "feed refresh ads");
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(fd);
	later(&tool, 100);
	expect_told(&tool, false, "");
	end(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_never_configured),
		cmocka_unit_test(test_untried),
		cmocka_unit_test(test_stdin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
