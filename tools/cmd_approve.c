/* palang approve, palang reject: what becomes of a held order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "file.h"
#include "hold.h"
#include "palang/error.h"
#include "shadow_run.h"
#include "wait.h"

static int run_approve(const struct cmd_call *call);
static int run_reject(const struct cmd_call *call);

static const struct cmd_option approve_options[] = {
	{"reason", 'r', "TEXT", "why it is meant; kept, and signed"},
	{"print", 'p', NULL, "print the text that is to be signed"},
	{"signature", 0, "FILE", "that text's signature, by minisign"},
	{"as", 0, "NAME", "the approver; default: whose user runs this"},
	WAIT_OPTIONS, {NULL, 0, NULL, NULL}};

const struct cmd cmd_approve = {"approve", "ORDER --reason TEXT",
	"put a held order in force, knowingly",
	"An approver signs what --print writes with `minisign -S`; with the "
	"signature the order, and all that came with it, is put in force. "
	"Who applied it cannot approve it. With `approvals: 1` in palang.yaml "
	"it takes neither a signature nor somebody else. Guards judge once "
	"more: what they find beyond the text that was signed is not approved. "
	"Exit code 4: it takes one more approval.",
	approve_options, 1, 1, run_approve};

static const struct cmd_option reject_options[] = {
	{"reason", 'r', "TEXT", "why it is not meant; kept"}, WAIT_OPTIONS,
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_reject = {"reject", "ORDER --reason TEXT",
	"drop an order that is held, or on trial",
	"Drops an order that is held or on trial, and all that came with it. "
	"It stays in the history. The same document, whoever sends it again, is "
	"held; another one is judged as ever.",
	reject_options, 1, 1, run_reject};

static int
take_reason(const struct cmd_call *call, const char **reason)
{
	int ret = cmd_text(call, "reason", reason);

	if (ret == EXIT_DONE && (*reason == NULL || (*reason)[0] == '\0'))
		return cmd_fail("%s needs --reason TEXT: it is kept, and shown "
				"to whoever asks later",
			call->cmd->name);
	return ret;
}

/* Before we become another user, who may not read it. */
static int
read_signature(struct hold_word *word, const char *path, char **text)
{
	int ret;

	if (path == NULL)
		return EXIT_DONE;
	ret = file_read(path, MINISIG_TEXT_MAX, FILE_NOFOLLOW, text,
		&word->signature_len);
	if (ret != 0)
		return cmd_fail("%s: %s", path,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	word->signature = *text;
	return EXIT_DONE;
}

static const struct batch *
find(struct batches *batches, const struct state *state, const char *name)
{
	int err = ledger_batches(state->ledger, BATCH_HELD, batches);

	if (err == 0)
		return hold_find(batches, name);
	state_fail_ledger(state, err);
	return NULL;
}

/* ---- approve ---- */

static int
print_text(const struct batch *batch, const struct hold_word *word,
	const struct state *state)
{
	const struct config_approver *approver =
		hold_approver(batch, state, word->name);
	char *text;

	if (approver == NULL)
		return EXIT_ERROR;
	text = hold_text(batch, approver->name, word->reason);
	if (text == NULL)
		return cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	fputs(text, stdout);
	free(text);
	return EXIT_DONE;
}

static bool
same_documents(const struct batch *a, const struct batch *b)
{
	if (a->document_count != b->document_count)
		return false;
	for (size_t i = 0; i < a->document_count; i++) {
		if (memcmp(a->documents[i].digest, b->documents[i].digest,
			    PAL_SHA256_SIZE) != 0)
			return false;
	}
	return true;
}

static bool
same_signatures(const struct batch_files *a, const struct batch_files *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const char *left = a->list[i].signature,
			   *right = b->list[i].signature;

		if (left == NULL || right == NULL ? left != right
						  : strcmp(left, right) != 0)
			return false;
	}
	return true;
}

/* What was on trial before it was held came when the trial began, which goes on
 * until somebody has decided; but keys are judged by that time, and those of
 * other signatures were not there. */
