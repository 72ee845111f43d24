/* What an inquiry comes to: exit code and sentence. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "inquiry.h"

static const struct {
	enum seen_kind seen;
	enum truth truth;
	bool holds;
	const char *sentence, *why;
} truths[] = {
	{SEEN_DATA, TRUTH_REAL, true, "is open: the answer is the real one",
		"the same"},
	{SEEN_DATA, TRUTH_DIFFERENT, true, "is open: not our own answer",
		"served from many places"},
	{SEEN_FAILED, TRUTH_DIFFERENT, false, "fails, and not by a block",
		"a failure is no open name, whatever it comes from"},
	{SEEN_FAILED, TRUTH_REAL, true, "is open",
		"DNSSEC bids it to fail, here as there"},
	{SEEN_FAILED, TRUTH_UNKNOWN, false, "is not proven to be open",
		"we failed as well"},
	{SEEN_DENIED, TRUTH_BLOCKED, false, "is blocked", "a forged denial"},
};

static void
judges_truth(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
		struct inquiry inquiry = {.truth_asked = true,
			.name = "t.me",
			.type = "A",
			.seen = {.kind = truths[i].seen},
			.finding = {truths[i].truth, "why"}};
		char *text = inquiry_sentence(&inquiry);

		assert_non_null(text);
		if (inquiry_holds(&inquiry) != truths[i].holds ||
			strstr(text, truths[i].sentence) == NULL)
			fail_msg("%s: %s", truths[i].why, text);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
