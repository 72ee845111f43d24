/* What is done to the folder while others of its files are judged. */
#include "inbox_util.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "palang/error.h"

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

/* ---- in the moment between the look and the move ---- */

static void
put_socket(const char *folder, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", folder,
		name);
	unlink(address.sun_path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address,
				 (socklen_t)sizeof address),
		0);
	close(fd);
}

/* 1.yaml and its signature, as they lie in the spool. */
static void
drop_into_spool(struct tool *tool, const char *in, char spool[256])
{
	tool_expect(tool, 0, "inbox --once %s", in);
	snprintf(spool, 256, "%s", inbox_spool_of(tool));
	inbox_drop(tool, "1", "now", "1", BLOCK);
	sign_shell(tool,
		"echo \"$(date +%%s)000 1.yaml\" >%s/name; "
		"mv in/1.yaml.minisig %s/signature; mv in/1.yaml %s/order",
		spool, spool, spool);
}

/* It cannot even be opened, and is no fault of ours: whoever puts it there
 * keeps nobody waiting. */
static void
refuses_a_socket(void **state)
{
	static const struct {
		const char *part, *file;
	} cases[] = {{"order", "1.yaml"}, {"signature", "1.yaml.minisig"}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char in[80], spool[256], why[64];
		struct tool tool;

		inbox_create(&tool);
		snprintf(in, sizeof in, "%s/in", tool.dir);
		drop_into_spool(&tool, in, spool);
		put_socket(spool, cases[i].part);
		inbox_drop(&tool, "2", "now", "2", BLOCK);
		tool_expect(&tool, 1, "inbox --once %s", in);
		snprintf(why, sizeof why, "the %s is no file", cases[i].part);
		inbox_expect_receipt(&tool, "refused/1.yaml", why);
		tool_expect_in(tool.out, "2.yaml: taken");
		sign_shell(&tool,
			"test -S in/refused/%s -a \"$(ls %s)\" = lock",
			cases[i].file, spool);
		tool_remove(&tool);
	}
}

/* Nor can it be copied to where it would go. */
static void
puts_aside_what_cannot_be_copied(void **state)
{
	char in[] = "/dev/shm/palang-inbox-XXXXXX", spool[256], command[64];
	struct stat here, there;
	struct tool tool;

	(void)state;
	if (mkdtemp(in) == NULL)
		skip();
	inbox_create(&tool);
	assert_int_equal(stat(in, &there), 0);
	assert_int_equal(stat(tool.dir, &here), 0);
	drop_into_spool(&tool, in, spool);
	put_socket(spool, "order");
	tool_expect(&tool, 1, "inbox --once %s", in);
	sign_shell(&tool, "test -f %s/refused/1.yaml.receipt.json", in);
	sign_shell(&tool, "test -S %s/%s && ! test -e %s/order",
		here.st_dev == there.st_dev ? in : spool,
		here.st_dev == there.st_dev ? "refused/1.yaml" : "left-*",
		spool);
	tool_remove(&tool);
	snprintf(command, sizeof command, "rm -rf %s", in);
	assert_int_equal(system(command), 0);
}

/* ---- what is nobody's pair ---- */

static const char *const strays[] = {
	"echo stray >$s/signature",
	"echo stray >$s/order",
	"echo stray >$s/signature; echo stray >$s/order",
	"mkdir $s/signature; echo stray >$s/signature/x",
};

/* What an earlier palang may have left in the spool stops nothing, is taken
 * for nothing of what comes, and is kept. */
static void
puts_strays_aside(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof strays / sizeof *strays; i++) {
		struct tool tool;
		char *spool;

		inbox_create(&tool);
		tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
		inbox_drop(&tool, "1", "now", "1", BLOCK);
		spool = inbox_spool_of(&tool);
		sign_shell(&tool, "s=%s; %s", spool, strays[i]);
		tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
		tool_expect_in(tool.out, "1.yaml: taken");
		sign_shell(&tool,
			"cd %s && test $(ls -d left-* | wc -l) = %d && "
			"! ls | grep -v -e '^lock$' -e '^left-' && "
			"grep -rq stray left-*",
			spool, i == 2 ? 2 : 1);
		tool_remove(&tool);
	}
}

#define TAKES 300

/* Puts one signature after the other there, each another. */
static pid_t
start_sender(const struct tool *tool)
{
	char path[160], new[160], text[24];
	pid_t child = fork();

	assert_true(child >= 0);
	if (child != 0)
		return child;
	snprintf(path, sizeof path, "%s/in/x.yaml.minisig", tool->dir);
	snprintf(new, sizeof new, "%s/new", tool->dir);
	for (unsigned i = 0;; i++) {
		int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		int len = snprintf(text, sizeof text, "%u\n", i);

		if (fd < 0 || write(fd, text, (size_t)len) != len ||
			close(fd) != 0 || rename(new, path) != 0)
			_exit(1);
	}
}

/* The order went, and another signature lies where this one came from: it is
 * in nobody's way for that. */
static void
leaves_an_empty_spool(void **state)
{
	static const char *const parts[] = {"name", "signature", "order"};
	char path[96], state_dir[96];
	struct inbox inbox;
	struct tool tool;
	struct stat st;
	pid_t sender;

	(void)state;
	inbox_create(&tool);
	snprintf(path, sizeof path, "%s/in", tool.dir);
	snprintf(state_dir, sizeof state_dir, "%s/state", tool.dir);
	assert_int_equal(inbox_open(&inbox, path, state_dir), EXIT_DONE);
	sender = start_sender(&tool);
	for (int i = 0; i < TAKES; i++) {
		assert_int_equal(inbox_take(&inbox, "x.yaml", 0), PAL_ESYS);
		assert_int_equal(errno, ENOENT);
		for (int part = 0; part < 3; part++)
			assert_int_equal(fstatat(inbox.spool, parts[part], &st,
						 AT_SYMLINK_NOFOLLOW),
				-1);
	}
	assert_int_equal(kill(sender, SIGKILL), 0);
	assert_int_equal(waitpid(sender, NULL, 0), sender);
	inbox_close(&inbox);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_again),
		cmocka_unit_test(refuses_a_socket),
		cmocka_unit_test(puts_aside_what_cannot_be_copied),
		cmocka_unit_test(puts_strays_aside),
		cmocka_unit_test(leaves_an_empty_spool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
