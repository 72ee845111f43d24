/*
 * The manifest: the small file that names the images in force.
 *
 * Text, one item a line, ended by a checksum of all lines before it; see
 * docs/FORMAT.md.  The tool writes it, the module reads it; it is replaced
 * by rename, after the images it names.
 *
 * Thread safety: all functions are pure.
 */
#ifndef PALANG_MANIFEST_H
#define PALANG_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "palang/sha256.h"

#define PAL_MANIFEST_VERSION  1
#define PAL_MANIFEST_SIZE_MAX 16384 /* octets of the file */
#define PAL_FEEDS_MAX         32
#define PAL_LISTS_MAX         (PAL_FEEDS_MAX + 3)
#define PAL_LIST_NAME_MAX     33 /* [a-z0-9-]{1,32} and a NUL */
#define PAL_IMAGE_NAME_MAX    69 /* [a-z0-9-]{1,64}.img and a NUL */
#define PAL_EPOCH_SIZE        16
#define PAL_SHADOW_MAX        100 /* rules of the shadow image, and orders */

enum pal_list_role {
	PAL_ROLE_ORDERS = 0,
	PAL_ROLE_ALLOW = 1,
	PAL_ROLE_FEED = 2,
	PAL_ROLE_SHADOW = 3 /* orders on trial: counted, not in force */
};

/* As the manifest and the status file write them, by enum pal_list_role. */
extern const char *const pal_role_names[];

struct pal_manifest_entry {
	enum pal_list_role role;
	char name[PAL_LIST_NAME_MAX];    /* the feed's, or as the role */
	char file[PAL_IMAGE_NAME_MAX];   /* a base name in the same folder */
	uint64_t size;                   /* octets of the file */
	uint8_t digest[PAL_SHA256_SIZE]; /* see pal_image_digest */
};

/* Structured DNS Error: to whom the JSON text may go. */
enum pal_sde_mode {
	PAL_SDE_OFF = 0,
	PAL_SDE_ENCRYPTED = 1, /* clients over TLS and HTTPS */
	PAL_SDE_ALL = 2
};

/* What holds for all lists. */
struct pal_settings {
	enum pal_sde_mode sde_mode;
	uint16_t sde_code; /* EDNS option code, 0: none */
	bool chain;        /* judge CNAME, DNAME and SVCB targets too */
	bool open;         /* emergency: nothing is blocked */
};

struct pal_manifest {
	uint8_t epoch[PAL_EPOCH_SIZE]; /* random, new at init and restore */
	uint64_t generation;           /* only grows within an epoch */
	int64_t written;               /* seconds since 1970 UTC */
	struct pal_settings settings;
	unsigned count;
	/* At most one orders, one allow, one shadow, which is the last; feeds
	 * in the order of precedence. */
	struct pal_manifest_entry lists[PAL_LISTS_MAX];
};

/* Reads a manifest.  0, PAL_EFORM, PAL_EVERSION or PAL_EDIGEST; *line, if
 * not NULL, is then the line at fault, from 1. */
int pal_manifest_parse(struct pal_manifest *manifest, const char *text,
	size_t len, unsigned *line);

/* Writes a manifest as text, NUL added.  The number of octets without it, or
 * PAL_ELIMIT if size is too small, PAL_EFORM if the manifest breaks a rule of
 * the format. */
int pal_manifest_format(
	char *text, size_t size, const struct pal_manifest *manifest);

/* True if a resolver that has `old` in force has to take `new`: another
 * epoch, or a higher generation of the same. */
bool pal_manifest_newer(
	const struct pal_manifest *new, const struct pal_manifest *old);

#endif
