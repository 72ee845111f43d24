/* The commands of feeds and allows, from the command line to the lists. */
#include "tool_util.h"

#include <dirent.h>

#include "feed.h"
#include "palang/image.h"
#include "verdict.h"

#define REFRESH "feed refresh ads"

/* Ten names: one of them is a tenth. */
static const char ten[] = "a.example.com\nb.example.com\nc.example.com\n"
			  "d.example.com\ne.example.com\nf.example.com\n"
			  "g.example.com\nh.example.com\ni.example.com\n"
			  "j.example.com\n";

/* The same and one more that needs cleaning: it is written in capitals. */
static const char dirty[] = "a.example.com\nb.example.com\nc.example.com\n"
			    "d.example.com\ne.example.com\nf.example.com\n"
			    "g.example.com\nh.example.com\ni.example.com\n"
			    "j.example.com\nK.example.com\n";

/* The source is written anew: another time of change, whatever the clock. */
static void
write_list(const struct tool *tool, const char *text)
{
	static int64_t tick;
	char path[160];
	struct timespec times[2] = {{.tv_sec = 1500000000}};

	tool_write(tool, "list", text);
	snprintf(path, sizeof path, "%s/list", tool->dir);
	times[1].tv_sec = 1500000000 + ++tick;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
begin(struct tool *tool)
{
	tool_create(tool);
	write_list(tool, ten);
	tool_expect(tool, 0, "feed add ads --authority k --source %s/list",
		tool->dir);
}

static void write_config(const struct tool *tool, const char *more);

static unsigned
count_files(const struct tool *tool, const char *folder, const char *end)
{
	struct dirent *entry;
	unsigned count = 0;
	char path[160];
	DIR *dir;

	snprintf(path, sizeof path, "%s/%s", tool->dir, folder);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name);

		count += len > strlen(end) &&
		         strcmp(entry->d_name + len - strlen(end), end) == 0;
	}
	closedir(dir);
	return count;
}

static void
test_add(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect_in(tool.out, "feed ads: 10 rules; generation 2");
	tool_expect(&tool, 0, "why www.a.example.com");
	tool_expect_in(tool.out, "blocked by k:ads");
	tool_expect(&tool, 1, "why example.com");
	tool_expect(&tool, 0, "feed list");
	tool_expect_in(tool.out, "10 rules, refreshed");
	tool_expect(&tool, 0, "feed show ads");
	tool_expect_in(tool.out, "k ads");
	tool_expect(&tool, 0, "feed show ads --json");
	tool_expect_in(tool.out, "\"answer\": \"sinkhole\"");
	tool_expect_in(tool.out, "\"ttl\": 30");
	tool_expect_in(tool.out, "\"a\": \"192.0.2.1\"");
	tool_expect_in(tool.out, "\"max_size\": 1073741824");
	tool_expect_in(tool.out, "\"max_time\": 600");
	tool_expect_in(tool.out, "\"allow_private\": false");
	tool_expect_in(tool.out, "\"ede\": \"k ads\"");
	tool_expect(&tool, 2, "show ads");
	tool_expect_in(tool.err, "palang feed show ads");
	tool_expect(&tool, 0, "history ads");
	tool_expect_in(tool.out, "feed refresh  k:ads");
	assert_null(strstr(tool.out, "init"));
	tool_expect(&tool, 2, "feed add ads --source /x");
	tool_expect_in(tool.err, "there is a feed \"ads\" already");
	tool_expect(&tool, 2, "feed add more");
	tool_expect_in(tool.err, "--source is needed");
	tool_expect(&tool, 2, "feed add orders --source /x");
	tool_expect_in(tool.err, "is no name of a feed");
	tool_expect(&tool, 2, "feed add --source /x -- -more");
	tool_expect_in(tool.err, "no hyphen first");
	tool_expect(&tool, 2, "feed add more --source /x --wait=bogus");
	tool_expect(&tool, 0, "feed list");
	assert_null(strstr(tool.out, "more"));
	tool_expect(&tool, 2, "feed add more --source /x --max-change 5");
	tool_expect_in(tool.err, "as in 20%");
	tool_expect(&tool, 2, "feed add more --source /x --authority nobody");
	tool_expect_in(tool.err, "\"nobody\" is not in");
	/* nothing of these was recorded */
	tool_expect(&tool, 0, "feed add more -n --source /nowhere");
	tool_expect(&tool, 0, "feed list");
	assert_null(strstr(tool.out, "more"));
	/* one whose source fails is recorded all the same */
	tool_expect(&tool, 2, "feed add more --source /nowhere/list");
	tool_expect_in(tool.err, "it is recorded");
	tool_expect(&tool, 0, "feed list");
	tool_expect_in(tool.out, "no list yet");
	assert_int_equal(tool_generation(&tool), 2);
	tool_remove(&tool);
}

/* An order changes its own image, and no other. */
static void
test_orders_beside(void **state)
{
	struct pal_manifest before, after;
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_manifest(&tool, &before);
	tool_expect(&tool, 0, "block t.me --scope exact");
	tool_manifest(&tool, &after);
	assert_int_equal(after.count, 2);
	assert_string_equal(after.lists[1].file, before.lists[1].file);
	assert_string_not_equal(after.lists[0].file, before.lists[0].file);
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect(&tool, 0, "why t.me");
	/* ... and a feed its own */
	write_list(&tool, "a.example.com\n");
	before = after;
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_manifest(&tool, &after);
	assert_string_equal(after.lists[0].file, before.lists[0].file);
	assert_string_not_equal(after.lists[1].file, before.lists[1].file);
	tool_expect(&tool, 0, "why t.me");
	tool_remove(&tool);
}

