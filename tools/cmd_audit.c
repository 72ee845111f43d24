/* palang audit: is what is recorded what was recorded, and all of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "commands.h"
#include "journal.h"
#include "json.h"
#include "ledger_audit.h"
#include "output.h"
#include "palang/error.h"
#include "state.h"
#include "text.h"

static int run_verify(const struct cmd_call *call);
static int run_export(const struct cmd_call *call);

static const struct cmd_option verify_options[] = {
	{"head", 0, "HASH...",
		"a hash that the journal had once, kept elsewhere"},
	{"receipt", 0, "FILE...", "the same, of a receipt"},
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

static const struct cmd_option export_options[] = {
	{"output", 'o', "FILE",
		"put it in the place of this file; default standard output"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_audit_verify = {"audit verify", "",
	"find what was changed in the ledger after it was recorded",
	"Reckons the journal's chain of hashes anew, and compares every "
	"order, file, signature, suspension, held run, approval, feed, allow, "
	"opening and configuration with its entry, and with its own digest; "
	"says how many of each. A row that was changed before palang wrote it "
	"once more is told for ever. Who can write the ledger can make a new "
	"chain of his own: that is found by a hash that was kept elsewhere, in "
	"a receipt or in syslog. Prints a line for each change that it finds. "
	"Exit code 0: there is none; 1: there are some.",
	verify_options, 0, 0, run_verify};

const struct cmd cmd_audit_export = {"audit export", "",
	"print the journal, for others to verify",
	"Prints the journal as lines of JSON, each with its hash. The hash of "
	"a line is the SHA-256 of the hash before it, a newline, and the line "
	"without its hash; the first hash before is 64 zeros.",
	export_options, 0, 0, run_export};

/* ---- heads ---- */

#define RECEIPT_MAX (1u << 26) /* octets */

static int
read_receipt(struct audit_head *head, const char *path)
{
	const struct json_value *journal;
	struct json_value *value = NULL;
	const char *hash = NULL;
	char *text = NULL;
	size_t len;
	int ret = file_read(path, RECEIPT_MAX, 0, &text, &len);

	head->name = path;
	if (ret == PAL_ESYS)
		return cmd_fail("%s: %s", path, strerror(errno));
	if (ret == 0)
		ret = json_read(&value, text, len);
	free(text);
	journal = json_get(value, "journal");
	hash = json_text(json_get(journal, "head"));
	if (ret != 0 || hash == NULL ||
		!json_int(json_get(journal, "n"), &head->number) ||
		pal_sha256_from_hex(head->hash, hash, strlen(hash)) != 0)
		ret = cmd_fail("%s: no receipt of palang's", path);
	json_free(value);
	return ret;
}

static int
take_heads(struct audit *audit, const struct cmd_call *call)
{
	int cursor = 0, ret = EXIT_DONE;
	const char *value;

	audit->heads = calloc(CMD_AGAIN_MAX + 2, sizeof *audit->heads);
	if (audit->heads == NULL)
		return cmd_fail("no memory");
	while ((value = cmd_option_next(call, "head", &cursor)) != NULL) {
		struct audit_head *head = &audit->heads[audit->head_count++];

		head->name = value;
		if (pal_sha256_from_hex(head->hash, value, strlen(value)) != 0)
			return cmd_fail("--head %s: a hash is 64 hexadecimal "
					"digits, as syslog and receipts "
					"have it",
				value);
	}
	cursor = 0;
	while (ret == EXIT_DONE &&
		(value = cmd_option_next(call, "receipt", &cursor)) != NULL)
		ret = read_receipt(&audit->heads[audit->head_count++], value);
	return ret;
}

/* ---- verify ---- */

/* Also where all is well: what was not there to be compared shows. */
static void
print_compared(const struct audit *audit)
{
	const struct ledger_audit_count *kind = audit->compared;

	printf("%" PRIu64 " entr%s", audit->entries,
		audit->entries == 1 ? "y" : "ies");
	for (; kind->one != NULL; kind++)
		printf(", %" PRId64 " %s", kind->count,
			kind->count == 1 ? kind->one : kind->many);
}

