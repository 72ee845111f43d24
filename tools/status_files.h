/*
 * What the resolvers that read our lists say of themselves: their status
 * files.  Their user owns that folder: nothing in it is trusted, no link
 * followed, no file read beyond its limit.
 */
#ifndef TOOL_STATUS_FILES_H
#define TOOL_STATUS_FILES_H

#include "ledger.h"
#include "palang/status.h"

#define RESOLVERS_MAX 256 /* files that are looked at: what changed last */

/* For live_dir, count + unseen, RESOLVERS_MAX. */
#define RESOLVERS_CUT                                                          \
	"%s/status holds %zu files, and only the %d that changed last are "    \
	"looked at: remove those of resolvers that are gone"

struct resolver {
	char file[64]; /* of its status */
	int error;     /* PAL_ error: what follows is empty */
	struct pal_status status;
	int64_t age_ms; /* of the heartbeat; negative: our clock is behind */
	bool live;      /* its heartbeat is younger than 15 s */
	bool ended;     /* it said so: not live, and nothing is wrong */
};

struct resolvers {
	struct resolver *items; /* sorted by file name */
	size_t count;
	size_t live;   /* how many live */
	size_t unseen; /* files beyond these: nobody knows what they say */
	int64_t at;    /* ms; when they were read: what is said is no later */
};

/* The folder of status files, or -1 and errno. */
int status_open(const char *live_dir);

/* Reads all of them; now_ms: as it is, not when the command began.  0, PAL_ESYS
 * (errno), PAL_ENOMEM. */
int status_read(struct resolvers *resolvers, int folder, int64_t now_ms);
void resolvers_fini(struct resolvers *resolvers);

/* What is waited for. */
enum status_reach { REACH_EFFECT, REACH_SWEPT };

/* True if it has this generation, or a later one of the epoch. */
bool resolver_reached(const struct resolver *resolver,
	const uint8_t epoch[PAL_EPOCH_SIZE], uint64_t generation,
	enum status_reach reach);

/* Waits until each live resolver has reached it, none lives, or the time is
 * up, and leaves what it saw last in resolvers.  0 or as status_read. */
int status_wait(struct resolvers *resolvers, int folder,
	const uint8_t epoch[PAL_EPOCH_SIZE], uint64_t generation,
	enum status_reach reach, int timeout_ms);

/* How many live resolvers have not reached it. */
size_t resolvers_behind(const struct resolvers *resolvers,
	const uint8_t epoch[PAL_EPOCH_SIZE], uint64_t generation,
	enum status_reach reach);

#endif
