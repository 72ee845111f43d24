/*
 * Images and manifests, written without the tool: a change in a tenth of a
 * millisecond.  `palang apply` takes some 50 ms, and its ledger grows with
 * every order; a long run at many changes a second wants neither.  Nothing is
 * synced, for nobody is to read it after a crash.
 *
 * Orders are replaced.  A feed, or the allow list, may be replaced by one that
 * says what has changed, or by one that does not; it may go; and the very image
 * that went, or was replaced, may come back.
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

/* How a list changes. */
enum manner { STAY, TELL, SILENT, GO, BACK, MANNERS };

/* An image of a list; without data there is none. */
struct edition {
	uint8_t *data;
	size_t len;
	uint64_t sets;
};

static struct list {
	struct edition now, before; /* in force, and the last one that was */
	enum manner manner;         /* of the next change */
	uint64_t next;              /* the sets in force after it */
	char file[PAL_IMAGE_NAME_MAX], old[PAL_IMAGE_NAME_MAX];
} lists[LISTS_MAX];

static unsigned counts[MANNERS]; /* of feeds and the allow list */

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

static enum manner
choose(const struct list *list, unsigned i, uint64_t *random)
{
	static const enum manner some[] = {TELL, TELL, SILENT, GO, BACK, BACK};
	enum manner manner = some[random_next(random) % 6];

	if (i == ORDERS)
		return SILENT;
	if (manner == GO && list->now.data == NULL)
		return TELL;
	if (manner == BACK && list->before.data == NULL)
		return SILENT;
	return manner;
}

static uint64_t
sets_of(const struct world *world, unsigned list)
{
	uint64_t sets = 0;

	for (unsigned i = 0; i < world->set_count; i++)
		if (world->sets[i].list == list)
			sets |= (uint64_t)1 << i;
	return sets;
}

uint64_t
publish_plan(const struct world *world, uint64_t sets, uint64_t *random)
{
	uint64_t turned = 0;

	for (unsigned i = 0; i < world->list_count; i++) {
		struct list *list = &lists[i];
		uint64_t own = sets & sets_of(world, i);
		list->manner = own != 0 ? choose(list, i, random) : STAY;
		list->next = list->now.sets ^ own;
		if (list->manner == GO)
			list->next = 0;
		else if (list->manner == BACK)
			list->next = list->before.sets;
		turned |= list->next ^ list->now.sets;
	}
	return turned;
}

uint64_t
publish_plan_back(const struct world *world)
{
	uint64_t turned = 0;

	for (unsigned i = 0; i < world->list_count; i++) {
		struct list *list = &lists[i];
		bool can = list->manner != STAY && list->before.data != NULL;
		list->manner = i != ORDERS && can ? BACK : STAY;
		list->next = list->now.sets;
		if (list->manner == BACK)
			list->next = list->before.sets;
		turned |= list->next ^ list->now.sets;
	}
	return turned;
}

static void
add_rules(struct pal_writer *writer, const struct world *world, unsigned list,
	uint64_t sets)
{
	static const struct pal_interval always = {0, PAL_NEVER};

	for (unsigned i = 0; i < world->set_count; i++) {
		const struct set *set = &world->sets[i];
		enum pal_scope scope = set->subtree ? PAL_SUBTREE : PAL_EXACT;
		if (!(sets >> i & 1))
			continue;
		check(list == ORDERS ? pal_writer_entry(writer, &set->name,
					       scope, &always, 1)
				     : pal_writer_rule(writer, &set->name,
					       scope, list == ALLOW),
			"rule");
	}
}

/* The names that tell an image of these sets from the one in force. */
static void
add_changes(struct pal_writer *writer, const struct world *world,
	const struct edition *now, uint64_t sets)
{
	struct pal_name names[SETS_MAX];
	struct pal_changes changes = {.names = names};

	if (now->data != NULL)
		memcpy(changes.base, now->data + now->len - PAL_SHA256_SIZE,
			PAL_SHA256_SIZE);
	for (unsigned i = 0; i < world->set_count; i++)
		if ((sets ^ now->sets) >> i & 1)
			names[changes.count++] = world->sets[i].name;
	check(pal_writer_changes(writer, &changes), "changes");
}

