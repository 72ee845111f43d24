/* What people say at the command line, and the ledger keeps beside its
 * journal: both must have the same octets for ever. */
#include "sign_util.h"

/* ---- words that are refused ---- */

static const struct {
	const char *word, *why;
} bad[] = {
	{"caf\xe9", "Latin-1"},
	{"a\xc3", "cut short"},
	{"one\ntwo", "a forged line"},
	{"a\x1b[2J", "clears a terminal"},
	{"\xe2\x80\xae"
	 "em.t",
		"runs backwards"},
};

/* Each with a word of it; says: which option is wrong. */
static const struct {
	const char *command, *says;
} sayings[] = {
	{"suspend A --reason '%s'", "suspend: --reason is to be one line of "
				    "plain text: UTF-8"},
	{"resume B --reason '%s'", "resume: --reason is to be one line"},
	{"open --all --reason '%s'", "open: --reason is to be one line"},
	{"close --all --reason '%s'", "close: --reason is to be one line"},
	{"apply --transcribed --source '%s' order.yaml",
		"apply: --source is to be one line"},
	{"apply --shadow --transcribed --source '%s' order.yaml",
		"apply: --source is to be one line"},
	{"apply -n --transcribed --source '%s' order.yaml",
		"apply: --source is to be one line"},
	{"block u.me --scope exact --authority k --source '%s'",
		"block: --source is to be one line"},
	{"lift A --source '%s'", "lift: --source is to be one line"},
	{"approve A --reason '%s'", "approve: --reason is to be one line"},
	{"reject A --reason '%s'", "reject: --reason is to be one line"},
	{"block u.me --scope exact --reason '%s'",
		"block: --reason is to be one line"},
	{"block u.me --scope exact --reference '%s'",
		"block: --reference is to be one line"},
	{"lift A --reason '%s'", "lift: --reason is to be one line"},
	{"allow add u.me --reason '%s'", "--reason is"},
};

/* How many entries the journal has. */
static int
count_entries(struct tool *tool)
{
	int n = 0;

	tool_expect(tool, 0, "audit export");
	for (const char *at = tool->out; *at != '\0'; at++)
		n += *at == '\n';
	return n;
}

static void
begin(struct tool *tool)
{
	tool_create(tool);
	sign_shell(tool, "echo 'approvals: 1' >>palang.yaml");
	tool_expect(tool, 0,
		"block t.me --scope exact --authority k --id A --source x");
	tool_expect(tool, 0,
		"block v.me --scope exact --authority k --id B --source x");
	tool_expect(tool, 0, "suspend B --reason x");
}

static void
refuses_what_the_journal_cannot_have(void **state)
{
	struct tool tool;
	int entries;

	(void)state;
	begin(&tool);
	entries = count_entries(&tool);
	for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++) {
		for (size_t j = 0; j < sizeof bad / sizeof *bad; j++) {
			int code = tool_run(
				&tool, sayings[i].command, bad[j].word);

			if (code != 2 ||
				strstr(tool.err, sayings[i].says) == NULL)
				fail_msg("%s, %s: %d, %s%s", sayings[i].command,
					bad[j].why, code, tool.out, tool.err);
		}
	}
	assert_int_equal(count_entries(&tool), entries);
	tool_remove(&tool);
}

/* ---- words that are taken ---- */

static const char *const good[] = {
	"a letter of 14 July, \"urgent\" \\ really",
	"Gerichtsbeschlu\xc3\x9f f\xc3\xbcr M\xc3\xbcnchen",
	"\xd1\x80\xd0\xb5\xd1\x88\xd0\xb5\xd0\xbd\xd0\xb8\xd0\xb5",
	"\xe8\xa3\x81\xe5\x88\xa4\xe6\x89\x80\xe5\x91\xbd\xe4\xbb\xa4",
	"\xd8\xa3\xd9\x85\xd8\xb1",
	/* with a joiner */
	"\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7",
	"\xf0\x9f\x9a\xa7",
};

/* Behind each of them the audit has nothing to say. */
static const struct {
	const char *command;
	int code;
} deeds[] = {
	{"suspend A --reason '%s'", 0},
	{"resume A --reason '%s'", 0},
	{"open --all --reason '%s'", 0},
	{"close --all --reason '%s'", 0},
	{"block u.me --scope exact --authority k --id C --source '%s'", 0},
	{"lift C --source '%s'", 0},
	{"allow add n.example --reason '%s'", 0},
	{"allow remove n.example", 0},
	{"block github.io --scope subtree --authority k --id H --source '%s'",
		4},
	{"reject H --reason '%s'", 0},
	{"block gitlab.io --scope subtree --authority k --id I --source '%s'",
		4},
	{"approve I --reason '%s'", 0},
};

static void
takes_words_of_any_script(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct tool tool;

		begin(&tool);
		for (size_t j = 0; j < sizeof deeds / sizeof *deeds; j++) {
			int code = tool_run(&tool, deeds[j].command, good[i]);

			if (code != deeds[j].code)
				fail_msg("%s, %s: %d, %s%s", deeds[j].command,
					good[i], code, tool.out, tool.err);
			tool_expect(&tool, 0, "audit verify");
		}
		tool_expect(&tool, 0, "history");
		tool_expect_in(tool.out, good[i]);
		tool_remove(&tool);
	}
}

/* ---- what nobody says, and may be of any octets ---- */

/* Names of people are of another's making, and one may be cut off in the midst
 * of a letter. */
static void
names_people_as_the_journal_does(void **state)
{
	static const char *const names[] = {"Jos\xe9",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"\xc3\xa9"};
	struct tool tool;

	(void)state;
	if (getuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(setenv("SUDO_USER", names[i], 1), 0);
		begin(&tool);
		tool_expect(&tool, 0, "open --all --reason x");
		tool_expect(&tool, 0, "allow add n.example --reason x");
		tool_expect(&tool, 0, "audit verify");
		tool_remove(&tool);
		unsetenv("SUDO_USER");
	}
}

/* The finding has the heading that the name stands under. */
static void
finds_under_any_heading(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_write(&tool, "list", "[B\xe4nke]\nbank.example\n");
	sign_shell(&tool, "sed -i \"s|^guards: {|&protected: $PWD/list, |\" "
			  "palang.yaml; grep -q /list palang.yaml");
	tool_expect(&tool, 4,
		"block bank.example --scope exact --authority k --id H "
		"--source x");
	tool_expect_in(tool.out, "is protected: B\xef\xbf\xbdnke, list line 2");
	tool_expect(&tool, 0, "audit verify");
	tool_expect(&tool, 0, "approve H --reason x");
	tool_expect(&tool, 0, "audit verify");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_the_journal_cannot_have),
		cmocka_unit_test(takes_words_of_any_script),
		cmocka_unit_test(names_people_as_the_journal_does),
		cmocka_unit_test(finds_under_any_heading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
