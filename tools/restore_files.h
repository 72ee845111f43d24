/*
 * What a backup holds of the configuration's folder: palang.yaml and public
 * keys.  Who has dropped rights takes them out of the backup, into a file
 * without a name; who has them puts them where they are missing.
 *
 * For commands alone, with the conventions of restore.h.
 */
#ifndef TOOL_RESTORE_FILES_H
#define TOOL_RESTORE_FILES_H

#include <stdio.h>

#include "backup.h"

/* The file between both; NULL and errno. */
FILE *restore_files_open(void);

/* Writes them into the file.  0 or an error: backup_error's, or PAL_ELIMIT for
 * one that is too large. */
int restore_files_take(struct backup *backup, FILE *files);

/* Puts each that is missing beside the configuration, and tells of those that
 * are others.  As root: for the group of that user to read, or, if it is empty,
 * for that of the folder. */
int restore_files_put(FILE *files, const char *config_file, const char *user);

/* Writes one file of a backup that nobody has verified.  As root: in a process
 * of its own, that has given up its rights before it reads. */
int restore_files_print(const char *backup, const char *name, FILE *to);

#endif
