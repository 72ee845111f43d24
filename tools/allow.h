/*
 * The allow list: the operator's own allows, and the feeds that are `as:
 * allow`, as one list.  A name is let through if any of them lets it.
 */
#ifndef TOOL_ALLOW_H
#define TOOL_ALLOW_H

#include "ledger_feed.h"
#include "names.h"
#include "palang/image.h"
#include "publish.h"

/* Compiles it to *data, *len octets, to be freed; *data stays NULL if there
 * is nothing to allow and `even_empty` is not said.  changes as in
 * names_compile. */
int allow_compile(const struct publication *publication,
	const struct ledger_feeds *feeds, const struct pal_changes *changes,
	bool even_empty, uint8_t **data, size_t *len);

/* True if one of the feeds is in force and allows. */
bool allow_has_feeds(const struct ledger_feeds *feeds);

/* True if such an image was made of the operator's own allows alone. */
bool allow_image_is_own(const struct pal_image *image);

/* Writes it as a names file to fd, and counts its rules.  Of the publication,
 * ledger, configuration, feeds folder and problems are looked at. */
int allow_write(const struct publication *publication,
	const struct ledger_feeds *feeds, int fd, uint64_t *rules);

/* One list, as rules in order. */
struct allow_list {
	int fd;                       /* a names file; or -1, and: */
	const struct names_rule *own; /* sorted, no two alike */
	size_t count;
};

/* Writes the union of lists as a names file to fd. */
int allow_merge(
	int fd, const struct allow_list *lists, size_t count, uint64_t *rules);

#endif
