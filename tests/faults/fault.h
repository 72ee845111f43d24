/*
 * What the driver tells the library that it puts before a command: at which
 * of the command's calls to the file system what goes wrong.
 *
 * The plan is a file that all processes of the command have mapped, so that
 * their calls are numbered together.
 */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

#include <stdatomic.h>
#include <stdint.h>

#define FAULT_ENV       "PALANG_FAULT" /* path of the plan */
#define FAULT_CALLS_MAX 8192

enum fault_mode {
	FAULT_NONE,        /* count */
	FAULT_KILL,        /* stopped dead before the call */
	FAULT_TORN,        /* half of the octets are written, then stopped */
	FAULT_POWER,       /* stopped; all that was not synced is gone */
	FAULT_POWER_DATA,  /* stopped; data not synced are gone, names stay */
	FAULT_POWER_NAMES, /* stopped; names not synced are gone, data stay */
	FAULT_ENOSPC,      /* this call alone fails */
	FAULT_EIO,
	FAULT_EACCES,
	FAULT_SHORT, /* half of the octets are written, and it says so */
	FAULT_FULL,  /* a full disk from here on */
	FAULT_DEAD,  /* every call fails from here on: EIO */
	FAULT_MODES
};

extern const char *const fault_mode_names[FAULT_MODES]; /* names.c */

/* What kind of call it is. */
enum fault_kind {
	CALL_OPEN, /* to read */
	CALL_CREATE,
	CALL_WRITE,
	CALL_SYNC,
	CALL_RENAME,
	CALL_LINK,
	CALL_UNLINK,
	CALL_TRUNCATE,
	CALL_MKDIR,
	CALL_CHMOD,
	CALL_KINDS
};

struct fault_plan {
	char root[256];  /* calls on what lies below it count; ends with / */
	char aside[256]; /* a folder on the same file system */
	uint32_t mode;
	uint32_t at;             /* the first call is 1 */
	_Atomic uint32_t calls;  /* so far */
	_Atomic uint32_t struck; /* how often */
	uint8_t kind[FAULT_CALLS_MAX];
};

#endif
