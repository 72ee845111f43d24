/* What the fuzz targets share. */
#ifndef FUZZ_UTIL_H
#define FUZZ_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "diag.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
must(bool truth)
{
	if (!truth)
		abort();
}

/* A copy with a NUL behind it, exactly as long as it need be. */
static inline char *
text_of(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* A file in memory, read from its start. */
static inline int
file_of(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	must(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* Such a file, and the path by which it can be opened again. */
#define FILE_PATH_MAX 40

static inline int
path_of(char path[FILE_PATH_MAX], const uint8_t *data, size_t size)
{
	int fd = file_of(data, size);

	snprintf(path, FILE_PATH_MAX, "/proc/self/fd/%d", fd);
	return fd;
}

/* Lines of text in which nothing moves, hides or reorders anything. */
static inline void
must_be_screen(const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t line = end == NULL ? len : (size_t)(end - text);

		must(text_is_plain(text, line));
		text += line + (end != NULL);
		len -= line + (end != NULL);
	}
}

/* Each names a file and says something; printed, they are lines. */
static inline void
must_be_told(const struct problems *problems)
{
	size_t len, n = problems->count;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	if (n > PROBLEMS_MAX)
		n = PROBLEMS_MAX;
	for (size_t i = 0; i < n; i++) {
		must(problems->items[i].file != NULL);
		must(problems->items[i].text[0] != '\0');
	}
	must(out != NULL);
	problems_print(out, problems);
	fclose(out);
	must_be_screen(text, len);
	free(text);
}

#endif
