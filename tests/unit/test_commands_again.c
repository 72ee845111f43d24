/* Between what an approver signed and what comes into force. */
#include "guard_util.h"

#include <sched.h>
#include <sys/wait.h>
#include <time.h>

static void
approves_only_what_the_text_names(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_hold(&tool, "1", "[t.me, shop.example]");
	guard_sign_approval(&tool, "1", "meant", "budi", "budi");
	guard_change(&tool, "\\[isp.example\\]", "[isp.example, shop.example]");
	tool_expect(&tool, 4,
		"approve 1 --reason meant --signature %s/approval.minisig",
		tool.dir);
	tool_expect_in(tool.out, "the guards find what was not approved:\n"
				 "  shop.example (exact) is protected");
	tool_expect_in(tool.out, "count no more");
	tool_expect_in(tool.out, "k:1: held, nothing of it is in force");
	tool_expect_in(tool.out, "0 of 1 approval");
	guard_expect_blocked(&tool, "t.me", false);
	tool_expect(&tool, 0, "held --json");
	tool_expect_in(tool.out, "\"counts\": false");
	tool_expect_in(tool.out, "shop.example (exact) is protected");
	/* the same signature is of another text now */
	tool_expect(&tool, 2,
		"approve 1 --reason meant --signature %s/approval.minisig",
		tool.dir);
	tool_expect(&tool, 0, "audit verify");
	guard_approve(&tool, "1", "budi", 0);
	guard_expect_blocked(&tool, "shop.example", true);
	tool_expect(&tool, 0, "audit verify");
	tool_remove(&tool);
}

/* What is found no more needs nobody's word. */
static void
approves_with_less_found(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_hold(&tool, "1", "[t.me, isp.example]");
	guard_change(&tool, "\\[isp.example\\]", "[]");
	guard_approve(&tool, "1", "budi", 0);
	guard_expect_blocked(&tool, "isp.example", true);
	tool_remove(&tool);
}

static void
asks_alone_once_more(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 1\n");
	tool_expect(&tool, 4, "block t.me shop.example --scope exact --id 1");
	guard_change(&tool, "\\[isp.example\\]", "[shop.example]");
	tool_expect(&tool, 4, "approve 1 --reason meant");
	tool_expect(&tool, 0, "approve 1 --reason meant");
	guard_expect_blocked(&tool, "shop.example", true);
	tool_expect(&tool, 0, "audit verify");
	tool_remove(&tool);
}

static void
earlier_approvals_count_no_more(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 3\n");
	guard_hold(&tool, "1", "[t.me, shop.example]");
	guard_approve(&tool, "1", "budi", 4);
	tool_expect_in(tool.out, "until 1 more approves");
	guard_change(&tool, "\\[isp.example\\]", "[shop.example]");
	guard_approve(&tool, "1", "ani", 4);
	tool_expect_in(tool.out, "0 of 2 approvals");
	guard_approve(&tool, "1", "ani", 4);
	tool_expect_in(tool.out, "until 1 more approves");
	guard_approve(&tool, "1", "ani", 2);
	tool_expect_in(tool.err, "ani has approved it already");
	guard_approve(&tool, "1", "budi", 0);
	guard_expect_blocked(&tool, "t.me", true);
	tool_expect(&tool, 0, "audit verify");
	tool_remove(&tool);
}

/* A key that was taken out may be in anybody's hands. */
static void
key_that_went_counts_no_more(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 3\n");
	guard_hold(&tool, "1", "[t.me]");
	guard_approve(&tool, "1", "budi", 4);
	guard_change(&tool, "file: budi.pub", "file: stranger.pub");
	tool_expect(&tool, 0, "held");
	tool_expect_in(tool.out, "0 of 2 approvals");
	guard_approve(&tool, "1", "ani", 4);
	tool_expect_in(tool.out, "until 1 more approves");
	guard_sign_approval(&tool, "1", "meant", "budi", "stranger");
	tool_expect(&tool, 0,
		"approve 1 --reason meant --signature %s/approval.minisig",
		tool.dir);
	tool_remove(&tool);
}

/* A configuration counts in seconds. */
static void
await_next_second(void)
{
	time_t begun = time(NULL);

	while (time(NULL) == begun)
		sched_yield();
}

/* Nor does one that has run out: it may be lost, and is judged anew. */
static void
key_that_is_retired_counts_no_more(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 3\n");
	guard_hold(&tool, "1", "[t.me]");
	guard_approve(&tool, "1", "budi", 4);
	await_next_second();
	sign_shell(&tool, "sed -i \"s/{file: budi.pub}/{file: budi.pub, "
			  "not-after: $(date -u +%%FT%%TZ)}/\" palang.yaml; "
			  "grep -q not-after palang.yaml");
	guard_sign_approval(&tool, "1", "meant", "budi", "budi");
	tool_expect(&tool, 2,
		"approve 1 --reason meant --signature %s/approval.minisig",
		tool.dir);
	tool_expect(&tool, 0, "held");
	tool_expect_in(tool.out, "0 of 2 approvals");
	guard_approve(&tool, "1", "ani", 4);
	guard_expect_blocked(&tool, "t.me", false);
	tool_remove(&tool);
}

