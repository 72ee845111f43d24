/*
 * A backup: one file, a copy of the ledger with a table more, `backup_files`:
 * palang.yaml, the public keys beside it, and the names that are kept of feeds.
 *
 * Functions return 0, or an error as those of ledger.h do; the text for people
 * is backup_error's.
 */
#ifndef TOOL_BACKUP_H
#define TOOL_BACKUP_H

#include <sys/types.h>

#include "ledger.h"
#include "progress.h"

#define BACKUP_CONFIG   "palang.yaml"
#define BACKUP_KEYS     "keys/"
#define BACKUP_FEEDS    "feeds/"
#define BACKUP_FILE_MAX ((size_t)1 << 30)

/* Copies the ledger as it is in its transaction to a new file. */
int backup_ledger(
	struct ledger *ledger, const char *path, struct progress *progress);

struct backup;

/* Opens one, to add to it (and makes the table), or one that is there; *backup may be
 * set on an error, for backup_error.  Takes NULL: backup_close. */
int backup_create(struct backup **backup, const char *path);
int backup_open(struct backup **backup, const char *path, bool write);
int backup_close(struct backup *backup);
const char *backup_error(const struct backup *backup);

/* One transaction around all that is added. */
int backup_add(struct backup *backup, const char *path, mode_t mode,
	const void *data, size_t len);

/* A file that was kept; what it points at ends with the call. */
struct backup_file {
	const char *path;
	mode_t mode;
	const void *data;
	size_t len;
};

/* Calls back with each; stops if that returns non-zero, and returns it. */
int backup_each(struct backup *backup,
	int (*each)(void *ctx, const struct backup_file *file), void *ctx);

/* PAL_EFORM if SQLite finds it damaged. */
int backup_check(struct backup *backup);

/* Takes the files out: what is left is a ledger. */
int backup_strip(struct backup *backup);

/* Is anything recorded in the ledger of that folder, but that it was made? */
int backup_is_empty(const char *folder, bool *empty);

#endif
