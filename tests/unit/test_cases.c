/*
 * The rules of meaning by example: what orders, lifts, allows and feeds
 * together answer.  K, C and M are external authorities (kominfo, a court,
 * another ministry, which acts for K).  Cases 19 to 22, 28, 29 and 38 are in
 * test_commands and test_commands_kill, 37 in test_publish, 15 and 33 to 36
 * with the module.
 *
 * A document is a line: AUTHORITY:ID, then begin-end in seconds, then what it
 * does.  A target is a name: alone exact, with a slash behind it subtree, with
 * a question mark whatever the order has; ! before it leaves it open.
 */
#include "orders.h"

#include <stdio.h>

#include "palang/error.h"
#include "palang/writer.h"

#define DOCS_MAX 6
#define ASKS_MAX 8

struct ask {
	const char *name;
	int64_t at;
	const char *answer; /* "open", or AUTHORITY:ID of who blocks */
};

struct example {
	const char *title;
	const char *documents[DOCS_MAX];
	struct ask asks[ASKS_MAX];
};

#define ELEVEN                                                                 \
	"t.me telegram.me telegram.org core.telegram.org "                     \
	"desktop.telegram.org macos.telegram.org web.telegram.org "            \
	"venus.web.telegram.org pluto.web.telegram.org "                       \
	"flora.web.telegram.org flora-1.web.telegram.org"

