#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "palang/error.h"
#include "palang/image.h"
#include "timefmt.h"

struct time_case {
	const char *text;
	int64_t seconds; /* or -1: refused ... */
	const char *why; /* ... with this in the message */
};

static const struct time_case time_cases[] = {
	{"1970-01-01T00:00:00Z", 0, ""},
	{"2017-07-14T09:00:00+07:00", 1499997600, "Jakarta"},
	{"2017-07-14T02:00:00Z", 1499997600, "the same in UTC"},
	{"2017-07-13T21:00:00-05:00", 1499997600, "west of Greenwich"},
	{"2017-07-14t02:00:00z", 1499997600, "small letters: RFC 3339, 5.6"},
	{"2016-02-29T00:00:00Z", 1456704000, "a leap day"},
	{"2000-02-29T00:00:00Z", 951782400, "a leap century"},
	{"9999-12-31T23:59:59Z", TIME_LAST, "the last second"},
	{"2017-10-12", -1, "a date alone"},
	{"2017-10-12T00:00:00", -1, "the zone is missing"},
	{"2017-10-12 00:00:00Z", -1, "write T"},
	{"2017-10-12T00:00Z", -1, "seconds are missing"},
	{"2017-10-12T00:00:00.5Z", -1, "fractions"},
	{"2016-12-31T23:59:60Z", -1, "leap seconds"},
	{"2017-02-29T00:00:00Z", -1, "no such day"},
	{"1900-02-29T00:00:00Z", -1, "no such day"},
	{"2017-04-31T00:00:00Z", -1, "no such day"},
	{"2017-00-01T00:00:00Z", -1, "no such month"},
	{"2017-13-01T00:00:00Z", -1, "no such month"},
	{"2017-01-00T00:00:00Z", -1, "no such day"},
	{"2017-01-01T24:00:00Z", -1, "midnight is 00:00:00"},
	{"2017-01-01T00:60:00Z", -1, "no such time of day"},
	{"2017-01-01T00:00:61Z", -1, "no such time of day"},
	{"2017-01-01T00:00:00+24:00", -1, "not a zone"},
	{"2017-01-01T00:00:00+07", -1, "not a zone"},
	{"2017-01-01T00:00:00 WIB", -1, "not a zone"},
	{"2017-01-01T00:00:00Z ", -1, "behind the zone"},
	{"1969-12-31T23:59:59Z", -1, "out of range"},
	{"1970-01-01T00:00:00+07:00", -1, "out of range"},
	{"9999-12-31T23:59:59-01:00", -1, "out of range"},
	{"14 July 2017", -1, "not a time"},
	{"2017-7-14T02:00:00Z", -1, "not a time"},
	{"", -1, "not a time"},
	{"tomorrow", -1, "not a time"},
};

static void
reads_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof time_cases / sizeof *time_cases; i++) {
		const struct time_case *c = &time_cases[i];
		const char *why;
		int64_t seconds;
		int ret = time_parse(c->text, &seconds, &why);

		if (c->seconds >= 0) {
			if (ret != 0)
				fail_msg("%s: %s", c->text, why);
			assert_int_equal(seconds, c->seconds);
			continue;
		}
		assert_int_equal(ret, PAL_EFORM);
		if (strstr(why, c->why) == NULL)
			fail_msg("%s: %s", c->text, why);
	}
}

/* Every day and some odd seconds against the C library. */
static void
agrees_with_libc(void **state)
{
	(void)state;
	for (int64_t t = 0; t <= TIME_LAST; t += 86400 * 3 + 1237) {
		time_t clock = (time_t)t;
		char expected[64], text[TIME_TEXT_MAX];
		const char *why;
		struct tm tm;
		int64_t back;

		assert_non_null(gmtime_r(&clock, &tm));
		strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_string_equal(time_format(text, t), expected);
		assert_int_equal(time_parse(text, &back, &why), 0);
		assert_int_equal(back, t);
	}
}

static void
writes_what_is_no_time(void **state)
{
	char buf[TIME_TEXT_MAX];

	(void)state;
	assert_string_equal(time_format(buf, PAL_NEVER), "never");
	assert_string_equal(time_format(buf, -1), "out of range");
	assert_string_equal(time_format(buf, TIME_LAST + 1), "out of range");
}

struct duration_case {
	const char *text;
	int64_t seconds;   /* or -1: refused */
	const char *shown; /* as it is written back */
};

static const struct duration_case duration_cases[] = {
	{"30s", 30, "30s"},
	{"30m", 1800, "30m"},
	{"24h", 86400, "1d"},
	{"2d", 172800, "2d"},
	{"90m", 5400, "90m"},
	{"3660d", DURATION_MAX, "3660d"},
	{"3661d", -1, NULL},
	{"0h", -1, NULL},
	{"", -1, NULL},
	{"h", -1, NULL},
	{"24", -1, NULL},
	{"24H", -1, NULL},
	{"24 h", -1, NULL},
	{"1d12h", -1, NULL},
	{"-1h", -1, NULL},
	{"1.5h", -1, NULL},
	{"99999999999999999999999h", -1, NULL},
};

static void
reads_durations(void **state)
{
	size_t n = sizeof duration_cases / sizeof *duration_cases;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct duration_case *c = &duration_cases[i];
		char buf[TIME_TEXT_MAX];
		const char *why = NULL;
		int64_t seconds;
		int ret = duration_parse(c->text, &seconds, &why);

		if ((ret == 0) != (c->seconds >= 0))
			fail_msg("%s", c->text);
		if (ret < 0) {
			assert_non_null(why);
			continue;
		}
		assert_int_equal(seconds, c->seconds);
		assert_string_equal(duration_format(buf, seconds), c->shown);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_times),
		cmocka_unit_test(agrees_with_libc),
		cmocka_unit_test(writes_what_is_no_time),
		cmocka_unit_test(reads_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
