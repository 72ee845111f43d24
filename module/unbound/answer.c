/*
 * The answer to a blocked question, made in the query's own region.
 *
 * A question for the blocked name itself gets a sinkhole address, an empty
 * answer with a SOA, or REFUSED.  A question that leads there by a chain
 * keeps the chain up to that link.
 */
#include <string.h>

#include "state.h"

/* Everything that an answer is made of. */
struct making {
	struct module_qstate *qstate;
	struct regional *region;
	const struct judgement *judgement;
	enum pal_answer answer;
	uint32_t ttl;
};

static struct ub_packed_rrset_key *
new_rrset(const struct making *m, const uint8_t *owner, size_t owner_len,
	uint16_t type, const uint8_t *rdata, size_t rdata_len)
{
	struct ub_packed_rrset_key *key =
		regional_alloc_zero(m->region, sizeof(*key));
	struct packed_rrset_data *data =
		regional_alloc_zero(m->region, sizeof(*data));
	uint8_t *wire = regional_alloc(m->region, rdata_len + 2);

	if (key == NULL || data == NULL || wire == NULL)
		return NULL;
	sldns_write_uint16(wire, (uint16_t)rdata_len);
	memcpy(wire + 2, rdata, rdata_len);
	data->rr_len = regional_alloc(m->region, sizeof(*data->rr_len));
	data->rr_ttl = regional_alloc(m->region, sizeof(*data->rr_ttl));
	data->rr_data = regional_alloc(m->region, sizeof(*data->rr_data));
	key->rk.dname = regional_alloc_init(m->region, owner, owner_len);
	if (data->rr_len == NULL || data->rr_ttl == NULL ||
		data->rr_data == NULL || key->rk.dname == NULL)
		return NULL;
	data->rr_len[0] = rdata_len + 2;
	data->rr_ttl[0] = m->ttl;
	data->rr_data[0] = wire;
	data->ttl = m->ttl;
	data->count = 1;
	data->trust = rrset_trust_none;
	data->security = sec_status_insecure;
	key->rk.dname_len = owner_len;
	key->rk.type = htons(type);
	key->rk.rrset_class = htons(LDNS_RR_CLASS_IN);
	key->entry.key = key;
	key->entry.data = data;
	key->entry.hash = rrset_key_hash(&key->rk);
	return key;
}

/* The address that a sinkhole gives for this type; NULL for none. */
static const uint8_t *
sinkhole(const struct making *m, size_t *len)
{
	const struct pal_policy *policy = &m->judgement->verdict.policy;
	uint16_t type = m->qstate->qinfo.qtype;

	if (m->answer != PAL_SINKHOLE)
		return NULL;
	if (type == PAL_TYPE_A && policy->has_a) {
		*len = sizeof(policy->a);
		return policy->a;
	}
	if (type == PAL_TYPE_AAAA && policy->has_aaaa) {
		*len = sizeof(policy->aaaa);
		return policy->aaaa;
	}
	return NULL;
}

/* SOA: the owner as MNAME, the root as RNAME, all timers the block's TTL. */
static struct ub_packed_rrset_key *
new_soa(const struct making *m, const uint8_t *owner, size_t owner_len)
{
	uint8_t rdata[PAL_NAME_MAX + 1 + 5 * 4];
	uint8_t *at = rdata;

	memcpy(at, owner, owner_len);
	at += owner_len;
	*at++ = 0;
	sldns_write_uint32(at, 1); /* serial */
	for (int i = 1; i < 5; i++)
		sldns_write_uint32(at + 4 * i, m->ttl);
	at += 5 * 4;
	return new_rrset(m, owner, owner_len, LDNS_RR_TYPE_SOA, rdata,
		(size_t)(at - rdata));
}

/* The rule's name; for a service binding the question's own. */
static struct ub_packed_rrset_key *
denial(const struct making *m)
{
	const struct judgement *j = m->judgement;

	if (j->by_target)
		return new_soa(
			m, m->qstate->qinfo.qname, m->qstate->qinfo.qname_len);
	return new_soa(m, j->name + j->verdict.owner_at,
		j->name_len - j->verdict.owner_at);
}

