/*
 * What a response policy zone says of names: as BIND reads it, that is by the
 * rules of wildcards in zones (RFC 4592).  A wildcard reaches only down to
 * the names that exist; and a name exists, too, if only others below it do.
 *
 * The names come first, then the zone goes by.  So memory follows the names
 * that are asked for, not the zone.
 *
 * Functions return 0 or PAL_ENOMEM, PAL_ELIMIT, or what clean_run does.
 */
#ifndef TOOL_COMPARE_H
#define TOOL_COMPARE_H

#include "clean.h"

enum compare_action {
	COMPARE_NXDOMAIN = RPZ_NXDOMAIN,
	COMPARE_NODATA = RPZ_NODATA,
	COMPARE_DROP = RPZ_DROP,
	COMPARE_PASSTHRU = RPZ_PASSTHRU,
	COMPARE_LOCAL_DATA = RPZ_LOCAL_DATA,
	COMPARE_TCP_ONLY = RPZ_ACTIONS,
	COMPARE_NOTHING, /* no record */
	COMPARE_HIDDEN   /* a wildcard stands above, but a name between exists,
	                  * so that it does not reach this one */
};

/* "nxdomain", ... "tcp-only"; the last two are "open". */
const char *compare_action_name(enum compare_action action);

struct compare;

/* The zone of a comparison. */
int compare_open(struct compare **compare);
/* Takes NULL. */
void compare_close(struct compare *compare);

/* A name that will be asked for. */
int compare_add(struct compare *compare, const struct pal_name *name);

/* Whom compare_read tells now and then how far it is, as clean_run does. */
void compare_watch(struct compare *compare,
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size),
	void *ctx);

/* Reads the zone file.  origin may be NULL; file names it in problems. */
int compare_read(struct compare *compare, int fd, const char *file,
	const char *origin, struct problems *problems);

/* What the zone says of a name that was added.  labels: of the owner that
 * says it, or that is hidden, without `*`; wildcard: it has one, and is `*`
 * alone if it has no labels.  hider: labels of the name that hides it. */
struct compare_say {
	enum compare_action action;
	unsigned labels, hider;
	bool wildcard;
};
void compare_judge(const struct compare *compare, const struct pal_name *name,
	struct compare_say *say);

#endif
