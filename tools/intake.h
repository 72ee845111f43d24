/*
 * Taking documents in: read, parse, admit, record; all or nothing.
 *
 * For commands alone, with the conventions of state.h.
 */
#ifndef TOOL_INTAKE_H
#define TOOL_INTAKE_H

#include "state.h"

struct intake_file {
	char *name; /* as the user gave it, or found in a folder */
	char *data; /* as received */
	size_t len;
	struct order_batch batch;
};

/* What became of a document. */
struct intake_item {
	const struct order *order;
	const struct intake_file *file;
	const struct record *known; /* recorded before: nothing happens */
	size_t index;               /* of its record otherwise */
};

struct intake {
	struct intake_file *files;
	size_t file_count;
	struct intake_item *items; /* in stream order */
	size_t count;
	size_t added;       /* items that are new */
	const char *source; /* --source: where transcribed orders came from */
	bool transcribed;   /* --transcribed */
	char *made_source;  /* where nobody said it; to be freed */
};

/* Takes NULL-ed and half-filled ones. */
void intake_fini(struct intake *intake);

/* Reads files, folders (their *.yaml and *.yml, sorted by name) and "-". */
int intake_read(struct intake *intake, char *const *args, int count);

/* A document made here, in the place of a file; takes over the text. */
int intake_make(struct intake *intake, const char *name, char *text);

/* Parses all files.  What is wrong goes to problems. */
int intake_parse(struct intake *intake, int64_t now, struct problems *problems);

/* Judges form against the configuration, then document by document against
 * what is recorded and the documents before; adds those that are new to the
 * state in memory. */
int intake_admit(struct intake *intake, struct state *state);

/* Inside a change: records what intake_admit added. */
int intake_record(struct intake *intake, struct state *state);

/* After state_prepare: what was done, for the history. */
int intake_events(struct intake *intake, struct state *state, const char *what);

/* All of it, and tells what became of each document: parses, admits, records,
 * publishes; dry: only says what would be. */
int intake_run(
	struct intake *intake, struct state *state, const char *what, bool dry);

#endif
