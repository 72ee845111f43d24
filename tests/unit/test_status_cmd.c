/* What the resolvers say, as status tells it and as --wait waits for it. */
#include "sign_util.h"

#include <sys/file.h>

#include "status_files.h"

static void
test_check(void **state)
{
	static const struct {
		const char *title;
		uint64_t behind;
		enum pal_state state;
		int64_t age_ms;
		int code;
		const char *said;
	} cases[] = {
		{"all is well", 0, PAL_STATE_OK, 0, 0, ""},
		{"the last heartbeat still counts", 0, PAL_STATE_OK, 14000, 0,
			""},
		{"silent", 0, PAL_STATE_OK, 16000, 1,
			"one: no heartbeat for 16 s"},
		{"long gone: nobody rings for it, but nothing lives", 0,
			PAL_STATE_OK, 2 * 86400000, 1,
			"no running resolver seen"},
		{"from the future", 0, PAL_STATE_OK, -60000, 1,
			"one: its last heartbeat lies"},
		{"empty", 0, PAL_STATE_EMPTY, 0, 1,
			"one: EMPTY: no list is loaded"},
		{"degraded", 0, PAL_STATE_DEGRADED, 0, 1,
			"one: DEGRADED: the checksum does not match"},
		{"behind, but what is published is new", 1, PAL_STATE_OK, 0, 0,
			""},
	};
	struct tool tool;

	(void)state;
	tool_create(&tool);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tool_resolver(&tool, "one", cases[i].behind, cases[i].state,
			cases[i].age_ms);
		tool_expect(&tool, cases[i].code, "status --check");
		tool_expect_in(tool.out, cases[i].said);
		if (cases[i].said[0] == '\0')
			assert_string_equal(tool.out, "");
		tool_expect(&tool, 0, "status");
		tool_expect_in(tool.out, "resolver one: ");
	}
	tool_remove(&tool);
}

/* One that was told to end: nothing rings for it and nobody waits for it,
 * however far behind it is; but one that still runs is needed. */
static void
test_ended(void **state)
{
	static const struct {
		const char *title;
		int64_t age_ms;
		bool other; /* another one runs */
		int check;
		const char *said;
	} cases[] = {
		{"it was the last", 3600000, false, 1,
			"no running resolver seen"},
		{"long ago", 3600000, true, 0, ""},
		{"its clock is ahead", -3600000, true, 0, ""},
	};
	struct tool tool;

	(void)state;
	tool_create(&tool);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tool_resolver_ended(
			&tool, "one", 1, PAL_STATE_OK, cases[i].age_ms, true);
		if (cases[i].other)
			tool_resolver(&tool, "two", 0, PAL_STATE_OK, 0);
		tool_expect(&tool, cases[i].check, "status --check");
		tool_expect_in(tool.out, cases[i].said);
		if (cases[i].said[0] == '\0')
			assert_string_equal(tool.out, "");
		tool_expect(&tool, 0, "status");
		tool_expect_in(tool.out, "resolver one: ENDED at 20");
		tool_expect(&tool, 0, "status --json");
		tool_expect_in(tool.out, "\"ENDED\"");
	}
	tool_remove(&tool);
}

/* One of several in trouble is told by its name. */
static void
test_several(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_resolver(&tool, "two", 0, PAL_STATE_DEGRADED, 0);
	tool_expect(&tool, 1, "status --check");
	tool_expect_in(tool.out, "two: DEGRADED");
	assert_null(strstr(tool.out, "one:"));
	tool_remove(&tool);
}

