/*
 * A backup put back; restore.c tells in which order.
 *
 * For commands alone: functions that return int give EXIT_DONE (0) or an exit
 * code, and have then said why on stderr.
 */
#ifndef TOOL_RESTORE_H
#define TOOL_RESTORE_H

#include <limits.h>

#include "backup.h"
#include "state.h"

#define RESTORE_ASIDE ".before-restore-"

struct restore {
	const char *file;    /* the backup, as it was named */
	int from;            /* open to read */
	struct state *state; /* begun, and no more */
	bool force;
	bool feeds; /* their names as well */
	int spool;  /* the copy's own folder; -1 at first */
	int lock;   /* -1 at first */
	char folder[PATH_MAX];
	char aside[NAME_MAX]; /* the ledger before; empty: there was none */
};

/* Copies the backup into the spool and verifies it there. */
int restore_verify(struct restore *restore);

/* Puts it in the place of the ledger, which is set aside. */
int restore_install(struct restore *restore);

void restore_fini(struct restore *restore);

#endif
