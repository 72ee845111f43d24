/*
 * For one who may read the ledger's file, and write nothing beside it: for want
 * of rights, or of room on the disk.
 *
 * While somebody has the ledger open to write, SQLite keeps a log and an
 * index of it beside the file, which a reader can use as they are.  At rest
 * they are gone, and our reader can make none; but then the file is all there
 * is, and it is copied into memory.  No lock is taken for that: who may read
 * must not hold up those who write.  A writer fills the log before
 * it changes the file, and takes it away after: so the copy is whole if there
 * was no log before and none is there after, and the file has not changed
 * meanwhile.  An empty log is none: on a full disk it may be all that came of
 * one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ledger_schema.h"
#include "ledger_store.h"
#include "lock.h"
#include "palang/clock.h"
#include "palang/error.h"

#define READ_WAIT 3000 /* ms to wait for a writer that comes or goes */

static bool
may_write(const char *folder, const char *path)
{
	return access(folder, W_OK) == 0 && access(path, W_OK) == 0;
}

static int
enter(struct ledger *ledger)
{
	int ret = ledger_enter(ledger, SQL_OPEN_READ);

	return ret == 0 ? ledger_view(ledger) : ret;
}

static int
open_as_it_is(struct ledger **ledger, const char *path)
{
	int ret = ledger_make(ledger);

	if (ret == 0)
		ret = database_open(&(*ledger)->db, path, DATABASE_READ);
	return ret == 0 ? enter(*ledger) : ret;
}

static const char *
log_of(char log[PATH_MAX + 8], const char *path)
{
	snprintf(log, PATH_MAX + 8, "%s-wal", path);
	return log;
}

static bool
has_log(const char *path)
{
	char log[PATH_MAX + 8];
	struct stat st;

	return stat(log_of(log, path), &st) == 0 ? st.st_size > 0
	                                         : errno != ENOENT;
}

bool
ledger_has_log(const char *folder)
{
	char path[PATH_MAX];

	return ledger_path(path, folder) != 0 || has_log(path);
}

/* PAL_ESYS and EAGAIN: a writer has come. */
static int
open_copy(struct ledger **ledger, const char *path)
{
	int file, ret;

	errno = EAGAIN;
	if (has_log(path))
		return PAL_ESYS;
	file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (file < 0)
		return PAL_ESYS;
	ret = ledger_make(ledger);
	if (ret == 0)
		ret = database_copy(&(*ledger)->db, file);
	close(file);
	if (ret == 0 && has_log(path)) {
		errno = EAGAIN;
		return PAL_ESYS;
	}
	return ret == 0 ? enter(*ledger) : ret;
}

/* EAGAIN: it can be neither used nor copied just now. */
static int
open_once(struct ledger **ledger, const char *path)
{
	int ret = open_as_it_is(ledger, path);

	if (ret != PAL_ESYS)
		return ret;
	ledger_close(*ledger);
	*ledger = NULL;
	return open_copy(ledger, path);
}

static int
open_without_writing(struct ledger **ledger, const char *path)
{
	const struct timespec nap = {0, 5000000};
	int64_t until = pal_monotonic_ms() +
	                (lock_patience < READ_WAIT ? lock_patience : READ_WAIT);
	char log[PATH_MAX + 8];
	int ret = open_once(ledger, path);

	while (ret == PAL_ESYS && errno == EAGAIN) {
		ledger_close(*ledger);
		*ledger = NULL;
		if (pal_monotonic_ms() > until) {
			bool unreadable =
				access(log_of(log, path), F_OK) == 0 &&
				access(log, R_OK) != 0;

			errno = unreadable ? EACCES : EWOULDBLOCK;
			return PAL_ESYS;
		}
		nanosleep(&nap, NULL);
		ret = open_once(ledger, path);
	}
	return ret;
}

int
ledger_open_read(struct ledger **ledger, const char *folder)
{
	char path[PATH_MAX];
	int ret = ledger_path(path, folder);

	*ledger = NULL;
	if (ret != 0)
		return ret;
	if (access(path, R_OK) != 0)
		return PAL_ESYS;
	if (may_write(folder, path)) {
		ret = ledger_open(ledger, folder);
		if (ret != PAL_ESYS)
			return ret;
		ledger_close(*ledger);
		*ledger = NULL;
	}
	return open_without_writing(ledger, path);
}
