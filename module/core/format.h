/* The image format in numbers; docs/FORMAT.md says it in words. */
#ifndef CORE_FORMAT_H
#define CORE_FORMAT_H

#include "palang/image.h"
#include "set.h"

#define IMAGE_MAGIC  "PALANGIM"
#define HEADER_SIZE  56 /* then the section table */
#define SECTION_SIZE 24 /* a row of the section table */

#define AT_VERSION  8
#define AT_FORM     12
#define AT_KEY      16
#define AT_SIZE     32
#define AT_SECTIONS 40 /* how many; 44: zero; 48: rules in all */
#define AT_RULES    48

/* In this order in the file; one that is empty is left out. */
enum section {
	SECTION_STRINGS = 1,
	SECTION_POLICIES = 2,
	SECTION_SUBTREE = 3,
	SECTION_EXACT = 4,
	SECTION_OPEN_SUBTREE = 5,
	SECTION_OPEN_EXACT = 6,
	SECTION_ABOVE_OPEN = 7,
	SECTION_RULES = 8,
	SECTION_CLAIMS = 9,
	SECTION_INTERVALS = 10,
	SECTION_CHANGES = 11
};
#define SECTIONS 12

#define POLICY_SIZE   72
#define RULE_SIZE     24
#define CLAIM_SIZE    12
#define INTERVAL_SIZE 16
#define SET_HEAD_SIZE 16

#define POLICY_TEXTS 5 /* authority, id, ede, json, json_short */

#define POLICY_HAS_A    1
#define POLICY_HAS_AAAA 2
#define CLAIM_SUBTREE   1
#define CLAIM_HOLE      2

struct part {
	const uint8_t *data;
	uint32_t count; /* records; octets for strings */
};

struct pal_image {
	uint8_t *data;
	size_t len;
	enum pal_image_form form;
	uint64_t rules;
	struct set sets[SECTIONS]; /* by section; count 0 if absent */
	struct part strings, policies, rule_table, claims, intervals;
	struct part changes; /* digest of the image before, then names */
};

/* ---- image_rules.c: NULL, or what is wrong ---- */

/* Of an orders image whose sections are loaded. */
const char *image_check_rules(struct pal_image *image);

/* True if a canonical name, and nothing else, stands in len octets; at and
 * labels as pal_wire_labels gives them. */
bool image_is_canonical(const uint8_t *wire, size_t len,
	uint8_t at[PAL_LABELS_MAX], unsigned *labels);

#endif
