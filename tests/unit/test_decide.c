/*
 * The decision, against a slow twin that knows nothing of images: it asks
 * each order by itself, for its most specific matching entry.
 */
#include "core_util.h"

#include "palang/decide.h"
#include "palang/writer.h"

#define ORDERS  6
#define ENTRIES 8

struct twin_entry {
	struct pal_name name;
	enum pal_scope scope;
	struct pal_interval intervals[2];
	size_t count;
};

struct twin_order {
	char id[8];
	int64_t issued;
	uint64_t receipt;
	enum pal_answer answer;
	struct twin_entry entries[ENTRIES];
	size_t count;
};

struct twin {
	struct twin_order orders[ORDERS];
	size_t count;
};

/* Names of few labels, so that much lies below much. */
static struct pal_name
any_name(struct dice *dice, unsigned labels)
{
	char text[64] = "";

	for (unsigned i = 0; i < labels; i++)
		sprintf(text + strlen(text), "%c.", 'a' + (int)roll(dice, 2));
	strcat(text, "x");
	return name_of(text);
}

static bool
given(const struct twin_order *order, const struct twin_entry *entry)
{
	for (size_t i = 0; i < order->count; i++) {
		if (order->entries[i].scope == entry->scope &&
			pal_name_equal(&order->entries[i].name, &entry->name))
			return true;
	}
	return false;
}

static void
any_order(struct dice *dice, struct twin_order *order, int number)
{
	snprintf(order->id, sizeof(order->id), "o%d", number);
	order->issued = roll(dice, 3);
	order->receipt = roll(dice, 3);
	order->answer = (enum pal_answer)roll(dice, 4);
	order->count = 0;
	for (uint32_t n = 1 + roll(dice, ENTRIES); n > 0; n--) {
		struct twin_entry *e = &order->entries[order->count];
		memset(e, 0, sizeof(*e));
		e->name = any_name(dice, 1 + roll(dice, 4));
		e->scope = (enum pal_scope)roll(dice, 2);
		if (given(order, e))
			continue;
		e->count = roll(dice, 3);
		int64_t start = roll(dice, 4);
		for (size_t i = 0; i < e->count; i++) {
			int64_t end = start + 1 + roll(dice, 4);
			e->intervals[i] = (struct pal_interval){start, end};
			start = end + roll(dice, 3);
		}
		order->count++;
	}
}

static bool
matches(const struct twin_entry *e, const struct pal_name *name)
{
	return e->scope == PAL_EXACT ? pal_name_equal(&e->name, name)
	                             : pal_name_within(name, &e->name);
}

static int
specific(const struct twin_entry *e)
{
	return e->name.labels * 2 + (e->scope == PAL_EXACT);
}

static const struct twin_entry *
best_entry(const struct twin_order *order, const struct pal_name *name)
{
	const struct twin_entry *best = NULL;

	for (size_t i = 0; i < order->count; i++) {
		const struct twin_entry *e = &order->entries[i];
		if (matches(e, name) &&
			(best == NULL || specific(e) > specific(best)))
			best = e;
	}
	return best;
}

static bool
in_force(const struct twin_entry *e, int64_t now)
{
	for (size_t i = 0; i < e->count; i++) {
		if (e->intervals[i].start <= now && now < e->intervals[i].end)
			return true;
	}
	return false;
}

/* True if a ranks before b. */
static bool
before(const struct twin_order *a, const struct twin_entry *ea,
	const struct twin_order *b, const struct twin_entry *eb)
{
	if (specific(ea) != specific(eb))
		return specific(ea) > specific(eb);
	if (a->issued != b->issued)
		return a->issued < b->issued;
	if (a->receipt != b->receipt)
		return a->receipt < b->receipt;
	return strcmp(a->id, b->id) < 0;
}

static const struct twin_order *
twin_decide(const struct twin *twin, const struct pal_name *name, int64_t now,
	const struct twin_entry **entry)
{
	const struct twin_order *best = NULL;

	for (size_t i = 0; i < twin->count; i++) {
		const struct twin_order *o = &twin->orders[i];
		const struct twin_entry *e = best_entry(o, name);
		if (e == NULL || !in_force(e, now))
			continue;
		if (best == NULL || before(o, e, best, *entry)) {
			best = o;
			*entry = e;
		}
	}
	return best;
}

/* The first second after now at which some order blocks the name. */
static int64_t
twin_next(const struct twin *twin, const struct pal_name *name, int64_t now)
{
	const struct twin_entry *entry;

	for (int64_t t = now + 1; t < 40; t++) {
		if (twin_decide(twin, name, t, &entry) != NULL)
			return t;
	}
	return PAL_NEVER;
}

