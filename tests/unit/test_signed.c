/* Signed orders, from files to the ledger. */
#include "sign_util.h"

#define BLOCK "action: block\nscope: exact\ntargets: [t.me]\n"
#define LIFT  "action: lift\nlifts: 1\n"

static void
takes_what_is_signed(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1", BLOCK);
	sign_file(&tool, "now", "1.yaml");
	tool_expect(&tool, 0, "check %s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "apply %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "/1.yaml: signed with key ");
	tool_expect_in(tool.out, " of k: of 1.yaml\n");
	assert_int_equal(tool_generation(&tool), 2);
	/* again, and by hand: it is the same order, and stays signed */
	tool_expect(&tool, 0, "apply %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "k:1: recorded already, nothing to do");
	assert_int_equal(tool_generation(&tool), 2);
	tool_expect(&tool, 0, "show 1");
	tool_expect_in(tool.out, "# signed with key ");
	tool_expect_in(tool.out, ": of 1.yaml\n");
	assert_null(strstr(tool.out, "transcribed"));
	tool_expect(&tool, 0, "show --json 1");
	tool_expect_in(tool.out, "\"comment\": \"of 1.yaml\"");
	tool_expect(&tool, 0, "list");
	tool_expect_in(tool.out, "  signed ");
	tool_expect(&tool, 0, "list --json");
	tool_expect_in(tool.out, "\"key\": \"");
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "  received  by ");
	tool_expect_in(tool.out, "  verified  by ");
	tool_expect_in(tool.out, ", comment: of 1.yaml\n");
	/* the pair comes out as it went in */
	tool_expect(&tool, 0, "show --signature 1");
	tool_write(&tool, "2.yaml.minisig", tool.out);
	tool_expect(&tool, 0, "show --received 1");
	tool_write(&tool, "2.yaml", tool.out);
	sign_shell(&tool, "cmp 1.yaml 2.yaml && cmp 1.yaml.minisig "
			  "2.yaml.minisig && minisign -Vm 2.yaml -p "
			  "keys/now.pub");
	tool_remove(&tool);
}

/* No file is beside standard input. */
static void
expect_stdin_unsigned(struct tool *tool)
{
	int saved = dup(STDIN_FILENO), file;
	char path[160];

	snprintf(path, sizeof path, "%s/1.yaml", tool->dir);
	file = open(path, O_RDONLY);
	dup2(file, STDIN_FILENO);
	tool_expect(tool, 2, "apply -");
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(file);
	tool_expect_in(tool->err, "standard input, --signature FILE names it");
}

static void
takes_legacy_and_named_signatures(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1", BLOCK);
	sign_shell(&tool, "minisign -S -l -s now.key -m 1.yaml -x elsewhere");
	tool_expect(&tool, 2, "apply %s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "needs its signature: ");
	tool_expect_in(tool.err, "/1.yaml.minisig");
	expect_stdin_unsigned(&tool);
	tool_expect(&tool, 2, "apply --signature %s/none %s/1.yaml", tool.dir,
		tool.dir);
	tool_expect_in(tool.err, "/none: No such file");
	tool_expect(&tool, 2, "apply --signature %s/elsewhere %s", tool.dir,
		tool.dir);
	tool_expect_in(tool.err, "is for one file");
	tool_expect(&tool, 0, "apply --signature %s/elsewhere %s/1.yaml",
		tool.dir, tool.dir);
	tool_remove(&tool);
}

/* Who orders, with whose key; and what is said. */
struct refusal {
	const char *authority, *key;
	const char *why;
};

static const struct refusal refusals[] = {
	{"k", "stranger", ", which is nobody's in "},
	{"k", "old", " of `k`, which is retired: it counted until 2020-01-01"},
	{"k", "next", " of `k`, which does not count before 2999-01-01"},
	{"k", "court", "an order of `k`, but the file is signed with key "},
	{"c", "now", " of `k`, whose signature counts for its own orders"},
	{"k", "approver", "the approver `budi`: approvers approve orders"},
	{"lone", "now", "an order of `lone`, but the file is signed"},
	{"operator", "now", "an order of `operator`, but the file is signed"},
	{"nobody", "now", "authority \"nobody\" is not in "},
};

static void
refuses_with_words_of_its_own(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		const struct refusal *c = &refusals[i];

		sign_order(&tool, "1", c->authority, "1", BLOCK);
		sign_file(&tool, c->key, "1.yaml");
		tool_expect(&tool, 2, "apply %s/1.yaml", tool.dir);
		tool_expect_in(tool.err, c->why);
		tool_expect(&tool, 2, "check %s/1.yaml", tool.dir);
		tool_expect_in(tool.err, c->why);
		/* by hand neither: what is there must hold */
		tool_expect(&tool, 2,
			"apply --transcribed --source x %s/1.yaml", tool.dir);
		tool_expect_in(tool.err, c->why);
	}
	assert_int_equal(tool_generation(&tool), 1);
	tool_remove(&tool);
}

