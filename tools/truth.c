#include "truth.h"

#include <string.h>
#include <strings.h>

struct prefix {
	uint8_t octets[4];
	unsigned bits;
};

static bool
within(const uint8_t *address, const struct prefix *prefix)
{
	unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;

	if (memcmp(address, prefix->octets, whole) != 0)
		return false;
	return rest == 0 ||
	       ((address[whole] ^ prefix->octets[whole]) >> (8 - rest)) == 0;
}

static bool
within_any(const uint8_t *address, const struct prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (within(address, &prefixes[i]))
			return true;
	}
	return false;
}

bool
truth_special_address(const struct reply_record *record)
{
	static const struct prefix v4[] = {
		{{0}, 8},             /* this network */
		{{10}, 8},            /* private */
		{{100, 64}, 10},      /* shared */
		{{127}, 8},           /* loopback */
		{{169, 254}, 16},     /* link local */
		{{172, 16}, 12},      /* private */
		{{192, 0, 2}, 24},    /* documentation */
		{{192, 168}, 16},     /* private */
		{{198, 18}, 15},      /* benchmarks */
		{{198, 51, 100}, 24}, /* documentation */
		{{203, 0, 113}, 24},  /* documentation */
		{{240}, 4},           /* reserved, broadcast */
	};
	static const struct prefix v6[] = {
		{{0, 0}, 16},                   /* ::, ::1, mapped */
		{{0x01, 0x00}, 16},             /* discard */
		{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
		{{0xfc}, 7},                    /* unique local */
		{{0xfe, 0x80}, 10},             /* link local */
	};

	if (record->type == PAL_TYPE_A && record->len == 4)
		return within_any(record->rdata, v4, sizeof v4 / sizeof v4[0]);
	if (record->type == PAL_TYPE_AAAA && record->len == 16)
		return within_any(record->rdata, v6, sizeof v6 / sizeof v6[0]);
	return false;
}

/* NOERROR with data, NOERROR without, NXDOMAIN, REFUSED, failure: what a
 * client can tell apart. */
enum kind { KIND_DATA, KIND_NODATA, KIND_NXDOMAIN, KIND_REFUSED, KIND_FAILURE };

static enum kind
kind_of(const struct reply *reply)
{
	switch (reply->rcode) {
	case RCODE_NOERROR:
		return reply_data_count(reply) > 0 ? KIND_DATA : KIND_NODATA;
	case RCODE_NXDOMAIN:
		return KIND_NXDOMAIN;
	case RCODE_REFUSED:
		return KIND_REFUSED;
	default:
		return KIND_FAILURE;
	}
}

static bool
same_record(const struct reply_record *a, const struct reply_record *b)
{
	return a->type == b->type && a->len == b->len &&
	       memcmp(a->rdata, b->rdata, a->len) == 0;
}

static bool
has_record(const struct reply *reply, const struct reply_record *record)
{
	for (size_t i = 0; i < reply->answer_count; i++) {
		if (same_record(&reply->answers[i], record))
			return true;
	}
	return false;
}

/* A record of the type asked for that both have: for A and AAAA, an address
 * in common. */
static bool
shares_record(const struct reply *a, const struct reply *b)
{
	for (size_t i = 0; i < a->answer_count; i++) {
		const struct reply_record *record = &a->answers[i];

		if ((record->type == a->qtype || a->qtype == TYPE_ANY) &&
			has_record(b, record))
			return true;
	}
	return false;
}

/* Both lead through aliases to the same name.  Without an alias the end is
 * the name asked for, which proves nothing. */
static bool
shares_end(const struct reply *a, const struct reply *b)
{
	struct pal_name end_a, end_b;

	return reply_chain_end(a, &end_a) > 0 &&
	       reply_chain_end(b, &end_b) > 0 && pal_name_equal(&end_a, &end_b);
}

/* Both are denied by the same zone. */
static bool
shares_soa(const struct reply *a, const struct reply *b)
{
	return a->has_soa && b->has_soa &&
	       pal_name_equal(&a->soa.owner, &b->soa.owner) &&
	       pal_name_equal(&a->soa.mname, &b->soa.mname);
}

/* An address that only the resolver gives: a sinkhole, or one that no public
 * server has. */
static const char *
forged_address(const struct reply *reply, const struct reply *own,
	const struct sinkholes *sinkholes)
{
	for (size_t i = 0; i < reply->answer_count; i++) {
		const struct reply_record *record = &reply->answers[i];

		if (has_record(own, record))
			continue;
		if (sinkholes_hold(sinkholes, record))
			return "its address is a sinkhole's";
		if (truth_special_address(record))
			return "its address is none of the public internet";
	}
	return NULL;
}

static struct truth_finding
find(enum truth truth, const char *why)
{
	return (struct truth_finding){truth, why};
}

/* Answers of one kind. */
static struct truth_finding
judge_alike(const struct reply *reply, const struct own_answer *own)
{
	if (reply->ad && own->secure)
		return find(TRUTH_REAL, "both are proven by DNSSEC");
	if (own->redirected)
		return find(TRUTH_UNKNOWN,
			"something on the way answers in place of others, so "
			"our own answer may be forged");
	if (shares_record(reply, own->reply))
		return find(TRUTH_REAL, "both have a record in common");
	if (shares_end(reply, own->reply))
		return find(TRUTH_REAL, "both lead to the same name");
	if (kind_of(reply) == KIND_DATA)
		return find(TRUTH_DIFFERENT,
			"no record is in common, as with names that are "
			"served from many places");
	if (shares_soa(reply, own->reply))
		return find(TRUTH_REAL, "both are denied by the same zone");
	if (!reply->has_soa && !own->reply->has_soa)
		return find(TRUTH_REAL, "both deny it");
	return find(TRUTH_DIFFERENT, "both deny it, but not by the same zone");
}

/* Answers of different kinds, nothing said of a block. */
static struct truth_finding
judge_unlike(const struct reply *reply, const struct own_answer *own)
{
	switch (kind_of(reply)) {
	case KIND_FAILURE:
		return find(TRUTH_DIFFERENT,
			"the resolver fails where our own recursion does not");
	case KIND_REFUSED:
		return find(TRUTH_BLOCKED, "the resolver refuses it");
	case KIND_DATA:
		if (own->secure)
			return find(TRUTH_BLOCKED,
				"DNSSEC proves that there is no such record");
		return find(TRUTH_DIFFERENT,
			"the resolver has records where our own recursion "
			"found none");
	default:
		if (kind_of(own->reply) == KIND_DATA)
			return find(TRUTH_BLOCKED,
				"the resolver denies what exists");
		return find(TRUTH_DIFFERENT, "both deny it, in another way");
	}
}

/* Our own answer is of no use, or bad in itself. */
static struct truth_finding
judge_alone(const struct reply *reply, const struct own_answer *own)
{
	if (own->bogus && kind_of(reply) == KIND_FAILURE)
		return find(TRUTH_REAL,
			"DNSSEC refuses the real answer here as there");
	if (own->bogus)
		return find(TRUTH_UNKNOWN,
			"DNSSEC refuses what our own recursion got");
	return find(TRUTH_UNKNOWN, "our own recursion found no answer");
}

struct truth_finding
truth_judge(const struct reply *reply, const struct seen *seen,
	const struct own_answer *own, const struct sinkholes *sinkholes)
{
	const char *forged;
	bool usable = own->reply != NULL && !own->bogus &&
	              kind_of(own->reply) <= KIND_NXDOMAIN;

	/* What says of itself that it is a block needs no second opinion. */
	if (seen->ede != NULL)
		return find(TRUTH_BLOCKED, "the resolver itself says so");
	if (seen->marked && (!usable || !shares_soa(reply, own->reply)))
		return find(TRUTH_BLOCKED, "its SOA carries palang's marks");
	if (!usable)
		return seen->sinkhole ? find(TRUTH_BLOCKED,
						"its address is a sinkhole's")
		                      : judge_alone(reply, own);
	forged = forged_address(reply, own->reply, sinkholes);
	if (forged != NULL)
		return find(TRUTH_BLOCKED, forged);
	if (kind_of(reply) == kind_of(own->reply))
		return judge_alike(reply, own);
	if (own->redirected && !own->secure)
		return find(TRUTH_UNKNOWN,
			"something on the way answers in place of others, so "
			"our own answer may be forged");
	return judge_unlike(reply, own);
}

const char *
truth_name(enum truth truth)
{
	static const char *const names[] = {
		[TRUTH_REAL] = "real",
		[TRUTH_DIFFERENT] = "different, not a block",
		[TRUTH_BLOCKED] = "blocked",
		[TRUTH_UNKNOWN] = "not to be told",
	};

	return names[truth];
}
