/*
 * Will Unbound start: its configuration, read as it reads it; and crafted
 * programs and modules that do not fit each other.
 */
#include "elf_util.h"
#include "lists_util.h"

#include "host.h"
#include "text.h"

static struct lists lists;

static int
setup(void **state)
{
	(void)state;
	lists_create(&lists);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	lists_remove(&lists);
	return 0;
}

/* PATH inside the scratch folder; good for the next 256 calls. */
static const char *
in(const char *name)
{
	static char buf[256][128];
	static unsigned next;

	next = (next + 1) % 256;
	snprintf(buf[next], sizeof buf[next], "%s/%s", lists.dir, name);
	return buf[next];
}

static void
put_file(const char *name, const void *data, size_t len)
{
	FILE *file = fopen(in(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* A text with @ for the scratch folder. */
static void
put_text(const char *name, const char *text)
{
	FILE *file = fopen(in(name), "w");

	assert_non_null(file);
	for (; *text != '\0'; text++) {
		if (*text == '@')
			fputs(lists.dir, file);
		else
			fputc(*text, file);
	}
	assert_int_equal(fclose(file), 0);
}

static void
test_conf(void **state)
{
	static const struct {
		const char *text;
		const char *modules; /* NULL: not set */
		unsigned line;
		const char *library;
		const char *why;
	} cases[] = {
		{"", NULL, 0, NULL, "nothing"},
		{"server:\n\tmodule-config: \"dynlib iterator\"\n",
			"dynlib iterator", 2, NULL, "as usual"},
		{"server: module-config: 'dynlib iterator'", "dynlib iterator",
			1, NULL, "on one line"},
		{"server:module-config:\"dynlib iterator\"", "dynlib iterator",
			1, NULL, "no blanks"},
		{"server:\nmodule-config:\n# comment\n\n  iterator\n",
			"iterator", 2, NULL, "the value further down"},
		{"server:\n#module-config: \"x\"\n", NULL, 0, NULL,
			"a comment"},
		{"server: name: \"module-config: x\"", NULL, 0, NULL,
			"inside quotes"},
		{"server: local-data: 'a \"module-config:\" b'", NULL, 0, NULL,
			"inside quotes inside quotes"},
		{"server:\nmodule-config: \"a\"\nmodule-config: \"b\"\n", "b",
			3, NULL, "the last one counts"},
		{"dynlib:\n dynlib-file: /a/b.so # why\n", NULL, 0, "/a/b.so",
			"a library"},
		{"server: access-control: 127.0.0.1/8 allow\n"
		 "forward-zone: name: . forward-addr: 2001:db8::1@53\n"
		 "dynlib: dynlib-file: \"/x.so\"",
			NULL, 0, "/x.so", "among other things"},
		{"server: include: \"@/inc/*.conf\"\n", "from the second", 1,
			NULL, "the order of a pattern"},
		{"server: include: @/inc/1.conf\nport: 53\n", "from the first",
			1, NULL, "a file by name"},
		{"server: include: \"@/inc/*.none\"", NULL, 0, NULL,
			"a pattern that matches nothing"},
		{"include-toplevel: \"@/inc/top\"", "from the top", 1, NULL,
			"with a section of its own"},
		{"server: include: \"@/inc/outer\"", "from the first", 1, NULL,
			"an include in an include"},
		{"server: directory: \"@/inc\" include: 1.conf\n",
			"from the first", 1, NULL, "below the directory"},
		{"server: directory: @/inc\ninclude: \"*.conf\"\n",
			"from the second", 1, NULL, "a pattern below it"},
		{"server: directory: /nowhere include: @/inc/1.conf\n",
			"from the first", 1, NULL, "not below it"},
		{"server: module-config: \"\"\n", "", 1, NULL, "empty"},
		{"server: x: a\\\"b module-config: \"c\"", "c", 1, NULL,
			"a quote behind a backslash"},
	};

	(void)state;
	assert_int_equal(mkdir(in("inc"), 0755), 0);
	put_text("inc/1.conf", "module-config: \"from the first\"");
	put_text("inc/2.conf", "module-config: \"from the second\"");
	put_text("inc/top", "server: module-config: \"from the top\"");
	put_text("inc/outer", "\n\ninclude: \"@/inc/1.conf\"\n");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct problems problems = {0};
		struct ubconf conf;

		print_message("%s\n", cases[i].why);
		put_text("unbound.conf", cases[i].text);
		assert_int_equal(
			ubconf_load(&conf, in("unbound.conf"), &problems), 0);
		if (cases[i].modules == NULL) {
			assert_null(conf.modules.text);
		} else {
			assert_string_equal(
				conf.modules.text, cases[i].modules);
			assert_int_equal(conf.modules.line, cases[i].line);
		}
		assert_int_equal(conf.library_count, cases[i].library != NULL);
		if (cases[i].library != NULL)
			assert_string_equal(
				conf.libraries[0].text, cases[i].library);
		assert_int_equal(problems.count, 0);
		ubconf_fini(&conf);
	}
}

static void
test_conf_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *part;
	} cases[] = {
		{"server:\nmodule-config: \"dynlib\niterator\"", 2, "quote"},
		{"server:\n\nmodule-config:", 3, "missing"},
		{"dynlib:\n\nmodule-config: \"iterator\"", 3, "outside"},
		{"server: dynlib-file: \"/a.so\"", 1, "outside"},
		{"module-config: \"iterator\"", 1, "outside"},
		{"server:\ninclude: \"@/none.conf\"", 2, "No such file"},
		{"server:\ninclude: \"@/none/*.conf\"", 2, "cannot be listed"},
		{"server:\ninclude: \"@/loop\"", 1, "too many"},
		{"server:\ninclude: \"1.conf\"\ndirectory: \"@/inc\"", 2,
			"1.conf: No such file"},
		{"server:\ninclude-toplevel: \"@/inc/x\"\n"
		 "module-config: \"a\"",
			3, "outside"},
	};

	(void)state;
	put_text("loop", "include: \"@/loop\"");
	put_text("inc/x", "server:");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct problems problems = {0};
		struct ubconf conf;

		put_text("unbound.conf", cases[i].text);
		assert_int_equal(
			ubconf_load(&conf, in("unbound.conf"), &problems),
			PAL_EFORM);
		assert_true(problems.errors > 0);
		print_message("%u: %s\n", problems.items[0].line,
			problems.items[0].text);
		assert_int_equal(problems.items[0].line, cases[i].line);
		assert_non_null(strstr(problems.items[0].text, cases[i].part));
		ubconf_fini(&conf);
		problems_fini(&problems);
	}
}

