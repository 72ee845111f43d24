/* What the journal gets: the commands' own entries, and the others. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "journal.h"
#include "ledger_due.h"
#include "palang/clock.h"
#include "state.h"
#include "status_files.h"
#include "timefmt.h"

/* ---- entries ---- */

int
state_add_event(struct state *state, struct ledger_event *event)
{
	const struct pal_manifest *manifest = &state->publication.manifest;
	int ret;

	event->at = state->started_ms;
	event->who = state->who;
	event->has_generation = manifest->generation != 0;
	event->generation = manifest->generation;
	memcpy(event->epoch, manifest->epoch, PAL_EPOCH_SIZE);
	ret = ledger_add_event(state->ledger, event);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

int
state_event(struct state *state, const char *what, const struct order *order,
	const char *detail)
{
	struct ledger_event event = {.what = what,
		.authority = order == NULL ? NULL : order->authority,
		.id = order == NULL ? NULL : order->id,
		.digest = order == NULL ? NULL : order->digest,
		.detail = detail};

	return state_add_event(state, &event);
}

/* ---- files and signatures ---- */

int
state_keep_file(struct state *state, const char *name, const void *data,
	size_t len, int64_t *file)
{
	uint8_t digest[PAL_SHA256_SIZE];
	struct ledger_event event = {
		.what = "received", .detail = name, .digest = digest};
	bool added;
	int ret = ledger_add_file(
		state->ledger, data, len, state->started_ms, file, &added);

	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (!added)
		return EXIT_DONE;
	pal_sha256(data, len, digest);
	return state_add_event(state, &event);
}

int
state_keep_signature(struct state *state, const struct ledger_signature *given,
	const uint8_t digest[PAL_SHA256_SIZE], int64_t *row)
{
	struct ledger_signature signature = *given;
	struct ledger_event event = {.what = "verified", .digest = digest};
	char *detail = NULL;
	bool added;
	int ret;

	signature.at = state->started_ms;
	ret = ledger_add_signature(state->ledger, &signature, row, &added);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (!added)
		return EXIT_DONE;
	detail = journal_verified(&signature);
	if (detail == NULL)
		return cmd_fail("no memory");
	event.detail = detail;
	ret = state_add_event(state, &event);
	free(detail);
	return ret;
}

/* ---- what time did ---- */

/* Once for each order and detail. */
static int
note_once(struct state *state, const char *what, const struct order *order,
	const char *detail)
{
	bool has = false;
	int ret = ledger_has_event(state->ledger, what, order, detail, &has);

	if (ret != 0)
		return state_fail_ledger(state, ret);
	return has ? EXIT_DONE : state_event(state, what, order, detail);
}

int
state_note_lifted(struct state *state, const struct record *lift)
{
	const struct record *lifted = history_find(&state->recorded.history,
		lift->order->lifts_authority, lift->order->lifts);
	struct pal_interval window = effect_lift_window(lift);
	char key[ORDER_KEY_MAX];

	if (lifted == NULL || window.start > state_now(state) ||
		window.end <= window.start)
		return EXIT_DONE;
	return note_once(
		state, "lifted", lifted->order, order_key(key, lift->order));
}

static int
note_due(struct state *state, const struct record *record, int64_t since)
{
	const struct order *order = record->order;
	int64_t now = state_now(state);
	char time[TIME_TEXT_MAX];
	int ret = EXIT_DONE;

	if (order->expires >= since && order->expires <= now)
		ret = note_once(state, "expired", order,
			time_format(time, order->expires));
	if (ret == EXIT_DONE && order->action == ORDER_LIFT &&
		effect_lift_window(record).start >= since)
		ret = state_note_lifted(state, record);
	return ret;
}

/* What was before the last command's own entry, that one saw to.  Entries of
 * what a resolver said are later than that; a restored ledger's are, too. */
static int
note_all_due(struct state *state)
{
	const struct history *history = &state->recorded.history;
	int64_t since;
	int ret = ledger_seen_to(state->ledger, &since);

	if (ret != 0)
		return state_fail_ledger(state, ret);
	for (size_t i = 0; i < history->record_count && ret == EXIT_DONE; i++)
		ret = note_due(state, &history->records[i], since / 1000);
	return ret;
}

/* ---- what resolvers say ---- */

struct confirming {
	struct state *state;
	struct ledger_generation newest;
	int64_t at;
	/* How many that the journal does not know it may take. */
	bool room_known;
	size_t room;
};

static int
confirm(struct confirming *confirming, const char *what,
	const struct pal_status *status, uint64_t generation, int64_t said)
{
	struct ledger *ledger = confirming->state->ledger;
	struct ledger_event event = {.at = confirming->at,
		.what = what,
		.who = confirming->state->who,
		.instance = status->instance,
		.said = said > 0 ? said : 0,
		.has_generation = true,
		.generation = generation};
	uint64_t known;
	int ret = ledger_confirmed(
		ledger, status->instance, what, status->epoch, &known);

	/* Nobody can have what was never made. */
	if (ret != 0 || generation <= known ||
		generation > confirming->newest.generation)
		return ret;
	memcpy(event.epoch, status->epoch, PAL_EPOCH_SIZE);
	return ledger_add_event(ledger, &event);
}

static int
find_room(struct confirming *confirming)
{
	size_t count, room;
	int ret;

	if (confirming->room_known)
		return 0;
	ret = ledger_new_instances(confirming->state->ledger,
		confirming->at - STATE_DAY_MS, &count);
	room = count < STATE_NEW_RESOLVERS_DAY ? STATE_NEW_RESOLVERS_DAY - count
	                                       : 0;
	confirming->room =
		room < STATE_NEW_RESOLVERS ? room : STATE_NEW_RESOLVERS;
	confirming->room_known = true;
	return ret;
}

/* The folder is the resolver's user's: under ever new names it would make the
 * journal grow without end. */
static int
is_welcome(struct confirming *confirming, const char *instance, bool *welcome)
{
	int ret = ledger_knows_instance(
		confirming->state->ledger, instance, welcome);

	if (ret != 0 || *welcome)
		return ret;
	ret = find_room(confirming);
	*welcome = confirming->room > 0;
	confirming->room -= *welcome;
	return ret;
}

static int
confirm_all(struct confirming *confirming, const struct resolvers *resolvers)
{
	int ret = 0;

	for (size_t i = 0; i < resolvers->count && ret == 0; i++) {
		const struct pal_status *status = &resolvers->items[i].status;
		bool welcome;

		if (resolvers->items[i].error != 0 ||
			memcmp(status->epoch, confirming->newest.epoch,
				PAL_EPOCH_SIZE) != 0)
			continue;
		ret = is_welcome(confirming, status->instance, &welcome);
		if (ret != 0 || !welcome)
			continue;
		ret = confirm(confirming, "in effect", status,
			status->generation, status->effect);
		if (ret == 0)
			ret = confirm(confirming, "swept", status,
				status->swept, status->swept_at);
	}
	return ret;
}

int
state_confirm(struct state *state)
{
	struct confirming confirming = {.state = state, .at = pal_clock_ms()};
	struct resolvers resolvers;
	int folder = status_open(state->config.live_dir), ret;

	/* Without them there is nothing to record, and nothing else fails. */
	if (folder < 0)
		return EXIT_DONE;
	ret = status_read(&resolvers, folder, confirming.at);
	close(folder);
	if (ret == 0) {
		ret = ledger_newest(state->ledger, &confirming.newest);
		if (ret == 0)
			ret = confirm_all(&confirming, &resolvers);
		free(confirming.newest.manifest);
		if (ret != 0)
			ret = state_fail_ledger(state, ret);
	} else {
		ret = EXIT_DONE;
	}
	resolvers_fini(&resolvers);
	return ret;
}

int
state_catch_up(struct state *state)
{
	int ret = note_all_due(state);

	return ret == EXIT_DONE ? state_confirm(state) : ret;
}

/* ---- to the outside ---- */

void
state_tell_head(struct state *state)
{
	struct ledger_head head;
	char hex[PAL_SHA256_HEX];

	if (!ledger_is_new(state->ledger) ||
		ledger_head(state->ledger, &head) != 0)
		return;
	openlog("palang", 0, LOG_AUTHPRIV);
	syslog(LOG_NOTICE, "journal %" PRId64 " head %s", head.number,
		pal_sha256_to_hex(hex, head.hash));
	closelog();
}
