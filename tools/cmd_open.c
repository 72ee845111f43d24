/* palang open, palang close: the emergency switch. */
#include <string.h>

#include "commands.h"
#include "timefmt.h"
#include "wait.h"

static int run_open(const struct cmd_call *call);
static int run_close(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"all", 0, NULL, "everything: there is nothing less"},
	{"reason", 'r', "TEXT", "why; kept, and shown in the status"},
	WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "say what would happen, and do nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_open = {"open", "--all --reason TEXT",
	"block nothing at all, in an emergency",
	"Until `palang close --all`, the resolvers of this ledger block "
	"nothing, neither by orders nor by feeds. Nothing is lifted: orders "
	"and feeds stay as they are, and are recorded and compiled as ever. "
	"The status says so as long as it lasts.",
	options, 0, 0, run_open};

const struct cmd cmd_close = {"close", "--all",
	"end the emergency: block again what the lists block",
	"Ends what `palang open --all` began. Orders are in force at once; "
	"feeds when the caches, which kept their names meanwhile, are swept.",
	options, 0, 0, run_close};

struct turn {
	bool open;
	const char *reason;
};

static int
check(const struct turn *turn, const struct state *state)
{
	char time[TIME_TEXT_MAX];

	if (turn->open && state->open.number != 0) {
		printf("everything is open already, since %s\n",
			time_format(time, state->open.began / 1000));
		return EXIT_NO;
	}
	if (!turn->open && state->open.number == 0) {
		printf("nothing to close: the lists are in force\n");
		return EXIT_NO;
	}
	return EXIT_DONE;
}

static int
record(const struct turn *turn, struct state *state)
{
	int ret = (turn->open ? ledger_open_all : ledger_close_all)(
		state->ledger, state->started_ms, turn->reason, state->who);

	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

/* The lists stay as they are: one line of the manifest changes, so that it is
 * as quick as anything can be. */
static int
change(const struct turn *turn, struct state *state)
{
	int ret = state_change(state);

	state->publication.keep_orders = true;
	if (ret == EXIT_DONE)
		ret = record(turn, state);
	if (ret == EXIT_DONE)
		ret = state_prepare(state, false);
	if (ret == EXIT_DONE)
		ret = state_event(state, turn->open ? "opened" : "closed", NULL,
			turn->reason);
	if (ret == EXIT_DONE)
		ret = state_finish(state);
	if (ret != EXIT_DONE)
		return ret;
	printf(turn->open ? "everything is open, until `palang close --all`\n"
			  : "closed: the lists are in force again\n");
	wait_say_published(state);
	return EXIT_DONE;
}

static int
work(const struct turn *turn, struct state *state, const struct cmd_call *call)
{
	bool dry = cmd_option(call, "dry-run") != NULL;
	struct wait_options wait;
	int ret = wait_parse(&wait, call);

	if (ret == EXIT_DONE)
		ret = dry ? state_open_read(state) : state_open_write(state);
	if (ret == EXIT_DONE)
		ret = check(turn, state);
	if (ret == EXIT_DONE && dry) {
		printf("would %s everything\n", turn->open ? "open" : "close");
		return EXIT_DONE;
	}
	if (ret == EXIT_DONE)
		ret = change(turn, state);
	return ret == EXIT_DONE ? wait_run(&wait, state) : ret;
}

static int
run(const struct cmd_call *call, bool open)
{
	struct turn turn = {open, NULL};
	struct state state;
	int ret = cmd_text(call, "reason", &turn.reason);

	if (ret != EXIT_DONE)
		return ret;
	if (cmd_option(call, "all") == NULL)
		return cmd_fail("%s: --all is needed: it concerns every order "
				"and every feed; for one order there is "
				"`palang suspend`",
			call->cmd->name);
	if (open && (turn.reason == NULL || turn.reason[0] == '\0'))
		return cmd_fail("open: --reason is needed: whoever reads the "
				"status wants to know why");
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = work(&turn, &state, call);
	state_close(&state);
	return ret;
}

static int
run_open(const struct cmd_call *call)
{
	return run(call, true);
}

static int
run_close(const struct cmd_call *call)
{
	return run(call, false);
}
