/*
 * The links that are known already.
 *
 * The end of a blocked chain is asked for before anyone sees where it leads,
 * and if that name is blocked as well, its message is never cached: each
 * question for the alias would cost one upstream.  But the links lie in the
 * RRset cache.  So they are looked at first; what is blocked by them is
 * answered at once.
 *
 * Only what the answer would be made of anyway is used: links with time left,
 * and, where a validator stands behind us and the client wants it to be heard,
 * those that it has found no fault with.  A link that a DNAME stands for is
 * left to the iterator, which puts the two together.
 */
#include "state.h"

#define CACHED_MAX 12 /* Unbound itself follows no more */

static bool
is_below_dname(const struct module_env *env, const uint8_t *name, size_t len)
{
	uint8_t *at = (uint8_t *)name;

	while (len > 1) {
		dname_remove_label(&at, &len);
		struct ub_packed_rrset_key *rrset = rrset_cache_lookup(
			env->rrset_cache, at, len, LDNS_RR_TYPE_DNAME,
			LDNS_RR_CLASS_IN, 0, *env->now, 0);
		if (rrset == NULL)
			continue;
		lock_rw_unlock(&rrset->entry.lock);
		return true;
	}
	return false;
}

static bool
is_usable(const struct palang *palang, const struct module_qstate *qstate,
	const struct ub_packed_rrset_key *rrset)
{
	const struct packed_rrset_data *data = rrset->entry.data;

	return !palang->has_validator || (qstate->query_flags & BIT_CD) != 0 ||
	       data->security > sec_status_bogus;
}

/* A copy in the query's region; NULL if there is none to be used. */
static struct ub_packed_rrset_key *
find_link(const struct palang *palang, struct module_qstate *qstate,
	uint8_t *name, size_t len)
{
	const struct module_env *env = qstate->env;
	struct ub_packed_rrset_key *copy = NULL;
	struct ub_packed_rrset_key *rrset =
		rrset_cache_lookup(env->rrset_cache, name, len,
			LDNS_RR_TYPE_CNAME, LDNS_RR_CLASS_IN, 0, *env->now, 0);

	if (rrset == NULL)
		return NULL;
	if (is_usable(palang, qstate, rrset))
		copy = packed_rrset_copy_region(
			rrset, qstate->region, *env->now);
	lock_rw_unlock(&rrset->entry.lock);
	return copy != NULL && !is_below_dname(env, name, len) ? copy : NULL;
}

static struct dns_msg *
make(struct module_qstate *qstate, struct ub_packed_rrset_key **links,
	size_t count)
{
	struct regional *region = qstate->region;
	struct dns_msg *msg = regional_alloc_zero(region, sizeof(*msg));
	struct reply_info *rep = regional_alloc_zero(region, sizeof(*rep));

	if (msg == NULL || rep == NULL)
		return NULL;
	rep->rrsets =
		regional_alloc_init(region, links, count * sizeof(*links));
	if (rep->rrsets == NULL)
		return NULL;
	rep->an_numrrsets = rep->rrset_count = count;
	msg->qinfo = qstate->qinfo;
	msg->rep = rep;
	return msg;
}

struct dns_msg *
chain_cached(const struct palang *palang, struct module_qstate *qstate)
{
	struct ub_packed_rrset_key *links[CACHED_MAX];
	const struct query_info *q = &qstate->qinfo;
	uint8_t *name = q->qname;
	size_t len = q->qname_len, count = 0;

	if (q->qclass != LDNS_RR_CLASS_IN || qstate->no_cache_lookup ||
		qstate->blacklist != NULL ||
		(qstate->query_flags & BIT_RD) == 0)
		return NULL;
	while (name != NULL && count < CACHED_MAX) {
		links[count] = find_link(palang, qstate, name, len);
		if (links[count] == NULL)
			break;
		name = NULL;
		get_cname_target(links[count++], &name, &len);
	}
	return count > 0 ? make(qstate, links, count) : NULL;
}
