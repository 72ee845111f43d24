/*
 * The state of everything: the lists against the ledger, the resolvers
 * against the lists, the orders that want attention.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_OVERVIEW_H
#define TOOL_OVERVIEW_H

#include "due.h"
#include "ledger_hold.h"
#include "shadow.h"
#include "state.h"
#include "status_files.h"

#define EFFECT_STATES (EFFECT_WAITING + 1)

struct overview {
	struct ledger_generation newest;
	enum publish_gap gap;
	struct resolvers resolvers;
	enum effect_state *states;                          /* by record */
	size_t blocks[EFFECT_STATES], lifts[EFFECT_STATES]; /* how many */
	size_t names; /* that the orders in force block */
	struct shadow shadow;
	size_t verified, transcribed; /* of all orders and lifts */
	struct batches held;
	size_t due[DUE_STATES]; /* deadlines, by what became of them */
	/* Errors: what a monitoring should ring for.  Warnings: what a person
	 * should know. */
	struct problems findings;
};

/* overview needs overview_fini in any case. */
int overview_make(struct overview *overview, struct state *state);
void overview_fini(struct overview *overview);

/* True if the order's review is due, and it blocks or will. */
bool overview_review_due(const struct overview *overview,
	const struct state *state, size_t index);

/* How the resolver reads in one word: OK, EMPTY, DEGRADED, ENDED, or what is
 * wrong with its status file or its heartbeat. */
const char *overview_word(const struct resolver *resolver);

/* overview_feeds.c: looks at the feeds, tells them. */
void overview_look_at_feeds(struct overview *overview, struct state *state);
void overview_print_feeds(const struct state *state);
struct json_writer;
void overview_put_feeds(struct json_writer *json, const struct state *state);

/* overview_keys.c: looks at whose word the orders are, tells it. */
void overview_look_at_keys(
	struct overview *overview, const struct state *state);
void overview_print_keys(
	const struct overview *overview, const struct state *state);
void overview_put_keys(struct json_writer *json,
	const struct overview *overview, const struct state *state);

/* overview_shadow.c: the same of orders on trial. */
int overview_look_at_shadow(struct overview *overview, struct state *state);
void overview_print_shadow(const struct overview *overview);
void overview_put_shadow(
	struct json_writer *json, const struct overview *overview);

/* overview_held.c: looks at what is held, tells it. */
int overview_look_at_held(struct overview *overview, struct state *state);
void overview_print_held(
	const struct overview *overview, const struct state *state);
void overview_put_held(struct json_writer *json,
	const struct overview *overview, const struct state *state);

/* overview_rights.c: warns of what others may read or write. */
void overview_look_at_rights(
	struct overview *overview, const struct state *state);

/* overview_due.c: looks at deadlines, tells how many there are. */
int overview_look_at_due(struct overview *overview, const struct state *state);
void overview_print_due(const struct overview *overview);
void overview_put_due(
	struct json_writer *json, const struct overview *overview);

void overview_print(const struct overview *overview, const struct state *state);
int overview_print_json(
	const struct overview *overview, const struct state *state);

#endif
