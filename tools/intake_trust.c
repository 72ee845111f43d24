/* Whose word is it?  Before a file is parsed: the key that signed it.  Then:
 * may its authority give orders, in this way, and such ones? */
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "palang/error.h"
#include "trust.h"

/* ---- signatures ---- */

/* When it came: keys are judged by that, also if it was held since. */
static int64_t
arrived(const struct intake *intake, const struct state *state)
{
	return intake->arrived != 0 ? intake->arrived / 1000 : state_now(state);
}

/* What was taken while its key counted is taken again: nothing happens. */
static bool
is_recorded(const struct intake_file *file, const struct state *state)
{
	bool found = false;

	return ledger_is_signed(state->ledger, file->sha256, file->signature,
		       &found) == 0 &&
	       found;
}

static int
trust_file(struct intake *intake, struct intake_file *file, struct state *state)
{
	struct trust_pair pair = {
		file->data, file->len, file->signature, file->signature_len};
	char why[TRUST_WHY_MAX];
	struct trust trust;
	int ret = trust_judge(
		&trust, &state->config, &pair, arrived(intake, state), why);

	if (ret == PAL_ERIGHTS && trust.comment != NULL &&
		is_recorded(file, state))
		ret = 0;
	if (ret == 0 && trust.authority == NULL) {
		snprintf(why, sizeof why,
			"is by a key of the approver `%s`: approvers approve "
			"orders, and give none",
			trust.approver->name);
		ret = PAL_ERIGHTS;
	}
	if (ret == 0) {
		file->key = trust.key;
		file->authority = trust.authority->name;
		file->comment = trust.comment;
		trust.comment = NULL;
	} else if (ret != PAL_ENOMEM) {
		problem_error(&state->problems, file->name, 0, 0,
			"not read, for its signature %s", why);
	}
	trust_fini(&trust);
	return ret == PAL_ENOMEM ? ret : 0;
}

int
intake_trust(struct intake *intake, struct state *state)
{
	size_t errors = state->problems.errors;

	for (size_t i = 0; i < intake->file_count; i++) {
		struct intake_file *file = &intake->files[i];
		int ret = 0;

		pal_sha256(file->data, file->len, file->sha256);
		if (file->signature != NULL)
			ret = trust_file(intake, file, state);
		else if (intake->signed_only)
			problem_error(&state->problems, file->name, 0, 0,
				"not read: it has no signature, and what is "
				"not signed is taken by hand only");
		if (ret != 0)
			return cmd_fail("%s", pal_strerror(ret));
	}
	return state->problems.errors > errors ? EXIT_ERROR : EXIT_DONE;
}

/* ---- who may give orders, and how ---- */

#define REFUSE(item, state, ...)                                               \
	problem_error(&(state)->problems, (item)->file->name,                  \
		(item)->order->line, 1, __VA_ARGS__)

/* Orders of this authority must be transcribed: the operator's own are not. */
static bool
is_operator(const struct config_authority *authority)
{
	return strcmp(authority->name, "operator") == 0;
}

static void
check_signed(const struct intake_item *item, struct state *state)
{
	const struct intake_file *file = item->file;
	char id[MINISIG_ID_TEXT];

	if (strcmp(file->authority, item->order->authority) != 0)
		REFUSE(item, state,
			"an order of `%s`, but the file is signed with key %s "
			"of `%s`, whose signature counts for its own orders "
			"alone",
			item->order->authority,
			minisig_id_format(id, file->key->id), file->authority);
}

static void
refuse_unsigned(const struct intake *intake, const struct intake_item *item,
	struct state *state)
{
	const char *authority = item->order->authority;

