/*
 * A zone transfer, message by message, and records as text.
 */
#include "packet_util.h"

#include "axfr.h"
#include "palang/error.h"

#define SOA   6
#define CNAME 5

static char text[1 << 16];
static size_t text_len;

static bool
put(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	assert_true(text_len + len < sizeof text);
	memcpy(text + text_len, data, len);
	text_len += len;
	text[text_len] = '\0';
	return true;
}

static bool
put_fails(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
	return false;
}

static struct axfr
begin(void)
{
	struct axfr axfr = {
		.zone = name_of("rpz.example"), .id = 0x1234, .put = put};

	text_len = 0;
	text[0] = '\0';
	assert_int_equal(axfr_begin(&axfr), 0);
	return axfr;
}

static void
add_soa(struct packet *packet, uint32_t serial)
{
	struct packet rdata = {0};

	packet_put_name(&rdata, "ns.example");
	packet_put_name(&rdata, "host.example");
	packet_put32(&rdata, serial);
	for (uint32_t i = 1; i <= 4; i++)
		packet_put32(&rdata, i);
	packet_rr(
		packet, ANSWER, "rpz.example", SOA, 60, rdata.data, rdata.len);
}

static void
add_cname(struct packet *packet, const char *owner)
{
	packet_name_rr(packet, ANSWER, owner, CNAME, ".");
}

#define SOA_TEXT "rpz.example. 60 IN SOA ns.example. host.example. 7 1 2 3 4\n"

static void
test_whole(void **state)
{
	struct axfr axfr = begin();
	struct packet packet;
	char why[AXFR_WHY_MAX];

	(void)state;
	packet_begin(&packet, QR | AA, "rpz.example", 252);
	add_soa(&packet, 7);
	add_cname(&packet, "B.example.RPZ.example");
	assert_int_equal(axfr_take(&axfr, packet.data, packet.len, why), 0);
	assert_true(axfr.begun);
	assert_false(axfr.ended);
	/* the question is left out from the second message on */
	packet = (struct packet){.data = {0x12, 0x34, 0x80}, .len = 12};
	add_cname(&packet, "*.b.example.rpz.example");
	add_cname(&packet, "other.example"); /* not of the zone */
	add_soa(&packet, 7);
	assert_int_equal(axfr_take(&axfr, packet.data, packet.len, why), 0);
	assert_true(axfr.ended);
	assert_int_equal(axfr.serial, 7);
	assert_int_equal(axfr.records, 3);
	assert_int_equal(axfr_flush(&axfr), 0);
	assert_string_equal(text,
		SOA_TEXT "b.example.rpz.example. 30 IN CNAME .\n"
			 "*.b.example.rpz.example. 30 IN CNAME .\n");
	axfr_fini(&axfr);
}

enum fault {
	NO_SOA,
	OTHER_SOA,
	CHANGED,
	GOES_ON,
	OTHER_ID,
	A_QUERY,
	NOTIFY,
	OTHER_QUESTION,
	RCODE,
	CUT_SHORT,
	BAD_RDATA
};

