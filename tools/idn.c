#include "idn.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "palang/error.h"
#include "text.h"

#define SHOWN 80 /* octets of the text that a reason repeats */

static int refuse(char why[IDN_WHY_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int
refuse(char why[IDN_WHY_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, IDN_WHY_MAX, format, args);
	va_end(args);
	return PAL_ENAME;
}

/* The host of a URL without its scheme: behind user information, up to a
 * port, path or query. */
static void
host_of(const char *rest, char host[SHOWN])
{
	const char *end = rest + strcspn(rest, "/?#");
	const char *at = memchr(rest, '@', (size_t)(end - rest));
	size_t len;

	if (at != NULL)
		rest = at + 1;
	if (rest[0] == '[')
		len = strcspn(rest, "]") + 1;
	else
		len = strcspn(rest, ":");
	if (len > (size_t)(end - rest))
		len = (size_t)(end - rest);
	len = text_cut(rest, len, SHOWN - 1);
	memcpy(host, rest, len);
	host[len] = '\0';
}

static bool
is_address(const char *text)
{
	uint8_t octets[16];
	char inner[INET6_ADDRSTRLEN + 2];
	size_t len = strlen(text);

	if (inet_pton(AF_INET, text, octets) == 1 ||
		inet_pton(AF_INET6, text, octets) == 1)
		return true;
	if (len < 2 || len >= sizeof inner || text[0] != '[' ||
		text[len - 1] != ']')
		return false;
	memcpy(inner, text + 1, len - 2);
	inner[len - 2] = '\0';
	return inet_pton(AF_INET6, inner, octets) == 1;
}

/* The part before the first of these characters is an address. */
static bool
begins_with_address(const char *text, char end)
{
	char start[INET6_ADDRSTRLEN];
	const char *at = strrchr(text, end);

	if (at == NULL || (size_t)(at - text) >= sizeof start)
		return false;
	memcpy(start, text, (size_t)(at - text));
	start[at - text] = '\0';
	return is_address(start);
}

static int
refuse_address(const char *text, char why[IDN_WHY_MAX])
{
	return refuse(why,
		"`%.*s` is an address; DNS blocks names: write the name that "
		"leads to it, and leave the address to the routers",
		SHOWN, text);
}

/* Addresses, alone, with a prefix length or with a port. */
static int
check_address(const char *text, char why[IDN_WHY_MAX])
{
	if (is_address(text))
		return refuse_address(text, why);
	if (begins_with_address(text, '/'))
		return refuse(why,
			"`%.*s` is a range of addresses; DNS blocks names: "
			"leave the range to the routers",
			SHOWN, text);
	if (begins_with_address(text, ':'))
		return refuse(why,
			"`%.*s` is an address and a port; DNS blocks names: "
			"leave it to the routers",
			SHOWN, text);
	return 0;
}

static int
check_url(const char *text, char why[IDN_WHY_MAX])
{
	const char *scheme = strstr(text, "://");
	char host[SHOWN];

	if (scheme != NULL) {
		host_of(scheme + 3, host);
		if (is_address(host))
			return refuse(why,
				"`%.*s` is a URL, and its host is an address; "
				"DNS blocks names",
				SHOWN, text);
		return refuse(why,
			"`%.*s` is a URL; write its host, %s: DNS blocks "
			"whole names, never a single path",
			SHOWN, text, host);
	}
	if (strchr(text, '/') != NULL) {
		host_of(text, host);
		return refuse(why,
			"`%.*s` has a path; write %s alone: DNS blocks whole "
			"names, never a single path",
			SHOWN, text, host);
	}
	return 0;
}

static int
check_wildcard(const char *text, char why[IDN_WHY_MAX])
{
	if (strncmp(text, "*.", 2) == 0 && strchr(text + 2, '*') == NULL &&
		text[2] != '\0')
		return refuse(why,
			"`%.*s` is a wildcard; write %.*s with "
			"`scope: subtree`, which blocks the name and all "
			"below it",
			SHOWN, text, SHOWN, text + 2);
	if (strchr(text, '*') != NULL)
		return refuse(why,
			"`%.*s` is a wildcard; only whole subtrees can be "
			"named: write a name with `scope: subtree`",
			SHOWN, text);
	if (text[0] == '.' && text[1] != '\0')
		return refuse(why,
			"`%.*s` begins with a dot; for %.*s and all below it, "
			"write %.*s with `scope: subtree`",
			SHOWN, text, SHOWN, text + 1, SHOWN, text + 1);
	return 0;
}

/* What is no name although it looks like one to whoever wrote it. */
static int
check_kind(const char *text, char why[IDN_WHY_MAX])
{
	char host[SHOWN];
	int ret;

	if (text[0] == '\0')
		return refuse(why, "there is no name here");
	if (strpbrk(text, " \t\n") != NULL)
		return refuse(why,
			"`%.*s` has a space in it; write one name, without "
			"spaces",
			SHOWN, text);
	ret = check_address(text, why);
	if (ret == 0)
		ret = check_url(text, why);
	if (ret == 0)
		ret = check_wildcard(text, why);
	if (ret < 0)
		return ret;
	host_of(text, host);
	if (strchr(text, '@') != NULL)
		return refuse(why,
			"`%.*s` is an e-mail address; write its domain, %s",
			SHOWN, text, host);
	if (strchr(text, ':') != NULL)
		return refuse(why,
			"`%.*s` has a port; write %s alone: DNS knows no ports",
			SHOWN, text, host);
	return 0;
}

static bool
is_name_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((uint8_t)*text >= 0x80)
			return false;
	}
	return true;
}

