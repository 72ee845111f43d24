/*
 * A query's way through the module.
 *
 * The invariant: no message that the snapshot in force blocks lies in the
 * message cache, for what lies there is answered without asking us.  It is
 * kept here at four places:
 *
 *   - a blocked question of a client is answered before anything is looked
 *     up, and nothing is stored; so is one that cached links lead on to a
 *     blocked name (chain.c);
 *   - a query that may go on begins with storing forbidden, for the modules
 *     below can make its answer wholly of cached RRsets and store it before
 *     they show it to us;
 *   - an answer from upstream is judged before it is stored (query_response),
 *     with the chain that led to it; if it passes, storing is allowed;
 *   - what comes up from the modules below is judged again, for the chain is
 *     whole now and the snapshot may have changed.  What is blocked is taken
 *     out of the cache, and clients get the block's answer; what passes, and
 *     was not allowed to be stored on its way, is stored now.
 *
 * RRsets of blocked names are cached all the same: name server lookups need
 * them.  What the resolver asks for itself is never rewritten: only a state
 * with a client waiting is.
 *
 * dns64 forbids and stores by itself, and obeys what it finds at its start:
 * with it, storing stays forbidden to the end.  subnetcache would keep nothing
 * in its own cache if it found storing forbidden at its start; so when an
 * answer comes that it is to keep, it is told that nothing was (subnet.c).
 */
#include "state.h"

static bool
has_client(const struct module_qstate *qstate)
{
	return qstate->mesh_info->reply_list != NULL;
}

/* A prefetch: nobody waits for its answer but the cache. */
static bool
has_nobody(const struct module_qstate *qstate)
{
	return qstate->mesh_info->reply_list == NULL &&
	       qstate->mesh_info->cb_list == NULL &&
	       qstate->mesh_info->super_set.count == 0;
}

static int64_t
now_of(struct palang *palang, const struct module_qstate *qstate)
{
	return pal_live_now(palang->live, (int64_t)*qstate->env->now);
}

static void
block(struct palang *palang, struct module_qstate *qstate,
	const struct pal_snapshot *snapshot, const struct judgement *j)
{
	enum pal_answer answer = answer_block(palang, qstate, j);

	pal_live_count(palang->live, (unsigned)qstate->env->worker->thread_num,
		snapshot, j->verdict.counter, answer);
}

static const struct iter_qstate *
iterator_of(const struct palang *palang, const struct module_qstate *qstate)
{
	return palang->iterator >= 0 ? qstate->minfo[palang->iterator] : NULL;
}

/* Of a name server or of keys; or of subnetcache for a client that sets CD,
 * which is a client's question all the same. */
static bool
is_lookup(const struct palang *palang, const struct module_qstate *qstate)
{
	return qstate->is_valrec &&
	       (palang->subnetcache < 0 || qstate->qinfo.qtype == PAL_TYPE_DS ||
		       qstate->qinfo.qtype == PAL_TYPE_DNSKEY);
}

static void
forbid_storing(struct palang *palang, struct module_qstate *qstate)
{
	struct query *query;

	if (qstate->no_cache_store || qstate->no_cache_lookup ||
		is_lookup(palang, qstate) ||
		(qstate->query_flags & BIT_RD) == 0)
		return;
	query = query_of(palang, qstate);
	if (query == NULL)
		return;
	query->forbidden = true;
	qstate->no_cache_store = 1;
}

/* Answers what is blocked by links that are cached; false if there are none. */
static bool
block_by_cached(struct palang *palang, struct module_qstate *qstate,
	const struct pal_snapshot *snapshot)
{
	struct dns_msg *links;
	struct judgement j;

	if (!has_client(qstate))
		return false;
	links = chain_cached(palang, qstate);
	if (links == NULL)
		return false;
	judge(snapshot, now_of(palang, qstate), &qstate->qinfo, links->rep, &j);
	if (!j.blocked)
		return false;
	qstate->return_msg = links;
	block(palang, qstate, snapshot, &j);
	return true;
}

/* True if the query ends here. */
static bool
judge_new(struct palang *palang, struct module_qstate *qstate)
{
	const struct pal_snapshot *snapshot = pal_live_snapshot(palang->live);
	struct judgement j;

	judge(snapshot, now_of(palang, qstate), &qstate->qinfo, NULL, &j);
	if (j.blocked && !j.verdict.unless_real && !qstate->is_valrec) {
		if (has_client(qstate)) {
			block(palang, qstate, snapshot, &j);
			return true;
		}
		if (has_nobody(qstate)) {
			qstate->return_msg = NULL;
			qstate->return_rcode = LDNS_RCODE_NOERROR;
			return true;
		}
	}
	if (!j.blocked && block_by_cached(palang, qstate, snapshot))
		return true;
	forbid_storing(palang, qstate);
	return false;
}

