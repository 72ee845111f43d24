/* palang allow add, remove: names that no feed may block. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "derogation.h"
#include "idn.h"
#include "order.h"
#include "order_form.h"
#include "palang/error.h"
#include "palang/writer.h"
#include "wait.h"

#define REASON_MAX 500 /* octets */

static int run_add(const struct cmd_call *call);
static int run_remove(const struct cmd_call *call);

static const struct cmd_option add_options[] = {
	{"reason", 'r', "TEXT",
		"why; kept, and shown with each list of allows"},
	{"scope", 0, "SCOPE",
		"exact, or subtree: with all names below; default subtree"},
	WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "say what would happen, and do nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_allow_add = {"allow add", "NAME... --reason TEXT",
	"let names through, whatever feeds say",
	"From now on no feed blocks these names. Orders do, all the same. An "
	"allow that opens a name of an external authority's feed is a "
	"derogation: it is listed as one.",
	add_options, 1, -1, run_add};

static const struct cmd_option remove_options[] = {
	{"scope", 0, "SCOPE", "only the allow of that scope"}, WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "say what would happen, and do nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_allow_remove = {"allow remove", "NAME...",
	"let feeds block names again",
	"Takes the operator's allows of these names back.", remove_options, 1,
	-1, run_remove};

/* One that was not as the change wants it. */
struct done {
	const struct pal_name *name;
	enum pal_scope scope;
};

/* A change of allows. */
struct change {
	struct pal_name *names;
	size_t count;
	bool add, dry, has_scope;
	enum pal_scope scope;
	const char *reason;
	struct ledger_allows allows; /* as they are */
	struct done *done;           /* room for both scopes of each name */
	size_t changed;
};

static int
take_name(const struct change *change, struct pal_name *name, const char *text)
{
	char why[IDN_WHY_MAX], below[PAL_NAME_TEXT_MAX];
	bool wild = strncmp(text, "*.", 2) == 0;

	if (wild && idn_read(name, text + 2, why) == 0)
		return cmd_fail("%s: write %s: it allows all below it too "
				"(--scope exact: the name alone)",
			text, pal_name_to_text(below, name));
	if (idn_read(name, text, why) != 0)
		return cmd_fail("%s: %s", text, why);
	/* What was allowed may always be taken back. */
	if (!change->add || idn_check_rule(name, change->scope, why) == 0)
		return EXIT_DONE;
	if (name->labels == 0)
		return cmd_fail(
			"%s: the root cannot be allowed; write a name", text);
	return cmd_fail("%s: a whole top-level domain cannot be allowed; write "
			"names below it, or --scope exact: the name alone",
		text);
}

static int
take_names(struct change *change, const struct cmd_call *call)
{
	int ret = EXIT_DONE;

	change->names = calloc((size_t)call->count, sizeof *change->names);
	change->done = calloc((size_t)call->count, 2 * sizeof *change->done);
	if (change->names == NULL || change->done == NULL)
		return cmd_fail("no memory");
	for (int i = 0; i < call->count && ret == EXIT_DONE; i++) {
		ret = take_name(change, &change->names[i], call->args[i]);
		if (ret == EXIT_DONE)
			change->count++;
	}
	return ret;
}

static int
take_scope(struct change *change, const char *scope)
{
	change->has_scope = scope != NULL;
	change->scope = PAL_SUBTREE;
	if (scope != NULL && strcmp(scope, "exact") == 0)
		change->scope = PAL_EXACT;
	else if (scope != NULL && strcmp(scope, "subtree") != 0)
		return cmd_fail("--scope %s: write exact or subtree", scope);
	return EXIT_DONE;
}

static int
take_reason(struct change *change, const char *reason)
{
	const char *flaw;

	change->reason = reason;
	if (!change->add)
		return EXIT_DONE;
	if (reason == NULL)
		return cmd_fail("allow add: --reason is needed: whoever reads "
				"the list wants to know why");
	flaw = order_text_flaw(reason, REASON_MAX);
	return flaw == NULL ? EXIT_DONE
	                    : cmd_fail("--reason is %s (it takes %d octets)",
				      flaw, REASON_MAX);
}

static bool
has(const struct change *change, const struct pal_name *name,
	enum pal_scope scope)
{
	for (size_t i = 0; i < change->allows.count; i++) {
		const struct ledger_allow *allow = &change->allows.items[i];

		if (allow->scope == scope && pal_name_equal(&allow->name, name))
			return true;
	}
	return false;
}

static void
tell_derogations(const struct state *state, const struct change *change,
	const struct pal_name *name)
{
	char text[PAL_NAME_TEXT_MAX];

	for (size_t i = 0; change->add && i < state->config.feed_count; i++) {
		const struct config_feed *feed = &state->config.feeds[i];

		if (derogation_is(state, feed, name, change->scope))
			printf("%s: a derogation from feed %s of %s\n",
				pal_name_to_text(text, name), feed->name,
				feed->authority);
	}
}

static int
put(struct change *change, struct state *state, const struct pal_name *name,
	enum pal_scope scope)
{
	struct ledger_allow allow = {.name = *name,
		.scope = scope,
		.who = state->who,
		.added = state->started_ms};
	char *reason = change->reason == NULL ? NULL : strdup(change->reason);
	int ret;

