#include "core_util.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"
#include "palang/writer.h"

static int
scratch(void)
{
	char path[] = "/tmp/palang-names-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	return fd;
}

static int
file_of(const char *text, size_t len)
{
	int fd = scratch();

	assert_int_equal(write(fd, text, len), (ssize_t)len);
	return fd;
}

/* "!=name" as a rule. */
struct given {
	uint8_t key[NAMES_KEY_MAX];
	struct names_rule rule;
	struct pal_name name;
};

static void
give(struct given *given, const char *text)
{
	given->rule.open = *text == '!';
	text += *text == '!';
	given->rule.scope = *text == '=' ? PAL_EXACT : PAL_SUBTREE;
	text += *text == '=';
	given->name = name_of(text);
	given->rule.len = names_key(given->key, &given->name);
	given->rule.key = given->key;
}

static int
write_rules(int fd, struct given *rules, size_t count)
{
	struct names_writer *writer;
	int ret = names_write_begin(&writer, fd);

	assert_int_equal(ret, 0);
	for (size_t i = 0; i < count && ret == 0; i++) {
		rules[i].rule.key = rules[i].key;
		ret = names_write(writer, &rules[i].rule);
	}
	if (ret == 0)
		return names_write_end(writer);
	names_write_abandon(writer);
	return ret;
}

static void
turns_names_into_keys(void **state)
{
	static const struct {
		const char *text, *key;
		size_t len;
	} cases[] = {
		{"com", "com", 4}, {"example.com", "com\0example", 12},
		{"a.b.c", "c\0b\0a", 6},
		{"-._", "_\0-", 4}, /* what no registry sells, but names have */
	};
	uint8_t key[NAMES_KEY_MAX];
	struct pal_name name, back;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		name = name_of(cases[i].text);
		assert_int_equal(names_key(key, &name), cases[i].len);
		assert_memory_equal(key, cases[i].key, cases[i].len);
		names_name(&back, key, cases[i].len);
		assert_true(pal_name_equal(&name, &back));
		assert_int_equal(name.labels, back.labels);
	}
}

static void
writes_as_specified(void **state)
{
	static const char *const lines[] = {"a.example", "example.com",
		"=example.com", "!=api.example.com", "!cdn.example.com",
		"=www.example.net"};
	static const char text[] = "palang-names 1\n"
				   "example.com\n"
				   "=example.com\n"
				   "!=api.example.com\n"
				   "!cdn.example.com\n"
				   "a.example\n"
				   "=www.example.net\n"
				   "end 6\n";
	/* by key: com, then example, then net */
	static const int order[] = {1, 2, 3, 4, 0, 5};
	struct given rules[6];
	char back[300];
	int fd = scratch();

	(void)state;
	for (size_t i = 0; i < 6; i++)
		give(&rules[i], lines[order[i]]);
	assert_int_equal(write_rules(fd, rules, 6), 0);
	assert_int_equal(pread(fd, back, sizeof back, 0), sizeof text - 1);
	assert_memory_equal(back, text, sizeof text - 1);
	close(fd);
}

static void
refuses_what_does_not_ascend(void **state)
{
	static const char *const cases[][2] = {
		{"b.example", "a.example"}, {"a.example", "a.example"},
		{"=a.example", "a.example"},  /* subtree comes first */
		{"a.example", "!a.example"},  /* one rule of a scope */
		{"a.b.example", "b.example"}, /* a name before those below */
		{"a-b.example", "a.example"}, /* the label's end is least */
	};
	struct given rules[2];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int fd = scratch();

		give(&rules[0], cases[i][0]);
		give(&rules[1], cases[i][1]);
		assert_int_equal(write_rules(fd, rules, 2), PAL_EFORM);
		close(fd);
	}
}

static int
read_all(int fd, uint64_t *count)
{
	struct names_reader *reader;
	struct names_rule rule;
	int ret = names_read_begin(&reader, fd);

	*count = 0;
	if (ret != 0)
		return ret;
	while ((ret = names_read(reader, &rule)) == 0)
		++*count;
	names_read_end(reader);
	return ret;
}

