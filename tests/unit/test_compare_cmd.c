/* palang compare, from the command line to what it prints. */
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

#define ZONE                                                                   \
	"$ORIGIN rpz.test.\n"                                                  \
	"@ 60 SOA localhost. root.localhost. 1 60 60 60 60\n"                  \
	"t.me 60 A 192.0.2.1\n"                                                \
	"telegram.org 60 CNAME .\n"                                            \
	"*.telegram.org 60 A 192.0.2.1\n"                                      \
	"x.core.telegram.org 60 A 192.0.2.1\n"                                 \
	"old.example 60 CNAME rpz-drop.\n"

static void
create(struct tool *tool)
{
	tool_create(tool);
	tool_write(tool, "order.yaml", ORDER);
	tool_write(tool, "zone", ZONE);
	tool_expect(tool, 0,
		"apply --transcribed --source letter %s/order.yaml", tool->dir);
}

static void
compare(struct tool *tool, int code, const char *options, const char *names)
{
	tool_write(tool, "names", names);
	tool_expect(tool, code, "compare --rpz %s/zone --names %s/names %s",
		tool->dir, tool->dir, options);
}

static void
shows_differences(void **state)
{
	struct tool tool;

	(void)state;
	create(&tool);
	compare(&tool, 1, "",
		"T.me # named first\n\ntelegram.org\nwww.telegram.org\n"
		"api.telegram.org\ncore.telegram.org\nold.example\n"
		"t.me.\nwww.t.me\nhttps://t.me/a\n");
	assert_string_equal(tool.out,
		"old.example\n"
		"  rpz:    drop, by old.example\n"
		"  palang: open, no list blocks it\n"
		"telegram.org\n"
		"  rpz:    nxdomain, by telegram.org\n"
		"  palang: sinkhole, by k:2017/1, subtree telegram.org\n"
		"api.telegram.org\n"
		"  rpz:    local-data, by *.telegram.org\n"
		"  palang: open, no list blocks it\n"
		"core.telegram.org\n"
		"  rpz:    open, *.telegram.org does not reach below "
		"core.telegram.org\n"
		"  palang: sinkhole, by k:2017/1, subtree telegram.org\n"
		"7 names: 3 the same, 3 blocked by one alone, 1 blocked with "
		"another answer\n"
		"lines that are no names: 1\n");
	compare(&tool, 0, "--verdicts", "telegram.org\nt.me\n");
	assert_string_equal(tool.out,
		"2 names: 2 the same, 0 blocked by one alone, 0 blocked with "
		"another answer\n");
	compare(&tool, 1, "--json", "old.example\ntelegram.org\n");
	tool_expect_in(tool.out, "\"kind\": \"verdict\"");
	tool_expect_in(tool.out, "\"kind\": \"answer\"");
	tool_expect_in(tool.out, "\"names\": 2");
	tool_remove(&tool);
}

static void
shows_what_blocks_all_names(void **state)
{
	static const char names[] = "example.net\ngood.org\ntelegram.org\n";
	struct tool tool;

	(void)state;
	create(&tool);
	tool_write(&tool, "zone",
		"$ORIGIN rpz.test.\n"
		"@ 60 SOA localhost. root.localhost. 1 60 60 60 60\n"
		"* 60 CNAME .\n"
		"good.org 60 CNAME rpz-passthru.\n");
	compare(&tool, 1, "", names);
	assert_string_equal(tool.out,
		"example.net\n"
		"  rpz:    nxdomain, by *\n"
		"  palang: open, no list blocks it\n"
		"telegram.org\n"
		"  rpz:    open, * does not reach below org\n"
		"  palang: sinkhole, by k:2017/1, subtree telegram.org\n"
		"3 names: 1 the same, 2 blocked by one alone, 0 blocked with "
		"another answer\n");
	compare(&tool, 1, "--json", names);
	tool_expect_in(tool.out, "\"owner\": \"*\"");
	tool_remove(&tool);
}

