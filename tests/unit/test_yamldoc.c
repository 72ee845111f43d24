#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "palang/error.h"
#include "yamldoc.h"

#define SIZE_MAX_TEST ((size_t)1 << 20)

/* Writes a node in a form of its own, so that trees compare as text. */
static void
dump(FILE *out, const struct yaml_node *node)
{
	const struct yaml_node *entry;
	const char *between = "";

	if (node->kind == YAML_TEXT) {
		fprintf(out, "'%s'", node->text);
		return;
	}
	fputc(node->kind == YAML_LIST ? '[' : '{', out);
	for (entry = node->first; entry != NULL; entry = entry->next) {
		fputs(between, out);
		between = " ";
		if (node->kind == YAML_MAP)
			fprintf(out, "%s=", entry->key->text);
		dump(out, entry);
	}
	fputc(node->kind == YAML_LIST ? ']' : '}', out);
}

static char *
dump_stream(const struct yaml_stream *stream)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	for (size_t i = 0; i < stream->count; i++) {
		fputs(i == 0 ? "" : " / ", out);
		dump(out, stream->documents[i]);
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

struct good_case {
	const char *yaml;
	const char *tree;
};

static const struct good_case good_cases[] = {
	{"", ""},
	{"# nothing but a comment\n", ""},
	{"a: b\n", "{a='b'}"},
	{"\xef\xbb\xbf"
	 "a: b\n",
		"{a='b'}"},
	{"a: b\r\nc: d\r\n", "{a='b' c='d'}"},
	{"a: [b, c]\n", "{a=['b' 'c']}"},
	{"a:\n  - b\n  - c: d\n    e: f\n", "{a=['b' {c='d' e='f'}]}"},
	{"a: b\n---\nc: d\n", "{a='b'} / {c='d'}"},
	{"---\na: b\n...\n---\nc: d\n...\n", "{a='b'} / {c='d'}"},
	{"a: 1\nb: true\nc: ~\nd:\ne: 2017-10-12\n",
		"{a='1' b='true' c='~' d='' e='2017-10-12'}"},
	{"a: \"x \\u20ac\"\n", "{a='x \xe2\x82\xac'}"},
	{"a: >-\n  one\n  two\n", "{a='one two'}"},
	{"a: |\n  one\n  two\n", "{a='one\ntwo\n'}"},
	{"x: {a: {b: {c: {d: {}}}}}\n", "{x={a={b={c={d={}}}}}}"},
	{"{}\n", "{}"},
	{"a\n", "'a'"},
	{"\"*.t.me\": \"&x\"\n", "{*.t.me='&x'}"},
};

static void
reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good_cases / sizeof *good_cases; i++) {
		const struct good_case *c = &good_cases[i];
		struct problems problems = {0};
		struct yaml_stream stream;
		char *tree;
		int ret = yaml_read(&stream, "f", c->yaml, strlen(c->yaml),
			SIZE_MAX_TEST, &problems);

		if (ret != 0)
			problems_print(stderr, &problems);
		assert_int_equal(ret, 0);
		assert_int_equal(problems.count, 0);
		tree = dump_stream(&stream);
		assert_string_equal(tree, c->tree);
		free(tree);
		yaml_fini(&stream);
	}
}

struct bad_case {
	const char *yaml;
	unsigned line, column;
	const char *why; /* a part of the first message */
};

static const struct bad_case bad_cases[] = {
	{"a:\n- *.t.me\n", 2, 3,
		"`*.t.me` is an alias in YAML; write t.me with `scope: "
		"subtree`"},
	{"a: [*.t.me, x]\n", 1, 5, "write t.me with `scope: subtree`"},
	{"a:\n- *.b\xc3\xbc\x63her.example # x\n", 2, 3,
		"write b\xc3\xbc\x63her.example with"},
	{"a: *\n", 1, 4, "put it in quotes"},
	{"a: *x\n", 1, 4, "`*x` is an alias in YAML"},
	{"a: &x b\n", 1, 4, "anchors"},
	{"a: &x [b]\n", 1, 4, "anchors"},
	{"&x a: b\n", 1, 1, "anchors"},
	{"a: !!str b\n", 1, 4, "tags"},
	{"a: !x {}\n", 1, 4, "tags"},
	{"a: ! b\n", 1, 4, "tags"},
	{"%YAML 1.1\n---\na: b\n", 1, 1, "directives"},
	{"%TAG ! x:\n---\na: b\n", 1, 1, "directives"},
	{"a: b\nc: d\na: e\n", 3, 1,
		"`a` stands here a second time (first on line 1)"},
	{"x:\n- {a: b, a: c}\n", 2, 10, "a second time"},
	{"[a]: b\n", 1, 1, "cannot be a key"},
	{"? {a: b}\n: c\n", 1, 3, "cannot be a key"},
	{"x: {a: {b: {c: {d: {e: {}}}}}}\n", 1, 24, "too deeply"},
	{"a: \"\\x1b[2J\"\n", 1, 4, "control characters"},
	{"a: \"x\\0\"\n", 1, 4, "control characters"},
	{"a: \"\\u202e\"\n", 1, 4, "control characters"},
	{"a: b\n# \xe2\x80\xae\n", 2, 3, "U+202E"},
	{"a: b\x07\n", 1, 5, "U+0007"},
	{"a: \xc3\xbc\xff\n", 1, 5, "not UTF-8"},
	{"\xff\xfe"
	 "a",
		1, 1, "not UTF-8"},
	{"a:\n\t- b\n", 2, 1, "not tabs"},
	{"a: b: c\n", 1, 5, "in the middle of a text"},
	{"a: \"b\nc: d\n", 1, 4, "never closed"},
	{"a: b\n c\nd\n", 3, 1, "a key without"},
	{"a: @b\n", 1, 4, "put the text in quotes"},
	{"a: - b\n", 1, 4, "cannot begin in the middle of a line"},
	{"a: [b\n", 2, 1, ""},
	{"a:\n  - b\n  c: d\n", 3, 3, "no entry of the list"},
};