static void
test_faults(void **state)
{
	static const struct {
		enum fault fault;
		const char *says;
	} cases[] = {
		{NO_SOA, "does not begin with the SOA"},
		{OTHER_SOA, "does not begin with the SOA"},
		{CHANGED, "changed while it was transferred"},
		{GOES_ON, "goes on behind its last record"},
		{OTHER_ID, "what was not asked"},
		{A_QUERY, "what was not asked"},
		{NOTIFY, "what was not asked"},
		{OTHER_QUESTION, "what was not asked"},
		{RCODE, "answered REFUSED"},
		{CUT_SHORT, "cannot be read"},
		{BAD_RDATA, "record 2 of the transfer is malformed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum fault fault = cases[i].fault;
		struct axfr axfr = begin();
		struct packet packet;
		char why[AXFR_WHY_MAX];

		print_message("%s\n", cases[i].says);
		packet_begin(&packet, QR,
			fault == OTHER_QUESTION ? "example" : "rpz.example",
			252);
		if (fault == OTHER_SOA)
			axfr.zone = name_of("example");
		if (fault == OTHER_SOA)
			packet.len = 12, packet.data[5] = 0;
		if (fault != NO_SOA)
			add_soa(&packet, 7);
		if (fault == BAD_RDATA)
			packet_rr(&packet, ANSWER, "a.rpz.example", 1, 0, "abc",
				3);
		add_cname(&packet, "a.rpz.example");
		add_soa(&packet, fault == CHANGED ? 8 : 7);
		if (fault == GOES_ON)
			add_cname(&packet, "b.rpz.example");
		packet.data[0] ^= fault == OTHER_ID;
		if (fault == A_QUERY)
			packet.data[2] ^= 0x80;
		if (fault == NOTIFY)
			packet.data[2] |= 0x20;
		packet.data[3] |= fault == RCODE ? 5 : 0;
		packet.len -= fault == CUT_SHORT;
		assert_int_equal(axfr_take(&axfr, packet.data, packet.len, why),
			PAL_EFORM);
		if (strstr(why, cases[i].says) == NULL)
			fail_msg("\"%s\" is not in: %s", cases[i].says, why);
		axfr_fini(&axfr);
	}
}

static void
test_put_fails(void **state)
{
	struct axfr axfr = begin();
	struct packet packet;
	char why[AXFR_WHY_MAX];

	(void)state;
	axfr.put = put_fails;
	packet_begin(&packet, QR, "rpz.example", 252);
	add_soa(&packet, 7);
	assert_int_equal(axfr_take(&axfr, packet.data, packet.len, why), 0);
	assert_int_equal(axfr_flush(&axfr), PAL_ESYS);
	axfr_fini(&axfr);
}

static void
test_records(void **state)
{
	static const struct {
		uint16_t type;
		const char *rdata;
		size_t len;
		const char *text; /* NULL: malformed */
	} cases[] = {
		{1, "\xc0\x00\x02\x01", 4, "A 192.0.2.1"},
		{1, "\xc0\x00\x02", 3, NULL},
		{1, "\xc0\x00\x02\x01\x00", 5, NULL},
		{2, "\1a\0", 3, "NS a."},
		{2, "\1a", 2, NULL},
		{5, "\0", 1, "CNAME ."},
		{5, "\1*\0", 3, "CNAME *."},
		{5, "\1A\1.\1\xff\0", 7, "CNAME a.\\046.\\255."},
		{5, "\xc0\x0c", 2, "CNAME rpz.example."},
		{5, "\1a\xc0\x0c", 4, "CNAME a.rpz.example."},
		{5, "\xc0\xff", 2, NULL}, /* leads forwards */
		{5, "\xc0\x00", 2, NULL}, /* into the header */
		{5, "\0\0", 2, NULL},     /* more than a name */
		{15, "\0\x0a\1m\0", 5, "MX 10 m."},
		{16, "\1a\2\"\\\0", 6, "TXT \"a\" \"\\\"\\\\\" \"\""},
		{16, "\3a\n\x80", 4, "TXT \"a\\010\\128\""},
		{16, "", 0, NULL},
		{16, "\2a", 2, NULL},
		{28, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16,
			"AAAA 2001:db8:0:0:0:0:0:1"},
		{33, "\0\1\0\2\0\3\1s\0", 9, "SRV 1 2 3 s."},
		{46, "\1\2", 2, "RRSIG \\# 2 0102"},
		{65, "", 0, "TYPE65 \\# 0"},
		{65280, "\xab", 1, "TYPE65280 \\# 1 ab"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		static char buf[AXFR_RECORD_MAX];
		struct wire_record record;
		struct packet packet;
		char expected[200];
		struct wire wire;
		size_t len;

		packet_begin(&packet, QR, "rpz.example", 252);
		packet_rr(&packet, ANSWER, "o.rpz", cases[i].type, 5,
			cases[i].rdata, cases[i].len);
		wire = (struct wire){.data = packet.data,
			.len = packet.len,
			.at = 12 + 13 + 4};
		wire_record(&wire, &record);
		assert_false(wire.bad);
		len = axfr_text(buf, &wire, &record);
		if (cases[i].text == NULL) {
			assert_int_equal(len, 0);
			continue;
		}
		snprintf(expected, sizeof expected, "o.rpz. 5 IN %s\n",
			cases[i].text);
		buf[len] = '\0';
		assert_string_equal(buf, expected);
	}
}

static void
test_serial(void **state)
{
	static const struct {
		uint32_t a, b;
		bool newer;
	} cases[] = {
		{1, 1, false},
		{2, 1, true},
		{1, 2, false},
		{0, 0xffffffff, true}, /* around the end (RFC 1982) */
		{0xffffffff, 0, false},
		{0x7fffffff, 0, true},
		{0x80000000, 0, true}, /* undefined: rather once too often */
		{0x80000001, 0, false},
	};
	struct axfr axfr = begin();
	struct packet packet;
	char why[AXFR_WHY_MAX];
	uint32_t serial;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(
			axfr_is_newer(cases[i].a, cases[i].b), cases[i].newer);
	packet_begin(&packet, QR, "rpz.example", SOA);
	assert_int_equal(
		axfr_serial(&axfr, packet.data, packet.len, &serial, why),
		PAL_EFORM);
	assert_non_null(strstr(why, "no SOA"));
	add_soa(&packet, 0xfffffffe);
	assert_int_equal(
		axfr_serial(&axfr, packet.data, packet.len, &serial, why), 0);
	assert_int_equal(serial, 0xfffffffe);
	axfr_fini(&axfr);
}

static void
test_query(void **state)
{
	struct axfr axfr = begin();
	uint8_t query[AXFR_QUERY_MAX];
	struct packet packet;

	(void)state;
	packet_begin(&packet, 0, "rpz.example", 252);
	assert_int_equal(axfr_query(query, &axfr, 252), packet.len);
	assert_memory_equal(query, packet.data, packet.len);
	axfr_fini(&axfr);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_put_fails),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_serial),
		cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
