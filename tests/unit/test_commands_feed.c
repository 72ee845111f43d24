/* The commands of feeds, from the command line to the lists. */
#include "feed_util.h"

#include "feed.h"

/* The same and one more that needs cleaning: it is written in capitals. */
static const char dirty[] = "a.example.com\nb.example.com\nc.example.com\n"
			    "d.example.com\ne.example.com\nf.example.com\n"
			    "g.example.com\nh.example.com\ni.example.com\n"
			    "j.example.com\nK.example.com\n";

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