static void
judges_files(void **state)
{
	static const struct {
		const char *text;
		int ret;
	} cases[] = {
		{"palang-names 1\nend 0\n", 1},
		{"palang-names 1\na.b\n=c.b\nend 2\n", 1},
		{"", PAL_EFORM},
		{"palang-names 1\n", PAL_EFORM},
		{"palang-names 2\nend 0\n", PAL_EVERSION},
		{"palang-names x\nend 0\n", PAL_EFORM},
		{"palang-name 1\nend 0\n", PAL_EFORM},
		{"palang-names 1\nend 0", PAL_EFORM},        /* cut */
		{"palang-names 1\na.b\n", PAL_EFORM},        /* cut */
		{"palang-names 1\na.b\nend 2\n", PAL_EFORM}, /* a line lost */
		{"palang-names 1\na.b\nend 0\n", PAL_EFORM},
		{"palang-names 1\na.b\nend 01\n", PAL_EFORM},
		{"palang-names 1\na.b\nend -1\n", PAL_EFORM},
		{"palang-names 1\na.b\nend 1\n\n", PAL_EFORM},
		{"palang-names 1\n\nend 1\n", PAL_EFORM}, /* no name */
		{"palang-names 1\n!\nend 1\n", PAL_EFORM},
		{"palang-names 1\n=!a.b\nend 1\n",
			PAL_EFORM},                           /* turned round */
		{"palang-names 1\nA.b\nend 1\n", PAL_EFORM},  /* upper case */
		{"palang-names 1\na.b.\nend 1\n", PAL_EFORM}, /* the dot */
		{"palang-names 1\n.b\nend 1\n", PAL_EFORM},
		{"palang-names 1\na..b\nend 1\n", PAL_EFORM},
		{"palang-names 1\na b\nend 1\n", PAL_EFORM},
		{"palang-names 1\nb.b\na.b\nend 2\n", PAL_EFORM},
		{"palang-names 1\na.b\na.b\nend 2\n", PAL_EFORM},
		{"palang-names 1\na.b\n!a.b\nend 2\n", PAL_EFORM},
	};
	uint64_t count;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int fd = file_of(cases[i].text, strlen(cases[i].text));

		if (read_all(fd, &count) != cases[i].ret)
			fail_msg("case %zu: %s", i, cases[i].text);
		close(fd);
	}
}

static void
keeps_limits(void **state)
{
	char text[600], l63[64], name[300];
	uint64_t count;
	int fd, len;

	(void)state;
	memset(l63, 'a', 63);
	l63[63] = '\0';
	for (int last = 60; last <= 64; last++) {
		/* 3 * 64 + 61 is the longest there is; 62 is one too many */
		snprintf(name, sizeof name, "%s.%s.%s.%.*s", l63, l63, l63,
			last, l63);
		len = snprintf(text, sizeof text,
			"palang-names 1\n!=%s\nend 1\n", name);
		fd = file_of(text, (size_t)len);
		assert_int_equal(
			read_all(fd, &count), last <= 61 ? 1 : PAL_EFORM);
		close(fd);
	}
	len = snprintf(
		text, sizeof text, "palang-names 1\n%sa.b\nend 1\n", l63);
	fd = file_of(text, (size_t)len);
	assert_int_equal(read_all(fd, &count), PAL_EFORM);
	close(fd);
}

/* A line longer than any buffer is an error, not a long wait. */
static void
refuses_endless_lines(void **state)
{
	size_t len = 1 << 20;
	char *text = malloc(len);
	uint64_t count;
	int fd;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', len);
	memcpy(text, "palang-names 1\n", 15);
	memcpy(text + len - 7, "\nend 1\n", 7);
	fd = file_of(text, len);
	assert_int_equal(read_all(fd, &count), PAL_EFORM);
	close(fd);
	free(text);
}

/* ---- against a slow twin ---- */

#define RULES 3000

