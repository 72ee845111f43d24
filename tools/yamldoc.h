/*
 * Strict YAML: a small, safe part of it, as a tree with line and column.
 *
 * Every scalar is text.  Refused, each with its place: anchors, aliases, tags,
 * directives, keys that are given twice or are no scalars, collections nested
 * deeper than YAML_DEPTH_MAX, anything but printable UTF-8, and streams larger
 * than the limits.  A byte order mark at the start is tolerated.
 */
#ifndef TOOL_YAMLDOC_H
#define TOOL_YAMLDOC_H

#include "diag.h"

#define YAML_DEPTH_MAX 6
#define YAML_NODES_MAX 500000

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	unsigned line, column; /* from 1 */
	const char
		*text; /* of a YAML_TEXT: no NUL or control in it but \n \t */
	const struct yaml_node *key;   /* in a map: its key, a YAML_TEXT */
	const struct yaml_node *first; /* of a collection */
	const struct yaml_node *next;  /* behind this one */
	size_t count;                  /* entries of a collection */
};

struct yaml_arena;

struct yaml_stream {
	const struct yaml_node **documents; /* their roots */
	size_t count;
	struct yaml_arena *arena;
};

/* Reads all documents of len octets, at most max.  file is used in problems
 * only.  0; PAL_EFORM with at least one error in problems; PAL_ENOMEM.  On 0
 * yaml_fini frees the tree. */
int yaml_read(struct yaml_stream *stream, const char *file, const char *data,
	size_t len, size_t max, struct problems *problems);
void yaml_fini(struct yaml_stream *stream);

/* The value of a key of a map, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* "a text", "a list", "a mapping". */
const char *yaml_kind_name(enum yaml_kind kind);

/*
 * Maps read by a table.  A reader is what a take function gets: where to put
 * what it reads, and where to complain.
 */
struct yaml_reader {
	const char *file;
	struct problems *problems;
	void *into;
};

/* take: 0 even if it found errors, which are in problems; or PAL_ENOMEM. */
struct yaml_field {
	const char *key; /* NULL ends the table */
	int (*take)(struct yaml_reader *reader, const struct yaml_node *value);
};

/* Calls for each entry of the map the function of its key.  An unknown key is
 * given to other, or, without one, is an error that names the nearest. */
int yaml_take(struct yaml_reader *reader, const struct yaml_node *map,
	const struct yaml_field *fields,
	int (*other)(struct yaml_reader *, const struct yaml_node *));

/* Complains of a key that no table knows. */
void yaml_unknown(struct yaml_reader *reader, const struct yaml_node *value,
	const struct yaml_field *fields);

/* An error at this node. */
void yaml_error(struct yaml_reader *reader, const struct yaml_node *node,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* True if the node is of that kind; else an error that names its key. */
bool yaml_expect(struct yaml_reader *reader, const struct yaml_node *node,
	enum yaml_kind kind);

#endif
