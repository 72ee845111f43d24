/*
 *	stress -l LIVE [-i INSTANCE] [-a ADDRESS] [-s SECONDS] [-t THREADS]
 *		[-r RATE] [-w MS] [-h MS] [-c COMMAND] [-m MIN] [-f FAILED]
 *		[-o MS] [-x SEED] TABLE
 *
 * Turns sets over until the time is up: asks for w milliseconds for what
 * depends on some sets, turns them, waits until they are swept (mostly), and
 * goes on asking for h milliseconds.  -c: the command that blocks and lifts;
 * without, lists are published directly.  -m: each class must have been judged
 * so often each way; a slow machine is given up to four times as long for that.
 * -f: one question in so many may go without an answer; 0: any number.  -o: how
 * long an answer is waited for.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#define SWEPT_WITHIN_US 30000000
#define PATIENCE        4 /* times as long, on a slow machine */

struct options {
	struct load_options load;
	const char *table;
	int64_t seconds, warm_us, hold_us;
	uint64_t min, max_failed;
};

static struct world world;
static struct changes changes = {.world = &world, .instance = "ours"};
static struct tally tally = {.world = &world, .changes = &changes};

void
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("stress: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

static void
sleep_us(int64_t us)
{
	struct timespec rest = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&rest, NULL);
}

/* The status must be at least as new as the records that it judges. */
static bool
collect(void)
{
	struct record *records;
	size_t count = load_drain(&records);
	bool swept = changes_watch(&changes);

	tally_add(&tally, records, count);
	free(records);
	return swept;
}

static void
collect_for(int64_t us)
{
	for (int64_t end = now_us() + us; now_us() < end;) {
		sleep_us(2000);
		collect();
	}
}

static void
wait_swept(void)
{
	int64_t end = now_us() + SWEPT_WITHIN_US;

	while (!collect()) {
		if (now_us() > end)
			die("generation %llu is not swept after %d s",
				(unsigned long long)changes
					.list[changes.count - 1]
					.generation,
				SWEPT_WITHIN_US / 1000000);
		sleep_us(500);
	}
}

static uint64_t
some_sets(uint64_t *random)
{
	static const unsigned how_many[] = {1, 1, 2, 4};
	uint64_t sets = 0;

	for (unsigned n = how_many[random_next(random) % 4]; n > 0; n--)
		sets |= (uint64_t)1 << random_next(random) % world.set_count;
	return sets;
}

static bool
is_over(const struct options *options, int64_t began)
{
	int64_t seconds = (now_us() - began) / 1000000;

	return seconds >= options->seconds * PATIENCE ||
	       (seconds >= options->seconds &&
		       tally_is_enough(&tally, options->min));
}

static unsigned
turn_for(const struct options *options, uint64_t *random)
{
	int64_t began = now_us();
	unsigned turns = 0;

	for (; !is_over(options, began); turns++) {
		uint64_t sets =
			changes_plan(&changes, some_sets(random), random);
		load_focus(sets);
		collect_for(options->warm_us);
		changes_turn(&changes, sets);
		unsigned next = (unsigned)(random_next(random) % 10);
		if (next == 0 || (next == 1 && changes.command != NULL))
			continue; /* the next comes before this is swept */
		if (next == 1) {
			/* and this is taken back before it is */
			collect_for((int64_t)(random_next(random) % 8000));
			turns++;
			changes_turn(&changes, publish_plan_back(&world));
		}
		wait_swept();
		collect_for(options->hold_us);
	}
	return turns;
}

static void
read_options(struct options *options, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "l:i:a:s:t:r:w:h:c:m:f:o:x:")) != -1) {
		unsigned long long n =
			optarg != NULL ? strtoull(optarg, NULL, 10) : 0;
		switch (c) {
		case 'l':
			changes.live = optarg;
			break;
		case 'i':
			changes.instance = optarg;
			break;
		case 'a':
			options->load.address = optarg;
			break;
		case 's':
			options->seconds = (int64_t)n;
			break;
		case 't':
			options->load.threads = (unsigned)n;
			break;
		case 'r':
			options->load.rate = (unsigned)n;
			break;
		case 'w':
			options->warm_us = (int64_t)n * 1000;
			break;
		case 'h':
			options->hold_us = (int64_t)n * 1000;
			break;
		case 'c':
			changes.command = optarg;
			break;
		case 'm':
			options->min = n;
			break;
		case 'f':
			options->max_failed = n;
			break;
		case 'o':
			options->load.timeout_us = (int64_t)n * 1000;
			break;
		case 'x':
			options->load.seed = n;
			break;
		default:
			exit(2);
		}
	}
	if (argc - optind != 1 || changes.live == NULL)
		die("-l LIVE and one table");
	options->table = argv[optind];
}

int
main(int argc, char **argv)
{
	struct options options = {.seconds = 30,
		.warm_us = 200000,
		.hold_us = 300000,
		.min = 100,
		.max_failed = 1000,
		.load = {.address = "127.0.0.1",
			.threads = 3,
			.rate = 3000,
			.timeout_us = 8000000,
			.seed = 1}};

	read_options(&options, argc, argv);
	uint64_t random = options.load.seed;
	setvbuf(stdout, NULL, _IOLBF, 0);
	world_read(&world, options.table);
	load_start(&world, &options.load);
	collect_for(1000000);
	unsigned turns = turn_for(&options, &random);
	wait_swept();
	collect_for(500000);
	load_stop();
	collect();
	printf("seed %llu: %u generations, %zu changes of %u sets\n",
		(unsigned long long)options.load.seed, turns, changes.count,
		world.set_count);
	if (changes.command == NULL)
		publish_print();
	return tally_print(&tally, options.min, options.max_failed) ? 0 : 1;
}
