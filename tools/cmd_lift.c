/* palang lift: a lift written from options. */
#include <string.h>

#include "commands.h"
#include "compose.h"
#include "text.h"
#include "wait.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"scope", 's', "SCOPE",
		"exact or subtree; default what the order has there"},
	{"authority", 'a', "NAME",
		"who lifts; default the authority of the order"},
	COMPOSE_OPTIONS, WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "say what would happen, and do nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_lift = {"lift", "ORDER [NAME...]",
	"lift an order, or names of it",
	"Writes a lift of the order, or of names that it blocks, records it "
	"and publishes it. ORDER is an id, or AUTHORITY:ID. Tells for each "
	"name if it is open now, or which order still blocks it: a lift "
	"undoes no other order.",
	options, 1, -1, run};

static int
name_lifted(struct order *lift, const struct state *state, const char *name)
{
	const struct record *record = state_find(state, name);

	if (record == NULL)
		return EXIT_ERROR;
	if (record->order->action == ORDER_LIFT)
		return cmd_fail("%s is a lift, and a lift cannot be lifted: a "
				"new order blocks its names again",
			name);
	text_copy(lift->lifts, sizeof lift->lifts, record->order->id);
	text_copy(lift->lifts_authority, sizeof lift->lifts_authority,
		record->order->authority);
	return EXIT_DONE;
}

static int
take_scope(enum pal_scope *scope, const struct cmd_call *call)
{
	const char *text = cmd_option(call, "scope");

	*scope = ORDER_SCOPE_ANY;
	if (text != NULL && !order_scope_read(scope, text))
		return cmd_fail("--scope %s: it is exact or subtree", text);
	if (text != NULL && call->count < 2)
		return cmd_fail("--scope is for names: lift ORDER NAME...");
	return EXIT_DONE;
}

static int
compose(struct order *order, struct intake *intake, const struct state *state,
	const struct cmd_call *call)
{
	struct order found = {.targets = NULL};
	const char *authority = cmd_option(call, "authority");
	enum pal_scope scope;
	int ret = name_lifted(&found, state, call->args[0]);

	if (ret == EXIT_DONE)
		ret = take_scope(&scope, call);
	if (ret != EXIT_DONE)
		return ret;
	if (authority == NULL)
		authority = found.lifts_authority;
	ret = compose_begin(order, ORDER_LIFT, authority, state, call);
	memcpy(order->lifts, found.lifts, sizeof found.lifts);
	memcpy(order->lifts_authority, found.lifts_authority,
		sizeof found.lifts_authority);
	for (int i = 1; i < call->count && ret == EXIT_DONE; i++)
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
		ret = dry ? state_open_read(&state) : state_open_write(&state);
	if (ret == EXIT_DONE)
		ret = compose(&order, &intake, &state, call);
	if (ret == EXIT_DONE)
		ret = intake_run(&intake, &state, "lift", dry);
	if (ret == EXIT_DONE && !dry)
		wait_say_published(&state);
	if (ret == EXIT_DONE && !dry)
		ret = wait_run(&wait, &state);
	state_close(&state);
	intake_fini(&intake);
	order_fini(&order);
	return ret;
}
