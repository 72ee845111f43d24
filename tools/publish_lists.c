#include "publish_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allow.h"
#include "feed_digest.h"
#include "file.h"
#include "ledger_feed.h"
#include "palang/error.h"
#include "palang/image.h"
#include "palang/writer.h"
#include "progress.h"
#include "shadow.h"

const struct pal_manifest_entry *
lists_find(const struct pal_manifest *manifest, enum pal_list_role role,
	const char *name)
{
	for (unsigned i = 0; i < manifest->count; i++) {
		const struct pal_manifest_entry *entry = &manifest->lists[i];

		if (entry->role == role &&
			(name == NULL || strcmp(entry->name, name) == 0))
			return entry;
	}
	return NULL;
}

bool
lists_there(int lists, const struct pal_manifest_entry *entry)
{
	struct stat st;

	return fstatat(lists, entry->file, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) && (uint64_t)st.st_size == entry->size;
}

const struct pal_manifest_entry *
lists_kept(const struct publication *publication, enum pal_list_role role,
	const char *name)
{
	const struct pal_manifest_entry *entry =
		lists_find(&publication->old, role, name);

	return entry != NULL && lists_there(publication->lists, entry) ? entry
	                                                               : NULL;
}

static void
carry(struct publication *publication, const struct pal_manifest_entry *entry)
{
	struct pal_manifest *manifest = &publication->manifest;

	manifest->lists[manifest->count++] = *entry;
}

/* A new entry.  The name of an orders image has its generation in it, the
 * others' enough of the digest to be the name of that image alone. */
static struct pal_manifest_entry *
add(struct publication *publication, enum pal_list_role role, const char *name,
	uint64_t size, const uint8_t digest[PAL_SHA256_SIZE])
{
	struct pal_manifest *manifest = &publication->manifest;
	struct pal_manifest_entry *entry = &manifest->lists[manifest->count++];
	char hex[PAL_SHA256_HEX];

	memset(entry, 0, sizeof *entry);
	entry->role = role;
	snprintf(entry->name, sizeof entry->name, "%s", name);
	entry->size = size;
	memcpy(entry->digest, digest, PAL_SHA256_SIZE);
	pal_sha256_to_hex(hex, digest);
	if (role == PAL_ROLE_ORDERS)
		snprintf(entry->file, sizeof entry->file,
			"orders-%" PRIu64 "-%.8s.img", manifest->generation,
			hex);
	else
		snprintf(entry->file, sizeof entry->file, "%s%.32s-%.16s.img",
			role == PAL_ROLE_FEED ? "feed-" : "", name, hex);
	return entry;
}

int
lists_write(struct publication *publication, enum pal_list_role role,
	const char *name, const uint8_t *data, size_t len)
{
	/* An image ends with its digest. */
	const struct pal_manifest_entry *entry =
		add(publication, role, name, len, data + len - PAL_SHA256_SIZE);

	return file_replace(publication->lists, entry->file, data, len, 0644);
}

/* ---- the image made beforehand ---- */

static int
copy_in(struct publication *publication, const char *from,
	const struct pal_manifest_entry *entry)
{
	char *data = NULL;
	size_t len;
	int ret = file_read_at(publication->feeds, from, (size_t)entry->size,
		FILE_NOFOLLOW, &data, &len);

	if (ret == 0 && len != entry->size)
		ret = PAL_EFORM;
	if (ret == 0)
		ret = file_replace(
			publication->lists, entry->file, data, len, 0644);
	free(data);
	return ret;
}

/* It is on disk already; what is left is its new name. */
static int
move_in(struct publication *publication)
{
	const struct publish_image *made = publication->made;
	const struct pal_manifest_entry *entry = add(publication, PAL_ROLE_FEED,
		made->list, made->size, made->digest);
	char from[PAL_LIST_NAME_MAX + 8];

	snprintf(from, sizeof from, "%s.img", made->list);
	if (renameat(publication->feeds, from, publication->lists,
		    entry->file) == 0)
		return fsync(publication->lists) == 0 ? 0 : PAL_ESYS;
	/* The folders may lie on two file systems. */
	return errno == EXDEV ? copy_in(publication, from, entry) : PAL_ESYS;
}

/* ---- each list ---- */

