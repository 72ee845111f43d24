/*
 * What orders do, against a slow twin.
 *
 * The twin knows documents, not entries or intervals: it judges one name at
 * one second by walking the targets and lifts as they were written.  Names
 * are text to it.  Random histories over few labels and few seconds, so that
 * everything meets everything, must agree on each name and second: order by
 * order, and through the compiled image and the decision.  The same of what was
 * ordered, whenever it was received: there the twin does not look at receipts
 * and suspensions at all.
 */
#include "orders.h"

#include "ledger_pack.h"
#include "palang/error.h"
#include "past.h"

#define SECONDS   24 /* that a history spans */
#define DOCS      12
#define HISTORIES 1500

/* ---- randomness that repeats ---- */

static uint64_t seed;

static unsigned
dice(unsigned sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed * 0x2545f4914f6cdd1dull) >> 33) % sides;
}

/* ---- names ---- */

#define NAMES_MAX 64
static char names[NAMES_MAX][24];
static unsigned name_count;

static void
make_names(const char *apex, unsigned depth)
{
	static const char *const labels[] = {"a", "b"};

	snprintf(names[name_count++], sizeof names[0], "%s", apex);
	for (unsigned i = 0; i < 2 && depth > 0; i++) {
		char name[24];

		snprintf(name, sizeof name, "%.2s.%.20s", labels[i], apex);
		make_names(name, depth - 1);
	}
}

/* ---- a random history ---- */

struct story {
	struct doc docs[DOCS];
	struct record records[DOCS];
	char texts[DOCS][DOC_TARGETS][24]; /* of the targets */
	struct suspension suspensions[3];
	uint8_t *packed[DOCS];
	struct history history;
};

static const char *const authorities[] = {"k", "c", "m"};

static bool
below(const char *name, const char *apex)
{
	size_t n = strlen(name), a = strlen(apex);

	return n > a && name[n - a - 1] == '.' &&
	       strcmp(name + n - a, apex) == 0;
}

static bool
has_target(const struct doc *doc, const struct pal_name *name,
	enum pal_scope scope)
{
	for (size_t i = 0; i < doc->order.target_count; i++) {
		if (doc->targets[i].scope == scope &&
			pal_name_equal(&doc->targets[i].name, name))
			return true;
	}
	return false;
}

static void
add_target(struct doc *doc, const char *text, enum pal_scope scope, bool except)
{
	struct pal_name name = name_of(text);

	if (doc->order.target_count < DOC_TARGETS &&
		!has_target(doc, &name, scope))
		doc_target(doc, text, scope, except);
}

static void
random_targets(struct doc *doc)
{
	unsigned count = 1 + dice(3);

	for (unsigned i = 0; i < count; i++) {
		const char *apex = names[dice(name_count)];
		enum pal_scope scope = dice(3) == 0 ? PAL_EXACT : PAL_SUBTREE;

		add_target(doc, apex, scope, false);
		for (unsigned k = 0; k < 2 && scope == PAL_SUBTREE; k++) {
			const char *name = names[dice(name_count)];

			if (dice(2) == 0 && below(name, apex))
				add_target(doc, name,
					dice(3) == 0 ? PAL_EXACT : PAL_SUBTREE,
					true);
		}
	}
}

static int64_t
random_end(int64_t begin)
{
	return dice(3) != 0 ? PAL_NEVER : begin + 1 + dice(SECONDS / 2);
}

static void
random_id(char id[ORDER_ID_MAX], unsigned docs)
{
	snprintf(id, ORDER_ID_MAX, "%u", dice(docs));
}

static void
random_block(struct doc *doc, unsigned index)
{
	char id[ORDER_ID_MAX];
	int64_t begin = dice(SECONDS);

	snprintf(id, sizeof id, "%u", index);
	doc_init(doc, ORDER_BLOCK, authorities[dice(3)], id, begin,
		random_end(begin));
	doc->order.issued = dice(4);
	if (dice(3) == 0)
		doc->order.effective = ORDER_NO_TIME;
	if (doc->order.expires <= doc->order.issued)
		doc->order.expires = PAL_NEVER;
	if (dice(5) == 0)
		random_id(doc->order.replaces, DOCS);
	random_targets(doc);
}

