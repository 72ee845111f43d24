#include "cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "palang/error.h"
#include "text.h"

/* Options that every command takes. */
static const struct cmd_option globals[] = {
	{"config", 'c', "FILE", "read this configuration"},
	{"help", 'h', NULL, "say how the command is used"},
	{NULL, 0, NULL, NULL}};

/* What a parse needs at hand. */
struct parse {
	struct cmd_call *call;
	char **argv;
	int argc, at;
	char *why;
	size_t size;
};

static int refuse(struct parse *parse, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int
refuse(struct parse *parse, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(parse->why, parse->size, format, args);
	va_end(args);
	return PAL_EFORM;
}

static const struct cmd_option *
find_name(const struct cmd_option *options, const char *name, size_t len)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (strlen(options->name) == len &&
			memcmp(options->name, name, len) == 0)
			return options;
	}
	return NULL;
}

static const struct cmd_option *
find_letter(const struct cmd_option *options, char letter)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (options->letter == letter)
			return options;
	}
	return NULL;
}

static bool
is_global(const struct cmd_option *option)
{
	return option == &globals[0] || option == &globals[1];
}

static bool
may_repeat(const struct cmd_option *option)
{
	size_t len = option->value == NULL ? 0 : strlen(option->value);

	return len > 3 && strcmp(option->value + len - 3, "...") == 0;
}

/* Keeps an option's value. */
static int
store(struct parse *parse, const struct cmd_option *option, const char *value)
{
	struct cmd_call *call = parse->call;
	const char **slot;

	if (is_global(option)) {
		if (option->letter == 'h') {
			call->help = true;
		} else {
			call->config_file = value;
			call->config_given = true;
		}
		return 0;
	}
	slot = &call->option[option - call->cmd->options];
	if (*slot == NULL) {
		*slot = value;
		return 0;
	}
	if (!may_repeat(option))
		return refuse(parse, "--%s is given twice", option->name);
	if (call->again_count == CMD_AGAIN_MAX)
		return refuse(parse, "--%s is given too often", option->name);
	call->again[call->again_count++] = (struct cmd_again){option, value};
	return 0;
}

/* An option and the value found glued to it, NULL if none is. */
static int
take_option(
	struct parse *parse, const struct cmd_option *option, const char *glued)
{
	bool optional = option->value != NULL && option->value[0] == '[';

	if (option->value == NULL && glued != NULL)
		return refuse(parse, "--%s takes no value", option->name);
	if (option->value == NULL || (optional && glued == NULL))
		return store(parse, option, "");
	if (glued == NULL) {
		if (parse->at >= parse->argc)
			return refuse(parse, "--%s needs a value: %s",
				option->name, option->value);
		glued = parse->argv[parse->at++];
	}
	return store(parse, option, glued);
}

/* Says which option was probably meant. */
static int
refuse_unknown(struct parse *parse, const char *name)
{
	const char *names[CMD_OPTIONS_MAX + 3];
	const struct cmd_option *option;
	const char *near;
	size_t n = 0;

	for (option = globals; option->name != NULL; option++)
		names[n++] = option->name;
	for (option = parse->call->cmd->options;
		option != NULL && option->name != NULL; option++)
		names[n++] = option->name;
	names[n] = NULL;
	near = text_nearest(name, names);
	if (near == NULL)
		return refuse(parse, "there is no option --%s", name);
	return refuse(parse, "there is no option --%s; did you mean --%s?",
		name, near);
}

static int
take_long(struct parse *parse, const char *text)
{
	size_t len = strcspn(text, "=");
	const char *glued = text[len] == '=' ? text + len + 1 : NULL;
	const struct cmd_option *option = find_name(globals, text, len);
	char name[64];

	if (option == NULL)
		option = find_name(parse->call->cmd->options, text, len);
	if (option != NULL)
		return take_option(parse, option, glued);
	snprintf(name, sizeof name, "%.*s", (int)(len < 60 ? len : 60), text);
	return refuse_unknown(parse, name);
}

