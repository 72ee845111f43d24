/*
 * Fuzz target: a message of a transfer is refused, or becomes lines that read
 * back as the records that ldns sees in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "axfr.h"
#include "tsig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX ((size_t)1 << 26)

static void
must(bool truth)
{
	if (!truth)
		abort();
}

struct text {
	char *data;
	size_t len;
};

static bool
put(void *ctx, const char *data, size_t len)
{
	struct text *text = ctx;

	must(len < TEXT_MAX - text->len);
	text->data = realloc(text->data, text->len + len + 1);
	must(text->data != NULL);
	memcpy(text->data + text->len, data, len);
	text->len += len;
	text->data[text->len] = '\0';
	return true;
}

/* The wire of a record, all names lowered: rr is changed. */
static ldns_buffer *
canonical(ldns_rr *rr)
{
	ldns_buffer *buffer = ldns_buffer_new(LDNS_MIN_BUFLEN);

	must(buffer != NULL);
	ldns_rr2canonical(rr);
	must(ldns_rr2buffer_wire_canonical(buffer, rr, LDNS_SECTION_ANSWER) ==
		LDNS_STATUS_OK);
	return buffer;
}

static void
must_be_same(ldns_rr *rr, const char *line)
{
	ldns_rr *read = NULL;
	ldns_buffer *a, *b;

	/* ldns reads no owner whose text is longer than its octets may be */
	if (strcspn(line, " ") > LDNS_MAX_DOMAINLEN)
		return;
	must(ldns_rr_new_frm_str(&read, line, 0, NULL, NULL) == LDNS_STATUS_OK);
	a = canonical(rr);
	b = canonical(read);
	must(ldns_buffer_position(a) == ldns_buffer_position(b) &&
		memcmp(ldns_buffer_begin(a), ldns_buffer_begin(b),
			ldns_buffer_position(a)) == 0);
	ldns_buffer_free(a);
	ldns_buffer_free(b);
	ldns_rr_free(read);
}

/* The types whose names ldns lowers too. */
static bool
is_comparable(const ldns_rr *rr)
{
	switch (ldns_rr_get_type(rr)) {
	case LDNS_RR_TYPE_A:
	case LDNS_RR_TYPE_NS:
	case LDNS_RR_TYPE_CNAME:
	case LDNS_RR_TYPE_SOA:
	case LDNS_RR_TYPE_PTR:
	case LDNS_RR_TYPE_HINFO:
	case LDNS_RR_TYPE_MX:
	case LDNS_RR_TYPE_TXT:
	case LDNS_RR_TYPE_AAAA:
	case LDNS_RR_TYPE_SRV:
	case LDNS_RR_TYPE_DNAME:
		return true;
	default: /* unknown to ldns: compared as octets */
		return ldns_rr_get_type(rr) >= 65280;
	}
}

/* Is it among the records that are kept? */
static bool
is_kept(const ldns_rr *rr, const ldns_rdf *zone, unsigned *soas)
{
	bool apex = ldns_dname_compare(ldns_rr_owner(rr), zone) == 0;

	if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN ||
		ldns_rr_get_type(rr) == LDNS_RR_TYPE_OPT ||
		ldns_rr_get_type(rr) == LDNS_RR_TYPE_TSIG)
		return false;
	if (apex && ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA)
		return ++*soas == 1;
	return apex || ldns_dname_is_subdomain(ldns_rr_owner(rr), zone);
}

/* ldns 1.8 loses its place behind a SINK record that ends early. */
static bool
is_lost(const ldns_rr_list *list)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		if (ldns_rr_get_type(ldns_rr_list_rr(list, i)) ==
			LDNS_RR_TYPE_SINK)
			return true;
	}
	return false;
}

/* Against ldns, where it can read the message. */
static void
compare(const struct text *text, const uint8_t *data, size_t size)
{
	ldns_rdf *zone = ldns_dname_new_frm_str("rpz.example.");
	char *at = text->data, *end = text->data + text->len;
	ldns_pkt *packet = NULL;
	unsigned soas = 0;
	ldns_rr_list *list;

	if (ldns_wire2pkt(&packet, data, size) != LDNS_STATUS_OK)
		goto out;
	list = ldns_pkt_answer(packet);
	if (is_lost(list))
		goto out;
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		ldns_rr *rr = ldns_rr_list_rr(list, i);
		char *stop;

		if (!is_kept(rr, zone, &soas))
			continue;
		must(at < end);
		stop = memchr(at, '\n', (size_t)(end - at));
		must(stop != NULL);
		*stop = '\0';
		if (is_comparable(rr))
			must_be_same(rr, at);
		at = stop + 1;
	}
	must(at == end);
out:
	ldns_pkt_free(packet);
	ldns_rdf_deep_free(zone);
}

/* Lines of printable ASCII, whatever is in them. */
static void
check_lines(const struct text *text)
{
	for (size_t i = 0; i < text->len; i++)
		must((text->data[i] >= ' ' && text->data[i] <= '~') ||
			text->data[i] == '\n');
	must(text->len == 0 || text->data[text->len - 1] == '\n');
}

static void
check_tsig(const uint8_t *data, size_t size)
{
	static const char secret[] = "k:hmac-sha256:AAAA";
	char why[TSIG_WHY_MAX];
	struct tsig_key key;
	struct tsig *tsig;

	must(tsig_key_parse(&key, secret, strlen(secret), why) == 0);
	tsig = tsig_create(&key);
	must(tsig != NULL);
	/* nobody who does not know the secret signs anything */
	must(tsig_check(tsig, data, size, 0, why) != 0);
	must(!tsig_is_settled(tsig));
	tsig_free(tsig);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = {0};
	struct axfr axfr = {.put = put, .ctx = &text};
	char why[AXFR_WHY_MAX] = "";
	uint32_t serial;

	if (size >= 2)
		axfr.id = (uint16_t)(data[0] << 8 | data[1]);
	must(pal_name_from_text(&axfr.zone, "rpz.example", 11) == 0);
	must(axfr_begin(&axfr) == 0);
	if (axfr_take(&axfr, data, size, why) == 0) {
		must(axfr_flush(&axfr) == 0);
		put(&text, "", 0); /* text, if there was none */
		check_lines(&text);
		compare(&text, data, size);
	} else {
		must(why[0] != '\0');
	}
	axfr_serial(&axfr, data, size, &serial, why);
	axfr_fini(&axfr);
	free(text.data);
	check_tsig(data, size);
	return 0;
}
