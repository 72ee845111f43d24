/* palang check: what is wrong with orders, and what they would do. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "hold.h"
#include "json.h"
#include "palang/error.h"
#include "timefmt.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"form", 'f', NULL,
		"their form alone, without configuration and ledger"},
	{"signature", 0, "FILE",
		"the signature, where it is not FILE.minisig; for one file"},
	{"json", 'j', NULL, "as JSON, problems included"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_check = {"check", "FILE...",
	"say what is wrong with orders, and what they would do",
	"Reads orders and lifts as `palang apply` does, and changes nothing. "
	"Tells each error with file, line, column and what would be right; "
	"then, where there is a ledger, if the signatures beside them "
	"(FILE.minisig) hold, and what the orders would do to it. "
	"Without a configuration only the form is judged. What the guards would "
	"hold is a warning. Exit code 0: "
	"`palang apply` would take them; 2: it would not.",
	options, 1, -1, run};

/* What is checked, and where the problems are found. */
struct check {
	struct intake intake;
	struct state state; /* only with a ledger */
	bool ledger;
	bool hint;            /* that there is none, and nobody said so */
	struct problems form; /* without one */
};

static struct problems *
problems_of(struct check *check)
{
	return check->ledger ? &check->state.problems : &check->form;
}

/* ---- for people ---- */

static size_t
count_names(const struct order *order)
{
	size_t names = 0;

	for (size_t i = 0; i < order->target_count; i++)
		names += !order->targets[i].except;
	return names;
}

static void
print_order(const struct intake_item *item)
{
	const struct order *order = item->order;
	size_t names = count_names(order);
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX], hex[PAL_SHA256_HEX];

	printf("%s: ", order_key(key, order));
	if (order->action == ORDER_LIFT)
		printf("lifts %s%s:%s",
			order->target_count > 0 ? "names of " : "",
			order->lifts_authority, order->lifts);
	else
		printf("blocks %zu name%s", names, names == 1 ? "" : "s");
	printf(", from %s", time_format(time, order->effective));
	if (order->expires != PAL_NEVER)
		printf(" until %s", time_format(time, order->expires));
	pal_sha256_to_hex(hex, order->digest);
	printf(", digest %.12s\n", hex);
}

static int
check_form(struct check *check)
{
	int ret = intake_parse(&check->intake, time(NULL), &check->form);

	problems_print(stderr, &check->form);
	if (ret == EXIT_DONE && check->hint)
		fprintf(stderr,
			"palang: there is no configuration: the form alone "
			"was judged\n");
	for (size_t i = 0; ret == EXIT_DONE && i < check->intake.count; i++)
		print_order(&check->intake.items[i]);
	return ret;
}

/* ---- for programs ---- */

static void
put_time(struct json_writer *json, const char *key, int64_t seconds)
{
	char text[TIME_TEXT_MAX];

	if (seconds != ORDER_NO_TIME && seconds != PAL_NEVER)
		json_put_text(json, key, time_format(text, seconds));
}

static void
put_targets(struct json_writer *json, const struct order *order)
{
	char name[PAL_NAME_TEXT_MAX];

	json_put_array(json, "targets");
	for (size_t i = 0; i < order->target_count; i++) {
		const struct order_target *target = &order->targets[i];

		json_put_object(json, NULL);
		json_put_text(
			json, "name", pal_name_to_text(name, &target->name));
		json_put_text(json, "scope", order_scope_name(target->scope));
		json_put_bool(json, "except", target->except);
		json_end(json);
	}
	json_end(json);
}

static void
put_order(struct json_writer *json, const struct intake_item *item)
{
	const struct order *order = item->order;
	char hex[PAL_SHA256_HEX], lifts[ORDER_KEY_MAX], id[MINISIG_ID_TEXT];

	json_put_object(json, NULL);
	json_put_text(json, "file", item->file->name);
	json_put_int(json, "line", order->line);
	json_put_text(json, "authority", order->authority);
	json_put_text(json, "id", order->id);
	json_put_text(json, "digest", pal_sha256_to_hex(hex, order->digest));
	json_put_text(
		json, "action", order->action == ORDER_LIFT ? "lift" : "block");
	if (order->action == ORDER_LIFT) {
		snprintf(lifts, sizeof lifts, "%s:%s", order->lifts_authority,
			order->lifts);
		json_put_text(json, "lifts", lifts);
	}
	if (item->file->key != NULL)
		json_put_text(json, "key",
			minisig_id_format(id, item->file->key->id));
	json_put_text(json, "comment", item->file->comment);
	put_time(json, "issued", order->issued);
	put_time(json, "effective", order->effective);
	put_time(json, "expires", order->expires);
	put_targets(json, order);
	json_end(json);
}

