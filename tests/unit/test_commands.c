/* The commands, from the command line to the lists. */
#include "tool_util.h"

#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "json.h"
#include "lock.h"

#define BLOCK                                                                  \
	"palang-order: 1\n"                                                    \
	"authority: k\n"                                                       \
	"id: 2017/1\n"                                                         \
	"action: block\n"                                                      \
	"issued: 2017-07-14T09:00:00+07:00\n"

#define SCOPE   "scope: exact\n"
#define TARGETS "targets: [t.me, telegram.org]\n"

#define APPLY "apply --transcribed --source letter "

static void
test_init(void **state)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = {{"state", 0750}, {"state/feeds", 0750},
		{"state/spool", 0750}, {"live", 0755}, {"live/lists", 0755},
		{"live/status", 02770}};
	struct tool tool;

	(void)state;
	tool_create(&tool);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char path[160];
		struct stat st;

		snprintf(path, sizeof path, "%s/%s", tool.dir, folders[i].name);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, folders[i].mode);
	}
	assert_int_equal(tool_generation(&tool), 1);
	/* Once more: nothing is made, nothing published. */
	tool_expect(&tool, 0, "init");
	assert_null(strstr(tool.out, "made"));
	assert_int_equal(tool_generation(&tool), 1);
	/* A configuration that is there is not written over. */
	tool_expect(&tool, 2, "init --dir /tmp/elsewhere");
	tool_expect_in(tool.err, "is there already");
	tool_remove(&tool);
}

/* Runs it with an output that takes nothing, and gives what is on stderr. */
static void
run_unheard(struct tool *tool, const char *line, bool pipe_closed)
{
	char path[160], *text;
	int status, ends[2], out;
	size_t len;
	pid_t child;

	snprintf(path, sizeof path, "%s/err", tool->dir);
	assert_int_equal(pipe(ends), 0);
	out = pipe_closed ? ends[1] : open("/dev/full", O_WRONLY);
	close(ends[0]);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char *argv[] = {(char[]){"palang"}, (char[]){"-c"},
			tool->config, (char[]){"block"}, strdup(line),
			(char[]){"--scope"}, (char[]){"exact"}, NULL};

		signal(SIGPIPE, SIG_IGN);
		dup2(out, 1);
		if (freopen(path, "w", stderr) == NULL)
			_exit(99);
		status = cmd_main(tool_table, 7, argv);
		fflush(stderr);
		_exit(status);
	}
	close(out);
	if (!pipe_closed)
		close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 2);
	assert_int_equal(file_read(path, 10000, 0, &text, &len), 0);
	tool_expect_in(text, "it is recorded and published; the report could "
			     "not be written");
	free(text);
}

static void
test_unheard(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	run_unheard(&tool, "t.me", false);
	assert_int_equal(tool_generation(&tool), 2);
	run_unheard(&tool, "a.me", true);
	assert_int_equal(tool_generation(&tool), 3);
	tool_remove(&tool);
}

/* Nothing is left for a lift to do, nor for another one. */
static void
test_lift_done(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	tool_expect(&tool, 0, "lift A --id L");
	tool_expect(&tool, 0, "list --active");
	assert_string_equal(tool.out, "");
	tool_expect(&tool, 0, "list --lifted");
	tool_expect_in(tool.out, "operator:L  lifts operator:A");
	tool_expect(&tool, 0, "lift A --id M");
	tool_expect_in(tool.err, "operator:A is lifted as a whole already, by "
				 "operator:L");
	tool_remove(&tool);
}

/* A sinkhole without an address for the type answers with none. */
static void
test_no_address(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "k.yaml", BLOCK "answer: sinkhole\n" SCOPE TARGETS);
	tool_expect(&tool, 0, APPLY "%s/k.yaml", tool.dir);
	tool_expect(&tool, 0, "why t.me");
	tool_expect_in(tool.out, "answer sinkhole, owner");
	tool_expect(&tool, 0, "why t.me --type AAAA");
	tool_expect_in(
		tool.out, "answer sinkhole (no address set: nodata), owner");
	tool_remove(&tool);
}