/* What nobody known has signed is not parsed, whatever it holds. */
static void
reads_nothing_of_strangers(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "good", "k", "1", BLOCK);
	sign_file(&tool, "now", "good.yaml");
	tool_write(&tool, "bad.yaml", "&anchor [*: {");
	sign_file(&tool, "stranger", "bad.yaml");
	tool_expect(
		&tool, 2, "apply %s/good.yaml %s/bad.yaml", tool.dir, tool.dir);
	tool_expect_in(tool.err, "bad.yaml: error: not read, for its "
				 "signature is by key ");
	assert_null(strstr(tool.err, "bad.yaml:1"));
	tool_expect(&tool, 0, "list --all");
	assert_string_equal(tool.out, "");
	tool_remove(&tool);
}

static void
refuses_what_was_changed(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1", BLOCK);
	sign_file(&tool, "now", "1.yaml");
	sign_shell(&tool, "sed -i s/t.me/u.me/ 1.yaml");
	tool_expect(&tool, 2, "apply %s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "does not hold: it is not of these octets");
	/* the signature of another file */
	sign_order(&tool, "2", "k", "2", BLOCK);
	sign_file(&tool, "now", "2.yaml");
	sign_shell(&tool, "cp 2.yaml.minisig 1.yaml.minisig");
	tool_expect(&tool, 2, "apply %s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "does not hold: it is not of these octets");
	/* its comment */
	sign_shell(&tool, "sed -i 's/of 2/of 3/' 2.yaml.minisig");
	tool_expect(&tool, 2, "apply %s/2.yaml", tool.dir);
	tool_expect_in(tool.err, "has another comment than was signed");
	/* none at all */
	tool_write(&tool, "2.yaml.minisig", "");
	tool_expect(&tool, 2, "apply %s/2.yaml", tool.dir);
	tool_expect_in(tool.err, "less than four lines");
	tool_write(&tool, "2.yaml.minisig", "\x1b[2J\n\n\n\n");
	tool_expect(&tool, 2, "apply %s/2.yaml", tool.dir);
	assert_null(strchr(tool.err, '\x1b'));
	/* a link is none, be it the order or the signature */
	sign_shell(&tool, "rm 2.yaml.minisig && ln -s x 2.yaml.minisig && "
			  "ln -s 1.yaml 3.yaml");
	tool_expect(&tool, 2, "apply %s/2.yaml", tool.dir);
	tool_expect_in(tool.err, "2.yaml.minisig is a symbolic link");
	tool_expect(&tool, 2, "apply %s/3.yaml", tool.dir);
	tool_expect_in(tool.err, "3.yaml is a symbolic link");
	sign_shell(&tool, "rm 2.yaml.minisig && mkdir 2.yaml.minisig");
	tool_expect(&tool, 2, "apply %s/2.yaml", tool.dir);
	tool_expect_in(tool.err, "2.yaml.minisig: Is a directory");
	assert_int_equal(tool_generation(&tool), 1);
	tool_remove(&tool);
}

/* One that is not of this authority spoils the file it stands in. */
static void
holds_every_document_to_the_key(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1", BLOCK);
	sign_order(&tool, "2", "c", "1", BLOCK);
	sign_shell(&tool, "{ cat 1.yaml; echo ---; cat 2.yaml; } >both.yaml");
	sign_file(&tool, "now", "both.yaml");
	tool_expect(&tool, 2, "apply %s/both.yaml", tool.dir);
	tool_expect_in(tool.err, "both.yaml:9:1: error: an order of `c`, but "
				 "the file is signed with key ");
	/* k may lift for nobody else either, though it signs for itself */
	sign_order(&tool, "3", "k", "3", "action: lift\nlifts: c:1\n");
	sign_file(&tool, "now", "3.yaml");
	tool_expect(&tool, 2, "apply %s/3.yaml", tool.dir);
	tool_expect_in(tool.err, "k may not lift c:1");
	tool_remove(&tool);
}

/* The same file under another name is the same order; another file with its
 * identity is refused, however well it is signed. */
static void
cannot_be_replayed(void **state)
{
	struct tool tool;
	uint64_t generation;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1", BLOCK);
	sign_file(&tool, "now", "1.yaml");
	tool_expect(&tool, 0, "apply %s/1.yaml", tool.dir);
	sign_order(&tool, "lift", "k", "2", LIFT);
	sign_file(&tool, "now", "lift.yaml");
	tool_expect(&tool, 0, "apply %s/lift.yaml", tool.dir);
	generation = tool_generation(&tool);
	sign_shell(&tool, "cp 1.yaml 9.yaml && cp 1.yaml.minisig "
			  "9.yaml.minisig");
	tool_expect(&tool, 0, "apply %s/9.yaml", tool.dir);
	tool_expect_in(tool.out, "recorded already, nothing to do");
	tool_expect(&tool, 1, "why t.me");
	assert_int_equal(tool_generation(&tool), generation);
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: subtree\ntargets: [t.me]\n");
	sign_file(&tool, "now", "1.yaml");
	tool_expect(&tool, 2, "apply %s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "is recorded already, and says something");
	assert_int_equal(tool_generation(&tool), generation);
	tool_remove(&tool);
}

static void
waits_for_the_block_of_a_lift(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1", BLOCK);
	sign_order(&tool, "2", "k", "2", LIFT);
	sign_file(&tool, "now", "1.yaml");
	sign_file(&tool, "now", "2.yaml");
	tool_expect(&tool, 0, "apply %s/2.yaml", tool.dir);
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "k:2 waits for k:1");
	tool_expect(&tool, 0, "apply %s/1.yaml", tool.dir);
	tool_expect(&tool, 1, "why t.me");
	tool_remove(&tool);
}

/* Keys are judged when an order comes: what was recorded stays so. */
static void
outlives_its_key(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1", BLOCK);
	sign_order(&tool, "2", "k", "2", BLOCK);
	sign_file(&tool, "now", "1.yaml");
	sign_file(&tool, "now", "2.yaml");
	tool_expect(&tool, 0, "apply %s/1.yaml", tool.dir);
	sign_shell(&tool, "sed -i 's/now.pub, .*}/now.pub, not-after: "
			  "2021-01-01T00:00:00Z}/' palang.yaml");
	tool_expect(&tool, 0, "apply %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "recorded already, nothing to do");
	tool_expect(&tool, 0, "why t.me");
	tool_expect(&tool, 2, "apply %s/2.yaml", tool.dir);
	tool_expect_in(tool.err, "is retired");
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "`k` has no key that counts now");
	tool_remove(&tool);
}

static void
takes_letters_of_one_that_also_signs(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "t", "1", BLOCK);
	tool_expect(&tool, 2, "apply %s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "--transcribed --source");
	tool_expect(
		&tool, 0, "apply --transcribed --source x %s/1.yaml", tool.dir);
	sign_order(&tool, "2", "t", "2", LIFT);
	sign_file(&tool, "hand", "2.yaml");
	tool_expect(&tool, 0, "apply %s/2.yaml", tool.dir);
	tool_expect(&tool, 0, "list --all");
	tool_expect_in(tool.out, "  transcribed\n");
	tool_expect_in(tool.out, "  signed ");
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "1 signed, 1 transcribed; "
				 "`signature: transcribed` for t\n");
	tool_expect_in(tool.out, "approvals: 2 people behind a held order; "
				 "approvers: budi\n");
	sign_shell(&tool, "echo 'approvals: 1' >>palang.yaml");
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "approvals: 1, so that who applies");
	tool_expect(&tool, 0, "status --json");
	tool_expect_in(tool.out, "\"approvals\": 1,");
	tool_expect_in(tool.out, "\"transcribed\": 1,");
	tool_remove(&tool);
}

