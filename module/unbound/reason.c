/*
 * Why a name is blocked: an Extended DNS Error (RFC 8914), and for clients
 * that ask for it a Structured DNS Error, JSON in the same option's text
 * (draft-ietf-dnsop-structured-dns-error).
 */
#include <string.h>

#include "state.h"

#define EDE_FORGED   4
#define EDE_BLOCKED  15
#define EDE_CENSORED 16

/* What stands in an answer beside the JSON text, at most: header, question,
 * a SOA that holds its owner twice, OPT and the option's head. */
#define REST_OF_ANSWER (12 + PAL_NAME_MAX + 4 + 2 * PAL_NAME_MAX + 33 + 11 + 6)

/* A query that carries the option has a state, and so a client, of its own:
 * the option is registered with no_aggregation. */
static const struct mesh_reply *
client_of(const struct module_qstate *qstate)
{
	return qstate->mesh_info->reply_list;
}

static bool
is_encrypted(const struct mesh_reply *client)
{
	return client->query_reply.c->ssl != NULL;
}

bool
reason_wants_json(
	const struct palang *palang, const struct module_qstate *qstate)
{
	const struct mesh_reply *client = client_of(qstate);
	enum pal_sde_mode mode =
		pal_live_snapshot(palang->live)->manifest.settings.sde_mode;

	return palang->sde_code != 0 && mode != PAL_SDE_OFF && client != NULL &&
	       client->next == NULL &&
	       edns_opt_list_find(
		       qstate->edns_opts_front_in, palang->sde_code) != NULL;
}

/* The longest JSON text that the client may have: over UDP what fits, since a
 * reason must never truncate an answer. */
static struct pal_text
choose_json(const struct palang *palang, const struct module_qstate *qstate,
	const struct pal_policy *policy)
{
	static const struct pal_text none = {"", 0};
	const struct mesh_reply *client = client_of(qstate);
	enum pal_sde_mode mode =
		pal_live_snapshot(palang->live)->manifest.settings.sde_mode;
	size_t room = 65535 - REST_OF_ANSWER;

	if (mode == PAL_SDE_ENCRYPTED && !is_encrypted(client))
		return none;
	if (client->query_reply.c->type == comm_udp) {
		size_t size = client->edns.udp_size;
		if (size > qstate->env->cfg->max_udp_size)
			size = qstate->env->cfg->max_udp_size;
		room = size > REST_OF_ANSWER ? size - REST_OF_ANSWER : 0;
	}
	if (policy->json.len > 0 && policy->json.len <= room)
		return policy->json;
	return policy->json_short.len <= room ? policy->json_short : none;
}

static void
append(struct module_qstate *qstate, unsigned code, struct pal_text text)
{
	char *copy = regional_alloc(qstate->region, text.len + 1);

	if (copy == NULL)
		return;
	memcpy(copy, text.text, text.len);
	copy[text.len] = '\0';
	edns_opt_list_append_ede(&qstate->edns_opts_front_out, qstate->region,
		(sldns_ede_code)code, copy);
}

void
reason_attach(struct palang *palang, struct module_qstate *qstate,
	const struct pal_verdict *verdict, bool forged)
{
	const struct pal_policy *policy = &verdict->policy;
	static const struct pal_text none = {"", 0};
	struct pal_text text = policy->ede;

	if (!qstate->env->cfg->ede)
		return;
	if (reason_wants_json(palang, qstate)) {
		struct pal_text json = choose_json(palang, qstate, policy);
		if (json.len > 0)
			text = json;
	}
	if (forged)
		append(qstate, EDE_FORGED, none);
	append(qstate,
		policy->kind == PAL_EXTERNAL ? EDE_CENSORED : EDE_BLOCKED,
		text);
}
