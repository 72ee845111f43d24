/* The ledger gives back what it was given, and nothing else. */
#include "place_util.h"

#include <errno.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "ledger_pack.h"
#include "lock.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "query.h"

/* An order with everything an order can have. */
static void
full_order(
	struct doc *doc, struct order_text *reasons, struct order_text *extras)
{
	struct order *order = &doc->order;

	doc_init(doc, ORDER_BLOCK, "k", "2017/TELEGRAM/1", 100, 200);
	strcpy(order->replaces, "2016/9");
	order->issued = 90;
	order->review = 150;
	order->comply_within = 86400;
	order->comply_by = 160;
	order->reference = (char *)"B-283/M.KOMINFO/2017";
	order->legal_basis = (char *)"Permenkominfo 19/2014";
	reasons[0] = (struct order_text){(char *)"en", (char *)"channels"};
	reasons[1] = (struct order_text){(char *)"id", (char *)"kanal \n"};
	order->reasons = reasons;
	order->reason_count = 2;
	order->contacts[0] = (char *)"mailto:aduan@example.id";
	order->contacts[1] = (char *)"tel:+62";
	order->contact_count = 2;
	extras[0] = (struct order_text){(char *)"x-case", (char *)""};
	order->extras = extras;
	order->extra_count = 1;
	order->has_answer = true;
	order->answer = PAL_REFUSED;
	order->canonical = (char *)"canonical: form\n";
	doc_target(doc, "t.me", PAL_EXACT, false);
	doc_target(doc, "telegram.org", PAL_SUBTREE, false);
	doc_target(doc, "api.telegram.org", PAL_SUBTREE, true);
}

static void
expect_texts(const struct order_text *a, const struct order_text *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(a[i].key, b[i].key);
		assert_string_equal(a[i].text, b[i].text);
	}
}

static void
expect_order(const struct order *a, const struct order *b)
{
	assert_int_equal(a->action, b->action);
	assert_string_equal(a->authority, b->authority);
	assert_string_equal(a->id, b->id);
	assert_string_equal(a->lifts_authority, b->lifts_authority);
	assert_string_equal(a->lifts, b->lifts);
	assert_string_equal(a->replaces, b->replaces);
	assert_int_equal(a->issued, b->issued);
	assert_int_equal(a->effective, b->effective);
	assert_int_equal(a->expires, b->expires);
	assert_int_equal(a->review, b->review);
	assert_int_equal(a->comply_within, b->comply_within);
	assert_int_equal(a->comply_by, b->comply_by);
	assert_int_equal(a->has_answer, b->has_answer);
	assert_int_equal(a->answer, b->answer);
	assert_memory_equal(a->digest, b->digest, PAL_SHA256_SIZE);
	assert_int_equal(a->reason_count, b->reason_count);
	expect_texts(a->reasons, b->reasons, a->reason_count);
	assert_int_equal(a->extra_count, b->extra_count);
	expect_texts(a->extras, b->extras, a->extra_count);
	assert_int_equal(a->contact_count, b->contact_count);
	for (size_t i = 0; i < a->contact_count; i++)
		assert_string_equal(a->contacts[i], b->contacts[i]);
	assert_int_equal(a->target_count, b->target_count);
	for (size_t i = 0; i < a->target_count; i++) {
		assert_true(pal_name_equal(
			&a->targets[i].name, &b->targets[i].name));
		assert_int_equal(a->targets[i].scope, b->targets[i].scope);
		assert_int_equal(a->targets[i].except, b->targets[i].except);
	}
}

static void
add(struct place *place, const struct order *order, const char *bytes,
	const char *source)
{
	struct ledger_arrival arrival = {
		.received = PLACE_NOW, .who = "budi", .source = source};
	uint64_t receipt;

	assert_int_equal(ledger_add_file(place->ledger, bytes, strlen(bytes), 1,
				 &arrival.file, NULL),
		0);
	assert_int_equal(
		ledger_add_order(place->ledger, order, &arrival, &receipt), 0);
}

