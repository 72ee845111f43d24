/* What guards say to an order, with the lists as they are shipped. */
#include "orders.h"

#include <unistd.h>

#include "file.h"
#include "guard.h"
#include "palang/error.h"

#define POPULAR   SOURCE_DIR "/blocklists/guards/popular.txt"
#define PROTECTED SOURCE_DIR "/blocklists/guards/protected.txt"

static struct guard *shipped;

static int
open_shipped(void **state)
{
	const struct guard_options options = {.popular = POPULAR,
		.popular_first = 1000,
		.shipped = PROTECTED};
	struct problems problems = {0};

	(void)state;
	assert_int_equal(guard_open(&shipped, &options, &problems), 0);
	return 0;
}

static int
close_shipped(void **state)
{
	(void)state;
	guard_close(shipped);
	return 0;
}

/* ---- names, one by one ---- */

#define NONE GUARD_KINDS

struct name_case {
	const char *name;
	enum pal_scope scope;
	const char *except; /* below it, or NULL */
	enum guard_kind kind;
	const char *text; /* a part of what is said */
	const char *why;
};

static const struct name_case name_cases[] = {
	/* suffixes */
	{"com", PAL_EXACT, NULL, GUARD_SUFFIX, "top-level",
		"exact, too: its NS and SOA answers would be gone"},
	{"zzz", PAL_EXACT, NULL, GUARD_SUFFIX, "top-level",
		"a label alone, in the list or not"},
	{"co.uk", PAL_SUBTREE, NULL, GUARD_SUFFIX, "is a public suffix", ""},
	{"co.uk", PAL_EXACT, NULL, GUARD_SUFFIX, "is a public suffix", ""},
	{"kawasaki.jp", PAL_SUBTREE, NULL, GUARD_SUFFIX,
		"holds a public suffix", "*.kawasaki.jp is the rule"},
	{"tokyo.jp", PAL_SUBTREE, NULL, GUARD_SUFFIX, "is a public suffix",
		"it is one, though it holds others"},
	{"more-og-romsdal.no", PAL_SUBTREE, NULL, GUARD_SUFFIX, "holds",
		"no suffix itself, but gs.more-og-romsdal.no and others "
		"below it are, all of the registry"},
	{"github.io", PAL_SUBTREE, NULL, GUARD_PLATFORM, "hosting platform",
		"a private suffix: all its customers"},
	{"evil-4711.github.io", PAL_EXACT, NULL, NONE, "",
		"one customer's site, though github.io is popular"},
	{"evil-4711.github.io", PAL_SUBTREE, NULL, NONE, "", ""},
	{"github.io", PAL_EXACT, NULL, GUARD_POPULAR, "github.io (exact) is",
		"alone it is no platform's subtree"},
	{"dyndns.org", PAL_SUBTREE, NULL, GUARD_PLATFORM, "platform", ""},
	{"platform.sh", PAL_SUBTREE, NULL, GUARD_PLATFORM, "",
		"*.platform.sh is the rule"},
	/* protected */
	{"a.root-servers.net", PAL_EXACT, NULL, GUARD_PROTECTED,
		"lies below root-servers.net", "the list says subtree"},
	{"ocsp.digicert.com", PAL_EXACT, NULL, GUARD_PROTECTED,
		"certificate status", ""},
	{"digicert.com", PAL_SUBTREE, NULL, GUARD_PROTECTED,
		"holds crl3.digicert.com", "above a protected name"},
	{"www.digicert.com", PAL_EXACT, NULL, NONE, "",
		"beside one; digicert.com is not among the first 1000"},
	{"pool.ntp.org", PAL_SUBTREE, NULL, GUARD_PROTECTED, "time", ""},
	{"cloudflare.com", PAL_EXACT, NULL, GUARD_PROTECTED,
		"name servers of many domains", ""},
	{"security.debian.org", PAL_EXACT, NULL, GUARD_PROTECTED,
		"updates of operating systems", ""},
	{"1.0.0.127.in-addr.arpa", PAL_EXACT, NULL, GUARD_PROTECTED, "", ""},
	{"digicert.com", PAL_SUBTREE, "ocsp.digicert.com", GUARD_PROTECTED,
		"holds crl3.digicert.com", "the other names remain"},
	/* popular */
	{"google.com", PAL_SUBTREE, NULL, GUARD_POPULAR, "number 1 of", ""},
	{"x.y.google.com", PAL_EXACT, NULL, GUARD_POPULAR,
		"lies below google.com", ""},
	{"googleeapis.com", PAL_SUBTREE, NULL, NONE, "", "a longer label"},
	{"illegal-4711.example", PAL_SUBTREE, NULL, NONE, "", ""},
	{"example.com", PAL_SUBTREE, NULL, NONE, "", ""},
};

