/* The guards of a feed, and the union of lists that allow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "allow.h"
#include "feed.h"
#include "names.h"
#include "palang/error.h"

/* ---- guards ---- */

struct guard_case {
	uint64_t min_names;
	unsigned max_change; /* percent */
	struct names_diff diff;
	const char *why; /* held for this, or NULL */
};

static const struct guard_case guard_cases[] = {
	/* the first list has nothing to be compared with */
	{0, 20, {.before = 0, .after = 9, .added = 9}, NULL},
	{10, 20, {.before = 0, .after = 9, .added = 9}, "fewer than the 10"},
	{9, 20, {.before = 0, .after = 9, .added = 9}, NULL},
	/* exactly the share is not more than it */
	{0, 20, {.before = 10, .after = 12, .added = 2}, NULL},
	{0, 20, {.before = 10, .after = 13, .added = 3}, "3 rules came"},
	/* a list that is replaced by another of its length */
	{0, 20, {.before = 10, .after = 10, .added = 2, .removed = 2},
		"2 rules came and 2 went of the 10 in force"},
	{0, 20, {.before = 10, .after = 8, .removed = 2}, NULL},
	{0, 0, {.before = 10, .after = 11, .added = 1}, "the 0%"},
	{0, 0, {.before = 10, .after = 10}, NULL},
	/* an empty zone in the place of a list */
	{0, 20, {.before = 10, .after = 0, .removed = 10}, "10 went"},
	/* no overflow at what fits into an image */
	{0, 1000000,
		{.before = 4000000000,
			.after = 4000000000,
			.added = 4000000000,
			.removed = 4000000000},
		NULL},
};

static void
guards_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof guard_cases / sizeof *guard_cases; i++) {
		const struct guard_case *c = &guard_cases[i];
		const struct config_feed feed = {
			.min_names = c->min_names, .max_change = c->max_change};
		char *why = feed_guard(&feed, &c->diff);

		if ((why == NULL) != (c->why == NULL) ||
			(why != NULL && strstr(why, c->why) == NULL))
			fail_msg("case %zu: %s", i, why);
		free(why);
	}
}

/* ---- the union of what is allowed ---- */

#define LISTS_MAX 3
#define RULES_MAX 8

/* As in a names file: "!" leaves to the feeds, "=" is exact. */
struct merge_case {
	const char *lists[LISTS_MAX][RULES_MAX];
	const char *all; /* joined by blanks */
};

static const struct merge_case merge_cases[] = {
	{{{"a.example", "b.example"}}, "a.example b.example"},
	{{{"b.example"}, {"a.example"}, {"c.example"}},
		"a.example b.example c.example"},
	/* twice is once; the scopes of one name are two rules */
	{{{"a.example"}, {"a.example"}}, "a.example"},
	{{{"a.example"}, {"=a.example"}}, "a.example =a.example"},
	/* an exception stays where nobody else lets the name through */
	{{{"a.example", "!b.a.example"}, {"c.example"}},
		"a.example !b.a.example c.example"},
	{{{"a.example", "!b.a.example"}, {"b.a.example"}},
		"a.example b.a.example"},
	{{{"a.example", "!b.a.example"}, {"a.example"}}, "a.example"},
	/* ... or only one below it */
	{{{"a.example", "!b.a.example"}, {"=c.b.a.example"}},
		"a.example !b.a.example =c.b.a.example"},
	/* two lists except the same */
	{{{"a.example", "!b.a.example"}, {"a.example", "!b.a.example"}},
		"a.example !b.a.example"},
	{{{NULL}}, ""},
};

static int
by_rule(const void *a, const void *b)
{
	return names_cmp(a, b);
}

struct rules {
	struct names_rule rules[RULES_MAX];
	uint8_t keys[RULES_MAX][NAMES_KEY_MAX];
	size_t count;
};

static void
read_rules(struct rules *into, const char *const *texts)
{
	memset(into, 0, sizeof *into);
	for (; into->count < RULES_MAX && texts[into->count] != NULL;
		into->count++) {
		const char *text = texts[into->count];
		struct names_rule *rule = &into->rules[into->count];
		struct pal_name name;

		rule->open = *text == '!';
		text += rule->open;
		rule->scope = *text == '=' ? PAL_EXACT : PAL_SUBTREE;
		text += rule->scope == PAL_EXACT;
		assert_int_equal(
			pal_name_from_text(&name, text, strlen(text)), 0);
		rule->key = into->keys[into->count];
		rule->len = names_key(into->keys[into->count], &name);
	}
	qsort(into->rules, into->count, sizeof *into->rules, by_rule);
}

static int
file_of(const struct rules *rules)
{
	struct names_writer *writer;
	FILE *file = tmpfile();
	int fd = dup(fileno(file));

	fclose(file);
	assert_int_equal(names_write_begin(&writer, fd), 0);
	for (size_t i = 0; i < rules->count; i++)
		assert_int_equal(names_write(writer, &rules->rules[i]), 0);
	assert_int_equal(names_write_end(writer), 0);
	return fd;
}

