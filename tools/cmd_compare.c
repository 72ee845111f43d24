/* palang compare: where an old RPZ and palang answer differently. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bulk.h"
#include "commands.h"
#include "compare_tell.h"
#include "feed.h"
#include "idn.h"
#include "json.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "progress.h"
#include "verdict.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"rpz", 0, "FILE", "the zone file of the RPZ"},
	{"names", 0, "FILE", "the names to compare, one a line; - is stdin"},
	{"origin", 0, "ZONE", "the zone's name, if the file does not say it"},
	{"verdicts", 0, NULL,
		"only whether a name is blocked, not with which answer"},
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_compare = {"compare", "",
	"show where an RPZ and palang answer differently",
	"For each of the names: what the zone says of it, by the rules by "
	"which BIND reads a zone, and what a resolver answers that has the "
	"published lists in force. No resolver is asked. Exit code 0: the same "
	"for all; 1: there are differences.",
	options, 0, 0, run};

/* ---- one name ---- */

struct comparison {
	struct compare *zone;
	struct verdict_source *lists;
	struct pal_name *names;
	size_t count, room;
	uint64_t no_names;
	int64_t now;
	bool verdicts;            /* answers are not compared */
	struct json_writer *json; /* NULL: print */
	uint64_t counts[COMPARE_DIFFERENCES];
};

static void
compare_one(struct comparison *comparison, const struct pal_name *name)
{
	struct compared compared = {
		.name = name, .snapshot = verdict_snapshot(comparison->lists)};
	enum compare_difference difference;

	compare_judge(comparison->zone, name, &compared.rpz);
	verdict_judge(comparison->lists, name, PAL_TYPE_A, comparison->now,
		&compared.palang);
	difference = compare_differ(&compared, comparison->verdicts);
	comparison->counts[difference]++;
	if (difference == COMPARE_SAME)
		return;
	if (comparison->json == NULL)
		compare_print(&compared);
	else
		compare_put_json(comparison->json, &compared, difference);
}

/* ---- names ---- */

static int
by_name(const void *a, const void *b)
{
	return pal_name_cmp(a, b);
}

static int
add_name(struct comparison *comparison, const char *text)
{
	char why[IDN_WHY_MAX];
	struct pal_name *names = comparison->names;

	if (comparison->count == comparison->room) {
		comparison->room = comparison->room * 2 + 1024;
		names = realloc(names, comparison->room * sizeof *names);
		if (names == NULL)
			return PAL_ENOMEM;
		comparison->names = names;
	}
	if (idn_read(&names[comparison->count], text, why) != 0) {
		comparison->no_names++;
		return 0;
	}
	return compare_add(
		comparison->zone, &comparison->names[comparison->count++]);
}

/* A name a line; what stands behind # is a comment. */
static int
take_line(struct comparison *comparison, uint8_t *line, size_t len)
{
	char text[PAL_NAME_TEXT_MAX];
	uint8_t *comment = memchr(line, '#', len);

	if (comment != NULL)
		len = (size_t)(comment - line);
	while (len > 0 && line[len - 1] <= ' ')
		len--;
	for (; len > 0 && *line <= ' '; len--)
		line++;
	if (len == 0)
		return 0;
	if (len >= sizeof text || memchr(line, '\0', len) != NULL) {
		comparison->no_names++;
		return 0;
	}
	memcpy(text, line, len);
	text[len] = '\0';
	return add_name(comparison, text);
}

static int
read_lines(struct comparison *comparison, int fd)
{
	struct bulk *bulk;
	uint8_t *line;
	size_t len;
	int ret = bulk_open(&bulk, fd, PAL_NAME_TEXT_MAX * 4);

	if (ret < 0)
		return ret;
	while ((ret = bulk_next(bulk, &line, &len)) != 1) {
		if (ret == PAL_ELIMIT)
			comparison->no_names++;
		else if (ret == 0)
			ret = take_line(comparison, line, len);
		if (ret < 0 && ret != PAL_ELIMIT)
			break;
	}
	bulk_close(bulk);
	return ret < 0 ? ret : 0;
}

/* Sorted, each once. */
static int
read_names(struct comparison *comparison, const char *path)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
	                                : open(path, O_RDONLY | O_CLOEXEC);
	size_t kept = 0;
	int ret;

	if (fd < 0)
		return cmd_fail("%s: %s", path, strerror(errno));
	ret = read_lines(comparison, fd);
	if (ret < 0)
		cmd_fail("%s: %s", path,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	close(fd);
	if (ret < 0)
		return EXIT_ERROR;
	if (comparison->count == 0)
		return cmd_fail("%s: there is no name in it", path);
	qsort(comparison->names, comparison->count, sizeof *comparison->names,
		by_name);
	for (size_t i = 1; i < comparison->count; i++) {
		if (!pal_name_equal(
			    &comparison->names[i], &comparison->names[kept]))
			comparison->names[++kept] = comparison->names[i];
	}
	comparison->count = kept + 1;
	return EXIT_DONE;
}

