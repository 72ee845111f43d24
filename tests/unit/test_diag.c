#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "diag.h"

static char *
printed(const struct problems *problems)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	problems_print(out, problems);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
names_the_place(void **state)
{
	struct problems problems = {0};
	char *text;

	(void)state;
	problem_error(&problems, "a.yaml", 3, 7, "unknown key \"%s\"", "x");
	problem_warning(&problems, "a.yaml", 3, 0, "the whole line");
	problem_error(&problems, "a.yaml", 0, 0, "the whole file");
	problem_error(&problems, NULL, 0, 0, "no file");
	assert_int_equal(problems.count, 4);
	assert_int_equal(problems.errors, 3);
	text = printed(&problems);
	assert_string_equal(text, "a.yaml:3:7: error: unknown key \"x\"\n"
				  "a.yaml:3: warning: the whole line\n"
				  "a.yaml: error: the whole file\n"
				  "error: no file\n");
	free(text);
	problems_fini(&problems);
	assert_int_equal(problems.count, 0);
}

static void
escapes_what_others_wrote(void **state)
{
	struct problems problems = {0};
	char *text;

	(void)state;
	problem_error(&problems, "a\n.yaml", 1, 1, "\x1b[2J");
	text = printed(&problems);
	assert_string_equal(text, "a\\n.yaml:1:1: error: \\x1b[2J\n");
	free(text);
	problems_fini(&problems);
}

static void
counts_beyond_the_limit(void **state)
{
	struct problems problems = {0};
	const char *at;
	char *text;
	size_t lines = 0;

	(void)state;
	for (unsigned i = 0; i < PROBLEMS_MAX + 5; i++)
		problem_error(&problems, "f", i + 1, 1, "wrong");
	assert_int_equal(problems.count, PROBLEMS_MAX + 5);
	assert_int_equal(problems.errors, PROBLEMS_MAX + 5);
	text = printed(&problems);
	for (at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_int_equal(lines, PROBLEMS_MAX + 1);
	assert_non_null(strstr(text, "... and 5 more\n"));
	free(text);
	problems_fini(&problems);
}

static void
shows_an_error_behind_many_warnings(void **state)
{
	struct problems problems = {0};
	char *text;

	(void)state;
	for (unsigned i = 0; i < PROBLEMS_MAX; i++)
		problem_warning(&problems, "f", i + 1, 1, "odd");
	problem_error(&problems, "f", 500, 1, "wrong");
	assert_int_equal(problems.errors, 1);
	text = printed(&problems);
	assert_non_null(strstr(text, "f:500:1: error: wrong\n"));
	free(text);
	problems_fini(&problems);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_place),
		cmocka_unit_test(escapes_what_others_wrote),
		cmocka_unit_test(counts_beyond_the_limit),
		cmocka_unit_test(shows_an_error_behind_many_warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
