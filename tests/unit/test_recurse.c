/*
 * Is an answer the real one: what is made of ours and the resolver's.  The
 * recursion itself meets real servers in tests/integration/ask.
 */
#include "packet_util.h"

#include "recurse.h"
#include "truth.h"

typedef void make(struct packet *packet);

static void
nothing(struct packet *packet)
{
	packet->len = 0;
}

static void
address(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_a(packet, "a.example", 149, 154, 167, 99);
	packet_a(packet, "a.example", 149, 154, 167, 100);
}

static void
address_in_common(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_a(packet, "a.example", 149, 154, 167, 100);
	packet_a(packet, "a.example", 149, 154, 167, 101);
}

static void
other_address(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_a(packet, "a.example", 91, 108, 4, 1);
}

static void
other_address_secure(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA | AD, "a.example", 1);
	packet_a(packet, "a.example", 91, 108, 4, 1);
}

static void
sinkhole(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_a(packet, "a.example", 36, 86, 63, 185);
}

static void
loopback(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_a(packet, "a.example", 127, 0, 0, 1);
}

static void
chain(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_name_rr(packet, ANSWER, "a.example", TYPE_CNAME, "cdn.example");
	packet_a(packet, "cdn.example", 91, 108, 4, 1);
}

static void
chain_other_address(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_name_rr(packet, ANSWER, "a.example", TYPE_CNAME, "cdn.example");
	packet_a(packet, "cdn.example", 91, 108, 4, 2);
}

static void
chain_other_end(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_name_rr(
		packet, ANSWER, "a.example", TYPE_CNAME, "warning.example");
	packet_a(packet, "warning.example", 91, 108, 4, 2);
}

static void
nodata(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_soa(packet, "example", "ns.example", 900, 300);
}

static void
nodata_other_zone(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_soa(packet, "a.example", "localhost", 900, 300);
}

static void
nodata_bare(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
}

static void
nodata_of_palang(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA, "a.example", 1);
	packet_our_soa(packet, "a.example");
}

static void
nxdomain(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA | RCODE_NXDOMAIN, "a.example", 1);
	packet_soa(packet, "example", "ns.example", 900, 300);
}

static void
servfail(struct packet *packet)
{
	packet_begin(packet, QR | RD | RA | RCODE_SERVFAIL, "a.example", 1);
}

static void
refused(struct packet *packet)
{
	packet_begin(packet, QR | RD | RCODE_REFUSED, "a.example", 1);
}

static void
censored(struct packet *packet)
{
	address(packet);
	packet_ede(packet, 16, "k 2017/1");
}

static void
stale(struct packet *packet)
{
	address(packet);
	packet_ede(packet, 3, "");
}

static void
filtered_nxdomain(struct packet *packet)
{
	nxdomain(packet);
	packet_ede(packet, 17, "");
}

enum { SECURE = 1, BOGUS = 2, REDIRECTED = 4 };

static const struct {
	make *resolver, *own;
	unsigned own_flags;
	enum truth truth;
	const char *why;
} cases[] = {
	{address, address, 0, TRUTH_REAL, "the same"},
	{address, address_in_common, 0, TRUTH_REAL, "an address in common"},
	{address, other_address, 0, TRUTH_DIFFERENT, "none in common"},
	{stale, address, 0, TRUTH_REAL, "stale is no block"},
	{chain, chain_other_address, 0, TRUTH_REAL, "the same end of a chain"},
	{chain, chain_other_end, 0, TRUTH_DIFFERENT, "another end"},
	{address, chain, 0, TRUTH_DIFFERENT, "a chain on one side only"},
	{other_address_secure, address, SECURE, TRUTH_REAL, "both secure"},
	{other_address_secure, address, 0, TRUTH_DIFFERENT,
		"secure there only: anybody can set AD"},
	{other_address, address, SECURE, TRUTH_DIFFERENT, "secure here only"},

	{sinkhole, address, 0, TRUTH_BLOCKED, "a sinkhole"},
	{sinkhole, sinkhole, 0, TRUTH_REAL, "the block page's own name"},
	{sinkhole, servfail, 0, TRUTH_BLOCKED, "a sinkhole, whatever we found"},
	{loopback, address, 0, TRUTH_BLOCKED, "no public address"},
	{loopback, loopback, 0, TRUTH_REAL, "localhost for real"},
	{censored, address, 0, TRUTH_BLOCKED, "says so itself"},
	{censored, nothing, 0, TRUTH_BLOCKED, "says so, nothing to compare"},
	{filtered_nxdomain, nxdomain, 0, TRUTH_BLOCKED,
		"says so, though it does not exist anyway"},

	{nxdomain, nxdomain, 0, TRUTH_REAL, "both: no such name"},
	{nodata, nodata, 0, TRUTH_REAL, "both: no such record"},
	{nodata_bare, nodata_bare, 0, TRUTH_REAL, "both, without a SOA"},
	{nodata, nodata_other_zone, 0, TRUTH_DIFFERENT, "another zone"},
	{nodata_of_palang, nodata, 0, TRUTH_BLOCKED, "palang's marks"},
	{nodata_of_palang, address, 0, TRUTH_BLOCKED, "palang's marks"},
	{nodata_of_palang, nodata_of_palang, 0, TRUTH_REAL,
		"a zone that looks like it"},
	{nxdomain, address, 0, TRUTH_BLOCKED, "denies what exists"},
	{nodata, address, 0, TRUTH_BLOCKED, "denies what exists"},
	{nxdomain, nodata, 0, TRUTH_DIFFERENT, "denied in another way"},
	{address, nxdomain, 0, TRUTH_DIFFERENT, "an answer for nothing"},
	{address, nxdomain, SECURE, TRUTH_BLOCKED,
		"an answer where there is nothing, proven"},
	{refused, address, 0, TRUTH_BLOCKED, "refused"},
	{servfail, address, 0, TRUTH_DIFFERENT, "a failure is no block"},

	{servfail, servfail, 0, TRUTH_UNKNOWN, "our own network may be down"},
	{servfail, nothing, BOGUS, TRUTH_REAL, "bogus, and no more than that"},
	{servfail, address, BOGUS, TRUTH_REAL, "bogus here as there"},
	{address, address, BOGUS, TRUTH_UNKNOWN, "bogus here only"},
	{address, nothing, 0, TRUTH_UNKNOWN, "nothing to compare"},
	{address, refused, 0, TRUTH_UNKNOWN, "refused to us"},

	{address, address, REDIRECTED, TRUTH_UNKNOWN,
		"both may come from the same hand"},
	{address, nxdomain, REDIRECTED, TRUTH_UNKNOWN, "ours may be forged"},
	{other_address_secure, address, SECURE | REDIRECTED, TRUTH_REAL,
		"nobody can forge what is signed"},
	{sinkhole, address, REDIRECTED, TRUTH_BLOCKED,
		"a sinkhole all the same"},
	{nxdomain, address, SECURE | REDIRECTED, TRUTH_BLOCKED,
		"denies what is proven to exist"},
};

