/*
 * That a blocked name server has no IPv6 address.
 *
 * Unbound looks for AAAA of each name server, and most have none.  Addresses
 * are kept as RRsets, but that there is none, only as a message; and messages
 * of blocked names are not cached, so that each question in the server's zones
 * would ask for it again.
 *
 * So an empty message is cached, under the flag that lookups of name servers
 * carry: CD, which is part of the key for AAAA alone.  A client that sets CD
 * and asks for AAAA of that very server gets it: NOERROR and nothing else.
 * While the name is blocked, that tells nothing real; once it is lifted, it is
 * true.
 */
#include "state.h"

static bool
is_empty(const struct reply_info *rep)
{
	return rep->rrset_count == 0 &&
	       FLAGS_GET_RCODE(rep->flags) == LDNS_RCODE_NOERROR;
}

/* Of the SOA in a negative answer; 0 if it has none. */
static time_t
negative_ttl(const struct reply_info *rep)
{
	size_t end = rep->an_numrrsets + rep->ns_numrrsets;

	for (size_t i = rep->an_numrrsets; i < end; i++) {
		const struct packed_rrset_data *data =
			rep->rrsets[i]->entry.data;
		if (ntohs(rep->rrsets[i]->rk.type) == LDNS_RR_TYPE_SOA)
			return data->ttl;
	}
	return 0;
}

bool
absence_keep(struct module_qstate *qstate)
{
	struct reply_info none = {.flags = BIT_QR | BIT_RA, .qdcount = 1};
	const struct reply_info *rep =
		qstate->return_msg != NULL ? qstate->return_msg->rep : NULL;

	if (qstate->qinfo.qtype != PAL_TYPE_AAAA ||
		!(qstate->query_flags & BIT_CD) || rep == NULL ||
		rep->an_numrrsets != 0 ||
		FLAGS_GET_RCODE(rep->flags) != LDNS_RCODE_NOERROR)
		return false;
	if (is_empty(rep))
		return true; /* from the cache: what we had kept */
	none.ttl = negative_ttl(rep);
	none.prefetch_ttl = PREFETCH_TTL_CALC(none.ttl);
	none.serve_expired_ttl = none.ttl;
	none.security = sec_status_insecure;
	return none.ttl > 0 &&
	       dns_cache_store(qstate->env, &qstate->qinfo, &none, 0, 0, 0,
		       NULL, qstate->query_flags, qstate->qstarttime);
}

bool
absence_is_kept(hashvalue_type hash, const struct query_info *key,
	const struct reply_info *rep)
{
	struct query_info q = *key;

	return q.qtype == PAL_TYPE_AAAA && is_empty(rep) &&
	       query_info_hash(&q, BIT_CD) == hash;
}
