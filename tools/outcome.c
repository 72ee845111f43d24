#include "outcome.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "palang/error.h"
#include "text.h"
#include "timefmt.h"
#include "verdict.h"

#define NAMES_SHOWN 100 /* open names of one lift; the others: always */

/* What the lists say with the image just compiled in the place of the orders
 * that are published. */
struct outlook {
	struct verdict_source *source; /* the other lists; may be NULL */
	struct pal_image *image;
	struct pal_snapshot snapshot;
};

static void
outlook_close(struct outlook *outlook)
{
	pal_image_free(outlook->image);
	verdict_close(outlook->source);
}

static int
outlook_open(struct outlook *outlook, const struct state *state)
{
	const struct publication *publication = &state->publication;
	char why[VERDICT_WHY_MAX];
	uint8_t *copy = malloc(publication->image_len);
	int ret;

	if (copy == NULL)
		return PAL_ENOMEM;
	memcpy(copy, publication->image, publication->image_len);
	ret = pal_image_load(
		&outlook->image, copy, publication->image_len, NULL);
	if (ret != 0) {
		free(copy);
		return ret;
	}
	/* Feeds and allow, if there are any. */
	if (verdict_open_at(
		    &outlook->source, state->lists, MANIFEST_FILE, why) == 0)
		outlook->snapshot = *verdict_snapshot(outlook->source);
	outlook->snapshot.orders.image = outlook->image;
	return 0;
}

/* ---- a block order ---- */

static void
count_targets(const struct order *order, size_t *names, size_t *excepts)
{
	*names = *excepts = 0;
	for (size_t i = 0; i < order->target_count; i++) {
		if (order->targets[i].except)
			++*excepts;
		else
			++*names;
	}
}

static void
print_block(const struct order *order, enum effect_state state,
	const struct pal_interval *window)
{
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];
	size_t names, excepts;

	count_targets(order, &names, &excepts);
	printf("%s: %s", order_key(key, order),
		state == EFFECT_ACTIVE ? "in force" : effect_state_name(state));
	if (state == EFFECT_PENDING)
		printf(" until %s", time_format(time, window->start));
	printf(", blocks %zu name%s", names, names == 1 ? "" : "s");
	if (excepts > 0)
		printf(", except %zu", excepts);
	if (window->end != PAL_NEVER && state != EFFECT_EXPIRED)
		printf(", ends %s", time_format(time, window->end));
	putchar('\n');
}

/* ---- a lift ---- */

/* The count of names that were open and are not printed. */
struct telling {
	const struct outlook *outlook;
	int64_t at; /* when the lift is in force */
	size_t open;
	char from[8 + TIME_TEXT_MAX]; /* " from TIME", of one that is pending */
};

static void
tell_name(struct telling *telling, const struct pal_name *name, bool subtree)
{
	struct pal_verdict verdict;
	char text[PAL_NAME_TEXT_MAX];

	pal_name_to_text(text, name);
	pal_decide(&telling->outlook->snapshot, name->wire, name->len,
		PAL_TYPE_A, telling->at, &verdict);
	if (verdict.action == PAL_BLOCK) {
		printf("  %s: still blocked by %.*s:%.*s%s\n", text,
			(int)verdict.policy.authority.len,
			verdict.policy.authority.text,
			(int)verdict.policy.id.len, verdict.policy.id.text,
			telling->from);
	} else if (telling->open++ < NAMES_SHOWN) {
		printf("  %s%s: open%s\n", text, subtree ? " and below" : "",
			telling->from);
	}
}

/* The names of its own that a lift's subtree target leaves blocked. */
static void
tell_below(struct telling *telling, const struct effect *block,
	const struct pal_name *apex)
{
	for (size_t i = effect_first(block, apex); i < block->count; i++) {
		const struct effect_entry *own = &block->entries[i];

		if (!pal_name_within(own->name, apex))
			return;
		if (!own->except && own->name->labels > apex->labels)
			tell_name(
				telling, own->name, own->scope == PAL_SUBTREE);
	}
}

/* True if a lift's target opens more than the name itself. */
static bool
opens_below(const struct effect *block, const struct order_target *target)
{
	bool exact = false;

	if (target->scope != ORDER_SCOPE_ANY)
		return target->scope == PAL_SUBTREE;
	for (size_t i = effect_first(block, &target->name); i < block->count;
		i++) {
		const struct effect_entry *own = &block->entries[i];

		if (!pal_name_equal(own->name, &target->name))
			break;
		if (!own->except && own->scope == PAL_SUBTREE)
			return true;
		exact = exact || !own->except;
	}
	/* A name of its own in neither form was cut out of a subtree. */
	return !exact;
}

