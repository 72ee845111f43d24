/*
 * For one who may read the ledger's file, and write nothing beside it.
 *
 * While somebody has the ledger open to write, SQLite keeps a log and an
 * index of it beside the file, which a reader can use as they are.  At rest
 * they are gone, and our reader can make none; but then the file is all there
 * is, and nobody writes to it as long as somebody shares the lock of the
 * folder.  Under that it is copied into memory, and the lock let go at once:
 * who reads with a pager must not hold up a writer.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ledger_sql.h"
#include "ledger_store.h"
#include "lock.h"
#include "palang/error.h"

#define TRIES 8 /* each fails only if a writer has come or gone meanwhile */

static bool
may_write(const char *folder, const char *path)
{
	return access(folder, W_OK) == 0 && access(path, W_OK) == 0;
}

static int
open_as_it_is(struct ledger **ledger, const char *path)
{
	int ret = ledger_make(ledger);

	if (ret == 0)
		ret = database_open(&(*ledger)->db, path, DATABASE_READ);
	return ret == 0 ? ledger_enter(*ledger, SQL_OPEN_READ) : ret;
}

static int
copy_file(struct ledger **ledger, const char *path)
{
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), ret;

	if (file < 0)
		return PAL_ESYS;
	ret = ledger_make(ledger);
	if (ret == 0)
		ret = database_copy(&(*ledger)->db, file);
	close(file);
	return ret == 0 ? ledger_enter(*ledger, SQL_OPEN_READ) : ret;
}

static bool
has_log(const char *path)
{
	char log[PATH_MAX + 8];

	snprintf(log, sizeof log, "%s-wal", path);
	return access(log, F_OK) == 0;
}

/* *again: there is a log now, so that the file is not all. */
static int
open_copy(struct ledger **ledger, const char *folder, const char *path,
	bool *again)
{
	int lock = lock_open(folder, true), ret = PAL_ESYS, saved;

	*again = false;
	if (lock < 0) {
		/* None yet, and we cannot make it. */
		if (errno == ENOENT)
			errno = EACCES;
		return PAL_ESYS;
	}
	if (lock_wait(lock, true)) {
		*again = has_log(path);
		ret = *again ? PAL_ESYS : copy_file(ledger, path);
	}
	saved = errno;
	close(lock);
	errno = saved;
	return ret;
}

static int
open_without_rights(
	struct ledger **ledger, const char *folder, const char *path)
{
	bool again = true;
	int ret = PAL_ESYS;

	for (int i = 0; i < TRIES && again; i++) {
		ledger_close(*ledger);
		ret = open_as_it_is(ledger, path);
		if (ret != PAL_ESYS)
			return ret;
		ledger_close(*ledger);
		*ledger = NULL;
		ret = open_copy(ledger, folder, path, &again);
	}
	/* A log that cannot be read. */
	if (again)
		errno = EACCES;
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
	if (may_write(folder, path))
		return ledger_open(ledger, folder);
	return open_without_rights(ledger, folder, path);
}