/* As somebody who has no rights but those of everybody: the exit code. */
static int
run_as_nobody(struct tool *tool, const char *args, const char *in)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(99);
		status = tool_run(tool, args);
		if (strstr(status == 0 ? tool->out : tool->err, in) == NULL)
			fprintf(stderr, "%s: %s%s", args, tool->out, tool->err);
		else
			_exit(status);
		_exit(98);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

/* To read, the right to read is enough; to write it is not. */
static void
test_rights(void **state)
{
	static const struct {
		const char *args, *in;
		mode_t file, lock; /* 0: there is none */
		int status;
	} cases[] = {
		{"list", "operator:A", 0444, 0444, 0},
		{"show A", "t.me", 0444, 0444, 0},
		{"history", "operator:A", 0444, 0444, 0},
		{"why t.me", "operator:A", 0444, 0444, 0},
		{"status", "orders: 1 active", 0444, 0444, 0},
		{"block -n --scope exact x.example", "would record", 0444, 0444,
			0},
		{"block --scope exact x.example",
			"permission denied; run this as root", 0444, 0444, 2},
		/* the lock is for those who write */
		{"list", "operator:A", 0444, 0, 0},
		{"list", "operator:A", 0444, 0400, 0},
		{"list", "permission denied; run this as root", 0400, 0444, 2},
	};
	char folder[160], file[180], lock[180];
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block --scope exact t.me --id A");
	snprintf(folder, sizeof folder, "%s/state", tool.dir);
	snprintf(file, sizeof file, "%s/ledger.db", folder);
	snprintf(lock, sizeof lock, "%s/lock", folder);
	assert_int_equal(chmod(tool.dir, 0755), 0);
	assert_int_equal(chmod(tool.config, 0644), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(chmod(folder, 0755), 0);
		unlink(lock);
		if (cases[i].lock != 0)
			close(open(lock, O_CREAT | O_WRONLY, 0644));
		assert_true(
			cases[i].lock == 0 || chmod(lock, cases[i].lock) == 0);
		assert_int_equal(chmod(file, cases[i].file), 0);
		assert_int_equal(chmod(folder, 0555), 0);
		/* The owner may read whatever the group may not. */
		if (geteuid() != 0 && cases[i].file == 0400)
			continue;
		assert_int_equal(
			run_as_nobody(&tool, cases[i].args, cases[i].in),
			cases[i].status);
	}
	assert_int_equal(chmod(folder, 0755), 0);
	tool_remove(&tool);
}

