/*
 * The lists that guards hold orders against: names with where they stand,
 * sorted for one search a target.
 *
 * The file is text, one name a line, `#` begins a comment, a line in brackets
 * is the heading of the group that follows; `subtree` behind a name says that
 * all below it counts, too:
 *
 *     [root servers]
 *     root-servers.net subtree
 *     www.iana.org
 */
#ifndef TOOL_GUARD_NAMES_H
#define TOOL_GUARD_NAMES_H

#include "diag.h"
#include "names.h"

#define GUARD_NAMES_MAX 1000000 /* of a list */

struct guard_name {
	uint32_t key; /* offset in the list's keys */
	uint8_t len;
	bool subtree;
	uint16_t group;
	uint32_t line;   /* 0: it stands in no line */
	uint32_t rank;   /* from 1 on: which name of its file it is */
	uint32_t parent; /* the nearest entry above; GUARD_NO_NAME */
};

#define GUARD_NO_NAME UINT32_MAX

/* What a name stands under: a file, and the heading in it ("" if none). */
struct guard_group {
	char *file, *title;
};

struct guard_names {
	struct guard_name *names; /* ascending by key */
	size_t count, room;
	uint8_t *keys;
	size_t keys_len, keys_room;
	struct guard_group *groups;
	size_t group_count;
};

/* Opens a group; names are added to the last one.  0 or PAL_ENOMEM. */
int guard_names_group(
	struct guard_names *list, const char *file, const char *title);

/* 0, PAL_ELIMIT or PAL_ENOMEM. */
int guard_names_add(struct guard_names *list, const struct pal_name *name,
	bool subtree, unsigned line, unsigned rank);

/* Adds the names of a file, the first `first` of them, all if that is 0.
 * Errors go to problems.  0, PAL_ESYS (errno), PAL_ELIMIT, PAL_EFORM,
 * PAL_ENOMEM. */
int guard_names_read(struct guard_names *list, const char *file, size_t first,
	struct problems *problems);

/* To be called once, when all are added: sorts; of a name that was added
 * twice the one of the better rank stays, or the wider. */
void guard_names_settle(struct guard_names *list);
void guard_names_fini(struct guard_names *list);

/* The entries at the key and below are those from the index returned on, as
 * long as guard_names_within says so. */
size_t guard_names_first(
	const struct guard_names *list, const uint8_t *key, size_t len);

static inline bool
guard_names_within(const struct guard_names *list, size_t index,
	const uint8_t *key, size_t len)
{
	const struct guard_name *name;

	if (index >= list->count)
		return false;
	name = &list->names[index];
	return name->len >= len &&
	       __builtin_memcmp(list->keys + name->key, key, len) == 0;
}

/* The nearest entry above the key, not at it, or GUARD_NO_NAME; first: what
 * guard_names_first said. */
uint32_t guard_names_above(const struct guard_names *list, size_t first,
	const uint8_t *key, size_t len);

#endif
