#include "compose.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "idn.h"
#include "palang/error.h"
#include "text.h"
#include "timefmt.h"

/* op-20170714-093015-a3f1: readable, and nobody else's. */
static int
make_id(char id[ORDER_ID_MAX], int64_t now)
{
	time_t seconds = (time_t)now;
	uint16_t random;
	struct tm tm;
	char when[32];

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random ||
		gmtime_r(&seconds, &tm) == NULL)
		return cmd_fail("cannot make an id; give one with --id");
	strftime(when, sizeof when, "%Y%m%d-%H%M%S", &tm);
	snprintf(id, ORDER_ID_MAX, "op-%.20s-%04x", when, (unsigned)random);
	return EXIT_DONE;
}

static int
take_id(struct order *order, const struct state *state,
	const struct cmd_call *call)
{
	const char *id = cmd_option(call, "id");

	if (id == NULL)
		return make_id(order->id, state_now(state));
	if (!order_id_valid(id))
		return cmd_fail("--id %s: an id begins with a letter or a "
				"digit and has up to 48 of A-Z a-z 0-9 . _ / "
				": -",
			id);
	text_copy(order->id, sizeof order->id, id);
	return EXIT_DONE;
}

static int
take_time(int64_t *time, const char *name, const struct cmd_call *call)
{
	const char *text = cmd_option(call, name), *why = NULL;

	if (text == NULL)
		return EXIT_DONE;
	if (time_parse(text, time, &why) != 0)
		return cmd_fail("--%s %s: %s", name, text, why);
	return EXIT_DONE;
}

static int
take_text(char **to, const char *name, const struct cmd_call *call)
{
	const char *text;
	int ret = cmd_text(call, name, &text);

	if (ret != EXIT_DONE || text == NULL)
		return ret;
	*to = strdup(text);
	return *to == NULL ? cmd_fail("no memory") : EXIT_DONE;
}

static int
take_reason(struct order *order, const struct state *state,
	const struct cmd_call *call)
{
	if (cmd_option(call, "reason") == NULL)
		return EXIT_DONE;
	order->reasons = calloc(1, sizeof *order->reasons);
	if (order->reasons == NULL)
		return cmd_fail("no memory");
	order->reason_count = 1;
	order->reasons->key = strdup(state->config.language);
	if (order->reasons->key == NULL)
		return cmd_fail("no memory");
	return take_text(&order->reasons->text, "reason", call);
}

int
compose_begin(struct order *order, enum order_action action,
	const char *authority, const struct state *state,
	const struct cmd_call *call)
{
	int ret;

	memset(order, 0, sizeof *order);
	order->action = action;
	order->issued = state_now(state);
	order->effective = order->review = order->comply_by = ORDER_NO_TIME;
	order->expires = PAL_NEVER;
	if (!order_authority_valid(authority))
		return cmd_fail("--authority %s: not the name of an authority",
			authority);
	text_copy(order->authority, sizeof order->authority, authority);
	ret = take_id(order, state, call);
	if (ret == EXIT_DONE)
		ret = take_reason(order, state, call);
	if (ret == EXIT_DONE)
		ret = take_text(&order->reference, "reference", call);
	if (ret == EXIT_DONE)
		ret = take_time(&order->effective, "effective", call);
	if (ret == EXIT_DONE)
		ret = take_time(&order->expires, "expires", call);
	return ret;
}

int
compose_name(struct order *order, const char *text, enum pal_scope scope)
{
	struct order_target *targets = realloc(
		order->targets, (order->target_count + 1) * sizeof *targets);
	struct order_target *target;
	char why[IDN_WHY_MAX];

	if (targets == NULL)
		return cmd_fail("no memory");
	order->targets = targets;
	target = &targets[order->target_count];
	memset(target, 0, sizeof *target);
	target->scope = scope;
	if (idn_read(&target->name, text, why) != 0)
		return cmd_fail("%s: %s", text, why);
	if (order->action == ORDER_BLOCK &&
		idn_check_rule(&target->name, scope, why) != 0)
		return cmd_fail("%s: %s", text, why);
	order->target_count++;
	return EXIT_DONE;
}

/* An order of the operator's own needs no letter; of another authority's it
 * is said that it was entered by hand, and by whom, if nothing else is. */
static int
take_source(struct intake *intake, const struct order *order,
	const struct state *state, const struct cmd_call *call)
{
	int n, ret = cmd_text(call, "source", &intake->source);

	if (ret != EXIT_DONE)
		return ret;
	intake->transcribed = strcmp(order->authority, "operator") != 0;
	if (!intake->transcribed && intake->source != NULL)
		return cmd_fail("--source is for orders of another authority");
	if (!intake->transcribed || intake->source != NULL)
		return EXIT_DONE;
	n = asprintf(&intake->made_source, "entered at the command line by %s",
		state->who);
	if (n < 0) {
		intake->made_source = NULL;
		return cmd_fail("no memory");
	}
	intake->source = intake->made_source;
	return EXIT_DONE;
}

int
compose_finish(struct order *order, struct intake *intake,
	const struct state *state, const struct cmd_call *call)
{
	const char *why = NULL;
	char *text;
	int ret = take_source(intake, order, state, call);

	if (ret != EXIT_DONE)
		return ret;
	ret = order_canonicalize(order, &why);
	if (ret == PAL_EDUP)
		return cmd_fail("a name is given twice");
	if (ret != 0)
		return cmd_fail("%s", why != NULL ? why : pal_strerror(ret));
	text = strdup(order->canonical);
	if (text == NULL)
		return cmd_fail("no memory");
	return intake_make(intake, "(options)", text);
}