/* Heap-allocated, sorted, judged. */
static void
judge(const char *const *names, size_t count, enum pal_scope scope,
	const char *except, const struct guard_limits *limits,
	struct guard_findings *findings)
{
	struct order order = {.action = ORDER_BLOCK};
	struct guard_case what = {.order = &order};

	if (limits != NULL)
		what.limits = *limits;
	order.targets = calloc(count + 1, sizeof *order.targets);
	assert_non_null(order.targets);
	for (size_t i = 0; i < count; i++)
		order.targets[order.target_count++] = (struct order_target){
			.name = name_of(names[i]), .scope = scope};
	if (except != NULL)
		order.targets[order.target_count++] =
			(struct order_target){.name = name_of(except),
				.scope = PAL_SUBTREE,
				.except = true};
	qsort(order.targets, order.target_count, sizeof *order.targets,
		target_order);
	memset(findings, 0, sizeof *findings);
	assert_int_equal(guard_judge(shipped, &what, findings), 0);
	free(order.targets);
}

static const struct guard_finding *
find_kind(const struct guard_findings *findings, enum guard_kind kind)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->list[i].kind == kind)
			return &findings->list[i];
	}
	return NULL;
}

static void
judges_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof name_cases / sizeof *name_cases; i++) {
		const struct name_case *c = &name_cases[i];
		const struct guard_finding *found;
		struct guard_findings findings;

		judge(&c->name, 1, c->scope, c->except, NULL, &findings);
		found = find_kind(&findings, c->kind);
		if (c->kind == NONE && findings.count > 0)
			fail_msg("%s: %s (%s)", c->name, findings.list[0].text,
				c->why);
		if (c->kind != NONE && found == NULL)
			fail_msg("%s: not found (%s)", c->name, c->why);
		if (found != NULL && strstr(found->text, c->text) == NULL)
			fail_msg("%s: %s", c->name, found->text);
		assert_int_equal(
			findings.refused, c->kind == GUARD_SUFFIX ? 1 : 0);
		guard_findings_fini(&findings);
	}
}

static void
an_exception_is_not_meant(void **state)
{
	static const char *const names[] = {"freexian.com"};
	struct guard_findings findings;

	(void)state;
	judge(names, 1, PAL_SUBTREE, NULL, NULL, &findings);
	assert_int_equal(findings.count, 1);
	guard_findings_fini(&findings);
	/* the one name below it that the list has */
	judge(names, 1, PAL_SUBTREE, "deb.freexian.com", NULL, &findings);
	assert_int_equal(findings.count, 0);
}

/* ---- incidents ---- */

/* 1 March 2012: a clerk of the Danish police put the wrong file into the
 * folder, and 8,000 lawful sites, google and facebook among them, were sent
 * to a page about child abuse for three hours. */
static void
denmark_2012(void **state)
{
	const struct guard_limits limits = {.usual = 50, .most = 1000};
	const char **names = calloc(8000, sizeof *names);
	const struct guard_finding *found;
	struct guard_findings findings;
	char *made[7998];

	(void)state;
	assert_non_null(names);
	for (size_t i = 0; i < 7998; i++) {
		assert_true(asprintf(&made[i], "shop-%zu.example", i) > 0);
		names[i] = made[i];
	}
	names[7998] = "www.google.com";
	names[7999] = "www.facebook.com";
	judge(names, 8000, PAL_EXACT, NULL, &limits, &findings);
	assert_int_equal(findings.count, 3);
	found = find_kind(&findings, GUARD_POPULAR);
	assert_non_null(strstr(found->text, "www.google.com"));
	assert_non_null(strstr(found[1].text, "www.facebook.com"));
	found = find_kind(&findings, GUARD_SIZE);
	assert_non_null(strstr(found->text, "8000"));
	guard_findings_fini(&findings);
	for (size_t i = 0; i < 7998; i++)
		free(made[i]);
	free(names);
}

