/*
 * The ledger: the tool's database of orders and of everything that was ever
 * done.  A row is never taken out of it.
 *
 * Functions return 0, PAL_ESYS (errno says how), PAL_EFORM (the file is
 * damaged or none of ours), PAL_EVERSION (written by a newer palang) or
 * PAL_ENOMEM; ledger_error has the text for people.
 */
#ifndef TOOL_LEDGER_H
#define TOOL_LEDGER_H

#include "effect.h"
#include "palang/manifest.h"

#define LEDGER_FILE     "ledger.db"
#define LEDGER_KEY_SIZE 8 /* octets of a minisign key's id */

struct ledger;

/* Makes a new ledger in the folder, readable by its owner and group alone.
 * PAL_EDUP if there is one. */
int ledger_create(const char *folder);

/* On an error *ledger may still be set, for ledger_error. */
int ledger_open(struct ledger **ledger, const char *folder);

/* The same for one who reads alone, and may have no right to more; it holds
 * nobody up.  PAL_ESYS and EWOULDBLOCK: somebody is at work on it, and has been
 * for some time. */
int ledger_open_read(struct ledger **ledger, const char *folder);

/* True if something lies beside the ledger that is not in it yet; false
 * where nobody has it open, and all was well when it was closed. */
bool ledger_has_log(const char *folder);

/* Takes NULL.  A transaction that was not committed is undone. */
void ledger_close(struct ledger *ledger);

/* Empty if there is nothing to add to pal_strerror. */
const char *ledger_error(const struct ledger *ledger);

/* By whom, and when, what is recorded from now on is; who must stay. */
void ledger_set_hand(struct ledger *ledger, const char *who, int64_t now_ms);

/* One transaction per command: either to write, alone, or to read one state
 * of the ledger throughout. */
int ledger_begin(struct ledger *ledger, bool write);
int ledger_commit(struct ledger *ledger);
void ledger_rollback(struct ledger *ledger); /* without one: nothing */

/* ---- what is recorded ---- */

/* What stands beside a record: parallel to history.records. */
struct ledger_document {
	char *who;        /* recorded it */
	char *source;     /* a transcribed order: where it came from; or NULL */
	int64_t received; /* seconds, as the record's, which past.h may
	                    * change */
	int64_t signature; /* its row; 0: none */
	int64_t arrived;   /* ms: when it first came, which is before it was
	                    * received if it was held */
};

/* How a document came to be recorded. */
struct ledger_arrival {
	int64_t file;      /* its row */
	int64_t received;  /* seconds */
	int64_t arrived;   /* ms; 0: when it was received */
	int64_t signature; /* its row; 0: none */
	const char *who;
	const char *source; /* or NULL */
};

/* Beside a suspension. */
struct ledger_stop {
	char *reason, *who;
};

struct ledger_state {
	struct history history; /* indexed */
	struct record *records; /* those of the history */
	struct ledger_document *documents;
	struct suspension *suspensions;
	struct ledger_stop *stops;
	struct order *orders; /* those loaded; without canonical form */
	uint8_t **packed;     /* the long ones' targets, see struct record */
	size_t loaded;
	size_t size; /* room in records and documents */
};

/* Loads everything.  *state needs ledger_state_fini in any case. */
int ledger_load(struct ledger *ledger, struct ledger_state *state);
void ledger_state_fini(struct ledger_state *state);

/* Adds a record to the state in memory; the order stays the caller's and
 * must outlive the state.  0 or PAL_ENOMEM. */
int ledger_state_add(struct ledger_state *state, const struct order *order,
	const struct ledger_arrival *arrival, uint64_t receipt);

/* Adds or ends (until: now) a suspension in the state in memory. */
int ledger_state_suspend(struct ledger_state *state, const struct order *order,
	int64_t now, const char *reason, const char *who);
void ledger_state_resume(
	struct ledger_state *state, const struct order *order, int64_t now);

/* The suspension of the order that lasts, or NULL. */
const struct suspension *ledger_state_stop(
	const struct ledger_state *state, const struct order *order);

/* The canonical form, or the file as it was received.  The caller frees
 * *data, which is NULL if there is no such order and has a NUL behind it. */
int ledger_canonical(struct ledger *ledger, const char *authority,
	const char *id, char **data, size_t *len);
int ledger_received(struct ledger *ledger, const char *authority,
	const char *id, char **data, size_t *len);

/* ---- recording; all inside a transaction ---- */

/* Keeps a file as it was received, once.  *added, if not NULL, says whether
 * it is new. */
int ledger_add_file(struct ledger *ledger, const void *data, size_t len,
	int64_t now_ms, int64_t *file, bool *added);

