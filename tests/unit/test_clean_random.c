/* Dirty lists of random entries, decided on by a slow obvious twin: it keeps
 * the entries as they came, and looks at all of them for each name. */
#include "clean_util.h"

#define ENTRIES_MAX 60
#define NAMES       400
#define TEXT        128

enum kind { EXACT, SUBTREE, BELOW };

struct entry {
	struct pal_name name;
	enum kind kind;
	bool open;
};

struct list {
	struct entry entries[ENTRIES_MAX];
	size_t count;
};

/* Few labels, so that names meet; some are beginnings of others. */
static void
random_text(struct dice *dice, char text[TEXT])
{
	static const char *const labels[] = {"a", "b", "aa", "a-b", "b_", "0",
		"xn--p1ai", "a0aaaaaaaaaaaaaaaaaaaa"};
	static const char *const tops[] = {"com", "net", "de", "xn--p1ai"};
	unsigned count = 1 + roll(dice, 4);
	size_t at = 0;

	for (unsigned i = 0; i < count; i++)
		at += (size_t)sprintf(text + at, "%s.",
			labels[roll(dice, roll(dice, 2) ? 2 : 8)]);
	strcpy(text + at, tops[roll(dice, roll(dice, 2) ? 1 : 4)]);
}

/* 1: blocked, 0: open, -1: the entries of this name do not say.  An open one
 * outdoes one that blocks. */
static int
say(const struct list *list, const struct pal_name *name, enum kind kind)
{
	int said = -1;

	for (size_t i = 0; i < list->count; i++) {
		const struct entry *e = &list->entries[i];

		if (e->kind != kind || !pal_name_equal(&e->name, name))
			continue;
		if (e->open)
			return 0;
		said = 1;
	}
	return said;
}

static bool
twin_blocks(const struct list *list, const struct pal_name *name)
{
	struct pal_name up = *name;
	int said = say(list, name, EXACT);

	if (said < 0)
		said = say(list, name, SUBTREE);
	while (said < 0 && up.labels > 0) {
		pal_name_ancestor(&up, &up, up.labels - 1u);
		said = say(list, &up, BELOW);
		if (said < 0)
			said = say(list, &up, SUBTREE);
	}
	return said == 1;
}

/* ---- the list as text, in each format ---- */

static void
put_mixed(FILE *out, struct dice *dice, const char *text)
{
	for (; *text != '\0'; text++) {
		bool up = *text >= 'a' && *text <= 'z' && roll(dice, 3) == 0;

		fputc(up ? *text - 32 : *text, out);
	}
}

static const char *
dirt(struct dice *dice)
{
	static const char *const lines[] = {"", "# a.com", "192.0.2.1",
		"a.b.con", "com", "http://a.com/x", "..", "a b", "a.com:80",
		"a.com##.x", "\t", "-!-.com", "xn--p1ai"};

	return lines[roll(dice, sizeof lines / sizeof *lines)];
}

static void
put_plain(FILE *out, struct dice *dice, const struct entry *entry,
	const char *text)
{
	static const char *const fronts[] = {
		"", "", "", " ", "*.", ".", "http://", "https://u:p@"};
	static const char *const backs[] = {
		"", "", "\r", " ", ".", "\t# why", "/", "#why b.com"};
	uint32_t front = roll(dice, 8);

	(void)entry;
	fputs(fronts[front], out);
	put_mixed(out, dice, text);
	/* behind a URL it would be a part of a page */
	fprintf(out, "%s\n", backs[roll(dice, front < 6 ? 8 : 7)]);
	if (roll(dice, 3) == 0)
		fprintf(out, "%s\n", dirt(dice));
}

static void
put_hosts(FILE *out, struct dice *dice, const struct entry *entry,
	const char *text)
{
	static const char *const fronts[] = {
		"0.0.0.0 ", "127.0.0.1\t", ":: ", "::1 localhost ", ""};
	static const char *const backs[] = {
		"\n", "\n", " # why\r\n", "#why b.com\n"};

	(void)entry;
	fputs(fronts[roll(dice, 5)], out);
	put_mixed(out, dice, text);
	fputs(backs[roll(dice, 4)], out);
	if (roll(dice, 3) == 0)
		fprintf(out, "192.0.2.1 a.com\n# b.com\n");
}

static void
put_adblock(FILE *out, struct dice *dice, const struct entry *entry,
	const char *text)
{
	static const char *const backs[] = {"", "$important", "$all", "\r"};

	fputs(entry->open ? "@@||" : "||", out);
	put_mixed(out, dice, text);
	fprintf(out, "^%s\n", backs[roll(dice, 4)]);
	if (roll(dice, 3) == 0)
		fputs("||a.com^$script\n@@||b.com\na.com##.x\n! x\n", out);
}

static void
put_rpz(FILE *out, struct dice *dice, const struct entry *entry,
	const char *text)
{
	static const char *const blocks[] = {"CNAME .", "CNAME *.",
		"CNAME rpz-drop.", "A 192.0.2.1", "30 IN CNAME walled.test."};

	fputs(entry->kind == BELOW ? "*." : "", out);
	put_mixed(out, dice, text);
	fprintf(out, "%s %s\n", roll(dice, 3) ? "" : ".rpz.test.",
		entry->open ? "CNAME rpz-passthru." : blocks[roll(dice, 5)]);
	if (roll(dice, 3) == 0)
		fputs("8.0.0.0.0.rpz-ip CNAME .\n@ TXT x\n"
		      "a.com CNAME rpz-tcp-only.\n",
			out);
}

