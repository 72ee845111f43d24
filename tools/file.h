/*
 * Files, read whole and replaced whole.
 *
 * Functions return 0, PAL_ESYS (errno says how), PAL_ENOMEM or PAL_ELIMIT.
 */
#ifndef TOOL_FILE_H
#define TOOL_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "palang/sha256.h"

/* Temporary files carry this prefix; a kill may leave one behind. */
#define FILE_TEMP_PREFIX ".new-"

enum file_flags {
	FILE_NOFOLLOW = 1, /* a symbolic link is refused: ELOOP */
	FILE_STDIN = 2     /* "-" is standard input */
};

/* Reads a regular file of at most max octets, relative to the folder dirfd
 * (or AT_FDCWD).  The caller frees *data, which has a NUL behind its *len
 * octets.  PAL_ELIMIT if there is more; EINVAL for what is no regular file. */
int file_read_at(int dirfd, const char *name, size_t max, unsigned flags,
	char **data, size_t *len);
int file_read(
	const char *path, size_t max, unsigned flags, char **data, size_t *len);

/* Puts len octets in the place of the file: temporary in the same folder,
 * write, flush to disk, rename, flush the folder.  Whoever opens the name
 * sees the old file or the new one, whole.  mode is taken as it is, whatever
 * the umask.  On an error the old file stands, unless it was the very last
 * step that failed: then the new one does, but may not outlive a crash. */
int file_replace(
	int dirfd, const char *name, const void *data, size_t len, mode_t mode);
/* The same, and gives it to the group before it has the name; (gid_t)-1: to
 * none. */
int file_replace_for(int dirfd, const char *name, const void *data, size_t len,
	mode_t mode, gid_t group);

/* A file that takes the place of another when it has been written bit by
 * bit. */
struct file_new {
	int dirfd; /* the folder, which stays the caller's */
	int fd;    /* to write to; -1: there is none */
	char temp[32];
};

/* Begins one in the folder.  0 or PAL_ESYS. */
int file_begin(struct file_new *file, int dirfd);
/* Puts it in the place of the name, as file_replace does. */
int file_commit(struct file_new *file, const char *name, mode_t mode);
/* Removes it, if it is still there. */
void file_abandon(struct file_new *file);

/* Opens an empty file, to read and write, that is there only as long as it is
 * open.  The descriptor, or -1 and errno. */
int file_open_unnamed(int dirfd);

/* The same for file systems that have no files without a name: one that loses
 * its name at once. */
int file_open_unlinked(int dirfd);

/* Opens a folder to work below it; the descriptor, or -1 and errno.  The
 * last part of the path must not be a symbolic link. */
int file_open_folder(const char *path);

/* The SHA-256 of a whole open file.  0 or PAL_ESYS. */
int file_digest(int fd, uint8_t digest[PAL_SHA256_SIZE]);

#endif
