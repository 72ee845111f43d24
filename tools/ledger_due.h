/*
 * What the journal says of when orders came into effect.  As ledger.h.
 */
#ifndef TOOL_LEDGER_DUE_H
#define TOOL_LEDGER_DUE_H

#include "ledger.h"
#include "palang/status.h"

/* A resolver has a generation in effect. */
struct ledger_saying {
	char instance[PAL_INSTANCE_MAX];
	int64_t number; /* of the entry */
	uint8_t epoch[PAL_EPOCH_SIZE];
	uint64_t generation;
	int64_t at; /* ms, by the resolver's clock; else by ours */
	/* ms; what it said, which cannot be: at is by our clock; or 0 */
	int64_t wrong;
	int64_t since; /* ms; it runs since then; 0: not known */
	bool open;     /* in that generation nothing was blocked */
};

/* What a resolver says of a generation is believed between the beginning of
 * that one and at, when it was seen, with a second's slack: said, or at if
 * it is not, or nothing is said; begun 0: it is not. */
int64_t ledger_believe(int64_t said, int64_t begun, int64_t at);

/* When a generation was begun, ms; 0: it never was.  *open, which may be NULL:
 * whether everything was open in it. */
int ledger_generation_begun(struct ledger *ledger,
	const uint8_t epoch[PAL_EPOCH_SIZE], uint64_t generation,
	int64_t *begun, bool *open);

/* True if the journal has an entry of the resolver. */
int ledger_knows_instance(
	struct ledger *ledger, const char *instance, bool *knows);

/* How many resolvers have their first entry behind that time, ms. */
int ledger_new_instances(
	struct ledger *ledger, int64_t since_ms, size_t *count);

/* By instance, then by number. */
struct ledger_said {
	struct ledger_saying *items;
	size_t count;
};

/* said needs ledger_said_fini in any case. */
int ledger_load_said(struct ledger *ledger, struct ledger_said *said);
void ledger_said_fini(struct ledger_said *said);

/* Adds one, of which only instance and number are compared.  0 or
 * PAL_ENOMEM. */
int ledger_said_add(
	struct ledger_said *said, const struct ledger_saying *saying);

/* The entry that recorded an order, with the generation that it is in from
 * then on; number is 0 if there is none. */
struct ledger_taken {
	int64_t number;
	uint8_t epoch[PAL_EPOCH_SIZE];
	uint64_t generation;
	bool blocks; /* it is not done where everything is open */
};

int ledger_taken(struct ledger *ledger, const struct order *order,
	struct ledger_taken *taken);

#endif
