/*
 * What a resolver that has the published lists in force would say: the
 * images that the manifest names are loaded and judged by pal_decide, as the
 * module does it.
 */
#ifndef TOOL_VERDICT_H
#define TOOL_VERDICT_H

#include "palang/decide.h"

#define VERDICT_WHY_MAX 256

struct verdict_source;

/* Loads the lists in folder LIVE_DIR/lists.  0; else why says in a sentence
 * what is wrong: PAL_ESYS (errno; ENOENT: nothing is published there),
 * PAL_EFORM, PAL_EVERSION, PAL_EDIGEST, PAL_ELIMIT, PAL_ENOMEM. */
int verdict_open(struct verdict_source **source, const char *live_dir,
	char why[VERDICT_WHY_MAX]);

/* The same of an open folder of lists, which stays the caller's; manifest is
 * "manifest" or "manifest.prev". */
int verdict_open_at(struct verdict_source **source, int lists,
	const char *manifest, char why[VERDICT_WHY_MAX]);

/* One without lists, with these settings; NULL: no memory.  Each list is an
 * image in memory, which is taken over whatever comes: 0, PAL_EFORM,
 * PAL_ENOMEM.  Feeds in the order of precedence. */
struct verdict_source *verdict_begin(const struct pal_settings *settings);
int verdict_add(struct verdict_source *source, enum pal_list_role role,
	const char *name, uint8_t *data, size_t len);

/* Takes NULL. */
void verdict_close(struct verdict_source *source);

/* Valid until the source is closed. */
const struct pal_snapshot *verdict_snapshot(
	const struct verdict_source *source);

/* Judges a question as of now (seconds since 1970 UTC). */
void verdict_judge(const struct verdict_source *source,
	const struct pal_name *name, uint16_t type, int64_t now,
	struct pal_verdict *verdict);

/* What stands behind the name of a verdict's answer: " (no address set:
 * nodata)" of a sinkhole without an address for this type, else nothing. */
const char *verdict_note(const struct pal_verdict *verdict, uint16_t type);

#endif
