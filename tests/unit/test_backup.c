/* A backup and what becomes of it, also when it is damaged, changed, or put
 * back by a command that is killed. */
#include "kill_util.h"
#include "ledger.h"
#include "query.h"
#include "sign_util.h"
#include "verdict.h"

static bool
lists_block(const struct tool *tool, const char *text)
{
	struct verdict_source *source = NULL;
	struct pal_verdict verdict;
	char path[128], why[VERDICT_WHY_MAX];
	struct pal_name name;

	snprintf(path, sizeof path, "%s/live", tool->dir);
	if (verdict_open(&source, path, why) != 0)
		fail_msg("the lists are not whole: %s", why);
	assert_int_equal(pal_name_from_text(&name, text, strlen(text)), 0);
	verdict_judge(
		source, &name, PAL_TYPE_A, tool_now_ms() / 1000, &verdict);
	verdict_close(source);
	return verdict.action == PAL_BLOCK;
}

static void
puts_back_what_was(void **state)
{
	struct pal_manifest before, after;
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block one.example --scope exact --id 1");
	tool_expect(&tool, 0, "backup %s/b", tool.dir);
	sign_shell(&tool, "test $(stat -c %%a b) = 600 && "
			  "test -z \"$(ls state/spool | grep backup.db)\"");
	tool_expect(&tool, 2, "backup %s/b", tool.dir);
	tool_expect_in(tool.err, "/b is there already; --force");
	tool_expect(&tool, 0, "backup --force %s/b", tool.dir);
	tool_expect(&tool, 2, "backup %s/none/b", tool.dir);
	tool_expect(&tool, 0, "block two.example --scope exact --id 2");
	tool_manifest(&tool, &before);
	/* not over what is recorded, but by the word */
	tool_expect(&tool, 2, "restore %s/b", tool.dir);
	tool_expect_in(tool.err, "with something recorded; --force sets");
	assert_true(lists_block(&tool, "two.example"));
	tool_expect(&tool, 0, "restore --force %s/b", tool.dir);
	tool_expect_in(tool.out, "the one before is ");
	assert_true(lists_block(&tool, "one.example"));
	assert_false(lists_block(&tool, "two.example"));
	tool_manifest(&tool, &after);
	assert_memory_not_equal(before.epoch, after.epoch, PAL_EPOCH_SIZE);
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "restored");
	tool_expect(&tool, 0, "audit verify");
	/* nothing is lost: what was set aside is a ledger */
	sign_shell(&tool,
		"test $(ls state | grep -c before-restore) = 1 && "
		"mv state/ledger.db.before-restore-* state/ledger.db");
	tool_expect(&tool, 0, "publish");
	assert_true(lists_block(&tool, "two.example"));
	tool_remove(&tool);
}

static void
keeps_names_of_feeds(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "list", "one.example.net\nbase.example.net\n");
	tool_expect(&tool, 0, "feed add f --max-change 100%% --source %s/list",
		tool.dir);
	tool_expect(&tool, 0, "backup %s/b", tool.dir);
	tool_expect(&tool, 0, "backup --without-feeds %s/c", tool.dir);
	tool_expect(&tool, 0, "restore --print feeds/f-1.names %s/b", tool.dir);
	tool_expect(&tool, 2, "restore --print feeds/f-1.names %s/c", tool.dir);
	tool_write(&tool, "list", "two.example.net\nbase.example.net\n");
	tool_expect(&tool, 0, "feed refresh f");
	/* as on a machine that has nothing of it any more; and, in the place
	 * of one of its files, another */
	sign_shell(&tool, "rm live/lists/feed-*; rm state/feeds/*.names; "
			  "echo other >state/feeds/f-1.names");
	tool_expect(&tool, 0, "restore --force %s/b", tool.dir);
	assert_true(lists_block(&tool, "one.example.net"));
	assert_false(lists_block(&tool, "two.example.net"));
	assert_true(lists_block(&tool, "base.example.net"));
	sign_shell(&tool, "grep -qx other state/feeds/f-1.names.before-*");
	tool_remove(&tool);
}

/* Has the ledger open, with a log, until that file is there or a time is over,
 * which is shorter than the one that restore waits.  Exit code 0: it came. */
