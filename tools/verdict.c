#include "verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "palang/error.h"

struct verdict_source {
	struct pal_snapshot snapshot;
};

static int say(char why[VERDICT_WHY_MAX], int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int
say(char why[VERDICT_WHY_MAX], int err, const char *format, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, format);
	vsnprintf(why, VERDICT_WHY_MAX, format, args);
	va_end(args);
	errno = saved;
	return err;
}

/* Tells a system error by its errno, others by their own phrase. */
static const char *
phrase(int err)
{
	return err == PAL_ESYS ? strerror(errno) : pal_strerror(err);
}

static int
read_manifest(struct pal_manifest *manifest, int lists, const char *name,
	char why[VERDICT_WHY_MAX])
{
	char *text = NULL;
	size_t len;
	unsigned line = 0;
	int err;

	err = file_read_at(
		lists, name, PAL_MANIFEST_SIZE_MAX, FILE_NOFOLLOW, &text, &len);
	if (err != 0)
		return say(why, err, "%s: %s", name, phrase(err));
	err = pal_manifest_parse(manifest, text, len, &line);
	free(text);
	if (err != 0 && line > 0)
		return say(why, err, "%s: line %u: %s", name, line,
			pal_strerror(err));
	return err == 0 ? 0 : say(why, err, "%s: %s", name, pal_strerror(err));
}

/* The image must be the very one that the manifest means. */
static int
check_entry(const struct pal_image *image,
	const struct pal_manifest_entry *entry, char why[VERDICT_WHY_MAX])
{
	if (memcmp(pal_image_digest(image), entry->digest, PAL_SHA256_SIZE) !=
		0)
		return say(why, PAL_EDIGEST,
			"%s: is another image than the manifest names",
			entry->file);
	if ((pal_image_form(image) == PAL_FORM_ORDERS) !=
		(entry->role == PAL_ROLE_ORDERS ||
			entry->role == PAL_ROLE_SHADOW))
		return say(why, PAL_EFORM,
			"%s: is of another form than its role in the manifest",
			entry->file);
	return 0;
}

static int
read_image(struct pal_image **image, int lists,
	const struct pal_manifest_entry *entry, char why[VERDICT_WHY_MAX])
{
	const char *phrase_of_image = NULL;
	char *data = NULL;
	size_t len;
	int err;

	*image = NULL;
	err = file_read_at(lists, entry->file, (size_t)entry->size,
		FILE_NOFOLLOW, &data, &len);
	if (err == PAL_ELIMIT)
		return say(why, PAL_EFORM, "%s: is longer than it should be",
			entry->file);
	if (err != 0)
		return say(why, err, "%s: %s", entry->file, phrase(err));
	if (len != entry->size) {
		free(data);
		return say(why, PAL_EFORM, "%s: is shorter than it should be",
			entry->file);
	}
	err = pal_image_load(image, (uint8_t *)data, len, &phrase_of_image);
	if (err != 0) {
		free(data);
		return say(why, err, "%s: %s", entry->file,
			phrase_of_image != NULL ? phrase_of_image
						: pal_strerror(err));
	}
	err = check_entry(*image, entry, why);
	if (err != 0) {
		pal_image_free(*image);
		*image = NULL;
	}
	return err;
}

static struct pal_list *
place(struct pal_snapshot *snapshot, enum pal_list_role role)
{
	switch (role) {
	case PAL_ROLE_ORDERS:
		return &snapshot->orders;
	case PAL_ROLE_ALLOW:
		return &snapshot->allow;
	case PAL_ROLE_SHADOW:
		return &snapshot->shadow;
	default:
		return &snapshot->feeds[snapshot->feed_count++];
	}
}

