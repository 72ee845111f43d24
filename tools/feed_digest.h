/* What a feed was made with, so that a change of it shows. */
#ifndef TOOL_FEED_DIGEST_H
#define TOOL_FEED_DIGEST_H

#include "ledger_feed.h"
#include "palang/sha256.h"

/* Of what its blocks are answered with.  0 or PAL_ENOMEM. */
int feed_policy_digest(const struct config *config,
	const struct config_feed *feed, uint8_t digest[PAL_SHA256_SIZE]);

/* True for what a feed that is `as: allow` has in its place. */
bool feed_policy_is_allow(const uint8_t digest[PAL_SHA256_SIZE]);

/* The feed as it is in force: another `as:` counts from the list on that a
 * refresh puts in force, and until then the one that is there does what it did.
 * known NULL: it has none.  The texts are the feed's. */
struct config_feed feed_in_force(
	const struct config_feed *feed, const struct ledger_feed *known);

/* Of what its names are fetched and cleaned with; cleaner: by whom and with
 * which public suffixes. */
void feed_recipe_digest(const struct config *config,
	const struct config_feed *feed, const char *cleaner,
	uint8_t digest[PAL_SHA256_SIZE]);

#endif
