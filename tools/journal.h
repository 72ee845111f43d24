/*
 * The journal: every entry of the ledger's table of events, chained by hash,
 * so that whoever keeps the hash of one entry can tell whether anything
 * recorded up to it was changed afterwards.
 *
 * The line of an entry is one JSON object on one line.  Its members, of which
 * absent ones are left out, in this order: n, time, time_ms, what, authority,
 * id, digest, who, detail, epoch, generation, instance, said_ms.  Digests and
 * epochs are in lower-case hexadecimal.
 *
 * hash(0) is 64 times the digit 0.  hash(n) is the SHA-256, as 64 hexadecimal
 * digits, of hash(n - 1), a newline, and the line of entry n.
 */
#ifndef TOOL_JOURNAL_H
#define TOOL_JOURNAL_H

#include "ledger.h"

/* The line, without a newline; the caller frees it.  NULL: no memory. */
char *journal_line(const struct ledger_event *event);

/* From the hash of the entry before to the hash of this one.  0 or
 * PAL_ENOMEM. */
int journal_next(
	uint8_t hash[PAL_SHA256_SIZE], const struct ledger_event *event);

#endif
