/*
 * The status file: what one resolver says of itself.
 *
 * Text, a key and its value a line.  The module replaces it by rename, at
 * most once a second and at least every PAL_HEARTBEAT seconds.  The tool
 * reads it as untrusted input: the resolver's user owns it.
 *
 * Thread safety: all functions are pure; a pal_status is a plain value but
 * for its rows, which pal_status_fini frees.
 */
#ifndef PALANG_STATUS_H
#define PALANG_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "palang/manifest.h"

#define PAL_STATUS_VERSION    1
#define PAL_STATUS_SIZE_MAX   (1u << 20) /* octets of the file */
#define PAL_STATUS_ORDERS_MAX 2000       /* rows of counts */
#define PAL_HEARTBEAT         5          /* seconds */
#define PAL_HEARTBEAT_LIVE    15 /* younger than this: the resolver lives */
#define PAL_INSTANCE_MAX      33 /* [a-z0-9-]{1,32} and a NUL */
#define PAL_STATUS_TEXT_MAX   256

enum pal_state {
	PAL_STATE_OK = 0,      /* the newest manifest is in force */
	PAL_STATE_EMPTY = 1,   /* no list could be loaded since the start */
	PAL_STATE_DEGRADED = 2 /* an older list is in force; see error */
};

/* What was answered to blocked queries; the order of enum pal_answer. */
#define PAL_ANSWERS 4

struct pal_status_list {
	char name[PAL_LIST_NAME_MAX];
	enum pal_list_role role;
	uint64_t rules;
	uint64_t octets;
	bool fallback; /* taken from the manifest before */
	uint8_t digest[PAL_SHA256_SIZE];
};

/* Blocked queries of one policy since the resolver began to count. */
struct pal_status_order {
	char authority[25];
	char id[49];
	uint64_t blocked[PAL_ANSWERS];
};

/* What an order on trial would have done to this resolver's clients. */
struct pal_status_shadow {
	char authority[25];
	char id[49];
	int64_t since;            /* ms; when it began to count */
	uint64_t blocked;         /* queries that it would have blocked */
	uint64_t networks;        /* of clients, in this hour; an estimate */
	uint64_t networks_before; /* in the hour before */
};

/* Times are milliseconds since 1970 UTC; 0 for never. */
struct pal_status {
	char instance[PAL_INSTANCE_MAX];
	char host[64]; /* "unbound 1.17.1" */
	uint32_t pid;
	enum pal_state state;
	int64_t started;
	int64_t heartbeat;
	int64_t ended; /* properly; 0: it runs, or died without a word */

	uint8_t epoch[PAL_EPOCH_SIZE];
	uint64_t generation; /* in effect; 0 if EMPTY */
	int64_t effect;      /* since when */
	uint64_t swept;      /* the last generation that was swept */
	int64_t swept_at;

	int64_t latest;  /* the latest time seen, which judges */
	int64_t stepped; /* how far behind it the clock is now, ms */

	uint64_t error_generation; /* a manifest that was refused; 0: none */
	int64_t error_at;
	char error[PAL_STATUS_TEXT_MAX];

	uint64_t blocked[PAL_ANSWERS];

	unsigned list_count;
	struct pal_status_list lists[PAL_LISTS_MAX];

	size_t order_count;
	struct pal_status_order *orders; /* only those with a count */

	unsigned shadow_count;
	struct pal_status_shadow shadows[PAL_SHADOW_MAX];
};

/* Frees the rows and zeroes the status. */
void pal_status_fini(struct pal_status *status);

/* Writes the status as text.  0, or PAL_ESYS if the stream failed. */
int pal_status_write(FILE *out, const struct pal_status *status);

/* Reads a status from untrusted text.  Unknown keys are skipped, so that an
 * older tool reads a newer module.  0, PAL_EFORM, PAL_EVERSION, PAL_ELIMIT
 * or PAL_ENOMEM; on 0 pal_status_fini frees its rows. */
int pal_status_parse(struct pal_status *status, const char *text, size_t len);

#endif
