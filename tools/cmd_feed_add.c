/* palang feed add, palang feed remove. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "derogation.h"
#include "feed.h"
#include "palang/error.h"
#include "wait.h"

static int run_add(const struct cmd_call *call);
static int run_remove(const struct cmd_call *call);

/* Those that stand in the definition, under the key of the same name, come
 * first. */
static const struct cmd_option add_options[] = {
	{"source", 's', "SOURCE",
		"a file, - for standard input, https://..., or "
		"axfr://SERVER[:PORT]/ZONE"},
	{"authority", 0, "NAME", "whose list it is; default operator"},
	{"format", 0, "FORMAT",
		"plain, hosts, adblock or rpz; default: told from the list"},
	{"scope", 0, "SCOPE", "exact or subtree"},
	{"as", 0, "ROLE", "block, or allow: names that no feed may block"},
	{"reason", 'r', "TEXT",
		"why one --as allow may open names of an external authority's "
		"feed"},
	{"answer", 0, "ANSWER", "sinkhole, nodata, nxdomain or refused"},
	{"ttl", 0, "SECONDS", "of the answer"},
	{"a", 0, "ADDRESS", "what a sinkhole answers"},
	{"aaaa", 0, "ADDRESS", "the same for IPv6"},
	{"text", 0, "TEXT", "shown to clients behind authority and name"},
	{"min-names", 0, "NUMBER", "hold a list with fewer rules"},
	{"max-change", 0, "PERCENT", "hold a list that differs by more; 20%"},
	{"max-size", 0, "SIZE", "of what the source gives; 1G"},
	{"max-time", 0, "TIME", "for fetching it; 10m"},
	{"tsig", 0, "FILE", "the key of the transfer"},
	{"ca-file", 0, "FILE", "certificates to trust, for https"},
#define DEFINED 17
	{"strict", 0, NULL, "refuse a list that needs cleaning, each time"},
	{"allow-private", 0, NULL, "fetch from private addresses, too"},
	{"no-refresh", 0, NULL, "record it, and fetch nothing yet"},
	WAIT_OPTIONS, {"dry-run", 'n', NULL, "check it, and record nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_feed_add = {"feed add", "NAME --source SOURCE",
	"add a feed, and put it in force",
	"Records where a feed comes from and what its names answer, as an "
	"entry of `feeds:` in palang.yaml would, and refreshes it for the "
	"first time. If that fails the feed stays recorded, and the next "
	"refresh tries again.",
	add_options, 1, 1, run_add};

static const struct cmd_option remove_options[] = {WAIT_OPTIONS,
	{"dry-run", 'n', NULL, "say what would happen, and do nothing"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_feed_remove = {"feed remove", "NAME",
	"take a feed out of force, and forget it",
	"Takes a feed that was added by `palang feed add` out of the lists, "
	"with all its names. The history keeps that it was there. A feed of "
	"palang.yaml is taken out there.",
	remove_options, 1, 1, run_remove};

/* ---- add ---- */

/* A text in double quotes, which YAML reads back as it was. */
static void
put_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		unsigned char octet = (unsigned char)*text;

		if (octet < 0x20 || octet == 0x7f)
			fprintf(out, "\\x%02x", octet);
		else
			fprintf(out,
				octet == '"' || octet == '\\' ? "\\%c" : "%c",
				octet);
	}
	fputc('"', out);
}

static char *
make_definition(const struct cmd_call *call)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	for (int i = 0; i < DEFINED; i++) {
		if (call->option[i] == NULL)
			continue;
		fprintf(out, "%s: ", add_options[i].name);
		put_text(out, call->option[i]);
		fputc('\n', out);
	}
	if (cmd_option(call, "strict") != NULL)
		fprintf(out, "strict: \"yes\"\n");
	if (cmd_option(call, "allow-private") != NULL)
		fprintf(out, "allow-private: \"yes\"\n");
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* It is not known yet which names it has. */
static int
check_reason(const struct state *state, const struct config_feed *feed)
{
	const struct config *config = &state->config;

	if (!feed->allow || feed->reason != NULL)
		return EXIT_DONE;
	for (size_t i = 0; i < config->feed_count; i++) {
		if (derogation_is_from(state, &config->feeds[i]))
			return cmd_fail("--as allow needs --reason here: it "
					"may open names of feed %s of %s, and "
					"whoever reads of that wants to know "
					"why",
				config->feeds[i].name,
				config->feeds[i].authority);
	}
	return EXIT_DONE;
}

/* Against the configuration and what is there. */
static int
check_new(struct state *state, const char *name, const char *definition)
{
	const struct ledger_feed *known = ledger_find_feed(&state->feeds, name);
	const struct config_feed *feed;
	int ret;

	if (known != NULL && state_feed_gone(state, known))
		return cmd_fail("feed %s was in palang.yaml, and is in force "
				"still; take it out first: palang feed remove "
				"%s",
			name, name);
	if (config_find_feed(&state->config, name) != NULL || known != NULL)
		return cmd_fail("there is a feed \"%s\" already; `palang feed "
				"show %s` shows it",
			name, name);
	if (state->config.feed_count >= PAL_FEEDS_MAX)
		return cmd_fail("there are %d feeds already, and no more fit",
			PAL_FEEDS_MAX);
	ret = config_add_feed(
		&state->config, name, definition, "feed add", &state->problems);
	if (state_tell(state) != EXIT_DONE)
		return EXIT_ERROR;
	if (ret != 0)
		return cmd_fail("%s", pal_strerror(ret));
	feed = config_find_feed(&state->config, name);
	if (config_find(&state->config, feed->authority) == NULL)
		return cmd_fail("authority \"%s\" is not in %s",
			feed->authority, state->config.file);
	return check_reason(state, feed);
}

static int
record_new(struct state *state, const char *name, char *definition)
{
	struct ledger_feed feed = {.definition = definition,
		.who = state->who,
		.added = state->started_ms};
	int ret = state_change(state), err;

	if (ret != EXIT_DONE)
		return ret;
	snprintf(feed.name, sizeof feed.name, "%s", name);
	err = ledger_put_feed(state->ledger, &feed);
	if (err == 0)
		ret = state_event_feed(state, "feed add",
			config_find_feed(&state->config, name), definition);
	if (err != 0)
		return state_fail_ledger(state, err);
	return ret == EXIT_DONE ? state_commit(state) : ret;
}

static int
refresh_new(
	struct state *state, const struct wait_options *wait, const char *name)
{
	const struct feed_options options = {.dry = false};
	enum feed_outcome outcome = feed_refresh(state, name, &options);

	if (outcome == FEED_FAILED)
		fprintf(stderr,
			"palang: it is recorded; `palang feed refresh %s` "
			"tries again\n",
			name);
	if (outcome == FEED_LOADED)
		return wait_run(wait, state);
	return feed_exit(outcome);
}

static int
add(struct state *state, const struct cmd_call *call, char *definition)
{
	bool dry = cmd_option(call, "dry-run") != NULL;
	const char *name = call->args[0];
	struct wait_options wait;
	int ret = state_begin(state, call);

	if (ret == EXIT_DONE)
		ret = wait_parse(&wait, call);
	if (ret == EXIT_DONE)
		ret = dry ? state_open_read(state) : state_open_write(state);
	if (ret == EXIT_DONE)
		ret = check_new(state, name, definition);
	if (ret == EXIT_DONE && !dry)
		ret = record_new(state, name, definition);
	if (ret != EXIT_DONE)
		return ret;
	printf("feed %s: %s\n", name, dry ? "would be added" : "added");
	fflush(stdout);
	if (dry || cmd_option(call, "no-refresh") != NULL)
		return EXIT_DONE;
	return refresh_new(state, &wait, name);
}

static int
run_add(const struct cmd_call *call)
{
	struct state state;
	char *definition;
	int ret;

	if (!config_feed_name_valid(call->args[0]))
		return cmd_fail("\"%s\" is no name of a feed; write 1 to 32 "
				"small letters, digits and hyphens, no hyphen "
				"first, but not orders or allow",
			call->args[0]);
	if (cmd_option(call, "source") == NULL)
		return cmd_fail("feed add: --source is needed: a file, "
				"https://..., or axfr://SERVER/ZONE");
	definition = make_definition(call);
	if (definition == NULL)
		return cmd_fail("no memory");
	ret = add(&state, call, definition);
	state_close(&state);
	free(definition);
	return ret;
}

/* ---- remove ---- */

static int
check_old(const struct state *state, const char *name)
{
	const struct ledger_feed *known = ledger_find_feed(&state->feeds, name);

	if (known != NULL && known->definition != NULL)
		return EXIT_DONE;
	if (config_find_feed(&state->config, name) != NULL)
		return cmd_fail("feed %s stands in %s: take it out there, and "
				"then: palang publish",
			name, state->config.file);
	if (known != NULL)
		return EXIT_DONE;
	return cmd_fail("there is no feed \"%s\"; `palang feed list` shows "
			"those there are",
		name);
}

/* One that palang.yaml has as well goes on as that one. */
static int
forget(struct state *state, const char *name, bool configured)
{
	struct ledger_feed *known = ledger_find_feed(&state->feeds, name);
	int err;

	if (!configured)
		err = ledger_remove_feed(
			state->ledger, name, state->started_ms);
	else {
		free(known->definition);
		known->definition = NULL;
		err = ledger_put_feed(state->ledger, known);
	}
	return err == 0 ? EXIT_DONE : state_fail_ledger(state, err);
}

static int
remove_feed(struct state *state, const char *name, int folder, bool dry)
{
	const struct config_feed *feed = config_find_feed(&state->config, name);
	const struct ledger_feed *known = ledger_find_feed(&state->feeds, name);
	bool configured = feed != NULL && !feed->added;
	struct config_feed gone = {.authority = "operator"};
	int ret;

	snprintf(gone.name, sizeof gone.name, "%s", name);
	if (feed != NULL)
		gone = *feed;
	if (dry) {
		printf("feed %s: would be removed, with %" PRIu64 " rules\n",
			name, known->rules);
		return EXIT_DONE;
	}
	ret = state_change(state);
	state->publication.keep_orders = true;
	state->publication.make_allow = feed_policy_is_allow(known->policy);
	if (ret == EXIT_DONE)
		ret = forget(state, name, configured);
	if (ret != EXIT_DONE)
		return ret;
	if (!configured && feed != NULL)
		config_drop_feed(&state->config, name);
	ret = state_prepare(state, false);
	if (ret == EXIT_DONE)
		ret = state_event_feed(state, "feed remove", &gone, NULL);
	if (ret == EXIT_DONE)
		ret = state_finish(state);
	if (ret != EXIT_DONE)
		return ret;
	feed_fetch_unlink(folder, name);
	if (!configured)
		feed_remove_strays(folder, name, NULL);
	printf("feed %s: removed\n", name);
	wait_say_published(state);
	return EXIT_DONE;
}

/* The feed's lock before that of the state, as a refresh takes them. */
static int
lock_and_remove(struct state *state, const char *name)
{
	int folder = state_open_feeds(state), lock, ret;

	lock = folder < 0 ? -1 : feed_lock(folder, name);
	if (lock < 0)
		ret = cmd_fail("feed %s: %s; nothing was done", name,
			errno == EWOULDBLOCK ? "another palang is at work on it"
					     : strerror(errno));
	else
		ret = state_open_write(state);
	if (lock >= 0 && ret == EXIT_DONE)
		ret = check_old(state, name);
	if (lock >= 0 && ret == EXIT_DONE)
		ret = remove_feed(state, name, folder, false);
	if (lock >= 0)
		close(lock);
	if (folder >= 0)
		close(folder);
	return ret;
}

static int
run_remove(const struct cmd_call *call)
{
	bool dry = cmd_option(call, "dry-run") != NULL;
	const char *name = call->args[0];
	struct wait_options wait;
	struct state state;
	int ret = wait_parse(&wait, call);

	if (ret != EXIT_DONE)
		return ret;
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE)
		ret = check_old(&state, name);
	if (ret == EXIT_DONE && dry)
		ret = remove_feed(&state, name, -1, true);
	if (ret == EXIT_DONE && !dry) {
		state_let_go(&state);
		ret = lock_and_remove(&state, name);
		if (ret == EXIT_DONE)
			ret = wait_run(&wait, &state);
	}
	state_close(&state);
	return ret;
}
