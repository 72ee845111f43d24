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
	tool_expect_in(tool.out, "palang-approval: 1\nbatch: 1\nreceived: 2");
	tool_expect_in(tool.out, " ms\norder: k:1 sha256:");
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
	/* he prints no text of his own */
	{"budi", "me", "meant", "applied it: somebody else approves"},
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
rejected_is_gone(void **state)
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
	tool_expect(&tool, 0, "show --json k:1");
	tool_expect_in(tool.out, "\"state\": \"held\"");
	tool_expect_in(tool.out, "\"file\": \"palang-order: 1");
	tool_expect(&tool, 1, "show --signature k:1");
	tool_expect_in(tool.err, "k:1 is not signed");
	tool_expect(&tool, 0, "reject 1 --reason 'ours'");
	tool_expect_in(tool.out, "k:1: rejected, nothing of it was in force");
	tool_expect(&tool, 1, "held");
	tool_expect(&tool, 2, "reject 1 --reason 'ours'");
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "rejected");
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
	tool_expect_in(tool.out, "more than 5 names of its authority would be "
				 "in force or to come");
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

/* What came before in the same run counts, and what is yet to begin. */
static void
counts_all_names_to_come(void **state)
{
	char text[2048] = "";
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	for (int i = 0; i < 8; i++)
		sprintf(text + strlen(text),
			"%spalang-order: 1\nauthority: k\nid: %d\n"
			"issued: 2017-07-14T00:00:00Z\naction: block\n"
			"scope: exact\ntargets: [n%d.example]\n",
			i == 0 ? "" : "---\n", i, i);
	tool_write(&tool, "many.yaml", text);
	tool_expect(&tool, 4, BY_HAND "%s/many.yaml", tool.dir);
	tool_expect_in(tool.out, "k:5: with it, more than 5 names");
	tool_expect_in(tool.out, "k:7: with it, more than 5 names");
	assert_null(strstr(tool.out, "k:4: with it"));
	tool_expect(&tool, 0, "reject 0 --reason x");
	sign_order(&tool, "later", "k", "later",
		"action: block\nscope: exact\n"
		"effective: 2099-01-01T00:00:00Z\n"
		"targets: [a.example, b.example, c.example]\n");
	tool_expect(&tool, 0, BY_HAND "%s/later.yaml", tool.dir);
	guard_order(&tool, "now", "[d.example, e.example, f.example]");
	tool_expect(&tool, 4, BY_HAND "%s/now.yaml", tool.dir);
	tool_expect_in(tool.out, "more than 5 names of its authority");
	/* what is over, or lifted for good, does not */
	tool_expect(&tool, 0, "reject now --reason x");
	sign_order(&tool, "lift", "k", "lift", "action: lift\nlifts: later\n");
	tool_expect(&tool, 0, BY_HAND "%s/lift.yaml", tool.dir);
	guard_order(&tool, "then", "[d.example, e.example, f.example]");
	tool_expect(&tool, 0, BY_HAND "%s/then.yaml", tool.dir);
	tool_remove(&tool);
}

/* Approved for a time, approved for that time. */
static const struct {
	const char *times;
	int code;
	const char *why;
} doors[] = {
	{"", 4, "for ever"},
	{"expires: 2098-01-02T00:00:00Z\n", 4, "a day longer"},
	{"effective: 2098-01-02T00:00:00Z\n", 4, "behind it"},
	{"expires: 2098-01-01T00:00:00Z\n", 0, "as long"},
	{"effective: 2097-01-01T00:00:00Z\nexpires: 2097-01-02T00:00:00Z\n", 0,
		"inside it"},
};

static void
approved_for_a_time_is_judged_behind_it(void **state)
{
	char more[256], id[2] = "a";
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 1\n");
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: exact\n"
		"expires: 2098-01-01T00:00:00Z\ntargets: [t.me]\n");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "approve 1 --reason meant");
	for (size_t i = 0; i < sizeof doors / sizeof *doors; i++, id[0]++) {
		snprintf(more, sizeof more,
			"action: block\nscope: exact\n%stargets: [t.me]\n",
			doors[i].times);
		sign_order(&tool, id, "k", id, more);
		if (tool_run(&tool, BY_HAND "%s/%s.yaml", tool.dir, id) !=
			doors[i].code)
			fail_msg("%s: %s%s", doors[i].why, tool.out, tool.err);
	}
	tool_remove(&tool);
}

