/* The guards of a feed, and the union of lists that allow. */
#include "core_util.h"

#include <unistd.h>

#include "allow.h"
#include "feed.h"
#include "names.h"

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

#define LISTS_MAX     3
#define RULES_MAX     8
#define RULE_TEXT_MAX 32

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
	/* a name that is let through alone says nothing of those below it */
	{{{"a.example", "!b.a.example"}, {"=b.a.example"}},
		"a.example !b.a.example =b.a.example"},
	/* ... and neither does one that is not */
	{{{"a.example", "!b.a.example"}, {"a.example", "!=b.a.example"}},
		"a.example !=b.a.example"},
	{{{"a.example", "!=b.a.example"}, {"=b.a.example"}},
		"a.example =b.a.example"},
	{{{"a.example", "!=b.a.example"}, {"a.example", "!b.a.example"}},
		"a.example !=b.a.example"},
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

/* The union, to be closed.  own: which of the lists stands in memory, as the
 * operator's allows do. */
static int
merge(const struct rules rules[LISTS_MAX], size_t own)
{
	struct allow_list lists[LISTS_MAX];
	struct rules nothing = {.count = 0};
	int out = file_of(&nothing);
	uint64_t count;

	assert_int_equal(ftruncate(out, 0), 0);
	assert_int_equal(lseek(out, 0, SEEK_SET), 0);
	for (size_t i = 0; i < LISTS_MAX; i++) {
		lists[i] =
			(struct allow_list){-1, rules[i].rules, rules[i].count};
		if (i != own)
			lists[i].fd = file_of(&rules[i]);
	}
	assert_int_equal(allow_merge(out, lists, LISTS_MAX, &count), 0);
	for (size_t i = 0; i < LISTS_MAX; i++) {
		if (lists[i].fd >= 0)
			close(lists[i].fd);
	}
	return out;
}

static void
check_merge(const struct merge_case *c, size_t own)
{
	struct rules rules[LISTS_MAX];
	char text[512];
	int out;

	for (size_t i = 0; i < LISTS_MAX; i++)
		read_rules(&rules[i], c->lists[i]);
	out = merge(rules, own);
	tell_rules(out, text, sizeof text);
	assert_string_equal(text, c->all);
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

/* ---- the union against a slow twin ---- */

/* A name of up to three labels "a" and "b" below "example". */
static void
any_rule(struct dice *dice, char text[RULE_TEXT_MAX])
{
	unsigned labels = 1 + roll(dice, 3);

	sprintf(text, "%s%s", roll(dice, 3) == 0 ? "!" : "",
		roll(dice, 3) == 0 ? "=" : "");
	for (unsigned i = 0; i < labels; i++)
		strcat(text, roll(dice, 2) == 0 ? "a." : "b.");
	strcat(text, "example");
}

/* Sorted, and of what stands twice, for both sides perhaps, the first. */
static void
any_list(struct dice *dice, struct rules *rules)
{
	char texts[RULES_MAX][RULE_TEXT_MAX];
	const char *given[RULES_MAX];
	size_t count = roll(dice, RULES_MAX), kept = 0;

	for (size_t i = 0; i < RULES_MAX; i++) {
		any_rule(dice, texts[i]);
		given[i] = i < count ? texts[i] : NULL;
	}
	read_rules(rules, given);
	for (size_t i = 0; i < rules->count; i++) {
		if (kept == 0 ||
			by_rule(&rules->rules[kept - 1], &rules->rules[i]) != 0)
			rules->rules[kept++] = rules->rules[i];
	}
	rules->count = kept;
}

/* True if the list by itself lets the name through. */
static bool
twin_lets(const struct rules *rules, const uint8_t *key, size_t len)
{
	const struct names_rule *best = NULL;

	for (size_t i = 0; i < rules->count; i++) {
		const struct names_rule *rule = &rules->rules[i];

		if (rule->len > len || memcmp(rule->key, key, rule->len) != 0 ||
			(rule->scope == PAL_EXACT && rule->len != len))
			continue;
		if (best == NULL || rule->len > best->len ||
			rule->scope == PAL_EXACT)
			best = rule;
	}
	return best != NULL && !best->open;
}

/* A name passes the union if and only if some list lets it. */
static void
check_name(const struct rules rules[LISTS_MAX], int all, const char *text)
{
	bool open = false, want = false;
	uint8_t key[NAMES_KEY_MAX];
	struct pal_name name;
	enum pal_scope scope;
	unsigned labels;
	size_t len;

	assert_int_equal(pal_name_from_text(&name, text, strlen(text)), 0);
	len = names_key(key, &name);
	for (size_t i = 0; i < LISTS_MAX; i++)
		want = want || twin_lets(&rules[i], key, len);
	assert_int_equal(names_find(all, &name, &labels, &scope, &open), 0);
	if ((labels > 0 && !open) != want)
		fail_msg("%s is %slet through", text, want ? "not " : "");
}

/* Each name of up to four labels, so that there is one below each rule. */
static void
check_names(const struct rules rules[LISTS_MAX], int all)
{
	for (unsigned labels = 0; labels <= 4; labels++) {
		for (unsigned bits = 0; bits < 1u << labels; bits++) {
			char text[RULE_TEXT_MAX] = "";

			for (unsigned i = 0; i < labels; i++)
				strcat(text, bits >> i & 1 ? "a." : "b.");
			strcat(text, "example");
			check_name(rules, all, text);
		}
	}
}

static void
allows_as_the_twin(void **state)
{
	struct dice dice = {4};

	(void)state;
	for (unsigned round = 0; round < 500; round++) {
		struct rules rules[LISTS_MAX];
		int all;

		for (size_t i = 0; i < LISTS_MAX; i++)
			any_list(&dice, &rules[i]);
		all = merge(rules, round % (LISTS_MAX + 1));
		check_names(rules, all);
		close(all);
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
		cmocka_unit_test(allows_as_the_twin),
		cmocka_unit_test(tells_policies_apart),
		cmocka_unit_test(tells_recipes_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
