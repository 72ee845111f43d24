/*
 * The lock of the state folder: one palang at a time writes, and nobody
 * writes while somebody copies the ledger.
 */
#ifndef TOOL_LOCK_H
#define TOOL_LOCK_H

#include <stdbool.h>

#define LOCK_FILE "lock"
#define LOCK_WAIT 30 /* seconds to wait for another palang */

/* Opens the lock, made if need be and if we may.  shared: to be held with
 * others who share it, for which the right to read is enough; else alone.
 * The descriptor, which close() unlocks, or -1 and errno. */
int lock_open(const char *folder, bool shared);

/* Waits for it.  False and errno; EWOULDBLOCK: the time is up. */
bool lock_wait(int lock, bool shared);

#endif
