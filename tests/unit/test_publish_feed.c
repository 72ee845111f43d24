/*
 * A feed's image beside the orders: killed at every step, the list before or
 * the new one is in force, and the next command brings lists and ledger
 * together, from the kept names if need be.
 */
#include "place_util.h"

#include <sys/wait.h>

#include "feed_digest.h"
#include "ledger_feed.h"
#include "names.h"
#include "palang/error.h"
#include "palang/writer.h"

#define COMMIT        4 /* steps before it */
#define MANIFEST_STEP (COMMIT + 2)
#define ALL_STEPS     (COMMIT + 5)

struct world {
	struct place place;
	struct config_feed feed;
	int feeds; /* the folder */
};

static void
create(struct world *world)
{
	struct place *place = &world->place;
	char path[128];

	place_create(place);
	snprintf(path, sizeof path, "%s/feeds", place->dir);
	assert_int_equal(mkdir(path, 0755), 0);
	world->feeds = file_open_folder(path);
	assert_true(world->feeds >= 0);
	world->feed = (struct config_feed){.name = "f", .authority = "k"};
	place->test.config.feeds = &world->feed;
	place->test.config.feed_count = 1;
}

static void
remove_all(struct world *world)
{
	close(world->feeds);
	place_remove(&world->place);
}

/* A names file of one name, and its image as f.img. */
static void
make(struct world *world, const char *file, const char *text,
	struct publish_image *made)
{
	struct policy_texts texts = {.ede = NULL};
	struct names_writer *writer;
	struct pal_policy_in policy;
	struct pal_name name = name_of(text);
	uint8_t key[NAMES_KEY_MAX], random[16] = {1}, *data;
	struct names_rule rule = {key, names_key(key, &name), PAL_EXACT, false};
	size_t len;
	int fd = openat(world->feeds, file, O_RDWR | O_CREAT | O_TRUNC, 0640);

	assert_true(fd >= 0);
	assert_int_equal(names_write_begin(&writer, fd), 0);
	assert_int_equal(names_write(writer, &rule), 0);
	assert_int_equal(names_write_end(writer), 0);
	assert_int_equal(config_feed_policy(&world->place.test.config,
				 &world->feed, &policy, &texts),
		0);
	assert_int_equal(
		names_compile(fd, &policy, random, NULL, false, &data, &len),
		0);
	policy_texts_fini(&texts);
	close(fd);
	*made = (struct publish_image){.list = "f", .size = len};
	memcpy(made->digest, data + len - PAL_SHA256_SIZE, PAL_SHA256_SIZE);
	assert_int_equal(
		file_replace(world->feeds, "f.img", data, len, 0644), 0);
	free(data);
}

static void
run_steps(struct publication *publication, const struct publish_step *steps,
	int *left)
{
	for (; steps->run != NULL && *left > 0; steps++, --*left)
		assert_int_equal(steps->run(publication), 0);
}

static void
begin(struct world *world, struct publication *publication,
	struct problems *problems)
{
	place_open(&world->place);
	place_publication(&world->place, publication, problems);
	publication->feeds = world->feeds;
}

/* A refresh that puts the name in force, up to some of its steps. */
static void
refresh(struct world *world, const char *file, const char *name, int steps)
{
	struct ledger_feed known = {.name = "f", .who = (char *)"tester"};
	struct publication publication;
	struct publish_image made;
	struct problems problems;
	struct ledger_feeds feeds;

	make(world, file, name, &made);
	begin(world, &publication, &problems);
	publication.keep_orders = true;
	publication.made = &made;
	assert_int_equal(ledger_load_feeds(world->place.ledger, &feeds), 0);
	if (feeds.count > 0)
		known.row = feeds.items[0].row;
	ledger_feeds_fini(&feeds);
	snprintf(known.names, sizeof known.names, "%s", file);
	assert_int_equal(ledger_begin(world->place.ledger, true), 0);
	assert_int_equal(ledger_put_feed(world->place.ledger, &known), 0);
	run_steps(&publication, publish_prepare, &steps);
	if (steps-- > 0)
		assert_int_equal(ledger_commit(world->place.ledger), 0);
	run_steps(&publication, publish_install, &steps);
	assert_int_equal(problems.count, 0);
	publication_fini(&publication);
	place_close(&world->place);
}

/* The same, killed there: nothing is closed, rolled back or freed. */
static void
refresh_killed(
	struct world *world, const char *file, const char *name, int steps)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct ledger_feed known = {
			.row = 1, .name = "f", .who = (char *)"tester"};
		struct publication publication;
		struct publish_image made;
		struct problems problems;

		make(world, file, name, &made);
		begin(world, &publication, &problems);
		publication.keep_orders = true;
		publication.made = &made;
		snprintf(known.names, sizeof known.names, "%s", file);
		ledger_begin(world->place.ledger, true);
		ledger_put_feed(world->place.ledger, &known);
		run_steps(&publication, publish_prepare, &steps);
		if (steps-- > 0)
			ledger_commit(world->place.ledger);
		run_steps(&publication, publish_install, &steps);
		_exit(17);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 17);
}

