#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "idn.h"
#include "palang/error.h"

#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123"

struct name_case {
	const char *text;
	const char *name; /* as text; NULL: refused ... */
	const char *why;  /* ... with this in the reason; or why it is taken */
};

static const struct name_case name_cases[] = {
	{"t.me", "t.me", "as it is"},
	{"T.Me", "t.me", "letters are lowered"},
	{"t.me.", "t.me", "a trailing dot"},
	{"org", "org", "one label"},
	{".", ".", "the root is a name, but no target"},
	{"flora-1.web.telegram.org", "flora-1.web.telegram.org", "a hyphen"},
	{"_dmarc.t.me", "_dmarc.t.me", "an underscore"},
	{"-a-.example", "-a-.example", "hyphens at the ends do occur"},
	{"149.154.167", "149.154.167", "digits, but no address"},
	{"ab--cd.example", "ab--cd.example", "no A-label, but a name"},
	{"xn--bcher-kva.example", "xn--bcher-kva.example", "an A-label"},
	{"xn--.example", "xn--.example", "ASCII is taken as it is"},
	{L63 ".example", L63 ".example", "63 octets"},
	{"b\xc3\xbc\x63her.example", "xn--bcher-kva.example", "a U-label"},
	{"B\xc3\x9c\x43HER.example.", "xn--bcher-kva.example",
		"capitals, trailing dot"},
	{"bu\xcc\x88\x63her.example", "xn--bcher-kva.example", "not composed"},
	{"stra\xc3\x9f\x65.example", "xn--strae-oqa.example",
		"non-transitional: sharp s stays"},
	{"t\xe3\x80\x82me", "t.me", "an ideographic full stop"},
	{"\xef\xbd\x94.me", "t.me", "a full-width letter"},
	{"_x.b\xc3\xbc\x63her.example", "_x.xn--bcher-kva.example",
		"an underscore beside a U-label"},
	{"", NULL, "no name here"},
	{"a..b", NULL, "two dots in a row"},
	{"a.b..", NULL, "two dots in a row"},
	{"..", NULL, "begins with a dot"},
	{".t.me", NULL, "write t.me with `scope: subtree`"},
	{"*.telegram.org", NULL, "write telegram.org with `scope: subtree`"},
	{"a.*.b", NULL, "only whole subtrees"},
	{"*", NULL, "only whole subtrees"},
	{"https://t.me/x", NULL, "URL; write its host, t.me"},
	{"http://user@t.me:8080/x", NULL, "write its host, t.me:"},
	{"https://149.154.167.99/", NULL, "its host is an address"},
	{"https://[2001:db8::1]:443/", NULL, "its host is an address"},
	{"t.me/x", NULL, "write t.me alone"},
	{"t.me:443", NULL, "has a port; write t.me alone"},
	{"abuse@t.me", NULL, "e-mail address; write its domain, t.me"},
	{"149.154.167.99", NULL, "is an address"},
	{"149.154.167.99.", NULL, "is an address"},
	{"149\xe3\x80\x82"
	 "154.167.99",
		NULL, "is an address"},
	{"\xef\xbc\x91\x34\x39.154.167.99", NULL, "is an address"},
	{"2001:db8::1", NULL, "is an address"},
	{"[2001:db8::1]", NULL, "is an address"},
	{"149.154.167.99:443", NULL, "an address and a port"},
	{"[2001:db8::1]:443", NULL, "an address and a port"},
	{"149.154.160.0/20", NULL, "range of addresses"},
	{"2001:db8::/32", NULL, "range of addresses"},
	{"t me", NULL, "has a space"},
	{" t.me", NULL, "has a space"},
	{"t.me,telegram.org", NULL, "has a `,` in it"},
	{"t.me;", NULL, "has a `;` in it"},
	{"a\\.b", NULL, "has a `\\` in it"},
	{L63 "4.example", NULL, "64 octets between its dots"},
	{L63 "." L63 "." L63 "." L63, NULL, "255 octets long"},
	{"\xc3\xbc" L63 ".example", NULL, "too long"},
	{"a\xe2\x80\xae.example", NULL, "control characters"},
	{"\xcc\x88"
	 "a.example",
		NULL, "no internationalized name"},
};

static void
reads_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof name_cases / sizeof *name_cases; i++) {
		const struct name_case *c = &name_cases[i];
		char why[IDN_WHY_MAX] = "", text[PAL_NAME_TEXT_MAX];
		struct pal_name name;
		int ret = idn_read(&name, c->text, why);

		if (c->name == NULL) {
			if (ret != PAL_ENAME || strstr(why, c->why) == NULL)
				fail_msg("\"%s\": %s", c->text, why);
			continue;
		}
		if (ret != 0)
			fail_msg("\"%s\" (%s): %s", c->text, c->why, why);
		assert_string_equal(pal_name_to_text(text, &name), c->name);
	}
}

static void
takes_253_octets(void **state)
{
	char text[300], why[IDN_WHY_MAX];
	struct pal_name name;

	(void)state;
	for (size_t i = 0; i < 256; i++)
		text[i] = i % 2 == 0 ? 'a' : '.';
	text[253] = '\0';
	assert_int_equal(idn_read(&name, text, why), 0);
	assert_int_equal(name.labels, 127);
	strcpy(text + 252, "aa");
	assert_int_equal(idn_read(&name, text, why), PAL_ENAME);
}

struct rule_case {
	const char *text;
	enum pal_scope scope;
	int ret;
	const char *why;
};

static const struct rule_case rule_cases[] = {
	{"t.me", PAL_SUBTREE, 0, ""},
	{"me", PAL_EXACT, 0, ""},
	{"me", PAL_SUBTREE, PAL_ERANGE, "`me` with all below it"},
	{".", PAL_EXACT, PAL_ERANGE, "the root is no target"},
	{".", PAL_SUBTREE, PAL_ERANGE, "the root is no target"},
};

static void
refuses_rules_that_are_too_wide(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rule_cases / sizeof *rule_cases; i++) {
		const struct rule_case *c = &rule_cases[i];
		char why[IDN_WHY_MAX] = "";
		struct pal_name name;

		assert_int_equal(idn_read(&name, c->text, why), 0);
		assert_int_equal(idn_check_rule(&name, c->scope, why), c->ret);
		assert_non_null(strstr(why, c->why));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names),
		cmocka_unit_test(takes_253_octets),
		cmocka_unit_test(refuses_rules_that_are_too_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
