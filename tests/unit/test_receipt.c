/* Receipts: what became of orders, for who gave them. */
#include "clock_util.h"
#include "sign_util.h"

#include "syslog_util.h"

#include "json.h"
#include "ledger.h"
#include "receipt.h"

static struct json_value *
parse(const char *text)
{
	struct json_value *value;

	assert_int_equal(json_read(&value, text, strlen(text)), 0);
	return value;
}

static void
expect_text(const struct json_value *object, const char *key, const char *text)
{
	const char *found = json_text(json_get(object, key));

	if (found == NULL || strcmp(found, text) != 0)
		fail_msg("%s is %s, not %s", key, found, text);
}

/* The first order of the receipt that the last command printed. */
static const struct json_value *
first(struct json_value **value, struct tool *tool)
{
	*value = parse(tool->out);
	return json_at(json_get(*value, "orders"), 0);
}

static void
expect_target(const struct json_value *order, size_t at, const char *name,
	const char *state, const char *by)
{
	const struct json_value *target =
		json_at(json_get(order, "targets"), at);

	expect_text(target, "name", name);
	expect_text(target, "state", state);
	if (by != NULL)
		expect_text(target, "by", by);
}

static void
tells_all(void **state)
{
	const struct json_value *order, *resolver;
	struct json_value *value;
	struct tool tool;
	int64_t number;

	(void)state;
	sign_create(&tool, "");
	tool_expect(&tool, 0, "block b.example --scope subtree --id FIRST");
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: exact\ntargets: [a.example, "
		"b.example, c.example]\n");
	sign_file(&tool, "now", "1.yaml");
	tool_expect(&tool, 0, "apply %s/1.yaml", tool.dir);
	sign_order(&tool, "2", "k", "2",
		"action: lift\nlifts: 1\ntargets: [a.example, b.example]\n");
	sign_file(&tool, "now", "2.yaml");
	tool_expect(&tool, 0, "apply %s/2.yaml", tool.dir);
	tool_resolver(&tool, "one", 0, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "receipt k:1 --json");
	order = first(&value, &tool);
	expect_text(order, "authority", "k");
	expect_text(order, "id", "1");
	expect_text(order, "state", "active");
	expect_text(order, "comment", "of 1.yaml");
	assert_int_equal(strlen(json_text(json_get(order, "key"))), 16);
	assert_true(json_int(json_get(order, "generation"), &number));
	assert_int_equal(number, 3);
	assert_int_equal(json_count(json_get(order, "targets")), 3);
	expect_target(order, 0, "a.example", "open", NULL);
	expect_target(
		order, 1, "b.example", "already blocked", "operator:FIRST");
	expect_target(order, 2, "c.example", "taken", NULL);
	expect_text(json_at(json_get(order, "events"), 0), "what", "lifted");
	/* Of the resolver's own status: no command has recorded it. */
	resolver = json_at(json_get(order, "resolvers"), 0);
	expect_text(resolver, "instance", "one");
	assert_true(json_int(json_get(resolver, "in_effect_ms"), &number));
	assert_true(json_int(json_get(resolver, "swept_ms"), &number));
	json_free(value);
	tool_expect(&tool, 0, "receipt k:2 --json");
	order = first(&value, &tool);
	expect_target(order, 1, "b.example", "still blocked", "operator:FIRST");
	json_free(value);
	/* One without targets lifts what its order blocks. */
	sign_order(&tool, "3", "k", "3", "action: lift\nlifts: 1\n");
	sign_file(&tool, "now", "3.yaml");
	tool_expect(&tool, 0, "apply %s/3.yaml", tool.dir);
	tool_expect(&tool, 0, "receipt k:3 --json");
	order = first(&value, &tool);
	assert_int_equal(json_count(json_get(order, "targets")), 3);
	expect_target(order, 0, "a.example", "open", NULL);
	expect_target(order, 1, "b.example", "still blocked", "operator:FIRST");
	expect_target(order, 2, "c.example", "open", NULL);
	json_free(value);
	/* It has done what it should where they are open. */
	tool_expect(&tool, 0, "receipt k:3");
	tool_expect_in(tool.out, "2 of 3 names open\n  b.example");
	tool_expect_in(tool.out, "still blocked by operator:FIRST\n");
	assert_null(strstr(tool.out, "a.example"));
	assert_null(strstr(tool.out, "taken"));
	tool_expect(&tool, 0, "receipt k:1");
	tool_expect_in(tool.out, "receipt of k:1: lifted\n");
	tool_expect_in(tool.out, "0 of 3 names taken\n");
	tool_expect_in(tool.out, "already blocked by operator:FIRST\n");
	tool_expect(&tool, 2, "receipt nothing");
	tool_remove(&tool);
}

