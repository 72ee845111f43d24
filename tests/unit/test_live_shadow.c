/*
 * Orders on trial, and the emergency opening, as the keeper sees them.
 */
#include "live_util.h"

#include "live/held.h"

static void
publish_all(uint64_t generation, bool open,
	const struct pal_manifest_entry *lists, unsigned count)
{
	struct pal_manifest m = {.generation = generation,
		.count = count,
		.settings.open = open};
	char text[PAL_MANIFEST_SIZE_MAX];

	memcpy(m.lists, lists, count * sizeof(*lists));
	int len = pal_manifest_format(text, sizeof(text), &m);
	assert_true(len > 0);
	put_file("lists/manifest", text, (size_t)len);
}

/* One order on trial, k:1. */
static struct pal_manifest_entry
put_shadow(const char *file, const char *const *names)
{
	struct pal_manifest_entry entry = put_orders(file, names, 0);

	entry.role = PAL_ROLE_SHADOW;
	strcpy(entry.name, "shadow");
	return entry;
}

static struct pal_network
network_of(uint32_t number)
{
	uint8_t address[4] = {127, (uint8_t)(number >> 8), (uint8_t)number, 9};

	return pal_network_of(address, sizeof(address));
}

/* A query for the name from that network, as a worker would count it. */
static bool
ask(struct pal_live *live, const char *text, uint32_t number)
{
	struct pal_name n = name_of(text);
	struct pal_network network = network_of(number);
	struct pal_verdict v;

	pthread_mutex_lock(&host.lock);
	const struct pal_snapshot *s = pal_live_snapshot(live);
	pal_decide(s, n.wire, n.len, PAL_TYPE_A, 0, &v);
	assert_int_equal(v.action, PAL_PASS);
	if (v.shadowed)
		for (uint32_t i = 0; i < PAL_SHADOW_MAX; i++)
			if (pal_trials_has(&v.trials, i))
				pal_live_shadow(live, number % 2, s,
					s->shadow.counters + i, &network);
	pthread_mutex_unlock(&host.lock);
	return v.shadowed;
}

/* Counted, told, kept over a change of lists, and gone with the order. */
static void
counts_what_would_be(void **state)
{
	(void)state;
	struct pal_manifest_entry lists[2];
	struct pal_status status;

	lists[0] = put_orders("orders.img", one, 0);
	publish_all(1, false, lists, 1);
	struct pal_live *live = open_live();
	AWAIT(host.laps == 1);
	assert_false(ask(live, "telegram.me", 1));
	lists[1] = put_shadow("shadow.img", two);
	publish_all(2, false, lists, 2);
	AWAIT(strstr(host.last_log, "swept generation=2"));
	/* its names leave the cache, or they would be answered without us */
	AWAIT(host.evicted_count == 2);
	AWAIT(strcmp(host.lap_lists, "shadow ") == 0);
	for (uint32_t i = 0; i < 30; i++)
		assert_true(ask(live, "telegram.me", i / 2));
	/* what is blocked already would not be blocked anew */
	assert_true(blocks(live, "t.me", 0));
	publish_all(3, false, lists, 2);
	AWAIT(strstr(host.last_log, "swept generation=3"));
	for (uint32_t i = 10; i < 20; i++)
		assert_true(ask(live, "telegram.me", i));
	pal_live_close(live, true);
	read_status(&status);
	assert_int_equal(status.shadow_count, 1);
	assert_string_equal(status.shadows[0].authority, "k");
	assert_int_equal(status.shadows[0].blocked, 40);
	assert_in_range(status.shadows[0].networks, 19, 21);
	assert_true(status.shadows[0].since >= status.started);
	/* nothing of it was blocked */
	assert_int_equal(status.blocked[PAL_SINKHOLE], 0);
	pal_status_fini(&status);

	live = open_live();
	publish_all(4, false, lists, 1);
	AWAIT(strstr(host.last_log, "swept generation=4"));
	assert_false(ask(live, "telegram.me", 1));
	pal_live_close(live, true);
	read_status(&status);
	assert_int_equal(status.shadow_count, 0);
	assert_int_equal(status.blocked[PAL_SINKHOLE], 0);
	pal_status_fini(&status);
}

/* More than the tool would ever write. */
static void
refuses_a_long_trial(void **state)
{
	(void)state;
	char texts[PAL_SHADOW_MAX + 1][16];
	const char *names[PAL_SHADOW_MAX + 2] = {NULL};
	struct pal_manifest_entry shadow;

	for (int i = 0; i <= PAL_SHADOW_MAX; i++) {
		snprintf(texts[i], sizeof(texts[i]), "n%d.example", i);
		names[i] = texts[i];
	}
	publish(1, one, 0);
	struct pal_live *live = open_live();
	shadow = put_shadow("long.img", names);
	publish_all(2, false, &shadow, 1);
	AWAIT(host.errors == 1 && strstr(host.last_log, "on trial"));
	names[PAL_SHADOW_MAX] = NULL;
	shadow = put_shadow("short.img", names);
	publish_all(3, false, &shadow, 1);
	AWAIT(strstr(host.last_log, "swept generation=3"));
	assert_true(ask(live, "n99.example", 0));
	pal_live_close(live, true);
}

/* All passes while it is open.  Closing is in effect when nothing is left that
 * was cached meanwhile: of orders nothing was, feeds need the whole lap. */