/* block: the order as it gives its names. */
static void
tell_lifted(struct telling *telling, const struct order *lift,
	const struct effect *block)
{
	for (size_t i = 0; i < lift->target_count; i++) {
		const struct order_target *target = &lift->targets[i];
		bool subtree = opens_below(block, target);

		tell_name(telling, &target->name, subtree);
		if (subtree)
			tell_below(telling, block, &target->name);
	}
	for (size_t i = 0; i < block->count && lift->target_count == 0; i++) {
		const struct effect_entry *own = &block->entries[i];

		if (!own->except)
			tell_name(
				telling, own->name, own->scope == PAL_SUBTREE);
	}
	if (telling->open > NAMES_SHOWN)
		printf("  ... and %zu more: open%s\n",
			telling->open - NAMES_SHOWN, telling->from);
}

static int
print_lift(const struct record *record, enum effect_state lift_state,
	const struct state *state, const struct outlook *outlook)
{
	const struct order *lift = record->order;
	const struct record *block = history_find(
		&state->recorded.history, lift->lifts_authority, lift->lifts);
	struct pal_interval window = effect_lift_window(record);
	struct telling telling = {outlook, state_now(state), 0, ""};
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];
	struct effect own;
	int ret;

	printf("%s: %s, lifts %s%s:%s", order_key(key, lift),
		lift_state == EFFECT_ACTIVE ? "in force"
					    : effect_state_name(lift_state),
		lift->target_count == 0 ? "" : "names of ",
		lift->lifts_authority, lift->lifts);
	if (lift_state == EFFECT_PENDING)
		printf(" from %s", time_format(time, window.start));
	if (window.end != PAL_NEVER && lift_state != EFFECT_EXPIRED)
		printf(" until %s", time_format(time, window.end));
	putchar('\n');
	if (block == NULL || block->order->action == ORDER_LIFT ||
		lift_state == EFFECT_EXPIRED)
		return 0;
	if (telling.at < window.start) {
		telling.at = window.start;
		snprintf(telling.from, sizeof telling.from, " from %s",
			time_format(time, window.start));
	}
	ret = effect_own(&own, block);
	if (ret != 0)
		return ret;
	tell_lifted(&telling, lift, &own);
	effect_fini(&own);
	return 0;
}

void
outcome_known(const struct intake_item *item, const struct state *state)
{
	const struct suspension *stop =
		ledger_state_stop(&state->recorded, item->order);
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];

	printf("%s: recorded already, nothing to do",
		order_key(key, item->order));
	if (stop != NULL)
		printf("; suspended here since %s",
			time_format(time, stop->when.start));
	putchar('\n');
}

static int
print_item(const struct intake_item *item, const struct state *state,
	const struct outlook *outlook, bool dry)
{
	const struct history *history = &state->recorded.history;
	const struct record *record =
		item->known != NULL ? item->known
				    : &state->recorded.records[item->index];
	enum effect_state found;
	struct pal_interval window;
	int ret;

	if (item->known != NULL) {
		outcome_known(item, state);
		return 0;
	}
	ret = effect_state(history, &state->config, state_index(state, record),
		state_now(state), &found);
	if (ret != 0)
		return ret;
	if (dry)
		printf("would record ");
	window = item->order->action == ORDER_BLOCK
	                 ? effect_window(history, &state->config, record, NULL)
	                 : effect_lift_window(record);
	if (item->order->action == ORDER_BLOCK)
		print_block(item->order, found, &window);
	else
		ret = print_lift(record, found, state, outlook);
	return ret;
}

/* Blocks are told without judging any name. */
static bool
any_lift(const struct intake *intake)
{
	for (size_t i = 0; i < intake->count; i++) {
		if (intake->items[i].order->action == ORDER_LIFT)
			return true;
	}
	return false;
}

/* Whose word what follows is. */
static void
print_signed(const struct intake *intake)
{
	char id[MINISIG_ID_TEXT];

	for (size_t i = 0; i < intake->file_count; i++) {
		const struct intake_file *file = &intake->files[i];

		if (file->key == NULL)
			continue;
		text_print(stdout, file->name);
		printf(": signed with key %s of %s: ",
			minisig_id_format(id, file->key->id), file->authority);
		text_print(stdout, file->comment);
		putchar('\n');
	}
}

int
outcome_print(const struct intake *intake, struct state *state, bool dry)
{
	struct outlook outlook;
	int ret;

	print_signed(intake);
	memset(&outlook, 0, sizeof outlook);
	ret = any_lift(intake) ? outlook_open(&outlook, state) : 0;
	for (size_t i = 0; i < intake->count && ret == 0; i++)
		ret = print_item(&intake->items[i], state, &outlook, dry);
	outlook_close(&outlook);
	fflush(stdout);
	return ret == 0 ? EXIT_DONE : cmd_fail("%s", pal_strerror(ret));
}