static void
put_problems(struct json_writer *json, const struct problems *problems)
{
	size_t count =
		problems->count < PROBLEMS_MAX ? problems->count : PROBLEMS_MAX;

	json_put_array(json, "problems");
	for (size_t i = 0; problems->items != NULL && i < count; i++) {
		const struct problem *problem = &problems->items[i];

		json_put_object(json, NULL);
		json_put_bool(json, "warning", problem->warning);
		json_put_text(json, "file", problem->file);
		json_put_int(json, "line", problem->line);
		json_put_int(json, "column", problem->column);
		json_put_text(json, "text", problem->text);
		json_end(json);
	}
	json_end(json);
}

static int
check_json(struct check *check)
{
	struct problems *problems = problems_of(check);
	struct json_writer json;
	int ret = EXIT_DONE, err;

	if (check->ledger)
		ret = intake_trust(&check->intake, &check->state);
	if (ret == EXIT_DONE)
		ret = intake_parse(&check->intake, time(NULL), problems);
	if (ret == EXIT_DONE && check->ledger)
		ret = intake_admit(&check->intake, &check->state);
	if (ret == EXIT_DONE && check->ledger)
		ret = hold_check(&check->intake, &check->state);
	if (ret == EXIT_DONE && check->ledger)
		ret = intake_guard(&check->intake, &check->state);
	json_start(&json);
	json_put_bool(&json, "accepted", ret == EXIT_DONE);
	json_put_bool(&json, "held",
		check->intake.held != NULL || check->intake.findings.held > 0);
	json_put_bool(&json, "form-only", !check->ledger);
	json_put_array(&json, "orders");
	for (size_t i = 0; i < check->intake.count; i++)
		put_order(&json, &check->intake.items[i]);
	json_end(&json);
	put_problems(&json, problems);
	/* They are told; state_close would print them again. */
	problems_fini(problems);
	err = json_finish(&json, stdout);
	if (err == PAL_ENOMEM)
		return cmd_fail("%s", pal_strerror(err));
	return ret;
}

/* ---- the command ---- */

/* Whoever writes orders needs no palang.yaml; but one that was named has to
 * be there. */
static bool
wants_ledger(const struct cmd_call *call)
{
	if (cmd_option(call, "form") != NULL)
		return false;
	return call->config_given || access(call->config_file, F_OK) == 0;
}

static int
check_files(struct check *check, const struct cmd_call *call)
{
	bool json = cmd_option(call, "json") != NULL;
	int ret = EXIT_DONE;

	if (check->ledger)
		ret = state_begin(&check->state, call);
	if (ret == EXIT_DONE)
		ret = intake_read(&check->intake, call->args, call->count);
	if (ret == EXIT_DONE && check->ledger)
		ret = state_open_read(&check->state);
	if (ret != EXIT_DONE)
		return ret;
	if (json)
		return check_json(check);
	if (!check->ledger)
		return check_form(check);
	return intake_run(&check->intake, &check->state, "check", true);
}

static int
run(const struct cmd_call *call)
{
	struct check check = {.ledger = wants_ledger(call)};
	int ret;

	check.hint = !check.ledger && cmd_option(call, "form") == NULL;
	/* How they came is no question yet, but what is signed must hold. */
	check.intake.transcribed = check.intake.checking = true;
	check.intake.signature = cmd_option(call, "signature");
	check.intake.source = "check";
	ret = check_files(&check, call);
	if (check.ledger)
		state_close(&check.state);
	problems_fini(&check.form);
	intake_fini(&check.intake);
	return ret;
}
