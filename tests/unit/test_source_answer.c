/* What palang-fetch may say, and what it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "palang/error.h"
#include "source_answer.h"

static void
test_good(void **state)
{
	static const char whole[] = "status 200\nsize 12345\netag W/\"a b\"\n"
				    "modified Sat, 21 Nov 2026 10:00:00 GMT\n";
	struct source_answer answer;

	(void)state;
	assert_int_equal(source_answer_parse(&answer, whole, strlen(whole)), 0);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.size, 12345);
	assert_string_equal(answer.etag, "W/\"a b\"");
	assert_string_equal(answer.modified, "Sat, 21 Nov 2026 10:00:00 GMT");
	assert_string_equal(answer.error, "");
	assert_int_equal(
		source_answer_parse(&answer, "size 0\nstatus 304\n", 18), 0);
	assert_int_equal(answer.status, 304);
	assert_int_equal(
		source_answer_parse(&answer, "error it rains\n", 15), 0);
	assert_string_equal(answer.error, "it rains");
}

static void
test_bad(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "nothing"},
		{"\n", "an empty line"},
		{"status 200\n", "no size"},
		{"size 5\n", "no status"},
		{"status 200\nsize 5", "cut off"},
		{"status 200\nsize 0\n", "nothing fetched"},
		{"status 304\nsize 5\n", "not changed, yet fetched"},
		{"status 404\nsize 5\n", "no other status is good"},
		{"status 200 \nsize 5\n", "a blank behind"},
		{"status  200\nsize 5\n", "two blanks"},
		{"status 200\nsize -5\n", "a sign"},
		{"status 200\nsize 0x5\n", "not decimal"},
		{"status 200\nsize 9999999999999999999\n", "too large"},
		{"status 200\nstatus 200\nsize 5\n", "twice"},
		{"status 200\nsize 5\ncolour red\n", "an unknown key"},
		{"status 200\nsize 5\netag\n", "no value"},
		{"status 200\nsize 5\netag \n", "an empty value"},
		{"status 200\nsize 5\netag a\033[m\n", "an escape"},
		{"status 200\nsize 5\netag \xc3\xa4\n", "not ASCII"},
		{"error \n", "an empty error"},
		{"error no\nstatus 200\nsize 5\n", "an error, and yet good"},
		{"Status 200\nsize 5\n", "another case"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct source_answer answer;

		print_message("%s\n", cases[i].why);
		assert_int_equal(source_answer_parse(&answer, cases[i].text,
					 strlen(cases[i].text)),
			PAL_EFORM);
	}
}

/* A NUL is no text, and a mark that is too long is none rather than cut. */
static void
test_edges(void **state)
{
	static const char nul[] = "status 200\nsize 5\netag a\0b\n";
	char text[2 * SOURCE_ANSWER_MAX];
	struct source_answer answer;
	int len;

	(void)state;
	assert_int_equal(
		source_answer_parse(&answer, nul, sizeof nul - 1), PAL_EFORM);
	len = snprintf(
		text, sizeof text, "status 200\nsize 5\netag %0255d\n", 1);
	assert_int_equal(source_answer_parse(&answer, text, (size_t)len), 0);
	assert_int_equal(strlen(answer.etag), 255);
	len = snprintf(
		text, sizeof text, "status 200\nsize 5\netag %0256d\n", 1);
	assert_int_equal(source_answer_parse(&answer, text, (size_t)len), 0);
	assert_string_equal(answer.etag, "");
	len = snprintf(text, sizeof text, "error %0400d\n", 1);
	assert_int_equal(
		source_answer_parse(&answer, text, (size_t)len), PAL_EFORM);
	len = snprintf(text, sizeof text, "error %0*d\n", SOURCE_ANSWER_MAX, 1);
	assert_int_equal(
		source_answer_parse(&answer, text, (size_t)len), PAL_EFORM);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