static void
test_round(void **state)
{
	struct order_text reasons[2], extras[1];
	struct doc block, lift;
	struct place place;
	const struct order *loaded;

	(void)state;
	full_order(&block, reasons, extras);
	/* And one with as little as can be. */
	doc_init(&lift, ORDER_LIFT, "m", "1", 300, PAL_NEVER);
	doc_lifts(&lift, "k", block.order.id);
	lift.order.effective = ORDER_NO_TIME;
	lift.order.canonical = (char *)"";
	place_create(&place);
	place_open(&place);
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	add(&place, &block.order, "file\r\n", "letter of 14 July");
	add(&place, &lift.order, "file\r\n", NULL);
	assert_int_equal(ledger_commit(place.ledger), 0);
	place_close(&place);

	place_open(&place);
	assert_int_equal(place.state.history.record_count, 2);
	loaded = place.state.history.records[0].order;
	expect_order(loaded, &block.order);
	assert_string_equal(loaded->reference, block.order.reference);
	assert_string_equal(loaded->legal_basis, block.order.legal_basis);
	assert_int_equal(place.state.records[0].received, PLACE_NOW);
	assert_string_equal(place.state.documents[0].who, "budi");
	assert_string_equal(
		place.state.documents[0].source, "letter of 14 July");
	expect_order(place.state.history.records[1].order, &lift.order);
	assert_null(place.state.history.records[1].order->reference);
	assert_null(place.state.documents[1].source);
	assert_true(place.state.records[1].receipt >
		    place.state.records[0].receipt);
	/* The index finds them. */
	assert_ptr_equal(history_find(&place.state.history, "m", "1"),
		&place.state.records[1]);
	place_close(&place);
	place_remove(&place);
}