/* Who reads waits for nobody who writes, and cannot hold them up. */
static void
test_lock(void **state)
{
	char lock[160], log[160];
	struct tool tool;
	struct stat st;
	int held;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block --scope exact t.me --id A");
	snprintf(lock, sizeof lock, "%s/state/lock", tool.dir);
	snprintf(log, sizeof log, "%s/state/ledger.db-wal", tool.dir);
	/* As older ones made it; the next who writes closes it to others. */
	assert_int_equal(chmod(lock, 0640), 0);
	tool_expect(&tool, 0, "publish");
	assert_int_equal(stat(lock, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);

	held = open(lock, O_RDWR);
	assert_int_equal(flock(held, LOCK_EX), 0);
	lock_patience = 20;
	tool_expect(&tool, 0, "list");
	tool_expect(&tool, 2, "publish");
	tool_expect_in(tool.err, "another palang has been at work for 0 "
				 "seconds; nothing was done");
	assert_int_equal(chmod(tool.dir, 0755), 0);
	assert_int_equal(chmod(tool.config, 0644), 0);
	snprintf(lock, sizeof lock, "%s/state/ledger.db", tool.dir);
	assert_int_equal(chmod(lock, 0444), 0);
	snprintf(lock, sizeof lock, "%s/state", tool.dir);
	assert_int_equal(chmod(lock, 0555), 0);
	assert_int_equal(run_as_nobody(&tool, "list", "operator:A"), 0);
	/* An empty log is all that comes of one on a full disk. */
	assert_int_equal(chmod(lock, 0755), 0);
	tool_write(&tool, "state/ledger.db-wal", "");
	assert_int_equal(chmod(lock, 0555), 0);
	assert_int_equal(run_as_nobody(&tool, "list", "operator:A"), 0);
	/* Without its index one is neither whole nor to be completed. */
	tool_write(&tool, "state/ledger.db-wal", "a log");
	assert_int_equal(chmod(log, 0444), 0);
	assert_int_equal(run_as_nobody(&tool, "list",
				 "another palang is at work on the ledger in"),
		2);
	lock_patience = LOCK_WAIT;
	close(held);
	assert_int_equal(chmod(lock, 0755), 0);
	tool_remove(&tool);
}

/* Exceptions block nothing, and neither does what is lifted. */
static void
test_counts(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "k.yaml",
		BLOCK
		"scope: subtree\n"
		"targets: [{name: t.me, except: [x.t.me]}, a.me, b.me]\n");
	tool_write(&tool, "lift.yaml",
		"palang-order: 1\nauthority: k\nid: 2\naction: lift\n"
		"lifts: 2017/1\nissued: 2017-07-14T09:00:00Z\n"
		"targets: [a.me]\n");
	tool_expect(&tool, 0, APPLY "%s/k.yaml", tool.dir);
	tool_expect(&tool, 0, "list");
	tool_expect_in(tool.out, "blocks 3 names");
	tool_expect(&tool, 0, APPLY "%s/lift.yaml", tool.dir);
	tool_expect(&tool, 0, "list");
	tool_expect_in(tool.out, "blocks 2 of 3 names");
	tool_expect(&tool, 0, "list --json");
	tool_expect_in(tool.out, "\"targets\": 3");
	tool_expect_in(tool.out, "\"blocked\": 2");
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "; 2 names blocked");
	tool_remove(&tool);
}

/* A lift that has yet to begin does not call open what is blocked. */
static void
test_lift_later(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block t.me --scope exact --id B");
	tool_expect(&tool, 0, "lift B --effective 2037-01-01T00:00:00Z");
	tool_expect_in(tool.out, "  t.me: open from 2037-01-01T00:00:00Z\n");
	tool_expect(&tool, 0, "why t.me");
	tool_remove(&tool);
}

/* What would be made is told, and not made. */
static void
test_init_dry(void **state)
{
	struct tool tool;
	char path[200];

	(void)state;
	tool_create(&tool);
	assert_int_equal(unlink(tool.config), 0);
	tool_expect(&tool, 0, "init -n --dir %s/more", tool.dir);
	tool_expect_in(tool.out, "to make ");
	tool_expect_in(tool.out, "/more/state/ledger.db");
	assert_int_not_equal(access(tool.config, F_OK), 0);
	snprintf(path, sizeof path, "%s/more", tool.dir);
	assert_int_not_equal(access(path, F_OK), 0);
	/* What would fail is told as well; others than root become nobody. */
	tool_write(&tool, "palang.yaml", "user: no-such-user\n");
	tool_expect(&tool, geteuid() == 0 ? 2 : 0, "init -n");
	if (geteuid() == 0)
		tool_expect_in(tool.err,
			"there is no user \"no-such-user\"; make one with: "
			"adduser --system --group --no-create-home "
			"no-such-user");
	tool_remove(&tool);
}

/* The configuration that init writes is one that it reads. */
static void
test_init_sample(void **state)
{
	struct tool tool;
	FILE *config;

	(void)state;
	tool_create(&tool);
	assert_int_equal(unlink(tool.config), 0);
	tool_expect(&tool, 0, "init --dir %s/more", tool.dir);
	tool_expect_in(tool.out, "made     ");
	/* the lists of guards that it means are not installed here */
	tool_expect(&tool, 2, "block site.example --scope exact");
	tool_expect_in(tool.err, "popular.txt: error: this list of names to ");
	config = fopen(tool.config, "a");
	assert_non_null(config);
	fputs("\n" TOOL_GUARDS, config);
	assert_int_equal(fclose(config), 0);
	tool_expect(&tool, 0, "block t.me --scope exact");
	tool_expect(&tool, 0, "why t.me");
	tool_expect_in(tool.out, "answer nodata");
	tool_remove(&tool);
}