/* What is not signed is checked all the same, and what it lacks is said. */
static void
checks_what_is_to_be_signed(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1", BLOCK);
	tool_expect(&tool, 0, "check %s/1.yaml", tool.dir);
	tool_expect_in(tool.err, "warning: not signed yet");
	tool_expect(&tool, 2, "block x.example --scope exact --authority k");
	tool_expect_in(tool.err, "orders of `k` are signed by it");
	tool_remove(&tool);
}

static void
shows_keys(void **state)
{
	struct tool tool;
	char want[256];
	size_t len;
	char *hex;

	(void)state;
	sign_create(&tool, "");
	tool_expect(&tool, 0, "key show");
	tool_expect_in(tool.out, "  authority k, valid, from 2020-01-01T00:00:"
				 "00Z\n    key          RW");
	tool_expect_in(tool.out,
		"  authority k, retired, until 2020-01-01T00:00:00Z\n");
	tool_expect_in(tool.out, "  authority k, not yet valid, from 2999-");
	tool_expect_in(tool.out, "  approver budi, valid\n");
	/* as anybody can make it of the file */
	sign_shell(&tool, "tail -n 1 keys/now.pub | tr -d '\\n' | sha256sum | "
			  "cut -c 1-40 | tr -d '\\n' >hex");
	snprintf(want, sizeof want, "%s/hex", tool.dir);
	assert_int_equal(file_read(want, 64, 0, &hex, &len), 0);
	tool_expect(&tool, 0, "key show --json %s/keys/now.pub", tool.dir);
	snprintf(want, sizeof want, "\"fingerprint\": \"%s\"", hex);
	tool_expect_in(tool.out, want);
	tool_expect_in(tool.out, "\"authority\": \"k\"");
	free(hex);
	tool_expect(&tool, 0, "key show %s/keys/stranger.pub", tool.dir);
	tool_expect_in(tool.out, "/keys/stranger.pub: nobody's here\n");
	tool_expect(&tool, 2, "key show %s/now.key", tool.dir);
	tool_expect_in(tool.err, "/now.key is no public key of minisign");
	tool_remove(&tool);
}

