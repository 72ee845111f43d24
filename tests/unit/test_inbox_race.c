/* What is done to the folder while others of its files are judged. */
#include "inbox_util.h"

#include <sys/file.h>

/* ---- while another is judged ---- */

/* What another process does as soon as a pair lies in the spool, which stays
 * there until it has done so: the ledger is locked. */
static pid_t
start_other(const struct tool *tool, const char *shell)
{
	char lock[160], line[512], go;
	int gate[2];
	pid_t child;

	snprintf(lock, sizeof lock, "%s/state/lock", tool->dir);
	snprintf(line, sizeof line,
		"cd %s && n=0 && until test -e state/spool/inbox/*/order; do "
		"n=$((n + 1)); test $n -lt 3000 || exit 1; sleep 0.01; done && "
		"{ %s; }",
		tool->dir, shell);
	assert_int_equal(pipe(gate), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (flock(open(lock, O_RDWR), LOCK_EX) != 0 ||
			close(gate[1]) != 0)
			_exit(1);
		_exit(system(line) != 0);
	}
	close(gate[1]);
	assert_int_equal(read(gate[0], &go, 1), 0);
	close(gate[0]);
	return child;
}

static void
expect_end(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* 2.yaml, its pair and "whole", which is the same, lie there. */
static const struct {
	const char *before, *meanwhile, *title;
} changes[] = {
	{"true", "head -c 20 whole >in/2.yaml", "written anew in its place"},
	{"true", "cp whole new && mv new in/2.yaml && cat <whole >in/2.yaml",
		"another in its place"},
	{"true", "touch in/2.yaml.minisig", "the signature is written to"},
	{"mv in/2.yaml.minisig late", "mv late in/2.yaml.minisig",
		"the signature comes"},
	{"mv in/2.yaml late", "mv late in/2.yaml", "the file comes"},
};

/* A pass may last minutes: what was seen at its beginning counts for nothing
 * that has changed since. */
static void
looks_again(void **state)
{
	struct tool tool;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		pid_t other;

		print_message("%s\n", changes[i].title);
		inbox_create(&tool);
		inbox_drop(&tool, "1", "now", "1", BLOCK);
		inbox_drop(&tool, "2", "now", "2", BLOCK);
		sign_shell(
			&tool, "cp in/2.yaml whole && %s", changes[i].before);
		other = start_other(&tool, changes[i].meanwhile);
		/* the first look finds them new, and one half alone */
		inbox_settled = 1000;
		tool_expect(
			&tool, 0, "inbox --once --patience 1s %s/in", tool.dir);
		expect_end(other);
		tool_expect_in(tool.out, "1.yaml: taken");
		sign_shell(&tool,
			"test -f in/2.yaml -a -f in/2.yaml.minisig && "
			"cat <whole >in/2.yaml");
		inbox_settled = 0;
		tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
		tool_expect_in(tool.out, "2.yaml: taken");
		tool_remove(&tool);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