/* An order's own exception or later start below the entry: NXDOMAIN there
 * would be a lie.  Asked second by second. */
static bool
twin_hole(const struct twin_order *order, const struct twin_entry *entry)
{
	for (size_t i = 0; i < order->count; i++) {
		const struct twin_entry *e = &order->entries[i];
		if (e->name.labels <= entry->name.labels ||
			!pal_name_within(&e->name, &entry->name))
			continue;
		for (int64_t t = 0; t < 40; t++) {
			if (in_force(entry, t) && !in_force(e, t))
				return true;
		}
	}
	return false;
}

static struct pal_image *
compile(const struct twin *twin)
{
	static const uint8_t key[16] = {42};
	struct pal_writer *w;
	struct pal_image *image;
	uint8_t *data;
	size_t len;
	const char *why = "";

	assert_int_equal(pal_writer_open_orders(&w, key), 0);
	for (size_t i = 0; i < twin->count; i++) {
		const struct twin_order *o = &twin->orders[i];
		struct pal_order_in in = {.policy = {.answer = o->answer,
						  .ttl = 30,
						  .authority = "k",
						  .id = o->id},
			.issued = o->issued,
			.receipt = o->receipt};
		assert_int_equal(pal_writer_order(w, &in), 0);
		for (size_t j = 0; j < o->count; j++) {
			const struct twin_entry *e = &o->entries[j];
			assert_int_equal(pal_writer_entry(w, &e->name, e->scope,
						 e->intervals, e->count),
				0);
		}
	}
	assert_int_equal(pal_writer_finish(w, &data, &len, NULL), 0);
	pal_writer_close(w);
	int ret = pal_image_load(&image, data, len, &why);
	if (ret != 0)
		print_error("refused: %s\n", why);
	assert_int_equal(ret, 0);
	return image;
}

static void
compare(const struct twin *twin, const struct pal_snapshot *snapshot,
	const struct pal_name *name, int64_t now)
{
	const struct twin_entry *entry = NULL;
	const struct twin_order *want = twin_decide(twin, name, now, &entry);
	struct pal_verdict verdict;

	pal_decide(snapshot, name->wire, name->len, PAL_TYPE_A, now, &verdict);
	if (want == NULL) {
		assert_int_equal(verdict.action, PAL_PASS);
		assert_true(verdict.until == twin_next(twin, name, now));
		return;
	}
	assert_int_equal(verdict.action, PAL_BLOCK);
	assert_int_equal(verdict.policy.id.len, strlen(want->id));
	assert_memory_equal(
		verdict.policy.id.text, want->id, verdict.policy.id.len);
	assert_int_equal(verdict.owner_labels, entry->name.labels);
	assert_memory_equal(name->wire + verdict.owner_at, entry->name.wire,
		entry->name.len);
	assert_int_equal(verdict.scope, entry->scope);
	enum pal_answer answer = want->answer;
	if (answer == PAL_NXDOMAIN &&
		(entry->scope == PAL_EXACT || twin_hole(want, entry)))
		answer = PAL_NODATA;
	assert_int_equal(verdict.answer, answer);
	assert_true(verdict.until > now);
}

static void
agrees_with_twin(void **state)
{
	(void)state;
	struct dice dice = {2017};
	size_t asked = 0;

	for (int round = 0; round < 3000; round++) {
		struct twin twin = {.count = 1 + roll(&dice, ORDERS)};
		struct pal_snapshot snapshot = {0};
		for (size_t i = 0; i < twin.count; i++)
			any_order(&dice, &twin.orders[i], (int)i);
		struct pal_image *image = compile(&twin);
		snapshot.orders.image = image;
		for (int i = 0; i < 120; i++, asked++) {
			struct pal_name name = any_name(&dice, roll(&dice, 6));
			compare(&twin, &snapshot, &name, roll(&dice, 24));
		}
		pal_image_free(image);
	}
	assert_int_equal(asked, 360000);
}

/* Lists without orders: what allows, what blocks, who comes first. */
static struct pal_image *
plain(const char *id, enum pal_answer answer, const char *const *rules)
{
	static const uint8_t key[16] = {9};
	struct pal_policy_in policy = {
		.answer = answer, .ttl = 30, .authority = "trust", .id = id};
	struct pal_writer *w;
	struct pal_image *image;
	uint8_t *data;
	size_t len;

	assert_int_equal(pal_writer_open_plain(&w, key, &policy), 0);
	for (; *rules != NULL; rules++) {
		bool except = **rules == '!';
		struct pal_name n = name_of(*rules + except);
		assert_int_equal(
			pal_writer_rule(w, &n, PAL_SUBTREE, except), 0);
	}
	assert_int_equal(pal_writer_finish(w, &data, &len, NULL), 0);
	pal_writer_close(w);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	return image;
}

