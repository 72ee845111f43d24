/* Goes back to what is on the disk.  Nothing here goes through the calls that
 * are counted: they are the system's own. */
#include "undo.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES_MAX 256
#define NAMES_MAX 1024

/* A file as it was when it was synced last.  The descriptor is never closed:
 * that would let go of the locks that the process has on the file. */
struct kept_file {
	dev_t dev;
	ino_t ino;
	int fd;
	bool dirty;
	char *data;
	size_t len;
};

/* A change of names: `path` was created; or `path` was given to what was
 * `from`; or it went.  What lay there before is linked as `backup`. */
struct kept_name {
	char path[PATH_MAX], from[PATH_MAX], backup[PATH_MAX];
	bool done; /* on the disk */
};

static struct kept_file files[FILES_MAX];
static int file_count;
static struct kept_name *names[NAMES_MAX];
static int name_count;
static const char *aside = "/tmp";

void
undo_begin(const char *folder)
{
	aside = folder;
}

/* ---- contents ---- */

static struct kept_file *
find_file(const struct stat *st)
{
	for (int i = 0; i < file_count; i++) {
		if (files[i].dev == st->st_dev && files[i].ino == st->st_ino)
			return &files[i];
	}
	return NULL;
}

static struct kept_file *
add_file(int fd, const struct stat *st)
{
	char path[64];
	struct kept_file *file;

	if (file_count == FILES_MAX)
		return NULL;
	file = &files[file_count];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	file->fd =
		(int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	if (file->fd < 0)
		return NULL;
	file->dev = st->st_dev;
	file->ino = st->st_ino;
	file_count++;
	return file;
}

void
undo_before_write(int fd)
{
	struct kept_file *file;
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	file = find_file(&st);
	if (file == NULL)
		file = add_file(fd, &st);
	if (file == NULL || file->dirty)
		return;
	free(file->data);
	file->len = (size_t)st.st_size;
	file->data = malloc(file->len + 1);
	file->dirty =
		file->data != NULL &&
		pread(file->fd, file->data, file->len, 0) == (ssize_t)file->len;
}

static void
restore_file(struct kept_file *file)
{
	if (!file->dirty)
		return;
	syscall(SYS_ftruncate, file->fd, 0);
	syscall(SYS_pwrite64, file->fd, file->data, file->len, 0);
	file->dirty = false;
}

/* ---- names ---- */

static struct kept_name *
add_name(const char *path, const char *from)
{
	struct kept_name *name;

	if (name_count == NAMES_MAX)
		return NULL;
	name = calloc(1, sizeof *name);
	if (name == NULL)
		return NULL;
	snprintf(name->path, sizeof name->path, "%s", path);
	snprintf(name->from, sizeof name->from, "%s", from);
	names[name_count++] = name;
	return name;
}

/* What lies at the path stays reachable, outside of what is looked at. */
static void
back_up(struct kept_name *name)
{
	static int number;

	snprintf(name->backup, sizeof name->backup, "%s/%d-%d", aside,
		(int)getpid(), number++);
	if (syscall(SYS_linkat, AT_FDCWD, name->path, AT_FDCWD, name->backup,
		    0) != 0)
		name->backup[0] = '\0';
}

void
undo_created(const char *path)
{
	add_name(path, "");
}

void
undo_before_rename(const char *from, const char *to)
{
	struct kept_name *name = add_name(to, from);

	if (name != NULL)
		back_up(name);
}

void
undo_before_unlink(const char *path)
{
	struct kept_name *name = add_name(path, "");

	if (name != NULL)
		back_up(name);
}

static void
drop_backup(struct kept_name *name)
{
	if (name->backup[0] != '\0')
		syscall(SYS_unlinkat, AT_FDCWD, name->backup, 0);
	name->done = true;
}

static void
restore_name(struct kept_name *name)
{
	if (name->done)
		return;
	if (name->from[0] != '\0')
		syscall(SYS_renameat, AT_FDCWD, name->path, AT_FDCWD,
			name->from);
	else if (name->backup[0] == '\0')
		syscall(SYS_unlinkat, AT_FDCWD, name->path, 0);
	if (name->backup[0] != '\0')
		syscall(SYS_renameat, AT_FDCWD, name->backup, AT_FDCWD,
			name->path);
}

static bool
lies_in(const char *path, const struct stat *folder)
{
	char parent[PATH_MAX], *slash;
	struct stat st;

	snprintf(parent, sizeof parent, "%s", path);
	slash = strrchr(parent, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	return stat(parent, &st) == 0 && st.st_dev == folder->st_dev &&
	       st.st_ino == folder->st_ino;
}

/* ---- both ---- */

void
undo_synced(int fd)
{
	struct kept_file *file;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return;
	file = find_file(&st);
	if (file != NULL)
		file->dirty = false;
	for (int i = 0; S_ISDIR(st.st_mode) && i < name_count; i++) {
		if (!names[i]->done && lies_in(names[i]->path, &st))
			drop_backup(names[i]);
	}
}

void
undo_all(bool with_data, bool with_names)
{
	for (int i = 0; with_data && i < file_count; i++)
		restore_file(&files[i]);
	for (int i = name_count; i-- > 0;) {
		if (with_names)
			restore_name(names[i]);
		else
			drop_backup(names[i]);
	}
}
