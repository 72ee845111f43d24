#include "restore.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit.h"
#include "file.h"
#include "lock.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "restore_files.h"
#include "timefmt.h"

/*
 * The order.  If nothing is in the way, the backup is copied to
 * state/spool/restore/ledger.db, and all that can be wrong with it is found
 * there: damage, changes, a version that is not known.  It gets its entry in
 * the journal.  All this is done by a process without rights, and nothing else
 * is changed before it ends well.  Then the caller writes configuration and
 * keys; and with the lock of the state folder,
 *
 *   1. names of feeds are written beside those that are there; one of the same
 *      name that says something else is set aside;
 *   2. when nobody reads the ledger that is there, it gets a second name,
 *      ledger.db.before-restore-;
 *   3. the copy is renamed to ledger.db, and the folder flushed: from here on
 *      it is restored.
 *
 * A stop before 3 leaves the old ledger, and files that it does not name.
 * Behind it the caller publishes under a new epoch; if that is cut short, the
 * next command finds lists that are not the ledger's, and does the same.
 */
#define FOLDER_WAIT 5000 /* ms, for readers to be done with the log */

static int
fail(const struct restore *restore, const char *what, int err)
{
	return cmd_fail("restore: %s: %s%s%s", restore->file, what,
		what[0] == '\0' ? "" : ": ",
		err == PAL_ESYS ? strerror(errno) : pal_strerror(err));
}

static int
copy_in(const struct restore *restore)
{
	struct file_new file;
	char data[65536];
	off_t at = 0;
	ssize_t n;

	unlinkat(restore->spool, LEDGER_FILE, 0);
	unlinkat(restore->spool, LEDGER_FILE "-wal", 0);
	unlinkat(restore->spool, LEDGER_FILE "-shm", 0);
	unlinkat(restore->spool, LEDGER_FILE "-journal", 0);
	if (file_begin(&file, restore->spool) != 0)
		return PAL_ESYS;
	while ((n = pread(restore->from, data, sizeof data, at)) > 0) {
		if (write(file.fd, data, (size_t)n) != n)
			break;
		at += n;
	}
	if (n == 0)
		return file_commit(&file, LEDGER_FILE, 0640);
	file_abandon(&file);
	return PAL_ESYS;
}

int
restore_enter(struct restore *restore)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/spool",
		restore->state->config.state_dir);
	restore->place = file_open_folder(path);
	if (restore->place < 0 && errno == ENOENT)
		return cmd_fail("%s: there is no such folder; `palang init` "
				"makes it",
			path);
	if (restore->place >= 0 && lock_wait(restore->place, false))
		return EXIT_DONE;
	return cmd_fail("%s: %s", path,
		errno == EWOULDBLOCK ? "another restore is at work"
				     : strerror(errno));
}

static int
open_spool(struct restore *restore)
{
	int n = snprintf(restore->folder, sizeof restore->folder,
		"%s/spool/restore", restore->state->config.state_dir);

	if (n >= (int)sizeof restore->folder) {
		errno = ENAMETOOLONG;
		return PAL_ESYS;
	}
	if (mkdir(restore->folder, 0700) != 0 && errno != EEXIST)
		return PAL_ESYS;
	restore->spool = file_open_folder(restore->folder);
	return restore->spool < 0 ? PAL_ESYS : 0;
}

static int
check_copy(const struct restore *restore, FILE *files)
{
	struct backup *backup = NULL;
	char path[PATH_MAX + 16];
	int ret, closed;

	snprintf(path, sizeof path, "%s/" LEDGER_FILE, restore->folder);
	ret = backup_open(&backup, path, true);
	if (ret == 0)
		ret = backup_check(backup);
	if (ret == 0)
		ret = restore_files_take(backup, files);
	if (ret != 0)
		cmd_fail("restore: %s: damaged, or no backup: %s",
			restore->file,
			backup_error(backup)[0] != '\0' ? backup_error(backup)
							: pal_strerror(ret));
	closed = backup_close(backup);
	return ret == 0 && closed == 0 ? EXIT_DONE : EXIT_ERROR;
}

static int
audit_copy(const struct restore *restore, struct ledger *ledger)
{
	struct audit audit = {.ledger = ledger, .feeds = -1};
	int ret = audit_run(&audit), code = EXIT_DONE;

	if (ret != 0)
		code = fail(restore, ledger_error(ledger), ret);
	for (size_t i = 0; i < audit.change_count; i++)
		code = cmd_fail("restore: %s: CHANGED: %s", restore->file,
			audit.changes[i]);
	audit_fini(&audit);
	return code;
}

