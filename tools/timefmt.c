#include "timefmt.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "palang/error.h"
#include "palang/image.h"

#define EXAMPLE "as in 2017-10-12T00:00:00+07:00"

#define DAY 86400

struct clock {
	int year, month, day, hour, minute, second;
	int offset; /* seconds east of UTC */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes count digits; false if they are not all there. */
static bool
take(const char **text, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++) {
		if (!is_digit(**text))
			return false;
		*value = *value * 10 + (*(*text)++ - '0');
	}
	return true;
}

static bool
take_char(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

static bool
leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01, proleptic Gregorian.  Counting the year from March
 * puts the leap day at its end. */
static int64_t
days_since_1970(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day -
	       1 - 719468;
}

static const char *
take_date(const char **text, struct clock *clock)
{
	if (!take(text, 4, &clock->year) || !take_char(text, '-') ||
		!take(text, 2, &clock->month) || !take_char(text, '-') ||
		!take(text, 2, &clock->day))
		return "not a time; write date, time and zone, " EXAMPLE;
	if (clock->month < 1 || clock->month > 12)
		return "there is no such month";
	if (clock->day < 1 ||
		clock->day > days_of_month(clock->year, clock->month))
		return "that month has no such day";
	return NULL;
}

static const char *
take_time(const char **text, struct clock *clock)
{
	if (!take(text, 2, &clock->hour) || !take_char(text, ':') ||
		!take(text, 2, &clock->minute))
		return "not a time of day; write hour, minute and second, " EXAMPLE;
	if (!take_char(text, ':') || !take(text, 2, &clock->second))
		return "the seconds are missing; write them, " EXAMPLE;
	if (clock->second == 60)
		return "leap seconds are not taken; write second 59 or the "
		       "next minute";
	if (clock->hour > 23 || clock->minute > 59 || clock->second > 59)
		return "there is no such time of day; midnight is 00:00:00";
	if (**text == '.' || **text == ',')
		return "fractions of a second are not taken; write whole "
		       "seconds";
	return NULL;
}

static const char *
take_zone(const char **text, struct clock *clock)
{
	int sign = **text == '-' ? -1 : 1;
	int hours, minutes;

	if (**text == '\0')
		return "the zone is missing; end with Z for UTC or with an "
		       "offset, " EXAMPLE;
	clock->offset = 0;
	if (take_char(text, 'Z') || take_char(text, 'z'))
		return NULL;
	if ((!take_char(text, '+') && !take_char(text, '-')) ||
		!take(text, 2, &hours) || !take_char(text, ':') ||
		!take(text, 2, &minutes) || hours > 23 || minutes > 59)
		return "not a zone; end with Z for UTC or with an offset, " EXAMPLE;
	clock->offset = sign * (hours * 3600 + minutes * 60);
	return NULL;
}

static const char *
take_all(const char *text, struct clock *clock)
{
	const char *why = take_date(&text, clock);

	if (why != NULL)
		return why;
	if (*text == '\0')
		return "a date alone leaves open when it begins and where; "
		       "write time and zone too, " EXAMPLE;
	if (!take_char(&text, 'T') && !take_char(&text, 't'))
		return "write T between date and time, " EXAMPLE;
	why = take_time(&text, clock);
	if (why == NULL)
		why = take_zone(&text, clock);
	if (why == NULL && *text != '\0')
		why = "something stands behind the zone; end there, " EXAMPLE;
	return why;
}

int
time_parse(const char *text, int64_t *seconds, const char **why)
{
	struct clock clock = {0};

	*why = take_all(text, &clock);
	if (*why != NULL)
		return PAL_EFORM;
	*seconds = days_since_1970(clock.year, clock.month, clock.day) * DAY +
	           clock.hour * 3600 + clock.minute * 60 + clock.second -
	           clock.offset;
	if (*seconds < 0 || *seconds > TIME_LAST) {
		*why = "out of range; years run from 1970 to 9999";
		return PAL_EFORM;
	}
	return 0;
}

/* The inverse of days_since_1970. */
static void
date_of_days(int64_t days, struct clock *clock)
{
	int64_t left = days + 719468; /* since 0000-03-01 */
	int64_t era = left / 146097;
	int64_t in_era = left % 146097;
	int64_t year =
		(in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) /
		365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153; /* 0: March */

	clock->day = (int)(in_year - (153 * month + 2) / 5 + 1);
	clock->month = (int)(month < 10 ? month + 3 : month - 9);
	clock->year = (int)(year + era * 400 + (clock->month <= 2));
}

char *
time_format(char buf[TIME_TEXT_MAX], int64_t seconds)
{
	struct clock clock;
	int64_t rest;

	if (seconds == PAL_NEVER)
		return strcpy(buf, "never");
	if (seconds < 0 || seconds > TIME_LAST)
		return strcpy(buf, "out of range");
	date_of_days(seconds / DAY, &clock);
	rest = seconds % DAY;
	snprintf(buf, TIME_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		(unsigned)clock.year % 10000, (unsigned)clock.month % 100,
		(unsigned)clock.day % 100, (unsigned)(rest / 3600) % 100,
		(unsigned)(rest / 60 % 60), (unsigned)(rest % 60));
	return buf;
}

struct unit {
	char letter;
	int64_t seconds;
};

/* The largest first. */
static const struct unit units[] = {
	{'d', DAY}, {'h', 3600}, {'m', 60}, {'s', 1}};

#define UNITS (sizeof units / sizeof units[0])

int
duration_parse(const char *text, int64_t *seconds, const char **why)
{
	int64_t count = 0;
	const char *start = text;

	*why = "not a duration; write a number and a unit: 30m, 24h, 2d";
	for (; is_digit(*text) && count < DURATION_MAX; text++)
		count = count * 10 + (*text - '0');
	if (text == start || strlen(text) != 1)
		return PAL_EFORM;
	for (size_t i = 0; i < UNITS; i++) {
		if (units[i].letter != *text)
			continue;
		*why = "a duration must be longer than nothing, and not "
		       "longer than 3660d";
		if (count == 0 || count > DURATION_MAX / units[i].seconds)
			return PAL_EFORM;
		*seconds = count * units[i].seconds;
		*why = NULL;
		return 0;
	}
	return PAL_EFORM;
}

char *
duration_format(char buf[TIME_TEXT_MAX], int64_t seconds)
{
	size_t i = 0;

	while (i + 1 < UNITS && seconds % units[i].seconds != 0)
		i++;
	snprintf(buf, TIME_TEXT_MAX, "%lld%c",
		(long long)(seconds / units[i].seconds), units[i].letter);
	return buf;
}