static pid_t
start_reader(const struct tool *tool, const char *name)
{
	const struct ledger_event event = {
		.at = tool_now_ms(), .what = "restored", .who = "test"};
	const struct timespec nap = {0, 5000000};
	char folder[128], path[160], open = 0;
	struct ledger *ledger = NULL;
	int64_t until = tool_now_ms() + 4000;
	bool seen = false;
	int gate[2];
	pid_t child;

	snprintf(folder, sizeof folder, "%s/state", tool->dir);
	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(pipe(gate), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (ledger_open(&ledger, folder) != 0 ||
			ledger_begin(ledger, true) != 0 ||
			ledger_add_event(ledger, &event) != 0 ||
			ledger_commit(ledger) != 0 ||
			write(gate[1], &open, 1) != 1)
			_exit(2);
		while (!seen && tool_now_ms() < until) {
			nanosleep(&nap, NULL);
			seen = access(path, F_OK) == 0;
		}
		ledger_close(ledger);
		_exit(!seen);
	}
	close(gate[1]);
	assert_int_equal(read(gate[0], &open, 1), 1);
	close(gate[0]);
	return child;
}

/* Whoever reads the old ledger is waited for behind all that takes time, right
 * before it goes: nobody can come in between. */
static void
waits_for_readers_last(void **state)
{
	struct tool tool;
	pid_t reader;
	int status;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "list", "one.example.net\nbase.example.net\n");
	tool_expect(&tool, 0, "feed add f --source %s/list", tool.dir);
	tool_expect(&tool, 0, "backup %s/b", tool.dir);
	sign_shell(&tool, "rm state/feeds/*.names");
	reader = start_reader(&tool, "feeds/f-1.names");
	tool_expect(&tool, 0, "restore --force %s/b", tool.dir);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(lists_block(&tool, "one.example.net"));
	tool_remove(&tool);
}

/* Configuration and keys are the operator's. */
static void
writes_what_is_missing(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	tool_expect(&tool, 0, "backup %s/b", tool.dir);
	sign_shell(&tool, "cp now.key keys/secret.pub && cp b b2 && "
			  "cp palang.yaml old.yaml && cp keys/now.pub now.pub");
	tool_expect(&tool, 0, "backup %s/secret", tool.dir);
	tool_expect(&tool, 2, "restore --print keys/secret.pub %s/secret",
		tool.dir);
	tool_expect_in(tool.err, "holds no keys/secret.pub");
	tool_expect(&tool, 0, "restore --print keys/now.pub %s/b", tool.dir);
	tool_expect_in(tool.out, "untrusted comment: ");
	/* a ledger in which nothing is recorded is no hindrance */
	sign_shell(&tool, "rm keys/now.pub palang.yaml");
	tool_expect(&tool, 0, "restore %s/b", tool.dir);
	tool_expect_in(tool.out, "/palang.yaml\n");
	sign_shell(&tool, "cmp palang.yaml old.yaml && cmp keys/now.pub "
			  "now.pub && echo '# mine' >>palang.yaml");
	/* whatever the backup says */
	sign_shell(&tool, "test $(stat -c %%a palang.yaml) = 640 && "
			  "test $(stat -c %%a keys/now.pub) = 640");
	sign_shell(&tool, "test -z \"$(ls state/spool/restore)\"");
	tool_expect(&tool, 0, "restore %s/b", tool.dir);
	tool_expect_in(tool.err, "palang.yaml is not that of the backup, and "
				 "stays as it is");
	sign_shell(&tool, "grep -q '# mine' palang.yaml");
	tool_remove(&tool);
}

/* In a process of its own, for it becomes another user; with a umask that lets
 * nobody in. */
static void
run_as_root(struct tool *tool, const char *line)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		umask(077);
		status = tool_run(tool, line, tool->dir);
		fprintf(stderr, "%s%s", tool->out, tool->err);
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* On a new machine, as documented: the user that the commands become can read
 * what was restored. */
