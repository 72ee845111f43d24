/* What a list must be like to come into force by itself. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "feed.h"
#include "names.h"

/* What asprintf wrote to *why. */
static char *
say(int n, char *const *why)
{
	return n < 0 ? strdup("no memory to say why") : *why;
}

/* Without overflow: counts are below 2^40, percents below 2^20. */
static bool
changes_more(const struct names_diff *diff, unsigned percent)
{
	return diff->before > 0 &&
	       (diff->added + diff->removed) * 100 > diff->before * percent;
}

char *
feed_guard(const struct config_feed *feed, const struct names_diff *diff)
{
	char *why = NULL;

	if (diff->after < feed->min_names)
		return say(asprintf(&why,
				   "it has %" PRIu64 " rules, fewer than the "
				   "%" PRIu64 " of `min-names`",
				   diff->after, feed->min_names),
			&why);
	if (changes_more(diff, feed->max_change))
		return say(asprintf(&why,
				   "%" PRIu64 " rules came and %" PRIu64
				   " went of the %" PRIu64 " in force, more "
				   "than the %u%% of `max-change`",
				   diff->added, diff->removed, diff->before,
				   feed->max_change),
			&why);
	return NULL;
}