static struct reply_info *
new_reply(const struct making *m, size_t rrsets)
{
	struct reply_info *rep = regional_alloc_zero(m->region, sizeof(*rep));

	if (rep == NULL)
		return NULL;
	rep->rrsets = regional_alloc_zero(
		m->region, (rrsets + 1) * sizeof(*rep->rrsets));
	if (rep->rrsets == NULL)
		return NULL;
	rep->flags = BIT_QR | BIT_RA;
	rep->qdcount = 1;
	rep->ttl = m->ttl;
	rep->prefetch_ttl = PREFETCH_TTL_CALC(rep->ttl);
	rep->serve_expired_ttl = rep->ttl;
	rep->security = sec_status_insecure;
	return rep;
}

/* A link as it was, without signatures, kept no longer than the block. */
static struct ub_packed_rrset_key *
copy_link(const struct making *m, const struct ub_packed_rrset_key *link)
{
	const struct packed_rrset_data *from = link->entry.data;
	struct ub_packed_rrset_key *copy = new_rrset(m, link->rk.dname,
		link->rk.dname_len, ntohs(link->rk.type), from->rr_data[0] + 2,
		from->rr_len[0] - 2);

	if (copy == NULL)
		return NULL;
	struct packed_rrset_data *to = copy->entry.data;
	if (from->ttl < to->ttl)
		to->ttl = to->rr_ttl[0] = from->ttl;
	return copy;
}

static bool
is_link(const struct ub_packed_rrset_key *rrset)
{
	uint16_t type = ntohs(rrset->rk.type);

	return (type == LDNS_RR_TYPE_CNAME || type == LDNS_RR_TYPE_DNAME) &&
	       ((const struct packed_rrset_data *)rrset->entry.data)->count > 0;
}

/* Copies the chain from the question's name to the blocked one: as many
 * CNAMEs as were followed, with the DNAMEs before them. */
static bool
copy_chain(const struct making *m, const struct reply_info *from,
	struct reply_info *rep)
{
	unsigned cnames = 0;

	for (size_t i = 0; i < from->an_numrrsets; i++) {
		if (cnames == m->judgement->links)
			break;
		if (!is_link(from->rrsets[i]))
			continue;
		cnames += from->rrsets[i]->rk.type == htons(LDNS_RR_TYPE_CNAME);
		struct ub_packed_rrset_key *copy =
			copy_link(m, from->rrsets[i]);
		if (copy == NULL)
			return false;
		rep->rrsets[rep->an_numrrsets++] = copy;
	}
	return true;
}

static struct dns_msg *
make(const struct making *m, const struct reply_info *from)
{
	const struct judgement *j = m->judgement;
	size_t address_len, chain = from != NULL ? from->an_numrrsets : 0;
	const uint8_t *address = sinkhole(m, &address_len);
	struct dns_msg *msg = regional_alloc_zero(m->region, sizeof(*msg));
	struct reply_info *rep = new_reply(m, chain + 1);
	struct ub_packed_rrset_key *last;

	if (msg == NULL || rep == NULL)
		return NULL;
	if (j->links > 0 && from != NULL && !copy_chain(m, from, rep))
		return NULL;
	last = address != NULL
	               ? new_rrset(m, j->name, j->name_len,
				 m->qstate->qinfo.qtype, address, address_len)
	               : denial(m);
	if (last == NULL)
		return NULL;
	rep->rrsets[rep->an_numrrsets] = last;
	if (address != NULL)
		rep->an_numrrsets++;
	else
		rep->ns_numrrsets = 1;
	rep->rrset_count = rep->an_numrrsets + rep->ns_numrrsets;
	if (m->answer == PAL_NXDOMAIN)
		rep->flags |= LDNS_RCODE_NXDOMAIN;
	msg->qinfo = m->qstate->qinfo;
	msg->rep = rep;
	return msg;
}

/* The original is kept where a super may want it: a client can have joined a
 * lookup that dns64 waits for. */
