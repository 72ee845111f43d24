/*
 * What subnetcache has in mind for a query.
 *
 * It looks at no_cache_store at its start and remembers it.  If storing was
 * forbidden then, it keeps no answer in the cache of its own, which is for
 * answers that hold for the client's network alone; and when the answer comes
 * up it puts the flag back as it was.  In between it allows storing before
 * each question to a server that it does for a client, and forbids it again if
 * the answer is for that network.
 *
 * Its cache may hold what is blocked: what it finds there comes up to us.
 */
#include "state.h"

#if defined(CLIENT_SUBNET)

static struct subnet_qstate *
state_of(const struct palang *palang, const struct module_qstate *qstate)
{
	return palang->subnetcache >= 0 ? qstate->minfo[palang->subnetcache]
	                                : NULL;
}

bool
subnet_sets_storing(
	const struct palang *palang, const struct module_qstate *qstate)
{
	const struct subnet_qstate *sq = state_of(palang, qstate);

	return sq != NULL && sq->ecs_client_in.subnet_validdata;
}

void
subnet_started(const struct palang *palang, struct module_qstate *qstate,
	bool forbidden)
{
	struct subnet_qstate *sq = state_of(palang, qstate);

	if (sq != NULL)
		sq->started_no_cache_store = forbidden;
}

#else

bool
subnet_sets_storing(
	const struct palang *palang, const struct module_qstate *qstate)
{
	(void)palang, (void)qstate;
	return false;
}

void
subnet_started(const struct palang *palang, struct module_qstate *qstate,
	bool forbidden)
{
	(void)palang, (void)qstate, (void)forbidden;
}

#endif