/* The question's own message, and that of the blocked name it led to. */
static void
remove_blocked(struct module_qstate *qstate, const struct judgement *j)
{
	const struct query_info *q = &qstate->qinfo;

	cache_remove(qstate->env, q->qname, q->qname_len, q->qtype, q->qclass);
	if (j->name != q->qname)
		cache_remove(
			qstate->env, j->name, j->name_len, q->qtype, q->qclass);
}

/* What no answer from upstream has allowed: made of cached RRsets, or under
 * dns64.  Stored as the modules below would have done it.  Not what subnetcache
 * found in its own cache: the iterator has never seen that. */
static void
store_late(const struct palang *palang, struct module_qstate *qstate)
{
	const struct query *query = qstate->minfo[palang->id];

	if (query == NULL || !query->forbidden || query->apart ||
		!qstate->no_cache_store || qstate->no_cache_lookup ||
		qstate->return_msg == NULL ||
		(palang->subnetcache >= 0 &&
			iterator_of(palang, qstate) == NULL) ||
		qstate->qinfo.qclass != LDNS_RR_CLASS_IN ||
		qstate->return_rcode != LDNS_RCODE_NOERROR ||
		!type_is_known(qstate->qinfo.qtype))
		return;
	if (!dns_cache_store(qstate->env, &qstate->qinfo,
		    qstate->return_msg->rep, 0, qstate->prefetch_leeway, 0,
		    NULL, qstate->query_flags, qstate->qstarttime))
		log_err("palang: no memory to cache an answer");
}

/* What is bogus stays SERVFAIL; but who sets CD would get it as it is. */
static bool
will_servfail(const struct module_qstate *qstate)
{
	return qstate->return_msg != NULL &&
	       qstate->return_msg->rep->security == sec_status_bogus &&
	       !(qstate->query_flags & BIT_CD);
}

static void
judge_done(struct palang *palang, struct module_qstate *qstate)
{
	const struct pal_snapshot *snapshot = pal_live_snapshot(palang->live);
	struct reply_info *rep =
		qstate->return_msg != NULL ? qstate->return_msg->rep : NULL;
	int64_t now = now_of(palang, qstate);
	struct judgement j;

	judge(snapshot, now, &qstate->qinfo, rep, &j);
	if (!j.blocked && j.until == PAL_NEVER) {
		store_late(palang, qstate);
		return;
	}
	if (qstate->is_valrec && absence_keep(qstate))
		return;
	if (!j.blocked) {
		if (j.shadowed && !j.listed && !qstate->is_valrec)
			shadow_count(palang, qstate, snapshot, &j.trials);
		if (rep != NULL)
			answer_cap(rep, j.until - now);
		return;
	}
	remove_blocked(qstate, &j);
	if (!has_client(qstate) || qstate->is_valrec || will_servfail(qstate))
		return;
	block(palang, qstate, snapshot, &j);
}

void
query_operate(struct palang *palang, struct module_qstate *qstate,
	enum module_ev event)
{
	int id = palang->id;

	if (!seat_take(palang, qstate->env)) {
		log_err("palang: a worker could not be enrolled");
		qstate->ext_state[id] = module_error;
		return;
	}
	switch (event) {
	case module_event_new:
	case module_event_pass:
		qstate->ext_state[id] = judge_new(palang, qstate)
		                                ? module_finished
		                                : module_wait_module;
		return;
	case module_event_moddone:
		judge_done(palang, qstate);
		qstate->ext_state[id] = module_finished;
		return;
	default:
		log_err("palang: unexpected event %d", (int)event);
		qstate->ext_state[id] = module_error;
	}
}

/* With the name the iterator is after, it is an answer to the question or a
 * link to it; another is a step of QNAME minimisation. */
static bool
is_sought(const struct iter_qstate *iq, const struct dns_msg *response)
{
	return iq == NULL || query_dname_compare(response->qinfo.qname,
				     iq->qchase.qname) == 0;
}

/* The links that led to what the iterator is after now.  True if a name of
 * them is not to be kept: blocked now, or by an order known now. */
static bool
judge_links(const struct pal_snapshot *snapshot, int64_t now,
	const struct module_qstate *qstate, const struct iter_qstate *iq)
{
	struct judgement j;

	judge(snapshot, now, &qstate->qinfo, NULL, &j);
	if (j.blocked || j.until != PAL_NEVER)
		return !j.blocked || !j.verdict.unless_real;
	for (const struct iter_prep_list *p = iq ? iq->an_prepend_list : NULL;
		p != NULL; p = p->next) {
		judge_link(snapshot, now, &qstate->qinfo, p->rrset, &j);
		if (j.blocked || j.until != PAL_NEVER)
			return true;
	}
	return false;
}

