/* What the ledger keeps of feeds and allows; and that an older one gets the
 * tables for it. */
#include "place_util.h"

#include "ledger_feed.h"
#include "palang/error.h"
#include "query.h"

static struct ledger_feed
full_feed(void)
{
	struct ledger_feed feed = {.name = "ads",
		.definition = strdup("source: /x\n"),
		.who = strdup("tester"),
		.added = 1,
		.names = "ads-2.names",
		.before = "ads-1.names",
		.rolled_back = true,
		.rules = 10000000000,
		.refreshed = 2,
		.tried = 3,
		.failing = 4,
		.error = strdup("it fails"),
		.held = "ads-3.names",
		.held_since = 5,
		.held_rules = 6,
		.held_why = strdup("it shrank"),
		.mark = {.etag = "\"e\"",
			.modified = "then",
			.serial = 4294967295u,
			.has_serial = true,
			.size = 7,
			.changed = 8}};

	memset(feed.policy, 9, sizeof feed.policy);
	memset(feed.recipe, 10, sizeof feed.recipe);
	return feed;
}

static void
same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

static void
same_feed(const struct ledger_feed *a, const struct ledger_feed *b)
{
	assert_int_equal(a->row, b->row);
	assert_string_equal(a->name, b->name);
	same_text(a->definition, b->definition);
	same_text(a->who, b->who);
	assert_int_equal(a->added, b->added);
	assert_string_equal(a->names, b->names);
	assert_string_equal(a->before, b->before);
	assert_int_equal(a->rolled_back, b->rolled_back);
	assert_int_equal(a->rules, b->rules);
	assert_memory_equal(a->policy, b->policy, PAL_SHA256_SIZE);
	assert_memory_equal(a->recipe, b->recipe, PAL_SHA256_SIZE);
	assert_int_equal(a->refreshed, b->refreshed);
	assert_int_equal(a->tried, b->tried);
	assert_int_equal(a->failing, b->failing);
	same_text(a->error, b->error);
	assert_string_equal(a->held, b->held);
	assert_int_equal(a->held_since, b->held_since);
	assert_int_equal(a->held_rules, b->held_rules);
	same_text(a->held_why, b->held_why);
	assert_string_equal(a->mark.etag, b->mark.etag);
	assert_string_equal(a->mark.modified, b->mark.modified);
	assert_int_equal(a->mark.has_serial, b->mark.has_serial);
	assert_int_equal(a->mark.serial, b->mark.serial);
	assert_int_equal(a->mark.size, b->mark.size);
	assert_int_equal(a->mark.changed, b->mark.changed);
}

static void
put(struct place *place, struct ledger_feed *feed)
{
	assert_int_equal(ledger_begin(place->ledger, true), 0);
	assert_int_equal(ledger_put_feed(place->ledger, feed), 0);
	assert_int_equal(ledger_commit(place->ledger), 0);
}

static void
test_feeds(void **state)
{
	struct ledger_feed feed = full_feed();
	struct ledger_feed bare = {.name = "bare", .who = (char *)"tester"};
	struct ledger_feeds feeds;
	struct place place;

	(void)state;
	place_create(&place);
	place_open(&place);
	put(&place, &feed);
	put(&place, &bare);
	assert_int_equal(ledger_load_feeds(place.ledger, &feeds), 0);
	assert_int_equal(feeds.count, 2);
	same_feed(&feeds.items[0], &feed);
	same_feed(&feeds.items[1], &bare);
	assert_null(ledger_find_feed(&feeds, "none"));
	ledger_feeds_fini(&feeds);
	/* Changed, it keeps its place in the order. */
	free(feed.error);
	feed.error = NULL;
	feed.failing = 0;
	feed.names[0] = '\0';
	put(&place, &feed);
	assert_int_equal(ledger_load_feeds(place.ledger, &feeds), 0);
	assert_int_equal(feeds.count, 2);
	same_feed(&feeds.items[0], &feed);
	ledger_feeds_fini(&feeds);
	/* Removed, it may be added again. */
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	assert_int_equal(ledger_remove_feed(place.ledger, "ads", 5), 0);
	feed.row = 0;
	assert_int_equal(ledger_put_feed(place.ledger, &feed), 0);
	assert_int_equal(ledger_commit(place.ledger), 0);
	assert_int_equal(ledger_load_feeds(place.ledger, &feeds), 0);
	assert_int_equal(feeds.count, 2);
	assert_string_equal(feeds.items[1].name, "ads");
	ledger_feeds_fini(&feeds);
	ledger_feed_fini(&feed);
	place_close(&place);
	place_remove(&place);
}

static void
test_allows(void **state)
{
	struct ledger_allow allow = {.name = name_of("www.example"),
		.scope = PAL_EXACT,
		.reason = (char *)"a bank",
		.who = (char *)"tester",
		.added = 5};
	struct ledger_allows allows;
	struct place place;

	(void)state;
	place_create(&place);
	place_open(&place);
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	assert_int_equal(ledger_add_allow(place.ledger, &allow), 0);
	allow.scope = PAL_SUBTREE;
	assert_int_equal(ledger_add_allow(place.ledger, &allow), 0);
	assert_int_equal(ledger_remove_allow(place.ledger, &allow.name,
				 PAL_EXACT, 6, "other"),
		0);
	assert_int_equal(ledger_commit(place.ledger), 0);
	assert_int_equal(ledger_load_allows(place.ledger, &allows), 0);
	assert_int_equal(allows.count, 1);
	assert_true(pal_name_equal(&allows.items[0].name, &allow.name));
	assert_int_equal(allows.items[0].scope, PAL_SUBTREE);
	assert_string_equal(allows.items[0].reason, "a bank");
	assert_string_equal(allows.items[0].who, "tester");
	assert_int_equal(allows.items[0].added, 5);
	ledger_allows_fini(&allows);
	place_close(&place);
	place_remove(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_feeds),
		cmocka_unit_test(test_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
