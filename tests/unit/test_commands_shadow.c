/* Orders on trial, from the command line. */
#include "tool_util.h"

#define TRY "apply --transcribed --source x --shadow %s/try.yaml"

static void
write_order(const struct tool *tool, const char *file, const char *id,
	const char *targets)
{
	char text[8192];

	snprintf(text, sizeof text,
		"palang-order: 1\nauthority: k\nid: %s\naction: block\n"
		"issued: 2017-07-14T00:00:00Z\neffective: "
		"2099-01-01T00:00:00Z\nscope: exact\ntargets: [%s]\n",
		id, targets);
	tool_write(tool, file, text);
}

/* The entry of the list of trials, or NULL. */
static const struct pal_manifest_entry *
shadow_of(const struct tool *tool)
{
	static struct pal_manifest manifest;

	tool_manifest(tool, &manifest);
	for (unsigned i = 0; i < manifest.count; i++) {
		if (manifest.lists[i].role == PAL_ROLE_SHADOW)
			return &manifest.lists[i];
	}
	return NULL;
}

static void
test_tries(void **state)
{
	struct pal_manifest before, now;
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_manifest(&tool, &before);
	write_order(&tool, "try.yaml", "T", "a.example, b.example");
	tool_expect(&tool, 0, TRY " -n", tool.dir);
	tool_expect_in(tool.out, "k:T: would be on trial, 2 names");
	assert_null(shadow_of(&tool));
	tool_expect(&tool, 0, TRY, tool.dir);
	tool_expect_in(tool.out, "k:T: on trial, 2 names; nothing is blocked");
	/* the orders in force are the very same */
	tool_manifest(&tool, &now);
	assert_memory_equal(
		&before.lists[0], &now.lists[0], sizeof(now.lists[0]));
	assert_non_null(shadow_of(&tool));
	tool_expect(&tool, 1, "why a.example");
	tool_expect(&tool, 0, "show T");
	tool_expect_in(tool.out, "# k:T: shadow, nothing of it is in force");
	tool_expect(&tool, 0, "list --all");
	assert_null(strstr(tool.out, "T"));
	tool_expect(&tool, 0, "status");
	tool_expect_in(tool.out, "on trial k:T since ");
	tool_expect(&tool, 0, "status --json");
	tool_expect_in(tool.out, "\"k:T\"");
	/* no resolver runs here */
	tool_expect(&tool, 1, "forecast T");
	tool_expect_in(tool.out, "no running resolver counts it");
	tool_expect(&tool, 2, "forecast X");
	/* other changes carry it over, a publication makes it anew */
	tool_expect(&tool, 0, "block c.example --id C -s exact --reason x");
	assert_non_null(shadow_of(&tool));
	tool_expect(&tool, 0, "publish");
	assert_non_null(shadow_of(&tool));
	tool_expect(&tool, 2, TRY, tool.dir);
	tool_expect_in(tool.err, "k:T is on trial already, since ");

	tool_expect(&tool, 0, "activate T -n");
	assert_non_null(shadow_of(&tool));
	tool_expect(&tool, 0, "activate T");
	assert_null(shadow_of(&tool));
	/* with the times that it gives: those of the trial were others */
	tool_expect(&tool, 0, "list --pending");
	tool_expect_in(tool.out, "T");
	tool_expect(&tool, 2, "activate T");
	tool_expect_in(tool.err, "no order \"T\" is on trial");
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "shadowed");
	tool_expect_in(tool.out, "activated");
	tool_expect(&tool, 2, TRY, tool.dir);
	tool_expect_in(tool.err, "k:T is recorded already");
	tool_expect(&tool, 0, "audit verify");
	tool_remove(&tool);
}

