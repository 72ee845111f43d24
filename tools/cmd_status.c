/* palang status: how the resolvers, the lists and the orders stand. */
#include "commands.h"
#include "overview.h"

#define LOOKS 40 /* 2 s, of one who may not know whether somebody writes */

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"check", 0, NULL,
		"print only what is wrong; exit code 1 if anything is"},
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_status = {"status", "",
	"how the resolvers, the lists and the orders stand",
	"Shows each resolver that reads the lists: its state, what is in "
	"effect and what is swept, its counts; then the orders by state, what "
	"is suspended, lifts that wait for their order, reviews that are due, "
	"the feeds and their age, and what is wrong. With --check, for a "
	"monitoring: exit code 0 and no word if all is well, else 1 and a "
	"line for each thing that is not.",
	options, 0, 0, run};

/* Errors alone: a monitoring must not ring for a suspended order. */
static int
check(const struct overview *overview)
{
	struct problems errors = overview->findings;

	if (errors.errors == 0)
		return EXIT_DONE;
	for (size_t i = 0; i < errors.count && i < PROBLEMS_MAX; i++) {
		struct problems one = {&errors.items[i], 1, 1};

		if (!errors.items[i].warning)
			problems_print(stdout, &one);
	}
	return EXIT_NO;
}

static int
show(const struct overview *overview, const struct state *state,
	const struct cmd_call *call)
{
	if (cmd_option(call, "json") != NULL) {
		int ret = overview_print_json(overview, state);

		if (ret != EXIT_DONE || cmd_option(call, "check") == NULL)
			return ret;
		return overview->findings.errors == 0 ? EXIT_DONE : EXIT_NO;
	}
	if (cmd_option(call, "check") != NULL)
		return check(overview);
	overview_print(overview, state);
	return EXIT_DONE;
}

static int
look(struct overview *overview, struct state *state,
	const struct cmd_call *call)
{
	int ret = state_begin(state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(state);
	if (ret == EXIT_DONE)
		ret = overview_make(overview, state);
	return ret;
}

static int
run(const struct cmd_call *call)
{
	struct overview overview = {.states = NULL};
	struct state state;
	int ret = look(&overview, &state, call);

	/* Perhaps just now a command stands between ledger and lists. */
	for (int i = 0; ret == EXIT_DONE && i < LOOKS; i++) {
		if (overview.gap == PUBLISH_IN_STEP)
			break;
		if (state_await_writer(&state))
			i = LOOKS;
		overview_fini(&overview);
		/* The next look finds them again. */
		problems_fini(&state.problems);
		state_close(&state);
		ret = look(&overview, &state, call);
	}
	if (ret == EXIT_DONE)
		ret = show(&overview, &state, call);
	overview_fini(&overview);
	state_close(&state);
	return ret;
}