static void
test_refresh(void **state)
{
	char text[512];
	struct tool tool;

	(void)state;
	begin(&tool);
	/* untouched, and written anew with what was there */
	tool_expect(&tool, 0, REFRESH);
	tool_expect_in(tool.out, "unchanged, 10 rules");
	write_list(&tool, ten);
	tool_expect(&tool, 0, REFRESH);
	tool_expect_in(tool.out, "unchanged, 10 rules");
	assert_int_equal(tool_generation(&tool), 2);
	snprintf(text, sizeof text, "%sk.example.com\n", ten);
	write_list(&tool, text);
	tool_expect(&tool, 0, REFRESH " -n");
	tool_expect_in(tool.out, "would put in force 11 rules, 1 came");
	assert_int_equal(tool_generation(&tool), 2);
	tool_expect(&tool, 0, REFRESH);
	tool_expect_in(tool.out, "11 rules, 1 came, 0 went; generation 3");
	tool_expect(&tool, 0, "why k.example.com");
	/* the list in force and the one before are kept, and no more */
	assert_int_equal(count_files(&tool, "state/feeds", ".names"), 2);
	write_list(&tool, ten);
	tool_expect(&tool, 0, REFRESH);
	assert_int_equal(count_files(&tool, "state/feeds", ".names"), 2);
	assert_int_equal(count_files(&tool, "state/feeds", ".img"), 0);
	assert_int_equal(count_files(&tool, "state/feeds", ".new"), 0);
	assert_int_equal(count_files(&tool, "state/spool", ""), 2);
	/* it has let go of the ledger by the time that it waits */
	snprintf(text, sizeof text, "%sl.example.com\n", ten);
	write_list(&tool, text);
	tool_expect(&tool, EXIT_UNCONFIRMED, REFRESH " --wait=1s");
	tool_expect(&tool, 2, "feed refresh nothing");
	tool_expect_in(tool.err, "there is no feed \"nothing\"");
	tool_remove(&tool);
}

/* What is no list leaves the one in force. */
static void
test_failing(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"<!DOCTYPE html>\n<html><body>not here</body></html>\n",
			"feed ads: "},
		{"", "feed ads: "},
		{"# nothing but a comment\n", "feed ads: "},
	};
	struct tool tool;
	char path[160];

	(void)state;
	begin(&tool);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		write_list(&tool, cases[i].text);
		tool_expect(&tool, 2, REFRESH " --accept-change");
		tool_expect_in(tool.err, cases[i].why);
		tool_expect_in(tool.err, "stays in force");
	}
	snprintf(path, sizeof path, "%s/list", tool.dir);
	assert_int_equal(unlink(path), 0);
	tool_expect(&tool, 2, "feed refresh");
	tool_expect(&tool, 0, "feed list");
	tool_expect_in(tool.out, "fails since");
	assert_int_equal(tool_generation(&tool), 2);
	tool_expect(&tool, 0, "why a.example.com");
	/* it is there again, as it was */
	write_list(&tool, ten);
	tool_expect(&tool, 0, REFRESH);
	tool_expect(&tool, 0, "feed list");
	assert_null(strstr(tool.out, "fails"));
	tool_remove(&tool);
}

static void
test_held(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	write_list(&tool, "x.example.com\n");
	tool_expect(&tool, EXIT_HELD, REFRESH);
	tool_expect_in(tool.out, "1 rules came and 10 went of the 10");
	tool_expect_in(tool.out, "--accept-change");
	tool_expect(&tool, 0, "feed list");
	tool_expect_in(tool.out, "held since");
	tool_expect(&tool, 0, "why a.example.com");
	/* the source says nothing new: it is held still, and known */
	tool_expect(&tool, EXIT_HELD, REFRESH);
	assert_int_equal(tool_generation(&tool), 2);
	/* the list that is held is the one that is taken */
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect(&tool, 0, "why x.example.com");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 0, "feed list");
	assert_null(strstr(tool.out, "held"));
	/* what comes next within bounds replaces what was held */
	write_list(&tool, ten);
	tool_expect(&tool, EXIT_HELD, REFRESH);
	write_list(&tool, "x.example.com\n# as before\n");
	tool_expect(&tool, 0, REFRESH);
	tool_expect_in(tool.out, "unchanged, 1 rules");
	tool_expect(&tool, 0, "feed list");
	assert_null(strstr(tool.out, "held"));
	tool_remove(&tool);
}

static void
expect_refused(struct tool *tool, const char *words)
{
	tool_expect(tool, 2, "%s", words);
	tool_expect_in(tool->err, "it needs cleaning, and `strict` refuses");
	/* there may be no file to check */
	tool_expect_in(tool->out, "upper case: line 11");
	tool_expect(tool, 1, "why k.example.com");
}

/* By the option one refresh is, and no other. */
static void
test_strict_once(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect(&tool, 0, REFRESH " --strict");
	tool_expect_in(tool.out, "unchanged, 10 rules");
	write_list(&tool, dirty);
	expect_refused(&tool, REFRESH " --strict");
	expect_refused(&tool, REFRESH " --strict --accept-change");
	tool_expect(&tool, 0, "feed list");
	tool_expect_in(tool.out, "fails since");
	/* as the message has it */
	tool_expect_in(tool.out, "`palang " REFRESH " --strict -n` tells");
	expect_refused(&tool, REFRESH " --strict -n");
	tool_expect(&tool, 0, REFRESH);
	tool_expect(&tool, 0, "why k.example.com");
	/* the source says that nothing is new, which is not what was asked */
	tool_expect(&tool, 2, REFRESH " --strict");
	tool_expect_in(tool.out, "upper case: line 11");
	tool_remove(&tool);
}

/* By the key each refresh is. */
static void
test_strict(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_list(&tool, dirty);
	tool_expect(
		&tool, 2, "feed add ads --strict --source %s/list", tool.dir);
	tool_expect(&tool, 0, "feed show ads");
	tool_expect_in(tool.out, "max-change 20%, strict\n");
	tool_expect(&tool, 0, "feed show ads --json");
	tool_expect_in(tool.out, "\"strict\": true");
	expect_refused(&tool, "feed refresh");
	expect_refused(&tool, REFRESH " --accept-change");
	write_list(&tool, ten);
	tool_expect(&tool, 0, "feed refresh");
	tool_expect(&tool, 0, "why a.example.com");
	write_list(&tool, dirty);
	expect_refused(&tool, "feed refresh");
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect(&tool, 0, "feed remove ads");
	/* said later, it is of the list that is in force, too */
	write_config(&tool, "");
	tool_expect(&tool, 0, "feed refresh");
	write_config(&tool, "    strict: yes\n");
	tool_expect(&tool, 2, "feed refresh");
	tool_expect_in(tool.out, "upper case: line 11");
	tool_expect(&tool, 0, "why k.example.com");
	tool_remove(&tool);
}