static void
ranks_lists(void **state)
{
	(void)state;
	static const char *const f1[] = {
		"example.com", "!good.example.com", "ads.example.net", NULL};
	static const char *const f2[] = {"good.example.com", "a.b.c", NULL};
	static const char *const allow[] = {
		"!example.net", "bad.example.net", "!x.a.b.c", NULL};
	static const struct {
		const char *name, *by;
		enum pal_answer answer;
	} cases[] = {
		/* passthru below: NODATA where NXDOMAIN was asked for */
		{"example.com", "f1", PAL_NODATA},
		/* a feed's exception binds that feed alone */
		{"good.example.com", "f2", PAL_NXDOMAIN},
		{"ads.example.net", NULL, PAL_NODATA}, /* allowed above */
		{"other.org", NULL, PAL_NODATA},
		/* an allowed name lies below the rule */
		{"y.a.b.c", "f2", PAL_NODATA},
		{"x.a.b.c", NULL, PAL_NODATA},
	};
	struct pal_snapshot s = {.feed_count = 2};
	struct pal_image *images[] = {plain("f1", PAL_NXDOMAIN, f1),
		plain("f2", PAL_NXDOMAIN, f2), plain("w", PAL_NODATA, allow)};

	s.feeds[0].image = images[0];
	s.feeds[1].image = images[1];
	s.feeds[1].counters = 7;
	s.allow.image = images[2];
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pal_name n = name_of(cases[i].name);
		struct pal_verdict v;
		pal_decide(&s, n.wire, n.len, PAL_TYPE_A, 0, &v);
		assert_int_equal(v.action, cases[i].by ? PAL_BLOCK : PAL_PASS);
		if (cases[i].by == NULL)
			continue;
		assert_memory_equal(v.policy.id.text, cases[i].by, 2);
		assert_int_equal(v.answer, cases[i].answer);
		assert_int_equal(v.counter, cases[i].by[1] == '2' ? 7 : 0);
	}
	for (int i = 0; i < 3; i++)
		pal_image_free(images[i]);
}

static void
marks_types(void **state)
{
	(void)state;
	static const char *const rules[] = {
		"open.example", "!a.open.example", "shut.example", NULL};
	static const struct {
		const char *name;
		uint16_t type;
		bool unless_real;
	} cases[] = {
		{"shut.example", PAL_TYPE_A, false},
		{"shut.example", PAL_TYPE_DS, true},
		{"shut.example", PAL_TYPE_DNSKEY, false},
		/* something below is open and may need the keys */
		{"open.example", PAL_TYPE_DNSKEY, true},
	};
	struct pal_snapshot s = {.feed_count = 1};

	struct pal_image *image = plain("f", PAL_NODATA, rules);
	s.feeds[0].image = image;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pal_name n = name_of(cases[i].name);
		struct pal_verdict v;
		pal_decide(&s, n.wire, n.len, cases[i].type, 0, &v);
		assert_int_equal(v.action, PAL_BLOCK);
		assert_int_equal(v.unless_real, cases[i].unless_real);
	}
	pal_image_free(image);
}

/* Each order that would have blocked the name by itself, and no other. */
static void
compare_trials(const struct twin *twin, const struct pal_image *image,
	const struct pal_verdict *verdict, const struct pal_name *name,
	int64_t now)
{
	for (size_t i = 0; i < twin->count; i++) {
		const struct twin_order *order = &twin->orders[i];
		const struct twin_entry *entry = best_entry(order, name);
		bool blocks = entry != NULL && in_force(entry, now);
		bool counted = false;

		for (uint32_t j = 0; j < pal_image_policies(image); j++) {
			struct pal_policy policy;

			pal_image_policy(image, j, &policy);
			if (policy.id.len == strlen(order->id) &&
				memcmp(policy.id.text, order->id,
					policy.id.len) == 0)
				counted = pal_trials_has(&verdict->trials, j);
		}
		assert_int_equal(counted, blocks);
	}
}

