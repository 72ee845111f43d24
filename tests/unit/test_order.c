#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "order.h"
#include "palang/error.h"

#define NOW 1500000000 /* 2017-07-14T02:40:00Z */

#define HEAD                                                                   \
	"palang-order: 1\n"                                                    \
	"authority: k\n"                                                       \
	"id: 2017/1\n"                                                         \
	"issued: 2017-07-14T09:00:00+07:00\n"
#define BLOCK HEAD "action: block\n"
#define LIFT  HEAD "action: lift\nlifts: 2017/0\n"
#define T     "scope: exact\ntargets: [t.me]\n"

#define CANON                                                                  \
	"palang-order: 1\n"                                                    \
	"authority: k\n"                                                       \
	"id: 2017/1\n"
#define CANON_TIMES                                                            \
	"issued: 2017-07-14T02:00:00Z\n"                                       \
	"effective: 2017-07-14T02:00:00Z\n"
#define CANON_T "scope: exact\ntargets:\n- t.me\n"

static int
parse(struct order_batch *batch, const char *text, struct problems *problems)
{
	return order_parse(batch, "f", text, strlen(text), NOW, problems);
}

struct good_case {
	const char *text;
	const char *canonical;
	const char *why;
};

static const struct good_case good_cases[] = {
	{BLOCK T, CANON "action: block\n" CANON_TIMES CANON_T,
		"the least an order can say; effective from issued"},
	{"\xef\xbb\xbf# mailed\r\n\r\n---\r\ntargets: # one\r\n- T.ME.\r\n"
	 "scope: 'exact'\r\naction: \"block\"\r\nid: 2017/1\r\n"
	 "authority:   k\r\nissued: 2017-07-14T02:00:00Z\r\n"
	 "effective: 2017-07-13T21:00:00-05:00\r\npalang-order: 1\r\n...\r\n",
		CANON "action: block\n" CANON_TIMES CANON_T,
		"CASE 19: line ends, comments, key order, quotes, zone"},
	{BLOCK "scope: subtree\n"
	       "targets:\n"
	       "- name: telegram.org\n"
	       "  except: [api.telegram.org, {name: a.telegram.org, "
	       "scope: exact}]\n"
	       "- {name: t.me, scope: exact}\n"
	       "- telegram.me\n",
		CANON "action: block\n" CANON_TIMES "scope: subtree\ntargets:\n"
		      "- {name: t.me, scope: exact}\n"
		      "- telegram.me\n"
		      "- {name: telegram.org, scope: subtree, except: [{name: "
		      "a.telegram.org, scope: exact}, api.telegram.org]}\n",
		"exceptions are subtrees unless they say exact; sorted"},
	{BLOCK "targets:\n"
	       "- {name: a.b.c.d, scope: subtree}\n"
	       "- {name: c.d, scope: subtree, except: [x.a.b.c.d, b.c.d]}\n",
		CANON "action: block\n" CANON_TIMES "scope: subtree\ntargets:\n"
		      "- {name: c.d, scope: subtree, except: [b.c.d]}\n"
		      "- {name: a.b.c.d, scope: subtree, except: "
		      "[x.a.b.c.d]}\n",
		"an exception moves to the nearest target above it"},
	{BLOCK "targets:\n"
	       "- {name: c.d, scope: subtree}\n"
	       "- {name: c.d, scope: exact}\n",
		CANON "action: block\n" CANON_TIMES "scope: exact\ntargets:\n"
		      "- c.d\n"
		      "- {name: c.d, scope: subtree}\n",
		"both scopes at one name; a draw is written as exact"},
	{BLOCK "scope: exact\ntargets: [b\xc3\xbc\x63her.example, -a.example,"
	       " __.example, 1.2]\n",
		CANON "action: block\n" CANON_TIMES "scope: exact\ntargets:\n"
		      "- 1.2\n"
		      "- \"-a.example\"\n"
		      "- __.example\n"
		      "- xn--bcher-kva.example\n",
		"A-labels; a name that YAML would take for a list is quoted"},
	{LIFT, CANON "action: lift\nlifts: \"k:2017/0\"\n" CANON_TIMES,
		"a lift of a whole order, its authority filled in"},
	{HEAD "action: lift\nlifts: m:2017:0\n",
		CANON "action: lift\nlifts: \"m:2017:0\"\n" CANON_TIMES,
		"a lift of another authority's order"},
	{LIFT "targets: [t.me, {name: a.b, scope: exact}]\n",
		CANON "action: lift\nlifts: \"k:2017/0\"\n" CANON_TIMES
		      "targets:\n"
		      "- {name: a.b, scope: exact}\n"
		      "- t.me\n",
		"a lift's targets need no scope"},
	{LIFT "scope: subtree\ntargets: [t.me]\n",
		CANON "action: lift\nlifts: \"k:2017/0\"\n" CANON_TIMES
		      "scope: subtree\ntargets:\n- t.me\n",
		"but may have one"},
	{BLOCK "reference: \"B-283: \\\"x\\\" \\\\ \xe2\x82\xac\"\n"
	       "replaces: 2017/0\n"
	       "expires: 2018-07-14T00:00:00Z\n"
	       "review: 2017-09-01T00:00:00+07:00\n"
	       "comply-within: 24h\n"
	       "legal-basis: >\n  Permenkominfo\n  19/2014\n"
	       "reason: {id: dua, EN: \" one \", en-gb: o}\n"
	       "contact: ['mailto:aduan@example.id', 'tel:+62-21']\n"
	       "answer: sinkhole\n"
	       "x-b: 1\nx-a: '2'\n" T,
		CANON "reference: \"B-283: \\\"x\\\" \\\\ \xe2\x82\xac\"\n"
		      "action: block\n"
		      "replaces: 2017/0\n"
		      "issued: 2017-07-14T02:00:00Z\n"
		      "effective: 2017-07-14T02:00:00Z\n"
		      "expires: 2018-07-14T00:00:00Z\n"
		      "review: 2017-08-31T17:00:00Z\n"
		      "comply-within: 1d\n"
		      "legal-basis: \"Permenkominfo 19/2014\"\n"
		      "reason:\n"
		      "  en: \"one\"\n"
		      "  en-gb: \"o\"\n"
		      "  id: \"dua\"\n"
		      "contact:\n"
		      "- \"mailto:aduan@example.id\"\n"
		      "- \"tel:+62-21\"\n"
		      "answer: sinkhole\n"
		      "x-a: \"2\"\n"
		      "x-b: \"1\"\n" CANON_T,
		"every key"},
	{BLOCK "comply-by: 2017-07-15T00:00:00Z\n" T,
		CANON "action: block\n" CANON_TIMES
		      "comply-by: 2017-07-15T00:00:00Z\n" CANON_T,
		"the other way to set a term"},
};

