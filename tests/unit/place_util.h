/* A folder with a ledger and lists, made for one test. */
#ifndef PLACE_UTIL_H
#define PLACE_UTIL_H

#include "orders.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "ledger.h"
#include "publish.h"
#include "verdict.h"

#define PLACE_NOW 1500000000 /* 14 July 2017 */

struct place {
	char dir[64]; /* holds ledger.db and lists/ */
	int lists;
	struct ledger *ledger;
	struct ledger_state state;
	struct test_config test;
};

static inline void
place_create(struct place *place)
{
	char path[128];

	memset(place, 0, sizeof *place);
	strcpy(place->dir, "/tmp/palang-place-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	snprintf(path, sizeof path, "%s/lists", place->dir);
	assert_int_equal(mkdir(path, 0755), 0);
	place->lists = file_open_folder(path);
	assert_true(place->lists >= 0);
	assert_int_equal(ledger_create(place->dir), 0);
	test_config_init(&place->test);
}

/* What every command begins with. */
static inline void
place_open(struct place *place)
{
	assert_int_equal(ledger_open(&place->ledger, place->dir), 0);
	assert_int_equal(ledger_load(place->ledger, &place->state), 0);
}

static inline void
place_close(struct place *place)
{
	ledger_state_fini(&place->state);
	ledger_close(place->ledger);
	place->ledger = NULL;
}

static inline int
place_remove_one(
	const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline void
place_remove(struct place *place)
{
	close(place->lists);
	assert_int_equal(
		nftw(place->dir, place_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void
place_publication(struct place *place, struct publication *publication,
	struct problems *problems)
{
	static uint8_t counter;

	memset(publication, 0, sizeof *publication);
	memset(problems, 0, sizeof *problems);
	publication->ledger = place->ledger;
	publication->history = &place->state.history;
	publication->config = &place->test.config;
	publication->lists = place->lists;
	publication->feeds = -1;
	publication->now_ms = PLACE_NOW * (int64_t)1000;
	publication->problems = problems;
	/* Another epoch each time one is asked for. */
	memset(publication->random.epoch, ++counter, PAL_EPOCH_SIZE);
	memset(publication->random.key, counter, 16);
}

/* Records an order in the open transaction and in memory. */
static inline void
place_record(struct place *place, struct doc *doc)
{
	struct ledger_arrival arrival = {
		.received = PLACE_NOW, .who = "tester"};
	uint64_t receipt;

	doc->order.canonical = (char *)"stands for: the canonical form\n";
	assert_int_equal(
		ledger_add_file(place->ledger, doc->order.id,
			strlen(doc->order.id), PLACE_NOW, &arrival.file, NULL),
		0);
	assert_int_equal(ledger_add_order(place->ledger, &doc->order, &arrival,
				 &receipt),
		0);
	assert_int_equal(
		ledger_state_add(&place->state, &doc->order, &arrival, receipt),
		0);
}

/* What resolvers that read the lists now would say of the name at A; the id
 * of the order, or "" if it is open. */
static inline void
place_judge(const struct place *place, const char *name, char id[ORDER_ID_MAX])
{
	struct verdict_source *source = NULL;
	struct pal_name wire = name_of(name);
	struct pal_verdict verdict;
	char why[VERDICT_WHY_MAX] = "";

	if (verdict_open_at(&source, place->lists, MANIFEST_FILE, why) != 0)
		fail_msg("the lists are not whole: %s", why);
	verdict_judge(source, &wire, PAL_TYPE_A, PLACE_NOW + 60, &verdict);
	id[0] = '\0';
	if (verdict.action == PAL_BLOCK)
		snprintf(id, ORDER_ID_MAX, "%.*s", (int)verdict.policy.id.len,
			verdict.policy.id.text);
	verdict_close(source);
}

static inline void
place_expect(const struct place *place, const char *name, const char *id)
{
	char found[ORDER_ID_MAX];

	place_judge(place, name, found);
	assert_string_equal(found, id);
}

#endif
