/* Lists that are held, turned down or damaged, from the command line. */
#include "tool_util.h"

#include <fcntl.h>

#include "feed.h"
#include "file.h"
#include "lock.h"
#include "palang/image.h"

#define REFRESH "feed refresh ads"

/* `count` names; the source is written anew: another time of change. */
static void
write_list(const struct tool *tool, unsigned count)
{
	static int64_t tick;
	struct timespec times[2] = {{.tv_sec = 1500000000}};
	char text[4096] = "", path[160];

	for (unsigned i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text),
			"n%u.example.com\n", i);
	tool_write(tool, "list", text);
	snprintf(path, sizeof path, "%s/list", tool->dir);
	times[1].tv_sec = 1500000000 + ++tick;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
begin(struct tool *tool)
{
	tool_create(tool);
	write_list(tool, 100);
	tool_expect(tool, 0, "feed add ads --authority k --source %s/list",
		tool->dir);
}

/* True if the feed's image says what it changed of the one before. */
static bool
follows(const struct tool *tool, const struct pal_manifest *before)
{
	struct pal_manifest manifest;
	struct pal_image *image;
	char path[256], *data;
	size_t len;
	bool does;

	tool_manifest(tool, &manifest);
	snprintf(path, sizeof path, "%s/live/lists/%s", tool->dir,
		manifest.lists[1].file);
	assert_int_equal(
		file_read(path, PAL_IMAGE_SIZE_MAX, 0, &data, &len), 0);
	assert_int_equal(pal_image_load(&image, (uint8_t *)data, len, NULL), 0);
	does = pal_image_follows(image, before->lists[1].digest);
	pal_image_free(image);
	return does;
}

static void
damage(const struct tool *tool, const char *file)
{
	char path[64];

	snprintf(path, sizeof path, "state/feeds/%s", file);
	tool_write(tool, path, "palang-names 1\nn0.example.com\nend 7\n");
}

/* Whether the names in force are damaged or gone, nothing passes for a first
 * list, and no image tells of changes that nobody knows. */
static void
test_lost_names(void **state)
{
	char path[160];

	(void)state;
	for (int gone = 0; gone < 2; gone++) {
		struct pal_manifest before;
		struct tool tool;

		begin(&tool);
		tool_manifest(&tool, &before);
		write_list(&tool, 99);
		tool_expect(&tool, 0, REFRESH);
		assert_true(follows(&tool, &before));
		tool_manifest(&tool, &before);
		damage(&tool, "ads-2.names");
		snprintf(path, sizeof path, "%s/state/feeds/ads-2.names",
			tool.dir);
		assert_true(!gone || unlink(path) == 0);
		write_list(&tool, 1);
		tool_expect(&tool, EXIT_HELD, REFRESH);
		tool_expect_in(tool.out, "in force cannot be read");
		tool_expect(&tool, 0, "why n98.example.com");
		tool_expect(&tool, 0, REFRESH " --accept-change");
		tool_expect(&tool, 1, "why n98.example.com");
		assert_false(follows(&tool, &before));
		/* from here on there is something to compare with */
		write_list(&tool, 2);
		tool_expect(&tool, EXIT_HELD, REFRESH);
		tool_expect_in(tool.out, "1 rules came and 0 went of the 1");
		tool_remove(&tool);
	}
}

/* What was held is what is taken, whatever the source has become. */
static void
test_accept_held(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	write_list(&tool, 50);
	tool_expect(&tool, EXIT_HELD, REFRESH);
	write_list(&tool, 1);
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect_in(
		tool.out, "the list that was held, 50 rules, 0 came, 50 went");
	tool_expect(&tool, 0, "why n49.example.com");
	tool_expect(&tool, 1, "why n50.example.com");
	/* it is held no more, and the source is asked again */
	tool_expect(&tool, EXIT_HELD, REFRESH);
	tool_expect_in(tool.out, "0 rules came and 49 went of the 50");
	tool_remove(&tool);
}

/* Damaged names are fetched anew, though the source has nothing new. */
static void
test_damaged(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	damage(&tool, "ads-1.names");
	tool_expect(&tool, EXIT_HELD, REFRESH);
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect(&tool, 0, REFRESH);
	tool_expect_in(tool.out, "unchanged, 100 rules");
	/* and so is a list that is held */
	write_list(&tool, 50);
	tool_expect(&tool, EXIT_HELD, REFRESH);
	damage(&tool, "ads-3.names");
	tool_expect(&tool, EXIT_HELD, REFRESH);
	tool_expect_in(tool.out, "0 rules came and 50 went of the 100");
	tool_expect(&tool, 0, REFRESH " --accept-change");
	tool_expect_in(tool.out, "50 rules, 0 came, 50 went");
	tool_remove(&tool);
}

/* Two rollbacks are none: the newest list is in force, and is none that was
 * turned down; whether or not it was held in between. */
static void
test_rolled_twice(void **state)
{
	(void)state;
	for (int held = 0; held < 2; held++) {
		struct tool tool;

		begin(&tool);
		write_list(&tool, 99);
		tool_expect(&tool, 0, REFRESH);
		tool_expect(&tool, 0, "feed rollback ads");
		tool_expect(&tool, 0, "feed list");
		tool_expect_in(tool.out, "rolled back");
		if (held)
			tool_expect(&tool, EXIT_HELD, REFRESH);
		tool_expect(&tool, 0, "feed rollback ads");
		tool_expect(&tool, 0, "feed list");
		assert_null(strstr(tool.out, "rolled back"));
		tool_expect(&tool, 0, REFRESH);
		tool_expect_in(tool.out, "unchanged, 99 rules");
		tool_expect(&tool, 0, "feed list");
		assert_null(strstr(tool.out, "held"));
		tool_remove(&tool);
	}
}

/* A feed that is being refreshed keeps publish waiting only if its image is to
 * be made anew. */
static void
test_publish_beside(void **state)
{
	struct tool tool;
	char path[160];
	int folder, lock;

	(void)state;
	begin(&tool);
	snprintf(path, sizeof path, "%s/state/feeds", tool.dir);
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(folder >= 0);
	lock = feed_lock(folder, "ads");
	assert_true(lock >= 0);
	alarm(60); /* if it waits */
	tool_expect(&tool, 0, "publish");
	alarm(0);
	tool_expect(&tool, 0, "why n0.example.com");
	close(lock);
	close(folder);
	tool_remove(&tool);
}

/* A feed that left palang.yaml is not forgotten under somebody's hands. */
static void
test_publish_gone(void **state)
{
	char path[160], text[1024];
	struct tool tool;
	int folder, lock;

	(void)state;
	tool_create(&tool);
	write_list(&tool, 3);
	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"feeds: {ads: {source: %s/list}}\n",
		tool.dir, tool.dir, tool.dir);
	tool_write(&tool, "palang.yaml", text);
	tool_expect(&tool, 0, "feed refresh");
	*strstr(text, "feeds:") = '\0';
	tool_write(&tool, "palang.yaml", text);
	snprintf(path, sizeof path, "%s/state/feeds", tool.dir);
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	lock = feed_lock(folder, "ads");
	assert_true(lock >= 0);
	lock_patience = 20;
	tool_expect(&tool, 2, "publish");
	tool_expect_in(tool.err, "stays: another palang is at work on it");
	tool_expect(&tool, 0, "why n0.example.com");
	lock_patience = LOCK_WAIT;
	close(lock);
	close(folder);
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 1, "why n0.example.com");
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost_names),
		cmocka_unit_test(test_accept_held),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_rolled_twice),
		cmocka_unit_test(test_publish_beside),
		cmocka_unit_test(test_publish_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
