/* What goes to syslog, in the place of the C library's own. */
#ifndef SYSLOG_UTIL_H
#define SYSLOG_UTIL_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <syslog.h>

static char syslog_last[160];
static int syslog_count;
/* What happens while a command is told of, which has published then and waits
 * for nothing yet; or NULL. */
static void (*while_told)(void);

void __syslog_chk(int priority, int flag, const char *format, ...);

static inline void
syslog_tell(int priority, const char *format, va_list args)
{
	assert_int_equal(priority, LOG_NOTICE);
	vsnprintf(syslog_last, sizeof syslog_last, format, args);
	syslog_count++;
	if (while_told != NULL)
		while_told();
}

void
syslog(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	syslog_tell(priority, format, args);
	va_end(args);
}

/* The same, as an optimised build calls it. */
void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	syslog_tell(priority, format, args);
	va_end(args);
}

#endif