static void
test_rollback(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect(&tool, 2, "feed rollback ads");
	tool_expect_in(tool.err, "there is no list before");
	write_list(&tool, "x.example.com\n");
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect(&tool, 0, "feed rollback ads -n");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 0, "feed rollback ads");
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect(&tool, 1, "why x.example.com");
	/* the source has the bad list still, or gives it once more */
	for (int i = 0; i < 3; i++) {
		tool_expect(
			&tool, EXIT_HELD, i < 2 ? REFRESH : REFRESH " --force");
		tool_expect_in(tool.out, "it is the list that was rolled back");
		tool_expect(&tool, 0, "why a.example.com");
	}
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect(&tool, 0, "why x.example.com");
	tool_remove(&tool);
}

static void
test_remove(void **state)
{
	struct tool tool;
	char path[160];

	(void)state;
	begin(&tool);
	tool_expect(&tool, 0, "feed remove ads -n");
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect(&tool, 0, "feed remove ads");
	tool_expect(&tool, 1, "why a.example.com");
	assert_int_equal(count_files(&tool, "state/feeds", ".names"), 0);
	tool_expect(&tool, 0, "feed list");
	assert_string_equal(tool.out, "");
	tool_expect(&tool, 2, "feed remove ads");
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "feed remove  k:ads");
	/* under the same name it begins anew */
	tool_expect(&tool, 0, "feed add ads --source %s/list", tool.dir);
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect_in(tool.out, "blocked by operator:ads");
	/* ... but no list of it goes by the name of one before */
	snprintf(path, sizeof path, "%s/state/feeds/ads-2.names", tool.dir);
	assert_int_equal(access(path, F_OK), 0);
	tool_remove(&tool);
}

/* A refresh of several has taken their names: one that another palang removes
 * meanwhile stays removed. */
static void
test_removed_meanwhile(void **state)
{
	const struct feed_options options = {.force = true};
	struct cmd_call call = {.config_given = true};
	struct state refresh;
	struct tool tool;

	(void)state;
	begin(&tool);
	call.config_file = tool.config;
	tool_expect(&tool, 0, "feed add more --source %s/list", tool.dir);
	assert_int_equal(state_begin(&refresh, &call), EXIT_DONE);
	assert_int_equal(state_open_read(&refresh), EXIT_DONE);
	assert_int_equal(feed_refresh(&refresh, "ads", &options), FEED_SAME);
	tool_expect(&tool, 0, "feed remove more");
	assert_int_equal(feed_refresh(&refresh, "more", &options), FEED_FAILED);
	state_close(&refresh);
	tool_expect(&tool, 0, "feed list");
	assert_null(strstr(tool.out, "more"));
	assert_int_equal(tool_generation(&tool), 4);
	tool_expect(&tool, 2, "feed remove more");
	tool_remove(&tool);
}

static void
test_allow(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect(&tool, 2, "allow add www.a.example.com");
	tool_expect_in(tool.err, "--reason is needed");
	tool_expect(&tool, 0, "allow add www.a.example.com --reason 'a bank'");
	tool_expect_in(tool.out, "a derogation from feed ads of k");
	tool_expect(&tool, 1, "why www.a.example.com");
	tool_expect_in(tool.out, "a bank");
	tool_expect(&tool, 1, "why x.www.a.example.com");
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect(&tool, 0, "allow add www.a.example.com --reason again");
	tool_expect_in(tool.out, "allowed already");
	tool_expect(&tool, 0, "allow list");
	tool_expect_in(tool.out, "a derogation from feed ads of k");
	tool_expect(&tool, 0, "feed show ads");
	tool_expect_in(tool.out, "derogation www.a.example.com");
	tool_expect(&tool, 0, "allow list --json");
	tool_expect_in(tool.out, "\"derogates_from\"");
	/* an order goes before an allow */
	tool_expect(&tool, 0, "block www.a.example.com --scope exact");
	tool_expect(&tool, 0, "why www.a.example.com");
	/* the scopes of a name are two allows */
	tool_expect(
		&tool, 0, "allow add b.example.com --scope exact --reason r");
	tool_expect(&tool, 1, "why b.example.com");
	tool_expect(&tool, 0, "why www.b.example.com");
	tool_expect(&tool, 0, "allow remove b.example.com");
	tool_expect(&tool, 0, "why b.example.com");
	tool_expect(&tool, 1, "allow remove b.example.com");
	tool_remove(&tool);
}

static unsigned
count_in(const char *text, const char *part)
{
	unsigned count = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

static void
expect_held(struct tool *tool, const char *words, unsigned events)
{
	tool_expect(tool, EXIT_HELD, "%s", words);
	tool_expect(tool, 0, "history ads");
	assert_int_equal(count_in(tool->out, "feed held"), events);
	assert_int_equal(count_files(tool, "state/feeds", ".names"), 2);
	assert_int_equal(count_files(tool, "state/feeds", ".new"), 0);
}

/* The first list too: nothing else guards that. */
static void
test_min_names(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_list(&tool, ten);
	tool_expect(&tool, EXIT_HELD,
		"feed add ads --authority k --min-names 11 --source %s/list",
		tool.dir);
	tool_expect_in(tool.out, "it has 10 rules, fewer than the 11 of "
				 "`min-names`");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, EXIT_HELD, REFRESH);
	assert_int_equal(tool_generation(&tool), 1);
	tool_expect(&tool, 0, "feed list");
	tool_expect_in(tool.out, "fewer than the 11");
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect(&tool, 0, "why a.example.com");
	/* that was said of one list: of another it is to be said again */
	write_list(&tool, strchr(ten, '\n') + 1);
	tool_expect(&tool, EXIT_HELD, REFRESH);
	tool_expect_in(tool.out, "it has 9 rules, fewer than the 11");
	tool_expect(&tool, 0, "why a.example.com");
	write_list(&tool, dirty);
	tool_expect(&tool, 0, REFRESH);
	tool_expect(&tool, 0, "why k.example.com");
	tool_remove(&tool);
}

/* A source that does not know what it gave before gives the list that is held
 * each hour: that is no news. */
