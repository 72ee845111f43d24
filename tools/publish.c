#include "publish.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "ledger_switch.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "publish_lists.h"

/*
 * The protocol.  A command that changes anything
 *
 *   1. takes the lock of the state folder, and completes what a command
 *      before it left undone (publish_recover);
 *   2. begins a transaction of the ledger and records what it was given;
 *   3. compiles the orders (step "compile"), so that orders that cannot be
 *      compiled are refused before anything is recorded;
 *   4. takes the next generation ("number"), writes the image under a name
 *      that nothing refers to yet, and flushes it and the folder ("image");
 *      the images of the other lists are carried over, and stay as they are;
 *   5. records the generation, begun, with the text of its manifest
 *      ("record"), and commits: from here on the change has happened;
 *   6. keeps the manifest in force as manifest.prev: a second name of the
 *      same file, moved there by rename ("keep");
 *   7. writes the new manifest, flushes it, renames it in, flushes the folder
 *      ("manifest"): from here on resolvers see the change;
 *   8. removes images that neither manifest names ("clean"), and notes in the
 *      ledger that the generation is published ("mark").
 *
 * A kill before the commit leaves the old ledger and the old lists, and at
 * worst a stray file that the next "clean" takes away.  A kill behind it
 * leaves the old lists, whole, or the new ones: the rename in 7 is the only
 * step that resolvers see.  The next command finds by the ledger that the
 * newest generation is not the one in the lists, and does 6 to 8 with the
 * text recorded in 5.  If the lists say more than the ledger knows (a later
 * generation, another epoch), the ledger was restored: it is published anew
 * under a new epoch, which every resolver takes whatever it has in force.
 *
 * Until a commit the transaction is alone in writing; the lock covers what
 * lies behind it.
 *
 * The image of a feed takes long to make.  So it is made beforehand, with no
 * lock but the feed's own (feed_refresh.c), and step "image" only renames it
 * into the lists.  Where the lists are lost, it is made anew from the names
 * that are kept.
 */

/* ---- before the commit ---- */

/* The generation before, once. */
static int
know_old(struct publication *publication)
{
	struct ledger_generation newest;
	int ret;

	if (publication->old_known)
		return 0;
	ret = ledger_newest(publication->ledger, &newest);
	if (ret == 0 && newest.manifest != NULL &&
		pal_manifest_parse(&publication->old, newest.manifest,
			strlen(newest.manifest), NULL) != 0)
		publication->old.count = 0;
	free(newest.manifest);
	publication->old_known = ret == 0;
	return ret;
}

static int
compile(struct publication *publication)
{
	int ret = know_old(publication);

	if (ret != 0)
		return ret;
	if (publication->keep_orders &&
		lists_kept(publication, PAL_ROLE_ORDERS, NULL) != NULL)
		return 0;
	return effect_compile(publication->history, publication->config,
		publication->now_ms / 1000, publication->random.key,
		&publication->image, &publication->image_len,
		publication->problems);
}

/* Whatever is published while the emergency lasts says so. */
static int
settle(struct publication *publication)
{
	struct pal_settings *settings = &publication->manifest.settings;
	struct ledger_switch open;
	int ret = ledger_load_switch(publication->ledger, &open);

	*settings = publication->config->settings;
	settings->open = open.number != 0;
	ledger_switch_fini(&open);
	return ret;
}

static int
number(struct publication *publication)
{
	struct pal_manifest *manifest = &publication->manifest;
	struct ledger_generation newest;
	int ret = know_old(publication);

	if (ret == 0)
		ret = ledger_newest(publication->ledger, &newest);
	if (ret != 0)
		return ret;
	free(newest.manifest);
	if (newest.number == 0 || publication->new_epoch) {
		memcpy(manifest->epoch, publication->random.epoch,
			PAL_EPOCH_SIZE);
		manifest->generation = 1;
	} else {
		memcpy(manifest->epoch, newest.epoch, PAL_EPOCH_SIZE);
		manifest->generation = newest.generation + 1;
	}
	manifest->written = publication->now_ms / 1000;
	return settle(publication);
}

static int
write_images(struct publication *publication)
{
	int ret = lists_make(publication), len;

	if (ret != 0)
		return ret;
	len = pal_manifest_format(publication->text, sizeof publication->text,
		&publication->manifest);
	if (len < 0)
		return len;
	publication->text_len = (size_t)len;
	return 0;
}

