/* What others wrote never fools a terminal, never goes on the wire as it is,
 * never leads to a file, and is never more than a command can bear. */
#include "tool_util.h"

#include <inttypes.h>

#include "json.h"
#include "text.h"
#include "verdict.h"

#define ESCAPE "\x1b]0;owned\x07"
#define RED    "\x1b[31m"
#define C1     "\xc2\x9b" /* CONTROL SEQUENCE INTRODUCER */
#define RLO    "\xe2\x80\xae"
#define LRI    "\xe2\x81\xa6"
#define LRM    "\xe2\x80\x8e"
#define ALM    "\xd8\x9c"
#define TAG    "\xf3\xa0\x81\x81"

/* One of each kind that a terminal takes for a command or a turn. */
static const char *const hostile[] = {ESCAPE, RED, "\x7f", C1, RLO, LRI, LRM,
	ALM, TAG, "\xe2\x80\xa8", "\xef\xbb\xbf", "\xff"};
#define HOSTILE (sizeof hostile / sizeof *hostile)

/* All of them in one. */
#define ALL RED "\x07\x7f" C1 RLO LRI LRM ALM TAG

#define HEAD                                                                   \
	"palang-order: 1\nauthority: k\nid: %s\naction: block\n"               \
	"issued: 2017-07-14T09:00:00+07:00\nscope: exact\n"
#define APPLY "apply --transcribed --source letter "

static void
expect_plain(const char *what, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (!text_is_plain(text, len))
			fail_msg("%s: not fit for a terminal: %.*s", what,
				(int)len, text);
		text += len + (text[len] != '\0');
	}
}

/* Runs it; whatever it prints is fit for a terminal. */
#define expect(tool, code, ...)                                                \
	do {                                                                   \
		tool_expect(tool, code, __VA_ARGS__);                          \
		expect_plain("stdout", (tool)->out);                           \
		expect_plain("stderr", (tool)->err);                           \
	} while (0)

/* ---- orders ---- */

static const struct {
	const char *line;
	const char *why;
} places[] = {
	{"reason: {en: \"a%sb\"}\n", "what clients are shown"},
	{"reference: \"a%sb\"\n", "what `show` prints"},
	{"legal-basis: \"a%sb\"\n", "the same"},
	{"x-note: \"a%sb\"\n", "kept as it is"},
	{"x-a%sb: note\n", "a key of nobody's"},
	{"contact: [\"mailto:a%sb@example.org\"]\n", "in the JSON"},
	{"answer: \"no%sdata\"\n", "a word that is known"},
	{"# a comment %s\n", "not even there"},
};

/* As octets; also as an escape of YAML, where the text has one. */
static void
test_orders(void **state)
{
	static const char *const escapes[] = {
		"\\e[31m", "\\x9b", "\\u202e", "\\u2066", "\\U000E0041", "\\0"};
	struct tool tool;
	char line[200], text[800];

	(void)state;
	tool_create(&tool);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		bool quoted = strchr(places[i].line, '"') != NULL;
		size_t kinds = sizeof escapes / sizeof *escapes;

		for (size_t j = 0; j < HOSTILE + (quoted ? kinds : 0); j++) {
			snprintf(line, sizeof line, places[i].line,
				j < HOSTILE ? hostile[j]
					    : escapes[j - HOSTILE]);
			snprintf(text, sizeof text, HEAD "%stargets: [t.me]\n",
				"1", line);
			tool_write(&tool, "o.yaml", text);
			expect(&tool, 2, APPLY "%s/o.yaml", tool.dir);
			/* line 7, wherever in it */
			tool_expect_in(tool.err, "/o.yaml:7:");
		}
	}
	assert_int_equal(tool_generation(&tool), 1);
	tool_remove(&tool);
}