/* Open, or on trial: all pass, and the twin says which would not have. */
static void
compare_passing(const struct twin *twin, const struct pal_snapshot *snapshot,
	const struct pal_name *name, int64_t now)
{
	const struct twin_entry *entry = NULL;
	const struct twin_order *would = twin_decide(twin, name, now, &entry);
	bool later = twin_next(twin, name, now) != PAL_NEVER;
	bool trial = snapshot->shadow.image != NULL;
	struct pal_verdict verdict;

	pal_decide(snapshot, name->wire, name->len, PAL_TYPE_A, now, &verdict);
	assert_int_equal(verdict.action, PAL_PASS);
	/* what an order on trial has yet to block is withheld as well */
	assert_int_equal(verdict.withheld, would != NULL || (trial && later));
	assert_int_equal(verdict.shadowed, trial && would != NULL);
	/* nobody's TTL ends for an order on trial */
	if (trial || would != NULL)
		assert_true(verdict.until == PAL_NEVER);
	else
		assert_int_equal(verdict.until != PAL_NEVER, later);
	assert_int_equal(verdict.listed, !trial && would != NULL);
	if (verdict.shadowed)
		compare_trials(
			twin, snapshot->shadow.image, &verdict, name, now);
}

static void
passes_what_it_counts(void **state)
{
	(void)state;
	struct dice dice = {1984};

	for (int round = 0; round < 1000; round++) {
		struct twin twin = {.count = 1 + roll(&dice, ORDERS)};
		struct pal_snapshot trial = {0}, open = {0};
		for (size_t i = 0; i < twin.count; i++)
			any_order(&dice, &twin.orders[i], (int)i);
		struct pal_image *image = compile(&twin);
		trial.shadow.image = open.orders.image = image;
		trial.shadow.counters = 11;
		open.manifest.settings.open = true;
		for (int i = 0; i < 120; i++) {
			struct pal_name name = any_name(&dice, roll(&dice, 6));
			int64_t now = roll(&dice, 24);
			compare_passing(&twin, &trial, &name, now);
			compare_passing(&twin, &open, &name, now);
		}
		pal_image_free(image);
	}
}

/* The lists in force go first: a trial counts what they leave. */
static void
ranks_the_shadow(void **state)
{
	(void)state;
	static const char *const rules[] = {"b.x", NULL};
	struct twin twin = {.count = 1};
	struct twin_order *order = &twin.orders[0];
	static const struct {
		const char *name;
		uint16_t type;
		bool open, blocked, withheld, shadowed;
	} cases[] = {
		{"a.x", PAL_TYPE_A, false, false, true, true},
		/* a feed has it already */
		{"b.x", PAL_TYPE_A, false, true, false, false},
		/* and has it, whether or not all is open just now */
		{"b.x", PAL_TYPE_A, true, false, true, false},
		/* may pass all the same */
		{"a.x", PAL_TYPE_DS, false, false, true, false},
		/* a feed's name may be cached: a sweep takes it out again */
		{"c.b.x", PAL_TYPE_A, true, false, false, false},
		{"c.x", PAL_TYPE_A, false, false, false, false},
	};
	struct pal_snapshot s = {.feed_count = 1};
	struct pal_image *feed = plain("f", PAL_NODATA, rules);

	strcpy(order->id, "o");
	for (const char *name = "ab"; *name != '\0'; name++) {
		char text[] = {*name, '.', 'x', '\0'};
		order->entries[order->count++] = (struct twin_entry){
			name_of(text), PAL_EXACT, {{0, PAL_NEVER}}, 1};
	}
	struct pal_image *image = compile(&twin);
	s.feeds[0].image = feed;
	s.shadow.image = image;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pal_name n = name_of(cases[i].name);
		struct pal_verdict v;
		s.manifest.settings.open = cases[i].open;
		pal_decide(&s, n.wire, n.len, cases[i].type, 0, &v);
		assert_int_equal(v.action == PAL_BLOCK, cases[i].blocked);
		assert_int_equal(v.withheld, cases[i].withheld);
		assert_int_equal(v.shadowed, cases[i].shadowed);
	}
	pal_image_free(image);
	pal_image_free(feed);
}

/* What is no name, or an empty snapshot, passes. */
static void
passes_nothing(void **state)
{
	(void)state;
	static const uint8_t broken[] = {5, 'a', 'b'};
	struct pal_snapshot s = {0};
	struct pal_verdict v;

	assert_true(pal_snapshot_empty(&s));
	pal_decide(&s, broken, sizeof(broken), PAL_TYPE_A, 0, &v);
	assert_int_equal(v.action, PAL_PASS);
	pal_decide(&s, (const uint8_t *)"", 1, PAL_TYPE_A, 0, &v);
	assert_int_equal(v.action, PAL_PASS);
	assert_true(v.until == PAL_NEVER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_twin),
		cmocka_unit_test(ranks_lists),
		cmocka_unit_test(marks_types),
		cmocka_unit_test(passes_what_it_counts),
		cmocka_unit_test(ranks_the_shadow),
		cmocka_unit_test(passes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
