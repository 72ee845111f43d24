/* palang inbox: what regulators drop into a folder. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "inbox.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "state_user.h"
#include "timefmt.h"

#define TAKES    100  /* orders in one pass */
#define REFUSALS 100  /* files moved to refused/ in one pass */
#define PATIENCE 600  /* seconds */
#define IDLE     5000 /* ms between looks, where nobody tells of changes */
#define BUSY     1000 /* ms, where something may be ready soon */
#define PAUSE    100  /* ms at least, whatever they do there */

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"once", 0, NULL,
		"end once all that is complete was taken; what is not stays"},
	{"patience", 0, "TIME",
		"how long a file waits for its signature; default 10m"},
	{"settle", 0, "TIME",
		"take what has not changed for so long; default 2s; 0 where "
		"files are moved in whole"},
	WAIT_OPTIONS, {"json", 'j', NULL, "print the receipts"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_inbox = {"inbox", "DIR",
	"take the signed orders that are dropped into a folder",
	"Waits for orders and their signatures (FILE and FILE.minisig), moves "
	"each pair into a spool of its own, puts it in force as `palang "
	"apply` would, and moves it to DIR/done or DIR/refused, with a receipt "
	"(FILE.receipt.json) beside it. What is not signed is never read. Goes "
	"on until it is told to end; with --once, exit code 1 says that "
	"something was refused, 4 that an order is held, 2 that something "
	"could not be taken away.",
	options, 1, 1, run};

/* What a pass is to do with a file. */
struct task {
	struct inbox_look *look;
	enum inbox_step step;
	const char *why;
	int64_t arrived;
};

/* Orders before rubbish, and the oldest first. */
static int
by_turn(const void *a, const void *b)
{
	const struct task *x = a, *y = b;
	const struct timespec *s = &x->look->st.st_ctim;
	const struct timespec *t = &y->look->st.st_ctim;

	if (x->step != y->step)
		return x->step == INBOX_TAKE ? -1 : 1;
	if (s->tv_sec != t->tv_sec)
		return s->tv_sec < t->tv_sec ? -1 : 1;
	if (s->tv_nsec != t->tv_nsec)
		return s->tv_nsec < t->tv_nsec ? -1 : 1;
	return strcmp(x->look->name, y->look->name);
}

/* The file stays where it is, which is told once. */
static int
leave(struct inbox_run *run, struct task *task)
{
	char name[INBOX_FINAL_MAX];
	int err = errno;

	inbox_encode(name, task->look->name);
	/* Gone or changed meanwhile: the next look shows. */
	if (err == ENOENT || err == EAGAIN) {
		run->waiting = true;
		return EXIT_DONE;
	}
	cmd_fail("%s/%s cannot be moved away, and stays: %s", run->inbox.path,
		name, strerror(err));
	if (err != EACCES && err != EPERM && err != EEXIST && err != EISDIR &&
		err != ENOTDIR && err != ELOOP && err != EINVAL && err != ENXIO)
		return EXIT_ERROR;
	task->look->stuck = run->stuck = true;
	return EXIT_DONE;
}

static int
do_task(struct inbox_run *run, struct task *task)
{
	int ret;

	/* Those before it took their time: what is written to since, or has
	 * its other half by now, is the next look's. */
	if (!inbox_is_as_seen(&run->looks, task->look, run->inbox.folder)) {
		run->waiting = true;
		return EXIT_DONE;
	}
	ret = task->step == INBOX_TAKE
	              ? inbox_take(&run->inbox, task->look->name, task->arrived)
	              : inbox_turn_down(run, task->look, task->why);
	if (ret == PAL_ENOMEM)
		return cmd_fail("no memory");
	if (ret == PAL_ELIMIT)
		errno = EAGAIN;
	if (ret != 0)
		return leave(run, task);
	return task->step == INBOX_TAKE ? inbox_settle(run) : EXIT_DONE;
}

static size_t
list_tasks(struct inbox_run *run, struct task *tasks)
{
	const struct inbox_times times = {
		pal_monotonic_ms(), pal_clock_ms(), run->patience};
	size_t count = 0;

	for (size_t i = 0; i < run->looks.count; i++) {
		struct task *task = &tasks[count];

		*task = (struct task){.look = &run->looks.items[i]};
		task->step = inbox_judge(&run->looks, task->look, &times,
			&task->why, &task->arrived);
		run->waiting = run->waiting || task->step == INBOX_WAIT;
		count += task->step == INBOX_TAKE || task->step == INBOX_REFUSE;
	}
	qsort(tasks, count, sizeof *tasks, by_turn);
	return count;
}

static int
do_tasks(struct inbox_run *run, struct task *tasks, size_t count)
{
	unsigned left[] = {[INBOX_TAKE] = TAKES, [INBOX_REFUSE] = REFUSALS};
	int ret = EXIT_DONE;

	for (size_t i = 0; i < count && ret == EXIT_DONE; i++) {
		if (left[tasks[i].step] == 0) {
			run->more = true;
			continue;
		}
		left[tasks[i].step]--;
		ret = do_task(run, &tasks[i]);
	}
	return ret;
}

/* What was begun, then what lies there. */
static int
pass(struct inbox_run *run)
{
	bool crowded = run->looks.crowded;
	struct task *tasks;
	int ret = inbox_settle(run);

	run->waiting = run->more = false;
	if (ret != EXIT_DONE)
		return ret;
	ret = inbox_look(&run->looks, run->inbox.folder, pal_monotonic_ms());
	tasks = ret == 0 ? calloc(run->looks.count + 1, sizeof *tasks) : NULL;
	if (tasks == NULL)
		return cmd_fail("%s: %s", run->inbox.path,
			ret == PAL_ESYS ? strerror(errno) : "no memory");
	if (run->looks.crowded && !crowded)
		cmd_fail(
			"%s holds more than %d files that are no pair: the others are looked "
			"at once these are gone, and no file waits longer "
			"than %d s for its signature",
			run->inbox.path, INBOX_LOOKS, INBOX_CROWDED / 1000);
	ret = do_tasks(run, tasks, list_tasks(run, tasks));
	free(tasks);
	return ret;
}

static void
nap(int64_t ms)
{
	const struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&time, NULL);
}