static void
test_held_again(void **state)
{
	char held[160], *journal;
	struct tool tool;

	(void)state;
	begin(&tool);
	snprintf(held, sizeof held, "%s/state/feeds/ads-2.names", tool.dir);
	write_list(&tool, "x.example.com\n");
	expect_held(&tool, REFRESH, 1);
	tool_expect(&tool, 0, "audit export");
	journal = strdup(tool.out);
	for (int i = 0; i < 2; i++) {
		expect_held(&tool, REFRESH " --force", 1);
		write_list(&tool, "# anew\nx.example.com\n");
		expect_held(&tool, REFRESH, 1);
		assert_int_equal(access(held, F_OK), 0);
	}
	tool_expect(&tool, 0, "audit export");
	assert_string_equal(tool.out, journal);
	free(journal);
	/* another list is, and so is the first one, back again */
	write_list(&tool, "y.example.com\n");
	expect_held(&tool, REFRESH, 2);
	write_list(&tool, "x.example.com\n");
	expect_held(&tool, REFRESH, 3);
	/* one whose file is lost is kept anew */
	snprintf(held, sizeof held, "%s/state/feeds/ads-4.names", tool.dir);
	assert_int_equal(unlink(held), 0);
	expect_held(&tool, REFRESH, 4);
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect(&tool, 0, "why x.example.com");
	tool_remove(&tool);
}

/* The history has what was done, with its scope, and nothing else. */
static void
test_allow_history(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect(
		&tool, 0, "allow add a.example.com b.example.com --reason r");
	tool_expect(&tool, 0,
		"allow add a.example.com c.example.com --reason again");
	tool_expect(
		&tool, 0, "allow add d.example.com --scope exact --reason r");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count_in(tool.out, "allow add"), 4);
	assert_int_equal(count_in(tool.out, "a.example.com"), 1);
	tool_expect_in(tool.out, "c.example.com (subtree): again");
	tool_expect(&tool, 0, "allow remove d.example.com nothing.example");
	tool_expect_in(tool.out, "nothing.example: not allowed");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count_in(tool.out, "allow remove"), 1);
	assert_null(strstr(tool.out, "nothing.example"));
	assert_int_equal(count_in(tool.out, "d.example.com (exact)"), 2);
	assert_null(strstr(tool.out, "d.example.com (subtree)"));
	/* both scopes of a name are two allows */
	tool_expect(
		&tool, 0, "allow add a.example.com --scope exact --reason r");
	tool_expect(&tool, 0, "allow remove a.example.com");
	tool_expect(&tool, 0, "history");
	assert_int_equal(count_in(tool.out, "allow remove"), 3);
	tool_remove(&tool);
}

/* What cannot be allowed is told before anything else is said. */
static void
test_allow_refused(void **state)
{
	static const struct {
		const char *words, *why;
	} cases[] = {
		{"com", "a whole top-level domain cannot be allowed"},
		{"a.example.com com", "com: a whole top-level domain"},
		{".", "the root cannot be allowed"},
		{". --scope exact", "the root cannot be allowed"},
		{"*.foo.com", "write foo.com: it allows all below it too "
			      "(--scope exact: the name alone)"},
	};
	struct tool tool;

	(void)state;
	begin(&tool);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tool_expect(
			&tool, 2, "allow add %s --reason r", cases[i].words);
		tool_expect_in(tool.err, cases[i].why);
		assert_string_equal(tool.out, "");
	}
	tool_expect(&tool, 0, "allow add com --scope exact --reason r");
	tool_expect(&tool, 1, "allow remove org");
	tool_remove(&tool);
}

static void
test_allow_feed(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_write(&tool, "white", "a.example.com\nb.example.com\n");
	tool_expect(&tool, 0,
		"feed add white --as allow --reason schools --source %s/white",
		tool.dir);
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 0, "why c.example.com");
	/* an own allow beside it, and gone again */
	tool_expect(&tool, 0, "allow add c.example.com --reason r");
	tool_expect(&tool, 1, "why c.example.com");
	tool_expect(&tool, 1, "why b.example.com");
	tool_expect(&tool, 0, "allow remove c.example.com");
	tool_expect(&tool, 0, "why c.example.com");
	tool_expect(&tool, 1, "why b.example.com");
	tool_expect(&tool, 0, "feed remove white");
	tool_expect(&tool, 0, "why b.example.com");
	tool_remove(&tool);
}

/* What a feed that allows opens of an external authority's is listed, with
 * its reason, and needs one. */
static void
test_allow_feed_reason(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_write(&tool, "white", "www.a.example.com\nb.example.com\nx.org\n");
	tool_expect(&tool, 2, "feed add white --as allow --source %s/white",
		tool.dir);
	tool_expect_in(tool.err, "--as allow needs --reason here: it may open "
				 "names of feed ads of k");
	tool_expect(&tool, 0,
		"feed add white --as allow --reason 'for schools' --source "
		"%s/white",
		tool.dir);
	tool_expect(&tool, 0, "allow list");
	tool_expect_in(tool.out, "feed white  3 rules: for schools");
	tool_expect_in(tool.out, "a derogation from feed ads of k, 2 names: "
				 "www.a.example.com, b.example.com\n");
	tool_expect(&tool, 0, "allow list --json");
	tool_expect_in(tool.out, "\"reason\": \"for schools\"");
	tool_expect_in(tool.out, "\"names\": 2");
	for (int i = 0; i < 2; i++) {
		const char *name = i == 0 ? "ads" : "white";

		tool_expect(&tool, 0, "feed show %s", name);
		tool_expect_in(tool.out,
			"derogation by feed white from feed ads of k, 2 names");
		tool_expect_in(tool.out, "for schools");
		tool_expect(&tool, 0, "feed show %s --json", name);
		tool_expect_in(tool.out, "\"by\": \"white\"");
	}
	tool_remove(&tool);
}

/* One of palang.yaml without a reason: such a list is not taken. */
static void
test_allow_feed_without(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_list(&tool, "x.org\n");
	write_config(&tool, "    as: allow\n");
	tool_expect(&tool, 0, "feed refresh");
	tool_write(&tool, "black", ten);
	tool_expect(&tool, 0, "feed add black --authority k --source %s/black",
		tool.dir);
	write_list(&tool, "x.org\na.example.com\n");
	tool_expect(&tool, 2, REFRESH " --accept-change");
	tool_expect_in(tool.err, "it opens names of feed black of k (1, as "
				 "a.example.com), and needs a `reason`");
	tool_expect(&tool, 0, "why a.example.com");
	write_config(&tool, "    as: allow\n    reason: for schools\n");
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 0, "allow list");
	tool_expect_in(tool.out, "feed ads  2 rules: for schools");
	tool_remove(&tool);
}

