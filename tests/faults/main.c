/*
 * Stops each command at each of its calls, or lets the call fail, and looks
 * what is left: the old state or the new one, and a code that told the truth.
 */
#include "faults.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const kind_names[CALL_KINDS] = {"open", "create", "write",
	"sync", "rename", "link", "unlink", "truncate", "mkdir", "chmod"};

#define KIND(kind) (1U << (kind))
#define NEW_ENTRY                                                              \
	(KIND(CALL_CREATE) | KIND(CALL_RENAME) | KIND(CALL_LINK) |             \
		KIND(CALL_MKDIR))

/* The calls that can go wrong like that; 0: all. */
static const unsigned mode_kinds[FAULT_MODES] = {
	[FAULT_TORN] = KIND(CALL_WRITE),
	[FAULT_SHORT] = KIND(CALL_WRITE),
	[FAULT_ENOSPC] = NEW_ENTRY | KIND(CALL_WRITE) | KIND(CALL_SYNC),
	[FAULT_EACCES] = NEW_ENTRY | KIND(CALL_OPEN) | KIND(CALL_UNLINK) |
                         KIND(CALL_CHMOD),
	[FAULT_FULL] = NEW_ENTRY | KIND(CALL_WRITE),
};

/* How the process of a point ends; 1: lost. */
#define IS_OLD 20
#define IS_NEW 21

struct options {
	unsigned every;
	const char *only_case, *only_mode;
	uint32_t only_at;
	bool keep;
};

struct trial {
	const struct fault_case *tried;
	enum fault_mode mode;
	uint32_t at;
	char before[NAMES_MAX + 1], after[NAMES_MAX + 1];
};

struct tally {
	unsigned tried[FAULT_MODES], old, new, lost;
};

static bool
stops(enum fault_mode mode)
{
	return mode >= FAULT_KILL && mode <= FAULT_POWER_NAMES;
}

static _Noreturn void
lose(const struct world *world, const struct trial *trial, const char *what)
{
	uint8_t kind = trial->at <= FAULT_CALLS_MAX
	                       ? world->plan->kind[trial->at - 1]
	                       : 0;

	world_fail(world, "LOST: %s --case %s --mode %s --at %u (%s): %s",
		"faults", trial->tried->name, fault_mode_names[trial->mode],
		trial->at, kind_names[kind], what);
}

/* The lists have the old state or the new one: true for the new one. */
static bool
is_new(const struct world *world, const struct trial *trial)
{
	char now[NAMES_MAX + 1];

	check_verdicts(world, trial->tried, now);
	if (strcmp(now, trial->after) == 0)
		return true;
	if (strcmp(now, trial->before) != 0)
		lose(world, trial, "neither the old state nor the new one");
	return false;
}

static bool
says(const struct world *world, const char *words)
{
	return strstr(world->output, words) != NULL;
}

static bool
is_held(const struct world *world)
{
	return says(world, ": held, not in force");
}

/* It said that it is done but for the lists. */
static bool
is_due(const struct world *world)
{
	return says(world, "it is recorded; the next") ||
	       says(world, "it is restored; the next");
}

/* It said that it had failed, and left no doubt. */
static bool
has_failed(const struct world *world, int code)
{
	return code != 0 && code != 128 + SIGKILL && !is_due(world) &&
	       !says(world, "whether it was recorded shows in");
}

/* What the command said, against what is in the lists. */
static void
judge_words(const struct world *world, const struct trial *trial, int code,
	bool now, bool *due)
{
	bool done = code == trial->tried->code;

	*due = done || is_due(world);
	if (done && !now)
		lose(world, trial, "it said done, and is not in the lists");
	if (stops(trial->mode) && code == 128 + SIGKILL)
		return;
	if (!done && code != 2 && !(code == 4 && is_held(world)))
		lose(world, trial, "an exit code that says something else");
	if (has_failed(world, code) && now && !trial->tried->again)
		lose(world, trial, "it said failed, and is in the lists");
}

static void
run_well(struct world *world, const struct trial *trial, const char *line)
{
	if (world_run(world, false, line) != 0)
		lose(world, trial, line);
}

