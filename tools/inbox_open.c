/* The folders of an inbox, and its lock. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "file.h"
#include "inbox.h"
#include "lock.h"
#include "palang/clock.h"

static int
fail(const struct inbox *inbox, const char *name)
{
	return cmd_fail("%s/%s: %s", inbox->path, name, strerror(errno));
}

/* What bears the name of a folder of ours and is none gets another, under
 * which it is judged like anything that was dropped. */
static int
move_aside(int folder, const char *name)
{
	char other[64];

	snprintf(other, sizeof other, "%s-%" PRId64, name, pal_clock_ms());
	return renameat2(folder, name, folder, other, RENAME_NOREPLACE);
}

static int
make_inner(int folder, const char *name, mode_t mode)
{
	struct stat st;

	if (mkdirat(folder, name, mode) == 0)
		return 0;
	if (errno != EEXIST ||
		fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (S_ISDIR(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	if (move_aside(folder, name) != 0)
		return -1;
	return mkdirat(folder, name, mode);
}

/* Where it lies already, its rights are left as somebody made them. */
static int
open_inner(int folder, const char *name, mode_t mode)
{
	bool made = make_inner(folder, name, mode) == 0;
	int fd;

	if (!made && errno != EEXIST)
		return -1;
	fd = openat(
		folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && made && fchmod(fd, mode) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Each folder has its own, by the digest of its path. */
static int
open_spool(struct inbox *inbox, const char *state_dir)
{
	char path[PATH_MAX], real[PATH_MAX], name[PAL_SHA256_HEX];
	uint8_t digest[PAL_SHA256_SIZE];
	int all;

	if (realpath(inbox->path, real) == NULL)
		return -1;
	pal_sha256(real, strlen(real), digest);
	pal_sha256_to_hex(name, digest);
	name[16] = '\0';
	if (snprintf(path, sizeof path, "%s/spool/inbox", state_dir) >=
		(int)sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -1;
	all = file_open_folder(path);
	if (all < 0)
		return -1;
	inbox->spool = open_inner(all, name, 0700);
	close(all);
	return inbox->spool < 0 ? -1 : 0;
}

static int
lock_spool(struct inbox *inbox)
{
	inbox->lock = lock_open_at(inbox->spool, LOCK_FILE);
	if (inbox->lock < 0)
		return fail(inbox, "its spool's lock");
	if (flock(inbox->lock, LOCK_EX | LOCK_NB) == 0)
		return EXIT_DONE;
	if (errno == EWOULDBLOCK)
		return cmd_fail(
			"another `palang inbox` is at work on %s", inbox->path);
	return fail(inbox, "its spool's lock");
}

int
inbox_open(struct inbox *inbox, const char *path, const char *state_dir)
{
	*inbox = (struct inbox){path, -1, -1, -1, -1, -1};
	inbox->folder = file_open_folder(path);
	if (inbox->folder < 0)
		return cmd_fail("%s: %s", path, strerror(errno));
	inbox->done = open_inner(inbox->folder, INBOX_TO_DONE, 0755);
	if (inbox->done < 0)
		return fail(inbox, INBOX_TO_DONE);
	inbox->refused = open_inner(inbox->folder, INBOX_TO_REFUSED, 0755);
	if (inbox->refused < 0)
		return fail(inbox, INBOX_TO_REFUSED);
	if (open_spool(inbox, state_dir) != 0)
		return cmd_fail("the spool %s/spool/inbox: %s", state_dir,
			strerror(errno));
	return lock_spool(inbox);
}

void
inbox_close(struct inbox *inbox)
{
	const int fds[] = {inbox->folder, inbox->done, inbox->refused,
		inbox->spool, inbox->lock};

	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}