static void
random_lift(struct doc *doc, unsigned index)
{
	char id[ORDER_ID_MAX], lifted[ORDER_ID_MAX];
	int64_t begin = dice(SECONDS);
	unsigned count = dice(4); /* none: the whole order */

	snprintf(id, sizeof id, "%u", index);
	doc_init(doc, ORDER_LIFT, authorities[dice(3)], id, begin,
		random_end(begin));
	random_id(lifted, DOCS);
	/* Mostly its own authority's, sometimes another's, known or not. */
	doc_lifts(doc,
		dice(3) != 0 ? doc->order.authority : authorities[dice(3)],
		lifted);
	for (unsigned i = 0; i < count; i++)
		add_target(doc, names[dice(name_count)],
			(enum pal_scope)dice(3), false);
}

/* As the ledger gives long orders; the twin reads the others. */
static void
pack(struct story *story, unsigned index)
{
	size_t len;

	if (story->docs[index].order.action != ORDER_BLOCK)
		return;
	assert_int_equal(pack_targets(&story->docs[index].order,
				 &story->packed[index], &len),
		0);
	assert_int_equal(pack_check(story->packed[index], len,
				 story->docs[index].order.target_count),
		0);
	story->records[index].packed = story->packed[index];
}

static void
story_fini(struct story *story)
{
	history_index_fini(&story->history);
	for (unsigned i = 0; i < DOCS; i++)
		free(story->packed[i]);
}

static void
random_story(struct story *story)
{
	uint64_t receipt = 0;
	int64_t received = 0;

	memset(story, 0, sizeof *story);
	for (unsigned i = 0; i < DOCS; i++) {
		if (dice(2) == 0)
			random_block(&story->docs[i], i);
		else
			random_lift(&story->docs[i], i);
		received += dice(3);
		story->records[i] = (struct record){
			&story->docs[i].order, received, receipt++, NULL};
		if (dice(2) == 0)
			pack(story, i);
		for (size_t t = 0; t < story->docs[i].order.target_count; t++) {
			char text[PAL_NAME_TEXT_MAX];

			pal_name_to_text(text, &story->docs[i].targets[t].name);
			snprintf(story->texts[i][t], 24, "%.23s", text);
		}
	}
	for (unsigned i = 0; i < 3; i++) {
		struct suspension *stop = &story->suspensions[i];
		const struct order *order = &story->docs[dice(DOCS)].order;

		snprintf(stop->authority, ORDER_AUTHORITY_MAX, "%s",
			order->authority);
		snprintf(stop->id, ORDER_ID_MAX, "%s", order->id);
		stop->when.start = dice(SECONDS);
		stop->when.end = random_end(stop->when.start);
	}
	story->history = (struct history){.records = story->records,
		.record_count = DOCS,
		.suspensions = story->suspensions,
		.suspension_count = dice(4)};
	/* With an index over all, over some, or over none. */
	story->history.record_count = dice(2) == 0 ? DOCS : dice(DOCS);
	assert_int_equal(history_index(&story->history), 0);
	story->history.record_count = DOCS;
}

/* ---- the twin ---- */

/* How specific a match is, the more the higher; -1: none. */
static int
match(const char *name, const char *target, enum pal_scope scope)
{
	int labels = 1;

	for (const char *at = target; *at != '\0'; at++)
		labels += *at == '.';
	if (strcmp(name, target) == 0)
		return 2 * labels + (scope == PAL_EXACT);
	return scope == PAL_SUBTREE && below(name, target) ? 2 * labels : -1;
}

