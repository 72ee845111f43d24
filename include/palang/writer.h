/*
 * Writing images.  Linked into the tool only.
 *
 * The writer is where inheritance is resolved: it takes orders as lists of
 * entries, each judged by itself, and writes for each rule the ranked claims
 * of all orders that hold there (docs/DESIGN.md, "Rules of meaning").
 *
 * Thread safety: a writer belongs to one thread.  Texts and names are copied.
 */
#ifndef PALANG_WRITER_H
#define PALANG_WRITER_H

#include "palang/image.h"

#define PAL_CLAIMS_MAX 255 /* claims on one rule */

/* What a policy says, as the writer takes it: as pal_policy, its texts
 * terminated strings, NULL for none. */
struct pal_policy_in {
	enum pal_kind kind;
	enum pal_answer answer;
	uint32_t ttl;
	bool has_a, has_aaaa;
	uint8_t a[4], aaaa[16];
	const char *authority;
	const char *id;
	const char *ede;
	const char *json;
	const char *json_short;
};

struct pal_order_in {
	struct pal_policy_in policy;
	int64_t issued;   /* rank: the earlier first ... */
	uint64_t receipt; /* ... then this, growing with each receipt */
};

struct pal_writer;

/* key is the image's hash key: 16 random octets.  0 or PAL_ENOMEM. */
int pal_writer_open_orders(struct pal_writer **writer, const uint8_t key[16]);
int pal_writer_open_plain(struct pal_writer **writer, const uint8_t key[16],
	const struct pal_policy_in *policy);

/* Takes NULL. */
void pal_writer_close(struct pal_writer *writer);

/* Begins the next order; entries that follow are its own.
 * 0, PAL_ENOMEM or PAL_ELIMIT (a text too long for the format). */
int pal_writer_order(
	struct pal_writer *writer, const struct pal_order_in *order);

/* One entry of the order just begun: a name it blocks during the count
 * intervals given (sorted, disjoint, none empty), or, with none, a name that
 * it leaves open.  0, PAL_ENOMEM, or PAL_ERANGE for a rule that is refused:
 * the root, or a subtree of a single label. */
int pal_writer_entry(struct pal_writer *writer, const struct pal_name *name,
	enum pal_scope scope, const struct pal_interval *intervals,
	size_t count);

/* One rule (or exception) of a plain image.  Errors as above. */
int pal_writer_rule(struct pal_writer *writer, const struct pal_name *name,
	enum pal_scope scope, bool except);

/* What a plain image says of the one that it was made to follow: the names
 * whose rules differ, so that their effect need not wait for a sweep. */
struct pal_changes {
	uint8_t base[PAL_SHA256_SIZE]; /* see pal_image_follows */
	const struct pal_name *names;
	size_t count; /* at most PAL_CHANGES_MAX */
};

/* Copied; at most once, for a plain image.  0, PAL_ENOMEM, PAL_ELIMIT. */
int pal_writer_changes(
	struct pal_writer *writer, const struct pal_changes *changes);

/* Compiles to *data, *len octets, which the caller frees with free().
 * PAL_EDUP: one order, or a plain list, gives the same name and scope twice.
 * PAL_ELIMIT: more than PAL_CLAIMS_MAX claims on a rule, or a count beyond
 * the format.  *at, if not NULL, then names the rule; the tool, which knows
 * the orders, tells which they are. */
int pal_writer_finish(struct pal_writer *writer, uint8_t **data, size_t *len,
	struct pal_name *at);

#endif
