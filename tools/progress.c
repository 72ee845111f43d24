#include "progress.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "palang/clock.h"

#define QUIET_MS 1000 /* shorter work says nothing */
#define EVERY_MS 100

void
progress_begin(struct progress *progress, const char *label)
{
	*progress = (struct progress){.label = label,
		.terminal = isatty(STDERR_FILENO) == 1,
		.began = pal_monotonic_ms()};
}

static void
draw(const struct progress *progress, const char *what, uint64_t at,
	uint64_t size)
{
	fprintf(stderr, "\r\033[K%s: %s", progress->label, what);
	if (size > 0 && at <= size)
		fprintf(stderr, " %" PRIu64 "%%", at * 100 / size);
	else if (at > 0)
		fprintf(stderr, " %.1f MB", (double)at / 1e6);
	fflush(stderr);
}

void
progress_tell(void *ctx, const char *what, uint64_t at, uint64_t size)
{
	struct progress *progress = ctx;
	int64_t now;

	if (progress == NULL || !progress->terminal)
		return;
	now = pal_monotonic_ms();
	if (now - progress->began < QUIET_MS ||
		(at > 0 && now - progress->told < EVERY_MS))
		return;
	progress->told = now;
	progress->drawn = true;
	draw(progress, what, at, size);
}

void
progress_rename(struct progress *progress, const char *label)
{
	if (progress != NULL)
		progress->label = label;
}

void
progress_end(struct progress *progress)
{
	int saved = errno;

	if (progress == NULL || !progress->drawn)
		return;
	fputs("\r\033[K", stderr);
	progress->drawn = false;
	errno = saved;
}