static void
checks_who_signed(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1", BLOCK);
	tool_expect(&tool, 1, "key check %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "/1.yaml: its signature is not there\n");
	sign_file(&tool, "now", "1.yaml");
	tool_expect(&tool, 0, "key check %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, " of authority k\n    trusted comment: of "
				 "1.yaml\n");
	tool_expect(&tool, 0, "key check --json %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "\"counts\": true");
	/* verified, but not to be acted upon */
	sign_file(&tool, "old", "1.yaml");
	tool_expect(&tool, 1, "key check %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "is retired");
	tool_expect_in(tool.out, "    trusted comment: of 1.yaml\n");
	/* what is not verified is not shown */
	sign_file(&tool, "stranger", "1.yaml");
	tool_expect(&tool, 1, "key check %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "which is nobody's in ");
	assert_null(strstr(tool.out, "trusted comment"));
	sign_file(&tool, "now", "1.yaml");
	sign_shell(&tool, "echo >>1.yaml");
	tool_expect(&tool, 1, "key check --json %s/1.yaml", tool.dir);
	tool_expect_in(tool.out, "\"verified\": false");
	tool_expect(&tool, 2, "key check %s/none", tool.dir);
	tool_remove(&tool);
}

struct power {
	const char *may;
	const char *order;
	const char *why; /* NULL: taken */
};

#define SUBTREE "action: block\nscope: subtree\ntargets: [t.me]\n"

static const struct power powers[] = {
	{"actions: [lift]", BLOCK, ":1:1: error: `action: block` is not"},
	{"actions: [lift]", LIFT, NULL},
	{"actions: [block]", LIFT, "`action: lift` is not what `k` may order"},
	{"scopes: [exact]", BLOCK, NULL},
	{"scopes: [exact]", SUBTREE, ":7:11: error: `scope: subtree` is not"},
	/* an exception opens: nothing says how wide */
	{"scopes: [subtree]",
		"action: block\ntargets: [{name: t.me, scope: subtree, except: "
		"[{name: a.t.me, scope: exact}]}]\n",
		NULL},
	{"answers: [refused]", BLOCK "answer: refused\n", NULL},
	{"answers: [refused]", BLOCK "answer: nodata\n", "`answer: nodata` is"},
	{"answers: [refused]", BLOCK,
		"`answer: sinkhole`, the default, is not"},
	{"answers: [sinkhole]", BLOCK, NULL},
	/* what a lift lifts was judged when it came */
	{"scopes: [subtree], answers: [refused]", LIFT, NULL},
};

static void
keeps_to_what_it_may(void **state)
{
	struct tool tool;

	(void)state;
	for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
		const struct power *c = &powers[i];
		char may[128];

		snprintf(may, sizeof may, "    may: {%s}\n", c->may);
		sign_create(&tool, may);
		sign_order(&tool, "1", "k", "7", c->order);
		sign_file(&tool, "now", "1.yaml");
		tool_expect(&tool, c->why == NULL ? 0 : 2, "apply %s/1.yaml",
			tool.dir);
		if (c->why != NULL)
			tool_expect_in(tool.err, c->why);
		tool_remove(&tool);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_signed),
		cmocka_unit_test(takes_legacy_and_named_signatures),
		cmocka_unit_test(refuses_with_words_of_its_own),
		cmocka_unit_test(reads_nothing_of_strangers),
		cmocka_unit_test(refuses_what_was_changed),
		cmocka_unit_test(holds_every_document_to_the_key),
		cmocka_unit_test(cannot_be_replayed),
		cmocka_unit_test(waits_for_the_block_of_a_lift),
		cmocka_unit_test(outlives_its_key),
		cmocka_unit_test(takes_letters_of_one_that_also_signs),
		cmocka_unit_test(checks_what_is_to_be_signed),
		cmocka_unit_test(keeps_to_what_it_may),
		cmocka_unit_test(shows_keys),
		cmocka_unit_test(checks_who_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