static const struct example examples[] = {
	{"1 and 2: eleven names, each exact", {"k:1 0- block " ELEVEN},
		{{"telegram.org", 5, "k:1"}, {"t.me", 5, "k:1"},
			{"flora-1.web.telegram.org", 5, "k:1"},
			{"api.telegram.org", 5, "open"},
			{"www.t.me", 5, "open"}, {"org", 5, "open"},
			{"telegram.org.example", 5, "open"}}},
	{"3: an exception is a subtree unless it says exact",
		{"k:1 0- block telegram.org/ !api.telegram.org/"},
		{{"v1.api.telegram.org", 5, "open"},
			{"api.telegram.org", 5, "open"},
			{"web.telegram.org", 5, "k:1"}}},
	{"3b: an exact exception leaves open that name alone",
		{"k:1 0- block telegram.org/ !api.telegram.org"},
		{{"v1.api.telegram.org", 5, "k:1"},
			{"api.telegram.org", 5, "open"}}},
	{"4: an exception of K, blocked exact by C",
		{"k:1 0- block telegram.org/ !api.telegram.org/",
			"c:9 0- block api.telegram.org"},
		{{"api.telegram.org", 5, "c:9"},
			{"v1.api.telegram.org", 5, "open"}}},
	{"5: K's exception binds K alone",
		{"k:1 0- block telegram.org/ !api.telegram.org/",
			"m:2017/7 0- block telegram.org/"},
		{{"api.telegram.org", 5, "m:2017/7"},
			{"telegram.org", 5, "k:1"}}},
	{"6: K and M block, K lifts",
		{"k:1 0- block t.me", "m:2017/7 0- block t.me",
			"k:2 3- lift k:1"},
		{{"t.me", 2, "k:1"}, {"t.me", 3, "m:2017/7"}}},
	{"7: K lifts one of its two names",
		{"k:1 0- block t.me telegram.me", "k:2 3- lift k:1 t.me?"},
		{{"t.me", 5, "open"}, {"telegram.me", 5, "k:1"}}},
	{"8: a lift inside a subtree target is an exception",
		{"k:1 0- block telegram.org/",
			"k:2 3- lift k:1 web.telegram.org?"},
		{{"a.web.telegram.org", 5, "open"},
			{"web.telegram.org", 5, "open"},
			{"telegram.org", 5, "k:1"},
			{"a.web.telegram.org", 2, "k:1"}}},
	{"8b: a lift of one name inside a subtree target",
		{"k:1 0- block telegram.org/",
			"k:2 3- lift k:1 web.telegram.org telegram.org"},
		{{"a.web.telegram.org", 5, "k:1"},
			{"web.telegram.org", 5, "open"},
			{"telegram.org", 5, "open"},
			{"b.telegram.org", 5, "k:1"}}},
	{"8c: a name that the order gives itself stays under the lift",
		{"k:1 0- block telegram.org/ pluto.web.telegram.org",
			"k:2 3- lift k:1 web.telegram.org?"},
		{{"pluto.web.telegram.org", 5, "k:1"},
			{"venus.web.telegram.org", 5, "open"}}},
	{"8d: lifts one inside the other",
		{"k:1 0- block telegram.org/",
			"k:2 3-20 lift k:1 web.telegram.org?",
			"k:3 3-9 lift k:1 a.web.telegram.org?"},
		{{"a.web.telegram.org", 5, "open"},
			{"a.web.telegram.org", 10, "open"},
			{"a.web.telegram.org", 20, "k:1"},
			{"web.telegram.org", 20, "k:1"}}},
	{"12: blocked from a second on", {"k:1 100- block t.me"},
		{{"t.me", 99, "open"}, {"t.me", 100, "k:1"}}},
	{"13: expires on its second", {"k:1 0-100 block t.me"},
		{{"t.me", 99, "k:1"}, {"t.me", 100, "open"}}},
	{"14: a lift for some days",
		{"k:1 0- block t.me", "k:2 31-65 lift k:1"},
		{{"t.me", 30, "k:1"}, {"t.me", 31, "open"},
			{"t.me", 64, "open"}, {"t.me", 65, "k:1"}}},
	{"16: replaced in one step",
		{"k:1 0- block t.me", "k:2 50- block t.me replaces:1"},
		{{"t.me", 49, "k:1"}, {"t.me", 50, "k:2"}}},
	{"16b: what the new order does not name is open from then on",
		{"k:1 0- block t.me", "k:2 50- block telegram.me replaces:1"},
		{{"t.me", 49, "k:1"}, {"t.me", 50, "open"},
			{"telegram.me", 50, "k:2"}}},
	{"16c: a replacer that is cancelled replaces nothing",
		{"k:1 0- block t.me", "k:2 50- block telegram.me replaces:1",
			"k:3 3- lift k:2"},
		{{"t.me", 49, "k:1"}, {"t.me", 50, "k:1"},
			{"telegram.me", 50, "open"}}},
	{"16d: lifted after it began, it has replaced",
		{"k:1 0- block t.me", "k:2 50- block telegram.me replaces:1",
			"k:3 51- lift k:2"},
		{{"t.me", 60, "open"}, {"telegram.me", 60, "open"}}},
	{"16e: lifted for a while, it replaces",
		{"k:1 0- block t.me", "k:2 50- block telegram.me replaces:1",
			"k:3 3-60 lift k:2"},
		{{"t.me", 55, "open"}, {"telegram.me", 60, "k:2"}}},
	{"17: the earlier issued gives the answer",
		{"c:1 7- block t.me", "k:1 6- block t.me"},
		{{"t.me", 10, "k:1"}}},
	{"18: the more specific gives the answer",
		{"k:1 0- block telegram.org/", "c:1 5- block web.telegram.org"},
		{{"web.telegram.org", 9, "c:1"}, {"telegram.org", 9, "k:1"}}},
	{"23: a lift before its block",
		{"k:2 3- lift k:1 t.me?", "k:1 5- block t.me telegram.me"},
		{{"t.me", 9, "open"}, {"telegram.me", 9, "k:1"}}},
	{"28: suspended by the operator",
		{"k:1 0- block t.me", "suspend k:1 4-"},
		{{"t.me", 3, "k:1"}, {"t.me", 5, "open"}}},
	{"28b: suspended for a while", {"k:1 0- block t.me", "suspend k:1 4-8"},
		{{"t.me", 5, "open"}, {"t.me", 8, "k:1"}}},
	{"29: suspended, and a new order for the same name",
		{"k:1 0- block t.me", "suspend k:1 4-", "k:2 6- block t.me"},
		{{"t.me", 5, "open"}, {"t.me", 7, "k:2"}}},
	{"pending, and lifted before it began",
		{"k:1 50- block t.me telegram.me", "k:2 3- lift k:1 t.me?"},
		{{"t.me", 60, "open"}, {"telegram.me", 60, "k:1"}}},
};

