/*
 * What replies show, whether they are what the lists expect, and what is
 * named as the likely cause if not.
 */
#include "lists_util.h"
#include "packet_util.h"

#include "cause.h"
#include "reason.h"

#define NOW 1600000000

static struct lists lists;
static struct verdict_source *source;
static struct sinkholes sinkholes;

static int
setup(void **state)
{
	char why[VERDICT_WHY_MAX];

	(void)state;
	lists_create(&lists);
	assert_int_equal(verdict_open(&source, lists.dir, why), 0);
	assert_int_equal(
		sinkholes_of_lists(&sinkholes, verdict_snapshot(source)), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	verdict_close(source);
	sinkholes_fini(&sinkholes);
	lists_remove(&lists);
	return 0;
}

/* Replies, each made by a function. */
typedef void make(struct packet *packet, const char *name, unsigned type);

static void
real_address(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA, name, type);
	packet_a(packet, name, 149, 154, 167, 99);
}

static void
sinkhole(struct packet *packet, const char *name, unsigned type)
{
	struct packet options = {0};

	packet_begin(packet, QR | RD | RA, name, type);
	packet_a(packet, name, 192, 0, 2, 53);
	options_ede(&options, 4, "");
	options_ede(&options, 16, "k 2017/1");
	packet_opt(packet, 0, options.data, options.len);
}

static void
sinkhole_no_ede(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA, name, type);
	packet_a(packet, name, 192, 0, 2, 53);
}

static void
sinkhole_of_local_data(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | AA | RD | RA, name, type);
	packet_a(packet, name, 10, 0, 0, 1);
}

static void
other_order(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA, name, type);
	packet_our_soa(packet, name);
	packet_ede(packet, 16, "m 2017/9");
}

static void
feed_reason(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA, name, type);
	packet_our_soa(packet, name);
	packet_ede(packet, 16, "k feed");
}

static void
nodata_block(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA, name, type);
	packet_our_soa(packet, name);
	packet_ede(packet, 16, "k 2017/1");
}

static void
nodata_block_no_ede(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA, name, type);
	packet_our_soa(packet, name);
}

static void
real_nodata(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA, name, type);
	packet_soa(packet, "me", "ns.nic.me", 900, 300);
}

static void
nxdomain(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA | RCODE_NXDOMAIN, name, type);
	packet_soa(packet, "me", "ns.nic.me", 900, 300);
}

static void
rpz_nxdomain(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | AA | RD | RA | RCODE_NXDOMAIN, name, type);
	packet_ede(packet, 15, "");
}

static void
servfail(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA | RCODE_SERVFAIL, name, type);
}

static void
bogus(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA | RCODE_SERVFAIL, name, type);
	packet_ede(packet, 6, "validation failure");
}

static void
refused(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RCODE_REFUSED, name, type);
}

static void
referral(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RA, name, type);
	packet_name_rr(packet, AUTHORITY, "me", TYPE_NS, "ns.nic.me");
}

static void
alias_blocked(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA, name, type);
	packet_name_rr(packet, ANSWER, name, TYPE_CNAME, "t.me");
	packet_a(packet, "t.me", 192, 0, 2, 53);
	packet_ede(packet, 16, "k 2017/1");
}

static void
alias_open(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA, name, type);
	packet_name_rr(packet, ANSWER, name, TYPE_CNAME, "t.me");
	packet_a(packet, "t.me", 149, 154, 167, 99);
}

static void
https_leading_to_t_me(struct packet *packet, const char *name, unsigned type)
{
	packet_begin(packet, QR | RD | RA, name, type);
	packet_https(packet, name, "t.me");
}

struct judge_case {
	make *make;
	const char *name;
	unsigned type;
	enum seen_kind seen;
	enum agreement agreement;
	const char *cause; /* part of the first; NULL: none */
	const char *why;
};