static int
put_orders(struct publication *publication)
{
	const struct pal_manifest_entry *kept;

	if (publication->image != NULL)
		return lists_write(publication, PAL_ROLE_ORDERS, "orders",
			publication->image, publication->image_len);
	kept = lists_kept(publication, PAL_ROLE_ORDERS, NULL);
	/* It was there when there was nothing to compile. */
	if (kept == NULL)
		return PAL_ECONFLICT;
	carry(publication, kept);
	return 0;
}

/* The image in force, if it can be read. */
static bool
is_own_alone(const struct publication *publication,
	const struct pal_manifest_entry *entry)
{
	struct pal_image *image = NULL;
	char *data = NULL;
	bool own = false;
	size_t len;

	if (file_read_at(publication->lists, entry->file, (size_t)entry->size,
		    FILE_NOFOLLOW, &data, &len) == 0 &&
		pal_image_load(&image, (uint8_t *)data, len, NULL) == 0) {
		data = NULL; /* the image's now */
		own = allow_image_is_own(image);
	}
	pal_image_free(image);
	free(data);
	return own;
}

/* True if the names that the command changed are all that changes: neither
 * this list nor the one in force is made of feeds that allow. */
static bool
knows_changes(const struct publication *publication,
	const struct ledger_feeds *feeds, const struct pal_manifest_entry *old)
{
	return publication->allow_changed != NULL && old != NULL &&
	       !allow_has_feeds(feeds) && is_own_alone(publication, old);
}

static int
make_allow(struct publication *publication, const struct ledger_feeds *feeds)
{
	const struct pal_manifest_entry *old =
		lists_find(&publication->old, PAL_ROLE_ALLOW, NULL);
	struct pal_changes changes = {.names = publication->allow_changed,
		.count = publication->allow_changed_count};
	uint8_t *data = NULL;
	size_t len = 0;
	int ret;

	if (old != NULL)
		memcpy(changes.base, old->digest, PAL_SHA256_SIZE);
	/* An empty one in the place of one that was not: its changes take
	 * effect without a sweep. */
	ret = allow_compile(publication, feeds,
		knows_changes(publication, feeds, old) ? &changes : NULL,
		old != NULL, &data, &len);
	if (ret == 0 && data != NULL)
		ret = lists_write(
			publication, PAL_ROLE_ALLOW, "allow", data, len);
	free(data);
	return ret;
}

static int
put_allow(struct publication *publication, const struct ledger_feeds *feeds)
{
	const struct pal_manifest_entry *kept =
		lists_kept(publication, PAL_ROLE_ALLOW, NULL);

	if (publication->make_allow || (kept == NULL && publication->new_epoch))
		return make_allow(publication, feeds);
	if (kept != NULL)
		carry(publication, kept);
	return 0;
}

/* What it is answered with now may be another than when it was refreshed. */
static int
put_made(struct publication *publication, const struct config_feed *feed,
	struct ledger_feed *known, const uint8_t *data, size_t len)
{
	int ret =
		lists_write(publication, PAL_ROLE_FEED, feed->name, data, len);

	if (ret == 0)
		ret = feed_policy_digest(
			publication->config, feed, known->policy);
	return ret == 0 ? ledger_put_feed(publication->ledger, known) : ret;
}

