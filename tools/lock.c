#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "palang/clock.h"

int
lock_open(const char *folder, bool shared)
{
	int dir = file_open_folder(folder), lock, saved;

	if (dir < 0)
		return -1;
	lock = openat(dir, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		0640);
	if (lock < 0 && shared && (errno == EACCES || errno == EROFS))
		lock = openat(
			dir, LOCK_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	saved = errno;
	close(dir);
	errno = saved;
	return lock;
}

bool
lock_wait(int lock, bool shared)
{
	const struct timespec nap = {0, 10000000};
	int64_t until = pal_monotonic_ms() + LOCK_WAIT * 1000;

	while (flock(lock, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
		if (errno != EINTR && errno != EWOULDBLOCK)
			return false;
		if (pal_monotonic_ms() > until) {
			errno = EWOULDBLOCK;
			return false;
		}
		nanosleep(&nap, NULL);
	}
	return true;
}
