/*
 * Will the next start of an Unbound with palang.so succeed?  Found out from
 * the files alone; nothing is started.
 */
#ifndef TOOL_HOST_H
#define TOOL_HOST_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "diag.h"
#include "elffile.h"
#include "ubconf.h"

#define HOST_DEFAULT_PROGRAM "/usr/sbin/unbound"
#define HOST_DEFAULT_DIR     "/var/lib/palang/live"
#define HOST_VERSION_MAX     64
#define HOST_CONFIGURE_MAX   4096
#define HOST_SECTION         ".palang.host"

struct host_options {
	const char *unbound; /* the program */
	const char *config;  /* unbound.conf */
	const char *module;  /* palang.so; NULL: as unbound.conf says */
	const char *dir;     /* as the resolver sees it */
	bool same_user;      /* PALANG_SAME_USER=1 */
	bool refuse_empty;   /* PALANG_ON_EMPTY=refuse */
};

/* What palang.so says of the Unbound that it was built for. */
struct host_target {
	char build_id[ELF_BUILD_ID_HEX];
	char version[HOST_VERSION_MAX];
	char configure[HOST_CONFIGURE_MAX];
};

struct host_report {
	bool system; /* it cannot be told: a file is closed to us */
	/* The first error says why the start would fail, and the way out;
	 * warnings say what to mend although it succeeds. */
	struct problems problems;

	/* As far as it was found: */
	struct ubconf conf;
	char module[PATH_MAX];           /* as we see it */
	char chroot[PATH_MAX];           /* without a slash at its end; or "" */
	char lists[PATH_MAX];            /* the folder of lists, as we see it */
	char build_id[ELF_BUILD_ID_HEX]; /* of the program */
	struct host_target target;
	uid_t uid; /* whom Unbound runs as */
	bool has_lists;
	uint64_t generation, rules;
};

/* True if the start will succeed. */
bool host_examine(
	struct host_report *report, const struct host_options *options);
void host_report_fini(struct host_report *report);

/* The parts; each returns false after an error. */

/* Reads the text of the section HOST_SECTION. */
bool host_read_target(
	struct host_target *target, const uint8_t *at, size_t len);

/* The value of an option of a configure line: "--with-run-dir"; false if it is
 * not there. */
bool host_configured(
	const char *line, const char *option, char *buf, size_t size);

/* Judges module-config: at which of the count dynlib-files stands ours. */
bool host_check_stack(struct problems *problems,
	const struct ubconf_value *modules, unsigned count, unsigned ours);

/* True if unbound-checkconf takes this string of modules with dynlib. */
bool host_checkconf_knows(const char *modules);

/* Can this user, a member of these groups, read the file?  Judged by the mode
 * of the file and of each folder above it.  What cannot be seen counts as
 * yes. */
bool host_may_read(struct problems *problems, const char *path, uid_t uid,
	const gid_t *groups, int group_count);

bool host_check_lists(
	struct host_report *report, const struct host_options *options);

#endif
