/* The end of a change in the ledger. */
#include <stdlib.h>
#include <string.h>

#include "palang/error.h"
#include "state.h"

/* Closed, a ledger has no log beside it.  If one stays, what could not be
 * committed may lie in it whole, and the next who opens the ledger finds it. */
static int
fail_commit(struct state *state, int err)
{
	const char *folder = state->config.state_dir;
	char *why = strdup(ledger_error(state->ledger));

	if (why == NULL || why[0] == '\0' || err == PAL_ENOMEM) {
		free(why);
		why = strdup(pal_strerror(err));
	}
	ledger_close(state->ledger);
	state->ledger = NULL;
	cmd_fail("the ledger in %s: %s%s", folder, why == NULL ? "" : why,
		ledger_has_log(folder)
			? "; whether it was recorded shows in `palang history` "
			  "as soon as the disk is well"
			: "");
	free(why);
	return EXIT_ERROR;
}

int
state_commit(struct state *state)
{
	int ret = ledger_commit(state->ledger);

	return ret == 0 ? EXIT_DONE : fail_commit(state, ret);
}
