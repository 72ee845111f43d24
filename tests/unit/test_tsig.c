/*
 * Keys and signatures of DNS messages: against published vectors, against
 * ldns, and over streams of which something is missing or changed.
 */
#include "packet_util.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ldns/ldns.h>

#include "palang/error.h"
#include "tsig.h"

#define NOW    1000000000
#define SECRET "c2VjcmV0IG9mIHRoaXMgdGVzdA=="

static void
test_hmac(void **state)
{
	static const char *const text = "what do ya want for nothing?";
	static const struct {
		enum hmac_algorithm algorithm;
		const char *mac;
	} cases[] = {
		/* RFC 2202, 3, case 2; RFC 4231, 4.3: the key is "Jefe" */
		{HMAC_SHA1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
		{HMAC_SHA256, "5bdcc146bf60754e6a042426089575c7"
			      "5a003f089d2739839dec58b964ec3843"},
		{HMAC_SHA384,
			"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47"
			"e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"},
		{HMAC_SHA512, "164b7a7bfcf819e2e395fbe73b56e0a3"
			      "87bd64222e831fd610270cd7ea250554"
			      "9758bf75c05a994a6d034f65f8f0e6fd"
			      "caeab1a34d4a6b4b636e070a38bce737"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct hmac *hmac = hmac_create(
			cases[i].algorithm, (const uint8_t *)"Jefe", 4);
		uint8_t mac[HMAC_MAX];
		char hex[2 * HMAC_MAX + 1];

		assert_non_null(hmac);
		/* twice: begun again, it is the same */
		for (int round = 0; round < 2; round++) {
			size_t len;

			hmac_add(hmac, text, 10);
			hmac_add(hmac, text + 10, strlen(text) - 10);
			len = hmac_end(hmac, mac);
			for (size_t at = 0; at < len; at++)
				snprintf(hex + 2 * at, 3, "%02x", mac[at]);
			assert_string_equal(hex, cases[i].mac);
			hmac_begin(hmac);
		}
		hmac_free(hmac);
	}
}

/* RFC 4231, 4.7: a key longer than a block is hashed first. */
static void
test_hmac_long_key(void **state)
{
	static const uint8_t expected[4] = {0x60, 0xe4, 0x31, 0x59};
	static const char text[] =
		"Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t key[131], mac[HMAC_MAX];
	struct hmac *hmac;

	(void)state;
	memset(key, 0xaa, sizeof key);
	hmac = hmac_create(HMAC_SHA256, key, sizeof key);
	hmac_add(hmac, text, strlen(text));
	assert_int_equal(hmac_end(hmac, mac), 32);
	assert_memory_equal(mac, expected, sizeof expected);
	hmac_free(hmac);
}

static void
test_key_good(void **state)
{
	static const struct {
		const char *text, *why;
		enum hmac_algorithm algorithm;
	} cases[] = {
		{"k:hmac-sha256:" SECRET, "one line", HMAC_SHA256},
		{"\n K.:HMAC-SHA512.:" SECRET "\r\n", "blanks, case, dots",
			HMAC_SHA512},
		{"# ours\nk:hmac-sha384:" SECRET "\n", "a comment",
			HMAC_SHA384},
		{"key \"k\" {\n\talgorithm hmac-sha1;\n\tsecret \"" SECRET
		 "\";\n};\n",
			"BIND's", HMAC_SHA1},
		{"key k{algorithm \"hmac-sha256\";secret " SECRET ";};",
			"BIND's, all quotes the other way", HMAC_SHA256},
		{"key \"k\" { // tsig-keygen\n secret \"" SECRET
		 "\"; algorithm hmac-sha256; };",
			"BIND's, the other order", HMAC_SHA256},
		{"key:\n  name: k\n  algorithm: hmac-sha256\n  secret: \"" SECRET
		 "\"\n",
			"NSD's", HMAC_SHA256},
		{"key:\n\tname: \"k.\"\n\tsecret: " SECRET
		 "\n\talgorithm: hmac-sha256 # that\n",
			"NSD's, the other order", HMAC_SHA256},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pal_name name = name_of("k");
		char why[TSIG_WHY_MAX];
		struct tsig_key key;

		print_message("%s\n", cases[i].why);
		if (tsig_key_parse(&key, cases[i].text, strlen(cases[i].text),
			    why) != 0)
			fail_msg("%s", why);
		assert_true(pal_name_equal(&key.name, &name));
		assert_int_equal(key.algorithm, cases[i].algorithm);
		assert_int_equal(key.len, 19);
		assert_memory_equal(key.secret, "secret of this test", 19);
	}
}

static void
test_key_bad(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"", "not a key"},
		{"hello", "not a key"},
		{"k:hmac-sha256", "not a key"},
		{"k:hmac-sha256:", "not a key"},
		{"k::" SECRET, "not a key"},
		{"k:hmac-sha256:" SECRET ":x", "not a key"},
		{"k:hmac-sha256:" SECRET "\nm:hmac-sha256:" SECRET,
			"not a key"},
		{"hmac-sha256:k:" SECRET, "name stands first"},
		{"k:hmac-md5:" SECRET, "must not be used"},
		{"k:hmac-md5.sig-alg.reg.int:" SECRET, "must not be used"},
		{"k:hmac-sha3:" SECRET, "no algorithm 'hmac-sha3'"},
		{"a..b:hmac-sha256:" SECRET, "no name of a key"},
		{"k:hmac-sha256:c2Vjc", "no base64"},
		{"k:hmac-sha256:c2Vj=c==", "no base64"},
		{"k:hmac-sha256:====", "no base64"},
		{"k:hmac-sha256:c2V%", "no base64"},
		{"key \"k\" { algorithm hmac-sha256; };", "not a key"},
		{"key \"k\" { algorithm", "ends too early"},
		{"key \"k\" { algorithm hmac-sha256; secret \"" SECRET
		 "\"; }; key \"m\" { };",
			"more than one key"},
		{"options { directory \"/\"; };", "not a key"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char why[TSIG_WHY_MAX];
		struct tsig_key key;

		print_message("%s\n", cases[i].text);
		assert_int_equal(tsig_key_parse(&key, cases[i].text,
					 strlen(cases[i].text), why),
			PAL_EFORM);
		if (strstr(why, cases[i].says) == NULL)
			fail_msg("\"%s\" is not in: %s", cases[i].says, why);
		assert_null(strstr(why, "c2V")); /* no part of the secret */
	}
}

static void
test_key_file(void **state)
{
	char path[] = "/tmp/palang-key-XXXXXX", why[TSIG_WHY_MAX];
	static const char text[] = "k:hmac-sha256:" SECRET "\n";
	struct tsig_key key;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(tsig_key_read(&key, path, why), 0);
	fchmod(fd, 0640);
	assert_int_equal(tsig_key_read(&key, path, why), 0);
	fchmod(fd, 0644);
	assert_int_equal(tsig_key_read(&key, path, why), PAL_ERIGHTS);
	fchmod(fd, 0602);
	assert_int_equal(tsig_key_read(&key, path, why), PAL_ERIGHTS);
	fchmod(fd, 0600);
	assert_int_equal(ftruncate(fd, 20000), 0);
	assert_int_equal(tsig_key_read(&key, path, why), PAL_EFORM);
	close(fd);
	unlink(path);
	assert_int_equal(tsig_key_read(&key, path, why), PAL_ESYS);
	assert_int_equal(tsig_key_read(&key, "/tmp", why), PAL_EFORM);
}

static struct tsig_key
key_of(const char *name, const char *algorithm)
{
	char text[200], why[TSIG_WHY_MAX];
	struct tsig_key key;

	snprintf(text, sizeof text, "%s:%s:" SECRET, name, algorithm);
	assert_int_equal(tsig_key_parse(&key, text, strlen(text), why), 0);
	return key;
}

/* ldns as the server: it judges the query, and signs answers.  It takes its
 * time from the clock of the system. */
static ldns_rdf *
mac_of(const ldns_pkt *packet)
{
	return ldns_rr_rdf(ldns_pkt_tsig(packet), 3);
}

static void
test_ldns(void **state)
{
	static const char *const algorithms[] = {
		"hmac-sha1", "hmac-sha256", "hmac-sha512"};
	uint64_t now = (uint64_t)time(NULL);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct tsig_key key = key_of("k.example", algorithms[i]);
		struct tsig *tsig = tsig_create(&key);
		char full[32], why[TSIG_WHY_MAX];
		struct packet query;
		ldns_pkt *asked, *answer;
		uint8_t *wire;
		size_t len;

		snprintf(full, sizeof full, "%s.", algorithms[i]);
		packet_begin(&query, RD, "rpz.example", 252);
		tsig_sign(tsig, query.data, &query.len, now);
		assert_int_equal(ldns_wire2pkt(&asked, query.data, query.len),
			LDNS_STATUS_OK);
		assert_true(ldns_pkt_tsig_verify(asked, query.data, query.len,
			"k.example.", SECRET, NULL));
		assert_false(ldns_pkt_tsig_verify(asked, query.data, query.len,
			"k.example.", "AAAA", NULL));

		packet_begin(&query, QR, "rpz.example", 252);
		assert_int_equal(ldns_wire2pkt(&answer, query.data, query.len),
			LDNS_STATUS_OK);
		assert_int_equal(ldns_pkt_tsig_sign(answer, "k.example.",
					 SECRET, 300, full, mac_of(asked)),
			LDNS_STATUS_OK);
		assert_int_equal(
			ldns_pkt2wire(&wire, answer, &len), LDNS_STATUS_OK);
		if (tsig_check(tsig, wire, len, now, why) != 0)
			fail_msg("%s: %s", full, why);
		assert_true(tsig_is_settled(tsig));
		free(wire);
		ldns_pkt_free(answer);
		ldns_pkt_free(asked);
		tsig_free(tsig);
	}
}