/* Their folder is not ours: what stands in it may be anything. */
static void
test_untrusted(void **state)
{
	static const struct {
		const char *title, *content;
	} cases[] = {
		{"empty", ""},
		{"no status", "hello\n"},
		{"of a later version", "palang-status 99\n"},
	};
	char path[160], target[160];
	struct tool tool;
	char *big;

	(void)state;
	tool_create(&tool);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tool_write(&tool, "live/status/x.status", cases[i].content);
		tool_expect(&tool, 1, "status --check");
		tool_expect_in(tool.out, "status/x.status: ");
	}
	/* Larger than it may be; a link, which is not followed; a pipe, on
	 * which nobody waits; a folder. */
	big = calloc(1, PAL_STATUS_SIZE_MAX + 2);
	memset(big, 'a', PAL_STATUS_SIZE_MAX + 1);
	tool_write(&tool, "live/status/x.status", big);
	free(big);
	tool_expect(&tool, 1, "status --check");
	snprintf(path, sizeof path, "%s/live/status/x.status", tool.dir);
	snprintf(target, sizeof target, "%s/live/status/y.status", tool.dir);
	tool_resolver(&tool, "y", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 1, "status --check");
	assert_int_equal(unlink(path), 0);
	tool_expect(&tool, 0, "status --check");
	assert_int_equal(symlink(target, path), 0);
	tool_expect(&tool, 1, "status --check");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	tool_expect(&tool, 1, "status --check");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	tool_expect(&tool, 1, "status --check");
	/* Hidden ones are being written. */
	tool_expect(&tool, 0, "block t.me --scope exact");
	assert_int_equal(rmdir(path), 0);
	tool_write(&tool, "live/status/.tmp", "half");
	tool_resolver(&tool, "y", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "status --check");
	tool_remove(&tool);
}

/* Text of a status file cannot paint on the terminal. */
static void
test_escape(void **state)
{
	char path[160], *text, *at;
	size_t len;
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_resolver(&tool, "one", 0, PAL_STATE_DEGRADED, 0);
	snprintf(path, sizeof path, "%s/live/status/one.status", tool.dir);
	assert_int_equal(
		file_read(path, PAL_STATUS_SIZE_MAX, 0, &text, &len), 0);
	at = strstr(text, "unbound 1.17.1");
	assert_non_null(at);
	at[0] = '\x1b';
	tool_write(&tool, "live/status/one.status", text);
	free(text);
	tool_run(&tool, "status");
	assert_null(strchr(tool.out, '\x1b'));
	tool_run(&tool, "status --check");
	assert_null(strchr(tool.out, '\x1b'));
	tool_remove(&tool);
}

/* Lists that are not the ledger's ring, and say how to mend it. */
static void
test_lists(void **state)
{
	char path[160];
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "status --check");
	snprintf(path, sizeof path, "%s/live/lists/manifest", tool.dir);
	assert_int_equal(unlink(path), 0);
	tool_expect(&tool, 1, "status --check");
	tool_expect_in(tool.out, "palang publish");
	tool_expect(&tool, 0, "init");
	tool_expect_in(tool.err, "published anew, under a new epoch");
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "status --check");
	tool_remove(&tool);
}

/* A command that stands between ledger and lists just now is waited for: a
 * monitoring that looks in that moment must not ring. */
static void
test_halfway(void **state)
{
	const struct timespec nap = {0, 100000000};
	char path[160], other[160], lock[160], go;
	struct tool tool;
	int gate[2];
	pid_t child;

	(void)state;
	tool_create(&tool);
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	snprintf(path, sizeof path, "%s/live/lists/manifest", tool.dir);
	snprintf(other, sizeof other, "%s/live/lists/other", tool.dir);
	snprintf(lock, sizeof lock, "%s/state/lock", tool.dir);
	assert_int_equal(pipe(gate), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (flock(open(lock, O_RDWR), LOCK_EX) != 0 ||
			rename(path, other) != 0 || close(gate[1]) != 0)
			_exit(1);
		/* Long enough for the other to see it like this. */
		nanosleep(&nap, NULL);
		_exit(rename(other, path) != 0);
	}
	close(gate[1]);
	assert_int_equal(read(gate[0], &go, 1), 0);
	close(gate[0]);
	tool_expect(&tool, 0, "status --check");
	assert_int_equal(waitpid(child, NULL, 0), child);
	tool_remove(&tool);
}