/* In what is named: ids, names. */
static void
test_names(void **state)
{
	struct tool tool;
	char text[800];

	(void)state;
	tool_create(&tool);
	for (size_t i = 0; i < HOSTILE; i++) {
		snprintf(text, sizeof text, HEAD "targets: [\"t%s.me\"]\n", "1",
			hostile[i]);
		tool_write(&tool, "o.yaml", text);
		expect(&tool, 2, APPLY "%s/o.yaml", tool.dir);
		expect(&tool, 2, "block 't%s.me' --scope exact", hostile[i]);
		expect(&tool, 2, "block t.me --scope exact --id 'a%s'",
			hostile[i]);
		expect(&tool, 2, "why 't%s.me'", hostile[i]);
		expect(&tool, 2, "show 'k:%s'", hostile[i]);
	}
	tool_remove(&tool);
}

/* The name of a file is the choice of who sent it. */
static void
test_file_names(void **state)
{
	struct tool tool;
	char text[800], path[128];

	(void)state;
	tool_create(&tool);
	snprintf(path, sizeof path, "%s/in", tool.dir);
	assert_int_equal(mkdir(path, 0755), 0);
	tool_write(&tool, "in/a" ALL "\xff.yaml", "no: order\n");
	expect(&tool, 2, APPLY "%s/in", tool.dir);
	tool_expect_in(tool.err, "/in/a\\x1b[31m\\x07");
	snprintf(text, sizeof text, HEAD "targets: [t.me]\n", "1");
	tool_write(&tool, "in/a" ALL "\xff.yaml", text);
	expect(&tool, 0, APPLY "%s/in", tool.dir);
	expect(&tool, 0, "history");
	expect(&tool, 0, "history --json");
	expect(&tool, 0, "audit export");
	expect(&tool, 0, "show k:1");
	expect(&tool, 0, "show k:1 --json");
	expect(&tool, 0, "check %s/in", tool.dir);
	tool_remove(&tool);
}

/* What the operator says goes into the journal, and comes out of it. */
static void
test_words(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	expect(&tool, 0, "block t.me --scope exact --id A");
	tool_run(&tool, "suspend A --reason 'a" ALL "b'");
	expect_plain("suspend", tool.err);
	expect(&tool, 0, "history");
	expect(&tool, 0, "list --json");
	expect(&tool, 0, "status");
	tool_remove(&tool);
}

/* ---- status files ---- */

#define STATUS                                                                  \
	"palang-status 1\ninstance %s\nhost un" ALL "\xff\npid 1\nstate OK\n"   \
	"epoch 07000000000000000000000000000000\nstarted 1\nheartbeat %" PRId64 \
	"\nended 0\ngeneration 3\neffect 1\nswept 3\nswept-at 1\nlatest 1\n"    \
	"stepped 0\nerror-generation 0\nerror-at 0\nerror e" ALL "\xff\n"       \
	"blocked 1 0 0 0\norder k" ALL " 2017" ALL " 1 0 0 0\nend\n"

static void
test_status(void **state)
{
	struct tool tool;
	char text[1200];

	(void)state;
	tool_create(&tool);
	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof text, STATUS, i == 0 ? "u" : "u" ALL,
			tool_now_ms());
		tool_write(&tool, "live/status/s" ALL "\xff.status", text);
		expect(&tool, 0, "status");
		tool_expect_in(tool.out, "\\x1b[31m");
		expect(&tool, 0, "status --json");
		expect(&tool, 1, "status --check");
	}
	tool_remove(&tool);
}

#define STATUS_FILES 400

/* As many as a folder may have; a few are looked at, all at the same cost.  That
 * there are more is said: the resolver's user can hide others behind them, and
 * who reads that all is well would not know. */
static void
test_many_status_files(void **state)
{
	struct tool tool;
	char name[64];
	int seen = 0;

	(void)state;
	tool_create(&tool);
	for (int i = 0; i < STATUS_FILES; i++) {
		snprintf(name, sizeof name, "live/status/r%03d.status", i);
		tool_write(&tool, name, "none\n");
	}
	expect(&tool, 0, "status");
	tool_expect_in(tool.out, "/live/status holds 400 files, and only the "
				 "256 that changed last are looked at");
	for (int i = 0; i < STATUS_FILES; i++) {
		snprintf(name, sizeof name, "resolver r%03d.status", i);
		seen += strstr(tool.out, name) != NULL;
	}
	assert_int_equal(seen, 256);
	expect(&tool, 1, "status --check");
	tool_expect_in(tool.out, "/live/status holds 400 files");
	expect(&tool, 0, "due");
	tool_expect_in(tool.err, "/live/status holds 400 files");
	tool_remove(&tool);
}

