/*
 * From files to a snapshot.  Every file is opened once, below a folder opened
 * without following links, read whole into private memory (a file that is cut
 * short later must not kill the resolver), and believed only after its owner,
 * mode, size, digest and structure have been checked.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "held.h"
#include "palang/error.h"

static int __attribute__((format(printf, 3, 4)))
fail(struct failure *failure, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(failure->text, sizeof(failure->text), format, args);
	va_end(args);
	return error;
}

int
open_folder(const char *folder, const char *name)
{
	int ret = -1;
	int top = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (top < 0)
		return -1;
	ret = openat(
		top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int saved = errno;
	close(top);
	errno = saved;
	return ret;
}

/* Whoever can write a list can block and open anything.  So: nobody but its
 * owner, and the owner is not the resolver's own user, who is the first to
 * fall to an attacker. */
static int
check_rights(const struct pal_live *live, int fd, const char *name, mode_t type,
	struct failure *failure, struct stat *st)
{
	if (fstat(fd, st) != 0)
		return fail(failure, PAL_ESYS, "%s: %s", name, strerror(errno));
	if ((st->st_mode & S_IFMT) != type)
		return fail(failure, PAL_ERIGHTS, "%s: not a %s", name,
			type == S_IFDIR ? "folder" : "regular file");
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return fail(failure, PAL_ERIGHTS,
			"%s: others than its owner can write it; chmod go-w",
			name);
	if (st->st_uid == geteuid() && !live->options.same_user)
		return fail(failure, PAL_ERIGHTS,
			"%s: owned by the resolver's own user; give it another "
			"owner, or set PALANG_SAME_USER=1 for a trial",
			name);
	return 0;
}

static int
read_all(int fd, uint8_t *data, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = read(fd, data + at, len - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return PAL_ESYS;
		at += (size_t)n;
	}
	return 0;
}

/* A long list is read all over: with large pages, where the kernel has them,
 * a look-up misses less, and it loads faster.  free() the result. */
static uint8_t *
allocate(size_t len)
{
	size_t page = (size_t)1 << 21;
	size_t whole = (len + page - 1) & ~(page - 1);
	uint8_t *data;

	if (len < 2 * page)
		return malloc(len);
	data = aligned_alloc(page, whole);
	if (data != NULL)
		madvise(data, whole, MADV_HUGEPAGE);
	return data;
}

