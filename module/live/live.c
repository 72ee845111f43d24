/* The one file that owns the pointer to the snapshot in force. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "held.h"
#include "palang/error.h"

/* A snapshot is the first member of its held, so that one pointer serves the
 * workers and the keeper. */
_Static_assert(offsetof(struct held, snapshot) == 0, "held starts with it");

const struct pal_snapshot *
pal_live_snapshot(const struct pal_live *live)
{
	const struct held *held =
		atomic_load_explicit(&live->held, memory_order_acquire);

	return &held->snapshot;
}

bool
pal_live_is_empty(const struct pal_live *live)
{
	return pal_live_snapshot(live)->manifest.generation == 0;
}

size_t
pal_live_memory(const struct pal_live *live)
{
	const struct pal_snapshot *s = pal_live_snapshot(live);
	size_t sum = sizeof(*live) + sizeof(struct held);

	for (unsigned i = 0; i < s->manifest.count; i++)
		sum += pal_image_size(snapshot_image(s, i));
	return sum;
}

/* What is there at the start is in force before the first query. */
static int
load_first(struct pal_live *live)
{
	struct failure failure;
	struct held *held = NULL;

	manifest_moved(live);
	int ret = load_held(&held, live, NULL, true, &failure);

	if (failure.text[0] != '\0')
		report_error(live, &failure);
	if (ret != 0)
		held = held_new(live->options.workers);
	if (held == NULL)
		return PAL_ENOMEM;
	atomic_init(&live->held, held);
	heed_written(live, &held->snapshot.manifest);
	pal_live_now(live, pal_clock_ms() / 1000);
	return 0;
}

/* Signals are the resolver's. */
static int
start_thread(struct pal_live *live)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&live->thread, NULL, keeper_run, live);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0) {
		errno = error;
		return PAL_ESYS;
	}
	live->running = true;
	return 0;
}

static int
set_up(struct pal_live *live)
{
	live->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (live->wake < 0)
		return PAL_ESYS;
	int ret = load_first(live);
	if (ret != 0)
		return ret;
	keeper_prepare(live);
	return start_thread(live);
}

int
pal_live_open(struct pal_live **out, const struct pal_host *host,
	const struct pal_live_options *options)
{
	struct pal_live *live = calloc(1, sizeof(*live));

	if (live == NULL)
		return PAL_ENOMEM;
	live->host = *host;
	live->options = *options;
	live->wake = live->inotify = live->watch = -1;
	live->folder = strdup(options->folder);
	strncpy(live->instance, options->instance, sizeof(live->instance) - 1);
	int ret = live->folder != NULL ? set_up(live) : PAL_ENOMEM;
	if (ret != 0)
		pal_live_close(live, false);
	else
		*out = live;
	return ret;
}

void
pal_live_close(struct pal_live *live, bool for_good)
{
	uint64_t one = 1;

	if (live == NULL)
		return;
	if (live->running) {
		while (write(live->wake, &one, sizeof(one)) < 0 &&
			errno == EINTR)
			;
		pthread_join(live->thread, NULL);
		live->status.ended = for_good ? pal_clock_ms() : 0;
		report(live);
	}
	if (live->wake >= 0)
		close(live->wake);
	if (live->inotify >= 0)
		close(live->inotify);
	struct held *held = atomic_load(&live->held);
	held_free(live->old, held);
	held_free(held, NULL);
	pal_status_fini(&live->status);
	free(live->changed);
	free(live->folder);
	free(live);
}