static const struct judge_case cases[] = {
	/* Blocked by the lists. */
	{sinkhole, "t.me", 1, SEEN_BLOCKED, AGREE, NULL, "as ordered"},
	{sinkhole_no_ede, "t.me", 1, SEEN_BLOCKED, AGREE_WITHOUT_REASON, NULL,
		"ede: no, but the address is the order's"},
	{nodata_block, "t.me", 28, SEEN_BLOCKED, AGREE, NULL,
		"no address of that family"},
	{nodata_block_no_ede, "t.me", 28, SEEN_BLOCKED, AGREE_WITHOUT_REASON,
		NULL, "the SOA gives it away"},
	{nodata_block, "t.me", 1, SEEN_BLOCKED, DISAGREE_FORM, "not as it is",
		"an address was set since"},
	{real_address, "t.me", 1, SEEN_DATA, DISAGREE, "does not load",
		"not blocked at all"},
	{real_nodata, "t.me", 28, SEEN_DENIED, DISAGREE, "does not load",
		"a real NODATA is no block"},
	{nxdomain, "t.me", 1, SEEN_DENIED, DISAGREE, "does not load",
		"nor is NXDOMAIN"},
	{sinkhole_of_local_data, "t.me", 1, SEEN_DATA, DISAGREE,
		"authoritative", "a local-zone answers first"},
	{rpz_nxdomain, "t.me", 1, SEEN_BLOCKED, DISAGREE_REASON,
		"authoritative", "RPZ answers first"},
	{other_order, "t.me", 1, SEEN_BLOCKED, DISAGREE_REASON, "another block",
		"for another reason"},
	{servfail, "t.me", 1, SEEN_FAILED, DISAGREE, "fails to find",
		"a blocked name never fails"},
	{refused, "t.me", 1, SEEN_REFUSED, DISAGREE, "access-control",
		"we are kept out"},
	{real_address, "t.me", 43, SEEN_DENIED, AGREE_REAL, NULL,
		"DS may be real: nothing there"},

	/* By way of an alias. */
	{alias_blocked, "shop.example", 1, SEEN_BLOCKED, AGREE, NULL,
		"an alias of a blocked name"},
	{alias_open, "shop.example", 1, SEEN_DATA, DISAGREE, "does not load",
		"an alias that leaks"},
	{https_leading_to_t_me, "x.example", 65, SEEN_DATA, DISAGREE,
		"does not load", "an HTTPS target that leaks"},
	{nodata_block, "x.example", 65, SEEN_BLOCKED, AGREE_ALIAS, NULL,
		"the target that blocked it is not in the answer"},

	/* Open by the lists. */
	{real_address, "open.example", 1, SEEN_DATA, AGREE, NULL, "open"},
	{nxdomain, "open.example", 1, SEEN_DENIED, AGREE, NULL,
		"what does not exist is not blocked"},
	{real_address, "telegram.org", 1, SEEN_DATA, AGREE, NULL,
		"the order begins later"},
	{sinkhole, "open.example", 1, SEEN_BLOCKED, DISAGREE,
		"does not hold for this name", "a lift that is not there yet"},
	{sinkhole_no_ede, "open.example", 1, SEEN_BLOCKED, DISAGREE,
		"without a reason", "a sinkhole's address"},
	{feed_reason, "open.example", 1, SEEN_BLOCKED, DISAGREE, "k:feed",
		"a feed of before"},
	{other_order, "open.example", 1, SEEN_BLOCKED, DISAGREE,
		"another block", "not ours"},
	{rpz_nxdomain, "open.example", 1, SEEN_BLOCKED, DISAGREE,
		"authoritative", "RPZ"},
	{bogus, "open.example", 1, SEEN_FAILED, DISAGREE, "DNSSEC",
		"no block, but no answer"},
	{servfail, "open.example", 1, SEEN_FAILED, DISAGREE, "--truth",
		"fails for unknown reasons"},
	{refused, "open.example", 1, SEEN_REFUSED, DISAGREE, "REFUSED",
		"refused, who knows why"},
};

static void
judge_one(const struct judge_case *c)
{
	struct question question = {.name = name_of(c->name),
		.type = (uint16_t)c->type,
		.recurse = true};
	const struct pal_snapshot *snapshot = verdict_snapshot(source);
	static const struct fleet none;
	struct expected expected;
	struct causes causes;
	struct packet packet;
	struct reply reply;
	struct seen seen;
	enum agreement got;

	print_message("%s %u: %s\n", c->name, c->type, c->why);
	c->make(&packet, c->name, c->type);
	packet_read(&reply, &packet);
	judge_see(&seen, &reply, &sinkholes);
	assert_int_equal(seen.kind, c->seen);
	judge_expect_lists(&expected, source, &question, &reply, NOW);
	got = judge_agree(&expected, &question, &reply, &seen, snapshot);
	assert_int_equal(got, c->agreement);
	cause_find(&causes, &expected, got, &question, &reply, &seen, snapshot,
		&none);
	assert_int_equal(causes.count > 0, c->cause != NULL);
	if (c->cause != NULL) {
		print_message("  %s\n", causes.text[0]);
		assert_non_null(strstr(causes.text[0], c->cause));
	}
	reply_fini(&reply);
}

