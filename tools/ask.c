#include "ask.h"

#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "palang/error.h"

#define OPTION_EDE 15 /* RFC 8914 */

static uint16_t
load16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t
load32(const uint8_t *at)
{
	return (uint32_t)load16(at) << 16 | load16(at + 2);
}

/* An option without content: what it asks is said by its code. */
static bool
add_option(ldns_pkt *packet, uint16_t code)
{
	const uint8_t option[4] = {(uint8_t)(code >> 8), (uint8_t)code, 0, 0};
	ldns_rdf *data = ldns_rdf_new_frm_data(
		LDNS_RDF_TYPE_NONE, sizeof option, option);

	if (data == NULL)
		return false;
	ldns_pkt_set_edns_data(packet, data);
	return true;
}

static ldns_pkt *
make_query(const struct question *question)
{
	uint16_t flags =
		(uint16_t)((question->recurse ? LDNS_RD : 0) |
			   (question->unchecked ? LDNS_CD : 0) | LDNS_AD);
	ldns_rdf *name = ldns_rdf_new_frm_data(
		LDNS_RDF_TYPE_DNAME, question->name.len, question->name.wire);
	ldns_pkt *packet;

	if (name == NULL)
		return NULL;
	packet = ldns_pkt_query_new(
		name, (ldns_rr_type)question->type, LDNS_RR_CLASS_IN, flags);
	if (packet == NULL)
		ldns_rdf_deep_free(name); /* else the packet owns it */
	return packet;
}

int
ask_pack(const struct question *question, uint16_t id, uint8_t **wire,
	size_t *len)
{
	ldns_pkt *packet = make_query(question);
	uint8_t *data = NULL;
	int ret = PAL_ENOMEM;

	*wire = NULL;
	if (packet == NULL)
		return PAL_ENOMEM;
	ldns_pkt_set_id(packet, id);
	ldns_pkt_set_edns_udp_size(packet, ASK_UDP_SIZE);
	ldns_pkt_set_edns_do(packet, question->dnssec);
	if (question->sde_code != 0 && !add_option(packet, question->sde_code))
		goto out;
	if (ldns_pkt2wire(&data, packet, len) != LDNS_STATUS_OK)
		goto out;
	*wire = data;
	ret = 0;
out:
	ldns_pkt_free(packet);
	return ret;
}

static int
take_name(struct pal_name *name, const ldns_rdf *rdf)
{
	return pal_name_from_wire(name, ldns_rdf_data(rdf), ldns_rdf_size(rdf));
}

/* The rdata as octets, names uncompressed. */
static int
take_rdata(struct reply_record *record, const ldns_rr *rr)
{
	ldns_buffer *buffer = ldns_buffer_new(LDNS_MIN_BUFLEN);
	int ret = PAL_ENOMEM;

	if (buffer == NULL)
		return PAL_ENOMEM;
	if (ldns_rr_rdata2buffer_wire(buffer, rr) != LDNS_STATUS_OK)
		goto out;
	record->len = ldns_buffer_position(buffer);
	record->rdata = malloc(record->len + 1);
	if (record->rdata == NULL)
		goto out;
	memcpy(record->rdata, ldns_buffer_begin(buffer), record->len);
	ret = 0;
out:
	ldns_buffer_free(buffer);
	return ret;
}

/*
 * The rdata as in a zone file.  ldns 1.8 writes the parameters of SVCB and
 * HTTPS without making room for them, and aborts where there is none: so there
 * is room for any text of these octets: of a `mandatory`, two octets can become
 * ",no-default-alpn", 16 characters.
 */
static int
take_text(struct reply_record *record, const ldns_rr *rr)
{
	ldns_buffer *buffer =
		ldns_buffer_new(LDNS_MIN_BUFLEN + 8 * record->len);
	ldns_status status = LDNS_STATUS_OK;

	if (buffer == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		if (i > 0)
			ldns_buffer_printf(buffer, " ");
		status = ldns_rdf2buffer_str(buffer, ldns_rr_rdf(rr, i));
		if (status != LDNS_STATUS_OK)
			break;
	}
	/* Text for people only: what ldns cannot write is left out. */
	record->text = status == LDNS_STATUS_OK ? ldns_buffer2str(buffer)
	                                        : strdup("(unreadable)");
	ldns_buffer_free(buffer);
	return record->text == NULL ? PAL_ENOMEM : 0;
}

static int
take_record(struct reply_record *record, const ldns_rr *rr)
{
	int err;

	record->type = (uint16_t)ldns_rr_get_type(rr);
	record->ttl = ldns_rr_ttl(rr);
	if (take_name(&record->owner, ldns_rr_owner(rr)) != 0)
		return PAL_EFORM;
	err = take_rdata(record, rr);
	return err != 0 ? err : take_text(record, rr);
}

static int
take_answers(struct reply *reply, const ldns_rr_list *list)
{
	size_t count = ldns_rr_list_rr_count(list);

	reply->answers = calloc(count + 1, sizeof *reply->answers);
	if (reply->answers == NULL)
		return PAL_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		int err;

		reply->answer_count = i + 1;
		err = take_record(&reply->answers[i], ldns_rr_list_rr(list, i));
		if (err != 0)
			return err;
	}
	return 0;
}