static int64_t
begin_of(const struct order *order)
{
	return order->effective == ORDER_NO_TIME ? order->issued
	                                         : order->effective;
}

static bool
may_lift(const char *by, const char *of)
{
	return strcmp(by, of) == 0 ||
	       (strcmp(by, "m") == 0 && strcmp(of, "k") == 0);
}

/* What was ordered is judged, not what was done. */
static bool ordered;

static bool
is_lift_of(const struct order *lift, const struct order *order)
{
	return lift->action == ORDER_LIFT &&
	       strcmp(lift->lifts_authority, order->authority) == 0 &&
	       strcmp(lift->lifts, order->id) == 0 &&
	       may_lift(lift->authority, order->authority);
}

static bool
lift_in_force(const struct record *lift, int64_t now)
{
	return now >= begin_of(lift->order) &&
	       (ordered || now >= lift->received) && now < lift->order->expires;
}

static bool
lift_ever(const struct record *lift)
{
	return (ordered || lift->received < lift->order->expires) &&
	       begin_of(lift->order) < lift->order->expires;
}

/* Walks its seconds up to where nothing changes any more: what was there
 * before it began, and one lift keeps from all of them, ends no order. */
static bool
cancelled(const struct story *story, const struct record *record)
{
	const struct order *order = record->order;
	int64_t begin = begin_of(order);
	bool ahead =
		record->received < begin || (ordered && order->issued < begin);

	for (unsigned i = 0; i < DOCS && ahead; i++) {
		const struct record *lift = &story->records[i];
		bool all = true;

		if (!is_lift_of(lift->order, order) ||
			lift->order->target_count != 0)
			continue;
		for (int64_t at = begin;
			at < order->expires && all && at < 4 * SECONDS; at++)
			all = lift_in_force(lift, at);
		if (all)
			return true;
	}
	return false;
}

/* The order as a whole, without its targets. */
static bool
twin_in_force(const struct story *story, unsigned index, int64_t now)
{
	const struct record *record = &story->records[index];
	const struct order *order = record->order;

	if (now < begin_of(order) || now >= order->expires ||
		(!ordered && record->received >= order->expires))
		return false;
	for (unsigned i = 0; i < DOCS; i++) {
		const struct record *other = &story->records[i];

		if (is_lift_of(other->order, order) &&
			other->order->target_count == 0 &&
			lift_in_force(other, now))
			return false;
		if (i != index && other->order->action == ORDER_BLOCK &&
			strcmp(other->order->authority, order->authority) ==
				0 &&
			strcmp(other->order->replaces, order->id) == 0 &&
			(ordered || other->received < other->order->expires) &&
			now >= begin_of(other->order) &&
			!cancelled(story, other))
			return false;
	}
	for (unsigned i = 0; !ordered && i < story->history.suspension_count;
		i++) {
		const struct suspension *stop = &story->suspensions[i];

		if (strcmp(stop->authority, order->authority) == 0 &&
			strcmp(stop->id, order->id) == 0 &&
			now >= stop->when.start && now < stop->when.end)
			return false;
	}
	return true;
}

/* True if the order has a target of that name and scope that blocks. */
static bool
gives(const struct story *story, unsigned index, const char *name,
	enum pal_scope scope)
{
	const struct doc *doc = &story->docs[index];

	for (size_t i = 0; i < doc->order.target_count; i++) {
		if (strcmp(story->texts[index][i], name) == 0 &&
			!doc->targets[i].except &&
			(scope == ORDER_SCOPE_ANY ||
				doc->targets[i].scope == scope))
			return true;
	}
	return false;
}

/* Whether one target of a lift opens the name, for which the order's own most
 * specific target is best.  *specific grows if the lift makes an entry. */