/* One argument of short options: -n, -nj, -cFILE. */
static int
take_letters(struct parse *parse, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		const struct cmd_option *option;
		const char *rest = letters[1] == '\0' ? NULL : letters + 1;
		int ret;

		option = find_letter(parse->call->cmd->options, *letters);
		if (option == NULL)
			option = find_letter(globals, *letters);
		if (option == NULL)
			return refuse(
				parse, "there is no option -%c", *letters);
		if (option->value != NULL)
			return take_option(parse, option, rest);
		ret = take_option(parse, option, NULL);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int
check_count(struct parse *parse)
{
	const struct cmd *cmd = parse->call->cmd;
	int count = parse->call->count;

	if (count < cmd->min_args)
		return refuse(parse, "something is missing: %s", cmd->args);
	if (cmd->max_args == 0 && count > 0)
		return refuse(parse, "takes no arguments, but got \"%s\"",
			parse->call->args[0]);
	if (cmd->max_args >= 0 && count > cmd->max_args)
		return refuse(parse, "\"%s\" is too much; it takes: %s",
			parse->call->args[cmd->max_args], cmd->args);
	return 0;
}

int
cmd_parse(struct cmd_call *call, int argc, char **argv, char *why, size_t size)
{
	struct parse parse = {call, argv, argc, 0, why, size};
	bool ended = false;

	call->args = argv;
	call->count = 0;
	while (parse.at < argc) {
		char *arg = argv[parse.at++];
		int ret = 0;

		if (ended || arg[0] != '-' || arg[1] == '\0')
			argv[call->count++] = arg;
		else if (strcmp(arg, "--") == 0)
			ended = true;
		else if (arg[1] == '-')
			ret = take_long(&parse, arg + 2);
		else
			ret = take_letters(&parse, arg + 1);
		if (ret < 0)
			return ret;
		if (call->help)
			return 0;
	}
	return check_count(&parse);
}

const char *
cmd_option(const struct cmd_call *call, const char *name)
{
	const struct cmd_option *option =
		find_name(call->cmd->options, name, strlen(name));

	return option == NULL ? NULL
	                      : call->option[option - call->cmd->options];
}

int
cmd_text(const struct cmd_call *call, const char *name, const char **text)
{
	const char *given = cmd_option(call, name);

	*text = given;
	if (given == NULL || text_is_plain(given, strlen(given)))
		return EXIT_DONE;
	return cmd_fail("%s: --%s is to be one line of plain text: UTF-8, and "
			"no control characters",
		call->cmd->name, name);
}

const char *
cmd_option_next(const struct cmd_call *call, const char *name, int *cursor)
{
	const struct cmd_option *option =
		find_name(call->cmd->options, name, strlen(name));

	if (option == NULL)
		return NULL;
	if (*cursor == 0) {
		*cursor = 1;
		return call->option[option - call->cmd->options];
	}
	while (*cursor <= call->again_count) {
		const struct cmd_again *again = &call->again[*cursor - 1];

		++*cursor;
		if (again->option == option)
			return again->value;
	}
	return NULL;
}

int
cmd_fail(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	fflush(stdout);
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	fputs("palang: ", stderr);
	text_print(stderr, text == NULL ? "no memory" : text);
	fputc('\n', stderr);
	free(text);
	return EXIT_ERROR;
}

int
cmd_config(const struct cmd_call *call, struct config *config)
{
	struct problems problems = {0};
	int ret = config_load(config, call->config_file, &problems);

	problems_print(stderr, &problems);
	problems_fini(&problems);
	if (ret == 0)
		return 0;
	if (ret == PAL_ESYS && errno == ENOENT && !call->config_given)
		return cmd_fail("there is no %s; name another with --config, "
				"or write one: palang.yaml(5)",
			call->config_file);
	if (ret == PAL_ESYS)
		return cmd_fail("cannot read the configuration %s: %s",
			call->config_file, strerror(errno));
	return cmd_fail("cannot use the configuration %s: %s",
		call->config_file, pal_strerror(ret));
}

static bool published;

void
cmd_published(void)
{
	published = true;
}

int
cmd_finish(int code)
{
	bool done = published;

	published = false;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (done)
		return cmd_fail("it is recorded and published; the report "
				"could not be written");
	/* Whoever closed the pipe knows. */
	if (errno != EPIPE)
		cmd_fail(
			"cannot write to standard output: %s", strerror(errno));
	return EXIT_ERROR;
}
