/* What export.c and the formats share. */
#ifndef TOOL_EXPORT_FORMAT_H
#define TOOL_EXPORT_FORMAT_H

#include "export.h"

/* One name of the path from the root to the node, in a zone. */
struct rpz_level {
	size_t end;   /* octets of the key that are its name */
	bool covered; /* a wildcard above it has been written, or will be */
	bool written; /* its own records are, so that it exists in the zone */
	struct export_say own, below;
};

struct export_writer {
	FILE *out;
	const struct export_options *options;
	struct export_report *report;
	/* of a zone */
	uint8_t key[NAMES_KEY_MAX];
	size_t len, depth;
	struct rpz_level levels[PAL_LABELS_MAX + 1]; /* the first: the root */
};

struct export_ops {
	void (*begin)(struct export_writer *writer);
	void (*node)(
		struct export_writer *writer, const struct export_node *node);
};

extern const struct export_ops export_rpz, export_hosts, export_plain;

#define EXPORT_NAME_MAX (NAMES_KEY_MAX + 1)

/* The name of a key as text, without a trailing dot.  Returns text. */
char *export_name(char text[EXPORT_NAME_MAX], const uint8_t *key, size_t len);

#endif