/* 17 October 2016: an update at Orange sent google.fr, wikipedia and ovh to
 * the page of the ministry of the interior, as if they praised terrorism. */
static void
france_2016(void **state)
{
	static const char *const names[] = {
		"google.fr", "fr.wikipedia.org", "www.ovh.com"};
	struct guard_findings findings;

	(void)state;
	judge(names, 3, PAL_EXACT, NULL, NULL, &findings);
	assert_int_equal(findings.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(findings.list[i].kind, GUARD_POPULAR);
	assert_int_equal(findings.refused, 0);
	guard_findings_fini(&findings);
}

/* 13 May 2023: t.me, the front door of all channels, was blocked in France
 * for what one of them held. */
static void
france_2023(void **state)
{
	static const char *const names[] = {"t.me"};
	struct guard_findings findings;

	(void)state;
	judge(names, 1, PAL_EXACT, NULL, NULL, &findings);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.list[0].kind, GUARD_POPULAR);
	assert_non_null(strstr(findings.list[0].text, "t.me (exact) is much"));
	guard_findings_fini(&findings);
}

/* 19 October 2024: Italy's Piracy Shield closed drive.usercontent.google.com,
 * from which all of Google Drive is served, for hours. */
static void
italy_2024(void **state)
{
	static const char *const names[] = {"drive.usercontent.google.com"};
	struct guard_findings findings;

	(void)state;
	judge(names, 1, PAL_EXACT, NULL, NULL, &findings);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.held, 1);
	assert_int_equal(findings.list[0].kind, GUARD_POPULAR);
	guard_findings_fini(&findings);
}

/* ---- size ---- */

static const struct {
	struct guard_limits limits;
	const char *text; /* NULL: nothing */
	const char *why;
} size_cases[] = {
	{{0, 0, 0, 0}, NULL, "no limits"},
	{{3, 3, 0, 3}, NULL, "as many as it may"},
	{{2, 0, 0, 0}, "usually names 2", ""},
	{{2, 2, 0, 0}, "`targets-per-order` of its authority is 2",
		"the limit says more than what is usual"},
	{{0, 0, 8, 10},
		"with it, more than 10 names of its authority would be in "
		"force or to come (`names-in-force`); it names 3",
		"with those in force"},
	{{0, 0, 99, 10}, "more than 10 names",
		"however many they are: others end while it waits"},
	{{0, 0, 7, 10}, NULL, ""},
};

static void
judges_size(void **state)
{
	static const char *const names[] = {
		"a.example", "b.example", "c.example"};

	(void)state;
	for (size_t i = 0; i < sizeof size_cases / sizeof *size_cases; i++) {
		struct guard_findings findings;

		judge(names, 3, PAL_SUBTREE, "x.a.example",
			&size_cases[i].limits, &findings);
		assert_int_equal(findings.count, size_cases[i].text != NULL);
		if (findings.count > 0)
			assert_non_null(strstr(
				findings.list[0].text, size_cases[i].text));
		guard_findings_fini(&findings);
	}
}

/* ---- of one order ---- */

/* No list of a hundred lines: the weightiest, and how many more. */
static void
tells_the_weightiest(void **state)
{
	char last[200], made[100][40];
	const char *names[100];
	struct guard_findings findings;

	(void)state;
	for (int i = 0; i < 99; i++) {
		snprintf(made[i], sizeof made[i], "n%02d.wikipedia.org", i);
		names[i] = made[i];
	}
	names[99] = "zz.google.com";
	judge(names, 100, PAL_EXACT, NULL, NULL, &findings);
	assert_int_equal(findings.count, GUARD_SHOWN + 1);
	assert_non_null(strstr(findings.list[0].text, "zz.google.com"));
	assert_non_null(strstr(findings.list[GUARD_SHOWN].text,
		"80 more of its names are much asked for (digest "));
	snprintf(last, sizeof last, "%s", findings.list[GUARD_SHOWN].text);
	guard_findings_fini(&findings);
	/* one of those not told is another: so is the text */
	names[98] = "another.wikipedia.org";
	judge(names, 100, PAL_EXACT, NULL, NULL, &findings);
	assert_string_not_equal(findings.list[GUARD_SHOWN].text, last);
	guard_findings_fini(&findings);
}