static struct edition
make(const struct world *world, unsigned i, const struct edition *now)
{
	static const uint8_t key[16] = "an image's key..";
	const struct list *list = &lists[i];
	struct edition edition = {.sets = list->next};
	struct pal_writer *writer;

	if (i == ORDERS) {
		check(pal_writer_open_orders(&writer, key), "writer");
		if (list->next != 0)
			check(pal_writer_order(writer, &order), "order");
	} else {
		check(pal_writer_open_plain(&writer, key, &order.policy),
			"writer");
	}
	add_rules(writer, world, i, list->next);
	if (list->manner == TELL)
		add_changes(writer, world, now, list->next);
	check(pal_writer_finish(writer, &edition.data, &edition.len, NULL),
		"finish");
	pal_writer_close(writer);
	return edition;
}

/* Gives the list its next image. */
static void
replace(const struct world *world, unsigned i)
{
	struct list *list = &lists[i];
	struct edition last = list->now;

	if (list->manner == BACK) {
		list->now = list->before;
		list->before = last;
		return;
	}
	list->now = (struct edition){.sets = 0};
	if (list->manner != GO)
		list->now = make(world, i, &last);
	if (last.data == NULL)
		return;
	free(list->before.data);
	list->before = last;
}

/* Writes the list's image, if it has one.  The file before the last is
 * removed, as the tool does. */
static void
write_list(const char *live, const struct world *world, unsigned i,
	uint64_t generation)
{
	struct list *list = &lists[i];
	char path[512];

	if (list->old[0] != '\0') {
		snprintf(path, sizeof(path), "%s/lists/%s", live, list->old);
		unlink(path);
	}
	memcpy(list->old, list->file, sizeof(list->old));
	list->file[0] = '\0';
	if (list->now.data == NULL)
		return;
	snprintf(list->file, sizeof(list->file), "%s-%llu.img", world->lists[i],
		(unsigned long long)generation);
	write_file(live, list->file, list->now.data, list->now.len);
}

static void
add_list(struct pal_manifest *manifest, const struct world *world, unsigned i)
{
	const struct list *list = &lists[i];
	const struct edition *now = &list->now;
	struct pal_manifest_entry *entry = &manifest->lists[manifest->count++];

	*entry = (struct pal_manifest_entry){
		.role = PAL_ROLE_FEED, .size = now->len};
	if (i == ORDERS)
		entry->role = PAL_ROLE_ORDERS;
	else if (i == ALLOW)
		entry->role = PAL_ROLE_ALLOW;
	memcpy(entry->name, world->lists[i], sizeof(entry->name));
	memcpy(entry->file, list->file, sizeof(entry->file));
	memcpy(entry->digest, now->data + now->len - PAL_SHA256_SIZE,
		PAL_SHA256_SIZE);
}

uint64_t
publish(const char *live, const struct world *world)
{
	struct pal_manifest manifest = {
		.epoch = "a stress test..", .settings = {.chain = true}};
	char text[PAL_MANIFEST_SIZE_MAX];

	published(live, &manifest);
	manifest.generation++;
	manifest.written = now_us() / 1000000;
	manifest.count = 0;
	for (unsigned i = 0; i < world->list_count; i++) {
		struct list *list = &lists[i];
		if (i == ORDERS && list->now.data == NULL)
			list->manner = SILENT; /* there from the first */
		if (list->manner != STAY) {
			replace(world, i);
			write_list(live, world, i, manifest.generation);
		}
		if (i != ORDERS)
			counts[list->manner]++;
		if (list->now.data != NULL)
			add_list(&manifest, world, i);
	}
	int n = pal_manifest_format(text, sizeof(text), &manifest);
	if (n < 0)
		die("manifest: %s", pal_strerror(n));
	write_file(live, "manifest", text, (size_t)n);
	return manifest.generation;
}

void
publish_print(void)
{
	printf("feeds and the allow list: %u said what changed, %u did not, "
	       "%u went, %u came back\n",
		counts[TELL], counts[SILENT], counts[GO], counts[BACK]);
}
