/*
 * Domain names in canonical wire form.
 *
 * A pal_name holds a full name, root label included, in uncompressed wire
 * form (RFC 1035, 3.1) with the letters A-Z lowered (RFC 4034, 6.2).  Two
 * names are the same name exactly if their octets are the same.
 *
 * The text form is the presentation format of RFC 1035, 5.1: a backslash
 * quotes the next octet, \DDD is an octet in decimal.  Names of any octets
 * can be written; which of them make sense in an order is the tool's to say.
 *
 * Called by the tool and by the module.  Thread safety: all functions are
 * pure; objects are plain values.
 */
#ifndef PALANG_NAME_H
#define PALANG_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAL_NAME_MAX   255 /* octets of a name in wire form (RFC 1035) */
#define PAL_LABEL_MAX  63  /* octets of a label */
#define PAL_LABELS_MAX 127 /* labels of a name, the root not counted */

/* Octets that hold any name as text, with its NUL: every octet as \DDD,
 * a dot behind each label. */
#define PAL_NAME_TEXT_MAX 1024

struct pal_name {
	uint8_t len;    /* octets used in wire, root label included: 1..255 */
	uint8_t labels; /* the root not counted: 0..127 */
	uint8_t wire[PAL_NAME_MAX];
};

/* Reads len octets of text, with or without a trailing dot, into a canonical
 * name.  "." is the root; empty text is no name.  0 or PAL_ENAME, name then
 * undefined. */
int pal_name_from_text(struct pal_name *name, const char *text, size_t len);

/* Reads an uncompressed name at the start of len octets; what follows it is
 * ignored (name->len says how much was used).  0 or PAL_ENAME. */
int pal_name_from_wire(struct pal_name *name, const uint8_t *wire, size_t len);

/* Writes the name as text without a trailing dot (the root: ".").  Octets
 * other than letters, digits, hyphen, underscore are quoted, so the text is
 * printable ASCII.  Returns buf. */
char *pal_name_to_text(
	char buf[PAL_NAME_TEXT_MAX], const struct pal_name *name);

/* <0, 0, >0 in the canonical order of RFC 4034, 6.1: by labels from the root
 * down, so that a name stands right before all names below it. */
int pal_name_cmp(const struct pal_name *a, const struct pal_name *b);

bool pal_name_equal(const struct pal_name *a, const struct pal_name *b);

/* True if name is apex or lies below it. */
bool pal_name_within(const struct pal_name *name, const struct pal_name *apex);

/* The ancestor of name that has the given number of labels (at most those of
 * name): 0 gives the root, name->labels gives name itself. */
void pal_name_ancestor(
	struct pal_name *out, const struct pal_name *name, unsigned labels);

/* The octets of a wire name up to and with its root label, or 0 if there is
 * no name at the start of len octets (a pointer or an overlong name is none).
 * If at is not NULL, at[i] becomes the offset of the i-th label, the leftmost
 * being 0; *labels becomes their number, the root not counted. */
size_t pal_wire_labels(const uint8_t *wire, size_t len,
	uint8_t at[PAL_LABELS_MAX], unsigned *labels);

/* As pal_name_cmp, of canonical wire names whose labels start there, the
 * leftmost first. */
int pal_wire_cmp(const uint8_t *a, const uint8_t *at_a, unsigned labels_a,
	const uint8_t *b, const uint8_t *at_b, unsigned labels_b);

/* Lowers A-Z.  Every other octet is itself. */
static inline uint8_t
pal_lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 32) : octet;
}

#endif
