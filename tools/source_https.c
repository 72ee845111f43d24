/*
 * Fetching by https is palang-fetch's work: a program that has no rights but
 * to go out and to write into the one file.  Here it is found, started with
 * nothing but what it needs, watched, and ended whatever happens.
 */
#include "source_way.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "palang/clock.h"
#include "source_answer.h"
#include "text.h"

#define PROGRAM    "palang-fetch"
#define GRACE      5000 /* ms that it may take longer than max-time */
#define ERRORS_MAX 256
#define FIRST_FREE 10 /* descriptors from here on are in nobody's way */
#define ARGS_MAX   16

/* What comes out of a pipe, up to a limit. */
struct stream {
	int fd; /* -1 at its end */
	size_t len, room;
	bool full; /* more came than there is room */
	char text[SOURCE_ANSWER_MAX + 1];
};

struct helper {
	pid_t pid;
	struct stream answer, errors;
	bool hung;
	int status; /* of waitpid */
};

static bool
is_program(const char *path)
{
	return access(path, X_OK) == 0;
}

/* PALANG_FETCH, beside the running program, or where it is installed. */
static bool
find_program(char path[PATH_MAX])
{
	const char *given = secure_getenv("PALANG_FETCH");
	char *slash;
	ssize_t n;

	if (given != NULL && given[0] != '\0')
		return text_copy(path, PATH_MAX, given);
	n = readlink("/proc/self/exe", path, PATH_MAX - sizeof PROGRAM - 1);
	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		if (slash != NULL) {
			strcpy(slash + 1, PROGRAM);
			if (is_program(path))
				return true;
		}
	}
	return text_copy(path, PATH_MAX, PALANG_LIBEXECDIR "/" PROGRAM) &&
	       is_program(path);
}

/* A pipe whose ends are above all that the child will have. */
static bool
open_pipe(int ends[2])
{
	int low[2];

	ends[0] = ends[1] = -1;
	if (pipe2(low, O_CLOEXEC) < 0)
		return false;
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, FIRST_FREE);
		close(low[i]);
	}
	/* Our end: nobody who keeps the other open may hold us up. */
	return ends[0] >= 0 && ends[1] >= 0 &&
	       fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

struct arguments {
	const char *list[ARGS_MAX];
	size_t count;
	char max_size[24], max_time[16];
};

static void
add(struct arguments *args, const char *option, const char *value)
{
	args->list[args->count++] = option;
	if (value != NULL)
		args->list[args->count++] = value;
}

static void
set_arguments(struct arguments *args, const struct way *way)
{
	const struct source_limits *limits = &way->limits;

	*args = (struct arguments){0};
	snprintf(args->max_size, sizeof args->max_size, "%llu",
		(unsigned long long)limits->max_size);
	snprintf(args->max_time, sizeof args->max_time, "%u", limits->max_time);
	add(args, PROGRAM, NULL);
	add(args, "--max-size", args->max_size);
	add(args, "--max-time", args->max_time);
	if (way->mark->etag[0] != '\0')
		add(args, "--etag", way->mark->etag);
	if (way->mark->modified[0] != '\0')
		add(args, "--modified", way->mark->modified);
	if (limits->allow_private)
		add(args, "--allow-private", NULL);
	if (limits->ca_file != NULL)
		add(args, "--ca-file", limits->ca_file);
	add(args, "--", NULL);
	add(args, way->source->text, NULL);
}

/* Descriptors 0 to 3 and no other, no environment, no signal blocked or
 * ignored.  0 or an errno. */
static int
spawn(pid_t *pid, const char *path, const struct arguments *args, int out,
	int errors, int answer)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	char *none[1] = {NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t signals;
	int err;

	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	posix_spawnattr_init(&attr);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attr, &signals);
	sigaddset(&signals, SIGPIPE);
	sigaddset(&signals, SIGCHLD);
	posix_spawnattr_setsigdefault(&attr, &signals);
	posix_spawnattr_setflags(&attr, flags);
	err = posix_spawn_file_actions_addopen(
		&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(
			&files, out, STDOUT_FILENO);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(
			&files, errors, STDERR_FILENO);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(
			&files, answer, STDERR_FILENO + 1);
	if (err == 0)
		err = posix_spawn_file_actions_addclosefrom_np(
			&files, STDERR_FILENO + 2);
	if (err == 0)
		err = posix_spawn(pid, path, &files, &attr,
			(char *const *)args->list, none);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return err;
}

static enum source_result
start(struct way *way, struct helper *helper, const char *path)
{
	int answer[2] = {-1, -1}, errors[2] = {-1, -1}, out, err = EMFILE;
	struct arguments args;

	set_arguments(&args, way);
	out = fcntl(way->out, F_DUPFD_CLOEXEC, FIRST_FREE);
	if (out >= 0 && open_pipe(answer) && open_pipe(errors))
		err = spawn(
			&helper->pid, path, &args, out, errors[1], answer[1]);
	close_fd(&out);
	close_fd(&answer[1]);
	close_fd(&errors[1]);
	helper->answer.fd = answer[0];
	helper->errors.fd = errors[0];
	if (err == 0)
		return SOURCE_NEW;
	close_fd(&helper->answer.fd);
	close_fd(&helper->errors.fd);
	return way_fail(way, "%.200s does not start: %s", path, strerror(err));
}

