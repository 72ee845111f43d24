/* What a writer has taken so far: shared by writer.c, which takes, and
 * compile.c, which makes an image of it. */
#ifndef CORE_WRITER_PARTS_H
#define CORE_WRITER_PARTS_H

#include "format.h"
#include "palang/writer.h"

/* An array that grows. */
struct table {
	uint8_t *data;
	size_t len, room;
};

/* Names, copied to where they stay: entries point at them.  Of each only the
 * octets in use are kept, a tenth of a struct pal_name; so they are never
 * copied as a struct. */
#define NAMES_CHUNK ((size_t)1 << 20) /* octets */
struct names {
	struct table chunks; /* pointers to octets */
	size_t used;         /* of the last chunk */
};

struct pal_writer {
	enum pal_image_form form;
	uint8_t key[16];
	struct table strings;
	struct table policies; /* POLICY_SIZE records, as in the file */

	/* orders */
	struct table orders;    /* struct rank_order, ids as offsets below */
	struct table order_ids; /* two char pointers are made from these */
	struct table entries;   /* struct rank_entry */
	struct names names;     /* of the entries */
	struct table intervals; /* struct pal_interval */
	/* the intervals of the last entry, which the next one often shares */
	uint32_t last_intervals, last_count;

	/* by section: the names' hashes, and in an orders image the rules
	 * they stand for */
	struct table members[SECTION_ABOVE_OPEN + 1]; /* struct sip_hash */
	struct table values[SECTION_ABOVE_OPEN + 1];  /* uint32_t */
	struct table changes;                         /* as in the file */
};

/* Room for len octets at the table's end, copied from data or zeroed; NULL
 * without memory.  The table moves as it grows. */
void *table_add(struct table *table, const void *data, size_t len);

/* A member of one of the sets. */
int writer_add_member(struct pal_writer *writer, enum section section,
	const struct pal_name *name);

#endif
