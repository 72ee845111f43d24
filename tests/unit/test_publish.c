/*
 * Publishing: at every step a kill leaves the old lists or the new ones, and
 * the next command brings lists and ledger together.
 */
#include "place_util.h"

#include <dirent.h>
#include <sys/wait.h>

#include "palang/error.h"

/* The steps of a command, the commit between them. */
#define PREPARE_STEPS 4
#define COMMIT        PREPARE_STEPS
#define MANIFEST_STEP (COMMIT + 2)
#define ALL_STEPS     (COMMIT + 5)

static void
block(struct doc *doc, const char *id, const char *name)
{
	doc_init(doc, ORDER_BLOCK, "k", id, PLACE_NOW, PAL_NEVER);
	doc_target(doc, name, PAL_EXACT, false);
}

static int
run_steps(struct publication *publication, const struct publish_step *steps,
	int *left)
{
	for (; steps->run != NULL && *left > 0; steps++, --*left) {
		int ret = steps->run(publication);

		if (ret != 0)
			return ret;
	}
	return 0;
}

/* A command that blocks a name, up to some of its steps. */
static void
apply(struct place *place, const char *id, const char *name, int steps)
{
	struct publication publication;
	struct problems problems;
	enum publish_gap gap;
	struct doc doc;

	block(&doc, id, name);
	place_open(place);
	place_publication(place, &publication, &problems);
	assert_int_equal(publish_recover(&publication, "tester", &gap), 0);
	assert_int_equal(ledger_begin(place->ledger, true), 0);
	place_record(place, &doc);
	assert_int_equal(run_steps(&publication, publish_prepare, &steps), 0);
	if (steps-- > 0)
		assert_int_equal(ledger_commit(place->ledger), 0);
	assert_int_equal(run_steps(&publication, publish_install, &steps), 0);
	assert_int_equal(problems.count, 0);
	publication_fini(&publication);
	place_close(place);
	problems_fini(&problems);
}

/* The same, killed there: nothing is closed, rolled back or freed. */
static void
apply_killed(struct place *place, const char *id, const char *name, int steps)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct publication publication;
		struct problems problems;
		struct doc doc;

		block(&doc, id, name);
		place_open(place);
		place_publication(place, &publication, &problems);
		ledger_begin(place->ledger, true);
		place_record(place, &doc);
		run_steps(&publication, publish_prepare, &steps);
		if (steps-- > 0)
			ledger_commit(place->ledger);
		run_steps(&publication, publish_install, &steps);
		_exit(17);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 17);
}

static enum publish_gap
recover(struct place *place)
{
	struct publication publication;
	struct problems problems;
	enum publish_gap gap;

	place_open(place);
	place_publication(place, &publication, &problems);
	assert_int_equal(publish_recover(&publication, "tester", &gap), 0);
	place_close(place);
	problems_fini(&problems);
	return gap;
}

static size_t
recorded(struct place *place)
{
	size_t count;

	place_open(place);
	count = place->state.history.record_count;
	place_close(place);
	return count;
}

static struct pal_manifest
manifest_of(const struct place *place, const char *name)
{
	struct pal_manifest manifest;
	char *text;
	size_t len;

	assert_int_equal(file_read_at(place->lists, name, PAL_MANIFEST_SIZE_MAX,
				 0, &text, &len),
		0);
	assert_int_equal(pal_manifest_parse(&manifest, text, len, NULL), 0);
	free(text);
	return manifest;
}

/* Files of the lists folder besides the two manifests. */
static unsigned
count_files(const struct place *place)
{
	char path[128];
	struct dirent *entry;
	unsigned count = 0;
	DIR *dir;

	snprintf(path, sizeof path, "%s/lists", place->dir);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.' &&
		         strncmp(entry->d_name, "manifest", 8) != 0;
	closedir(dir);
	return count;
}