/* The same once more, or what completes it, leads to the new state. */
static void
try_again(struct world *world, const struct trial *trial)
{
	const struct fault_case *tried = trial->tried;

	if (world_run(world, false, tried->command) != 0 &&
		(tried->retry == NULL ||
			world_run(world, false, tried->retry) != 0))
		lose(world, trial, "it cannot be done again");
	if (!is_new(world, trial))
		lose(world, trial, "done again, it is not in the lists");
}

/* What follows it holds: at once if it said done, else once it is. */
static void
check_done(struct world *world, const struct trial *trial)
{
	const struct fault_case *tried = trial->tried;

	if (tried->proof != NULL)
		run_well(world, trial, tried->proof);
	if (tried->refused != NULL &&
		world_run(world, false, tried->refused) == 0)
		lose(world, trial, "it said done, and is not");
	for (int i = 0; i < 4 && tried->left[i] != NULL; i++) {
		char path[192];

		snprintf(path, sizeof path, "%s/%s", world->point,
			tried->left[i]);
		if (access(path, F_OK) != 0)
			lose(world, trial, tried->left[i]);
	}
}

static void
check_whole(struct world *world, const struct trial *trial)
{
	const char *wrong = check_ledger(world);

	if (wrong == NULL)
		wrong = check_strays(world);
	if (wrong != NULL)
		lose(world, trial, wrong);
	run_well(world, trial, "audit verify");
}

/* True if it led to the new state; false: to the old one. */
static bool
try_point(struct world *world, const struct trial *trial)
{
	bool now, then, due, failed;
	int code;

	world_reset(world);
	world_plan(world, trial->mode, trial->at);
	code = world_run(world, true, trial->tried->command);
	failed = has_failed(world, code);
	now = is_new(world, trial);
	judge_words(world, trial, code, now, &due);
	run_well(world, trial, "status");
	run_well(world, trial, "publish");
	then = is_new(world, trial);
	if ((now || due) && !then)
		lose(world, trial, "what was recorded is gone");
	if (failed && then && !trial->tried->again)
		lose(world, trial, "it said failed, and came into force");
	check_whole(world, trial);
	if (!then || (trial->tried->same && code != trial->tried->code))
		try_again(world, trial);
	check_done(world, trial);
	check_whole(world, trial);
	return then;
}

/* In a process of its own, which a loss ends. */
static void
count_point(struct world *world, struct tally *tally, const struct trial *trial)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(try_point(world, trial) ? IS_NEW : IS_OLD);
	if (child < 0 || waitpid(child, &status, 0) != child)
		world_fail(world, "fork failed");
	tally->tried[trial->mode]++;
	if (WIFEXITED(status) && WEXITSTATUS(status) == IS_OLD)
		tally->old++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == IS_NEW)
		tally->new ++;
	else
		tally->lost++;
}

/* ---- the whole of it ---- */

static bool
applies(const struct world *world, const struct fault_case *tried,
	enum fault_mode mode, uint32_t call, uint32_t calls)
{
	unsigned kinds = mode_kinds[mode];

	if (mode == FAULT_EACCES && tried->rights)
		return false;
	if (call > calls) /* right behind its end */
		return mode >= FAULT_POWER && mode <= FAULT_POWER_NAMES;
	return kinds == 0 || (kinds & KIND(world->plan->kind[call - 1]));
}

/* Counts the calls, and learns what the command changes. */
static uint32_t
rehearse(struct world *world, struct trial *trial)
{
	check_verdicts(world, trial->tried, trial->before);
	world_plan(world, FAULT_NONE, 0);
	if (world_run(world, true, trial->tried->command) != trial->tried->code)
		world_fail(world, "%s does not work", trial->tried->command);
	check_verdicts(world, trial->tried, trial->after);
	if ((strcmp(trial->before, trial->after) == 0) != trial->tried->same ||
		world->plan->calls == 0 ||
		world->plan->calls >= FAULT_CALLS_MAX)
		world_fail(world, "%s: %s, %s, %u calls", trial->tried->name,
			trial->before, trial->after, world->plan->calls);
	return world->plan->calls;
}

static void
tell(const struct fault_case *tried, uint32_t calls, const struct tally *tally)
{
	printf("%-14s %4u calls:", tried->name, calls);
	for (int mode = 1; mode < FAULT_MODES; mode++)
		printf(" %5u", tally->tried[mode]);
	printf(" %6u old %6u new %4u lost\n", tally->old, tally->new,
		tally->lost);
	fflush(stdout);
}

