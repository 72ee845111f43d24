/*
 * A whole list replaced, again and again, while others watch the resolver.
 *
 *	reload [-r ROUNDS] [-g GAP_MS] [-t FILE] LIVE INSTANCE LIST
 *
 * Makes two images of the names in LIST, one of them with a name more, and
 * touches FILE; then puts the one and the other in force by turns, each once
 * the one before has been swept and GAP_MS are over.
 *
 * Prints a line for each round, in milliseconds from the manifest renamed: in
 * effect and swept, as the resolver says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/bench.h"

static void
touch(const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fclose(file) != 0)
		die("%s: %s", path, strerror(errno));
}

static void
turn(const char *live, const char *instance, const struct image *image)
{
	struct published done = publish_prepared(live, image);
	struct moment moment = publish_await(live, instance, done.generation);

	printf("%.1f %.1f\n",
		(double)moment.effect - (double)done.renamed / 1000,
		(double)moment.swept - (double)done.renamed / 1000);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	unsigned rounds = 5, gap_ms = 100;
	const char *ready = NULL;
	struct pal_name name;
	int c;

	while ((c = getopt(argc, argv, "r:g:t:")) != -1) {
		if (c == 'r')
			rounds = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'g')
			gap_ms = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 't')
			ready = optarg;
		else
			optind = argc;
	}
	if (argc != optind + 3)
		die("Usage: reload [-r ROUNDS] [-g GAP_MS] [-t FILE] LIVE "
		    "INSTANCE LIST");
	argv += optind;
	if (pal_name_from_text(&name, "one-more.example", 16) != 0)
		die("no name");
	struct image images[2] = {
		publish_prepare(argv[0], argv[2], &(struct names){&name, 1}),
		publish_prepare(argv[0], argv[2], &(struct names){&name, 0})};
	if (ready != NULL)
		touch(ready);
	const struct timespec gap = {gap_ms / 1000, gap_ms % 1000 * 1000000};
	for (unsigned i = 0; i < rounds; i++) {
		turn(argv[0], argv[1], &images[i % 2]);
		nanosleep(&gap, NULL);
	}
	return 0;
}
