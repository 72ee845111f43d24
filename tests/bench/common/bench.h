/*
 * What the programs of the benchmarks share.  They run alone and in one
 * thread; whatever goes wrong ends them with a message.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "palang/manifest.h"
#include "palang/name.h"

void __attribute__((format(printf, 1, 2), noreturn))
die(const char *format, ...);
int64_t now_us(void); /* since 1970 */
/* From here on no other program takes the processor from this one, where the
 * system allows that. */
void be_punctual(void);

/* ---- names.c: files with a name a line ---- */

struct names {
	struct pal_name *list;
	size_t count;
};

/* At most max of them; at least one. */
void names_load(struct names *names, const char *path, size_t max);

/* ---- publish.c: lists, written without the tool ---- */

struct published {
	uint64_t generation;
	size_t octets;    /* of the image */
	int64_t prepared; /* now_us() with the image there ... */
	int64_t renamed;  /* ... and with the manifest in its place */
};

/* The feed "feed", which blocks the names of a file and some more, with all
 * below them.  Its image says of the names changed, if there are any, that
 * they are all by which it differs from the one before. */
struct published publish_feed(const char *live, const char *path,
	const struct names *more, const struct names *changed);
/* The same, but first the image alone, and later, and as often as wanted, a
 * manifest that puts it in force. */
struct image {
	char file[PAL_IMAGE_NAME_MAX];
	size_t octets;
	uint8_t digest[PAL_SHA256_SIZE];
};
struct image publish_prepare(
	const char *live, const char *path, const struct names *more);
struct published publish_prepared(const char *live, const struct image *image);
/* An order that blocks the names that stand, and one for these names. */
/* The same in two steps, the image under a file name with that number. */
struct image publish_prepare_orders(const char *live,
	const struct names *standing, const struct names *names,
	unsigned number);
struct published publish_prepared_orders(
	const char *live, const struct image *image);

struct published publish_orders(const char *live, const struct names *standing,
	const struct names *names);

/* When the resolver says that a generation, or a later one, was in effect and
 * was swept: milliseconds since 1970.  Waits for it. */
struct moment {
	int64_t effect, swept;
};
struct moment publish_await(
	const char *live, const char *instance, uint64_t generation);

/* ---- ask.c: questions over UDP ---- */

enum answer {
	ANSWER_NONE,    /* nothing came in time */
	ANSWER_REAL,    /* with the address that the name server has */
	ANSWER_BLOCKED, /* NXDOMAIN, or NODATA */
	ANSWER_OTHER
};

#define ASK_MAX 512

/* A socket for ADDRESS, port 53. */
int ask_open(const char *address);
/* Sends a question for the name's address. */
void ask_send(int fd, uint16_t id, const struct pal_name *name);
/* Takes an answer that is there, or waits for it at most so long.  *id is the
 * question's. */
enum answer ask_take(int fd, uint16_t *id, int64_t wait_us);

/* Asks for all of the names, each about once in a millisecond, until each has
 * been answered as wanted.  now_us() at the last of these answers, or 0 if
 * they did not come within the time given. */
struct wish {
	const struct pal_name *name;
	enum answer want;
	bool got;
};
#define WISHES_MAX 1000
int64_t ask_until(
	int fd, struct wish *wishes, size_t count, int64_t timeout_us);

#endif