static void
test_before_init(void **state)
{
	static const char *const words[] = {"status", "list", "why t.me",
		"history", "show 1", "block t.me --scope exact", "publish"};
	struct tool tool;

	(void)state;
	tool_create(&tool);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		char path[128], other[128];

		snprintf(path, sizeof path, "%s/state", tool.dir);
		snprintf(other, sizeof other, "%s/gone", tool.dir);
		assert_int_equal(rename(path, other), 0);
		tool_expect(&tool, 2, "%s", words[i]);
		tool_expect_in(tool.err, "palang init");
		assert_int_equal(rename(other, path), 0);
	}
	tool_remove(&tool);
}

/* Who may give orders, and how they come. */
static void
test_sources(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "k.yaml", BLOCK SCOPE TARGETS);
	tool_expect(&tool, 2, "apply %s/k.yaml", tool.dir);
	tool_expect_in(tool.err, "--transcribed --source");
	tool_expect(&tool, 2, "apply --transcribed %s/k.yaml", tool.dir);
	tool_expect_in(tool.err, "--transcribed needs --source");
	tool_write(&tool, "s.yaml",
		"palang-order: 1\nauthority: signs\nid: 1\naction: block\n"
		"issued: 2017-07-14T09:00:00Z\n" SCOPE TARGETS);
	tool_expect(&tool, 2, APPLY "%s/s.yaml", tool.dir);
	tool_expect_in(tool.err, "an order of `signs` needs its signature: ");
	tool_write(&tool, "x.yaml",
		"palang-order: 1\nauthority: nobody\nid: 1\naction: block\n"
		"issued: 2017-07-14T09:00:00Z\n" SCOPE TARGETS);
	tool_expect(&tool, 2, APPLY "%s/x.yaml", tool.dir);
	tool_expect_in(tool.err, "authority \"nobody\" is not in");
	assert_int_equal(tool_generation(&tool), 1);
	tool_write(&tool, "o.yaml",
		"palang-order: 1\nauthority: operator\nid: 1\naction: block\n"
		"issued: 2017-07-14T09:00:00Z\n" SCOPE TARGETS);
	tool_expect(&tool, 0, "apply %s/o.yaml", tool.dir);
	tool_expect(&tool, 0, APPLY "%s/k.yaml", tool.dir);
	assert_int_equal(tool_generation(&tool), 3);
	tool_expect(&tool, 0, "show k:2017/1");
	tool_expect_in(tool.out, "# transcribed from: letter");
	tool_remove(&tool);
}

/* CASES 19 and 20. */
static void
test_again(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "1.yaml", BLOCK SCOPE TARGETS);
	tool_expect(&tool, 0, APPLY "%s/1.yaml", tool.dir);
	/* By mail, with other line ends, comments and an order of its own. */
	tool_write(&tool, "2.yaml",
		"# from the mail\r\npalang-order: 1\r\nauthority: k\r\n"
		"action: block\r\nid: 2017/1\r\n"
		"issued: 2017-07-14T02:00:00Z\r\n"
		"targets:\r\n  - {name: telegram.org., scope: exact}\r\n"
		"  - {name: T.ME, scope: exact}\r\n");
	tool_expect(&tool, 0, APPLY "%s/2.yaml", tool.dir);
	tool_expect_in(tool.out, "k:2017/1: recorded already, nothing to do");
	assert_int_equal(tool_generation(&tool), 2);
	tool_write(&tool, "3.yaml",
		BLOCK SCOPE "targets: [t.me, telegram.org, telegram.me]\n");
	tool_expect(&tool, 2, APPLY "%s/3.yaml", tool.dir);
	tool_expect_in(tool.err, "k:2017/1 is recorded already, and says "
				 "something else");
	tool_expect_in(tool.err, "this one: - telegram.me");
	assert_int_equal(tool_generation(&tool), 2);
	tool_expect(&tool, 1, "why telegram.me");
	/* As received is as received. */
	tool_expect(&tool, 0, "show --received 2017/1");
	assert_string_equal(tool.out, BLOCK SCOPE TARGETS);
	tool_remove(&tool);
}

