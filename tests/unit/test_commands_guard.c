/* Orders that guards refuse or hold, from the command line. */
#include "guard_util.h"

static void
italy_2024_is_held_and_approved(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(
		&tool, "1", "[drive.usercontent.google.com, pirate.example]");
	tool_expect(&tool, 4, BY_HAND "-n %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "would be k:1: held");
	tool_expect(&tool, 1, "held");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "k:1: held, nothing of it is in force");
	tool_expect_in(tool.out, "drive.usercontent.google.com (exact) is much "
				 "asked for");
	tool_expect_in(tool.out, "palang approve k:1 --reason");
	guard_expect_blocked(&tool, "pirate.example", false);
	assert_int_equal(tool_generation(&tool), 1);
	/* the same once more, and another of that id */
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "k:1: held");
	guard_order(&tool, "1", "[pirate.example]");
	tool_expect(&tool, 2, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "another document of the same id, k:1, is "
				 "held since");
	tool_expect(&tool, 0, "held --json");
	tool_expect_in(tool.out, "\"needed\": 1");
	tool_expect_in(tool.out, "\"source\": \"a letter\"");

	guard_sign_approval(&tool, "1", "court order 7", "budi", "budi");
	tool_expect_in(tool.out, "palang-approval: 1\norder: k:1 sha256:");
	tool_expect_in(tool.out, "\nfinding: drive.usercontent.google.com");
	tool_expect_in(
		tool.out, "\napprover: budi\nreason: \"court order 7\"\n");
	tool_expect(&tool, 0,
		"approve 1 --reason 'court order 7' --signature "
		"%s/approval.minisig",
		tool.dir);
	tool_expect_in(tool.out, "k:1: in force, blocks 2 names");
	guard_expect_blocked(&tool, "pirate.example", true);
	guard_expect_blocked(&tool, "drive.usercontent.google.com", true);
	tool_expect(&tool, 1, "held");
	tool_expect(&tool, 0, "show k:1");
	tool_expect_in(tool.out, "# transcribed from: a letter");
	tool_expect(&tool, 0, "history k:1");
	tool_expect_in(tool.out, "held ");
	tool_expect_in(tool.out, "approved ");
	tool_expect_in(tool.out, "by budi: court order 7");
	/* what it blocks by now is not judged anew */
	guard_order(&tool, "2", "[drive.usercontent.google.com]");
	tool_expect(&tool, 0, BY_HAND "%s/2.yaml", tool.dir);
	tool_remove(&tool);
}

/* Whose word does not count. */
static const struct {
	const char *as, *key, *reason; /* signed; given is "meant" */
	const char *why;
} refused[] = {
	{"me", "me", "meant", "applied it: somebody else approves"},
	{"budi", "stranger", "meant", ", which is no approver's"},
	{"budi", "ani", "meant", "what is to be signed is what --print"},
	{"budi", "budi", "another", "what is to be signed is what --print"},
};

static void
refuses_words_that_do_not_count(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "[t.me]");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect(&tool, 2, "approve 1");
	tool_expect_in(tool.err, "needs --reason");
	tool_expect(&tool, 2, "approve 1 --reason meant");
	tool_expect_in(tool.err, "an approver signs it");
	tool_expect(&tool, 2, "approve 2 --reason meant");
	tool_expect_in(tool.err, "no order \"2\" is held");
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		guard_sign_approval(&tool, "1", refused[i].reason,
			refused[i].as, refused[i].key);
		tool_expect(&tool, 2,
			"approve 1 --reason meant --signature "
			"%s/approval.minisig",
			tool.dir);
		tool_expect_in(tool.err, refused[i].why);
	}
	/* the digest is another's */
	guard_order(&tool, "2", "[telegram.org]");
	tool_expect(&tool, 4, BY_HAND "%s/2.yaml", tool.dir);
	guard_sign_approval(&tool, "2", "meant", "budi", "budi");
	tool_expect(&tool, 2,
		"approve 1 --reason meant --signature %s/approval.minisig",
		tool.dir);
	tool_expect_in(tool.err, "what is to be signed is what --print");
	guard_expect_blocked(&tool, "t.me", false);
	tool_remove(&tool);
}

static void
takes_as_many_as_are_asked_for(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 3\n");
	guard_order(&tool, "1", "[t.me]");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "0 of 2 approvals");
	guard_sign_approval(&tool, "1", "meant", "budi", "budi");
	for (int again = 0; again < 2; again++)
		tool_expect(&tool, again ? 2 : 4,
			"approve 1 --reason meant --signature "
			"%s/approval.minisig",
			tool.dir);
	tool_expect_in(tool.err, "budi has approved it already");
	guard_expect_blocked(&tool, "t.me", false);
	guard_sign_approval(&tool, "1", "meant", "ani", "ani");
	tool_expect(&tool, 0,
		"approve 1 --reason meant --signature %s/approval.minisig",
		tool.dir);
	guard_expect_blocked(&tool, "t.me", true);
	tool_remove(&tool);
}

