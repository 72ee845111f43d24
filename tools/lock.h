/*
 * The lock of the state folder: one palang at a time writes.  It is for the
 * owner of the folder alone: whoever could open it, to read even, could hold
 * it, and nobody would write any more.
 */
#ifndef TOOL_LOCK_H
#define TOOL_LOCK_H

#include <stdbool.h>

#define LOCK_FILE "lock"
#define LOCK_WAIT 30000 /* ms to wait for another palang */

/* How long lock_wait waits: LOCK_WAIT, but for tests. */
extern int lock_patience;

/* Opens the lock, made if need be.  The descriptor, which close() unlocks, or
 * -1 and errno. */
int lock_open(const char *folder);

/* The same of a lock of that name in an open folder. */
int lock_open_at(int folder, const char *name);

/* Waits for it.  shared: to be held with others who share it; else alone.
 * False and errno; EWOULDBLOCK: the time is up. */
bool lock_wait(int lock, bool shared);

#endif
