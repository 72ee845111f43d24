/*
 * A backup put back; restore.c tells in which order.
 *
 * For commands alone: functions that return int give EXIT_DONE (0) or an exit
 * code, and have then said why on stderr.
 */
#ifndef TOOL_RESTORE_H
#define TOOL_RESTORE_H

#include <limits.h>
#include <stdio.h>

#include "backup.h"
#include "state.h"

#define RESTORE_ASIDE ".before-restore-"

struct restore {
	const char *file;    /* the backup, as it was named */
	int from;            /* open to read */
	struct state *state; /* begun, and no more */
	bool force;
	bool feeds; /* their names as well */
	int place;  /* state/spool, locked; -1 at first */
	int spool;  /* the copy's own folder; -1 at first */
	int lock;   /* -1 at first */
	char folder[PATH_MAX];
	char aside[NAME_MAX]; /* the ledger before; empty: there was none */
};

/* Waits until no other restore is at work in that state folder.  Before the
 * process becomes two, so that each of them keeps others out. */
int restore_enter(struct restore *restore);

/* As our user: refuses where a ledger is in the way, copies the backup into the
 * spool, verifies it there, and takes configuration and keys out of it. */
int restore_verify(struct restore *restore, FILE *files);

/* As our user: puts the copy in the place of the ledger, which is set aside. */
int restore_install(struct restore *restore);

void restore_fini(struct restore *restore);

#endif
