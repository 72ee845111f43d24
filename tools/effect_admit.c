/* Whether a document may join those recorded, and what to warn of. */
#include <stdlib.h>
#include <string.h>

#include "effect_entry.h"
#include "palang/error.h"
#include "timefmt.h"

/* What one admission is about. */
struct admission {
	const struct history *history;
	const struct config *config;
	const struct record *record;
	const char *file;
	struct problems *problems;
};

/* A document as a whole begins in its first column. */
#define REFUSE(at, ...)                                                        \
	problem_error((at)->problems, (at)->file, (at)->record->order->line,   \
		1, __VA_ARGS__)
#define WARN(at, ...)                                                          \
	problem_warning((at)->problems, (at)->file, (at)->record->order->line, \
		1, __VA_ARGS__)

/* ---- the same identity once more ---- */

#define SHOWN_LINES 8 /* of what differs, of each document */

/* True if the canonical form has this line. */
static bool
has_line(const char *canonical, const char *line, size_t len)
{
	while (*canonical != '\0') {
		size_t n = strcspn(canonical, "\n");

		if (n == len && memcmp(canonical, line, len) == 0)
			return true;
		canonical += n + (canonical[n] == '\n');
	}
	return false;
}

/* Tells the lines that the one canonical form has and the other has not.
 * Long documents are cut short: the first differences tell enough. */
static void
show_lines(struct admission *at, const char *whose, const char *canonical,
	const char *other)
{
	unsigned shown = 0;

	while (*canonical != '\0' && shown < SHOWN_LINES) {
		size_t n = strcspn(canonical, "\n");

		if (n > 0 && !has_line(other, canonical, n)) {
			REFUSE(at, "%s: %.*s", whose, (int)n, canonical);
			shown++;
		}
		canonical += n + (canonical[n] == '\n');
	}
}

static void
refuse_other(struct admission *at, const struct record *known)
{
	char key[ORDER_KEY_MAX], received[TIME_TEXT_MAX];
	char hex[PAL_SHA256_HEX], known_hex[PAL_SHA256_HEX];

	pal_sha256_to_hex(hex, at->record->order->digest);
	pal_sha256_to_hex(known_hex, known->order->digest);
	REFUSE(at,
		"%s is recorded already, and says something else: received "
		"%s, digest %.12s; this one %.12s. Orders are never changed: "
		"give it an id of its own, with `replaces: %s` if it shall "
		"take the other's place",
		order_key(key, known->order),
		time_format(received, known->received), known_hex, hex,
		known->order->id);
	if (known->order->canonical == NULL ||
		at->record->order->canonical == NULL)
		return;
	show_lines(at, "recorded", known->order->canonical,
		at->record->order->canonical);
	show_lines(at, "this one", at->record->order->canonical,
		known->order->canonical);
}

/* ---- lifts ---- */

static unsigned
common_labels(const struct pal_name *a, const struct pal_name *b)
{
	unsigned most = a->labels < b->labels ? a->labels : b->labels;
	struct pal_name left, right;

	for (unsigned n = most; n > 0; n--) {
		pal_name_ancestor(&left, a, n);
		pal_name_ancestor(&right, b, n);
		if (pal_name_equal(&left, &right))
			return n;
	}
	return 0;
}

/* The block entry that shares the most labels with the name: in canonical
 * order it is one of the two next to it. */
static const struct effect_entry *
nearest(const struct effect *own, const struct pal_name *name)
{
	size_t below = effect_first(own, name), above = below;

	while (above < own->count && own->entries[above].except)
		above++;
	while (below > 0 && own->entries[below - 1].except)
		below--;
	if (above == own->count)
		return below == 0 ? NULL : &own->entries[below - 1];
	if (below == 0 ||
		common_labels(own->entries[above].name, name) >
			common_labels(own->entries[below - 1].name, name))
		return &own->entries[above];
	return &own->entries[below - 1];
}

static const char *
scope_name(enum pal_scope scope)
{
	return scope == PAL_EXACT ? "exact" : "subtree";
}

