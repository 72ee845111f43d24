/* Long work on a terminal, and elsewhere. */
#include "tool_util.h"

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <termios.h>

#include "progress.h"

#define WIPE "\r\033[K"

/* A clock of our own for durations, in ms; 0: it is the real one.  Each look
 * at it takes tick_ms. */
static int64_t mono_ms, tick_ms;

int clock_gettime(clockid_t clock, struct timespec *now);

/* In the place of the C library's. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	if (clock != CLOCK_MONOTONIC || mono_ms == 0)
		return (int)syscall(SYS_clock_gettime, clock, now);
	now->tv_sec = mono_ms / 1000;
	now->tv_nsec = mono_ms % 1000 * 1000000;
	mono_ms += tick_ms;
	return 0;
}

/* Something else in the place of a descriptor. */
struct moved {
	int fd, saved;
};

static struct moved
move(int fd, int to)
{
	struct moved moved = {fd, dup(fd)};

	fflush(NULL);
	assert_true(moved.saved >= 0);
	assert_int_equal(dup2(to, fd), fd);
	return moved;
}

static void
move_back(struct moved moved)
{
	fflush(NULL);
	dup2(moved.saved, moved.fd);
	close(moved.saved);
}

/* A terminal, as both of its ends. */
struct terminal {
	int here, there;
	char text[16384]; /* what was written to it */
};

static void
terminal_open(struct terminal *terminal)
{
	struct termios raw;

	terminal->here = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(terminal->here >= 0);
	assert_int_equal(grantpt(terminal->here), 0);
	assert_int_equal(unlockpt(terminal->here), 0);
	terminal->there = open(ptsname(terminal->here), O_RDWR | O_NOCTTY);
	assert_true(terminal->there >= 0);
	assert_int_equal(tcgetattr(terminal->there, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(terminal->there, TCSANOW, &raw), 0);
}

/* What was written since the last time. */
static const char *
terminal_read(struct terminal *terminal)
{
	struct pollfd ready = {.fd = terminal->here, .events = POLLIN};
	size_t len = 0;

	while (poll(&ready, 1, 0) == 1 && len < sizeof terminal->text - 1) {
		ssize_t n = read(terminal->here, terminal->text + len,
			sizeof terminal->text - 1 - len);

		assert_true(n > 0);
		len += (size_t)n;
	}
	terminal->text[len] = '\0';
	return terminal->text;
}

static void
terminal_close(struct terminal *terminal)
{
	close(terminal->here);
	close(terminal->there);
}

static void
test_line(void **state)
{
	static const struct {
		const char *title;
		int64_t after_ms;
		const char *what;
		uint64_t at, size;
		const char *written;
	} cases[] = {
		{"short work says nothing", 0, "reading", 1, 100, ""},
		{"up to a second", 999, "reading", 50, 100, ""},
		{"from then on it does", 1, "reading", 51, 100,
			WIPE "feed ads: reading 51%"},
		{"but not at each step", 99, "reading", 52, 100, ""},
		{"ten times a second", 1, "reading", 53, 100,
			WIPE "feed ads: reading 53%"},
		{"the next step at once", 0, "making the image", 0, 0,
			WIPE "feed ads: making the image"},
		{"of no known size", 100, "fetching", 1500000, 0,
			WIPE "feed ads: fetching 1.5 MB"},
		{"more than was expected", 100, "fetching", 2000000, 1,
			WIPE "feed ads: fetching 2.0 MB"},
	};
	struct terminal terminal;
	struct progress progress;
	struct moved moved;

	(void)state;
	terminal_open(&terminal);
	moved = move(STDERR_FILENO, terminal.there);
	mono_ms = 1000000;
	progress_begin(&progress, "feed ads");
	progress_end(&progress);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		mono_ms += cases[i].after_ms;
		progress_tell(
			&progress, cases[i].what, cases[i].at, cases[i].size);
		if (strcmp(terminal_read(&terminal), cases[i].written) != 0) {
			move_back(moved);
			fail_msg("%s: \"%s\"", cases[i].title, terminal.text);
		}
	}
	/* wiped once, and there for what comes next */
	errno = ENOENT;
	progress_end(&progress);
	assert_int_equal(errno, ENOENT);
	progress_end(&progress);
	assert_string_equal(terminal_read(&terminal), WIPE);
	progress_rename(&progress, "allow");
	progress_tell(&progress, "reading", 0, 0);
	progress_end(&progress);
	assert_string_equal(
		terminal_read(&terminal), WIPE "allow: reading" WIPE);
	/* nobody looks */
	progress_tell(NULL, "reading", 0, 0);
	progress_rename(NULL, "allow");
	progress_end(NULL);
	assert_string_equal(terminal_read(&terminal), "");
	move_back(moved);
	terminal_close(&terminal);
	mono_ms = 0;
}

