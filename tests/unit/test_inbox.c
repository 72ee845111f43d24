/* A folder into which anybody may put anything. */
#include "inbox_util.h"
#include "kill_util.h"

#include <sys/file.h>

/* ---- names ---- */

struct name_case {
	const char *name;
	bool valid;
	const char *encoded;
};

static const struct name_case names[] = {
	{"order.yaml", true, "order.yaml"},
	{"A-z_0.9", true, "A-z_0.9"},
	{"", false, ""},
	{".hidden", false, "%2Ehidden"},
	{"..", false, "%2E."},
	{"a b", false, "a%20b"},
	{"a\nb", false, "a%0Ab"},
	{"../x", false, "%2E.%2Fx"},
	{"-rf", true, "-rf"},
	{"caf\xc3\xa9", false, "caf%C3%A9"},
	{"a\x1b[2J", false, "a%1B%5B2J"},
	{"a%0Ab", false, "a%250Ab"},
};

static void
encodes_names(void **state)
{
	char text[INBOX_FINAL_MAX], other[INBOX_FINAL_MAX], longest[256];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct name_case *c = &names[i];

		assert_int_equal(
			inbox_name_valid(c->name, strlen(c->name)), c->valid);
		inbox_encode(text, c->name);
		assert_string_equal(text, c->encoded);
	}
	memset(longest, 'x', 255);
	longest[255] = '\0';
	assert_true(inbox_name_valid(longest, INBOX_NAME_MAX));
	assert_false(inbox_name_valid(longest, INBOX_NAME_MAX + 1));
	/* Names that are cut stay different. */
	inbox_encode(text, longest);
	longest[254] = 'y';
	inbox_encode(other, longest);
	assert_true(strlen(text) <= INBOX_NAME_MAX + 8);
	assert_string_not_equal(text, other);
}

/* ---- judging ---- */

#define OLD   1000000 /* ms of age: long enough for anything */
#define FRESH 100
#define WAITS 10000 /* it may be complete, and waits for the other */

struct judge_case {
	const char *name;
	mode_t mode;
	int64_t age;
	const char *other; /* what lies there besides; NULL: nothing */
	int64_t other_age;
	enum inbox_step step;
	const char *why;
};

static const struct judge_case judged[] = {
	{"a", S_IFREG, OLD, "a.minisig", OLD, INBOX_TAKE, NULL},
	/* either may still be written */
	{"a", S_IFREG, FRESH, "a.minisig", OLD, INBOX_WAIT, NULL},
	{"a", S_IFREG, OLD, "a.minisig", FRESH, INBOX_WAIT, NULL},
	{"a", S_IFREG, WAITS, NULL, 0, INBOX_WAIT, NULL},
	{"a", S_IFREG, OLD, NULL, 0, INBOX_REFUSE, "its signature never came"},
	{"a", S_IFREG, OLD, "b.minisig", OLD, INBOX_REFUSE, "never came"},
	{"a.minisig", S_IFREG, OLD, "a", OLD, INBOX_LEAVE, NULL},
	{"a.minisig", S_IFREG, WAITS, NULL, 0, INBOX_WAIT, NULL},
	{"a.minisig", S_IFREG, OLD, NULL, 0, INBOX_REFUSE, "that it signs"},
	/* no order is a signature */
	{"a.minisig", S_IFREG, OLD, "a.minisig.minisig", OLD, INBOX_REFUSE,
		"that it signs"},
	{"a.minisig.minisig", S_IFREG, OLD, "a.minisig", OLD, INBOX_REFUSE,
		"that it signs"},
	{".minisig", S_IFREG, OLD, NULL, 0, INBOX_REFUSE, "its name is not"},
	{".a.x8f3", S_IFREG, WAITS, NULL, 0, INBOX_WAIT, NULL}, /* rsync's */
	{".a.x8f3", S_IFREG, OLD, NULL, 0, INBOX_REFUSE, "its name is not"},
	{"a b", S_IFREG, WAITS, "a b.minisig", OLD, INBOX_REFUSE, "its name"},
	{"a", S_IFLNK, WAITS, "a.minisig", OLD, INBOX_REFUSE, "symbolic link"},
	{"a", S_IFLNK, FRESH, "a.minisig", OLD, INBOX_WAIT, NULL},
	{"a", S_IFREG, OLD, "a.minisig/", OLD, INBOX_REFUSE, "never came"},
	{"a", S_IFDIR, WAITS, NULL, 0, INBOX_REFUSE, "it is a folder"},
	{"a", S_IFIFO, WAITS, NULL, 0, INBOX_REFUSE, "it is a pipe"},
	{"a", S_IFSOCK, WAITS, NULL, 0, INBOX_REFUSE, "a socket"},
	{"a", S_IFCHR, WAITS, NULL, 0, INBOX_REFUSE, "a device"},
};