/*
 * A stream of messages.  The server's side here is the client's: a stream of
 * answers is digested as a stream of queries is, each behind the MAC before
 * it, so this signs by hand, as RFC 8945, 5.3.1 has it.
 */
#define STREAM_MAX 120

struct stream {
	struct tsig_key key;
	struct packet query, messages[STREAM_MAX];
	unsigned count;
};

static void
hand_time(struct packet *out, uint64_t now)
{
	packet_put16(out, (unsigned)(now >> 32));
	packet_put32(out, (uint32_t)now);
	packet_put16(out, 300);
}

/* Signs message `at` as one that answers for all since message `since`. */
static void
hand_sign(struct stream *stream, unsigned since, unsigned at,
	uint8_t mac[HMAC_MAX])
{
	struct hmac *hmac =
		hmac_create(HMAC_SHA256, stream->key.secret, stream->key.len);
	struct packet *message = &stream->messages[at], more = {0};
	const uint8_t mac_len[2] = {0, 32};

	hmac_add(hmac, mac_len, 2);
	hmac_add(hmac, mac, 32);
	for (unsigned i = since; i <= at; i++)
		hmac_add(hmac, stream->messages[i].data,
			stream->messages[i].len);
	if (at == 0) {
		packet_put_name(&more, "k");
		packet_put16(&more, 255);
		packet_put32(&more, 0);
		packet_put_name(&more, "hmac-sha256");
	}
	hand_time(&more, NOW);
	if (at == 0)
		packet_put32(&more, 0); /* error, other octets */
	hmac_add(hmac, more.data, more.len);
	hmac_end(hmac, mac);
	hmac_free(hmac);

	packet_count(message, ADDITIONAL);
	packet_put_name(message, "k");
	packet_put16(message, 250);
	packet_put16(message, 255);
	packet_put32(message, 0);
	packet_put16(message, 13 + 16 + 32);
	packet_put_name(message, "hmac-sha256");
	hand_time(message, NOW);
	packet_put16(message, 32);
	packet_put(message, mac, 32);
	packet_put16(message, 0x1234);
	packet_put32(message, 0);
}

