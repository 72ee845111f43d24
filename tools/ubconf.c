/*
 * The language is that of Unbound's own parser: words, each `name:` followed
 * by its value, which may be quoted and stand on the next line; a comment
 * begins where a word could.  Only the names that matter here are known, so a
 * word that is none of them is stepped over, be it a name or a value.
 */
#include "ubconf.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "palang/error.h"

#define FILE_MAX (16u << 20)

struct parse {
	struct ubconf *conf;
	struct problems *problems;
	const char *section; /* "server", ...; NULL: none */
	unsigned depth, files;
	int error;

	const char *file, *at; /* where it is now */
	unsigned line;
};

static int parse_file(struct parse *parse, const char *file);

static void
fail(struct parse *parse, int error)
{
	if (parse->error == 0)
		parse->error = error;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* To the next word, over comments. */
static void
skip_blank(struct parse *parse)
{
	for (; *parse->at != '\0'; parse->at++) {
		if (*parse->at == '#')
			parse->at += strcspn(parse->at, "\n");
		if (*parse->at == '\n')
			parse->line++;
		if (!is_blank(*parse->at))
			return;
	}
}

/* The octets of an unquoted word; a backslash takes the next one along. */
static size_t
word_len(const char *at)
{
	size_t len = 0;

	while (at[len] != '\0' && !is_blank(at[len]) && at[len] != '"' &&
		at[len] != '\'') {
		if (at[len] == '\\' && at[len + 1] != '\0' &&
			at[len + 1] != '\n')
			len++;
		len++;
	}
	return len;
}

/* The octets between quotes, or SIZE_MAX if they are not closed in this line.
 */
static size_t
quoted_len(const char *at, char quote)
{
	size_t len = 0;

	while (at[len] != quote) {
		if (at[len] == '\0' || at[len] == '\n')
			return SIZE_MAX;
		if (at[len] == '\\' && at[len + 1] != '\0' &&
			at[len + 1] != '\n')
			len++;
		len++;
	}
	return len;
}

/* The next word, quotes taken off, as a copy; NULL at the end, or if
 * something is wrong. */
static char *
take_value(struct parse *parse)
{
	char *value, quote;
	size_t len;

	skip_blank(parse);
	quote = *parse->at;
	if (quote == '"' || quote == '\'') {
		len = quoted_len(++parse->at, quote);
	} else {
		quote = '\0';
		len = word_len(parse->at);
	}
	if (len == SIZE_MAX) {
		problem_error(parse->problems, parse->file, parse->line, 0,
			"a quote that is not closed in its line");
		parse->at += strcspn(parse->at, "\n");
		fail(parse, PAL_EFORM);
		return NULL;
	}
	if (len == 0 && quote == '\0') {
		problem_error(parse->problems, parse->file, parse->line, 0,
			"a value is missing at the end of the file");
		fail(parse, PAL_EFORM);
		return NULL;
	}
	value = strndup(parse->at, len);
	if (value == NULL)
		fail(parse, PAL_ENOMEM);
	parse->at += len + (quote != '\0');
	return value;
}

static void
value_fini(struct ubconf_value *value)
{
	free(value->text);
	free(value->file);
	*value = (struct ubconf_value){0};
}

static void
set(struct parse *parse, struct ubconf_value *value)
{
	value_fini(value);
	value->line = parse->line;
	value->text = take_value(parse);
	value->file = strdup(parse->file);
	if (value->file == NULL)
		fail(parse, PAL_ENOMEM);
}

static void
add_library(struct parse *parse)
{
	struct ubconf *conf = parse->conf;

	if (conf->library_count == UBCONF_LIBRARIES_MAX) {
		problem_error(parse->problems, parse->file, parse->line, 0,
			"more than %d dynlib-file", UBCONF_LIBRARIES_MAX);
		fail(parse, PAL_EFORM);
		return;
	}
	set(parse, &conf->libraries[conf->library_count++]);
}

static void
add_server(struct parse *parse)
{
	struct ubconf *conf = parse->conf;
	struct ubconf_value *servers = realloc(
		conf->servers, (conf->server_count + 1) * sizeof *servers);

	if (servers == NULL) {
		fail(parse, PAL_ENOMEM);
		return;
	}
	conf->servers = servers;
	servers[conf->server_count] = (struct ubconf_value){0};
	set(parse, &servers[conf->server_count++]);
}

/* A file that is named must be there; a pattern may match nothing. */
static void
include_each(struct parse *parse, const char *pattern)
{
	glob_t found = {0};
	int err;

	if (strpbrk(pattern, "*?[{~") == NULL) {
		fail(parse, parse_file(parse, pattern));
		return;
	}
	err = glob(pattern, GLOB_ERR | GLOB_BRACE | GLOB_TILDE, NULL, &found);
	if (err == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			fail(parse, parse_file(parse, found.gl_pathv[i]));
	} else if (err != GLOB_NOMATCH) {
		problem_error(parse->problems, parse->file, parse->line, 0,
			"include %s: the files cannot be listed", pattern);
		fail(parse, PAL_EFORM);
	}
	globfree(&found);
}

/* Unbound goes to its directory as soon as it has read which it is. */
static char *
take_path(struct parse *parse)
{
	const char *folder = parse->conf->directory.text;
	char *path = take_value(parse), *full = NULL;

	if (path == NULL || path[0] == '/' || path[0] == '~' ||
		folder == NULL || folder[0] == '\0')
		return path;
	if (asprintf(&full, "%s/%s", folder, path) < 0) {
		full = NULL;
		fail(parse, PAL_ENOMEM);
	}
	free(path);
	return full;
}

static void
include(struct parse *parse, bool top)
{
	char *pattern = take_path(parse);

	if (pattern == NULL)
		return;
	if (top)
		parse->section = NULL;
	include_each(parse, pattern);
	if (top)
		parse->section = NULL;
	free(pattern);
}

static const char *const sections[] = {"server", "stub-zone", "forward-zone",
	"auth-zone", "rpz", "view", "remote-control", "python", "dynlib",
	"cachedb", "dnscrypt", "dnstap", "ipset", NULL};

static const char *
find_section(const char *name, size_t len)
{
	for (const char *const *section = sections; *section != NULL;
		section++) {
		if (strlen(*section) == len && memcmp(*section, name, len) == 0)
			return *section;
	}
	return NULL;
}

static bool
name_is(const char *name, size_t len, const char *wanted)
{
	return strlen(wanted) == len && memcmp(name, wanted, len) == 0;
}

/* Unbound takes an option in its own section only. */
static void
need_section(struct parse *parse, const char *option, const char *section)
{
	if (parse->section != NULL && strcmp(parse->section, section) == 0)
		return;
	problem_error(parse->problems, parse->file, parse->line, 0,
		"%s: stands outside of `%s:`; Unbound will not take it", option,
		section);
	fail(parse, PAL_EFORM);
}

static struct ubconf_value *
find_option(struct ubconf *conf, const char *name, size_t len)
{
	if (name_is(name, len, "module-config"))
		return &conf->modules;
	if (name_is(name, len, "chroot"))
		return &conf->chroot;
	if (name_is(name, len, "directory"))
		return &conf->directory;
	if (name_is(name, len, "username"))
		return &conf->username;
	if (name_is(name, len, "num-threads"))
		return &conf->threads;
	return NULL;
}

static bool
is_server(const char *name, size_t len)
{
	static const char *const options[] = {"forward-host", "forward-addr",
		"stub-host", "stub-addr", "primary", "master"};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		if (name_is(name, len, options[i]))
			return true;
	}
	return false;
}