/* Whatever brings a list into force, the reason is asked for; and names that
 * cannot be read are not none. */
static void
test_allow_feed_asked(void **state)
{
	static const char accept[] = REFRESH " --accept-change";
	struct tool tool;
	char path[160];

	(void)state;
	tool_create(&tool);
	write_config(&tool, "    as: allow\n");
	write_list(&tool, "a.example.com\n");
	tool_expect(&tool, 0, "feed refresh");
	write_list(&tool, "x.org\n");
	tool_expect(&tool, 0, "%s", accept);
	tool_run(&tool, "status");
	assert_null(strstr(tool.out, "`reason`"));
	/* the other feed comes later */
	tool_write(&tool, "black", ten);
	tool_expect(&tool, 0, "feed add black --authority k --source %s/black",
		tool.dir);
	tool_run(&tool, "status");
	tool_expect_in(tool.out, "feed ads allows without a `reason`, and may "
				 "open names of feed black of k");
	tool_expect(&tool, 2, "feed rollback ads");
	tool_expect_in(tool.err, "(1, as a.example.com), and needs a `reason`");
	tool_expect(&tool, 0, "why a.example.com");
	/* a list is held, and what it opens is blocked since */
	write_list(&tool, "x.org\ny.example.com\n");
	tool_expect(&tool, EXIT_HELD, REFRESH);
	tool_write(&tool, "black", "y.example.com\na.example.com\n");
	tool_expect(&tool, 0, "feed refresh black --accept-change");
	tool_expect(&tool, 2, "%s", accept);
	tool_expect_in(tool.err, "(1, as y.example.com), and needs a `reason`");
	tool_expect(&tool, 0, "why y.example.com");
	/* damaged, and gone */
	tool_write(&tool, "state/feeds/black-2.names", "palang-names 1\n");
	tool_expect(&tool, 2, "%s", accept);
	tool_expect_in(tool.err, "names of feed black of k cannot be told: ");
	tool_expect(&tool, 0, "allow list");
	tool_expect_in(tool.err, "what is opened of feed black of k is not");
	snprintf(path, sizeof path, "%s/state/feeds/black-2.names", tool.dir);
	assert_int_equal(unlink(path), 0);
	tool_expect(&tool, 2, "%s", accept);
	tool_expect_in(tool.err, "names of feed black of k cannot be told: ");
	tool_expect(&tool, 0, "why y.example.com");
	/* with a reason it is taken */
	write_config(&tool, "    as: allow\n    reason: for schools\n");
	tool_expect(&tool, 0, "%s", accept);
	tool_expect(&tool, 1, "why y.example.com");
	tool_expect(&tool, 0, "feed refresh black --force --accept-change");
	/* what failed is told until it is tried again */
	tool_expect(&tool, 0, REFRESH);
	tool_run(&tool, "status");
	assert_null(strstr(tool.out, "`reason`"));
	tool_remove(&tool);
}

/* Own allows need nothing of the feeds; a list that would lose a feed's allows
 * is not made. */
static void
test_allow_without_folder(void **state)
{
	char feeds[128], away[128];
	struct tool tool;

	(void)state;
	begin(&tool);
	snprintf(feeds, sizeof feeds, "%s/state/feeds", tool.dir);
	snprintf(away, sizeof away, "%s/away", tool.dir);
	tool_expect(&tool, 0, "allow add a.example.com --reason r");
	assert_int_equal(rename(feeds, away), 0);
	tool_expect(&tool, 0, "allow add b.example.com --reason r");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 1, "why b.example.com");
	assert_int_equal(rename(away, feeds), 0);
	tool_write(&tool, "white", "c.example.com\n");
	tool_expect(&tool, 0,
		"feed add white --as allow --reason schools --source %s/white",
		tool.dir);
	assert_int_equal(rename(feeds, away), 0);
	tool_expect(&tool, 2, "allow add d.example.com --reason r");
	tool_expect_in(tool.err, "feed white: its names are needed");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 1, "why c.example.com");
	tool_expect(&tool, 0, "why d.example.com");
	/* an order waits for none of it */
	tool_expect(&tool, 0, "block t.me --scope exact");
	tool_expect(&tool, 1, "why c.example.com");
	assert_int_equal(rename(away, feeds), 0);
	tool_expect(&tool, 0, "allow add d.example.com --reason r");
	tool_expect(&tool, 1, "why d.example.com");
	tool_expect(&tool, 1, "why c.example.com");
	tool_remove(&tool);
}

/* Without feeds. */
static void
write_bare_config(const struct tool *tool)
{
	char text[2048];

	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"%s",
		tool->dir, tool->dir, tool_authorities);
	tool_write(tool, "palang.yaml", text);
}

static void
write_config(const struct tool *tool, const char *more)
{
	char text[2048];

	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"%s"
		"feeds:\n  ads:\n    authority: k\n    source: %s/list\n%s",
		tool->dir, tool->dir, tool_authorities, tool->dir, more);
	tool_write(tool, "palang.yaml", text);
}

/* True if the allow image in force says how it differs from the base. */
static bool
tells_changes(const struct tool *tool, const uint8_t base[PAL_SHA256_SIZE],
	uint8_t digest[PAL_SHA256_SIZE])
{
	struct pal_manifest manifest;
	struct pal_image *image;
	char path[256], *data;
	size_t len;
	bool tells;

	tool_manifest(tool, &manifest);
	assert_int_equal(manifest.lists[1].role, PAL_ROLE_ALLOW);
	snprintf(path, sizeof path, "%s/live/lists/%s", tool->dir,
		manifest.lists[1].file);
	assert_int_equal(file_read(path, 1 << 20, 0, &data, &len), 0);
	assert_int_equal(pal_image_load(&image, (uint8_t *)data, len, NULL), 0);
	tells = pal_image_follows(image, base);
	memcpy(digest, pal_image_digest(image), PAL_SHA256_SIZE);
	pal_image_free(image);
	return tells;
}

/* What changes is told only where it is known: a feed that allows may have
 * come or gone by palang.yaml since the image in force was made. */
