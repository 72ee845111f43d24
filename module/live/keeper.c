/*
 * The keeper: one thread that watches the manifest, swaps snapshots, sweeps
 * the message cache and writes the status.  palang/live.h has the protocol of
 * a swap; the steps below carry its numbers.
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
#define SETTLE_MS      2000
#define COMPLAIN_MS    60000
#define EVICT_SLICE    64   /* names taken out between two looks around */
#define SWEEP_FAST_US  1000 /* a slice of a sweep for a new generation */
#define SWEEP_PAUSE_NS 200000
#define SWEEP_SLOW_US  2000 /* a slice each POLL_MS, for ever */

static struct held *
in_force(const struct pal_live *live)
{
	return atomic_load_explicit(&live->held, memory_order_acquire);
}

static uint64_t
generation(const struct pal_live *live)
{
	return in_force(live)->snapshot.manifest.generation;
}

static void
clear_error(struct pal_live *live)
{
	live->status.error[0] = '\0';
	live->status.error_generation = 0;
	live->status.error_at = 0;
	live->last_error[0] = '\0';
	live->retry_at = 0;
	live->retry_after = 0;
}

static const uint8_t *
digest_or_null(const struct pal_image *image)
{
	return image != NULL ? pal_image_digest(image) : NULL;
}

/* A plain image holds no names, so a change in it reaches the cache only
 * through a whole sweep. */
static bool
plain_changed(const struct pal_snapshot *old, const struct pal_snapshot *new)
{
	if (old->feed_count != new->feed_count ||
		digest_or_null(old->allow.image) !=
			digest_or_null(new->allow.image))
		return true;
	for (unsigned i = 0; i < new->feed_count; i++) {
		if (old->feeds[i].image != new->feeds[i].image)
			return true;
	}
	return false;
}

static int64_t
next_edge(const struct pal_snapshot *snapshot, int64_t now)
{
	return snapshot->orders.image != NULL
	               ? pal_image_next_edge(snapshot->orders.image, now)
	               : PAL_NEVER;
}

/* Puts names on the list of those still to be evicted; takes them over. */
static void
add_changed(struct pal_live *live, struct pal_name *names, size_t count)
{
	if (live->changed_count == 0) {
		free(live->changed);
		live->changed = names;
		live->changed_count = count;
		return;
	}
	struct pal_name *both = realloc(
		live->changed, (live->changed_count + count) * sizeof(*both));
	if (both != NULL) {
		memcpy(both + live->changed_count, names,
			count * sizeof(*both));
		live->changed = both;
		live->changed_count += count;
	} else {
		live->effect_needs_sweep = true;
	}
	free(names);
}

/* A lap for the newest generation; one that runs already is finished first,
 * so that a stream of changes cannot keep any from being swept. */
static void
begin_sweep(struct pal_live *live)
{
	if (live->sweep.fast) {
		live->sweep.again = true;
		return;
	}
	live->sweep.fast = true;
	live->sweep.cursor = 0;
}

/* Steps 1 and 2. */
static void
take(struct pal_live *live, struct held *new)
{
	struct held *old = in_force(live);
	struct pal_name *names = NULL;
	size_t count = 0;

	if (changed_names(old->snapshot.orders.image,
		    new->snapshot.orders.image, &names, &count) != 0)
		live->effect_needs_sweep = true;
	if (plain_changed(&old->snapshot, &new->snapshot))
		live->effect_needs_sweep = true;
	heed_written(live, &new->snapshot.manifest);
	atomic_store_explicit(&live->held, new, memory_order_release);
	live->old = old;
	add_changed(live, names, count);
	live->next_edge = next_edge(&new->snapshot, atomic_load(&live->latest));
	clear_error(live);
}

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
	       (live->retry_at != 0 && monotonic_ms() >= live->retry_at);
}

static void
retry_later(struct pal_live *live)
{
	live->retry_after =
		live->retry_after == 0 ? RETRY_FIRST_MS : 2 * live->retry_after;
	if (live->retry_after > RETRY_LAST_MS)
		live->retry_after = RETRY_LAST_MS;
	live->retry_at = monotonic_ms() + live->retry_after;
}