static bool
blocks_all(void *ctx, const struct order_target *target)
{
	(void)target;
	++*(unsigned *)ctx;
	return true;
}

static void
what_is_blocked_is_not_judged_anew(void **state)
{
	struct doc doc;
	unsigned asked = 0;
	struct guard_case what = {
		.order = &doc.order, .blocked = blocks_all, .ctx = &asked};
	struct guard_findings findings = {0};

	(void)state;
	doc_init(&doc, ORDER_BLOCK, "k", "1", 0, PAL_NEVER);
	doc_target(&doc, "t.me", PAL_EXACT, false);
	doc_target(&doc, "harmless.example", PAL_EXACT, false);
	assert_int_equal(guard_judge(shipped, &what, &findings), 0);
	assert_int_equal(findings.count, 0);
	/* and who stands out alone is asked for, once */
	assert_int_equal(asked, 1);
	doc.order.action = ORDER_LIFT;
	what.blocked = NULL;
	assert_int_equal(guard_judge(shipped, &what, &findings), 0);
	assert_int_equal(findings.count, 0);
}

/* ---- the lists ---- */

static void
write_file(char path[64], const char *text)
{
	int fd;

	strcpy(path, "/tmp/palang-guard-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* Its own name servers and upstreams, the names of the configuration with what
 * lies below them, and the operator's own list. */
static void
guards_what_is_the_operators(void **state)
{
	char conf[64], own[64];
	struct pal_name protected = name_of("isp.example");
	struct guard_options options = {.own = own,
		.names = &protected,
		.name_count = 1,
		.config = "palang.yaml",
		.unbound = conf,
		.unbound_given = true};
	static const char *const names[] = {"isp.example", "www.bank.example",
		"up.example", "dot.example", "ns1.stub.example",
		"www.isp.example", "192.0.2.1.example", "wwwisp.example"};
	struct problems problems = {0};
	struct guard_findings findings;
	struct guard *saved = shipped;

	(void)state;
	write_file(own, "[banks]\nbank.example subtree # all\n");
	write_file(conf,
		"server:\n  verbosity: 1\nforward-zone:\n name: .\n"
		" forward-host: up.example@853\n"
		" forward-addr: 192.0.2.1@853#dot.example\n"
		" forward-addr: 192.0.2.2\n"
		"stub-zone:\n name: x\n stub-host: ns1.stub.example\n");
	assert_int_equal(guard_open(&shipped, &options, &problems), 0);
	judge(names, 8, PAL_EXACT, NULL, NULL, &findings);
	assert_int_equal(findings.count, 6);
	for (size_t i = 0; i < findings.count; i++)
		assert_int_equal(findings.list[i].kind, GUARD_PROTECTED);
	guard_findings_fini(&findings);
	guard_close(shipped);
	shipped = saved;
	unlink(own);
	unlink(conf);
}

static const struct {
	const char *text, *error;
} bad_lists[] = {
	{"a.example\nb..example\n", "b..example"},
	{"a.example exact\n", "the one word known is subtree"},
	{"[open\n", "in brackets"},
	{"", "is empty"},
	{"# nothing\n", "is empty"},
};

static void
refuses_bad_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_lists / sizeof *bad_lists; i++) {
		struct guard_options options = {0};
		struct problems problems = {0};
		struct guard *guard;
		char path[64];

		write_file(path, bad_lists[i].text);
		options.popular = path;
		assert_int_equal(
			guard_open(&guard, &options, &problems), PAL_EFORM);
		assert_null(guard);
		assert_int_equal(problems.errors, 1);
		assert_non_null(
			strstr(problems.items[0].text, bad_lists[i].error));
		problems_fini(&problems);
		unlink(path);
	}
}

