/*
 * An order document: what docs/ORDERS.md describes, read and checked for
 * form.  What it does to the world is effect.h's to say.
 */
#ifndef TOOL_ORDER_H
#define TOOL_ORDER_H

#include "diag.h"
#include "palang/image.h"
#include "palang/name.h"
#include "palang/sha256.h"

#define ORDER_VERSION       1
#define ORDER_FILE_MAX      (1u << 20) /* octets */
#define ORDER_TARGETS_MAX   100000
#define ORDER_BATCH_MAX     10000 /* documents in a file */
#define ORDER_AUTHORITY_MAX 25    /* [a-z0-9-]{1,24} and a NUL */
#define ORDER_ID_MAX        49    /* [A-Za-z0-9][A-Za-z0-9._/:-]{0,47}, NUL */
#define ORDER_KEY_MAX       (ORDER_AUTHORITY_MAX + ORDER_ID_MAX) /* a:id, NUL */
#define ORDER_CONTACTS_MAX  3
#define ORDER_AHEAD_MAX     86400 /* seconds that `issued` may lie ahead */

enum order_action { ORDER_BLOCK, ORDER_LIFT };

/* Scope of a lift's target that gives none: whatever the order has at that
 * name, or a subtree below one of its targets. */
#define ORDER_SCOPE_ANY ((enum pal_scope)2)

struct order_target {
	struct pal_name name;
	enum pal_scope scope;
	bool except;   /* an exception of a subtree target */
	unsigned line; /* where it stands; 0 when read from the ledger */
	unsigned column;
};

struct order_text {
	char *key; /* a language tag, or an x- key */
	char *text;
};

/* Absent times are ORDER_NO_TIME; expires is PAL_NEVER if absent. */
#define ORDER_NO_TIME INT64_MIN

struct order {
	enum order_action action;
	char authority[ORDER_AUTHORITY_MAX];
	char id[ORDER_ID_MAX];
	/* A lift: the order it lifts, of lifts_authority (its own unless the
	 * document says `lifts: AUTHORITY:ID`).  Else empty. */
	char lifts[ORDER_ID_MAX];
	char lifts_authority[ORDER_AUTHORITY_MAX];
	char replaces[ORDER_ID_MAX]; /* a block only; empty if absent */
	int64_t issued, effective, expires, review;
	int64_t comply_within; /* seconds; 0: absent */
	int64_t comply_by;
	char *reference, *legal_basis; /* NULL if absent */
	struct order_text *reasons;    /* by language tag, sorted */
	size_t reason_count;
	char *contacts[ORDER_CONTACTS_MAX];
	size_t contact_count;
	bool has_answer; /* else the authority's or the configuration's */
	enum pal_answer answer;
	/* Canonical order of names, exact before subtree.  A lift without
	 * targets lifts the whole order. */
	struct order_target *targets;
	size_t target_count;
	struct order_text *extras; /* x- keys, scalar values only, sorted */
	size_t extra_count;

	/* The canonical form: one text for all documents that say the same.
	 * YAML that the parser reads back to an equal order; its SHA-256 is
	 * the order's digest. */
	char *canonical;
	size_t canonical_len;
	uint8_t digest[PAL_SHA256_SIZE];
	unsigned line; /* where the document starts in its file */
};

/* A stream of documents. */
struct order_batch {
	struct order *orders;
	size_t count;
};

/* Reads all documents of len octets; file is used in problems only, now (the
 * time of receipt) for the rule on `issued`.  0, or PAL_EFORM with at least
 * one error in problems and an empty batch; PAL_ENOMEM. */
int order_parse(struct order_batch *batch, const char *file, const char *data,
	size_t len, int64_t now, struct problems *problems);
void order_batch_fini(struct order_batch *batch);

/* Reads back a canonical form, as the ledger keeps it: one document, of any
 * size up to ORDER_CANONICAL_MAX, never too new.  0, PAL_EFORM, PAL_ENOMEM. */
#define ORDER_CANONICAL_MAX (1u << 26)
int order_restore(struct order *order, const char *canonical, size_t len);

void order_fini(struct order *order);

/* Fills in canonical and digest of an order whose other members are set (as
 * `palang block` and `lift` do), each text allocated with malloc; effective
 * may be ORDER_NO_TIME.  Sorts what must be sorted.  0, PAL_ENOMEM, PAL_EDUP
 * (a name and scope twice), PAL_EFORM; *why, if not NULL, then says in a
 * constant phrase what is wrong. */
int order_canonicalize(struct order *order, const char **why);

/* A text for people: key AUTHORITY:ID into buf; returns buf. */
char *order_key(char buf[ORDER_KEY_MAX], const struct order *order);

/* How what a person writes names an order: by its id alone, or by
 * AUTHORITY:ID, which goes before, since an id may look like one. */
enum order_fit { ORDER_FIT_NONE, ORDER_FIT_ID, ORDER_FIT_KEY };
enum order_fit order_fit(
	const char *authority, const char *id, const char *name);

bool order_id_valid(const char *id);
bool order_authority_valid(const char *authority);
const char *order_answer_name(enum pal_answer answer);
bool order_answer_read(enum pal_answer *answer, const char *text);

/* "exact", "subtree"; "any" for ORDER_SCOPE_ANY, which no document says. */
const char *order_scope_name(enum pal_scope scope);
bool order_scope_read(enum pal_scope *scope, const char *text);

#endif