static void
test_allow_changes(void **state)
{
	static const struct {
		const char *more; /* of palang.yaml */
		const char *words;
		bool tells;
	} cases[] = {
		/* there was none before */
		{"", "allow add a.example.com --reason r", false},
		{"", "allow add b.example.com --reason r", true},
		{"", "allow remove b.example.com", true},
		/* the feed is to come, comes, is there, and is gone */
		{"    as: allow\n", "allow add c.example.com --reason r", true},
		{"    as: allow\n", REFRESH " --accept-change", false},
		{"    as: allow\n", "allow add d.example.com --reason r",
			false},
		{"    as: allow\n", REFRESH " --force", false},
		{"", "allow add e.example.com --reason r", false},
		{"", REFRESH " --accept-change", false},
		{"", "allow add f.example.com --reason r", true},
	};
	uint8_t base[PAL_SHA256_SIZE] = {0};
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_list(&tool, ten);
	write_config(&tool, "");
	tool_expect(&tool, 0, "feed refresh");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		write_config(&tool, cases[i].more);
		tool_expect(&tool, 0, "%s", cases[i].words);
		if (tells_changes(&tool, base, base) != cases[i].tells)
			fail_msg("case %zu: %s", i, cases[i].words);
	}
	tool_remove(&tool);
}

/* Nothing turns the list but who says that it is meant.  why: what `why` of
 * one of its names ends with until then. */
static void
expect_turning(struct tool *tool, int why, const char *turn)
{
	struct pal_manifest before, after;

	tool_manifest(tool, &before);
	tool_expect(tool, 0, "block t%d.me --scope exact", why);
	tool_expect(tool, 0, "allow add n%d.example.org --reason r", why);
	tool_expect(tool, EXIT_HELD, "publish");
	tool_expect_in(tool->err, turn);
	tool_expect(tool, why, "why a.example.com");
	tool_run(tool, "status");
	tool_expect_in(tool->out, turn);
	tool_expect(tool, 0, "feed list");
	tool_expect_in(tool->out, turn);
	tool_expect(tool, 0, "export --format plain");
	assert_int_equal(strstr(tool->out, "a.example.com") != NULL, why == 0);
	/* the refresh asks if it is meant */
	for (int i = 0; i < 2; i++) {
		tool_expect(
			tool, EXIT_HELD, i == 0 ? REFRESH : REFRESH " --force");
		tool_expect_in(tool->out, "held, not in force: it ");
		tool_expect(tool, why, "why a.example.com");
	}
	tool_manifest(tool, &after);
	assert_int_equal(after.generation, before.generation + 3);
	assert_int_equal(count_files(tool, "state/feeds", ".names"), 1);
	tool_expect(tool, 0, REFRESH " --accept-change");
	tool_expect(tool, why == 0 ? 1 : 0, "why a.example.com");
}

/* Another `as:` in palang.yaml turns a list by a refresh that says that it is
 * meant: no order, no allow and no publish does. */
static void
test_turned(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_list(&tool, ten);
	write_config(&tool, "");
	tool_expect(&tool, 0, "feed refresh");
	write_config(&tool, "    as: allow\n");
	expect_turning(&tool, 0, "it blocks still");
	write_config(&tool, "");
	expect_turning(&tool, 1, "it allows still");
	tool_expect(&tool, 0, "feed list");
	assert_null(strstr(tool.out, "still"));
	assert_null(strstr(tool.out, "held"));
	tool_remove(&tool);
}

/* What asks no source leaves the list on its side, with the answer of now; and
 * so do lists that are made anew. */
static void
test_turned_kept(void **state)
{
	struct pal_manifest manifest;
	struct tool tool;
	char path[256];

	(void)state;
	tool_create(&tool);
	write_list(&tool, "z.example.com\n");
	write_config(&tool, "");
	tool_expect(&tool, 0, "feed refresh");
	write_list(&tool, ten);
	tool_expect(&tool, 0, REFRESH " --accept-change");
	write_config(&tool, "    as: allow\n");
	tool_expect(&tool, 0, "feed rollback ads");
	tool_expect(&tool, 0, "why z.example.com");
	tool_expect(&tool, 1, "why a.example.com");
	write_config(&tool, "    as: allow\n    answer: refused\n");
	tool_expect(&tool, EXIT_HELD, "publish");
	tool_expect(&tool, 0, "why z.example.com");
	tool_expect_in(tool.out, "answer refused");
	tool_manifest(&tool, &manifest);
	snprintf(path, sizeof path, "%s/live/lists/%s", tool.dir,
		manifest.lists[1].file);
	assert_int_equal(unlink(path), 0);
	for (int i = 0; i < 2; i++) {
		tool_expect(
			&tool, 0, i == 0 ? "init" : "block t.me --scope exact");
		tool_expect(&tool, 0, "why z.example.com");
	}
	/* it was a mistake: nothing is to be done */
	write_config(&tool, "    answer: refused\n");
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "why z.example.com");
	tool_remove(&tool);
}

/* Feeds of palang.yaml: in force by a refresh, with the answer as it is by
 * publish, out of force once they are taken out. */
static void
test_configured(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_list(&tool, ten);
	write_config(&tool, "");
	tool_expect(&tool, 0, "feed refresh");
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect_in(tool.out, "answer sinkhole");
	tool_expect(&tool, 2, "feed remove ads");
	tool_expect_in(tool.err, "take it out there");
	write_config(&tool, "    answer: refused\n");
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect_in(tool.out, "answer refused");
	write_bare_config(&tool);
	tool_expect(&tool, 0, "publish");
	tool_expect_in(tool.out, "feed ads: removed");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "feed gone");
	assert_int_equal(count_files(&tool, "state/feeds", ".names"), 0);
	/* it begins anew, as what it was is forgotten */
	write_config(&tool, "");
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 0, REFRESH);
	tool_expect(&tool, 0, "why a.example.com");
	tool_remove(&tool);
}

/* What is protected no feed blocks; a change counts from the next refresh on,
 * although the source has nothing new. */
