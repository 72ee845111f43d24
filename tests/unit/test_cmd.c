#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cmd.h"
#include "palang/error.h"

static const struct cmd_option options[] = {
	{"dry-run", 'n', NULL, "do nothing"}, {"json", 'j', NULL, "as JSON"},
	{"wait", 'w', "[TIME]", "wait"},
	{"source", 's', "TEXT", "where it came from"}, {NULL, 0, NULL, NULL}};

static int
echo(const struct cmd_call *call)
{
	return call->count;
}

static const struct cmd cmd = {
	"echo", "FILE...", "says nothing", NULL, options, 1, 3, echo};
static const struct cmd bare = {
	"bare", "", "takes nothing", NULL, NULL, 0, 0, echo};
static const struct cmd pair_add = {
	"pair add", "NAME", "adds one", NULL, options, 0, 2, echo};
static const struct cmd pair_list = {
	"pair list", "", "lists them", NULL, NULL, 0, 0, echo};
static const struct cmd *const table[] = {
	&cmd, &bare, &pair_add, &pair_list, NULL};

#define ARGS_MAX 8

struct parse_case {
	const char *argv[ARGS_MAX];
	const char *dry_run, *wait, *source; /* expected */
	const char *args;                    /* joined by a space */
	const char *why;                     /* refused with this, or NULL */
};

static const struct parse_case parse_cases[] = {
	{{"a"}, NULL, NULL, NULL, "a", NULL},
	{{"a", "-n", "b"}, "", NULL, NULL, "a b", NULL},
	{{"--dry-run", "--", "-n"}, "", NULL, NULL, "-n", NULL},
	{{"-"}, NULL, NULL, NULL, "-", NULL},
	{{"--source=x=y", "a"}, NULL, NULL, "x=y", "a", NULL},
	{{"--source", "-x", "a"}, NULL, NULL, "-x", "a", NULL},
	{{"-njsmail", "a"}, "", NULL, "mail", "a", NULL},
	{{"-s", "mail", "a"}, NULL, NULL, "mail", "a", NULL},
	{{"--source=", "a"}, NULL, NULL, "", "a", NULL},
	/* an optional value is never taken from the next argument */
	{{"--wait", "a"}, NULL, "", NULL, "a", NULL},
	{{"--wait=3s", "a"}, NULL, "3s", NULL, "a", NULL},
	{{"-w3s", "a"}, NULL, "3s", NULL, "a", NULL},
	{{"-n"}, NULL, NULL, NULL, NULL, "missing: FILE..."},
	{{"a", "b", "c", "d"}, NULL, NULL, NULL, NULL, "\"d\" is too much"},
	{{"a", "--jsn"}, NULL, NULL, NULL, NULL, "did you mean --json?"},
	{{"a", "--frob"}, NULL, NULL, NULL, NULL, "no option --frob"},
	{{"a", "-x"}, NULL, NULL, NULL, NULL, "no option -x"},
	{{"a", "-nn"}, NULL, NULL, NULL, NULL, "--dry-run is given twice"},
	{{"a", "--json=1"}, NULL, NULL, NULL, NULL, "takes no value"},
	{{"a", "--source"}, NULL, NULL, NULL, NULL, "needs a value: TEXT"},
};

static void
check_value(const char *got, const char *expected)
{
	if (expected == NULL)
		assert_null(got);
	else
		assert_string_equal(got, expected);
}

static void
check_case(const struct parse_case *c)
{
	struct cmd_call call = {.cmd = &cmd};
	char *argv[ARGS_MAX] = {NULL}, why[128] = "", joined[128] = "";
	int argc = 0, ret;

	for (; c->argv[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)c->argv[argc];
	ret = cmd_parse(&call, argc, argv, why, sizeof why);
	if (c->why != NULL) {
		assert_int_equal(ret, PAL_EFORM);
		if (strstr(why, c->why) == NULL)
			fail_msg("%s, not %s", why, c->why);
	} else {
		assert_int_equal(ret, 0);
		check_value(cmd_option(&call, "dry-run"), c->dry_run);
		check_value(cmd_option(&call, "wait"), c->wait);
		check_value(cmd_option(&call, "source"), c->source);
		for (int i = 0; i < call.count; i++) {
			strcat(joined, i == 0 ? "" : " ");
			strcat(joined, call.args[i]);
		}
		assert_string_equal(joined, c->args);
	}
}

static void
parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof parse_cases / sizeof *parse_cases; i++)
		check_case(&parse_cases[i]);
}

