/*
 * Looking back, against what was said at the time.
 *
 * Random commands on a ledger, with a clock that stands still until it is told
 * to go on.  After each, and as time goes by, what `list` and `why` say is
 * written down; when all is done, each must say the very same with --at.
 */
#include "clock_util.h"
#include "tool_util.h"

#include "timefmt.h"

#define START   1767225600 /* 2026-01-01T00:00:00Z */
#define STEPS   60
#define STORIES 3
#define NAMES   4
#define MOMENTS (2 * STEPS + 2)

/* ---- randomness that repeats ---- */

static uint64_t seed;

static unsigned
dice(unsigned sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed * 0x2545f4914f6cdd1dull) >> 33) % sides;
}

static const char *const names[NAMES] = {
	"x.example", "a.x.example", "b.a.x.example", "y.example"};

/* ---- what is done ---- */

struct story {
	struct tool tool;
	unsigned orders; /* numbered from 1 */
	unsigned blocks[STEPS], block_count;
	unsigned done[8]; /* by act */
	unsigned holds;
	bool held; /* the last one waits */
};

/* "effective" somewhere around now, and perhaps an end behind it. */
static void
put_times(FILE *out)
{
	int64_t begin = now_s - 20 + dice(60);
	char time[TIME_TEXT_MAX];

	fprintf(out, "issued: %s\n", time_format(time, START));
	if (dice(2) == 0)
		fprintf(out, "effective: %s\n", time_format(time, begin));
	else
		begin = now_s;
	if (dice(3) == 0)
		fprintf(out, "expires: %s\n",
			time_format(time, begin + 1 + dice(60)));
}

static void
put_targets(FILE *out)
{
	unsigned first = dice(NAMES), count = 1 + dice(2);

	fprintf(out, "targets: [%s", names[first]);
	for (unsigned i = 1; i < count; i++)
		fprintf(out, ", %s", names[(first + i) % NAMES]);
	fprintf(out, "]\n");
}

static unsigned
some_block(const struct story *story)
{
	return story->block_count == 0
	               ? 1
	               : story->blocks[dice(story->block_count)];
}

static int
apply(struct story *story, bool lift)
{
	char path[160];
	const char *authority = dice(4) == 0 ? "m" : "k";
	FILE *out;

	snprintf(path, sizeof path, "%s/order.yaml", story->tool.dir);
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, "palang-order: 1\nauthority: %s\nid: O%u\naction: %s\n",
		authority, ++story->orders, lift ? "lift" : "block");
	put_times(out);
	/* Sometimes one that is yet to come. */
	if (lift)
		fprintf(out, "lifts: k:O%u\n",
			dice(4) == 0 ? story->orders + 1 : some_block(story));
	else if (dice(5) == 0)
		fprintf(out, "replaces: O%u\n", some_block(story));
	if (!lift)
		fprintf(out, "scope: %s\n", dice(2) ? "exact" : "subtree");
	if (!lift || dice(2) == 0)
		put_targets(out);
	fclose(out);
	if (!lift)
		story->blocks[story->block_count++] = story->orders;
	return tool_run(
		&story->tool, "apply --transcribed --source letter %s", path);
}

static int
suspend(struct story *story)
{
	unsigned order = some_block(story);

	if (tool_run(&story->tool, "resume O%u", order) == 0)
		return 0;
	return tool_run(&story->tool, "suspend O%u --reason test", order);
}

static int
allow(struct story *story)
{
	const char *name = names[dice(NAMES)];

	if (dice(2) == 0)
		return tool_run(&story->tool,
			"allow add %s --scope subtree --reason wanted", name);
	return tool_run(&story->tool, "allow remove %s", name);
}

static int
refresh(struct story *story)
{
	static int64_t tick;
	struct timespec times[2] = {{.tv_sec = START}, {.tv_sec = START}};
	char path[160], text[256];

	snprintf(text, sizeof text, "%s\nads%u.example\n", names[dice(NAMES)],
		dice(2));
	tool_write(&story->tool, "list", text);
	snprintf(path, sizeof path, "%s/list", story->tool.dir);
	times[1].tv_sec += ++tick;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	return tool_run(&story->tool, "feed refresh ads --accept-change");
}

static int
emergency(struct story *story)
{
	if (dice(3) == 0)
		return tool_run(&story->tool, "open --all --reason test");
	return tool_run(&story->tool, "close --all");
}