static void
print_verdict(const struct audit *audit)
{
	char hex[PAL_SHA256_HEX];

	for (size_t i = 0; i < audit->change_count; i++) {
		printf("CHANGED: ");
		text_print(stdout, audit->changes[i]);
		putchar('\n');
	}
	printf("%s: ", audit->change_count > 0 ? "compared" : "verified");
	print_compared(audit);
	if (audit->change_count == 0)
		printf("; head %s", pal_sha256_to_hex(hex, audit->last.hash));
	putchar('\n');
}

static int
print_json(const struct audit *audit)
{
	char hex[PAL_SHA256_HEX];
	struct json_writer json;

	json_start(&json);
	json_put_bool(&json, "verified", audit->change_count == 0);
	json_put_int(&json, "entries", (int64_t)audit->entries);
	json_put_int(&json, "n", audit->last.number);
	json_put_text(&json, "head", pal_sha256_to_hex(hex, audit->last.hash));
	json_put_object(&json, "compared");
	for (size_t i = 0; audit->compared[i].one != NULL; i++)
		json_put_int(&json, audit->compared[i].many,
			audit->compared[i].count);
	json_end(&json);
	json_put_bool(&json, "rows_vouched", audit->vouched);
	json_put_array(&json, "changes");
	for (size_t i = 0; i < audit->change_count; i++)
		json_put_text(&json, NULL, audit->changes[i]);
	json_end(&json);
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}

/* Only the ledger, and nothing of what it would load: a row that is damaged
 * is to be told. */
static int
open_ledger(struct state *state, const struct cmd_call *call)
{
	int ret = state_begin(state, call);

	if (ret == EXIT_DONE)
		ret = state_open_ledger(state);
	if (ret == EXIT_DONE && ledger_is_old(state->ledger))
		ret = cmd_fail("the ledger is an older palang's, which had no "
			       "journal; the next command that writes, such "
			       "as `palang publish`, makes it one of ours");
	return ret;
}

static void
tell_not_compared(const struct audit *audit, const struct state *state)
{
	if (!audit->vouched)
		fprintf(stderr,
			"palang: the journal does not vouch for rows yet: what "
			"feeds, suspensions, allows, openings, configurations, "
			"approvals and held runs say was not compared one to "
			"one; the next command that writes, such as `palang "
			"publish`, vouches for them as they are\n");
	if (audit->feeds < 0)
		fprintf(stderr,
			"palang: %s/feeds: cannot be looked at; the names of "
			"feeds were not compared\n",
			state->config.state_dir);
}

static int
verify(struct audit *audit, struct state *state, bool as_json)
{
	int ret;

	audit->ledger = state->ledger;
	audit->feeds = state->feeds_folder;
	ret = audit_run(audit);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (as_json && print_json(audit) != EXIT_DONE)
		return EXIT_ERROR;
	if (!as_json)
		print_verdict(audit);
	tell_not_compared(audit, state);
	return audit->change_count > 0 ? EXIT_NO : EXIT_DONE;
}

static int
run_verify(const struct cmd_call *call)
{
	struct audit audit = {.feeds = -1};
	struct state state;
	int ret = take_heads(&audit, call);

	if (ret == EXIT_DONE) {
		ret = open_ledger(&state, call);
		if (ret == EXIT_DONE)
			ret = verify(&audit, &state,
				cmd_option(call, "json") != NULL);
		audit_fini(&audit);
		state_close(&state);
	}
	free(audit.heads);
	return ret;
}

/* ---- export ---- */

/* The line, and its hash as the last member. */
static int
print_entry(void *ctx, const struct ledger_event *event)
{
	char *line = journal_line(event), hex[PAL_SHA256_HEX] = "";
	int printed;

	if (line == NULL)
		return PAL_ENOMEM;
	if (event->hash != NULL)
		pal_sha256_to_hex(hex, event->hash);
	printed = fprintf(ctx, "%.*s,\"hash\":\"%s\"}\n", (int)strlen(line) - 1,
		line, hex);
	free(line);
	return printed < 0 ? PAL_ESYS : 0;
}

static int
run_export(const struct cmd_call *call)
{
	struct output output = {.folder = -1};
	struct state state;
	int ret = open_ledger(&state, call), err;

	if (ret == EXIT_DONE)
		ret = output_open(&output, cmd_option(call, "output"));
	if (ret == EXIT_DONE) {
		err = ledger_events(state.ledger, print_entry, output.out);
		ret = err == 0 ? output_commit(&output)
		               : state_fail_ledger(&state, err);
	}
	output_close(&output);
	state_close(&state);
	return ret;
}
