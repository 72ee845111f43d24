/*
 * What the module keeps while it is loaded: private to this folder.
 */
#ifndef UNBOUND_STATE_H
#define UNBOUND_STATE_H

#include <stdatomic.h>

#include "host.h"
#include "palang/live.h"

/* One worker, seen from here.  It enrols itself at its first call. */
struct seat {
	_Atomic bool enrolled;
	int wake; /* eventfd: asks it to pass through its event loop */
	_Atomic uint64_t passed; /* the last ticket it has answered */
	struct ub_event *event;
	struct palang *palang;
	struct worker *worker;
};

struct palang {
	struct module_env *env; /* the daemon's own, not a worker's */
	struct daemon *daemon;
	int id;
	int iterator;    /* its module id, or -1 */
	int subnetcache; /* the same; see subnet.c */
	bool has_dns64;  /* in the module stack: see query.c, answer.c */
	bool has_validator;
	uint16_t sde_code; /* registered in init; 0: none */
	struct pal_live *live;
	_Atomic bool open;    /* init has read the snapshot for the last time */
	_Atomic bool closing; /* deinit has begun */

	unsigned seat_count;
	struct seat *seats; /* by worker->thread_num */
	_Atomic uint64_t ticket;
	int passed; /* eventfd: some worker has answered */
};

/* What is kept for one query, in its region. */
struct query {
	bool forbidden; /* it was we who forbade storing at its start */
	bool apart;     /* others want it out of the message cache */
	/* The answer that its supers must get, where clients get another. */
	bool replaced;
	struct dns_msg *original;
	int original_rcode;
};

static inline struct palang *
palang_of(const struct module_env *env, int id)
{
	const struct dynlibmod_env *dynlib = env->modinfo[id];

	return dynlib->dyn_env;
}

/* Made at first use; NULL without memory. */
static inline struct query *
query_of(const struct palang *palang, struct module_qstate *qstate)
{
	if (qstate->minfo[palang->id] == NULL)
		qstate->minfo[palang->id] = regional_alloc_zero(
			qstate->region, sizeof(struct query));
	return qstate->minfo[palang->id];
}

/* gate.c: true if this is the very program the module was built for. */
bool gate_open(void);

/* seat.c */
int seats_open(struct palang *palang, unsigned count);
void seats_close(struct palang *palang);
/* Enrols the worker of this call, if it is not yet.  False if it cannot be;
 * the worker must not judge then. */
bool seat_take(struct palang *palang, const struct module_env *env);
int seats_settle(void *palang, int timeout_ms);

/* gate of the caches: see cache.c */
bool caches_enter(struct palang *palang);
/* The same, once they stand again; false if the module is to end first. */
bool caches_await(struct palang *palang);
void caches_leave(struct palang *palang);
int cache_evict(void *palang, const struct pal_name *names, size_t count);
/* True for types whose messages may be cached: those that are taken out one
 * by one when their name is blocked. */
bool type_is_known(uint16_t type);
/* Removes one message, both CD values. */
void cache_remove(struct module_env *env, const uint8_t *name, size_t len,
	uint16_t type, uint16_t class);

/* sweep.c */
int cache_sweep(void *palang, const struct pal_snapshot *snapshot, int64_t now,
	uint64_t *cursor, int budget_us);

/* judge.c: the verdict on a question and, if there is one, its answer. */
struct judgement {
	bool blocked;
	bool by_target; /* an SVCB target, not a name of the chain */
	struct pal_verdict verdict;
	const uint8_t *name; /* the blocked name: of the question or a link */
	size_t name_len;
	unsigned links; /* CNAMEs that lead to it */
	bool goes_on;   /* the chain leads out of the answer */
	int64_t until;  /* no answer may be kept beyond; PAL_NEVER */
	/* It passes, but a list would block it if all were not open. */
	bool listed;
	/* It passes, but orders on trial would have blocked it, or a link. */
	bool shadowed;
	struct pal_trials trials;
};

void judge(const struct pal_snapshot *snapshot, int64_t now,
	const struct query_info *question, const struct reply_info *answer,
	struct judgement *judgement);
/* Goes on with the answer's links where the question's own name has been
 * judged, and passes; for questions that follow links at all. */
bool judge_follows_links(
	const struct pal_snapshot *snapshot, const struct query_info *question);
void judge_answer(const struct pal_snapshot *snapshot, int64_t now,
	const struct query_info *question, const struct reply_info *answer,
	struct judgement *judgement);
/* The same of one link alone: a CNAME, or another RRset, which has none. */
void judge_link(const struct pal_snapshot *snapshot, int64_t now,
	const struct query_info *question,
	const struct ub_packed_rrset_key *rrset, struct judgement *judgement);

/* absence.c: keeps in mind that a blocked name server has no AAAA.  False if
 * that is not what came up. */
bool absence_keep(struct module_qstate *qstate);
/* True if a message of the cache is such a note. */
bool absence_is_kept(hashvalue_type hash, const struct query_info *key,
	const struct reply_info *rep);

/* answer.c: puts the block's answer into the state; returns what it is. */
enum pal_answer answer_block(struct palang *palang,
	struct module_qstate *qstate, const struct judgement *judgement);
/* Lowers the TTLs of a passing answer to what is left until then. */
void answer_cap(struct reply_info *rep, int64_t left);
/* inplace_cb_reply: gives supers the original back. */
int answer_restore(struct query_info *qinfo, struct module_qstate *qstate,
	struct reply_info *rep, int rcode, struct edns_data *edns,
	struct edns_option **options, struct comm_reply *reply,
	struct regional *region, struct timeval *start, int id, void *arg);

/* reason.c: EDE and structured error. */
bool reason_wants_json(
	const struct palang *palang, const struct module_qstate *qstate);
void reason_attach(struct palang *palang, struct module_qstate *qstate,
	const struct pal_verdict *verdict, bool forged);

/* shadow.c: counts what orders on trial would have blocked, once for each of
 * them and each client that waits. */
void shadow_count(struct palang *palang, const struct module_qstate *qstate,
	const struct pal_snapshot *snapshot, const struct pal_trials *trials);

/* chain.c: the links that lead on from the question's name, as far as the
 * RRset cache has them, in the query's region; NULL if there are none. */
struct dns_msg *chain_cached(
	const struct palang *palang, struct module_qstate *qstate);

/* subnet.c */
/* True if subnetcache itself allows and forbids storing for this query. */
bool subnet_sets_storing(
	const struct palang *palang, const struct module_qstate *qstate);
/* Makes it believe that storing was forbidden at its start, or was not. */
void subnet_started(const struct palang *palang, struct module_qstate *qstate,
	bool forbidden);

/* query.c */
void query_operate(struct palang *palang, struct module_qstate *qstate,
	enum module_ev event);
int query_response(struct module_qstate *qstate, struct dns_msg *response,
	int id, void *arg);

#endif
