/*
 * Writing orders from options: what `palang block` and `palang lift` share.
 * The document is then taken in like any file.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_COMPOSE_H
#define TOOL_COMPOSE_H

#include "intake.h"

/* Rows of a command's options; six. */
#define COMPOSE_OPTIONS                                                        \
	{"id", 0, "ID", "its id; default op-DATE-TIME-xxxx"},                  \
		{"reason", 0, "TEXT",                                          \
			"why, for people; shown with the block"},              \
		{"reference", 0, "TEXT", "number of the letter it rests on"},  \
		{"effective", 0, "TIME", "begins then; default now"},          \
		{"expires", 0, "TIME", "ends on that second; default never"},  \
	{                                                                      \
		"source", 0, "TEXT",                                           \
			"of another authority's order: the letter it came by"  \
	}

/* Begins an order; it needs order_fini in any case. */
int compose_begin(struct order *order, enum order_action action,
	const char *authority, const struct state *state,
	const struct cmd_call *call);

/* Adds a target, as a person writes it. */
int compose_name(struct order *order, const char *text, enum pal_scope scope);

/* Makes the document and hands it to the intake, whose source it sets. */
int compose_finish(struct order *order, struct intake *intake,
	const struct state *state, const struct cmd_call *call);

#endif