#define NOW ((int64_t)5000000000) /* ms, of both clocks */

static void
put_look(struct inbox_look *look, const char *name, mode_t mode, int64_t age)
{
	char *slash;

	memset(look, 0, sizeof *look);
	look->name = strdup(name);
	slash = strchr(look->name, '/');
	if (slash != NULL)
		*slash = '\0';
	look->st.st_mode = slash != NULL ? S_IFDIR : mode;
	look->st.st_nlink = 1;
	look->since = NOW;
	look->st.st_ctim.tv_sec = (NOW - age) / 1000;
	look->st.st_ctim.tv_nsec = (NOW - age) % 1000 * 1000000;
}

static void
judges_what_lies_there(void **state)
{
	const struct inbox_times times = {NOW, NOW, 600000};

	(void)state;
	for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
		const struct judge_case *c = &judged[i];
		struct inbox_looks looks = {
			calloc(2, sizeof *looks.items), 1, false};
		size_t at = c->other != NULL && strcmp(c->other, c->name) < 0;
		const char *why = NULL;
		int64_t arrived = 0;
		enum inbox_step step;

		put_look(&looks.items[at], c->name, c->mode, c->age);
		if (c->other != NULL) {
			put_look(&looks.items[!at], c->other, S_IFREG,
				c->other_age);
			looks.count = 2;
		}
		step = inbox_judge(
			&looks, &looks.items[at], &times, &why, &arrived);
		if (step != c->step)
			fail_msg("case %zu: %s: %d, not %d", i, c->name, step,
				c->step);
		if (c->why != NULL)
			tool_expect_in(why, c->why);
		if (step == INBOX_TAKE)
			assert_int_equal(arrived, NOW - OLD);
		inbox_looks_fini(&looks);
	}
}

/* What has a time to come was written with another clock: what counts is how
 * long we see it. */
static void
judges_by_two_clocks(void **state)
{
	const struct inbox_times times = {NOW, NOW, 600000};
	struct inbox_looks looks = {calloc(2, sizeof *looks.items), 2, false};
	int64_t arrived = 0;
	const char *why;

	(void)state;
	put_look(&looks.items[0], "a", S_IFREG, -OLD);
	put_look(&looks.items[1], "a.minisig", S_IFREG, OLD);
	assert_int_equal(
		inbox_judge(&looks, looks.items, &times, &why, &arrived),
		INBOX_WAIT);
	looks.items[0].since = NOW - INBOX_SETTLED;
	assert_int_equal(
		inbox_judge(&looks, looks.items, &times, &why, &arrived),
		INBOX_TAKE);
	/* it cannot have come tomorrow */
	assert_int_equal(arrived, NOW);
	/* a hard link may be to what is none of the sender's */
	looks.items[0].st.st_nlink = 2;
	assert_int_equal(
		inbox_judge(&looks, looks.items, &times, &why, &arrived),
		INBOX_REFUSE);
	tool_expect_in(why, "hard link");
	looks.items[0].st.st_nlink = 1;
	looks.items[0].st.st_size = ORDER_FILE_MAX + 1;
	assert_int_equal(
		inbox_judge(&looks, looks.items, &times, &why, &arrived),
		INBOX_REFUSE);
	tool_expect_in(why, "larger than an order");
	/* with too many files nobody waits long */
	looks.items[0].st.st_size = 1;
	looks.items[0].since = NOW - INBOX_CROWDED;
	looks.count = 1;
	assert_int_equal(
		inbox_judge(&looks, looks.items, &times, &why, &arrived),
		INBOX_WAIT);
	looks.crowded = true;
	assert_int_equal(
		inbox_judge(&looks, looks.items, &times, &why, &arrived),
		INBOX_REFUSE);
	looks.count = 2;
	inbox_looks_fini(&looks);
}

#define PAIRS 20

/* Files of a flood: empty, in the folder. */
static void
flood(int folder, const char *format, int count)
{
	char name[64];

	for (int i = 0; i < count; i++) {
		int fd;

		snprintf(name, sizeof name, format, i);
		fd = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		assert_true(fd >= 0);
		close(fd);
	}
}

/* However much lies there, what has its signature is looked at: a bound holds
 * for the rest alone, also where it ends as signatures do. */