static void
test_kill(void **state)
{
	(void)state;
	for (int steps = 0; steps <= ALL_STEPS; steps++) {
		bool committed = steps > COMMIT;
		bool installed = steps > MANIFEST_STEP;
		struct place place;

		place_create(&place);
		apply(&place, "1", "t.me", ALL_STEPS);
		apply_killed(&place, "2", "telegram.org", steps);
		/* The lists are whole, old or new, before anybody mends. */
		place_expect(&place, "t.me", "1");
		place_expect(&place, "telegram.org", installed ? "2" : "");
		/* The ledger too. */
		assert_int_equal(recorded(&place), committed ? 2 : 1);
		/* The next command brings them together. */
		assert_int_equal(recover(&place), committed && !installed
							  ? PUBLISH_BEHIND
							  : PUBLISH_IN_STEP);
		place_expect(&place, "t.me", "1");
		place_expect(&place, "telegram.org", committed ? "2" : "");
		assert_int_equal(recover(&place), PUBLISH_IN_STEP);
		/* And what comes then, comes on top. */
		apply(&place, "3", "telegram.me", ALL_STEPS);
		place_expect(&place, "telegram.me", "3");
		place_expect(&place, "telegram.org", committed ? "2" : "");
		assert_int_equal(manifest_of(&place, MANIFEST_FILE).generation,
			committed ? 3 : 2);
		assert_int_equal(
			manifest_of(&place, MANIFEST_PREV_FILE).generation,
			committed ? 2 : 1);
		assert_int_equal(count_files(&place), 2);
		place_remove(&place);
	}
}

/* A second kill while the first is mended, right behind its first step. */
static void
test_kill_twice(void **state)
{
	struct publication publication;
	struct problems problems;
	struct place place;

	(void)state;
	place_create(&place);
	apply(&place, "1", "t.me", ALL_STEPS);
	apply_killed(&place, "2", "telegram.org", COMMIT + 1);
	place_open(&place);
	place_publication(&place, &publication, &problems);
	assert_int_equal(publish_install[0].run(&publication), 0);
	place_close(&place);
	place_expect(&place, "telegram.org", "");
	assert_int_equal(recover(&place), PUBLISH_BEHIND);
	place_expect(&place, "telegram.org", "2");
	assert_int_equal(manifest_of(&place, MANIFEST_PREV_FILE).generation, 1);
	place_remove(&place);
}

static void
copy_ledger(const struct place *place, const char *from, const char *to)
{
	int dir = file_open_folder(place->dir);
	char *data;
	size_t len;

	assert_int_equal(file_read_at(dir, from, 1u << 24, 0, &data, &len), 0);
	assert_int_equal(file_replace(dir, to, data, len, 0640), 0);
	free(data);
	close(dir);
}

/* CASES 37: the ledger of last week is put back; what it says is in force,
 * whatever resolvers have seen since. */
static void
test_restore(void **state)
{
	struct pal_manifest before, after;
	struct place place;

	(void)state;
	place_create(&place);
	apply(&place, "1", "t.me", ALL_STEPS);
	copy_ledger(&place, LEDGER_FILE, "backup");
	apply(&place, "2", "telegram.org", ALL_STEPS);
	apply(&place, "3", "telegram.me", ALL_STEPS);
	before = manifest_of(&place, MANIFEST_FILE);
	copy_ledger(&place, "backup", LEDGER_FILE);
	assert_int_equal(recover(&place), PUBLISH_FOREIGN);
	after = manifest_of(&place, MANIFEST_FILE);
	assert_true(pal_manifest_newer(&after, &before));
	assert_memory_not_equal(after.epoch, before.epoch, PAL_EPOCH_SIZE);
	assert_int_equal(after.generation, 1);
	place_expect(&place, "t.me", "1");
	place_expect(&place, "telegram.org", "");
	assert_int_equal(recover(&place), PUBLISH_IN_STEP);
	/* It goes on from there. */
	apply(&place, "4", "web.telegram.org", ALL_STEPS);
	place_expect(&place, "web.telegram.org", "4");
	assert_int_equal(manifest_of(&place, MANIFEST_FILE).generation, 2);
	place_remove(&place);
}

