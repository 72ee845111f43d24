/* palang activate: an order on trial becomes one in force. */
#include "commands.h"
#include "shadow_run.h"
#include "wait.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "say what would happen, and do nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_activate = {"activate", "ORDER",
	"put an order in force that is on trial",
	"Takes in again what `palang apply --shadow` put on trial, as "
	"`palang apply` would now, with all that came with it. Guards may "
	"hold it; the trial then goes on until it is approved.",
	options, 1, 1, run};

/* The files as they came, and when. */
static int
refill(struct intake *intake, const struct batch *batch, struct state *state)
{
	struct batch_files files;
	int err = ledger_batch_files(state->ledger, batch->number, &files);
	int ret = err == 0 ? intake_add_kept(intake, batch, &files)
	                   : state_fail_ledger(state, err);

	ledger_batch_files_fini(&files);
	intake->arrived = batch->received;
	return ret;
}

static int
activate(const struct cmd_call *call, struct state *state,
	const struct shadow *shadow, const struct wait_options *wait)
{
	const struct batch *batch = shadow_batch(shadow, call->args[0], true);
	bool dry = cmd_option(call, "dry-run") != NULL;
	struct intake intake = {.files = NULL};
	int ret = EXIT_ERROR;

	if (batch != NULL)
		ret = refill(&intake, batch, state);
	intake.kept = batch;
	if (ret == EXIT_DONE)
		ret = intake_run(&intake, state, batch->way, dry);
	if (ret == EXIT_DONE && !dry) {
		wait_say_published(state);
		ret = wait_run(wait, state);
	}
	intake_fini(&intake);
	return ret;
}

static int
run(const struct cmd_call *call)
{
	bool dry = cmd_option(call, "dry-run") != NULL;
	struct shadow shadow = {.count = 0};
	struct wait_options wait;
	struct state state;
	int ret = wait_parse(&wait, call), err;

	if (ret != EXIT_DONE)
		return ret;
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = dry ? state_open_read(&state) : state_open_write(&state);
	if (ret == EXIT_DONE) {
		err = shadow_load(&shadow, state.ledger, &state.problems);
		ret = err == 0 ? activate(call, &state, &shadow, &wait)
		               : state_fail_ledger(&state, err);
	}
	shadow_fini(&shadow);
	state_close(&state);
	return ret;
}