static int
read_zone(struct comparison *comparison, const char *path, const char *origin)
{
	struct problems problems = {0};
	struct progress progress;
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return cmd_fail("%s: %s", path, strerror(errno));
	progress_begin(&progress, path);
	compare_watch(comparison->zone, progress_tell, &progress);
	ret = compare_read(comparison->zone, fd, path, origin, &problems);
	compare_watch(comparison->zone, NULL, NULL);
	progress_end(&progress);
	if (ret == PAL_ESYS)
		cmd_fail("%s: %s", path, strerror(errno));
	else if (ret < 0 && problems.errors == 0)
		cmd_fail("%s: %s", path, pal_strerror(ret));
	problems_print(stderr, &problems);
	problems_fini(&problems);
	close(fd);
	return ret < 0 ? EXIT_ERROR : EXIT_DONE;
}

/* ---- all of them ---- */

static void
print_counts(const struct comparison *comparison)
{
	printf("%zu names: %" PRIu64 " the same, %" PRIu64
	       " blocked by one alone, %" PRIu64 " blocked with another "
	       "answer\n",
		comparison->count, comparison->counts[COMPARE_SAME],
		comparison->counts[COMPARE_VERDICT],
		comparison->counts[COMPARE_ANSWER]);
	if (comparison->no_names > 0)
		printf("lines that are no names: %" PRIu64 "\n",
			comparison->no_names);
}

static int
compare_all(struct comparison *comparison, bool as_json)
{
	struct json_writer json;
	bool same;

	if (as_json) {
		json_start(&json);
		json_put_array(&json, "differences");
		comparison->json = &json;
	}
	for (size_t i = 0; i < comparison->count; i++)
		compare_one(comparison, &comparison->names[i]);
	same = comparison->counts[COMPARE_SAME] == comparison->count;
	if (!as_json) {
		print_counts(comparison);
		return same ? EXIT_DONE : EXIT_NO;
	}
	json_end(&json);
	json_put_int(&json, "names", (int64_t)comparison->count);
	json_put_int(&json, "same", (int64_t)comparison->counts[COMPARE_SAME]);
	json_put_int(
		&json, "verdict", (int64_t)comparison->counts[COMPARE_VERDICT]);
	json_put_int(
		&json, "answer", (int64_t)comparison->counts[COMPARE_ANSWER]);
	json_put_int(&json, "no_names", (int64_t)comparison->no_names);
	if (json_finish(&json, stdout) != 0)
		return EXIT_ERROR;
	return same ? EXIT_DONE : EXIT_NO;
}

static int
prepare(struct comparison *comparison, const struct cmd_call *call)
{
	struct config config;
	char why[VERDICT_WHY_MAX];
	int ret = cmd_config(call, &config);

	if (ret != EXIT_DONE)
		return ret;
	if (verdict_open(&comparison->lists, config.live_dir, why) != 0)
		ret = cmd_fail("%s/lists: %s", config.live_dir, why);
	config_fini(&config);
	if (ret == EXIT_DONE && compare_open(&comparison->zone) != 0)
		ret = cmd_fail("no memory");
	if (ret == EXIT_DONE)
		ret = read_names(comparison, cmd_option(call, "names"));
	if (ret == EXIT_DONE)
		ret = read_zone(comparison, cmd_option(call, "rpz"),
			cmd_option(call, "origin"));
	return ret;
}

/* Feeds in the lists that a look at palang.yaml would not explain; for who may
 * read the ledger, which nothing else here needs. */
static void
tell_gone(const struct cmd_call *call)
{
	struct state state;
	char path[PATH_MAX];
	int ret = state_begin(&state, call);

	if (ret == EXIT_DONE) {
		snprintf(path, sizeof path, "%s/" LEDGER_FILE,
			state.config.state_dir);
		if (access(path, R_OK) == 0)
			ret = state_open_read(&state);
	}
	for (size_t i = 0; ret == EXIT_DONE && i < state.feeds.count; i++) {
		const char *name = state.feeds.items[i].name;

		if (feed_gone(&state, name) != NULL)
			fprintf(stderr, "feed %s: " FEED_GONE "\n", name);
	}
	state_close(&state);
}

static int
run(const struct cmd_call *call)
{
	struct comparison comparison = {.now = pal_clock_ms() / 1000,
		.verdicts = cmd_option(call, "verdicts") != NULL};
	int ret;

	if (cmd_option(call, "rpz") == NULL ||
		cmd_option(call, "names") == NULL)
		return cmd_fail("say --rpz FILE and --names FILE");
	ret = prepare(&comparison, call);
	if (ret == EXIT_DONE) {
		ret = compare_all(
			&comparison, cmd_option(call, "json") != NULL);
		tell_gone(call);
	}
	compare_close(comparison.zone);
	verdict_close(comparison.lists);
	free(comparison.names);
	return ret;
}
