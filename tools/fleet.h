/* The resolvers that read the lists, as far as they explain an answer. */
#ifndef TOOL_FLEET_H
#define TOOL_FLEET_H

#include "palang/manifest.h"

struct fleet {
	bool known;      /* their folder could be read */
	unsigned live;   /* with a fresh heartbeat */
	unsigned empty;  /* of these: with nothing loaded */
	unsigned behind; /* of these: with an older generation in effect */
	char behind_name[PAL_LIST_NAME_MAX]; /* one of them */
	uint64_t behind_generation;
	uint64_t generation; /* published */
};

/* From their status files, untrusted, below live_dir. */
void fleet_read(struct fleet *fleet, const char *live_dir,
	const struct pal_manifest *manifest);

#endif