/* Messages, of which the first, each step-th and the last are signed. */
static void
make_stream(struct stream *stream, struct tsig *tsig, unsigned count,
	unsigned step, bool sign_last)
{
	unsigned since = 0;
	uint8_t mac[HMAC_MAX];

	stream->key = key_of("k", "hmac-sha256");
	packet_begin(&stream->query, 0, "rpz", 252);
	tsig_sign(tsig, stream->query.data, &stream->query.len, NOW);
	memcpy(mac, stream->query.data + stream->query.len - 38, 32);
	stream->count = count;
	for (unsigned i = 0; i < count; i++) {
		packet_begin(&stream->messages[i], QR, "rpz", 252);
		packet_a(&stream->messages[i], "a.rpz", 192, 0, 2, (uint8_t)i);
		if (i % step != 0 && !(sign_last && i == count - 1))
			continue;
		hand_sign(stream, since, i, mac);
		since = i + 1;
	}
}

enum spoil { NOTHING, FLIP, DROP, SWAP, TWICE };

static void
test_stream(void **state)
{
	static const struct {
		unsigned count, step;
		bool sign_last;
		enum spoil spoil;
		unsigned at;
		int64_t late;
		const char *says; /* NULL: good */
		const char *why;
	} cases[] = {
		{1, 1, true, NOTHING, 0, 0, NULL, "one message"},
		{3, 1, true, NOTHING, 0, 0, NULL, "all signed"},
		{20, 7, true, NOTHING, 0, 0, NULL, "some signed"},
		{101, 100, true, NOTHING, 0, 0, NULL, "99 between"},
		{102, 101, true, NOTHING, 0, 0, "too much", "100 between"},
		{20, 7, false, NOTHING, 0, 0, "end", "the last not signed"},
		{3, 1, true, NOTHING, 0, 300, NULL, "300 s late"},
		{3, 1, true, NOTHING, 0, 301, "clock", "301 s late"},
		{3, 1, true, NOTHING, 0, -301, "clock", "from the future"},
		{3, 1, true, FLIP, 0, 0, "signature", "the first changed"},
		{20, 7, true, FLIP, 3, 0, "signature", "an unsigned changed"},
		{20, 7, true, FLIP, 19, 0, "signature", "the last changed"},
		{20, 7, true, DROP, 3, 0, "signature", "an unsigned missing"},
		{20, 7, true, DROP, 7, 0, "signature", "a signed missing"},
		{20, 7, true, DROP, 0, 0, "not signed", "the first missing"},
		{20, 7, true, SWAP, 2, 0, "signature", "two swapped"},
		{3, 1, true, TWICE, 1, 0, "signature", "one twice"},
	};
	static struct stream stream;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct tsig_key key = key_of("k", "hmac-sha256");
		struct tsig *tsig = tsig_create(&key);
		char why[TSIG_WHY_MAX] = "end";
		unsigned at = cases[i].at;
		struct packet saved;
		int err = 0;

		print_message("%s\n", cases[i].why);
		make_stream(&stream, tsig, cases[i].count, cases[i].step,
			cases[i].sign_last);
		saved = stream.messages[at];
		if (cases[i].spoil == FLIP)
			stream.messages[at].data[30] ^= 1;
		if (cases[i].spoil == SWAP) {
			stream.messages[at] = stream.messages[at + 1];
			stream.messages[at + 1] = saved;
		}
		if (cases[i].spoil == TWICE)
			stream.messages[at + 1] = saved;
		for (unsigned m = 0; err == 0 && m < stream.count; m++) {
			if (cases[i].spoil == DROP && m == at)
				continue;
			err = tsig_check(tsig, stream.messages[m].data,
				stream.messages[m].len,
				(uint64_t)(NOW + cases[i].late), why);
		}
		assert_int_equal(err == 0 && tsig_is_settled(tsig),
			cases[i].says == NULL);
		if (cases[i].says != NULL && strstr(why, cases[i].says) == NULL)
			fail_msg("\"%s\" is not in: %s", cases[i].says, why);
		tsig_free(tsig);
	}
}

