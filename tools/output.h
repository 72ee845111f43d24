/*
 * What a command writes to standard output, or whole in the place of a file.
 *
 * For commands alone: functions that return int give EXIT_DONE (0), or have
 * said why on stderr.
 */
#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include <stdio.h>

#include "file.h"

struct output {
	const char *path; /* NULL: standard output */
	char *copies[2];  /* that dirname and basename have written in */
	const char *name; /* in the folder */
	int folder;
	struct file_new file;
	FILE *out;
};

/* output needs output_close in any case. */
int output_open(struct output *output, const char *path);

/* What was written takes the place of the file. */
int output_commit(struct output *output);
void output_close(struct output *output);

#endif