/* It counts from the command that sees it. */
static void
write_config(const struct tool *tool, const char *more, bool acts)
{
	char text[1024];

	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"ttl: 30\n%sauthorities:\n"
		"  k: {kind: external, signature: transcribed}\n"
		"  h: {kind: external, signature: transcribed, "
		"may: {targets-per-order: 1}}\n"
		"  m: {kind: external, signature: transcribed%s}\n",
		tool->dir, tool->dir, more, acts ? ", acts-for: [k]" : "");
	tool_write(tool, "palang.yaml", text);
}

static int
configure(struct story *story)
{
	write_config(&story->tool,
		dice(2) == 0 ? "answer: nodata\n" : "answer: refused\n",
		dice(2) == 0);
	return tool_run(&story->tool, "publish");
}

static int
block(struct story *story)
{
	return apply(story, false);
}

static int
lift(struct story *story)
{
	return apply(story, true);
}

/* More than h may name; the next time it is rejected. */
static int
hold(struct story *story)
{
	char text[256];
	int code;

	if (story->held) {
		story->held = false;
		return tool_run(
			&story->tool, "reject H%u --reason test", story->holds);
	}
	snprintf(text, sizeof text,
		"palang-order: 1\nauthority: h\nid: H%u\naction: block\n"
		"issued: 2026-01-01T00:00:00Z\nscope: exact\n"
		"targets: [x.example, y.example]\n",
		++story->holds);
	tool_write(&story->tool, "order.yaml", text);
	code = tool_run(&story->tool,
		"apply --transcribed --source letter %s/order.yaml",
		story->tool.dir);
	story->held = code == 4;
	return code == 4 ? 0 : code;
}

/* What may be refused, for what it is about is not there, or is so already. */
static const struct {
	int (*act)(struct story *story);
	unsigned weight;
	bool may_fail;
} acts[] = {{block, 5, true}, {lift, 3, true}, {suspend, 3, true},
	{allow, 1, true}, {refresh, 1, false}, {emergency, 1, true},
	{configure, 1, false}, {hold, 1, false}};

#define ACTS    (sizeof acts / sizeof *acts)
#define WEIGHTS 16

static void
act(struct story *story)
{
	unsigned left = dice(WEIGHTS), which = 0;
	int code;

	while (left >= acts[which].weight)
		left -= acts[which++].weight;
	code = acts[which].act(story);
	if (code != 0 && !acts[which].may_fail)
		fail_msg("act %u: %s", which, story->tool.err);
	if (code == 0)
		story->done[which]++;
}

/* ---- what is said ---- */

static struct moment {
	int64_t at;
	char *list, *why[NAMES];
} moments[MOMENTS];

static size_t moment_count;

static void
write_down(struct tool *tool)
{
	struct moment *moment = &moments[moment_count++];

	moment->at = now_s;
	tool_expect(tool, 0, "list --all --json");
	moment->list = strdup(tool->out);
	for (unsigned i = 0; i < NAMES; i++) {
		tool_run(tool, "why %s --json", names[i]);
		moment->why[i] = strdup(tool->out);
	}
}

/* Takes the line that tells the time out. */
static char *
without_time(char *text)
{
	char *at = strstr(text, "  \"at\": \""), *end;

	assert_non_null(at);
	end = strchr(at, '\n') + 1;
	memmove(at, end, strlen(end) + 1);
	return text;
}

static unsigned
look_back(struct tool *tool, struct moment *moment)
{
	char time[TIME_TEXT_MAX];
	unsigned unknown = 0;

	time_format(time, moment->at);
	tool_expect(tool, 0, "list --all --json --at %s", time);
	if (strcmp(tool->out, moment->list) != 0)
		fail_msg("list at %s:\n%s\nwas:\n%s", time, tool->out,
			moment->list);
	free(moment->list);
	for (unsigned i = 0; i < NAMES; i++) {
		tool_run(tool, "why %s --json --at %s", names[i], time);
		if (strstr(tool->err, "is not known") != NULL)
			unknown++;
		else if (strcmp(without_time(tool->out), moment->why[i]) != 0)
			fail_msg("why %s at %s:\n%s%s\nwas:\n%s", names[i],
				time, tool->err, tool->out, moment->why[i]);
		free(moment->why[i]);
	}
	return unknown;
}

