/* Whose word lets which order through, and that it is that order. */
#include "guard_util.h"
#include "ledger_util.h"

#include "hold.h"

#define WITH_SIGNATURE                                                         \
	"approve %s --reason meant --signature %s/approval.minisig"

/* ---- what goes in force is what was approved ---- */

#define OTHER "(SELECT file FROM batch_files WHERE batch = 2)"
#define KEPT  "INSERT INTO batch_files SELECT * FROM t; DROP TABLE t"

/* The files of a batch, changed behind its digests. */
static const struct {
	const char *change, *back;
	int shown; /* the exit code of `show` */
} swapped[] = {
	/* another order in place of it */
	{"CREATE TABLE t AS SELECT * FROM batch_files WHERE batch = 1; "
	 "UPDATE batch_files SET file = " OTHER " WHERE batch = 1",
		"DELETE FROM batch_files WHERE batch = 1; " KEPT, 2},
	/* another order beside it */
	{"CREATE TABLE t AS SELECT * FROM batch_files WHERE batch = 1; "
	 "INSERT INTO batch_files (batch, position, file, name) "
	 "VALUES (1, 1, " OTHER ", 'x')",
		"DELETE FROM batch_files WHERE batch = 1; " KEPT, 0},
	/* nothing at all */
	{"CREATE TABLE t AS SELECT * FROM batch_files WHERE batch = 1; "
	 "DELETE FROM batch_files WHERE batch = 1",
		KEPT, 2},
};

/* However it is shown: nothing is shown that did not come. */
static void
expect_shown(struct tool *tool, int code)
{
	static const char *const as[] = {"", " --received", " --json"};

	for (size_t i = 0; i < sizeof as / sizeof *as; i++) {
		tool_expect(tool, code, "show 1%s", as[i]);
		if (code == 0)
			continue;
		assert_string_equal(tool->out, "");
		tool_expect_in(tool->err, "k:1 are not those that came");
	}
}

static void
puts_in_force_what_is_approved(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_hold(&tool, "1", "[t.me]");
	guard_hold(&tool, "2", "[isp.example]");
	tool_expect(&tool, 0, "reject 2 --reason no");
	guard_sign_approval(&tool, "1", "meant", "budi", "budi");
	for (size_t i = 0; i < sizeof swapped / sizeof *swapped; i++) {
		ledger_change(&tool, swapped[i].change);
		tool_expect(&tool, 2, WITH_SIGNATURE, "1", tool.dir);
		tool_expect_in(tool.err, "k:1 are not those that came");
		tool_expect_in(tool.err, "palang audit verify");
		expect_shown(&tool, swapped[i].shown);
		guard_expect_blocked(&tool, "t.me", false);
		guard_expect_blocked(&tool, "isp.example", false);
		ledger_change(&tool, swapped[i].back);
	}
	tool_expect(&tool, 0, WITH_SIGNATURE, "1", tool.dir);
	guard_expect_blocked(&tool, "t.me", true);
	tool_remove(&tool);
}

static void
activates_what_was_tried(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "[a.example]");
	tool_expect(&tool, 0,
		"apply --shadow --transcribed --source x "
		"%s/1.yaml",
		tool.dir);
	guard_hold(&tool, "3", "[c.example, isp.example]");
	tool_expect(&tool, 0, "reject 3 --reason no");
	/* beside it, what nobody tried */
	ledger_change(&tool,
		"INSERT INTO batch_files (batch, position, file, name) "
		"VALUES (1, 1, " OTHER ", 'x')");
	tool_expect(&tool, 2, "activate k:1");
	tool_expect_in(tool.err, "k:1 are not those that came");
	guard_expect_blocked(&tool, "a.example", false);
	ledger_change(&tool,
		"DELETE FROM batch_files WHERE batch = 1 AND position = 1");
	tool_expect(&tool, 0, "activate k:1");
	guard_expect_blocked(&tool, "a.example", true);
	tool_remove(&tool);
}

/* What was rejected and comes again is another batch: yesterday's signature is
 * not of it. */
static void
takes_no_approval_twice(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_hold(&tool, "1", "[t.me]");
	guard_sign_approval(&tool, "1", "meant", "budi", "budi");
	tool_expect(&tool, 0, "reject 1 --reason 'they took it back'");
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect(&tool, 2, WITH_SIGNATURE, "1", tool.dir);
	tool_expect_in(tool.err, "what is to be signed is what --print");
	guard_expect_blocked(&tool, "t.me", false);
	guard_approve(&tool, "1", "budi", 0);
	tool_remove(&tool);
}

/* ---- how many people ---- */

