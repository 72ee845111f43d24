/*
 * The commands.  Each stands in a file cmd_NAME.c with its table row on top;
 * one table in main.c drives dispatch, usage and --help, and a test holds the
 * man page against it.  A command of two words, `palang feed add`, is a row of
 * its own, in a file cmd_feed_add.c or one with its fellows.
 */
#ifndef TOOL_CMD_H
#define TOOL_CMD_H

#include <stdbool.h>
#include <stdio.h>

#include "config.h"

/* Exit codes; the whole tool keeps to them. */
enum exit_code {
	EXIT_DONE = 0,       /* done, or yes */
	EXIT_NO = 1,         /* a clean no */
	EXIT_ERROR = 2,      /* wrong usage, input or system */
	EXIT_UNANSWERED = 3, /* no resolver answered */
	EXIT_HELD = 4,       /* accepted but held, nothing in force */
	EXIT_UNCONFIRMED = 5 /* recorded; no running resolver confirmed yet */
};

/* An option of a command: long name, and what it takes. */
struct cmd_option {
	const char *name; /* "wait"; NULL ends the list */
	char letter;      /* short form, or 0 */
	/* "FILE": takes one; "HASH...": one each time it is given; "[TIME]": may
	 * have one; NULL: none */
	const char *value;
	const char *help;
};

#define CMD_OPTIONS_MAX 24
#define CMD_AGAIN_MAX   32

/* What a command is run with: options in the order of its table, parsed. */
struct cmd_call {
	const struct cmd *cmd;
	const char *config_file; /* --config, PALANG_CONFIG, or the default */
	bool config_given;       /* by option or environment */
	bool help;               /* --help: nothing else was checked */
	/* Per option of the table: NULL absent, "" given without a value. */
	const char *option[CMD_OPTIONS_MAX];
	/* What options were given again: those of the table that may be. */
	struct cmd_again {
		const struct cmd_option *option;
		const char *value;
	} again[CMD_AGAIN_MAX];
	int again_count;
	char **args; /* what is left, in order */
	int count;
};

struct cmd {
	const char *name;    /* one word, or two: "feed add" */
	const char *args;    /* "FILE..." as shown in the usage line */
	const char *summary; /* one line, for the list of commands */
	const char *detail;  /* a paragraph for --help */
	const struct cmd_option *options;
	int min_args, max_args; /* max_args < 0: any number */
	int (*run)(const struct cmd_call *call);
};

/* The table, ended by a NULL; in the order of --help. */
extern const struct cmd *const commands[];

/* Runs the command line: finds the command, parses what stands behind it,
 * serves --help and --version.  Returns the exit code. */
int cmd_main(const struct cmd *const *table, int argc, char **argv);

/* Parses what stands behind the command's name into call, whose cmd is set;
 * argv is reordered.  0, or PAL_EFORM with the reason in why.  Options and
 * arguments may be mixed; `--` ends the options; a short option's value stands
 * behind it at once or next; an optional value only behind `=`, or at once. */
int cmd_parse(
	struct cmd_call *call, int argc, char **argv, char *why, size_t size);

/* What `palang help CMD` prints. */
void cmd_help(FILE *out, const struct cmd *cmd);

/* The value of an option of this call by its long name: NULL if not given. */
const char *cmd_option(const struct cmd_call *call, const char *name);

/* The same of words that a person says and the ledger keeps beside the journal:
 * one line of plain text.  EXIT_DONE, *text NULL if it was not given; or
 * EXIT_ERROR, having said why. */
int cmd_text(const struct cmd_call *call, const char *name, const char **text);

/* Each value of one that may be given again, from *cursor 0 on; NULL at the
 * end. */
const char *cmd_option_next(
	const struct cmd_call *call, const char *name, int *cursor);

/* Loads the configuration or says on stderr why not (EXIT_ERROR). */
int cmd_config(const struct cmd_call *call, struct config *config);

/* Prints "palang: TEXT" on stderr as one line, control characters escaped;
 * returns EXIT_ERROR. */
int cmd_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What the command was to change is recorded and published: what fails from
 * here on does not undo it. */
void cmd_published(void);

/* Flushes stdout; a failed write is a failure.  Returns code, or EXIT_ERROR. */
int cmd_finish(int code);

#endif
