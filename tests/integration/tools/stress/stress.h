/*
 * The load client of the invariant test: it asks a resolver for everything in
 * a table of questions, while it has names blocked and opened again, by orders,
 * feeds and an allow list, and judges each answer by what was in effect, and
 * swept, when it was asked for.
 *
 *	world.c    the table: sets of rules, and questions that depend on them
 *	message.c  queries and what their answers say
 *	load.c     threads that ask; each answer becomes a record
 *	publish.c  images and manifests, written without the tool
 *	change.c   what was changed when, and what the status file says of it
 *	tally.c    the verdict on the records, and the table that is printed
 */
#ifndef STRESS_H
#define STRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "palang/manifest.h"
#include "palang/name.h"
#include "palang/status.h"

#define SETS_MAX   64
#define LISTS_MAX  6
#define DEPS_MAX   4
#define CLASS_MAX  16 /* octets of its name */
#define CLASSES    32
#define QUERY_MAX  512
#define ANSWER_MAX 4096

/* The first lists; the others are feeds. */
enum { ORDERS = 0, ALLOW = 1 };

/* One rule.  It is in force ("blocked") or not. */
struct set {
	struct pal_name name;
	bool subtree;
	unsigned list;
};

/* That a set concerns a question.  itself: the question is for the set's own
 * name, which is out of the cache once the change is in effect; else it is
 * once the cache has been swept.  What an order blocks is blocked; what a feed
 * blocks is, unless a set of the allow list concerns it as well. */
struct dep {
	unsigned set;
	bool itself;
};

struct question {
	unsigned class;
	bool below; /* a random label goes in front of the name */
	struct pal_name name;
	uint16_t type;
	struct dep deps[DEPS_MAX];
	unsigned dep_count;
	uint64_t sets; /* the same, as bits */
};

struct world {
	struct set sets[SETS_MAX];
	unsigned set_count;
	char lists[LISTS_MAX][PAL_LIST_NAME_MAX];
	unsigned list_count;
	char classes[CLASSES][CLASS_MAX];
	unsigned class_count;
	struct question *questions;
	size_t count;
};

/* Reads a table; ends the program with a message if it is malformed.
 *
 *	set SCOPE NAME [LIST]           the sets number themselves from 0; LIST
 *	                                is "orders", "allow" or a feed's name
 *	ask CLASS NAME TYPE [=N|~N]...  depends on set N: itself, or not
 */
void world_read(struct world *world, const char *path);

/* EMPTY: nothing at all, which neither blocks nor tells anything. */
enum result { REAL, BLOCKED, EMPTY, SERVFAIL, TIMEOUT, OTHER, RESULTS };

struct record {
	int64_t sent, received; /* microseconds since 1970 */
	uint32_t question;
	uint8_t result;
	bool cd;
};

#define FLAG_CD   1u
#define FLAG_EDNS 2u
#define FLAG_DO   4u

/* Writes a query; returns its octets.  random fills the label in front. */
size_t message_query(uint8_t out[QUERY_MAX], const struct question *question,
	uint16_t id, unsigned flags, uint32_t random);
/* What an answer says, by its content alone. */
enum result message_result(
	const uint8_t *answer, size_t len, const struct question *question);

struct load_options {
	const char *address;
	unsigned threads, rate; /* rate: questions a second, of all threads */
	int64_t timeout_us;
	uint64_t seed;
};

/* Starts the threads.  Half of the questions are for the sets in focus. */
void load_start(const struct world *world, const struct load_options *options);
void load_focus(uint64_t sets);
/* Hands over what has been answered since the last call; free it. */
size_t load_drain(struct record **records);
/* Sends no more, waits for what is under way, ends the threads. */
void load_stop(void);

/* Makes up how the lists of these sets are to change, of which there are
 * several ways; returns the sets that are turned over then. */
uint64_t publish_plan(
	const struct world *world, uint64_t sets, uint64_t *random);
/* The same, to have back at once what feeds and the allow list were before. */
uint64_t publish_plan_back(const struct world *world);
/* Publishes that; returns the generation. */
uint64_t publish(const char *live, const struct world *world);
/* Tells how often lists have changed in which way. */
void publish_print(void);
/* The generation that the manifest in the folder has; 0 without one. */
uint64_t published(const char *live, struct pal_manifest *manifest);

/* One set, blocked or lifted. */
struct change {
	int64_t began; /* microseconds since 1970 */
	unsigned set;
	bool blocked;
	uint64_t generation;
	int64_t effect, swept; /* milliseconds since 1970; 0: not yet */
};

struct changes {
	const struct world *world;
	const char *live, *instance, *command;
	struct change *list;
	size_t count;
	uint64_t blocked; /* the sets that are, as bits */
	unsigned number;  /* of commands that were run */
};

/* The sets that are turned over next, where these are wanted. */
uint64_t changes_plan(
	const struct changes *changes, uint64_t sets, uint64_t *random);
/* Turns them over, in one generation. */
void changes_turn(struct changes *changes, uint64_t sets);
/* Reads the status file.  True if the newest change has been swept. */
bool changes_watch(struct changes *changes);

struct tally {
	const struct world *world;
	const struct changes *changes;
	struct row {
		uint64_t asked, cd;
		uint64_t right[2], wrong[2]; /* [0] open, [1] blocked */
		uint64_t early;              /* wrong, but before the sweep */
		uint64_t empty;
		uint64_t failed[RESULTS];
	} rows[CLASSES];
	unsigned shown;
};

void tally_add(struct tally *tally, const struct record *records, size_t count);
/* True if each class that can be was judged min times either way. */
bool tally_is_enough(const struct tally *tally, uint64_t min);
/* Prints the table.  False if something was wrong, or if a class was judged
 * fewer than min times either way, or if more than one in max_failed of all
 * questions had no answer. */
bool tally_print(const struct tally *tally, uint64_t min, uint64_t max_failed);

int64_t now_us(void);
void __attribute__((format(printf, 1, 2), noreturn))
die(const char *format, ...);
/* A generator of the thread's own: splitmix64. */
uint64_t random_next(uint64_t *state);

#endif
