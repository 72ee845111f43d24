#include "reply.h"

#include <stdio.h>
#include <stdlib.h>

static void
record_fini(struct reply_record *record)
{
	free(record->rdata);
	free(record->text);
}

void
reply_fini(struct reply *reply)
{
	for (size_t i = 0; i < reply->answer_count; i++)
		record_fini(&reply->answers[i]);
	free(reply->answers);
	for (size_t i = 0; i < reply->ede_count; i++)
		free(reply->edes[i].text);
	*reply = (struct reply){0};
}

/* Where the target stands in the rdata; 0 octets in front of it for a type
 * that has none is told apart by the return value. */
static bool
target_offset(uint16_t type, size_t *offset)
{
	switch (type) {
	case TYPE_CNAME:
	case TYPE_DNAME:
		*offset = 0;
		return true;
	case TYPE_SVCB:
	case TYPE_HTTPS:
		*offset = 2; /* behind the priority (RFC 9460, 2.2) */
		return true;
	default:
		return false;
	}
}

bool
reply_target(const struct reply_record *record, struct pal_name *target)
{
	size_t offset;

	if (!target_offset(record->type, &offset) || record->len < offset)
		return false;
	if (pal_name_from_wire(
		    target, record->rdata + offset, record->len - offset) != 0)
		return false;
	return target->labels > 0;
}

bool
reply_next(const struct reply *reply, const struct pal_name *name,
	struct pal_name *target)
{
	for (size_t i = 0; i < reply->answer_count; i++) {
		const struct reply_record *record = &reply->answers[i];

		if (record->type == TYPE_CNAME &&
			pal_name_equal(&record->owner, name))
			return reply_target(record, target);
	}
	return false;
}

/* Questions for these are answered by the CNAME itself. */
static bool
follows(uint16_t qtype)
{
	return qtype != TYPE_CNAME && qtype != TYPE_ANY;
}

unsigned
reply_chain_end(const struct reply *reply, struct pal_name *end)
{
	struct pal_name target;
	unsigned links = 0;

	*end = reply->qname;
	if (!follows(reply->qtype))
		return 0;
	while (links < reply->answer_count && reply_next(reply, end, &target)) {
		*end = target;
		links++;
	}
	return links;
}

size_t
reply_data_count(const struct reply *reply)
{
	struct pal_name end;
	size_t count = 0;

	reply_chain_end(reply, &end);
	for (size_t i = 0; i < reply->answer_count; i++) {
		const struct reply_record *record = &reply->answers[i];
		bool fits = reply->qtype == TYPE_ANY
		                    ? record->type != TYPE_RRSIG
		                    : record->type == reply->qtype;

		if (fits && pal_name_equal(&record->owner, &end))
			count++;
	}
	return count;
}

bool
reply_is_referral(const struct reply *reply)
{
	return reply->rcode == RCODE_NOERROR && !reply->aa &&
	       reply->answer_count == 0 && reply->has_ns && !reply->has_soa;
}

bool
reply_is_nodata(const struct reply *reply)
{
	return reply->rcode == RCODE_NOERROR && reply_data_count(reply) == 0 &&
	       !reply_is_referral(reply);
}

bool
reply_soa_is_ours(const struct reply *reply)
{
	const struct reply_soa *soa = &reply->soa;

	if (!reply->has_soa || !pal_name_equal(&soa->owner, &soa->mname))
		return false;
	for (unsigned i = 0; i < 4; i++) {
		if (soa->timers[i] != soa->timers[0])
			return false;
	}
	/* A cache behind the resolver may have counted the TTL down. */
	return soa->timers[0] > 0 && soa->ttl <= soa->timers[0];
}

/* IANA, "Extended DNS Error Codes". */
static const char *const ede_names[] = {
	[0] = "Other Error",
	[1] = "Unsupported DNSKEY Algorithm",
	[2] = "Unsupported DS Digest Type",
	[3] = "Stale Answer",
	[4] = "Forged Answer",
	[5] = "DNSSEC Indeterminate",
	[6] = "DNSSEC Bogus",
	[7] = "Signature Expired",
	[8] = "Signature Not Yet Valid",
	[9] = "DNSKEY Missing",
	[10] = "RRSIGs Missing",
	[11] = "No Zone Key Bit Set",
	[12] = "NSEC Missing",
	[13] = "Cached Error",
	[14] = "Not Ready",
	[15] = "Blocked",
	[16] = "Censored",
	[17] = "Filtered",
	[18] = "Prohibited",
	[19] = "Stale NXDomain Answer",
	[20] = "Not Authoritative",
	[21] = "Not Supported",
	[22] = "No Reachable Authority",
	[23] = "Network Error",
	[24] = "Invalid Data",
	[25] = "Signature Expired before Valid",
	[26] = "Too Early",
	[27] = "Unsupported NSEC3 Iterations Value",
	[28] = "Unable to conform to policy",
	[29] = "Synthesized",
	[30] = "Invalid Query Type",
};

const char *
ede_name(uint16_t code)
{
	if (code < sizeof ede_names / sizeof ede_names[0])
		return ede_names[code];
	return "unassigned";
}

bool
ede_blocks(uint16_t code)
{
	return code == 4 || (code >= 15 && code <= 18);
}

bool
ede_is_bogus(uint16_t code)
{
	return (code >= 6 && code <= 12) || code == 25;
}

const char *
rcode_name(unsigned rcode, char buf[24])
{
	static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL",
		"NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
		"NXRRSET", "NOTAUTH", "NOTZONE"};

	if (rcode < sizeof names / sizeof names[0])
		return names[rcode];
	if (rcode == 16)
		return "BADVERS";
	snprintf(buf, 24, "rcode %u", rcode);
	return buf;
}
