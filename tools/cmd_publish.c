/* palang publish: the ledger once more, as the configuration is now. */
#include "commands.h"
#include "state.h"
#include "wait.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "compile, but publish nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_publish = {"publish", "",
	"publish the ledger anew, as the configuration is now",
	"Compiles all recorded orders with the configuration as it is now and "
	"publishes them: what to do after a change of palang.yaml. Completes "
	"what a command that was cut short had begun.",
	options, 0, 0, run};

static int
publish(struct state *state, bool dry)
{
	int ret = dry ? state_rehearse(state) : state_change(state);

	if (ret == EXIT_DONE)
		ret = state_prepare(state, dry);
	if (ret != EXIT_DONE)
		return ret;
	if (dry) {
		printf("would publish %zu octets of orders\n",
			state->publication.image_len);
		return EXIT_DONE;
	}
	ret = state_event(state, "publish", NULL, NULL);
	if (ret == EXIT_DONE)
		ret = state_finish(state);
	if (ret == EXIT_DONE)
		wait_say_published(state);
	return ret;
}

static int
run(const struct cmd_call *call)
{
	bool dry = cmd_option(call, "dry-run") != NULL;
	struct wait_options wait;
	struct state state;
	int ret = wait_parse(&wait, call);

	if (ret != EXIT_DONE)
		return ret;
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = dry ? state_open_read(&state) : state_open_write(&state);
	if (ret == EXIT_DONE)
		ret = publish(&state, dry);
	if (ret == EXIT_DONE && !dry)
		ret = wait_run(&wait, &state);
	state_close(&state);
	return ret;
}