/* Until something changes there, or it is time to look again. */
static void
await_change(const struct inbox_run *run, int notify)
{
	struct pollfd poll_fd = {.fd = notify, .events = POLLIN};
	char events[4096];

	nap(run->waiting && !run->more ? BUSY : PAUSE);
	if (run->more)
		return;
	if (notify < 0 && !run->waiting)
		nap(IDLE - PAUSE);
	if (notify < 0)
		return;
	if (!run->waiting)
		poll(&poll_fd, 1, IDLE);
	while (read(notify, events, sizeof events) > 0)
		continue;
}

static int
watch(struct inbox_run *run)
{
	int notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), ret;

	/* Where it cannot be watched, it is looked at from time to time. */
	if (notify >= 0)
		inotify_add_watch(notify, run->inbox.path,
			IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB |
				IN_ONLYDIR | IN_DONT_FOLLOW);
	while ((ret = pass(run)) == EXIT_DONE)
		await_change(run, notify);
	if (notify >= 0)
		close(notify);
	return ret;
}

/* What has just been written is looked at once more. */
static int
pass_once(struct inbox_run *run)
{
	int ret = pass(run);

	while (ret == EXIT_DONE && run->more)
		ret = pass(run);
	if (ret == EXIT_DONE && run->waiting) {
		nap(inbox_settled);
		ret = pass(run);
	}
	while (ret == EXIT_DONE && run->more)
		ret = pass(run);
	if (ret != EXIT_DONE)
		return ret;
	if (run->stuck)
		return EXIT_ERROR;
	if (run->refused > 0)
		return EXIT_NO;
	return run->held > 0 ? EXIT_HELD : EXIT_DONE;
}

static int
take_patience(struct inbox_run *run, const char *text)
{
	int64_t seconds = PATIENCE;
	const char *why;

	if (text != NULL && duration_parse(text, &seconds, &why) != 0)
		return cmd_fail("--patience %s: %s", text, why);
	run->patience = seconds * 1000;
	return EXIT_DONE;
}

static int
take_settle(const char *text)
{
	int64_t seconds = 0;
	const char *why;

	if (text == NULL)
		return EXIT_DONE;
	if (strcmp(text, "0") != 0 && duration_parse(text, &seconds, &why) != 0)
		return cmd_fail("--settle %s: %s", text, why);
	inbox_settled = seconds * 1000;
	return EXIT_DONE;
}

/* As the user that we are from here on. */
static int
open_as_user(struct inbox_run *run)
{
	struct config config;
	int ret = cmd_config(run->call, &config);

	if (ret != EXIT_DONE)
		return ret;
	ret = user_become(config.user);
	if (ret == EXIT_DONE)
		ret = inbox_open(
			&run->inbox, run->call->args[0], config.state_dir);
	config_fini(&config);
	return ret;
}

static int
run(const struct cmd_call *call)
{
	struct inbox_run run = {.inbox = {NULL, -1, -1, -1, -1, -1},
		.call = call,
		.json = cmd_option(call, "json") != NULL};
	int ret = wait_parse(&run.wait, call);

	if (ret == EXIT_DONE)
		ret = take_patience(&run, cmd_option(call, "patience"));
	if (ret == EXIT_DONE)
		ret = take_settle(cmd_option(call, "settle"));
	if (ret == EXIT_DONE)
		ret = open_as_user(&run);
	if (ret == EXIT_DONE)
		ret = cmd_option(call, "once") != NULL ? pass_once(&run)
		                                       : watch(&run);
	inbox_looks_fini(&run.looks);
	inbox_close(&run.inbox);
	return ret;
}