	if (change->dry) {
		free(reason);
		return 0;
	}
	allow.reason = reason;
	ret = change->add ? ledger_add_allow(state->ledger, &allow)
	                  : ledger_remove_allow(state->ledger, name, scope,
				    state->started_ms, state->who);
	free(reason);
	return ret;
}

/* One name in one scope; false in *done if there is nothing to do. */
static int
change_one(struct change *change, struct state *state,
	const struct pal_name *name, enum pal_scope scope, bool *done)
{
	char text[PAL_NAME_TEXT_MAX];
	int ret;

	*done = false;
	if (has(change, name, scope) == change->add)
		return EXIT_DONE;
	ret = put(change, state, name, scope);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	*done = true;
	change->done[change->changed++] = (struct done){name, scope};
	printf("%s (%s): %s%s\n", pal_name_to_text(text, name),
		order_scope_name(scope), change->dry ? "would be " : "",
		change->add ? "allowed" : "allowed no more");
	tell_derogations(state, change, name);
	return EXIT_DONE;
}

static int
change_name(
	struct change *change, struct state *state, const struct pal_name *name)
{
	bool done = false, also = false;
	char text[PAL_NAME_TEXT_MAX];
	int ret;

	ret = change_one(change, state, name, change->scope, &done);
	/* To remove without a scope takes either. */
	if (ret == EXIT_DONE && !change->add && !change->has_scope)
		ret = change_one(change, state, name, PAL_EXACT, &also);
	if (ret == EXIT_DONE && !done && !also)
		printf("%s: %s\n", pal_name_to_text(text, name),
			change->add ? "allowed already" : "not allowed");
	return ret;
}

/* What was done, in the history: not before it is known in which generation. */
static int
note(const struct change *change, struct state *state)
{
	char text[PAL_NAME_TEXT_MAX];
	int ret = EXIT_DONE;

	for (size_t i = 0; i < change->changed && ret == EXIT_DONE; i++) {
		const struct done *done = &change->done[i];
		char *detail = NULL;

		if (asprintf(&detail, "%s (%s)%s%s",
			    pal_name_to_text(text, done->name),
			    order_scope_name(done->scope),
			    change->add ? ": " : "",
			    change->add ? change->reason : "") < 0)
			return cmd_fail("no memory");
		ret = state_event(state,
			change->add ? "allow add" : "allow remove", NULL,
			detail);
		free(detail);
	}
	return ret;
}

static int
change_all(struct change *change, struct state *state)
{
	struct publication *publication = &state->publication;
	int ret = change->dry ? state_rehearse(state) : state_change(state);

	publication->keep_orders = true;
	publication->make_allow = true;
	if (change->count <= PAL_CHANGES_MAX) {
		publication->allow_changed = change->names;
		publication->allow_changed_count = change->count;
	}
	if (ret == EXIT_DONE) {
		int err = ledger_load_allows(state->ledger, &change->allows);

		if (err != 0)
			ret = state_fail_ledger(state, err);
	}
	for (size_t i = 0; i < change->count && ret == EXIT_DONE; i++)
		ret = change_name(change, state, &change->names[i]);
	if (ret != EXIT_DONE || change->dry || change->changed == 0)
		return ret;
	ret = state_prepare(state, false);
	if (ret == EXIT_DONE)
		ret = note(change, state);
	if (ret == EXIT_DONE)
		ret = state_finish(state);
	if (ret == EXIT_DONE)
		wait_say_published(state);
	return ret;
}

/* Twice the same name on a line is once. */
static void
drop_doubles(struct change *change)
{
	size_t kept = 0;

	for (size_t i = 0; i < change->count; i++) {
		bool known = false;

		for (size_t j = 0; j < kept && !known; j++)
			known = pal_name_equal(
				&change->names[j], &change->names[i]);
		if (!known)
			change->names[kept++] = change->names[i];
	}
	change->count = kept;
}

static int
run_change(const struct cmd_call *call, bool add)
{
	struct change change = {
		.add = add, .dry = cmd_option(call, "dry-run") != NULL};
	struct wait_options wait;
	struct state state;
	int ret = take_scope(&change, cmd_option(call, "scope"));

	if (ret == EXIT_DONE)
		ret = take_names(&change, call);
	if (ret == EXIT_DONE && add)
		ret = take_reason(&change, cmd_option(call, "reason"));
	if (ret == EXIT_DONE)
		ret = wait_parse(&wait, call);
	if (ret != EXIT_DONE) {
		free(change.names);
		free(change.done);
		return ret;
	}
	drop_doubles(&change);
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = change.dry ? state_open_read(&state)
		                 : state_open_write(&state);
	if (ret == EXIT_DONE)
		ret = change_all(&change, &state);
	if (ret == EXIT_DONE && change.changed > 0 && !change.dry)
		ret = wait_run(&wait, &state);
	if (ret == EXIT_DONE && !add && change.changed == 0)
		ret = EXIT_NO;
	ledger_allows_fini(&change.allows);
	free(change.names);
	free(change.done);
	state_close(&state);
	return ret;
}

static int
run_add(const struct cmd_call *call)
{
	return run_change(call, true);
}

static int
run_remove(const struct cmd_call *call)
{
	return run_change(call, false);
}