/* Exceptions are open because the order says so, not in spite of it; and where
 * the lists are not to be read, nothing is said of names. */
static void
counts_names(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: subtree\ntargets: [a.example, "
		"{name: b.example, except: [c.b.example]}]\n");
	sign_file(&tool, "now", "1.yaml");
	tool_expect(&tool, 0, "apply %s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "receipt k:1");
	tool_expect_in(tool.out, "2 of 2 names taken\n"
				 "  c.b.example (subtree): left open\n");
	sign_order(&tool, "2", "k", "2", "action: lift\nlifts: 1\n");
	sign_file(&tool, "now", "2.yaml");
	tool_expect(&tool, 0, "apply %s/2.yaml", tool.dir);
	tool_expect(&tool, 0, "receipt k:2");
	tool_expect_in(tool.out, "2 of 2 names open\n"
				 "  c.b.example (subtree): left open\n");
	sign_shell(&tool, "mv live/lists/manifest live/lists/kept");
	tool_expect(&tool, 0, "receipt k:2");
	tool_expect_in(tool.out, "what became of the names is not known");
	assert_null(strstr(tool.out, " of 2 names"));
	sign_shell(&tool, "mv live/lists/kept live/lists/manifest");
	tool_remove(&tool);
}

/* ---- what resolvers say ---- */

static const struct tool *published_by;

/* A minute goes by, and then they all have it: more than the journal takes at a
 * time. */
static void
all_have_it(void)
{
	char name[16];

	while_told = NULL;
	now_s += 60;
	for (int i = 0; i <= STATE_NEW_RESOLVERS; i++) {
		snprintf(name, sizeof name, "r%d", i);
		tool_resolver(published_by, name, 0, PAL_STATE_OK, 0);
	}
}

/* A command that waits sees what was said while it did: that is later than its
 * beginning, and true all the same. */
static void
believes_what_was_said_meanwhile(void **state)
{
	const struct json_value *resolvers;
	struct json_value *value;
	struct tool tool;
	char path[160], *text;
	int64_t at;
	size_t len;

	(void)state;
	now_s = 1767225600;
	tool_create(&tool);
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: exact\ntargets: [a.example]\n");
	published_by = &tool;
	while_told = all_have_it;
	tool_expect(&tool, 0,
		"apply --transcribed --source letter %s/1.yaml "
		"--receipt %s/receipt --wait-swept=5s",
		tool.dir, tool.dir);
	snprintf(path, sizeof path, "%s/receipt", tool.dir);
	assert_int_equal(file_read(path, 1 << 20, 0, &text, &len), 0);
	value = parse(text);
	resolvers =
		json_get(json_at(json_get(value, "orders"), 0), "resolvers");
	assert_int_equal(json_count(resolvers), STATE_NEW_RESOLVERS + 1);
	for (size_t i = 0; i <= STATE_NEW_RESOLVERS; i++) {
		const struct json_value *one = json_at(resolvers, i);

		assert_true(json_int(json_get(one, "in_effect_ms"), &at));
		assert_int_equal(at, (1767225600 + 60) * INT64_C(1000) + 500);
		assert_true(json_int(json_get(one, "swept_ms"), &at));
		assert_int_equal(at, (1767225600 + 60) * INT64_C(1000) + 500);
	}
	json_free(value);
	free(text);
	tool_remove(&tool);
	now_s = 0;
}

/* The sum of the file is that of the file, and the digest the order's. */
static void
sums_are_right(void **state)
{
	struct json_value *value;
	const struct json_value *order;
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: exact\ntargets: [a.example]\n");
	sign_file(&tool, "now", "1.yaml");
	tool_expect(&tool, 0, "apply %s/1.yaml --receipt %s/receipt", tool.dir,
		tool.dir);
	sign_shell(&tool, "grep \"$(sha256sum <1.yaml | cut -c1-64)\" receipt");
	tool_expect(&tool, 0, "show 1 --json");
	value = parse(tool.out);
	sign_shell(
		&tool, "grep %s receipt", json_text(json_get(value, "digest")));
	json_free(value);
	/* Sent again: the same receipt, but for the head. */
	tool_expect(&tool, 0, "apply %s/1.yaml --receipt %s/again", tool.dir,
		tool.dir);
	sign_shell(&tool, "! cmp receipt again && diff receipt again | "
			  "grep -c '^<' | grep '^[1-5]$'");
	tool_expect(&tool, 0, "receipt 1 --json");
	order = first(&value, &tool);
	expect_text(order, "state", "active");
	json_free(value);
	tool_remove(&tool);
}

/* The receipt's head finds what was recorded before it and changed since. */
static void
binds_the_journal(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: exact\ntargets: [a.example]\n");
	sign_file(&tool, "now", "1.yaml");
	tool_resolver(&tool, "one", (uint64_t)-1, PAL_STATE_OK, 0);
	tool_expect(&tool, 0, "apply %s/1.yaml --receipt %s/receipt --wait=1s",
		tool.dir, tool.dir);
	/* What it waited for is in it, and in the journal that it binds. */
	sign_shell(&tool, "grep -q '\"instance\": \"one\"' receipt");
	tool_expect(&tool, 0, "publish");
	tool_expect(&tool, 0, "audit verify --receipt %s/receipt", tool.dir);
	sign_shell(&tool, "sed -i 's/\"n\": [0-9]*/\"n\": 2/' receipt");
	tool_expect(&tool, 1, "audit verify --receipt %s/receipt", tool.dir);
	tool_expect_in(tool.out, "no entry has this hash at its place");
	tool_remove(&tool);
}

static void
is_written_in_time_or_not_at_all(void **state)
{
	struct tool tool;

	(void)state;
	sign_create(&tool, "");
	sign_order(&tool, "1", "k", "1",
		"action: block\nscope: exact\ntargets: [a.example]\n");
	/* Refused: no receipt. */
	tool_expect(&tool, 2, "apply %s/1.yaml --receipt %s/receipt", tool.dir,
		tool.dir);
	sign_shell(&tool, "! test -e receipt");
	sign_file(&tool, "now", "1.yaml");
	/* Nowhere to write it: nothing is recorded. */
	tool_expect(&tool, 2, "apply %s/1.yaml --receipt %s/none/receipt",
		tool.dir, tool.dir);
	assert_int_equal(tool_generation(&tool), 1);
	tool_expect(&tool, 2, "apply -n %s/1.yaml --receipt %s/receipt",
		tool.dir, tool.dir);
	tool_remove(&tool);
}

static void
tells_of_refused_ones(void **state)
{
	const uint8_t sha256[PAL_SHA256_SIZE] = {0xab};
	const struct receipt_refusal refusal = {.file = "x.yaml",
		.sha256 = sha256,
		.text = "no order: `palang-order: 1` is missing",
		.line = 1};
	struct state empty = {.ledger = NULL};
	const struct json_value *told;
	struct receipt receipt;
	struct json_value *value;
	int64_t line;
	char *text;

	(void)state;
	assert_int_equal(receipt_refuse(&receipt, &empty, &refusal), 0);
	text = receipt_text(&receipt);
	value = parse(text);
	assert_int_equal(json_count(json_get(value, "orders")), 0);
	told = json_get(value, "refusal");
	expect_text(told, "file", "x.yaml");
	expect_text(told, "text", refusal.text);
	assert_true(json_int(json_get(told, "line"), &line));
	assert_int_equal(line, 1);
	json_free(value);
	free(text);
	receipt_fini(&receipt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_all),
		cmocka_unit_test(counts_names),
		cmocka_unit_test(believes_what_was_said_meanwhile),
		cmocka_unit_test(sums_are_right),
		cmocka_unit_test(binds_the_journal),
		cmocka_unit_test(is_written_in_time_or_not_at_all),
		cmocka_unit_test(tells_of_refused_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
