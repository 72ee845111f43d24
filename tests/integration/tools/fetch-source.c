/*
 * Fetches one source as a refresh of a feed does:
 *
 *	fetch-source SOURCE OUT MARK [KEY=VALUE]...
 *
 * OUT is overwritten.  MARK is a file that keeps what makes the next request
 * conditional; it need not be there.  Keys: max-size, max-time, ca-file, tsig,
 * allow-private.  Prints "new", "unchanged" or "failed: WHY", and exits with
 * 0, 1 or 2.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source.h"

static void
set(struct source_limits *limits, char *option)
{
	char *value = strchr(option, '=');

	if (value == NULL)
		exit(3);
	*value++ = '\0';
	if (strcmp(option, "max-size") == 0)
		limits->max_size = strtoull(value, NULL, 10);
	else if (strcmp(option, "max-time") == 0)
		limits->max_time = (unsigned)atoi(value);
	else if (strcmp(option, "ca-file") == 0)
		limits->ca_file = value;
	else if (strcmp(option, "tsig") == 0)
		limits->tsig = value;
	else if (strcmp(option, "allow-private") == 0)
		limits->allow_private = strcmp(value, "yes") == 0;
	else
		exit(3);
}

static void
keep(const struct source_mark *mark, const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fwrite(mark, sizeof *mark, 1, file) != 1 ||
		fclose(file) != 0)
		exit(3);
}

static void
recall(struct source_mark *mark, const char *path)
{
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return;
	if (fread(mark, sizeof *mark, 1, file) != 1)
		exit(3);
	fclose(file);
}

int
main(int argc, char **argv)
{
	struct source_limits limits = {
		.max_size = SOURCE_MAX_SIZE, .max_time = 60};
	struct source_mark mark = {0};
	struct source source;
	char why[SOURCE_WHY_MAX];
	int out;

	if (argc < 4)
		return 3;
	for (int i = 4; i < argc; i++)
		set(&limits, argv[i]);
	if (source_parse(&source, argv[1], why) != 0) {
		printf("failed: %s\n", why);
		return 2;
	}
	recall(&mark, argv[3]);
	out = open(argv[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0)
		return 3;
	switch (source_fetch(&source, &limits, &mark, out, why, NULL, NULL)) {
	case SOURCE_NEW:
		keep(&mark, argv[3]);
		puts("new");
		return 0;
	case SOURCE_UNCHANGED:
		puts("unchanged");
		return 1;
	default:
		printf("failed: %s\n", why);
		return 2;
	}
}
