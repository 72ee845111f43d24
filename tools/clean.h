/*
 * The cleaner: a bulk list as it comes, dirty, to sorted rules (names.h) and
 * a report of what was left out and why.
 *
 * It works on lists of tens of millions of lines: streaming in, about forty
 * octets of memory for each name, a million lines a second.
 */
#ifndef TOOL_CLEAN_H
#define TOOL_CLEAN_H

#include <stdint.h>
#include <stdio.h>

#include "diag.h"
#include "names.h"

struct suffixes;

enum clean_format {
	CLEAN_AUTO, /* told from the first lines */
	CLEAN_PLAIN,
	CLEAN_HOSTS,
	CLEAN_ADBLOCK,
	CLEAN_RPZ, /* a zone file */
	CLEAN_FORMATS
};

/* "auto", "plain", "hosts", "adblock", "rpz". */
extern const char *const clean_format_names[CLEAN_FORMATS];

/* Why a line, or a name on it, was not taken, or not as it stood.  The first
 * line of a reason is of the most use, so a few are kept. */
enum clean_reason {
	/* left out */
	CLEAN_ADDRESS,      /* an IP address, no name */
	CLEAN_URL_PATH,     /* a URL with a path: blocking its host would block
	                    * a whole site for one page */
	CLEAN_PORT,         /* a host with a port: the same for one service */
	CLEAN_BAD_NAME,     /* not a name: bad labels, too long, no text */
	CLEAN_UNKNOWN_TLD,  /* no such top-level domain */
	CLEAN_SUFFIX,       /* a public suffix, or wider */
	CLEAN_PROTECTED,    /* the operator's protected names, or above one */
	CLEAN_LONG_LINE,    /* longer than CLEAN_LINE_MAX */
	CLEAN_NUL,          /* a line with a NUL in it */
	CLEAN_LOCAL,        /* hosts: localhost and its kin */
	CLEAN_REAL_ADDRESS, /* hosts: an address that is no sinkhole */
	CLEAN_OPTIONS,      /* adblock: a rule for some requests only */
	CLEAN_NOT_A_NAME,   /* adblock: cosmetic rules, patterns */
	CLEAN_TRIGGER,      /* RPZ: triggers that are not qname */
	CLEAN_TCP_ONLY,     /* RPZ: rpz-tcp-only. blocks nothing */
	CLEAN_DUPLICATE,    /* given before */
	CLEAN_COVERED,      /* a parent in the same list covers it */
	CLEAN_NEEDLESS,     /* an exception to nothing */
	/* taken all the same, and told */
	CLEAN_URL,      /* a URL without a path: its host */
	CLEAN_U_LABEL,  /* converted to A-labels */
	CLEAN_UPPER,    /* lowered */
	CLEAN_DOT,      /* a trailing dot */
	CLEAN_WILDCARD, /* *.name, .name: the name with all below it */
	CLEAN_BOM,      /* a byte order mark */
	CLEAN_CRLF,     /* lines that end in CR LF */
	CLEAN_COMMENT,  /* a comment behind a name */
	CLEAN_BOTH,     /* blocked and left open: left open */
	CLEAN_REASONS
};
#define CLEAN_FIRST_TOLD CLEAN_URL
#define CLEAN_LINES_KEPT 5
#define CLEAN_LINE_MAX   4096 /* octets */

/* Short words for people ("IP addresses"), and for JSON ("ip-address"). */
extern const char *const clean_reason_texts[CLEAN_REASONS];
extern const char *const clean_reason_keys[CLEAN_REASONS];

/* What an RPZ's records asked for. */
enum clean_rpz_action {
	RPZ_NXDOMAIN,
	RPZ_NODATA,
	RPZ_DROP,
	RPZ_PASSTHRU,
	RPZ_LOCAL_DATA,
	RPZ_ACTIONS
};
extern const char *const clean_rpz_action_names[RPZ_ACTIONS];

struct clean_count {
	uint64_t count;
	uint64_t lines[CLEAN_LINES_KEPT]; /* from 1; 0: no further one */
};

struct clean_report {
	enum clean_format format; /* never CLEAN_AUTO afterwards */
	enum pal_scope scope;     /* of names given plainly */
	uint64_t octets, lines;   /* read */
	uint64_t names;           /* found on them, good or not */
	uint64_t rules;           /* written, exceptions among them */
	uint64_t exceptions;
	/* An RPZ's *.name blocks what lies below: alone it makes an exception
	 * for the name itself, which nobody wrote (implied); beside the name
	 * it makes one rule of the two (merged).  So
	 * names + implied == rules + merged + all that was left out. */
	uint64_t implied, merged;
	struct clean_count reasons[CLEAN_REASONS];
	uint64_t rpz[RPZ_ACTIONS];
	/* Rules that block names below a protected one: they are taken, for
	 * it is the name that is protected, and named. */
	uint64_t below_protected;
	struct pal_name below_names[CLEAN_LINES_KEPT];
	bool below_only[CLEAN_LINES_KEPT]; /* *.name: not the name itself */
	bool zone; /* it is a zone, so that it may be empty */
	bool html; /* refused: a web page where a list should be */
};

struct clean_options {
	enum clean_format format;
	bool has_scope; /* else exact for hosts, as given by an RPZ, else
	                 * subtree */
	enum pal_scope scope;
	const char *origin; /* RPZ: the zone's name; NULL: from its SOA or
	                     * $ORIGIN */
	const struct pal_name *protected; /* never taken out of reach */
	size_t protected_count;
	const char *file; /* how errors name the input */
	/* Public suffixes (psl.h); NULL: read for this list.  Reading them
	 * takes 10 ms: whoever cleans many lists does it once. */
	const struct suffixes *suffixes;
	/* Told about once in 100 ms how far it is; size 0 if not known. */
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size);
	void *ctx;
	/* RPZ: given each owner that is a rule, without the zone's name and
	 * without `*.`, in place of its being taken; `*` alone is a wildcard
	 * of the root.  action: RPZ_ACTIONS for rpz-tcp-only. */
	void (*rpz_rule)(void *ctx, const struct pal_name *owner, bool wildcard,
		enum clean_rpz_action action);
	void *rpz_ctx;
};

/* Reads from fd `in` to its end, writes a names file to fd `out`.
 * 0; PAL_EFORM for what is no list at all (a web page, nothing, a zone file
 * that cannot be read: problems says what and where), PAL_ESYS, PAL_ENOMEM,
 * PAL_ELIMIT (more names than fit: 2^32 octets of them). */
int clean_run(int in, int out, const struct clean_options *options,
	struct clean_report *report, struct problems *problems);

/* True if anything was left out or mended: what --strict refuses. */
bool clean_is_dirty(const struct clean_report *report);

/* Why a list that could be read is none all the same, or NULL: a feed with it
 * is refused, and a check says so.  allow: its names are to be allowed. */
const char *clean_refusal(const struct clean_report *report, bool allow);

void clean_print(FILE *out, const struct clean_report *report);
struct json_writer;
void clean_put_json(
	struct json_writer *json, const struct clean_report *report);

#endif
