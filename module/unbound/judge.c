/* The verdict on a question with its answer: its name, the links of its
 * chain, and where a service binding points. */
#include "palang/error.h"
#include "state.h"

#define TYPE_SVCB  64
#define TYPE_HTTPS 65

/* A chain longer than this is none that Unbound makes. */
#define LINKS_MAX 32

/* Class ANY collects the answers of class IN. */
static bool
class_is_judged(uint16_t class)
{
	return class == LDNS_RR_CLASS_IN || class == LDNS_RR_CLASS_ANY;
}

static const struct packed_rrset_data *
data_of(const struct ub_packed_rrset_key *rrset)
{
	return rrset->entry.data;
}

static uint16_t
type_of(const struct ub_packed_rrset_key *rrset)
{
	return ntohs(rrset->rk.type);
}

/* What a link's RDATA says: an uncompressed name behind `skip` octets. */
static const uint8_t *
target_of(const struct packed_rrset_data *data, size_t rr, size_t skip,
	size_t *len)
{
	unsigned labels;

	if (rr >= data->count || data->rr_len[rr] < 2 + skip)
		return NULL;
	const uint8_t *name = data->rr_data[rr] + 2 + skip;
	*len = pal_wire_labels(
		name, data->rr_len[rr] - 2 - skip, NULL, &labels);
	return *len > 0 ? name : NULL;
}

static const struct ub_packed_rrset_key *
find_answer(const struct reply_info *rep, const uint8_t *owner, uint16_t type)
{
	for (size_t i = 0; i < rep->an_numrrsets; i++) {
		const struct ub_packed_rrset_key *rrset = rep->rrsets[i];
		if (type_of(rrset) == type &&
			query_dname_compare(
				rrset->rk.dname, (uint8_t *)owner) == 0)
			return rrset;
	}
	return NULL;
}

static bool
has_signed_denial(const struct reply_info *rep)
{
	for (size_t i = rep->an_numrrsets;
		i < rep->an_numrrsets + rep->ns_numrrsets; i++) {
		uint16_t type = type_of(rep->rrsets[i]);
		if ((type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3) &&
			data_of(rep->rrsets[i])->rrsig_count > 0)
			return true;
	}
	return false;
}

/* What validators behind us need in order to reach names that are open. */
static bool
is_real(const struct query_info *question, const struct reply_info *rep)
{
	if (find_answer(rep, question->qname, LDNS_RR_TYPE_CNAME) != NULL)
		return false;
	if (rep->an_numrrsets > 0)
		return find_answer(rep, question->qname, question->qtype) !=
		       NULL;
	return has_signed_denial(rep);
}

/* No message is to be kept, and no TTL ends early: the last second there is,
 * but one. */
#define UNTIL_WITHHELD (PAL_NEVER - 1)

static void
note_passing(struct judgement *j)
{
	const struct pal_verdict *v = &j->verdict;

	if (v->until < j->until)
		j->until = v->until;
	if (v->withheld && UNTIL_WITHHELD < j->until)
		j->until = UNTIL_WITHHELD;
	j->listed = j->listed || v->listed;
	if (!v->shadowed)
		return;
	for (size_t i = 0; i < sizeof(v->trials.bits) / sizeof(uint64_t); i++)
		j->trials.bits[i] = v->trials.bits[i] |
		                    (j->shadowed ? j->trials.bits[i] : 0);
	j->shadowed = true;
}

static bool
decide(const struct pal_snapshot *snapshot, int64_t now, const uint8_t *name,
	size_t len, uint16_t type, struct judgement *j)
{
	pal_decide(snapshot, name, len, type, now, &j->verdict);
	if (j->verdict.action == PAL_PASS) {
		note_passing(j);
		return false;
	}
	j->blocked = true;
	j->name = name;
	j->name_len = len;
	return true;
}

/* A service binding that points to a blocked name. */
static void
judge_bindings(const struct pal_snapshot *snapshot, int64_t now,
	const struct query_info *question, const struct reply_info *rep,
	const uint8_t *owner, struct judgement *j)
{
	const struct ub_packed_rrset_key *rrset =
		find_answer(rep, owner, question->qtype);

	for (size_t i = 0; rrset != NULL && i < data_of(rrset)->count; i++) {
		size_t len;
		const uint8_t *target = target_of(data_of(rrset), i, 2, &len);
		/* the root stands for the owner itself */
		if (target == NULL || len == 1)
			continue;
		if (decide(snapshot, now, target, len, question->qtype, j)) {
			j->by_target = true;
			return;
		}
	}
}

/* Follows the CNAMEs from the question's name.  A DNAME comes with the CNAME
 * that it stands for. */
static void
judge_chain(const struct pal_snapshot *snapshot, int64_t now,
	const struct query_info *question, const struct reply_info *rep,
	struct judgement *j)
{
	const uint8_t *name = question->qname;

	for (j->links = 0; j->links < LINKS_MAX;) {
		size_t len;
		const struct ub_packed_rrset_key *rrset =
			find_answer(rep, name, LDNS_RR_TYPE_CNAME);
		const uint8_t *target =
			rrset != NULL ? target_of(data_of(rrset), 0, 0, &len)
				      : NULL;
		if (target == NULL)
			break;
		j->links++;
		if (decide(snapshot, now, target, len, question->qtype, j))
			return;
		name = target;
	}
	j->goes_on =
		j->links > 0 && find_answer(rep, name, question->qtype) == NULL;
	if (question->qtype == TYPE_SVCB || question->qtype == TYPE_HTTPS)
		judge_bindings(snapshot, now, question, rep, name, j);
}

static void
begin(struct judgement *j)
{
	j->blocked = j->by_target = j->goes_on = false;
	j->listed = j->shadowed = false;
	j->links = 0;
	j->until = PAL_NEVER;
}

/* Who asks for the link itself gets it. */
bool
judge_follows_links(
	const struct pal_snapshot *snapshot, const struct query_info *question)
{
	return snapshot->manifest.settings.chain &&
	       class_is_judged(question->qclass) &&
	       question->qtype != LDNS_RR_TYPE_CNAME &&
	       question->qtype != LDNS_RR_TYPE_DNAME &&
	       question->qtype != LDNS_RR_TYPE_ANY;
}

void
judge_answer(const struct pal_snapshot *snapshot, int64_t now,
	const struct query_info *question, const struct reply_info *rep,
	struct judgement *j)
{
	if (judge_follows_links(snapshot, question))
		judge_chain(snapshot, now, question, rep, j);
}

void
judge(const struct pal_snapshot *snapshot, int64_t now,
	const struct query_info *question, const struct reply_info *rep,
	struct judgement *j)
{
	begin(j);
	if (!class_is_judged(question->qclass))
		return;
	if (decide(snapshot, now, question->qname, question->qname_len,
		    question->qtype, j)) {
		if (j->verdict.unless_real && rep != NULL &&
			is_real(question, rep))
			j->blocked = false;
		return;
	}
	if (rep != NULL)
		judge_answer(snapshot, now, question, rep, j);
}

void
judge_link(const struct pal_snapshot *snapshot, int64_t now,
	const struct query_info *question,
	const struct ub_packed_rrset_key *rrset, struct judgement *j)
{
	size_t len;

	begin(j);
	if (!judge_follows_links(snapshot, question) ||
		type_of(rrset) != LDNS_RR_TYPE_CNAME)
		return;
	const uint8_t *target = target_of(data_of(rrset), 0, 0, &len);
	if (target != NULL)
		decide(snapshot, now, target, len, question->qtype, j);
}