/* Does what the iterator will not do: stores the answer under its own name if
 * it may be kept there, or else its RRsets alone.  Only of a server that
 * answers with authority, or that we forward to. */
static void
store_here(struct module_qstate *qstate, const struct iter_qstate *iq,
	struct dns_msg *response, bool rrsets_only)
{
	if (response->rep->an_numrrsets == 0 || qstate->no_cache_lookup ||
		FLAGS_GET_RCODE(response->rep->flags) != LDNS_RCODE_NOERROR ||
		((response->rep->flags & BIT_AA) == 0 &&
			(iq == NULL || (iq->chase_flags & BIT_RD) == 0)))
		return;
	dns_cache_store(qstate->env, &response->qinfo, response->rep,
		rrsets_only, qstate->prefetch_leeway, 0, NULL,
		qstate->query_flags, qstate->qstarttime);
}

static void
set_storing(struct palang *palang, struct module_qstate *qstate, bool allowed)
{
	const struct query *query = qstate->minfo[palang->id];
	bool ours = query != NULL && query->forbidden;

	if (!allowed)
		qstate->no_cache_store = 1;
	else if (ours && !palang->has_dns64 && !qstate->no_cache_lookup &&
		 !subnet_sets_storing(palang, qstate))
		qstate->no_cache_store = 0;
	if (ours)
		subnet_started(palang, qstate,
			qstate->no_cache_store && !query->apart);
}

/* Not to be kept in the message cache, whatever we say: an answer for the
 * client's network alone, or of a zone that is not cached. */
static bool
is_apart(const struct palang *palang, const struct module_qstate *qstate)
{
	const struct query *query = qstate->minfo[palang->id];
	bool ours = query != NULL && query->forbidden;

	return qstate->no_cache_lookup ||
	       (qstate->no_cache_store &&
		       (!ours || subnet_sets_storing(palang, qstate)));
}

/* Of a name server, or of keys: stored in the call in which it is judged. */
static bool
is_internal(const struct palang *palang, const struct module_qstate *qstate)
{
	const struct query *query = qstate->minfo[palang->id];

	return qstate->is_valrec && (query == NULL || !query->forbidden);
}

/* Nothing came: a failure would be stored under the question's name. */
static void
judge_timeout(struct palang *palang, struct module_qstate *qstate,
	const struct pal_snapshot *snapshot, int64_t now)
{
	if (!is_internal(palang, qstate))
		set_storing(palang, qstate,
			!judge_links(snapshot, now, qstate,
				iterator_of(palang, qstate)));
}

/*
 * An answer right before the iterator stores it.  A message with TTL 0 is left
 * out by itself while its RRsets are stored.  But the validator gives bogus
 * messages a TTL of their own and stores them again, so what must not be kept
 * is forbidden as well; we store its RRsets then.  So we do with a link whose
 * chain goes on, for what comes after it may lie in the cache already.
 */
static void
judge_response(struct palang *palang, struct module_qstate *qstate,
	struct dns_msg *response, const struct pal_snapshot *snapshot,
	int64_t now)
{
	const struct iter_qstate *iq = iterator_of(palang, qstate);
	bool sought = is_sought(iq, response);
	bool internal = is_internal(palang, qstate);
	struct judgement j;

	judge(snapshot, now, &response->qinfo, response->rep, &j);
	bool own = !j.blocked && j.until == PAL_NEVER &&
	           type_is_known(response->qinfo.qtype);
	bool keep = own;
	if (!internal && sought) {
		keep = own && !judge_links(snapshot, now, qstate, iq);
		bool here = (!keep || j.goes_on) && !palang->has_dns64 &&
		            !is_apart(palang, qstate);
		if (here)
			store_here(qstate, iq, response, !own || j.goes_on);
		set_storing(palang, qstate, keep && !j.goes_on);
	} else if (!internal) {
		/* a step on the way ends it all if nothing can lie below */
		set_storing(palang, qstate,
			!judge_links(snapshot, now, qstate, iq));
	}
	if (!keep)
		response->rep->ttl = 0;
}

int
query_response(struct module_qstate *qstate, struct dns_msg *response, int id,
	void *arg)
{
	struct palang *palang = arg;

	(void)id;
	if (!seat_take(palang, qstate->env)) {
		qstate->no_cache_store = 1;
		return 1;
	}
	const struct pal_snapshot *snapshot = pal_live_snapshot(palang->live);
	int64_t now = now_of(palang, qstate);
	struct query *query = qstate->minfo[palang->id];
	if (query != NULL && is_apart(palang, qstate))
		query->apart = true;
	if (response != NULL && response->rep != NULL)
		judge_response(palang, qstate, response, snapshot, now);
	else
		judge_timeout(palang, qstate, snapshot, now);
	return 1;
}
