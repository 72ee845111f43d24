#include "packet_util.h"

#include <unistd.h>

#include "exchange.h"
#include "palang/error.h"

static void
assert_name(const struct pal_name *name, const char *text)
{
	char buf[PAL_NAME_TEXT_MAX];

	assert_string_equal(pal_name_to_text(buf, name), text);
}

static void
test_unpack(void **state)
{
	struct packet packet;
	struct reply reply;

	(void)state;
	packet_begin(&packet, QR | RD | RA | AD, "Www.Example", PAL_TYPE_A);
	packet_name_rr(&packet, ANSWER, "www.example", TYPE_CNAME, "t.me");
	packet_a(&packet, "t.me", 192, 0, 2, 53);
	packet_soa(&packet, "me", "ns.nic.me", 900, 300);
	packet_read(&reply, &packet);
	assert_int_equal(reply.rcode, RCODE_NOERROR);
	assert_true(reply.rd && reply.ra && reply.ad);
	assert_false(reply.aa || reply.tc || reply.cd || reply.edns);
	assert_true(reply.has_question);
	assert_name(&reply.qname, "www.example");
	assert_int_equal(reply.answer_count, 2);
	assert_int_equal(reply.answers[1].ttl, 30);
	assert_string_equal(reply.answers[1].text, "192.0.2.53");
	assert_int_equal(reply.answers[1].len, 4);
	assert_true(reply.has_soa);
	assert_name(&reply.soa.owner, "me");
	assert_name(&reply.soa.mname, "ns.nic.me");
	assert_int_equal(reply.soa.timers[3], 300);
	assert_false(reply_soa_is_ours(&reply));
	reply_fini(&reply);
}

/* Names in rdata may be compressed; the octets kept are not. */
static void
test_unpack_compressed(void **state)
{
	static const uint8_t pointer[] = {1, 'a', 0xc0, 12};
	struct packet packet;
	struct pal_name target;
	struct reply reply;

	(void)state;
	packet_begin(&packet, QR, "www.example", PAL_TYPE_A);
	packet_rr(&packet, ANSWER, "www.example", TYPE_CNAME, 1, pointer,
		sizeof pointer);
	packet_read(&reply, &packet);
	assert_int_equal(reply_chain_end(&reply, &target), 1);
	assert_name(&target, "a.www.example");
	reply_fini(&reply);
}

struct ede_case {
	const char *options;
	size_t len;
	size_t count;
	unsigned code;
	const char *text;
	bool cut;
	const char *why;
};

#define OPTIONS(text) text, sizeof text - 1

static void
test_ede(void **state)
{
	static const struct ede_case cases[] = {
		{OPTIONS(""), 0, 0, NULL, false, "no option"},
		{OPTIONS("\0\17\0\2\0\20"), 1, 16, "", false, "no text"},
		{OPTIONS("\0\17\0\5\0\17k 1"), 1, 15, "k 1", false, "text"},
		{OPTIONS("\0\17\0\1\0"), 0, 0, NULL, false,
			"too short for an info code"},
		{OPTIONS("\0\17\0\0"), 0, 0, NULL, false, "empty"},
		{OPTIONS("\0\17\0\6\0\20ab"), 0, 0, NULL, true,
			"longer than what is there"},
		{OPTIONS("\0\17\0\3\0\20a\0\17\0"), 1, 16, "a", true,
			"the second cut in its length: the first counts"},
		{OPTIONS("\0\3\0\2id\0\17\0\2\0\4"), 1, 4, "", false,
			"behind another option"},
		{OPTIONS("\0\17\0\4\0\20\xff\x1b"), 1, 16, "\xff\x1b", false,
			"no UTF-8: kept as it is"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct ede_case *c = &cases[i];
		struct packet packet;
		struct reply reply;

		print_message("%s\n", c->why);
		packet_begin(&packet, QR, "t.me", PAL_TYPE_A);
		packet_opt(&packet, 0, c->options, c->len);
		packet_read(&reply, &packet);
		assert_int_equal(reply.ede_count, c->count);
		assert_int_equal(reply.options_cut, c->cut);
		if (c->count > 0) {
			assert_int_equal(reply.edes[0].code, c->code);
			assert_string_equal(reply.edes[0].text, c->text);
		}
		reply_fini(&reply);
	}
}

static void
test_many_edes(void **state)
{
	struct packet packet, options = {0};
	struct reply reply;

	(void)state;
	for (unsigned i = 0; i < REPLY_EDES_MAX + 4; i++)
		options_ede(&options, i, "x");
	packet_begin(&packet, QR, "t.me", PAL_TYPE_A);
	packet_opt(&packet, 1, options.data, options.len);
	packet_read(&reply, &packet);
	assert_int_equal(reply.ede_count, REPLY_EDES_MAX);
	assert_int_equal(reply.rcode, 16); /* the upper bits stand in OPT */
	reply_fini(&reply);
}

/* No truncation of a packet is taken for the whole one, or crashes. */
static void
test_truncations(void **state)
{
	struct packet packet;
	struct reply reply;

	(void)state;
	packet_begin(&packet, QR, "www.example", PAL_TYPE_A);
	packet_name_rr(&packet, ANSWER, "www.example", TYPE_CNAME, "t.me");
	packet_https(&packet, "t.me", "a.t.me");
	packet_our_soa(&packet, "t.me");
	packet_ede(&packet, 16, "k 2017/1");
	for (size_t len = 0; len < packet.len; len++) {
		uint8_t *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, packet.data, len);
		assert_int_not_equal(ask_unpack(&reply, copy, len), 0);
		assert_int_equal(reply.answer_count, 0);
		free(copy);
	}
	packet_read(&reply, &packet);
	assert_int_equal(reply.ede_count, 1);
	reply_fini(&reply);
}

