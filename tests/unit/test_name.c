#include "core_util.h"

static const char l63[] =
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static void
reads_text(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
		unsigned labels;
	} cases[] = {
		{"t.me", "t.me", 2},
		{"T.ME.", "t.me", 2}, /* case and dot do not count */
		{".", ".", 0},        /* the root */
		{"_dns.resolver.arpa", "_dns.resolver.arpa", 3},
		{"a\\.b.c", "a\\046b.c", 2}, /* a quoted dot is no dot */
		{"\\065.b", "a.b", 2},       /* \DDD is lowered too */
		{"\\255\\000.b", "\\255\\000.b", 2},
		{"xn--bcher-kva.example", "xn--bcher-kva.example", 2},
	};
	char text[PAL_NAME_TEXT_MAX];
	struct pal_name name;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		name = name_of(cases[i].in);
		assert_string_equal(
			pal_name_to_text(text, &name), cases[i].out);
		assert_int_equal(name.labels, cases[i].labels);
	}
}

static void
refuses_text(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",   /* nothing */
		"..", /* empty labels */
		".t.me",
		"t..me",
		"a\\",    /* a quote of nothing */
		"a\\25",  /* a cut number */
		"a\\256", /* no octet */
		"a\\2x5",
	};
	struct pal_name name;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(
			pal_name_from_text(&name, cases[i], strlen(cases[i])),
			PAL_ENAME);
}

static void
keeps_limits(void **state)
{
	(void)state;
	char text[400];
	struct pal_name name;

	/* 3 * 64 + 62 + 1 = 255 octets: the longest name there is */
	snprintf(text, sizeof(text), "%s.%s.%s.%.61s", l63, l63, l63, l63);
	name = name_of(text);
	assert_int_equal(name.len, 255);
	snprintf(text, sizeof(text), "%s.%s.%s.%.62s", l63, l63, l63, l63);
	assert_int_equal(
		pal_name_from_text(&name, text, strlen(text)), PAL_ENAME);
	snprintf(text, sizeof(text), "%sa.me", l63);
	assert_int_equal(
		pal_name_from_text(&name, text, strlen(text)), PAL_ENAME);
	for (int i = 0; i < 127; i++)
		memcpy(text + 2 * i, "a.", 2);
	assert_int_equal(pal_name_from_text(&name, text, 254), 0);
	assert_int_equal(name.labels, 127);
	assert_int_equal(pal_name_from_text(&name, text, 256), PAL_ENAME);
}

static void
reads_wire(void **state)
{
	(void)state;
	static const uint8_t pointer[] = {1, 'a', 0xc0, 0};
	static const uint8_t cut[] = {3, 'a', 'b'};
	static const uint8_t open[] = {1, 'a'};
	static const uint8_t good[] = {1, 'A', 2, 'b', 'C', 0, 9, 9};
	struct pal_name name;

	assert_int_equal(pal_name_from_wire(&name, pointer, 4), PAL_ENAME);
	assert_int_equal(pal_name_from_wire(&name, cut, 3), PAL_ENAME);
	assert_int_equal(pal_name_from_wire(&name, open, 2), PAL_ENAME);
	assert_int_equal(pal_name_from_wire(&name, good, 0), PAL_ENAME);
	assert_int_equal(pal_name_from_wire(&name, good, sizeof(good)), 0);
	assert_int_equal(name.len, 6);
	assert_memory_equal(name.wire, "\1a\2bc\0", 6);
}

static void
orders_names(void **state)
{
	(void)state;
	/* RFC 4034, 6.1 */
	static const char *const sorted[] = {".", "example", "a.example",
		"yljkjljk.a.example", "z.a.example", "zabc.a.example",
		"z.example", "\\001.z.example", "*.z.example",
		"\\200.z.example"};
	size_t count = sizeof(sorted) / sizeof(*sorted);

	for (size_t i = 0; i < count; i++) {
		struct pal_name a = name_of(sorted[i]);
		for (size_t j = 0; j < count; j++) {
			struct pal_name b = name_of(sorted[j]);
			int diff = pal_name_cmp(&a, &b);
			assert_int_equal(
				(diff > 0) - (diff < 0), (i > j) - (i < j));
			assert_int_equal(pal_name_equal(&a, &b), i == j);
		}
	}
}

static void
finds_ancestors(void **state)
{
	(void)state;
	struct pal_name name = name_of("api.telegram.org"), up;
	static const struct {
		const char *apex;
		bool within;
	} cases[] = {{".", true}, {"org", true}, {"telegram.org", true},
		{"api.telegram.org", true}, {"v1.api.telegram.org", false},
		{"gram.org", false}, {"telegram.me", false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pal_name apex = name_of(cases[i].apex);
		assert_int_equal(
			pal_name_within(&name, &apex), cases[i].within);
		if (cases[i].within) {
			pal_name_ancestor(&up, &name, apex.labels);
			assert_true(pal_name_equal(&up, &apex));
		}
	}
}

/* Any octets make a round trip through text. */
static void
round_trips(void **state)
{
	(void)state;
	struct dice dice = {1};
	char text[PAL_NAME_TEXT_MAX];

	for (int i = 0; i < 20000; i++) {
		uint8_t wire[300];
		struct pal_name a, b;
		for (size_t j = 0; j < sizeof(wire); j++)
			wire[j] =
				(uint8_t)roll(&dice, roll(&dice, 2) ? 256 : 8);
		if (pal_name_from_wire(&a, wire, sizeof(wire)) != 0)
			continue;
		pal_name_to_text(text, &a);
		assert_true(strlen(text) < PAL_NAME_TEXT_MAX);
		assert_int_equal(pal_name_from_text(&b, text, strlen(text)), 0);
		assert_true(pal_name_equal(&a, &b));
		assert_int_equal(a.labels, b.labels);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_text),
		cmocka_unit_test(refuses_text),
		cmocka_unit_test(keeps_limits),
		cmocka_unit_test(reads_wire),
		cmocka_unit_test(orders_names),
		cmocka_unit_test(finds_ancestors),
		cmocka_unit_test(round_trips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