/* However it is cut: an end, no crash. */
static void
test_conf_truncated(void **state)
{
	static const char text[] =
		"server:\n\tinclude: \"/nonexistent/*.c\"\n\tx: 'a\\'b'#c\n"
		"module-config: \"dynlib iterator\" dynlib:dynlib-file:/a\n";

	(void)state;
	for (size_t len = 0; len < sizeof text; len++) {
		struct problems problems = {0};
		struct ubconf conf;
		int err;

		put_file("unbound.conf", text, len);
		err = ubconf_load(&conf, in("unbound.conf"), &problems);
		assert_int_equal(err != 0, problems.errors > 0);
		ubconf_fini(&conf);
		problems_fini(&problems);
	}
}

static void
test_stack(void **state)
{
	static const struct {
		const char *modules; /* NULL: not set */
		unsigned count, ours;
		bool ok;
		const char *part; /* of the error or the warning; NULL: none */
	} cases[] = {
		{"dynlib iterator", 1, 0, true, NULL},
		{"dynlib validator iterator", 1, 0, true, NULL},
		{"dynlib dns64 validator iterator", 1, 0, true, NULL},
		{"dynlib  iterator", 1, 0, true, "not known to work"},
		{"python dynlib iterator", 1, 0, true, NULL},
		{"dynlib dynlib iterator", 2, 1, true, NULL},
		{"dns64 dynlib iterator", 1, 0, true, "dns64 stands before"},
		{"subnetcache dynlib validator iterator", 1, 0, true,
			"subnetcache stands before"},
		{NULL, 1, 0, false, "names no dynlib"},
		{"validator iterator", 1, 0, false, "names no dynlib"},
		{"", 1, 0, false, "names no dynlib"},
		{"dynlib validator", 1, 0, false, "end with the iterator"},
		{"dynlib iterator validator", 1, 0, false,
			"end with the iterator"},
		{"validator dynlib iterator", 1, 0, false, "behind"},
		{"dynlib validator dynlib iterator", 2, 1, false, "behind"},
		{"dynlib validator dynlib iterator", 2, 0, true,
			"not known to work"},
		{"dynlib dynlib iterator", 1, 0, false, "more often"},
		{"dynlib iterator", 2, 1, false, "less often"},
		{"dynlib iterator", 2, 0, true, "less often"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct problems problems = {0};
		struct ubconf_value value = {.text = (char *)cases[i].modules};

		print_message("%s\n",
			cases[i].modules != NULL ? cases[i].modules : "-");
		assert_int_equal(host_check_stack(&problems, &value,
					 cases[i].count, cases[i].ours),
			cases[i].ok);
		assert_int_equal(problems.count > 0, cases[i].part != NULL);
		assert_int_equal(problems.errors > 0, !cases[i].ok);
		if (cases[i].part != NULL)
			assert_non_null(
				strstr(problems.items[0].text, cases[i].part));
		problems_fini(&problems);
	}
}

static void
test_configured(void **state)
{
	static const char line[] = "--prefix=/usr --with-chroot-dir= "
				   "--with-dynlibmodule '--sysconfdir=/etc' "
				   "--prefix=/opt CFLAGS=-g -O2";
	static const struct {
		const char *option;
		const char *value; /* NULL: not there */
	} cases[] = {
		{"--with-chroot-dir", ""},
		{"--with-dynlibmodule", ""},
		{"--sysconfdir", "/etc"},
		{"--prefix", "/opt"},
		{"--with-dynlib", NULL},
		{"--with-run-dir", NULL},
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		print_message("%s\n", cases[i].option);
		assert_int_equal(
			host_configured(line, cases[i].option, buf, sizeof buf),
			cases[i].value != NULL);
		if (cases[i].value != NULL)
			assert_string_equal(buf, cases[i].value);
	}
}

static const char good_target[] =
	"palang-host 1\nbuild-id 0123\nversion 1.17.1\n"
	"configure --with-chroot-dir= --with-dynlibmodule\n";

static void
test_target(void **state)
{
	static const struct {
		const char *text;
		size_t len; /* 0: with its NUL */
		bool ok;
		const char *why;
	} cases[] = {
		{good_target, 0, true, "as it is written"},
		{good_target, 20, false, "no NUL"},
		{"palang-host 2\nbuild-id 1\nversion 1\nconfigure x\n", 0,
			false, "another version"},
		{"palang-host 1\nversion 1\nconfigure x\n", 0, false,
			"no build-id"},
		{"palang-host 1\nbuild-id \nversion 1\nconfigure x\n", 0, true,
			"empty: then no program fits"},
		{"palang-host 1\nx y\nbuild-id 1\nversion 1\nconfigure x\n", 0,
			true, "a line more"},
		{"", 0, false, "nothing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct host_target target;
		size_t len = cases[i].len != 0 ? cases[i].len
		                               : strlen(cases[i].text) + 1;

		print_message("%s\n", cases[i].why);
		assert_int_equal(host_read_target(&target,
					 (const uint8_t *)cases[i].text, len),
			cases[i].ok);
	}
}

static void
test_may_read(void **state)
{
	static const gid_t groups[] = {100, 200};
	struct problems problems = {0};
	struct stat st;

	(void)state;
	put_text("secret", "x");
	assert_int_equal(stat(in("secret"), &st), 0);
	/* Neither owner nor member, unless this test is run by one. */
	uid_t other = st.st_uid + 4242;

	assert_int_equal(chmod(in("secret"), 0640), 0);
	assert_false(host_may_read(&problems, in("secret"), other, groups, 2));
	assert_non_null(strstr(problems.items[0].text, "chmod o+r"));
	assert_true(
		host_may_read(&problems, in("secret"), st.st_uid, groups, 2));
	assert_true(host_may_read(&problems, in("secret"), 0, groups, 2));
	assert_true(
		host_may_read(&problems, in("secret"), other, &st.st_gid, 1));
	assert_int_equal(chmod(in("secret"), 0604), 0);
	assert_false(
		host_may_read(&problems, in("secret"), other, &st.st_gid, 1));
	assert_true(host_may_read(&problems, in("secret"), other, groups, 2));
	assert_int_equal(chmod(lists.dir, 0700), 0);
	assert_false(host_may_read(&problems, in("secret"), other, groups, 2));
	assert_non_null(
		strstr(problems.items[problems.count - 1].text, "chmod o+x"));
	assert_int_equal(chmod(lists.dir, 0755), 0);
	problems_fini(&problems);
}

static const char *const six[] = {
	"init", "deinit", "operate", "inform_super", "clear", "get_mem", NULL};

static struct craft
module_craft(void)
{
	return (struct craft){
		.machine = EM_X86_64, .host = good_target, .functions = six};
}

static struct craft
program_craft(void)
{
	return (struct craft){.machine = EM_X86_64,
		.build_id = "\x01\x23",
		.build_id_len = 2};
}

static void
put_craft(const char *name, struct craft *craft)
{
	craft_finish(craft);
	put_file(name, craft->data, craft->len);
}

#define CONF                                                                   \
	"server: username: \"\" chroot: \"\"\n"                                \
	"module-config: \"dynlib validator iterator\"\n"                       \
	"dynlib: dynlib-file: \"@/palang.so\"\n"

/* All as it should be. */
static void
put_all(void)
{
	struct craft module = module_craft(), program = program_craft();

	put_text("unbound.conf", CONF);
	put_craft("palang.so", &module);
	put_craft("unbound", &program);
	assert_int_equal(chmod(in("lists"), 0755), 0);
	assert_int_equal(chmod(in("lists/feed.img"), 0644), 0);
	lists_manifest(&lists);
	unlink(in("lists/manifest.prev"));
}

static struct host_options
default_options(void)
{
	return (struct host_options){.unbound = in("unbound"),
		.config = in("unbound.conf"),
		.dir = lists.dir,
		.same_user = true};
}

/* part: of the first problem; NULL if there must be none. */
static void
examine(const struct host_options *options, bool ok, const char *part)
{
	struct host_report report;

	assert_int_equal(host_examine(&report, options), ok);
	assert_int_equal(report.problems.errors > 0, !ok);
	assert_int_equal(report.problems.count > 0, part != NULL);
	if (part != NULL) {
		print_message("  %s: %s\n",
			report.problems.items[0].file != NULL
				? report.problems.items[0].file
				: "-",
			report.problems.items[0].text);
		assert_non_null(strstr(report.problems.items[0].text, part));
	}
	host_report_fini(&report);
}

static void
test_yes(void **state)
{
	struct host_options options = default_options();
	struct host_report report;

	(void)state;
	put_all();
	examine(&options, true, NULL);
	options.module = in("palang.so");
	examine(&options, true, NULL);
	options.refuse_empty = true;
	assert_true(host_examine(&report, &options));
	assert_true(report.has_lists);
	assert_int_equal(report.generation, 7);
	assert_int_equal(report.rules, 3);
	assert_string_equal(report.target.version, "1.17.1");
	host_report_fini(&report);
}

/* Programs and modules that do not fit. */
static void
test_binaries(void **state)
{
	static const char *const five[] = {
		"init", "deinit", "operate", "inform_super", "clear", NULL};
	struct host_options options = default_options();
	struct craft craft;

	(void)state;
	put_all();
	print_message("the build-id of an upgraded Unbound\n");
	craft = program_craft();
	craft.build_id = "\x01\x24";
	put_craft("unbound", &craft);
	examine(&options, false, "with build-id 0123");

	print_message("no build-id\n");
	craft.build_id = NULL;
	put_craft("unbound", &craft);
	examine(&options, false, "no build-id");

	print_message("another machine\n");
	craft = program_craft();
	craft.machine = EM_AARCH64;
	put_craft("unbound", &craft);
	examine(&options, false, "another machine");

	print_message("a wrapper of libtool\n");
	put_text("unbound", "#! /bin/sh\n");
	examine(&options, false, "no program or library");

	print_message("no program\n");
	assert_int_equal(unlink(in("unbound")), 0);
	examine(&options, false, "No such file");

	put_all();
	print_message("a function less\n");
	craft = module_craft();
	craft.functions = five;
	put_craft("palang.so", &craft);
	examine(&options, false, "get_mem()");

	print_message("not palang\n");
	craft = module_craft();
	craft.host = NULL;
	put_craft("palang.so", &craft);
	examine(&options, false, "not palang.so");

	print_message("an Unbound without dynlib\n");
	craft = module_craft();
	craft.host = "palang-host 1\nbuild-id 0123\nversion 1\n"
		     "configure --with-chroot-dir=\n";
	put_craft("palang.so", &craft);
	examine(&options, false, "--with-dynlibmodule");
}

static void
test_configurations(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		const char *part;
		const char *why;
	} cases[] = {
		{"server: username: \"\" num-threads: 4 chroot: \"\"\n"
		 "module-config: \"dynlib iterator\"\n"
		 "dynlib: dynlib-file: \"@/palang.so\"\n",
			true, NULL, "four threads"},
		{"server: username: \"\" num-threads: 0 chroot: \"\"\n"
		 "module-config: \"dynlib iterator\"\n"
		 "dynlib: dynlib-file: \"@/palang.so\"\n",
			false, "num-threads", "no threads"},
		{"server: username: \"nobody-of-that-name\"\n"
		 "module-config: \"dynlib iterator\"\n"
		 "dynlib: dynlib-file: \"@/palang.so\"\n",
			false, "no user", "an unknown user"},
		{"server: username: \"\"\n", false, "no dynlib-file",
			"no library"},
		{"server: username: \"\"\n"
		 "module-config: \"dynlib iterator\"\n"
		 "dynlib: dynlib-file: \"palang.so\"\n",
			false, "no folder", "looked for who knows where"},
		{"server: username: \"\" directory: \"@\"\n"
		 "module-config: \"dynlib iterator\"\n"
		 "dynlib: dynlib-file: \"./palang.so\"\n",
			true, NULL, "below directory:"},
		{"server: username: \"\" chroot: \"@\"\n"
		 "module-config: \"dynlib iterator\"\n"
		 "dynlib: dynlib-file: \"/palang.so\"\n",
			true, "EMPTY", "after chroot: the lists are not there"},
		{"server: username: \"\" chroot: \"@\"\n"
		 "module-config: \"dynlib iterator\"\n"
		 "dynlib: dynlib-file: \"@/palang.so\"\n",
			false, "after chroot: No such", "a path from outside"},
		{"server: username: \"\"\n"
		 "module-config: \"validator iterator\"\n"
		 "dynlib: dynlib-file: \"@/palang.so\"\n",
			false, "names no dynlib", "not loaded"},
		{"server: include: \"@/none.conf\"\n", false, "No such file",
			"an include that is not there"},
	};
	struct host_options options = default_options();

	(void)state;
	put_all();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		print_message("%s\n", cases[i].why);
		put_text("unbound.conf", cases[i].text);
		examine(&options, cases[i].ok, cases[i].part);
	}
	print_message("no configuration\n");
	assert_int_equal(unlink(in("unbound.conf")), 0);
	examine(&options, false, "No such file");
}

