/*
 * The snapshot in force, with a host that writes down what is asked of it.
 * What the real resolver does with it is the integration tests' to see.
 */
#include "live_util.h"

static void
starts_empty(void **state)
{
	(void)state;
	struct pal_live *live = open_live();
	struct pal_status status;

	assert_true(is_empty(live));
	assert_false(blocks(live, "t.me", 0));
	read_status(&status);
	assert_int_equal(status.state, PAL_STATE_EMPTY);
	pal_status_fini(&status);
	publish(1, one, 0);
	AWAIT(strstr(host.last_log, "swept generation=1"));
	assert_true(blocks(live, "t.me", 0));
	assert_false(is_empty(live));
	pal_live_close(live, true);
	read_status(&status);
	assert_int_equal(status.state, PAL_STATE_OK);
	assert_int_equal(status.generation, 1);
	pal_status_fini(&status);
}

/* A resolver that ends as it was told to says so; one that is reloaded does
 * not, for it may not come back. */
static void
says_its_end(void **state)
{
	(void)state;
	struct pal_live *live = open_live();
	struct pal_status status;

	read_status(&status);
	assert_int_equal(status.ended, 0);
	pal_status_fini(&status);
	pal_live_close(live, true);
	read_status(&status);
	assert_true(status.ended >= status.started);
	assert_true(status.heartbeat >= status.ended);
	pal_status_fini(&status);
	live = open_live();
	read_status(&status);
	assert_int_equal(status.ended, 0);
	pal_status_fini(&status);
	pal_live_close(live, false);
	read_status(&status);
	assert_int_equal(status.ended, 0);
	pal_status_fini(&status);
}

/* What is there at the start is in force when open returns. */
static void
loads_first(void **state)
{
	(void)state;
	publish(3, one, 0);
	struct pal_live *live = open_live();

	assert_true(blocks(live, "t.me", 0));
	AWAIT(host.laps == 1); /* a cache that was kept */
	AWAIT(host.settled == 0);
	pal_live_close(live, true);
}

/* Only what differs is evicted, and after all workers have settled. */
static void
evicts_changes(void **state)
{
	(void)state;
	publish(1, one, 0);
	struct pal_live *live = open_live();

	publish(2, two, 0);
	AWAIT(strstr(host.last_log, "swept generation=2"));
	AWAIT(host.evicted_count == 1);
	assert_string_equal(host.evicted[0], "telegram.me");
	AWAIT(host.settled == 1);
	publish(3, none, 0);
	AWAIT(strstr(host.last_log, "swept generation=3"));
	AWAIT(host.evicted_count == 3);
	assert_false(blocks(live, "t.me", 0));
	pal_live_close(live, true);
}

/* A worker that does not come back keeps the generation from being "in
 * effect", however long; the next one waits its turn. */
static void
waits_for_workers(void **state)
{
	(void)state;
	struct pal_status status;

	publish(1, none, 0);
	struct pal_live *live = open_live();
	pthread_mutex_lock(&host.lock);
	host.settle_result = PAL_ESYS;
	pthread_mutex_unlock(&host.lock);
	publish(2, one, 0);
	AWAIT(host.settled >= 3);
	assert_true(blocks(live, "t.me", 0)); /* published, that it is */
	/* the other workers' cache does not wait for it */
	AWAIT(host.evicted_count >= 2);
	read_status(&status);
	assert_int_equal(status.generation, 1);
	pal_status_fini(&status);
	pthread_mutex_lock(&host.lock);
	host.settle_result = 0;
	pthread_mutex_unlock(&host.lock);
	AWAIT(strstr(host.last_log, "swept generation=2"));
	pal_live_close(live, true);
}

/* The caches cannot be touched while the resolver reloads: tried again. */
static void
waits_for_caches(void **state)
{
	(void)state;
	publish(1, none, 0);
	struct pal_live *live = open_live();

	pthread_mutex_lock(&host.lock);
	host.evict_result = PAL_ESYS;
	pthread_mutex_unlock(&host.lock);
	publish(2, two, 0);
	AWAIT(host.settled == 1);
	pthread_mutex_lock(&host.lock);
	assert_int_equal(host.evicted_count, 0);
	host.evict_result = 0;
	pthread_mutex_unlock(&host.lock);
	AWAIT(host.evicted_count == 2);
	AWAIT(strstr(host.last_log, "swept generation=2"));
	pal_live_close(live, true);
}

