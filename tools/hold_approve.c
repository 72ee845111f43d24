/* The word that lets a held run through. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "json.h"
#include "palang/error.h"
#include "text.h"
#include "timefmt.h"
#include "trust.h"

/* who: "budi" or "budi (sudo)". */
static bool
is_user(const char *who, const char *user)
{
	size_t len = user == NULL ? 0 : strlen(user);

	return len > 0 && strncmp(who, user, len) == 0 &&
	       (who[len] == '\0' || strcmp(who + len, " (sudo)") == 0);
}

/* ---- how many ---- */

const char *
hold_nobody(const struct config *config, const struct batch *batch)
{
	if (strcmp(batch->way, "inbox") == 0)
		return "the inbox";
	if (strcmp(batch->who, "root") == 0 || strcmp(batch->who, "uid 0") == 0)
		return "root without sudo";
	if (is_user(batch->who, "root"))
		return "sudo by root";
	if (is_user(batch->who, config->user))
		return "the account of the service";
	return NULL;
}

unsigned
hold_needed(const struct config *config, const struct batch *batch)
{
	if (config->approvals <= 1)
		return 1;
	return config->approvals - (hold_nobody(config, batch) == NULL);
}

/* ---- what is signed ---- */

static void
put_quoted(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void
put_findings(FILE *out, const char *why)
{
	while (*why != '\0') {
		size_t len = strcspn(why, "\n");

		fprintf(out, "finding: %.*s\n", (int)len, why);
		why += len + (why[len] == '\n');
	}
}

char *
hold_text(const struct batch *batch, const char *approver, const char *reason)
{
	char *text = NULL, hex[PAL_SHA256_HEX], time[TIME_TEXT_MAX];
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	/* Of this batch alone: what was rejected and comes again is another,
	 * even where a ledger that was restored gives the number anew. */
	fprintf(out,
		"palang-approval: 1\nbatch: %" PRId64 "\n"
		"received: %s %" PRId64 " ms\n",
		batch->number, time_format(time, batch->received / 1000),
		batch->received);
	for (size_t i = 0; i < batch->document_count; i++) {
		const struct batch_document *document = &batch->documents[i];

		fprintf(out, "order: %s:%s sha256:%s\n", document->authority,
			document->id, pal_sha256_to_hex(hex, document->digest));
	}
	put_findings(out, batch->why);
	fprintf(out, "approver: %s\nreason: ", approver);
	put_quoted(out, reason);
	putc('\n', out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* ---- who may ---- */

static const struct config_approver *
find_approver(const struct config *config, const char *name, const char *who)
{
	for (size_t i = 0; i < config->approver_count; i++) {
		const struct config_approver *approver = &config->approvers[i];

		if (name != NULL ? strcmp(approver->name, name) == 0
				 : is_user(who, approver->user))
			return approver;
	}
	return NULL;
}

bool
hold_applied(const struct batch *batch, const struct config_approver *approver)
{
	return is_user(batch->who, approver->user);
}

/* Who applied it is one of the people behind it already. */
static int
check_applier(const struct batch *batch, const struct config_approver *approver,
	const struct state *state)
{
	if (state->config.approvals > 1 && approver != NULL &&
		hold_applied(batch, approver))
		return cmd_fail("%s applied it: somebody else approves "
				"(`approvals: 1` in %s is for who is alone)",
			batch->who, state->config.file);
	return EXIT_DONE;
}

static int
fail_none(const struct state *state)
{
	return cmd_fail("there is no approver yet: add somebody under "
			"`approvers:` in %s, with user and keys",
		state->config.file);
}

const struct config_approver *
hold_approver(
	const struct batch *batch, const struct state *state, const char *name)
{
	const struct config_approver *approver =
		find_approver(&state->config, name, state->who);

	if (state->config.approver_count == 0)
		fail_none(state);
	else if (approver == NULL && name != NULL)
		cmd_fail("\"%s\" is no approver: see `approvers:` in %s", name,
			state->config.file);
	else if (approver == NULL)
		cmd_fail("no approver has the user %s; say who it is that "
			 "approves: --as NAME (see `approvers:` in %s)",
			state->who, state->config.file);
	return check_applier(batch, approver, state) == EXIT_DONE ? approver
	                                                          : NULL;
}

/* ---- judging ---- */

/* By its key id: the text that was signed has the name in it. */
static const struct config_approver *
find_signer(const struct hold_word *word, const struct state *state)
{
	const struct config_authority *authority = NULL;
	const struct config_approver *approver = NULL;
	char id[MINISIG_ID_TEXT];
	struct minisig minisig;
	const char *why;

	if (minisig_parse(&minisig, word->signature, word->signature_len,
		    &why) != 0) {
		cmd_fail("the signature %s", why);
		return NULL;
	}
	config_find_key(&state->config, minisig.id, &authority, &approver);
	minisig_id_format(id, minisig.id);
	minisig_fini(&minisig);
	if (authority != NULL)
		cmd_fail("the signature is by key %s of the authority `%s`, "
			 "who gives orders and approves none",
			id, authority->name);
	else if (state->config.approver_count == 0)
		fail_none(state);
	else if (approver == NULL)
		cmd_fail("the signature is by key %s, which is no approver's: "
			 "see `approvers:` in %s",
			id, state->config.file);
	return approver;
}

static int
verify(struct batch_approval *approval, const struct batch *batch,
	const struct hold_word *word, const struct state *state)
{
	const struct config_approver *approver = find_signer(word, state);
	struct trust_pair pair = {.signature = word->signature,
		.signature_len = word->signature_len};
	char why[TRUST_WHY_MAX], *text;
	struct trust trust;
	int ret;

	if (approver == NULL ||
		check_applier(batch, approver, state) != EXIT_DONE)
		return EXIT_ERROR;
	text = hold_text(batch, approver->name, word->reason);
	if (text == NULL)
		return cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	pair.data = text;
	pair.len = strlen(text);
	ret = trust_judge(&trust, &state->config, &pair, state_now(state), why);
	if (ret == 0)
		memcpy(approval->key, trust.key->id, LEDGER_KEY_SIZE);
	trust_fini(&trust);
	free(text);
	approval->approver = (char *)(uintptr_t)approver->name;
	approval->text = (char *)(uintptr_t)word->signature;
	if (ret == PAL_EDIGEST)
		return cmd_fail("the signature %s; what is to be signed is "
				"what --print writes, for this order, with "
				"the same --reason",
			why);
	return ret == 0 ? EXIT_DONE : cmd_fail("the signature %s", why);
}

/* Nobody but one who signs has two people behind it. */
static int
take_unsigned(struct batch_approval *approval, const struct batch *batch,
	const struct hold_word *word, const struct state *state)
{
	const struct config_approver *approver =
		find_approver(&state->config, word->name, state->who);
	const struct batch_document *first = batch->documents;

	if (state->config.approvals > 1 && state->config.approver_count == 0)
		return fail_none(state);
	if (state->config.approvals > 1)
		return cmd_fail("an approver signs it: palang approve %s:%s "
				"--reason \"...\" --print > approval; minisign "
				"-S -m approval; palang approve %s:%s --reason "
				"\"...\" --signature approval.minisig",
			first->authority, first->id, first->authority,
			first->id);
	if (word->name != NULL)
		return cmd_fail("--as is for who signs: without a signature "
				"it is approved by who runs this");
	approval->approver = approver != NULL
	                             ? (char *)(uintptr_t)approver->name
	                             : state->who;
	return EXIT_DONE;
}

/* A second word of the same person adds nothing, but where enough stand behind
 * it already: fewer are asked for than were when they gave theirs. */
static int
check_person(const struct batch_approval *approval, const struct batch *batch,
	const struct state *state)
{
	const struct config *config = &state->config;
	const struct config_approver *approver =
		find_approver(config, approval->approver, NULL);

	size_t count = hold_count(batch, NULL, state);
	size_t others = hold_count(batch, approval->approver, state);
	unsigned needed = hold_needed(config, batch);

	if (check_applier(batch, approver, state) != EXIT_DONE)
		return EXIT_ERROR;
	if (others < count && count < needed)
		return cmd_fail("%s has approved it already; it takes %zu more",
			approval->approver, needed - count);
	return EXIT_DONE;
}

int
hold_judge(struct batch_approval *approval, const struct batch *batch,
	const struct hold_word *word, const struct state *state)
{
	int ret;

	*approval = (struct batch_approval){.who = state->who,
		.reason = (char *)(uintptr_t)word->reason,
		.at = state->started_ms};
	if (word->signature != NULL)
		ret = verify(approval, batch, word, state);
	else
		ret = take_unsigned(approval, batch, word, state);
	return ret == EXIT_DONE ? check_person(approval, batch, state) : ret;
}

/* ---- recording ---- */

int
hold_add_approval(struct state *state, const struct batch *batch,
	const struct batch_approval *approval, bool last)
{
	char *detail = NULL;
	int ret = ledger_add_approval(state->ledger, batch->number, approval);

	if (ret == 0 && last)
		ret = ledger_decide_batch(state->ledger, batch->number,
			BATCH_APPROVED, approval->at, approval->who,
			approval->reason);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (asprintf(&detail, "by %s: %s", approval->approver,
		    approval->reason) < 0)
		return cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	ret = hold_events(state, batch, "approved", detail);
	free(detail);
	return ret;
}