static void
takes_the_global_options_anywhere(void **state)
{
	char *argv[] = {"a", "-c", "x.yaml"};
	char *help[] = {"--help", "--frob"};
	struct cmd_call call = {.cmd = &cmd};
	char why[128];

	(void)state;
	assert_int_equal(cmd_parse(&call, 3, argv, why, sizeof why), 0);
	assert_true(call.config_given);
	assert_string_equal(call.config_file, "x.yaml");
	/* who asks for help needs no correct command line */
	assert_int_equal(cmd_parse(&call, 2, help, why, sizeof why), 0);
	assert_true(call.help);
}

static void
refuses_arguments_where_none_are(void **state)
{
	char *argv[] = {"x"};
	struct cmd_call call = {.cmd = &bare};
	char why[128];

	(void)state;
	assert_int_equal(cmd_parse(&call, 1, argv, why, sizeof why), PAL_EFORM);
	assert_non_null(strstr(why, "takes no arguments"));
}

struct run_case {
	const char *argv[ARGS_MAX];
	int code;
};

static const struct run_case run_cases[] = {
	{{"palang", "echo", "a", "b", NULL}, 2},
	{{"palang", "-c", "f", "echo", "a", NULL}, 1},
	{{"palang", "--config=f", "echo", "a", NULL}, 1},
	{{"palang", "bare", NULL}, 0},
	{{"palang", "--help", NULL}, EXIT_DONE},
	{{"palang", "help", "echo", NULL}, EXIT_DONE},
	{{"palang", "echo", "-h", NULL}, EXIT_DONE},
	{{"palang", "--version", NULL}, EXIT_DONE},
	{{"palang", NULL}, EXIT_ERROR},
	{{"palang", "ecko", NULL}, EXIT_ERROR},
	{{"palang", "help", "nothing", NULL}, EXIT_ERROR},
	{{"palang", "--frob", "echo", NULL}, EXIT_ERROR},
	{{"palang", "-c", NULL}, EXIT_ERROR},
	/* commands of two words */
	{{"palang", "pair", "add", "a", NULL}, 1},
	{{"palang", "-c", "f", "pair", "add", "-n", NULL}, 0},
	{{"palang", "pair", "list", "a", NULL}, EXIT_ERROR},
	{{"palang", "pair", "add", "--help", NULL}, EXIT_DONE},
	{{"palang", "help", "pair", "list", NULL}, EXIT_DONE},
	{{"palang", "help", "pair", NULL}, EXIT_DONE},
	{{"palang", "pair", "--help", NULL}, EXIT_DONE},
	{{"palang", "pair", NULL}, EXIT_ERROR},
	{{"palang", "pair", "lost", NULL}, EXIT_ERROR},
	{{"palang", "help", "pair", "lost", NULL}, EXIT_ERROR},
	{{"palang", "pai", NULL}, EXIT_ERROR},
};

static void
runs_the_command_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof run_cases / sizeof *run_cases; i++) {
		const struct run_case *c = &run_cases[i];
		char *argv[ARGS_MAX] = {NULL};
		int argc = 0;

		for (; c->argv[argc] != NULL; argc++)
			argv[argc] = (char *)(uintptr_t)c->argv[argc];
		assert_int_equal(cmd_main(table, argc, argv), c->code);
	}
}

static void
shows_every_option_in_help(void **state)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	cmd_help(out, &cmd);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "usage: palang echo [options] FILE...\n"));
	assert_non_null(strstr(text, "-n, --dry-run"));
	assert_non_null(strstr(text, "-w, --wait[=TIME]"));
	assert_non_null(strstr(text, "-s, --source=TEXT"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(takes_the_global_options_anywhere),
		cmocka_unit_test(refuses_arguments_where_none_are),
		cmocka_unit_test(runs_the_command_named),
		cmocka_unit_test(shows_every_option_in_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
