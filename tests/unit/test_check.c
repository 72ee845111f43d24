#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "commands.h"
#include "file.h"
#include "json.h"

#define ORDERS SOURCE_DIR "/blocklists/orders"

static char out_path[] = "/tmp/palang-test-check-XXXXXX";
static char bad_path[] = "/tmp/palang-test-order-XXXXXX";

static int
make_files(void **state)
{
	int out = mkstemp(out_path), bad = mkstemp(bad_path);
	const char *text = "palang-order: 1\nexpire: x\n";

	(void)state;
	if (out < 0 || bad < 0 || write(bad, text, strlen(text)) < 0)
		return -1;
	close(bad);
	return close(out);
}

static int
remove_files(void **state)
{
	(void)state;
	unlink(out_path);
	return unlink(bad_path);
}

/* Runs `palang check -f FILE`, with --json or not; what it prints on stdout
 * becomes *text. */
static int
check(const char *file, bool json, char **text)
{
	char *argv[] = {"-f", (char *)(uintptr_t)file, "--json"};
	struct cmd_call call = {.cmd = &cmd_check};
	int saved = dup(STDOUT_FILENO), fd, ret;
	char why[128];
	size_t len;

	assert_int_equal(
		cmd_parse(&call, json ? 3 : 2, argv, why, sizeof why), 0);
	fflush(stdout);
	fd = open(out_path, O_WRONLY | O_TRUNC);
	assert_true(fd >= 0 && saved >= 0);
	dup2(fd, STDOUT_FILENO);
	ret = cmd_check.run(&call);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fd);
	assert_int_equal(file_read(out_path, 1 << 20, 0, text, &len), 0);
	return ret;
}

static void
sums_up_what_is_right(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(check(ORDERS, false, &text), EXIT_DONE);
	assert_non_null(
		strstr(text, "kominfo:2017/TELEGRAM/1: blocks 11 names, from "
			     "2017-07-14T05:00:00Z, digest "));
	assert_non_null(strstr(text,
		"kominfo:2017/TELEGRAM/2: lifts kominfo:2017/TELEGRAM/1, "));
	assert_non_null(strstr(text, "court:2024/CV-114/1: blocks 2 names"));
	free(text);
}

static void
prints_nothing_of_what_is_wrong(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(check(bad_path, false, &text), EXIT_ERROR);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(check("/nonexistent", false, &text), EXIT_ERROR);
	free(text);
}

static void
tells_programs_the_same(void **state)
{
	const struct json_value *list, *item;
	struct json_value *value;
	int64_t line;
	char *text;

	(void)state;
	assert_int_equal(check(ORDERS, true, &text), EXIT_DONE);
	assert_int_equal(json_read(&value, text, strlen(text)), 0);
	list = json_get(value, "orders");
	assert_int_equal(json_count(list), 5);
	item = json_at(list, 0);
	assert_string_equal(json_text(json_get(item, "id")), "2017/TELEGRAM/1");
	assert_int_equal(json_count(json_get(item, "targets")), 11);
	assert_int_equal(json_count(json_get(value, "problems")), 0);
	json_free(value);
	free(text);

	assert_int_equal(check(bad_path, true, &text), EXIT_ERROR);
	assert_int_equal(json_read(&value, text, strlen(text)), 0);
	assert_int_equal(json_count(json_get(value, "orders")), 0);
	item = json_at(json_get(value, "problems"), 0);
	assert_true(json_int(json_get(item, "line"), &line));
	assert_int_equal(line, 2);
	assert_non_null(
		strstr(json_text(json_get(item, "text")), "did you mean"));
	json_free(value);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_up_what_is_right),
		cmocka_unit_test(prints_nothing_of_what_is_wrong),
		cmocka_unit_test(tells_programs_the_same),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
