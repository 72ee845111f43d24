/*
 * What the ledger knows of feeds and of allows.  As ledger.h; recording is
 * done inside a transaction.
 */
#ifndef TOOL_LEDGER_FEED_H
#define TOOL_LEDGER_FEED_H

#include "ledger.h"
#include "source.h"

#define LEDGER_NAMES_MAX 64 /* octets of a names file's base name */

/* A feed that was added, or tried once.  Times are ms since 1970 UTC; 0:
 * never.  A base name of a names file in state/feeds/ is empty if there is
 * none. */
struct ledger_feed {
	int64_t row; /* 0: not recorded yet */
	char name[PAL_LIST_NAME_MAX];
	char *definition; /* YAML, see config_add_feed; NULL: palang.yaml's */
	char *who;        /* added it */
	int64_t added;

	char names[LEDGER_NAMES_MAX];  /* in force */
	char before[LEDGER_NAMES_MAX]; /* in force before; see rollback */
	bool rolled_back; /* before is a list that was turned down */
	uint64_t rules;   /* of names */
	/* What its image was rendered with, and what its names were cleaned
	 * with: digests, zero if unknown. */
	uint8_t policy[PAL_SHA256_SIZE], recipe[PAL_SHA256_SIZE];

	int64_t refreshed; /* its source was last seen to be as it is here */
	int64_t tried, failing; /* the last try; since when all have failed */
	char *error;            /* of the last try; NULL: none */

	char held[LEDGER_NAMES_MAX]; /* not let in by a guard */
	int64_t held_since;
	uint64_t held_rules;
	char *held_why;

	struct source_mark mark; /* of names, or of held if there is one */
};

struct ledger_feeds {
	struct ledger_feed *items;
	size_t count;
};

/* feeds needs ledger_feeds_fini in any case. */
int ledger_load_feeds(struct ledger *ledger, struct ledger_feeds *feeds);
void ledger_feeds_fini(struct ledger_feeds *feeds);
void ledger_feed_fini(struct ledger_feed *feed);

/* NULL if there is none of that name. */
struct ledger_feed *ledger_find_feed(
	const struct ledger_feeds *feeds, const char *name);

/* Records a new one, and sets its row, or how one stands now. */
int ledger_put_feed(struct ledger *ledger, struct ledger_feed *feed);
int ledger_remove_feed(struct ledger *ledger, const char *name, int64_t now_ms);

/* The operator's own allows: those in force. */
struct ledger_allow {
	struct pal_name name;
	enum pal_scope scope;
	char *reason, *who;
	int64_t added; /* ms */
};

struct ledger_allows {
	struct ledger_allow *items;
	size_t count;
};

int ledger_load_allows(struct ledger *ledger, struct ledger_allows *allows);
void ledger_allows_fini(struct ledger_allows *allows);

int ledger_add_allow(struct ledger *ledger, const struct ledger_allow *allow);
int ledger_remove_allow(struct ledger *ledger, const struct pal_name *name,
	enum pal_scope scope, int64_t now_ms, const char *who);

#endif