static void
tell_rules(int fd, char *text, size_t size)
{
	struct names_reader *reader;
	struct names_rule rule;
	int ret;

	text[0] = '\0';
	assert_int_equal(names_read_begin(&reader, fd), 0);
	while ((ret = names_read(reader, &rule)) == 0) {
		char name[PAL_NAME_TEXT_MAX];
		struct pal_name wire;
		size_t len = strlen(text);

		names_name(&wire, rule.key, rule.len);
		snprintf(text + len, size - len, "%s%s%s%s",
			len == 0 ? "" : " ", rule.open ? "!" : "",
			rule.scope == PAL_EXACT ? "=" : "",
			pal_name_to_text(name, &wire));
	}
	assert_int_equal(ret, 1);
	names_read_end(reader);
}

/* own: which of the lists stands in memory, as the operator's allows do. */
static void
check_merge(const struct merge_case *c, size_t own)
{
	struct allow_list lists[LISTS_MAX];
	struct rules rules[LISTS_MAX];
	struct rules nothing = {.count = 0};
	int out = file_of(&nothing);
	uint64_t count;
	char text[512];

	assert_int_equal(ftruncate(out, 0), 0);
	assert_int_equal(lseek(out, 0, SEEK_SET), 0);
	for (size_t i = 0; i < LISTS_MAX; i++) {
		read_rules(&rules[i], c->lists[i]);
		lists[i] =
			(struct allow_list){-1, rules[i].rules, rules[i].count};
		if (i != own)
			lists[i].fd = file_of(&rules[i]);
	}
	assert_int_equal(allow_merge(out, lists, LISTS_MAX, &count), 0);
	tell_rules(out, text, sizeof text);
	assert_string_equal(text, c->all);
	for (size_t i = 0; i < LISTS_MAX; i++) {
		if (lists[i].fd >= 0)
			close(lists[i].fd);
	}
	close(out);
}

static void
allows_what_any_allows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof merge_cases / sizeof *merge_cases; i++) {
		for (size_t own = 0; own <= LISTS_MAX; own++)
			check_merge(&merge_cases[i], own);
	}
}

/* ---- what a feed was made with ---- */

static void
tells_policies_apart(void **state)
{
	struct config_authority authority = {.name = "k", .kind = PAL_EXTERNAL};
	struct config config = {
		.authorities = &authority, .authority_count = 1};
	struct config_feed feed = {.name = "f", .authority = "k"};
	uint8_t first[PAL_SHA256_SIZE], next[PAL_SHA256_SIZE];

	(void)state;
	assert_int_equal(feed_policy_digest(&config, &feed, first), 0);
	assert_int_equal(feed_policy_digest(&config, &feed, next), 0);
	assert_memory_equal(first, next, sizeof first);
	assert_false(feed_policy_is_allow(first));
	authority.kind = PAL_OWN;
	assert_int_equal(feed_policy_digest(&config, &feed, next), 0);
	assert_memory_not_equal(first, next, sizeof first);
	authority.kind = PAL_EXTERNAL;
	strcpy(feed.answer.text, "see x");
	assert_int_equal(feed_policy_digest(&config, &feed, next), 0);
	assert_memory_not_equal(first, next, sizeof first);
	feed.allow = true;
	assert_int_equal(feed_policy_digest(&config, &feed, next), 0);
	assert_true(feed_policy_is_allow(next));
}

/* A list is cleaned anew where it was cleaned in another way. */
static void
tells_recipes_apart(void **state)
{
	struct pal_name name = {.wire = "\3gov\7example", .len = 13};
	struct config bare = {.protected_count = 0};
	struct config guarded = {.protected = &name, .protected_count = 1};
	struct config_feed feed = {.name = "f"};
	uint8_t first[PAL_SHA256_SIZE], next[PAL_SHA256_SIZE];

	(void)state;
	feed_recipe_digest(&bare, &feed, "1.0 a", first);
	feed_recipe_digest(&guarded, &feed, "1.0 a", next);
	assert_memory_not_equal(first, next, sizeof first);
	/* another version, or another list of public suffixes */
	feed_recipe_digest(&bare, &feed, "1.0 b", next);
	assert_memory_not_equal(first, next, sizeof first);
	feed_recipe_digest(&bare, &feed, "1.0 a", next);
	assert_memory_equal(first, next, sizeof first);
	/* no name is protected from being allowed */
	feed.allow = true;
	feed_recipe_digest(&guarded, &feed, "1.0 a", next);
	assert_memory_equal(first, next, sizeof first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guards_hold),
		cmocka_unit_test(allows_what_any_allows),
		cmocka_unit_test(tells_policies_apart),
		cmocka_unit_test(tells_recipes_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