/* What a server says of our signature, and keys that are not ours. */
static void
test_refusals(void **state)
{
	static const struct {
		unsigned error;
		const char *says;
	} cases[] = {
		{16, "another secret for the key k"},
		{17, "does not know the key k"},
		{18, "clock differs"},
		{22, "error 22"},
	};
	struct tsig_key key = key_of("k", "hmac-sha256"),
			other = key_of("m", "hmac-sha256");
	static struct stream stream;
	char why[TSIG_WHY_MAX];
	struct tsig *tsig = tsig_create(&key);
	struct packet *first = &stream.messages[0];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		make_stream(&stream, tsig, 1, 1, true);
		first->data[first->len - 3] = (uint8_t)cases[i].error;
		assert_int_equal(
			tsig_check(tsig, first->data, first->len, NOW, why),
			PAL_EFORM);
		if (strstr(why, cases[i].says) == NULL)
			fail_msg("\"%s\" is not in: %s", cases[i].says, why);
	}
	make_stream(&stream, tsig, 1, 1, true);
	tsig_free(tsig);
	tsig = tsig_create(&other);
	assert_int_equal(
		tsig_check(tsig, first->data, first->len, NOW, why), PAL_EFORM);
	assert_non_null(strstr(why, "another key"));
	for (size_t len = 0; len < first->len; len++)
		assert_int_equal(tsig_check(tsig, first->data, len, NOW, why),
			PAL_EFORM);
	tsig_free(tsig);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hmac),
		cmocka_unit_test(test_hmac_long_key),
		cmocka_unit_test(test_key_good),
		cmocka_unit_test(test_key_bad),
		cmocka_unit_test(test_key_file),
		cmocka_unit_test(test_ldns),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