static void
reads_to_the_canonical_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good_cases / sizeof *good_cases; i++) {
		const struct good_case *c = &good_cases[i];
		struct problems problems = {0};
		struct order_batch batch, again;
		struct order restored;
		const struct order *order;

		if (parse(&batch, c->text, &problems) != 0) {
			problems_print(stderr, &problems);
			fail_msg("%s", c->why);
		}
		assert_int_equal(batch.count, 1);
		order = &batch.orders[0];
		assert_string_equal(order->canonical, c->canonical);
		assert_int_equal(parse(&again, order->canonical, &problems), 0);
		assert_memory_equal(
			order->digest, again.orders[0].digest, PAL_SHA256_SIZE);
		assert_int_equal(order_restore(&restored, order->canonical,
					 order->canonical_len),
			0);
		assert_memory_equal(
			order->digest, restored.digest, PAL_SHA256_SIZE);
		assert_int_equal(restored.line, 0);
		assert_int_equal(problems.count, 0);
		order_fini(&restored);
		order_batch_fini(&batch);
		order_batch_fini(&again);
	}
}

struct bad_case {
	const char *text;
	unsigned line; /* of the first problem; HEAD has 4 lines */
	const char *why;
};

#define LONG10  "0123456789"
#define LONG50  LONG10 LONG10 LONG10 LONG10 LONG10
#define LONG250 LONG50 LONG50 LONG50 LONG50 LONG50