static void
test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		judge_one(&cases[i]);
}

/* --expect, with no lists at hand. */
static void
test_option(void **state)
{
	static const struct {
		const char *expect;
		make *make;
		enum agreement agreement;
		const char *why;
	} options[] = {
		{"open", real_address, AGREE, "open"},
		{"open", nxdomain, AGREE, "does not exist: open"},
		{"open", sinkhole, DISAGREE, "blocked"},
		{"open", servfail, DISAGREE, "failed"},
		{"blocked", sinkhole, AGREE, "blocked"},
		{"blocked", other_order, AGREE, "by whomever"},
		{"blocked", nodata_block_no_ede, AGREE, "the SOA tells"},
		{"blocked", real_address, DISAGREE, "open"},
		{"blocked", refused, DISAGREE, "REFUSED alone tells nothing"},
		{"k:2017/1", sinkhole, AGREE, "by this order"},
		{"k:2017/1", other_order, DISAGREE_REASON, "by another"},
		{"k:2017/1", sinkhole_no_ede, DISAGREE_REASON,
			"nothing says so"},
		{"k:2017/1", real_address, DISAGREE, "open"},
		{"k:2017", sinkhole, DISAGREE_REASON, "the start of its id"},
	};
	struct question question = {
		.name = name_of("t.me"), .type = 1, .recurse = true};

	(void)state;
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		struct expected expected;
		struct packet packet;
		struct reply reply;
		struct seen seen;

		print_message("%s: %s\n", options[i].expect, options[i].why);
		assert_int_equal(judge_expect(&expected, options[i].expect), 0);
		options[i].make(&packet, "t.me", 1);
		packet_read(&reply, &packet);
		judge_see(&seen, &reply, &sinkholes);
		assert_int_equal(
			judge_agree(&expected, &question, &reply, &seen, NULL),
			options[i].agreement);
		reply_fini(&reply);
	}
}

static void
test_option_refused(void **state)
{
	static const char *const bad[] = {"", "closed", ":1",
		"k:", "twenty-five-letters-are-2:1",
		"k:an-id-of-more-than-forty-eight-characters-is-no-id"};
	struct expected expected;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		print_message("%s\n", bad[i]);
		assert_int_equal(judge_expect(&expected, bad[i]), PAL_EFORM);
	}
}

/* A referral is an answer to who asked for no more. */
static void
test_referral(void **state)
{
	struct question question = {.name = name_of("t.me"), .type = 1};
	static const struct fleet none;
	struct expected expected;
	struct causes causes;
	struct packet packet;
	struct reply reply;
	struct seen seen;

	(void)state;
	referral(&packet, "t.me", 1);
	packet_read(&reply, &packet);
	judge_see(&seen, &reply, &sinkholes);
	assert_int_equal(seen.kind, SEEN_REFERRAL);
	judge_expect_lists(&expected, source, &question, &reply, NOW);
	assert_int_equal(judge_agree(&expected, &question, &reply, &seen, NULL),
		DISAGREE);
	cause_find(&causes, &expected, DISAGREE, &question, &reply, &seen, NULL,
		&none);
	assert_non_null(strstr(causes.text[0], "allow_snoop"));
	assert_int_equal(judge_expect(&expected, "open"), 0);
	assert_int_equal(
		judge_agree(&expected, &question, &reply, &seen, NULL), AGREE);
	question.recurse = true;
	assert_int_equal(judge_agree(&expected, &question, &reply, &seen, NULL),
		DISAGREE);
	reply_fini(&reply);
}

/* What the resolvers report of themselves comes before guesses. */
static void
test_resolvers(void **state)
{
	static const struct {
		struct fleet fleet;
		const char *cause;
	} reports[] = {
		{{.known = true}, "no running resolver"},
		{{.known = true, .live = 1, .empty = 1}, "EMPTY"},
		{{.known = true,
			 .live = 2,
			 .behind = 1,
			 .behind_name = "ns1",
			 .behind_generation = 3,
			 .generation = 7},
			"ns1 is not up to date: generation 3"},
		{{.known = true, .live = 1}, "does not load the module"},
	};
	struct question question = {
		.name = name_of("t.me"), .type = 1, .recurse = true};
	struct expected expected;
	struct causes causes;
	struct packet packet;
	struct reply reply;
	struct seen seen;

	(void)state;
	real_address(&packet, "t.me", 1);
	packet_read(&reply, &packet);
	judge_see(&seen, &reply, &sinkholes);
	judge_expect_lists(&expected, source, &question, &reply, NOW);
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
		cause_find(&causes, &expected, DISAGREE, &question, &reply,
			&seen, NULL, &reports[i].fleet);
		print_message("%s\n", causes.text[0]);
		assert_non_null(strstr(causes.text[0], reports[i].cause));
	}
	reply_fini(&reply);
}