/* ---- reading the lines above ---- */

struct world {
	struct doc docs[DOCS_MAX];
	struct record records[DOCS_MAX];
	struct suspension suspensions[DOCS_MAX];
	struct history history;
	struct test_config test;
};

/* "k:1" */
static void
read_key(const char *text, char authority[ORDER_AUTHORITY_MAX],
	char id[ORDER_ID_MAX])
{
	const char *colon = strchr(text, ':');

	assert_non_null(colon);
	snprintf(authority, ORDER_AUTHORITY_MAX, "%.*s", (int)(colon - text),
		text);
	snprintf(id, ORDER_ID_MAX, "%s", colon + 1);
}

/* "0-100", "0-" */
static struct pal_interval
read_window(const char *text)
{
	char *end;
	struct pal_interval window = {strtoll(text, &end, 10), PAL_NEVER};

	assert_int_equal(*end, '-');
	if (end[1] != '\0')
		window.end = strtoll(end + 1, NULL, 10);
	return window;
}

static void
read_target(struct doc *doc, const char *word)
{
	bool except = *word == '!';
	char name[64];
	size_t len;
	char last;

	if (strncmp(word, "replaces:", 9) == 0) {
		snprintf(doc->order.replaces, ORDER_ID_MAX, "%s", word + 9);
		return;
	}
	snprintf(name, sizeof name, "%s", word + except);
	len = strlen(name);
	last = name[len - 1];
	if (last == '/' || last == '?')
		name[len - 1] = '\0';
	doc_target(doc, name,
		last == '/'   ? PAL_SUBTREE
		: last == '?' ? ORDER_SCOPE_ANY
			      : PAL_EXACT,
		except);
}

static void
read_suspension(struct world *world, char **words)
{
	struct suspension *stop =
		&world->suspensions[world->history.suspension_count++];
	const char *key = strtok_r(NULL, " ", words);

	read_key(key, stop->authority, stop->id);
	stop->when = read_window(strtok_r(NULL, " ", words));
}

static void
read_document(struct world *world, const char *line)
{
	size_t at = world->history.record_count;
	char text[400], authority[ORDER_AUTHORITY_MAX], id[ORDER_ID_MAX];
	char *words, *word;
	struct pal_interval window;
	struct doc *doc = &world->docs[at];
	bool lift;

	snprintf(text, sizeof text, "%s", line);
	word = strtok_r(text, " ", &words);
	if (strcmp(word, "suspend") == 0) {
		read_suspension(world, &words);
		return;
	}
	read_key(word, authority, id);
	window = read_window(strtok_r(NULL, " ", &words));
	lift = strcmp(strtok_r(NULL, " ", &words), "lift") == 0;
	doc_init(doc, lift ? ORDER_LIFT : ORDER_BLOCK, authority, id,
		window.start, window.end);
	if (lift) {
		read_key(strtok_r(NULL, " ", &words), authority, id);
		doc_lifts(doc, authority, id);
	}
	while ((word = strtok_r(NULL, " ", &words)) != NULL)
		read_target(doc, word);
	world->records[at] = (struct record){&doc->order, 0, at, NULL};
	world->history.record_count++;
}

static void
read_world(struct world *world, const char *const documents[DOCS_MAX])
{
	memset(world, 0, sizeof *world);
	test_config_init(&world->test);
	world->history.records = world->records;
	world->history.suspensions = world->suspensions;
	for (int i = 0; i < DOCS_MAX && documents[i] != NULL; i++)
		read_document(world, documents[i]);
}

/* ---- judging ---- */

static void
judge(const struct pal_snapshot *snapshot, const char *text, uint16_t type,
	int64_t now, struct pal_verdict *verdict)
{
	struct pal_name name = name_of(text);

	pal_decide(snapshot, name.wire, name.len, type, now, verdict);
}

static void
answer(char buf[ORDER_KEY_MAX], const struct pal_verdict *verdict)
{
	if (verdict->action == PAL_PASS)
		strcpy(buf, "open");
	else
		snprintf(buf, ORDER_KEY_MAX, "%.*s:%.*s",
			(int)verdict->policy.authority.len,
			verdict->policy.authority.text,
			(int)verdict->policy.id.len, verdict->policy.id.text);
}

