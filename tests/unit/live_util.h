/* For tests of module/live: a host that writes down what is asked of it, and a
 * folder of lists. */
#ifndef LIVE_UTIL_H
#define LIVE_UTIL_H

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
	char lap_lists[256];  /* what the last lap has judged by */
	unsigned effect_laps; /* ended when the last generation took effect */
	unsigned last_effect; /* that generation */
	bool held;            /* no lap ends but those released */
	unsigned released;
	char evicted[NAMES_MAX][64];
	size_t evicted_count;
	char last_log[512];
	unsigned errors;
};

static char folder[] = "/tmp/palang-live-XXXXXX";
static struct host host;

static inline void
told(void)
{
	pthread_cond_broadcast(&host.news);
	pthread_mutex_unlock(&host.lock);
}

static inline int
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

static inline int
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

/* What a lap has judged by: "orders allow ads". */
static inline void
note_lists(const struct pal_snapshot *snapshot)
{
	host.lap_lists[0] = '\0';
	if (snapshot->orders.image != NULL)
		strcat(host.lap_lists, "orders ");
	if (snapshot->allow.image != NULL)
		strcat(host.lap_lists, "allow ");
	for (unsigned i = 0; i < snapshot->feed_count; i++) {
		strcat(host.lap_lists, snapshot->feeds[i].name);
		strcat(host.lap_lists, " ");
	}
	if (snapshot->shadow.image != NULL)
		strcat(host.lap_lists, "shadow ");
}

static inline int
on_sweep(void *ctx, const struct pal_snapshot *snapshot, int64_t now,
	uint64_t *cursor, int budget_us)
{
	(void)ctx, (void)now, (void)budget_us;
	/* three slices make a lap */
	if (*cursor < 2) {
		++*cursor;
		return 0;
	}
	pthread_mutex_lock(&host.lock);
	if (host.held && host.released == 0) {
		pthread_mutex_unlock(&host.lock);
		return 0;
	}
	host.released -= host.held;
	note_lists(snapshot);
	host.laps++;
	told();
	return 1;
}

static inline void
on_log(void *ctx, enum pal_log level, const char *line)
{
	(void)ctx;
	pthread_mutex_lock(&host.lock);
	snprintf(host.last_log, sizeof(host.last_log), "%s", line);
	host.errors += level == PAL_LOG_ERROR;
	if (strstr(line, "in-effect")) {
		host.effect_laps = host.laps;
		sscanf(strstr(line, "generation="), "generation=%u",
			&host.last_effect);
	}
	told();
}

static const struct pal_host pal_host = {.name = "test 1",
	.settle = on_settle,
	.evict = on_evict,
	.sweep = on_sweep,
	.log = on_log};

/* From here on no lap comes to its end; or all do again. */
static inline void
hold_laps(bool held)
{
	pthread_mutex_lock(&host.lock);
	host.held = held;
	host.released = 0;
	pthread_mutex_unlock(&host.lock);
}

static inline void
release_lap(void)
{
	pthread_mutex_lock(&host.lock);
	host.released++;
	pthread_mutex_unlock(&host.lock);
}

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

static inline char *
path_of(const char *name)
{
	static char path[4][200];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", folder, name);
	return p;
}

static inline void
put_file(const char *name, const void *data, size_t len)
{
	char *temporary = path_of("lists/tmp");
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
	assert_int_equal(rename(temporary, path_of(name)), 0);
}

/* Finishes an image, and writes it. */
static inline void
put_image(struct pal_manifest_entry *entry, struct pal_writer *w,
	const char *file)
{
	uint8_t *data;
	size_t len;
	char path[100];

	assert_int_equal(pal_writer_finish(w, &data, &len, NULL), 0);
	pal_writer_close(w);
	snprintf(path, sizeof(path), "lists/%s", file);
	put_file(path, data, len);
	snprintf(entry->file, sizeof(entry->file), "%s", file);
	entry->size = len;
	memcpy(entry->digest, data + len - PAL_SHA256_SIZE, PAL_SHA256_SIZE);
	free(data);
}

/* An orders image that blocks these names from `start` on. */
static inline struct pal_manifest_entry
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

	assert_int_equal(pal_writer_open_orders(&w, key), 0);
	assert_int_equal(pal_writer_order(w, &order), 0);
	for (; *names != NULL; names++) {
		struct pal_name n = name_of(*names);
		assert_int_equal(
			pal_writer_entry(w, &n, PAL_EXACT, &when, 1), 0);
	}
	put_image(&entry, w, file);
	return entry;
}

/* A plain list of these names, all with what lies below them; it says that it
 * follows `before` (NULL: nothing was there) by these changes, or, with
 * changes NULL, nothing. */
static inline struct pal_manifest_entry
put_plain(enum pal_list_role role, const char *list, const char *const *names,
	const struct pal_manifest_entry *before, const char *const *changes)
{
	static unsigned number;
	struct pal_manifest_entry entry = {.role = role};
	struct pal_policy_in policy = {
		.answer = PAL_NODATA, .ttl = 30, .authority = "k", .id = list};
	uint8_t key[16] = {(uint8_t)++number};
	struct pal_name name, changed[4];
	struct pal_changes said = {.names = changed};
	struct pal_writer *w;
	char file[40];

	assert_int_equal(pal_writer_open_plain(&w, key, &policy), 0);
	for (; *names != NULL; names++) {
		name = name_of(*names);
		assert_int_equal(pal_writer_rule(w, &name, PAL_SUBTREE,
					 role == PAL_ROLE_ALLOW),
			0);
	}
	if (before != NULL)
		memcpy(said.base, before->digest, sizeof(said.base));
	for (; changes != NULL && changes[said.count] != NULL; said.count++)
		changed[said.count] = name_of(changes[said.count]);
	if (changes != NULL)
		assert_int_equal(pal_writer_changes(w, &said), 0);
	snprintf(entry.name, sizeof(entry.name), "%s", list);
	snprintf(file, sizeof(file), "%s-%u.img", list, number);
	put_image(&entry, w, file);
	return entry;
}

static inline void
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

static inline void
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

static inline struct pal_live *
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
static inline bool
blocks(const struct pal_live *live, const char *text, int64_t now)
{
	struct pal_name n = name_of(text);
	struct pal_verdict v;

	pthread_mutex_lock(&host.lock);
	pal_decide(pal_live_snapshot(live), n.wire, n.len, PAL_TYPE_A, now, &v);
	pthread_mutex_unlock(&host.lock);
	return v.action == PAL_BLOCK;
}

static inline bool
is_empty(const struct pal_live *live)
{
	pthread_mutex_lock(&host.lock);
	bool empty = pal_live_is_empty(live);
	pthread_mutex_unlock(&host.lock);
	return empty;
}

static inline void
count(struct pal_live *live, unsigned worker, enum pal_answer answer)
{
	pthread_mutex_lock(&host.lock);
	pal_live_count(live, worker, pal_live_snapshot(live), 0, answer);
	pthread_mutex_unlock(&host.lock);
}

static inline void
read_status(struct pal_status *status)
{
	static char text[PAL_STATUS_SIZE_MAX];
	FILE *in = fopen(path_of("status/test.status"), "r");

	assert_non_null(in);
	size_t len = fread(text, 1, sizeof(text), in);
	fclose(in);
	assert_int_equal(pal_status_parse(status, text, len), 0);
}

static inline int
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

static inline int
tear_down(void **state)
{
	(void)state;
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

#define LIVE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