/* Says why a lift's target is none of the order's, and what is. */
static void
refuse_target(struct admission *at, const struct order *block,
	const struct effect *own, const struct order_target *target,
	bool warning)
{
	char key[ORDER_KEY_MAX], name[PAL_NAME_TEXT_MAX];
	char near[PAL_NAME_TEXT_MAX], *text = NULL;
	const struct effect_entry *entry = effect_find(own, &target->name);
	int len;

	pal_name_to_text(name, &target->name);
	order_key(key, block);
	if (entry != NULL && entry->except) {
		pal_name_to_text(near, entry->name);
		len = asprintf(&text,
			"%s leaves %s open itself (except %s): there is "
			"nothing to lift",
			key, name, near);
	} else if (entry != NULL) {
		pal_name_to_text(near, entry->name);
		len = asprintf(&text,
			"%s blocks %s (%s), but not %s (%s): give that scope, "
			"or none",
			key, near, scope_name(entry->scope), name,
			scope_name(target->scope));
	} else {
		entry = nearest(own, &target->name);
		if (entry != NULL)
			pal_name_to_text(near, entry->name);
		len = asprintf(&text,
			"%s never blocked %s; the nearest that it names is "
			"%s (%s)",
			key, name, entry == NULL ? "nothing" : near,
			entry == NULL ? "-" : scope_name(entry->scope));
	}
	if (len < 0)
		text = NULL;
	(warning ? problem_warning : problem_error)(at->problems, at->file,
		target->line, target->column, "%s",
		text == NULL ? "no memory" : text);
	free(text);
}

/* Judges each target of a lift against the order it lifts. */
static int
check_targets(struct admission *at, const struct order *lift,
	const struct record *block, bool warning)
{
	struct effect own;
	int ret = effect_own(&own, block);

	if (ret != 0)
		return ret;
	for (size_t i = 0; i < lift->target_count; i++) {
		struct reach reach = effect_reach(&own, &lift->targets[i]);

		if (reach.named_count == 0 && reach.inside == NULL)
			refuse_target(at, block->order, &own, &lift->targets[i],
				warning);
	}
	effect_fini(&own);
	return 0;
}

/* Warns of a lift that lifts nothing (any more). */
static void
warn_idle(struct admission *at, const struct record *block)
{
	const struct record *replacer, *ended;
	struct pal_interval window =
		effect_window(at->history, at->config, block, &replacer);
	char key[ORDER_KEY_MAX], other[ORDER_KEY_MAX], time[TIME_TEXT_MAX];

	order_key(key, block->order);
	ended = effect_ended(
		at->history, at->config, block, at->record->received);
	if (ended != NULL && ended != at->record)
		WARN(at,
			"%s is lifted as a whole already, by %s: this lift is "
			"recorded without effect",
			key, order_key(other, ended->order));
	else if (replacer != NULL)
		WARN(at,
			"%s is replaced by %s from %s on; this lift does not "
			"bind that one",
			key, order_key(other, replacer->order),
			time_format(time, effect_begin(replacer->order)));
	else if (window.end <= at->record->received)
		WARN(at,
			"%s expired at %s: the lift is recorded without "
			"effect",
			key, time_format(time, block->order->expires));
}

/* Whoever cancels what was to follow may not think of what goes on. */
static void
warn_cancelled(struct admission *at, const struct record *block)
{
	const struct order *order = block->order;
	char key[ORDER_KEY_MAX];

	if (effect_replaces(at->history, at->config, block) &&
		effect_cancels(at->record, block, at->config))
		WARN(at,
			"%s was to replace %s:%s, which goes on instead: lift "
			"that one too if nothing shall be blocked",
			order_key(key, order), order->authority,
			order->replaces);
}

static bool
is_held(const struct admission *at, const char *authority, const char *id)
{
	const struct history *history = at->history;

	return history->is_held != NULL &&
	       history->is_held(history->held, authority, id);
}