static void
test_truth(void **state)
{
	static const uint8_t page[4] = {36, 86, 63, 185};
	struct sinkholes sinkholes = {0};

	(void)state;
	assert_int_equal(sinkholes_add(&sinkholes, PAL_TYPE_A, page), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reply reply, own_reply = {0};
		struct own_answer own = {.secure = cases[i].own_flags & SECURE,
			.bogus = cases[i].own_flags & BOGUS,
			.redirected = cases[i].own_flags & REDIRECTED};
		struct truth_finding finding;
		struct packet packet;
		struct seen seen;

		print_message("%s\n", cases[i].why);
		cases[i].resolver(&packet);
		packet_read(&reply, &packet);
		judge_see(&seen, &reply, &sinkholes);
		cases[i].own(&packet);
		if (packet.len > 0) {
			packet_read(&own_reply, &packet);
			own.reply = &own_reply;
		}
		finding = truth_judge(&reply, &seen, &own, &sinkholes);
		print_message(
			"  %s: %s\n", truth_name(finding.truth), finding.why);
		assert_int_equal(finding.truth, cases[i].truth);
		reply_fini(&reply);
		reply_fini(&own_reply);
	}
	sinkholes_fini(&sinkholes);
}

static void
test_special_address(void **state)
{
	static const struct {
		uint16_t type;
		uint8_t octets[16];
		bool special;
	} addresses[] = {
		{1, {0, 0, 0, 0}, true},
		{1, {1, 1, 1, 1}, false},
		{1, {10, 9, 8, 7}, true},
		{1, {11, 0, 0, 1}, false},
		{1, {100, 63, 255, 255}, false},
		{1, {100, 64, 0, 0}, true},
		{1, {100, 127, 255, 255}, true},
		{1, {100, 128, 0, 0}, false},
		{1, {127, 255, 0, 1}, true},
		{1, {172, 15, 0, 1}, false},
		{1, {172, 16, 0, 1}, true},
		{1, {172, 31, 0, 1}, true},
		{1, {172, 32, 0, 1}, false},
		{1, {192, 168, 1, 1}, true},
		{1, {198, 17, 0, 1}, false},
		{1, {198, 19, 0, 1}, true},
		{1, {239, 0, 0, 1}, false},
		{1, {255, 255, 255, 255}, true},
		{28, {0}, true},
		{28, {0x20, 0x01, 0x0d, 0xb8, 1}, true},
		{28, {0x20, 0x01, 0x0d, 0xb9, 1}, false},
		{28, {0x26, 0x06}, false},
		{28, {0xfd, 0x12}, true},
		{28, {0xfe, 0x80}, true},
		{28, {0xfe, 0xc0}, false},
		{16, {127, 0, 0, 1}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		struct reply_record record = {.type = addresses[i].type,
			.rdata = (uint8_t *)addresses[i].octets,
			.len = addresses[i].type == 28 ? 16 : 4};

		print_message("%zu\n", i);
		assert_int_equal(
			truth_special_address(&record), addresses[i].special);
	}
}

/* What cannot be used is said before anything is sent. */
static void
test_bad_options(void **state)
{
	static const struct {
		struct recurse_options options;
		const char *part;
	} bad[] = {
		{{.forward = "resolver.example"}, "--forward"},
		{{.forward = "127.0.0.1@1,"}, "--forward"},
		{{.stub = "127.0.0.1"}, "--stub"},
		{{.stub = "=127.0.0.1"}, "--stub"},
		{{.stub = "example=ns.example"}, "--stub"},
		{{.root_hints = "/nonexistent"}, "--root-hints"},
		{{.trust_anchor = "/nonexistent"}, "--trust-anchor"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct recurse_result result;

		assert_int_equal(
			recurse(&result, &bad[i].options, "a.example", 1),
			PAL_EFORM);
		print_message("%s\n", result.why);
		assert_non_null(strstr(result.why, bad[i].part));
		assert_null(result.packet);
	}
}

static void
test_public(void **state)
{
	(void)state;
	assert_true(recurse_is_public(
		&(struct recurse_options){.trust_anchor = "x", .stub = ""}));
	assert_false(recurse_is_public(
		&(struct recurse_options){.forward = "127.0.0.1"}));
	assert_false(recurse_is_public(
		&(struct recurse_options){.stub = "a=127.0.0.1"}));
	assert_false(recurse_is_public(
		&(struct recurse_options){.root_hints = "f"}));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truth),
		cmocka_unit_test(test_special_address),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_public),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
