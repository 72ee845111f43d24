/* Runs a fuzz target over the files named, and over each of them cut short:
 * what libFuzzer once found stays found in the ordinary test run. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CUTS_MAX 4096

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *data;
		size_t len;

		if (file_read(argv[i], (size_t)1 << 24, 0, &data, &len) != 0) {
			perror(argv[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput((const uint8_t *)data, len);
		for (size_t cut = 0; cut < len && cut < CUTS_MAX; cut++) {
			/* a copy of its own, so that a sanitizer sees its end */
			uint8_t *copy = malloc(cut + 1);

			if (copy == NULL)
				return 1;
			for (size_t at = 0; at < cut; at++)
				copy[at] = (uint8_t)data[at];
			copy = realloc(copy, cut == 0 ? 1 : cut);
			LLVMFuzzerTestOneInput(copy, cut);
			free(copy);
		}
		free(data);
	}
	printf("%d files\n", argc - 1);
	return argc > 1 ? 0 : 1;
}