static int
record(struct publication *publication)
{
	struct ledger_generation generation = {
		.generation = publication->manifest.generation,
		.begun = publication->now_ms,
		.manifest = publication->text};

	memcpy(generation.epoch, publication->manifest.epoch, PAL_EPOCH_SIZE);
	return ledger_add_generation(
		publication->ledger, &generation, &publication->number);
}

/* ---- behind the commit ---- */

#define PREV_TEMP FILE_TEMP_PREFIX "prev"

/* A hard link and a rename: at no time is either name without a whole
 * manifest. */
static int
keep(struct publication *publication)
{
	int lists = publication->lists;

	unlinkat(lists, PREV_TEMP, 0);
	if (linkat(lists, MANIFEST_FILE, lists, PREV_TEMP, 0) != 0)
		return errno == ENOENT ? 0 : PAL_ESYS;
	if (renameat(lists, PREV_TEMP, lists, MANIFEST_PREV_FILE) != 0)
		return PAL_ESYS;
	/* A rename between two names of one file does nothing. */
	unlinkat(lists, PREV_TEMP, 0);
	return 0;
}

static int
install(struct publication *publication)
{
	return file_replace(publication->lists, MANIFEST_FILE,
		publication->text, publication->text_len, 0644);
}

/* Reads a manifest of the lists folder.  PAL_EFORM if it is none. */
static int
read_manifest(int lists, const char *name, struct pal_manifest *manifest,
	char **text, size_t *len)
{
	int ret = file_read_at(
		lists, name, PAL_MANIFEST_SIZE_MAX, FILE_NOFOLLOW, text, len);

	if (ret == PAL_ENOMEM)
		return ret;
	if (ret == PAL_ESYS && errno != ENOENT && errno != ELOOP &&
		errno != EINVAL && errno != EISDIR)
		return ret;
	if (ret != 0)
		return PAL_EFORM;
	if (pal_manifest_parse(manifest, *text, *len, NULL) == 0)
		return 0;
	free(*text);
	*text = NULL;
	return PAL_EFORM;
}

static bool
is_stray(const char *file, const struct pal_manifest *manifests, int count)
{
	size_t len = strlen(file);

	if (strncmp(file, FILE_TEMP_PREFIX, strlen(FILE_TEMP_PREFIX)) == 0)
		return true;
	if (len < 4 || strcmp(file + len - 4, ".img") != 0)
		return false;
	for (int m = 0; m < count; m++) {
		for (unsigned i = 0; i < manifests[m].count; i++) {
			if (strcmp(manifests[m].lists[i].file, file) == 0)
				return false;
		}
	}
	return true;
}

static int
remove_strays(int lists, const struct pal_manifest *manifests, int count)
{
	int fd = openat(lists, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return PAL_ESYS;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (is_stray(entry->d_name, manifests, count))
			unlinkat(lists, entry->d_name, 0);
	}
	closedir(dir);
	return 0;
}

static int
clean(struct publication *publication)
{
	static const char *const names[] = {MANIFEST_FILE, MANIFEST_PREV_FILE};
	struct pal_manifest *manifests = calloc(2, sizeof *manifests);
	int count = 0, ret = 0;

	if (manifests == NULL)
		return PAL_ENOMEM;
	for (int i = 0; i < 2; i++) {
		char *text = NULL;
		size_t len;

		ret = read_manifest(publication->lists, names[i],
			&manifests[count], &text, &len);
		free(text);
		if (ret == 0)
			count++;
		else if (ret != PAL_EFORM)
			break;
	}
	/* Better a stray file than an image that is still needed. */
	if (count > 0 && (ret == 0 || ret == PAL_EFORM))
		ret = remove_strays(publication->lists, manifests, count);
	free(manifests);
	return ret;
}

static int
mark(struct publication *publication)
{
	return ledger_mark_published(
		publication->ledger, publication->number, pal_clock_ms());
}

const struct publish_step publish_prepare[] = {
	{"compile", compile},
	{"number", number},
	{"image", write_images},
	{"record", record},
	{NULL, NULL},
};

