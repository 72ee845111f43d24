#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "lock.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "progress.h"
#include "state_user.h"

static int
begin(struct state *state)
{
	memset(state, 0, sizeof *state);
	state->lock = state->lists = state->feeds_folder = -1;
	state->started_ms = pal_clock_ms();
	state->started_mono_ms = pal_monotonic_ms();
	state->who = user_who();
	return state->who == NULL ? cmd_fail("no memory") : EXIT_DONE;
}

int
state_begin(struct state *state, const struct cmd_call *call)
{
	int ret = begin(state);

	return ret == EXIT_DONE ? cmd_config(call, &state->config) : ret;
}

int
state_begin_by(struct state *state, const struct cmd_call *call,
	const char *text, size_t len)
{
	struct problems problems = {0};
	int ret = begin(state);

	if (ret != EXIT_DONE)
		return ret;
	ret = config_load_kept(
		&state->config, call->config_file, text, len, &problems);
	if (ret != 0) {
		problems_print(stderr, &problems);
		ret = cmd_fail("cannot use the configuration %s: %s",
			call->config_file, pal_strerror(ret));
	}
	problems_fini(&problems);
	return ret;
}

int64_t
state_elapsed(const struct state *state)
{
	return pal_monotonic_ms() - state->started_mono_ms;
}

int
state_fail_ledger(const struct state *state, int err)
{
	const char *why = ledger_error(state->ledger);

	if (err == PAL_ESYS && why[0] == '\0')
		why = strerror(errno);
	else if (err == PAL_ENOMEM || why[0] == '\0')
		why = pal_strerror(err);
	return cmd_fail("the ledger in %s: %s", state->config.state_dir, why);
}

/* Another hint than "permission denied" alone. */
static int
fail_rights(const struct state *state, const char *path, bool read)
{
	const char *user = state->config.user;

	if (user[0] == '\0')
		return cmd_fail("%s: permission denied; run this as root, or "
				"as the owner of the folder",
			path);
	return cmd_fail("%s: permission denied; run this as root or with "
			"`sudo -u %s`%s%s",
		path, user,
		read ? "; to read, the group of that folder is enough: "
		       "adduser YOU "
		     : "",
		read ? user : "");
}

static int
fail_folder(const struct state *state, const char *path, bool read)
{
	int err = errno;

	if (err == ENOENT)
		return cmd_fail("%s: there is no such folder; `palang init` "
				"makes it",
			path);
	if (err == EACCES)
		return fail_rights(state, path, read);
	return cmd_fail("%s: %s", path, strerror(err));
}

static int
open_ledger(struct state *state, bool read)
{
	int ret = (read ? ledger_open_read : ledger_open)(
		&state->ledger, state->config.state_dir);
	char path[PATH_MAX];

	if (ret == PAL_ESYS && errno == ENOENT)
		return cmd_fail("there is no ledger in %s; `palang init` "
				"makes it",
			state->config.state_dir);
	if (ret == PAL_ESYS && errno == EWOULDBLOCK)
		return cmd_fail("another palang is at work on the ledger in "
				"%s, or was cut short; nothing was read: try "
				"again, or as the owner of that folder",
			state->config.state_dir);
	if (ret != PAL_ESYS || errno != EACCES)
		return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
	snprintf(path, sizeof path, "%s/" LEDGER_FILE, state->config.state_dir);
	return fail_rights(state, path, read);
}

/* The folder's own descriptor says if there is anything to open at all. */
static int
check_folder(struct state *state, bool read)
{
	int fd = file_open_folder(state->config.state_dir);

	if (fd < 0)
		return fail_folder(state, state->config.state_dir, read);
	close(fd);
	return EXIT_DONE;
}

/* One palang at a time writes; the others wait their turn. */
static int
take_lock(struct state *state)
{
	state->lock = lock_open(state->config.state_dir);
	if (state->lock < 0)
		return fail_folder(state, state->config.state_dir, false);
	if (lock_wait(state->lock, false))
		return EXIT_DONE;
	if (errno == EWOULDBLOCK)
		return cmd_fail("another palang has been at work for %d "
				"seconds; nothing was done",
			lock_patience / 1000);
	return cmd_fail("%s/" LOCK_FILE ": %s", state->config.state_dir,
		strerror(errno));
}

