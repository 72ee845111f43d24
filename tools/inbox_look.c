/* What lies in the inbox, and what is to be done with it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inbox.h"
#include "palang/error.h"

int64_t inbox_settled = INBOX_SETTLED;

static void
look_fini(struct inbox_look *look)
{
	free(look->name);
	look->name = NULL;
}

void
inbox_looks_fini(struct inbox_looks *looks)
{
	for (size_t i = 0; i < looks->count; i++)
		look_fini(&looks->items[i]);
	free(looks->items);
	memset(looks, 0, sizeof *looks);
}

static int
by_name(const void *a, const void *b)
{
	const struct inbox_look *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct inbox_look *
find(const struct inbox_looks *looks, const char *name)
{
	struct inbox_look key = {.name = (char *)name};

	if (looks->count == 0)
		return NULL;
	return bsearch(&key, looks->items, looks->count, sizeof key, by_name);
}

/* ctime as well: whoever writes may set mtime back. */
static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_mode == b->st_mode && a->st_size == b->st_size &&
	       a->st_nlink == b->st_nlink &&
	       memcmp(&a->st_mtim, &b->st_mtim, sizeof a->st_mtim) == 0 &&
	       memcmp(&a->st_ctim, &b->st_ctim, sizeof a->st_ctim) == 0;
}

static bool
is_ours(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	       strcmp(name, INBOX_TO_DONE) == 0 ||
	       strcmp(name, INBOX_TO_REFUSED) == 0;
}

/* ---- reading the folder ---- */

struct names {
	char **items;
	size_t count, room;
	bool cut; /* there are more */
};

static void
names_fini(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
}

static int
names_add(struct names *names, const char *name)
{
	if (names->count == names->room) {
		size_t room = names->room == 0 ? 64 : 2 * names->room;
		char **items = realloc(names->items, room * sizeof *items);

		if (items == NULL)
			return PAL_ENOMEM;
		names->items = items;
		names->room = room;
	}
	names->items[names->count] = strdup(name);
	return names->items[names->count] == NULL ? PAL_ENOMEM
	                                          : (names->count++, 0);
}

static int
text_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
read_names(struct names *names, DIR *dir)
{
	struct dirent *entry;
	int ret = 0;

	while (ret == 0 && !names->cut && (entry = readdir(dir)) != NULL) {
		if (is_ours(entry->d_name))
			continue;
		names->cut = names->count == INBOX_NAMES;
		if (!names->cut)
			ret = names_add(names, entry->d_name);
	}
	if (names->count > 0)
		qsort(names->items, names->count, sizeof *names->items,
			text_cmp);
	return ret;
}

/* The name of the other half of a pair; false: it can have none. */
static bool
other_name(char other[INBOX_NAME_MAX + sizeof MINISIG_SUFFIX], const char *name)
{
	size_t of = inbox_signature_of(name), len = of > 0 ? of : strlen(name);

	if (!inbox_name_valid(name, len))
		return false;
	snprintf(other, INBOX_NAME_MAX + sizeof MINISIG_SUFFIX, "%.*s%s",
		(int)len, name, of > 0 ? "" : MINISIG_SUFFIX);
	return of == 0 || inbox_signature_of(other) == 0;
}

static bool
is_paired(const struct names *names, const char *name)
{
	char other[INBOX_NAME_MAX + sizeof MINISIG_SUFFIX], *key = other;

	return other_name(other, name) &&
	       bsearch(&key, names->items, names->count, sizeof *names->items,
		       text_cmp) != NULL;
}

