#include "status_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "palang/clock.h"
#include "palang/error.h"

int
status_open(const char *live_dir)
{
	int live = file_open_folder(live_dir), folder, saved;

	if (live < 0)
		return -1;
	folder = openat(live, "status",
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	saved = errno;
	close(live);
	errno = saved;
	return folder;
}

void
resolvers_fini(struct resolvers *resolvers)
{
	for (size_t i = 0; i < resolvers->count; i++)
		pal_status_fini(&resolvers->items[i].status);
	free(resolvers->items);
	memset(resolvers, 0, sizeof *resolvers);
}

/* A heartbeat from the future is none: somebody's clock is wrong. */
static bool
is_within(int64_t age_ms, int64_t limit)
{
	return age_ms < limit && age_ms > -limit;
}

/* One file.  What cannot be read is told, not passed over. */
static void
read_one(struct resolver *resolver, int folder, int64_t now_ms)
{
	char *text = NULL;
	size_t len;

	resolver->error = file_read_at(folder, resolver->file,
		PAL_STATUS_SIZE_MAX, FILE_NOFOLLOW, &text, &len);
	if (resolver->error == 0)
		resolver->error =
			pal_status_parse(&resolver->status, text, len);
	free(text);
	if (resolver->error != 0) {
		memset(&resolver->status, 0, sizeof resolver->status);
		return;
	}
	resolver->age_ms = now_ms - resolver->status.heartbeat;
	resolver->ended = resolver->status.ended != 0;
	resolver->live = !resolver->ended &&
	                 is_within(resolver->age_ms, PAL_HEARTBEAT_LIVE * 1000);
}

/* Temporary files and the like begin with a dot. */
static int
is_status(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       strlen(entry->d_name) < sizeof((struct resolver *)0)->file;
}

/* A file, and when it last changed; whoever owns it may set mtime. */
struct found {
	const char *file;
	struct timespec changed;
};

static int
by_name(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return strcmp(x->file, y->file);
}

/* The newest first. */
static int
by_change(const void *a, const void *b)
{
	const struct timespec *s = &((const struct found *)a)->changed;
	const struct timespec *t = &((const struct found *)b)->changed;

	if (s->tv_sec != t->tv_sec)
		return s->tv_sec > t->tv_sec ? -1 : 1;
	if (s->tv_nsec != t->tv_nsec)
		return s->tv_nsec > t->tv_nsec ? -1 : 1;
	return by_name(a, b);
}

/* A running resolver writes its file every few seconds: those that have gone
 * hide none. */
static void
sort_newest_first(struct found *found, size_t count, int folder)
{
	for (size_t i = 0; i < count; i++) {
		struct stat st;

		if (fstatat(folder, found[i].file, &st, AT_SYMLINK_NOFOLLOW) ==
			0)
			found[i].changed = st.st_ctim;
	}
	qsort(found, count, sizeof *found, by_change);
}

static int
take_files(struct resolvers *resolvers, struct dirent **entries, size_t count,
	int folder)
{
	struct found *found = calloc(count + 1, sizeof *found);
	size_t taken = count < RESOLVERS_MAX ? count : RESOLVERS_MAX;

	resolvers->items = calloc(taken + 1, sizeof *resolvers->items);
	if (found == NULL || resolvers->items == NULL) {
		free(found);
		return PAL_ENOMEM;
	}
	for (size_t i = 0; i < count; i++)
		found[i].file = entries[i]->d_name;
	if (count > taken)
		sort_newest_first(found, count, folder);
	qsort(found, taken, sizeof *found, by_name);
	for (size_t i = 0; i < taken; i++)
		strcpy(resolvers->items[i].file, found[i].file);
	resolvers->count = taken;
	resolvers->unseen = count - taken;
	free(found);
	return 0;
}

static int
list_files(struct resolvers *resolvers, int folder)
{
	struct dirent **entries = NULL;
	int count = scandirat(folder, ".", &entries, is_status, NULL), ret;

	if (count < 0)
		return errno == ENOMEM ? PAL_ENOMEM : PAL_ESYS;
	ret = take_files(resolvers, entries, (size_t)count, folder);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return ret;
}

int
status_read(struct resolvers *resolvers, int folder, int64_t now_ms)
{
	int ret;

	memset(resolvers, 0, sizeof *resolvers);
	resolvers->at = now_ms;
	ret = list_files(resolvers, folder);
	if (ret != 0)
		return ret;
	for (size_t i = 0; i < resolvers->count; i++) {
		read_one(&resolvers->items[i], folder, now_ms);
		resolvers->live += resolvers->items[i].live;
	}
	return 0;
}

bool
resolver_reached(const struct resolver *resolver,
	const uint8_t epoch[PAL_EPOCH_SIZE], uint64_t generation,
	enum status_reach reach)
{
	const struct pal_status *status = &resolver->status;
	uint64_t reached =
		reach == REACH_SWEPT ? status->swept : status->generation;

	return memcmp(status->epoch, epoch, PAL_EPOCH_SIZE) == 0 &&
	       reached >= generation;
}

size_t
resolvers_behind(const struct resolvers *resolvers,
	const uint8_t epoch[PAL_EPOCH_SIZE], uint64_t generation,
	enum status_reach reach)
{
	size_t behind = 0;

	for (size_t i = 0; i < resolvers->count; i++) {
		const struct resolver *resolver = &resolvers->items[i];

		behind += resolver->live &&
		          !resolver_reached(resolver, epoch, generation, reach);
	}
	return behind;
}

/* ---- waiting ---- */

#define POLL_MS 100 /* inotify hastens; this always runs */

/* A watch on the folder, or -1: then polling has to do. */
static int
watch(int folder)
{
	char path[64];
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd < 0)
		return -1;
	/* inotify knows no *at call; this names the folder that is open. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", folder);
	if (inotify_add_watch(fd, path, IN_MOVED_TO | IN_CLOSE_WRITE) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Until something changes, or it is time to look anyway. */
static void
sleep_until_change(int fd, int64_t left_ms)
{
	struct pollfd change = {fd, POLLIN, 0};
	char events[4096];

	poll(&change, fd < 0 ? 0 : 1,
		left_ms < POLL_MS ? (int)left_ms : POLL_MS);
	while (fd >= 0 && read(fd, events, sizeof events) > 0)
		continue;
}

int
status_wait(struct resolvers *resolvers, int folder,
	const uint8_t epoch[PAL_EPOCH_SIZE], uint64_t generation,
	enum status_reach reach, int timeout_ms)
{
	int64_t end = pal_monotonic_ms() + timeout_ms;
	int fd = watch(folder), ret;

	for (;;) {
		int64_t left;

		ret = status_read(resolvers, folder, pal_clock_ms());
		left = end - pal_monotonic_ms();
		if (ret != 0 || left <= 0 ||
			resolvers_behind(resolvers, epoch, generation, reach) ==
				0)
			break;
		resolvers_fini(resolvers);
		sleep_until_change(fd, left);
	}
	if (fd >= 0)
		close(fd);
	return ret;
}
