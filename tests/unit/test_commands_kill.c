/*
 * Commands side by side, killed at any moment, and on a full disk: the old
 * state or the new one, and the next command puts in order what is left.
 */
#include "kill_util.h"

#include <dirent.h>
#include <sched.h>
#include <sys/resource.h>

#include "verdict.h"

/* ---- CASES 38: at the same moment ---- */

#define SIDE_BY_SIDE 4
#define ROUNDS       5

/* Blocks a name as soon as the gate is closed, together with the others. */
static void
block_at_gate(struct tool *tool, const int gate[2], int round, int number)
{
	char go;

	close(gate[1]);
	if (read(gate[0], &go, 1) != 0)
		_exit(100);
	_exit(tool_run(tool, "block n%d-%d.example --scope exact --id %d-%d",
		round, number, round, number));
}

static void
test_together(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	for (int round = 0; round < ROUNDS; round++) {
		pid_t children[SIDE_BY_SIDE];
		int gate[2];

		assert_int_equal(pipe(gate), 0);
		for (int i = 0; i < SIDE_BY_SIDE; i++) {
			children[i] = fork();
			assert_true(children[i] >= 0);
			if (children[i] == 0)
				block_at_gate(&tool, gate, round, i);
		}
		close(gate[1]);
		close(gate[0]);
		for (int i = 0; i < SIDE_BY_SIDE; i++) {
			int status;

			assert_int_equal(
				waitpid(children[i], &status, 0), children[i]);
			assert_int_equal(status, 0);
		}
		/* All in force, each under a generation of its own. */
		for (int i = 0; i < SIDE_BY_SIDE; i++)
			tool_expect(&tool, 0, "why n%d-%d.example", round, i);
		assert_int_equal(
			tool_generation(&tool), 1 + (round + 1) * SIDE_BY_SIDE);
	}
	tool_remove(&tool);
}

/* ---- killed ---- */

/* What the lists block now, judged without any command that might mend. */
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

static bool
ledger_has(struct tool *tool, const char *id)
{
	return tool_run(tool, "show %s", id) == 0;
}

/* Whatever was cut short: ledger and lists are whole, and after the next
 * command they say the same. */
static void
check_after(struct tool *tool, const char *id, const char *name)
{
	bool recorded = ledger_has(tool, id), blocked = lists_block(tool, name);

	assert_true(lists_block(tool, "always.example"));
	/* The ledger knows of everything that is in the lists. */
	if (blocked)
		assert_true(recorded);
	tool_expect(tool, 0, "init");
	assert_int_equal(lists_block(tool, name), recorded);
	assert_true(lists_block(tool, "always.example"));
	assert_int_equal(ledger_has(tool, id), recorded);
}

#define KILLS 80

static void
test_killed(void **state)
{
	struct kill_round round = {.count = KILLS};
	unsigned before = 0, after = 0;
	struct tool tool;

	(void)state;
	tool_create(&tool);
	round.took = kill_try(&tool, "block always.example --scope exact");
	for (; round.at < round.count; round.at++) {
		char id[24], name[32], line[96];

		snprintf(id, sizeof id, "kill-%d", round.at);
		snprintf(name, sizeof name, "n%d.example", round.at);
		snprintf(line, sizeof line, "block %s --scope exact --id %s",
			name, id);
		kill_run(&tool, &round, line);
		if (ledger_has(&tool, id))
			after++;
		else
			before++;
		check_after(&tool, id, name);
	}
	assert_true(before > 0);
	assert_true(after > 0);
	tool_remove(&tool);
}

/* ---- no room ---- */