static void
test_chain(void **state)
{
	struct packet packet;
	struct pal_name end;
	struct reply reply;

	(void)state;
	packet_begin(&packet, QR, "a.example", PAL_TYPE_A);
	packet_name_rr(&packet, ANSWER, "b.example", TYPE_CNAME, "c.example");
	packet_name_rr(&packet, ANSWER, "a.example", TYPE_CNAME, "b.example");
	packet_a(&packet, "c.example", 10, 0, 0, 1);
	packet_read(&reply, &packet);
	assert_int_equal(reply_chain_end(&reply, &end), 2);
	assert_name(&end, "c.example");
	assert_int_equal(reply_data_count(&reply), 1);
	reply_fini(&reply);

	/* A loop ends. */
	packet_begin(&packet, QR, "a.example", PAL_TYPE_A);
	packet_name_rr(&packet, ANSWER, "a.example", TYPE_CNAME, "b.example");
	packet_name_rr(&packet, ANSWER, "b.example", TYPE_CNAME, "a.example");
	packet_read(&reply, &packet);
	assert_int_equal(reply_chain_end(&reply, &end), 2);
	assert_true(reply_is_nodata(&reply));
	reply_fini(&reply);

	/* Who asks for the CNAME gets it as data. */
	packet_begin(&packet, QR, "a.example", TYPE_CNAME);
	packet_name_rr(&packet, ANSWER, "a.example", TYPE_CNAME, "b.example");
	packet_read(&reply, &packet);
	assert_int_equal(reply_chain_end(&reply, &end), 0);
	assert_int_equal(reply_data_count(&reply), 1);
	reply_fini(&reply);
}

static void
test_target(void **state)
{
	static const struct {
		uint16_t type;
		const char *rdata;
		size_t len;
		const char *want;
		const char *why;
	} cases[] = {
		{TYPE_CNAME, "\1a\0", 3, "a", "a CNAME"},
		{TYPE_HTTPS, "\0\1\1a\0", 5, "a", "behind the priority"},
		{TYPE_HTTPS, "\0\1\0", 3, NULL, "the owner itself"},
		{TYPE_HTTPS, "\0", 1, NULL, "cut short"},
		{TYPE_SVCB, "\0\1\5a", 4, NULL, "a label cut short"},
		{PAL_TYPE_A, "\1a\0\0", 4, NULL, "an address"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t octets[8];
		struct reply_record record = {.type = cases[i].type,
			.rdata = octets,
			.len = cases[i].len};
		struct pal_name target;
		bool found;

		print_message("%s\n", cases[i].why);
		memcpy(octets, cases[i].rdata, cases[i].len);
		found = reply_target(&record, &target);
		assert_int_equal(found, cases[i].want != NULL);
		if (found)
			assert_name(&target, cases[i].want);
	}
}

static void
test_pack(void **state)
{
	struct question question = {.name = name_of("t.me"),
		.type = PAL_TYPE_AAAA,
		.recurse = true,
		.dnssec = true,
		.sde_code = 65001};
	/* OPT: root, 41, 1232, no rcode, version 0, DO, the SDE option. */
	static const uint8_t opt[] = {
		0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 4, 0xfd, 0xe9, 0, 0};
	uint8_t *wire;
	size_t len;

	(void)state;
	assert_int_equal(ask_pack(&question, 0xbeef, &wire, &len), 0);
	assert_int_equal(wire[0] << 8 | wire[1], 0xbeef);
	assert_int_equal(wire[2] << 8 | wire[3], RD | AD);
	assert_memory_equal(wire + 12, "\1t\2me\0\0\34\0\1", 10);
	assert_int_equal(len, 12 + 10 + sizeof opt);
	assert_memory_equal(wire + 22, opt, sizeof opt);
	free(wire);

	question = (struct question){
		.name = name_of("t.me"), .type = PAL_TYPE_A, .unchecked = true};
	assert_int_equal(ask_pack(&question, 1, &wire, &len), 0);
	assert_int_equal(wire[2] << 8 | wire[3], AD | 0x10);
	assert_int_equal(len, 12 + 10 + 11);
	free(wire);
}

static void
test_types(void **state)
{
	static const struct {
		const char *text;
		unsigned type; /* 0: none */
		const char *back;
	} cases[] = {
		{"A", 1, "A"},
		{"aaaa", 28, "AAAA"},
		{"HTTPS", 65, "HTTPS"},
		{"TYPE65280", 65280, "TYPE65280"},
		{"ANY", 255, "ANY"},
		{"t.me", 0, NULL},
		{"", 0, NULL},
	};
	char buf[ASK_TYPE_MAX];
	uint16_t type;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		print_message("%s\n", cases[i].text);
		assert_int_equal(ask_type_from_text(cases[i].text, &type),
			cases[i].type != 0);
		assert_int_equal(type, cases[i].type);
		if (cases[i].back != NULL)
			assert_string_equal(
				ask_type_to_text(buf, type), cases[i].back);
	}
}

