/* Shared by tests that need published lists: a folder live/lists with an
 * orders image, an allow list, a feed and the manifest of them. */
#ifndef LISTS_UTIL_H
#define LISTS_UTIL_H

#include "core_util.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "palang/manifest.h"
#include "palang/writer.h"

struct lists {
	char dir[64]; /* the folder that holds lists/ */
	struct pal_manifest manifest;
};

static const uint8_t lists_key[16] = "an image's key..";

static inline void
lists_write(const char *dir, const char *name, const void *data, size_t len)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/lists/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static inline void
lists_manifest(struct lists *lists)
{
	char text[PAL_MANIFEST_SIZE_MAX];
	int len = pal_manifest_format(text, sizeof text, &lists->manifest);

	assert_true(len > 0);
	lists_write(lists->dir, "manifest", text, (size_t)len);
}

/* Finishes an image, writes it, and names it in the manifest. */
static inline void
lists_add(struct lists *lists, struct pal_writer *writer,
	enum pal_list_role role, const char *name)
{
	struct pal_manifest_entry *entry =
		&lists->manifest.lists[lists->manifest.count++];
	struct pal_image *image;
	uint8_t *data;
	size_t len;

	assert_int_equal(pal_writer_finish(writer, &data, &len, NULL), 0);
	pal_writer_close(writer);
	*entry = (struct pal_manifest_entry){.role = role, .size = len};
	snprintf(entry->name, sizeof entry->name, "%s", name);
	snprintf(entry->file, sizeof entry->file, "%s.img", name);
	lists_write(lists->dir, entry->file, data, len);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	memcpy(entry->digest, pal_image_digest(image), PAL_SHA256_SIZE);
	pal_image_free(image);
}

/* An order of k on t.me, exact, with a sinkhole; and on telegram.org, below
 * and all, from the year 2033 on. */
static inline void
lists_add_orders(struct lists *lists)
{
	static const struct pal_interval always = {0, PAL_NEVER};
	static const struct pal_interval later = {2000000000, PAL_NEVER};
	struct pal_order_in order = {.policy = {.kind = PAL_EXTERNAL,
					     .answer = PAL_SINKHOLE,
					     .ttl = 30,
					     .has_a = true,
					     .a = {192, 0, 2, 53},
					     .authority = "k",
					     .id = "2017/1",
					     .ede = "k 2017/1"}};
	struct pal_name t_me = name_of("t.me");
	struct pal_name telegram = name_of("telegram.org");
	struct pal_writer *writer;

	assert_int_equal(pal_writer_open_orders(&writer, lists_key), 0);
	assert_int_equal(pal_writer_order(writer, &order), 0);
	assert_int_equal(
		pal_writer_entry(writer, &t_me, PAL_EXACT, &always, 1), 0);
	assert_int_equal(
		pal_writer_entry(writer, &telegram, PAL_SUBTREE, &later, 1), 0);
	lists_add(lists, writer, PAL_ROLE_ORDERS, "orders");
}

/* A plain list with one name. */
static inline void
lists_add_plain(struct lists *lists, enum pal_list_role role, const char *list,
	const char *text, bool except)
{
	struct pal_policy_in policy = {.kind = PAL_EXTERNAL,
		.answer = PAL_NODATA,
		.ttl = 30,
		.authority = "k",
		.id = list,
		.ede = "k feed"};
	struct pal_name name = name_of(text);
	struct pal_writer *writer;

	assert_int_equal(pal_writer_open_plain(&writer, lists_key, &policy), 0);
	assert_int_equal(
		pal_writer_rule(writer, &name, PAL_SUBTREE, except), 0);
	lists_add(lists, writer, role, list);
}

static inline void
lists_create(struct lists *lists)
{
	char path[128];

	*lists = (struct lists){.dir = "/tmp/palang-lists-XXXXXX"};
	assert_non_null(mkdtemp(lists->dir));
	chmod(lists->dir, 0755);
	snprintf(path, sizeof path, "%s/lists", lists->dir);
	assert_int_equal(mkdir(path, 0755), 0);
	lists->manifest.generation = 7;
	lists->manifest.written = 1500000000;
	lists->manifest.settings.chain = true;
	lists_add_orders(lists);
	lists_add_plain(
		lists, PAL_ROLE_ALLOW, "allow", "good.bad.example", true);
	lists_add_plain(lists, PAL_ROLE_FEED, "feed", "bad.example", false);
	lists_manifest(lists);
}

static inline int
lists_remove_one(
	const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline void
lists_remove(struct lists *lists)
{
	assert_int_equal(
		nftw(lists->dir, lists_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
