/*
 * Runs a fuzz target over the files named: each seed, and each seed cut short
 * at each octet; and each input of a *.corpus.  What libFuzzer once found
 * stays found in the ordinary test run.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CUTS_MAX 4096

/* On a copy of its own, so that a sanitizer sees its end. */
static void
run(const char *data, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	if (copy == NULL)
		abort();
	memcpy(copy, data, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static void
run_seed(const char *data, size_t len, size_t step)
{
	run(data, len);
	for (size_t cut = 0; cut < len && cut < CUTS_MAX; cut += step)
		run(data, cut);
}

static int
run_corpus(const char *data, size_t len)
{
	size_t at = 0, input_len;
	const char *input;
	int ret;

	while ((ret = corpus_next(data, len, &at, &input, &input_len)) > 0)
		run(input, input_len);
	return ret;
}

static bool
is_corpus(const char *path)
{
	size_t len = strlen(path);

	return len > 7 && strcmp(path + len - 7, ".corpus") == 0;
}

int
main(int argc, char **argv)
{
	/* a target that takes its time says so; a prime, so that words are
	 * cut at each of their letters sooner or later */
	const char *step = getenv("REPLAY_STEP");

	for (int i = 1; i < argc; i++) {
		char *data;
		size_t len;
		int ret = 0;

		if (file_read(argv[i], (size_t)1 << 24, 0, &data, &len) != 0) {
			perror(argv[i]);
			return 1;
		}
		if (is_corpus(argv[i]))
			ret = run_corpus(data, len);
		else
			run_seed(data, len,
				step == NULL ? 1 : strtoul(step, NULL, 10));
		free(data);
		if (ret != 0) {
			fprintf(stderr, "%s is no corpus\n", argv[i]);
			return 1;
		}
	}
	printf("%d files\n", argc - 1);
	return argc > 1 ? 0 : 1;
}