static const struct bad_case bad_cases[] = {
	/* documents */
	{"", 0, "there is no order in it"},
	{"t.me\n", 1, "begins with `palang-order: 1`"},
	{"- a\n", 1, "begins with `palang-order: 1`"},
	{"authority: k\n", 1, "`palang-order: 1` is missing"},
	{"palang-order: 2\nfrobnicate: 1\n", 1, "needs a later palang"},
	{"palang-order: one\n", 1, "`one` is no version"},
	{"palang-order: 01\n", 1, "`01` is no version"},
	{BLOCK T "---\n", 9, "an empty document"},
	/* keys */
	{BLOCK T "expire: x\n", 8, "did you mean `expires`?"},
	{BLOCK T "frobnicate: x\n", 8, "begins with x-"},
	{BLOCK T "x-A: x\n", 8, "`x-A` is not a key of your own"},
	{BLOCK T "x-: x\n", 8, "`x-` is not a key of your own"},
	{BLOCK T "x-a: {}\n", 8, "`x-a` takes a text, not a mapping"},
	{BLOCK T "action: lift\n", 8, "a second time (first on line 5)"},
	{"palang-order: 1\naction: block\n" T, 1, "`authority` is missing"},
	{HEAD T, 1, "`action` is missing"},
	{"palang-order: 1\nauthority: K\n", 1, "`id` is missing"},
	/* identity */
	{"authority: Kominfo\nid: 1\naction: block\npalang-order: 1\n"
	 "issued: 2017-07-14T09:00:00+07:00\n" T,
		1, "`Kominfo` is no authority"},
	{"id: -1\nauthority: k\naction: block\npalang-order: 1\n"
	 "issued: 2017-07-14T09:00:00+07:00\n" T,
		1, "`-1` is no id"},
	{"id: " LONG50 "\nauthority: k\naction: block\npalang-order: 1\n"
	 "issued: 2017-07-14T09:00:00+07:00\n" T,
		1, "is no id"},
	{BLOCK T "replaces: 2017/1\n", 8, "cannot replace itself"},
	{BLOCK T "replaces: 'a b'\n", 8, "`a b` is no id"},
	/* actions */
	{HEAD "action: unblock\n" T, 5, "`unblock` is no action"},
	{HEAD "action: lift\n", 1, "a lift needs `lifts: `"},
	{BLOCK "lifts: 2017/0\n" T, 6, "`lifts` belongs to a lift"},
	{LIFT "replaces: 2017/0\n", 7, "`replaces` belongs to a block"},
	{LIFT "answer: nodata\n", 7, "`answer` belongs to a block"},
	{HEAD "action: lift\nlifts: 'k:'\n", 6, "`` is no id"},
	{BLOCK, 1, "a block needs `targets`"},
	{BLOCK "answer: sinkole\n" T, 6, "`sinkole` is no answer"},
	/* times */
	{BLOCK T "expires: 2017-10-12\n", 8, "write time and zone too"},
	{BLOCK T "expires: 2017-10-12T00:00:00\n", 8, "the zone is missing"},
	{BLOCK T "expires:\n", 8, "not a time"},
	{BLOCK T "expires: 2017-07-14T02:00:00Z\n", 8,
		"`expires` must lie after `effective`"},
	{BLOCK T "effective: 2017-10-12T00:00:00Z\n"
		 "expires: 2017-10-11T00:00:00Z\n",
		9, "`expires` must lie after `effective`"},
	{BLOCK T "comply-within: 1 day\n", 8, "not a duration"},
	{BLOCK T "comply-within: 24h\ncomply-by: 2017-07-15T00:00:00Z\n", 9,
		"exclude each other"},
	{BLOCK T "comply-by: 2017-07-13T00:00:00Z\n", 8, "before `issued`"},
	/* texts */
	{BLOCK T "reason: because\n", 8, "`reason: {en: ...}`"},
	{BLOCK T "reason: {en: ''}\n", 8, "`en` is empty"},
	{BLOCK T "reason: {english-languages: x}\n", 8,
		"is not a language tag"},
	{BLOCK T "reason: {e: x}\n", 8, "is not a language tag"},
	{BLOCK T "reason: {en: x, EN: y}\n", 8, "`EN` is given twice"},
	{BLOCK T "reason: {en: \"a\\nb\"}\n", 8, "more than one line"},
	{BLOCK T "reason: {en: \"a\\u202eb\"}\n", 8, "control characters"},
	{BLOCK T "reason: {en: " LONG250 LONG250 "x}\n", 8,
		"501 octets long; it takes 500"},
	{BLOCK T "reference: " LONG50 LONG50 LONG10 LONG10 LONG10 "\n", 8,
		"130 octets long; it takes 128"},
	{BLOCK T "legal-basis: " LONG250 LONG10 "\n", 8, "it takes 256"},
	{BLOCK T "reference: [a]\n", 8, "`reference` takes a text"},
	{BLOCK T "contact: mailto:a@b\n", 8, "`contact` takes a list"},
	{BLOCK T "contact: [a@b]\n", 8, "not a contact"},
	{BLOCK T "contact: ['https://example.org/']\n", 8, "not a contact"},
	{BLOCK T "contact: ['mailto:ab']\n", 8, "not an e-mail address"},
	{BLOCK T "contact: ['mailto:a@b c']\n", 8, "not a URI"},
	{BLOCK T "contact: ['tel:help']\n", 8, "not a telephone number"},
	{BLOCK T "contact: [a, b, c, d]\n", 8, "more than 3 contacts"},
	/* CASE 31 and its kin */
	{BLOCK "scope: subtree\ntargets:\n- *.telegram.org\n", 8,
		"write telegram.org with `scope: subtree`"},
	{BLOCK "scope: exact\ntargets:\n- '*.telegram.org'\n", 8,
		"write telegram.org with `scope: subtree`"},
	{BLOCK "scope: exact\ntargets:\n- https://t.me/x\n", 8,
		"write its host, t.me"},
	{BLOCK "scope: exact\ntargets:\n- 149.154.167.99\n", 8,
		"is an address"},
	/* targets; CASE 17b, 32 */
	{BLOCK "targets: [t.me]\n", 6, "`t.me` has no scope"},
	{BLOCK "scope: all\ntargets: [t.me]\n", 6, "`all` is no scope"},
	{BLOCK "scope: exact\ntargets: t.me\n", 7, "takes a list, not a text"},
	{BLOCK "scope: exact\ntargets: []\n", 7, "`targets` is empty"},
	{BLOCK "scope: exact\ntargets: [[a.b]]\n", 7, "not a list"},
	{BLOCK "scope: subtree\ntargets: [me]\n", 7, "top-level domain"},
	{BLOCK "scope: exact\ntargets: ['.']\n", 7, "the root is no target"},
	{BLOCK "scope: exact\ntargets: [{scope: exact}]\n", 7,
		"a target needs `name`"},
	{BLOCK "scope: exact\ntargets: [{nam: a.b}]\n", 7,
		"did you mean `name`?"},
	{BLOCK "scope: exact\ntargets:\n- b\xc3\xbc\x63her.example\n"
	       "- x.example\n- B\xc3\x9c\x43HER.example.\n",
		10, "xn--bcher-kva.example is named twice, here and on line 8"},
	{BLOCK "scope: exact\ntargets: [{name: a.b, except: [c.a.b]}]\n", 7,
		"an exact target has nothing below it"},
	{BLOCK "scope: subtree\ntargets: [{name: a.b, except: [c.b]}]\n", 7,
		"`c.b` does not lie below its target, a.b"},
	{BLOCK "scope: subtree\ntargets: [{name: a.b, except: [a.b]}]\n", 7,
		"`a.b` does not lie below its target, a.b"},
	{BLOCK "scope: subtree\ntargets: [{name: a.b, except: c.a.b}]\n", 7,
		"`except` takes a list"},
	{BLOCK "scope: subtree\ntargets: [{name: a.b, except: [{name: c.a.b, "
	       "except: []}]}]\n",
		7, "unknown key `except`"},
	{BLOCK "scope: subtree\ntargets:\n- c.a.b\n- name: a.b\n"
	       "  except: [c.a.b]\n",
		10, "named twice, as target and exception, here and on line 8"},
	{LIFT "targets: [t.me, {name: t.me, scope: exact}]\n", 7,
		"t.me is named twice"},
	{LIFT "scope: subtree\ntargets: [{name: a.b, except: [c.a.b]}]\n", 8,
		"a lift has no exceptions"},
	{LIFT "targets: []\n", 7, "or leave it out to lift the whole order"},
};