/* ---- feeds ---- */

static void
test_feeds(void **state)
{
	static const char *const lists[] = {
		"a.example\nb" ALL ".example\n\xff\xfe\n" ALL "\n" RLO "c.d\n",
		"127.0.0.1 a.example " ALL "\n" ALL " b.example\n",
		"||a" ALL ".example^\n||b.example^$" ALL "\n",
		"$ORIGIN " ALL ".\n@ SOA a. b. 1 2 3 4 5\na CNAME .\n",
		"$TTL 1\n$ORIGIN z.\n@ SOA a. b. 1 2 3 4 5\na" ALL
		" CNAME .\nb WRONG" ALL " .\n",
		"<html>" ALL,
		ALL,
	};
	struct tool tool;

	(void)state;
	tool_create(&tool);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		tool_write(&tool, "list" RED, lists[i]);
		for (int json = 0; json < 2; json++) {
			tool_run(&tool, "feed check %s/list" RED "%s", tool.dir,
				json ? " --json" : "");
			expect_plain("feed check, out", tool.out);
			expect_plain("feed check, err", tool.err);
		}
		tool_run(&tool, "feed add f%zu --authority k --source %s/list",
			i, tool.dir);
		expect_plain("feed add", tool.err);
	}
	tool_remove(&tool);
}

/* ---- the configuration ---- */

static void
test_configuration(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "palang.yaml", "text: \"a" ALL "\"\n" ALL ": 1\n");
	expect(&tool, 2, "status");
	tool_remove(&tool);
}

/* ---- the wire ---- */

static void
expect_text(struct pal_text text)
{
	assert_true(text_is_plain(text.text, text.len));
}

/* What comes through is written into answers: plain, and whole JSON. */
static void
test_wire(void **state)
{
	static const char long_id[] =
		"ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGH";
	struct verdict_source *source;
	struct pal_verdict verdict;
	struct pal_name name;
	struct json_value *json;
	struct tool tool;
	char text[800], live[96], why[VERDICT_WHY_MAX];

	(void)state;
	tool_create(&tool);
	snprintf(text, sizeof text,
		HEAD "reason: {en: 'a \"quote\", a \\backslash, "
		     "\xe2\x98\xba \xe0\xa4\x95'}\ntargets: [t.me]\n",
		long_id);
	tool_write(&tool, "o.yaml", text);
	expect(&tool, 0, APPLY "%s/o.yaml", tool.dir);
	snprintf(live, sizeof live, "%s/live", tool.dir);
	assert_int_equal(verdict_open(&source, live, why), 0);
	assert_int_equal(pal_name_from_text(&name, "t.me", 4), 0);
	verdict_judge(source, &name, PAL_TYPE_A, 1500000001, &verdict);
	assert_int_equal(verdict.action, PAL_BLOCK);
	expect_text(verdict.policy.ede);
	expect_text(verdict.policy.json);
	expect_text(verdict.policy.json_short);
	assert_int_equal(json_read(&json, verdict.policy.json.text,
				 verdict.policy.json.len),
		0);
	assert_string_equal(json_text(json_get(json, "j")),
		"a \"quote\", a \\backslash, \xe2\x98\xba \xe0\xa4\x95");
	json_free(json);
	verdict_close(source);
	tool_remove(&tool);
}

/* ---- the file system ---- */

static unsigned file_count;

static int
count_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	assert_null(strstr(path, "passwd"));
	file_count += flag == FTW_F;
	return 0;
}

