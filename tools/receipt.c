#include "receipt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger_due.h"
#include "ledger_switch.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "status_files.h"
#include "text.h"
#include "verdict.h"

/* ---- targets ---- */

/* What the lists say of one. */
static void
judge(struct receipt_target *target, const struct receipt_order *order,
	const struct verdict_source *lists, int64_t now)
{
	bool lift = order->record->order->action == ORDER_LIFT;
	const struct pal_policy *policy;
	struct pal_verdict verdict;
	char key[ORDER_KEY_MAX];

	verdict_judge(lists, target->name, PAL_TYPE_A, now, &verdict);
	if (verdict.action != PAL_BLOCK) {
		target->state = order->state != NULL && strcmp(order->state,
								"pending") == 0
		                        ? "pending"
		                        : "open";
		return;
	}
	policy = &verdict.policy;
	snprintf(target->by, sizeof target->by, "%.*s:%.*s",
		(int)policy->authority.len, policy->authority.text,
		(int)policy->id.len, policy->id.text);
	target->state = lift ? "still blocked" : "already blocked";
	if (strcmp(target->by, order_key(key, order->record->order)) != 0)
		return;
	target->state = "taken";
	target->by[0] = '\0';
}

/* All that a record blocks: the order's own, or what it lifts. */
static int
take_block(struct receipt_order *order, const struct record *record,
	const struct verdict_source *lists, int64_t now)
{
	int ret = effect_own(&order->own, record);

	if (ret != 0)
		return ret;
	order->targets = calloc(order->own.count + 1, sizeof *order->targets);
	if (order->targets == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < order->own.count; i++) {
		const struct effect_entry *entry = &order->own.entries[i];
		struct receipt_target *target =
			&order->targets[order->target_count++];

		target->name = entry->name;
		target->scope = entry->scope;
		if (entry->except)
			target->state = "left open";
		else if (lists != NULL)
			judge(target, order, lists, now);
	}
	return 0;
}

static int
take_targets(struct receipt_order *order, const struct verdict_source *lists,
	int64_t now)
{
	const struct order *lift = order->record->order;

	order->targets = calloc(lift->target_count + 1, sizeof *order->targets);
	if (order->targets == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < lift->target_count; i++) {
		struct receipt_target *target =
			&order->targets[order->target_count++];

		target->name = &lift->targets[i].name;
		target->scope = lift->targets[i].scope;
		if (lists != NULL)
			judge(target, order, lists, now);
	}
	return 0;
}

/* A lift without targets lifts all of its order. */
static int
take_lift(struct receipt_order *order, struct state *state,
	const struct verdict_source *lists, int64_t now)
{
	const struct order *lift = order->record->order;
	const struct record *lifted;

	if (lift->target_count > 0)
		return take_targets(order, lists, now);
	lifted = history_find(
		&state->recorded.history, lift->lifts_authority, lift->lifts);
	return lifted == NULL ? 0 : take_block(order, lifted, lists, now);
}

/* ---- what happened to it ---- */

/* By time; of two at the same, the one that was added first. */
static int
add(struct receipt_order *order, int64_t at, const char *what, const char *who,
	const char *detail)
{
	struct receipt_event *events = realloc(order->events,
				     (order->event_count + 1) *
					     sizeof *order->events),
			     *added;

	if (events == NULL)
		return PAL_ENOMEM;
	order->events = events;
	added = &events[order->event_count++];
	for (; added > events && added[-1].at > at; added--)
		*added = added[-1];
	*added = (struct receipt_event){
		.at = at, .what = strdup(what), .who = strdup(who)};
	if (detail != NULL)
		added->detail = strdup(detail);
	return added->what == NULL || added->who == NULL ||
	                       (detail != NULL && added->detail == NULL)
	               ? PAL_ENOMEM
	               : 0;
}

static int
add_event(void *ctx, const struct ledger_event *event)
{
	return add(ctx, event->at, event->what, event->who, event->detail);
}

/* While all is open, no order blocks. */
static int
add_opening(void *ctx, const struct ledger_opening *opening)
{
	int ret = add(
		ctx, opening->began, "opened", opening->who, opening->reason);

	return ret != 0 || opening->ended == 0
	               ? ret
	               : add(ctx, opening->ended, "closed", opening->ended_by,
				 opening->ended_reason);
}

static struct receipt_resolver *
find_resolver(struct receipt_order *order, const char *instance)
{
	struct receipt_resolver *resolvers;

	for (size_t i = 0; i < order->resolver_count; i++) {
		if (strcmp(order->resolvers[i].instance, instance) == 0)
			return &order->resolvers[i];
	}
	resolvers = realloc(order->resolvers,
		(order->resolver_count + 1) * sizeof *resolvers);
	if (resolvers == NULL)
		return NULL;
	order->resolvers = resolvers;
	resolvers += order->resolver_count++;
	memset(resolvers, 0, sizeof *resolvers);
	text_copy(resolvers->instance, sizeof resolvers->instance, instance);
	return resolvers;
}

static int
add_resolver(void *ctx, const char *instance, int64_t effect, int64_t swept)
{
	struct receipt_resolver *resolver = find_resolver(ctx, instance);

	if (resolver == NULL)
		return PAL_ENOMEM;
	resolver->effect = effect;
	resolver->swept = swept;
	return 0;
}

static bool
blocks(const struct receipt_order *order)
{
	return order->record != NULL &&
	       order->record->order->action == ORDER_BLOCK;
}

/* What one says now, where the journal does not know it yet.  Of a generation
 * that was never made, nothing is believed; and where all is open, nothing is
 * blocked. */