/* CASES 21. */
static void
test_ambiguous(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(
		&tool, 0, "block t.me --scope exact --authority k --id 2017/1");
	tool_expect(&tool, 0, "show 2017/1");
	tool_expect(
		&tool, 0, "block t.me --scope exact --authority m --id 2017/1");
	tool_expect(&tool, 2, "show 2017/1");
	tool_expect_in(tool.err, "  k:2017/1\n  m:2017/1\n");
	tool_expect(&tool, 2, "lift 2017/1");
	tool_expect(&tool, 0, "show m:2017/1");
	tool_expect_in(tool.out, "# m:2017/1: active");
	tool_expect(&tool, 2, "show 2017/2");
	/* An id that looks like another's full name takes nothing from it. */
	tool_expect(&tool, 0,
		"block t.me --scope exact --authority m --id k:2017/1");
	tool_expect(&tool, 0, "show k:2017/1");
	tool_expect_in(tool.out, "# k:2017/1: active");
	tool_expect(&tool, 0, "show m:k:2017/1");
	tool_expect_in(tool.out, "# m:k:2017/1: active");
	tool_remove(&tool);
}

/* CASES 22, and other batches of which one document is refused. */
static void
test_batch(void **state)
{
	static const char one[] = BLOCK SCOPE "targets: [t.me]\n";
	struct tool tool;
	char text[1024];

	(void)state;
	tool_create(&tool);
	snprintf(text, sizeof text,
		"%s---\npalang-order: 1\nauthority: k\nid: 2\naction: block\n"
		"colour: red\nissued: 2017-07-14T09:00:00Z\n" SCOPE TARGETS
		"---\npalang-order: 1\nauthority: k\nid: 3\naction: block\n"
		"issued: 2017-07-14T09:00:00Z\n" SCOPE TARGETS,
		one);
	tool_write(&tool, "b.yaml", text);
	tool_expect(&tool, 2, APPLY "%s/b.yaml", tool.dir);
	tool_expect_in(tool.err, "/b.yaml:13:1: error: ");
	tool_expect_in(tool.err, "colour");
	tool_expect(&tool, 0, "list --all");
	assert_string_equal(tool.out, "");
	/* Good form, but the second contradicts the first. */
	snprintf(text, sizeof text,
		"%s---\npalang-order: 1\nauthority: k\nid: 2\naction: lift\n"
		"lifts: 2017/1\nissued: 2017-07-14T09:00:00Z\n"
		"targets: [x.me]\n",
		one);
	tool_write(&tool, "b.yaml", text);
	tool_expect(&tool, 2, APPLY "%s/b.yaml", tool.dir);
	tool_expect_in(tool.err, "k:2017/1 never blocked x.me");
	tool_expect_in(tool.err, "none of the 2 documents was recorded");
	tool_expect(&tool, 2, APPLY "-n %s/b.yaml", tool.dir);
	tool_expect_in(
		tool.err, "as one batch, all 2 documents would be refused");
	tool_expect(&tool, 1, "why t.me");
	/* In two files of a folder, read by name; other files are not. */
	snprintf(text, sizeof text, "%s/orders", tool.dir);
	assert_int_equal(mkdir(text, 0755), 0);
	tool_write(&tool, "orders/2.yaml",
		"palang-order: 1\nauthority: k\nid: 2\naction: lift\n"
		"lifts: 2017/1\nissued: 2017-07-14T09:00:00Z\n");
	tool_write(&tool, "orders/1.yaml", one);
	tool_write(&tool, "orders/README", "nothing\n");
	tool_expect(&tool, 0, APPLY "%s/orders", tool.dir);
	tool_expect_in(tool.out, "  t.me: open\n");
	assert_string_equal(tool.err, "");
	tool_remove(&tool);
}