static const struct {
	const char *who, *way, *is;
} appliers[] = {
	{"budi", "apply", "a person"},
	{"budi (sudo)", "apply", "a person"},
	{"root", "apply", "root without sudo"},
	/* there is no name for it in a container */
	{"uid 0", "apply", "root without sudo"},
	/* out of habit, in a shell of root */
	{"root (sudo)", "apply", "sudo by root"},
	/* sudo -u palang, or its cron job */
	{"palang", "apply", "the account of the service"},
	{"palang (sudo)", "block", "the account of the service"},
	{"palang", "inbox", "the inbox"},
	/* people whose names begin so */
	{"rooth", "apply", "a person"},
	{"palang2", "apply", "a person"},
};

static void
knows_who_is_nobody(void **state)
{
	struct config config = {.approvals = 2, .user = (char *)"palang"};

	(void)state;
	for (size_t i = 0; i < sizeof appliers / sizeof *appliers; i++) {
		const struct batch batch = {
			.who = (char *)(uintptr_t)appliers[i].who,
			.way = (char *)(uintptr_t)appliers[i].way};
		const char *nobody = hold_nobody(&config, &batch);

		assert_int_equal(
			hold_needed(&config, &batch), nobody == NULL ? 1 : 2);
		assert_string_equal(
			nobody == NULL ? "a person" : nobody, appliers[i].is);
	}
	/* no other account than who runs the command */
	config.user = (char *)"";
	assert_null(hold_nobody(
		&config, &(struct batch){.who = "palang", .way = "apply"}));
}

/* Who applied it counts as one of two only where it is somebody. */
static void
nobody_in_particular_is_no_person(void **state)
{
	static const char *const nobody[] = {"UPDATE batches SET who = 'root'",
		"UPDATE batches SET who = 'root (sudo)'",
		"UPDATE batches SET who = 'palang', way = 'inbox'"};

	(void)state;
	for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) {
		struct tool tool;

		guard_begin(&tool, "");
		guard_hold(&tool, "1", "[t.me]");
		sign_shell(&tool, "cp -r state kept");
		ledger_change(&tool, nobody[i]);
		tool_expect(&tool, 0, "held");
		tool_expect_in(tool.out, "0 of 2 approvals");
		tool_expect_in(tool.out, "it takes 2 approvers");
		guard_approve(&tool, "1", "budi", 4);
		guard_expect_blocked(&tool, "t.me", false);
		guard_approve(&tool, "1", "ani", 0);
		guard_expect_blocked(&tool, "t.me", true);
		/* nobody can say that it came so */
		tool_expect(&tool, 1, "audit verify");
		tool_expect_in(tool.out, "batches 1: was changed by another");
		sign_shell(&tool, "rm -r state && mv kept state");
		tool_remove(&tool);
	}
}

/* Fewer are asked for than were when they gave theirs. */
static void
enough_are_enough_later(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 3\n");
	guard_hold(&tool, "1", "[t.me]");
	guard_approve(&tool, "1", "budi", 4);
	guard_approve(&tool, "1", "budi", 2);
	tool_expect_in(tool.err, "it takes 1 more");
	guard_change(&tool, "approvals: 3", "approvals: 2");
	tool_expect(&tool, 0, "held");
	tool_expect_in(tool.out, "1 of 1 approval");
	tool_expect_in(tool.out, "by approving once more");
	tool_expect(&tool, 0, "held --json");
	tool_expect_in(tool.out, "\"needed\": 1");
	guard_approve(&tool, "1", "budi", 0);
	guard_expect_blocked(&tool, "t.me", true);
	tool_remove(&tool);
}

/* Whoever is found to have applied it stands behind it once. */
static void
an_applier_counts_once(void **state)
{
	char to[80];
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 3\n");
	guard_hold(&tool, "1", "[t.me]");
	guard_approve(&tool, "1", "budi", 4);
	guard_change(&tool, "  me: {user: [^,]*,", "  me: {user: someone,");
	snprintf(to, sizeof to, "user: %s,", guard_user());
	guard_change(&tool, "user: budi,", to);
	tool_expect(&tool, 0, "held");
	tool_expect_in(tool.out, "0 of 2 approvals");
	guard_approve(&tool, "1", "ani", 4);
	tool_remove(&tool);
}

/* ---- what changes meanwhile ---- */

/* Another order of its authority ends: fewer names than were counted when it
 * was signed are no news. */
static void
a_smaller_sum_is_no_news(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "[a.example, b.example, c.example]");
	tool_expect(&tool, 0, BY_HAND "%s/1.yaml", tool.dir);
	guard_order(&tool, "2", "[d.example, e.example]");
	tool_expect(&tool, 0, BY_HAND "%s/2.yaml", tool.dir);
	guard_hold(&tool, "3", "[f.example, g.example, h.example]");
	guard_sign_approval(&tool, "3", "meant", "budi", "budi");
	sign_order(&tool, "l", "k", "l",
		"action: lift\nlifts: '2'\ntargets: [e.example]\n");
	tool_expect(&tool, 0, BY_HAND "%s/l.yaml", tool.dir);
	tool_expect(&tool, 0, WITH_SIGNATURE, "3", tool.dir);
	guard_expect_blocked(&tool, "f.example", true);
	tool_remove(&tool);
}

