#include "ledger_feed.h"

#include <stdlib.h>
#include <string.h>

#include "ledger_sql.h"
#include "ledger_store.h"
#include "ledger_vouch.h"
#include "palang/error.h"

#define FEED_TABLES 2 /* the version of the schema that has them first */

/* ---- feeds ---- */

void
ledger_feed_fini(struct ledger_feed *feed)
{
	free(feed->definition);
	free(feed->who);
	free(feed->error);
	free(feed->held_why);
	memset(feed, 0, sizeof *feed);
}

void
ledger_feeds_fini(struct ledger_feeds *feeds)
{
	for (size_t i = 0; i < feeds->count; i++)
		ledger_feed_fini(&feeds->items[i]);
	free(feeds->items);
	memset(feeds, 0, sizeof *feeds);
}

static void
take_mark(struct query *query, struct source_mark *mark)
{
	ledger_take_word(query, mark->etag, sizeof mark->etag);
	ledger_take_word(query, mark->modified, sizeof mark->modified);
	mark->has_serial = !query_is_null(query);
	mark->serial = (uint32_t)query_int(query);
	mark->size = (uint64_t)query_int(query);
	mark->changed = query_int(query);
}

static void
take_feed(struct query *query, struct ledger_feed *feed)
{
	feed->row = query_int(query);
	ledger_take_word(query, feed->name, sizeof feed->name);
	feed->definition = query_copy(query);
	feed->who = query_copy(query);
	feed->added = query_int(query);
	ledger_take_word(query, feed->names, sizeof feed->names);
	ledger_take_word(query, feed->before, sizeof feed->before);
	feed->rolled_back = query_int(query) != 0;
	feed->rules = (uint64_t)query_int(query);
	ledger_take_digest(query, feed->policy);
	ledger_take_digest(query, feed->recipe);
	feed->refreshed = query_int(query);
	feed->tried = query_int(query);
	feed->failing = query_int(query);
	feed->error = query_copy(query);
	ledger_take_word(query, feed->held, sizeof feed->held);
	feed->held_since = query_int(query);
	feed->held_rules = (uint64_t)query_int(query);
	feed->held_why = query_copy(query);
	take_mark(query, &feed->mark);
}

int
ledger_load_feeds(struct ledger *ledger, struct ledger_feeds *feeds)
{
	struct query query;

	memset(feeds, 0, sizeof *feeds);
	if (ledger->version < FEED_TABLES)
		return 0;
	query_open(&query, ledger->db, SQL_FEEDS);
	query_bind_int(&query, ledger->as_of);
	while (query_step(&query)) {
		struct ledger_feed *items = realloc(feeds->items,
			(feeds->count + 1) * sizeof *feeds->items);

		if (items == NULL) {
			query.error = PAL_ENOMEM;
			break;
		}
		feeds->items = items;
		memset(&items[feeds->count], 0, sizeof *items);
		take_feed(&query, &items[feeds->count++]);
	}
	return query_done(&query);
}

struct ledger_feed *
ledger_find_feed(const struct ledger_feeds *feeds, const char *name)
{
	for (size_t i = 0; i < feeds->count; i++) {
		if (strcmp(feeds->items[i].name, name) == 0)
			return &feeds->items[i];
	}
	return NULL;
}

static void
bind_word(struct query *query, const char *word)
{
	query_bind_text(query, word[0] == '\0' ? NULL : word);
}

static void
bind_mark(struct query *query, const struct source_mark *mark)
{
	bind_word(query, mark->etag);
	bind_word(query, mark->modified);
	if (mark->has_serial)
		query_bind_int(query, mark->serial);
	else
		query_bind_null(query);
	query_bind_int(query, (int64_t)mark->size);
	query_bind_int(query, mark->changed);
}

static void
bind_feed(struct query *query, const struct ledger_feed *feed)
{
	if (feed->row == 0)
		query_bind_null(query);
	else
		query_bind_int(query, feed->row);
	query_bind_text(query, feed->name);
	query_bind_text(query, feed->definition);
	query_bind_text(query, feed->who);
	query_bind_int(query, feed->added);
	bind_word(query, feed->names);
	bind_word(query, feed->before);
	query_bind_int(query, feed->rolled_back);
	query_bind_int(query, (int64_t)feed->rules);
	query_bind_data(query, feed->policy, PAL_SHA256_SIZE);
	query_bind_data(query, feed->recipe, PAL_SHA256_SIZE);
	query_bind_int(query, feed->refreshed);
	query_bind_int(query, feed->tried);
	query_bind_int(query, feed->failing);
	query_bind_text(query, feed->error);
	bind_word(query, feed->held);
	query_bind_int(query, feed->held_since);
	query_bind_int(query, (int64_t)feed->held_rules);
	query_bind_text(query, feed->held_why);
	bind_mark(query, &feed->mark);
}