static void
one_person_approves_alone(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 1\n");
	tool_expect(&tool, 4, "block t.me --scope exact --id 1");
	tool_expect(&tool, 0, "approve 1 --reason 'we mean it'");
	guard_expect_blocked(&tool, "t.me", true);
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "one person alone");
	tool_remove(&tool);
}

static void
rejected_is_gone_and_judged_anew(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "[isp.example]");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "protected: `protected`, palang.yaml");
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "held");
	tool_expect(&tool, 0, "list");
	tool_expect_in(tool.out, "held");
	tool_expect(&tool, 0, "show k:1");
	tool_expect_in(tool.out, "# k:1: held");
	tool_expect_in(tool.out, "isp.example");
	tool_expect(&tool, 0, "show --received k:1");
	assert_int_equal(strncmp(tool.out, "palang-order: 1\n", 16), 0);
	tool_expect(&tool, 1, "show --signature k:1");
	tool_expect_in(tool.err, "k:1 is not signed");
	tool_expect(&tool, 0, "reject 1 --reason 'ours'");
	tool_expect_in(tool.out, "k:1: rejected, nothing of it was in force");
	tool_expect(&tool, 1, "held");
	tool_expect(&tool, 2, "reject 1 --reason 'ours'");
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "rejected");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_remove(&tool);
}

static void
one_held_holds_all(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "[a.example]");
	guard_order(&tool, "2", "[facebook.com]");
	tool_expect(
		&tool, 4, BY_HAND "%s/1.yaml %s/2.yaml", tool.dir, tool.dir);
	tool_expect_in(tool.out, "k:1: held");
	tool_expect_in(tool.out, "k:2: facebook.com (exact) is much asked");
	guard_expect_blocked(&tool, "a.example", false);
	/* one of them alone, or with others */
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	guard_order(&tool, "3", "[b.example]");
	tool_expect(
		&tool, 2, BY_HAND "%s/1.yaml %s/3.yaml", tool.dir, tool.dir);
	tool_expect_in(tool.err, "send what is new without it");
	guard_sign_approval(&tool, "1", "meant", "budi", "budi");
	tool_expect(&tool, 0,
		"approve 1 --reason meant --signature %s/approval.minisig",
		tool.dir);
	guard_expect_blocked(&tool, "a.example", true);
	guard_expect_blocked(&tool, "facebook.com", true);
	tool_remove(&tool);
}

/* An order for the names of a registry has no approval. */
static void
refuses_suffixes(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "\n- a.example\n- co.uk");
	tool_expect(&tool, 2, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "/1.yaml:9:3: error: co.uk (exact) is a "
				 "public suffix");
	tool_expect(&tool, 2, "block github --scope exact");
	tool_expect_in(tool.err, "is a top-level domain");
	tool_expect(&tool, 4, "block github.io --scope subtree --id x");
	tool_expect_in(tool.out, "hosting platform");
	tool_remove(&tool);
}

static void
holds_by_size(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "[a.example, b.example, c.example, d.example]");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "usually names 3 at most");
	guard_order(&tool, "2", "[a.example, b.example, c.example]");
	tool_expect(&tool, 0, BY_HAND "%s/2.yaml", tool.dir);
	guard_order(&tool, "3", "[d.example, e.example, f.example]");
	tool_expect(&tool, 4, BY_HAND "%s/3.yaml", tool.dir);
	tool_expect_in(tool.out, "6 names of its authority");
	tool_remove(&tool);
}

/* Before anything is sent: by the same guards, and a warning. */
static void
check_tells_what_would_be_held(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "\n- a.example\n- t.me");
	tool_expect(&tool, 0, "check %s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "/1.yaml:9:3: warning: would be held: t.me "
				 "(exact) is much asked for");
	tool_expect_in(tool.out, "would be held until somebody approves");
	tool_expect_in(tool.out, "k:1: in force, blocks 2 names");
	tool_expect(&tool, 0, "check --json %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "\"accepted\": true");
	tool_expect_in(tool.out, "\"held\": true");
	tool_expect_in(tool.out, "would be held: t.me");
	tool_expect(&tool, 4, BY_HAND "-n %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "it would take 1 approval");
	assert_null(strstr(tool.out, "palang approve"));
	tool_expect(&tool, 1, "held");
	/* held in earnest, it is told too */
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "check %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "k:1: held");
	/* and what is refused is an error of its line */
	guard_order(&tool, "2", "\n- a.example\n- co.uk");
	tool_expect(&tool, 2, "check --json %s/2.yaml", tool.dir);
	tool_expect_in(tool.out, "is a public suffix");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(italy_2024_is_held_and_approved),
		cmocka_unit_test(refuses_words_that_do_not_count),
		cmocka_unit_test(takes_as_many_as_are_asked_for),
		cmocka_unit_test(one_person_approves_alone),
		cmocka_unit_test(rejected_is_gone_and_judged_anew),
		cmocka_unit_test(one_held_holds_all),
		cmocka_unit_test(refuses_suffixes),
		cmocka_unit_test(holds_by_size),
		cmocka_unit_test(check_tells_what_would_be_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
