#include "overview.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "palang/clock.h"
#include "palang/error.h"
#include "text.h"
#include "timefmt.h"

#define LATE_MS    10000    /* a generation not in effect by then is late */
#define LATE_SWEEP 600000   /* ms; and not swept by then */
#define GONE_MS    86400000 /* a resolver silent for so long has gone */
#define STEPPED_MS 60000    /* a clock so far behind judges too late */

void
overview_fini(struct overview *overview)
{
	free(overview->newest.manifest);
	resolvers_fini(&overview->resolvers);
	free(overview->states);
	shadow_fini(&overview->shadow);
	ledger_batches_fini(&overview->held);
	problems_fini(&overview->findings);
	memset(overview, 0, sizeof *overview);
}

/* ---- lists and ledger ---- */

static int
look_at_lists(struct overview *overview, struct state *state)
{
	struct problems *findings = &overview->findings;
	int ret;

	if (state->lists < 0) {
		problem_error(findings, NULL, 0, 0,
			"%s/lists: cannot be opened: `palang init` makes it",
			state->config.live_dir);
		ret = ledger_newest(state->ledger, &overview->newest);
		return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
	}
	ret = publish_compare(
		state->ledger, state->lists, &overview->newest, &overview->gap);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (overview->gap == PUBLISH_NONE)
		problem_error(findings, NULL, 0, 0,
			"nothing was ever published: palang init");
	else if (overview->gap != PUBLISH_IN_STEP)
		problem_error(findings, NULL, 0, 0,
			"the lists are not those of the ledger%s: palang "
			"publish",
			overview->gap == PUBLISH_BEHIND
				? " (a command was cut short)"
				: "");
	return EXIT_DONE;
}

/* ---- resolvers ---- */

const char *
overview_word(const struct resolver *resolver)
{
	static const char *const words[] = {
		[PAL_STATE_OK] = "OK",
		[PAL_STATE_EMPTY] = "EMPTY",
		[PAL_STATE_DEGRADED] = "DEGRADED",
	};

	if (resolver->error != 0)
		return "UNREADABLE";
	if (resolver->ended)
		return "ENDED";
	if (!resolver->live)
		return resolver->age_ms > GONE_MS ? "GONE" : "SILENT";
	return words[resolver->status.state];
}

static void
judge_live(struct overview *overview, const struct resolver *resolver,
	const char *name, int64_t now_ms)
{
	const struct pal_status *status = &resolver->status;
	const struct ledger_generation *newest = &overview->newest;
	struct problems *findings = &overview->findings;
	int64_t age = now_ms - newest->begun;

	if (status->state != PAL_STATE_OK)
		problem_error(findings, NULL, 0, 0, "%s: %s: %s", name,
			overview_word(resolver),
			status->error[0] == '\0' ? "no list is loaded"
						 : status->error);
	else if (age > LATE_MS && !resolver_reached(resolver, newest->epoch,
					  newest->generation, REACH_EFFECT))
		problem_error(findings, NULL, 0, 0,
			"%s: generation %" PRIu64 " is in effect, not %" PRIu64
			", which was published %" PRId64 " s ago",
			name, status->generation, newest->generation,
			age / 1000);
	else if (age > LATE_SWEEP && !resolver_reached(resolver, newest->epoch,
					     newest->generation, REACH_SWEPT))
		problem_warning(findings, NULL, 0, 0,
			"%s: its cache is not swept yet, %" PRId64
			" s after generation %" PRIu64,
			name, age / 1000, newest->generation);
	if (status->stepped > STEPPED_MS)
		problem_error(findings, NULL, 0, 0,
			"%s: its clock stepped back, and is %" PRId64
			" s behind the latest time it saw",
			name, status->stepped / 1000);
}

static void
judge_resolver(struct overview *overview, const struct resolver *resolver,
	int64_t now_ms)
{
	struct problems *findings = &overview->findings;
	const char *name = resolver->error == 0 ? resolver->status.instance
	                                        : resolver->file;

	if (resolver->error != 0)
		problem_error(findings, NULL, 0, 0, "status/%s: %s", name,
			pal_strerror(resolver->error));
	else if (resolver->ended)
		return; /* as it was told to */
	else if (resolver->live)
		judge_live(overview, resolver, name, now_ms);
	else if (resolver->age_ms < 0)
		problem_error(findings, NULL, 0, 0,
			"%s: its last heartbeat lies %" PRId64
			" s ahead of our clock",
			name, -resolver->age_ms / 1000);
	else if (resolver->age_ms <= GONE_MS)
		problem_error(findings, NULL, 0, 0,
			"%s: no heartbeat for %" PRId64
			" s: it died, hangs, or cannot write its status",
			name, resolver->age_ms / 1000);
}

