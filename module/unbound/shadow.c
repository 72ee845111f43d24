/*
 * Whose answers orders on trial would have changed.
 *
 * Of the client's address its network alone is used, and that only to set a
 * bit under a key that is gone within the hour (palang/sketch.h).
 */
#include "state.h"

/* False if a client has no address of the internet. */
static bool
network_of(const struct comm_reply *reply, struct pal_network *network)
{
	const struct sockaddr_storage *client = &reply->client_addr;
	const struct sockaddr_in *in = (const void *)client;
	const struct sockaddr_in6 *in6 = (const void *)client;

	if (client->ss_family == AF_INET)
		*network = pal_network_of((const uint8_t *)&in->sin_addr, 4);
	else if (client->ss_family == AF_INET6)
		*network = pal_network_of((const uint8_t *)&in6->sin6_addr, 16);
	else
		return false;
	return true;
}

static void
count_network(struct palang *palang, unsigned worker,
	const struct pal_snapshot *snapshot, const struct pal_trials *trials,
	const struct pal_network *network)
{
	for (uint32_t i = 0; i < PAL_SHADOW_MAX; i++) {
		if (pal_trials_has(trials, i))
			pal_live_shadow(palang->live, worker, snapshot,
				snapshot->shadow.counters + i, network);
	}
}

void
shadow_count(struct palang *palang, const struct module_qstate *qstate,
	const struct pal_snapshot *snapshot, const struct pal_trials *trials)
{
	unsigned worker = (unsigned)qstate->env->worker->thread_num;
	struct pal_network network;

	for (const struct mesh_reply *r = qstate->mesh_info->reply_list;
		r != NULL; r = r->next) {
		if (network_of(&r->query_reply, &network))
			count_network(
				palang, worker, snapshot, trials, &network);
	}
}