/* Only the file itself gets into the place of the ledger. */
static int
check_log(const struct restore *restore)
{
	if (!ledger_has_log(restore->folder))
		return EXIT_DONE;
	return cmd_fail("restore: %s: what was changed in its copy could not "
			"be written",
		restore->file);
}

static int
note(const struct restore *restore, struct ledger *ledger)
{
	struct ledger_event event = {.at = pal_clock_ms(),
		.what = "restored",
		.who = restore->state->who,
		.detail = restore->file};
	int ret = ledger_begin(ledger, true);

	if (ret == 0)
		ret = ledger_add_event(ledger, &event);
	if (ret == 0)
		ret = ledger_commit(ledger);
	return ret == 0 ? EXIT_DONE : fail(restore, ledger_error(ledger), ret);
}

/* What only --force may set aside. */
static int
check_place(const struct restore *restore)
{
	const char *state_dir = restore->state->config.state_dir;
	char path[PATH_MAX + 16];
	bool empty = false;
	struct stat st;

	snprintf(path, sizeof path, "%s/" LEDGER_FILE, state_dir);
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? EXIT_DONE
		                       : fail(restore, path, PAL_ESYS);
	if (restore->force ||
		(backup_is_empty(state_dir, &empty) == 0 && empty))
		return EXIT_DONE;
	return cmd_fail("there is a ledger in %s with something recorded; "
			"--force sets it aside as " LEDGER_FILE RESTORE_ASIDE
			"TIME, and puts the backup in its place",
		state_dir);
}

int
restore_verify(struct restore *restore, FILE *files)
{
	struct ledger *ledger = NULL;
	int ret = check_place(restore);

	if (ret != EXIT_DONE)
		return ret;
	ret = open_spool(restore);
	if (ret == 0)
		ret = copy_in(restore);
	if (ret != 0)
		return fail(restore, "", ret);
	ret = check_copy(restore, files);
	if (ret != EXIT_DONE)
		return ret;
	ret = ledger_open(&ledger, restore->folder);
	if (ret != 0)
		ret = fail(restore, ledger_error(ledger), ret);
	else
		ret = audit_copy(restore, ledger);
	if (ret == EXIT_DONE)
		ret = note(restore, ledger);
	ledger_close(ledger);
	return ret == EXIT_DONE ? check_log(restore) : ret;
}

/* ---- names of feeds ---- */

struct placing {
	int folder;
	const char *time;
};

/* As the files of a feed are called; never a path. */
static bool
is_names(const char *name)
{
	size_t len = strlen(name);

	return len > 6 && len < LEDGER_NAMES_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == len &&
	       name[0] != '.' && strcmp(name + len - 6, ".names") == 0;
}

static int
place_names(void *ctx, const struct backup_file *file)
{
	const struct placing *placing = ctx;
	const char *name = file->path + strlen(BACKUP_FEEDS);
	char aside[LEDGER_NAMES_MAX + 64], *data = NULL;
	size_t len;
	int ret;

	if (strncmp(file->path, BACKUP_FEEDS, strlen(BACKUP_FEEDS)) != 0)
		return 0;
	if (!is_names(name))
		return PAL_EFORM;
	ret = file_read_at(placing->folder, name, BACKUP_FILE_MAX,
		FILE_NOFOLLOW, &data, &len);
	if (ret == 0 && len == file->len &&
		memcmp(data, file->data, len) == 0) {
		free(data);
		return 0;
	}
	free(data);
	if (ret == 0) {
		snprintf(aside, sizeof aside, "%s" RESTORE_ASIDE "%s", name,
			placing->time);
		if (linkat(placing->folder, name, placing->folder, aside, 0) !=
				0 &&
			errno != EEXIST)
			return PAL_ESYS;
	} else if (ret != PAL_ESYS || errno != ENOENT) {
		return ret;
	}
	return file_replace(placing->folder, name, file->data, file->len, 0640);
}

