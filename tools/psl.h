/*
 * Public suffixes: the one wrapper of libpsl.  To the cleaner of lists its
 * ICANN section is all there is: names that private owners have registered
 * there (github.io) are names like others.  Guards ask for both.
 *
 * libpsl takes a microsecond for a name; so names are first held against the
 * hashes of the rules of the list that it has read.
 */
#ifndef TOOL_PSL_H
#define TOOL_PSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct suffixes;

/* Reads the newest list there is, that of the system or the one built into
 * libpsl.  0 or PAL_ENOMEM. */
int suffixes_open(struct suffixes **suffixes);
/* Takes NULL. */
void suffixes_close(struct suffixes *suffixes);

/* By what the list that suffixes_open reads is told from another: its size and
 * when it changed; of the one built into libpsl, its digest.  file: the list
 * as text, NULL: the system's. */
#define SUFFIXES_MARK_MAX 64
void suffixes_mark(const char *file, char mark[SUFFIXES_MARK_MAX]);

/* True if there is such a top-level domain, or it is one for trials (example
 * and test, RFC 6761); label is its A-label. */
bool suffixes_has_tld(const struct suffixes *suffixes, const char *label);

/* True if there may be public suffixes below this top-level domain. */
bool suffixes_has_below(const struct suffixes *suffixes, const char *label);

/* True if the name of this key (names.h) is a public suffix. */
bool suffixes_has(
	const struct suffixes *suffixes, const uint8_t *key, size_t len);

/* The same for a few names, where taking in the list would take longer than
 * asking it: suffixes_kind and suffixes_has alone are to be asked.  file has the
 * list as text for suffixes_learn_above, NULL: the system's.  0; PAL_EFORM: it
 * is not there, or no such list; or PAL_ENOMEM. */
int suffixes_open_quick(struct suffixes **suffixes, const char *file);

/* The system's list as text; a word for it if nobody knows where it is. */
const char *suffixes_file(void);

/* What of the list a name is; names below a private suffix belong to others
 * than it does. */
enum suffix_kind { SUFFIX_NONE, SUFFIX_PRIVATE, SUFFIX_ICANN };

enum suffix_kind suffixes_kind(
	const struct suffixes *suffixes, const char *name);

/* Takes in the list as text, once, for suffixes_kind_below: the widest kind of
 * suffix that lies below the name of this key; and for suffixes_is_wild: the
 * list has *.NAME for it.  False: it is not to be understood. */
bool suffixes_learn_above(struct suffixes *suffixes);
bool suffixes_is_wild(
	const struct suffixes *suffixes, const uint8_t *key, size_t len);
enum suffix_kind suffixes_kind_below(
	const struct suffixes *suffixes, const uint8_t *key, size_t len);

#endif
