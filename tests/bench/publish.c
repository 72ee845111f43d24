/*
 * A list for the resolver, without the tool.
 *
 *	publish [-c CHANGED] [-w INSTANCE] LIVE feed FILE
 *	publish [-w INSTANCE] LIVE orders [FILE]
 *
 * Takes names, one a line, and blocks them with all below them, in a feed or
 * in one order of the lists in LIVE.  -c says in the image that these names
 * have changed; -w waits until the resolver has swept its cache.
 *
 * Prints: the image's octets; milliseconds from here to the image written;
 * and with -w from the manifest renamed to in effect and to swept, as the
 * resolver says.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/bench.h"

static void __attribute__((noreturn)) usage(void)
{
	die("Usage: publish [-c CHANGED] [-w INSTANCE] LIVE feed FILE\n"
	    "       publish [-w INSTANCE] LIVE orders [FILE]");
}

int
main(int argc, char **argv)
{
	const char *instance = NULL;
	struct names changed = {0}, names = {0}, none = {0};
	struct published done;
	int64_t began = now_us();
	int c;

	while ((c = getopt(argc, argv, "c:w:")) != -1) {
		if (c == 'c')
			names_load(&changed, optarg, SIZE_MAX);
		else if (c == 'w')
			instance = optarg;
		else
			usage();
	}
	argv += optind;
	argc -= optind;
	if (argc < 2 || argc > 3)
		usage();
	if (strcmp(argv[1], "orders") == 0) {
		if (argc == 3)
			names_load(&names, argv[2], SIZE_MAX);
		done = publish_orders(argv[0], &names, &none);
	} else if (argc == 3) {
		done = publish_feed(argv[0], argv[2], &names, &changed);
	} else {
		usage();
	}
	printf("%zu %.1f", done.octets, (double)(done.prepared - began) / 1000);
	if (instance != NULL) {
		struct moment moment =
			publish_await(argv[0], instance, done.generation);
		printf(" %.1f %.1f",
			(double)moment.effect - (double)done.renamed / 1000,
			(double)moment.swept - (double)done.renamed / 1000);
	}
	puts("");
	return 0;
}