static void
test_examples(void **state)
{
	struct world world;

	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		const struct example *example = &examples[i];
		struct pal_snapshot snapshot;
		struct pal_image *image;

		read_world(&world, example->documents);
		image = compile_orders(
			&world.history, &world.test.config, 0, &snapshot);
		for (const struct ask *ask = example->asks; ask->name != NULL;
			ask++) {
			struct pal_verdict verdict;
			char found[ORDER_KEY_MAX];

			judge(&snapshot, ask->name, PAL_TYPE_A, ask->at,
				&verdict);
			answer(found, &verdict);
			if (strcmp(found, ask->answer) != 0)
				fail_msg("%s: %s at %lld: %s, not %s",
					example->title, ask->name,
					(long long)ask->at, found, ask->answer);
		}
		pal_image_free(image);
	}
}

/* CASES 9: NXDOMAIN would deny the names below that are open. */
static void
test_holes(void **state)
{
	static const char *const documents[DOCS_MAX] = {
		"k:1 0- block telegram.org/ t.me/",
		"k:2 0- lift k:1 web.telegram.org?"};
	static const struct {
		const char *name;
		enum pal_answer answer;
	} cases[] = {
		{"telegram.org", PAL_NODATA},
		{"desktop.telegram.org", PAL_NODATA},
		{"x.t.me", PAL_NXDOMAIN},
	};
	struct pal_snapshot snapshot;
	struct pal_image *image;
	struct world world;

	(void)state;
	read_world(&world, documents);
	world.docs[0].order.has_answer = true;
	world.docs[0].order.answer = PAL_NXDOMAIN;
	image = compile_orders(
		&world.history, &world.test.config, 0, &snapshot);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pal_verdict verdict;

		judge(&snapshot, cases[i].name, PAL_TYPE_A, 5, &verdict);
		assert_int_equal(verdict.action, PAL_BLOCK);
		assert_int_equal(verdict.answer, cases[i].answer);
	}
	pal_image_free(image);
}

/* ---- what may join ---- */