static void
sees_pairs_in_a_flood(void **state)
{
	char dir[] = "/tmp/palang-inbox-XXXXXX", command[64];
	struct inbox_looks looks = {.items = NULL};
	size_t pairs = 0;
	int folder;

	(void)state;
	assert_non_null(mkdtemp(dir));
	folder = file_open_folder(dir);
	assert_true(folder >= 0);
	flood(folder, "o%d.yaml", PAIRS);
	flood(folder, "o%d.yaml.minisig", PAIRS);
	flood(folder, "rubbish-%d", INBOX_LOOKS);
	flood(folder, "rubbish-s%d.minisig", INBOX_LOOKS / 2);
	assert_int_equal(inbox_look(&looks, folder, NOW), 0);
	assert_true(looks.crowded);
	assert_int_equal(looks.count, INBOX_LOOKS + 2 * PAIRS);
	for (size_t i = 0; i < looks.count; i++) {
		pairs += looks.items[i].name[0] == 'o';
		assert_true(i == 0 || strcmp(looks.items[i - 1].name,
					      looks.items[i].name) < 0);
	}
	assert_int_equal(pairs, 2 * PAIRS);
	inbox_looks_fini(&looks);
	close(folder);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

/* ---- the command ---- */

static void
takes_what_is_signed(void **state)
{
	struct tool tool;

	(void)state;
	inbox_create(&tool);
	inbox_drop(&tool, "1", "now", "1", BLOCK);
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.out, "k:1: in force");
	tool_expect_in(tool.out, "1.yaml: taken");
	sign_shell(&tool,
		"test -f in/done/1.yaml && test -f in/done/1.yaml.minisig && "
		"test $(ls in/done | wc -l) = 3 && test $(ls in | wc -l) = 2");
	inbox_expect_receipt(&tool, "done/1.yaml", "\"state\": \"taken\"");
	inbox_expect_receipt(&tool, "done/1.yaml", "\"comment\": \"of 1\"");
	tool_expect(&tool, 0, "why t.me");
	tool_expect_in(tool.out, "t.me: blocked by k:1");
	/* the same again is no other order, and no other file of that name
	 * goes lost */
	sign_shell(&tool, "cp in/done/1.yaml in/done/1.yaml.minisig in/");
	tool_expect(&tool, 0, "inbox --once --json %s/in", tool.dir);
	assert_true(tool.out[0] == '{');
	tool_expect_in(tool.out, "\"palang_receipt\": 1");
	assert_int_equal(tool_generation(&tool), 2);
	sign_shell(&tool, "test $(ls in/done | wc -l) = 6");
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	assert_string_equal(tool.out, "");
	tool_remove(&tool);
}

static void
reports_what_is_held(void **state)
{
	struct tool tool;

	(void)state;
	inbox_settled = 0;
	sign_create(&tool, "    may: {usual-targets: 1}\n");
	sign_shell(&tool, "mkdir in");
	inbox_drop(&tool, "1", "now", "1",
		"action: block\nscope: exact\ntargets: [t.me, u.me]\n");
	tool_expect(&tool, 4, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.out, "1.yaml: held");
	inbox_expect_receipt(&tool, "done/1.yaml", "\"state\": \"held\"");
	inbox_expect_receipt(&tool, "done/1.yaml", "it names 2 targets");
	assert_int_equal(tool_generation(&tool), 1);
	tool_expect(&tool, 0, "held");
	tool_expect_in(tool.out, "k:1: held");
	/* a service applied it, which is no person */
	tool_expect_in(tool.out, "0 of 2 approvals");
	tool_expect_in(tool.out, "nobody in particular applied it (the inbox)");
	sign_shell(&tool, "echo 'approvals: 1' >>palang.yaml");
	tool_expect(&tool, 0, "approve 1 --reason meant");
	tool_expect(&tool, 0, "why u.me");
	tool_remove(&tool);
}

/* ---- refusals ---- */

/* What is done in the inbox, beside 1.yaml and its signature; under what name
 * it ends in refused/, and what its receipt says. */
struct refusal {
	const char *shell, *name, *why;
	bool waits;
};