/* Records a document that effect_admit let in.  Its receipt is *receipt. */
int ledger_add_order(struct ledger *ledger, const struct order *order,
	const struct ledger_arrival *arrival, uint64_t *receipt);

/* Keeps the signature of a file, once.  text is the whole .minisig, comment
 * the trusted one. */
struct ledger_signature {
	int64_t row;  /* set by reading */
	int64_t file; /* its row */
	uint8_t key[LEDGER_KEY_SIZE];
	const char *text, *comment;
	int64_t at; /* ms */
};

int ledger_add_signature(struct ledger *ledger,
	const struct ledger_signature *signature, int64_t *row, bool *added);

/* True if a document of that file was recorded with that signature. */
int ledger_is_signed(struct ledger *ledger,
	const uint8_t sha256[PAL_SHA256_SIZE], const char *text, bool *found);

/* A signature read back; both texts are NULL if there is none of that row, as
 * there is none of row 0.  *found needs ledger_signed_fini in any case. */
struct ledger_signed {
	uint8_t key[LEDGER_KEY_SIZE];
	char *comment, *text;
};

int ledger_signed(
	struct ledger *ledger, int64_t row, struct ledger_signed *found);
void ledger_signed_fini(struct ledger_signed *found);

int ledger_suspend(struct ledger *ledger, const struct order *order,
	int64_t now, const char *reason, const char *who);
int ledger_resume(
	struct ledger *ledger, const struct order *order, int64_t now);

/* What was done: an entry of the journal (journal.h). */
struct ledger_event {
	int64_t number; /* given to it by ledger_add_event */
	int64_t at;     /* ms since 1970 UTC */
	const char *what;
	const char *authority, *id; /* of the order it was about, or NULL */
	const uint8_t *digest;      /* of the order, file or list, or NULL */
	const char *who;
	const char *detail; /* or NULL */
	bool has_generation;
	uint8_t epoch[PAL_EPOCH_SIZE];
	uint64_t generation;
	const char *instance; /* the resolver that said so, or NULL */
	int64_t said;         /* ms, by that one's clock; 0: nothing said */
	const uint8_t *hash;  /* as number; NULL in a ledger not yet migrated */
};

/* Appends to the journal, inside a transaction. */
int ledger_add_event(struct ledger *ledger, const struct ledger_event *event);

/* The last entry of the journal. */
struct ledger_head {
	int64_t number; /* 0: there is none */
	int64_t at;     /* ms */
	uint8_t hash[PAL_SHA256_SIZE];
};

int ledger_head(struct ledger *ledger, struct ledger_head *head);

/* True if entries were committed since it was last asked: so that their head
 * is told once. */
bool ledger_is_new(struct ledger *ledger);

/* The generation that a resolver was last recorded to have in effect, or to
 * have swept (what); 0: none of the epoch. */
int ledger_confirmed(struct ledger *ledger, const char *instance,
	const char *what, const uint8_t epoch[PAL_EPOCH_SIZE],
	uint64_t *generation);

/* When the last command was at work that saw to what time had done: its entry,
 * in ms; 0: there was none. */
int ledger_seen_to(struct ledger *ledger, int64_t *at_ms);

/* Is there an entry that says this of the order? */
int ledger_has_event(struct ledger *ledger, const char *what,
	const struct order *order, const char *detail, bool *has);

/* Is there an entry `refused` of this very document, or of any that a name
 * means, as in state_find? */
int ledger_has_refused(
	struct ledger *ledger, const struct order *order, bool *has);
int ledger_has_refused_named(
	struct ledger *ledger, const char *name, bool *has);

/* Calls back with each event in order; stops if that returns non-zero, and
 * returns it. */
int ledger_events(struct ledger *ledger,
	int (*each)(void *ctx, const struct ledger_event *event), void *ctx);

/* ---- generations ---- */

struct ledger_generation {
	int64_t number; /* 0: there is none */
	uint8_t epoch[PAL_EPOCH_SIZE];
	uint64_t generation;
	int64_t begun, published; /* ms; published 0: only begun */
	char *manifest;           /* text, to be freed; may be NULL */
};

/* The newest one. */
int ledger_newest(struct ledger *ledger, struct ledger_generation *newest);

/* Records that it is begun. */
int ledger_add_generation(struct ledger *ledger,
	const struct ledger_generation *generation, int64_t *number);

/* Records that it is published, in a transaction of its own, which need not
 * outlive a power failure: the next command sees the lists. */
int ledger_mark_published(
	struct ledger *ledger, int64_t number, int64_t now_ms);

#endif