static int
hear(const struct receipt_order *order, struct state *state,
	const struct resolver *resolver, enum status_reach reach, int64_t seen,
	int64_t *at)
{
	const struct ledger_receipt *ledger = &order->ledger;
	const struct pal_status *status = &resolver->status;
	bool effect = reach == REACH_EFFECT, open;
	int64_t begun;
	int ret;

	if (*at != 0 || !resolver_reached(resolver, ledger->epoch,
				ledger->generation, reach))
		return 0;
	ret = ledger_generation_begun(state->ledger, status->epoch,
		effect ? status->generation : status->swept, &begun, &open);
	if (ret == 0 && begun != 0 && !(open && blocks(order)))
		*at = ledger_believe(effect ? status->effect : status->swept_at,
			begun, seen);
	return ret;
}

static int
add_status(struct receipt_order *order, struct state *state,
	const struct resolver *resolver, int64_t seen)
{
	struct receipt_resolver *known;
	int ret;

	if (resolver->error != 0 || !resolver->live)
		return 0;
	known = find_resolver(order, resolver->status.instance);
	if (known == NULL)
		return PAL_ENOMEM;
	ret = hear(order, state, resolver, REACH_EFFECT, seen, &known->effect);
	return ret != 0 ? ret
	                : hear(order, state, resolver, REACH_SWEPT, seen,
				  &known->swept);
}

static int
add_resolvers(struct receipt_order *order, struct state *state,
	const struct resolvers *resolvers)
{
	int ret;

	if (order->ledger.generation == 0)
		return 0;
	ret = ledger_receipt_resolvers(state->ledger, &order->ledger,
		blocks(order), add_resolver, order);
	for (size_t i = 0; i < resolvers->count && ret == 0; i++)
		ret = add_status(
			order, state, &resolvers->items[i], resolvers->at);
	return ret;
}

/* ---- all of it ---- */

/* What the receipts of several orders have in common. */
struct making {
	struct state *state;
	struct verdict_source *lists; /* NULL: they cannot be read */
	struct resolvers resolvers;
	int64_t now;
};

static int
describe(struct receipt_order *order, struct making *making)
{
	struct state *state = making->state;
	enum effect_state found;
	int ret = effect_state(&state->recorded.history, &state->config,
		state_index(state, order->record), making->now, &found);

	if (ret != 0)
		return ret;
	order->state = effect_state_name(found);
	if (order->record->order->action == ORDER_LIFT)
		return take_lift(order, state, making->lists, making->now);
	return take_block(order, order->record, making->lists, making->now);
}

static int
make_order(struct receipt_order *order, const struct receipt_key *key,
	struct making *making)
{
	struct state *state = making->state;
	int ret = ledger_receipt(
		state->ledger, key->authority, key->id, &order->ledger);

	order->authority = key->authority;
	order->id = key->id;
	if (ret == 0)
		ret = ledger_receipt_events(state->ledger, key->authority,
			key->id, add_event, order);
	if (ret != 0)
		return ret;
	if (order->ledger.recorded) {
		order->record = history_find(
			&state->recorded.history, key->authority, key->id);
		if (order->record != NULL)
			ret = describe(order, making);
		if (ret == 0)
			ret = ledger_openings(state->ledger,
				order->ledger.received, add_opening, order);
		return ret == 0
		               ? add_resolvers(order, state, &making->resolvers)
		               : ret;
	}
	/* It is held, or was: the last entry says so. */
	if (order->event_count > 0)
		order->state = order->events[order->event_count - 1].what;
	return 0;
}

static void
open_making(struct making *making, struct state *state, int64_t now_ms)
{
	char why[VERDICT_WHY_MAX];
	int folder = status_open(state->config.live_dir);

	memset(making, 0, sizeof *making);
	making->state = state;
	making->now = now_ms / 1000;
	if (state->lists >= 0 && verdict_open_at(&making->lists, state->lists,
					 MANIFEST_FILE, why) != 0)
		making->lists = NULL;
	if (folder < 0)
		return;
	if (status_read(&making->resolvers, folder, now_ms) != 0)
		making->resolvers.count = 0;
	close(folder);
}

int
receipt_make(struct receipt *receipt, struct state *state,
	const struct receipt_key *keys, size_t count)
{
	struct making making;
	int ret = 0;

	memset(receipt, 0, sizeof *receipt);
	receipt->written = pal_clock_ms();
	receipt->orders = calloc(count + 1, sizeof *receipt->orders);
	if (receipt->orders == NULL)
		return cmd_fail("no memory");
	open_making(&making, state, receipt->written);
	for (size_t i = 0; i < count && ret == 0; i++)
		ret = make_order(
			&receipt->orders[receipt->count++], &keys[i], &making);
	if (ret == 0)
		ret = ledger_head(state->ledger, &receipt->head);
	verdict_close(making.lists);
	resolvers_fini(&making.resolvers);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

int
receipt_refuse(struct receipt *receipt, struct state *state,
	const struct receipt_refusal *refusal)
{
	int ret = 0;

	memset(receipt, 0, sizeof *receipt);
	receipt->written = pal_clock_ms();
	receipt->refusal = *refusal;
	if (state->ledger != NULL)
		ret = ledger_head(state->ledger, &receipt->head);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

static void
free_order(struct receipt_order *order)
{
	for (size_t i = 0; i < order->event_count; i++) {
		free(order->events[i].what);
		free(order->events[i].who);
		free(order->events[i].detail);
	}
	free(order->events);
	free(order->targets);
	free(order->resolvers);
	free(order->ledger.comment);
	free(order->ledger.source);
	effect_fini(&order->own);
}

void
receipt_fini(struct receipt *receipt)
{
	for (size_t i = 0; i < receipt->count; i++)
		free_order(&receipt->orders[i]);
	free(receipt->orders);
	memset(receipt, 0, sizeof *receipt);
}