/* Then the copy is a ledger and no more. */
static int
take_out_files(struct restore *restore, const char *time)
{
	struct placing placing = {state_open_feeds(restore->state), time};
	struct backup *backup = NULL;
	char path[PATH_MAX + 16];
	int ret, closed;

	snprintf(path, sizeof path, "%s/" LEDGER_FILE, restore->folder);
	ret = backup_open(&backup, path, true);
	if (ret == 0 && restore->feeds && placing.folder >= 0)
		ret = backup_each(backup, place_names, &placing);
	if (ret == 0)
		ret = backup_strip(backup);
	if (ret != 0)
		fail(restore, backup_error(backup), ret);
	closed = backup_close(backup);
	if (placing.folder >= 0)
		close(placing.folder);
	if (ret != 0 || closed != 0)
		return EXIT_ERROR;
	return check_log(restore);
}

/* ---- in its place ---- */

/*
 * The log of the ledger that goes must not be taken for that of the one that
 * comes.  Readers take no lock of ours: so this comes last, and nothing that
 * takes time between it and the rename.  To hold the old one locked until then
 * would be worse: SQLite lets who comes meanwhile wait, and go on behind the
 * rename with the old file and the new one's log.
 */
static int
settle_old(struct restore *restore, int folder)
{
	const char *state_dir = restore->state->config.state_dir;
	const struct timespec nap = {0, 20000000};
	int64_t until = pal_monotonic_ms() + FOLDER_WAIT;
	bool empty = false;
	struct stat st;
	int ret;

	restore->aside[0] = '\0';
	if (fstatat(folder, LEDGER_FILE, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? EXIT_DONE
		                       : fail(restore, "", PAL_ESYS);
	ret = backup_is_empty(state_dir, &empty);
	while (ret == 0 && ledger_has_log(state_dir)) {
		if (pal_monotonic_ms() > until)
			return cmd_fail("somebody reads the ledger in %s, and "
					"does not end; it stays in force",
				state_dir);
		nanosleep(&nap, NULL);
		ret = backup_is_empty(state_dir, &empty);
	}
	restore->aside[0] = '?';
	return EXIT_DONE;
}

static int
put_in_place(struct restore *restore, int folder, const char *time)
{
	if (restore->aside[0] != '\0') {
		snprintf(restore->aside, sizeof restore->aside,
			LEDGER_FILE RESTORE_ASIDE "%s", time);
		if (linkat(folder, LEDGER_FILE, folder, restore->aside, 0) != 0)
			return PAL_ESYS;
	}
	unlinkat(folder, LEDGER_FILE "-wal", 0);
	unlinkat(folder, LEDGER_FILE "-shm", 0);
	if (renameat(restore->spool, LEDGER_FILE, folder, LEDGER_FILE) != 0)
		return PAL_ESYS;
	return 0;
}

static int
install(struct restore *restore, int folder)
{
	char time[TIME_TEXT_MAX], stamp[TIME_TEXT_MAX + 24];
	int ret = check_place(restore);

	snprintf(stamp, sizeof stamp, "%s.%03d",
		time_format(time, pal_clock_ms() / 1000),
		(int)(pal_clock_ms() % 1000));
	if (ret == EXIT_DONE)
		ret = take_out_files(restore, stamp);
	if (ret == EXIT_DONE)
		ret = settle_old(restore, folder);
	if (ret != EXIT_DONE)
		return ret;
	ret = put_in_place(restore, folder, stamp);
	if (ret != 0)
		return fail(restore, "", ret);
	if (fsync(folder) == 0)
		return EXIT_DONE;
	return cmd_fail("%s: %s; it is recorded; the next command that writes, "
			"or `palang publish`, publishes it",
		restore->state->config.state_dir, strerror(errno));
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int
restore_install(struct restore *restore)
{
	const char *state_dir = restore->state->config.state_dir;
	int folder, ret = open_spool(restore);

	if (ret != 0)
		return fail(restore, "", ret);
	folder = file_open_folder(state_dir);
	restore->lock = lock_open(state_dir);
	if (folder < 0 || restore->lock < 0 || !lock_wait(restore->lock, false))
		ret = cmd_fail("%s: %s", state_dir, strerror(errno));
	else
		ret = install(restore, folder);
	if (folder >= 0)
		close(folder);
	close_fd(&restore->lock);
	/* What lies in the spool from here on is another's. */
	if (ret == EXIT_DONE) {
		close_fd(&restore->spool);
		close_fd(&restore->place);
	}
	return ret;
}

void
restore_fini(struct restore *restore)
{
	if (restore->spool >= 0)
		unlinkat(restore->spool, LEDGER_FILE, 0);
	close_fd(&restore->spool);
	close_fd(&restore->place);
	close_fd(&restore->from);
}
