/* How far long work is, on a terminal; nothing elsewhere, and nothing for
 * what is done within a second. */
#ifndef TOOL_PROGRESS_H
#define TOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *label; /* "feed ads" */
	bool terminal, drawn;
	int64_t began, told; /* ms */
};

void progress_begin(struct progress *progress, const char *label);

/* To be told again and again; size 0: not known.  ctx is the progress, or
 * NULL: nobody is told. */
void progress_tell(void *ctx, const char *what, uint64_t at, uint64_t size);

/* What comes is of another.  Takes NULL. */
void progress_rename(struct progress *progress, const char *label);

/* Wipes the line, before anything else is printed; more may be told behind
 * it.  errno stays.  Takes NULL. */
void progress_end(struct progress *progress);

#endif
