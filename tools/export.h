/*
 * What is in force, for resolvers that have no palang: as a response policy
 * zone (draft-vixie-dnsop-dns-rpz), as a hosts file, or as plain names.
 *
 * The lists are sorted, and are walked side by side; so memory is the same
 * for ten names and for ten million, and what a list says of a name is
 * settled on the way.  A test holds it against pal_decide.
 *
 * Functions return 0, PAL_ESYS, PAL_EFORM, PAL_EVERSION or PAL_ENOMEM.
 */
#ifndef TOOL_EXPORT_H
#define TOOL_EXPORT_H

#include <stdio.h>

#include "names.h"
#include "palang/manifest.h"

struct export_feed {
	int fd; /* its names file */
	struct pal_policy policy;
};

struct export_lists {
	const struct pal_image *orders; /* NULL: none */
	int64_t now;                    /* which of them are in force */
	int allow; /* the names file of the allow list, or -1 */
	const struct export_feed *feeds; /* in the order of precedence */
	size_t feed_count;               /* at most PAL_FEEDS_MAX */
};

/* ---- the walk: export_walk.c ---- */

/* What is answered; the rest only if it blocks, addresses only if it is a
 * sinkhole. */
struct export_say {
	bool block;
	enum pal_answer answer; /* as in a verdict: NXDOMAIN only where no
	                         * name below is open */
	uint32_t ttl;
	bool has_a, has_aaaa;
	uint8_t a[4], aaaa[16];
};

bool export_alike(const struct export_say *a, const struct export_say *b);

/* A name that some list names. */
struct export_node {
	const uint8_t *key; /* see names.h; good until the next call */
	size_t len;
	struct export_say own;   /* to the name itself */
	struct export_say below; /* to all below it, down to the next nodes */
	struct export_say above; /* to it, if no list named it */
};

struct export_walk;

/* The lists stay the caller's, and outlive the walk. */
int export_begin(struct export_walk **walk, const struct export_lists *lists);
/* Names come ascending by key.  0; 1 behind the last. */
int export_next(struct export_walk *walk, struct export_node *node);
/* How far the walk is in the files, in octets. */
void export_progress(
	const struct export_walk *walk, uint64_t *at, uint64_t *size);
/* Takes NULL. */
void export_end(struct export_walk *walk);

/* ---- the formats ---- */

enum export_format { EXPORT_RPZ, EXPORT_HOSTS, EXPORT_PLAIN, EXPORT_FORMATS };

/* "rpz", "hosts", "plain". */
extern const char *const export_format_names[EXPORT_FORMATS];

/* What a format cannot say, counted in names. */
enum export_loss {
	EXPORT_REFUSED,  /* rpz: REFUSED, given as NODATA */
	EXPORT_TOO_LONG, /* rpz: longer than a name may be, with the zone's */
	EXPORT_TRIGGER,  /* rpz: it would be read as another trigger */
	EXPORT_SUBTREE,  /* all below the name is blocked too */
	EXPORT_EXACT,    /* plain: blocked alone */
	EXPORT_LEFT_OUT, /* plain: not written, as its scope is another */
	EXPORT_OPEN,     /* plain: left open below a name that is given */
	EXPORT_LOSSES
};

/* What becomes of them, in words that follow "1 name" or "2 names". */
extern const char *const export_loss_texts[EXPORT_LOSSES];

struct export_options {
	enum export_format format;
	struct pal_name origin; /* rpz: the zone's name */
	uint32_t serial;        /* rpz: of its SOA */
	bool addresses;         /* hosts: the sinkhole's, not 0.0.0.0 and :: */
	/* plain: only names that are blocked alone, or with all below;
	 * otherwise both, and the list does not tell which. */
	bool has_scope;
	enum pal_scope scope;
	/* Told now and then how far it is, in octets.  May be NULL. */
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size);
	void *ctx;
};

struct export_report {
	uint64_t blocked; /* names that a list names, and that are blocked */
	uint64_t open;    /* names that are open below blocked ones */
	uint64_t lines;   /* written, rules alone */
	uint64_t lost[EXPORT_LOSSES];
};

/* Writes to out.  A failed write is PAL_ESYS. */
int export_write(FILE *out, const struct export_lists *lists,
	const struct export_options *options, struct export_report *report);

#endif
