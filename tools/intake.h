/*
 * Taking documents in: read, trust, parse, admit, record; all or nothing.
 *
 * A file is read once, with its signature if there is one; what is verified is
 * what is parsed and kept.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_INTAKE_H
#define TOOL_INTAKE_H

#include "guard.h"
#include "ledger_hold.h"
#include "state.h"

struct intake_file {
	char *name; /* as the user gave it, or found in a folder */
	char *data; /* as received */
	size_t len;
	char *signature; /* the text of its .minisig; NULL: not signed */
	size_t signature_len;
	bool made; /* by palang, from options */
	/* By intake_trust.  Both NULL: not signed. */
	const struct config_key *key; /* in the configuration */
	const char *authority;        /* whose it is */
	char *comment;                /* the trusted one */
	uint8_t sha256[PAL_SHA256_SIZE];
	struct order_batch batch;
};

/* What became of a document. */
struct intake_item {
	const struct order *order;
	const struct intake_file *file;
	const struct record *known; /* recorded before: nothing happens */
	size_t index;               /* of its record otherwise */
};

struct intake {
	struct intake_file *files;
	size_t file_count;
	size_t octets;             /* of the files that were read */
	struct intake_item *items; /* in stream order */
	size_t count;
	size_t added;       /* items that are new */
	const char *source; /* --source: where transcribed orders came from */
	bool transcribed;   /* --transcribed */
	char *made_source;  /* where nobody said it; to be freed */
	const char *signature; /* --signature: of the one file; or NULL */
	bool signed_only;      /* of the inbox: unsigned is not parsed */
	bool checking;         /* nothing is taken: signatures may be to come */
	int64_t arrived;       /* ms: when it first came; 0: now */
	struct guard_findings findings; /* of intake_guard */
	struct batches batches;         /* held, of hold_check */
	const struct batch *held;       /* of these: the one that came again */
	/* A batch that goes through, what guards find is waived, with the
	 * approval that lets it; NULL. */
	const struct batch *approved;
	const struct batch_approval *approval;
	/* The files are those that are kept of this batch: it is to be this
	 * batch, all of it and nothing else; NULL. */
	const struct batch *kept;
	/* Called before anything new is committed, recorded or held;
	 * EXIT_ERROR stops that.  NULL: nothing is. */
	int (*before_commit)(const struct intake *intake, void *ctx);
	void *ctx;
};

/* Takes NULL-ed and half-filled ones. */
void intake_fini(struct intake *intake);

/* Reads files, folders (their *.yaml and *.yml, sorted by name) and "-", and
 * beside each file its .minisig.  Symbolic links are refused. */
int intake_read(struct intake *intake, char *const *args, int count);

/* A file that was read elsewhere, with its signature or NULL; takes over
 * both. */
int intake_add(struct intake *intake, const char *name, char *data, size_t len,
	char *signature, size_t signature_len);

/* The files of a batch as they came; takes them over. */
int intake_add_kept(struct intake *intake, const struct batch *batch,
	struct batch_files *files);

/* A document made here, in the place of a file; takes over the text. */
int intake_make(struct intake *intake, const char *name, char *text);

/* Verifies the signatures of all files, and finds whose they are.  What is
 * wrong goes to problems; then none of them may be parsed. */
int intake_trust(struct intake *intake, struct state *state);

/* Parses all files.  What is wrong goes to problems. */
int intake_parse(struct intake *intake, int64_t now, struct problems *problems);

/* Judges each document by its authority: may it give orders, in this way, and
 * such ones?  intake_admit does it. */
int intake_powers(const struct intake *intake, struct state *state);

/* Judges powers, then document by document against what is recorded and the
 * documents before; adds those that are new to the state in memory. */
int intake_admit(struct intake *intake, struct state *state);

/* Holds the block orders that are new against the guards.  What is refused goes
 * to problems, all of it to intake->findings. */
int intake_guard(struct intake *intake, struct state *state);

/* For intake_guard: finds the block orders that are new and were rejected here
 * before, as the same documents. */
int intake_rejected(struct intake *intake, struct state *state);

/* After intake_guard, where nothing else is to be recorded: an entry of the
 * journal for each document that guards refused, once, in a change of its own.
 * If that fails, state->told forgets what was wrong with them: it is an error of
 * ours. */
int intake_refused(const struct intake *intake, struct state *state);

/* Inside a change: keeps a file and its signature, whose row is 0 if there is
 * none. */
int intake_keep(const struct intake_file *file, struct state *state,
	int64_t *row, int64_t *signature);

/* Inside a change: records what intake_admit added. */
int intake_record(struct intake *intake, struct state *state);

/* After state_prepare: what was done, for the history. */
int intake_events(struct intake *intake, struct state *state, const char *what);

/* Inside a change, last of all. */
int intake_before_commit(const struct intake *intake);

/* All of it, and tells what became of each document: trusts, parses, admits,
 * records, publishes; dry: only says what would be. */
int intake_run(
	struct intake *intake, struct state *state, const char *what, bool dry);

#endif
