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

	/* ldns reads no owner whose text is as long as its octets may be */
	if (strcspn(line, " ") >= LDNS_MAX_DOMAINLEN)
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
is_comparable(ldns_rr_type type)
{
	switch (type) {
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
		return type >= 65280;
	}
}

/* A message, walked by its lengths: ldns, given all of it, loses its place
 * behind a record whose rdata ends early. */
struct walk {
	const uint8_t *data;
	size_t size, at;
	unsigned soas;
};

static ldns_rdf *
walk_name(struct walk *walk)
{
	ldns_rdf *name;

	must(ldns_wire2dname(&name, walk->data, walk->size, &walk->at) ==
		LDNS_STATUS_OK);
	return name;
}

static unsigned
walk_number(struct walk *walk)
{
	walk->at += 2;
	must(walk->at <= walk->size);
	return ldns_read_uint16(walk->data + walk->at - 2);
}

/* Is it among the records that are kept? */
static bool
is_kept(struct walk *walk, const ldns_rdf *owner, unsigned type, unsigned class)
{
	ldns_rdf *zone = ldns_dname_new_frm_str("rpz.example.");
	bool apex = ldns_dname_compare(owner, zone) == 0;
	bool within = apex || ldns_dname_is_subdomain(owner, zone);

	ldns_rdf_deep_free(zone);
	if (class != LDNS_RR_CLASS_IN || type == LDNS_RR_TYPE_OPT ||
		type == LDNS_RR_TYPE_TSIG)
		return false;
	if (apex && type == LDNS_RR_TYPE_SOA)
		return ++walk->soas == 1;
	return within;
}

/* The next record against the text, which moves on by a line if it is kept. */
static void
compare_record(struct walk *walk, char **text, char *end)
{
	size_t begin = walk->at;
	ldns_rdf *owner = walk_name(walk);
	unsigned type = walk_number(walk), class = walk_number(walk), len;
	char *line = *text, *stop;
	ldns_rr *rr = NULL;

	walk_number(walk); /* the TTL */
	walk_number(walk);
	len = walk_number(walk);
	walk->at += len;
	must(walk->at <= walk->size);
	if (is_kept(walk, owner, type, class)) {
		must(line < end);
		stop = memchr(line, '\n', (size_t)(end - line));
		must(stop != NULL);
		*stop = '\0';
		*text = stop + 1;
		if (is_comparable(type) &&
			ldns_wire2rr(&rr, walk->data, walk->at, &begin,
				LDNS_SECTION_ANSWER) == LDNS_STATUS_OK)
			must_be_same(rr, line);
		ldns_rr_free(rr);
	}
	ldns_rdf_deep_free(owner);
}

/* Against ldns, record by record. */
static void
compare(const struct text *text, const uint8_t *data, size_t size)
{
	struct walk walk = {.data = data, .size = size, .at = 4};
	unsigned questions = walk_number(&walk), answers = walk_number(&walk);
	char *at = text->data, *end = text->data + text->len;

	for (walk.at = LDNS_HEADER_SIZE; questions > 0; questions--) {
		ldns_rdf_deep_free(walk_name(&walk));
		walk_number(&walk);
		walk_number(&walk);
	}
	for (; answers > 0; answers--)
		compare_record(&walk, &at, end);
	must(at == end);
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
