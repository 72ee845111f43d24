/*
 * What the ledger keeps of runs that did not come into force: held until
 * somebody approves them, or in shadow until somebody activates them.  What
 * is in such a batch stands in no other table until its files are taken in
 * again.  As ledger.h; recording is done inside a transaction.
 */
#ifndef TOOL_LEDGER_HOLD_H
#define TOOL_LEDGER_HOLD_H

#include "ledger.h"

enum batch_state {
	BATCH_HELD,
	BATCH_SHADOW,
	BATCH_APPROVED,  /* was held, and went through */
	BATCH_ACTIVATED, /* was in shadow, and went through */
	BATCH_REJECTED
};

struct batch_document {
	char authority[ORDER_AUTHORITY_MAX];
	char id[ORDER_ID_MAX];
	uint8_t digest[PAL_SHA256_SIZE];
};

/* One word for it. */
struct batch_approval {
	char *approver; /* who it is in the configuration, */
	char *who;      /* and who ran the command */
	char *reason;
	char *text; /* the .minisig; NULL: not signed */
	uint8_t key[LEDGER_KEY_SIZE];
	int64_t at; /* ms */
};

struct batch {
	int64_t number;
	int64_t received; /* ms: when it was held, or put on trial */
	int64_t arrived;  /* ms: when it first came; 0, of one that is to be
	                   * added: when it is received */
	char *who, *way;  /* by whom; "apply", "inbox", "block", "lift" */
	char *source;     /* transcribed from; NULL */
	enum batch_state state;
	char *why;       /* a line each, as the journal has it last */
	int64_t decided; /* ms; 0: not yet */
	char *decided_by, *reason;
	struct batch_document *documents; /* in stream order */
	size_t document_count;
	struct batch_approval *approvals;
	size_t approval_count;
};

struct batches {
	struct batch *list;
	size_t count;
};

/* One file of a batch, as it came. */
struct batch_file {
	char *name, *data;
	size_t len;
	char *signature; /* text of its .minisig; NULL: not signed */
};

struct batch_files {
	struct batch_file *list;
	size_t count;
};

/* "held", ... */
const char *batch_state_name(enum batch_state state);

/* Those in that state, in the order in which they came.  *batches needs
 * ledger_batches_fini in any case. */
int ledger_batches(
	struct ledger *ledger, enum batch_state state, struct batches *batches);
void ledger_batches_fini(struct batches *batches);

/* The same of one at most: the last of those in which a document is named so,
 * as in state_find.  Nothing else is loaded, however much was ever held. */
int ledger_batch_named(struct ledger *ledger, enum batch_state state,
	const char *name, struct batches *batches);

/* A document that was rejected, and why. */
struct batch_rejection {
	const uint8_t *digest;
	int64_t at; /* ms */
	const char *who, *reason;
};

/* Calls back with each, those of the last batch last; stops if that returns
 * non-zero, and returns it. */
int ledger_rejections(struct ledger *ledger,
	int (*each)(void *ctx, const struct batch_rejection *rejection),
	void *ctx);

/* *files needs ledger_batch_files_fini in any case. */
int ledger_batch_files(
	struct ledger *ledger, int64_t number, struct batch_files *files);
void ledger_batch_files_fini(struct batch_files *files);

/* Records a batch with its documents, and gives it its number; approvals and
 * what was decided are left out. */
int ledger_add_batch(struct ledger *ledger, struct batch *batch);

/* The rows of a file and of its signature, 0 if it has none. */
int ledger_add_batch_file(struct ledger *ledger, int64_t number,
	size_t position, int64_t file, const char *name, int64_t signature);

int ledger_add_approval(struct ledger *ledger, int64_t number,
	const struct batch_approval *approval);

/* What became of it. */
int ledger_decide_batch(struct ledger *ledger, int64_t number,
	enum batch_state state, int64_t now_ms, const char *who,
	const char *reason);

/* The document of that identity in these batches, and its batch; NULL if
 * there is none. */
const struct batch_document *batches_find(const struct batches *batches,
	const char *authority, const char *id, const struct batch **batch);

#endif
