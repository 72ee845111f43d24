/*
 * Put before a command by LD_PRELOAD: counts its calls that change files, or
 * open them, below the plan's root, and makes the one go wrong that the plan
 * names.
 */
#include "fault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "undo.h"

#define EXPORT __attribute__((visibility("default")))

static struct fault_plan *plan;

static __attribute__((constructor)) void
begin(void)
{
	const char *path = getenv(FAULT_ENV);
	void *map;
	long fd;

	if (path == NULL)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	map = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED,
		(int)fd, 0);
	close((int)fd);
	plan = map == MAP_FAILED ? NULL : map;
	if (plan != NULL)
		undo_begin(plan->aside);
}

static bool
loses_power(void)
{
	return plan != NULL && plan->mode >= FAULT_POWER &&
	       plan->mode <= FAULT_POWER_NAMES;
}

/* All of the command, whoever of its processes it was. */
static void
stop_dead(void)
{
	if (loses_power())
		undo_all(plan->mode != FAULT_POWER_NAMES,
			plan->mode != FAULT_POWER_DATA);
	kill(0, SIGKILL);
	_exit(137);
}

/* Power that is lost right behind the command's end. */
static __attribute__((destructor)) void
end(void)
{
	if (loses_power() && plan->at > plan->calls)
		undo_all(plan->mode != FAULT_POWER_NAMES,
			plan->mode != FAULT_POWER_DATA);
}

/* ---- what a call is about ---- */

static void
path_of(char path[PATH_MAX], int fd)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX - 1);
	path[n < 0 ? 0 : n] = '\0';
}

static void
path_at(char path[PATH_MAX], int dirfd, const char *name)
{
	size_t len;

	if (name[0] == '/') {
		snprintf(path, PATH_MAX, "%s", name);
		return;
	}
	if (dirfd != AT_FDCWD)
		path_of(path, dirfd);
	else if (getcwd(path, PATH_MAX) == NULL)
		path[0] = '\0';
	len = strlen(path);
	snprintf(path + len, PATH_MAX - len, "/%s", name);
}

static bool
is_ours(const char *path)
{
	return plan != NULL &&
	       strncmp(path, plan->root, strlen(plan->root)) == 0;
}

/* ---- what goes wrong ---- */

static bool
fills_disk(enum fault_kind kind, bool grows)
{
	return kind == CALL_WRITE || kind == CALL_MKDIR || kind == CALL_LINK ||
	       (kind == CALL_CREATE && grows);
}

/* Counts the call.  0: it goes on; an errno: it fails with that; -1: it writes
 * half. */
static int
strike(enum fault_kind kind, bool grows)
{
	static const int error_of[FAULT_MODES] = {[FAULT_ENOSPC] = ENOSPC,
		[FAULT_EIO] = EIO,
		[FAULT_EACCES] = EACCES,
		[FAULT_FULL] = ENOSPC,
		[FAULT_DEAD] = EIO,
		[FAULT_SHORT] = -1,
		[FAULT_TORN] = -1};
	uint32_t call = atomic_fetch_add(&plan->calls, 1) + 1;
	bool onward = plan->mode == FAULT_FULL || plan->mode == FAULT_DEAD;

	if (call <= FAULT_CALLS_MAX)
		plan->kind[call - 1] = (uint8_t)kind;
	if (plan->mode == FAULT_NONE || call < plan->at ||
		(call > plan->at && !onward))
		return 0;
	if (plan->mode == FAULT_FULL && !fills_disk(kind, grows))
		return 0;
	atomic_fetch_add(&plan->struck, 1);
	if (plan->mode == FAULT_KILL || loses_power())
		stop_dead();
	return error_of[plan->mode];
}

/* True if the call must not be made; errno is set. */
static bool
struck(enum fault_kind kind, bool grows)
{
	int error = strike(kind, grows);

	if (error <= 0)
		return false;
	errno = error;
	return true;
}

/* ---- the calls ---- */

static int
do_open(int dirfd, const char *name, int flags, mode_t mode)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT);
	char path[PATH_MAX];
	bool fresh = false;
	struct stat st;
	int fd;

	path_at(path, dirfd, name);
	if (is_ours(path)) {
		fresh = (flags & O_CREAT) && lstat(path, &st) != 0;
		if (struck(writes ? CALL_CREATE : CALL_OPEN, fresh))
			return -1;
	}
	fd = (int)syscall(SYS_openat, dirfd, name, flags & ~O_TRUNC, mode);
	if (fd < 0 || !is_ours(path) || !loses_power()) {
		if (fd >= 0 && (flags & O_TRUNC))
			syscall(SYS_ftruncate, fd, 0);
		return fd;
	}
	if (fresh)
		undo_created(path);
	if (writes && ((flags & O_TRUNC) || fresh))
		undo_before_write(fd);
	if (flags & O_TRUNC)
		syscall(SYS_ftruncate, fd, 0);
	return fd;
}

#define OPEN_MODE(flags, mode)                                                 \
	do {                                                                   \
		if ((flags) & (O_CREAT | __O_TMPFILE)) {                       \
			va_list args;                                          \
                                                                               \
			va_start(args, flags);                                 \
			mode = va_arg(args, mode_t);                           \
			va_end(args);                                          \
		}                                                              \
	} while (0)

EXPORT int
open(const char *name, int flags, ...)
{
	mode_t mode = 0;

	OPEN_MODE(flags, mode);
	return do_open(AT_FDCWD, name, flags, mode);
}

EXPORT int
open64(const char *name, int flags, ...)
{
	mode_t mode = 0;

	OPEN_MODE(flags, mode);
	return do_open(AT_FDCWD, name, flags, mode);
}

