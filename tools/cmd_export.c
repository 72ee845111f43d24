/* palang export: what is in force, for resolvers that have no palang. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "export.h"
#include "export_state.h"
#include "idn.h"
#include "output.h"
#include "palang/error.h"
#include "progress.h"
#include "timefmt.h"

static int run(const struct cmd_call *call);

#define DEFAULT_ORIGIN "rpz.palang"

static const struct cmd_option options[] = {
	{"format", 'f', "FORMAT",
		"rpz, a response policy zone; hosts; or plain, names alone"},
	{"output", 'o', "FILE",
		"put it in the place of this file; default standard output"},
	{"origin", 0, "ZONE", "rpz: the zone's name; default " DEFAULT_ORIGIN},
	{"at-serial", 0, "NUMBER",
		"rpz: the serial of its SOA; default the time in seconds"},
	{"addresses", 0, NULL,
		"hosts: the addresses of the sinkhole, where it has them; "
		"default 0.0.0.0 and ::"},
	{"scope", 0, "SCOPE",
		"plain: only names blocked alone (exact), or only those "
		"blocked with all below them (subtree); default both"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_export = {"export", "",
	"write what is in force, for others",
	"Writes all that is blocked now, by orders and by feeds, allows and "
	"exceptions taken out, so that resolvers without palang answer the "
	"same; while all is open, that is nothing. An RPZ says it all but REFUSED, and says it in a way that all "
	"resolvers read alike. A hosts file has no names below names, plain "
	"names have no scope: what cannot be said is counted on stderr. The "
	"file is replaced whole.",
	options, 0, 0, run};

/* ---- options ---- */

static int
refuse_option(const struct cmd_call *call, const char *name, const char *format)
{
	if (cmd_option(call, name) == NULL)
		return EXIT_DONE;
	return cmd_fail("--%s: only of --format %s", name, format);
}

static int
take_format(struct export_options *to, const struct cmd_call *call)
{
	const char *text = cmd_option(call, "format");
	int ret = EXIT_DONE;

	if (text == NULL)
		return cmd_fail("say --format rpz, hosts or plain");
	for (to->format = 0; to->format < EXPORT_FORMATS; to->format++) {
		if (strcmp(text, export_format_names[to->format]) == 0)
			break;
	}
	if (to->format == EXPORT_FORMATS)
		return cmd_fail("--format %s: rpz, hosts or plain", text);
	if (to->format != EXPORT_RPZ)
		ret = refuse_option(call, "origin", "rpz");
	if (ret == EXIT_DONE && to->format != EXPORT_RPZ)
		ret = refuse_option(call, "at-serial", "rpz");
	if (ret == EXIT_DONE && to->format != EXPORT_HOSTS)
		ret = refuse_option(call, "addresses", "hosts");
	to->addresses = cmd_option(call, "addresses") != NULL;
	if (ret == EXIT_DONE && to->format != EXPORT_PLAIN)
		ret = refuse_option(call, "scope", "plain");
	return ret;
}

static int
take_serial(struct export_options *to, const char *text)
{
	unsigned long long number;
	char *end;

	if (text == NULL)
		return EXIT_DONE;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 ||
		number > UINT32_MAX)
		return cmd_fail(
			"--at-serial %s: a number up to 4294967295", text);
	to->serial = (uint32_t)number;
	return EXIT_DONE;
}

static int
take_scope(struct export_options *to, const char *text)
{
	to->has_scope = text != NULL;
	if (text == NULL)
		return EXIT_DONE;
	if (strcmp(text, "exact") != 0 && strcmp(text, "subtree") != 0)
		return cmd_fail("--scope %s: exact or subtree", text);
	to->scope = *text == 'e' ? PAL_EXACT : PAL_SUBTREE;
	return EXIT_DONE;
}

static int
take_options(struct export_options *to, const struct cmd_call *call)
{
	const char *origin = cmd_option(call, "origin");
	char why[IDN_WHY_MAX];
	int ret = take_format(to, call);

	if (ret == EXIT_DONE &&
		idn_read(&to->origin, origin == NULL ? DEFAULT_ORIGIN : origin,
			why) != 0)
		return cmd_fail("--origin %s: %s", origin, why);
	if (ret == EXIT_DONE)
		ret = take_serial(to, cmd_option(call, "at-serial"));
	if (ret == EXIT_DONE)
		ret = take_scope(to, cmd_option(call, "scope"));
	return ret;
}

/* ---- the export ---- */

static const char *
names(uint64_t count)
{
	return count == 1 ? "name" : "names";
}

static void
tell(const struct export_options *to, const struct export_report *report)
{
	fprintf(stderr,
		"%" PRIu64 " %s: %" PRIu64 " %s blocked, %" PRIu64
		" open below them\n",
		report->lines, to->format == EXPORT_RPZ ? "records" : "lines",
		report->blocked, names(report->blocked), report->open);
	for (int i = 0; i < EXPORT_LOSSES; i++) {
		if (report->lost[i] > 0)
			fprintf(stderr, "%" PRIu64 " %s %s\n", report->lost[i],
				names(report->lost[i]), export_loss_texts[i]);
	}
}

/* While all is open, nothing is in force: the others are to open, too. */
static int
open_lists(struct export_state *lists, struct state *state)
{
	char time[TIME_TEXT_MAX];

	if (state->open.number == 0)
		return export_state_open(lists, state);
	memset(lists, 0, sizeof *lists);
	lists->lists.allow = -1;
	lists->lists.now = state_now(state);
	fprintf(stderr,
		"EVERYTHING IS OPEN since %s: what is written blocks nothing, "
		"until `palang close --all` and another export\n",
		time_format(time, state->open.began / 1000));
	return EXIT_DONE;
}

static int
write_it(struct state *state, struct export_options *to, struct output *output)
{
	struct export_state lists;
	struct export_report report;
	struct progress progress;
	int ret = open_lists(&lists, state), err;

	progress_begin(&progress, "export");
	to->progress = progress_tell;
	to->ctx = &progress;
	if (ret == EXIT_DONE) {
		err = export_write(output->out, &lists.lists, to, &report);
		progress_end(&progress);
		if (err == PAL_ESYS)
			ret = cmd_fail("%s: %s",
				output->path == NULL ? "standard output"
						     : output->path,
				strerror(errno));
		else if (err != 0)
			ret = cmd_fail("a list in %s/feeds: %s",
				state->config.state_dir, pal_strerror(err));
	}
	if (ret == EXIT_DONE)
		ret = output_commit(output);
	if (ret == EXIT_DONE)
		tell(to, &report);
	export_state_close(&lists);
	return ret;
}

static int
run(const struct cmd_call *call)
{
	struct export_options to = {0};
	struct output output = {.folder = -1};
	struct state state;
	int ret = take_options(&to, call);

	if (ret != EXIT_DONE)
		return ret;
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (cmd_option(call, "at-serial") == NULL)
		to.serial = (uint32_t)state_now(&state);
	if (ret == EXIT_DONE)
		ret = output_open(&output, cmd_option(call, "output"));
	if (ret == EXIT_DONE)
		ret = write_it(&state, &to, &output);
	output_close(&output);
	state_close(&state);
	return ret;
}