const struct publish_step publish_install[] = {
	{"keep", keep},
	{"manifest", install},
	{"clean", clean},
	{"mark", mark},
	{NULL, NULL},
};

int
publish_run(struct publication *publication, const struct publish_step *steps)
{
	for (; steps->run != NULL; steps++) {
		int ret = steps->run(publication);

		if (ret != 0) {
			publication->failed = steps->name;
			return ret;
		}
	}
	return 0;
}

void
publication_fini(struct publication *publication)
{
	free(publication->image);
	publication->image = NULL;
}

/* ---- completing what was begun ---- */

static bool
images_there(int lists, const char *text)
{
	struct pal_manifest manifest;

	if (text == NULL ||
		pal_manifest_parse(&manifest, text, strlen(text), NULL) != 0 ||
		lists_find(&manifest, PAL_ROLE_ORDERS, NULL) == NULL)
		return false;
	for (unsigned i = 0; i < manifest.count; i++) {
		if (!lists_there(lists, &manifest.lists[i]))
			return false;
	}
	return true;
}

/* Where a whole manifest is in the lists. */
static enum publish_gap
compare_with(const struct ledger_generation *newest,
	const struct pal_manifest *manifest, const char *text)
{
	if (strcmp(newest->manifest, text) == 0)
		return PUBLISH_IN_STEP;
	if (memcmp(newest->epoch, manifest->epoch, PAL_EPOCH_SIZE) == 0 &&
		manifest->generation < newest->generation)
		return PUBLISH_BEHIND;
	/* The first of a new epoch replaces what is of another one. */
	if (newest->generation == 1 && newest->published == 0)
		return PUBLISH_BEHIND;
	return PUBLISH_FOREIGN;
}

int
publish_compare(struct ledger *ledger, int lists,
	struct ledger_generation *newest, enum publish_gap *gap)
{
	struct pal_manifest manifest;
	char *text = NULL;
	size_t len;
	int ret = ledger_newest(ledger, newest);

	*gap = newest->number == 0 ? PUBLISH_NONE : PUBLISH_FOREIGN;
	if (ret != 0 || newest->number == 0 ||
		!images_there(lists, newest->manifest))
		return ret;
	ret = read_manifest(lists, MANIFEST_FILE, &manifest, &text, &len);
	if (ret != 0 && ret != PAL_EFORM)
		return ret;
	if (ret == 0)
		*gap = compare_with(newest, &manifest, text);
	else if (newest->published == 0)
		*gap = PUBLISH_BEHIND;
	free(text);
	return 0;
}

static int
reinstall(
	struct publication *publication, const struct ledger_generation *newest)
{
	size_t len = strlen(newest->manifest);

	if (len >= sizeof publication->text)
		return PAL_EFORM;
	memcpy(publication->text, newest->manifest, len + 1);
	publication->text_len = len;
	publication->number = newest->number;
	return publish_run(publication, publish_install);
}

static int
republish(struct publication *publication, const char *who)
{
	struct ledger_event event = {.at = publication->now_ms,
		.what = "epoch",
		.who = who,
		.has_generation = true,
		.detail = "the lists were not those of the ledger"};
	int ret = ledger_begin(publication->ledger, true);

	if (ret != 0)
		return ret;
	publication->new_epoch = true;
	ret = publish_run(publication, publish_prepare);
	memcpy(event.epoch, publication->manifest.epoch, PAL_EPOCH_SIZE);
	event.generation = publication->manifest.generation;
	if (ret == 0)
		ret = ledger_add_event(publication->ledger, &event);
	if (ret == 0)
		ret = ledger_commit(publication->ledger);
	else
		ledger_rollback(publication->ledger);
	if (ret == 0)
		ret = publish_run(publication, publish_install);
	return ret;
}

int
publish_recover(
	struct publication *publication, const char *who, enum publish_gap *gap)
{
	struct publication once = *publication;
	struct ledger_generation newest;
	int ret = publish_compare(
		publication->ledger, publication->lists, &newest, gap);

	if (ret == 0 && *gap == PUBLISH_BEHIND)
		ret = reinstall(&once, &newest);
	else if (ret == 0 && *gap == PUBLISH_FOREIGN)
		ret = republish(&once, who);
	publication->failed = once.failed;
	free(newest.manifest);
	publication_fini(&once);
	return ret;
}
