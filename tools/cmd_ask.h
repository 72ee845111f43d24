/* Parts of `palang ask`.  Each tells on stderr what is wrong, and returns 0 or
 * an exit code. */
#ifndef TOOL_CMD_ASK_H
#define TOOL_CMD_ASK_H

#include "cmd.h"
#include "inquiry.h"

/* NAME, @SERVER and TYPE. */
int ask_take_arguments(struct inquiry *inquiry, const struct cmd_call *call);

/* --sde[=CODE]: the option code given, or configured; config may be NULL. */
int ask_take_sde(struct question *question, const char *value,
	const struct config *config);
int ask_take_timeout(int *timeout_ms, const char *value);

int ask_random_id(uint16_t *id);

/* --truth: fills in what our own recursion found, and the finding. */
int ask_find_truth(
	struct inquiry *inquiry, const struct cmd_call *call, int timeout_ms);

#endif
