/*
 * The rules of one bulk list, sorted: what the cleaner makes of a feed, what
 * is kept below state/feeds/, and what an image, an export and a comparison
 * are made from.
 *
 * A rule's name stands here as a *key*: its labels, lower-case, the one next
 * to the root first, each ended by a NUL: "com\0example\0".  So keys ascend
 * in canonical order of names (RFC 4034, 6.1), and a name lies at or below
 * another exactly if the other's key is a beginning of its own.  Names of
 * feeds are made of letters, digits, hyphens and underscores alone.
 *
 * The file is text, one rule a line, ascending by key, at one name subtree
 * before exact:
 *
 *     palang-names 1
 *     example.com          blocked, with all below it
 *     =www.example.net     blocked, itself alone
 *     !cdn.example.com     left open, with all below it (an RPZ's passthru)
 *     !=api.example.com    left open, itself alone
 *     end 4
 *
 * It is replaced whole and read as a stream.  It holds no rule that another
 * of the same list makes needless: see clean.h.
 *
 * Functions return 0 or: PAL_ESYS (errno), PAL_EFORM (not such a file, or
 * damaged), PAL_EVERSION, PAL_ENOMEM.
 */
#ifndef TOOL_NAMES_H
#define TOOL_NAMES_H

#include "palang/image.h"
#include "palang/name.h"

#define NAMES_KEY_MAX 254 /* octets of a key */

struct names_rule {
	const uint8_t *key; /* len octets, owned by whoever gives the rule */
	size_t len;
	enum pal_scope scope;
	bool open; /* an exception: leaves open */
};

/* <0, 0, >0 by key, then subtree before exact.  Whether a rule opens is no
 * part of the order: a name has one rule of a scope. */
int names_cmp(const struct names_rule *a, const struct names_rule *b);

/* True if the octets at key of `above` are a beginning of those of `key`. */
static inline bool
names_covers(const struct names_rule *above, const uint8_t *key, size_t len)
{
	return above->len <= len &&
	       __builtin_memcmp(above->key, key, above->len) == 0;
}

/* From and to canonical names.  names_key returns the key's octets. */
size_t names_key(uint8_t key[NAMES_KEY_MAX], const struct pal_name *name);
void names_name(struct pal_name *name, const uint8_t *key, size_t len);

/* ---- writing ---- */

struct names_writer;

/* Writes to fd from where it stands; fd stays the caller's. */
int names_write_begin(struct names_writer **writer, int fd);
/* Rules come ascending; PAL_EFORM if one does not. */
int names_write(struct names_writer *writer, const struct names_rule *rule);
/* Ends the file, flushes it to disk; frees the writer whatever comes. */
int names_write_end(struct names_writer *writer);
/* Frees it without ending the file.  Takes NULL. */
void names_write_abandon(struct names_writer *writer);

/* ---- reading ---- */

struct names_reader;

/* Reads fd, a regular file, from its start; fd stays the caller's and is not
 * moved. */
int names_read_begin(struct names_reader **reader, int fd);
/* The next rule, good until the next call.  0; 1 at the end of the file;
 * PAL_EFORM also if rules do not ascend or the end is missing. */
int names_read(struct names_reader *reader, struct names_rule *rule);
/* How many rules the file says it has; known at once, from its last line. */
uint64_t names_count(const struct names_reader *reader);
/* How far the reader is, and how far there is to go, in octets. */
void names_progress(
	const struct names_reader *reader, uint64_t *at, uint64_t *size);
/* Takes NULL. */
void names_read_end(struct names_reader *reader);

/* ---- looking up: binary search, without reading the file ---- */

/* The rule of the list that decides on the name: exact at the name, else the
 * subtree rule nearest above.  *labels is how many labels that rule's name
 * has, 0 if there is none. */
int names_find(int fd, const struct pal_name *name, unsigned *labels,
	enum pal_scope *scope, bool *open);
/* The same by subtree rules alone: what decides on the names below this one
 * of which the list says nothing else. */
int names_find_subtree(
	int fd, const struct pal_name *name, unsigned *labels, bool *open);
/* True in *any if a rule that blocks stands at the name or below it. */
int names_any_below(int fd, const struct pal_name *name, bool *any);

/* ---- differences ---- */

struct names_diff {
	uint64_t before, after;  /* rules */
	uint64_t added, removed; /* a rule that changed sides is both */
	/* The first names of those, ascending, at most `room`. */
	struct pal_name *names;
	size_t name_count, room;
	/* Told now and then how far it is, in octets; NULL: nobody. */
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size);
	void *ctx;
};

/* Walks two files; before_fd may be -1: nothing was there.  The caller sets
 * names and room (NULL, 0: only counts). */
int names_compare(int before_fd, int after_fd, struct names_diff *diff);

/* ---- an image of one ---- */

struct pal_policy_in;

/* Compiles to a plain image as pal_writer_finish does.  reverse: for the
 * allow list, where what is named is what is left open.  changed: what the
 * image says of its difference to the image before, or NULL. */
struct pal_changes;
int names_compile(int fd, const struct pal_policy_in *policy,
	const uint8_t key[16], const struct pal_changes *changed, bool reverse,
	uint8_t **data, size_t *len);

/* The same for long lists: progress is told now and then how far it is. */
int names_compile_told(int fd, const struct pal_policy_in *policy,
	const uint8_t key[16], const struct pal_changes *changed, bool reverse,
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size),
	void *ctx, uint8_t **data, size_t *len);

#endif