static int
load_lists(struct pal_snapshot *snapshot, int lists, char why[VERDICT_WHY_MAX])
{
	for (unsigned i = 0; i < snapshot->manifest.count; i++) {
		const struct pal_manifest_entry *entry =
			&snapshot->manifest.lists[i];
		struct pal_image *image;
		struct pal_list *list;
		int err = read_image(&image, lists, entry, why);

		if (err != 0)
			return err;
		list = place(snapshot, entry->role);
		memcpy(list->name, entry->name, sizeof list->name);
		list->image = image;
		list->counters = snapshot->policies;
		snapshot->policies += pal_image_policies(image);
	}
	return 0;
}

int
verdict_open_at(struct verdict_source **source, int lists, const char *manifest,
	char why[VERDICT_WHY_MAX])
{
	int err;

	*source = calloc(1, sizeof **source);
	if (*source == NULL)
		return say(why, PAL_ENOMEM, "%s", pal_strerror(PAL_ENOMEM));
	err = read_manifest(
		&(*source)->snapshot.manifest, lists, manifest, why);
	if (err == 0)
		err = load_lists(&(*source)->snapshot, lists, why);
	if (err != 0) {
		int saved = errno;

		verdict_close(*source);
		*source = NULL;
		errno = saved;
	}
	return err;
}

int
verdict_open(struct verdict_source **source, const char *live_dir,
	char why[VERDICT_WHY_MAX])
{
	int live, lists = -1, err = PAL_ESYS, saved;

	*source = NULL;
	live = file_open_folder(live_dir);
	if (live >= 0)
		lists = openat(live, "lists",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (lists < 0)
		say(why, err, "%s/lists: %s", live_dir, strerror(errno));
	else
		err = verdict_open_at(source, lists, "manifest", why);
	saved = errno;
	if (lists >= 0)
		close(lists);
	if (live >= 0)
		close(live);
	errno = saved;
	return err;
}

struct verdict_source *
verdict_begin(const struct pal_settings *settings)
{
	struct verdict_source *source = calloc(1, sizeof *source);

	if (source != NULL)
		source->snapshot.manifest.settings = *settings;
	return source;
}

int
verdict_add(struct verdict_source *source, enum pal_list_role role,
	const char *name, uint8_t *data, size_t len)
{
	struct pal_snapshot *snapshot = &source->snapshot;
	const char *why = NULL;
	struct pal_image *image;
	struct pal_list *list;
	int err = pal_image_load(&image, data, len, &why);

	if (err != 0) {
		free(data);
		return err;
	}
	list = place(snapshot, role);
	snprintf(list->name, sizeof list->name, "%s", name);
	list->image = image;
	list->counters = snapshot->policies;
	snapshot->policies += pal_image_policies(image);
	return 0;
}

void
verdict_close(struct verdict_source *source)
{
	if (source == NULL)
		return;
	/* The images are the source's own; the snapshot only reads them. */
	pal_image_free((struct pal_image *)source->snapshot.orders.image);
	pal_image_free((struct pal_image *)source->snapshot.allow.image);
	pal_image_free((struct pal_image *)source->snapshot.shadow.image);
	for (unsigned i = 0; i < source->snapshot.feed_count; i++)
		pal_image_free(
			(struct pal_image *)source->snapshot.feeds[i].image);
	free(source);
}

const struct pal_snapshot *
verdict_snapshot(const struct verdict_source *source)
{
	return &source->snapshot;
}

void
verdict_judge(const struct verdict_source *source, const struct pal_name *name,
	uint16_t type, int64_t now, struct pal_verdict *verdict)
{
	pal_decide(
		&source->snapshot, name->wire, name->len, type, now, verdict);
}

const char *
verdict_note(const struct pal_verdict *verdict, uint16_t type)
{
	const struct pal_policy *policy = &verdict->policy;
	bool lacking = (type == PAL_TYPE_A && !policy->has_a) ||
	               (type == PAL_TYPE_AAAA && !policy->has_aaaa);

	return verdict->answer == PAL_SINKHOLE && lacking
	               ? " (no address set: nodata)"
	               : "";
}
