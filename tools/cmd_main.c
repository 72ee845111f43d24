/* From the command line to the command: dispatch, help, version. */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

#include "palang/error.h"
#include "text.h"

#define WIDTH 76 /* columns of a paragraph of help */

/* Prints words, broken between them. */
static void
print_wrapped(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t word = strcspn(text, " \n");

		if (column > 0 && column + 1 + word > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column > 0 && word > 0)
			column += (size_t)fprintf(out, " ");
		fwrite(text, 1, word, out);
		column += word;
		text += word;
		if (*text == '\n') {
			fputc('\n', out);
			column = 0;
		}
		text += *text != '\0';
	}
	fputc('\n', out);
}

/* True for "feed add" and "feed". */
static bool
in_group(const struct cmd *cmd, const char *group)
{
	size_t len = strlen(group);

	return strncmp(cmd->name, group, len) == 0 && cmd->name[len] == ' ';
}

static void
print_option(FILE *out, const struct cmd_option *option)
{
	char left[64];
	const char *value = option->value == NULL ? "" : option->value;
	const char *join = value[0] == '\0' ? "" : "=";
	int len;

	/* [TIME] shows as --wait[=TIME] */
	if (value[0] == '[') {
		value++;
		join = "[=";
	}
	len = option->letter == 0
	              ? snprintf(left, sizeof left, "    --%s%s%s",
				option->name, join, value)
	              : snprintf(left, sizeof left, "-%c, --%s%s%s",
				option->letter, option->name, join, value);
	if (len <= 26)
		fprintf(out, "  %-26s  %s\n", left, option->help);
	else
		fprintf(out, "  %s\n  %26s  %s\n", left, "", option->help);
}

void
cmd_help(FILE *out, const struct cmd *cmd)
{
	const struct cmd_option *option = cmd->options;
	bool any = option != NULL && option->name != NULL;

	fprintf(out, "usage: palang %s%s%s%s\n\n", cmd->name,
		any ? " [options]" : "", cmd->args[0] == '\0' ? "" : " ",
		cmd->args);
	print_wrapped(out, cmd->detail != NULL ? cmd->detail : cmd->summary);
	if (any)
		fprintf(out, "\nOptions:\n");
	for (; any && option->name != NULL; option++)
		print_option(out, option);
}

/* The commands of the table; with a group, those of `palang GROUP ...`. */
static void
print_commands(FILE *out, const struct cmd *const *table, const char *group)
{
	fprintf(out, "Commands:\n");
	for (; *table != NULL; table++) {
		if (group == NULL || in_group(*table, group))
			fprintf(out, "  %-14s  %s\n", (*table)->name,
				(*table)->summary);
	}
}

static void
print_usage(FILE *out, const struct cmd *const *table)
{
	fprintf(out, "usage: palang [-c FILE] COMMAND [options] ...\n"
		     "\n"
		     "Blocks names on Unbound by order of an authority, and "
		     "opens them again.\n"
		     "\n");
	print_commands(out, table, NULL);
	fprintf(out, "\n"
		     "Options:\n"
		     "  -c, --config=FILE  the configuration; else "
		     "PALANG_CONFIG, else\n"
		     "                     " CONFIG_DEFAULT_FILE "\n"
		     "  -h, --help         this text; `palang help COMMAND` "
		     "tells of one command\n"
		     "      --version      the version\n");
}

static void
print_group(FILE *out, const struct cmd *const *table, const char *group)
{
	fprintf(out,
		"usage: palang %s COMMAND [options] ...\n"
		"\n",
		group);
	print_commands(out, table, group);
}

static bool
is_group(const struct cmd *const *table, const char *word)
{
	for (; *table != NULL; table++) {
		if (in_group(*table, word))
			return true;
	}
	return false;
}

/* The command that the words begin with, and how many words its name has;
 * NULL if there is none. */
static const struct cmd *
find(const struct cmd *const *table, int count, char *const *words, int *used)
{
	for (; *table != NULL; table++) {
		const char *name = (*table)->name;

		*used = 1;
		if (count > 0 && strcmp(name, words[0]) == 0)
			return *table;
		*used = 2;
		if (count > 1 && in_group(*table, words[0]) &&
			strcmp(name + strlen(words[0]) + 1, words[1]) == 0)
			return *table;
	}
	return NULL;
}

#define COMMANDS_MAX 64

