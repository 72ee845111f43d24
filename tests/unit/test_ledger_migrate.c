/* A ledger of an older palang becomes one of ours, with all that was in it. */
#include "place_util.h"

#include <sqlite3.h>
#include <sys/wait.h>

#include "file.h"
#include "journal.h"
#include "ledger_feed.h"
#include "palang/error.h"

/* A place with the ledger that a palang of version 2 wrote: two orders, one of
 * them suspended. */
static void
place_old(struct place *place, const char *then)
{
	char path[128], *sql;
	size_t len;
	sqlite3 *db;

	place_create(place);
	snprintf(path, sizeof path, "%s/" LEDGER_FILE, place->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(
		file_read_at(AT_FDCWD, SOURCE_DIR "/tests/unit/ledger-2.sql",
			1 << 20, 0, &sql, &len),
		0);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, then, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	free(sql);
}

struct chain {
	uint8_t hash[PAL_SHA256_SIZE];
	int count, received, digests;
};

static int
follow(void *ctx, const struct ledger_event *event)
{
	struct chain *chain = ctx;

	assert_int_equal(event->number, ++chain->count);
	assert_int_equal(journal_next(chain->hash, event), 0);
	assert_non_null(event->hash);
	assert_memory_equal(chain->hash, event->hash, PAL_SHA256_SIZE);
	chain->received += strcmp(event->what, "received") == 0;
	chain->digests += event->digest != NULL;
	return 0;
}

static void
expect_chain(struct place *place, struct chain *chain)
{
	struct ledger_head head;

	memset(chain, 0, sizeof *chain);
	assert_int_equal(ledger_events(place->ledger, follow, chain), 0);
	assert_int_equal(ledger_head(place->ledger, &head), 0);
	assert_int_equal(head.number, chain->count);
	assert_memory_equal(head.hash, chain->hash, PAL_SHA256_SIZE);
}

static void
test_migration(void **state)
{
	static const struct {
		const char *then, *why;
	} cases[] = {
		{"", "version 2"},
		{"DROP TABLE feeds; DROP TABLE allows; PRAGMA user_version = 1",
			"version 1"},
		{"UPDATE events SET who = CAST(x'62ff' AS TEXT)",
			"a name in no UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ledger_event event = {.what = "apply", .who = "budi"};
		struct ledger_feeds feeds;
		struct place place;
		struct chain chain;

		place_old(&place, cases[i].then);
		place_open(&place);
		assert_int_equal(place.state.history.record_count, 2);
		assert_int_equal(place.state.history.suspension_count, 1);
		assert_int_equal(place.state.documents[0].signature, 0);
		assert_int_equal(place.state.documents[0].arrived,
			place.state.records[0].received * 1000);
		assert_int_equal(ledger_load_feeds(place.ledger, &feeds), 0);
		assert_int_equal(feeds.count, 0);
		ledger_feeds_fini(&feeds);
		expect_chain(&place, &chain);
		/* What was, and an entry for each of the two files. */
		assert_int_equal(chain.count, 6);
		assert_int_equal(chain.received, 2);
		assert_int_equal(chain.digests, 5);
		assert_int_equal(ledger_add_event(place.ledger, &event), 0);
		place_close(&place);
		/* It is done once. */
		place_open(&place);
		expect_chain(&place, &chain);
		assert_int_equal(chain.count, 7);
		place_close(&place);
		place_remove(&place);
	}
}

/* Who comes to it at the same time waits, and finds all of it done. */
static void
test_two_at_once(void **state)
{
	struct ledger *one = NULL, *two = NULL;
	struct place place;
	struct chain chain;

	(void)state;
	place_old(&place, "");
	assert_int_equal(ledger_open(&one, place.dir), 0);
	assert_int_equal(ledger_open(&two, place.dir), 0);
	ledger_close(one);
	place.ledger = two;
	expect_chain(&place, &chain);
	assert_int_equal(chain.count, 6);
	ledger_close(two);
	place_remove(&place);
}

static int
count(void *ctx, const struct ledger_event *event)
{
	if (event->hash != NULL)
		return -1;
	++*(int *)ctx;
	return 0;
}

/* In another process, which may only read: how many documents and entries it
 * sees, or 100 if it cannot. */
static int
count_as_reader(const struct place *place)
{
	struct ledger_state loaded;
	struct ledger *ledger = NULL;
	pid_t child = fork();
	int status, events = 0;

	assert_true(child >= 0);
	if (child == 0) {
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(101);
		if (ledger_open_read(&ledger, place->dir) != 0 ||
			ledger_begin(ledger, false) != 0 ||
			ledger_load(ledger, &loaded) != 0 ||
			ledger_events(ledger, count, &events) != 0)
			_exit(100);
		_exit((int)loaded.history.record_count + events);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

/* A reader without rights sees the old one as it is. */
static void
test_reader(void **state)
{
	struct place place;
	char path[128];

	(void)state;
	place_old(&place, "");
	snprintf(path, sizeof path, "%s/" LEDGER_FILE, place.dir);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(chmod(place.dir, 0555), 0);
	assert_int_equal(count_as_reader(&place), 2 + 4);
	assert_int_equal(chmod(place.dir, 0755), 0);
	place_remove(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_migration),
		cmocka_unit_test(test_two_at_once),
		cmocka_unit_test(test_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