static void
finds_its_own_export_the_same(void **state)
{
	struct tool tool;

	(void)state;
	create(&tool);
	tool_expect(&tool, 0, "export --format rpz -o %s/zone", tool.dir);
	compare(&tool, 0, "",
		"t.me\nwww.t.me\ntelegram.org\na.telegram.org\n"
		"api.telegram.org\nv1.api.telegram.org\n");
	tool_remove(&tool);
}

static void
refuses_what_it_cannot_read(void **state)
{
	struct tool tool;

	(void)state;
	create(&tool);
	tool_write(&tool, "names", "t.me\n");
	tool_write(&tool, "bad",
		"$ORIGIN rpz.test.\nt.me CNAME a b\n@ 60 SOA l. r. 1 2 3 4 5\n");
	tool_expect(&tool, 2, "compare");
	tool_expect_in(tool.err, "say --rpz FILE and --names FILE");
	tool_expect(
		&tool, 2, "compare --rpz /nowhere --names %s/names", tool.dir);
	tool_expect_in(tool.err, "/nowhere: No such file");
	tool_expect(
		&tool, 2, "compare --rpz %s/zone --names /nowhere", tool.dir);
	tool_expect_in(tool.err, "/nowhere: No such file");
	tool_expect(
		&tool, 2, "compare --rpz %s/zone --names /dev/null", tool.dir);
	tool_expect_in(tool.err, "/dev/null: there is no name in it");
	tool_expect(&tool, 2, "compare --rpz %s/bad --names %s/names", tool.dir,
		tool.dir);
	tool_expect_in(tool.err, "bad:2: error");
	tool_remove(&tool);
}

/* ---- docs/MIGRATION.md ---- */

/* The block of the page that begins with ```NAME, as text to be freed. */
static char *
block_of(const char *page, const char *name)
{
	char open[32];
	const char *from;

	snprintf(open, sizeof open, "```%s\n", name);
	from = strstr(page, open);
	assert_non_null(from);
	from += strlen(open);
	return strndup(from, (size_t)(strstr(from, "```") - from));
}

/* The command on the first line of the block prints the rest of it. */
static void
expect_block(struct tool *tool, int code, const char *page, const char *name)
{
	static const char prompt[] = "$ palang ";
	char *block = block_of(page, name), *end = strchr(block, '\n');

	assert_int_equal(strncmp(block, prompt, strlen(prompt)), 0);
	*end = '\0';
	tool_expect(tool, code, "%s", block + strlen(prompt));
	assert_string_equal(tool->out, end + 1);
	free(block);
}

static void
the_page_on_migration_tells_the_truth(void **state)
{
	char config[512], *page, *zone, *names, *cwd = getcwd(NULL, 0);
	struct tool tool;
	size_t len;

	(void)state;
	assert_int_equal(file_read(SOURCE_DIR "/docs/MIGRATION.md", 1 << 20, 0,
				 &page, &len),
		0);
	tool_create(&tool);
	snprintf(config, sizeof config,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"authorities:\n"
		"  kominfo: {kind: external, signature: transcribed, "
		"answer: nxdomain}\n",
		tool.dir, tool.dir);
	tool_write(&tool, "palang.yaml", config);
	zone = block_of(page, "zone");
	tool_write(&tool, "rpz.zone", zone);
	names = block_of(page, "names");
	tool_write(&tool, "queries", names);
	assert_int_equal(chdir(tool.dir), 0);
	expect_block(&tool, 0, page, "check");
	tool_expect(&tool, 0,
		"feed add old-rpz --authority kominfo --source %s/rpz.zone "
		"--format rpz --min-names 3",
		tool.dir);
	tool_expect(&tool, 0, "allow add bank-of-choice.co.id --reason ours");
	expect_block(&tool, 1, page, "compare");
	expect_block(&tool, 0, page, "export");
	assert_int_equal(chdir(cwd), 0);
	free(cwd);
	free(zone);
	free(names);
	free(page);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_differences),
		cmocka_unit_test(shows_what_blocks_all_names),
		cmocka_unit_test(finds_its_own_export_the_same),
		cmocka_unit_test(refuses_what_it_cannot_read),
		cmocka_unit_test(the_page_on_migration_tells_the_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