static void
go_through(unsigned number, unsigned done[ACTS], unsigned *unknown)
{
	struct story story = {.orders = 0};

	now_s = START;
	seed = 20261122 + 7919 * number;
	moment_count = 0;
	tool_create(&story.tool);
	write_config(&story.tool, "", true);
	tool_write(&story.tool, "list", "ads.example\nx.example\n");
	tool_expect(&story.tool, 0,
		"feed add ads --authority k --source %s/list", story.tool.dir);
	for (int i = 0; i < STEPS; i++) {
		now_s += 1 + dice(10);
		act(&story);
		write_down(&story.tool);
		now_s += 1 + dice(20);
		write_down(&story.tool);
	}
	now_s += 1000;
	for (size_t i = 0; i < moment_count; i++)
		*unknown += look_back(&story.tool, &moments[i]);
	for (unsigned i = 0; i < ACTS; i++)
		done[i] += story.done[i];
	tool_remove(&story.tool);
	now_s = 0;
}

static void
test_stories(void **state)
{
	unsigned unknown = 0, done[ACTS] = {0};

	(void)state;
	for (unsigned i = 0; i < STORIES; i++)
		go_through(i, done, &unknown);
	for (unsigned i = 0; i < ACTS; i++)
		assert_true(done[i] > 0);
	/* Names of a feed that are gone are told to be, and only those. */
	assert_in_range(unknown, 1, STORIES * MOMENTS * NAMES * 3 / 4);
}

/* What is asked wrongly, and what cannot be known. */
static void
test_words(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *says;
	} cases[] = {
		{"list --at 2026-01-01", 2, "--at 2026-01-01: a date alone"},
		{"list --at 2026-01-01T00:00:00", 2, "the zone is missing"},
		{"list --at 2026-01-01T00:01:01Z", 2, "lies ahead"},
		{"list --at 2026-01-01T00:00:30Z --ordered-at "
		 "2026-01-01T00:00:30Z",
			2, "give one of them"},
		{"why t.me --at 2025-12-31T00:00:00Z", 1,
			"this ledger begins at 2026-01-01T00:00:00Z"},
		{"why t.me --at 2025-12-31T00:00:00Z", 1, "judged by today's"},
		{"why t.me --at 2026-01-01T00:00:30Z", 0,
			"at 2026-01-01T00:00:30Z, as this ledger had it:"},
		{"why t.me --at 2026-01-01T00:00:09Z", 1, "t.me: open"},
		{"why t.me --ordered-at 2026-01-01T00:00:05Z", 0,
			"as ordered:\nactive     k:A  blocks t.me"},
		/* The exit code is of what was in force. */
		{"why t.me --at 2026-01-01T00:00:09Z --ordered-at "
		 "2026-01-01T00:00:09Z",
			1, "t.me: blocked by k:A"},
		{"why t.me --json --at 2026-01-01T00:00:09Z --ordered-at "
		 "2026-01-01T00:00:09Z",
			1, "\"ordered_at\": {"},
		{"show k:A --at 2026-01-01T00:00:09Z", 2, "there is no order"},
		{"show k:A --at 2026-01-01T00:00:40Z", 0, "# k:A: active"},
		{"show k:A --at 2026-01-01T00:00:50Z", 0, "# k:A: suspended"},
		{"show k:A --ordered-at 2026-01-01T00:00:50Z", 0,
			"# k:A: active\n# received 2026-01-01T00:00:10Z"},
		{"show k:A --ordered-at 2030-01-01T00:00:00Z", 0,
			"# k:A: active"},
	};
	struct tool tool;

	(void)state;
	now_s = START;
	tool_create(&tool);
	now_s = START + 10;
	tool_write(&tool, "order.yaml",
		"palang-order: 1\nauthority: k\nid: A\naction: block\n"
		"issued: 2026-01-01T00:00:00Z\nscope: exact\n"
		"targets: [t.me]\n");
	tool_expect(&tool, 0,
		"apply --transcribed --source letter %s/order.yaml", tool.dir);
	now_s = START + 45;
	tool_expect(&tool, 0, "suspend k:A --reason test");
	now_s = START + 60;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char all[8192];

		tool_expect(&tool, cases[i].code, "%s", cases[i].line);
		snprintf(all, sizeof all, "%.4000s%.4000s", tool.out, tool.err);
		tool_expect_in(all, cases[i].says);
	}
	tool_remove(&tool);
	now_s = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_stories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