/* Reads a whole file of at most max octets; free() the result. */
static int
read_file(const struct pal_live *live, int folder, const char *name,
	uint64_t max, uint8_t **data, size_t *len, struct failure *failure)
{
	struct stat st;
	int ret;
	int fd = openat(
		folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	*data = NULL;
	if (fd < 0)
		return fail(failure, PAL_ESYS, "%s: %s", name, strerror(errno));
	ret = check_rights(live, fd, name, S_IFREG, failure, &st);
	if (ret != 0)
		goto out;
	if (st.st_size <= 0 || (uint64_t)st.st_size > max) {
		ret = fail(failure, PAL_EFORM, "%s: %lld octets, not 1 to %llu",
			name, (long long)st.st_size, (unsigned long long)max);
		goto out;
	}
	*len = (size_t)st.st_size;
	*data = allocate(*len);
	if (*data == NULL) {
		ret = fail(failure, PAL_ENOMEM, "%s: no memory for %zu octets",
			name, *len);
		goto out;
	}
	errno = 0;
	ret = read_all(fd, *data, *len);
	if (ret != 0) {
		fail(failure, ret, "%s: %s", name,
			errno != 0 ? strerror(errno) : "cut short while read");
		free(*data);
		*data = NULL;
	}
out:
	close(fd);
	return ret;
}

static int
read_manifest(const struct pal_live *live, int folder, const char *name,
	struct pal_manifest *manifest, struct failure *failure)
{
	uint8_t *text;
	size_t len;
	unsigned line;
	int ret = read_file(live, folder, name, PAL_MANIFEST_SIZE_MAX, &text,
		&len, failure);

	if (ret != 0)
		return ret;
	ret = pal_manifest_parse(manifest, (const char *)text, len, &line);
	free(text);
	if (ret != 0)
		return fail(failure, ret, "%s: line %u: %s", name, line,
			pal_strerror(ret));
	failure->generation = manifest->generation;
	return 0;
}

static int
load_image(const struct pal_live *live, int folder,
	const struct pal_manifest_entry *entry, struct pal_image **image,
	struct failure *failure)
{
	uint8_t *data;
	size_t len;
	const char *why;
	bool orders = entry->role == PAL_ROLE_ORDERS ||
	              entry->role == PAL_ROLE_SHADOW;
	enum pal_image_form form = orders ? PAL_FORM_ORDERS : PAL_FORM_PLAIN;
	int ret = read_file(live, folder, entry->file, PAL_IMAGE_SIZE_MAX,
		&data, &len, failure);

	if (ret != 0)
		return ret;
	/* cheap tests first; the digest in the image's own tail is believed
	 * only after pal_image_load has checked it */
	if (len != entry->size || len < PAL_SHA256_SIZE ||
		memcmp(data + len - PAL_SHA256_SIZE, entry->digest,
			PAL_SHA256_SIZE) != 0) {
		free(data);
		return fail(failure, PAL_EDIGEST,
			"%s: not the image that the manifest names",
			entry->file);
	}
	ret = pal_image_load(image, data, len, &why);
	if (ret != 0) {
		free(data);
		return fail(failure, ret, "%s: %s", entry->file, why);
	}
	if (pal_image_form(*image) != form) {
		pal_image_free(*image);
		*image = NULL;
		return fail(failure, PAL_EFORM,
			"%s: an image of the wrong form", entry->file);
	}
	/* each costs its cache, and a row of the status */
	if (entry->role == PAL_ROLE_SHADOW &&
		(pal_image_rules(*image) > PAL_SHADOW_MAX ||
			pal_image_policies(*image) > PAL_SHADOW_MAX)) {
		pal_image_free(*image);
		*image = NULL;
		return fail(failure, PAL_ELIMIT,
			"%s: more than %d rules or orders on trial",
			entry->file, PAL_SHADOW_MAX);
	}
	return 0;
}

/* The image in `old` with this digest, or NULL. */
static const struct pal_image *
same_image(const struct held *old, const struct pal_manifest_entry *entry)
{
	const struct pal_snapshot *s = old != NULL ? &old->snapshot : NULL;

	for (unsigned i = 0; s != NULL && i < s->manifest.count; i++) {
		const struct pal_image *image = snapshot_image(s, i);
		if (image != NULL && s->manifest.lists[i].role == entry->role &&
			memcmp(pal_image_digest(image), entry->digest,
				PAL_SHA256_SIZE) == 0)
			return image;
	}
	return NULL;
}

/* The entry of the same list in another manifest, or NULL. */
static const struct pal_manifest_entry *
entry_in(const struct pal_manifest *m, const struct pal_manifest_entry *entry)
{
	for (unsigned i = 0; i < m->count; i++) {
		if (m->lists[i].role == entry->role &&
			strcmp(m->lists[i].name, entry->name) == 0)
			return &m->lists[i];
	}
	return NULL;
}

/* What loading one manifest works with. */
struct loading {
	const struct pal_live *live;
	int folder;
	const struct held *old;
	const struct pal_manifest *prev; /* to fall back on, or NULL */
	struct failure *failure;
	struct pal_manifest before; /* what prev points at */
};

static int
load_list(const struct loading *l, struct held *held, unsigned i)
{
	struct pal_manifest_entry *entry = &held->snapshot.manifest.lists[i];
	struct pal_list *list = snapshot_list(&held->snapshot, i);
	const struct pal_manifest_entry *before;
	struct pal_image *image = NULL;
	struct failure second;

	list->image = same_image(l->old, entry);
	if (list->image != NULL)
		return 0;
	int ret = load_image(l->live, l->folder, entry, &image, l->failure);
	before = l->prev != NULL ? entry_in(l->prev, entry) : NULL;
	if (ret != 0 && before != NULL &&
		load_image(l->live, l->folder, before, &image, &second) == 0) {
		*entry = *before;
		held->fallback[i] = true;
		held->fell_back = true;
		ret = 0;
	}
	list->image = image;
	return ret;
}

static void
number_counters(struct pal_snapshot *s)
{
	for (unsigned i = 0; i < s->manifest.count; i++) {
		struct pal_list *list = snapshot_list(s, i);
		strcpy(list->name, s->manifest.lists[i].name);
		list->counters = s->policies;
		if (list->image != NULL)
			s->policies += pal_image_policies(list->image);
	}
}

struct held *
held_new(unsigned workers)
{
	struct held *held = calloc(1, sizeof(*held));

	if (held != NULL && counts_open(held, workers) != 0) {
		held_free(held, NULL);
		return NULL;
	}
	return held;
}

/* True if one of the first `lists` lists of this held uses the image. */
static bool
uses(const struct held *held, unsigned lists, const struct pal_image *image)
{
	for (unsigned i = 0; i < lists; i++) {
		if (snapshot_image(&held->snapshot, i) == image)
			return true;
	}
	return false;
}

void
held_free(struct held *held, const struct held *keep)
{
	if (held == NULL)
		return;
	for (unsigned i = held->snapshot.manifest.count; i-- > 0;) {
		const struct pal_image *image =
			snapshot_image(&held->snapshot, i);
		if (uses(held, i, image) ||
			(keep != NULL &&
				uses(keep, keep->snapshot.manifest.count,
					image)))
			continue;
		pal_image_free((struct pal_image *)image);
	}
	counts_close(held);
	trials_close(held);
	free(held);
}

static int
load_lists(const struct loading *l, const struct pal_manifest *manifest,
	struct held **out)
{
	struct held *held = calloc(1, sizeof(*held));
	int ret = 0;

	if (held == NULL)
		return fail(l->failure, PAL_ENOMEM, "no memory");
	held->snapshot.manifest = *manifest;
	for (unsigned i = 0; i < manifest->count; i++)
		held->snapshot.feed_count +=
			manifest->lists[i].role == PAL_ROLE_FEED;
	for (unsigned i = 0; ret == 0 && i < manifest->count; i++)
		ret = load_list(l, held, i);
	/* What is not wholly the new generation does not call itself so; the
	 * keeper goes on trying to take it. */
	if (ret == 0 && held->fell_back) {
		held->snapshot.manifest.generation = l->prev->generation;
		memcpy(held->snapshot.manifest.epoch, l->prev->epoch,
			PAL_EPOCH_SIZE);
	}
	if (ret == 0) {
		number_counters(&held->snapshot);
		ret = counts_open(held, l->live->options.workers);
	}
	if (ret == 0)
		ret = trials_open(held, pal_clock_ms());
	if (ret != 0) {
		held_free(held, l->old);
		return ret;
	}
	*out = held;
	return 0;
}

/* At the start the manifest before stands in for one that is broken, and its
 * lists for lists that are. */
static int
load_start(struct loading *l, struct held **held)
{
	struct pal_manifest newest;
	struct failure second = {.text = ""};
	int ret = read_manifest(
		l->live, l->folder, "manifest", &newest, l->failure);

	if (read_manifest(l->live, l->folder, "manifest.prev", &l->before,
		    &second) == 0)
		l->prev = &l->before;
	if (ret == 0)
		ret = load_lists(l, &newest, held);
	if (ret == 0 || l->prev == NULL)
		return ret;
	const struct pal_manifest *usable = l->prev;
	l->prev = NULL;
	struct failure *first = l->failure;
	l->failure = &second;
	if (load_lists(l, usable, held) == 0) {
		for (unsigned i = 0; i < usable->count; i++)
			(*held)->fallback[i] = true;
		(*held)->fell_back = true;
		ret = 0;
	}
	l->failure = first;
	return ret;
}

int
load_held(struct held **held, const struct pal_live *live,
	const struct held *old, bool start, struct failure *failure)
{
	struct loading l = {
		.live = live, .folder = -1, .old = old, .failure = failure};
	struct pal_manifest manifest;
	struct stat st;
	int ret;

	memset(failure, 0, sizeof(*failure));
	l.folder = open_folder(live->folder, "lists");
	if (l.folder < 0)
		return fail(failure, PAL_ESYS, "%s/lists: %s", live->folder,
			strerror(errno));
	ret = check_rights(live, l.folder, "lists", S_IFDIR, failure, &st);
	if (ret == 0 && start) {
		ret = load_start(&l, held);
	} else if (ret == 0) {
		ret = read_manifest(
			live, l.folder, "manifest", &manifest, failure);
		if (ret == 0 && old->snapshot.manifest.generation != 0 &&
			!pal_manifest_newer(&manifest, &old->snapshot.manifest))
			ret = 1;
		if (ret == 0)
			ret = load_lists(&l, &manifest, held);
	}
	close(l.folder);
	return ret;
}