static int
find_arrived(int64_t *arrived, const struct batch *batch,
	const struct batch_files *files, struct ledger *ledger)
{
	struct batch_files tried = {NULL, 0};
	struct batches trials;
	int ret = ledger_batches(ledger, BATCH_SHADOW, &trials);

	*arrived = batch->arrived;
	for (size_t i = 0; i < trials.count && ret == 0; i++) {
		const struct batch *trial = &trials.list[i];

		if (trial->arrived >= *arrived || !same_documents(trial, batch))
			continue;
		ret = ledger_batch_files(ledger, trial->number, &tried);
		if (ret == 0 && same_signatures(&tried, files))
			*arrived = trial->arrived;
		ledger_batch_files_fini(&tried);
	}
	ledger_batches_fini(&trials);
	return ret;
}

/* The files as they came, to be taken in again. */
static int
refill(struct intake *intake, const struct batch *batch, struct state *state)
{
	struct batch_files files;
	int err = ledger_batch_files(state->ledger, batch->number, &files), ret;

	if (err == 0)
		err = find_arrived(
			&intake->arrived, batch, &files, state->ledger);
	ret = err == 0 ? intake_add_kept(intake, batch, &files)
	               : state_fail_ledger(state, err);
	ledger_batch_files_fini(&files);
	return ret;
}

static int
put_in_force(const struct batch *batch, const struct batch_approval *approval,
	struct state *state, const struct wait_options *wait)
{
	struct intake intake = {
		.approved = batch, .approval = approval, .kept = batch};
	int ret = refill(&intake, batch, state);

	if (ret == EXIT_DONE)
		ret = intake_run(&intake, state,
			strcmp(batch->way, "inbox") == 0 ? "apply" : batch->way,
			false);
	if (ret == EXIT_DONE)
		wait_say_published(state);
	if (ret == EXIT_DONE)
		ret = wait_run(wait, state);
	intake_fini(&intake);
	return ret;
}

/* One of several that it takes. */
static int
note(const struct batch *batch, const struct batch_approval *approval,
	size_t more, struct state *state)
{
	int ret = state_change(state), err;

	if (ret == EXIT_DONE)
		ret = hold_add_approval(state, batch, approval, false);
	if (ret != EXIT_DONE)
		return ret;
	err = ledger_commit(state->ledger);
	if (err != 0)
		return state_fail_ledger(state, err);
	state_tell_head(state);
	cmd_published();
	printf("approved by %s; held until %zu more approve%s\n",
		approval->approver, more, more == 1 ? "s" : "");
	return EXIT_HELD;
}

static int
approve(const struct batch *batch, const struct hold_word *word,
	struct state *state, const struct wait_options *wait)
{
	struct batch_approval approval;
	size_t behind, needed;
	int ret = hold_judge(&approval, batch, word, state);

	if (ret != EXIT_DONE)
		return ret;
	behind = hold_count(batch, approval.approver, state) + 1;
	needed = hold_needed(&state->config, batch);
	if (behind < needed)
		return note(batch, &approval, needed - behind, state);
	return put_in_force(batch, &approval, state, wait);
}

static int
run_approve(const struct cmd_call *call)
{
	bool print = cmd_option(call, "print") != NULL;
	struct hold_word word = {.name = cmd_option(call, "as")};
	struct batches batches = {NULL, 0};
	const struct batch *batch = NULL;
	struct wait_options wait;
	struct state state;
	char *signature = NULL;
	int ret = take_reason(call, &word.reason);

	if (ret == EXIT_DONE)
		ret = wait_parse(&wait, call);
	if (ret != EXIT_DONE)
		return ret;
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = read_signature(
			&word, cmd_option(call, "signature"), &signature);
	if (ret == EXIT_DONE)
		ret = print ? state_open_read(&state)
		            : state_open_write(&state);
	if (ret == EXIT_DONE)
		batch = find(&batches, &state, call->args[0]);
	if (ret == EXIT_DONE && batch == NULL)
		ret = EXIT_ERROR;
	if (ret == EXIT_DONE)
		ret = print ? print_text(batch, &word, &state)
		            : approve(batch, &word, &state, &wait);
	ledger_batches_fini(&batches);
	free(signature);
	state_close(&state);
	return ret;
}

/* ---- reject ---- */