static void
test_protected(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_list(&tool, ten);
	write_config(&tool, "protected: [a.example.com, x.b.example.com]\n");
	tool_expect(&tool, 0, REFRESH);
	tool_expect_in(tool.out, "2  protected names, or above one");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 1, "why x.b.example.com");
	tool_expect(&tool, 0, "why c.example.com");
	write_config(&tool, "protected: [c.example.com]\n");
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect(&tool, 1, "why c.example.com");
	tool_remove(&tool);
}

/* To be allowed does a protected name no harm, and opens what lies below. */
static void
test_protected_allow(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_list(&tool, "www.a.example.com\nc.example.com\n");
	write_config(&tool, "protected: [a.example.com]\n");
	tool_expect(&tool, 0, REFRESH);
	tool_expect(&tool, 0, "why www.a.example.com");
	tool_write(&tool, "white", "a.example.com\n");
	tool_expect(&tool, 0,
		"feed add white --as allow --reason ours --source %s/white",
		tool.dir);
	tool_expect(&tool, 1, "why www.a.example.com");
	tool_expect(&tool, 0, "why c.example.com");
	/* each is told in its own words why it is none */
	tool_write(&tool, "wide", "com\n");
	tool_expect(&tool, 2,
		"feed add wide --as allow --reason ours --source %s/wide",
		tool.dir);
	tool_expect_in(tool.err, "no name in it that could be allowed");
	tool_expect(&tool, 2, "feed add wider --source %s/wide", tool.dir);
	tool_expect_in(tool.err, "no name in it that could be blocked");
	tool_remove(&tool);
}

/* A white list that is to block from now on: what was held of it to be allowed
 * has protected names, and nobody can accept these as blocks. */
static void
test_protected_once_allowed(void **state)
{
#define PROTECTED "protected: [a.example.com]\n"
	struct pal_manifest manifest;
	struct tool tool;
	char path[256];

	(void)state;
	tool_create(&tool);
	write_list(&tool, ten);
	write_config(&tool, "    as: allow\n" PROTECTED);
	tool_expect(&tool, 0, REFRESH);
	write_list(&tool, "a.example.com\nz.example.com\n");
	tool_expect(&tool, EXIT_HELD, REFRESH);
	write_config(&tool, PROTECTED);
	tool_expect(&tool, 2, REFRESH " --accept-change");
	tool_expect_in(tool.err, "was cleaned for the other `as:`");
	tool_expect(&tool, EXIT_HELD, "publish");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 1, "why z.example.com");
	/* nor does what is in force block them where all lists are made anew */
	tool_manifest(&tool, &manifest);
	snprintf(path, sizeof path, "%s/live/lists/%s", tool.dir,
		manifest.lists[0].file);
	assert_int_equal(unlink(path), 0);
	tool_expect(&tool, 0, "init");
	tool_expect(&tool, 1, "why a.example.com");
	/* cleaned anew, it can be accepted */
	tool_expect(&tool, EXIT_HELD, REFRESH);
	tool_expect_in(tool.out, "1  protected names, or above one");
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 0, "why z.example.com");
	/* ... and the list before was no such list */
	tool_expect(&tool, 2, "feed rollback ads");
	tool_expect_in(tool.err, "there is no list before");
	tool_expect(&tool, 0, "publish");
	tool_remove(&tool);
#undef PROTECTED
}

/* A feed that is missing in palang.yaml, perhaps by mistake, stays in force
 * whatever else is done, and is told of, until `publish` or `feed remove`. */
static void
test_gone(void **state)
{
	struct pal_manifest before, after;
	char names[160], away[160];
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_list(&tool, ten);
	write_config(&tool, "");
	tool_expect(&tool, 0, "feed refresh");
	tool_manifest(&tool, &before);
	write_bare_config(&tool);
	tool_expect(&tool, 0, "block t.me --scope exact");
	tool_expect(&tool, 0, "allow add b.example.com --reason r");
	tool_manifest(&tool, &after);
	assert_int_equal(after.count, 3);
	assert_string_equal(after.lists[2].file, before.lists[1].file);
	tool_expect(&tool, 0, "feed list");
	tool_expect_in(tool.out, "10 rules; no longer in palang.yaml; in "
				 "force until the next `palang publish`");
	tool_expect(&tool, 0, "feed list --json");
	tool_expect_in(tool.out, "\"gone\"");
	tool_run(&tool, "status");
	tool_expect_in(tool.out, "feed ads is no longer in palang.yaml");
	tool_expect_in(tool.out, "feed ads: 10 rules; no longer in");
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect_in(tool.out, "no longer in palang.yaml");
	tool_expect(&tool, 0, "feed show ads");
	tool_expect_in(tool.out, "no longer in palang.yaml");
	tool_expect_in(tool.out, "10 rules, refreshed");
	tool_expect(&tool, 0, "feed show ads --json");
	tool_expect_in(tool.out, "\"gone\": true");
	/* it is exported with what it answers */
	tool_expect(&tool, 0, "export --format rpz");
	tool_expect_in(tool.out, "\na.example.com");
	tool_expect_in(tool.out, "192.0.2.1");
	tool_expect_in(tool.err, "feed ads: no longer in palang.yaml");
	tool_write(&tool, "zone", "@ SOA a. b. 1 1 1 1 1\n");
	tool_write(&tool, "asked", "a.example.com\n");
	tool_run(&tool, "compare --rpz %s/zone --names %s/asked", tool.dir,
		tool.dir);
	tool_expect_in(tool.err, "feed ads: no longer in palang.yaml");
	/* what is lost of it is told */
	tool_write(&tool, "away", "");
	snprintf(names, sizeof names, "%s/state/feeds/ads-1.names", tool.dir);
	snprintf(away, sizeof away, "%s/away", tool.dir);
	assert_int_equal(rename(names, away), 0);
	tool_run(&tool, "status");
	tool_expect_in(tool.out, "what is kept of its names is lost");
	assert_int_equal(rename(away, names), 0);
	tool_expect(&tool, 2, "feed add ads --source /x");
	tool_expect_in(tool.err, "palang feed remove ads");
	tool_expect(&tool, 0, "publish -n");
	tool_expect_in(tool.out, "feed ads: would be removed");
	/* it was a mistake: nothing was lost */
	write_config(&tool, "");
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "why a.example.com");
	write_bare_config(&tool);
	tool_expect(&tool, 0, "feed remove ads");
	tool_manifest(&tool, &after);
	assert_int_equal(after.count, 2);
	tool_expect(&tool, 0, "feed list");
	assert_string_equal(tool.out, "");
	tool_remove(&tool);
}

