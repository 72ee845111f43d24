/*
 * Packs a corpus into one file, and unpacks it again:
 *
 *     pack OUT MAX FILE...    the smallest files, MAX octets in all
 *     pack -x FILE FOLDER     into files named by their numbers
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "file.h"

#define FILE_MAX ((size_t)1 << 24)

struct input {
	char *data;
	size_t len;
};

/* The smallest first; so that one corpus has one file, then by content. */
static int
compare(const void *a, const void *b)
{
	const struct input *left = a, *right = b;

	if (left->len != right->len)
		return left->len < right->len ? -1 : 1;
	return memcmp(left->data, right->data, left->len);
}

static int
write_inputs(FILE *out, const struct input *inputs, size_t count, size_t max)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		used += inputs[i].len + 8;
		if (used > max)
			break;
		fprintf(out, "%zu\n", inputs[i].len);
		fwrite(inputs[i].data, 1, inputs[i].len, out);
	}
	return fclose(out) == 0 ? 0 : 1;
}

static int
pack(const char *path, size_t max, char **files, int count)
{
	struct input *inputs = calloc((size_t)count + 1, sizeof *inputs);
	FILE *out = fopen(path, "w");
	int ret = 1, read = 0;

	if (inputs == NULL || out == NULL)
		goto out;
	for (; read < count; read++) {
		if (file_read(files[read], FILE_MAX, 0, &inputs[read].data,
			    &inputs[read].len) != 0) {
			perror(files[read]);
			goto out;
		}
	}
	qsort(inputs, (size_t)count, sizeof *inputs, compare);
	ret = write_inputs(out, inputs, (size_t)count, max);
	out = NULL;
out:
	if (out != NULL)
		fclose(out);
	for (int i = 0; inputs != NULL && i < read; i++)
		free(inputs[i].data);
	free(inputs);
	return ret;
}

static int
write_one(const char *folder, unsigned number, const char *input, size_t len)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof path, "%s/kept-%05u", folder, number);
	out = fopen(path, "w");
	if (out == NULL)
		return -1;
	fwrite(input, 1, len, out);
	return fclose(out);
}

static int
unpack(const char *path, const char *folder)
{
	char *data;
	const char *input;
	size_t len, at = 0, input_len;
	unsigned number = 0;
	int ret;

	if (file_read(path, FILE_MAX, 0, &data, &len) != 0) {
		perror(path);
		return 1;
	}
	while ((ret = corpus_next(data, len, &at, &input, &input_len)) > 0) {
		if (write_one(folder, number++, input, input_len) != 0) {
			perror(folder);
			ret = -1;
			break;
		}
	}
	free(data);
	return ret == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "-x") == 0)
		return unpack(argv[2], argv[3]);
	if (argc > 3)
		return pack(argv[1], strtoul(argv[2], NULL, 10), argv + 3,
			argc - 3);
	fputs("usage: pack OUT MAX FILE... | pack -x FILE FOLDER\n", stderr);
	return 2;
}