static const struct admission {
	const char *title;
	const char *documents[DOCS_MAX]; /* the last is to be judged */
	int64_t received;
	int ret;
	const char *said; /* part of the first problem; NULL: none */
} admissions[] = {
	{"10: a lift of a name that the order never covered",
		{"k:1 0- block t.me telegram.org/", "k:2 0- lift k:1 x.me?"}, 0,
		PAL_ECONFLICT,
		"k:1 never blocked x.me; the nearest that it names is t.me "
		"(exact)"},
	{"10b: nearest is one below the name",
		{"k:1 0- block web.telegram.org t.me",
			"k:2 0- lift k:1 telegram.org?"},
		0, PAL_ECONFLICT, "web.telegram.org (exact)"},
	{"10c: left open by the order itself",
		{"k:1 0- block telegram.org/ !api.telegram.org/",
			"k:2 0- lift k:1 v1.api.telegram.org?"},
		0, PAL_ECONFLICT,
		"k:1 leaves v1.api.telegram.org open itself (except "
		"api.telegram.org)"},
	{"10d: blocked, but with another scope",
		{"k:1 0- block t.me", "k:2 0- lift k:1 t.me/"}, 0,
		PAL_ECONFLICT, "blocks t.me (exact), but not t.me (subtree)"},
	{"a name inside a subtree target may be lifted",
		{"k:1 0- block telegram.org/",
			"k:2 0- lift k:1 a.b.telegram.org? telegram.org"},
		0, 0, NULL},
	{"11: M lifts K's order: m acts for k here",
		{"k:1 0- block t.me", "m:2 0- lift k:1"}, 0, 0, NULL},
	{"11b: C does not act for K", {"k:1 0- block t.me", "c:2 0- lift k:1"},
		0, PAL_ECONFLICT, "c may not lift k:1"},
	{"11c: not even one that is not recorded yet", {"c:2 0- lift k:1"}, 0,
		PAL_ECONFLICT, "c may not lift k:1"},
	{"11d: and K does not act for M",
		{"m:1 0- block t.me", "k:2 0- lift m:1"}, 0, PAL_ECONFLICT,
		"k may not lift m:1"},
	{"a lift cannot be lifted",
		{"k:1 0- block t.me", "k:2 0- lift k:1", "k:3 0- lift k:2"}, 0,
		PAL_ECONFLICT, "k:2 is a lift, and a lift cannot be lifted"},
	{"16: replaces what is there",
		{"k:1 0- block t.me", "k:2 9- block t.me replaces:1"}, 0, 0,
		NULL},
	{"replaces what is not there", {"k:2 0- block t.me replaces:1"}, 0,
		PAL_ECONFLICT, "replaces k:1, which is not recorded"},
	{"replaces only its own authority's",
		{"c:1 0- block t.me", "k:2 0- block t.me replaces:1"}, 0,
		PAL_ECONFLICT, "replaces k:1, which is not recorded"},
	{"replaces a lift",
		{"k:1 0- block t.me", "k:2 0- lift k:1",
			"k:3 0- block t.me replaces:2"},
		0, PAL_ECONFLICT, "replaces k:2, which is a lift"},
	{"replaces what is replaced",
		{"k:1 0- block t.me", "k:2 9- block t.me replaces:1",
			"k:3 9- block t.me replaces:1"},
		0, PAL_ECONFLICT,
		"replaces k:1, which k:2 has replaced already"},
	{"replaces what a cancelled order was to replace",
		{"k:1 0- block t.me", "k:2 9- block t.me replaces:1",
			"k:3 3- lift k:2", "k:4 9- block t.me replaces:1"},
		0, 0, NULL},
	{"cancels what was to replace",
		{"k:1 0- block t.me", "k:2 9- block t.me replaces:1",
			"k:3 3- lift k:2"},
		0, 0, "k:2 was to replace k:1, which goes on instead"},
	{"19: the same document again",
		{"k:1 0- block t.me", "k:1 0- block t.me"}, 0, 0, NULL},
	{"21: another authority's id is another order",
		{"k:1 0- block t.me", "m:1 0- block t.me"}, 0, 0, NULL},
	{"lifts and orders share their authority's ids",
		{"k:1 0- block t.me", "k:2 0- block t.me", "k:2 1- lift k:1"},
		0, PAL_ECONFLICT, "k:2 is recorded already"},
	{"23: a lift before its block", {"k:2 0- lift k:1 t.me?"}, 0, 0,
		"k:1 is not recorded: the lift waits for it"},
	{"23b: the block comes, and the lift is told",
		{"k:2 0- lift k:1 t.me?", "k:1 0- block t.me"}, 0, 0,
		"k:2, received earlier, lifts names of it"},
	{"30: received after its window", {"k:1 0-10 block t.me"}, 10, 0,
		"received after its window, which ended at "
		"1970-01-01T00:00:10Z"},
	{"30b: received on its last second", {"k:1 0-10 block t.me"}, 9, 0,
		NULL},
	{"30c: a lift received after its window",
		{"k:1 0- block t.me", "k:2 0-10 lift k:1"}, 10, 0,
		"received after its window"},
	{"a lift of an expired order",
		{"k:1 0-10 block t.me", "k:2 0- lift k:1"}, 20, 0,
		"k:1 expired at 1970-01-01T00:00:10Z: the lift is recorded "
		"without effect"},
	{"a lift of a replaced order",
		{"k:1 0- block t.me", "k:2 5- block t.me replaces:1",
			"k:3 0- lift k:1"},
		20, 0, "k:1 is replaced by k:2 from 1970-01-01T00:00:05Z on"},
};