static void
refuses_with_line_and_way_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_cases / sizeof *bad_cases; i++) {
		const struct bad_case *c = &bad_cases[i];
		struct problems problems = {0};
		struct order_batch batch;
		const struct problem *first;

		if (parse(&batch, c->text, &problems) != PAL_EFORM)
			fail_msg("taken: %s", c->text);
		assert_int_equal(batch.count, 0);
		assert_true(problems.errors > 0);
		first = problems.items;
		if (first->line != c->line ||
			strstr(first->text, c->why) == NULL)
			fail_msg("%s\ngave %u: %s", c->text, first->line,
				first->text);
		problems_fini(&problems);
	}
}

/* CASE 22: one wrong document refuses all, with its own line. */
static void
reads_a_batch_whole_or_not_at_all(void **state)
{
	const char *good = BLOCK T "---\n" LIFT;
	const char *bad = BLOCK T "---\n" LIFT "frob: 1\n---\n" BLOCK T;
	struct problems problems = {0};
	struct order_batch batch;

	(void)state;
	assert_int_equal(parse(&batch, good, &problems), 0);
	assert_int_equal(batch.count, 2);
	assert_int_equal(batch.orders[0].action, ORDER_BLOCK);
	assert_int_equal(batch.orders[0].line, 1);
	assert_int_equal(batch.orders[1].action, ORDER_LIFT);
	assert_int_equal(batch.orders[1].line, 9);
	order_batch_fini(&batch);
	assert_int_equal(parse(&batch, bad, &problems), PAL_EFORM);
	assert_int_equal(batch.count, 0);
	assert_int_equal(problems.items[0].line, 15);
	problems_fini(&problems);
}