static void
is_for_our_user_to_read(void **state)
{
	struct tool tool;

	(void)state;
	if (geteuid() != 0)
		skip();
	sign_create(&tool, "");
	sign_shell(&tool, "chmod 755 . && chown -R daemon: state live/lists && "
			  "sed -i 's/^user: .*/user: daemon/' palang.yaml && "
			  "cp palang.yaml all.yaml");
	run_as_root(&tool, "backup %s/b");
	sign_shell(&tool, "rm -rf state live keys && grep -E "
			  "'^(state-dir|live-dir|user|guards):' all.yaml "
			  ">palang.yaml");
	run_as_root(&tool, "init");
	run_as_root(&tool, "restore %s/b");
	sign_shell(&tool, "test \"$(stat -c '%%U:%%G %%a' keys)\" = "
			  "'root:daemon 750'");
	sign_shell(&tool, "test \"$(stat -c '%%U:%%G %%a' keys/now.pub)\" = "
			  "'root:daemon 640'");
	/* ... also where there is no configuration at all */
	sign_shell(&tool, "rm palang.yaml keys/now.pub");
	run_as_root(&tool, "restore --force %s/b");
	sign_shell(&tool, "test \"$(stat -c '%%U:%%G %%a' palang.yaml)\" = "
			  "'root:daemon 640'");
	run_as_root(&tool, "status");
	sign_shell(&tool, "sed -i 's/^user: .*/user: \"\"/' palang.yaml");
	tool_remove(&tool);
}

/* All that can be refused is, before anything is written; and no folder of a
 * machine without a configuration is touched either. */
static void
leaves_nothing_when_refused(void **state)
{
	static const struct {
		const char *title, *done, *line, *said;
	} cases[] = {
		{"a ledger is there", "true", "", "--force sets"},
		{"it was changed", "sed -i s/one.example/oxe.example/ b",
			"--force ", "CHANGED"},
		{"changed, and there is no configuration",
			"sed -i s/one.example/oxe.example/ b; rm palang.yaml",
			"--force ", "CHANGED"},
		{"cut short, and there is no configuration",
			"truncate -s -4096 b; rm palang.yaml", "--force ",
			"restore: "},
		{"no backup, and there is no configuration",
			"echo x >b; rm palang.yaml", "--force ", "restore: "},
		{"no state folder", "rm -rf state", "", "`palang init` makes"},
	};
	struct tool tool;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		sign_create(&tool, "");
		tool_expect(&tool, 0, "block one.example --scope exact --id 1");
		tool_expect(&tool, 0, "backup %s/b", tool.dir);
		sign_shell(&tool,
			"rm keys/now.pub; %s; "
			"ls palang.yaml keys state >before || true",
			cases[i].done);
		tool_expect(
			&tool, 2, "restore %s%s/b", cases[i].line, tool.dir);
		tool_expect_in(tool.err, cases[i].said);
		assert_string_equal(tool.out, "");
		sign_shell(&tool, "ls palang.yaml keys state >after || true; "
				  "cmp before after");
		sign_shell(&tool, "test -z \"$(ls state/spool/restore)\"");
		tool_remove(&tool);
	}
}

/* A file from elsewhere may have a schema that does things. */
static void
trusts_no_schema(void **state)
{
	static const enum database_mode modes[] = {
		DATABASE_READ, DATABASE_WRITE, DATABASE_CREATE};
	struct database *db = NULL;
	struct query query;
	struct tool tool;
	char path[128];

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "backup %s/b", tool.dir);
	snprintf(path, sizeof path, "%s/b", tool.dir);
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		assert_int_equal(database_open(&db, path, modes[i]), 0);
		query_open(&query, db, "PRAGMA trusted_schema");
		assert_true(query_step(&query));
		assert_int_equal(query_int(&query), 0);
		assert_int_equal(query_done(&query), 0);
		database_close(db);
	}
	tool_remove(&tool);
}

/* How a backup is spoilt, and what is said. */
static const char *const spoilt[][2] = {
	{"truncate -s 5000 b", "restore: "},
	{"printf x >b", "restore: "},
	{": >b", "restore: "},
	{"rm b", "No such file"},
	{"rm b && mkdir b", "restore: "},
	/* a ledger without files is one made by other means */
	{"cp state/ledger.db b", "restore: "},
	{"sed -i s/one.example/oxe.example/ b", "restore: "},
	{"LC_ALL=C sed -i s/block/blocc/ b", "restore: "},
};