/* Which packets are taken for the reply to a question. */
static void
test_fits(void **state)
{
	static const struct {
		unsigned id, flags;
		const char *name;
		unsigned type;
		bool fits;
		const char *why;
	} cases[] = {
		{0x1234, QR, "t.me", 1, true, "the reply"},
		{0x1234, QR, "T.ME", 1, true, "letters of the other case"},
		{0x1235, QR, "t.me", 1, false, "another id"},
		{0x1234, 0, "t.me", 1, false, "a query"},
		{0x1234, QR | 0x2000, "t.me", 1, false, "another opcode"},
		{0x1234, QR, "t.mf", 1, false, "another name"},
		{0x1234, QR, "t.me", 28, false, "another type"},
		{0x1234, QR, "t.me", 257, false,
			"a type that differs in one octet"},
		{0x1234, QR, "t.me.example", 1, false, "a longer name"},
	};
	struct packet query, reply;

	(void)state;
	packet_begin(&query, RD, "t.me", 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		print_message("%s\n", cases[i].why);
		packet_begin(&reply, cases[i].flags, "t.me", cases[i].type);
		reply.data[0] = (uint8_t)(cases[i].id >> 8);
		reply.data[1] = (uint8_t)cases[i].id;
		reply.len = 12;
		for (const char *p = cases[i].name; *p != '\0';) {
			size_t n = strcspn(p, ".");

			packet_put(&reply, &(uint8_t){(uint8_t)n}, 1);
			packet_put(&reply, p, n);
			p += n + (p[n] == '.');
		}
		packet_put(&reply, "", 1);
		packet_put16(&reply, cases[i].type);
		packet_put16(&reply, 1);
		assert_int_equal(exchange_fits(query.data, query.len,
					 reply.data, reply.len),
			cases[i].fits);
		for (size_t len = 0; len < reply.len; len++)
			assert_false(exchange_fits(
				query.data, query.len, reply.data, len));
	}
}

static void
test_fits_without_question(void **state)
{
	static const uint8_t formerr[12] = {0x12, 0x34, 0x80, 1};
	static const uint8_t noerror[12] = {0x12, 0x34, 0x80, 0};
	struct packet query;

	(void)state;
	packet_begin(&query, RD, "t.me", 1);
	assert_true(exchange_fits(query.data, query.len, formerr, 12));
	assert_false(exchange_fits(query.data, query.len, noerror, 12));
}

static void
test_server(void **state)
{
	static const struct {
		const char *text;
		const char *want; /* NULL: refused */
		const char *why;
	} cases[] = {
		{"127.0.0.1", "127.0.0.1#53", "the usual port"},
		{"127.0.0.1#5353", "127.0.0.1#5353", "a port"},
		{"::1#5353", "::1#5353", "IPv6"},
		{"localhost", NULL, "a name"},
		{"127.0.0.1#", NULL, "no port"},
		{"127.0.0.1#65536", NULL, "no port there is"},
		{"127.0.0.1#0", NULL, "no port there is"},
		{"127.0.0.1#dns", NULL, "a service"},
		{"#53", NULL, "no address"},
		{"", NULL, "nothing"},
	};
	struct server server;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int want = cases[i].want == NULL ? PAL_EFORM : 0;

		print_message("%s: %s\n", cases[i].text, cases[i].why);
		assert_int_equal(server_parse(&server, cases[i].text), want);
		if (want == 0)
			assert_string_equal(server.text, cases[i].want);
	}
}

static void
test_resolv_conf(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{"# nameserver 10.0.0.9\nsearch example\n"
		 "nameserver\t10.0.0.1\nnameserver 10.0.0.2\n",
			"10.0.0.1#53"},
		{"nameserver fe80::1%lo\r\n", "fe80::1%lo#53"},
		{"nameserver nonsense\nnameserver 10.0.0.2", "10.0.0.2#53"},
		{"options edns0\n", NULL},
		{"nameserver\n", NULL},
	};
	char path[] = "/tmp/palang-resolv-XXXXXX";
	struct server server;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(cases[i].text, file);
		fclose(file);
		assert_int_equal(server_from_resolv_conf(&server, path),
			cases[i].want == NULL ? PAL_EFORM : 0);
		if (cases[i].want != NULL)
			assert_string_equal(server.text, cases[i].want);
	}
	unlink(path);
	assert_int_equal(server_from_resolv_conf(&server, path), PAL_ESYS);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unpack),
		cmocka_unit_test(test_unpack_compressed),
		cmocka_unit_test(test_ede),
		cmocka_unit_test(test_many_edes),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_fits_without_question),
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_resolv_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