/* One `name:`, with its value if it is one that matters. */
static void
take_name(struct parse *parse, size_t len)
{
	const char *name = parse->at, *section = find_section(name, len);
	struct ubconf_value *option = find_option(parse->conf, name, len);

	parse->at += len + 1;
	if (section != NULL) {
		parse->section = section;
	} else if (name_is(name, len, "include")) {
		include(parse, false);
	} else if (name_is(name, len, "include-toplevel")) {
		include(parse, true);
	} else if (name_is(name, len, "dynlib-file")) {
		need_section(parse, "dynlib-file", "dynlib");
		add_library(parse);
	} else if (is_server(name, len)) {
		add_server(parse);
	} else if (option != NULL) {
		if (option == &parse->conf->modules)
			need_section(parse, "module-config", "server");
		set(parse, option);
	}
}

static void
parse_text(struct parse *parse)
{
	for (;;) {
		size_t len = 0;

		skip_blank(parse);
		if (*parse->at == '\0' || parse->error == PAL_ENOMEM)
			return;
		while (isalnum((unsigned char)parse->at[len]) ||
			parse->at[len] == '-')
			len++;
		if (len > 0 && parse->at[len] == ':')
			take_name(parse, len);
		else
			free(take_value(parse));
	}
}

static int
parse_file(struct parse *parse, const char *file)
{
	struct parse outer = *parse;
	char *text = NULL, *name;
	size_t len;
	int err;

	if (parse->depth == UBCONF_DEPTH_MAX ||
		++parse->files > UBCONF_FILES_MAX) {
		problem_error(parse->problems, parse->file, parse->line, 0,
			"include %s: too many files include each other", file);
		return PAL_EFORM;
	}
	err = file_read(file, FILE_MAX, 0, &text, &len);
	if (err == PAL_ENOMEM)
		return err;
	if (err != 0) {
		problem_error(parse->problems, outer.file, outer.line, 0,
			"%s: %s", file,
			err == PAL_ESYS ? strerror(errno) : pal_strerror(err));
		return PAL_EFORM;
	}
	name = strdup(file); /* the caller's may go while it is shown */
	parse->file = name;
	parse->at = text;
	parse->line = 1;
	parse->depth++;
	if (name == NULL)
		fail(parse, PAL_ENOMEM);
	else
		parse_text(parse);
	parse->file = outer.file;
	parse->at = outer.at;
	parse->line = outer.line;
	parse->depth--;
	free(name);
	free(text);
	return parse->error;
}

int
ubconf_load(struct ubconf *conf, const char *file, struct problems *problems)
{
	struct parse parse = {.conf = conf, .problems = problems};

	*conf = (struct ubconf){0};
	return parse_file(&parse, file);
}

void
ubconf_fini(struct ubconf *conf)
{
	value_fini(&conf->modules);
	value_fini(&conf->chroot);
	value_fini(&conf->directory);
	value_fini(&conf->username);
	value_fini(&conf->threads);
	for (unsigned i = 0; i < conf->library_count; i++)
		value_fini(&conf->libraries[i]);
	conf->library_count = 0;
	for (size_t i = 0; i < conf->server_count; i++)
		value_fini(&conf->servers[i]);
	free(conf->servers);
	conf->servers = NULL;
	conf->server_count = 0;
}
