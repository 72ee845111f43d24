/*
 * Changes of plain lists: which names leave the cache at once, when a change
 * is in effect, and what a lap through the cache judges by.
 */
#include "live_util.h"

#include "palang/clock.h"

static bool chain = true;

static void
publish_lists(uint64_t generation, const struct pal_manifest_entry *entries,
	unsigned count)
{
	struct pal_manifest m = {.generation = generation,
		.count = count,
		.settings.chain = chain};
	char text[PAL_MANIFEST_SIZE_MAX];
	int len;

	memcpy(m.lists, entries, count * sizeof(*entries));
	len = pal_manifest_format(text, sizeof(text), &m);
	assert_true(len > 0);
	put_file("lists/manifest", text, (size_t)len);
}

static const char *const ads[] = {"ads.example", NULL};
static const char *const more[] = {"ads.example", "more.example", NULL};
static const char *const added[] = {"more.example", NULL};
static const char *const good[] = {"good.ads.example", NULL};
static const char *const t_me[] = {"t.me", NULL};

/* What is evicted, and what the lap judged by, for each way a list changes. */
static void
narrows_laps(void **state)
{
	struct pal_manifest_entry lists[4];
	struct pal_live *live;

	(void)state;
	lists[0] = put_orders("orders.img", t_me, 0);
	lists[1] = put_plain(PAL_ROLE_FEED, "ads", ads, NULL, NULL);
	lists[2] = put_plain(PAL_ROLE_FEED, "spam", ads, NULL, NULL);
	publish_lists(1, lists, 3);
	live = open_live();
	AWAIT(host.laps == 1);
	assert_string_equal(host.lap_lists, "orders ads spam ");

	/* a feed that says what has changed */
	lists[1] = put_plain(PAL_ROLE_FEED, "ads", more, &lists[1], added);
	publish_lists(2, lists, 3);
	AWAIT(strstr(host.last_log, "swept generation=2"));
	assert_string_equal(host.lap_lists, "ads ");
	assert_int_equal(host.evicted_count, 1);
	assert_string_equal(host.evicted[0], "more.example");
	assert_true(blocks(live, "www.more.example", 0));

	/* a feed that does not */
	lists[2] = put_plain(PAL_ROLE_FEED, "spam", more, NULL, NULL);
	publish_lists(3, lists, 3);
	AWAIT(strstr(host.last_log, "swept generation=3"));
	assert_string_equal(host.lap_lists, "spam ");
	assert_int_equal(host.evicted_count, 1);

	/* orders alone */
	lists[0] = put_orders("orders-4.img", ads, 0);
	publish_lists(4, lists, 3);
	AWAIT(strstr(host.last_log, "swept generation=4"));
	assert_string_equal(host.lap_lists, "orders ");

	/* an allow list, now there: what it opens, any feed may block again
	 * when it changes */
	lists[3] = lists[2], lists[2] = lists[1];
	lists[1] = put_plain(PAL_ROLE_ALLOW, "allow", good, NULL, good);
	publish_lists(5, lists, 4);
	AWAIT(strstr(host.last_log, "swept generation=5"));
	assert_string_equal(host.lap_lists, "allow ads spam ");
	assert_int_equal(host.evicted_count, 4);
	assert_string_equal(host.evicted[3], "good.ads.example");

	/* nothing but what a list is asked about: all of them are new */
	chain = !chain;
	publish_lists(6, lists, 4);
	AWAIT(strstr(host.last_log, "swept generation=6"));
	assert_string_equal(host.lap_lists, "orders allow ads spam ");
	pal_live_close(live, true);
}

/* A change that says all its names is in effect when they have left the cache,
 * any other when the lap has come to its end. */
