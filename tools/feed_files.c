/* Files of a feed: NAME.lock, NAME.fetch.lock, NAME-<n>.names, and, while it
 * is refreshed, NAME.new and NAME.img. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feed.h"
#include "lock.h"
#include "palang/error.h"

#define FETCH_LOCK ".fetch.lock"

/* close() that keeps errno. */
static int
close_fail(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

int
feed_lock(int folder, const char *name)
{
	char file[PAL_LIST_NAME_MAX + 8];
	int lock;

	snprintf(file, sizeof file, "%s.lock", name);
	lock = lock_open_at(folder, file);
	if (lock < 0 || lock_wait(lock, false))
		return lock;
	return close_fail(lock);
}

int
feed_fetch_lock(int folder, const char *name, int64_t *since)
{
	char file[PAL_LIST_NAME_MAX + sizeof FETCH_LOCK];
	struct stat st;
	int lock;

	snprintf(file, sizeof file, "%s" FETCH_LOCK, name);
	lock = lock_open_at(folder, file);
	if (lock < 0)
		return -1;
	if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
		/* The file's time says since when, to who comes next. */
		futimens(lock, NULL);
		return lock;
	}
	*since = fstat(lock, &st) == 0 ? st.st_mtim.tv_sec : 0;
	errno = EWOULDBLOCK;
	return close_fail(lock);
}

void
feed_fetch_unlink(int folder, const char *name)
{
	char file[PAL_LIST_NAME_MAX + sizeof FETCH_LOCK];

	snprintf(file, sizeof file, "%s" FETCH_LOCK, name);
	unlinkat(folder, file, 0);
}

/* The number of "NAME-<n>.names", or -1 for what is no names file of it. */
static int64_t
number_of(const char *file, const char *name)
{
	size_t len = strlen(name), digits;

	if (strncmp(file, name, len) != 0 || file[len] != '-')
		return -1;
	file += len + 1;
	digits = strspn(file, "0123456789");
	if (digits == 0 || digits > 15 || strcmp(file + digits, ".names") != 0)
		return -1;
	return strtoll(file, NULL, 10);
}

static DIR *
open_dir(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL && fd >= 0)
		close(fd);
	return dir;
}

static void
raise_to(int64_t *last, const char *file, const char *name)
{
	int64_t number = number_of(file, name);

	if (number > *last)
		*last = number;
}

static int64_t
last_number(int lock)
{
	char text[24];
	ssize_t len = pread(lock, text, sizeof text - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return strspn(text, "0123456789") <= 15 ? strtoll(text, NULL, 10) : 0;
}

/* Only longer ones come: what was there is overwritten whole. */
static int
keep_number(int lock, int64_t number)
{
	char text[24];
	int len = snprintf(text, sizeof text, "%" PRId64 "\n", number);

	return pwrite(lock, text, (size_t)len, 0) == len ? 0 : PAL_ESYS;
}

int
feed_new_names(int folder, int lock, const struct ledger_feed *known,
	char file[LEDGER_NAMES_MAX])
{
	DIR *dir = open_dir(folder);
	struct dirent *entry;
	int64_t last = last_number(lock);

	if (dir == NULL)
		return PAL_ESYS;
	while ((entry = readdir(dir)) != NULL)
		raise_to(&last, entry->d_name, known->name);
	closedir(dir);
	/* A file that is lost has its name still. */
	raise_to(&last, known->names, known->name);
	raise_to(&last, known->before, known->name);
	raise_to(&last, known->held, known->name);
	snprintf(file, LEDGER_NAMES_MAX, "%s-%" PRId64 ".names", known->name,
		last + 1);
	return keep_number(lock, last + 1);
}

static bool
is_kept(const char *file, const struct ledger_feed *known)
{
	return known != NULL && (strcmp(file, known->names) == 0 ||
					strcmp(file, known->before) == 0 ||
					strcmp(file, known->held) == 0);
}

void
feed_remove_passing(int folder, const char *name)
{
	static const char *const ends[] = {"new", "img"};
	char file[PAL_LIST_NAME_MAX + 8];

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		snprintf(file, sizeof file, "%s.%s", name, ends[i]);
		unlinkat(folder, file, 0);
	}
}

void
feed_remove_strays(
	int folder, const char *name, const struct ledger_feed *known)
{
	DIR *dir = open_dir(folder);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (number_of(entry->d_name, name) >= 0 &&
			!is_kept(entry->d_name, known))
			unlinkat(folder, entry->d_name, 0);
	}
	closedir(dir);
}