static const struct refusal refusals[] = {
	{"sed -i s/t.me/u.me/ 1.yaml", "1.yaml", "is not of these octets",
		false},
	{"rm 1.yaml.minisig", "1.yaml", "its signature never came", true},
	{"rm 1.yaml", "1.yaml.minisig", "the file that it signs never came",
		true},
	{"echo x >1.yaml.minisig", "1.yaml", "less than four lines", false},
	{"minisign -S -s ../stranger.key -m 1.yaml", "1.yaml",
		"which is nobody's", false},
	{"minisign -S -s ../court.key -m 1.yaml", "1.yaml",
		"counts for its own orders alone", false},
	{"minisign -S -s ../old.key -m 1.yaml", "1.yaml", "which is retired",
		false},
	{"echo 'x: 1' >>1.yaml; minisign -S -s ../now.key -m 1.yaml", "1.yaml",
		"\"line\": 8", false},
	{"mv 1.yaml '1 \n.yaml'", "1%20%0A.yaml", "its name is not made of",
		false},
	{"mv 1.yaml \"$(printf 'a\\nb')\"", "a%0Ab", "its name is not made of",
		false},
	{"mv 1.yaml .hidden", "%2Ehidden", "the first of them no dot", true},
	{"rm 1.yaml; ln -s /etc/shadow 1.yaml", "1.yaml", "a symbolic link",
		false},
	{"rm 1.yaml; mkfifo 1.yaml", "1.yaml", "a pipe", false},
	{"rm 1.yaml; mkdir 1.yaml", "1.yaml", "a folder", false},
	{"ln 1.yaml ../other", "1.yaml", "a hard link", false},
	{"rm 1.yaml.minisig; ln -s ../now.key 1.yaml.minisig", "1.yaml.minisig",
		"a symbolic link", false},
	{"head -c 40000 /dev/zero >1.yaml.minisig", "1.yaml.minisig",
		"larger than any signature", false},
	{"truncate -s 2G 1.yaml", "1.yaml", "larger than an order file", false},
};

static void
refuses_in_words(void **state)
{
	struct tool tool;

	(void)state;
	inbox_create(&tool);
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		const struct refusal *c = &refusals[i];
		char name[128];

		/* Two looks, the second of which finds what never came. */
		inbox_settled = c->waits ? 1000 : 0;
		inbox_drop(&tool, "1", "now", "1", BLOCK);
		sign_shell(&tool, "cd in && { %s </dev/null; }", c->shell);
		tool_expect(
			&tool, 1, "inbox --once --patience 1s %s/in", tool.dir);
		snprintf(name, sizeof name, "refused/%s", c->name);
		inbox_expect_receipt(&tool, name, c->why);
		inbox_expect_receipt(&tool, name, "\"refusal\": {");
		assert_int_equal(tool_generation(&tool), 1);
		sign_shell(&tool,
			"test -e in/%s -o -L in/%s && rm -rf in/* "
			"in/.??* other",
			name, name);
	}
	tool_remove(&tool);
}

/* ---- stops ---- */

/* What a stop leaves, by its order; $s is the spool, and the pair lies in
 * in/.  In the end it is in done/, once. */
static const char *const stops[] = {
	"echo \"${t}000 1.yaml\" >$s/name",
	"echo \"${t}000 1.yaml\" >$s/name; mv in/1.yaml.minisig $s/signature",
	/* across file systems: copied, and not yet removed */
	"echo \"${t}000 1.yaml\" >$s/name; cp in/1.yaml.minisig $s/signature",
	"echo \"${t}000 1.yaml\" >$s/name; mv in/1.yaml.minisig $s/signature; "
	"cp in/1.yaml $s/order",
	"echo \"${t}000 1.yaml\" >$s/name; mv in/1.yaml.minisig $s/signature; "
	"mv in/1.yaml $s/order",
	/* judged */
	"echo \"${t}000 1.yaml\" >$s/name; mv in/1.yaml.minisig $s/signature; "
	"mv in/1.yaml $s/order; printf 'done 1.yaml\nr' >$s/outcome",
	"echo \"${t}000 1.yaml\" >$s/name; mv in/1.yaml.minisig $s/signature; "
	"mv in/1.yaml $s/order; printf 'done 1.yaml\nr' >$s/outcome; "
	"echo r >in/done/1.yaml.receipt.json",
	"echo \"${t}000 1.yaml\" >$s/name; mv in/1.yaml.minisig in/done; "
	"mv in/1.yaml $s/order; printf 'done 1.yaml\nr' >$s/outcome",
	"echo \"${t}000 1.yaml\" >$s/name; mv in/1.yaml in/1.yaml.minisig in/done; "
	"printf 'done 1.yaml\nr' >$s/outcome",
	"mv in/1.yaml in/1.yaml.minisig in/done; "
	"printf 'done 1.yaml\nr' >$s/outcome",
	/* half a file of our own, which never was in its place */
	"echo '1 1.y' >$s/.new-0123456789abcdef",
};