/* A name in it that was lifted is a hole, by whichever target it came. */
static void
approved_with_a_hole_is_judged(void **state)
{
	static const char subtree[] =
		"action: block\nscope: subtree\ntargets: [isp.example%s]\n";
	struct tool tool;
	char more[256];

	(void)state;
	guard_begin(&tool, "approvals: 1\n");
	snprintf(more, sizeof more, subtree, ", www.isp.example");
	sign_order(&tool, "1", "k", "1", more);
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "approve 1 --reason meant");
	snprintf(more, sizeof more, subtree, "");
	sign_order(&tool, "2", "k", "2", more);
	tool_expect(&tool, 0, BY_HAND "%s/2.yaml -n", tool.dir);
	sign_order(&tool, "L", "k", "L",
		"action: lift\nlifts: 1\ntargets: [www.isp.example]\n");
	tool_expect(&tool, 0, BY_HAND "%s/L.yaml", tool.dir);
	tool_expect(&tool, 4, BY_HAND "%s/2.yaml", tool.dir);
	tool_remove(&tool);
}

/* `protected:` means a domain, not its name alone. */
static void
protects_what_lies_below(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "[www.isp.example]");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "www.isp.example (exact) lies below "
				 "isp.example, which is protected: "
				 "`protected`, palang.yaml");
	guard_order(&tool, "2", "[wwwisp.example]");
	tool_expect(&tool, 0, BY_HAND "%s/2.yaml", tool.dir);
	tool_remove(&tool);
}

/* ---- trials ---- */

/* Guards look before its names are kept out of the cache. */
static void
guards_look_at_trials(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 1\n");
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: subtree\ntargets: [co.uk]\n");
	tool_expect(&tool, 2, BY_HAND "--shadow %s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "co.uk (subtree) is a public suffix");
	tool_expect(&tool, 0, "forecast");
	tool_expect_in(tool.out, "no order is on trial");
	assert_int_equal(tool_generation(&tool), 1);
	sign_order(&tool, "2", "k", "2",
		"action: block\nscope: subtree\ntargets: [google.com]\n");
	for (int dry = 1; dry >= 0; dry--) {
		tool_expect(&tool, 0, BY_HAND "--shadow %s/2.yaml%s", tool.dir,
			dry ? " -n" : "");
		tool_expect_in(tool.out, "on trial, 1 name; nothing is");
		tool_expect_in(tool.out, "google.com (subtree) is much asked");
	}
	tool_expect(&tool, 1, "held");
	tool_remove(&tool);
}

/* Deadlines count, and keys are judged, from then on. */
static void
tried_then_held_came_when_tried(void **state)
{
	long long tried;
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 1\n");
	guard_order(&tool, "1", "[t.me]");
	tool_expect(&tool, 0, BY_HAND "--shadow %s/1.yaml", tool.dir);
	tried = guard_arrived_ms(&tool, "k:1");
	tool_expect(&tool, 4, "activate 1");
	tool_expect(&tool, 0, "approve 1 --reason meant");
	assert_true(guard_arrived_ms(&tool, "k:1") == tried);
	tool_expect(&tool, 0, "audit verify");
	tool_remove(&tool);
}

/* A name that means a trial and what is held, of two authorities, means
 * neither. */
static void
rejects_only_what_is_clear(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "[a.example]");
	tool_expect(&tool, 0, BY_HAND "--shadow %s/1.yaml", tool.dir);
	tool_expect(&tool, 4, "block t.me --scope exact --id 1");
	tool_expect(&tool, 2, "reject 1 --reason x");
	tool_expect_in(tool.err, "more than one authority has an order \"1\"");
	tool_expect(&tool, 0, "held");
	tool_expect(&tool, 0, "reject operator:1 --reason x");
	tool_expect(&tool, 1, "held");
	tool_expect(&tool, 1, "forecast k:1");
	tool_expect(&tool, 0, "reject 1 --reason x");
	tool_expect(&tool, 2, "forecast k:1");
	tool_expect(&tool, 2, "reject 1 --reason x");
	tool_expect_in(tool.err, "no order \"1\" is held, or on trial");
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
		cmocka_unit_test(rejected_is_gone),
		cmocka_unit_test(one_held_holds_all),
		cmocka_unit_test(refuses_suffixes),
		cmocka_unit_test(holds_by_size),
		cmocka_unit_test(check_tells_what_would_be_held),
		cmocka_unit_test(counts_all_names_to_come),
		cmocka_unit_test(approved_for_a_time_is_judged_behind_it),
		cmocka_unit_test(approved_with_a_hole_is_judged),
		cmocka_unit_test(protects_what_lies_below),
		cmocka_unit_test(guards_look_at_trials),
		cmocka_unit_test(tried_then_held_came_when_tried),
		cmocka_unit_test(rejects_only_what_is_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
