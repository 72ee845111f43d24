/* The lists of a manifest, one by one: what publish.c and its like share. */
#ifndef TOOL_PUBLISH_LISTS_H
#define TOOL_PUBLISH_LISTS_H

#include "publish.h"

/* name: of a feed; else NULL.  NULL if there is none. */
const struct pal_manifest_entry *lists_find(const struct pal_manifest *manifest,
	enum pal_list_role role, const char *name);

/* True if the image is in the folder, with the size it should have. */
bool lists_there(int lists, const struct pal_manifest_entry *entry);

/* The entry of the generation before, if its image is there. */
const struct pal_manifest_entry *lists_kept(
	const struct publication *publication, enum pal_list_role role,
	const char *name);

/* How many of them are of feeds. */
unsigned lists_feeds(const struct pal_manifest *manifest);

/* Fills in the entries of the new manifest: carries over, moves in what was
 * made beforehand, makes anew what is to be or is lost.  Images are on disk
 * then, under names that no manifest in the folder refers to in another
 * sense: a name says what is in the file. */
int lists_make(struct publication *publication);

/* Writes an image into the lists and fills in its entry. */
int lists_write(struct publication *publication, enum pal_list_role role,
	const char *name, const uint8_t *data, size_t len);

#endif
