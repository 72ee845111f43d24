/* What the parts of the cleaner share. */
#ifndef TOOL_CLEAN_PARTS_H
#define TOOL_CLEAN_PARTS_H

#include "bulk.h"
#include "clean.h"
#include "names_text.h"
#include "psl.h"

/* What an entry says of its name. */
enum entry {
	ENTRY_EXACT = 0,
	ENTRY_SUBTREE = 1,
	ENTRY_BELOW = 2, /* what lies below the name, not itself */
	ENTRY_KIND = 3,  /* mask of these */
	ENTRY_OPEN = 4,  /* it is left open */
	ENTRY_QUIET = 8  /* how it is written is no fault (zone files) */
};

/* One entry: its key lies in the arena.  `first` ranks by the octets of the
 * key behind its top-level domain, as many as fit. */
struct clean_record {
	uint64_t first;
	uint32_t offset;
	uint16_t tld; /* index into the table, once sorted: rank */
	uint8_t len;
	uint8_t flags;
};

/* A top-level domain that there is. */
struct tld {
	uint8_t len; /* octets of the label */
	uint8_t label[PAL_LABEL_MAX + 1];
	bool below; /* it may have public suffixes below it */
};

#define TLDS_MAX   4096
#define TLDS_SLOTS 16384

struct tlds {
	const struct suffixes *suffixes;
	uint16_t count;
	uint16_t slots[TLDS_SLOTS]; /* index + 1; 0: empty */
	struct tld table[TLDS_MAX];
};

struct cleaner {
	const struct clean_options *options;
	struct clean_report *report;
	struct problems *problems;
	int error;       /* sticky: what ended it */
	enum entry kind; /* of names given plainly */
	uint64_t line;
	uint64_t size;             /* octets of the list; 0: not known */
	int64_t told;              /* when progress was told of, in ms */
	struct suffixes *suffixes; /* its own, if it was given none */
	struct tlds tlds;
	uint8_t *protected; /* keys, sorted, NAMES_KEY_MAX octets apart */
	uint8_t *arena;
	size_t arena_len, arena_room;
	struct clean_record *records;
	size_t count, room;
};

/* ---- clean_take.c: names one by one ---- */

/* Counts a name that is left out, or one that is taken all the same. */
void clean_leave_out(struct cleaner *c, enum clean_reason reason);
void clean_tell(struct cleaner *c, enum clean_reason reason);

/* A name as people write it, len octets without blanks around, with slack
 * behind; it is written in.  flags: its kind, ENTRY_OPEN, ENTRY_QUIET. */
void clean_take(struct cleaner *c, uint8_t *text, size_t len, unsigned flags);

/* The same if it is an ordinary name of letters, digits, hyphens and
 * underscores below a known top-level domain; false, and nothing done, if it
 * is anything else. */
bool clean_take_plain(
	struct cleaner *c, const uint8_t *text, size_t len, unsigned flags);

/* A name that has been read otherwise. */
void clean_take_name(
	struct cleaner *c, const struct pal_name *name, unsigned flags);

/* ---- clean_store.c: where they are kept ---- */

/* Room for a key behind the arena's end, with slack; NULL: c->error. */
uint8_t *clean_room(struct cleaner *c);
/* Keeps the entry whose key stands there. */
void clean_keep(struct cleaner *c, size_t len, uint16_t tld, unsigned flags);
/* Ranks by the octets of a key from `at` on, CLEAN_RANKED of them. */
uint64_t clean_rank(const uint8_t *key, size_t len, size_t at);
#define CLEAN_RANKED 12

/* The index of the top-level domain that the key begins with, or -1: there
 * is none.  len: of its label. */
int tlds_find(struct tlds *tlds, const uint8_t *key, size_t len);

/* ---- the formats ---- */

/* One line, to be written in, with slack behind. */
void clean_plain_line(struct cleaner *c, uint8_t *text, size_t len);
void clean_hosts_line(struct cleaner *c, uint8_t *text, size_t len);
void clean_adblock_line(struct cleaner *c, uint8_t *text, size_t len);

/* A record has up to 64 KiB of data, which may stand on one line. */
#define CLEAN_ZONE_LINE_MAX ((size_t)1 << 19)

/* Reads a zone file to its end; a fault in it is told and becomes c->error. */
void clean_zone(struct cleaner *c, struct bulk *bulk);

/* What the beginning of a list looks like.  html: as a web page. */
enum clean_format clean_detect(const uint8_t *text, size_t len, bool *html);

/* True for an address; with brackets too. */
bool clean_is_address(const uint8_t *text, size_t len);

/* Octets up to the next blank. */
static inline size_t
clean_word(const uint8_t *text, size_t len)
{
	size_t at = 0;

	while (at < len && text[at] != ' ' && text[at] != '\t')
		at++;
	return at;
}

/* Octets that are blanks. */
static inline size_t
clean_blanks(const uint8_t *text, size_t len)
{
	size_t at = 0;

	while (at < len && (text[at] == ' ' || text[at] == '\t'))
		at++;
	return at;
}

/* ---- when all are there ---- */

/* Sorts the records by key. */
void clean_sort(struct cleaner *c);

/* Settles what stands twice, what is covered and what is needless, and
 * writes the rules.  0, PAL_ESYS, PAL_ENOMEM. */
int clean_settle(struct cleaner *c, int out);

/* Tells how far it is, if it is time to. */
void clean_progress(
	struct cleaner *c, const char *what, uint64_t at, uint64_t size);

#endif
