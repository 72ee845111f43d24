/* Batches that are held: kept whole, decided once. */
#include "place_util.h"

#include "ledger_hold.h"

static void
keeps_a_batch(void **state)
{
	struct batch_document documents[2] = {
		{.authority = "k", .id = "1", .digest = {1}},
		{.authority = "k", .id = "2", .digest = {2}}};
	struct batch batch = {.received = 1500000000123,
		.arrived = 1499999999456,
		.who = "budi",
		.way = "apply",
		.state = BATCH_HELD,
		.why = "t.me is popular\nand more",
		.documents = documents,
		.document_count = 2};
	const struct batch_approval approval = {.approver = "ani",
		.who = "ani",
		.reason = "meant",
		.text = "sig",
		.key = {7},
		.at = 1500000001000};
	struct ledger_signature signature = {
		.key = {9}, .text = "minisig", .comment = "", .at = 1};
	const struct batch_document *document;
	const struct batch *found;
	struct batch_files files;
	struct batches batches;
	struct place place;
	int64_t row, signed_by;

	(void)state;
	place_create(&place);
	place_open(&place);
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	assert_int_equal(
		ledger_add_file(place.ledger, "bytes\0x", 7, 1, &row, NULL), 0);
	signature.file = row;
	assert_int_equal(ledger_add_signature(
				 place.ledger, &signature, &signed_by, NULL),
		0);
	assert_int_equal(ledger_add_batch(place.ledger, &batch), 0);
	assert_int_equal(ledger_add_batch_file(place.ledger, batch.number, 0,
				 row, "a.yaml", signed_by),
		0);
	assert_int_equal(ledger_add_batch_file(place.ledger, batch.number, 1,
				 row, "b.yaml", 0),
		0);
	assert_int_equal(
		ledger_add_approval(place.ledger, batch.number, &approval), 0);
	assert_int_equal(ledger_commit(place.ledger), 0);

	assert_int_equal(ledger_batches(place.ledger, BATCH_HELD, &batches), 0);
	assert_int_equal(batches.count, 1);
	document = batches_find(&batches, "k", "2", &found);
	assert_non_null(document);
	assert_int_equal(document->digest[0], 2);
	assert_null(batches_find(&batches, "c", "2", &found));
	assert_string_equal(found->why, batch.why);
	assert_string_equal(found->who, "budi");
	assert_null(found->source);
	assert_int_equal(found->received, batch.received);
	assert_int_equal(found->arrived, batch.arrived);
	assert_int_equal(found->decided, 0);
	assert_int_equal(found->approval_count, 1);
	assert_string_equal(found->approvals[0].approver, "ani");
	assert_int_equal(found->approvals[0].key[0], 7);
	ledger_batches_fini(&batches);

	assert_int_equal(
		ledger_batch_files(place.ledger, batch.number, &files), 0);
	assert_int_equal(files.count, 2);
	assert_int_equal(files.list[0].len, 7);
	assert_memory_equal(files.list[0].data, "bytes\0x", 7);
	assert_string_equal(files.list[0].signature, "minisig");
	assert_string_equal(files.list[1].name, "b.yaml");
	assert_null(files.list[1].signature);
	ledger_batch_files_fini(&files);

	assert_int_equal(ledger_decide_batch(place.ledger, batch.number,
				 BATCH_REJECTED, 5, "ani", "no"),
		0);
	assert_int_equal(ledger_batches(place.ledger, BATCH_HELD, &batches), 0);
	assert_int_equal(batches.count, 0);
	ledger_batches_fini(&batches);
	assert_int_equal(
		ledger_batches(place.ledger, BATCH_REJECTED, &batches), 0);
	assert_int_equal(batches.count, 1);
	assert_string_equal(batches.list[0].reason, "no");
	ledger_batches_fini(&batches);
	place_close(&place);
	place_remove(&place);
}

/* By hand it came when it was received. */
static void
knows_when_it_came(void **state)
{
	struct batch batch = {.received = 1500000000123,
		.who = "budi",
		.way = "apply",
		.state = BATCH_HELD,
		.why = ""};
	struct batches batches;
	struct place place;

	(void)state;
	place_create(&place);
	place_open(&place);
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	assert_int_equal(ledger_add_batch(place.ledger, &batch), 0);
	assert_int_equal(ledger_commit(place.ledger), 0);
	assert_int_equal(ledger_batches(place.ledger, BATCH_HELD, &batches), 0);
	assert_int_equal(batches.count, 1);
	assert_int_equal(batches.list[0].arrived, batch.received);
	ledger_batches_fini(&batches);
	place_close(&place);
	place_remove(&place);
}

/* ---- by name ---- */

/* Each in a batch of its own. */
static const struct batch_document named[] = {{.authority = "k", .id = "1"},
	{.authority = "c", .id = "1"}, {.authority = "k", .id = "1"},
	{.authority = "c", .id = "k:1"}, {.authority = "c", .id = "%"}};

static void
fill(struct place *place)
{
	assert_int_equal(ledger_begin(place->ledger, true), 0);
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		struct batch_document document = named[i];
		struct batch batch = {.received = (int64_t)i,
			.who = "budi",
			.way = "apply",
			.state = BATCH_HELD,
			.why = "",
			.documents = &document,
			.document_count = 1};

		assert_int_equal(ledger_add_batch(place->ledger, &batch), 0);
		assert_int_equal(
			ledger_decide_batch(place->ledger, batch.number,
				BATCH_REJECTED, 9, "ani", "no"),
			0);
	}
	assert_int_equal(ledger_commit(place->ledger), 0);
}

static void
finds_by_name(void **state)
{
	static const struct {
		const char *name;
		int64_t number; /* 0: none */
		const char *why;
	} cases[] = {
		{"k:1", 3, "the last, and none of which it is the id alone"},
		{"1", 3, "the last of any authority"},
		{"c:1", 2, "the one of the authority"},
		{"c:k:1", 4, "an id with a colon"},
		{"%", 5, "no pattern"},
		{"c:2", 0, "no such id"},
		{"", 0, "no name"},
	};
	struct batches batches;
	struct place place;

	(void)state;
	place_create(&place);
	place_open(&place);
	fill(&place);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(
			ledger_batch_named(place.ledger, BATCH_REJECTED,
				cases[i].name, &batches),
			0);
		if (batches.count != (cases[i].number != 0) ||
			(batches.count == 1 &&
				batches.list[0].number != cases[i].number))
			fail_msg("%s", cases[i].why);
		ledger_batches_fini(&batches);
		assert_int_equal(ledger_batch_named(place.ledger, BATCH_HELD,
					 cases[i].name, &batches),
			0);
		assert_int_equal(batches.count, 0);
		ledger_batches_fini(&batches);
	}
	place_close(&place);
	place_remove(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_a_batch),
		cmocka_unit_test(knows_when_it_came),
		cmocka_unit_test(finds_by_name)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