static void
opens_and_closes(void **state)
{
	(void)state;
	static const char *const ads[] = {"ads.example", NULL};
	struct pal_manifest_entry lists[2];

	lists[0] = put_orders("orders.img", one, 0);
	lists[1] = put_plain(PAL_ROLE_FEED, "ads", ads, NULL, NULL);
	publish_all(1, false, lists, 2);
	struct pal_live *live = open_live();
	AWAIT(host.laps == 1);
	for (unsigned feeds = 0; feeds < 2; feeds++) {
		publish_all(2 + 2 * feeds, true, lists, 1 + feeds);
		AWAIT(host.last_effect == 2 + 2 * feeds);
		assert_false(blocks(live, "t.me", 0));
		assert_false(blocks(live, "ads.example", 0));
		AWAIT(strstr(host.last_log, "swept generation="));
		hold_laps(true);
		publish_all(3 + 2 * feeds, false, lists, 1 + feeds);
		if (feeds == 0)
			AWAIT(host.last_effect == 3);
		else
			AWAIT(host.settled == 4);
		assert_true(blocks(live, "t.me", 0));
		AWAIT(host.last_effect != 5);
		hold_laps(false);
		AWAIT(strstr(host.last_log,
			feeds ? "swept generation=5" : "swept generation=3"));
		AWAIT(strcmp(host.lap_lists,
			      feeds ? "orders ads " : "orders ") == 0);
	}
	pal_live_close(live, true);
}

/* A held with one order on trial, and no keeper: hours are the test's. */
struct bench {
	struct pal_live live;
	struct held held;
};

static void
bench_open(struct bench *bench, const char *const *names)
{
	struct pal_manifest_entry entry = put_shadow("bench.img", names);
	struct pal_snapshot *s = &bench->held.snapshot;
	uint8_t *data = malloc(entry.size);
	FILE *in = fopen(path_of("lists/bench.img"), "r");
	struct pal_image *image;

	assert_int_equal(fread(data, 1, entry.size, in), entry.size);
	fclose(in);
	assert_int_equal(pal_image_load(&image, data, entry.size, NULL), 0);
	s->shadow.image = image;
	s->manifest.count = 1;
	s->manifest.lists[0] = entry;
	s->policies = 1;
	assert_int_equal(counts_open(&bench->held, 2), 0);
	assert_int_equal(trials_open(&bench->held, 1), 0);
	atomic_init(&bench->live.held, &bench->held);
}

static void
bench_close(struct bench *bench)
{
	counts_close(&bench->held);
	trials_close(&bench->held);
	pal_image_free((struct pal_image *)bench->held.snapshot.shadow.image);
}

static void
bench_add(struct bench *bench, unsigned worker, uint32_t number)
{
	struct pal_network network = network_of(number);

	pal_live_shadow(
		&bench->live, worker, &bench->held.snapshot, 0, &network);
}

#define HOUR 3600000

static void
turns_with_the_hour(void **state)
{
	(void)state;
	static struct bench bench;
	struct pal_status_shadow *row = &bench.live.status.shadows[0];
	uint64_t key;

	memset(&bench, 0, sizeof(bench));
	bench_open(&bench, two);
	bench_add(&bench, 0, 1); /* no key yet: counted, not sketched */
	for (int64_t hour = 5; hour < 9; hour++) {
		trials_turn(&bench.live, hour * HOUR);
		key = bench.live.keys[bench.live.turn % 2].halves[0];
		for (uint32_t i = 0; i < 10 * (uint32_t)hour; i++)
			bench_add(&bench, 0, i);
		trials_turn(&bench.live, hour * HOUR + HOUR - 1);
		/* the same hour, the same key */
		assert_true(
			key == bench.live.keys[bench.live.turn % 2].halves[0]);
		trials_fill(&bench.live, &bench.held);
		assert_in_range(row->networks, 10 * hour - 6, 10 * hour + 6);
		if (hour > 5)
			assert_in_range(row->networks_before, 10 * hour - 16,
				10 * hour - 4);
		else
			assert_int_equal(row->networks_before, 0);
	}
	assert_int_equal(row->blocked, 1 + 50 + 60 + 70 + 80);
	/* the key of the hour before is nowhere */
	assert_true(bench.live.keys[(bench.live.turn + 1) % 2].halves[0] == 0);
	/* a clock that steps back: a new key as well */
	trials_turn(&bench.live, 3 * HOUR);
	assert_true(key != bench.live.keys[bench.live.turn % 2].halves[0]);
	trials_fill(&bench.live, &bench.held);
	assert_int_equal(row->networks, 0);
	bench_close(&bench);
}

#define ADDS 200000

static void *
work(void *arg)
{
	struct bench *bench = arg;

	for (uint32_t i = 0; i < ADDS; i++)
		bench_add(bench, 0, i % 300);
	return NULL;
}

/* Two workers beside a keeper that turns and tells all the time; a race is
 * ThreadSanitizer's to find. */
static void
counts_under_load(void **state)
{
	(void)state;
	static struct bench bench;
	pthread_t thread;

	memset(&bench, 0, sizeof(bench));
	bench_open(&bench, two);
	assert_int_equal(pthread_create(&thread, NULL, work, &bench), 0);
	for (int64_t hour = 0; hour < 2000; hour++) {
		trials_turn(&bench.live, hour * HOUR);
		trials_fill(&bench.live, &bench.held);
		bench_add(&bench, 1, (uint32_t)hour % 300);
	}
	pthread_join(thread, NULL);
	trials_fill(&bench.live, &bench.held);
	assert_int_equal(bench.live.status.shadows[0].blocked, ADDS + 2000);
	assert_true(bench.live.status.shadows[0].networks <= 400);
	bench_close(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(counts_what_would_be),
		LIVE_TEST(refuses_a_long_trial),
		LIVE_TEST(opens_and_closes),
		LIVE_TEST(turns_with_the_hour),
		LIVE_TEST(counts_under_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