static enum publish_gap
recover(struct world *world)
{
	struct publication publication;
	struct problems problems;
	enum publish_gap gap;

	begin(world, &publication, &problems);
	assert_int_equal(publish_recover(&publication, "tester", &gap), 0);
	assert_int_equal(problems.count, 0);
	place_close(&world->place);
	return gap;
}

static void
order(struct world *world, const char *id, const char *name)
{
	struct publication publication;
	struct problems problems;
	struct doc doc;
	int steps = ALL_STEPS;

	doc_init(&doc, ORDER_BLOCK, "k", id, PLACE_NOW, PAL_NEVER);
	doc_target(&doc, name, PAL_EXACT, false);
	begin(world, &publication, &problems);
	assert_int_equal(ledger_begin(world->place.ledger, true), 0);
	place_record(&world->place, &doc);
	run_steps(&publication, publish_prepare, &steps);
	assert_int_equal(ledger_commit(world->place.ledger), 0);
	steps--;
	run_steps(&publication, publish_install, &steps);
	publication_fini(&publication);
	place_close(&world->place);
}

static void
test_kill(void **state)
{
	(void)state;
	for (int steps = 0; steps <= ALL_STEPS; steps++) {
		bool committed = steps > COMMIT;
		bool installed = steps > MANIFEST_STEP;
		struct world world;
		struct place *place = &world.place;

		create(&world);
		order(&world, "1", "t.me");
		refresh(&world, "f-1.names", "a.example", ALL_STEPS);
		place_expect(place, "a.example", "f");
		refresh_killed(&world, "f-2.names", "b.example", steps);
		/* whole, old or new, before anybody mends */
		place_expect(place, "t.me", "1");
		place_expect(place, "a.example", installed ? "" : "f");
		place_expect(place, "b.example", installed ? "f" : "");
		assert_int_equal(recover(&world), committed && !installed
							  ? PUBLISH_BEHIND
							  : PUBLISH_IN_STEP);
		place_expect(place, "b.example", committed ? "f" : "");
		/* what comes then, comes on top, and leaves the feed alone */
		order(&world, "2", "telegram.org");
		place_expect(place, "telegram.org", "2");
		place_expect(place, "t.me", "1");
		place_expect(place, "b.example", committed ? "f" : "");
		place_expect(place, "a.example", committed ? "" : "f");
		assert_int_equal(recover(&world), PUBLISH_IN_STEP);
		remove_all(&world);
	}
}

/* The image is lost: the names that are kept give it back; and with another
 * configuration, its answer. */
static void
test_lost(void **state)
{
	uint8_t digest[PAL_SHA256_SIZE];
	struct pal_manifest manifest;
	struct ledger_feeds feeds;
	struct world world;
	char *text;
	size_t len;

	(void)state;
	create(&world);
	order(&world, "1", "t.me");
	refresh(&world, "f-1.names", "a.example", ALL_STEPS);
	assert_int_equal(file_read_at(world.place.lists, MANIFEST_FILE,
				 PAL_MANIFEST_SIZE_MAX, 0, &text, &len),
		0);
	assert_int_equal(pal_manifest_parse(&manifest, text, len, NULL), 0);
	free(text);
	assert_int_equal(manifest.count, 2);
	assert_int_equal(
		unlinkat(world.place.lists, manifest.lists[1].file, 0), 0);
	strcpy(world.feed.answer.text, "see x");
	assert_int_equal(recover(&world), PUBLISH_FOREIGN);
	place_expect(&world.place, "a.example", "f");
	place_expect(&world.place, "t.me", "1");
	/* the ledger knows what it was rendered with */
	assert_int_equal(feed_policy_digest(
				 &world.place.test.config, &world.feed, digest),
		0);
	place_open(&world.place);
	assert_int_equal(ledger_load_feeds(world.place.ledger, &feeds), 0);
	assert_memory_equal(feeds.items[0].policy, digest, PAL_SHA256_SIZE);
	ledger_feeds_fini(&feeds);
	place_close(&world.place);
	remove_all(&world);
}

/* A feed that the configuration has no more stays as it is, until the ledger
 * knows it no more. */
static void
test_gone(void **state)
{
	struct world world;

	(void)state;
	create(&world);
	order(&world, "1", "t.me");
	refresh(&world, "f-1.names", "a.example", ALL_STEPS);
	world.place.test.config.feed_count = 0;
	order(&world, "2", "telegram.org");
	place_expect(&world.place, "a.example", "f");
	place_open(&world.place);
	assert_int_equal(ledger_begin(world.place.ledger, true), 0);
	assert_int_equal(
		ledger_remove_feed(world.place.ledger, "f", PLACE_NOW), 0);
	assert_int_equal(ledger_commit(world.place.ledger), 0);
	place_close(&world.place);
	order(&world, "3", "telegram.me");
	place_expect(&world.place, "a.example", "");
	place_expect(&world.place, "t.me", "1");
	remove_all(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
