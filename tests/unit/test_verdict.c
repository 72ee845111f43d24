#include "lists_util.h"

#include <errno.h>

#include "palang/error.h"
#include "verdict.h"

static void
test_judge(void **state)
{
	static const struct {
		const char *name;
		int64_t now;
		enum pal_action action;
		const char *list;
		const char *why;
	} cases[] = {
		{"t.me", 1600000000, PAL_BLOCK, "orders", "an order"},
		{"www.t.me", 1600000000, PAL_PASS, NULL, "exact: not below"},
		{"telegram.org", 1600000000, PAL_PASS, NULL, "not yet"},
		{"a.telegram.org", 2000000000, PAL_BLOCK, "orders", "begun"},
		{"www.bad.example", 1600000000, PAL_BLOCK, "feed", "a feed"},
		{"good.bad.example", 1600000000, PAL_PASS, NULL, "allowed"},
	};
	struct verdict_source *source;
	struct pal_verdict verdict;
	char why[VERDICT_WHY_MAX];
	struct lists lists;

	(void)state;
	lists_create(&lists);
	assert_int_equal(verdict_open(&source, lists.dir, why), 0);
	assert_int_equal(verdict_snapshot(source)->manifest.generation, 7);
	assert_int_equal(verdict_snapshot(source)->policies, 3);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pal_name name = name_of(cases[i].name);

		print_message("%s: %s\n", cases[i].name, cases[i].why);
		verdict_judge(
			source, &name, PAL_TYPE_A, cases[i].now, &verdict);
		assert_int_equal(verdict.action, cases[i].action);
		if (cases[i].list != NULL)
			assert_string_equal(verdict.list->name, cases[i].list);
	}
	verdict_close(source);
	lists_remove(&lists);
}

/* Opens lists that are broken in some way. */
static void
refuse(struct lists *lists, int want, const char *part)
{
	struct verdict_source *source;
	char why[VERDICT_WHY_MAX] = "";

	assert_int_equal(verdict_open(&source, lists->dir, why), want);
	assert_null(source);
	print_message("%s\n", why);
	assert_non_null(strstr(why, part));
}

static void
test_broken(void **state)
{
	struct lists lists;
	char path[128];

	(void)state;
	lists_create(&lists);

	/* An image of the same size that is not the manifest's. */
	lists.manifest.lists[0].digest[0] ^= 1;
	lists_manifest(&lists);
	refuse(&lists, PAL_EDIGEST, "orders.img");
	lists.manifest.lists[0].digest[0] ^= 1;

	lists.manifest.lists[0].size++;
	lists_manifest(&lists);
	refuse(&lists, PAL_EFORM, "shorter");
	lists.manifest.lists[0].size -= 2;
	lists_manifest(&lists);
	refuse(&lists, PAL_EFORM, "longer");
	lists.manifest.lists[0].size++;

	/* A feed's image in the place of the orders. */
	struct pal_manifest good = lists.manifest;

	lists.manifest.count = 1;
	lists.manifest.lists[0] = good.lists[2];
	lists.manifest.lists[0].role = PAL_ROLE_ORDERS;
	strcpy(lists.manifest.lists[0].name, "orders");
	lists_manifest(&lists);
	refuse(&lists, PAL_EFORM, "form");
	lists.manifest = good;

	lists_write(lists.dir, "manifest", "palang", 6);
	refuse(&lists, PAL_EFORM, "manifest: ");

	lists_manifest(&lists);
	snprintf(path, sizeof path, "%s/lists/feed.img", lists.dir);
	assert_int_equal(truncate(path, 100), 0);
	refuse(&lists, PAL_EFORM, "feed.img");

	/* A link could lead out of the folder. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("allow.img", path), 0);
	refuse(&lists, PAL_ESYS, "feed.img");
	assert_int_equal(unlink(path), 0);
	refuse(&lists, PAL_ESYS, "feed.img");

	snprintf(path, sizeof path, "%s/lists/manifest", lists.dir);
	assert_int_equal(unlink(path), 0);
	refuse(&lists, PAL_ESYS, "manifest");
	assert_int_equal(errno, ENOENT);
	lists_remove(&lists);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