struct list {
	struct given rules[RULES];
	size_t count;
};

static int
given_cmp(const void *va, const void *vb)
{
	const struct given *a = va, *b = vb;
	int diff = pal_name_cmp(&a->name, &b->name);

	return diff != 0 ? diff : (int)b->rule.scope - (int)a->rule.scope;
}

static void
random_name(struct dice *dice, char *text, size_t size, unsigned spread)
{
	static const char *const tops[] = {"com", "co", "xn--p1ai", "t"};
	unsigned labels = 1 + roll(dice, 3);
	size_t at = 0;

	for (unsigned i = 0; i < labels; i++)
		at += (size_t)snprintf(text + at, size - at, "%.*s%u.",
			(int)roll(dice, 20), "abcdefghijklmnopqrstuv",
			roll(dice, spread));
	snprintf(text + at, size - at, "%s", tops[roll(dice, 4)]);
}

static void
random_list(struct list *list, struct dice *dice, size_t count)
{
	char text[300];
	size_t kept = 0;

	list->count = count;
	for (size_t i = 0; i < count; i++) {
		random_name(dice, text + 2, sizeof text - 2, 50);
		give(&list->rules[i], text + 2);
		list->rules[i].rule.open = roll(dice, 4) == 0;
		list->rules[i].rule.scope =
			roll(dice, 3) == 0 ? PAL_EXACT : PAL_SUBTREE;
	}
	qsort(list->rules, count, sizeof *list->rules, given_cmp);
	for (size_t i = 1; i < count; i++) {
		if (given_cmp(&list->rules[kept], &list->rules[i]) != 0)
			list->rules[++kept] = list->rules[i];
	}
	if (count > 0)
		list->count = kept + 1;
	for (size_t i = 0; i < list->count; i++)
		list->rules[i].rule.key = list->rules[i].key;
}

static const struct given *
twin_find(const struct list *list, const struct pal_name *name)
{
	const struct given *best = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct given *g = &list->rules[i];
		bool same = pal_name_equal(&g->name, name);

		if (g->rule.scope == PAL_EXACT
				? !same
				: !pal_name_within(name, &g->name))
			continue;
		if (best == NULL || g->name.labels > best->name.labels ||
			(g->name.labels == best->name.labels &&
				g->rule.scope == PAL_EXACT))
			best = g;
	}
	return best;
}

/* A name one label below, such as random_name makes none. */
static const struct pal_name *
below_of(const struct pal_name *name)
{
	static struct pal_name below;
	char text[PAL_NAME_TEXT_MAX], whole[PAL_NAME_TEXT_MAX + 2];

	snprintf(whole, sizeof whole, "-.%s", pal_name_to_text(text, name));
	below = name_of(whole);
	return &below;
}

static void
check_name(const struct list *list, int fd, const struct pal_name *name)
{
	const struct given *twin = twin_find(list, name);
	enum pal_scope scope;
	unsigned labels;
	bool open = false, any, below = false;

	assert_int_equal(names_find(fd, name, &labels, &scope, &open), 0);
	assert_int_equal(labels, twin == NULL ? 0 : twin->name.labels);
	if (twin != NULL) {
		assert_int_equal(scope, twin->rule.scope);
		assert_int_equal(open, twin->rule.open);
	}
	for (size_t i = 0; i < list->count; i++)
		below = below ||
		        (!list->rules[i].rule.open &&
				pal_name_within(&list->rules[i].name, name));
	assert_int_equal(names_any_below(fd, name, &any), 0);
	assert_int_equal(any, below);
	/* of a name that no list has, subtree rules alone decide */
	twin = twin_find(list, below_of(name));
	assert_int_equal(names_find_subtree(fd, name, &labels, &open), 0);
	assert_int_equal(labels, twin == NULL ? 0 : twin->name.labels);
	if (twin != NULL)
		assert_int_equal(open, twin->rule.open);
}