/* A file may not grow beyond so much: as a full disk, EFBIG for ENOSPC. */
static int
run_limited(struct tool *tool, rlim_t limit, const char *id, const char *name)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		const struct rlimit size = {limit, limit};

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &size);
		/* The output goes to files, too. */
		_exit(tool_run(
			tool, "block %s --scope exact --id %s", name, id));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_no_room(void **state)
{
	unsigned failed = 0, done = 0;
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block always.example --scope exact");
	for (rlim_t limit = 0; limit < 120000; limit += 1500) {
		char id[24], name[32];
		int code;

		snprintf(id, sizeof id, "room-%lu", (unsigned long)limit);
		snprintf(name, sizeof name, "n%lu.example",
			(unsigned long)limit);
		code = run_limited(&tool, limit, id, name);
		if (code == 0) {
			done++;
			assert_true(ledger_has(&tool, id));
			assert_true(lists_block(&tool, name));
		} else {
			failed++;
			assert_int_equal(code, 2);
		}
		check_after(&tool, id, name);
	}
	assert_true(failed > 0);
	assert_true(done > 0);
	tool_remove(&tool);
}

/* ---- a feed ---- */

/* A list of its own for each round, by far more than a pipe holds, so that its
 * cleaning takes a while: one name of it always, one of this round. */
static void
write_feed(const struct tool *tool, int round)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof path, "%s/list", tool->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "base.example.com\nround%d.example.com\n", round);
	for (int i = 0; i < 5000; i++)
		fprintf(file, "n%d.example.org\n", i);
	assert_int_equal(fclose(file), 0);
}

static unsigned
feed_files(const struct tool *tool)
{
	char path[160];
	struct dirent *entry;
	unsigned count = 0;
	DIR *dir;

	snprintf(path, sizeof path, "%s/state/feeds", tool->dir);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

/* The list before or the new one, never half of it; the orders beside it; and
 * the next refresh finishes, and leaves nothing lying about. */
static void
test_refresh_killed(void **state)
{
	struct kill_round round = {.count = KILLS / 2};
	unsigned before = 0, after = 0;
	char name[64], line[128];
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block always.example --scope exact");
	write_feed(&tool, 0);
	snprintf(line, sizeof line, "feed add f --source %s/list", tool.dir);
	round.took = kill_try(&tool, line);
	for (; round.at < round.count; round.at++) {
		int i = round.at + 1;

		write_feed(&tool, i);
		kill_run(&tool, &round, "feed refresh f");
		assert_true(lists_block(&tool, "always.example"));
		assert_true(lists_block(&tool, "base.example.com"));
		assert_true(lists_block(&tool, "n4999.example.org"));
		tool_expect(&tool, 0, "init");
		snprintf(name, sizeof name, "round%d.example.com", i);
		if (lists_block(&tool, name))
			after++;
		else
			before++;
		tool_expect(&tool, 0, "feed refresh f");
		assert_true(lists_block(&tool, name));
		snprintf(name, sizeof name, "round%d.example.com", i - 1);
		assert_false(lists_block(&tool, name));
		/* its locks, the names in force, and those before */
		assert_int_equal(feed_files(&tool), 4);
	}
	assert_true(before > 0);
	assert_true(after > 0);
	tool_remove(&tool);
}

/* While a feed is fetched, from a source that does not answer, orders go on;
 * and nobody else refreshes it. */
static void
test_order_meanwhile(void **state)
{
	int64_t until = tool_now_ms() + 10000;
	struct tool tool;
	char path[160];
	pid_t child;
	int ends[2];

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "feed add f --no-refresh --source -");
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[1]);
		_exit(tool_run(&tool, "feed refresh f"));
	}
	close(ends[0]);
	snprintf(path, sizeof path, "%s/state/feeds/f.fetch.lock", tool.dir);
	while (access(path, F_OK) != 0 && tool_now_ms() < until)
		sched_yield();
	assert_int_equal(access(path, F_OK), 0);
	tool_expect(&tool, 0, "block t.me --scope exact");
	assert_true(lists_block(&tool, "t.me"));
	assert_int_equal(write(ends[1], "base.example.com\n", 17), 17);
	tool_expect(&tool, 2, "feed refresh f");
	tool_expect_in(tool.err, "is being refreshed by another palang");
	close(ends[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(lists_block(&tool, "base.example.com"));
	assert_true(lists_block(&tool, "t.me"));
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_refresh_killed),
		cmocka_unit_test(test_order_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