/* An id may look like a path; it never is one. */
static void
test_paths(void **state)
{
	static const char *const refused[] = {"../passwd", "/etc/passwd",
		"./passwd", "~/passwd", "\"a\\0/passwd\"", "a\\passwd",
		"\"a passwd\"", "a*passwd"};
	static const char *const taken[] = {
		"a/../../../../tmp/passwd", "a//passwd", "a/./passwd"};
	struct tool tool;
	char text[800];
	unsigned before;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "o.yaml", "");
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		snprintf(text, sizeof text, HEAD "targets: [t.me]\n",
			refused[i]);
		tool_write(&tool, "o.yaml", text);
		expect(&tool, 2, APPLY "%s/o.yaml", tool.dir);
	}
	/* one more generation has been: manifest.prev is there */
	expect(&tool, 0, "block a.example --scope exact");
	expect(&tool, 0, "block b.example --scope exact");
	nftw(tool.dir, count_file, 8, FTW_PHYS);
	before = file_count;
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		snprintf(text, sizeof text, HEAD "targets: [t.me]\n", taken[i]);
		tool_write(&tool, "o.yaml", text);
		expect(&tool, 0, APPLY "%s/o.yaml", tool.dir);
		expect(&tool, 0, "show k:%s", taken[i]);
	}
	file_count = 0;
	nftw(tool.dir, count_file, 8, FTW_PHYS);
	assert_int_equal(file_count, before);
	assert_int_equal(access("/tmp/passwd", F_OK), -1);
	tool_remove(&tool);
}

/* ---- limits ---- */

/* The text with so many octets of a comment behind it. */
static void
write_long(
	const struct tool *tool, const char *name, const char *text, size_t len)
{
	char *long_text = malloc(len + 1);
	size_t at = strlen(text);

	assert_non_null(long_text);
	memset(long_text, '#', len);
	memcpy(long_text, text, at);
	long_text[len] = '\0';
	tool_write(tool, name, long_text);
	free(long_text);
}

static void
test_sizes(void **state)
{
	static const struct {
		const char *name, *command, *says;
		size_t max;
	} cases[] = {
		{"o.yaml", APPLY "%s/o.yaml", "larger than", 1 << 20},
		{"palang.yaml", "status", "larger than a megabyte", 1 << 20},
		{"o.yaml.minisig", APPLY "%s/o.yaml", "larger than", 16384},
	};
	struct tool tool;
	char text[800];

	(void)state;
	snprintf(text, sizeof text, HEAD "targets: [t.me]\n", "1");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tool_create(&tool);
		tool_write(&tool, "o.yaml", text);
		write_long(&tool, cases[i].name, i == 0 ? text : "",
			cases[i].max + 1);
		expect(&tool, 2, cases[i].command, tool.dir);
		tool_expect_in(tool.err, cases[i].says);
		tool_remove(&tool);
	}
	/* and as large as may be */
	tool_create(&tool);
	write_long(&tool, "o.yaml", text, 1 << 20);
	expect(&tool, 0, APPLY "%s/o.yaml", tool.dir);
	tool_remove(&tool);
}

/* Each of them may be as large; all together may not. */
static void
test_flood(void **state)
{
	char first[128], path[128];
	struct tool tool;

	(void)state;
	tool_create(&tool);
	snprintf(path, sizeof path, "%s/in", tool.dir);
	assert_int_equal(mkdir(path, 0755), 0);
	write_long(&tool, "in/000.yaml", "", 1 << 20);
	snprintf(first, sizeof first, "%s/in/000.yaml", tool.dir);
	for (int i = 1; i <= 64; i++) {
		snprintf(path, sizeof path, "%s/in/%03d.yaml", tool.dir, i);
		assert_int_equal(link(first, path), 0);
	}
	expect(&tool, 2, APPLY "%s/in", tool.dir);
	tool_expect_in(tool.err, "/in/064.yaml: more than 64 MiB");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_file_names),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_many_status_files),
		cmocka_unit_test(test_feeds),
		cmocka_unit_test(test_configuration),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
