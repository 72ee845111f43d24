/*
 * A folder into which others drop signed orders; they may put anything there,
 * at any time, under any name.
 *
 * inbox_look.c   what lies there, and what is to be done with it
 * inbox_move.c   a file from one folder to another, without losing it
 * inbox_open.c   its folders, and its lock
 * inbox_spool.c  the way of a pair; tells the protocol
 * inbox_text.c   names of files, and receipts
 * inbox_run.c    a pair judged, and put in force
 *
 * Functions return 0, PAL_ESYS (errno says how), PAL_ENOMEM, and what is said
 * besides.
 */
#ifndef TOOL_INBOX_H
#define TOOL_INBOX_H

#include <sys/stat.h>

#include "diag.h"
#include "intake.h"
#include "wait.h"

#define INBOX_NAME_MAX   100     /* octets of an order's file name */
#define INBOX_FINAL_MAX  160     /* of one in done/ or refused/, and its NUL */
#define INBOX_LOOKS      10000   /* files looked at in one pass, but pairs */
#define INBOX_NAMES      1000000 /* ... of so many with them */
#define INBOX_SETTLED    2000    /* ms without a change */
#define INBOX_CROWDED    30000   /* ms: the most patience if there are more */
#define INBOX_RECEIPT    ".receipt.json"
#define INBOX_TO_DONE    "done"
#define INBOX_TO_REFUSED "refused"

/* ---- looking ---- */

/* INBOX_SETTLED, but for tests. */
extern int64_t inbox_settled;

/* A file as it was last seen. */
struct inbox_look {
	char *name;
	struct stat st;
	int64_t since; /* monotonic ms: it has not changed; as far as we know */
	bool stuck;    /* it cannot be taken away, and that was told */
};

struct inbox_looks {
	struct inbox_look *items; /* by name */
	size_t count;
	bool crowded; /* there are more, without another half */
};

/* Looks at the folder, at what may be a pair in any case, and remembers since
 * when each file is as it is.  now: the monotonic clock. */
int inbox_look(struct inbox_looks *looks, int folder, int64_t now);
void inbox_looks_fini(struct inbox_looks *looks);

/* True if the file, and what could be its other half, are now as that look
 * found them; minutes of other work may lie between. */
bool inbox_is_as_seen(const struct inbox_looks *looks,
	const struct inbox_look *look, int folder);

/* By what clocks a file's age is judged; ms. */
struct inbox_times {
	int64_t now, wall;
	int64_t patience; /* for what belongs to it */
};

enum inbox_step { INBOX_WAIT, INBOX_TAKE, INBOX_REFUSE, INBOX_LEAVE };

/* What is to be done with a file now; *why is set for INBOX_REFUSE, and
 * *arrived, ms since 1970 UTC, for INBOX_TAKE. */
enum inbox_step inbox_judge(const struct inbox_looks *looks,
	const struct inbox_look *look, const struct inbox_times *times,
	const char **why, int64_t *arrived);

/* ---- moving ---- */

/* Moves a file, never over another.  Once more after a stop, it goes on; what
 * was moved already is no error.  Across file systems: copies, compares, and
 * removes; max octets at most, PAL_ELIMIT. */
int inbox_move(int from, const char *name, int to, const char *as, size_t max);

/* ---- the way of a pair ---- */

struct inbox {
	const char *path; /* as the user named it */
	int folder, done, refused, spool, lock;
};

/* A pair that lies in the spool. */
struct inbox_pair {
	char name[INBOX_NAME_MAX + 1];
	int64_t arrived;        /* ms */
	char *data, *signature; /* NULL: could not be read */
	size_t len, signature_len;
	char why[256]; /* then: in words */
};

void inbox_pair_fini(struct inbox_pair *pair);

/* Opens the folder, its two, and the spool, below state_dir; made if need be.
 * EXIT_DONE, or EXIT_ERROR having said why.  Needs inbox_close in any case. */
int inbox_open(struct inbox *inbox, const char *path, const char *state_dir);
void inbox_close(struct inbox *inbox);

/* Moves a pair from the folder to the spool, which must be empty.  On a failure
 * all is where it was, but a signature that lies there anew. */
int inbox_take(struct inbox *inbox, const char *name, int64_t arrived);

/* Completes what was begun, and reads the pair that lies in the spool then;
 * *found: there is one.  pair needs inbox_pair_fini in any case. */
int inbox_read(struct inbox *inbox, struct inbox_pair *pair, bool *found);

/* Puts copies of our own in its place, with the octets that were judged: from
 * here on nobody else has the files. */
int inbox_own(struct inbox *inbox, const struct intake_file *file);

/* Moves it out again, with its receipt beside it. */
int inbox_finish(struct inbox *inbox, const struct inbox_pair *pair,
	bool refused, const char *receipt);

/* Moves anything from the folder to refused/, with a receipt. */
int inbox_refuse(struct inbox *inbox, const char *name, const char *receipt);

/* ---- texts ---- */

/* [A-Za-z0-9._-]{1,100}, without a dot in front. */
bool inbox_name_valid(const char *name, size_t len);

/* The length of the name of the order that a signature's file belongs to; 0:
 * it is none. */
size_t inbox_signature_of(const char *name);

/* A name that is valid, for any: octets that are not become %XX; one that
 * gets too long is cut, and has a digest behind it. */
void inbox_encode(char text[INBOX_FINAL_MAX], const char *name);

enum inbox_result { INBOX_TAKEN, INBOX_HELD, INBOX_REFUSED };

/* What became of a file. */
struct inbox_outcome {
	enum inbox_result result;
	const char *name;
	const struct intake *intake;     /* NULL: it was not read */
	struct state *state;             /* as it was judged in; or NULL */
	const struct problems *problems; /* why it is refused; or NULL */
	const char *why;                 /* the same, where there are none */
};

/* Why it is refused, to be freed; *line becomes the first error's, or 0. */
char *inbox_reason(const struct inbox_outcome *outcome, unsigned *line);

/* Its receipt (receipt.h), to be freed; NULL, having said why. */
char *inbox_receipt(const struct inbox_outcome *outcome);

/* ---- judging ---- */

struct inbox_run {
	struct inbox inbox;
	struct inbox_looks looks;
	const struct cmd_call *call;
	struct wait_options wait;
	int64_t patience; /* ms */
	bool json;
	unsigned held, refused; /* so many so far */
	bool stuck;             /* something cannot be taken away */
	bool waiting;           /* something may be ready soon */
	bool more;              /* ... and something is */
};

/* Judges what lies in the spool, and moves it out.  EXIT_DONE whatever became
 * of it; EXIT_ERROR if it stays there, having said why. */
int inbox_settle(struct inbox_run *run);

/* The same for what is not worth reading. */
int inbox_turn_down(
	struct inbox_run *run, struct inbox_look *look, const char *why);

#endif
