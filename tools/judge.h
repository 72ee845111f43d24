/*
 * What a reply shows, and whether it is what the lists, or the user, expect.
 * Pure: no network, no files.
 */
#ifndef TOOL_JUDGE_H
#define TOOL_JUDGE_H

#include "ask.h"
#include "order.h"
#include "verdict.h"

/* The addresses that blocked names are sent to. */
struct sinkhole {
	uint16_t type; /* PAL_TYPE_A or PAL_TYPE_AAAA */
	uint8_t octets[16];
};

struct sinkholes {
	struct sinkhole *items;
	size_t count;
};

/* Adds an address if it is not there yet.  0 or PAL_ENOMEM. */
int sinkholes_add(
	struct sinkholes *sinkholes, uint16_t type, const uint8_t *octets);

/* Adds those of all policies in the lists. */
int sinkholes_of_lists(
	struct sinkholes *sinkholes, const struct pal_snapshot *snapshot);
void sinkholes_fini(struct sinkholes *sinkholes);

/* True if the record is an address and one of these. */
bool sinkholes_hold(
	const struct sinkholes *sinkholes, const struct reply_record *record);

enum seen_kind {
	SEEN_DATA,     /* records of the type asked for */
	SEEN_DENIED,   /* NXDOMAIN, or NOERROR without such a record */
	SEEN_REFERRAL, /* sent on to name servers */
	SEEN_BLOCKED,  /* a blocking EDE, a sinkhole, or our SOA */
	SEEN_REFUSED,  /* REFUSED, with no reason given */
	SEEN_FAILED    /* SERVFAIL and all others */
};

struct seen {
	enum seen_kind kind;
	/* The EDE that says most of why it is blocked; NULL if none does. */
	const struct reply_ede *ede;
	bool sinkhole; /* a sinkhole's address is among the answers */
	bool marked;   /* the SOA carries our marks */
};

void judge_see(struct seen *seen, const struct reply *reply,
	const struct sinkholes *sinkholes);

enum expect_kind {
	EXPECT_NOTHING, /* there is nothing to judge by */
	EXPECT_OPEN,
	EXPECT_BLOCKED, /* by whatever */
	EXPECT_ORDER    /* by this order */
};

struct expected {
	enum expect_kind kind;
	char authority[ORDER_AUTHORITY_MAX];
	char id[ORDER_ID_MAX];
	/* From the lists: */
	bool from_lists;
	struct pal_name at; /* the name judged: asked for, or an alias of it */
	struct pal_name owner; /* of the rule */
	struct pal_verdict verdict;
};

/* `blocked`, `open` or AUTHORITY:ID.  0 or PAL_EFORM. */
int judge_expect(struct expected *expected, const char *text);

/* What the lists say of a question, and of the aliases that the reply leads
 * through.  Each name is judged by itself; the first that is blocked counts. */
void judge_expect_lists(struct expected *expected,
	const struct verdict_source *source, const struct question *question,
	const struct reply *reply, int64_t now);

/* The policy in force in these lists that gives this very reason; false if
 * there is none. */
bool judge_find_policy(const struct pal_snapshot *snapshot,
	const struct reply_ede *ede, struct pal_policy *policy);

enum agreement {
	AGREE,
	AGREE_WITHOUT_REASON, /* the form fits, but no EDE says why */
	AGREE_REAL,           /* real, as what validators need may be */
	AGREE_ALIAS, /* a SVCB or HTTPS target that we were not shown */
	DISAGREE,
	DISAGREE_REASON, /* blocked, but for another reason */
	DISAGREE_FORM    /* for this reason, but answered in another way */
};

enum agreement judge_agree(const struct expected *expected,
	const struct question *question, const struct reply *reply,
	const struct seen *seen, const struct pal_snapshot *snapshot);

static inline bool
agreed(enum agreement agreement)
{
	return agreement <= AGREE_ALIAS;
}

#endif