/* Bad input of every kind leaves what was in force, and says so. */
static void
keeps_the_old(void **state)
{
	(void)state;
	struct pal_status status;

	publish(5, one, 0);
	struct pal_live *live = open_live();
	const unsigned errors = 0;

	put_file("lists/manifest", "rubbish\n", 8);
	AWAIT(host.errors == errors + 1);
	assert_true(blocks(live, "t.me", 0));

	struct pal_manifest_entry entry = put_orders("bad.img", two, 0);
	entry.digest[0] ^= 1;
	put_manifest("lists/manifest", 6, entry);
	AWAIT(host.errors == errors + 2);
	assert_false(blocks(live, "telegram.me", 0));

	entry = put_orders("open.img", two, 0);
	assert_int_equal(chmod(path_of("lists/open.img"), 0666), 0);
	put_manifest("lists/manifest", 7, entry);
	AWAIT(host.errors == errors + 3);
	assert_non_null(strstr(host.last_log, "others than its owner"));

	assert_int_equal(unlink(path_of("lists/manifest")), 0);
	AWAIT(host.errors == errors + 4);
	assert_true(blocks(live, "t.me", 0));

	publish(4, two, 0); /* an older generation is none of ours */
	publish(8, two, 0);
	AWAIT(strstr(host.last_log, "swept generation=8"));
	pal_live_close(live, true);
	read_status(&status);
	assert_int_equal(status.state, PAL_STATE_OK);
	assert_string_equal(status.error, "");
	pal_status_fini(&status);
}

/* At the start, the manifest before stands in for what is broken. */
static void
falls_back(void **state)
{
	(void)state;
	struct pal_manifest_entry old = put_orders("old.img", one, 0);
	struct pal_manifest_entry new = put_orders("new.img", two, 0);

	put_manifest("lists/manifest.prev", 1, old);
	put_manifest("lists/manifest", 2, new);
	put_file("lists/new.img", "cut", 3);
	struct pal_live *live = open_live();
	assert_true(blocks(live, "t.me", 0));
	assert_false(blocks(live, "telegram.me", 0));
	/* it is not generation 2 that is in force */
	assert_int_equal(pal_live_snapshot(live)->manifest.generation, 1);
	pal_live_close(live, true);

	put_file("lists/manifest", "rubbish\n", 8);
	live = open_live();
	assert_true(blocks(live, "t.me", 0));
	/* and when it is mended, it is taken */
	put_orders("new.img", two, 0);
	put_manifest("lists/manifest", 2, new);
	AWAIT(strstr(host.last_log, "swept generation=2"));
	assert_true(blocks(live, "telegram.me", 0));
	pal_live_close(live, true);
}

static void
goes_forward_in_time(void **state)
{
	(void)state;
	struct pal_live *live = open_live();
	int64_t now = pal_live_now(live, 0);

	assert_true(now > 1500000000); /* the clock's own time */
	assert_int_equal(pal_live_now(live, now + 50), now + 50);
	assert_int_equal(pal_live_now(live, now), now + 50);
	pal_live_close(live, true);
}

/* An order that starts is evicted once more on its second. */
static void
sees_edges(void **state)
{
	(void)state;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t start = (int64_t)now.tv_sec + 2;

	publish(1, one, start);
	struct pal_live *live = open_live();
	assert_false(blocks(live, "t.me", start - 1));
	assert_true(blocks(live, "t.me", start));
	AWAIT(host.evicted_count == 1);
	clock_gettime(CLOCK_REALTIME, &now);
	assert_true(now.tv_sec >= start);
	assert_string_equal(host.evicted[0], "t.me");
	pal_live_close(live, true);
}

static void
counts(void **state)
{
	(void)state;
	struct pal_status status;

	publish(1, one, 0);
	struct pal_live *live = open_live();
	count(live, 0, PAL_NODATA);
	count(live, 1, PAL_NODATA);
	count(live, 1, PAL_REFUSED);
	count(live, 2, PAL_NODATA); /* no such worker */
	publish(2, two, 0);
	AWAIT(strstr(host.last_log, "swept generation=2"));
	count(live, 0, PAL_SINKHOLE);
	publish(3, one, 0);
	AWAIT(strstr(host.last_log, "swept generation=3"));
	pal_live_close(live, true);
	read_status(&status);
	/* counts outlive the snapshot they were made with */
	assert_int_equal(status.blocked[PAL_NODATA], 2);
	assert_int_equal(status.blocked[PAL_REFUSED], 1);
	assert_int_equal(status.blocked[PAL_SINKHOLE], 1);
	pal_status_fini(&status);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(starts_empty),
		LIVE_TEST(says_its_end),
		LIVE_TEST(loads_first),
		LIVE_TEST(evicts_changes),
		LIVE_TEST(waits_for_workers),
		LIVE_TEST(waits_for_caches),
		LIVE_TEST(keeps_the_old),
		LIVE_TEST(falls_back),
		LIVE_TEST(goes_forward_in_time),
		LIVE_TEST(sees_edges),
		LIVE_TEST(counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
