/*
 * Images and manifests, written by the project's own libraries without the
 * tool: the resolver's part of a change is to be measured alone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "palang/error.h"
#include "palang/status.h"
#include "palang/writer.h"

#define FEED "feed"

static const uint8_t key[16] = "an image's key..";

static const struct pal_policy_in policy = {.kind = PAL_EXTERNAL,
	.answer = PAL_NXDOMAIN,
	.ttl = 30,
	.authority = "bench",
	.id = "BENCH",
	.ede = "bench BENCH"};

static void
check(int error, const char *what)
{
	if (error != 0)
		die("%s: %s", what, pal_strerror(error));
}

static void
write_file(const char *live, const char *name, const void *data, size_t len)
{
	char temporary[512], path[512];

	snprintf(temporary, sizeof(temporary), "%s/lists/.new", live);
	snprintf(path, sizeof(path), "%s/lists/%s", live, name);
	FILE *file = fopen(temporary, "w");
	if (file == NULL || fwrite(data, 1, len, file) != len ||
		fclose(file) != 0 || rename(temporary, path) != 0)
		die("%s: %s", path, strerror(errno));
}

static void
manifest_read(const char *live, struct pal_manifest *manifest)
{
	char path[512], text[PAL_MANIFEST_SIZE_MAX];

	*manifest = (struct pal_manifest){
		.epoch = "a benchmark....", .settings = {.chain = true}};
	snprintf(path, sizeof(path), "%s/lists/manifest", live);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return;
	size_t len = fread(text, 1, sizeof(text), file);
	fclose(file);
	check(pal_manifest_parse(manifest, text, len, NULL), path);
}

/* The list's entry; a new one, without a digest, if there is none.  Roles
 * ascend. */
static struct pal_manifest_entry *
entry_of(struct pal_manifest *manifest, const char *name,
	enum pal_list_role role)
{
	struct pal_manifest_entry *end = manifest->lists + manifest->count;
	struct pal_manifest_entry *entry = manifest->lists;

	while (entry < end && strcmp(entry->name, name) != 0)
		entry++;
	if (entry < end)
		return entry;
	for (; entry > manifest->lists && entry[-1].role > role; entry--)
		entry[0] = entry[-1];
	manifest->count++;
	*entry = (struct pal_manifest_entry){.role = role};
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	return entry;
}

/* Makes image the one in force of a list, all else as it is. */
static struct published
put(const char *live, struct pal_manifest *manifest, enum pal_list_role role,
	const char *name, const struct image *image)
{
	struct pal_manifest_entry *entry = entry_of(manifest, name, role);
	struct published done = {.generation = manifest->generation + 1,
		.octets = image->octets,
		.prepared = now_us()};
	char text[PAL_MANIFEST_SIZE_MAX];

	entry->size = image->octets;
	memcpy(entry->file, image->file, sizeof(entry->file));
	memcpy(entry->digest, image->digest, sizeof(entry->digest));
	manifest->generation = done.generation;
	manifest->written = now_us() / 1000000;
	int n = pal_manifest_format(text, sizeof(text), manifest);
	if (n < 0)
		die("manifest: %s", pal_strerror(n));
	write_file(live, "manifest", text, (size_t)n);
	done.renamed = now_us();
	return done;
}

/* Ends the writer.  The image before stays, for the fallback; the file of
 * four generations ago is replaced. */
static struct image
image_write(const char *live, const struct pal_manifest *manifest,
	const char *name, struct pal_writer *writer)
{
	struct image image;
	uint8_t *data;

	check(pal_writer_finish(writer, &data, &image.octets, NULL), "finish");
	pal_writer_close(writer);
	memset(image.file, 0, sizeof(image.file));
	snprintf(image.file, sizeof(image.file), "%s-%u.img", name,
		(unsigned)((manifest->generation + 1) % 4));
	memcpy(image.digest, data + image.octets - PAL_SHA256_SIZE,
		PAL_SHA256_SIZE);
	write_file(live, image.file, data, image.octets);
	free(data);
	return image;
}

static void
put_changes(struct pal_writer *writer, const struct pal_manifest_entry *before,
	const struct names *changed)
{
	struct pal_changes changes = {
		.names = changed->list, .count = changed->count};

	memcpy(changes.base, before->digest, sizeof(changes.base));
	check(pal_writer_changes(writer, &changes), "changes");
}

static void
put_rules(struct pal_writer *writer, const char *path)
{
	char line[1024];
	struct pal_name name;
	FILE *file = fopen(path, "r");

	if (file == NULL)
		die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file) != NULL) {
		check(pal_name_from_text(&name, line, strcspn(line, "\n")),
			line);
		check(pal_writer_rule(writer, &name, PAL_SUBTREE, false), line);
	}
	fclose(file);
}

