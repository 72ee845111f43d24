/*
 * The keeper: one thread that watches the manifest, swaps snapshots (swap.c),
 * and tells how things stand (report.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "held.h"
#include "palang/error.h"

#define POLL_MS        1000 /* the manifest is looked at this often */
#define RETRY_FIRST_MS 1000 /* a refused manifest is tried again after */
#define RETRY_LAST_MS  60000
#define COMPLAIN_MS    60000
/* A slice of a sweep for a new generation: a worker that wakes on the same
 * processor may have to wait until it ends. */
#define SWEEP_FAST_US  250
#define SWEEP_PAUSE_NS 150000
#define SWEEP_FIRST_US 100000 /* before the first query */
#define SWEEP_SLOW_US  2000   /* a slice each POLL_MS, for ever */

/* A new file is loaded; one that was refused is tried again later, for what
 * was wrong may have been the machine.  Asked before the file is read, so that
 * one that comes meanwhile is seen the next time. */
bool
manifest_moved(struct pal_live *live)
{
	struct stat st = {.st_ino = 0};
	bool moved;
	int folder = open_folder(live->folder, "lists");

	if (folder >= 0) {
		if (fstatat(folder, "manifest", &st, AT_SYMLINK_NOFOLLOW) != 0)
			st.st_ino = 0;
		close(folder);
	}
	moved = st.st_ino != live->tried.st_ino ||
	        st.st_size != live->tried.st_size ||
	        st.st_mtim.tv_sec != live->tried.st_mtim.tv_sec ||
	        st.st_mtim.tv_nsec != live->tried.st_mtim.tv_nsec ||
	        st.st_ctim.tv_sec != live->tried.st_ctim.tv_sec ||
	        st.st_ctim.tv_nsec != live->tried.st_ctim.tv_nsec;
	live->tried = st;
	return moved ||
	       (live->retry_at != 0 && pal_monotonic_ms() >= live->retry_at);
}

static void
retry_later(struct pal_live *live)
{
	live->retry_after =
		live->retry_after == 0 ? RETRY_FIRST_MS : 2 * live->retry_after;
	if (live->retry_after > RETRY_LAST_MS)
		live->retry_after = RETRY_LAST_MS;
	live->retry_at = pal_monotonic_ms() + live->retry_after;
}

static void
look_for_manifest(struct pal_live *live)
{
	struct failure failure;
	struct held *new = NULL;

	if (live->old != NULL || !manifest_moved(live))
		return;
	live->swap_began = pal_monotonic_ms();
	int ret = load_held(&new, live, in_force(live), false, &failure);
	if (ret < 0) {
		report_error(live, &failure);
		retry_later(live);
	} else if (ret > 0) {
		if (!in_force(live)->fell_back)
			clear_error(live);
		live->retry_at = 0;
		live->status_due = true;
	} else {
		take(live, new);
	}
}

static void
tell(struct pal_live *live)
{
	int64_t now = pal_monotonic_ms();
	int64_t age = now - live->status_at;

	if (pal_live_is_empty(live) && now - live->empty_said >= COMPLAIN_MS) {
		live->empty_said = now;
		live_log(live, PAL_LOG_WARN,
			"palang: EMPTY folder=\"%s\": nothing is blocked until "
			"a list can be loaded",
			live->folder);
	}
	if (live->status_due || age >= PAL_HEARTBEAT * 1000) {
		live->status_due = false;
		live->status_at = now;
		report(live);
	}
}

static void
watch(struct pal_live *live)
{
	char path[PATH_MAX];

	if (live->inotify < 0)
		live->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (live->inotify < 0 || live->watch >= 0)
		return;
	if (snprintf(path, sizeof(path), "%s/lists", live->folder) <
		(int)sizeof(path))
		live->watch = inotify_add_watch(
			live->inotify, path, IN_MOVED_TO | IN_DELETE_SELF);
}

/* The news is only that there is some; if the folder itself is gone, the
 * watch is set anew. */
static void
drain_inotify(struct pal_live *live)
{
	_Alignas(struct inotify_event) char events[4096];
	ssize_t n;

	while ((n = read(live->inotify, events, sizeof(events))) > 0) {
		for (char *at = events; at < events + n;) {
			struct inotify_event *event = (void *)at;
			if (event->mask & (IN_IGNORED | IN_DELETE_SELF))
				live->watch = -1;
			at += sizeof(*event) + event->len;
		}
	}
}

/* Until which time there is nothing to do, in nanoseconds from now. */
static int64_t
pause_ns(const struct pal_live *live)
{
	int64_t ms = POLL_MS;

	if (live->old != NULL || live->changed_count > 0)
		return 20 * 1000000;
	if (live->sweep.fast)
		return SWEEP_PAUSE_NS;
	if (live->next_edge != PAL_NEVER &&
		live->next_edge < atomic_load(&live->latest) + 2 &&
		live->next_edge * 1000 - pal_clock_ms() < ms)
		ms = live->next_edge * 1000 - pal_clock_ms();
	return (ms > 0 ? ms : 0) * 1000000;
}

/* False when it is time to end. */
static bool
rest(struct pal_live *live)
{
	int64_t ns = pause_ns(live);
	struct timespec time = {ns / 1000000000, ns % 1000000000};
	struct pollfd fds[2] = {{.fd = live->wake, .events = POLLIN},
		{.fd = live->inotify, .events = POLLIN}};

	if (ppoll(fds, 2, &time, NULL) > 0) {
		if (fds[0].revents != 0)
			return false;
		drain_inotify(live);
	}
	return true;
}

/* Before the first query: what the cache was kept with is judged, and what
 * has been loaded is in effect. */
void
keeper_prepare(struct pal_live *live)
{
	struct held *held = in_force(live);
	int64_t now = atomic_load(&live->latest);

	live->status.started = pal_clock_ms();
	live->swap_began = pal_monotonic_ms();
	live->empty_said = live->settle_said = live->trouble_said =
		pal_monotonic_ms() - COMPLAIN_MS;
	live->edge_done = now;
	live->next_edge = next_edge(&held->snapshot, now);
	if (held->fell_back)
		retry_later(live);
	trials_turn(live, pal_clock_ms());
	while (live->host.sweep(live->host.ctx, &held->snapshot, now,
		       &live->sweep.cursor, SWEEP_FIRST_US) == 0)
		;
	live->sweep.cursor = 0;
	sweep_is_clean(live);
	if (held->snapshot.manifest.generation != 0)
		set_swept(live, held->snapshot.manifest.generation);
	live->status_due = true;
	live->status_at = pal_monotonic_ms();
	report(live);
}

void *
keeper_run(void *arg)
{
	struct pal_live *live = arg;
	int64_t slow_at = pal_monotonic_ms();

	do {
		watch(live);
		look_for_manifest(live);
		settle(live);
		trials_turn(live, pal_clock_ms());
		pass_edges(live);
		evict(live);
		if (live->sweep.fast) {
			sweep_some(live, SWEEP_FAST_US);
		} else if (pal_monotonic_ms() - slow_at >= POLL_MS) {
			slow_at = pal_monotonic_ms();
			sweep_some(live, SWEEP_SLOW_US);
		}
		tell(live);
	} while (rest(live));
	return NULL;
}
