/*
 * Text that others wrote: is it UTF-8, what in it could fool a terminal, and
 * how to show it all the same.
 */
#ifndef TOOL_TEXT_H
#define TOOL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Octets of the code point at the start of len octets, or 0 if there is no
 * valid one (RFC 3629: nothing overlong, no surrogates). */
size_t text_next(const char *text, size_t len, uint32_t *code);

bool text_is_utf8(const char *text, size_t len);

/* A copy to be freed, terminated, in which each octet that is no UTF-8 is
 * replaced by U+FFFD, and so is a NUL.  NULL if there is no memory. */
char *text_mend(const char *text, size_t len);

/* The most octets of text, at most max, that end between two code points. */
size_t text_cut(const char *text, size_t len, size_t max);

/* True for what moves, hides or reorders other text: controls (C0, DEL, C1),
 * bidi controls, line and paragraph separators, byte order marks, tags; and
 * for noncharacters, which stand for nothing. */
bool text_is_control(uint32_t code);

/* True if the text is UTF-8 without any of these. */
bool text_is_plain(const char *text, size_t len);

/* A copy to be freed in which all of these, and octets that are no UTF-8,
 * are visible: \n \t \x1b \u{202E}.  A backslash stays as it is, so that
 * escaping twice changes nothing.  NULL if there is no memory. */
char *text_escape(const char *text);

/* Prints the same. */
void text_print(FILE *out, const char *text);

/* The entry of a list, ended by a NULL, that the word was probably meant to
 * be; NULL if none is near. */
const char *text_nearest(const char *word, const char *const *list);

/* Copies, NUL included, if it fits; false and an empty dst if not. */
bool text_copy(char *dst, size_t size, const char *src);

#endif