	if (item->file->made)
		REFUSE(item, state,
			"orders of `%s` are signed by it: ask for one, or stop "
			"an order here with `palang suspend`",
			authority);
	else if (strcmp(item->file->name, "(stdin)") == 0)
		(intake->checking ? problem_warning : problem_error)(
			&state->problems, item->file->name, item->order->line,
			1,
			"an order of `%s` needs its signature: of what comes "
			"from standard input, --signature FILE names it",
			authority);
	else if (intake->checking)
		problem_warning(&state->problems, item->file->name,
			item->order->line, 1,
			"not signed yet: `palang apply` takes an order of "
			"`%s` with its signature only, %s" MINISIG_SUFFIX,
			authority, item->file->name);
	else
		REFUSE(item, state,
			"an order of `%s` needs its signature: "
			"%s" MINISIG_SUFFIX ", or what --signature names",
			authority, item->file->name);
}

static void
check_authority(const struct intake *intake, const struct intake_item *item,
	const struct config_authority *authority, struct state *state)
{
	if (authority == NULL)
		REFUSE(item, state,
			"authority \"%s\" is not in %s; an entry under "
			"`authorities:` lets it give orders",
			item->order->authority, state->config.file);
	else if (item->file->key != NULL)
		check_signed(item, state);
	else if (is_operator(authority))
		return;
	else if (authority->signature == SIGNATURE_REQUIRED)
		refuse_unsigned(intake, item, state);
	else if (!intake->transcribed)
		REFUSE(item, state,
			"orders of \"%s\" are transcribed by hand: say so "
			"with --transcribed --source \"the letter it came "
			"from\"",
			authority->name);
}

/* ---- what they may do ---- */

static bool
allows(unsigned bits, unsigned value)
{
	return bits == 0 || (bits & 1u << value) != 0;
}

/* Each scope is told once, at the first name that has it. */
static void
check_scopes(const struct intake_item *item,
	const struct config_authority *authority, struct state *state)
{
	unsigned scopes = authority->may.scopes;

	for (size_t i = 0; i < item->order->target_count; i++) {
		const struct order_target *target = &item->order->targets[i];

		if (target->except || allows(scopes, target->scope))
			continue;
		scopes |= 1u << target->scope;
		problem_error(&state->problems, item->file->name, target->line,
			target->column,
			"`scope: %s` is not what `%s` may give: see `may:` in "
			"%s",
			order_scope_name(target->scope), authority->name,
			state->config.file);
	}
}

static void
check_answer(const struct intake_item *item,
	const struct config_authority *authority, struct state *state)
{
	const struct order *order = item->order;
	enum pal_answer answer = authority->answer.has_answer
	                                 ? authority->answer.answer
	                                 : state->config.answer.answer;

	if (order->has_answer)
		answer = order->answer;
	if (allows(authority->may.answers, answer))
		return;
	REFUSE(item, state,
		"`answer: %s`%s is not what `%s` may have answered: see `may:` "
		"in %s",
		order_answer_name(answer),
		order->has_answer ? "" : ", the default,", authority->name,
		state->config.file);
}

static void
check_powers(const struct intake_item *item,
	const struct config_authority *authority, struct state *state)
{
	enum order_action action = item->order->action;

	if (!allows(authority->may.actions, action))
		REFUSE(item, state,
			"`action: %s` is not what `%s` may order: see `may:` "
			"in %s",
			action == ORDER_LIFT ? "lift" : "block",
			authority->name, state->config.file);
	/* A lift has the scopes and answers of what it lifts. */
	if (action == ORDER_LIFT)
		return;
	check_scopes(item, authority, state);
	check_answer(item, authority, state);
}

/* What is recorded was judged when it came. */
static bool
is_known(const struct intake_item *item, const struct state *state)
{
	const struct record *known = history_find(&state->recorded.history,
		item->order->authority, item->order->id);

	return known != NULL &&
	       memcmp(known->order->digest, item->order->digest,
		       PAL_SHA256_SIZE) == 0;
}

int
intake_powers(const struct intake *intake, struct state *state)
{
	size_t errors = state->problems.errors;

	for (size_t i = 0; i < intake->count; i++) {
		const struct intake_item *item = &intake->items[i];
		const struct config_authority *authority =
			config_find(&state->config, item->order->authority);

		check_authority(intake, item, authority, state);
		if (authority != NULL && !is_known(item, state))
			check_powers(item, authority, state);
	}
	return state->problems.errors > errors ? EXIT_ERROR : EXIT_DONE;
}