/* Sent in the ordinary way it is in force, and the trial is over. */
static void
test_ends_by_itself(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_order(&tool, "try.yaml", "T", "a.example");
	tool_expect(&tool, 0, TRY, tool.dir);
	tool_expect(&tool, 0, "apply --transcribed --source x %s/try.yaml",
		tool.dir);
	assert_null(shadow_of(&tool));
	tool_expect(&tool, 0, "forecast");
	tool_expect_in(tool.out, "no order is on trial");
	tool_remove(&tool);
}

static void
test_rejects(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	write_order(&tool, "try.yaml", "T", "a.example");
	write_order(&tool, "other.yaml", "U", "b.example");
	tool_expect(&tool, 0, TRY, tool.dir);
	tool_expect(&tool, 0,
		"apply --transcribed --source x --shadow %s/other.yaml",
		tool.dir);
	tool_expect(&tool, 0, "reject T --reason 'not worth it'");
	tool_expect_in(tool.out, "k:T: no more on trial");
	assert_non_null(shadow_of(&tool));
	tool_expect(&tool, 2, "reject T --reason again");
	tool_expect(&tool, 0, "reject U --reason 'nor this'");
	assert_null(shadow_of(&tool));
	tool_expect(&tool, 0, "history");
	tool_expect_in(tool.out, "rejected");
	/* it may be tried again */
	tool_expect(&tool, 0, TRY, tool.dir);
	assert_non_null(shadow_of(&tool));
	tool_remove(&tool);
}

/* At most 100 names, over all that is on trial. */
static void
test_bounds(void **state)
{
	char names[4096] = "n0.example";
	struct tool tool;

	(void)state;
	tool_create(&tool);
	for (int i = 1; i < PAL_SHADOW_MAX; i++)
		sprintf(names + strlen(names), ", n%d.example", i);
	write_order(&tool, "try.yaml", "T", names);
	tool_expect(&tool, 0, TRY, tool.dir);
	write_order(&tool, "try.yaml", "U", "one.more.example");
	tool_expect(&tool, 2, TRY, tool.dir);
	tool_expect_in(tool.err, "100 are the most");
	tool_expect(&tool, 0, "reject T --reason x");
	tool_expect(&tool, 0, TRY, tool.dir);
	strcat(names, ", last.example");
	write_order(&tool, "try.yaml", "V", names);
	tool_expect(&tool, 2, TRY, tool.dir);
	tool_remove(&tool);
}

/* Guards look at it when it is to come into force; the trial goes on until
 * somebody has decided. */
static void
test_held(void **state)
{
	struct tool tool;

	(void)state;
	for (int approve = 0; approve < 2; approve++) {
		tool_create(&tool);
		write_order(&tool, "try.yaml", "T",
			"{name: github.io, scope: subtree}");
		tool_expect(&tool, 0, TRY, tool.dir);
		tool_expect(&tool, EXIT_HELD, "activate T");
		assert_non_null(shadow_of(&tool));
		tool_expect(&tool, EXIT_HELD, "activate T");
		tool_expect(&tool, approve ? 2 : 0, "%s T --reason x",
			approve ? "approve" : "reject");
		assert_true((shadow_of(&tool) != NULL) == approve);
		tool_expect(&tool, 0, "audit verify");
		tool_remove(&tool);
	}
}

static void
test_refuses(void **state)
{
	struct tool tool;

	(void)state;
	tool_create(&tool);
	tool_write(&tool, "try.yaml",
		"palang-order: 1\nauthority: k\nid: L\naction: lift\n"
		"lifts: T\nissued: 2017-07-14T00:00:00Z\n");
	tool_expect(&tool, 2, TRY, tool.dir);
	tool_expect_in(tool.err, "a lift cannot be tried");
	/* what could not come into force cannot be tried */
	write_order(&tool, "try.yaml", "T", "a.example");
	tool_expect(&tool, 2, "apply --shadow %s/try.yaml", tool.dir);
	tool_expect_in(tool.err, "transcribed");
	assert_null(shadow_of(&tool));
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tries),
		cmocka_unit_test(test_ends_by_itself),
		cmocka_unit_test(test_rejects),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
