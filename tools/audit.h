/*
 * Has anything that is recorded been changed since?  Every entry of the
 * journal, and every row it vouches for, is reckoned anew.
 *
 * Who can write the ledger can reckon a whole new chain.  It is found by the
 * hash of an entry that was kept elsewhere: in a receipt, in syslog.
 */
#ifndef TOOL_AUDIT_H
#define TOOL_AUDIT_H

#include "ledger_audit.h"

/* The hash of an entry, kept elsewhere; and of a receipt, what it is of. */
struct audit_head {
	uint8_t hash[PAL_SHA256_SIZE];
	int64_t number;   /* of the entry; 0: not known */
	const char *name; /* for people: the hash as it was given, or a file */
	bool found;
};

struct audit {
	struct ledger *ledger;
	int feeds; /* state/feeds, or -1 */
	struct audit_head *heads;
	size_t head_count;

	/* What was found. */
	struct ledger_head last; /* of the chain as reckoned */
	uint64_t entries;
	struct ledger_audit_count compared[LEDGER_AUDIT_KINDS];
	bool vouched;   /* rows, each with an entry: see ledger_vouch.h */
	char **changes; /* a sentence each; empty: verified */
	size_t change_count;
};

/* 0 with or without changes; or as the functions of ledger.h.  audit needs
 * audit_fini in any case. */
int audit_run(struct audit *audit);
void audit_fini(struct audit *audit);

/* Adds a change.  0 or PAL_ENOMEM. */
int audit_found(struct audit *audit, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* audit_orders.c: files, documents, signatures, names of feeds. */
int audit_orders(struct audit *audit);

#endif
