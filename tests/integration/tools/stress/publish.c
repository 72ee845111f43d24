/*
 * Images and manifests, written without the tool: a change in a tenth of a
 * millisecond.  `palang apply` takes some 50 ms, and its ledger grows with
 * every order; a long run at many changes a second wants neither.  Nothing is
 * synced, for nobody is to read it after a crash.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "palang/error.h"
#include "palang/manifest.h"
#include "palang/writer.h"
#include "stress.h"

static const struct pal_order_in order = {
	.policy = {.kind = PAL_EXTERNAL,
		.answer = PAL_SINKHOLE,
		.ttl = 30,
		.has_a = true,
		.has_aaaa = true,
		.a = {198, 51, 100, 1},
		.aaaa = {0x20, 0x01, 0x0d, 0xb8, 0, 0x51, [15] = 1},
		.authority = "kominfo",
		.id = "STRESS",
		.ede = "kominfo STRESS"}};

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

uint64_t
published(const char *live, struct pal_manifest *manifest)
{
	char path[512], text[PAL_MANIFEST_SIZE_MAX];

	snprintf(path, sizeof(path), "%s/lists/manifest", live);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return 0;
	size_t len = fread(text, 1, sizeof(text), file);
	fclose(file);
	check(pal_manifest_parse(manifest, text, len, NULL), path);
	return manifest->generation;
}

static void
make_image(
	const struct world *world, uint64_t sets, uint8_t **data, size_t *len)
{
	static const uint8_t key[16] = "an image's key..";
	static const struct pal_interval always = {0, PAL_NEVER};
	struct pal_writer *writer;

	check(pal_writer_open_orders(&writer, key), "writer");
	if (sets != 0)
		check(pal_writer_order(writer, &order), "order");
	for (unsigned i = 0; i < world->set_count; i++) {
		const struct set *set = &world->sets[i];
		if (sets >> i & 1)
			check(pal_writer_entry(writer, &set->name,
				      set->subtree ? PAL_SUBTREE : PAL_EXACT,
				      &always, 1),
				"entry");
	}
	check(pal_writer_finish(writer, data, len, NULL), "finish");
	pal_writer_close(writer);
}

/* The one before the last is kept, as the tool does. */
static void
remove_old(const char *live, uint64_t generation)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/lists/orders-%llu.img", live,
		(unsigned long long)generation - 2);
	unlink(path);
}

uint64_t
publish(const char *live, const struct world *world, uint64_t sets)
{
	struct pal_manifest manifest = {
		.epoch = "a stress test..", .settings = {.chain = true}};
	char text[PAL_MANIFEST_SIZE_MAX];
	struct pal_manifest_entry *entry = &manifest.lists[0];
	uint8_t *data;
	size_t len;

	published(live, &manifest);
	manifest.generation++;
	manifest.written = now_us() / 1000000;
	manifest.count = 1;
	make_image(world, sets, &data, &len);
	*entry = (struct pal_manifest_entry){
		.role = PAL_ROLE_ORDERS, .name = "orders", .size = len};
	snprintf(entry->file, sizeof(entry->file), "orders-%llu.img",
		(unsigned long long)manifest.generation);
	memcpy(entry->digest, data + len - PAL_SHA256_SIZE, PAL_SHA256_SIZE);
	write_file(live, entry->file, data, len);
	free(data);
	int n = pal_manifest_format(text, sizeof(text), &manifest);
	if (n < 0)
		die("manifest: %s", pal_strerror(n));
	write_file(live, "manifest", text, (size_t)n);
	if (manifest.generation > 2)
		remove_old(live, manifest.generation);
	return manifest.generation;
}
