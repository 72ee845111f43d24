/* The lines of the journal and their chain, octet by octet: what was recorded
 * once must be verified by every palang to come. */
#include "place_util.h"

#include "journal.h"

/* Reckoned by another program (sha256sum). */
static void
test_lines(void **state)
{
	static const char *const lines[] = {
		"{\"n\":1,\"time\":\"2017-07-14T02:40:00Z\",\"time_ms\":1500000000123,\"what\":\"init\",\"who\":\"root\"}",
		"{\"n\":2,\"time\":\"2017-07-14T02:40:01Z\",\"time_ms\":1500000001000,\"what\":\"apply\",\"authority\":\"k\",\"id\":\"2017/1\",\"digest\":\"abababababababababababababababababababababababababababababababab\",\"who\":\"budi\",\"detail\":\"a \\\"b\\\" \\\\ \\n \303\234\",\"epoch\":\"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd\",\"generation\":7,\"instance\":\"one\",\"said_ms\":1500000000999}"};
	static const char *const hashes[] = {
		"8c6dfa1fcb42e99eda6ac47eccd75dcbbc58ac7753dc35160126b9deb8facda9",
		"fb8ec1490a1e085613beb5e74837c2f0e4e89f696aa248c0be5f38e9a91687e5"};
	uint8_t hash[PAL_SHA256_SIZE] = {0}, digest[PAL_SHA256_SIZE];
	struct ledger_event events[2] = {{.number = 1,
						 .at = 1500000000123,
						 .what = "init",
						 .who = "root"},
		{.number = 2,
			.at = 1500000001000,
			.what = "apply",
			.authority = "k",
			.id = "2017/1",
			.digest = digest,
			.who = "budi",
			.detail = "a \"b\" \\ \n \303\234",
			.has_generation = true,
			.generation = 7,
			.instance = "one",
			.said = 1500000000999}};

	(void)state;
	memset(digest, 0xab, sizeof digest);
	memset(events[1].epoch, 0xcd, PAL_EPOCH_SIZE);
	for (int i = 0; i < 2; i++) {
		char *line = journal_line(&events[i]), hex[PAL_SHA256_HEX];

		assert_string_equal(line, lines[i]);
		free(line);
		assert_int_equal(journal_next(hash, &events[i]), 0);
		assert_string_equal(pal_sha256_to_hex(hex, hash), hashes[i]);
	}
}

static void
test_details(void **state)
{
	static const uint8_t key[LEDGER_KEY_SIZE] = {1, 2, 3, 4, 5, 6, 7, 0xf8};
	static const struct {
		struct journal_origin origin;
		const char *text, *why;
	} cases[] = {
		{{.file = "a.yaml"}, "a.yaml", "the file alone"},
		{{.file = "a.yaml", .key = key},
			"signed by F807060504030201, a.yaml",
			"as minisign prints the key"},
		{{.file = "a.yaml", .source = "\"x\" \\"},
			"transcribed from \"\\\"x\\\" \\\\\", a.yaml",
			"where the source ends is plain"},
		{{.file = "a.yaml", .key = key, .arrived = 5},
			"signed by F807060504030201, arrived 5 ms, a.yaml",
			"it was held"},
		{{.file = "signed by me"}, "./signed by me",
			"a name that looks like more"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = journal_recorded(&cases[i].origin);

		if (strcmp(text, cases[i].text) != 0)
			fail_msg("%s: %s", cases[i].why, text);
		free(text);
	}
}

/* What is no UTF-8 is mended before it is chained, so that the line can be
 * made again of what was recorded. */
static int
expect_chained(void *ctx, const struct ledger_event *event)
{
	uint8_t *hash = ctx;

	assert_int_equal(journal_next(hash, event), 0);
	assert_memory_equal(hash, event->hash, PAL_SHA256_SIZE);
	return 0;
}

static void
test_mended(void **state)
{
	struct ledger_event event = {
		.what = "feed failed", .who = "bud\xff", .detail = "\xc3("};
	uint8_t hash[PAL_SHA256_SIZE] = {0};
	struct place place;

	(void)state;
	place_create(&place);
	place_open(&place);
	assert_int_equal(ledger_add_event(place.ledger, &event), 0);
	assert_int_equal(ledger_add_event(place.ledger, &event), 0);
	assert_int_equal(ledger_events(place.ledger, expect_chained, hash), 0);
	place_close(&place);
	place_remove(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
