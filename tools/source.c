#include "source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "palang/clock.h"
#include "palang/error.h"
#include "source_way.h"
#include "text.h"

#define DNS_PORT 53

static int refuse(char why[SOURCE_WHY_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int
refuse(char why[SOURCE_WHY_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, SOURCE_WHY_MAX, format, args);
	va_end(args);
	return PAL_EFORM;
}

/* What stands behind the scheme, or NULL if it is another. */
static const char *
behind(const char *text, const char *scheme)
{
	size_t len = strlen(scheme);

	return strncasecmp(text, scheme, len) == 0 ? text + len : NULL;
}

/* 1 to 65535, nothing else. */
static bool
parse_port(uint16_t *port, const char *text, size_t len)
{
	unsigned value = 0;

	if (len < 1 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	*port = (uint16_t)value;
	return value >= 1 && value <= 65535;
}

/* Splits HOST, HOST:PORT, [V6] or [V6]:PORT.  *port stays as it is where none
 * is given. */
static bool
split_host(const char *text, size_t len, const char **host, size_t *host_len,
	uint16_t *port)
{
	const char *end = text + len, *rest;

	if (len > 0 && *text == '[') {
		rest = memchr(text, ']', len);
		if (rest == NULL)
			return false;
		*host = text + 1;
		*host_len = (size_t)(rest - *host);
		rest++;
	} else {
		rest = memchr(text, ':', len);
		if (rest == NULL)
			rest = end;
		*host = text;
		*host_len = (size_t)(rest - text);
	}
	if (*host_len == 0)
		return false;
	if (rest == end)
		return true;
	return *rest == ':' &&
	       parse_port(port, rest + 1, (size_t)(end - rest) - 1);
}

static int
parse_https(const char *text, const char *rest, char why[SOURCE_WHY_MAX])
{
	size_t len = strcspn(rest, "/?#"), host_len;
	const char *host;
	uint16_t port;

	for (const char *at = rest; *at != '\0'; at++) {
		if (*at <= ' ' || *at > '~')
			return refuse(why,
				"%s: holds a character that no URL has; write "
				"it as %%20 or alike",
				text);
	}
	if (memchr(rest, '@', len) != NULL)
		return refuse(why,
			"https://...@...: a user name or password in a URL "
			"is not supported, since others could read it here");
	if (strchr(rest, '#') != NULL)
		return refuse(
			why, "%s: leave out '#' and what is behind it", text);
	if (!split_host(rest, len, &host, &host_len, &port))
		return refuse(why,
			"%s: not https://HOST/PATH or https://HOST:PORT/PATH",
			text);
	return 0;
}

static int
parse_server(struct source *source, const char *text, size_t len,
	char why[SOURCE_WHY_MAX])
{
	const char *host;
	size_t host_len;
	uint8_t address[16];

	if (len > 0 && *text != '[' &&
		memchr(text, ':', len) != memrchr(text, ':', len))
		return refuse(why,
			"%s: an IPv6 address stands in brackets: "
			"axfr://[2001:db8::1]/ZONE",
			source->text);
	if (!split_host(text, len, &host, &host_len, &source->port) ||
		host_len >= sizeof source->server)
		return refuse(why,
			"%s: not axfr://ADDRESS/ZONE, axfr://ADDRESS:PORT/ZONE "
			"or axfr://[IPV6]:PORT/ZONE",
			source->text);
	memcpy(source->server, host, host_len);
	source->server[host_len] = '\0';
	if (inet_pton(*text == '[' ? AF_INET6 : AF_INET, source->server,
		    address) != 1)
		return refuse(why,
			"%s: '%s' is no IP address; a name does not "
			"do here",
			source->text, source->server);
	return 0;
}

static int
parse_axfr(struct source *source, const char *rest, char why[SOURCE_WHY_MAX])
{
	size_t len = strcspn(rest, "/");
	const char *zone = rest[len] == '/' ? rest + len + 1 : "";

	source->port = DNS_PORT;
	if (parse_server(source, rest, len, why) != 0)
		return PAL_EFORM;
	if (*zone == '\0')
		return refuse(why, "%s: names no zone; axfr://%s/ZONE",
			source->text, source->server);
	if (pal_name_from_text(&source->zone, zone, strlen(zone)) != 0 ||
		strchr(zone, '/') != NULL || source->zone.labels == 0)
		return refuse(why, "%s: '%s' is no name of a zone",
			source->text, zone);
	return 0;
}

/* For what is no source at all. */
static int
refuse_scheme(const char *text, char why[SOURCE_WHY_MAX])
{
	const char *rest;

	if (behind(text, "http://") != NULL)
		return refuse(why,
			"%s: http:// can be changed on its way by anyone; use "
			"https://, or fetch it yourself and give the file",
			text);
	rest = behind(text, "file://");
	if (rest != NULL)
		return refuse(why, "%s: give the path alone: %s", text, rest);
	if (behind(text, "ixfr://") != NULL)
		return refuse(why, "%s: whole transfers only: axfr://", text);
	if (strstr(text, "://") != NULL)
		return refuse(why,
			"%s: a source is /PATH, -, https://... or "
			"axfr://ADDRESS/ZONE",
			text);
	return refuse(why,
		"%s: a path is given in full, from / on; others are "
		"https://... and axfr://ADDRESS/ZONE",
		text);
}

int
source_parse(struct source *source, const char *text, char why[SOURCE_WHY_MAX])
{
	const char *rest;

	*source = (struct source){0};
	why[0] = '\0';
	if (text[0] == '\0')
		return refuse(why, "the source is empty");
	if (!text_copy(source->text, sizeof source->text, text))
		return refuse(why, "the source is longer than %d octets",
			SOURCE_TEXT_MAX - 1);
	if (strcmp(text, "-") == 0) {
		source->kind = SOURCE_STDIN;
		return 0;
	}
	if (text[0] == '/') {
		source->kind = SOURCE_FILE;
		return 0;
	}
	rest = behind(text, "https://");
	if (rest != NULL) {
		source->kind = SOURCE_HTTPS;
		return parse_https(text, rest, why);
	}
	rest = behind(text, "axfr://");
	if (rest != NULL) {
		source->kind = SOURCE_AXFR;
		return parse_axfr(source, rest, why);
	}
	return refuse_scheme(text, why);
}

enum source_result
way_fail(struct way *way, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(way->why, SOURCE_WHY_MAX, format, args);
	va_end(args);
	return SOURCE_FAILED;
}

enum source_result
way_fail_size(struct way *way)
{
	uint64_t max = way->limits.max_size;

	if (max % (1024 * 1024) == 0)
		return way_fail(way, "larger than max-size, %llu MiB",
			(unsigned long long)(max / (1024 * 1024)));
	return way_fail(way, "larger than max-size, %llu octets",
		(unsigned long long)max);
}

int
way_left(const struct way *way)
{
	int64_t left = way->deadline - pal_monotonic_ms();

	return left > 0 ? (int)left : 0;
}

void
way_tell(struct way *way, const char *what, uint64_t at, uint64_t size)
{
	int64_t now;

	if (way->progress == NULL)
		return;
	now = pal_monotonic_ms();
	if (now - way->told < 100)
		return;
	way->told = now;
	way->progress(way->ctx, what, at, size);
}

enum source_result
way_write(struct way *way, const void *data, size_t len)
{
	const char *at = data;

	if (len > way->limits.max_size - way->written)
		return way_fail_size(way);
	way->written += len;
	while (len > 0) {
		ssize_t n = write(way->out, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return way_fail(way, "cannot keep what came: %s",
				strerror(errno));
		at += n;
		len -= (size_t)n;
	}
	return SOURCE_NEW;
}

enum source_result
source_fetch(const struct source *source, const struct source_limits *limits,
	struct source_mark *mark, int out, char why[SOURCE_WHY_MAX],
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size),
	void *ctx)
{
	static enum source_result (*const ways[])(struct way *) = {
		[SOURCE_FILE] = source_file,
		[SOURCE_STDIN] = source_stdin,
		[SOURCE_HTTPS] = source_https,
		[SOURCE_AXFR] = source_axfr,
	};
	struct way way = {.source = source,
		.limits = *limits,
		.mark = mark,
		.out = out,
		.why = why,
		.progress = progress,
		.ctx = ctx};

	if (way.limits.max_size == 0)
		way.limits.max_size = SOURCE_MAX_SIZE;
	if (way.limits.max_time == 0)
		way.limits.max_time = SOURCE_MAX_TIME;
	why[0] = '\0';
	way.told = pal_monotonic_ms();
	way.deadline = way.told + (int64_t)way.limits.max_time * 1000;
	return ways[source->kind](&way);
}
