/*
 * A corpus in one file, as it is kept beside the targets: for each input its
 * length in decimal, a line feed, and its octets.
 */
#ifndef FUZZ_CORPUS_H
#define FUZZ_CORPUS_H

#include <stddef.h>

/* The next input of the len octets at data, from *at on.  1; 0 at the end;
 * -1 if this is no such file. */
int corpus_next(const char *data, size_t len, size_t *at, const char **input,
	size_t *input_len);

#endif
