/*
 * Derogations: the operator's own allows, and the feeds that allow, that open a
 * name which the feed of an external authority blocks.
 *
 * For commands alone, with the conventions of state.h.  Names that cannot be
 * read are told on stderr where nothing else is said of them.
 */
#ifndef TOOL_DEROGATION_H
#define TOOL_DEROGATION_H

#include <stdio.h>

#include "state.h"

/* True if the feed is an external authority's and blocks the name, or, for a
 * subtree, a name below. */
bool derogation_is(const struct state *state, const struct config_feed *feed,
	const struct pal_name *name, enum pal_scope scope);

/* True for a feed that allows derogate from: an external authority's, that
 * blocks in force. */
bool derogation_is_from(
	const struct state *state, const struct config_feed *feed);

#define DEROGATION_FIRST 5

struct progress;

/* What a feed that allows opens of one that blocks.  The caller says of which,
 * and who is told how far it is (NULL: nobody). */
struct derogation {
	const struct config_feed *from, *by;
	struct progress *progress;
	uint64_t count;
	struct pal_name first[DEROGATION_FIRST];
};

/* How many names of the names file the feed `from` blocks, or, for a subtree,
 * names below; each takes some searches in the names of `from`.  by_names -1:
 * those in force of `by`.  0, or what names.h tells: then it is not known. */
int derogation_count(
	const struct state *state, struct derogation *derogation, int by_names);

/* Calls back with each pair of feeds of which this one is either, and opens
 * or loses at least one name.  progress, or NULL, is told how far it is, and
 * wiped before a call. */
void derogation_each_feed(const struct state *state,
	const struct config_feed *feed, struct progress *progress,
	void (*each)(void *ctx, const struct derogation *derogation),
	void *ctx);

/* "www.example.com, a.example.com, ...": the first of them. */
void derogation_print_names(FILE *out, const struct derogation *derogation);
struct json_writer;
/* The fields of an object. */
void derogation_put_json(
	struct json_writer *json, const struct derogation *derogation);

/* Calls back with each allow that is one of this feed. */
void derogation_each(struct state *state, const struct config_feed *feed,
	void (*each)(void *ctx, const struct ledger_allow *allow), void *ctx);

#endif