static void
keep_original(struct palang *palang, struct module_qstate *qstate)
{
	struct query *query;

	if (!palang->has_dns64 || qstate->mesh_info->super_set.count == 0)
		return;
	query = query_of(palang, qstate);
	if (query == NULL)
		return;
	query->original = qstate->return_msg;
	query->original_rcode = qstate->return_rcode;
	query->replaced = true;
}

static bool
is_last_reply(
	const struct module_qstate *qstate, const struct comm_reply *reply)
{
	const struct mesh_reply *r = qstate->mesh_info->reply_list;

	while (r != NULL && &r->query_reply != reply)
		r = r->next;
	return r == NULL || r->next == NULL;
}

/* Called for each reply.  The mesh has our message in its own hands by the
 * first, but looks at the rcode for each; it walks the supers after the last.
 */
int
answer_restore(struct query_info *qinfo, struct module_qstate *qstate,
	struct reply_info *rep, int rcode, struct edns_data *edns,
	struct edns_option **options, struct comm_reply *reply,
	struct regional *region, struct timeval *start, int id, void *arg)
{
	(void)qinfo, (void)rep, (void)rcode, (void)edns, (void)options;
	(void)region, (void)start, (void)arg;
	struct query *query = qstate != NULL ? qstate->minfo[id] : NULL;

	if (query == NULL || !query->replaced)
		return 1;
	qstate->return_msg = query->original;
	if (is_last_reply(qstate, reply)) {
		qstate->return_rcode = query->original_rcode;
		query->replaced = false;
	}
	return 1;
}

static uint32_t
block_ttl(const struct judgement *j, int64_t now)
{
	int64_t left = j->verdict.until - now;

	return left < j->verdict.policy.ttl ? (uint32_t)(left > 0 ? left : 1)
	                                    : j->verdict.policy.ttl;
}

/* What is answered in the end: no address where the policy has none for this
 * type, where a service binding is denied, or where the client asked for the
 * reason in full; and a binding's own name is there, so never NXDOMAIN. */
static enum pal_answer
choose_answer(const struct palang *palang, const struct making *m)
{
	const struct judgement *j = m->judgement;
	size_t len;

	if (j->by_target)
		return PAL_NODATA;
	if (m->answer == PAL_SINKHOLE &&
		(sinkhole(m, &len) == NULL ||
			reason_wants_json(palang, m->qstate)))
		return PAL_NODATA;
	return m->answer;
}

enum pal_answer
answer_block(struct palang *palang, struct module_qstate *qstate,
	const struct judgement *j)
{
	struct making m = {.qstate = qstate,
		.region = qstate->region,
		.judgement = j,
		.answer = j->verdict.answer};
	struct dns_msg *from = qstate->return_msg;
	struct dns_msg *msg = NULL;

	m.ttl = block_ttl(
		j, pal_live_now(palang->live, (int64_t)*qstate->env->now));
	m.answer = choose_answer(palang, &m);
	if (m.answer != PAL_REFUSED) {
		msg = make(&m, from != NULL ? from->rep : NULL);
		if (msg == NULL)
			log_err("palang: no memory for an answer");
	}
	keep_original(palang, qstate);
	qstate->edns_opts_front_out = NULL;
	reason_attach(palang, qstate, &j->verdict, m.answer == PAL_SINKHOLE);
	qstate->return_msg = msg;
	if (msg != NULL)
		qstate->return_rcode = LDNS_RCODE_NOERROR;
	else
		qstate->return_rcode = LDNS_RCODE_REFUSED;
	return m.answer;
}

void
answer_cap(struct reply_info *rep, int64_t left)
{
	time_t cap = left > 0 ? (time_t)left : 0;

	if (rep->ttl > cap)
		rep->ttl = cap;
	if (rep->prefetch_ttl > cap)
		rep->prefetch_ttl = cap;
	if (rep->serve_expired_ttl > cap)
		rep->serve_expired_ttl = cap;
	for (size_t i = 0; i < rep->rrset_count; i++) {
		struct packed_rrset_data *data = rep->rrsets[i]->entry.data;
		if (data->ttl > cap)
			data->ttl = cap;
		for (size_t j = 0; j < data->count + data->rrsig_count; j++)
			if (data->rr_ttl[j] > cap)
				data->rr_ttl[j] = cap;
	}
}
