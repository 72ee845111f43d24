/* What has become of an order, in one word. */
#include <string.h>

#include "effect_entry.h"
#include "effect_span.h"
#include "palang/error.h"

static const char *const state_names[] = {
	[EFFECT_PENDING] = "pending",
	[EFFECT_ACTIVE] = "active",
	[EFFECT_EXPIRED] = "expired",
	[EFFECT_LIFTED] = "lifted",
	[EFFECT_REPLACED] = "replaced",
	[EFFECT_SUSPENDED] = "suspended",
	[EFFECT_CANCELLED] = "cancelled",
	[EFFECT_WAITING] = "waiting",
};

const char *
effect_state_name(enum effect_state state)
{
	return state_names[state];
}

static enum effect_state
lift_state(const struct history *history, const struct config *config,
	const struct record *lift, int64_t now)
{
	const struct order *order = lift->order;
	struct pal_interval window = effect_lift_window(lift);
	const struct record *lifted =
		history_find(history, order->lifts_authority, order->lifts);

	if (window.start >= window.end || now >= window.end)
		return EFFECT_EXPIRED;
	if (lifted == NULL || !effect_lifts(lift, lifted, config))
		return EFFECT_WAITING;
	if (lifted->order->action == ORDER_BLOCK &&
		effect_window(history, config, lifted, NULL).end <= now)
		return EFFECT_EXPIRED;
	return now < window.start ? EFFECT_PENDING : EFFECT_ACTIVE;
}

static bool
suspended(const struct history *history, const struct order *order, int64_t now)
{
	for (size_t i = 0; i < history->suspension_count; i++) {
		const struct suspension *stop = &history->suspensions[i];

		if (strcmp(stop->id, order->id) == 0 &&
			strcmp(stop->authority, order->authority) == 0 &&
			spans_has(&stop->when, 1, now))
			return true;
	}
	return false;
}

static bool
any_left(const struct effect *effect, int64_t now)
{
	for (size_t i = 0; i < effect->count; i++) {
		if (spans_left(effect->entries[i].intervals,
			    effect->entries[i].interval_count, now))
			return true;
	}
	return false;
}

static bool
any_now(const struct effect *effect, int64_t now)
{
	for (size_t i = 0; i < effect->count; i++) {
		if (spans_has(effect->entries[i].intervals,
			    effect->entries[i].interval_count, now))
			return true;
	}
	return false;
}

/* effect: that of the lifts alone, without the operator's suspensions. */
static enum effect_state
block_state(const struct effect *effect, const struct history *history,
	const struct record *record, int64_t now)
{
	/* It was to begin later, and never did. */
	if (record->received < effect->window.start &&
		!any_left(effect, effect->window.start))
		return EFFECT_CANCELLED;
	if (!any_left(effect, now))
		return EFFECT_LIFTED;
	if (suspended(history, record->order, now))
		return EFFECT_SUSPENDED;
	if (any_now(effect, now))
		return EFFECT_ACTIVE;
	return now < effect->window.start ? EFFECT_PENDING : EFFECT_LIFTED;
}

int
effect_state(const struct history *history, const struct config *config,
	size_t index, int64_t now, enum effect_state *state)
{
	const struct record *record = &history->records[index], *replacer;
	struct history lifts_alone = *history;
	struct pal_interval window;
	struct effect effect;
	int ret;

	if (record->order->action == ORDER_LIFT) {
		*state = lift_state(history, config, record, now);
		return 0;
	}
	window = effect_window(history, config, record, &replacer);
	if (now >= window.end || window.start >= window.end) {
		*state = replacer != NULL && record->received <
		                                     record->order->expires
		                 ? EFFECT_REPLACED
		                 : EFFECT_EXPIRED;
		return 0;
	}
	lifts_alone.suspension_count = 0;
	ret = effect_of(&effect, &lifts_alone, config, index);
	if (ret != 0)
		return ret;
	*state = block_state(&effect, history, record, now);
	effect_fini(&effect);
	return 0;
}

int
effect_names(const struct history *history, const struct config *config,
	size_t index, int64_t now, struct effect_names *names)
{
	struct effect effect;
	int ret = effect_of(&effect, history, config, index);

	*names = (struct effect_names){0, 0};
	if (ret != 0)
		return ret;
	for (size_t i = 0; i < effect.count; i++) {
		const struct effect_entry *entry = &effect.entries[i];

		if (entry->except || entry->made)
			continue;
		names->given++;
		names->blocked +=
			spans_has(entry->intervals, entry->interval_count, now);
	}
	effect_fini(&effect);
	return 0;
}