static void
put_in_force_once(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_hold(&tool, "1", "[t.me]");
	guard_approve(&tool, "1", "budi", 0);
	for (int i = 0; i < 2; i++)
		tool_expect(&tool, 2,
			"%s 1 --reason meant --signature %s/approval.minisig",
			"approve", tool.dir);
	tool_expect_in(tool.err, "no order \"1\" is held");
	tool_expect(&tool, 2, "reject 1 --reason no");
	guard_expect_blocked(&tool, "t.me", true);
	tool_remove(&tool);
}

/* One of both is first, and the other finds nothing that is held. */
static void
approved_or_rejected_never_both(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "approvals: 1\n");
	for (int i = 0; i < 5; i++) {
		bool blocked;
		int status;
		pid_t child;

		tool_expect(&tool, 4,
			"block t%d.google.com --scope exact "
			"--id %d",
			i, i);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			_exit(tool_run(&tool, "reject %d --reason no", i));
		blocked = tool_run(&tool, "approve %d --reason yes", i) == 0;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), blocked ? 2 : 0);
		tool_expect(&tool, blocked ? 0 : 1, "why t%d.google.com", i);
	}
	tool_expect(&tool, 0, "audit verify");
	tool_remove(&tool);
}

/* The order that it replaces is lifted meanwhile: lifts of that one do not
 * bind this. */
static void
replaces_what_was_lifted(void **state)
{
	struct tool tool;

	(void)state;
	guard_begin(&tool, "");
	guard_order(&tool, "old", "[a.example]");
	tool_expect(&tool, 0, BY_HAND "%s/old.yaml", tool.dir);
	guard_hold(&tool, "1", "[t.me]\nreplaces: old");
	sign_order(&tool, "l", "k", "l", "action: lift\nlifts: old\n");
	tool_expect(&tool, 0, BY_HAND "%s/l.yaml", tool.dir);
	guard_approve(&tool, "1", "budi", 0);
	guard_expect_blocked(&tool, "t.me", true);
	guard_expect_blocked(&tool, "a.example", false);
	tool_remove(&tool);
}

static void
replaced_by_another(struct tool *tool)
{
	guard_order(tool, "r", "[b.example]\nreplaces: old");
	tool_expect(tool, 0, BY_HAND "%s/r.yaml", tool->dir);
}

static void
authority_went(struct tool *tool)
{
	guard_change(tool, "  k: {kind", "  kk: {kind");
}

/* What stands in the way when it is to come into force. */
static const struct {
	const char *targets;
	void (*meanwhile)(struct tool *tool);
	const char *why;
} late[] = {
	{"[t.me]\nreplaces: old", replaced_by_another,
		"replaces k:old, which k:r has replaced already"},
	{"[t.me]", authority_went, "authority \"k\" is not in"},
};

static void
stays_held_if_refused_meanwhile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof late / sizeof *late; i++) {
		struct tool tool;

		guard_begin(&tool, "");
		guard_order(&tool, "old", "[a.example]");
		tool_expect(&tool, 0, BY_HAND "%s/old.yaml", tool.dir);
		guard_hold(&tool, "1", late[i].targets);
		late[i].meanwhile(&tool);
		guard_approve(&tool, "1", "budi", 2);
		tool_expect_in(tool.err, late[i].why);
		tool_expect_in(tool.err, "k:1 stays held");
		tool_expect(&tool, 0, "held");
		tool_expect_in(tool.out, "k:1: held");
		tool_expect_in(tool.out, "0 of 1 approval");
		tool_expect(&tool, 0, "show k:1");
		tool_expect(&tool, 0, "list");
		tool_expect(&tool, 0, "audit verify");
		tool_expect(&tool, 0, "reject k:1 --reason late");
		tool_expect(&tool, 1, "held");
		tool_remove(&tool);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(approves_only_what_the_text_names),
		cmocka_unit_test(approves_with_less_found),
		cmocka_unit_test(asks_alone_once_more),
		cmocka_unit_test(earlier_approvals_count_no_more),
		cmocka_unit_test(key_that_went_counts_no_more),
		cmocka_unit_test(key_that_is_retired_counts_no_more),
		cmocka_unit_test(put_in_force_once),
		cmocka_unit_test(approved_or_rejected_never_both),
		cmocka_unit_test(replaces_what_was_lifted),
		cmocka_unit_test(stays_held_if_refused_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
