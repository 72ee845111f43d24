#include "tool_util.h"

static const struct cmd *const table[] = {&cmd_feed_check, NULL};

/* Runs `palang feed check` on a list; what it prints is in out. */
static int
check(const char *list, const char *option, char *out, size_t size)
{
	char path[] = "/tmp/palang-list-XXXXXX";
	char *argv[] = {(char *)"palang", (char *)"feed", (char *)"check", path,
		(char *)(uintptr_t)option, NULL};
	int fd = mkstemp(path), saved[2], code;
	FILE *files[2] = {tmpfile(), tmpfile()};

	assert_true(fd >= 0);
	assert_int_equal(write(fd, list, strlen(list)), (ssize_t)strlen(list));
	close(fd);
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		saved[i] = dup(i + 1);
		dup2(fileno(files[i]), i + 1);
	}
	code = cmd_main(table, option == NULL ? 4 : 5, argv);
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		dup2(saved[i], i + 1);
		close(saved[i]);
		rewind(files[i]);
	}
	memset(out, 0, size);
	out[fread(out, 1, size - 1, files[0])] = '\0';
	(void)!fread(out + strlen(out), 1, size - 1 - strlen(out), files[1]);
	fclose(files[0]);
	fclose(files[1]);
	unlink(path);
	return code;
}

static void
tells_what_would_become_of_it(void **state)
{
	static const struct {
		const char *list, *option;
		int code;
		const char *says;
	} cases[] = {
		{"a.example\n", NULL, EXIT_DONE, "1  rules"},
		{"a.example\n192.0.2.1\n", NULL, EXIT_DONE,
			"1  IP addresses: line 2"},
		{"a.example\n", "--strict", EXIT_DONE, "1  rules"},
		{"A.example\n", "--strict", EXIT_NO, "upper case: line 1"},
		{"A.example\n", "--json", EXIT_DONE, "\"clean\": false"},
		{"a.example\n", "--json", EXIT_DONE, "\"clean\": true"},
		{"<html>", "--json", EXIT_ERROR, "\"good\": false"},
		{"<html>", NULL, EXIT_ERROR, "this is a web page"},
		{"", NULL, EXIT_ERROR, "there is nothing in it"},
		/* as a refresh judges it */
		{"192.0.2.1\n", NULL, EXIT_ERROR,
			"there is no name in it that could be blocked"},
		{"192.0.2.1\n", "--json", EXIT_ERROR, "\"good\": false"},
		{"a.example\n", "--format=rpz", EXIT_ERROR,
			":1: error: this is no record"},
		{"a.example\n", "--format=zone", EXIT_ERROR, "write auto"},
		{"a.example\n", "--scope=all", EXIT_ERROR, "write exact"},
		{"a.example\n", "--scope=exact", EXIT_DONE, "alone"},
	};
	char out[8192];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int code =
			check(cases[i].list, cases[i].option, out, sizeof out);

		if (code != cases[i].code)
			fail_msg("case %zu: exit code %d\n%s", i, code, out);
		tool_expect_in(out, cases[i].says);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_would_become_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
