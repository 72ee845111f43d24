/* What is allowed, by name or by a feed, from the command line to the lists. */
#include "feed_util.h"

#include "palang/image.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_allow_history),
		cmocka_unit_test(test_allow_refused),
		cmocka_unit_test(test_allow_feed),
		cmocka_unit_test(test_allow_feed_reason),
		cmocka_unit_test(test_allow_feed_without),
		cmocka_unit_test(test_allow_feed_asked),
		cmocka_unit_test(test_allow_without_folder),
		cmocka_unit_test(test_allow_changes),
		cmocka_unit_test(test_protected_allow),
		cmocka_unit_test(test_gone_allow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
