/* Whom the resolver asks by name, as the guards read it from unbound.conf: what
 * cannot be read must not be taken for one that names nobody. */
#include "orders.h"

#include <sys/stat.h>
#include <unistd.h>

#include "guard.h"
#include "palang/error.h"

static char dir[64], conf[96], included[96];

static void
put_file(const char *path, const char *format)
{
	FILE *file = fopen(path, "w");
	char text[400];

	assert_non_null(file);
	snprintf(text, sizeof text, format, included);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static int
begin(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/palang-guard-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	snprintf(conf, sizeof conf, "%s/unbound.conf", dir);
	snprintf(included, sizeof included, "%s/up.conf", dir);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unlink(conf);
	unlink(included);
	return rmdir(dir);
}

/* As somebody else, from whom the file is kept; root may read all. */
static int
open_without(const char *path, struct guard **guard,
	const struct guard_options *options, struct problems *problems)
{
	bool root = geteuid() == 0;
	int ret;

	assert_int_equal(chmod(path, 0), 0);
	if (root)
		assert_int_equal(seteuid(65534), 0);
	ret = guard_open(guard, options, problems);
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(path, 0644), 0);
	return ret;
}

static bool
holds(struct guard *guard, const char *name)
{
	struct order_target target = {
		.name = name_of(name), .scope = PAL_EXACT};
	struct order order = {
		.action = ORDER_BLOCK, .targets = &target, .target_count = 1};
	struct guard_case what = {.order = &order};
	struct guard_findings findings = {0};
	bool held;

	assert_int_equal(guard_judge(guard, &what, &findings), 0);
	held = findings.count > 0;
	guard_findings_fini(&findings);
	return held;
}

static void
expect_told(const struct problems *problems, const char *part)
{
	for (size_t i = 0; i < problems->count; i++) {
		if (strstr(problems->items[i].text, part) != NULL)
			return;
	}
	fail_msg("\"%s\" is not told", part);
}

/* ---- what is wrong inside ---- */

#define ZONE "forward-zone:\n name: .\n forward-host: first.example\n"

/* %s: the included file. */
static const struct {
	const char *text, *included;
	bool kept; /* from us */
	const char *told, *title;
} cases[] = {
	{ZONE "include-toplevel: \"%s\"\n",
		"stub-zone:\n name: x\n stub-host: second.example\n", false,
		NULL, "all of it can be read"},
	{ZONE "include-toplevel: \"%s\"\n", "", true,
		"/up.conf: Permission denied", "an include that is not ours"},
	{ZONE "include-toplevel: \"%s.none\"\n", "", false,
		"/up.conf.none: No such file", "an include that is not there"},
	{ZONE "include-toplevel: \"%s.none/*.conf\"\n", "", false,
		"the files cannot be listed", "a folder that is not there"},
	{ZONE "server:\n identity: \"53\n", "", false,
		"a quote that is not closed", "no file that Unbound takes"},
	{ZONE "include-toplevel: \"%s\"\n", "server:\n identity: \"x\n", false,
		"a quote that is not closed", "nor what it includes"},
};

/* Named by the operator or not: it is there, so it counts. */
static void
stops_at_what_it_cannot_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
		const struct guard_options options = {
			.unbound = conf, .unbound_given = i % 2 == 1};
		struct problems problems = {0};
		struct guard *guard;
		int ret;

		print_message("%s\n", cases[i / 2].title);
		put_file(conf, cases[i / 2].text);
		put_file(included, cases[i / 2].included);
		ret = cases[i / 2].kept
		              ? open_without(
					included, &guard, &options, &problems)
		              : guard_open(&guard, &options, &problems);
		if (cases[i / 2].told == NULL) {
			assert_int_equal(ret, 0);
			assert_int_equal(problems.count, 0);
			assert_true(holds(guard, "first.example"));
			assert_true(holds(guard, "second.example"));
		} else {
			assert_int_equal(ret, PAL_EFORM);
			assert_null(guard);
			expect_told(&problems, cases[i / 2].told);
			expect_told(&problems, "`unbound: no`");
		}
		guard_close(guard);
		problems_fini(&problems);
	}
}

/* ---- the file itself ---- */

/* No Unbound here, no servers; but one that the operator named is missed. */
static void
goes_without_one(void **state)
{
	static const char *const files[] = {
		"/nowhere/unbound.conf", "/dev/null/unbound.conf"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct guard_options options = {
			.unbound = files[i / 2], .unbound_given = i % 2 == 1};
		struct problems problems = {0};
		struct guard *guard;

		assert_int_equal(guard_open(&guard, &options, &problems),
			options.unbound_given ? PAL_EFORM : 0);
		assert_int_equal(problems.count > 0, options.unbound_given);
		guard_close(guard);
		problems_fini(&problems);
	}
}

/* One that is kept from us is said to be. */
static void
warns_of_one_that_is_kept(void **state)
{
	struct guard_options options = {.unbound = conf};
	struct problems problems = {0};
	struct guard *guard;

	(void)state;
	put_file(conf, ZONE);
	assert_int_equal(open_without(conf, &guard, &options, &problems), 0);
	assert_int_equal(problems.errors, 0);
	assert_int_equal(problems.count, 1);
	expect_told(&problems, "Permission denied");
	expect_told(&problems, "`unbound: no`");
	guard_close(guard);
	problems_fini(&problems);
	options.unbound_given = true;
	assert_int_equal(
		open_without(conf, &guard, &options, &problems), PAL_EFORM);
	expect_told(&problems, "Permission denied");
	problems_fini(&problems);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_at_what_it_cannot_read),
		cmocka_unit_test(goes_without_one),
		cmocka_unit_test(warns_of_one_that_is_kept),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
