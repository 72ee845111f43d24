/*
 * What had to be done by when, and whether it was: orders and lifts that give
 * the operator a time, and reviews.
 *
 * An order is done when the generation that took it in was in effect on all
 * resolvers that count for it: those that were known when it was recorded, and
 * that live or have reached it since; where none was known, the first to reach
 * it.  One that lives and has not reached it keeps it undone, but for one that
 * came when it was done already.
 *
 * Pure; times of deadlines are seconds since 1970 UTC, those of what was done
 * milliseconds.
 */
#ifndef TOOL_DUE_H
#define TOOL_DUE_H

#include "ledger_due.h"
#include "order.h"

enum due_state {
	DUE_OPEN,    /* there is time */
	DUE_SOON,    /* a quarter of it is left, or an hour */
	DUE_OVERDUE, /* the time is over, and it is not done */
	DUE_DONE,    /* in time */
	DUE_LATE,    /* done, but not in time */
	DUE_ENDED,   /* over or lifted before it was done */
	DUE_REVIEW,  /* up for review */
	DUE_REVIEW_LATER
};

#define DUE_STATES (DUE_REVIEW_LATER + 1)

/* "due", "overdue", "done in time", ...: constant. */
const char *due_state_name(enum due_state state);

/* By when it has to be done, counted from when it first came; PAL_NEVER: no
 * time is given. */
int64_t due_deadline(const struct order *order, int64_t arrived_ms);

struct due_time {
	int64_t arrived, done; /* ms; done 0: not yet */
	int64_t deadline;
	bool ended; /* there is nothing to be done any more */
};

enum due_state due_judge(const struct due_time *time, int64_t now_ms);

#define DUE_NAMES_MAX 200

/* Whether it was in effect on all that count, and who says what of it. */
struct due_doing {
	int64_t done; /* ms; 0: it is not */
	/* Resolvers, "one, two": known when it was recorded, and have never
	 * confirmed it, though they live or had the generation before it; came
	 * when it was done, and have not reached it. */
	char without[DUE_NAMES_MAX], behind[DUE_NAMES_MAX];
	/* One that says a time which cannot be, and the time, ms; or empty. */
	char wrong[PAL_INSTANCE_MAX];
	int64_t said;
};

/* Of said, which is sorted, those whose resolver lives end with what that one
 * says now, its number INT64_MAX. */
void due_done(struct due_doing *doing, const struct ledger_said *said,
	const struct ledger_taken *taken);

/* Adds to names, as far as there is room, those of more that they lack. */
void due_add_names(char names[DUE_NAMES_MAX], const char *more);

/* To be done by hand, as "2 h" or "3 d": rounded down.  Returns buf. */
#define DUE_SPAN_MAX 32
char *due_span(char buf[DUE_SPAN_MAX], int64_t seconds);

#endif