static bool
target_opens(const struct story *story, unsigned order, const char *name,
	int best, const char *target, enum pal_scope scope, int *specific)
{
	const struct doc *doc = &story->docs[order];
	enum pal_scope made = scope == ORDER_SCOPE_ANY ? PAL_SUBTREE : scope;
	int at;

	if (gives(story, order, target, scope)) {
		/* It names targets: is the best one among them? */
		if (strcmp(story->texts[order][best], target) != 0)
			return false;
		return scope == ORDER_SCOPE_ANY ||
		       doc->targets[best].scope == scope;
	}
	at = match(name, target, made);
	if (at <= match(name, story->texts[order][best],
			  doc->targets[best].scope))
		return false;
	if (at > *specific)
		*specific = at;
	return true;
}

static bool
twin_covers(const struct story *story, unsigned index, const char *name,
	int64_t now, int *specific)
{
	const struct doc *doc = &story->docs[index];
	int best = -1;
	bool open = false;

	*specific = -1;
	for (size_t i = 0; i < doc->order.target_count; i++) {
		int at = match(
			name, story->texts[index][i], doc->targets[i].scope);

		if (at > *specific) {
			*specific = at;
			best = (int)i;
		}
	}
	if (best < 0 || doc->targets[best].except)
		return false;
	for (unsigned i = 0; i < DOCS; i++) {
		const struct record *lift = &story->records[i];

		if (!is_lift_of(lift->order, &doc->order) || !lift_ever(lift))
			continue;
		for (size_t t = 0; t < lift->order->target_count; t++) {
			if (target_opens(story, index, name, best,
				    story->texts[i][t],
				    lift->order->targets[t].scope, specific) &&
				lift_in_force(lift, now))
				open = true;
		}
	}
	return !open && twin_in_force(story, index, now);
}

/* Which order gives the answer: -1 if the name is open. */
static int
twin_first(const struct story *story, const char *name, int64_t now)
{
	int first = -1, first_specific = 0;

	for (int i = 0; i < DOCS; i++) {
		const struct order *order = &story->docs[i].order;
		int specific;

		if (order->action != ORDER_BLOCK ||
			!twin_covers(story, (unsigned)i, name, now, &specific))
			continue;
		if (first < 0 || specific > first_specific ||
			(specific == first_specific &&
				order->issued <
					story->docs[first].order.issued)) {
			first = i;
			first_specific = specific;
		}
	}
	return first;
}

/* ---- the comparison ---- */

static void
print_story(const struct story *story)
{
	for (unsigned i = 0; i < DOCS; i++) {
		const struct order *order = &story->docs[i].order;

		print_message("%u: %s:%s %s %s:%s [%lld, %lld) issued %lld "
			      "received %lld:",
			i, order->authority, order->id,
			order->action == ORDER_LIFT ? "lifts" : "replaces",
			order->lifts_authority,
			order->action == ORDER_LIFT ? order->lifts
						    : order->replaces,
			(long long)begin_of(order), (long long)order->expires,
			(long long)order->issued,
			(long long)story->records[i].received);
		for (size_t t = 0; t < order->target_count; t++)
			print_message(" %s%s/%d",
				order->targets[t].except ? "!" : "",
				story->texts[i][t],
				(int)order->targets[t].scope);
		print_message("\n");
	}
}

static void
check_order(const struct story *story, const struct config *config,
	unsigned index, const char *name)
{
	struct pal_name wire = name_of(name);
	struct effect effect;

	assert_int_equal(effect_of(&effect, &story->history, config, index), 0);
	for (int64_t now = -1; now < SECONDS + SECONDS / 2; now++) {
		int specific;
		bool twin = twin_covers(story, index, name, now, &specific);

		if (effect_covers(&effect, &wire, now, NULL) == twin)
			continue;
		print_story(story);
		fail_msg("order %u, %s at %lld: twin says %s", index, name,
			(long long)now, twin ? "blocked" : "open");
	}
	effect_fini(&effect);
}

