/*
 * How fast the cleaner is: a dirty list to sorted rules, and those to an
 * image.  Prints, and judges nothing: docs/DESIGN.md has the bar.
 *
 *	cleaner FILE [FORMAT]
 *
 * The list is read from where it lies; the names file goes to $TMPDIR, or
 * /tmp, and does not outlive the run.  CPU time is what counts: it is one
 * core's, whoever else is about.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "clean.h"
#include "palang/error.h"
#include "palang/writer.h"

static double
seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void __attribute__((noreturn)) fail(const char *what, int error)
{
	fprintf(stderr, "cleaner: %s: %s\n", what, pal_strerror(error));
	exit(2);
}

static int
scratch(void)
{
	const char *dir = getenv("TMPDIR");
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/palang-bench-XXXXXX",
		dir != NULL ? dir : "/tmp");
	fd = mkstemp(path);
	if (fd < 0)
		fail(path, PAL_ESYS);
	unlink(path);
	return fd;
}

static enum clean_format
format_of(const char *name)
{
	for (int f = 0; f < CLEAN_FORMATS; f++) {
		if (strcmp(name, clean_format_names[f]) == 0)
			return (enum clean_format)f;
	}
	fail(name, PAL_EFORM);
}

static void
compile(int names)
{
	static const struct pal_policy_in policy = {
		.ttl = 30, .authority = "operator", .id = "bench"};
	static const uint8_t key[16] = "a benchmark key";
	uint8_t *image;
	size_t len;
	int ret = names_compile(names, &policy, key, NULL, false, &image, &len);

	if (ret != 0)
		fail("image", ret);
	free(image);
}

int
main(int argc, char **argv)
{
	struct clean_options options = {0};
	struct problems problems = {0};
	struct clean_report report;
	struct rusage usage;
	double wall, began, cleaned, ended;
	int in, out, ret;

	if (argc < 2) {
		fprintf(stderr, "usage: cleaner FILE [FORMAT]\n");
		return 2;
	}
	options.file = argv[1];
	options.format = format_of(argc > 2 ? argv[2] : "auto");
	in = open(argv[1], O_RDONLY | O_CLOEXEC);
	out = scratch();
	wall = seconds(CLOCK_MONOTONIC);
	began = seconds(CLOCK_PROCESS_CPUTIME_ID);
	ret = in < 0 ? PAL_ESYS
	             : clean_run(in, out, &options, &report, &problems);
	problems_print(stderr, &problems);
	if (ret != 0)
		fail(argv[1], ret);
	cleaned = seconds(CLOCK_PROCESS_CPUTIME_ID);
	compile(out);
	ended = seconds(CLOCK_PROCESS_CPUTIME_ID);
	wall = seconds(CLOCK_MONOTONIC) - wall;
	getrusage(RUSAGE_SELF, &usage);
	printf("clean.lines %" PRIu64 " lines\n", report.lines);
	printf("clean.rules %" PRIu64 " rules\n", report.rules);
	printf("clean.lines_per_s %.0f lines/s\n",
		(double)report.lines / (ended - began));
	printf("clean.names_ns %.0f ns/line\n",
		(cleaned - began) / (double)report.lines * 1e9);
	printf("clean.image_ns %.0f ns/line\n",
		(ended - cleaned) / (double)report.lines * 1e9);
	printf("clean.wall_s %.2f s\n", wall);
	printf("clean.peak_mb %.0f MB\n", (double)usage.ru_maxrss / 1024);
	return 0;
}