/* From the names that are kept of it. */
static int
make_feed(struct publication *publication, const struct config_feed *feed,
	struct ledger_feed *known)
{
	struct policy_texts texts = {.ede = NULL};
	struct pal_policy_in policy;
	uint8_t *data = NULL;
	size_t len = 0;
	int names = openat(publication->feeds, known->names,
		O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int ret = names < 0 ? PAL_ESYS
	                    : config_feed_policy(publication->config, feed,
				      &policy, &texts);

	progress_rename(publication->progress, feed->name);
	if (ret == 0)
		ret = names_compile_told(names, &policy,
			publication->random.key, NULL, false, progress_tell,
			publication->progress, &data, &len);
	if (ret == 0)
		ret = put_made(publication, feed, known, data, len);
	else if (ret != PAL_ENOMEM) {
		problem_warning(publication->problems, NULL, 0, 0,
			"feed %s: its image is lost, and what is kept of its "
			"names cannot be used: it blocks nothing until `palang "
			"feed refresh %s`",
			feed->name, feed->name);
		ret = 0;
	}
	if (names >= 0)
		close(names);
	free(data);
	policy_texts_fini(&texts);
	return ret;
}

static int
put_feed(struct publication *publication, const struct config_feed *configured,
	const struct ledger_feeds *feeds)
{
	struct ledger_feed *known = ledger_find_feed(feeds, configured->name);
	const struct config_feed now = feed_in_force(configured, known);
	const struct config_feed *feed = &now;
	const struct pal_manifest_entry *kept;

	if (feed->allow)
		return 0;
	if (publication->made != NULL &&
		strcmp(publication->made->list, feed->name) == 0)
		return move_in(publication);
	kept = lists_kept(publication, PAL_ROLE_FEED, feed->name);
	if (kept != NULL) {
		carry(publication, kept);
		return 0;
	}
	if (!publication->new_epoch || known == NULL ||
		known->names[0] == '\0' || publication->feeds < 0)
		return 0;
	return make_feed(publication, feed, known);
}

unsigned
lists_feeds(const struct pal_manifest *manifest)
{
	unsigned count = 0;

	for (unsigned i = 0; i < manifest->count; i++)
		count += manifest->lists[i].role == PAL_ROLE_FEED;
	return count;
}

/* A list that is new takes no other's place.  Orders bring none: where there
 * is no room for what is carried over, lost images have been made anew. */
static int
lack_room(const struct publication *publication, const char *name)
{
	if (publication->made == NULL) {
		problem_warning(publication->problems, NULL, 0, 0,
			"feed %s goes out of force: %d feeds fit into the "
			"lists",
			name, PAL_FEEDS_MAX);
		return 0;
	}
	problem_error(publication->problems, NULL, 0, 0,
		"feed %s has no place in the lists: %d feeds fit, and feed %s "
		"is in force",
		publication->made->list, PAL_FEEDS_MAX, name);
	return PAL_ELIMIT;
}

/* One that the configuration does not have: it was added, and this palang
 * cannot read what was recorded of it, or it is one too many, or it left
 * palang.yaml.  It stays as it is: a list goes out of force by a command, not
 * by accident. */
static int
put_unread(struct publication *publication, const struct ledger_feeds *feeds)
{
	int ret = 0;

	for (size_t i = 0; i < feeds->count && ret == 0; i++) {
		const struct ledger_feed *known = &feeds->items[i];
		const struct pal_manifest_entry *kept;

		if (config_find_feed(publication->config, known->name) != NULL)
			continue;
		kept = lists_kept(publication, PAL_ROLE_FEED, known->name);
		if (kept == NULL)
			continue;
		if (lists_feeds(&publication->manifest) < PAL_FEEDS_MAX)
			carry(publication, kept);
		else
			ret = lack_room(publication, known->name);
	}
	return ret;
}

static int
put_shadow(struct publication *publication)
{
	const struct pal_manifest_entry *kept =
		lists_kept(publication, PAL_ROLE_SHADOW, NULL);
	uint8_t *data = NULL;
	size_t len = 0;
	int ret;

	if (kept != NULL && !publication->make_shadow) {
		carry(publication, kept);
		return 0;
	}
	if (!publication->make_shadow && !publication->new_epoch)
		return 0;
	ret = shadow_compile(publication, &data, &len);
	if (ret == 0 && data != NULL)
		ret = lists_write(
			publication, PAL_ROLE_SHADOW, "shadow", data, len);
	free(data);
	return ret;
}

int
lists_make(struct publication *publication)
{
	const struct config *config = publication->config;
	struct ledger_feeds feeds;
	int ret = ledger_load_feeds(publication->ledger, &feeds);

	publication->manifest.count = 0;
	if (ret == 0)
		ret = put_orders(publication);
	if (ret == 0)
		ret = put_allow(publication, &feeds);
	for (size_t i = 0; ret == 0 && i < config->feed_count; i++)
		ret = put_feed(publication, &config->feeds[i], &feeds);
	if (ret == 0)
		ret = put_unread(publication, &feeds);
	if (ret == 0)
		ret = put_shadow(publication);
	ledger_feeds_fini(&feeds);
	return ret;
}