static void
test_admissions(void **state)
{
	struct world world;

	(void)state;
	for (size_t i = 0; i < sizeof admissions / sizeof *admissions; i++) {
		const struct admission *admission = &admissions[i];
		struct problems problems = {NULL, 0, 0};
		size_t last;
		int ret;

		read_world(&world, admission->documents);
		last = --world.history.record_count;
		world.records[last].received = admission->received;
		/* Digests of documents with one id differ by what they do. */
		world.docs[last].order.digest[0] ^=
			(uint8_t)(world.docs[last].order.action);
		ret = effect_admit(&world.history, &world.test.config,
			&world.records[last], "file", &problems);
		if (ret != admission->ret ||
			(problems.errors > 0) != (ret != 0) ||
			(problems.count > 0) != (admission->said != NULL) ||
			(admission->said != NULL &&
				strstr(problems.items[0].text,
					admission->said) == NULL)) {
			problems_print(stderr, &problems);
			fail_msg("%s: returned %d", admission->title, ret);
		}
		problems_fini(&problems);
	}
}

/* CASES 20: one name more is another document; both are shown. */
static void
test_other(void **state)
{
	static const char *const documents[DOCS_MAX] = {
		"k:1 0- block t.me", "k:1 0- block t.me telegram.me"};
	struct problems problems = {NULL, 0, 0};
	struct world world;

	(void)state;
	read_world(&world, documents);
	world.history.record_count = 1;
	world.docs[0].order.canonical = (char *)"targets:\n  - t.me\n";
	world.docs[1].order.canonical =
		(char *)"targets:\n  - t.me\n  - telegram.me\n";
	world.docs[1].order.digest[0] ^= 1;
	assert_int_equal(effect_admit(&world.history, &world.test.config,
				 &world.records[1], "file", &problems),
		PAL_ECONFLICT);
	assert_int_equal(problems.errors, 2);
	assert_non_null(strstr(problems.items[0].text,
		"k:1 is recorded already, and says something else: received "
		"1970-01-01T00:00:00Z, digest 6b86b273ff34"));
	assert_non_null(strstr(problems.items[0].text, "`replaces: 1`"));
	assert_string_equal(
		problems.items[1].text, "this one:   - telegram.me");
	problems_fini(&problems);
}

/* ---- form ---- */

#define HEAD                                                                   \
	"palang-order: 1\nauthority: k\nid: 1\naction: block\n"                \
	"issued: 2017-07-14T09:00:00+07:00\n"

static const struct {
	const char *title;
	const char *document;
	const char *said; /* in the one error; NULL: none */
	size_t targets;
} forms[] = {
	{"17b: a subtree of a single label",
		HEAD "targets: [{name: me, scope: subtree}]\n", "me", 0},
	{"31: a wildcard", HEAD "scope: exact\ntargets:\n- *.telegram.org\n",
		"scope: subtree", 0},
	{"31: a URL", HEAD "scope: exact\ntargets:\n- https://t.me/x\n", "t.me",
		0},
	{"31: an address", HEAD "scope: exact\ntargets:\n- 149.154.167.99\n",
		"address", 0},
	{"31: a date without a zone",
		HEAD "expires: 2017-10-12\nscope: exact\ntargets: [t.me]\n",
		"zone", 0},
	{"32: a name of letters beyond ASCII",
		HEAD "scope: exact\ntargets: [b\xc3\xbc"
		     "cher.example]\n",
		NULL, 1},
	{"32: the same, in capitals and with a dot",
		HEAD "scope: exact\ntargets: [B\xc3\x9c"
		     "CHER.example.]\n",
		NULL, 1},
	{"32: and once more, which is twice",
		HEAD "scope: exact\ntargets: [b\xc3\xbc"
		     "cher.example, xn--bcher-kva.example]\n",
		"twice", 0},
};

static void
test_forms(void **state)
{
	struct pal_name name = name_of("xn--bcher-kva.example");

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct problems problems = {NULL, 0, 0};
		struct order_batch batch = {NULL, 0};
		int ret = order_parse(&batch, "file", forms[i].document,
			strlen(forms[i].document), 1500000000, &problems);
		bool told =
			forms[i].said != NULL && problems.errors == 1 &&
			strstr(problems.items[0].text, forms[i].said) != NULL;

		if ((ret != 0) != (forms[i].said != NULL) ||
			(ret != 0 && !told)) {
			problems_print(stderr, &problems);
			fail_msg("%s: returned %d", forms[i].title, ret);
		}
		if (ret == 0) {
			assert_int_equal(
				batch.orders[0].target_count, forms[i].targets);
			assert_true(pal_name_equal(
				&batch.orders[0].targets[0].name, &name));
		}
		order_batch_fini(&batch);
		problems_fini(&problems);
	}
}

