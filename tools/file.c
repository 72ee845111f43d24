#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "palang/error.h"

/* Closes, and leaves errno as it was. */
static void
close_quietly(int fd)
{
	int saved = errno;

	if (fd > STDERR_FILENO)
		close(fd);
	errno = saved;
}

/* Reads up to the end of the file.  The size is not asked beforehand: it may
 * change, and a pipe has none. */
static int
read_all(int fd, size_t max, char **data, size_t *len)
{
	size_t size = 0, have = 0;
	char *buf = NULL;

	for (;;) {
		ssize_t n;

		if (have + 1 >= size) {
			char *grown;

			size = size == 0 ? 65536 : size * 2;
			grown = realloc(buf, size);
			if (grown == NULL) {
				free(buf);
				return PAL_ENOMEM;
			}
			buf = grown;
		}
		n = read(fd, buf + have, size - have - 1);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(buf);
			return PAL_ESYS;
		}
		have += (size_t)n;
		if (have > max) {
			free(buf);
			return PAL_ELIMIT;
		}
	}
	buf[have] = '\0';
	*data = buf;
	*len = have;
	return 0;
}

/* A descriptor to read from.  O_NONBLOCK: the open must not wait for the
 * other end of what turns out to be no file but a pipe. */
static int
open_regular(int dirfd, const char *name, unsigned flags)
{
	int how = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	struct stat st;
	int fd;

	if (flags & FILE_NOFOLLOW)
		how |= O_NOFOLLOW;
	fd = openat(dirfd, name, how);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	close_quietly(fd);
	return -1;
}

int
file_read_at(int dirfd, const char *name, size_t max, unsigned flags,
	char **data, size_t *len)
{
	bool standard = (flags & FILE_STDIN) && strcmp(name, "-") == 0;
	int fd = standard ? STDIN_FILENO : open_regular(dirfd, name, flags);
	int ret;

	if (fd < 0)
		return PAL_ESYS;
	ret = read_all(fd, max, data, len);
	close_quietly(fd);
	return ret;
}

int
file_read(
	const char *path, size_t max, unsigned flags, char **data, size_t *len)
{
	return file_read_at(AT_FDCWD, path, max, flags, data, len);
}

static int
write_all(int fd, const void *data, size_t len)
{
	const uint8_t *at = data;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A name that nobody else writes: random, and O_EXCL. */
int
file_begin(struct file_new *file, int dirfd)
{
	uint64_t random;

	file->dirfd = dirfd;
	file->fd = -1;
	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		return PAL_ESYS;
	snprintf(file->temp, sizeof file->temp, FILE_TEMP_PREFIX "%016llx",
		(unsigned long long)random);
	file->fd = openat(dirfd, file->temp,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return file->fd < 0 ? PAL_ESYS : 0;
}

void
file_abandon(struct file_new *file)
{
	int saved = errno;

	if (file->fd >= 0) {
		close(file->fd);
		unlinkat(file->dirfd, file->temp, 0);
	}
	file->fd = -1;
	errno = saved;
}

/* All of it is on disk before the old one goes. */
int
file_commit(struct file_new *file, const char *name, mode_t mode)
{
	int fd = file->fd, saved;

	if (fchmod(fd, mode) < 0 || fsync(fd) < 0) {
		file_abandon(file);
		return PAL_ESYS;
	}
	file->fd = -1;
	if (close(fd) == 0 &&
		renameat(file->dirfd, file->temp, file->dirfd, name) == 0)
		return fsync(file->dirfd) == 0 ? 0 : PAL_ESYS;
	saved = errno;
	unlinkat(file->dirfd, file->temp, 0);
	errno = saved;
	return PAL_ESYS;
}

int
file_replace_for(int dirfd, const char *name, const void *data, size_t len,
	mode_t mode, gid_t group)
{
	struct file_new file;

	if (file_begin(&file, dirfd) < 0)
		return PAL_ESYS;
	if (write_all(file.fd, data, len) < 0 ||
		(group != (gid_t)-1 && fchown(file.fd, (uid_t)-1, group) < 0)) {
		file_abandon(&file);
		return PAL_ESYS;
	}
	return file_commit(&file, name, mode);
}

int
file_replace(
	int dirfd, const char *name, const void *data, size_t len, mode_t mode)
{
	return file_replace_for(dirfd, name, data, len, mode, (gid_t)-1);
}

int
file_open_unlinked(int dirfd)
{
	struct file_new file;

	if (file_begin(&file, dirfd) < 0)
		return -1;
	if (unlinkat(dirfd, file.temp, 0) == 0)
		return file.fd;
	file_abandon(&file);
	return -1;
}

int
file_open_unnamed(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	/* The last two are what kernels say that do not know of it. */
	if (fd < 0 &&
		(errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		return file_open_unlinked(dirfd);
	return fd;
}

int
file_open_folder(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int
file_digest(int fd, uint8_t digest[PAL_SHA256_SIZE])
{
	struct pal_sha256 ctx;
	char data[65536];
	off_t at = 0;
	ssize_t n;

	pal_sha256_init(&ctx);
	while ((n = pread(fd, data, sizeof data, at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return PAL_ESYS;
		pal_sha256_update(&ctx, data, (size_t)n);
		at += n;
	}
	pal_sha256_final(&ctx, digest);
	return 0;
}
