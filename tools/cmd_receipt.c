/* palang receipt: what became of an order, for who gave it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "minisig.h"
#include "receipt.h"
#include "text.h"
#include "timefmt.h"

static int run(const struct cmd_call *call);

#define NAMES_SHOWN 20 /* that are not as they should be */

static const struct cmd_option options[] = {
	{"json", 'j', NULL, "print JSON, to be kept"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_receipt = {"receipt", "ORDER",
	"what became of an order, for who gave it",
	"Tells of which file an order was taken, who signed it, when it came, "
	"whether it was held, what of its names was taken, and when it was in "
	"effect at which resolver; and the journal's last hash, by which "
	"`palang audit verify` can find later whether any of it was changed. "
	"ORDER is an id, or AUTHORITY:ID; a held one will do.",
	options, 1, 1, run};

/* ---- for people ---- */

static void
print_time(const char *what, int64_t at)
{
	char time[TIME_TEXT_MAX];

	if (at != 0)
		printf("%s %s\n", what, time_format(time, at / 1000));
}

static void
print_recorded(const struct ledger_receipt *ledger)
{
	char hex[PAL_SHA256_HEX], key[MINISIG_ID_TEXT];

	printf("order sha256:%s\n", pal_sha256_to_hex(hex, ledger->digest));
	printf("file sha256:%s\n", pal_sha256_to_hex(hex, ledger->sha256));
	if (ledger->has_key) {
		printf("signed with key %s: ",
			minisig_id_format(key, ledger->key));
		text_print(
			stdout, ledger->comment == NULL ? "" : ledger->comment);
		putchar('\n');
	}
	if (ledger->source != NULL) {
		printf("transcribed from: ");
		text_print(stdout, ledger->source);
		putchar('\n');
	}
	if (ledger->arrived / 1000 != ledger->received / 1000)
		print_time("arrived", ledger->arrived);
	print_time("received", ledger->received);
}

static void
print_events(const struct receipt_order *order)
{
	char time[TIME_TEXT_MAX];

	for (size_t i = 0; i < order->event_count; i++) {
		const struct receipt_event *event = &order->events[i];

		printf("%s %s by ", event->what,
			time_format(time, event->at / 1000));
		text_print(stdout, event->who);
		if (event->detail != NULL) {
			printf(": ");
			text_print(stdout, event->detail);
		}
		putchar('\n');
	}
}

/* What its names are to be: an order's blocked by it, a lift's open. */
static const char *
wanted(const struct receipt_order *order)
{
	return order->record->order->action == ORDER_LIFT ? "open" : "taken";
}

/* Exceptions are none of its names. */
static void
print_count(const struct receipt_order *order)
{
	size_t done = 0, names = 0;
	bool known = true;

	for (size_t i = 0; i < order->target_count; i++) {
		const char *state = order->targets[i].state;

		known = known && state != NULL;
		names += state == NULL || strcmp(state, "left open") != 0;
		done += state != NULL && strcmp(state, wanted(order)) == 0;
	}
	if (!known)
		printf("what became of the names is not known: the lists "
		       "cannot be read\n");
	else if (names > 0)
		printf("%zu of %zu names %s\n", done, names, wanted(order));
}

static void
print_targets(const struct receipt_order *order)
{
	char text[PAL_NAME_TEXT_MAX];
	size_t shown = 0;

	print_count(order);
	for (size_t i = 0; i < order->target_count; i++) {
		const struct receipt_target *target = &order->targets[i];

		if (target->state == NULL ||
			strcmp(target->state, wanted(order)) == 0 ||
			shown++ >= NAMES_SHOWN)
			continue;
		printf("  %s (%s): %s%s%s\n",
			pal_name_to_text(text, target->name),
			order_scope_name(target->scope), target->state,
			target->by[0] == '\0' ? "" : " by ", target->by);
	}
	if (shown > NAMES_SHOWN)
		printf("  ... and %zu more; --json has all\n",
			shown - NAMES_SHOWN);
}

static void
print_resolvers(const struct receipt_order *order)
{
	char time[TIME_TEXT_MAX];

	for (size_t i = 0; i < order->resolver_count; i++) {
		const struct receipt_resolver *resolver = &order->resolvers[i];

		printf("resolver ");
		text_print(stdout, resolver->instance);
		if (resolver->effect == 0)
			printf(": not in effect yet");
		else
			printf(": in effect %s",
				time_format(time, resolver->effect / 1000));
		if (resolver->swept != 0)
			printf(", swept %s",
				time_format(time, resolver->swept / 1000));
		putchar('\n');
	}
}

static void
print_order(const struct receipt_order *order)
{
	printf("receipt of %s:%s: %s\n", order->authority, order->id,
		order->state == NULL ? "not known" : order->state);
	if (order->ledger.recorded)
		print_recorded(&order->ledger);
	else
		print_time("arrived", order->ledger.arrived);
	print_events(order);
	print_targets(order);
	if (order->ledger.generation != 0)
		printf("generation %" PRIu64 "\n", order->ledger.generation);
	print_time("published", order->ledger.published);
	print_resolvers(order);
}

static int
print(const struct receipt *receipt, bool as_json)
{
	char hex[PAL_SHA256_HEX], *text;

	if (as_json) {
		text = receipt_text(receipt);
		if (text == NULL)
			return cmd_fail("no memory");
		fputs(text, stdout);
		free(text);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < receipt->count; i++)
		print_order(&receipt->orders[i]);
	printf("journal %" PRId64 " head %s\n", receipt->head.number,
		pal_sha256_to_hex(hex, receipt->head.hash));
	return EXIT_DONE;
}

/* ---- the order ---- */

struct identity {
	char authority[ORDER_AUTHORITY_MAX], id[ORDER_ID_MAX];
};

static bool
is_recorded(const struct state *state, const char *name)
{
	const struct history *history = &state->recorded.history;
	char key[ORDER_KEY_MAX];

	for (size_t i = 0; i < history->record_count; i++) {
		const struct order *order = history->records[i].order;

		if (strcmp(order->id, name) == 0 ||
			strcmp(order_key(key, order), name) == 0)
			return true;
	}
	return false;
}

static int
find(struct identity *found, struct state *state, const char *name)
{
	const struct record *record;
	int count = 0, ret = 0;

	if (!is_recorded(state, name))
		ret = ledger_receipt_find(state->ledger, name, found->authority,
			found->id, &count);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (count == 1)
		return EXIT_DONE;
	record = state_find(state, name);
	if (record == NULL)
		return EXIT_ERROR;
	strcpy(found->authority, record->order->authority);
	strcpy(found->id, record->order->id);
	return EXIT_DONE;
}

static int
run(const struct cmd_call *call)
{
	struct receipt receipt = {.count = 0};
	struct identity found;
	struct state state;
	int ret = state_begin(&state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE)
		ret = find(&found, &state, call->args[0]);
	if (ret == EXIT_DONE) {
		const struct receipt_key key = {found.authority, found.id};

		ret = receipt_make(&receipt, &state, &key, 1);
	}
	if (ret == EXIT_DONE)
		ret = print(&receipt, cmd_option(call, "json") != NULL);
	receipt_fini(&receipt);
	state_close(&state);
	return ret;
}