/* Lists that were lost or damaged are made anew from the ledger. */
static void
test_lost(void **state)
{
	static const struct {
		const char *lost;    /* the image if NULL */
		const char *content; /* in its place; NULL: nothing */
		const char *why;
	} cases[] = {
		{MANIFEST_FILE, NULL, "manifest taken away"},
		{MANIFEST_FILE, "palang-manifest 1\n", "manifest cut short"},
		{NULL, NULL, "image taken away"},
		{NULL, "short", "image cut short"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pal_manifest before;
		const char *lost = cases[i].lost;
		struct place place;

		place_create(&place);
		apply(&place, "1", "t.me", ALL_STEPS);
		before = manifest_of(&place, MANIFEST_FILE);
		if (lost == NULL)
			lost = before.lists[0].file;
		assert_int_equal(unlinkat(place.lists, lost, 0), 0);
		if (cases[i].content != NULL)
			assert_int_equal(
				file_replace(place.lists, lost,
					cases[i].content,
					strlen(cases[i].content), 0644),
				0);
		assert_int_equal(recover(&place), PUBLISH_FOREIGN);
		place_expect(&place, "t.me", "1");
		assert_memory_not_equal(
			manifest_of(&place, MANIFEST_FILE).epoch, before.epoch,
			PAL_EPOCH_SIZE);
		assert_int_equal(recover(&place), PUBLISH_IN_STEP);
		place_remove(&place);
	}
}

/* Somebody else's lists, and links where files should be. */
static void
test_foreign(void **state)
{
	struct place place, other;
	char *text;
	size_t len;

	(void)state;
	place_create(&place);
	place_create(&other);
	apply(&place, "1", "t.me", ALL_STEPS);
	apply(&other, "2", "telegram.org", ALL_STEPS);
	assert_int_equal(file_read_at(other.lists, MANIFEST_FILE,
				 PAL_MANIFEST_SIZE_MAX, 0, &text, &len),
		0);
	assert_int_equal(
		file_replace(place.lists, MANIFEST_FILE, text, len, 0644), 0);
	free(text);
	assert_int_equal(recover(&place), PUBLISH_FOREIGN);
	place_expect(&place, "t.me", "1");
	/* A symbolic link is no manifest, and is not followed. */
	assert_int_equal(unlinkat(place.lists, MANIFEST_FILE, 0), 0);
	assert_int_equal(
		symlinkat("manifest.prev", place.lists, MANIFEST_FILE), 0);
	assert_int_equal(recover(&place), PUBLISH_FOREIGN);
	place_expect(&place, "t.me", "1");
	place_remove(&place);
	place_remove(&other);
}

/* More orders on one name than an image has room for: refused before
 * anything is recorded, and the error names some. */
static void
test_too_many(void **state)
{
	struct publication publication;
	struct problems problems;
	struct place place;
	struct doc *docs = calloc(256, sizeof *docs);

	(void)state;
	assert_non_null(docs);
	place_create(&place);
	place_open(&place);
	place_publication(&place, &publication, &problems);
	assert_int_equal(ledger_begin(place.ledger, true), 0);
	for (int i = 0; i < 256; i++) {
		char id[24];

		snprintf(id, sizeof id, "2017/%d", i);
		block(&docs[i], id, "t.me");
		place_record(&place, &docs[i]);
	}
	assert_int_equal(
		publish_run(&publication, publish_prepare), PAL_ELIMIT);
	assert_string_equal(publication.failed, "compile");
	assert_int_equal(problems.errors, 1);
	assert_non_null(strstr(problems.items[0].text,
		"256 orders meet at t.me, and an image has room for 255"));
	assert_non_null(strstr(problems.items[0].text, "k:2017/0, k:2017/1,"));
	ledger_rollback(place.ledger);
	publication_fini(&publication);
	place_close(&place);
	assert_int_equal(recorded(&place), 0);
	assert_int_equal(count_files(&place), 0);
	problems_fini(&problems);
	place_remove(&place);
	free(docs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_kill_twice),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
