/*
 * Where a feed comes from: a file, standard input, https, or the transfer of
 * a zone.  Whatever it is, it ends as a plain file that the cleaner reads.
 */
#ifndef TOOL_SOURCE_H
#define TOOL_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "palang/name.h"

enum source_kind { SOURCE_FILE, SOURCE_STDIN, SOURCE_HTTPS, SOURCE_AXFR };

#define SOURCE_TEXT_MAX 2048
#define SOURCE_WHY_MAX  512

struct source {
	enum source_kind kind;
	char text[SOURCE_TEXT_MAX]; /* as written: a path, -, a URL */
	/* SOURCE_AXFR: axfr://SERVER[:PORT]/ZONE; SERVER is an address */
	char server[64];
	uint16_t port;
	struct pal_name zone;
};

/* 0, or PAL_EFORM: why says what is wrong and what would be right.  A path
 * is absolute. */
int source_parse(
	struct source *source, const char *text, char why[SOURCE_WHY_MAX]);

struct source_limits {
	uint64_t max_size;   /* octets; 0: SOURCE_MAX_SIZE */
	unsigned max_time;   /* seconds, in all; 0: SOURCE_MAX_TIME */
	bool allow_private;  /* https to private addresses (RFC 6890) */
	const char *ca_file; /* certificates to trust, NULL: the system's */
	const char *tsig;    /* file with the key, or NULL; see tsig.h */
};

#define SOURCE_MAX_SIZE ((uint64_t)1 << 30)
#define SOURCE_MAX_TIME 600

/* What makes the next request conditional; all empty at first. */
struct source_mark {
	char etag[256];
	char modified[64]; /* Last-Modified, as the server wrote it */
	uint32_t serial;   /* of the SOA */
	bool has_serial;
	uint64_t size; /* of a file, with its time of change, in ns */
	int64_t changed;
};

enum source_result {
	SOURCE_NEW,       /* out holds it, whole */
	SOURCE_UNCHANGED, /* nothing newer than mark */
	SOURCE_FAILED     /* why says what, in one sentence */
};

/* Writes what the source has to fd `out`, an empty regular file, and moves
 * *mark on if it is new.  A cut transfer, a body shorter than announced, an
 * empty answer are failures.  progress, if not NULL, is told about once in
 * 100 ms how much came. */
enum source_result source_fetch(const struct source *source,
	const struct source_limits *limits, struct source_mark *mark, int out,
	char why[SOURCE_WHY_MAX],
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size),
	void *ctx);

#endif