/* ---- states ---- */

static const struct {
	const char *title;
	const char *documents[DOCS_MAX]; /* the first is judged */
	int64_t now;
	enum effect_state state;
} states[] = {
	{"not begun", {"k:1 9- block t.me"}, 5, EFFECT_PENDING},
	{"begun", {"k:1 9- block t.me"}, 9, EFFECT_ACTIVE},
	{"over", {"k:1 0-9 block t.me"}, 9, EFFECT_EXPIRED},
	{"lifted", {"k:1 0- block t.me", "k:2 3- lift k:1"}, 5, EFFECT_LIFTED},
	{"lifted later", {"k:1 0- block t.me", "k:2 9- lift k:1"}, 5,
		EFFECT_ACTIVE},
	{"lifted for a while", {"k:1 0- block t.me", "k:2 3-9 lift k:1"}, 5,
		EFFECT_LIFTED},
	{"lifted in part", {"k:1 0- block t.me a.me", "k:2 3- lift k:1 a.me?"},
		5, EFFECT_ACTIVE},
	{"lifted name by name",
		{"k:1 0- block t.me a.me", "k:2 3- lift k:1 a.me?",
			"k:3 3- lift k:1 t.me?"},
		5, EFFECT_LIFTED},
	{"lifted before it began", {"k:1 9- block t.me", "k:2 3- lift k:1"}, 5,
		EFFECT_CANCELLED},
	{"the same, later", {"k:1 9- block t.me", "k:2 3- lift k:1"}, 20,
		EFFECT_CANCELLED},
	{"lifted until it begins", {"k:1 9- block t.me", "k:2 3-9 lift k:1"}, 5,
		EFFECT_PENDING},
	{"replaced", {"k:1 0- block t.me", "k:2 5- block t.me replaces:1"}, 5,
		EFFECT_REPLACED},
	{"to be replaced",
		{"k:1 0- block t.me", "k:2 9- block t.me replaces:1"}, 5,
		EFFECT_ACTIVE},
	{"replaced before it began",
		{"k:1 9- block t.me", "k:2 5- block t.me replaces:1"}, 0,
		EFFECT_REPLACED},
	{"to be replaced by what is cancelled",
		{"k:1 0- block t.me", "k:2 5- block t.me replaces:1",
			"k:3 3- lift k:2"},
		9, EFFECT_ACTIVE},
	{"suspended", {"k:1 0- block t.me", "suspend k:1 3-"}, 5,
		EFFECT_SUSPENDED},
	{"suspended before it begins", {"k:1 9- block t.me", "suspend k:1 3-"},
		5, EFFECT_SUSPENDED},
	{"suspended and lifted: what its authority says weighs more",
		{"k:1 0- block t.me", "suspend k:1 3-", "k:2 4- lift k:1"}, 5,
		EFFECT_LIFTED},
	{"suspended, and over", {"k:1 0-9 block t.me", "suspend k:1 3-"}, 9,
		EFFECT_EXPIRED},
	{"resumed", {"k:1 0- block t.me", "suspend k:1 3-5"}, 5, EFFECT_ACTIVE},
	{"a lift in force", {"k:2 3- lift k:1", "k:1 0- block t.me"}, 5,
		EFFECT_ACTIVE},
	{"a lift to come", {"k:2 9- lift k:1", "k:1 0- block t.me"}, 5,
		EFFECT_PENDING},
	{"a lift that is over", {"k:2 3-5 lift k:1", "k:1 0- block t.me"}, 5,
		EFFECT_EXPIRED},
	{"a lift whose order is over",
		{"k:2 3- lift k:1", "k:1 0-5 block t.me"}, 5, EFFECT_EXPIRED},
	{"a lift without its order", {"k:2 3- lift k:1"}, 5, EFFECT_WAITING},
	{"a lift by who may not", {"c:2 3- lift k:1", "k:1 0- block t.me"}, 5,
		EFFECT_WAITING},
};