/* MNAME, RNAME, serial, four timers (RFC 1035, 3.3.13). */
static int
take_soa(struct reply *reply, const ldns_rr *rr)
{
	struct reply_soa *soa = &reply->soa;

	if (ldns_rr_rd_count(rr) != 7 ||
		take_name(&soa->owner, ldns_rr_owner(rr)) != 0 ||
		take_name(&soa->mname, ldns_rr_rdf(rr, 0)) != 0)
		return PAL_EFORM;
	soa->ttl = ldns_rr_ttl(rr);
	for (size_t i = 0; i < 4; i++) {
		const ldns_rdf *timer = ldns_rr_rdf(rr, 3 + i);

		if (ldns_rdf_size(timer) != 4)
			return PAL_EFORM;
		soa->timers[i] = load32(ldns_rdf_data(timer));
	}
	reply->has_soa = true;
	return 0;
}

static int
take_authority(struct reply *reply, const ldns_rr_list *list)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);
		int err = 0;

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_NS)
			reply->has_ns = true;
		else if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA &&
			 !reply->has_soa)
			err = take_soa(reply, rr);
		if (err != 0)
			return err;
	}
	return 0;
}

static int
take_question(struct reply *reply, const ldns_pkt *packet)
{
	const ldns_rr_list *list = ldns_pkt_question(packet);
	const ldns_rr *rr;

	if (ldns_rr_list_rr_count(list) == 0)
		return 0;
	rr = ldns_rr_list_rr(list, 0);
	if (take_name(&reply->qname, ldns_rr_owner(rr)) != 0)
		return PAL_EFORM;
	reply->qtype = (uint16_t)ldns_rr_get_type(rr);
	reply->has_question = true;
	return 0;
}

/* One EDE option: an info code, then text to the end (RFC 8914, 2). */
static int
take_ede(struct reply *reply, const uint8_t *data, size_t len)
{
	struct reply_ede *ede;

	if (len < 2 || reply->ede_count == REPLY_EDES_MAX)
		return 0;
	ede = &reply->edes[reply->ede_count];
	ede->code = load16(data);
	ede->len = len - 2 < REPLY_EDE_TEXT_MAX ? len - 2 : REPLY_EDE_TEXT_MAX;
	ede->text = malloc(ede->len + 1);
	if (ede->text == NULL)
		return PAL_ENOMEM;
	memcpy(ede->text, data + 2, ede->len);
	ede->text[ede->len] = '\0';
	reply->ede_count++;
	return 0;
}

/* Read here and not by ldns, which gives up all options for one that is cut
 * short. */
static int
take_options(struct reply *reply, const uint8_t *data, size_t len)
{
	while (len >= 4) {
		size_t size = load16(data + 2);
		int err;

		if (size > len - 4)
			break;
		err = load16(data) == OPTION_EDE
		              ? take_ede(reply, data + 4, size)
		              : 0;
		if (err != 0)
			return err;
		data += 4 + size;
		len -= 4 + size;
	}
	reply->options_cut = len > 0;
	return 0;
}

static void
take_header(struct reply *reply, const ldns_pkt *packet)
{
	reply->rcode = (unsigned)ldns_pkt_get_rcode(packet);
	reply->aa = ldns_pkt_aa(packet);
	reply->tc = ldns_pkt_tc(packet);
	reply->rd = ldns_pkt_rd(packet);
	reply->ra = ldns_pkt_ra(packet);
	reply->ad = ldns_pkt_ad(packet);
	reply->cd = ldns_pkt_cd(packet);
	reply->edns = ldns_pkt_edns(packet);
	if (reply->edns)
		reply->rcode |= (unsigned)ldns_pkt_edns_extended_rcode(packet)
		                << 4;
}

static int
take_all(struct reply *reply, ldns_pkt *packet)
{
	const ldns_rdf *options = ldns_pkt_edns_data(packet);
	int err;

	take_header(reply, packet);
	err = take_question(reply, packet);
	if (err == 0)
		err = take_answers(reply, ldns_pkt_answer(packet));
	if (err == 0)
		err = take_authority(reply, ldns_pkt_authority(packet));
	if (err == 0 && options != NULL)
		err = take_options(
			reply, ldns_rdf_data(options), ldns_rdf_size(options));
	return err;
}

int
ask_unpack(struct reply *reply, const uint8_t *wire, size_t len)
{
	ldns_pkt *packet = NULL;
	ldns_status status;
	int err;

	*reply = (struct reply){0};
	status = ldns_wire2pkt(&packet, wire, len);
	if (status == LDNS_STATUS_MEM_ERR)
		return PAL_ENOMEM;
	if (status != LDNS_STATUS_OK)
		return PAL_EFORM;
	err = take_all(reply, packet);
	ldns_pkt_free(packet);
	if (err != 0)
		reply_fini(reply);
	return err;
}

bool
ask_type_from_text(const char *text, uint16_t *type)
{
	ldns_rr_type found = ldns_get_rr_type_by_name(text);

	*type = (uint16_t)found;
	return found != 0;
}

char *
ask_type_to_text(char buf[ASK_TYPE_MAX], uint16_t type)
{
	char *text = ldns_rr_type2str((ldns_rr_type)type);

	if (text != NULL && strlen(text) < ASK_TYPE_MAX)
		memcpy(buf, text, strlen(text) + 1);
	else
		snprintf(buf, ASK_TYPE_MAX, "TYPE%u", type);
	free(text);
	return buf;
}
