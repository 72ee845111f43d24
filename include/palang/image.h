/*
 * An image: one list compiled to a file that the resolver loads as it is.
 * docs/FORMAT.md gives it byte by byte.
 *
 * There are two forms.  A *plain* image has one policy for all its rules
 * (a feed, the allow list).  An *orders* image has a policy per order, and
 * for each rule the ranked claims of the orders that hold there, each with
 * its intervals of time.
 *
 * Called by the module (load, query) and by the tool (verify, why).  An image
 * is validated whole in pal_image_load and trusted from then on: no function
 * here can fail or read outside it afterwards.
 *
 * Thread safety: a loaded image is immutable; any number of threads may read
 * it.  Only pal_image_free needs it to be alone.
 */
#ifndef PALANG_IMAGE_H
#define PALANG_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "palang/name.h"
#include "palang/sha256.h"

#define PAL_IMAGE_VERSION 1 /* the newest version read and written here */

/* The smallest image there can be, and the largest that is taken. */
#define PAL_IMAGE_SIZE_MIN 88
#define PAL_IMAGE_SIZE_MAX ((size_t)1 << 34)

enum pal_image_form { PAL_FORM_PLAIN = 1, PAL_FORM_ORDERS = 2 };

enum pal_scope {
	PAL_EXACT = 0,  /* the name alone */
	PAL_SUBTREE = 1 /* the name and all below it */
};

enum pal_answer {
	PAL_SINKHOLE = 0,
	PAL_NODATA = 1,
	PAL_NXDOMAIN = 2,
	PAL_REFUSED = 3
};

enum pal_kind {
	PAL_OWN = 0,     /* the operator's: EDE 15, Blocked */
	PAL_EXTERNAL = 1 /* an external authority's: EDE 16, Censored */
};

/* Forever, as the end of an interval: "no end". */
#define PAL_NEVER INT64_MAX

/* Seconds since 1970 UTC: in force while start <= now < end. */
struct pal_interval {
	int64_t start;
	int64_t end;
};

/* Text of an image: not terminated, printable UTF-8, owned by the image. */
struct pal_text {
	const char *text;
	size_t len;
};

/* What a block answers.  The texts are rendered by the tool; the module
 * copies them. */
struct pal_policy {
	enum pal_kind kind;
	enum pal_answer answer;
	uint32_t ttl; /* seconds */
	bool has_a, has_aaaa;
	uint8_t a[4], aaaa[16];     /* network order; what a sinkhole answers */
	struct pal_text authority;  /* 1..24 octets */
	struct pal_text id;         /* the order's id, or the feed's name */
	struct pal_text ede;        /* extra text of the EDE, at most 128 */
	struct pal_text json;       /* structured error, whole; may be empty */
	struct pal_text json_short; /* the same without its long parts */
};

#define PAL_EDE_TEXT_MAX 128
#define PAL_JSON_MAX     4096 /* of json, and of json_short */

/* One order's say on a rule, the first in rank first. */
struct pal_claim {
	uint32_t policy;      /* index, see pal_image_policy */
	uint8_t owner_labels; /* labels of the name that the order gives */
	enum pal_scope scope; /* ... and its scope */
	bool hole;            /* the order leaves something below it open */
	uint32_t intervals;   /* first index, see pal_image_interval */
	uint32_t interval_count;
};

/* A rule of an orders image, in canonical order of name, then exact before
 * subtree. */
struct pal_rule {
	struct pal_name name;
	enum pal_scope scope;
	uint32_t claims; /* first index, see pal_image_claim */
	uint32_t claim_count;
	/* Equal fingerprints: the same claims, policies and intervals, in any
	 * two images. */
	uint64_t fingerprint;
};

struct pal_image;

/* Takes len octets at data, allocated with malloc, and validates them whole.
 * On 0 *image owns data, and pal_image_free frees it; on an error data stays
 * the caller's.  why, if not NULL, gets a constant phrase that says what is
 * wrong.  Errors: PAL_EFORM, PAL_EVERSION, PAL_EDIGEST, PAL_ELIMIT,
 * PAL_ENOMEM.  Nothing in data is trusted. */
int pal_image_load(
	struct pal_image **image, uint8_t *data, size_t len, const char **why);

/* Takes NULL. */
void pal_image_free(struct pal_image *image);

enum pal_image_form pal_image_form(const struct pal_image *image);

/* The SHA-256 of everything but the last 32 octets, which hold it. */
const uint8_t *pal_image_digest(const struct pal_image *image);

/* Octets in memory, and rules in all (exceptions counted). */
size_t pal_image_size(const struct pal_image *image);
uint64_t pal_image_rules(const struct pal_image *image);

/* Policies: one in a plain image, one per order otherwise. */
uint32_t pal_image_policies(const struct pal_image *image);
void pal_image_policy(const struct pal_image *image, uint32_t index,
	struct pal_policy *policy);

/* Only in an orders image; all counts are 0 in a plain one. */
uint32_t pal_image_rule_count(const struct pal_image *image);
void pal_image_rule(
	const struct pal_image *image, uint32_t index, struct pal_rule *rule);
/* True if two rules are the same: name, scope and fingerprint. */
bool pal_image_same_rule(const struct pal_image *a, uint32_t i,
	const struct pal_image *b, uint32_t j);
void pal_image_claim(
	const struct pal_image *image, uint32_t index, struct pal_claim *claim);
struct pal_interval pal_image_interval(
	const struct pal_image *image, uint32_t index);

/* The first second after now at which some interval starts or ends, or
 * PAL_NEVER. */
int64_t pal_image_next_edge(const struct pal_image *image, int64_t now);

/* A plain image may say how it differs from the one before it, so that a
 * small change takes effect before the whole cache has been swept. */
#define PAL_CHANGES_MAX 1000

/* True if this plain image says how it differs from the one with that digest;
 * all zeros: from there being none. */
bool pal_image_follows(
	const struct pal_image *image, const uint8_t base[PAL_SHA256_SIZE]);

/* The next name whose rule is another than in that image, or is no more.  *at
 * is 0 at first.  False behind the last. */
bool pal_image_changed(
	const struct pal_image *image, size_t *at, struct pal_name *name);

/* What pal_image_match finds.  In a plain image an entry may be an exception,
 * which leaves its name open; in an allow image, all that is allowed are
 * exceptions, and what the allow list does not mean to open are rules. */
struct pal_match {
	bool found;
	bool except;    /* plain: the match is an exception */
	bool hole;      /* plain: an exception lies below the match */
	uint8_t labels; /* labels of the rule's name */
	enum pal_scope scope;
	uint32_t rule; /* orders: index of the rule */
};

/* The most specific rule that covers the name whose labels, leftmost first,
 * stand at the count offsets at[] of wire; letters of any case.  The name
 * has been through pal_wire_labels. */
void pal_image_match(const struct pal_image *image, const uint8_t *wire,
	const uint8_t *at, unsigned count, struct pal_match *match);

/* True if an exception of this plain image lies strictly below the name. */
bool pal_image_has_below(const struct pal_image *image, const uint8_t *wire,
	const uint8_t *at, unsigned count);

#endif
