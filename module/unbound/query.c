/*
 * A query's way through the module.
 *
 * The invariant: no message that the snapshot in force blocks lies in the
 * message cache, for what lies there is answered without asking us.  It is
 * kept here at three places:
 *
 *   - a blocked question of a client is answered before anything is looked
 *     up, and nothing is stored;
 *   - an answer from upstream is judged before it is stored (query_response);
 *     one that is blocked gets TTL 0, so that its RRsets are stored, which
 *     name server lookups need, but the message is not;
 *   - what comes up from the modules below is judged again, for the chain is
 *     known only then and the snapshot may have changed; what is blocked is
 *     taken out of the cache, and clients get the block's answer.
 *
 * What the resolver asks for itself is never rewritten: only a state with a
 * client waiting is.
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

/* True if the query ends here. */
static bool
judge_new(struct palang *palang, struct module_qstate *qstate)
{
	const struct pal_snapshot *snapshot = pal_live_snapshot(palang->live);
	struct judgement j;

	judge(snapshot, now_of(palang, qstate), &qstate->qinfo, NULL, &j);
	if (!j.blocked || j.verdict.unless_real || qstate->is_valrec)
		return false;
	if (has_client(qstate)) {
		block(palang, qstate, snapshot, &j);
		return true;
	}
	if (has_nobody(qstate)) {
		qstate->return_msg = NULL;
		qstate->return_rcode = LDNS_RCODE_NOERROR;
		return true;
	}
	return false;
}

/* Every name of the chain that is blocked goes, under the question's type. */
static void
remove_blocked(struct module_qstate *qstate, const struct judgement *j)
{
	const struct query_info *q = &qstate->qinfo;

	cache_remove(qstate->env, q->qname, q->qname_len, q->qtype, q->qclass);
	if (j->name != q->qname)
		cache_remove(
			qstate->env, j->name, j->name_len, q->qtype, q->qclass);
}

static bool
is_bogus(const struct module_qstate *qstate)
{
	return qstate->return_msg != NULL &&
	       qstate->return_msg->rep->security == sec_status_bogus;
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
	if (!j.blocked) {
		if (j.until != PAL_NEVER && rep != NULL)
			answer_cap(rep, j.until - now);
		return;
	}
	remove_blocked(qstate, &j);
	if (!has_client(qstate) || qstate->is_valrec || is_bogus(qstate))
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

/* With the name the iterator is after, it is the answer that the validator
 * will see and store again; another is a step of QNAME minimisation. */
static bool
is_sought(const struct palang *palang, const struct module_qstate *qstate,
	const struct dns_msg *response)
{
	const struct iter_qstate *iq =
		palang->iterator >= 0 ? qstate->minfo[palang->iterator] : NULL;

	return iq == NULL || query_dname_compare(response->qinfo.qname,
				     iq->qchase.qname) == 0;
}

/* Right before the iterator stores.  A referral keeps its RRsets' TTLs, and
 * so does an answer: a message with TTL 0 is left out by itself. */
int
query_response(struct module_qstate *qstate, struct dns_msg *response, int id,
	void *arg)
{
	struct palang *palang = arg;
	struct judgement j;

	(void)id;
	if (!seat_take(palang, qstate->env)) {
		qstate->no_cache_store = 1;
		return 1;
	}
	const struct pal_snapshot *snapshot = pal_live_snapshot(palang->live);
	int64_t now = now_of(palang, qstate);
	if (response == NULL || response->rep == NULL) {
		/* a timeout: the failure would be stored under this name */
		judge(snapshot, now, &qstate->qinfo, NULL, &j);
		if (j.blocked)
			qstate->no_cache_store = 1;
		return 1;
	}
	judge(snapshot, now, &response->qinfo, response->rep, &j);
	if (j.blocked) {
		response->rep->ttl = 0;
		if (!qstate->is_valrec && is_sought(palang, qstate, response))
			qstate->no_cache_store = 1;
	} else if (!type_is_known(response->qinfo.qtype)) {
		response->rep->ttl = 0;
	} else if (j.until != PAL_NEVER) {
		/* an expired message can be served: so store none */
		answer_cap(response->rep,
			qstate->env->cfg->serve_expired ? 0 : j.until - now);
	}
	return 1;
}
