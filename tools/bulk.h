/*
 * The lines of a bulk list, read in big pieces.  Memory is bounded whatever
 * the length of a line.
 */
#ifndef TOOL_BULK_H
#define TOOL_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BULK_SLACK 16 /* octets behind each line that may be read */

struct bulk;

/* Lines of at most max octets.  0 or PAL_ENOMEM. */
int bulk_open(struct bulk **bulk, int fd, size_t max);
/* Takes NULL. */
void bulk_close(struct bulk *bulk);

/* From now on, lines of at most max octets, which is below a megabyte. */
void bulk_allow(struct bulk *bulk, size_t max);

/* What comes next, without taking it: up to a megabyte of it.  0 or
 * PAL_ESYS. */
int bulk_peek(struct bulk *bulk, const uint8_t **text, size_t *len);

/* Takes octets that were peeked. */
void bulk_skip(struct bulk *bulk, size_t len);

/* One line, without its line feed, to be written in until the next call.
 * 0; 1 at the end; PAL_ESYS; PAL_ELIMIT: this line is longer than that, and
 * the next call gives the one behind it. */
int bulk_next(struct bulk *bulk, uint8_t **text, size_t *len);

uint64_t bulk_number(const struct bulk *bulk); /* of the line given last */
uint64_t bulk_octets(const struct bulk *bulk); /* read so far */

#endif
