/* What `palang ask` needs to know before it asks anybody. */
#include "tool_util.h"

static const struct cmd *const table[] = {&cmd_ask, NULL};

/* Exit codes are read by scripts: 0 is for what somebody has judged. */
static void
test_judge_needed(void **state)
{
	static const struct {
		const char *option;
		int status;
		const char *why;
	} cases[] = {
		{NULL, EXIT_ERROR, "nobody says what is right"},
		{"--json", EXIT_ERROR, "nor for programs"},
		{"--expect=open", EXIT_UNANSWERED, "then it is asked"},
		{"--expect=k:1", EXIT_UNANSWERED, "an order is as good"},
		{"--truth", EXIT_UNANSWERED, "our own recursion will judge"},
	};

	(void)state;
	if (access("/etc/palang/palang.yaml", F_OK) == 0)
		skip();
	unsetenv("PALANG_CONFIG");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		/* Port 1: nobody is there. */
		char *argv[] = {(char[]){"palang"}, (char[]){"ask"},
			(char[]){"t.me"}, (char[]){"@127.0.0.1#1"},
			(char[]){"--timeout=1s"}, NULL, NULL};
		struct tool tool = {.out = NULL};
		int status, saved = dup(2);
		FILE *said = tmpfile();
		size_t len;

		if (cases[i].option != NULL)
			argv[5] = strdup(cases[i].option);
		fflush(NULL);
		dup2(fileno(said), 2);
		status = cmd_main(table, argv[5] == NULL ? 5 : 6, argv);
		fflush(NULL);
		dup2(saved, 2);
		close(saved);
		tool_collect(said, &tool.err, &len);
		fclose(said);
		if (status != cases[i].status)
			fail_msg("%s: %d: %s", cases[i].why, status, tool.err);
		tool_expect_in(tool.err,
			status == EXIT_ERROR ? "--expect" : "no answer");
		free(tool.err);
		free(argv[5]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