static struct image
feed_write(const char *live, const struct pal_manifest *manifest,
	const char *path, const struct names *more, const struct names *changed)
{
	struct pal_writer *writer;
	struct pal_manifest before = *manifest;

	check(pal_writer_open_plain(&writer, key, &policy), "writer");
	if (changed->count > 0)
		put_changes(writer, entry_of(&before, FEED, PAL_ROLE_FEED),
			changed);
	put_rules(writer, path);
	for (size_t i = 0; i < more->count; i++)
		check(pal_writer_rule(
			      writer, &more->list[i], PAL_SUBTREE, false),
			"a further rule");
	return image_write(live, manifest, FEED, writer);
}

struct published
publish_feed(const char *live, const char *path, const struct names *more,
	const struct names *changed)
{
	struct pal_manifest manifest;

	manifest_read(live, &manifest);
	struct image image = feed_write(live, &manifest, path, more, changed);
	return put(live, &manifest, PAL_ROLE_FEED, FEED, &image);
}

/* Under a file name that no generation takes soon. */
static void
put_by(const char *live, struct image *image, const char *list, size_t number)
{
	char from[512], to[512];

	snprintf(from, sizeof(from), "%s/lists/%s", live, image->file);
	memset(image->file, 0, sizeof(image->file));
	snprintf(image->file, sizeof(image->file), "%s-with-%zu.img", list,
		number);
	snprintf(to, sizeof(to), "%s/lists/%s", live, image->file);
	if (rename(from, to) != 0)
		die("%s: %s", to, strerror(errno));
}

struct image
publish_prepare(const char *live, const char *path, const struct names *more)
{
	static const struct names none;
	struct pal_manifest manifest;

	manifest_read(live, &manifest);
	struct image image = feed_write(live, &manifest, path, more, &none);
	put_by(live, &image, FEED, more->count);
	return image;
}

struct published
publish_prepared(const char *live, const struct image *image)
{
	struct pal_manifest manifest;

	manifest_read(live, &manifest);
	return put(live, &manifest, PAL_ROLE_FEED, FEED, image);
}

static void
put_order(struct pal_writer *writer, const struct names *names)
{
	static const struct pal_interval always = {0, PAL_NEVER};
	const struct pal_order_in order = {.policy = policy};

	if (names->count > 0)
		check(pal_writer_order(writer, &order), "order");
	for (size_t i = 0; i < names->count; i++)
		check(pal_writer_entry(
			      writer, &names->list[i], PAL_SUBTREE, &always, 1),
			"entry");
}

static struct image
orders_write(const char *live, const struct pal_manifest *manifest,
	const struct names *standing, const struct names *names)
{
	struct pal_writer *writer;

	check(pal_writer_open_orders(&writer, key), "writer");
	put_order(writer, standing);
	put_order(writer, names);
	return image_write(live, manifest, "orders", writer);
}

struct published
publish_orders(const char *live, const struct names *standing,
	const struct names *names)
{
	struct pal_manifest manifest;

	manifest_read(live, &manifest);
	struct image image = orders_write(live, &manifest, standing, names);
	return put(live, &manifest, PAL_ROLE_ORDERS, "orders", &image);
}

struct image
publish_prepare_orders(const char *live, const struct names *standing,
	const struct names *names, unsigned number)
{
	struct pal_manifest manifest;

	manifest_read(live, &manifest);
	struct image image = orders_write(live, &manifest, standing, names);
	put_by(live, &image, "orders", number);
	return image;
}

struct published
publish_prepared_orders(const char *live, const struct image *image)
{
	struct pal_manifest manifest;

	manifest_read(live, &manifest);
	return put(live, &manifest, PAL_ROLE_ORDERS, "orders", image);
}

/* ---- what the resolver says of it ---- */

static bool
status_read(const char *live, const char *instance, struct pal_status *status)
{
	static char text[PAL_STATUS_SIZE_MAX];
	char path[512];

	snprintf(path, sizeof(path), "%s/status/%s.status", live, instance);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	size_t len = fread(text, 1, sizeof(text), file);
	fclose(file);
	return pal_status_parse(status, text, len) == 0;
}

struct moment
publish_await(const char *live, const char *instance, uint64_t generation)
{
	const struct timespec step = {.tv_nsec = 2000000};
	int64_t until = now_us() + 300 * (int64_t)1000000;
	struct pal_status status;

	while (now_us() < until) {
		if (status_read(live, instance, &status)) {
			struct moment moment = {status.effect, status.swept_at};
			bool swept = status.swept >= generation;
			pal_status_fini(&status);
			if (swept)
				return moment;
		}
		nanosleep(&step, NULL);
	}
	die("generation %llu was not swept within five minutes",
		(unsigned long long)generation);
}
