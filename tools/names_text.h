/*
 * Names files: what their writer, reader and search share, and how the names
 * of lists turn from text to key and back.
 */
#ifndef TOOL_NAMES_TEXT_H
#define TOOL_NAMES_TEXT_H

#include <string.h>

#include "names.h"

#define NAMES_HEAD     "palang-names 1\n"
#define NAMES_HEAD_LEN 15
#define NAMES_LINE_MAX 256 /* "!=", a name of 253 octets, line end */

/* Labels are copied this many octets at a time: sources and targets have as
 * many behind their end. */
#define NAMES_SLACK 16

/* An octet of a name in text, lower-case, a dot too; 0: it is none. */
extern const uint8_t names_octets[256];

static inline bool
names_is_octet(uint8_t octet)
{
	return octet != 0 && octet != '.' && names_octets[octet] == octet;
}

/* Copies len octets and, as others than len would cost a branch, up to
 * NAMES_SLACK - 1 more. */
static inline void
names_copy(uint8_t *to, const uint8_t *from, size_t len)
{
	for (size_t i = 0; i < len; i += NAMES_SLACK)
		memcpy(to + i, from + i, NAMES_SLACK);
}

/* A name lowered, with where its dots stand. */
struct names_plain {
	uint8_t text[NAMES_KEY_MAX + NAMES_SLACK];
	uint8_t dots[NAMES_KEY_MAX];
	unsigned dot_count;
	bool changed; /* it had upper-case letters */
};

/* Scans 1 to NAMES_KEY_MAX - 1 octets.  False if one belongs to no name. */
static inline bool
names_scan(struct names_plain *plain, const uint8_t *text, size_t len)
{
	unsigned dots = 0, bad = 0, changed = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t octet = names_octets[text[i]];

		plain->text[i] = octet;
		plain->dots[dots] = (uint8_t)i;
		dots += octet == '.';
		bad |= octet == 0;
		changed |= octet ^ text[i];
	}
	plain->dot_count = dots;
	plain->changed = changed != 0;
	return bad == 0;
}

/* The key of what was scanned: its octets, or 0 if a label is none.  From the
 * last label on, so that what a copy writes too much is written over by the
 * next.  Slack behind the key. */
static inline size_t
names_plain_key(uint8_t *key, const struct names_plain *plain, size_t len)
{
	size_t at = 0, end = len;

	for (unsigned i = plain->dot_count + 1; i-- > 0;) {
		size_t start = i > 0 ? plain->dots[i - 1] + 1u : 0;

		/* an empty label wraps round */
		if (end - start - 1 >= PAL_LABEL_MAX)
			return 0;
		names_copy(key + at, plain->text + start, end - start);
		at += end - start;
		key[at++] = 0;
		end = start - 1;
	}
	return at;
}

/* The key of a name without a trailing dot, lower-case; its octets, or 0 if
 * it is no such name.  Slack behind the key. */
size_t names_key_of_text(uint8_t *key, const uint8_t *text, size_t len);

/* One line of the file, without its end.  False if it is none.  rule->key is
 * left to point to key.  Slack behind it. */
bool names_parse_line(
	struct names_rule *rule, uint8_t *key, const uint8_t *line, size_t len);

/* Begins in the middle, at offset, which is a line's start; the number of
 * rules is not held against the last line then.  chunk: octets read at a
 * time. */
int names_read_from(
	struct names_reader **reader, int fd, uint64_t offset, size_t chunk);

/* Where the rules start and end in the file. */
struct names_extent {
	uint64_t start, end;
	uint64_t count;
};
int names_extent(struct names_extent *extent, int fd);

/* Reads at most len octets from an offset; how many, or PAL_ESYS. */
int names_pread(int fd, void *buf, size_t len, uint64_t offset, size_t *have);

#endif
