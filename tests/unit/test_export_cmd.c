/* palang export, from the command line to the file. */
#include "tool_util.h"

#define ORDER                                                                  \
	"palang-order: 1\n"                                                    \
	"authority: k\n"                                                       \
	"id: 2017/1\n"                                                         \
	"action: block\n"                                                      \
	"issued: 2017-07-14T09:00:00+07:00\n"                                  \
	"targets:\n"                                                           \
	"  - {name: t.me, scope: exact}\n"                                     \
	"  - name: telegram.org\n"                                             \
	"    scope: subtree\n"                                                 \
	"    except: [api.telegram.org]\n"

static void
create(struct tool *tool)
{
	tool_create(tool);
	tool_write(tool, "order.yaml", ORDER);
	tool_expect(tool, 0,
		"apply --transcribed --source letter %s/order.yaml", tool->dir);
}

static void
writes_what_orders_block(void **state)
{
	static const struct {
		const char *options, *out, *err;
	} cases[] = {
		{"--format rpz --at-serial 17",
			"$ORIGIN rpz.palang.\n$TTL 60\n"
			"@ SOA localhost. root.localhost. 17 60 60 604800 60\n"
			"@ NS localhost.\n"
			"t.me 30 A 192.0.2.1\n"
			"telegram.org 30 A 192.0.2.1\n"
			"*.telegram.org 30 A 192.0.2.1\n"
			"api.telegram.org 60 CNAME rpz-passthru.\n"
			"*.api.telegram.org 60 CNAME rpz-passthru.\n",
			"5 records: 2 names blocked, 1 open below them\n"},
		{"--format hosts",
			"0.0.0.0 t.me\n:: t.me\n"
			"0.0.0.0 telegram.org\n:: telegram.org\n",
			"1 name blocked with all below it: there alone\n"},
		{"--format hosts --addresses",
			"192.0.2.1 t.me\n:: t.me\n"
			"192.0.2.1 telegram.org\n:: telegram.org\n",
			"1 name blocked with all below it: there alone\n"},
		{"--format plain", "t.me\ntelegram.org\n",
			"1 name open below one that is given: a reader that takes in all below a name blocks it, too\n"},
		{"--format plain --scope exact", "t.me\ntelegram.org\n",
			"1 name blocked with all below it: there alone\n"},
		{"--format plain --scope subtree", "telegram.org\n",
			"1 name of the other scope: left out\n"},
	};
	struct tool tool;

	(void)state;
	create(&tool);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tool_expect(&tool, 0, "export %s", cases[i].options);
		assert_string_equal(tool.out, cases[i].out);
		tool_expect_in(tool.err, cases[i].err);
	}
	tool_remove(&tool);
}

/* A hosts file is taken as a feed whatever the policy answers. */
static void
hosts_come_back(void **state)
{
	struct tool tool;

	(void)state;
	create(&tool);
	tool_expect(
		&tool, 0, "export --format hosts --output %s/hosts", tool.dir);
	tool_expect(&tool, 0, "feed check --format hosts %s/hosts", tool.dir);
	assert_null(strstr(tool.out, "real address"));
	tool_expect_in(tool.out, "2  rules");
	tool_remove(&tool);
}

static void
refuses_what_makes_no_sense(void **state)
{
	static const struct {
		const char *options, *err;
	} cases[] = {
		{"", "say --format rpz, hosts or plain"},
		{"--format bind", "--format bind: rpz, hosts or plain"},
		{"--format hosts --origin rpz.example",
			"--origin: only of --format rpz"},
		{"--format plain --addresses",
			"--addresses: only of --format hosts"},
		{"--format plain --at-serial 1",
			"--at-serial: only of --format rpz"},
		{"--format rpz --scope exact",
			"--scope: only of --format plain"},
		{"--format plain --scope all", "--scope all: exact or subtree"},
		{"--format rpz --at-serial 4294967296",
			"--at-serial 4294967296: a number up to 4294967295"},
		{"--format rpz --at-serial -1",
			"--at-serial -1: a number up to 4294967295"},
		{"--format rpz --origin rpz..example", "--origin rpz..example"},
		{"--format rpz -o /nowhere/zone",
			"/nowhere/zone: No such file or directory"},
		/* it would be replaced by a file */
		{"--format rpz -o /dev/null", "/dev/null: is no regular file"},
	};
	struct tool tool;

	(void)state;
	create(&tool);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tool_expect(&tool, 2, "export %s", cases[i].options);
		tool_expect_in(tool.err, cases[i].err);
		assert_string_equal(tool.out, "");
	}
	tool_remove(&tool);
}

static void
replaces_the_file_whole(void **state)
{
	char path[128], *text;
	struct tool tool;
	struct stat old, new;
	size_t len;

	(void)state;
	create(&tool);
	tool_write(&tool, "zone", "what stood there before\n");
	snprintf(path, sizeof path, "%s/zone", tool.dir);
	assert_int_equal(stat(path, &old), 0);
	tool_expect(&tool, 0, "export --format plain --output %s", path);
	assert_string_equal(tool.out, "");
	assert_int_equal(file_read(path, 1 << 16, 0, &text, &len), 0);
	assert_string_equal(text, "t.me\ntelegram.org\n");
	free(text);
	assert_int_equal(stat(path, &new), 0);
	assert_int_not_equal(old.st_ino, new.st_ino);
	assert_int_equal(new.st_mode & 07777, 0644);
	/* One that fails leaves it, and nothing beside it. */
	tool_expect(&tool, 2, "export --format rpz --origin x..y --output %s",
		path);
	assert_int_equal(stat(path, &old), 0);
	assert_int_equal(old.st_ino, new.st_ino);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_orders_block),
		cmocka_unit_test(hosts_come_back),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(replaces_the_file_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