static void
test_block_and_lift(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 2, "block t.me");
	tool_expect_in(tool.err, "--scope is needed");
	tool_expect(&tool, 2, "block me --scope subtree");
	tool_expect(&tool, 0,
		"block t.me B\xc3\xbc"
		"cher.example. --scope exact --id A --reason 'a test'");
	tool_expect_in(tool.out, "operator:A: in force, blocks 2 names");
	tool_expect(&tool, 0, "why xn--bcher-kva.example");
	tool_expect(&tool, 0, "block t.me --scope exact --authority m --id B");
	tool_expect(&tool, 0,
		"block telegram.org --scope subtree --id C --answer nxdomain");
	tool_expect(&tool, 0, "why x.telegram.org");
	tool_expect_in(tool.out, "answer nxdomain, owner telegram.org");
	/* CASES 6: the lift tells who else blocks. */
	tool_expect(&tool, 0, "lift A t.me");
	tool_expect_in(tool.out, "  t.me: still blocked by m:B\n");
	tool_expect(&tool, 0, "lift m:B");
	tool_expect_in(tool.out, "  t.me: open\n");
	/* CASES 8 and 9. */
	tool_expect(&tool, 0, "lift C web.telegram.org");
	tool_expect_in(tool.out, "  web.telegram.org and below: open\n");
	tool_expect(&tool, 1, "why a.web.telegram.org");
	tool_expect(&tool, 0, "why telegram.org");
	tool_expect_in(tool.out, "answer nodata, owner telegram.org");
	/* CASES 10: nothing changes. */
	tool_expect(&tool, 2, "lift C x.me");
	tool_expect(&tool, 2, "lift C --id A");
	tool_expect_in(tool.err, "operator:A is recorded already");
	assert_int_equal(tool_generation(&tool), 7);
	tool_expect(&tool, 0, "list --lifted");
	tool_expect_in(tool.out, "lifted     m:B");
	assert_null(strstr(tool.out, "operator:C"));
	tool_remove(&tool);
}

/* A name of the order's own below what is lifted stays blocked, and the lift
 * says so. */
static void
test_lift_below(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "1.yaml",
		BLOCK SCOPE "targets:\n"
			    "  - {name: telegram.org, scope: subtree}\n"
			    "  - pluto.web.telegram.org\n");
	tool_expect(&tool, 0, APPLY "%s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "lift 2017/1 web.telegram.org");
	tool_expect_in(tool.out, "  web.telegram.org and below: open\n"
				 "  pluto.web.telegram.org: still blocked by "
				 "k:2017/1\n");
	tool_remove(&tool);
}

static void
test_suspend(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	tool_expect(&tool, 2, "suspend A");
	tool_expect_in(tool.err, "--reason is needed");
	tool_expect(&tool, 1, "resume A");
	tool_expect(&tool, 0, "suspend A --reason 'the court'");
	tool_expect(&tool, 1, "why t.me");
	tool_expect(&tool, 1, "suspend A --reason again");
	/* CASES 28: sent again, it stays suspended; 29: a new one blocks. */
	tool_expect(&tool, 0, "show --received A");
	tool_write(&tool, "again.yaml", tool.out);
	tool_expect(&tool, 0, "apply %s/again.yaml", tool.dir);
	tool_expect_in(tool.out, "nothing to do; suspended here since ");
	tool_expect(&tool, 1, "why t.me");
	tool_expect(&tool, 0, "block t.me --scope exact --id B");
	tool_expect(&tool, 0, "why t.me");
	tool_expect_in(tool.out, "blocked by operator:B");
	tool_expect(&tool, 0, "lift B");
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "suspended operator:A since ");
	tool_expect_in(tool.out, ": the court\n");
	tool_expect(&tool, 0, "resume A");
	tool_expect(&tool, 0, "why t.me");
	assert_int_equal(tool_generation(&tool), 6);
	tool_expect(&tool, 0, "lift A");
	tool_expect(&tool, 0, "list --all --json");
	tool_expect_in(tool.out, "\"state\": \"lifted\"");
	tool_remove(&tool);
}