static int
add(struct inbox_looks *looks, int folder, const char *name)
{
	struct inbox_look *look = &looks->items[looks->count];

	memset(look, 0, sizeof *look);
	if (fstatat(folder, name, &look->st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : PAL_ESYS;
	look->name = strdup(name);
	if (look->name == NULL)
		return PAL_ENOMEM;
	looks->count++;
	return 0;
}

/* All pairs, but of what has no other half only so many: a flood of it keeps
 * no order waiting. */
static int
look_at_names(struct inbox_looks *looks, int folder, const struct names *names)
{
	size_t alone = 0;
	int ret = 0;

	looks->items = calloc(names->count + 1, sizeof *looks->items);
	looks->crowded = names->cut;
	if (looks->items == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < names->count && ret == 0; i++) {
		if (is_paired(names, names->items[i]) || alone++ < INBOX_LOOKS)
			ret = add(looks, folder, names->items[i]);
	}
	looks->crowded = looks->crowded || alone > INBOX_LOOKS;
	return ret;
}

static int
read_all(struct inbox_looks *looks, DIR *dir, int folder)
{
	struct names names = {.items = NULL};
	int ret = read_names(&names, dir);

	if (ret == 0)
		ret = look_at_names(looks, folder, &names);
	names_fini(&names);
	return ret;
}

static void
remember(struct inbox_looks *looks, const struct inbox_looks *before,
	int64_t now)
{
	for (size_t i = 0; i < looks->count; i++) {
		struct inbox_look *look = &looks->items[i];
		const struct inbox_look *old = find(before, look->name);

		look->since = now;
		if (old == NULL || !is_same(&old->st, &look->st))
			continue;
		look->since = old->since;
		look->stuck = old->stuck;
	}
}

int
inbox_look(struct inbox_looks *looks, int folder, int64_t now)
{
	struct inbox_looks fresh = {.items = NULL};
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int ret;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return PAL_ESYS;
	}
	ret = read_all(&fresh, dir, folder);
	closedir(dir);
	if (ret != 0) {
		inbox_looks_fini(&fresh);
		return ret;
	}
	remember(&fresh, looks, now);
	inbox_looks_fini(looks);
	*looks = fresh;
	return 0;
}

/* Gone then and now is the same, too. */
static bool
is_as_seen(const struct inbox_looks *looks, const char *name, int folder)
{
	const struct inbox_look *seen = find(looks, name);
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return seen == NULL && errno == ENOENT;
	return seen != NULL && is_same(&seen->st, &st);
}

bool
inbox_is_as_seen(const struct inbox_looks *looks, const struct inbox_look *look,
	int folder)
{
	char other[INBOX_NAME_MAX + sizeof MINISIG_SUFFIX];

	return is_as_seen(looks, look->name, folder) &&
	       (!other_name(other, look->name) ||
		       is_as_seen(looks, other, folder));
}

/* ---- judging ---- */

/* When it last changed: nobody but the kernel sets that time. */
static int64_t
changed(const struct inbox_look *look)
{
	return (int64_t)look->st.st_ctim.tv_sec * 1000 +
	       look->st.st_ctim.tv_nsec / 1000000;
}

/* As long as we know, or its own time says; a clock that was set back makes
 * that one a time to come. */
static int64_t
age(const struct inbox_look *look, const struct inbox_times *times)
{
	int64_t seen = times->now - look->since;
	int64_t told = times->wall - changed(look);

	return told > seen ? told : seen;
}

static const char *
bad_kind(const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return "it is a symbolic link: only files are taken";
	if (S_ISDIR(st->st_mode))
		return "it is a folder: only files are taken";
	if (!S_ISREG(st->st_mode))
		return "it is a pipe, a socket or a device: only files are "
		       "taken";
	if (st->st_nlink > 1)
		return "it has a second name somewhere (a hard link): only "
		       "files of their own are taken";
	return NULL;
}

/* What is wrong with it, whatever else lies there. */
static const char *
fault_of(const struct inbox_look *look)
{
	size_t of = inbox_signature_of(look->name);
	size_t len = of > 0 ? of : strlen(look->name);
	const char *why = bad_kind(&look->st);

	if (why != NULL)
		return why;
	if (!inbox_name_valid(look->name, len))
		return "its name is not made of 1 to 100 letters, digits, "
		       "dots, hyphens and underscores, the first of them no "
		       "dot";
	if (of > 0 && look->st.st_size > MINISIG_TEXT_MAX)
		return "it is larger than any signature";
	if (of == 0 && look->st.st_size > (off_t)ORDER_FILE_MAX)
		return "it is larger than an order file may be";
	return NULL;
}

/* Programs that copy write under such a name first. */
static bool
may_be_passing(const struct inbox_look *look)
{
	return look->name[0] == '.' && S_ISREG(look->st.st_mode);
}

/* The other half of a pair; NULL: it is not there, or cannot be one. */
static const struct inbox_look *
partner(const struct inbox_looks *looks, const struct inbox_look *look)
{
	char name[INBOX_NAME_MAX + sizeof MINISIG_SUFFIX];
	const struct inbox_look *found;

	if (!other_name(name, look->name))
		return NULL;
	found = find(looks, name);
	return found == NULL || fault_of(found) != NULL ? NULL : found;
}

enum inbox_step
inbox_judge(const struct inbox_looks *looks, const struct inbox_look *look,
	const struct inbox_times *times, const char **why, int64_t *arrived)
{
	bool is_signature = inbox_signature_of(look->name) > 0;
	int64_t patience = times->patience;
	const struct inbox_look *other;

	if (looks->crowded && patience > INBOX_CROWDED)
		patience = INBOX_CROWDED;
	if (look->stuck)
		return INBOX_LEAVE;
	if (age(look, times) < inbox_settled)
		return INBOX_WAIT;
	*why = fault_of(look);
	if (*why != NULL && may_be_passing(look) && age(look, times) < patience)
		return INBOX_WAIT;
	if (*why != NULL)
		return INBOX_REFUSE;
	other = partner(looks, look);
	if (other == NULL) {
		*why = is_signature ? "the file that it signs never came"
		                    : "its signature never came: a file of "
		                      "the same name with " MINISIG_SUFFIX
		                      " behind it";
		return age(look, times) < patience ? INBOX_WAIT : INBOX_REFUSE;
	}
	if (is_signature)
		return INBOX_LEAVE; /* its order is judged */
	if (age(other, times) < inbox_settled)
		return INBOX_WAIT;
	*arrived =
		changed(look) > changed(other) ? changed(look) : changed(other);
	if (*arrived > times->wall)
		*arrived = times->wall;
	return INBOX_TAKE;
}
