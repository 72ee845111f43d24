#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "palang/clock.h"

int lock_patience = LOCK_WAIT;

/* An older palang let the group read it, and so hold it. */
static bool
keep_to_owner(int lock)
{
	struct stat st;

	if (fstat(lock, &st) != 0)
		return false;
	return (st.st_mode & 077) == 0 || st.st_uid != geteuid() ||
	       fchmod(lock, 0600) == 0;
}

int
lock_open_at(int folder, const char *name)
{
	int lock = openat(
		folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int saved;

	if (lock < 0 || keep_to_owner(lock))
		return lock;
	saved = errno;
	close(lock);
	errno = saved;
	return -1;
}

int
lock_open(const char *folder)
{
	int dir = file_open_folder(folder), lock, saved;

	if (dir < 0)
		return -1;
	lock = lock_open_at(dir, LOCK_FILE);
	saved = errno;
	close(dir);
	errno = saved;
	return lock;
}

bool
lock_wait(int lock, bool shared)
{
	const struct timespec nap = {0, 10000000};
	int64_t until = pal_monotonic_ms() + lock_patience;

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