bool
state_await_writer(struct state *state)
{
	const struct timespec nap = {0, 50000000};
	int lock = lock_open(state->config.state_dir);

	if (lock < 0) {
		nanosleep(&nap, NULL);
		return false;
	}
	lock_wait(lock, true);
	close(lock);
	return true;
}

/* All that is recorded. */
static int
load(struct state *state)
{
	int ret = ledger_load(state->ledger, &state->recorded);

	if (ret == 0)
		ret = state_load_feeds(state);
	if (ret == 0)
		ret = ledger_load_switch(state->ledger, &state->open);
	state->feeds_folder = state_open_feeds(state);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

/* -1 and errno. */
static int
find_lists(const struct state *state)
{
	int live = file_open_folder(state->config.live_dir), lists, saved;

	if (live < 0)
		return -1;
	lists = openat(
		live, "lists", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	saved = errno;
	close(live);
	errno = saved;
	return lists;
}

static int
open_lists(struct state *state)
{
	char path[PATH_MAX];

	state->lists = find_lists(state);
	if (state->lists >= 0)
		return EXIT_DONE;
	snprintf(path, sizeof path, "%s/lists", state->config.live_dir);
	return fail_folder(state, path, false);
}

static int
open_read(struct state *state)
{
	int ret = user_become(state->config.user);

	if (ret == EXIT_DONE)
		ret = check_folder(state, true);
	if (ret == EXIT_DONE)
		ret = open_ledger(state, true);
	if (ret != EXIT_DONE)
		return ret;
	ret = ledger_begin(state->ledger, false);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}

int
state_open_read(struct state *state)
{
	int ret = open_read(state);

	/* There is much to read without them. */
	if (ret == EXIT_DONE)
		state->lists = find_lists(state);
	return ret == EXIT_DONE ? load(state) : ret;
}

int
state_open_ledger(struct state *state)
{
	int ret = open_read(state);

	state->feeds_folder = state_open_feeds(state);
	return ret;
}

static int
fill_publication(struct state *state)
{
	struct publication *publication = &state->publication;

	publication_fini(publication);
	memset(publication, 0, sizeof *publication);
	publication->ledger = state->ledger;
	publication->history = &state->recorded.history;
	publication->config = &state->config;
	publication->lists = state->lists;
	publication->feeds = state->feeds_folder;
	publication->now_ms = state->started_ms;
	publication->problems = &state->problems;
	if (getrandom(&publication->random, sizeof publication->random, 0) !=
		(ssize_t)sizeof publication->random)
		return cmd_fail("no randomness: %s", strerror(errno));
	return EXIT_DONE;
}

/* What failed, by its step. */
static int
fail_publication(const struct state *state, int err)
{
	const char *step = state->publication.failed;

	/* effect_compile has told it as a problem. */
	if (step != NULL && strcmp(step, "compile") == 0 &&
		state->problems.errors > 0)
		return EXIT_ERROR;
	if (step == NULL || strcmp(step, "record") == 0 ||
		strcmp(step, "number") == 0)
		return state_fail_ledger(state, err);
	return cmd_fail("publishing to %s/lists failed at the step \"%s\": %s",
		state->config.live_dir, step,
		err == PAL_ESYS ? strerror(errno) : pal_strerror(err));
}

/* For as long as it publishes: lists may be made anew, of millions of names. */
static void
watch(struct state *state, struct progress *progress)
{
	progress_begin(progress, "lists");
	state->publication.progress = progress;
}

static void
unwatch(struct state *state)
{
	progress_end(state->publication.progress);
	state->publication.progress = NULL;
}

static int
recover(struct state *state)
{
	struct progress progress;
	enum publish_gap gap;
	int ret = fill_publication(state);

	if (ret != EXIT_DONE)
		return ret;
	watch(state, &progress);
	ret = publish_recover(&state->publication, state->who, &gap);
	unwatch(state);
	if (ret != 0)
		return fail_publication(state, ret);
	if (gap == PUBLISH_BEHIND)
		problem_warning(&state->problems, NULL, 0, 0,
			"a command before this one was cut short; what it "
			"had recorded is published now");
	else if (gap == PUBLISH_FOREIGN)
		problem_warning(&state->problems, NULL, 0, 0,
			"the lists were not those of the ledger (restored, or "
			"lost): it was published anew, under a new epoch");
	return EXIT_DONE;
}

int
state_open_write(struct state *state)
{
	int ret = user_become(state->config.user);

	if (ret == EXIT_DONE)
		ret = take_lock(state);
	/* It may have waited, and what is recorded next is of now. */
	state->started_ms = pal_clock_ms();
	if (ret == EXIT_DONE)
		ret = open_ledger(state, false);
	if (ret == EXIT_DONE)
		ledger_set_hand(state->ledger, state->who, state->started_ms);
	if (ret == EXIT_DONE)
		ret = open_lists(state);
	if (ret != EXIT_DONE)
		return ret;
	ret = load(state);
	return ret == EXIT_DONE ? recover(state) : ret;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
state_let_go(struct state *state)
{
	state_tell_head(state);
	publication_fini(&state->publication);
	ledger_state_fini(&state->recorded);
	ledger_feeds_fini(&state->feeds);
	ledger_switch_fini(&state->open);
	ledger_close(state->ledger);
	state->ledger = NULL;
	close_fd(&state->lists);
	close_fd(&state->feeds_folder);
	/* Last, so that who comes next finds everything closed. */
	close_fd(&state->lock);
	state->started_ms = pal_clock_ms();
}

int
state_tell(struct state *state)
{
	int ret = state->problems.errors > 0 ? EXIT_ERROR : EXIT_DONE;

	problems_print(stderr, &state->problems);
	if (ret != EXIT_DONE && state->told != NULL) {
		problems_fini(state->told);
		*state->told = state->problems;
		memset(&state->problems, 0, sizeof state->problems);
	}
	problems_fini(&state->problems);
	return ret;
}

void
state_close(struct state *state)
{
	state_tell(state);
	state_let_go(state);
	problems_fini(&state->feed_problems);
	config_fini(&state->config);
	free(state->who);
}

/* ---- a change ---- */

int
state_change(struct state *state)
{
	int ret = fill_publication(state);

	if (ret != EXIT_DONE)
		return ret;
	ret = ledger_begin(state->ledger, true);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	ret = state_catch_up(state);
	return ret == EXIT_DONE ? state_keep_config(state) : ret;
}

int
state_rehearse(struct state *state)
{
	return fill_publication(state);
}

int
state_prepare(struct state *state, bool dry)
{
	const struct publish_step compile[] = {
		publish_prepare[0], {NULL, NULL}};
	struct progress progress;
	int ret;

	watch(state, &progress);
	ret = publish_run(&state->publication, dry ? compile : publish_prepare);
	unwatch(state);
	return ret == 0 ? EXIT_DONE : fail_publication(state, ret);
}

/* Behind the rename of the manifest nothing can fail that matters now. */
static bool
is_tidying(const char *step)
{
	return step != NULL &&
	       (strcmp(step, "clean") == 0 || strcmp(step, "mark") == 0);
}

int
state_finish(struct state *state)
{
	int ret = state_commit(state);

	if (ret != EXIT_DONE)
		return ret;
	ret = publish_run(&state->publication, publish_install);
	state->published_ms = state_elapsed(state);
	state_tell_head(state);
	if (ret == 0) {
		cmd_published();
		return EXIT_DONE;
	}
	if (is_tidying(state->publication.failed)) {
		cmd_published();
		problem_warning(&state->problems, NULL, 0, 0,
			"published; but at the step \"%s\": %s",
			state->publication.failed,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
		return EXIT_DONE;
	}
	fail_publication(state, ret);
	return cmd_fail("it is recorded; the next command that writes, or "
			"`palang publish`, publishes it");
}

void
state_abandon(struct state *state)
{
	/* A commit that failed has closed it. */
	if (state->ledger != NULL)
		ledger_rollback(state->ledger);
}