EXPORT int
openat(int dirfd, const char *name, int flags, ...)
{
	mode_t mode = 0;

	OPEN_MODE(flags, mode);
	return do_open(dirfd, name, flags, mode);
}

EXPORT int
openat64(int dirfd, const char *name, int flags, ...)
{
	mode_t mode = 0;

	OPEN_MODE(flags, mode);
	return do_open(dirfd, name, flags, mode);
}

/* How many octets are to be written; -1: none, errno is set. */
static ssize_t
before_write(int fd, size_t len)
{
	char path[PATH_MAX];
	int error;

	if (fd <= STDERR_FILENO)
		return (ssize_t)len;
	path_of(path, fd);
	if (!is_ours(path))
		return (ssize_t)len;
	error = strike(CALL_WRITE, true);
	if (error > 0) {
		errno = error;
		return -1;
	}
	if (loses_power())
		undo_before_write(fd);
	return (ssize_t)(error < 0 && len > 1 ? len / 2 : len);
}

/* Torn: what was written of it is all that there will be. */
static ssize_t
after_write(size_t asked, ssize_t let, ssize_t written)
{
	if ((size_t)let < asked && plan->mode == FAULT_TORN)
		stop_dead();
	return written;
}

EXPORT ssize_t
write(int fd, const void *data, size_t len)
{
	ssize_t let = before_write(fd, len);

	if (let < 0)
		return -1;
	return after_write(len, let, syscall(SYS_write, fd, data, let));
}

static ssize_t
do_pwrite(int fd, const void *data, size_t len, off_t at)
{
	ssize_t let = before_write(fd, len);

	if (let < 0)
		return -1;
	return after_write(len, let, syscall(SYS_pwrite64, fd, data, let, at));
}

EXPORT ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	return do_pwrite(fd, data, len, at);
}

EXPORT ssize_t
pwrite64(int fd, const void *data, size_t len, off_t at)
{
	return do_pwrite(fd, data, len, at);
}

EXPORT ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	ssize_t let = before_write(fd, 1);

	return let < 0 ? -1 : syscall(SYS_writev, fd, parts, count);
}

static int
do_sync(int fd, long call)
{
	char path[PATH_MAX];
	int ret;

	path_of(path, fd);
	if (is_ours(path) && struck(CALL_SYNC, false))
		return -1;
	ret = (int)syscall(call, fd);
	if (ret == 0 && is_ours(path) && loses_power())
		undo_synced(fd);
	return ret;
}

EXPORT int
fsync(int fd)
{
	return do_sync(fd, SYS_fsync);
}

EXPORT int
fdatasync(int fd)
{
	return do_sync(fd, SYS_fdatasync);
}

static int
do_rename(int from_dir, const char *from_name, int to_dir, const char *to_name,
	unsigned flags)
{
	char from[PATH_MAX], to[PATH_MAX];

	path_at(from, from_dir, from_name);
	path_at(to, to_dir, to_name);
	if (is_ours(to)) {
		if (struck(CALL_RENAME, false))
			return -1;
		if (loses_power())
			undo_before_rename(from, to);
	}
	return (int)syscall(
		SYS_renameat2, from_dir, from_name, to_dir, to_name, flags);
}

EXPORT int
rename(const char *from, const char *to)
{
	return do_rename(AT_FDCWD, from, AT_FDCWD, to, 0);
}

EXPORT int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return do_rename(from_dir, from, to_dir, to, 0);
}

EXPORT int
renameat2(int from_dir, const char *from, int to_dir, const char *to,
	unsigned flags)
{
	return do_rename(from_dir, from, to_dir, to, flags);
}

EXPORT int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	char path[PATH_MAX];
	int ret;

	path_at(path, to_dir, to);
	if (is_ours(path) && struck(CALL_LINK, true))
		return -1;
	ret = (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
	if (ret == 0 && is_ours(path) && loses_power())
		undo_created(path);
	return ret;
}

EXPORT int
link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

EXPORT int
unlinkat(int dirfd, const char *name, int flags)
{
	char path[PATH_MAX];

	path_at(path, dirfd, name);
	if (is_ours(path)) {
		if (struck(CALL_UNLINK, false))
			return -1;
		if (loses_power() && !(flags & AT_REMOVEDIR))
			undo_before_unlink(path);
	}
	return (int)syscall(SYS_unlinkat, dirfd, name, flags);
}

EXPORT int
unlink(const char *name)
{
	return unlinkat(AT_FDCWD, name, 0);
}

static int
do_truncate(int fd, off_t len)
{
	char path[PATH_MAX];

	path_of(path, fd);
	if (is_ours(path)) {
		if (struck(CALL_TRUNCATE, false))
			return -1;
		if (loses_power())
			undo_before_write(fd);
	}
	return (int)syscall(SYS_ftruncate, fd, len);
}

EXPORT int
ftruncate(int fd, off_t len)
{
	return do_truncate(fd, len);
}

EXPORT int
ftruncate64(int fd, off_t len)
{
	return do_truncate(fd, len);
}

EXPORT int
mkdirat(int dirfd, const char *name, mode_t mode)
{
	char path[PATH_MAX];

	path_at(path, dirfd, name);
	if (is_ours(path) && struck(CALL_MKDIR, true))
		return -1;
	return (int)syscall(SYS_mkdirat, dirfd, name, mode);
}

EXPORT int
mkdir(const char *name, mode_t mode)
{
	return mkdirat(AT_FDCWD, name, mode);
}

EXPORT int
fchmod(int fd, mode_t mode)
{
	char path[PATH_MAX];

	path_of(path, fd);
	if (is_ours(path) && struck(CALL_CHMOD, false))
		return -1;
	return (int)syscall(SYS_fchmod, fd, mode);
}