static void
finds_as_the_twin(void **state)
{
	static const size_t counts[] = {0, 1, 2, 100, RULES};
	static struct list list;
	struct dice dice = {2};
	char text[300];

	(void)state;
	for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
		int fd = scratch();
		uint64_t count;

		random_list(&list, &dice, counts[c]);
		assert_int_equal(write_rules(fd, list.rules, list.count), 0);
		assert_int_equal(read_all(fd, &count), 1);
		assert_int_equal(count, list.count);
		for (int i = 0; i < 200; i++) {
			struct pal_name name;

			random_name(&dice, text, sizeof text, 50);
			name = name_of(text);
			check_name(&list, fd, &name);
		}
		for (size_t i = 0; i < list.count; i += 17)
			check_name(&list, fd, &list.rules[i].name);
		close(fd);
	}
}

/* A NUL or a dot inside a label ends no label. */
static void
finds_odd_names(void **state)
{
	static const struct {
		const char *name;
		unsigned labels;
	} cases[] = {
		{"example.com", 2},
		{"a\\000b.example.com", 2},
		{"www\\000example.com", 0},
		{"www\\.example.com", 0},
		{"\\000.com", 0},
		{".", 0},
	};
	static const char text[] =
		"palang-names 1\nexample.com\nb.example.com\nend 2\n";
	int fd = file_of(text, sizeof text - 1);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pal_name name = name_of(cases[i].name);
		enum pal_scope scope;
		unsigned labels;
		bool open;

		assert_int_equal(
			names_find(fd, &name, &labels, &scope, &open), 0);
		assert_int_equal(labels, cases[i].labels);
	}
	close(fd);
}