static void
look_for_manifest(struct pal_live *live)
{
	struct failure failure;
	struct held *new = NULL;

	if (live->old != NULL || !manifest_moved(live))
		return;
	live->swap_began = monotonic_ms();
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

/* A worker is busy for seconds (with load_cache, say).  What the others hold
 * in the cache need not wait for it; step 4 comes again when it is back. */
static void
wait_on(struct pal_live *live)
{
	int64_t now = monotonic_ms();

	for (size_t at = 0; at < live->changed_count; at += EVICT_SLICE) {
		size_t left = live->changed_count - at;
		live->host.evict(live->host.ctx, live->changed + at,
			left < EVICT_SLICE ? left : EVICT_SLICE);
	}
	if (now - live->settle_said < COMPLAIN_MS)
		return;
	live->settle_said = now;
	live_log(live, PAL_LOG_WARN,
		"palang: waiting generation=%llu for a worker that is busy",
		(unsigned long long)generation(live));
}

/* Step 3, and 5: the counts of a snapshot are whole once no worker has it. */
static void
settle(struct pal_live *live)
{
	if (live->old == NULL)
		return;
	if (live->host.settle(live->host.ctx, SETTLE_MS) != 0) {
		wait_on(live);
		return;
	}
	counts_move(live->old, in_force(live), live->past);
	held_free(live->old, in_force(live));
	live->old = NULL;
	begin_sweep(live);
}

static bool
evict_some(struct pal_live *live)
{
	size_t count = live->changed_count < EVICT_SLICE ? live->changed_count
	                                                 : EVICT_SLICE;

	live->changed_count -= count;
	if (live->host.evict(live->host.ctx,
		    live->changed + live->changed_count, count) != 0) {
		live->changed_count += count;
		return false;
	}
	return true;
}

static void
sum_up(const struct pal_manifest *m, const struct pal_snapshot *s,
	uint64_t *rules, uint64_t *octets)
{
	*rules = s->orders.image != NULL ? pal_image_rules(s->orders.image) : 0;
	for (unsigned i = 0; i < s->feed_count; i++)
		*rules += pal_image_rules(s->feeds[i].image);
	*octets = 0;
	for (unsigned i = 0; i < m->count; i++)
		*octets += m->lists[i].size;
}

static void
set_effect(struct pal_live *live)
{
	const struct pal_manifest *m = &in_force(live)->snapshot.manifest;
	struct pal_status *status = &live->status;
	uint64_t rules, octets;

	if (status->generation == m->generation &&
		memcmp(status->epoch, m->epoch, PAL_EPOCH_SIZE) == 0)
		return;
	if (memcmp(status->epoch, m->epoch, PAL_EPOCH_SIZE) != 0)
		status->swept = 0;
	memcpy(status->epoch, m->epoch, PAL_EPOCH_SIZE);
	status->generation = m->generation;
	status->effect = clock_ms();
	live->status_due = true;
	sum_up(m, &in_force(live)->snapshot, &rules, &octets);
	live_log(live, PAL_LOG_INFO,
		"palang: in-effect generation=%llu lists=%u rules=%llu "
		"octets=%llu ms=%lld",
		(unsigned long long)m->generation, m->count,
		(unsigned long long)rules, (unsigned long long)octets,
		(long long)(monotonic_ms() - live->swap_began));
}

/* Step 4. */
static void
evict(struct pal_live *live)
{
	if (live->old != NULL)
		return;
	while (live->changed_count > 0) {
		if (!evict_some(live))
			return;
	}
	if (!live->effect_needs_sweep)
		set_effect(live);
}

static void
set_swept(struct pal_live *live, uint64_t swept)
{
	live->effect_needs_sweep = false;
	set_effect(live);
	if (live->status.swept == swept)
		return;
	live->status.swept = swept;
	live->status.swept_at = clock_ms();
	live->status_due = true;
	live_log(live, PAL_LOG_INFO, "palang: swept generation=%llu ms=%lld",
		(unsigned long long)swept,
		(long long)(monotonic_ms() - live->swap_began));
}

/* Step 6.  A lap that began before the newest swap is followed by another. */
static void
sweep(struct pal_live *live, int budget_us)
{
	struct sweep *s = &live->sweep;

	if (live->old != NULL || live->changed_count > 0)
		return;
	int ret = live->host.sweep(live->host.ctx, &in_force(live)->snapshot,
		atomic_load(&live->latest), &s->cursor, budget_us);
	if (ret <= 0)
		return;
	s->cursor = 0;
	if (!s->fast)
		return;
	s->fast = false;
	if (!s->again) {
		set_swept(live, generation(live));
		return;
	}
	s->again = false;
	begin_sweep(live);
}

/* An order begins or ends on its second by itself, since each decision looks
 * at the time; what is left to do is the cache. */
static void
pass_edges(struct pal_live *live)
{
	const struct pal_snapshot *s = &in_force(live)->snapshot;
	struct pal_name *names = NULL;
	size_t count = 0;
	int64_t now = pal_live_now(live, clock_ms() / 1000);

	if (now < live->next_edge || live->old != NULL)
		return;
	if (starting_names(
		    s->orders.image, live->edge_done, now, &names, &count) == 0)
		add_changed(live, names, count);
	live->edge_done = now;
	live->next_edge = next_edge(s, now);
	if (count > 0)
		begin_sweep(live);
	live_log(live, PAL_LOG_INFO,
		"palang: edge generation=%llu time=%lld starting=%zu",
		(unsigned long long)generation(live), (long long)now, count);
}

static void
tell(struct pal_live *live)
{
	int64_t now = monotonic_ms();
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
		live->next_edge * 1000 - clock_ms() < ms)
		ms = live->next_edge * 1000 - clock_ms();
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

	live->status.started = clock_ms();
	live->swap_began = monotonic_ms();
	live->empty_said = live->settle_said = live->trouble_said =
		monotonic_ms() - COMPLAIN_MS;
	live->edge_done = now;
	live->next_edge = next_edge(&held->snapshot, now);
	if (held->fell_back)
		retry_later(live);
	while (live->host.sweep(live->host.ctx, &held->snapshot, now,
		       &live->sweep.cursor, 100 * SWEEP_FAST_US) == 0)
		;
	live->sweep.cursor = 0;
	if (held->snapshot.manifest.generation != 0)
		set_swept(live, held->snapshot.manifest.generation);
	live->status_due = true;
	live->status_at = monotonic_ms();
	report(live);
}

void *
keeper_run(void *arg)
{
	struct pal_live *live = arg;
	int64_t slow_at = monotonic_ms();

	do {
		watch(live);
		look_for_manifest(live);
		settle(live);
		pass_edges(live);
		evict(live);
		if (live->sweep.fast) {
			sweep(live, SWEEP_FAST_US);
		} else if (monotonic_ms() - slow_at >= POLL_MS) {
			slow_at = monotonic_ms();
			sweep(live, SWEEP_SLOW_US);
		}
		tell(live);
	} while (rest(live));
	return NULL;
}
