/* palang apply: orders and lifts, from files to the resolvers. */
#include "commands.h"
#include "intake.h"
#include "output.h"
#include "receipt.h"
#include "shadow_run.h"
#include "wait.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"transcribed", 0, NULL,
		"the orders were typed in from a letter or an e-mail"},
	{"source", 0, "TEXT", "which letter; with --transcribed"},
	{"signature", 0, "FILE",
		"the signature, where it is not FILE.minisig; for one file"},
	{"shadow", 0, NULL,
		"on trial: block nothing, and count what would be blocked"},
	{"receipt", 0, "FILE",
		"write there what became of the orders, as JSON"},
	WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "say what would happen, and do nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_apply = {"apply", "FILE...",
	"record orders and lifts, and put them in force",
	"Reads orders and lifts from files, from the *.yaml of folders, or "
	"from standard input (-), verifies the signatures that lie beside "
	"them (FILE.minisig), records them all or none, and publishes "
	"what they do. An order that is recorded already is no error and "
	"changes nothing. With --shadow nothing is blocked: the orders are on "
	"trial, and `palang forecast` tells what they would block. Exit code 5: recorded and published, but no "
	"resolver has confirmed it in time.",
	options, 1, -1, run};

static int
take_source(struct intake *intake, const struct cmd_call *call)
{
	int ret = cmd_text(call, "source", &intake->source);

	if (ret != EXIT_DONE)
		return ret;
	intake->transcribed = cmd_option(call, "transcribed") != NULL;
	intake->signature = cmd_option(call, "signature");
	if (intake->transcribed &&
		(intake->source == NULL || intake->source[0] == '\0'))
		return cmd_fail("--transcribed needs --source TEXT: the "
				"letter or e-mail that the orders came by");
	if (intake->source != NULL && !intake->transcribed)
		return cmd_fail("--source goes with --transcribed");
	return EXIT_DONE;
}

static int
take_in(struct intake *intake, struct state *state, const struct cmd_call *call)
{
	bool dry = cmd_option(call, "dry-run") != NULL;

	return cmd_option(call, "shadow") != NULL
	               ? shadow_run(intake, state, dry)
	               : intake_run(intake, state, "apply", dry);
}

/* Where it is to go is known to be good before anything is recorded. */
static int
run_with_receipt(struct intake *intake, struct state *state,
	const struct wait_options *wait, const struct cmd_call *call)
{
	const char *path = cmd_option(call, "receipt");
	struct output output = {.folder = -1};
	int ret = path == NULL ? EXIT_DONE : output_open(&output, path), told;

	if (ret != EXIT_DONE)
		goto out;
	ret = take_in(intake, state, call);
	if (ret == EXIT_DONE && intake->added > 0)
		wait_say_published(state);
	if (ret == EXIT_DONE)
		ret = wait_run(wait, state);
	if (path == NULL || ret == EXIT_ERROR)
		goto out;
	told = receipt_of_intake(intake, state, &output);
	if (told != EXIT_DONE)
		ret = told;
out:
	output_close(&output);
	return ret;
}

static int
apply(struct intake *intake, const struct cmd_call *call)
{
	bool dry = cmd_option(call, "dry-run") != NULL;
	struct wait_options wait;
	struct state state;
	int ret = wait_parse(&wait, call);

	if (ret != EXIT_DONE)
		return ret;
	if (dry && cmd_option(call, "receipt") != NULL)
		return cmd_fail("--receipt: what is not done has none");
	ret = state_begin(&state, call);
	/* Before we become another user, who may not read them. */
	if (ret == EXIT_DONE)
		ret = intake_read(intake, call->args, call->count);
	if (ret == EXIT_DONE)
		ret = dry ? state_open_read(&state) : state_open_write(&state);
	if (ret == EXIT_DONE)
		ret = dry ? take_in(intake, &state, call)
		          : run_with_receipt(intake, &state, &wait, call);
	state_close(&state);
	return ret;
}

static int
run(const struct cmd_call *call)
{
	struct intake intake = {.files = NULL};
	int ret = take_source(&intake, call);

	if (ret == EXIT_DONE)
		ret = apply(&intake, call);
	intake_fini(&intake);
	return ret;
}
