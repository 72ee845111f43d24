/* A feed whose source hangs: what else is done with the feed meanwhile waits
 * for nothing, and counts. */
#include "tool_util.h"

#include <sched.h>

#include "lock.h"

#define DEADLINE_MS 20000

/* A refresh that waits for the rest of its list. */
struct hanging {
	struct tool tool; /* its own output */
	pid_t child;
	int list; /* the end that writes */
	char err[160];
};

/* A command with this on standard input. */
static void
expect_given(struct tool *tool, const char *text, const char *words)
{
	char path[160];
	int saved = dup(STDIN_FILENO), list;

	tool_write(tool, "given", text);
	snprintf(path, sizeof path, "%s/given", tool->dir);
	list = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(list >= 0 && saved >= 0);
	assert_int_equal(dup2(list, STDIN_FILENO), STDIN_FILENO);
	tool_expect(tool, 0, "%s", words);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(list);
}

static void
begin(struct tool *tool)
{
	tool_create(tool);
	expect_given(tool, "a.example.com\n", "feed add f --source -");
	expect_given(tool, "b.example.com\n",
		"feed refresh f --accept-change --force");
}

/* The lock's file, or what will be it, dated long ago. */
static void
date_back(const char *path)
{
	const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(lock >= 0);
	assert_int_equal(futimens(lock, long_ago), 0);
	close(lock);
}

/* Whoever takes the lock dates its file. To try the lock instead would hold
 * it for a moment, and the refresh would give way to that. */
static bool
is_taken(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_mtim.tv_sec > 1;
}

static void
run_child(struct hanging *hanging)
{
	FILE *file;
	int code = tool_run(&hanging->tool, "feed refresh f --accept-change");

	file = fopen(hanging->err, "w");
	if (file == NULL || fputs(hanging->tool.err, file) == EOF ||
		fclose(file) != 0)
		_exit(100);
	_exit(code);
}

/* Returns once the child asks its source. */
static void
hang(struct hanging *hanging, const struct tool *tool)
{
	int64_t until = tool_now_ms() + DEADLINE_MS;
	char path[160];
	int ends[2];

	hanging->tool = *tool;
	snprintf(hanging->err, sizeof hanging->err, "%s/child", tool->dir);
	snprintf(path, sizeof path, "%s/state/feeds/f.fetch.lock", tool->dir);
	date_back(path);
	assert_int_equal(pipe(ends), 0);
	hanging->child = fork();
	assert_true(hanging->child >= 0);
	if (hanging->child == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[1]);
		run_child(hanging);
	}
	close(ends[0]);
	hanging->list = ends[1];
	while (!is_taken(path) && tool_now_ms() < until)
		sched_yield();
	assert_true(is_taken(path));
}

/* The list comes; what the refresh says of it. */
static void
let_go(struct hanging *hanging, int code, const char *says)
{
	char *text;
	size_t len;
	int status;

	assert_int_equal(write(hanging->list, "c.example.com\n", 14), 14);
	close(hanging->list);
	assert_int_equal(waitpid(hanging->child, &status, 0), hanging->child);
	assert_true(WIFEXITED(status));
	assert_int_equal(file_read(hanging->err, 4096, 0, &text, &len), 0);
	if (WEXITSTATUS(status) != code)
		fail_msg("exit code %d: %s", WEXITSTATUS(status), text);
	tool_expect_in(text, says);
	free(text);
}

/* Of two refreshes the second says so at once. */
static void
test_second(void **state)
{
	struct hanging hanging;
	struct tool tool;

	(void)state;
	begin(&tool);
	hang(&hanging, &tool);
	tool_expect(&tool, 2, "feed refresh f");
	tool_expect_in(
		tool.err, "is being refreshed by another palang, since 20");
	let_go(&hanging, 0, "");
	tool_expect(&tool, 0, "why c.example.com");
	tool_remove(&tool);
}

static void
test_rollback(void **state)
{
	struct hanging hanging;
	struct tool tool;

	(void)state;
	begin(&tool);
	hang(&hanging, &tool);
	alarm(LOCK_WAIT / 2000); /* if it waits */
	tool_expect(&tool, 0, "feed rollback f");
	alarm(0);
	tool_expect(&tool, 0, "why a.example.com");
	let_go(&hanging, 2, "got another list meanwhile");
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect(&tool, 1, "why c.example.com");
	tool_expect(&tool, 0, "feed list");
	assert_null(strstr(tool.out, "fails"));
	tool_remove(&tool);
}

static void
test_remove(void **state)
{
	struct hanging hanging;
	struct tool tool;

	(void)state;
	begin(&tool);
	hang(&hanging, &tool);
	alarm(LOCK_WAIT / 2000);
	tool_expect(&tool, 0, "feed remove f");
	alarm(0);
	let_go(&hanging, 2, "was removed meanwhile");
	tool_expect(&tool, 0, "feed list");
	assert_string_equal(tool.out, "");
	tool_expect(&tool, 1, "why c.example.com");
	tool_remove(&tool);
}

/* The feed of that name is another one now, and has its own list. */
static void
test_anew(void **state)
{
	struct hanging hanging;
	struct tool tool;

	(void)state;
	begin(&tool);
	hang(&hanging, &tool);
	alarm(LOCK_WAIT / 2000);
	tool_expect(&tool, 0, "feed remove f");
	expect_given(&tool, "d.example.com\n", "feed add f --source -");
	alarm(0);
	let_go(&hanging, 2, "removed and added anew");
	tool_expect(&tool, 0, "why d.example.com");
	tool_expect(&tool, 1, "why c.example.com");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second),
		cmocka_unit_test(test_rollback),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