struct form {
	enum clean_format format;
	void (*put)(FILE *, struct dice *, const struct entry *, const char *);
	enum kind kind; /* of its entries; BELOW: exact ones or these */
	bool opens;
	const char *head;
};

static const struct form forms[] = {
	{CLEAN_PLAIN, put_plain, SUBTREE, false, ""},
	{CLEAN_HOSTS, put_hosts, EXACT, false, ""},
	{CLEAN_ADBLOCK, put_adblock, SUBTREE, true, "[Adblock]\n"},
	{CLEAN_RPZ, put_rpz, BELOW, true,
		"$ORIGIN rpz.test.\n@ SOA a. b. 1 2 3 4 5\n"}};

static char *
random_list(struct list *list, struct dice *dice, const struct form *form,
	size_t *len)
{
	char *text = NULL, name[TEXT];
	FILE *out = open_memstream(&text, len);

	fputs(form->head, out);
	list->count = roll(dice, ENTRIES_MAX);
	for (size_t i = 0; i < list->count; i++) {
		struct entry *entry = &list->entries[i];

		random_text(dice, name);
		entry->name = name_of(name);
		entry->open = form->opens && roll(dice, 3) == 0;
		entry->kind = form->kind == BELOW && roll(dice, 2) ? EXACT
		                                                   : form->kind;
		form->put(out, dice, entry, name);
	}
	/* so that it is never an empty one */
	if (form->format != CLEAN_RPZ)
		fputs(form->format == CLEAN_HOSTS ? "1.1.1.1 x.con\n"
						  : "x.con\n",
			out);
	fclose(out);
	return text;
}

static bool
file_blocks(int fd, const struct pal_name *name)
{
	enum pal_scope scope;
	unsigned labels;
	bool open = true;

	assert_int_equal(names_find(fd, name, &labels, &scope, &open), 0);
	return labels > 0 && !open;
}

/* True if the list has this line. */
static bool
has_line(const char *rules, const char *mark, const struct pal_name *name)
{
	char text[PAL_NAME_TEXT_MAX], line[PAL_NAME_TEXT_MAX + 2];
	int len = snprintf(line, sizeof line, "%s%s\n", mark,
		pal_name_to_text(text, name));
	const char *at = rules;

	while ((at = strstr(at, line)) != NULL) {
		if (at == rules || at[-1] == '\n')
			return true;
		at += len;
	}
	return false;
}

/* Whether what lies above, and at the name if `at` says so, blocks it, going
 * by subtree rules alone. */
static bool
blocked_otherwise(const char *rules, const struct pal_name *name, bool at)
{
	struct pal_name up = *name;

	for (unsigned n = name->labels; n > 0; n--) {
		if (n == name->labels && !at)
			continue;
		pal_name_ancestor(&up, name, n);
		if (has_line(rules, "", &up))
			return true;
		if (has_line(rules, "!", &up))
			return false;
	}
	return false;
}

/* Each rule changes something: without it names were decided on otherwise. */
static void
check_needed(const struct cleaned *cleaned)
{
	struct names_reader *reader;
	struct names_rule rule;
	struct pal_name name;

	assert_int_equal(names_read_begin(&reader, cleaned->out), 0);
	while (names_read(reader, &rule) == 0) {
		names_name(&name, rule.key, rule.len);
		assert_int_equal(
			rule.open, blocked_otherwise(cleaned->rules, &name,
					   rule.scope == PAL_EXACT));
	}
	names_read_end(reader);
}

static void
run(struct dice *dice, const struct form *form)
{
	const struct clean_options options = {.format = form->format};
	static struct list list;
	struct cleaned cleaned;
	size_t len;
	char *text = random_list(&list, dice, form, &len), name[TEXT];

	if (clean_text(&cleaned, text, len, &options) != 0)
		fail_msg("refused:\n%s", text);
	for (int i = 0; i < NAMES; i++) {
		struct pal_name asked;

		random_text(dice, name);
		asked = name_of(name);
		if (i < (int)list.count)
			asked = list.entries[i].name;
		if (file_blocks(cleaned.out, &asked) !=
			twin_blocks(&list, &asked))
			fail_msg("%s, in:\n%s\ncleaned:\n%s",
				pal_name_to_text(
					(char[PAL_NAME_TEXT_MAX]){0}, &asked),
				text, cleaned.rules);
	}
	check_needed(&cleaned);
	clean_done(&cleaned);
	free(text);
}

static void
decides_as_the_twin(void **state)
{
	struct dice dice = {7};

	(void)state;
	for (int i = 0; i < 400; i++)
		run(&dice, &forms[i % 4]);
}

/* Enough names, and alike enough, that the sort goes all its ways. */
static void
sorts_many(void **state)
{
	const struct clean_options options = {.format = CLEAN_HOSTS};
	struct dice dice = {11};
	struct cleaned cleaned;
	size_t len, count = 100000;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		unsigned deep = roll(&dice, 4);

		fputs("0.0.0.0 ", out);
		for (unsigned n = 0; n < deep; n++)
			fprintf(out, "%.*s.", 1 + (int)roll(&dice, 40),
				"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
		fprintf(out, "%s%u.com\n", roll(&dice, 2) ? "common" : "",
			roll(&dice, 1u << (2 * roll(&dice, 9))));
	}
	fclose(out);
	/* that it ascends is the reader's to say */
	assert_int_equal(clean_text(&cleaned, text, len, &options), 0);
	assert_int_equal(cleaned.report.names, count);
	assert_true(cleaned.report.rules > count / 4);
	assert_true(cleaned.report.reasons[CLEAN_DUPLICATE].count > 1000);
	clean_done(&cleaned);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_as_the_twin),
		cmocka_unit_test(sorts_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