/* Reads what there is; what there is no room for is dropped. */
static void
drain(struct stream *stream)
{
	char spare[512];
	size_t room = stream->room - stream->len;
	ssize_t n =
		read(stream->fd, room > 0 ? stream->text + stream->len : spare,
			room > 0 ? room : sizeof spare);

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		close_fd(&stream->fd);
	else if (room > 0)
		stream->len += (size_t)n;
	else
		stream->full = true;
}

static uint64_t
size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* True once it has ended and is reaped. */
static bool
is_over(struct helper *helper)
{
	pid_t pid = waitpid(helper->pid, &helper->status, WNOHANG);

	return pid == helper->pid || (pid < 0 && errno != EINTR);
}

/* Until it has ended, or its time has and it is killed; in any case it is
 * reaped afterwards.  Its pipes end with it, which wakes us. */
static void
watch(struct way *way, struct helper *helper)
{
	struct stream *streams[2] = {&helper->answer, &helper->errors};
	int64_t deadline = way->deadline + GRACE;

	while (!is_over(helper)) {
		struct pollfd waits[2];
		bool open = helper->answer.fd >= 0 || helper->errors.fd >= 0;

		helper->hung = pal_monotonic_ms() >= deadline;
		if (helper->hung || helper->answer.full) {
			kill(helper->pid, SIGKILL);
			while (waitpid(helper->pid, &helper->status, 0) < 0 &&
				errno == EINTR)
				continue;
			break;
		}
		for (int i = 0; i < 2; i++)
			waits[i] = (struct pollfd){
				.fd = streams[i]->fd, .events = POLLIN};
		if (poll(waits, 2, open ? 100 : 5) < 0)
			continue;
		for (int i = 0; i < 2; i++) {
			if (waits[i].revents != 0)
				drain(streams[i]);
		}
		way_tell(way, "fetching", size_of(way->out), 0);
	}
	for (int i = 0; i < 2; i++) {
		while (streams[i]->fd >= 0 && !streams[i]->full)
			drain(streams[i]);
		close_fd(&streams[i]->fd);
	}
}

/* It has not answered as it should; what it said instead is escaped. */
static enum source_result
fail_helper(struct way *way, struct helper *helper)
{
	struct stream *errors = &helper->errors;
	char *text;

	if (helper->hung)
		return way_fail(way, PROGRAM " hung, and was ended after %u s",
			way->limits.max_time + GRACE / 1000);
	while (errors->len > 0 && errors->text[errors->len - 1] == '\n')
		errors->len--;
	errors->text[errors->len] = '\0';
	if (errors->len > 0 && (text = text_escape(errors->text)) != NULL) {
		way_fail(way, PROGRAM " failed: %.400s", text);
		free(text);
		return SOURCE_FAILED;
	}
	if (WIFSIGNALED(helper->status))
		return way_fail(way, PROGRAM " was ended by signal %d",
			WTERMSIG(helper->status));
	return way_fail(way, PROGRAM " gave no answer that can be read");
}

static enum source_result
judge(struct way *way, struct helper *helper)
{
	struct source_answer answer;
	struct source_mark *mark = way->mark;
	bool asked = mark->etag[0] != '\0' || mark->modified[0] != '\0';

	if (helper->hung || helper->answer.full || helper->answer.len == 0 ||
		!WIFEXITED(helper->status) ||
		source_answer_parse(
			&answer, helper->answer.text, helper->answer.len) != 0)
		return fail_helper(way, helper);
	if (answer.error[0] != '\0')
		return way_fail(way, "%s", answer.error);
	if (WEXITSTATUS(helper->status) != 0)
		return fail_helper(way, helper);
	if (answer.status == 304)
		return asked ? SOURCE_UNCHANGED : fail_helper(way, helper);
	if (answer.size != size_of(way->out) ||
		answer.size > way->limits.max_size)
		return way_fail(way,
			PROGRAM " says %llu octets, but wrote "
				"%llu",
			(unsigned long long)answer.size,
			(unsigned long long)size_of(way->out));
	*mark = (struct source_mark){.size = answer.size};
	strcpy(mark->etag, answer.etag);
	strcpy(mark->modified, answer.modified);
	return SOURCE_NEW;
}

enum source_result
source_https(struct way *way)
{
	struct helper *helper = calloc(1, sizeof *helper);
	enum source_result result;
	char path[PATH_MAX];

	if (helper == NULL)
		return way_fail(way, "no memory");
	helper->answer.room = SOURCE_ANSWER_MAX;
	helper->errors.room = ERRORS_MAX;
	if (!find_program(path))
		result = way_fail(way, PROGRAM
			" is not there; it stands beside palang or in " PALANG_LIBEXECDIR
			", or where PALANG_FETCH says");
	else
		result = start(way, helper, path);
	if (result == SOURCE_NEW) {
		watch(way, helper);
		result = judge(way, helper);
	}
	free(helper);
	return result;
}
