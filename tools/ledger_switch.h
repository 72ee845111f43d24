/*
 * The emergency switch: while one lasts, nothing is blocked.
 *
 * Functions return as those of ledger.h; to record, inside a transaction.
 */
#ifndef TOOL_LEDGER_SWITCH_H
#define TOOL_LEDGER_SWITCH_H

#include "ledger.h"

/* All zero: closed, as things should be. */
struct ledger_switch {
	int64_t number; /* its row; 0: none lasts */
	int64_t began;  /* ms */
	char *reason, *who;
};

/* The one that lasts.  *open needs ledger_switch_fini in any case. */
int ledger_load_switch(struct ledger *ledger, struct ledger_switch *open);
void ledger_switch_fini(struct ledger_switch *open);

/* Each time there was one, or is, since then (ms). */
struct ledger_opening {
	int64_t began, ended; /* ms; ended 0: it lasts */
	const char *who, *reason, *ended_by, *ended_reason; /* or NULL */
};

int ledger_openings(struct ledger *ledger, int64_t since_ms,
	int (*each)(void *ctx, const struct ledger_opening *opening),
	void *ctx);

int ledger_open_all(struct ledger *ledger, int64_t now_ms, const char *reason,
	const char *who);

/* Ends the one that lasts.  reason may be NULL. */
int ledger_close_all(struct ledger *ledger, int64_t now_ms, const char *reason,
	const char *who);

#endif
