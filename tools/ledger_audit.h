/*
 * What an audit needs of the ledger: every row, as it stands in the file, and
 * whether the tables say the same as the journal.
 *
 * Nothing is trusted: what a row holds is looked at, not believed.  Functions
 * return as those of ledger.h do; a callback that returns non-zero stops, and
 * that is returned.
 */
#ifndef TOOL_LEDGER_AUDIT_H
#define TOOL_LEDGER_AUDIT_H

#include "ledger.h"
#include "ledger_feed.h"

/* True for one that is not migrated yet: it has no chain. */
bool ledger_is_old(const struct ledger *ledger);

/* What is found by comparing rows alone: a text for each. */
int ledger_audit_rows(struct ledger *ledger,
	int (*found)(void *ctx, const char *text), void *ctx);

/* How many rows there are of what is compared.  The names of the kinds are
 * constant; the list ends with a name of NULL. */
struct ledger_audit_count {
	const char *one, *many;
	const char *sql; /* ledger_audit.c's */
	int64_t count;
};

#define LEDGER_AUDIT_KINDS 11

int ledger_audit_count(struct ledger *ledger,
	struct ledger_audit_count counts[LEDGER_AUDIT_KINDS]);

/* Entries of the journal as they can be read; one of which the number alone
 * can be has what NULL. */
int ledger_audit_events(struct ledger *ledger,
	int (*each)(void *ctx, const struct ledger_event *event), void *ctx);

/* A file, and what its documents are said to be, one call for each; a file
 * without any comes once, with authority NULL. */
struct ledger_audit_file {
	int64_t file;
	const uint8_t *sha256; /* NULL: no digest */
	const void *bytes;
	size_t len;
	const char *authority, *id;
	const uint8_t *digest; /* NULL: none */
};

int ledger_audit_files(struct ledger *ledger,
	int (*each)(void *ctx, const struct ledger_audit_file *file),
	void *ctx);

struct ledger_audit_document {
	struct order order; /* its columns; no targets, texts, canonical form */
	const uint8_t *texts, *targets;
	size_t texts_len, targets_len;
	int64_t target_count;
	const char *canonical;
	size_t canonical_len;
	bool damaged; /* a column does not hold what palang writes */

	const char *source; /* or NULL */
	int64_t arrived;    /* ms, or 0 */
	const uint8_t *key; /* of its signature, or NULL */
	const char *detail; /* of its entry; NULL: there is none */
	bool old;           /* recorded before there was a journal */
};

int ledger_audit_documents(struct ledger *ledger,
	int (*each)(void *ctx, const struct ledger_audit_document *document),
	void *ctx);

/* detail: of its entry; NULL: there is none. */
int ledger_audit_signatures(struct ledger *ledger,
	int (*each)(void *ctx, const struct ledger_signature *signature,
		const char *detail),
	void *ctx);

/* The feeds in force, and the digest their names were entered with. */
int ledger_audit_feeds(struct ledger *ledger,
	int (*each)(void *ctx, const char *feed, const char *names,
		const uint8_t *digest),
	void *ctx);

#endif