/* The same for one that allows, when the allow list is made anew. */
static void
test_gone_allow(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect(&tool, 0, "feed remove ads");
	write_config(&tool, "    as: allow\n");
	tool_expect(&tool, 0, "feed refresh");
	write_bare_config(&tool);
	tool_expect(&tool, 0, "feed add more --source %s/list", tool.dir);
	tool_expect(&tool, 0, "allow add b.example.com --reason r");
	tool_expect(&tool, 0, "export --format plain");
	assert_string_equal(tool.out, "");
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "why a.example.com");
	tool_remove(&tool);
}

/* One that was added, and stands in palang.yaml too: that is told, and keeps
 * no order waiting. */
static void
test_twice(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	write_config(&tool, "");
	tool_expect(&tool, 2, "feed list");
	tool_expect_in(tool.err, "was added by `palang feed add` as well");
	tool_expect_in(tool.err, "the one of this file counts");
	/* once, however often the ledger is loaded */
	tool_expect(&tool, 2, "feed refresh");
	assert_non_null(strstr(tool.err, "as well"));
	assert_null(strstr(strstr(tool.err, "as well") + 1, "as well"));
	tool_expect(&tool, 0, "block t.me --scope exact");
	tool_expect(&tool, 0, "feed remove ads");
	tool_expect(&tool, 0, "feed list");
	tool_expect(&tool, 0, "why a.example.com");
	tool_remove(&tool);
}

/* So many feeds of one list. */
static void
write_feeds_config(const struct tool *tool, unsigned count)
{
	char text[8192];
	size_t len = (size_t)snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"%sfeeds:\n",
		tool->dir, tool->dir, tool_authorities);

	for (unsigned i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
			"  f%u:\n    source: %s/list\n", i, tool->dir);
	tool_write(tool, "palang.yaml", text);
}

static void
expect_last_feed(const struct tool *tool, unsigned feeds, const char *name)
{
	struct pal_manifest manifest;

	tool_manifest(tool, &manifest);
	assert_int_equal(manifest.count, 1 + feeds);
	assert_string_equal(manifest.lists[feeds].name, name);
}

/* One that was added is one too many by what palang.yaml has now: that is
 * told, its list stays, and none that is new takes the place of another. */
static void
test_too_many(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	write_feeds_config(&tool, PAL_FEEDS_MAX);
	tool_expect(&tool, 0, "block t.me --scope exact");
	tool_expect(&tool, 0, "why a.example.com");
	tool_expect_in(tool.out, "blocked by k:ads");
	tool_expect(&tool, 2, "feed list");
	tool_expect_in(tool.err, "feed `ads`, added by `palang feed add`, is "
				 "one too many: 32 fit");
	tool_expect(&tool, 1, "status --check");
	tool_expect_in(tool.out, "is one too many");
	tool_expect(&tool, 2, REFRESH);
	tool_expect_in(tool.err, "there is no feed \"ads\"");
	expect_last_feed(&tool, 1, "ads");
	tool_expect(&tool, 2, "feed refresh");
	tool_expect_in(tool.err, "feed f31: as many feeds as fit are in the "
				 "lists");
	expect_last_feed(&tool, PAL_FEEDS_MAX, "ads");
	tool_expect(&tool, 0, "block telegram.org --scope exact");
	expect_last_feed(&tool, PAL_FEEDS_MAX, "ads");
	/* the ways out: one is taken out here, or there */
	write_feeds_config(&tool, PAL_FEEDS_MAX - 1);
	tool_expect(&tool, 0, "feed list");
	write_feeds_config(&tool, PAL_FEEDS_MAX);
	tool_expect(&tool, 0, "feed remove ads");
	tool_expect(&tool, 0, "feed refresh");
	expect_last_feed(&tool, PAL_FEEDS_MAX, "f31");
	tool_remove(&tool);
}

/* The lists are lost: all of them are made anew, from ledger and names. */
static void
test_lost(void **state)
{
	struct pal_manifest before, after;
	char path[256];
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect(&tool, 0, "allow add b.example.com --reason r");
	tool_manifest(&tool, &before);
	for (unsigned i = 0; i < before.count; i++) {
		snprintf(path, sizeof path, "%s/live/lists/%s", tool.dir,
			before.lists[i].file);
		assert_int_equal(unlink(path), 0);
		tool_expect(&tool, 0, "init");
		tool_manifest(&tool, &after);
		assert_memory_not_equal(
			after.epoch, before.epoch, PAL_EPOCH_SIZE);
		assert_int_equal(after.count, 3);
		tool_expect(&tool, 0, "why a.example.com");
		tool_expect(&tool, 1, "why b.example.com");
		before = after;
	}
	/* Its names too: it blocks nothing, says so, and is fetched anew
	 * although the source has nothing new. */
	snprintf(path, sizeof path, "%s/live/lists/%s", tool.dir,
		before.lists[2].file);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/state/feeds/ads-1.names", tool.dir);
	assert_int_equal(unlink(path), 0);
	tool_expect(&tool, 0, "init");
	tool_expect_in(tool.err, "its image is lost");
	tool_expect(&tool, 1, "why a.example.com");
	tool_expect(&tool, 0, "feed list");
	tool_expect_in(tool.out, "NOT IN THE LISTS");
	tool_expect(&tool, 0, REFRESH);
	tool_expect(&tool, 0, "why a.example.com");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_orders_beside),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_min_names),
		cmocka_unit_test(test_held_again),
		cmocka_unit_test(test_strict_once),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_rollback),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_removed_meanwhile),
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_allow_history),
		cmocka_unit_test(test_allow_refused),
		cmocka_unit_test(test_allow_feed),
		cmocka_unit_test(test_allow_feed_reason),
		cmocka_unit_test(test_allow_feed_without),
		cmocka_unit_test(test_allow_feed_asked),
		cmocka_unit_test(test_allow_without_folder),
		cmocka_unit_test(test_allow_changes),
		cmocka_unit_test(test_turned),
		cmocka_unit_test(test_turned_kept),
		cmocka_unit_test(test_configured),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_protected_allow),
		cmocka_unit_test(test_protected_once_allowed),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_gone_allow),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