/* A guard that is not there must not be taken for one that found nothing. */
static void
misses_a_list(void **state)
{
	const struct guard_options options = {.shipped = "/nowhere/list"};
	struct problems problems = {0};
	struct guard *guard;

	(void)state;
	assert_int_equal(guard_open(&guard, &options, &problems), PAL_EFORM);
	assert_int_equal(problems.errors, 1);
	problems_fini(&problems);
}

/* ---- exceptions ---- */

/* An exception of the name alone leaves what lies below it blocked. */
static const struct {
	const char *name, *except;
	enum pal_scope scope; /* of the exception */
	bool held;
	const char *why;
} excepted[] = {
	{"a.example", "one.a.example", PAL_EXACT, false, "alone: it is open"},
	{"a.example", "one.a.example", PAL_SUBTREE, false, ""},
	{"b.example", "all.b.example", PAL_EXACT, true,
		"what lies below it is protected, and blocked"},
	{"b.example", "all.b.example", PAL_SUBTREE, false, ""},
	{"c.example", "www.c.example", PAL_EXACT, true,
		"so is what lies below a popular name"},
	{"c.example", "www.c.example", PAL_SUBTREE, false, ""},
};

static bool
holds_but(struct guard *guard, const char *name, const char *except,
	enum pal_scope scope)
{
	struct order_target targets[] = {
		{.name = name_of(name), .scope = PAL_SUBTREE},
		{.name = name_of(except), .scope = scope, .except = true}};
	struct order order = {
		.action = ORDER_BLOCK, .targets = targets, .target_count = 2};
	const struct guard_case what = {.order = &order};
	struct guard_findings findings = {0};
	bool held;

	assert_int_equal(guard_judge(guard, &what, &findings), 0);
	held = findings.held > 0;
	guard_findings_fini(&findings);
	return held;
}

static void
an_exception_excuses_what_it_opens(void **state)
{
	char popular[64], own[64];
	const struct guard_options options = {.popular = popular, .own = own};
	struct problems problems = {0};
	struct guard *guard;

	(void)state;
	write_file(popular, "www.c.example\n");
	write_file(own, "one.a.example\nall.b.example subtree\n");
	assert_int_equal(guard_open(&guard, &options, &problems), 0);
	for (size_t i = 0; i < sizeof excepted / sizeof *excepted; i++) {
		if (holds_but(guard, excepted[i].name, excepted[i].except,
			    excepted[i].scope) != excepted[i].held)
			fail_msg("%s but %s (%s)", excepted[i].name,
				excepted[i].except, excepted[i].why);
	}
	guard_close(guard);
	unlink(popular);
	unlink(own);
}

/* ---- the list of public suffixes ---- */

/* Without it, what lies below a name is not known. */
static void
needs_the_suffixes_as_text(void **state)
{
	static const char *const texts[] = {NULL, "", "com\nco.uk\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char path[64] = "/nowhere/public_suffix_list.dat";
		const struct guard_options options = {.suffixes = path};
		struct problems problems = {0};
		struct guard *guard;

		if (texts[i] != NULL)
			write_file(path, texts[i]);
		assert_int_equal(
			guard_open(&guard, &options, &problems), PAL_EFORM);
		assert_int_equal(problems.errors, 1);
		assert_non_null(strstr(problems.items[0].text,
			"install the package publicsuffix"));
		problems_fini(&problems);
		if (texts[i] != NULL)
			unlink(path);
	}
}

struct shipped_list {
	const char *file;
	size_t least;
	bool sorted;
};

/* Lower-case, no name twice, sorted within groups, dated, free. */
static void
check_shipped(const struct shipped_list *list)
{
	struct guard_names names = {0};
	struct problems problems = {0};
	char *text, *line, *rest = NULL, last[300] = "";
	size_t len, count = 0;

	assert_int_equal(guard_names_read(&names, list->file, 0, &problems), 0);
	guard_names_settle(&names);
	assert_int_equal(file_read(list->file, 1 << 20, 0, &text, &len), 0);
	assert_non_null(strstr(text, "Date: 20"));
	assert_non_null(strstr(text, "CC0 1.0"));
	for (line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		if (line[0] == '#')
			continue;
		if (line[0] == '[')
			last[0] = '\0';
		if (line[0] == '[' || line[0] == '\0')
			continue;
		line[strcspn(line, " ")] = '\0';
		assert_int_equal(
			strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789-."),
			strlen(line));
		if (list->sorted && strcmp(last, line) >= 0)
			fail_msg("%s stands behind %s", line, last);
		snprintf(last, sizeof last, "%s", line);
		count++;
	}
	/* one that stood there twice would have been left out */
	assert_int_equal(names.count, count);
	assert_true(count >= list->least);
	guard_names_fini(&names);
	free(text);
}

