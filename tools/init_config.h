/* The configuration that `palang init` writes, and the way to its folder. */
#ifndef TOOL_INIT_CONFIG_H
#define TOOL_INIT_CONFIG_H

#include <limits.h>

/* "/etc/palang" of "/etc/palang/palang.yaml"; "." of a bare name. */
void init_parent_of(const char *path, char parent[PATH_MAX]);

/* Makes the folders above path, and says so.  EXIT_DONE or EXIT_ERROR. */
int init_make_parents(const char *path);

/* Writes a sample, whose folders are below dir unless it is NULL, where there
 * is no file yet.  Its group is left to init, which knows the user only once
 * the file is read.  EXIT_DONE or EXIT_ERROR. */
int init_write_config(const char *path, const char *dir);

#endif
