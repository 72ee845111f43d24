/*
 * The snapshot in force, with a host that writes down what is asked of it.
 * What the real resolver does with it is the integration tests' to see.
 */
#include "core_util.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "palang/live.h"
#include "palang/writer.h"

#define NAMES_MAX 64

struct host {
	pthread_mutex_t lock;
	pthread_cond_t news;
	int settle_result, evict_result;
	unsigned settled, laps;
	char evicted[NAMES_MAX][64];
	size_t evicted_count;
	char last_log[512];
	unsigned errors;
};

static char folder[] = "/tmp/palang-live-XXXXXX";
static struct host host;

static void
told(void)
{
	pthread_cond_broadcast(&host.news);
	pthread_mutex_unlock(&host.lock);
}

static int
on_settle(void *ctx, int timeout_ms)
{
	(void)ctx;
	(void)timeout_ms;
	pthread_mutex_lock(&host.lock);
	int ret = host.settle_result;
	host.settled++;
	told();
	return ret;
}

static int
on_evict(void *ctx, const struct pal_name *names, size_t count)
{
	char text[PAL_NAME_TEXT_MAX];

	(void)ctx;
	pthread_mutex_lock(&host.lock);
	int ret = host.evict_result;
	for (size_t i = 0; ret == 0 && i < count; i++)
		snprintf(host.evicted[host.evicted_count++ % NAMES_MAX], 64,
			"%s", pal_name_to_text(text, &names[i]));
	told();
	return ret;
}

static int
on_sweep(void *ctx, const struct pal_snapshot *snapshot, int64_t now,
	uint64_t *cursor, int budget_us)
{
	(void)ctx, (void)snapshot, (void)now, (void)budget_us;
	/* three slices make a lap */
	if (++*cursor < 3)
		return 0;
	pthread_mutex_lock(&host.lock);
	host.laps++;
	told();
	return 1;
}

static void
on_log(void *ctx, enum pal_log level, const char *line)
{
	(void)ctx;
	pthread_mutex_lock(&host.lock);
	snprintf(host.last_log, sizeof(host.last_log), "%s", line);
	host.errors += level == PAL_LOG_ERROR;
	told();
}

static const struct pal_host pal_host = {.name = "test 1",
	.settle = on_settle,
	.evict = on_evict,
	.sweep = on_sweep,
	.log = on_log};