static void
names_all_that_stand_twice(void **state)
{
	const char *text = BLOCK "scope: exact\n"
				 "targets: [b.c, a.b, b.c, x.y, a.b, b.c]\n";
	struct problems problems = {0};
	struct order_batch batch;

	(void)state;
	assert_int_equal(parse(&batch, text, &problems), PAL_EFORM);
	assert_int_equal(problems.errors, 3);
	problems_fini(&problems);
}

/* A batch, and the targets of an order, up to their limits. */
static void
keeps_to_its_limits(void **state)
{
	struct problems problems = {0};
	struct order_batch batch;
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	for (int i = 0; i <= ORDER_BATCH_MAX; i++)
		fprintf(out, "---\n");
	assert_int_equal(fclose(out), 0);
	assert_int_equal(parse(&batch, text, &problems), PAL_EFORM);
	assert_int_equal(problems.errors, 1);
	assert_non_null(strstr(problems.items[0].text, "more than 10000"));
	problems_fini(&problems);
	free(text);

	out = open_memstream(&text, &len);
	assert_non_null(out);
	fprintf(out, "%s", BLOCK "scope: exact\ntargets:\n");
	for (int i = 0; i < ORDER_TARGETS_MAX; i++)
		fprintf(out, "- %x.m\n", (unsigned)i);
	fflush(out);
	assert_int_equal(parse(&batch, text, &problems), 0);
	assert_int_equal(batch.orders[0].target_count, ORDER_TARGETS_MAX);
	order_batch_fini(&batch);
	fprintf(out, "- m\n");
	assert_int_equal(fclose(out), 0);
	assert_int_equal(parse(&batch, text, &problems), PAL_EFORM);
	assert_non_null(
		strstr(problems.items[0].text, "more than 100,000 targets"));
	problems_fini(&problems);
	free(text);
}

/* `issued` against the clock: a day of slack, no more. */
static void
refuses_orders_from_the_future(void **state)
{
	const char *text = BLOCK T;
	int64_t issued = 1499997600;
	struct problems problems = {0};
	struct order_batch batch;

	(void)state;
	assert_int_equal(order_parse(&batch, "f", text, strlen(text),
				 issued - ORDER_AHEAD_MAX, &problems),
		0);
	order_batch_fini(&batch);
	assert_int_equal(order_parse(&batch, "f", text, strlen(text),
				 issued - ORDER_AHEAD_MAX - 1, &problems),
		PAL_EFORM);
	assert_int_equal(problems.items[0].line, 4);
	assert_non_null(strstr(problems.items[0].text, "more than a day"));
	problems_fini(&problems);
}

/* CASE 20: one name more is another document. */
static void
tells_orders_apart(void **state)
{
	const char *one = BLOCK T;
	const char *two = BLOCK "scope: exact\ntargets: [t.me, t.mf]\n";
	struct problems problems = {0};
	struct order_batch a, b;

	(void)state;
	assert_int_equal(parse(&a, one, &problems), 0);
	assert_int_equal(parse(&b, two, &problems), 0);
	assert_memory_not_equal(
		a.orders[0].digest, b.orders[0].digest, PAL_SHA256_SIZE);
	order_batch_fini(&a);
	order_batch_fini(&b);
}