int
ledger_put_feed(struct ledger *ledger, struct ledger_feed *feed)
{
	struct query query;
	int ret = 0;

	if (feed->row != 0)
		ret = ledger_compare(ledger, "feeds", feed->row);
	if (ret != 0)
		return ret;
	query_open(&query, ledger->db, SQL_FEED_PUT);
	bind_feed(&query, feed);
	ret = query_done(&query);
	if (ret == 0 && feed->row == 0)
		feed->row = database_last_row(ledger->db);
	return ret;
}

int
ledger_remove_feed(struct ledger *ledger, const char *name, int64_t now_ms)
{
	struct query query;
	int ret;

	query_open(&query, ledger->db, SQL_FEED_FIND);
	query_bind_text(&query, name);
	ret = ledger_compare_each(ledger, "feeds", &query);
	if (ret != 0)
		return ret;
	query_open(&query, ledger->db, SQL_FEED_REMOVE);
	query_bind_text(&query, name);
	query_bind_int(&query, now_ms);
	return query_done(&query);
}

/* ---- allows ---- */

void
ledger_allows_fini(struct ledger_allows *allows)
{
	for (size_t i = 0; i < allows->count; i++) {
		free(allows->items[i].reason);
		free(allows->items[i].who);
	}
	free(allows->items);
	memset(allows, 0, sizeof *allows);
}

static void
take_allow(struct query *query, struct ledger_allow *allow)
{
	const char *text = query_text(query);

	if ((text == NULL || pal_name_from_text(
				     &allow->name, text, strlen(text)) != 0) &&
		query->error == 0)
		query->error = PAL_EFORM;
	allow->scope = query_int(query) == PAL_EXACT ? PAL_EXACT : PAL_SUBTREE;
	allow->reason = query_copy(query);
	allow->who = query_copy(query);
	allow->added = query_int(query);
}

int
ledger_load_allows(struct ledger *ledger, struct ledger_allows *allows)
{
	struct query query;

	memset(allows, 0, sizeof *allows);
	if (ledger->version < FEED_TABLES)
		return 0;
	query_open(&query, ledger->db, SQL_ALLOWS);
	query_bind_int(&query, ledger->as_of);
	while (query_step(&query)) {
		struct ledger_allow *items = realloc(allows->items,
			(allows->count + 1) * sizeof *allows->items);

		if (items == NULL) {
			query.error = PAL_ENOMEM;
			break;
		}
		allows->items = items;
		memset(&items[allows->count], 0, sizeof *items);
		take_allow(&query, &items[allows->count++]);
	}
	return query_done(&query);
}

int
ledger_add_allow(struct ledger *ledger, const struct ledger_allow *allow)
{
	char text[PAL_NAME_TEXT_MAX];
	struct query query;

	query_open(&query, ledger->db, SQL_ALLOW_ADD);
	query_bind_text(&query, pal_name_to_text(text, &allow->name));
	query_bind_int(&query, allow->scope);
	query_bind_text(&query, allow->reason);
	query_bind_text(&query, allow->who);
	query_bind_int(&query, allow->added);
	return query_done(&query);
}

int
ledger_remove_allow(struct ledger *ledger, const struct pal_name *name,
	enum pal_scope scope, int64_t now_ms, const char *who)
{
	char text[PAL_NAME_TEXT_MAX];
	struct query query;
	int ret;

	pal_name_to_text(text, name);
	query_open(&query, ledger->db, SQL_ALLOW_FIND);
	query_bind_text(&query, text);
	query_bind_int(&query, scope);
	ret = ledger_compare_each(ledger, "allows", &query);
	if (ret != 0)
		return ret;
	query_open(&query, ledger->db, SQL_ALLOW_REMOVE);
	query_bind_text(&query, text);
	query_bind_int(&query, scope);
	query_bind_int(&query, now_ms);
	query_bind_text(&query, who);
	return query_done(&query);
}