/* Waits until a condition holds that some thread brings about. */
#define AWAIT(condition)                                                       \
	do {                                                                   \
		struct timespec until;                                         \
		clock_gettime(CLOCK_REALTIME, &until);                         \
		until.tv_sec += 20;                                            \
		pthread_mutex_lock(&host.lock);                                \
		while (!(condition) && pthread_cond_timedwait(&host.news,      \
					       &host.lock, &until) == 0)       \
			;                                                      \
		bool holds = (condition);                                      \
		pthread_mutex_unlock(&host.lock);                              \
		if (!holds)                                                    \
			fail_msg("never came true: %s", #condition);           \
	} while (0)

static char *
path_of(const char *name)
{
	static char path[4][200];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

static void
put_file(const char *name, const void *data, size_t len)
{
	char *temporary = path_of("lists/tmp");
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
	assert_int_equal(rename(temporary, path_of(name)), 0);
}

/* An orders image that blocks these names from `start` on. */
static struct pal_manifest_entry
put_orders(const char *file, const char *const *names, int64_t start)
{
	static const uint8_t key[16] = {1};
	struct pal_manifest_entry entry = {
		.role = PAL_ROLE_ORDERS, .name = "orders"};
	struct pal_order_in order = {.policy = {.answer = PAL_NODATA,
					     .ttl = 30,
					     .authority = "k",
					     .id = "1"}};
	struct pal_interval when = {start, PAL_NEVER};
	struct pal_writer *w;
	uint8_t *data;
	size_t len;
	char path[100];

	assert_int_equal(pal_writer_open_orders(&w, key), 0);
	assert_int_equal(pal_writer_order(w, &order), 0);
	for (; *names != NULL; names++) {
		struct pal_name n = name_of(*names);
		assert_int_equal(
			pal_writer_entry(w, &n, PAL_EXACT, &when, 1), 0);
	}
	assert_int_equal(pal_writer_finish(w, &data, &len, NULL), 0);
	pal_writer_close(w);
	snprintf(path, sizeof(path), "lists/%s", file);
	put_file(path, data, len);
	snprintf(entry.file, sizeof(entry.file), "%s", file);
	entry.size = len;
	memcpy(entry.digest, data + len - PAL_SHA256_SIZE, PAL_SHA256_SIZE);
	free(data);
	return entry;
}

static void
put_manifest(
	const char *name, uint64_t generation, struct pal_manifest_entry entry)
{
	struct pal_manifest m = {
		.generation = generation, .count = 1, .lists = {entry}};
	char text[PAL_MANIFEST_SIZE_MAX];
	int len = pal_manifest_format(text, sizeof(text), &m);

	assert_true(len > 0);
	put_file(name, text, (size_t)len);
}

static void
publish(uint64_t generation, const char *const *names, int64_t start)
{
	char file[40];

	snprintf(file, sizeof(file), "orders-%d.img", (int)generation);
	put_manifest(
		"lists/manifest", generation, put_orders(file, names, start));
}

static const char *const none[] = {NULL};
static const char *const one[] = {"t.me", NULL};
static const char *const two[] = {"t.me", "telegram.me", NULL};

static struct pal_live *
open_live(void)
{
	struct pal_live_options options = {.folder = folder,
		.instance = "test",
		.same_user = true,
		.workers = 2};
	struct pal_live *live;

	assert_int_equal(pal_live_open(&live, &pal_host, &options), 0);
	return live;
}

/* This thread is a worker while it holds the lock, and back in its event loop
 * when it lets go: that is what on_settle waits for. */
static bool
blocks(const struct pal_live *live, const char *text, int64_t now)
{
	struct pal_name n = name_of(text);
	struct pal_verdict v;

	pthread_mutex_lock(&host.lock);
	pal_decide(pal_live_snapshot(live), n.wire, n.len, PAL_TYPE_A, now, &v);
	pthread_mutex_unlock(&host.lock);
	return v.action == PAL_BLOCK;
}

static bool
is_empty(const struct pal_live *live)
{
	pthread_mutex_lock(&host.lock);
	bool empty = pal_live_is_empty(live);
	pthread_mutex_unlock(&host.lock);
	return empty;
}

static void
count(struct pal_live *live, unsigned worker, enum pal_answer answer)
{
	pthread_mutex_lock(&host.lock);
	pal_live_count(live, worker, pal_live_snapshot(live), 0, answer);
	pthread_mutex_unlock(&host.lock);
}

static void
read_status(struct pal_status *status)
{
	static char text[PAL_STATUS_SIZE_MAX];
	FILE *in = fopen(path_of("status/test.status"), "r");

	assert_non_null(in);
	size_t len = fread(text, 1, sizeof(text), in);
	fclose(in);
	assert_int_equal(pal_status_parse(status, text, len), 0);
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/palang-live-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(mkdir(path_of("lists"), 0755), 0);
	assert_int_equal(mkdir(path_of("status"), 0755), 0);
	memset(&host, 0, sizeof(host));
	pthread_mutex_init(&host.lock, NULL);
	pthread_cond_init(&host.news, NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

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
	pal_live_close(live);
	read_status(&status);
	assert_int_equal(status.state, PAL_STATE_OK);
	assert_int_equal(status.generation, 1);
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
	pal_live_close(live);
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
	pal_live_close(live);
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
	pal_live_close(live);
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
	pal_live_close(live);
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
	pal_live_close(live);
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
	pal_live_close(live);

	put_file("lists/manifest", "rubbish\n", 8);
	live = open_live();
	assert_true(blocks(live, "t.me", 0));
	/* and when it is mended, it is taken */
	put_orders("new.img", two, 0);
	put_manifest("lists/manifest", 2, new);
	AWAIT(strstr(host.last_log, "swept generation=2"));
	assert_true(blocks(live, "telegram.me", 0));
	pal_live_close(live);
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
	pal_live_close(live);
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
	pal_live_close(live);
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
	pal_live_close(live);
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
#define LIVE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		LIVE_TEST(starts_empty),
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
