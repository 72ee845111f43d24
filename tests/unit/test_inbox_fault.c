/* Whose fault it is that an order is not taken, and whose the files are that
 * come of it. */
#include "inbox_util.h"

/* ---- the order's ---- */

#define ROOM   255 /* orders that may meet at a name */
#define ISSUED "issued: 2017-07-14T09:00:00+07:00\n"
#define OTHER  "action: block\nscope: exact\ntargets: [u.me]\n"

/* As many orders of k as may block t.me, in one file; they are taken. */
static void
fill_room(struct tool *tool)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	for (int i = 0; i < ROOM; i++)
		fprintf(out,
			"---\npalang-order: 1\nauthority: k\nid: m%d\n" ISSUED
				BLOCK,
			i);
	assert_int_equal(fclose(out), 0);
	tool_write(tool, "many.yaml", text);
	free(text);
	inbox_drop_file(tool, "many", "now");
	tool_expect(tool, 0, "inbox --once %s/in", tool->dir);
	tool_expect_in(tool->out, "many.yaml: taken");
}

/* What cannot be compiled is told without a file: it is the fault of the order
 * that makes it so, and those behind it wait for nothing. */
static void
refuses_what_cannot_be_compiled(void **state)
{
	struct tool tool;

	(void)state;
	inbox_create(&tool);
	fill_room(&tool);
	inbox_drop(&tool, "1", "now", "1", BLOCK);
	inbox_drop(&tool, "2", "now", "2", OTHER);
	tool_expect(&tool, 1, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.out, "1.yaml: refused: 256 orders meet at t.me");
	tool_expect_in(tool.out, "2.yaml: taken");
	inbox_expect_receipt(&tool, "refused/1.yaml",
		"256 orders meet at t.me, and an image has room for 255");
	inbox_expect_receipt(&tool, "refused/1.yaml", "\"line\": 1");
	sign_shell(&tool, "test \"$(ls %s)\" = lock", inbox_spool_of(&tool));
	/* all that came in one file */
	sign_order(&tool, "3", "k", "3",
		OTHER
		"---\npalang-order: 1\nauthority: k\nid: 4\n" ISSUED BLOCK);
	inbox_drop_file(&tool, "3", "now");
	tool_expect(&tool, 1, "inbox --once %s/in", tool.dir);
	inbox_expect_receipt(&tool, "refused/3.yaml", "256 orders meet");
	tool_expect(&tool, 2, "show 3");
	tool_remove(&tool);
}

/* One that is held with another that is new: the sender can mend it. */
static void
refuses_what_is_held_among_what_is_new(void **state)
{
	static const char held[] = "action: block\nscope: exact\n"
				   "targets: [t.me, u.me]\n";
	struct tool tool;
	char more[256];

	(void)state;
	inbox_settled = 0;
	sign_create(&tool, "    may: {usual-targets: 1}\n");
	sign_shell(&tool, "mkdir in");
	inbox_drop(&tool, "1", "now", "1", held);
	tool_expect(&tool, 4, "inbox --once %s/in", tool.dir);
	snprintf(more, sizeof more,
		"%s---\npalang-order: 1\nauthority: k\nid: \"1\"\n" ISSUED "%s",
		BLOCK, held);
	inbox_drop(&tool, "2", "now", "2", more);
	inbox_drop(&tool, "3", "now", "3", BLOCK);
	tool_expect(&tool, 1, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.out, "2.yaml: refused: k:1 is held");
	tool_expect_in(tool.out, "3.yaml: taken");
	inbox_expect_receipt(
		&tool, "refused/2.yaml", "send what is new without it");
	inbox_expect_receipt(&tool, "refused/2.yaml", "\"line\": 9");
	tool_expect(&tool, 0, "held");
	tool_expect_in(tool.out, "k:1: held");
	tool_remove(&tool);
}

/* ---- ours ---- */

