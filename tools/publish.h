/*
 * From the ledger to the lists that resolvers read.  publish.c tells the
 * protocol.
 */
#ifndef TOOL_PUBLISH_H
#define TOOL_PUBLISH_H

#include "ledger.h"

#define MANIFEST_FILE      "manifest"
#define MANIFEST_PREV_FILE "manifest.prev"

/* Random octets, of which a publication takes all. */
struct publish_random {
	uint8_t key[16];
	uint8_t epoch[PAL_EPOCH_SIZE]; /* of use only where one begins */
};

/* The image of a feed, made beforehand without the lock, as the file NAME.img
 * of the feeds folder. */
struct publish_image {
	char list[PAL_LIST_NAME_MAX];
	uint64_t size;
	uint8_t digest[PAL_SHA256_SIZE];
};

/* What is needed to publish, and what becomes of it.  The caller fills in the
 * first part and holds the lock of the state folder. */
struct publication {
	struct ledger *ledger;
	const struct history *history;
	const struct config *config;
	int lists;      /* the lists folder */
	int feeds;      /* state/feeds; -1: there is none */
	int64_t now_ms; /* milliseconds since 1970 UTC */
	struct publish_random random;
	struct problems *problems; /* gets what a person can act on */
	struct progress *progress; /* of lists made anew; NULL: nobody looks */
	bool new_epoch;            /* begin one, whatever the ledger says */

	/* What of the lists changes; the others are carried over from the
	 * generation before, without being read. */
	bool keep_orders;                 /* the orders do not */
	const struct publish_image *made; /* this feed does; NULL: none */
	bool make_allow;                  /* the allow list does */
	bool make_shadow;                 /* the orders on trial do */
	/* ... at these names alone, where it is known; see pal_changes. */
	const struct pal_name *allow_changed;
	size_t allow_changed_count;

	/* Made on the way. */
	bool old_known;
	struct pal_manifest old; /* of the generation before; may be empty */
	uint8_t *image;
	size_t image_len;
	struct pal_manifest manifest;
	char text[PAL_MANIFEST_SIZE_MAX];
	size_t text_len;
	int64_t number;     /* of the generation's row */
	const char *failed; /* the step that failed */
};

/* The steps of a publication, ended by a NULL run.  Each returns 0 or a
 * PAL_ error.  A list, so that a test can stop behind each. */
struct publish_step {
	const char *name;
	int (*run)(struct publication *publication);
};

/* Before the ledger's transaction is committed: a failure, or a kill, leaves
 * nothing but a stray image file. */
extern const struct publish_step publish_prepare[];

/* Behind the commit: what is left undone, the next command does. */
extern const struct publish_step publish_install[];

/* Runs steps up to the end, or up to the first that fails. */
int publish_run(
	struct publication *publication, const struct publish_step *steps);

void publication_fini(struct publication *publication);

enum publish_gap {
	PUBLISH_NONE,    /* no generation was ever begun */
	PUBLISH_IN_STEP, /* the lists are those of the newest generation */
	PUBLISH_BEHIND,  /* it was begun: its steps behind the commit are due */
	PUBLISH_FOREIGN  /* the lists are gone, of another ledger, or of a later
	                  * state of this one, which was then restored */
};

/* Compares the lists with the ledger.  newest->manifest is the caller's to
 * free in any case. */
int publish_compare(struct ledger *ledger, int lists,
	struct ledger_generation *newest, enum publish_gap *gap);

/* Completes what a command before left undone, in transactions of its own:
 * installs the newest generation, or publishes the ledger anew under a new
 * epoch.  *gap says what there was to do.  publication: as for publish_run,
 * nothing made yet; it may be used again afterwards. */
int publish_recover(struct publication *publication, const char *who,
	enum publish_gap *gap);

#endif
