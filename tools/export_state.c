#include "export_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allow.h"
#include "feed.h"
#include "file.h"
#include "palang/error.h"
#include "palang/writer.h"

/* ---- orders ---- */

/* The hash key is of no use here: the image is gone through by its names. */
static int
open_orders(struct export_state *lists, struct state *state)
{
	static const uint8_t key[16];
	uint8_t *data = NULL;
	size_t len;
	int ret = effect_compile(&state->recorded.history, &state->config,
		state_now(state), key, &data, &len, &state->problems);

	if (ret == 0)
		ret = pal_image_load(&lists->orders, data, len, NULL);
	if (ret != 0) {
		free(data);
		return cmd_fail("the orders: %s", pal_strerror(ret));
	}
	lists->lists.orders = lists->orders;
	return EXIT_DONE;
}

/* ---- the allow list ---- */

static int
open_allow(struct export_state *lists, struct state *state)
{
	struct publication *publication;
	uint64_t rules;
	int ret = PAL_ENOMEM;

	lists->allow = tmpfile();
	if (lists->allow == NULL)
		return cmd_fail("a temporary file: %s", strerror(errno));
	publication = calloc(1, sizeof *publication);
	if (publication != NULL) {
		publication->ledger = state->ledger;
		publication->config = &state->config;
		publication->feeds = state->feeds_folder;
		publication->problems = &state->problems;
		ret = allow_write(publication, &state->feeds,
			fileno(lists->allow), &rules);
	}
	free(publication);
	if (ret != 0)
		return cmd_fail("the allow list: %s",
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	lists->lists.allow = fileno(lists->allow);
	return EXIT_DONE;
}

/* ---- feeds ---- */

static int
take_policy(struct pal_policy *to, const struct config *config,
	const struct config_feed *feed)
{
	struct policy_texts texts;
	struct pal_policy_in policy;

	if (config_feed_policy(config, feed, &policy, &texts) != 0)
		return cmd_fail("no memory");
	to->answer = policy.answer;
	to->ttl = policy.ttl;
	to->has_a = policy.has_a;
	to->has_aaaa = policy.has_aaaa;
	memcpy(to->a, policy.a, sizeof to->a);
	memcpy(to->aaaa, policy.aaaa, sizeof to->aaaa);
	policy_texts_fini(&texts);
	return EXIT_DONE;
}

/* What resolvers have may be rendered with another answer. */
static void
tell_change(const struct state *state, const struct config_feed *feed,
	const struct ledger_feed *known)
{
	const struct config_feed now = feed_in_force(feed, known);
	uint8_t digest[PAL_SHA256_SIZE];

	if (feed_policy_digest(&state->config, &now, digest) == 0 &&
		memcmp(digest, known->policy, sizeof digest) != 0)
		fprintf(stderr,
			"feed %s: its answer has been changed, and is taken as "
			"it is configured now; resolvers have it after `palang "
			"feed refresh %s`\n",
			feed->name, feed->name);
}

/* The one that comes next. */
static int
open_names(struct export_state *lists, const struct state *state,
	const struct ledger_feed *known)
{
	struct export_feed *to = &lists->feeds[lists->lists.feed_count];

	to->fd = openat(state->feeds_folder, known->names,
		O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (to->fd < 0)
		return cmd_fail("feed %s: what is kept of its names, %s: %s; "
				"`palang feed refresh %s` brings it back",
			known->name, known->names, strerror(errno),
			known->name);
	lists->lists.feed_count++;
	return EXIT_DONE;
}

static int
open_feed(struct export_state *lists, struct state *state,
	const struct config_feed *feed)
{
	const struct ledger_feed *known =
		ledger_find_feed(&state->feeds, feed->name);
	struct export_feed *to = &lists->feeds[lists->lists.feed_count];

	if (known == NULL || known->names[0] == '\0' ||
		state_feed_allows(state, feed) || !feed_in_lists(state, feed))
		return EXIT_DONE;
	if (open_names(lists, state, known) != EXIT_DONE)
		return EXIT_ERROR;
	tell_change(state, feed, known);
	return take_policy(&to->policy, &state->config, feed);
}

/* What it answers is known to its image alone. */
static int
take_image_policy(struct pal_policy *to, const struct state *state,
	const struct pal_manifest_entry *entry)
{
	struct pal_image *image = NULL;
	char *data = NULL;
	size_t len;
	int ret = file_read_at(state->lists, entry->file, (size_t)entry->size,
		FILE_NOFOLLOW, &data, &len);

	if (ret == 0)
		ret = pal_image_load(&image, (uint8_t *)data, len, NULL);
	if (ret != 0) {
		free(data);
		return cmd_fail("feed %s: its image: %s", entry->name,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	}
	pal_image_policy(image, 0, to);
	/* Its texts go with the image; none is exported. */
	to->authority = to->id = to->ede = (struct pal_text){NULL, 0};
	to->json = to->json_short = (struct pal_text){NULL, 0};
	pal_image_free(image);
	return EXIT_DONE;
}

/* One that left palang.yaml stands behind the others, as in the lists. */
static int
open_gone(struct export_state *lists, struct state *state,
	const struct ledger_feed *known)
{
	struct export_feed *to = &lists->feeds[lists->lists.feed_count];
	struct pal_manifest_entry entry;

	if (feed_gone(state, known->name) == NULL ||
		feed_policy_is_allow(known->policy) ||
		lists->lists.feed_count == PAL_FEEDS_MAX ||
		!feed_entry(state, known->name, false, &entry))
		return EXIT_DONE;
	fprintf(stderr, "feed %s: " FEED_GONE "\n", known->name);
	if (open_names(lists, state, known) != EXIT_DONE)
		return EXIT_ERROR;
	return take_image_policy(&to->policy, state, &entry);
}

static int
open_feeds(struct export_state *lists, struct state *state)
{
	const struct config *config = &state->config;
	int ret = state_check_feeds(state);

	lists->lists.feeds = lists->feeds;
	for (size_t i = 0; i < config->feed_count && i < PAL_FEEDS_MAX; i++) {
		if (ret == EXIT_DONE)
			ret = open_feed(lists, state, &config->feeds[i]);
	}
	for (size_t i = 0; i < state->feeds.count && ret == EXIT_DONE; i++)
		ret = open_gone(lists, state, &state->feeds.items[i]);
	return ret;
}

int
export_state_open(struct export_state *lists, struct state *state)
{
	int ret;

	memset(lists, 0, sizeof *lists);
	lists->lists.allow = -1;
	lists->lists.now = state_now(state);
	ret = open_orders(lists, state);
	if (ret == EXIT_DONE)
		ret = open_feeds(lists, state);
	if (ret == EXIT_DONE && lists->lists.feed_count > 0)
		ret = open_allow(lists, state);
	return ret;
}

void
export_state_close(struct export_state *lists)
{
	for (size_t i = 0; i < lists->lists.feed_count; i++)
		close(lists->feeds[i].fd);
	if (lists->allow != NULL)
		fclose(lists->allow);
	pal_image_free(lists->orders);
}