static void
test_reason(void **state)
{
	static const struct {
		const char *text;
		bool names;
		const char *why;
	} texts[] = {
		{"k 2017/1", true, "alone"},
		{"k:2017/1", true, "with a colon"},
		{"k 2017/1 call 123", true, "with the operator's text"},
		{"k 2017/1; call 123", true, "behind a semicolon"},
		{"k 2017/1: call 123", true, "behind a colon"},
		{"k 2017/1.", true, "at the end of a sentence"},
		{"k 2017/12", false, "another id"},
		{"k 2017/1.2", false, "another id"},
		{"k 2017", false, "another id"},
		{"kk 2017/1", false, "another authority"},
		{"m 2017/1", false, "another authority"},
		{"{\"fdbs\":[{\"db\":\"k\",\"id\":\"2017/1\"}]}", true,
			"structured"},
		{"{\"fdbs\":[{\"db\":\"m\",\"id\":\"2017/1\"}]}", false,
			"structured, of another authority"},
		{"{\"fdbs\":[{\"id\":\"2017/1\"}]}", true,
			"structured, no database"},
		{"{\"fdbs\":[]}", false, "structured, no id"},
		{"", false, "nothing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		print_message("%s: %s\n", texts[i].text, texts[i].why);
		assert_int_equal(reason_names(texts[i].text,
					 strlen(texts[i].text), "k", "2017/1"),
			texts[i].names);
	}
}

static void
test_reason_read(void **state)
{
	static const char text[] =
		"{\"c\":[\"mailto:a@example.id\",1,\"tel:+62\"],\"j\":\"why\","
		"\"o\":\"Kominfo\",\"l\":\"en\",\"s\":5,"
		"\"fdbs\":[{\"db\":\"kominfo\",\"id\":\"2017/1\"}]}";
	struct reason reason;

	(void)state;
	assert_int_equal(reason_read(&reason, text, strlen(text)), 0);
	assert_int_equal(reason.contact_count, 2);
	assert_string_equal(reason.contacts[1], "tel:+62");
	assert_string_equal(reason.justification, "why");
	assert_string_equal(reason.organization, "Kominfo");
	assert_string_equal(reason.language, "en");
	assert_string_equal(reason.database, "kominfo");
	assert_string_equal(reason.id, "2017/1");
	reason_fini(&reason);
	assert_int_equal(reason_read(&reason, "{\"c\":\"x\",\"j\":[]}", 16), 0);
	assert_int_equal(reason.contact_count, 1);
	assert_null(reason.justification);
	reason_fini(&reason);
	for (size_t len = 0; len < strlen(text); len++)
		assert_int_equal(reason_read(&reason, text, len), PAL_EFORM);
	assert_int_equal(reason_read(&reason, "[1]", 3), PAL_EFORM);
}

static void
test_sinkholes(void **state)
{
	static const uint8_t a[4] = {192, 0, 2, 53}, b[4] = {192, 0, 2, 54};
	struct reply_record record = {.type = PAL_TYPE_A, .len = 4};

	(void)state;
	assert_int_equal(sinkholes.count, 1);
	assert_int_equal(sinkholes_add(&sinkholes, PAL_TYPE_A, a), 0);
	assert_int_equal(sinkholes.count, 1); /* once is enough */
	record.rdata = (uint8_t *)a;
	assert_true(sinkholes_hold(&sinkholes, &record));
	record.rdata = (uint8_t *)b;
	assert_false(sinkholes_hold(&sinkholes, &record));
	record.rdata = (uint8_t *)a;
	record.len = 3; /* no address at all */
	assert_false(sinkholes_hold(&sinkholes, &record));
	record.len = 4;
	record.type = 16;
	assert_false(sinkholes_hold(&sinkholes, &record));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_option),
		cmocka_unit_test(test_option_refused),
		cmocka_unit_test(test_referral),
		cmocka_unit_test(test_resolvers),
		cmocka_unit_test(test_reason),
		cmocka_unit_test(test_reason_read),
		cmocka_unit_test(test_sinkholes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
