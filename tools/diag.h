/*
 * Problems found in what people wrote: each with file, line and column, what
 * is wrong, and what would be right.  Libraries collect, the command prints.
 */
#ifndef TOOL_DIAG_H
#define TOOL_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct problem {
	char *file;      /* as the user named it; NULL: no file */
	unsigned line;   /* from 1; 0: the whole file */
	unsigned column; /* from 1; 0: the whole line */
	bool warning;    /* does not refuse anything */
	char *text;      /* what is wrong; and what would be right */
};

struct problems {
	struct problem *items;
	size_t count;
	size_t errors; /* items that are no warnings */
};

/* Adds one.  After PROBLEMS_MAX further ones are only counted. */
#define PROBLEMS_MAX 100
void problem_error(struct problems *problems, const char *file, unsigned line,
	unsigned column, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void problem_warning(struct problems *problems, const char *file, unsigned line,
	unsigned column, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* FILE:LINE:COLUMN: error: TEXT, control and bidi characters escaped. */
void problems_print(FILE *out, const struct problems *problems);
void problems_fini(struct problems *problems);

#endif
