/*
 * What a DNS reply says, taken out of the packet and copied: plain values, no
 * library behind them.  Everything in it was written by others.
 */
#ifndef TOOL_REPLY_H
#define TOOL_REPLY_H

#include "palang/decide.h"
#include "palang/name.h"

#define REPLY_EDES_MAX     16
#define REPLY_EDE_TEXT_MAX 4096 /* octets kept of a text */

#define RCODE_NOERROR  0
#define RCODE_SERVFAIL 2
#define RCODE_NXDOMAIN 3
#define RCODE_REFUSED  5

/* Types with a meaning here beside those of palang/decide.h. */
#define TYPE_NS    2
#define TYPE_CNAME 5
#define TYPE_SOA   6
#define TYPE_DNAME 39
#define TYPE_RRSIG 46
#define TYPE_SVCB  64
#define TYPE_HTTPS 65
#define TYPE_ANY   255

struct reply_record {
	struct pal_name owner;
	uint16_t type;
	uint32_t ttl;
	uint8_t *rdata; /* names in it uncompressed */
	size_t len;
	char *text; /* the rdata in presentation format */
};

/* The SOA of the authority section. */
struct reply_soa {
	struct pal_name owner, mname;
	uint32_t ttl;
	uint32_t timers[4]; /* refresh, retry, expire, minimum */
};

struct reply_ede {
	uint16_t code;
	char *text; /* NUL added; may be no UTF-8 */
	size_t len; /* octets, a NUL among them counted */
};

struct reply {
	unsigned rcode; /* with the upper bits of EDNS */
	bool aa, tc, rd, ra, ad, cd;
	bool edns;
	bool options_cut; /* the EDNS options end within one */
	bool has_question;
	struct pal_name qname;
	uint16_t qtype;

	struct reply_record *answers;
	size_t answer_count;
	bool has_soa, has_ns; /* in authority */
	struct reply_soa soa;

	struct reply_ede edes[REPLY_EDES_MAX];
	size_t ede_count;
};

void reply_fini(struct reply *reply);

/* The next name of the chain at name: the target of its CNAME.  False at the
 * end of the chain. */
bool reply_next(const struct reply *reply, const struct pal_name *name,
	struct pal_name *target);

/* Follows the CNAMEs from the question's name; the number of links followed,
 * at most as many as there are records, so that a loop ends. */
unsigned reply_chain_end(const struct reply *reply, struct pal_name *end);

/* The name that a CNAME, DNAME, SVCB or HTTPS record points to; false for
 * others and for a target of "." */
bool reply_target(const struct reply_record *record, struct pal_name *target);

/* Records of the type asked for (any but RRSIG where ANY was asked) at the
 * end of the chain. */
size_t reply_data_count(const struct reply *reply);

/* NOERROR without such a record, and no referral. */
bool reply_is_nodata(const struct reply *reply);

/* Delegation in place of an answer. */
bool reply_is_referral(const struct reply *reply);

/* True if the SOA carries the marks that palang gives: MNAME the same as the
 * owner, all timers the same, the TTL no more. */
bool reply_soa_is_ours(const struct reply *reply);

/* RFC 8914: a phrase for an info code; "unassigned" for an unknown one. */
const char *ede_name(uint16_t code);

/* True for the codes that say "you are not given the real answer": Forged
 * Answer, Blocked, Censored, Filtered, Prohibited. */
bool ede_blocks(uint16_t code);

/* True for those that say that DNSSEC validation failed. */
bool ede_is_bogus(uint16_t code);

/* "NOERROR"; "rcode 23" for others than the common ones.  Returns buf or a
 * constant. */
const char *rcode_name(unsigned rcode, char buf[24]);

#endif
