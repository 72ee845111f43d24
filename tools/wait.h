/*
 * --wait and --wait-swept: until the resolvers that live have what was just
 * published.  For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_WAIT_H
#define TOOL_WAIT_H

#include "state.h"
#include "status_files.h"

/* Rows of a command's options; two. */
#define WAIT_OPTIONS                                                           \
	{"wait", 0, "[TIME]",                                                  \
		"wait until all running resolvers have it in effect; at "      \
		"most TIME, 30s"},                                             \
	{                                                                      \
		"wait-swept", 0, "[TIME]",                                     \
			"wait until their caches are swept, too"               \
	}

struct wait_options {
	bool wait;
	enum status_reach reach;
	int timeout_ms;
};

int wait_parse(struct wait_options *options, const struct cmd_call *call);

/* "generation 5 published after 21 ms" */
void wait_say_published(const struct state *state);

/* Lets go of the lock and waits for what state_finish published.
 * EXIT_UNCONFIRMED if it takes too long, no resolver runs, or there are more
 * status files than are looked at. */
int wait_run(const struct wait_options *options, struct state *state);

#endif
