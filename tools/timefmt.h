/*
 * Times and durations as text.
 *
 * A time is RFC 3339 with a zone; inside, seconds since 1970 UTC.  What
 * leaves room for two readings is refused: *why then says in a constant
 * phrase what is wrong and what would be right.
 */
#ifndef TOOL_TIMEFMT_H
#define TOOL_TIMEFMT_H

#include <stdint.h>

#define TIME_TEXT_MAX 24           /* holds any time, and its NUL */
#define TIME_LAST     253402300799 /* 9999-12-31T23:59:59Z */

/* 0 <= *seconds <= TIME_LAST; or PAL_EFORM. */
int time_parse(const char *text, int64_t *seconds, const char **why);

/* "2017-07-14T02:00:00Z"; "never" for PAL_NEVER.  Returns buf. */
char *time_format(char buf[TIME_TEXT_MAX], int64_t seconds);

/* 30s 30m 24h 2d, at least a second, at most DURATION_MAX; or PAL_EFORM. */
#define DURATION_MAX (3660 * (int64_t)86400)
int duration_parse(const char *text, int64_t *seconds, const char **why);

/* In the largest unit that divides it: "2d" rather than "48h".  Returns buf. */
char *duration_format(char buf[TIME_TEXT_MAX], int64_t seconds);

#endif