static void
change(const struct place *place, const char *sql)
{
	char path[128];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/ledger.db", place->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* A long order's targets stay packed; its entries are the same. */
static void
test_long(void **state)
{
	enum { COUNT = 500 };
	struct order_target *targets = calloc(COUNT, sizeof *targets);
	const struct record *record;
	struct place place;
	struct effect own;
	struct doc doc;

	(void)state;
	doc_init(&doc, ORDER_BLOCK, "k", "1", 0, PAL_NEVER);
	for (int i = 0; i < COUNT; i++) {
		char name[32];

		snprintf(name, sizeof name, "n%03d.example", i);
		targets[i].name = name_of(name);
		targets[i].scope = i % 3 == 0 ? PAL_EXACT : PAL_SUBTREE;
		targets[i].except = i % 7 == 0;
	}
	qsort(targets, COUNT, sizeof *targets, target_order);
	doc.order.targets = targets;
	doc.order.target_count = COUNT;
	place_create(&place);
	place_open(&place);
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	place_record(&place, &doc);
	assert_int_equal(ledger_commit(place.ledger), 0);
	place_close(&place);
	place_open(&place);
	record = &place.state.records[0];
	assert_non_null(record->packed);
	assert_null(record->order->targets);
	assert_int_equal(record->order->target_count, COUNT);
	assert_int_equal(effect_own(&own, record), 0);
	assert_int_equal(own.count, COUNT);
	for (int i = 0; i < COUNT; i++) {
		assert_true(
			pal_name_equal(own.entries[i].name, &targets[i].name));
		assert_int_equal(
			own.entries[i].name->labels, targets[i].name.labels);
		assert_int_equal(own.entries[i].scope, targets[i].scope);
		assert_int_equal(own.entries[i].except, targets[i].except);
	}
	effect_fini(&own);
	place_close(&place);
	/* Cut short by an octet, it is no longer taken. */
	change(&place, "UPDATE documents SET targets ="
		       " substr(targets, 1, length(targets) - 1)");
	assert_int_equal(ledger_open(&place.ledger, place.dir), 0);
	assert_int_equal(ledger_load(place.ledger, &place.state), PAL_EFORM);
	place_close(&place);
	place_remove(&place);
	free(targets);
}

static void
test_texts(void **state)
{
	struct order_text reasons[2], extras[1];
	struct place place;
	struct doc doc;
	char *data;
	size_t len;

	(void)state;
	full_order(&doc, reasons, extras);
	place_create(&place);
	place_open(&place);
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	add(&place, &doc.order, "as\r\nreceived\n", NULL);
	assert_int_equal(ledger_commit(place.ledger), 0);
	assert_int_equal(
		ledger_canonical(place.ledger, "k", doc.order.id, &data, &len),
		0);
	assert_string_equal(data, "canonical: form\n");
	free(data);
	assert_int_equal(
		ledger_received(place.ledger, "k", doc.order.id, &data, &len),
		0);
	assert_string_equal(data, "as\r\nreceived\n");
	assert_int_equal(len, 13);
	free(data);
	/* Nobody's order: no error, nothing. */
	assert_int_equal(
		ledger_canonical(place.ledger, "c", doc.order.id, &data, &len),
		0);
	assert_null(data);
	place_close(&place);
	place_remove(&place);
}

static int64_t
count_rows(const struct place *place, const char *sql)
{
	char path[128];
	sqlite3 *db;
	sqlite3_stmt *statement;
	int64_t count;

	snprintf(path, sizeof path, "%s/ledger.db", place->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	count = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return count;
}

static void
test_transaction(void **state)
{
	struct place place;
	struct doc one, two;

	(void)state;
	doc_init(&one, ORDER_BLOCK, "k", "1", 0, PAL_NEVER);
	doc_init(&two, ORDER_BLOCK, "k", "2", 0, PAL_NEVER);
	one.order.canonical = two.order.canonical = (char *)"";
	place_create(&place);
	place_open(&place);
	/* Not committed: nothing. */
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	add(&place, &one.order, "a", NULL);
	place_close(&place);
	assert_int_equal(
		count_rows(&place, "SELECT count(*) FROM documents"), 0);
	assert_int_equal(count_rows(&place, "SELECT count(*) FROM files"), 0);
	/* The same bytes are kept once, the same identity never twice. */
	place_open(&place);
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	add(&place, &one.order, "a", NULL);
	add(&place, &two.order, "a", NULL);
	assert_int_equal(ledger_commit(place.ledger), 0);
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	{
		struct ledger_arrival arrival = {
			.file = 1, .received = PLACE_NOW, .who = "x"};
		uint64_t receipt;

		assert_int_equal(ledger_add_order(place.ledger, &one.order,
					 &arrival, &receipt),
			PAL_EDUP);
	}
	ledger_rollback(place.ledger);
	place_close(&place);
	assert_int_equal(count_rows(&place, "SELECT count(*) FROM files"), 1);
	assert_int_equal(
		count_rows(&place, "SELECT count(*) FROM documents"), 2);
	place_remove(&place);
}

static void
test_suspensions(void **state)
{
	struct place place;
	struct doc doc;

	(void)state;
	doc_init(&doc, ORDER_BLOCK, "k", "1", 0, PAL_NEVER);
	place_create(&place);
	place_open(&place);
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	place_record(&place, &doc);
	assert_int_equal(ledger_suspend(place.ledger, &doc.order, 50,
				 "court says so", "budi"),
		0);
	assert_int_equal(ledger_commit(place.ledger), 0);
	place_close(&place);

	place_open(&place);
	assert_int_equal(place.state.history.suspension_count, 1);
	assert_int_equal(place.state.suspensions[0].when.start, 50);
	assert_int_equal(place.state.suspensions[0].when.end, PAL_NEVER);
	assert_string_equal(place.state.stops[0].reason, "court says so");
	assert_non_null(ledger_state_stop(&place.state, &doc.order));
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	/* The clock has stepped back meanwhile: no interval runs backwards. */
	assert_int_equal(ledger_resume(place.ledger, &doc.order, 40), 0);
	assert_int_equal(ledger_commit(place.ledger), 0);
	ledger_state_resume(&place.state, &doc.order, 40);
	assert_int_equal(place.state.suspensions[0].when.end, 50);
	assert_null(ledger_state_stop(&place.state, &doc.order));
	place_close(&place);

	place_open(&place);
	assert_int_equal(place.state.suspensions[0].when.end, 50);
	place_close(&place);
	place_remove(&place);
}

struct seen {
	int count, stop_at;
	char what[4][16];
	uint64_t generation;
};

static int
see(void *ctx, const struct ledger_event *event)
{
	struct seen *seen = ctx;

	snprintf(seen->what[seen->count], 16, "%s", event->what);
	if (event->has_generation)
		seen->generation = event->generation;
	return ++seen->count == seen->stop_at ? 42 : 0;
}

static void
test_events(void **state)
{
	struct ledger_event event = {.at = 5, .what = "init", .who = "root"};
	struct seen seen = {.count = 0};
	struct place place;

	(void)state;
	place_create(&place);
	place_open(&place);
	assert_int_equal(ledger_add_event(place.ledger, &event), 0);
	event.what = "apply";
	event.authority = "k";
	event.id = "1";
	event.has_generation = true;
	event.generation = 7;
	assert_int_equal(ledger_add_event(place.ledger, &event), 0);
	assert_int_equal(ledger_events(place.ledger, see, &seen), 0);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.what[0], "init");
	assert_string_equal(seen.what[1], "apply");
	assert_int_equal(seen.generation, 7);
	seen = (struct seen){.stop_at = 1};
	assert_int_equal(ledger_events(place.ledger, see, &seen), 42);
	assert_int_equal(seen.count, 1);
	place_close(&place);
	place_remove(&place);
}

/* What is no ledger of ours, or no longer whole, is told from one. */
static void
test_damaged(void **state)
{
	static const struct {
		const char *sql;
		int opened, loaded;
	} cases[] = {
		{"PRAGMA user_version = 4", PAL_EVERSION, 0},
		{"PRAGMA user_version = 0", PAL_EFORM, 0},
		{"UPDATE documents SET targets = x'0004'", 0, PAL_EFORM},
		{"UPDATE documents SET target_count = 2", 0, PAL_EFORM},
		{"UPDATE documents SET target_count = -1", 0, PAL_EFORM},
		{"UPDATE documents SET texts = x'72'", 0, PAL_EFORM},
		{"UPDATE documents SET digest = x'00'", 0, PAL_EFORM},
		{"UPDATE documents SET answer = 9", 0, PAL_EFORM},
		{"UPDATE documents SET authority = hex(zeroblob(20))", 0,
			PAL_EFORM},
		{"DROP TABLE suspensions", 0, PAL_ESYS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ledger *ledger = NULL;
		struct ledger_state loaded = {.loaded = 0};
		struct place place;
		struct doc doc;

		doc_init(&doc, ORDER_BLOCK, "k", "1", 0, PAL_NEVER);
		doc_target(&doc, "t.me", PAL_EXACT, false);
		place_create(&place);
		place_open(&place);
		place_record(&place, &doc);
		place_close(&place);
		change(&place, cases[i].sql);
		assert_int_equal(
			ledger_open(&ledger, place.dir), cases[i].opened);
		if (cases[i].opened == 0) {
			assert_int_equal(
				ledger_load(ledger, &loaded), cases[i].loaded);
			ledger_state_fini(&loaded);
		}
		assert_true(strlen(ledger_error(ledger)) > 0);
		ledger_close(ledger);
		place_remove(&place);
	}
}

/* In another process, which may only read: how many documents it sees, or
 * 100 if it cannot open the ledger. */
static int
count_as_reader(const struct place *place)
{
	struct ledger_state loaded = {.loaded = 0};
	struct ledger *ledger = NULL;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(101);
		if (ledger_open_read(&ledger, place->dir) != 0 ||
			ledger_begin(ledger, false) != 0 ||
			ledger_load(ledger, &loaded) != 0)
			_exit(100);
		_exit((int)loaded.history.record_count);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

/* Who cannot write beside the ledger reads it at rest, and with a log that
 * others keep; and never a file that is not all of it. */
static void
test_reader(void **state)
{
	struct place place;
	struct doc doc[2];
	char path[128];

	(void)state;
	doc_init(&doc[0], ORDER_BLOCK, "k", "1", 0, PAL_NEVER);
	doc_target(&doc[0], "t.me", PAL_EXACT, false);
	doc_init(&doc[1], ORDER_BLOCK, "k", "2", 0, PAL_NEVER);
	doc_target(&doc[1], "t.me", PAL_EXACT, false);
	place_create(&place);
	snprintf(path, sizeof path, "%s/ledger.db", place.dir);
	assert_int_equal(chmod(path, 0644), 0);
	place_open(&place);
	place_record(&place, &doc[0]);
	place_close(&place);
	assert_int_equal(chmod(place.dir, 0555), 0);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(count_as_reader(&place), 1);

	assert_int_equal(chmod(place.dir, 0755), 0);
	assert_int_equal(chmod(path, 0644), 0);
	place_open(&place);
	place_record(&place, &doc[1]);
	assert_int_equal(chmod(place.dir, 0555), 0);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(count_as_reader(&place), 2);

	/* The log holds the second one, and cannot be read. */
	snprintf(path, sizeof path, "%s/ledger.db-wal", place.dir);
	assert_int_equal(chmod(path, 0000), 0);
	lock_patience = 20;
	assert_int_equal(count_as_reader(&place), 100);
	lock_patience = LOCK_WAIT;
	assert_int_equal(chmod(place.dir, 0755), 0);
	place_close(&place);
	place_remove(&place);
}

/* A copy is taken only of a file that can be seen to be at rest. */
static void
test_copy_settled(void **state)
{
	static const struct {
		int64_t age_ms;
		int ret;
		const char *why;
	} cases[] = {
		{60000, 0, "at rest"},
		{-200, PAL_ESYS, "in this tick: one more write would not show"},
		{-3600000, 0, "the clock was set back: it would show"},
	};
	struct place place;
	char path[128];

	(void)state;
	place_create(&place);
	snprintf(path, sizeof path, "%s/ledger.db", place.dir);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int file = open(path, O_RDONLY), ret;
		int64_t at = pal_clock_ms() - cases[i].age_ms;
		struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
			{at / 1000, at % 1000 * 1000000}};
		struct database *db = NULL;

		assert_int_equal(futimens(file, times), 0);
		errno = 0;
		ret = database_copy(&db, file);
		if (ret != cases[i].ret || (ret != 0 && errno != EAGAIN))
			fail_msg("%s: %d", cases[i].why, ret);
		database_close(db);
		close(file);
	}
	place_remove(&place);
}

#define ROUNDS 60

/* In another process: commands that write, one after the other. */
static pid_t
write_on(struct place *place)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child != 0)
		return child;
	for (int i = 1; i <= ROUNDS; i++) {
		struct doc doc;
		char id[16];

		snprintf(id, sizeof id, "%d", i);
		doc_init(&doc, ORDER_BLOCK, "k", id, 0, PAL_NEVER);
		doc_target(&doc, "t.me", PAL_EXACT, false);
		place_open(place);
		place_record(place, &doc);
		place_close(place);
	}
	_exit(0);
}