/* What wants attention, but nobody needs to be woken for. */
static void
test_attention(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "1.yaml",
		"palang-order: 1\nauthority: k\nid: 2\naction: lift\n"
		"lifts: 1\nissued: 2017-07-14T09:00:00Z\n"
		"---\npalang-order: 1\nauthority: k\nid: 3\naction: block\n"
		"issued: 2017-07-14T09:00:00Z\n"
		"review: 2017-09-01T00:00:00Z\n"
		"scope: exact\ntargets: [t.me]\n");
	tool_expect(&tool, 0, "apply --transcribed --source letter %s/1.yaml",
		tool.dir);
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "status --check");
	assert_string_equal(tool.out, "");
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "k:2 waits for k:1");
	tool_expect_in(
		tool.out, "the review of k:3 was due at 2017-09-01T00:00:00Z");
	tool_expect_in(tool.out, "orders: 1 active; 1 names blocked");
	tool_remove(&tool);
}

/* What somebody else can change is told, and nothing else. */
static void
test_rights(void **state)
{
	static const struct {
		const char *title, *loosen, *mend, *said;
		bool root; /* else it cannot be given away */
	} cases[] = {
		{"the configuration can be replaced", "chmod 777 .",
			"chmod 700 .",
			": its rights are 0777, looser than 0755: chmod "
			"g-w,o-w /",
			false},
		{"by the group", "chmod 775 .", "chmod 700 .",
			": its rights are 0775, looser than 0755: chmod g-w /",
			false},
		{"a key can be changed", "chmod 666 keys/k.pub",
			"chmod 644 keys/k.pub", "/keys/k.pub: its rights are",
			false},
		{"the configuration is another's", "chown nobody palang.yaml",
			"chown root palang.yaml",
			"/palang.yaml: belongs to nobody, who can change it, "
			"not to root: chown root /",
			true},
		{"its folder", "chown nobody .", "chown root .",
			": belongs to nobody", true},
		{"the keys", "chown nobody keys", "chown root keys",
			"/keys: belongs to nobody", true},
		{"one key", "chown nobody keys/k.pub", "chown root keys/k.pub",
			"/keys/k.pub: belongs to nobody", true},
		{"the state", "chown nobody state", "chown root state",
			"/state: belongs to nobody", true},
		{"the ledger", "chown nobody state/ledger.db",
			"chown root state/ledger.db",
			"/state/ledger.db: belongs to nobody", true},
		{"what feeds are made of", "chown nobody state/feeds",
			"chown root state/feeds",
			"/state/feeds: belongs to nobody", true},
		{"the lists", "chown nobody live/lists",
			"chown root live/lists",
			"/live/lists: belongs to nobody", true},
		{"their folder", "chown nobody live", "chown root live",
			"/live: belongs to nobody", true},
	};
	struct tool tool;

	(void)state;
	tool_create(&tool);
	sign_shell(&tool, "mkdir -m 755 keys && echo x >keys/k.pub && "
			  "chmod 644 keys/k.pub palang.yaml");
	if (geteuid() == 0)
		sign_shell(&tool, "chown nobody live/status");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (cases[i].root && geteuid() != 0)
			continue;
		tool_expect(&tool, 0, "status");
		assert_null(strstr(tool.out, "belongs to"));
		assert_null(strstr(tool.out, "its rights are"));
		sign_shell(&tool, "%s", cases[i].loosen);
		tool_expect(&tool, 0, "status");
		tool_expect_in(tool.out, cases[i].said);
		sign_shell(&tool, "%s", cases[i].mend);
	}
	tool_remove(&tool);
}

/* ---- waiting ---- */

static void
test_wait_nobody(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_expect(&tool, 5, "block t.me --scope exact --wait");
	tool_expect_in(tool.err, "no running resolver seen");
	/* It is recorded and published all the same. */
	tool_expect(&tool, 0, "why t.me");
	tool_expect(&tool, 2, "block x.me --scope exact --wait=1parsec");
	tool_remove(&tool);
}

static void
test_wait_behind(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 5, "block t.me --scope exact --wait=1s");
	tool_expect_in(tool.err,
		"1 of 1 running resolvers did not confirm within 1 s");
	tool_expect_in(tool.err, "  one: generation 1 in effect");
	tool_remove(&tool);
}