static void
takes_nothing_spoilt(void **state)
{
	struct tool tool;

	(void)state;
	for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
		tool_create(&tool);
		tool_expect(&tool, 0, "block one.example --scope exact --id 1");
		tool_expect(&tool, 0, "backup %s/b", tool.dir);
		tool_expect(&tool, 0, "block two.example --scope exact --id 2");
		sign_shell(&tool, "%s", spoilt[i][0]);
		tool_expect(&tool, 2, "restore --force %s/b", tool.dir);
		tool_expect_in(tool.err, spoilt[i][1]);
		assert_int_equal(tool_generation(&tool), 3);
		tool_expect(&tool, 0, "audit verify");
		tool_expect(&tool, 0, "show 2");
		sign_shell(
			&tool, "test -z \"$(ls state | grep before-restore)\"");
		tool_remove(&tool);
	}
}

#define KILLS 40

static void
is_old_or_new_when_killed(void **state)
{
	struct kill_round round = {.count = KILLS};
	unsigned old = 0, new = 0;
	char line[128];
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block always.example --scope exact --id 0");
	tool_expect(&tool, 0, "block old.example --scope exact --id 1");
	tool_expect(&tool, 0, "backup %s/old", tool.dir);
	tool_expect(&tool, 0, "lift 1");
	tool_expect(&tool, 0, "block new.example --scope exact --id 2");
	tool_expect(&tool, 0, "backup %s/new", tool.dir);
	snprintf(line, sizeof line, "restore --force %s/old", tool.dir);
	round.took = kill_try(&tool, line);
	snprintf(line, sizeof line, "restore --force %s/new", tool.dir);
	for (; round.at < KILLS; round.at++) {
		bool is_new;

		kill_run(&tool, &round, line);
		assert_true(lists_block(&tool, "always.example"));
		assert_int_not_equal(lists_block(&tool, "old.example"),
			lists_block(&tool, "new.example"));
		tool_expect(&tool, 0, "init");
		is_new = tool_run(&tool, "show 2") == 0;
		assert_int_equal(lists_block(&tool, "new.example"), is_new);
		assert_int_not_equal(lists_block(&tool, "old.example"), is_new);
		assert_true(lists_block(&tool, "always.example"));
		tool_expect(&tool, 0, "audit verify");
		old += !is_new;
		new += is_new;
		tool_expect(&tool, 0, "restore --force %s/old", tool.dir);
		assert_true(lists_block(&tool, "old.example"));
		sign_shell(&tool, "rm -f state/*before-restore*");
	}
	assert_true(old > 0);
	assert_true(new > 0);
	tool_remove(&tool);
}

static void
is_whole_or_not_there_when_killed(void **state)
{
	struct kill_round round = {.count = KILLS / 2};
	unsigned there = 0, absent = 0;
	char line[128], path[128];
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block one.example --scope exact --id 1");
	snprintf(line, sizeof line, "backup %s/first", tool.dir);
	round.took = kill_try(&tool, line);
	snprintf(line, sizeof line, "backup %s/b", tool.dir);
	snprintf(path, sizeof path, "%s/b", tool.dir);
	for (; round.at < round.count; round.at++) {
		kill_run(&tool, &round, line);
		if (access(path, F_OK) != 0) {
			absent++;
			continue;
		}
		there++;
		tool_expect(&tool, 0, "restore --force %s/b", tool.dir);
		assert_true(lists_block(&tool, "one.example"));
		assert_int_equal(unlink(path), 0);
	}
	assert_true(there > 0);
	assert_true(absent > 0);
	tool_expect(&tool, 0, "%s", line);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_back_what_was),
		cmocka_unit_test(keeps_names_of_feeds),
		cmocka_unit_test(waits_for_readers_last),
		cmocka_unit_test(writes_what_is_missing),
		cmocka_unit_test(is_for_our_user_to_read),
		cmocka_unit_test(leaves_nothing_when_refused),
		cmocka_unit_test(trusts_no_schema),
		cmocka_unit_test(takes_nothing_spoilt),
		cmocka_unit_test(is_old_or_new_when_killed),
		cmocka_unit_test(is_whole_or_not_there_when_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