static void
compares(void **state)
{
	static const struct {
		const char *before, *after;
		uint64_t removed, added;
		const char *names; /* blank between */
	} cases[] = {
		{"a.b\nend 1\n", "a.b\nend 1\n", 0, 0, ""},
		{"end 0\n", "a.b\nend 1\n", 0, 1, "a.b"},
		{"a.b\nend 1\n", "end 0\n", 1, 0, "a.b"},
		{"a.b\nend 1\n", "!a.b\nend 1\n", 1, 1, "a.b"}, /* sides */
		{"a.b\nend 1\n", "=a.b\nend 1\n", 1, 1, "a.b"}, /* scope */
		{"a.b\n=c.b\nend 2\n", "b.b\n=c.b\nend 2\n", 1, 1, "a.b b.b"},
		{NULL, "a.b\n=a.b\nc.b\nend 3\n", 0, 3, "a.b c.b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pal_name names[4];
		struct names_diff diff = {.names = names, .room = 4};
		char text[PAL_NAME_TEXT_MAX], all[100] = "";
		int before = -1, after = scratch();

		dprintf(after, "palang-names 1\n%s", cases[i].after);
		if (cases[i].before != NULL) {
			before = scratch();
			dprintf(before, "palang-names 1\n%s", cases[i].before);
		}
		assert_int_equal(names_compare(before, after, &diff), 0);
		assert_int_equal(diff.removed, cases[i].removed);
		assert_int_equal(diff.added, cases[i].added);
		for (size_t n = 0; n < diff.name_count; n++) {
			strcat(all, n > 0 ? " " : "");
			strcat(all, pal_name_to_text(text, &names[n]));
		}
		assert_string_equal(all, cases[i].names);
		diff.names = NULL;
		diff.room = 0;
		assert_int_equal(names_compare(before, after, &diff), 0);
		assert_int_equal(diff.name_count, 0);
		close(after);
		if (before >= 0)
			close(before);
	}
}

/* The image decides as the file does; reversed, the other way round. */
static void
compiles(void **state)
{
	static const struct pal_policy_in policy = {.kind = PAL_OWN,
		.answer = PAL_NODATA,
		.ttl = 30,
		.authority = "operator",
		.id = "test"};
	static const uint8_t key[16] = "0123456789abcde";
	static struct list list;
	struct dice dice = {3};
	int fd = scratch();

	(void)state;
	random_list(&list, &dice, 500);
	assert_int_equal(write_rules(fd, list.rules, list.count), 0);
	for (int reverse = 0; reverse < 2; reverse++) {
		struct pal_image *image;
		uint8_t *data;
		size_t len;

		assert_int_equal(names_compile(fd, &policy, key, NULL, reverse,
					 &data, &len),
			0);
		assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
		assert_int_equal(pal_image_rules(image), list.count);
		for (size_t i = 0; i < list.count; i++) {
			const struct given *g = &list.rules[i], *twin;
			uint8_t at[PAL_LABELS_MAX];
			struct pal_match match;
			unsigned labels;

			pal_wire_labels(g->name.wire, g->name.len, at, &labels);
			pal_image_match(
				image, g->name.wire, at, labels, &match);
			twin = twin_find(&list, &g->name);
			assert_true(match.found);
			assert_int_equal(
				match.except, twin->rule.open != (bool)reverse);
			assert_int_equal(match.scope, twin->rule.scope);
		}
		pal_image_free(image);
	}
	close(fd);
}

static void
compiles_changes(void **state)
{
	static const struct pal_policy_in policy = {
		.ttl = 30, .authority = "operator", .id = "test"};
	static const uint8_t key[16];
	struct pal_name name = name_of("new.example");
	struct pal_changes changes = {.names = &name, .count = 1};
	static const char text[] = "palang-names 1\nnew.example\nend 1\n";
	int fd = file_of(text, sizeof text - 1);
	struct pal_image *image;
	uint8_t *data;
	size_t len;

	(void)state;
	assert_int_equal(
		names_compile(fd, &policy, key, &changes, false, &data, &len),
		0);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	pal_image_free(image);
	changes.count = PAL_CHANGES_MAX + 1;
	assert_int_equal(
		names_compile(fd, &policy, key, &changes, false, &data, &len),
		PAL_ELIMIT);
	close(fd);
}

/* Told now and then, ascending, and never beyond the size. */
struct heard {
	unsigned calls;
	uint64_t at, size;
};

static void
hear(void *ctx, const char *what, uint64_t at, uint64_t size)
{
	struct heard *heard = ctx;

	assert_non_null(what);
	if (size == 0)
		return;
	assert_true(at >= heard->at && at <= size);
	*heard = (struct heard){heard->calls + 1, at, size};
}

static void
tells_how_far_it_is(void **state)
{
	const struct pal_policy_in policy = {.answer = PAL_NODATA,
		.ttl = 30,
		.authority = "operator",
		.id = "test"};
	struct names_diff diff = {.progress = hear};
	struct heard compared = {0, 0, 0}, compiled = {0, 0, 0};
	static const uint8_t key[16] = "0123456789abcde";
	int fd = scratch();
	uint8_t *data;
	size_t len;

	(void)state;
	dprintf(fd, "palang-names 1\n");
	for (unsigned i = 0; i < 140000; i++)
		dprintf(fd, "n%06u.example\n", i);
	dprintf(fd, "end 140000\n");
	diff.ctx = &compared;
	assert_int_equal(names_compare(fd, fd, &diff), 0);
	assert_int_equal(compared.calls, 3);
	assert_int_equal(names_compile_told(fd, &policy, key, NULL, false, hear,
				 &compiled, &data, &len),
		0);
	assert_int_equal(compiled.calls, 3);
	assert_true(compiled.at > compiled.size / 2);
	free(data);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns_names_into_keys),
		cmocka_unit_test(writes_as_specified),
		cmocka_unit_test(refuses_what_does_not_ascend),
		cmocka_unit_test(judges_files),
		cmocka_unit_test(keeps_limits),
		cmocka_unit_test(refuses_endless_lines),
		cmocka_unit_test(finds_as_the_twin),
		cmocka_unit_test(finds_odd_names),
		cmocka_unit_test(compares),
		cmocka_unit_test(compiles),
		cmocka_unit_test(compiles_changes),
		cmocka_unit_test(tells_how_far_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
