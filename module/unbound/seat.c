/*
 * Knowing that every worker has let go of the past.
 *
 * A worker judges an answer in one of our calls, and stores it a little later
 * without telling us.  So a swap is not enough: an answer may be judged by
 * the old snapshot just before it and stored just after the names were taken
 * out.  What proves that such a worker has stored is that it has come back to
 * its event loop.  Each worker has a seat with an event of its own there; the
 * keeper wakes them all and waits until each has answered.
 *
 * While it answers, a worker also marks the queries that it has under way: an
 * answer that waits in the validator was judged already and would be stored
 * again when its keys come.  Marked queries end as always, but store nothing.
 *
 * A worker that was never here has judged nothing.  It enrols before it reads
 * the snapshot for the first time, and the fences on both sides make sure
 * that either the keeper sees the enrolment or the worker the new snapshot.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "palang/clock.h"
#include "palang/error.h"
#include "state.h"

#define LOOK_MS 10 /* between two looks whether the resolver is closing */

static void
ring(int fd)
{
	uint64_t one = 1;

	while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void
hush(int fd)
{
	uint64_t count;

	while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

/* Queries below a validator (is_valrec) store at once, in the call chain in
 * which they are judged; they need no mark. */
static void
mark_queries(struct worker *worker)
{
	struct mesh_state *state;

	RBTREE_FOR(state, struct mesh_state *, &worker->env.mesh->all)
	{
		if (!state->s.is_valrec)
			state->s.no_cache_store = 1;
	}
}

/* In the worker's event loop, so that nothing it judged before is left. */
static void
pass_through(int fd, short bits, void *arg)
{
	struct seat *seat = arg;

	(void)bits;
	hush(fd);
	uint64_t ticket = atomic_load(&seat->palang->ticket);
	mark_queries(seat->worker);
	atomic_store(&seat->passed, ticket);
	ring(seat->palang->passed);
}

int
seats_open(struct palang *palang, unsigned count)
{
	palang->passed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	palang->seats = calloc(count, sizeof(*palang->seats));
	if (palang->passed < 0 || palang->seats == NULL)
		return PAL_ESYS;
	for (unsigned i = 0; i < count; i++) {
		struct seat *seat = &palang->seats[i];
		seat->palang = palang;
		seat->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		palang->seat_count = i + 1;
		if (seat->wake < 0)
			return PAL_ESYS;
	}
	return 0;
}

/* The event loops are gone by now and took the events out of themselves as
 * they went; ub_event_free would look for the loop.  What is left is memory
 * that came from malloc. */
void
seats_close(struct palang *palang)
{
	for (unsigned i = 0; i < palang->seat_count; i++) {
		free(palang->seats[i].event);
		if (palang->seats[i].wake >= 0)
			close(palang->seats[i].wake);
	}
	free(palang->seats);
	if (palang->passed >= 0)
		close(palang->passed);
}

bool
seat_take(struct palang *palang, const struct module_env *env)
{
	struct worker *worker = env->worker;

	if (worker == NULL || worker->thread_num < 0 ||
		(unsigned)worker->thread_num >= palang->seat_count)
		return false;
	struct seat *seat = &palang->seats[worker->thread_num];
	if (atomic_load_explicit(&seat->enrolled, memory_order_relaxed))
		return true;
	seat->worker = worker;
	struct ub_event *event = ub_event_new(comm_base_internal(worker->base),
		seat->wake, UB_EV_READ | UB_EV_PERSIST, pass_through, seat);
	if (event == NULL)
		return false;
	if (ub_event_add(event, NULL) != 0) {
		ub_event_free(event);
		return false;
	}
	seat->event = event;
	atomic_store(&seat->enrolled, true);
	atomic_thread_fence(memory_order_seq_cst);
	return true;
}

static bool
all_passed(const struct palang *palang, uint64_t ticket)
{
	for (unsigned i = 0; i < palang->seat_count; i++) {
		const struct seat *seat = &palang->seats[i];
		if (atomic_load(&seat->enrolled) &&
			atomic_load(&seat->passed) < ticket)
			return false;
	}
	return true;
}

int
seats_settle(void *ctx, int timeout_ms)
{
	struct palang *palang = ctx;
	int64_t deadline = pal_monotonic_ms() + timeout_ms;

	atomic_thread_fence(memory_order_seq_cst);
	uint64_t ticket = atomic_fetch_add(&palang->ticket, 1) + 1;
	for (unsigned i = 0; i < palang->seat_count; i++)
		if (atomic_load(&palang->seats[i].enrolled))
			ring(palang->seats[i].wake);
	while (!atomic_load(&palang->open) || !all_passed(palang, ticket)) {
		struct pollfd fd = {.fd = palang->passed, .events = POLLIN};
		if (pal_monotonic_ms() >= deadline ||
			atomic_load(&palang->closing) || !caches_enter(palang))
			return PAL_ESYS;
		caches_leave(palang);
		if (poll(&fd, 1, LOOK_MS) > 0)
			hush(palang->passed);
	}
	return 0;
}
