/* The configuration is kept, so that what was can be looked at later. */
#include <stdlib.h>
#include <string.h>

#include "ledger_past.h"
#include "palang/error.h"
#include "past.h"
#include "state.h"
#include "timefmt.h"

/* ---- keeping ---- */

static int
add_config(struct state *state, const uint8_t digest[PAL_SHA256_SIZE])
{
	struct ledger_event event = {.what = "configuration",
		.detail = state->config.file,
		.digest = digest};
	int64_t file;
	int ret = state_keep_file(state, state->config.file, state->config.text,
		    state->config.text_len, &file),
	    err;

	if (ret != EXIT_DONE)
		return ret;
	err = ledger_add_configuration(state->ledger, file, state->started_ms);
	if (err != 0)
		return state_fail_ledger(state, err);
	return state_add_event(state, &event);
}

int
state_keep_config(struct state *state)
{
	struct ledger_configuration last;
	uint8_t digest[PAL_SHA256_SIZE];
	bool same;
	int ret = ledger_configuration(state->ledger, &last);

	if (ret != 0) {
		free(last.data);
		return state_fail_ledger(state, ret);
	}
	pal_sha256(state->config.text, state->config.text_len, digest);
	same = last.data != NULL &&
	       memcmp(digest, last.sha256, PAL_SHA256_SIZE) == 0;
	free(last.data);
	return same ? EXIT_DONE : add_config(state, digest);
}

/* ---- looking back ---- */

static void
swap_text(char **text, char **other)
{
	char *held = *text;

	*text = *other;
	*other = held;
}

/* Where things lie, and as whom we run, is of today. */
static void
take_config(struct config *config, struct config *then)
{
	struct config held = *config;

	swap_text(&then->file, &held.file);
	swap_text(&then->state_dir, &held.state_dir);
	swap_text(&then->live_dir, &held.live_dir);
	swap_text(&then->user, &held.user);
	*config = *then;
	config_fini(&held);
}

static int
read_config(struct state *state, const struct ledger_configuration *kept)
{
	struct problems problems = {0};
	struct config then;
	int ret = config_load_kept(&then, "the configuration of then",
		kept->data, kept->len, &problems);

	if (ret == 0)
		take_config(&state->config, &then);
	else
		problems_print(stderr, &problems);
	problems_fini(&problems);
	if (ret != 0)
		return cmd_fail("the configuration of then cannot be read: %s",
			pal_strerror(ret));
	return EXIT_DONE;
}

static int
go_back_config(struct state *state)
{
	struct ledger_configuration kept;
	int ret = ledger_configuration(state->ledger, &kept), code;

	if (ret != 0) {
		free(kept.data);
		return state_fail_ledger(state, ret);
	}
	if (kept.data == NULL) {
		problem_warning(&state->problems, NULL, 0, 0,
			"the configuration of then was not kept yet: this is "
			"judged by today's");
		return EXIT_DONE;
	}
	code = read_config(state, &kept);
	free(kept.data);
	return code;
}

static void
warn_before(struct state *state, int64_t then)
{
	char time[TIME_TEXT_MAX];
	int64_t begun;

	if (ledger_begun(state->ledger, &begun) == 0 && begun / 1000 > then)
		problem_warning(&state->problems, NULL, 0, 0,
			"this ledger begins at %s: it knows nothing of what "
			"was in force before",
			time_format(time, begun / 1000));
}

static int
go_back_known(struct state *state, int64_t then)
{
	int ret = past_forget(&state->recorded, then);

	warn_before(state, then);
	ledger_look_back(state->ledger, state->started_ms);
	ledger_feeds_fini(&state->feeds);
	ledger_switch_fini(&state->open);
	if (ret == 0)
		ret = ledger_load_switch(state->ledger, &state->open);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	ret = go_back_config(state);
	if (ret != EXIT_DONE)
		return ret;
	ret = state_load_feeds(state);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

int
state_go_back(struct state *state, int64_t then, bool known)
{
	char time[TIME_TEXT_MAX], now[TIME_TEXT_MAX];

	if (known && then > state_now(state))
		return cmd_fail("%s lies ahead, and it is %s: what will be in "
				"force then is not known; --ordered-at says "
				"what the orders known now demand of it",
			time_format(time, then),
			time_format(now, state_now(state)));
	/* All of that second. */
	state->started_ms = then * 1000 + 999;
	if (known)
		return go_back_known(state, then);
	past_ordered(&state->recorded);
	ledger_switch_fini(&state->open);
	return EXIT_DONE;
}

int
state_go_back_to(
	struct state *state, const struct cmd_call *call, const char *option)
{
	const char *text = cmd_option(call, option), *why;
	int64_t then;

	if (text == NULL)
		return EXIT_DONE;
	if (time_parse(text, &then, &why) != 0)
		return cmd_fail("--%s %s: %s", option, text, why);
	return state_go_back(state, then, strcmp(option, "at") == 0);
}

int
state_go_back_once(struct state *state, const struct cmd_call *call)
{
	int ret;

	if (cmd_option(call, "at") != NULL &&
		cmd_option(call, "ordered-at") != NULL)
		return cmd_fail("--at and --ordered-at: give one of them; "
				"`palang why` takes both");
	ret = state_go_back_to(state, call, "at");
	return ret == EXIT_DONE ? state_go_back_to(state, call, "ordered-at")
	                        : ret;
}