static void
check_decision(const struct story *story, const struct pal_snapshot *snapshot,
	const char *name, int64_t from)
{
	struct pal_name wire = name_of(name);

	for (int64_t now = from; now < SECONDS + SECONDS / 2; now++) {
		struct pal_verdict verdict;
		int twin = twin_first(story, name, now), found = -1;

		pal_decide(snapshot, wire.wire, wire.len, PAL_TYPE_A, now,
			&verdict);
		if (verdict.action == PAL_BLOCK)
			found = atoi(verdict.policy.id.text);
		if (found == twin)
			continue;
		print_story(story);
		fail_msg("%s at %lld, compiled at %lld: image says %d, "
			 "twin %d",
			name, (long long)now, (long long)from, found, twin);
	}
}

static void
test_twin(void **state)
{
	struct test_config test;
	struct story *story = malloc(sizeof *story);
	unsigned long blocked = 0;

	(void)state;
	assert_non_null(story);
	test_config_init(&test);
	seed = 20170714;
	for (int n = 0; n < HISTORIES; n++) {
		struct pal_snapshot snapshot;
		int64_t from = dice(SECONDS);

		name_count = 0;
		make_names("x.y", 3);
		random_story(story);
		struct pal_image *image = compile_orders(
			&story->history, &test.config, from, &snapshot);
		/* Judged below every name a target can have, too. */
		make_names("c.a.x.y", 0);
		make_names("b.b.b.b.x.y", 0);
		for (unsigned i = 0; i < name_count; i++) {
			for (unsigned o = 0; o < DOCS; o++) {
				if (story->docs[o].order.action == ORDER_BLOCK)
					check_order(story, &test.config, o,
						names[i]);
			}
			check_decision(story, &snapshot, names[i], from);
			blocked += twin_first(story, names[i], from) >= 0;
		}
		pal_image_free(image);
		story_fini(story);
	}
	/* The histories are worth something: neither all open nor shut. */
	assert_in_range(blocked, HISTORIES * 2, HISTORIES * 12);
	free(story);
}

/* The documents of a story as a ledger has them: records and suspensions of
 * its own, for they change. */
static void
order_story(const struct story *story, struct ledger_state *state)
{
	size_t stops = story->history.suspension_count;

	memset(state, 0, sizeof *state);
	state->records = malloc(sizeof story->records);
	state->suspensions = malloc(sizeof story->suspensions);
	state->stops = calloc(stops + 1, sizeof *state->stops);
	assert_non_null(state->records);
	assert_non_null(state->suspensions);
	assert_non_null(state->stops);
	memcpy(state->records, story->records, sizeof story->records);
	memcpy(state->suspensions, story->suspensions,
		sizeof story->suspensions);
	state->history = story->history;
	state->history.records = state->records;
	state->history.suspensions = state->suspensions;
	past_ordered(state);
	assert_int_equal(state->history.suspension_count, 0);
}

static void
test_ordered(void **state)
{
	struct test_config test;
	struct story *story = malloc(sizeof *story);
	unsigned long differs = 0;

	(void)state;
	assert_non_null(story);
	test_config_init(&test);
	seed = 20261122;
	for (int n = 0; n < HISTORIES; n++) {
		struct pal_snapshot snapshot;
		struct ledger_state then;
		int64_t from = dice(SECONDS);
		struct pal_image *image;

		name_count = 0;
		make_names("x.y", 3);
		random_story(story);
		order_story(story, &then);
		image = compile_orders(
			&then.history, &test.config, from, &snapshot);
		for (unsigned i = 0; i < name_count; i++) {
			ordered = false;
			int done = twin_first(story, names[i], from);

			ordered = true;
			check_decision(story, &snapshot, names[i], from);
			differs += done != twin_first(story, names[i], from);
		}
		ordered = false;
		pal_image_free(image);
		free(then.records);
		free(then.suspensions);
		free(then.stops);
		story_fini(story);
	}
	/* What came late, or was suspended, is seen. */
	assert_true(differs > HISTORIES / 4);
	free(story);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twin),
		cmocka_unit_test(test_ordered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
