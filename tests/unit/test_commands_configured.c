/* Feeds of palang.yaml: that come, change, leave, and are too many. */
#include "feed_util.h"

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
		cmocka_unit_test(test_turned),
		cmocka_unit_test(test_turned_kept),
		cmocka_unit_test(test_configured),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_protected_once_allowed),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
