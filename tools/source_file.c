#include "source_way.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BLOCK   ((size_t)1 << 20)
#define NS      1000000000
#define SETTLED (2 * (int64_t)NS) /* no file system's clock is coarser */

static const char *
noun(const struct way *way)
{
	return way->source->kind == SOURCE_STDIN ? "standard input"
	                                         : "the file";
}

static enum source_result
fail_read(struct way *way)
{
	return way_fail(
		way, "%s cannot be read: %s", noun(way), strerror(errno));
}

static int64_t
nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * NS + time->tv_nsec;
}

/* Waits until there is something to read; a file always has. */
static enum source_result
await(struct way *way, int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	int n;

	do
		n = poll(&wait, 1, way_left(way));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail_read(way);
	if (n == 0)
		return way_fail(way, "%s did not end within max-time, %u s",
			noun(way), way->limits.max_time);
	return SOURCE_NEW;
}

/* To the end of fd. */
static enum source_result
copy(struct way *way, int fd, uint64_t size, char *block)
{
	enum source_result result = SOURCE_NEW;

	while (result == SOURCE_NEW) {
		ssize_t n;

		result = await(way, fd);
		if (result != SOURCE_NEW)
			break;
		n = read(fd, block, BLOCK);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return fail_read(way);
		if (n == 0)
			break;
		result = way_write(way, block, (size_t)n);
		way_tell(way, "reading", way->written, size);
	}
	if (result == SOURCE_NEW && way->written == 0)
		return way_fail(way, "%s is empty", noun(way));
	return result;
}

/* A change after the look at a file shows in its size or times, except one
 * within the same tick of the file system's clock: so a file that is as young
 * as that is not recognised the next time, but read once more. */
static void
mark_file(struct source_mark *mark, const struct stat *st)
{
	int64_t changed = nanoseconds(&st->st_mtim);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	*mark = (struct source_mark){.size = (uint64_t)st->st_size,
		.changed =
			nanoseconds(&now) - changed >= SETTLED ? changed : 0};
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size &&
	       nanoseconds(&a->st_mtim) == nanoseconds(&b->st_mtim) &&
	       nanoseconds(&a->st_ctim) == nanoseconds(&b->st_ctim);
}

/* A regular file, whole and the same from beginning to end. */
static enum source_result
copy_file(struct way *way, int fd, const struct stat *before, char *block)
{
	enum source_result result;
	struct stat after;

	if ((uint64_t)before->st_size > way->limits.max_size)
		return way_fail_size(way);
	result = copy(way, fd, (uint64_t)before->st_size, block);
	if (result != SOURCE_NEW)
		return result;
	if (fstat(fd, &after) < 0)
		return fail_read(way);
	if (!is_same(before, &after))
		return way_fail(way,
			"%s changed while it was read; put a new list in its "
			"place by renaming",
			noun(way));
	mark_file(way->mark, before);
	return SOURCE_NEW;
}

static enum source_result
copy_any(struct way *way, int fd, bool marked)
{
	const struct source_mark *mark = way->mark;
	enum source_result result;
	struct stat st;
	char *block;

	if (fstat(fd, &st) < 0)
		return fail_read(way);
	if (S_ISDIR(st.st_mode))
		return way_fail(way, "%s is a folder", noun(way));
	if (marked && !S_ISREG(st.st_mode))
		return way_fail(way,
			"the file is no regular one; a pipe is read from "
			"standard input, source -");
	if (marked && mark->changed != 0 &&
		mark->size == (uint64_t)st.st_size &&
		mark->changed == nanoseconds(&st.st_mtim))
		return SOURCE_UNCHANGED;
	block = malloc(BLOCK);
	if (block == NULL)
		return way_fail(way, "no memory");
	result = S_ISREG(st.st_mode) ? copy_file(way, fd, &st, block)
	                             : copy(way, fd, 0, block);
	free(block);
	return result;
}

enum source_result
source_file(struct way *way)
{
	/* O_NONBLOCK: the open must not wait where no file is but a pipe. */
	int fd = open(way->source->text,
		O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum source_result result;

	if (fd < 0)
		return way_fail(
			way, "the file cannot be opened: %s", strerror(errno));
	result = copy_any(way, fd, true);
	close(fd);
	return result;
}

enum source_result
source_stdin(struct way *way)
{
	return copy_any(way, STDIN_FILENO, false);
}