static void
tell_sum(const struct tally *sum)
{
	unsigned count = sum->old + sum->new + sum->lost;

	printf("%u points tried, %u lost: %u led to the old state, %u to the "
	       "new one\n",
		count, sum->lost, sum->old, sum->new);
}

static void
add_up(struct tally *sum, const struct tally *tally)
{
	for (int mode = 1; mode < FAULT_MODES; mode++)
		sum->tried[mode] += tally->tried[mode];
	sum->old += tally->old;
	sum->new += tally->new;
	sum->lost += tally->lost;
}

static bool
is_wanted(const struct options *options, const struct trial *trial,
	unsigned *number)
{
	if (options->only_mode != NULL &&
		strcmp(options->only_mode, fault_mode_names[trial->mode]) != 0)
		return false;
	if (options->only_at != 0)
		return trial->at == options->only_at;
	return (*number)++ % options->every == 0;
}

/* number: of points so far; the short form takes each k-th of all cases. */
static void
try_case(struct world *world, const struct fault_case *tried,
	const struct options *options, struct tally *sum, unsigned *number)
{
	struct trial trial = {.tried = tried};
	struct tally tally = {.old = 0};
	static uint8_t kinds[FAULT_CALLS_MAX];
	uint32_t calls;

	world_prepare(world, tried);
	calls = rehearse(world, &trial);
	memcpy(kinds, world->plan->kind, sizeof kinds);
	for (int mode = 1; mode < FAULT_MODES; mode++) {
		trial.mode = (enum fault_mode)mode;
		for (trial.at = 1; trial.at <= calls + 1; trial.at++) {
			memcpy(world->plan->kind, kinds, sizeof kinds);
			if (applies(world, tried, trial.mode, trial.at,
				    calls) &&
				is_wanted(options, &trial, number))
				count_point(world, &tally, &trial);
		}
	}
	tell(tried, calls, &tally);
	add_up(sum, &tally);
}

static void
usage(FILE *out)
{
	fprintf(out, "Usage: faults [OPTION...] PALANG LIBRARY\n"
		     "  --every N    only each N-th point; default 1\n"
		     "  --case NAME  only this command\n"
		     "  --mode NAME  only this kind of fault\n"
		     "  --at N       only this call\n"
		     "  --keep       leave the state\n");
}

static int
parse(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {{"every", 1, NULL, 'e'},
		{"case", 1, NULL, 'c'}, {"mode", 1, NULL, 'm'},
		{"at", 1, NULL, 'a'}, {"keep", 0, NULL, 'k'},
		{"help", 0, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int option;

	*options = (struct options){.every = 1};
	while ((option = getopt_long(argc, argv, "", known, NULL)) >= 0) {
		if (option == 'e')
			options->every = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'c')
			options->only_case = optarg;
		else if (option == 'm')
			options->only_mode = optarg;
		else if (option == 'a')
			options->only_at = (uint32_t)strtoul(optarg, NULL, 10);
		else if (option == 'k')
			options->keep = true;
		else
			return option == 'h' ? 0 : 2;
	}
	return argc - optind == 2 && options->every > 0 ? -1 : 2;
}

int
main(int argc, char **argv)
{
	struct options options;
	struct tally sum = {.old = 0};
	struct world world;
	unsigned number = 0;
	int code = parse(&options, argc, argv);

	if (code >= 0) {
		usage(code == 0 ? stdout : stderr);
		return code;
	}
	world_create(&world, argv[optind], argv[optind + 1]);
	printf("%-26s", "points of");
	for (int mode = 1; mode < FAULT_MODES; mode++)
		printf(" %s", fault_mode_names[mode]);
	putchar('\n');
	fflush(stdout);
	for (const struct fault_case *tried = fault_cases; tried->name != NULL;
		tried++) {
		if (options.only_case == NULL ||
			strcmp(options.only_case, tried->name) == 0)
			try_case(&world, tried, &options, &sum, &number);
	}
	tell_sum(&sum);
	if (!options.keep)
		world_remove(&world);
	if (options.only_case == NULL && (sum.old == 0 || sum.new == 0))
		return 1;
	return sum.lost == 0 ? 0 : 1;
}
