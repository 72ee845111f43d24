/* What reading a zone file and judging its records share. */
#ifndef TOOL_CLEAN_ZONE_H
#define TOOL_CLEAN_ZONE_H

#include "clean_parts.h"

#define ZONE_WORDS    6 /* of a record that are looked at */
#define ZONE_WORD_MAX PAL_NAME_TEXT_MAX

struct zone_word {
	const uint8_t *text;
	size_t len;
};

/* One record as it stands there. */
struct zone_record {
	bool blank; /* of the owner before */
	struct zone_word words[ZONE_WORDS];
	unsigned count; /* words, as far as they are kept */
};

enum owner_place {
	OWNER_NONE,    /* none was given yet */
	OWNER_APEX,    /* the zone's own name */
	OWNER_OUTSIDE, /* not of this zone */
	OWNER_TRIGGER, /* rpz-ip and the like */
	OWNER_NAME     /* a name that is asked for */
};

/* An owner, without the zone's name. */
struct zone_owner {
	enum owner_place place;
	bool wildcard;
	size_t len;
	uint8_t text[ZONE_WORD_MAX + BULK_SLACK];
};

struct zone {
	struct cleaner *c;
	bool has_apex;
	struct pal_name apex, origin;
	bool origin_is_apex;
	char apex_text[PAL_NAME_TEXT_MAX + 1]; /* with its dot behind */
	size_t apex_len;
	struct zone_owner owners[2]; /* this and the one before, in turns */
	unsigned turn;
	bool local; /* the record before was local data of this owner */
	/* the record that is being read */
	struct zone_record record;
	unsigned depth; /* open parentheses */
	uint8_t kept[ZONE_WORDS][ZONE_WORD_MAX + BULK_SLACK];
};

/* Tells what is wrong with the file, at this line; PAL_EFORM. */
int zone_refuse(struct zone *z, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The zone's name, and the one that is added to names without a final dot. */
void zone_set_apex(struct zone *z, const struct pal_name *apex);
void zone_set_origin(struct zone *z, const struct pal_name *origin);

/* A name in the file, in full.  0 or PAL_EFORM. */
int zone_name(
	struct zone *z, const struct zone_word *word, struct pal_name *name);

/* Takes one record.  0 or PAL_EFORM. */
int zone_take(struct zone *z, const struct zone_record *record);

/* True if the word is this one, whatever its case. */
bool zone_word_is(const struct zone_word *word, const char *text);

#endif
