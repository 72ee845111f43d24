#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text.h"

struct utf8_case {
	const char *text;
	bool utf8, plain;
	const char *escaped;
	const char *why;
};

static const struct utf8_case utf8_cases[] = {
	{"", true, true, "", "nothing"},
	{"t.me", true, true, "t.me", "ASCII"},
	{"b\xc3\xbc\x63her", true, true, "b\xc3\xbc\x63her", "two octets"},
	{"\xe2\x82\xac", true, true, "\xe2\x82\xac", "three octets"},
	{"\xf0\x9f\x9a\xa7", true, true, "\xf0\x9f\x9a\xa7", "four octets"},
	{"a\nb\tc\r", true, false, "a\\nb\\tc\\r", "a forged line"},
	{"\x1b[2J", true, false, "\\x1b[2J", "clears a terminal"},
	{"\x7f", true, false, "\\x7f", "DELETE"},
	{"\xc2\x9b", true, false, "\\x9b", "CSI as a C1 control"},
	{"\xe2\x80\xae"
	 "em.t",
		true, false, "\\u{202E}em.t", "right-to-left override"},
	{"\xe2\x81\xa6", true, false, "\\u{2066}", "an isolate"},
	{"\xd8\x9c", true, false, "\\u{061C}", "ARABIC LETTER MARK"},
	{"\xe2\x80\x8f", true, false, "\\u{200F}", "RIGHT-TO-LEFT MARK"},
	{"\xe2\x80\x8d", true, true, "\xe2\x80\x8d",
		"a joiner: Indic and Persian words need it"},
	{"\xe2\x80\xa8", true, false, "\\u{2028}", "LINE SEPARATOR"},
	{"\xef\xbb\xbf", true, false, "\\u{FEFF}", "byte order mark"},
	{"\xf3\xa0\x81\x81", true, false, "\\u{E0041}", "a tag letter"},
	{"\xef\xbf\xbe", true, false, "\\u{FFFE}", "a noncharacter"},
	{"\xef\xb7\x90", true, false, "\\u{FDD0}", "another"},
	{"\xf0\x9f\xbf\xbf", true, false, "\\u{1FFFF}", "of plane 1"},
	{"\xff", false, false, "\\xff", "never an octet of UTF-8"},
	{"a\xc3", false, false, "a\\xc3", "cut short"},
	{"\xc3(", false, false, "\\xc3(", "no continuation"},
	{"\xc0\xaf", false, false, "\\xc0\\xaf", "overlong slash"},
	{"\xe0\x80\xaf", false, false, "\\xe0\\x80\\xaf", "overlong, three"},
	{"\xf0\x80\x80\xaf", false, false, "\\xf0\\x80\\x80\\xaf",
		"overlong, four"},
	{"\xed\xa0\x80", false, false, "\\xed\\xa0\\x80", "a surrogate"},
	{"\xf4\x90\x80\x80", false, false, "\\xf4\\x90\\x80\\x80",
		"beyond U+10FFFF"},
	{"C:\\x1b", true, true, "C:\\x1b", "a backslash is no escape"},
};

static void
judges_and_escapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof utf8_cases / sizeof *utf8_cases; i++) {
		const struct utf8_case *c = &utf8_cases[i];
		char *once = text_escape(c->text);
		char *twice = text_escape(once);

		if (text_is_utf8(c->text, strlen(c->text)) != c->utf8 ||
			text_is_plain(c->text, strlen(c->text)) != c->plain)
			fail_msg("%s", c->why);
		assert_string_equal(once, c->escaped);
		assert_string_equal(twice, once);
		assert_true(text_is_plain(once, strlen(once)));
		free(once);
		free(twice);
	}
}

static void
sees_a_nul(void **state)
{
	(void)state;
	assert_true(text_is_utf8("a\0b", 3));
	assert_false(text_is_plain("a\0b", 3));
}

static void
cuts_between_code_points(void **state)
{
	/* octets: a | e2 82 ac | b */
	static const size_t at[] = {0, 1, 1, 1, 4, 5, 5};
	const char *text = "a\xe2\x82\xac"
			   "b";

	(void)state;
	for (size_t max = 0; max < sizeof at / sizeof *at; max++)
		assert_int_equal(text_cut(text, 5, max), at[max]);
}

static void
finds_what_was_meant(void **state)
{
	static const char *const list[] = {
		"action", "authority", "expires", "id", "issued", NULL};

	(void)state;
	assert_string_equal(text_nearest("expire", list), "expires");
	assert_string_equal(text_nearest("autority", list), "authority");
	assert_string_equal(text_nearest("isuded", list), "issued");
	assert_string_equal(text_nearest("exipres", list), "expires");
	assert_null(text_nearest("targets", list));
	assert_null(
		text_nearest("a-word-longer-than-any-that-is-compared", list));
}

static void
copies_what_fits(void **state)
{
	char buf[4];

	(void)state;
	assert_true(text_copy(buf, sizeof buf, "abc"));
	assert_string_equal(buf, "abc");
	assert_false(text_copy(buf, sizeof buf, "abcd"));
	assert_string_equal(buf, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_and_escapes),
		cmocka_unit_test(sees_a_nul),
		cmocka_unit_test(cuts_between_code_points),
		cmocka_unit_test(finds_what_was_meant),
		cmocka_unit_test(copies_what_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