/* An error that is none of the order's does not refuse it. */
static void
keeps_what_it_cannot_record(void **state)
{
	struct tool tool;

	(void)state;
	inbox_create(&tool);
	inbox_drop(&tool, "1", "now", "1", BLOCK);
	sign_shell(&tool, "mv live/lists lists");
	tool_expect(&tool, 2, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.err, "/live/lists: there is no such folder");
	sign_shell(&tool, "test -f %s/order -a ! -e in/refused/1.yaml",
		inbox_spool_of(&tool));
	sign_shell(&tool, "mv lists live/lists");
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.out, "1.yaml: taken");
	tool_remove(&tool);
}

/* What is wrong with the operator's own files is nothing that a sender is
 * told, and refuses no order; what is wrong with the order does. */
static void
keeps_it_for_faults_of_ours(void **state)
{
	struct tool tool;

	(void)state;
	inbox_settled = 0;
	sign_create(&tool, "");
	sign_shell(&tool, "sed -i 's|popular: no|popular: '$PWD'/popular.txt|' "
			  "palang.yaml && grep popular.txt palang.yaml");
	sign_shell(&tool, "mkdir in");
	inbox_drop(&tool, "1", "now", "1", BLOCK);
	tool_expect(&tool, 2, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.err, "popular.txt");
	sign_shell(&tool,
		"test -f %s/order -a -z \"$(ls in/refused in/done | "
		"grep yaml)\"",
		inbox_spool_of(&tool));
	sign_shell(&tool, "echo popular.example >popular.txt");
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.out, "1.yaml: taken");
	tool_remove(&tool);
}

/* What could not be compiled before it came, either: here since the operator
 * took c its power over k, which brought an order back. */
static void
keeps_it_for_what_was_recorded(void **state)
{
	struct tool tool;

	(void)state;
	inbox_create(&tool);
	sign_shell(&tool,
		"cp palang.yaml without && sed -i "
		"'s/c: {kind: external, /&acts-for: [k], /' palang.yaml && "
		"! cmp -s palang.yaml without && cp palang.yaml with");
	fill_room(&tool);
	sign_order(&tool, "lift", "c", "L", "action: lift\nlifts: k:m7\n");
	inbox_drop_file(&tool, "lift", "court");
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	inbox_drop(&tool, "1", "now", "1", BLOCK);
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	sign_shell(&tool, "cp without palang.yaml");
	inbox_drop(&tool, "2", "now", "2", OTHER);
	tool_expect(&tool, 2, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.err, "256 orders meet at t.me");
	sign_shell(&tool, "test -f %s/order -a ! -e in/refused/2.yaml",
		inbox_spool_of(&tool));
	sign_shell(&tool, "cp with palang.yaml");
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.out, "2.yaml: taken");
	tool_remove(&tool);
}

/* ---- whose the files are ---- */

/* The sender may have the file open still, or under a second name: what lies
 * in done/ are the octets that were judged, in a file of our own. */
