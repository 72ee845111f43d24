#include "diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static size_t
stored(const struct problems *problems)
{
	if (problems->items == NULL)
		return 0;
	return problems->count < PROBLEMS_MAX ? problems->count : PROBLEMS_MAX;
}

static void
clear(struct problem *problem)
{
	free(problem->file);
	free(problem->text);
	memset(problem, 0, sizeof *problem);
}

/* The place for the next problem, NULL if it is only counted.  An error that
 * finds no place takes that of the last warning: it must not hide behind
 * them. */
static struct problem *
place(struct problems *problems, bool warning)
{
	if (problems->items == NULL && problems->count == 0)
		problems->items = calloc(PROBLEMS_MAX, sizeof *problems->items);
	if (problems->items == NULL)
		return NULL;
	if (problems->count < PROBLEMS_MAX)
		return &problems->items[problems->count];
	for (size_t i = PROBLEMS_MAX; !warning && i > 0; i--) {
		if (problems->items[i - 1].warning) {
			clear(&problems->items[i - 1]);
			return &problems->items[i - 1];
		}
	}
	return NULL;
}

static void add(struct problems *problems, bool warning, const char *file,
	unsigned line, unsigned column, const char *format, va_list args)
	__attribute__((format(printf, 6, 0)));

static void
add(struct problems *problems, bool warning, const char *file, unsigned line,
	unsigned column, const char *format, va_list args)
{
	struct problem *problem = place(problems, warning);

	problems->count++;
	if (!warning)
		problems->errors++;
	if (problem == NULL)
		return;
	problem->file = file == NULL ? NULL : strdup(file);
	problem->line = line;
	problem->column = column;
	problem->warning = warning;
	if (vasprintf(&problem->text, format, args) < 0)
		problem->text = NULL;
}

void
problem_error(struct problems *problems, const char *file, unsigned line,
	unsigned column, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(problems, false, file, line, column, format, args);
	va_end(args);
}

void
problem_warning(struct problems *problems, const char *file, unsigned line,
	unsigned column, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(problems, true, file, line, column, format, args);
	va_end(args);
}

static void
print(FILE *out, const struct problem *problem)
{
	if (problem->file != NULL) {
		text_print(out, problem->file);
		if (problem->line != 0)
			fprintf(out, ":%u", problem->line);
		if (problem->line != 0 && problem->column != 0)
			fprintf(out, ":%u", problem->column);
		fputs(": ", out);
	}
	fputs(problem->warning ? "warning: " : "error: ", out);
	text_print(out, problem->text == NULL ? "no memory" : problem->text);
	fputc('\n', out);
}

void
problems_print(FILE *out, const struct problems *problems)
{
	size_t n = stored(problems);

	for (size_t i = 0; i < n; i++)
		print(out, &problems->items[i]);
	if (problems->count > n)
		fprintf(out, "... and %zu more\n", problems->count - n);
}

void
problems_fini(struct problems *problems)
{
	size_t n = stored(problems);

	for (size_t i = 0; i < n; i++)
		clear(&problems->items[i]);
	free(problems->items);
	memset(problems, 0, sizeof *problems);
}