/* A chroot that Unbound was configured with, and unbound.conf is silent of. */
static void
test_configured_chroot(void **state)
{
	struct host_options options = default_options();
	struct craft module = module_craft();

	(void)state;
	put_all();
	module.host = "palang-host 1\nbuild-id 0123\nversion 1\n"
		      "configure --prefix=/nowhere --with-dynlibmodule\n";
	put_craft("palang.so", &module);
	put_text("unbound.conf",
		"server: username: \"\"\nmodule-config: \"dynlib iterator\"\n"
		"dynlib: dynlib-file: \"@/palang.so\"\n");
	examine(&options, false, "/nowhere/etc/unbound/");
}

/* --module names one that is to be put in place of another. */
static void
test_next_module(void **state)
{
	struct host_options options = default_options();
	struct craft module = module_craft();

	(void)state;
	put_all();
	mkdir(in("new"), 0755);
	put_craft("new/palang.so", &module);
	put_craft("new/other.so", &module);
	options.module = in("new/palang.so");
	examine(&options, true, "as if it were in that place");
	options.module = in("new/other.so");
	examine(&options, false, "give the path of that");
	assert_int_equal(unlink(in("palang.so")), 0);
	options.module = in("new/palang.so");
	examine(&options, false, "give the path of that");
}

static void
test_lists(void **state)
{
	struct host_options options = default_options();

	(void)state;
	put_all();
	print_message("lists that the resolver's user owns\n");
	options.same_user = false;
	examine(&options, true, "EMPTY");
	options.refuse_empty = true;
	examine(&options, false, "PALANG_ON_EMPTY");
	options = default_options();

	print_message("a folder that others can write\n");
	assert_int_equal(chmod(in("lists"), 0777), 0);
	examine(&options, true, "chmod go-w");
	assert_int_equal(chmod(in("lists"), 0755), 0);

	print_message("an image that others can write\n");
	assert_int_equal(chmod(in("lists/feed.img"), 0664), 0);
	examine(&options, true, "feed.img");
	assert_int_equal(chmod(in("lists/feed.img"), 0644), 0);

	print_message("a broken manifest, and the one before it\n");
	assert_int_equal(
		rename(in("lists/manifest"), in("lists/manifest.prev")), 0);
	put_text("lists/manifest", "nonsense");
	options.refuse_empty = true;
	examine(&options, true, "the generation before");

	print_message("no manifest at all\n");
	assert_int_equal(unlink(in("lists/manifest.prev")), 0);
	examine(&options, false, "PALANG_ON_EMPTY");
	lists_manifest(&lists);

	print_message("no folder\n");
	options = default_options();
	options.dir = "/nonexistent";
	examine(&options, true, "/nonexistent/lists");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conf),
		cmocka_unit_test(test_conf_refused),
		cmocka_unit_test(test_conf_truncated),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_configured),
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_may_read),
		cmocka_unit_test(test_yes),
		cmocka_unit_test(test_binaries),
		cmocka_unit_test(test_configurations),
		cmocka_unit_test(test_configured_chroot),
		cmocka_unit_test(test_next_module),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
