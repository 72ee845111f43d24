/* palang feed check: what would become of a bulk list? */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "clean.h"
#include "commands.h"
#include "json.h"
#include "palang/error.h"
#include "progress.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"format", 'f', "FORMAT",
		"plain, hosts, adblock, rpz, or auto, the default"},
	{"scope", 's', "SCOPE", "names stand for: exact or subtree"},
	{"strict", 0, NULL, "exit code 1 if anything is left out or mended"},
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_feed_check = {"feed check", "FILE",
	"tell what would become of a bulk list",
	"Cleans a list as a feed is cleaned, and tells how many names it has, "
	"what is left out or mended, why, and the first lines of each. It "
	"reads no configuration, and keeps nothing. `-` is standard input.",
	options, 1, 1, run};

/* 0, or EXIT_ERROR after saying what would be right. */
static int
read_options(const struct cmd_call *call, struct clean_options *clean)
{
	const char *format = cmd_option(call, "format");
	const char *scope = cmd_option(call, "scope");
	int f = 0;

	while (format != NULL && f < CLEAN_FORMATS &&
		strcmp(format, clean_format_names[f]) != 0)
		f++;
	if (f == CLEAN_FORMATS)
		return cmd_fail("--format: \"%s\" is none; write auto, plain, "
				"hosts, adblock or rpz",
			format);
	clean->format = (enum clean_format)f;
	clean->has_scope = scope != NULL;
	if (scope == NULL || strcmp(scope, "exact") == 0)
		clean->scope = PAL_EXACT;
	else if (strcmp(scope, "subtree") == 0)
		clean->scope = PAL_SUBTREE;
	else
		return cmd_fail("--scope: \"%s\" is none; write exact or "
				"subtree",
			scope);
	return 0;
}

static int
put_json(int ret, const struct clean_report *report)
{
	struct json_writer json;

	json_start(&json);
	json_put_bool(&json, "good",
		ret == 0 && clean_refusal(report, false) == NULL);
	json_put_bool(&json, "clean", ret == 0 && !clean_is_dirty(report));
	if (ret == 0)
		clean_put_json(&json, report);
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}

/* Tells what came of it; the exit code. */
static int
tell(const struct cmd_call *call, int ret, const struct clean_report *report)
{
	int code = EXIT_DONE;

	if (cmd_option(call, "json") != NULL)
		code = put_json(ret, report);
	else if (ret == 0)
		clean_print(stdout, report);
	if (code != EXIT_DONE || ret < 0)
		return EXIT_ERROR;
	if (clean_refusal(report, false) != NULL)
		return cmd_fail(
			"%s: %s", call->args[0], clean_refusal(report, false));
	return cmd_option(call, "strict") != NULL && clean_is_dirty(report)
	               ? EXIT_NO
	               : EXIT_DONE;
}

static int
run(const struct cmd_call *call)
{
	const char *path = call->args[0];
	struct progress progress;
	struct clean_options clean = {
		.file = path, .progress = progress_tell, .ctx = &progress};
	struct problems problems = {0};
	struct clean_report report;
	int ret = read_options(call, &clean), in, out;

	if (ret != 0)
		return ret;
	in = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
	                            : open(path, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return cmd_fail("%s: %s", path, strerror(errno));
	out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	progress_begin(&progress, path);
	ret = out < 0 ? PAL_ESYS
	              : clean_run(in, out, &clean, &report, &problems);
	progress_end(&progress);
	problems_print(stderr, &problems);
	problems_fini(&problems);
	if (ret < 0 && ret != PAL_EFORM)
		ret = cmd_fail("%s: %s", path,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	else
		ret = tell(call, ret, &report);
	close(in);
	if (out >= 0)
		close(out);
	return ret;
}