static void
test_states(void **state)
{
	struct world world;

	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		enum effect_state found;

		read_world(&world, states[i].documents);
		assert_int_equal(
			effect_state(&world.history, &world.test.config, 0,
				states[i].now, &found),
			0);
		if (found != states[i].state)
			fail_msg("%s: %s, not %s", states[i].title,
				effect_state_name(found),
				effect_state_name(states[i].state));
	}
}

/* ---- allow and feeds ---- */

static struct pal_image *
plain(const char *authority, const char *id, const char *rules)
{
	static const uint8_t key[16] = "fedcba9876543210";
	struct pal_policy_in policy = {.kind = PAL_EXTERNAL,
		.answer = PAL_NODATA,
		.ttl = 30,
		.authority = authority,
		.id = id,
		.ede = id};
	struct pal_writer *writer;
	struct pal_image *image;
	char text[200], *words, *word;
	uint8_t *data;
	size_t len;

	assert_int_equal(pal_writer_open_plain(&writer, key, &policy), 0);
	snprintf(text, sizeof text, "%s", rules);
	for (word = strtok_r(text, " ", &words); word != NULL;
		word = strtok_r(NULL, " ", &words)) {
		bool except = *word == '!';
		struct pal_name name = name_of(word + except);

		assert_int_equal(
			pal_writer_rule(writer, &name, PAL_SUBTREE, except), 0);
	}
	assert_int_equal(pal_writer_finish(writer, &data, &len, NULL), 0);
	pal_writer_close(writer);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	return image;
}

/* The names that an allow list gives are written as exceptions, what it
 * excepts as rules. */
static const struct {
	const char *title;
	const char *order;
	const char *allow;
	const char *feeds[2]; /* of f1 and f2, in the order of precedence */
	const char *name;
	const char *answer;
} mixes[] = {
	{"24: allowed in a feed", NULL, "!example.com", {"example.com"},
		"www.example.com", "open"},
	{"25: allow never opens an order", "k:1 0- block www.example.com",
		"!example.com", {"example.com"}, "www.example.com", "k:1"},
	{"26: allowed above the feed's rule", NULL, "!example.com",
		{"ads.example.com"}, "ads.example.com", "open"},
	{"26b: an allow's own exception", NULL, "!example.com ads.example.com",
		{"example.com"}, "x.ads.example.com", "k:f1"},
	{"27: a feed's exception binds that feed alone", NULL, NULL,
		{"example.com !good.example.com", "good.example.com"},
		"good.example.com", "k:f2"},
	{"27b: and opens there", NULL, NULL,
		{"example.com !good.example.com", "bad.example"},
		"good.example.com", "open"},
	{"feeds in the order of the configuration", NULL, NULL,
		{"example.com", "www.example.com"}, "www.example.com", "k:f1"},
};

static void
test_mixes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mixes / sizeof *mixes; i++) {
		const char *documents[DOCS_MAX] = {mixes[i].order};
		struct pal_snapshot snapshot;
		struct pal_verdict verdict;
		char found[ORDER_KEY_MAX];
		struct world world;
		struct pal_image *images[4] = {NULL};

		read_world(&world, documents);
		images[0] = compile_orders(
			&world.history, &world.test.config, 0, &snapshot);
		if (mixes[i].allow != NULL)
			images[1] = plain("operator", "allow", mixes[i].allow);
		for (int f = 0; f < 2 && mixes[i].feeds[f] != NULL; f++)
			images[2 + f] = plain(
				"k", f == 0 ? "f1" : "f2", mixes[i].feeds[f]);
		snapshot.allow.image = images[1];
		snapshot.feeds[0].image = images[2];
		snapshot.feeds[1].image = images[3];
		snapshot.feed_count = images[3] != NULL ? 2 : 1;
		judge(&snapshot, mixes[i].name, PAL_TYPE_A, 5, &verdict);
		answer(found, &verdict);
		if (strcmp(found, mixes[i].answer) != 0)
			fail_msg("%s: %s, not %s", mixes[i].title, found,
				mixes[i].answer);
		for (int f = 0; f < 4; f++)
			pal_image_free(images[f]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_admissions),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_mixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
