/* What an inquiry comes to: yes or no, and one sentence. */
#include "inquiry.h"

#include <stdlib.h>

void
inquiry_fini(struct inquiry *inquiry)
{
	reply_fini(&inquiry->reply);
	reply_fini(&inquiry->own_reply);
	recurse_fini(&inquiry->recursion);
	sinkholes_fini(&inquiry->sinkholes);
	verdict_close(inquiry->lists);
	inquiry->lists = NULL;
}

static bool
expects_block(const struct inquiry *inquiry)
{
	return inquiry->expected.kind == EXPECT_BLOCKED ||
	       inquiry->expected.kind == EXPECT_ORDER;
}

/* A resolver that fails where DNSSEC does not bid it is not open either. */
static bool
fails(const struct inquiry *inquiry)
{
	return inquiry->seen.kind == SEEN_FAILED &&
	       inquiry->finding.truth == TRUTH_DIFFERENT;
}

bool
inquiry_holds(const struct inquiry *inquiry)
{
	if (!inquiry->truth_asked || expects_block(inquiry))
		return agreed(inquiry->agreement);
	/* Our own recursion knows better than the look of a reply. */
	return inquiry->finding.truth == TRUTH_REAL ||
	       (inquiry->finding.truth == TRUTH_DIFFERENT && !fails(inquiry));
}

/* "by k:2017/1", or nothing. */
static void
by_whom(char *buf, size_t size, const struct expected *expected)
{
	buf[0] = '\0';
	if (expected->kind == EXPECT_ORDER)
		snprintf(buf, size, " by %s:%s", expected->authority,
			expected->id);
}

static int
say_block(char **text, const struct inquiry *inquiry)
{
	static const char *const endings[] = {
		[AGREE] = "It is.",
		[AGREE_WITHOUT_REASON] = "It is, but for no given reason.",
		[AGREE_REAL] = "It passes, since validators need that type.",
		[DISAGREE] = "It is not.",
		[DISAGREE_REASON] = "It is blocked, but for another reason.",
		[DISAGREE_FORM] = "It is, but not in the way that is set.",
	};
	const char *ending = endings[inquiry->agreement];
	char by[ORDER_KEY_MAX + 8];

	by_whom(by, sizeof by, &inquiry->expected);
	return asprintf(text, "%s %s should be blocked%s. %s", inquiry->name,
		inquiry->type, by, ending != NULL ? ending : "");
}

static int
say_truth(char **text, const struct inquiry *inquiry)
{
	static const char *const phrases[] = {
		[TRUTH_REAL] = "is open: the answer is the real one",
		[TRUTH_DIFFERENT] = "is open: not our own answer, but no block",
		[TRUTH_BLOCKED] = "is blocked",
		[TRUTH_UNKNOWN] = "is not proven to be open",
	};
	const char *phrase = fails(inquiry) ? "fails, and not by a block"
	                                    : phrases[inquiry->finding.truth];

	return asprintf(text, "%s %s %s (%s).", inquiry->name, inquiry->type,
		phrase, inquiry->finding.why);
}

static int
say_open(char **text, const struct inquiry *inquiry)
{
	const char *ending = "It is.";

	if (inquiry->agreement == AGREE_ALIAS)
		ending = "It is, but its records lead to a blocked name.";
	else if (inquiry->seen.kind == SEEN_BLOCKED)
		ending = "It is blocked.";
	else if (!agreed(inquiry->agreement))
		ending = "It gets no usable answer.";
	return asprintf(text, "%s %s should be open. %s", inquiry->name,
		inquiry->type, ending);
}

char *
inquiry_sentence(const struct inquiry *inquiry)
{
	char *text = NULL;
	int n;

	if (expects_block(inquiry))
		n = say_block(&text, inquiry);
	else if (inquiry->truth_asked)
		n = say_truth(&text, inquiry);
	else if (inquiry->expected.kind == EXPECT_OPEN)
		n = say_open(&text, inquiry);
	else
		n = asprintf(&text, "%s %s: nothing was expected.",
			inquiry->name, inquiry->type);
	return n < 0 ? NULL : text;
}
