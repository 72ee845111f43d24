/* A pair judged as `palang apply` would, but for its signature's sake alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inbox.h"
#include "palang/error.h"
#include "text.h"

/* With --json, what intake says for people goes nowhere. */
static int
hush(bool json)
{
	int null, saved;

	fflush(stdout);
	if (!json)
		return -1;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	saved = null < 0 ? -1 : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (saved >= 0)
		dup2(null, STDOUT_FILENO);
	if (null >= 0)
		close(null);
	return saved;
}

static void
speak(int saved)
{
	fflush(stdout);
	if (saved < 0)
		return;
	dup2(saved, STDOUT_FILENO);
	close(saved);
}

static void
tell(struct inbox_run *run, const struct inbox_outcome *outcome,
	const char *receipt)
{
	char name[INBOX_FINAL_MAX], *reason;
	unsigned line;

	run->held += outcome->result == INBOX_HELD;
	run->refused += outcome->result == INBOX_REFUSED;
	if (run->json) {
		fputs(receipt, stdout);
		fflush(stdout);
		return;
	}
	inbox_encode(name, outcome->name);
	reason = inbox_reason(outcome, &line);
	printf("%s: %s", name,
		outcome->result == INBOX_TAKEN  ? "taken"
		: outcome->result == INBOX_HELD ? "held"
						: "refused: ");
	if (outcome->result == INBOX_REFUSED && reason != NULL)
		text_print(stdout, reason);
	putchar('\n');
	fflush(stdout);
	free(reason);
}

static int
fail(struct inbox_run *run, const char *name, int err)
{
	char text[INBOX_FINAL_MAX];

	inbox_encode(text, name);
	return cmd_fail("%s/%s: %s", run->inbox.path, text,
		err == PAL_ESYS ? strerror(errno) : pal_strerror(err));
}

static int
finish(struct inbox_run *run, const struct inbox_pair *pair,
	struct inbox_outcome *outcome)
{
	char *receipt;
	int ret;

	outcome->name = pair->name;
	receipt = inbox_receipt(outcome);
	if (receipt == NULL)
		return EXIT_ERROR;
	ret = inbox_finish(
		&run->inbox, pair, outcome->result == INBOX_REFUSED, receipt);
	if (ret == 0)
		tell(run, outcome, receipt);
	free(receipt);
	return ret == 0 ? EXIT_DONE : fail(run, pair->name, ret);
}

static int
put_in_force(struct inbox_run *run, struct intake *intake, struct state *state)
{
	int ret = state_open_write(state);

	if (ret == EXIT_DONE)
		ret = intake_run(intake, state, "apply", false);
	/* What no resolver confirms in time is in force all the same. */
	if (ret == EXIT_DONE)
		wait_run(&run->wait, state);
	return ret;
}

/* Leaves what is wrong with the order itself: an error of ours is none of its
 * sender's business, and refuses nothing. */
static void
keep_own(struct problems *problems, const char *name)
{
	size_t count =
		problems->count < PROBLEMS_MAX ? problems->count : PROBLEMS_MAX;
	struct problems own = {.items = problems->items};

	for (size_t i = 0; i < count; i++) {
		struct problem *problem = &problems->items[i];

		if (problem->file == NULL || strcmp(problem->file, name) != 0) {
			free(problem->file);
			free(problem->text);
			continue;
		}
		own.errors += !problem->warning;
		own.items[own.count++] = *problem;
	}
	*problems = own;
}

/* Before it is recorded. */
static int
own(const struct intake *intake, void *ctx)
{
	struct inbox_run *run = ctx;
	int ret = inbox_own(&run->inbox, intake->files);

	return ret == 0 ? EXIT_DONE : fail(run, intake->files->name, ret);
}

/* Takes over what was read. */
static int
apply(struct inbox_run *run, struct inbox_pair *pair)
{
	struct intake intake = {.signed_only = true,
		.arrived = pair->arrived,
		.before_commit = own,
		.ctx = run};
	struct problems problems = {.items = NULL};
	struct state state;
	struct inbox_outcome outcome = {.intake = &intake,
		.state = &state,
		.problems = &problems,
		.why = "refused"};
	int saved = hush(run->json), ret;

	ret = state_begin(&state, run->call);
	state.told = &problems;
	if (ret == EXIT_DONE) {
		ret = intake_add(&intake, pair->name, pair->data, pair->len,
			pair->signature, pair->signature_len);
		pair->data = pair->signature = NULL;
	}
	if (ret == EXIT_DONE)
		ret = put_in_force(run, &intake, &state);
	if (ret == EXIT_ERROR)
		state_tell(&state);
	keep_own(&problems, pair->name);
	speak(saved);
	outcome.result = ret == EXIT_DONE   ? INBOX_TAKEN
	                 : ret == EXIT_HELD ? INBOX_HELD
	                                    : INBOX_REFUSED;
	/* An error that is none of the order's: it is tried again. */
	if (ret != EXIT_ERROR || problems.errors > 0)
		ret = finish(run, pair, &outcome);
	intake_fini(&intake);
	state_close(&state);
	problems_fini(&problems);
	return ret;
}

int
inbox_settle(struct inbox_run *run)
{
	struct inbox_outcome outcome = {.result = INBOX_REFUSED};
	struct inbox_pair pair;
	bool found = false;
	int ret = inbox_read(&run->inbox, &pair, &found);

	if (ret != 0)
		ret = fail(run, "its spool", ret);
	else if (found && pair.data != NULL && pair.signature != NULL)
		ret = apply(run, &pair);
	else if (found) {
		outcome.why = pair.why;
		ret = finish(run, &pair, &outcome);
	}
	inbox_pair_fini(&pair);
	return ret;
}

int
inbox_turn_down(struct inbox_run *run, struct inbox_look *look, const char *why)
{
	struct inbox_outcome outcome = {
		.result = INBOX_REFUSED, .name = look->name, .why = why};
	char *receipt = inbox_receipt(&outcome);
	int ret = receipt == NULL
	                  ? PAL_ENOMEM
	                  : inbox_refuse(&run->inbox, look->name, receipt);

	if (ret == 0)
		tell(run, &outcome, receipt);
	free(receipt);
	return ret;
}
