/* A body packed by gzip (RFC 1952).  libcurl could unpack it as well, but
 * takes one that is cut off in the middle for whole. */
#ifndef FETCH_UNPACK_H
#define FETCH_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

struct unpack;

/* NULL if there is no memory.  put takes what is unpacked, and returns false
 * to end it. */
struct unpack *unpack_create(
	bool (*put)(void *ctx, const char *data, size_t len), void *ctx);
/* False if put returned it, or if this is not gzip. */
bool unpack_take(struct unpack *unpack, const char *data, size_t len);
/* True if all that was begun has ended, with its checksum. */
bool unpack_is_whole(const struct unpack *unpack);
void unpack_free(struct unpack *unpack); /* takes NULL */

#endif
