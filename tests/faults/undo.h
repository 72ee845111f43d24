/*
 * What a loss of power would take: contents that were not synced, and names
 * whose folder was not.
 */
#ifndef TESTS_UNDO_H
#define TESTS_UNDO_H

#include <stdbool.h>

/* The folder for what is kept of names. */
void undo_begin(const char *folder);

/* Before the file behind the descriptor changes: keeps what it holds. */
void undo_before_write(int fd);
/* The file was created just now: on the disk there is none. */
void undo_created(const char *path);
/* Before a name goes, or another file takes its place. */
void undo_before_rename(const char *from, const char *to);
void undo_before_unlink(const char *path);
/* The file, or the folder, is on the disk now. */
void undo_synced(int fd);

/* The power is lost. */
void undo_all(bool data, bool names);

#endif