static void
test_no_terminal(void **state)
{
	struct progress progress;
	FILE *file = tmpfile();
	struct moved moved;

	(void)state;
	moved = move(STDERR_FILENO, fileno(file));
	mono_ms = 1000000;
	progress_begin(&progress, "feed ads");
	mono_ms += 3600000;
	progress_tell(&progress, "reading", 50, 100);
	progress_tell(&progress, "making the image", 0, 0);
	progress_end(&progress);
	move_back(moved);
	assert_int_equal(lseek(fileno(file), 0, SEEK_END), 0);
	fclose(file);
	mono_ms = 0;
}

/* ---- commands ---- */

/* Enough lines that reading them is told. */
static void
write_zone(const struct tool *tool)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof path, "%s/zone", tool->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("$ORIGIN rpz.test.\n"
	      "@ 60 SOA localhost. root.localhost. 1 60 60 60 60\n",
		file);
	for (int i = 0; i < 20000; i++)
		fprintf(file, "n%d.example 60 CNAME .\n", i);
	assert_int_equal(fclose(file), 0);
}

/* One feed that blocks, and two that allow. */
static void
begin(struct tool *tool)
{
	char text[1024];

	tool_create(tool);
	write_zone(tool);
	tool_write(tool, "names", "n1.example\n");
	tool_write(tool, "black", "a.example.com\nb.example.com\n");
	tool_write(tool, "white", "a.example.com\n");
	tool_write(tool, "other", "c.example.com\n");
	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"%sfeeds:\n"
		"  ads: {authority: k, source: %s/black}\n"
		"  white: {as: allow, reason: r, source: %s/white}\n"
		"  other: {as: allow, source: %s/other}\n",
		tool->dir, tool->dir, tool_authorities, tool->dir, tool->dir,
		tool->dir);
	tool_write(tool, "palang.yaml", text);
	tool_expect(tool, 0, "feed refresh");
}

static void
lose_lists(const struct tool *tool)
{
	struct pal_manifest manifest;
	char path[320];

	tool_manifest(tool, &manifest);
	for (unsigned i = 0; i < manifest.count; i++) {
		snprintf(path, sizeof path, "%s/live/lists/%s", tool->dir,
			manifest.lists[i].file);
		assert_int_equal(unlink(path), 0);
	}
}

/* What takes long with long lists. */
static const struct told {
	const char *words;
	int code;
	const char *what; /* is told */
	bool lost;        /* all lists are, before */
} long_ones[] = {
	{"compare --rpz zone --names names", 1, "zone: reading ", false},
	{"allow list", 0, "white: looking for what is opened ", false},
	{"feed show ads", 0, "ads: looking for what is opened ", false},
	{"feed show ads --json", 0, "ads: looking for what is opened ", false},
	/* whether it lacks a reason */
	{"feed refresh other --force --accept-change", 0,
		"feed other: looking for what is opened ", false},
	{"init", 0, "ads: making the image of 2 rules", true},
	{"init", 0, "allow: making the image of 2 rules", true},
};

/* With a clock that makes everything long. */
static void
run_long(struct tool *tool, const struct told *command)
{
	int code;

	if (command->lost)
		lose_lists(tool);
	mono_ms = 1000000;
	tick_ms = 1100;
	code = tool_run(tool, "%s", command->words);
	mono_ms = tick_ms = 0;
	if (code != command->code)
		fail_msg("%s: exit code %d\n%s%s", command->words, code,
			tool->out, tool->err);
}

static void
test_commands(void **state)
{
	char *cwd = getcwd(NULL, 0);
	struct terminal terminal;
	struct tool tool;

	(void)state;
	terminal_open(&terminal);
	begin(&tool);
	assert_int_equal(chdir(tool.dir), 0);
	/* another list each time, so that there is something to look at */
	for (size_t i = 0; i < sizeof long_ones / sizeof *long_ones; i++) {
		const char *what = long_ones[i].what, *last = "", *at;

		tool.terminal = terminal.there;
		tool_write(&tool, "other", "d.example.com\n");
		run_long(&tool, &long_ones[i]);
		at = terminal_read(&terminal);
		tool_expect_in(at, what);
		for (; (at = strstr(at, WIPE)) != NULL; at += strlen(WIPE))
			last = at;
		/* it is wiped before anything else is said */
		assert_null(strstr(last, what));
		tool.terminal = 0;
		tool_write(&tool, "other", "c.example.com\n");
		run_long(&tool, &long_ones[i]);
		assert_null(strchr(tool.err, '\033'));
	}
	assert_int_equal(chdir(cwd), 0);
	free(cwd);
	terminal_close(&terminal);
	tool_remove(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_no_terminal),
		cmocka_unit_test(test_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