static int
look_at_resolvers(struct overview *overview, const struct state *state)
{
	struct problems *findings = &overview->findings;
	int folder = status_open(state->config.live_dir), ret;

	if (folder < 0) {
		problem_error(findings, NULL, 0, 0, "%s/status: %s",
			state->config.live_dir, strerror(errno));
		return EXIT_DONE;
	}
	ret = status_read(&overview->resolvers, folder, pal_clock_ms());
	close(folder);
	if (ret != 0)
		return cmd_fail("%s/status: %s", state->config.live_dir,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	if (overview->resolvers.unseen > 0)
		problem_error(findings, NULL, 0, 0, RESOLVERS_CUT,
			state->config.live_dir,
			overview->resolvers.count + overview->resolvers.unseen,
			RESOLVERS_MAX);
	for (size_t i = 0; i < overview->resolvers.count; i++)
		judge_resolver(overview, &overview->resolvers.items[i],
			overview->resolvers.at);
	if (overview->resolvers.live == 0)
		problem_error(findings, NULL, 0, 0,
			"no running resolver seen in %s/status",
			state->config.live_dir);
	return EXIT_DONE;
}

/* ---- the emergency ---- */

/* It must ring for as long as it lasts. */
static void
look_at_switch(struct overview *overview, const struct state *state)
{
	char time[TIME_TEXT_MAX];

	if (state->open.number != 0)
		problem_error(&overview->findings, NULL, 0, 0,
			"nothing is blocked since %s, by `palang open --all` "
			"of %s: %s; `palang close --all` ends it",
			time_format(time, state->open.began / 1000),
			state->open.who, state->open.reason);
}

/* ---- orders ---- */

bool
overview_review_due(const struct overview *overview, const struct state *state,
	size_t index)
{
	const struct order *order =
		state->recorded.history.records[index].order;
	enum effect_state found = overview->states[index];

	return order->review != ORDER_NO_TIME &&
	       order->review <= state_now(state) &&
	       (found == EFFECT_ACTIVE || found == EFFECT_PENDING ||
		       found == EFFECT_SUSPENDED);
}

static void
warn_order(struct overview *overview, const struct state *state, size_t index)
{
	const struct order *order =
		state->recorded.history.records[index].order;
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];

	order_key(key, order);
	if (overview->states[index] == EFFECT_SUSPENDED)
		problem_warning(&overview->findings, NULL, 0, 0,
			"%s is suspended", key);
	if (overview->states[index] == EFFECT_WAITING)
		problem_warning(&overview->findings, NULL, 0, 0,
			"%s waits for %s:%s", key, order->lifts_authority,
			order->lifts);
	if (overview_review_due(overview, state, index))
		problem_warning(&overview->findings, NULL, 0, 0,
			"the review of %s was due at %s", key,
			time_format(time, order->review));
}

static int
count_names(struct overview *overview, const struct state *state, size_t index)
{
	struct effect_names names;
	int ret = effect_names(&state->recorded.history, &state->config, index,
		state_now(state), &names);

	overview->names += names.blocked;
	return ret;
}

static int
look_at_orders(struct overview *overview, const struct state *state)
{
	const struct history *history = &state->recorded.history;

	overview->states =
		calloc(history->record_count + 1, sizeof *overview->states);
	if (overview->states == NULL)
		return cmd_fail("no memory");
	for (size_t i = 0; i < history->record_count; i++) {
		const struct order *order = history->records[i].order;
		enum effect_state *found = &overview->states[i];
		int ret = effect_state(
			history, &state->config, i, state_now(state), found);

		if (ret != 0)
			return cmd_fail("%s", pal_strerror(ret));
		if (order->action == ORDER_LIFT)
			overview->lifts[*found]++;
		else
			overview->blocks[*found]++;
		if (order->action == ORDER_BLOCK && *found == EFFECT_ACTIVE)
			ret = count_names(overview, state, i);
		if (ret != 0)
			return cmd_fail("%s", pal_strerror(ret));
		warn_order(overview, state, i);
	}
	return EXIT_DONE;
}

int
overview_make(struct overview *overview, struct state *state)
{
	int ret;

	memset(overview, 0, sizeof *overview);
	look_at_switch(overview, state);
	ret = look_at_lists(overview, state);
	if (ret == EXIT_DONE)
		ret = look_at_resolvers(overview, state);
	if (ret == EXIT_DONE)
		ret = look_at_orders(overview, state);
	if (ret == EXIT_DONE)
		ret = overview_look_at_shadow(overview, state);
	if (ret == EXIT_DONE)
		ret = overview_look_at_held(overview, state);
	if (ret == EXIT_DONE)
		ret = overview_look_at_due(overview, state);
	if (ret == EXIT_DONE) {
		overview_look_at_keys(overview, state);
		overview_look_at_feeds(overview, state);
		overview_look_at_rights(overview, state);
	}
	return ret;
}
