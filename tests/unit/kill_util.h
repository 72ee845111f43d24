/* Commands that are killed, each time a little later. */
#ifndef KILL_UTIL_H
#define KILL_UTIL_H

#include "tool_util.h"

#include <signal.h>

/* How long the command took that the others are like, in ms. */
static inline int64_t
kill_try(struct tool *tool, const char *line)
{
	int64_t began = tool_now_ms();

	tool_expect(tool, 0, "%s", line);
	return tool_now_ms() - began + 1;
}

/* In which round of how many, and how long it takes. */
struct kill_round {
	int at, count;
	int64_t took;
};

/* The first is killed right at its start, and the last never, so that both are
 * seen however busy the machine is.  Those between are close together at
 * first, and go well beyond the time that it takes. */
static inline void
kill_run(struct tool *tool, const struct kill_round *round, const char *line)
{
	int64_t late = 4 * round->took * 1000000 * round->at * round->at /
	               ((int64_t)round->count * round->count);
	const struct timespec delay = {late / 1000000000, late % 1000000000};
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(tool_run(tool, "%s", line));
	if (round->at + 1 < round->count) {
		nanosleep(&delay, NULL);
		kill(child, SIGKILL);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
}

#endif