/* A resolver that follows: a second process that sees each generation from
 * the next one on, and says so. */
static pid_t
start_resolver(const struct tool *tool, const char *instance)
{
	const struct timespec nap = {0, 2000000};
	uint64_t said = tool_generation(tool);
	pid_t child = fork();

	assert_true(child >= 0);
	while (child == 0) {
		uint64_t now = tool_generation(tool);

		if (now != said)
			tool_resolver(tool, instance, 0, PAL_STATE_OK, 0);
		said = now;
		nanosleep(&nap, NULL);
	}
	return child;
}

static void
stop_resolver(pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void
test_wait_follows(void **state)
{
	pid_t one, two;
	struct tool tool;

	(void)state;
	tool_create(&tool);
	/* Both live already, or --wait would find only one of them. */
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_resolver(&tool, "two", 0, PAL_STATE_OK, 0);
	/* A third that has ended is not waited for. */
	tool_resolver(&tool, "three", 0, PAL_STATE_OK, 20000);
	/* Nor is a fourth that said so. */
	tool_resolver_ended(&tool, "four", 0, PAL_STATE_OK, 6000, true);
	one = start_resolver(&tool, "one");
	two = start_resolver(&tool, "two");
	tool_expect(&tool, 0, "block t.me --scope exact --id A --wait");
	tool_expect_in(tool.out, "in effect on 2 resolvers after ");
	tool_expect(&tool, 0, "lift A --wait-swept=20s");
	tool_expect_in(tool.out, "in effect on 2 resolvers after ");
	tool_expect_in(tool.out, "swept on 2 resolvers after ");
	stop_resolver(one);
	stop_resolver(two);
	tool_remove(&tool);
}

/* ---- more than are looked at ---- */

/* Until what is written has another time than what was. */
static void
await_tick(const struct tool *tool)
{
	struct stat was, is;
	char path[160];

	snprintf(path, sizeof path, "%s/live/status/.tick", tool->dir);
	tool_write(tool, "live/status/.tick", "x");
	assert_int_equal(stat(path, &was), 0);
	do {
		tool_write(tool, "live/status/.tick", "x");
		assert_int_equal(stat(path, &is), 0);
	} while (memcmp(&was.st_ctim, &is.st_ctim, sizeof was.st_ctim) == 0);
}

static void
write_many(const struct tool *tool)
{
	char name[64];

	await_tick(tool);
	for (int i = 0; i < RESOLVERS_MAX; i++) {
		snprintf(name, sizeof name, "live/status/r%03d.status", i);
		tool_write(tool, name, "none\n");
	}
	await_tick(tool);
}

/* Files that nobody writes any more hide no resolver, whatever its name. */
static void
test_newest_first(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_many(&tool);
	tool_resolver(&tool, "zz", 0, PAL_STATE_DEGRADED, 0);
	tool_expect(&tool, 1, "status --check");
	tool_expect_in(tool.out, "/live/status holds 257 files, and only the "
				 "256 that changed last are looked at: remove");
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "resolver zz: DEGRADED");
	tool_remove(&tool);
}

/* One that lags, behind the files of whoever wants that: no word that it is in
 * effect. */
static void
test_wait_hidden(void **state)
{
	struct tool tool;
	pid_t one;

	(void)state;
	tool_create(&tool);
	tool_resolver(&tool, "zz", 0, PAL_STATE_OK, 0);
	write_many(&tool);
	tool_resolver(&tool, "aa", 0, PAL_STATE_OK, 0);
	one = start_resolver(&tool, "aa");
	tool_expect(&tool, 5, "block t.me --scope exact --wait");
	assert_null(strstr(tool.out, "in effect on"));
	tool_expect_in(tool.err, "confirmed by 1; but ");
	tool_expect_in(tool.err, "/live/status holds 258 files");
	stop_resolver(one);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_untrusted),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_halfway),
		cmocka_unit_test(test_attention),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_wait_nobody),
		cmocka_unit_test(test_wait_behind),
		cmocka_unit_test(test_wait_follows),
		cmocka_unit_test(test_newest_first),
		cmocka_unit_test(test_wait_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