static int
reject(const struct batch *batch, const char *reason, struct state *state)
{
	int ret = state_change(state), err;

	if (ret != EXIT_DONE)
		return ret;
	err = ledger_decide_batch(state->ledger, batch->number, BATCH_REJECTED,
		state->started_ms, state->who, reason);
	if (err != 0)
		return state_fail_ledger(state, err);
	ret = hold_events(state, batch, "rejected", reason);
	if (ret != EXIT_DONE)
		return ret;
	err = ledger_commit(state->ledger);
	if (err != 0)
		return state_fail_ledger(state, err);
	state_tell_head(state);
	cmd_published();
	for (size_t i = 0; i < batch->document_count; i++)
		printf("%s:%s: rejected, nothing of it was in force\n",
			batch->documents[i].authority, batch->documents[i].id);
	return EXIT_DONE;
}

static int
reject_trial(const struct batch *trial, const char *reason, struct state *state,
	const struct wait_options *wait)
{
	int ret = shadow_reject(trial, reason, state);

	if (ret == EXIT_DONE)
		wait_say_published(state);
	return ret == EXIT_DONE ? wait_run(wait, state) : ret;
}

/* The only one of these that the name means as well as `fit` says; *count: how
 * many there are. */
static const struct batch *
find_only(const struct batches *batches, const char *name, enum order_fit fit,
	size_t *count)
{
	const struct batch *found = NULL;

	*count = 0;
	for (size_t i = 0; i < batches->count; i++) {
		if (hold_fit(&batches->list[i], name) != fit)
			continue;
		found = &batches->list[i];
		++*count;
	}
	return found;
}

static enum order_fit
best_fit(const struct batches *batches, const char *name)
{
	enum order_fit best = ORDER_FIT_NONE;

	for (size_t i = 0; i < batches->count; i++) {
		enum order_fit fit = hold_fit(&batches->list[i], name);

		if (fit > best)
			best = fit;
	}
	return best;
}

/* What was to be activated may be held while its trial goes on. */
static bool
is_same(const struct batch *trial, const struct batches *held,
	const struct batch *batch)
{
	const struct batch *found;

	for (size_t i = 0; i < trial->document_count; i++) {
		if (batches_find(held, trial->documents[i].authority,
			    trial->documents[i].id, &found) != NULL &&
			found->number == batch->number)
			return true;
	}
	return false;
}

/* What the name means: a trial, what is held, or both of the same order. */
static int
choose(const struct batches *trials, const struct batches *helds,
	const char *name, const struct batch **trial, const struct batch **held)
{
	enum order_fit fit = best_fit(trials, name),
		       other = best_fit(helds, name);
	size_t tried, waiting;

	if (fit < other)
		fit = other;
	if (fit == ORDER_FIT_NONE)
		return cmd_fail("no order \"%s\" is held, or on trial; `palang "
				"held` and `palang forecast` show those that "
				"are",
			name);
	*trial = find_only(trials, name, fit, &tried);
	*held = find_only(helds, name, fit, &waiting);
	if (tried > 1 || waiting > 1 ||
		(tried == 1 && waiting == 1 && !is_same(*trial, helds, *held)))
		return cmd_fail("more than one authority has an order \"%s\" "
				"that is held or on trial; say AUTHORITY:ID",
			name);
	return EXIT_DONE;
}

/* One that was to be activated may be held while its trial goes on: then both
 * end. */
static int
reject_any(const char *name, const char *reason, struct state *state,
	const struct wait_options *wait)
{
	const struct batch *held = NULL, *trial = NULL;
	struct batches trials = {NULL, 0}, helds = {NULL, 0};
	int err = ledger_batches(state->ledger, BATCH_SHADOW, &trials), ret;

	if (err == 0)
		err = ledger_batches(state->ledger, BATCH_HELD, &helds);
	ret = err == 0 ? choose(&trials, &helds, name, &trial, &held)
	               : state_fail_ledger(state, err);
	if (ret == EXIT_DONE && held != NULL)
		ret = reject(held, reason, state);
	if (ret == EXIT_DONE && trial != NULL)
		ret = reject_trial(trial, reason, state, wait);
	ledger_batches_fini(&helds);
	ledger_batches_fini(&trials);
	return ret;
}

static int
run_reject(const struct cmd_call *call)
{
	struct wait_options wait;
	const char *reason;
	struct state state;
	int ret = take_reason(call, &reason);

	if (ret == EXIT_DONE)
		ret = wait_parse(&wait, call);
	if (ret != EXIT_DONE)
		return ret;
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = state_open_write(&state);
	if (ret == EXIT_DONE)
		ret = reject_any(call->args[0], reason, &state, &wait);
	state_close(&state);
	return ret;
}
