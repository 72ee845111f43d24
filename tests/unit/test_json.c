#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json.h"
#include "palang/error.h"

static void
assert_json(struct json_writer *json, const char *want)
{
	char *text = json_finish_text(json);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void
test_write(void **state)
{
	struct json_writer json;

	(void)state;
	json_start(&json);
	json_put_text(&json, "name", "t.me");
	json_put_int(&json, "ttl", INT64_MAX);
	json_put_bool(&json, "open", false);
	json_put_text(&json, "reason", NULL);
	json_put_array(&json, "links");
	json_put_text(&json, NULL, "a");
	json_put_object(&json, NULL);
	json_put_int(&json, "n", -1);
	json_end(&json);
	json_end(&json);
	json_put_bool(&json, "last", true);
	assert_json(&json, "{\"name\":\"t.me\",\"ttl\":9223372036854775807,"
			   "\"open\":false,\"reason\":null,"
			   "\"links\":[\"a\",{\"n\":-1}],\"last\":true}");
}

static void
test_write_text(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want;
		const char *why;
	} cases[] = {
		{"b\xc3\xbc", 3, "[\"b\xc3\xbc\"]", "UTF-8 stays"},
		{"a\xff", 2, "[\"a\xef\xbf\xbd\"]", "a stray octet"},
		{"\xc3", 1, "[\"\xef\xbf\xbd\"]", "cut short"},
		{"\xed\xa0\x80", 3,
			"[\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]",
			"a surrogate: each octet"},
		{"a\0b", 3, "[\"a\\u0000b\"]", "a NUL inside"},
		{"\x1b[1m\"", 5, "[\"\\u001B[1m\\\"\"]", "controls, quotes"},
		{"\x7f\xc2\x9b", 3, "[\"\\u007F\\u009B\"]",
			"DELETE, and what begins a terminal's sequence"},
		{"\xe2\x80\xae", 3, "[\"\\u202E\"]", "right to left"},
		{"\xf3\xa0\x81\x81", 4, "[\"\\uDB40\\uDC41\"]",
			"a tag, in two halves"},
		{"", 0, "[\"\"]", "nothing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct json_writer json;

		print_message("%s\n", cases[i].why);
		json_start_array(&json);
		json_put_text_len(&json, NULL, cases[i].text, cases[i].len);
		assert_json(&json, cases[i].want);
	}
}

/* A mistake of the caller is kept until the end, and nothing is printed. */
static void
test_write_failures(void **state)
{
	struct json_writer json;

	(void)state;
	json_start(&json);
	json_put_int(&json, NULL, 1); /* no key inside an object */
	json_put_int(&json, "a", 1);
	assert_null(json_finish_text(&json));

	json_start_array(&json);
	json_put_int(&json, "a", 1); /* a key inside an array */
	assert_null(json_finish_text(&json));

	json_start(&json);
	json_end(&json); /* one end too many */
	assert_null(json_finish_text(&json));

	json_start_array(&json);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		json_put_array(&json, NULL); /* too deep */
	assert_int_equal(json_finish(&json, stdout), PAL_ENOMEM);
}

static void
test_finish_reports_a_failed_stream(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct json_writer json;

	(void)state;
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	json_start(&json);
	assert_int_equal(json_finish(&json, full), PAL_ESYS);
	fclose(full);
}

static void
test_read(void **state)
{
	static const char text[] =
		"{\"o\":\"K\",\"c\":[\"mailto:a@b\",3],\"n\":7}";
	struct json_value *value;
	const struct json_value *list;
	int64_t number = 0;

	(void)state;
	assert_int_equal(json_read(&value, text, strlen(text)), 0);
	assert_true(json_is_map(value));
	assert_string_equal(json_text(json_get(value, "o")), "K");
	list = json_get(value, "c");
	assert_int_equal(json_count(list), 2);
	assert_string_equal(json_text(json_at(list, 0)), "mailto:a@b");
	assert_null(json_text(json_at(list, 1)));
	assert_null(json_at(list, 2));
	assert_true(json_int(json_get(value, "n"), &number));
	assert_int_equal(number, 7);
	assert_false(json_int(json_get(value, "o"), &number));
	assert_null(json_get(json_get(value, "o"), "x"));
	assert_int_equal(json_count(NULL), 0);
	assert_false(json_is_map(list));
	json_free(value);
}

static void
test_read_refuses(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{"", "nothing"},
		{"{", "cut short"},
		{"{\"a\":1,\"a\":2}", "a key twice has two readings"},
		{"{} x", "something behind it"},
		{"{\"a\":\"\xff\"}", "no UTF-8"},
		{"order 1", "plain text"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct json_value *value = NULL;

		print_message("%s\n", cases[i].why);
		assert_int_equal(
			json_read(&value, cases[i].text, strlen(cases[i].text)),
			PAL_EFORM);
		assert_null(value);
		json_free(value);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_text),
		cmocka_unit_test(test_write_failures),
		cmocka_unit_test(test_finish_reports_a_failed_stream),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
