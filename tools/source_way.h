/* What the ways of fetching share: a source on its way to a file. */
#ifndef TOOL_SOURCE_WAY_H
#define TOOL_SOURCE_WAY_H

#include <stddef.h>

#include "source.h"

struct way {
	const struct source *source;
	struct source_limits limits; /* none of them 0 */
	struct source_mark *mark;
	int out;
	uint64_t written;
	int64_t deadline; /* of pal_monotonic_ms() */
	int64_t told;     /* when progress was */
	char *why;        /* SOURCE_WHY_MAX octets */
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size);
	void *ctx;
};

/* Sets why, returns SOURCE_FAILED. */
enum source_result way_fail(struct way *way, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Milliseconds until the deadline, at least 0. */
int way_left(const struct way *way);

/* Tells how far it is, at most once in 100 ms.  size 0: not known. */
void way_tell(struct way *way, const char *what, uint64_t at, uint64_t size);

/* Adds to the file; SOURCE_NEW, or SOURCE_FAILED if it becomes too large or
 * cannot be written. */
enum source_result way_write(struct way *way, const void *data, size_t len);

/* "larger than max-size, 1024 MiB", in why. */
enum source_result way_fail_size(struct way *way);

enum source_result source_file(struct way *way);
enum source_result source_stdin(struct way *way);
enum source_result source_https(struct way *way);
enum source_result source_axfr(struct way *way);

#endif
