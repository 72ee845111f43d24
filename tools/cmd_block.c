/* palang block: an order written from options. */
#include <string.h>

#include "commands.h"
#include "compose.h"
#include "wait.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"scope", 's', "SCOPE",
		"exact: the names alone; subtree: and all below them"},
	{"authority", 'a', "NAME", "whose order it is; default operator"},
	COMPOSE_OPTIONS,
	{"answer", 0, "ANSWER", "sinkhole, nodata, nxdomain or refused"},
	WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "say what would happen, and do nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_block = {"block", "NAME... --scope exact|subtree",
	"block names by an order of one's own",
	"Writes an order that blocks the names, records it and publishes it, "
	"as `palang apply` does with an order from a file. It is lifted like "
	"any other: palang lift ID.",
	options, 1, -1, run};

static int
take_answer(struct order *order, const struct cmd_call *call)
{
	const char *answer = cmd_option(call, "answer");

	if (answer == NULL)
		return EXIT_DONE;
	order->has_answer = order_answer_read(&order->answer, answer);
	if (!order->has_answer)
		return cmd_fail("--answer %s: it is sinkhole, nodata, "
				"nxdomain or refused",
			answer);
	return EXIT_DONE;
}

static int
take_scope(enum pal_scope *scope, const struct cmd_call *call)
{
	const char *text = cmd_option(call, "scope");

	if (text == NULL)
		return cmd_fail("block: --scope is needed: exact for the "
				"names alone, subtree for all below them too");
	if (!order_scope_read(scope, text))
		return cmd_fail("--scope %s: it is exact or subtree", text);
	return EXIT_DONE;
}

static int
compose(struct order *order, struct intake *intake, const struct state *state,
	const struct cmd_call *call)
{
	const char *authority = cmd_option(call, "authority");
	enum pal_scope scope = PAL_EXACT;
	int ret = compose_begin(order, ORDER_BLOCK,
		authority == NULL ? "operator" : authority, state, call);

	if (ret == EXIT_DONE)
		ret = take_scope(&scope, call);
	if (ret == EXIT_DONE)
		ret = take_answer(order, call);
	for (int i = 0; i < call->count && ret == EXIT_DONE; i++)
		ret = compose_name(order, call->args[i], scope);
	return ret == EXIT_DONE ? compose_finish(order, intake, state, call)
	                        : ret;
}

static int
run(const struct cmd_call *call)
{
	bool dry = cmd_option(call, "dry-run") != NULL;
	struct intake intake = {.files = NULL};
	struct order order = {.targets = NULL};
	struct wait_options wait;
	struct state state;
	int ret = wait_parse(&wait, call);

	if (ret != EXIT_DONE)
		return ret;
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = compose(&order, &intake, &state, call);
	if (ret == EXIT_DONE)
		ret = dry ? state_open_read(&state) : state_open_write(&state);
	if (ret == EXIT_DONE)
		ret = intake_run(&intake, &state, "block", dry);
	if (ret == EXIT_DONE && !dry)
		wait_say_published(&state);
	if (ret == EXIT_DONE && !dry)
		ret = wait_run(&wait, &state);
	state_close(&state);
	intake_fini(&intake);
	order_fini(&order);
	return ret;
}