/* Whoever reads meanwhile, without rights and without a lock, sees a state that
 * was; and the last one in the end. */
static void
test_reader_among_writers(void **state)
{
	struct place place;
	int count = 0, status = -1;
	char path[128];
	pid_t child;

	(void)state;
	if (geteuid() != 0)
		skip(); /* the writer needs more rights than the reader */
	place_create(&place);
	snprintf(path, sizeof path, "%s/ledger.db", place.dir);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chmod(place.dir, 0755), 0);
	child = write_on(&place);
	while (waitpid(child, &status, WNOHANG) == 0) {
		int seen = count_as_reader(&place);

		assert_in_range(seen, count, ROUNDS);
		count = seen;
	}
	assert_int_equal(status, 0);
	assert_int_equal(count_as_reader(&place), ROUNDS);
	place_remove(&place);
}

static void
test_create(void **state)
{
	struct ledger *ledger = NULL;
	struct place place;
	struct stat st;
	char path[128];

	(void)state;
	place_create(&place);
	/* There is one already: it stays as it is. */
	assert_int_equal(ledger_create(place.dir), PAL_EDUP);
	snprintf(path, sizeof path, "%s/ledger.db", place.dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(unlink(path), 0);
	/* Opening makes none. */
	assert_int_equal(ledger_open(&ledger, place.dir), PAL_ESYS);
	assert_int_equal(access(path, F_OK), -1);
	ledger_close(ledger);
	place_remove(&place);
}

/* Cut short or changed anywhere, packed data is refused or means something
 * else, and nothing is read beside it (the sanitizer says). */
static void
test_pack(void **state)
{
	struct order_text reasons[2], extras[1];
	uint8_t *data[2];
	size_t len[2];
	struct doc doc;

	(void)state;
	full_order(&doc, reasons, extras);
	assert_int_equal(pack_texts(&doc.order, &data[0], &len[0]), 0);
	assert_int_equal(pack_targets(&doc.order, &data[1], &len[1]), 0);
	for (int kind = 0; kind < 2; kind++) {
		for (size_t cut = 0; cut < len[kind]; cut++) {
			struct order order = {.target_count = 0};
			uint8_t *copy = malloc(cut + 1);

			memcpy(copy, data[kind], cut);
			copy = realloc(copy, cut + (cut == 0));
			if (kind == 0)
				unpack_texts(&order, copy, cut);
			else
				assert_int_equal(
					unpack_targets(&order, copy, cut, 3),
					PAL_EFORM);
			free(copy);
			order_fini(&order);
		}
		for (size_t at = 0; at < len[kind]; at++) {
			struct order order = {.target_count = 0};

			data[kind][at] ^= 0x85;
			if (kind == 0)
				unpack_texts(&order, data[0], len[0]);
			else
				unpack_targets(&order, data[1], len[1], 3);
			data[kind][at] ^= 0x85;
			order_fini(&order);
		}
		free(data[kind]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_transaction),
		cmocka_unit_test(test_suspensions),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_reader),
		cmocka_unit_test(test_copy_settled),
		cmocka_unit_test(test_reader_among_writers),
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_pack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
