/* palang suspend, palang resume: the operator's stop of one order. */
#include <string.h>

#include "commands.h"
#include "palang/error.h"
#include "text.h"
#include "timefmt.h"
#include "wait.h"

static int run_suspend(const struct cmd_call *call);
static int run_resume(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"reason", 'r', "TEXT", "why; kept, and shown in the status"},
	WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "say what would happen, and do nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_suspend = {"suspend", "ORDER --reason TEXT",
	"stop an order here, until it is resumed",
	"Stops one order on the resolvers of this ledger: none of its names "
	"is blocked by it until `palang resume`. It is the operator's own "
	"act, not the authority's: the status shows it as long as it lasts. "
	"A new order for the same names blocks them.",
	options, 1, 1, run_suspend};

const struct cmd cmd_resume = {"resume", "ORDER",
	"put a suspended order in force again",
	"Ends what `palang suspend` began. What else the order is (expired, "
	"lifted) it stays.",
	options, 1, 1, run_resume};

/* The change itself, of one of the two kinds. */
struct stop {
	bool suspend;
	const char *reason;
	const struct order *order;
};

static int
check(const struct stop *stop, const struct state *state)
{
	const struct suspension *lasting =
		ledger_state_stop(&state->recorded, stop->order);
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];

	order_key(key, stop->order);
	if (stop->order->action == ORDER_LIFT)
		return cmd_fail("%s is a lift: only an order that blocks can "
				"be suspended",
			key);
	if (stop->suspend && lasting != NULL) {
		printf("%s: suspended already, since %s\n", key,
			time_format(time, lasting->when.start));
		return EXIT_NO;
	}
	if (!stop->suspend && lasting == NULL) {
		printf("%s: not suspended\n", key);
		return EXIT_NO;
	}
	return EXIT_DONE;
}

static int
record(const struct stop *stop, struct state *state)
{
	int64_t now = state_now(state);
	int ret;

	if (stop->suspend)
		ret = ledger_suspend(state->ledger, stop->order, now,
			stop->reason, state->who);
	else
		ret = ledger_resume(state->ledger, stop->order, now);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

/* In memory, so that it is compiled. */
static int
follow(const struct stop *stop, struct state *state)
{
	int ret = 0;

	if (stop->suspend)
		ret = ledger_state_suspend(&state->recorded, stop->order,
			state_now(state), stop->reason, state->who);
	else
		ledger_state_resume(
			&state->recorded, stop->order, state_now(state));
	return ret == 0 ? EXIT_DONE : cmd_fail("%s", pal_strerror(ret));
}

static int
change(const struct stop *stop, struct state *state, bool dry)
{
	const char *what = stop->suspend ? "suspend" : "resume";
	char key[ORDER_KEY_MAX];
	int ret = follow(stop, state);

	if (ret == EXIT_DONE)
		ret = dry ? state_rehearse(state) : state_change(state);
	if (ret == EXIT_DONE && !dry)
		ret = record(stop, state);
	if (ret == EXIT_DONE)
		ret = state_prepare(state, dry);
	if (ret == EXIT_DONE && !dry)
		ret = state_event(state, what, stop->order, stop->reason);
	if (ret == EXIT_DONE && !dry)
		ret = state_finish(state);
	if (ret != EXIT_DONE)
		return ret;
	printf("%s%s: %s\n", dry ? "would " : "",
		dry ? what : order_key(key, stop->order),
		dry             ? order_key(key, stop->order)
		: stop->suspend ? "suspended"
				: "resumed");
	if (!dry)
		wait_say_published(state);
	return EXIT_DONE;
}

static int
run(const struct cmd_call *call, bool suspend)
{
	bool dry = cmd_option(call, "dry-run") != NULL;
	struct stop stop = {suspend, NULL, NULL};
	const struct record *record_found = NULL;
	struct wait_options wait;
	struct state state;
	int ret = wait_parse(&wait, call);

	if (ret == EXIT_DONE)
		ret = cmd_text(call, "reason", &stop.reason);
	if (ret != EXIT_DONE)
		return ret;
	if (suspend && (stop.reason == NULL || stop.reason[0] == '\0'))
		return cmd_fail("suspend: --reason is needed: whoever reads "
				"the status wants to know why");
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = dry ? state_open_read(&state) : state_open_write(&state);
	if (ret == EXIT_DONE)
		record_found = state_find(&state, call->args[0]);
	if (ret == EXIT_DONE && record_found == NULL)
		ret = EXIT_ERROR;
	if (ret == EXIT_DONE) {
		stop.order = record_found->order;
		ret = check(&stop, &state);
	}
	if (ret == EXIT_DONE)
		ret = change(&stop, &state, dry);
	if (ret == EXIT_DONE && !dry)
		ret = wait_run(&wait, &state);
	state_close(&state);
	return ret;
}

static int
run_suspend(const struct cmd_call *call)
{
	return run(call, true);
}

static int
run_resume(const struct cmd_call *call)
{
	return run(call, false);
}
