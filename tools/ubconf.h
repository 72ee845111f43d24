/*
 * unbound.conf, as far as it decides whether palang.so is loaded, and whom the
 * resolver asks by name.  Everything else in it is stepped over: the resolver
 * judges that itself.
 */
#ifndef TOOL_UBCONF_H
#define TOOL_UBCONF_H

#include <stddef.h>

#include "diag.h"

#define UBCONF_DEFAULT_FILE  "/etc/unbound/unbound.conf"
#define UBCONF_DEPTH_MAX     32   /* of includes */
#define UBCONF_FILES_MAX     4096 /* in all */
#define UBCONF_LIBRARIES_MAX 16

/* A value, and where it stands. */
struct ubconf_value {
	char *text; /* NULL: not set */
	char *file;
	unsigned line;
};

struct ubconf {
	struct ubconf_value modules; /* module-config; the last one counts */
	struct ubconf_value chroot;  /* "" switches it off */
	struct ubconf_value directory;
	struct ubconf_value username;
	struct ubconf_value threads;                         /* num-threads */
	struct ubconf_value libraries[UBCONF_LIBRARIES_MAX]; /* dynlib-file */
	unsigned library_count;
	/* forward-host, stub-host, primary, and their -addr, as they stand:
	 * names, addresses, ADDRESS@PORT#NAME. */
	struct ubconf_value *servers;
	size_t server_count;
};

/* Reads a file and all that it includes.  0; PAL_EFORM with at least one
 * error in problems: something that keeps Unbound from reading it as well;
 * PAL_ENOMEM.  ubconf_fini frees it in each case. */
int ubconf_load(
	struct ubconf *conf, const char *file, struct problems *problems);
void ubconf_fini(struct ubconf *conf);

#endif
