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
 * What else the ledger holds is vouched for by an entry, which
 * `palang audit verify` looks for:
 *
 *   a file            received, its digest, at the time it was kept
 *   a signature       verified, the file's digest, detail of journal_verified
 *   a document        apply, block or lift, its digest, when and by whom it
 *                     was recorded, detail of journal_recorded
 *   a suspension      suspend and resume: when, by whom, and as the detail of
 *                     the former why
 *   an allow          allow add and allow remove: when and by whom
 *   a feed's names    the last entry of the feed with a digest
 *   a switch          opened and closed: when, by whom, why
 *   a configuration   configuration, the file's digest, when
 *   a held batch      held or shadowed, for each document its digest, when and
 *                     by whom; approved, activated or rejected, the same
 *   an approval       approved, when and by whom
 *
 * Of an order that guards refused nothing is kept but an entry refused: its
 * digest, when and by whom it was sent, and what they found.
 *
 *   the rows of feeds, suspensions, allows, switches, configurations, held
 *   batches and approvals
 *                     recorded, once more, each with the digest of all that it
 *                     says; and changed, where one was found to say something
 *                     else before it was written again: see ledger_vouch.h
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

/* How a document came, for the detail of its entry: its signature, the letter
 * it was typed from, when it first came, and the file's name.  NULL: no
 * memory. */
struct journal_origin {
	const char *file;   /* its name */
	const char *source; /* or NULL */
	const uint8_t
		*key;    /* of the signature, LEDGER_KEY_SIZE octets, or NULL */
	int64_t arrived; /* ms; 0: when it was received */
};

char *journal_recorded(const struct journal_origin *origin);

/* The beginning of the same that the ledger's other tables tell; the name of
 * the file stands behind it. */
char *journal_recorded_so(const struct journal_origin *origin);

/* True if the detail begins so, and no more than a file's name follows. */
bool journal_begins(const char *detail, const char *so);

/* The detail of the entry about a signature. */
char *journal_verified(const struct ledger_signature *signature);

#endif