static void
keeps_what_was_judged(void **state)
{
	struct tool tool;
	char path[300];
	int fd;

	(void)state;
	inbox_create(&tool);
	inbox_drop(&tool, "1", "now", "1", BLOCK);
	sign_shell(&tool, "cp in/1.yaml judged; cp in/1.yaml.minisig signed");
	snprintf(path, sizeof path, "%s/in/1.yaml", tool.dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	assert_int_equal(pwrite(fd, "X", 1, 0), 1);
	close(fd);
	sign_shell(&tool, "cmp judged in/done/1.yaml && "
			  "cmp signed in/done/1.yaml.minisig");
	/* A link that is made when it lies in the spool already. */
	inbox_drop(&tool, "2", "now", "2", BLOCK);
	sign_shell(&tool,
		"s=%s; echo \"$(date +%%s)000 2.yaml\" >$s/name; "
		"ln in/2.yaml other; mv in/2.yaml.minisig $s/signature; "
		"mv in/2.yaml $s/order",
		inbox_spool_of(&tool));
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	sign_shell(&tool, "cp in/done/2.yaml judged; echo x >>other; "
			  "cmp judged in/done/2.yaml");
	tool_remove(&tool);
}

/* A stop behind the commit: what was recorded is what lies in the spool, and
 * stays it until it is moved out. */
static void
keeps_what_was_recorded(void **state)
{
	struct tool tool;
	char path[300];
	int fd;

	(void)state;
	inbox_create(&tool);
	inbox_drop(&tool, "1", "now", "1", BLOCK);
	sign_shell(
		&tool, "cp in/1.yaml judged; mkdir live/lists/manifest.prev");
	snprintf(path, sizeof path, "%s/in/1.yaml", tool.dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	tool_expect(&tool, 2, "inbox --once %s/in", tool.dir);
	tool_expect(&tool, 0, "show 1");
	assert_int_equal(pwrite(fd, "X", 1, 0), 1);
	close(fd);
	sign_shell(&tool, "rmdir live/lists/manifest.prev");
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.out, "1.yaml: taken");
	sign_shell(&tool, "cmp judged in/done/1.yaml");
	tool_remove(&tool);
}

struct owner_case {
	const char *key, *id, *more;
	int code;
	const char *folder;
	bool ours;
};

#define TWO "action: block\nscope: exact\ntargets: [v.me, w.me]\n"

static const struct owner_case owners[] = {
	{"now", "1", BLOCK, 0, "done", true},
	{"now", "2", TWO, 4, "done", true},
	/* the same again, as often as anybody likes: nothing is recorded */
	{"now", "1", BLOCK, 0, "done", false},
	{"now", "2", TWO, 4, "done", false},
	{"stranger", "3", BLOCK, 1, "refused", false},
	{"now", "4", "no: order\n", 1, "refused", false},
	{"now", "1", OTHER, 1, "refused", false},
};

static ino_t
inode_of(const struct tool *tool, const char *folder, int number,
	const char *suffix)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof path, "%s/in/%s/%d.yaml%s", tool->dir, folder,
		number, suffix);
	assert_int_equal(lstat(path, &st), 0);
	return st.st_ino;
}

/* Files of ours count for no quota of the sender's: what he can send without
 * end stays his. */
static void
leaves_files_to_their_sender(void **state)
{
	static const char *const suffixes[] = {"", ".minisig"};
	struct tool tool;

	(void)state;
	inbox_settled = 0;
	sign_create(&tool, "    may: {usual-targets: 1}\n");
	sign_shell(&tool, "mkdir in");
	for (int i = 0; i < (int)(sizeof owners / sizeof *owners); i++) {
		const struct owner_case *c = &owners[i];
		char name[16];
		ino_t was[2];

		snprintf(name, sizeof name, "%d", i);
		inbox_drop(&tool, name, c->key, c->id, c->more);
		for (int part = 0; part < 2; part++)
			was[part] = inode_of(&tool, ".", i, suffixes[part]);
		tool_expect(&tool, c->code, "inbox --once %s/in", tool.dir);
		for (int part = 0; part < 2; part++)
			assert_int_equal(inode_of(&tool, c->folder, i,
						 suffixes[part]) != was[part],
				c->ours);
	}
	tool_remove(&tool);
}

/* What was refused may be written to still: its receipt says what was judged. */
static void
tells_what_was_refused(void **state)
{
	struct tool tool;
	char path[300], *digest;
	int fd;

	(void)state;
	inbox_create(&tool);
	inbox_drop(&tool, "1", "stranger", "1", BLOCK);
	sign_shell(&tool, "sha256sum in/1.yaml | cut -c1-64 >digest");
	snprintf(path, sizeof path, "%s/in/1.yaml", tool.dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	tool_expect(&tool, 1, "inbox --once %s/in", tool.dir);
	assert_int_equal(pwrite(fd, "X", 1, 0), 1);
	close(fd);
	digest = inbox_read_text(&tool, "digest");
	digest[strcspn(digest, "\n")] = '\0';
	inbox_expect_receipt(&tool, "refused/1.yaml", digest);
	free(digest);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_cannot_be_compiled),
		cmocka_unit_test(refuses_what_is_held_among_what_is_new),
		cmocka_unit_test(keeps_what_it_cannot_record),
		cmocka_unit_test(keeps_it_for_faults_of_ours),
		cmocka_unit_test(keeps_it_for_what_was_recorded),
		cmocka_unit_test(keeps_what_was_judged),
		cmocka_unit_test(keeps_what_was_recorded),
		cmocka_unit_test(leaves_files_to_their_sender),
		cmocka_unit_test(tells_what_was_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