static int
fail_unknown(const struct cmd *const *table, int count, char *const *words)
{
	const char *names[COMMANDS_MAX + 1];
	bool group = count > 1 && is_group(table, words[0]);
	const char *near;
	char name[128];
	size_t n = 0;

	snprintf(name, sizeof name, "%.60s%s%.60s", words[0], group ? " " : "",
		group ? words[1] : "");
	for (; *table != NULL && n < COMMANDS_MAX; table++)
		names[n++] = (*table)->name;
	names[n] = NULL;
	near = text_nearest(name, names);
	if (near != NULL)
		return cmd_fail("there is no command `%s`; did you mean `%s`?",
			name, near);
	return cmd_fail("there is no command `%s`; `palang %s%s--help` lists "
			"them",
		name, group ? words[0] : "", group ? " " : "");
}

static int
help(const struct cmd *const *table, int count, char *const *words)
{
	const struct cmd *cmd;
	int used;

	if (count == 0) {
		print_usage(stdout, table);
		return cmd_finish(EXIT_DONE);
	}
	cmd = find(table, count, words, &used);
	if (cmd == NULL && (count > 1 || !is_group(table, words[0])))
		return fail_unknown(table, count, words);
	if (cmd == NULL)
		print_group(stdout, table, words[0]);
	else
		cmd_help(stdout, cmd);
	return cmd_finish(EXIT_DONE);
}

static int
run(struct cmd_call *call, int argc, char **argv)
{
	char why[256];

	if (cmd_parse(call, argc, argv, why, sizeof why) < 0)
		return cmd_fail("%s: %s; see `palang help %s`", call->cmd->name,
			why, call->cmd->name);
	if (call->help) {
		cmd_help(stdout, call->cmd);
		return cmd_finish(EXIT_DONE);
	}
	return cmd_finish(call->cmd->run(call));
}

/* Where the configuration is when no option says so. */
static void
default_config(struct cmd_call *call)
{
	call->config_file = getenv("PALANG_CONFIG");
	call->config_given =
		call->config_file != NULL && call->config_file[0] != '\0';
	if (!call->config_given)
		call->config_file = CONFIG_DEFAULT_FILE;
}

/* The options before the command's name.  They are few: a command of no name
 * whose parse stops at the first argument. */
static int
take_leading(struct cmd_call *call, int argc, char **argv, int *used)
{
	static const struct cmd_option options[] = {
		{"version", 0, NULL, NULL}, {NULL, 0, NULL, NULL}};
	static const struct cmd none = {
		"", "COMMAND", "", NULL, options, 0, -1, NULL};
	char why[256];
	int n = 0;

	/* A value that stands apart belongs to the option before it. */
	while (n < argc && argv[n][0] == '-' && argv[n][1] != '\0') {
		bool takes = strcmp(argv[n], "-c") == 0 ||
		             strcmp(argv[n], "--config") == 0;

		n += takes && n + 1 < argc ? 2 : 1;
	}
	*used = n;
	call->cmd = &none;
	if (cmd_parse(call, n, argv, why, sizeof why) == 0)
		return 0;
	return cmd_fail("%s; see `palang --help`", why);
}

/* What begins with no command: a group alone or with --help, or a mistake. */
static int
run_none(const struct cmd *const *table, int count, char *const *words)
{
	bool asks = count > 1 && (strcmp(words[1], "--help") == 0 ||
					 strcmp(words[1], "-h") == 0);

	if (!is_group(table, words[0]) || (count > 1 && !asks))
		return fail_unknown(table, count, words);
	print_group(asks ? stdout : stderr, table, words[0]);
	return cmd_finish(asks ? EXIT_DONE : EXIT_ERROR);
}

int
cmd_main(const struct cmd *const *table, int argc, char **argv)
{
	struct cmd_call call = {0};
	int used;

	default_config(&call);
	if (take_leading(&call, argc - 1, argv + 1, &used) != 0)
		return EXIT_ERROR;
	if (call.help)
		return help(table, 0, NULL);
	if (call.option[0] != NULL) {
		printf("palang %s\n", PALANG_VERSION);
		return cmd_finish(EXIT_DONE);
	}
	argv += 1 + used;
	argc -= 1 + used;
	if (argc == 0) {
		print_usage(stderr, table);
		return EXIT_ERROR;
	}
	if (strcmp(argv[0], "help") == 0)
		return help(table, argc - 1, argv + 1);
	call.cmd = find(table, argc, argv, &used);
	if (call.cmd == NULL)
		return run_none(table, argc, argv);
	return run(&call, argc - used, argv + used);
}