static void
tells_small_changes_first(void **state)
{
	static const struct {
		bool says, follows;
		bool at_once;
		const char *why;
	} cases[] = {
		{true, true, true, "it says how it differs from that in force"},
		{true, false, false, "it says so of another image"},
		{false, false, false, "it says nothing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pal_manifest_entry feed =
			put_plain(PAL_ROLE_FEED, "ads", ads, NULL, NULL);
		struct pal_manifest_entry other = feed;
		struct pal_live *live;
		char swept[40];

		host.laps = 0;
		publish_lists(10 * i + 1, &feed, 1);
		live = open_live();
		other.digest[0] ^= 1;
		feed = put_plain(PAL_ROLE_FEED, "ads", more,
			cases[i].follows ? &feed : &other,
			cases[i].says ? added : NULL);
		publish_lists(10 * i + 2, &feed, 1);
		snprintf(swept, sizeof(swept), "swept generation=%zu",
			10 * i + 2);
		AWAIT(strstr(host.last_log, swept));
		if (host.effect_laps != (cases[i].at_once ? 1 : 2))
			fail_msg("%s: %u", cases[i].why, host.effect_laps);
		pal_live_close(live, true);
	}
}

/* A list that goes and comes back is new: while it was away, what it blocks
 * was cached. */
static void
sweeps_what_came_back(void **state)
{
	struct pal_manifest_entry lists[3];
	struct pal_live *live;

	(void)state;
	lists[0] = put_orders("orders.img", t_me, 0);
	lists[1] = put_plain(PAL_ROLE_FEED, "ads", ads, NULL, NULL);
	lists[2] = put_plain(PAL_ROLE_FEED, "spam", ads, NULL, NULL);
	publish_lists(1, lists, 3);
	live = open_live();
	hold_laps(true);
	publish_lists(2, lists, 1);
	AWAIT(host.settled == 1);
	publish_lists(3, lists, 2);
	AWAIT(host.settled == 2);
	hold_laps(false);
	AWAIT(strstr(host.last_log, "swept generation=3"));
	assert_string_equal(host.lap_lists, "ads ");

	/* the same of an allow list, which changes what all feeds block */
	hold_laps(true);
	lists[2] = lists[1];
	lists[1] = put_plain(PAL_ROLE_ALLOW, "allow", good, NULL, NULL);
	publish_lists(4, lists, 3);
	AWAIT(host.settled == 3);
	lists[1] = lists[2];
	publish_lists(5, lists, 2);
	AWAIT(host.settled == 4);
	hold_laps(false);
	AWAIT(strstr(host.last_log, "swept generation=5"));
	assert_string_equal(host.lap_lists, "ads ");

	/* ... and of links, which all lists are asked about */
	hold_laps(true);
	chain = !chain;
	publish_lists(6, lists, 2);
	AWAIT(host.settled == 5);
	chain = !chain;
	publish_lists(7, lists, 2);
	AWAIT(host.settled == 6);
	hold_laps(false);
	AWAIT(strstr(host.last_log, "swept generation=7"));
	assert_string_equal(host.lap_lists, "orders ads ");
	pal_live_close(live, true);
}

/* Changes that come faster than a lap takes: each lap's own generation is
 * swept at its end all the same, and in effect if it says not what changed. */
static void
sweeps_in_a_stream(void **state)
{
	struct pal_manifest_entry feed;
	struct pal_live *live;
	uint64_t generation = 1;
	char swept[40];

	(void)state;
	feed = put_plain(PAL_ROLE_FEED, "ads", ads, NULL, NULL);
	publish_lists(generation, &feed, 1);
	live = open_live();
	hold_laps(true);
	publish_lists(++generation, &feed, 1);
	AWAIT(host.settled == 1);
	for (unsigned i = 0; i < 5; i++) {
		/* a lap runs for the generation before this one */
		feed = put_plain(
			PAL_ROLE_FEED, "ads", i % 2 ? ads : more, NULL, NULL);
		publish_lists(++generation, &feed, 1);
		AWAIT(host.settled == i + 2);
		release_lap();
		snprintf(swept, sizeof(swept), "swept generation=%u ",
			(unsigned)generation - 1);
		AWAIT(strstr(host.last_log, swept));
		assert_int_equal(host.last_effect, generation - 1);
	}
	hold_laps(false);
	pal_live_close(live, true);
}

/* An order that begins at its second is swept for, whatever was clean. */
static void
sweeps_at_an_edge(void **state)
{
	struct pal_manifest_entry lists[2];
	struct pal_live *live;
	int64_t soon = pal_clock_ms() / 1000 + 2;

	(void)state;
	lists[0] = put_orders("orders.img", t_me, soon);
	lists[1] = put_plain(PAL_ROLE_FEED, "ads", ads, NULL, NULL);
	publish_lists(1, lists, 2);
	live = open_live();
	AWAIT(host.laps == 1);
	AWAIT(host.laps > 1 && strcmp(host.lap_lists, "orders ") == 0);
	assert_int_equal(host.evicted_count, 1);
	pal_live_close(live, true);
}

/* From here on an image is read into memory of large pages. */
#define LARGE (8 << 20)

/* True if the kernel has been asked for large pages in some mapping as large
 * as that; also if it knows none. */
static bool
has_large_pages(size_t len)
{
	unsigned long from, to;
	bool large = false, has = false;
	char line[512];
	FILE *maps;

	if (access("/sys/kernel/mm/transparent_hugepage", F_OK) != 0)
		return true;
	maps = fopen("/proc/self/smaps", "r");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			large = to - from >= len;
		else if (large && strncmp(line, "VmFlags:", 8) == 0)
			has |= strstr(line, " hg") != NULL;
	}
	fclose(maps);
	return has;
}

/* A feed of the names n1.example to the one returned in last. */
static struct pal_manifest_entry
put_numbers(unsigned count, const char *file, char last[static 40])
{
	struct pal_policy_in policy = {
		.answer = PAL_NODATA, .ttl = 30, .authority = "k", .id = "f"};
	struct pal_manifest_entry feed = {
		.role = PAL_ROLE_FEED, .name = "numbers"};
	const uint8_t key[16] = {1};
	struct pal_writer *w;

	assert_int_equal(pal_writer_open_plain(&w, key, &policy), 0);
	for (unsigned n = 1; n <= count; n++) {
		snprintf(last, 40, "n%u.example", n);
		struct pal_name name = name_of(last);
		assert_int_equal(
			pal_writer_rule(w, &name, PAL_EXACT, false), 0);
	}
	put_image(&feed, w, file);
	return feed;
}

/* A list of more than a million names is taken whole, and lies in large
 * pages. */
static void
takes_long_lists(void **state)
{
	struct pal_manifest_entry feed;
	struct pal_live *live;
	char last[40];

	(void)state;
	feed = put_numbers(1000, "short.img", last);
	publish_lists(1, &feed, 1);
	live = open_live();
	assert_true(blocks(live, last, 0));

	feed = put_numbers(1100000, "long.img", last);
	assert_true(feed.size > LARGE);
	publish_lists(2, &feed, 1);
	AWAIT(strstr(host.last_log, "swept generation=2"));
	assert_true(blocks(live, "n1.example", 0));
	assert_true(blocks(live, last, 0));
	assert_false(blocks(live, "n0.example", 0));
	assert_true(has_large_pages(LARGE));
	pal_live_close(live, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(narrows_laps),
		LIVE_TEST(tells_small_changes_first),
		LIVE_TEST(sweeps_what_came_back),
		LIVE_TEST(sweeps_in_a_stream),
		LIVE_TEST(sweeps_at_an_edge),
		LIVE_TEST(takes_long_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
