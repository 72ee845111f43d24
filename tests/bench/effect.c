/*
 * From the manifest renamed to its effect, as a client sees it.
 *
 *	effect [-r ROUNDS] [-n CHANGED] [-g GAP_MS] [-s] [-o ORDERED]
 *		[-f LIST] [-t FILE] LIVE INSTANCE ADDRESS NAMES
 *
 * NAMES is a file of names that the resolver at ADDRESS has in its cache.
 * Each round publishes a generation that blocks CHANGED / 2 of them, drawn at
 * random, and opens those of the round before; then it asks for all that are
 * to be blocked until they are.  They are in an order, beside one for the names in
 * ORDERED that stays; with -f they are in the
 * feed, whose other names are in LIST, and its image says what has changed.
 * -g: the time between two rounds; -s: each waits until the one before has
 * been swept; -t: all orders are made first, and FILE is touched then, so that
 * who watches the resolver sees nothing of that.
 *
 * Prints a line for each round, in milliseconds from the rename: in effect for
 * the client, and with -s in effect and swept as the resolver says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/bench.h"

#define PATIENCE_US (60 * (int64_t)1000000)
#define ROUNDS_MAX  64 /* with -t */

struct options {
	unsigned rounds, changed, gap_ms;
	bool swept;
	const char *list, *ready;
	struct names ordered;
	const char *live, *instance, *address, *names;
};

static void __attribute__((noreturn)) usage(void)
{
	die("Usage: effect [-r ROUNDS] [-n CHANGED] [-g GAP_MS] [-s] "
	    "[-o ORDERED] [-f LIST] [-t FILE] LIVE INSTANCE ADDRESS NAMES");
}

static struct options
options_read(int argc, char **argv)
{
	struct options o = {.rounds = 20, .changed = 100, .gap_ms = 50};
	int c;

	while ((c = getopt(argc, argv, "r:n:g:so:f:t:")) != -1) {
		if (c == 'r')
			o.rounds = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'n')
			o.changed = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'g')
			o.gap_ms = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 's')
			o.swept = true;
		else if (c == 'o')
			names_load(&o.ordered, optarg, SIZE_MAX);
		else if (c == 'f')
			o.list = optarg;
		else if (c == 't')
			o.ready = optarg;
		else
			usage();
	}
	if (argc != optind + 4 || o.changed < 2 || o.changed > WISHES_MAX ||
		(o.ready != NULL && (o.list != NULL || o.rounds > ROUNDS_MAX)))
		usage();
	o.live = argv[optind];
	o.instance = argv[optind + 1];
	o.address = argv[optind + 2];
	o.names = argv[optind + 3];
	return o;
}

/* The generation whose names are those in `on`, after one with those in
 * `off`. */
static struct published
publish(const struct options *o, const struct names *on,
	const struct names *off)
{
	struct pal_name both[WISHES_MAX];
	struct names changed = {both, on->count + off->count};

	if (o->list == NULL)
		return publish_orders(o->live, &o->ordered, on);
	memcpy(both, on->list, on->count * sizeof(*both));
	memcpy(both + on->count, off->list, off->count * sizeof(*both));
	return publish_feed(o->live, o->list, on, &changed);
}

/* Each name but once, in one publication: from a stretch of its own. */
static void
draw(struct names *out, const struct names *from, size_t count)
{
	size_t stretch = from->count / count;

	for (size_t i = 0; i < count; i++)
		out->list[i] =
			from->list[i * stretch + (size_t)random() % stretch];
	out->count = count;
}

static int64_t
await_blocked(int fd, const struct names *names)
{
	struct wish wishes[WISHES_MAX];

	for (size_t i = 0; i < names->count; i++)
		wishes[i] =
			(struct wish){&names->list[i], ANSWER_BLOCKED, false};
	return ask_until(fd, wishes, names->count, PATIENCE_US);
}

static void
turn(const struct options *o, int fd, const struct names *on,
	struct published done)
{
	const struct timespec gap = {
		o->gap_ms / 1000, o->gap_ms % 1000 * 1000000};
	int64_t blocked = await_blocked(fd, on);

	if (blocked == 0)
		die("a name is still open after a minute");
	printf("%.2f", (double)(blocked - done.renamed) / 1000);
	if (o->swept) {
		struct moment moment =
			publish_await(o->live, o->instance, done.generation);
		printf(" %.1f %.1f",
			(double)moment.effect - (double)done.renamed / 1000,
			(double)moment.swept - (double)done.renamed / 1000);
	}
	puts("");
	fflush(stdout);
	nanosleep(&gap, NULL);
}

static void
run_prepared(const struct options *o, int fd, const struct names *all)
{
	static struct pal_name lists[ROUNDS_MAX][WISHES_MAX];
	struct image images[ROUNDS_MAX];
	struct names on[ROUNDS_MAX];
	FILE *ready;

	for (unsigned i = 0; i < o->rounds; i++) {
		on[i].list = lists[i];
		draw(&on[i], all, o->changed / 2);
		images[i] =
			publish_prepare_orders(o->live, &o->ordered, &on[i], i);
	}
	ready = fopen(o->ready, "w");
	if (ready == NULL || fclose(ready) != 0)
		die("%s: cannot be written", o->ready);
	for (unsigned i = 0; i < o->rounds; i++)
		turn(o, fd, &on[i],
			publish_prepared_orders(o->live, &images[i]));
}

int
main(int argc, char **argv)
{
	static struct pal_name lists[2][WISHES_MAX];
	struct options o = options_read(argc, argv);
	struct names turns[2] = {{lists[0], 0}, {lists[1], 0}}, all;
	int fd = ask_open(o.address);

	srandom((unsigned)now_us());
	names_load(&all, o.names, SIZE_MAX);
	if (all.count < o.changed)
		die("%s: too few names", o.names);
	/* What takes the processor for long must not take it from the
	 * resolver, whose latency is watched meanwhile. */
	if (o.swept)
		setpriority(PRIO_PROCESS, 0, 19);
	else if (o.list == NULL)
		be_punctual();
	if (o.ready != NULL)
		run_prepared(&o, fd, &all);
	for (unsigned i = 0; o.ready == NULL && i < o.rounds; i++) {
		struct names *on = &turns[i % 2], *off = &turns[(i + 1) % 2];
		draw(on, &all, o.changed / 2);
		turn(&o, fd, on, publish(&o, on, off));
	}
	publish_orders(o.live, &o.ordered, &(struct names){0});
	return 0;
}