/* -n says what would happen, and does nothing. */
static void
test_dry(void **state)
{
	static const struct {
		const char *command, *said;
	} cases[] = {
		{"block web.telegram.org --scope exact -n", "would record"},
		{"lift A t.me -n", "  t.me: open"},
		{"lift A -n --wait", "would record"},
		{"suspend A --reason x -n", "would suspend: operator:A"},
		{"publish -n", "would publish"},
	};
	struct pal_manifest before, after;
	struct tool tool;
	char *history;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block t.me telegram.me --scope exact --id A");
	tool_manifest(&tool, &before);
	tool_expect(&tool, 0, "history");
	history = strdup(tool.out);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tool_expect(&tool, 0, "%s", cases[i].command);
		tool_expect_in(tool.out, cases[i].said);
	}
	/* What would be refused is. */
	tool_expect(&tool, 2, "lift A x.me -n");
	tool_manifest(&tool, &after);
	assert_memory_equal(&before, &after, sizeof before);
	tool_expect(&tool, 0, "history");
	assert_string_equal(tool.out, history);
	free(history);
	tool_remove(&tool);
}

/* "-" is standard input. */
static void
test_stdin(void **state)
{
	int saved = dup(STDIN_FILENO), file;
	struct tool tool;
	char path[160];

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "1.yaml", BLOCK SCOPE TARGETS);
	snprintf(path, sizeof path, "%s/1.yaml", tool.dir);
	file = open(path, O_RDONLY);
	dup2(file, STDIN_FILENO);
	tool_expect(&tool, 0, APPLY "-");
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(file);
	tool_expect(&tool, 0, "why t.me");
	tool_expect(&tool, 0, "history 2017/1");
	tool_expect_in(tool.out, "(stdin)");
	tool_expect(&tool, 2, APPLY "/nonexistent/x.yaml");
	tool_expect_in(tool.err, "No such file");
	tool_remove(&tool);
}

static void
test_history(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block t.me --scope exact --id A");
	tool_expect(&tool, 0, "block telegram.org --scope subtree --id B");
	tool_expect(&tool, 0, "lift A --id A2");
	tool_expect(&tool, 0, "history x.telegram.org");
	tool_expect_in(tool.out, "block  operator:B");
	assert_null(strstr(tool.out, "operator:A"));
	tool_expect(&tool, 0, "history t.me");
	tool_expect_in(tool.out, "lift  operator:A2");
	tool_expect(&tool, 0, "history A");
	tool_expect_in(tool.out, "operator:A2");
	assert_null(strstr(tool.out, "operator:B"));
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "init  by ");
	tool_expect(&tool, 2, "history 'no such'");
	tool_remove(&tool);
}

/* Whatever a command prints as JSON is JSON. */
static void
test_json(void **state)
{
	static const struct {
		const char *command;
		int code;
	} cases[] = {
		{"list --json", 0},
		{"list --all --json", 0},
		{"show A --json", 0},
		{"why t.me --json", 0},
		{"why x.example --json", 1},
		{"history --json", 0},
		{"history t.me --json", 0},
		{"status --json", 0},
		{"status --check --json", 1},
	};
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0,
		"block t.me --scope exact --id A --reason 'a \"test\"'");
	tool_expect(&tool, 0, "suspend A --reason x");
	tool_expect(&tool, 0, "resume A");
	tool_resolver(&tool, "one", 0, PAL_STATE_DEGRADED, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_value *value = NULL;

		tool_expect(&tool, cases[i].code, "%s", cases[i].command);
		if (json_read(&value, tool.out, tool.out_len) != 0)
			fail_msg("%s: %s", cases[i].command, tool.out);
		json_free(value);
	}
	tool_expect(&tool, 0, "status --json");
	tool_expect_in(tool.out, "\"state\": \"DEGRADED\"");
	tool_remove(&tool);
}

