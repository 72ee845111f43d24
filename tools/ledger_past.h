/*
 * The ledger as it was: what was in it by some time in the past, and the
 * configuration that it was judged by.  As ledger.h.
 *
 * Documents and suspensions are past.h's to cut.
 */
#ifndef TOOL_LEDGER_PAST_H
#define TOOL_LEDGER_PAST_H

#include "ledger.h"

/* From now on feeds, allows, the emergency switch and what stands below are
 * those of then.  Only of a ledger that is read. */
void ledger_look_back(struct ledger *ledger, int64_t at_ms);

/* palang.yaml, as it was kept last.  data is NULL if it never was, and the
 * caller's to free. */
struct ledger_configuration {
	int64_t at; /* ms: first seen by a command that writes */
	uint8_t sha256[PAL_SHA256_SIZE];
	char *data;
	size_t len;
};

int ledger_configuration(
	struct ledger *ledger, struct ledger_configuration *configuration);

/* Records the row of a file as the one that counts, inside a transaction. */
int ledger_add_configuration(
	struct ledger *ledger, int64_t file, int64_t now_ms);

/* The digest of the names of a feed that came into force last between two
 * times, in ms.  *found is false if the journal tells of none. */
int ledger_list_digest(struct ledger *ledger, const char *feed,
	const struct pal_interval *when, uint8_t digest[PAL_SHA256_SIZE],
	bool *found);

/* When the first thing was done, in ms; 0: nothing was. */
int ledger_begun(struct ledger *ledger, int64_t *at_ms);

#endif