static void
fills_the_members(void **state)
{
	const char *text = BLOCK "expires: 2017-10-12T00:00:00+07:00\n"
				 "scope: subtree\n"
				 "targets:\n"
				 "  - name: telegram.org\n"
				 "    except: [api.telegram.org]\n";
	struct problems problems = {0};
	struct order_batch batch;
	const struct order *order;
	char key[ORDER_KEY_MAX];

	(void)state;
	assert_int_equal(parse(&batch, text, &problems), 0);
	order = &batch.orders[0];
	assert_string_equal(order_key(key, order), "k:2017/1");
	assert_int_equal(order->issued, 1499997600);
	assert_int_equal(order->effective, 1499997600);
	assert_int_equal(order->expires, 1507741200);
	assert_true(order->review == ORDER_NO_TIME);
	assert_true(order->comply_by == ORDER_NO_TIME);
	assert_int_equal(order->comply_within, 0);
	assert_false(order->has_answer);
	assert_int_equal(order->target_count, 2);
	assert_false(order->targets[0].except);
	assert_int_equal(order->targets[0].scope, PAL_SUBTREE);
	assert_int_equal(order->targets[0].line, 9);
	assert_true(order->targets[1].except);
	assert_int_equal(order->targets[1].scope, PAL_SUBTREE);
	assert_int_equal(order->targets[1].line, 10);
	order_batch_fini(&batch);
}

/* What `palang block` builds is held to the same rules. */
static void
checks_what_is_built(void **state)
{
	struct order order = {.action = ORDER_BLOCK,
		.authority = "operator",
		.id = "1",
		.issued = NOW,
		.effective = ORDER_NO_TIME,
		.expires = PAL_NEVER,
		.review = ORDER_NO_TIME,
		.comply_by = ORDER_NO_TIME};
	const char *why;

	(void)state;
	order.targets = calloc(2, sizeof *order.targets);
	assert_non_null(order.targets);
	assert_int_equal(order_canonicalize(&order, &why), PAL_EFORM);
	assert_non_null(strstr(why, "needs `targets`"));
	order.target_count = 2;
	assert_int_equal(
		pal_name_from_text(&order.targets[0].name, "t.me", 4), 0);
	order.targets[1].name = order.targets[0].name;
	assert_int_equal(order_canonicalize(&order, &why), PAL_EDUP);
	order.targets[1].scope = PAL_SUBTREE;
	assert_int_equal(order_canonicalize(&order, NULL), 0);
	assert_int_equal(order.effective, NOW);
	order.targets[1].except = true;
	assert_int_equal(order_canonicalize(&order, &why), PAL_EFORM);
	assert_non_null(strstr(why, "below no target"));
	order.target_count = 1;
	order.reference = strdup("a\nb");
	assert_int_equal(order_canonicalize(&order, &why), PAL_EFORM);
	assert_non_null(strstr(why, "more than one line"));
	order_fini(&order);
}

static void
fits_what_people_write(void **state)
{
	(void)state;
	assert_int_equal(order_fit("k", "1", "1"), ORDER_FIT_ID);
	assert_int_equal(order_fit("k", "1", "k:1"), ORDER_FIT_KEY);
	assert_int_equal(order_fit("m", "k:1", "k:1"), ORDER_FIT_ID);
	assert_int_equal(order_fit("m", "k:1", "m:k:1"), ORDER_FIT_KEY);
	assert_int_equal(order_fit("k", "1", "k"), ORDER_FIT_NONE);
	assert_int_equal(order_fit("k", "1", "kk:1"), ORDER_FIT_NONE);
	assert_int_equal(order_fit("k", "1", ""), ORDER_FIT_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_what_people_write),
		cmocka_unit_test(reads_to_the_canonical_form),
		cmocka_unit_test(refuses_with_line_and_way_out),
		cmocka_unit_test(reads_a_batch_whole_or_not_at_all),
		cmocka_unit_test(names_all_that_stand_twice),
		cmocka_unit_test(keeps_to_its_limits),
		cmocka_unit_test(refuses_orders_from_the_future),
		cmocka_unit_test(tells_orders_apart),
		cmocka_unit_test(fills_the_members),
		cmocka_unit_test(checks_what_is_built),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