static void
test_verify(void **state)
{
	struct pal_manifest manifest;
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block t.me --scope exact");
	tool_manifest(&tool, &manifest);
	tool_expect(&tool, 0, "verify-image %s/live/lists/%s", tool.dir,
		manifest.lists[0].file);
	tool_expect_in(tool.out, "good: orders, 1 rules, 1 orders");
	tool_write(&tool, "bad.img", "not an image");
	tool_expect(&tool, 1, "verify-image %s/bad.img", tool.dir);
	tool_expect(&tool, 1, "verify-image --json %s/bad.img", tool.dir);
	tool_expect_in(tool.out, "\"good\": false");
	tool_expect(&tool, 2, "verify-image %s/none.img", tool.dir);
	tool_remove(&tool);
}

/* A changed configuration comes into force with publish. */
static void
test_publish(void **state)
{
	struct tool tool;
	char text[1024];

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 0, "block t.me --scope exact");
	tool_expect(&tool, 0, "why t.me");
	tool_expect_in(tool.out, "answer sinkhole");
	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"answer: refused\n",
		tool.dir, tool.dir);
	tool_write(&tool, "palang.yaml", text);
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "why t.me");
	tool_expect_in(tool.out, "answer refused");
	assert_int_equal(tool_generation(&tool), 3);
	tool_remove(&tool);
}

/* ---- as root ---- */

static int
run_user(struct tool *tool, const char *line)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	/* Who has become another user cannot come back. */
	if (child == 0) {
		int code = tool_run(tool, "%s", line);

		fputs(tool->err, stderr);
		_exit(code);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
expect_owner(const struct tool *tool, const char *name, uid_t uid, mode_t mode)
{
	char path[160];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", tool->dir, name);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(st.st_mode & 07777, mode);
}

/* Started as root, it becomes the configured user: what it makes is that
 * user's, and what root alone can read is read before. */
static void
test_user(void **state)
{
	const struct passwd *entry;
	uid_t nobody, daemon_uid;
	struct tool tool;
	char text[1024], line[256], path[160];

	(void)state;
	if (geteuid() != 0)
		skip();
	entry = getpwnam("nobody");
	assert_non_null(entry);
	nobody = entry->pw_uid;
	entry = getpwnam("daemon");
	assert_non_null(entry);
	daemon_uid = entry->pw_uid;
	tool_create(&tool);
	assert_int_equal(chmod(tool.dir, 0755), 0);
	snprintf(text, sizeof text,
		"state-dir: %s/u/state\nlive-dir: %s/u/live\n"
		"user: nobody\n" TOOL_GUARDS "%s",
		tool.dir, tool.dir, tool_authorities);
	tool_write(&tool, "palang.yaml", text);
	assert_int_equal(run_user(&tool, "init --resolver-user daemon"), 0);
	expect_owner(&tool, "u", 0, 0755);
	expect_owner(&tool, "u/state", nobody, 0750);
	expect_owner(&tool, "u/state/ledger.db", nobody, 0640);
	expect_owner(&tool, "u/live", 0, 0755);
	expect_owner(&tool, "u/live/lists", nobody, 0755);
	expect_owner(&tool, "u/live/status", daemon_uid, 02770);
	expect_owner(&tool, "u/live/lists/manifest", nobody, 0644);
	tool_write(&tool, "1.yaml", BLOCK SCOPE TARGETS);
	snprintf(path, sizeof path, "%s/1.yaml", tool.dir);
	assert_int_equal(chmod(path, 0600), 0);
	snprintf(line, sizeof line, APPLY "%s", path);
	assert_int_equal(run_user(&tool, line), 0);
	assert_int_equal(run_user(&tool, "why t.me"), 0);
	expect_owner(&tool, "u/state/ledger.db", nobody, 0640);
	/* The lock that somebody made as root would shut the user out. */
	expect_owner(&tool, "u/state/lock", nobody, 0600);
	/* With it, we would become that user here. */
	assert_int_equal(unlink(tool.config), 0);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_lift_later),
		cmocka_unit_test(test_init_dry),
		cmocka_unit_test(test_init_sample),
		cmocka_unit_test(test_unheard),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_lift_done),
		cmocka_unit_test(test_before_init),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_block_and_lift),
		cmocka_unit_test(test_lift_below),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_dry),
		cmocka_unit_test(test_stdin),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_publish),
		cmocka_unit_test(test_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