static void
goes_on_after_a_stop(void **state)
{
	struct tool tool;

	(void)state;
	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
		inbox_create(&tool);
		tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
		inbox_drop(&tool, "1", "now", "1", BLOCK);
		sign_shell(&tool, "s=%s t=$(date +%%s); %s",
			inbox_spool_of(&tool), stops[i]);
		tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
		sign_shell(&tool,
			"test $(ls in/done | wc -l) = 3 && "
			"test $(ls in | wc -l) = 2 && "
			"test -f in/done/1.yaml.receipt.json && "
			"minisign -V -p keys/now.pub -m in/done/1.yaml && "
			"test \"$(ls %s)\" = lock",
			inbox_spool_of(&tool));
		tool_remove(&tool);
	}
}

#define KILLS 30

/* Killed anywhere: what was dropped is in done/ or refused/ in the end, and is
 * in force once. */
static void
loses_nothing_when_killed(void **state)
{
	struct kill_round round = {.count = KILLS};
	unsigned whole = 0, cut = 0;
	struct tool tool;
	char line[128];

	(void)state;
	inbox_create(&tool);
	inbox_drop(&tool, "n", "now", "0", BLOCK);
	snprintf(line, sizeof line, "inbox --once %s/in", tool.dir);
	round.took = kill_try(&tool, line);
	for (; round.at < round.count; round.at++) {
		int i = round.at + 1;
		char id[16];

		snprintf(id, sizeof id, "%d", i);
		inbox_drop(&tool, id, "now", id, BLOCK);
		kill_run(&tool, &round, line);
		sign_shell(&tool,
			"ls in/done/%d.yaml.receipt.json >there; true", i);
		free(tool.out);
		tool.out = inbox_read_text(&tool, "there");
		whole += tool.out[0] != '\0';
		cut += tool.out[0] == '\0';
		tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
		sign_shell(&tool,
			"test $(ls in/done | wc -l) = %d && "
			"test $(ls in | wc -l) = 2 && "
			"test -f in/done/%d.yaml.receipt.json && "
			"test \"$(ls %s)\" = lock",
			3 * (i + 1), i, inbox_spool_of(&tool));
		assert_int_equal(tool_generation(&tool), i + 2);
	}
	assert_true(cut > 0);
	assert_true(whole > 0);
	tool_remove(&tool);
}

static void
is_alone_at_work(void **state)
{
	struct tool tool;
	char path[300];
	int lock;

	(void)state;
	inbox_create(&tool);
	tool_expect(&tool, 0, "inbox --once %s/in", tool.dir);
	snprintf(path, sizeof path, "%s/lock", inbox_spool_of(&tool));
	lock = open(path, O_RDWR | O_CLOEXEC);
	assert_true(lock >= 0);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	tool_expect(&tool, 2, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.err, "another `palang inbox` is at work on ");
	/* another folder is another matter */
	sign_shell(&tool, "mkdir in2");
	tool_expect(&tool, 0, "inbox --once %s/in2", tool.dir);
	close(lock);
	tool_remove(&tool);
}

/* Whoever owns the inbox may put a link, or a file, in the place of ours. */
static void
follows_no_link_out(void **state)
{
	struct tool tool;

	(void)state;
	inbox_create(&tool);
	sign_shell(&tool, "mkdir out && ln -s ../out in/done && "
			  "mkfifo in/refused");
	inbox_drop(&tool, "1", "now", "1", BLOCK);
	tool_expect(&tool, 1, "inbox --once %s/in", tool.dir);
	tool_expect_in(tool.out, "1.yaml: taken");
	sign_shell(&tool,
		"test -z \"$(ls out)\" -a ! -L in/done && "
		"test -f in/done/1.yaml && "
		"test -L in/refused/done-*[0-9] -a -p in/refused/refused-*[0-9]");
	sign_shell(&tool, "ln -s in in3");
	tool_expect(&tool, 2, "inbox --once %s/in3", tool.dir);
	tool_expect(&tool, 2, "inbox --once %s/none", tool.dir);
	tool_expect_in(tool.err, "No such file");
	tool_expect(&tool, 2, "inbox --patience x %s/in", tool.dir);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_names),
		cmocka_unit_test(judges_what_lies_there),
		cmocka_unit_test(judges_by_two_clocks),
		cmocka_unit_test(sees_pairs_in_a_flood),
		cmocka_unit_test(takes_what_is_signed),
		cmocka_unit_test(reports_what_is_held),
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(goes_on_after_a_stop),
		cmocka_unit_test(loses_nothing_when_killed),
		cmocka_unit_test(is_alone_at_work),
		cmocka_unit_test(follows_no_link_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
