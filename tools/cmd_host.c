#include "commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "json.h"
#include "palang/error.h"
#include "text.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"check", 0, NULL, "say in one line whether the start will succeed"},
	{"unbound", 0, "PROGRAM", "else that of PATH, or /usr/sbin/unbound"},
	{"conf", 0, "FILE", "unbound.conf, else " UBCONF_DEFAULT_FILE},
	{"module", 0, "FILE",
		"palang.so; else the dynlib-file that is configured"},
	{"dir", 0, "DIR",
		"the lists' folder, as the resolver sees it; else "
		"PALANG_DIR"},
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_host = {"host", "",
	"tell whether an Unbound can be started with palang.so",
	"Looks, without starting anything, whether the next start of Unbound "
	"with its configuration and palang.so will succeed: --check says so "
	"in one line, for ExecStartPre. Exit code 0: it will; 1: it will not, "
	"and why, and the way out; 2: that cannot be told. Like the module it "
	"obeys PALANG_DIR, PALANG_SAME_USER and PALANG_ON_EMPTY. Without "
	"--check, shows all that was found.",
	options, 0, 0, run};

/* The program as a shell would find it. */
static const char *
find_program(char *buf, size_t size)
{
	const char *path = getenv("PATH");

	while (path != NULL && *path != '\0') {
		size_t len = strcspn(path, ":");
		int n = snprintf(buf, size, "%.*s/unbound", (int)len, path);

		if (len > 0 && n > 0 && (size_t)n < size &&
			access(buf, X_OK) == 0)
			return buf;
		path += len + (path[len] == ':');
	}
	return HOST_DEFAULT_PROGRAM;
}

static const char *
setting(const char *name, const char *fallback)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : fallback;
}

static const char *
given(const struct cmd_call *call, const char *option, const char *fallback)
{
	const char *value = cmd_option(call, option);

	return value != NULL ? value : fallback;
}

static const struct problem *
first_error(const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		if (!problems->items[i].warning)
			return &problems->items[i];
	}
	return NULL;
}

static void
print_problem(FILE *out, const struct problem *problem)
{
	if (problem->file != NULL) {
		text_print(out, problem->file);
		if (problem->line > 0)
			fprintf(out, ":%u", problem->line);
		fputs(": ", out);
	}
	text_print(out, problem->text);
	fputc('\n', out);
}

/* One line on stdout; what should be mended all the same, on stderr. */
static void
print_check(const struct host_report *report, const struct host_options *where,
	bool ok)
{
	const struct problem *error = first_error(&report->problems);

	if (!ok) {
		fputs(report->system ? "palang host: cannot tell: "
				     : "palang host: no: ",
			stdout);
		if (error != NULL)
			print_problem(stdout, error);
		else
			fputs("no memory\n", stdout);
		return;
	}
	fputs("palang host: yes: ", stdout);
	text_print(stdout, where->unbound);
	printf(" (Unbound %s) will start with ", report->target.version);
	text_print(stdout, report->module);
	if (report->has_lists)
		printf(", generation %" PRIu64 ", %" PRIu64 " rules",
			report->generation, report->rules);
	fputc('\n', stdout);
	for (size_t i = 0; i < report->problems.count; i++) {
		fputs("palang: warning: ", stderr);
		print_problem(stderr, &report->problems.items[i]);
	}
}

static void
print_line(const char *label, const char *text)
{
	printf("%-14s", label);
	text_print(stdout, text != NULL && text[0] != '\0' ? text : "-");
	putchar('\n');
}

static void
print_found(const struct host_report *report, const struct host_options *where,
	bool ok)
{
	const struct ubconf *conf = &report->conf;

	print_line("unbound", where->unbound);
	print_line("  build-id", report->build_id);
	print_line("conf", where->config);
	print_line("  modules", conf->modules.text);
	for (unsigned i = 0; i < conf->library_count; i++)
		print_line("  dynlib-file", conf->libraries[i].text);
	print_line("  chroot", report->chroot);
	print_line("module", report->module);
	print_line("  built for", report->target.version);
	print_line("  build-id", report->target.build_id);
	print_line("  configure", report->target.configure);
	print_line("lists", report->lists);
	if (report->has_lists)
		printf("%-14s%" PRIu64 ", %" PRIu64 " rules\n", "  generation",
			report->generation, report->rules);
	print_check(report, where, ok);
}

static void
put_problem(struct json_writer *json, const struct problem *problem)
{
	json_put_object(json, NULL);
	json_put_bool(json, "warning", problem->warning);
	json_put_text(json, "file", problem->file);
	json_put_int(json, "line", problem->line);
	json_put_text(json, "text", problem->text);
	json_end(json);
}

static int
print_json(const struct host_report *report, const struct host_options *where,
	bool ok)
{
	struct json_writer json;

	json_start(&json);
	json_put_text(&json, "unbound", where->unbound);
	json_put_text(&json, "build_id", report->build_id);
	json_put_text(&json, "conf", where->config);
	json_put_text(&json, "module_config", report->conf.modules.text);
	json_put_text(&json, "chroot", report->chroot);
	json_put_text(&json, "module", report->module);
	json_put_object(&json, "built_for");
	json_put_text(&json, "version", report->target.version);
	json_put_text(&json, "build_id", report->target.build_id);
	json_put_text(&json, "configure", report->target.configure);
	json_end(&json);
	json_put_text(&json, "lists", report->lists);
	if (report->has_lists) {
		json_put_int(&json, "generation", (int64_t)report->generation);
		json_put_int(&json, "rules", (int64_t)report->rules);
	}
	json_put_array(&json, "problems");
	for (size_t i = 0; i < report->problems.count; i++)
		put_problem(&json, &report->problems.items[i]);
	json_end(&json);
	json_put_bool(&json, "starts", ok);
	return json_finish(&json, stdout);
}

static int
run(const struct cmd_call *call)
{
	char program[PATH_MAX];
	struct host_options where = {
		.unbound = given(
			call, "unbound", find_program(program, sizeof program)),
		.config = given(call, "conf", UBCONF_DEFAULT_FILE),
		.module = cmd_option(call, "module"),
		.dir = given(
			call, "dir", setting("PALANG_DIR", HOST_DEFAULT_DIR)),
		.same_user = strcmp(setting("PALANG_SAME_USER", ""), "1") == 0,
		.refuse_empty =
			strcmp(setting("PALANG_ON_EMPTY", ""), "refuse") == 0};
	struct host_report *report = malloc(sizeof *report);
	bool ok, system;

	if (report == NULL)
		return cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	ok = host_examine(report, &where);
	system = report->system;
	if (cmd_option(call, "json") != NULL)
		print_json(report, &where, ok);
	else if (cmd_option(call, "check") != NULL)
		print_check(report, &where, ok);
	else
		print_found(report, &where, ok);
	host_report_fini(report);
	free(report);
	if (ok)
		return EXIT_DONE;
	return system ? EXIT_ERROR : EXIT_NO;
}