static void
shipped_lists_are_sound(void **state)
{
	(void)state;
	check_shipped(&(struct shipped_list){POPULAR, 1000, false});
	check_shipped(&(struct shipped_list){PROTECTED, 100, true});
}

/* ---- a slow twin: every name against every line ---- */

#define TWIN_NAMES 200

static uint64_t dice = 1;

static unsigned
roll(unsigned below)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((dice >> 33) % below);
}

static struct pal_name
roll_name(void)
{
	static const char *const labels[] = {"a", "b", "ab", "c", "d-e"};
	char text[64] = "";

	for (unsigned n = 1 + roll(4); n > 0; n--)
		snprintf(text + strlen(text), sizeof text - strlen(text),
			"%s%s", labels[roll(5)], n > 1 ? "." : "");
	return name_of(text);
}

/* names holds each of them once. */
static void
compare_with_walk(const struct guard_names *list, const struct pal_name *names,
	size_t count, const struct pal_name *name)
{
	uint8_t key[NAMES_KEY_MAX];
	size_t len = names_key(key, name), below = 0, found = 0;
	size_t first = guard_names_first(list, key, len);
	uint32_t near = guard_names_above(list, first, key, len);
	struct pal_name over = {0};
	unsigned above = 0;

	for (size_t i = 0; i < count; i++) {
		below += pal_name_within(&names[i], name);
		if (pal_name_within(name, &names[i]) &&
			names[i].labels < name->labels &&
			names[i].labels > above)
			above = names[i].labels;
	}
	while (guard_names_within(list, first + found, key, len))
		found++;
	assert_int_equal(found, below);
	if (near != GUARD_NO_NAME)
		names_name(&over, list->keys + list->names[near].key,
			list->names[near].len);
	assert_int_equal(over.labels, above);
	assert_true(above == 0 || pal_name_within(name, &over));
}

static void
finds_what_a_walk_finds(void **state)
{
	struct guard_names list = {0};
	struct pal_name names[TWIN_NAMES];
	size_t count = 0;

	(void)state;
	assert_int_equal(guard_names_group(&list, "f", ""), 0);
	for (unsigned i = 1; i <= TWIN_NAMES; i++) {
		struct pal_name name = roll_name();
		bool again = false;

		assert_int_equal(guard_names_add(&list, &name, false, i, i), 0);
		for (size_t j = 0; j < count; j++)
			again = again || pal_name_equal(&names[j], &name);
		if (!again)
			names[count++] = name;
	}
	guard_names_settle(&list);
	assert_int_equal(list.count, count);
	for (unsigned i = 0; i < 1000; i++) {
		struct pal_name name = roll_name();

		compare_with_walk(&list, names, count, &name);
	}
	guard_names_fini(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_names),
		cmocka_unit_test(an_exception_is_not_meant),
		cmocka_unit_test(denmark_2012),
		cmocka_unit_test(france_2016),
		cmocka_unit_test(france_2023),
		cmocka_unit_test(italy_2024),
		cmocka_unit_test(judges_size),
		cmocka_unit_test(tells_the_weightiest),
		cmocka_unit_test(what_is_blocked_is_not_judged_anew),
		cmocka_unit_test(guards_what_is_the_operators),
		cmocka_unit_test(refuses_bad_lists),
		cmocka_unit_test(misses_a_list),
		cmocka_unit_test(an_exception_excuses_what_it_opens),
		cmocka_unit_test(needs_the_suffixes_as_text),
		cmocka_unit_test(shipped_lists_are_sound),
		cmocka_unit_test(finds_what_a_walk_finds),
	};

	return cmocka_run_group_tests(tests, open_shipped, close_shipped);
}