static void
refuses_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_cases / sizeof *bad_cases; i++) {
		const struct bad_case *c = &bad_cases[i];
		struct problems problems = {0};
		struct yaml_stream stream;
		int ret = yaml_read(&stream, "f", c->yaml, strlen(c->yaml),
			SIZE_MAX_TEST, &problems);
		const struct problem *first = problems.items;

		if (ret != PAL_EFORM || problems.errors == 0)
			fail_msg("taken: %s", c->yaml);
		if (first->line != c->line || first->column != c->column ||
			strstr(first->text, c->why) == NULL)
			fail_msg("%s\ngave %u:%u: %s", c->yaml, first->line,
				first->column, first->text);
		assert_int_equal(stream.count, 0);
		problems_fini(&problems);
	}
}

static void
refuses_a_nul(void **state)
{
	struct problems problems = {0};
	struct yaml_stream stream;

	(void)state;
	assert_int_equal(yaml_read(&stream, "f", "a: b\n\0c", 7, SIZE_MAX_TEST,
				 &problems),
		PAL_EFORM);
	assert_int_equal(problems.items[0].line, 2);
	problems_fini(&problems);
}

static void
goes_on_after_an_error(void **state)
{
	const char *yaml = "a: &x b\nc: !y d\ne: f\ne: g\n";
	struct problems problems = {0};
	struct yaml_stream stream;

	(void)state;
	assert_int_equal(yaml_read(&stream, "f", yaml, strlen(yaml),
				 SIZE_MAX_TEST, &problems),
		PAL_EFORM);
	assert_int_equal(problems.errors, 3);
	problems_fini(&problems);
}

static void
keeps_to_its_limits(void **state)
{
	struct problems problems = {0};
	struct yaml_stream stream;
	size_t count = YAML_NODES_MAX + 2, len = count * 2 + 2;
	char *yaml = malloc(len);

	(void)state;
	assert_int_equal(
		yaml_read(&stream, "f", "a: b\n", 5, 4, &problems), PAL_EFORM);
	assert_non_null(strstr(problems.items[0].text, "larger than 4"));
	problems_fini(&problems);

	assert_non_null(yaml);
	for (size_t i = 0; i < count; i++)
		memcpy(yaml + 1 + i * 2, "a,", 2);
	yaml[0] = '[';
	yaml[len - 1] = ']';
	assert_int_equal(
		yaml_read(&stream, "f", yaml, len, len, &problems), PAL_EFORM);
	assert_non_null(strstr(problems.items[0].text, "too many entries"));
	problems_fini(&problems);
	free(yaml);
}

static void
finds_a_key_twice_among_many(void **state)
{
	struct problems problems = {0};
	struct yaml_stream stream;
	char *yaml;
	size_t len;
	FILE *out = open_memstream(&yaml, &len);

	(void)state;
	assert_non_null(out);
	for (int i = 0; i < 50000; i++)
		fprintf(out, "k%d: v\n", i * 7919 % 50000);
	fprintf(out, "k123: v\n");
	assert_int_equal(fclose(out), 0);
	assert_int_equal(
		yaml_read(&stream, "f", yaml, len, len, &problems), PAL_EFORM);
	assert_int_equal(problems.errors, 1);
	assert_int_equal(problems.items[0].line, 50001);
	problems_fini(&problems);
	free(yaml);
}

static int
take_a(struct yaml_reader *reader, const struct yaml_node *value)
{
	if (yaml_expect(reader, value, YAML_TEXT))
		*(const struct yaml_node **)reader->into = value;
	return 0;
}

static int
take_other(struct yaml_reader *reader, const struct yaml_node *value)
{
	(void)reader;
	(void)value;
	return PAL_ENOMEM;
}

static const struct yaml_field fields[] = {
	{"answer", take_a}, {"contact", take_a}, {NULL, NULL}};

static void
reads_maps_by_a_table(void **state)
{
	const char *yaml = "answer: x\nanswr: y\nzzz: z\ncontact: [q]\n";
	struct problems problems = {0};
	const struct yaml_node *into = NULL;
	struct yaml_reader reader = {"f", &problems, &into};
	struct yaml_stream stream;

	(void)state;
	assert_int_equal(yaml_read(&stream, "f", yaml, strlen(yaml),
				 SIZE_MAX_TEST, &problems),
		0);
	assert_int_equal(
		yaml_take(&reader, stream.documents[0], fields, NULL), 0);
	assert_string_equal(into->text, "x");
	assert_ptr_equal(yaml_get(stream.documents[0], "answer"), into);
	assert_null(yaml_get(stream.documents[0], "none"));
	assert_int_equal(problems.errors, 3);
	assert_string_equal(problems.items[0].text,
		"unknown key `answr`; did you mean `answer`?");
	assert_string_equal(problems.items[1].text, "unknown key `zzz`");
	assert_string_equal(
		problems.items[2].text, "`contact` takes a text, not a list");
	assert_int_equal(
		yaml_take(&reader, stream.documents[0], fields, take_other),
		PAL_ENOMEM);
	problems_fini(&problems);
	yaml_fini(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses_with_its_place),
		cmocka_unit_test(refuses_a_nul),
		cmocka_unit_test(goes_on_after_an_error),
		cmocka_unit_test(keeps_to_its_limits),
		cmocka_unit_test(finds_a_key_twice_among_many),
		cmocka_unit_test(reads_maps_by_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