/* Labels and lengths of an ASCII name; text is what was written. */
static int
check_labels(const char *name, const char *text, char why[IDN_WHY_MAX])
{
	size_t len = strlen(name), label = 0;

	for (size_t i = 0; i <= len; i++) {
		if (name[i] == '\0' && label == 0 && i > 0)
			break; /* a trailing dot */
		if (name[i] == '.' || name[i] == '\0') {
			if (label == 0)
				return refuse(why,
					"`%.*s` has two dots in a row; a name "
					"has something between its dots",
					SHOWN, text);
			if (label > PAL_LABEL_MAX)
				return refuse(why,
					"`%.*s` has a part of %zu octets "
					"between its dots; DNS takes 63",
					SHOWN, text, label);
			label = 0;
		} else if (is_name_octet(name[i])) {
			label++;
		} else {
			return refuse(why,
				"`%.*s` has a `%c` in it; names are made of "
				"letters, digits, hyphens and underscores",
				SHOWN, text, name[i]);
		}
	}
	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len > PAL_NAME_MAX - 2)
		return refuse(why,
			"this name is %zu octets long; DNS takes 253", len);
	return 0;
}

/* The A-label form, to be freed with idn2_free. */
static int
to_ascii(char **ascii, const char *text, char why[IDN_WHY_MAX])
{
	int ret = idn2_to_ascii_8z(
		text, ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

	if (ret == IDN2_OK)
		return 0;
	if (ret == IDN2_MALLOC)
		return refuse(why, "no memory");
	if (ret == IDN2_TOO_BIG_LABEL || ret == IDN2_TOO_BIG_DOMAIN ||
		ret == IDN2_PUNYCODE_BIG_OUTPUT)
		return refuse(why,
			"`%.*s` is too long: DNS takes 63 octets between two "
			"dots and 253 in all, written as A-labels (xn--)",
			SHOWN, text);
	return refuse(why,
		"`%.*s` is no internationalized name: %s; write the name as "
		"it is registered, or its A-labels (xn--)",
		SHOWN, text, idn2_strerror(ret));
}

static int
read_ascii(struct pal_name *name, const char *ascii, const char *text,
	char why[IDN_WHY_MAX])
{
	char plain[PAL_NAME_TEXT_MAX];
	int ret = check_labels(ascii, text, why);

	if (ret < 0)
		return ret;
	if (pal_name_from_text(name, ascii, strlen(ascii)) < 0)
		return refuse(why, "`%.*s` is no name", SHOWN, text);
	/* with a trailing dot, or in digits and dots that are not ASCII */
	if (is_address(pal_name_to_text(plain, name)))
		return refuse_address(text, why);
	return 0;
}

int
idn_read(struct pal_name *name, const char *text, char why[IDN_WHY_MAX])
{
	char *ascii = NULL;
	int ret;

	if (strcmp(text, ".") == 0)
		return pal_name_from_text(name, text, 1);
	ret = check_kind(text, why);
	if (ret < 0)
		return ret;
	if (is_ascii(text))
		return read_ascii(name, text, text, why);
	if (!text_is_plain(text, strlen(text)))
		return refuse(why, "not UTF-8, or with control characters");
	ret = to_ascii(&ascii, text, why);
	if (ret == 0)
		ret = read_ascii(name, ascii, text, why);
	idn2_free(ascii);
	return ret;
}

int
idn_check_rule(const struct pal_name *name, enum pal_scope scope,
	char why[IDN_WHY_MAX])
{
	char text[PAL_NAME_TEXT_MAX];

	if (name->labels == 0)
		snprintf(why, IDN_WHY_MAX,
			"the root is no target; write a name");
	else if (name->labels == 1 && scope == PAL_SUBTREE)
		snprintf(why, IDN_WHY_MAX,
			"`%.*s` with all below it is a whole top-level "
			"domain, which is never blocked; name what lies below "
			"it, or write `scope: exact`",
			SHOWN, pal_name_to_text(text, name));
	else
		return 0;
	return PAL_ERANGE;
}
