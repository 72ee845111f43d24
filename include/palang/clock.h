/*
 * The clocks, for the module and the tool.
 *
 * Thread safety: all may be called from any thread.
 */
#ifndef PALANG_CLOCK_H
#define PALANG_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t
pal_clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Milliseconds since 1970 UTC; may step, also back. */
static inline int64_t
pal_clock_ms(void)
{
	return pal_clock_us(CLOCK_REALTIME) / 1000;
}

/* Milliseconds since some fixed moment; for durations. */
static inline int64_t
pal_monotonic_ms(void)
{
	return pal_clock_us(CLOCK_MONOTONIC) / 1000;
}

#endif