static int
admit_lift(struct admission *at)
{
	const struct order *lift = at->record->order;
	const struct record *block =
		history_find(at->history, lift->lifts_authority, lift->lifts);

	if (!config_may_lift(
		    at->config, lift->authority, lift->lifts_authority)) {
		REFUSE(at,
			"%s may not lift %s:%s: an order is lifted by its own "
			"authority, or by one that has `acts-for: [%s]` in "
			"the configuration",
			lift->authority, lift->lifts_authority, lift->lifts,
			lift->lifts_authority);
		return 0;
	}
	if (block == NULL && is_held(at, lift->lifts_authority, lift->lifts)) {
		WARN(at,
			"%s:%s is held, and not in force: the lift waits for "
			"it; `palang held` tells why, `palang reject` drops it",
			lift->lifts_authority, lift->lifts);
		return 0;
	}
	if (block == NULL) {
		WARN(at, "%s:%s is not recorded: the lift waits for it",
			lift->lifts_authority, lift->lifts);
		return 0;
	}
	if (block->order->action == ORDER_LIFT) {
		REFUSE(at,
			"%s:%s is a lift, and a lift cannot be lifted: a new "
			"order blocks its names again",
			lift->lifts_authority, lift->lifts);
		return 0;
	}
	warn_idle(at, block);
	warn_cancelled(at, block);
	return check_targets(at, lift, block, false);
}

/* ---- blocks ---- */

static void
admit_replaces(struct admission *at)
{
	const struct order *order = at->record->order;
	const struct record *old =
		history_find(at->history, order->authority, order->replaces);
	const struct record *replacer;
	char key[ORDER_KEY_MAX];

	if (old == NULL && is_held(at, order->authority, order->replaces)) {
		REFUSE(at,
			"replaces %s:%s, which is held, and not in force: "
			"`palang held` tells why; `palang approve` puts it in "
			"force, then this can replace it",
			order->authority, order->replaces);
		return;
	}
	if (old == NULL) {
		REFUSE(at,
			"replaces %s:%s, which is not recorded: apply that one "
			"first, or in one go with this; `palang list --all` "
			"shows those there are",
			order->authority, order->replaces);
		return;
	}
	if (old->order->action == ORDER_LIFT) {
		REFUSE(at,
			"replaces %s:%s, which is a lift; only an order that "
			"blocks can be replaced",
			order->authority, order->replaces);
		return;
	}
	effect_window(at->history, at->config, old, &replacer);
	if (replacer != NULL)
		REFUSE(at, "replaces %s:%s, which %s has replaced already",
			order->authority, order->replaces,
			order_key(key, replacer->order));
	else if (at->record->received >= order->expires)
		WARN(at,
			"%s:%s stays as it is: the order to replace it came "
			"after its own window",
			order->authority, order->replaces);
}

/* The lifts that waited for this order take effect with it. */
static int
meet_lifts(struct admission *at)
{
	const struct order *order = at->record->order;
	const struct record *next;
	size_t cursor = 0;
	int ret = 0;

	while (ret == 0 && (next = history_next(at->history, order->authority,
				    order->id, &cursor)) != NULL) {
		char key[ORDER_KEY_MAX];

		if (next->order->action != ORDER_LIFT ||
			!effect_lifts(next, at->record, at->config))
			continue;
		order_key(key, next->order);
		if (order->action == ORDER_LIFT) {
			WARN(at,
				"%s waits for this id, but lifts nothing: a "
				"lift cannot be lifted",
				key);
			continue;
		}
		WARN(at, "%s, received earlier, lifts %s", key,
			next->order->target_count == 0 ? "all of it"
						       : "names of it");
		ret = check_targets(at, next->order, at->record, true);
	}
	return ret;
}

static void
warn_late(struct admission *at)
{
	char time[TIME_TEXT_MAX];

	if (at->record->received < at->record->order->expires)
		return;
	WARN(at,
		"received after its window, which ended at %s: recorded as "
		"expired, without effect",
		time_format(time, at->record->order->expires));
}

int
effect_admit(const struct history *history, const struct config *config,
	const struct record *record, const char *file,
	struct problems *problems)
{
	struct admission at = {history, config, record, file, problems};
	const struct order *order = record->order;
	const struct record *known =
		history_find(history, order->authority, order->id);
	size_t errors = problems->errors;
	int ret = 0;

	if (known != NULL) {
		if (memcmp(known->order->digest, order->digest,
			    PAL_SHA256_SIZE) == 0)
			return 0;
		refuse_other(&at, known);
		return PAL_ECONFLICT;
	}
	warn_late(&at);
	if (order->action == ORDER_LIFT)
		ret = admit_lift(&at);
	else if (order->replaces[0] != '\0')
		admit_replaces(&at);
	if (ret == 0)
		ret = meet_lifts(&at);
	if (ret != 0)
		return ret;
	return problems->errors > errors ? PAL_ECONFLICT : 0;
}
