/*
 * Reading texts of one item a line, as the manifest and the status file are:
 * a key, blanks, and words.  A cursor with a sticky end.
 */
#ifndef CORE_LINES_H
#define CORE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word {
	const char *text; /* not terminated */
	size_t len;
};

struct lines {
	const char *next, *end;
	const char *line, *at, *line_end; /* the one being read */
	unsigned number;                  /* from 1 */
};

void lines_open(struct lines *lines, const char *text, size_t len);

/* Goes to the next line.  False at the end, and at a last line without a
 * line feed, which is none. */
bool lines_next(struct lines *lines);

/* The next word of the line, words being parted by single spaces; empty at
 * the end of the line. */
struct word lines_word(struct lines *lines);

/* What is left of the line. */
struct word lines_rest(struct lines *lines);

/* True if the whole line has been read, and no blank stands at its end. */
bool lines_done(const struct lines *lines);

bool word_is(struct word word, const char *text);

/* The index of a word among `count` texts. */
bool word_choice(struct word word, const char *const *texts, unsigned count,
	unsigned *choice);

/* A decimal number without sign or leading zeros, at most max. */
bool word_number(struct word word, uint64_t max, uint64_t *number);

/* Copies a word of at least one octet of the alphabet [a-z0-9-] (and what
 * more is given) into a string of size octets. */
bool word_copy(struct word word, const char *more, char *to, size_t size);

/* Lower-case hexadecimal of exactly size octets. */
bool word_hex(struct word word, uint8_t *to, size_t size);

#endif
