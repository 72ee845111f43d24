/*
 * The clocks, in milliseconds.  Used by the module and the tool.
 *
 * Thread safety: both are pure but for the clock they read.
 */
#ifndef PALANG_CLOCK_H
#define PALANG_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t
pal_clock_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Since 1970 UTC; may step, also back. */
static inline int64_t
pal_clock_ms(void)
{
	return pal_clock_read(CLOCK_REALTIME);
}

/* Since some fixed moment; for durations. */
static inline int64_t
pal_monotonic_ms(void)
{
	return pal_clock_read(CLOCK_MONOTONIC);
}

#endif