/* ---- words ---- */

/* What comes into force with its lift is held no more. */
static void
says_held_of_what_waits_alone(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "[t.me, a.example]");
	sign_order(&tool, "l", "k", "l",
		"action: lift\nlifts: '1'\ntargets: [a.example]\n");
	tool_expect(
		&tool, 4, BY_HAND "%s/l.yaml %s/1.yaml", tool.dir, tool.dir);
	guard_hold(&tool, "2", "[google.com]");
	sign_order(&tool, "m", "k", "m", "action: lift\nlifts: '2'\n");
	tool_expect(&tool, 0, BY_HAND "%s/m.yaml", tool.dir);
	tool_expect_in(tool.err, "k:2 is held, and not in force");
	guard_approve(&tool, "1", "budi", 0);
	assert_null(strstr(tool.err, "is held"));
	guard_expect_blocked(&tool, "t.me", true);
	guard_expect_blocked(&tool, "a.example", false);
	tool_remove(&tool);
}

static void
tells_who_can(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_hold(&tool, "1", "[t.me]");
	/* before he signs */
	tool_expect(&tool, 2, "approve 1 --reason meant --print");
	tool_expect_in(tool.err, "applied it: somebody else approves");
	tool_expect(&tool, 2, "approve 1 --reason meant --print --as me");
	tool_expect_in(tool.err, "applied it: somebody else approves");
	guard_sign_approval(&tool, "1", "meant", "budi", "budi");
	sign_shell(&tool, "sed -i '/^approvers:/,$d' palang.yaml");
	tool_expect(&tool, 0, "held");
	tool_expect_in(tool.out, "nobody can approve it yet: add somebody");
	tool_expect(&tool, 2, "approve 1 --reason meant --print");
	tool_expect_in(tool.err, "there is no approver yet");
	tool_expect(&tool, 2, "approve 1 --reason meant");
	tool_expect_in(tool.err, "there is no approver yet");
	tool_expect(&tool, 2, WITH_SIGNATURE, "1", tool.dir);
	tool_expect_in(tool.err, "there is no approver yet");
	tool_remove(&tool);
}

/* What is held or rejected is no unknown. */
static void
tells_of_what_is_held(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_hold(&tool, "1", "[t.me]");
	guard_order(&tool, "2", "[a.example]");
	tool_expect(
		&tool, 2, BY_HAND "%s/1.yaml %s/2.yaml", tool.dir, tool.dir);
	tool_expect_in(tool.err, "k:1 is held (`palang held`); send what");
	guard_order(&tool, "2", "[a.example]\nreplaces: '1'");
	tool_expect(&tool, 2, BY_HAND "%s/2.yaml", tool.dir);
	tool_expect_in(tool.err, "replaces k:1, which is held");
	sign_order(&tool, "l", "k", "l", "action: lift\nlifts: '1'\n");
	tool_expect(&tool, 0, BY_HAND "-n %s/l.yaml", tool.dir);
	tool_expect_in(tool.err, "k:1 is held, and not in force");
	tool_expect(&tool, 0, "history k:1");
	tool_expect_in(tool.out, "held  k:1");
	guard_order(&tool, "1", "[b.example]");
	tool_expect(&tool, 2, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "`palang reject k:1 --reason \"...\"`");
	tool_expect(&tool, 0, "reject 1 --reason 'a typo'");
	tool_expect(&tool, 0, "history 1");
	tool_expect_in(tool.out, "rejected  k:1");
	tool_expect(&tool, 0, "show 1");
	tool_expect_in(tool.out, "# k:1: rejected, nothing of it is in force");
	tool_expect_in(tool.out, ": a typo\n");
	tool_remove(&tool);
}

/* The trial was of another document: it cannot go on beside this one. */
static void
another_document_ends_a_trial(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "1", "[a.example]");
	tool_expect(&tool, 0,
		"apply --shadow --transcribed --source x "
		"%s/1.yaml",
		tool.dir);
	guard_order(&tool, "1", "[b.example]");
	tool_expect(&tool, 0, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "k:1: its trial has ended");
	guard_expect_blocked(&tool, "b.example", true);
	tool_expect(&tool, 2, "forecast k:1");
	tool_expect(&tool, 0, "history k:1");
	tool_expect_in(tool.out, "another document of its id");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_in_force_what_is_approved),
		cmocka_unit_test(activates_what_was_tried),
		cmocka_unit_test(takes_no_approval_twice),
		cmocka_unit_test(knows_who_is_nobody),
		cmocka_unit_test(nobody_in_particular_is_no_person),
		cmocka_unit_test(enough_are_enough_later),
		cmocka_unit_test(an_applier_counts_once),
		cmocka_unit_test(a_smaller_sum_is_no_news),
		cmocka_unit_test(says_held_of_what_waits_alone),
		cmocka_unit_test(tells_who_can),
		cmocka_unit_test(tells_of_what_is_held),
		cmocka_unit_test(another_document_ends_a_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
