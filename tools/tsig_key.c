#include "tsig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "palang/error.h"

#define FILE_MAX 16384
#define WORD_MAX 1024

static const char *const names[HMAC_ALGORITHMS] = {
	[HMAC_SHA1] = "hmac-sha1",
	[HMAC_SHA256] = "hmac-sha256",
	[HMAC_SHA384] = "hmac-sha384",
	[HMAC_SHA512] = "hmac-sha512",
};

static int say(char why[TSIG_WHY_MAX], int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int
say(char why[TSIG_WHY_MAX], int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, TSIG_WHY_MAX, format, args);
	va_end(args);
	return err;
}

/* BASE64 (RFC 4648, 4), no white space, padded.  The octets, 0 if it is
 * none or too long. */
static size_t
decode(uint8_t *out, size_t room, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				     "nopqrstuvwxyz0123456789+/";
	size_t len = strlen(text), have = 0, pad = 0;
	uint32_t bits = 0;

	if (len == 0 || len % 4 != 0 || len / 4 * 3 > room)
		return 0;
	while (pad < 2 && text[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len; i++) {
		const char *digit = strchr(digits, text[i]);

		if (digit == NULL && i < len - pad)
			return 0;
		bits = bits << 6 |
		       (uint32_t)(digit == NULL ? 0 : digit - digits);
		if (i % 4 != 3)
			continue;
		out[have++] = (uint8_t)(bits >> 16);
		out[have++] = (uint8_t)(bits >> 8);
		out[have++] = (uint8_t)bits;
	}
	return have - pad;
}

/* What a key is made of, as text. */
struct parts {
	char name[WORD_MAX], algorithm[WORD_MAX], secret[WORD_MAX];
};

static bool
find_algorithm(enum hmac_algorithm *algorithm, const char *text)
{
	size_t len = strlen(text);

	if (len > 0 && text[len - 1] == '.')
		len--;
	for (unsigned i = 0; i < HMAC_ALGORITHMS; i++) {
		if (strlen(names[i]) == len &&
			strncasecmp(names[i], text, len) == 0) {
			*algorithm = (enum hmac_algorithm)i;
			return true;
		}
	}
	return false;
}

static int
assemble(
	struct tsig_key *key, const struct parts *parts, char why[TSIG_WHY_MAX])
{
	enum hmac_algorithm any;

	if (parts->name[0] == '\0' || parts->algorithm[0] == '\0' ||
		parts->secret[0] == '\0')
		return say(why, PAL_EFORM,
			"not a key: NAME:ALGORITHM:SECRET, or key \"NAME\" { "
			"algorithm ...; secret \"...\"; };");
	if (find_algorithm(&any, parts->name))
		return say(why, PAL_EFORM,
			"the name stands first: NAME:ALGORITHM:SECRET");
	if (pal_name_from_text(&key->name, parts->name, strlen(parts->name)) !=
		0)
		return say(why, PAL_EFORM, "'%.100s' is no name of a key",
			parts->name);
	if (strncasecmp(parts->algorithm, "hmac-md5", 8) == 0)
		return say(why, PAL_EFORM,
			"hmac-md5 must not be used any more (RFC 8945, 6); "
			"take hmac-sha256");
	if (!find_algorithm(&key->algorithm, parts->algorithm))
		return say(why, PAL_EFORM,
			"no algorithm '%.50s'; there are hmac-sha256, "
			"hmac-sha384, hmac-sha512 and hmac-sha1",
			parts->algorithm);
	key->len = decode(key->secret, sizeof key->secret, parts->secret);
	if (key->len == 0)
		return say(why, PAL_EFORM,
			"the secret is no base64, or longer "
			"than %d octets",
			TSIG_SECRET_MAX);
	return 0;
}

static void
skip_line(const char **at, const char *end)
{
	while (*at < end && **at != '\n')
		(*at)++;
}

/* White space, comments, and what only separates. */
static void
skip_blank(const char **at, const char *end)
{
	while (*at < end) {
		if (strchr(" \t\r\n{};", **at) != NULL && **at != '\0')
			(*at)++;
		else if (**at == '#' ||
			 (end - *at > 1 && strncmp(*at, "//", 2) == 0))
			skip_line(at, end);
		else
			return;
	}
}

/* The next word, quotes taken off; false at the end, or if it is too long. */
static bool
next_word(const char **at, const char *end, char word[WORD_MAX])
{
	size_t len = 0;
	char quote = '\0';

	skip_blank(at, end);
	if (*at < end && **at == '"')
		quote = *(*at)++;
	while (*at < end && len < WORD_MAX - 1) {
		char c = **at;

		if (quote != '\0' ? c == quote || c == '\n'
				  : strchr(" \t\r\n{};\"", c) != NULL)
			break;
		word[len++] = c;
		(*at)++;
	}
	word[len] = '\0';
	if (quote != '\0' && *at < end && **at == quote)
		(*at)++;
	return len > 0 && len < WORD_MAX - 1;
}

/* Word by word: BIND's form and NSD's have the same ones but for the name. */
static int
parse_words(struct parts *parts, const char *text, size_t len,
	char why[TSIG_WHY_MAX])
{
	const char *at = text, *end = text + len;
	char word[WORD_MAX];
	int ret = 0;

	while (ret == 0 && next_word(&at, end, word)) {
		char *into = NULL;

		if (strcmp(word, "key:") == 0)
			continue;
		if (strcmp(word, "key") == 0 || strcmp(word, "name:") == 0)
			into = parts->name;
		else if (strcmp(word, "algorithm") == 0 ||
			 strcmp(word, "algorithm:") == 0)
			into = parts->algorithm;
		else if (strcmp(word, "secret") == 0 ||
			 strcmp(word, "secret:") == 0)
			into = parts->secret;
		if (into == NULL)
			ret = say(why, PAL_EFORM,
				"not a key: neither NAME:ALGORITHM:SECRET nor "
				"a key clause of BIND or NSD");
		else if (into[0] != '\0')
			ret = say(why, PAL_EFORM, "more than one key");
		else if (!next_word(&at, end, into))
			ret = say(why, PAL_EFORM, "the key ends too early");
	}
	explicit_bzero(word, sizeof word);
	return ret;
}

/* NAME:ALGORITHM:SECRET, one word in all; false if it has not two colons. */
static bool
parse_line(struct parts *parts, const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	char word[WORD_MAX], *rest = word, *name, *algorithm;
	bool ok = false;

	if (next_word(&at, end, word)) {
		skip_blank(&at, end);
		name = strsep(&rest, ":");
		algorithm = strsep(&rest, ":");
		ok = at == end && rest != NULL && strchr(rest, ':') == NULL;
		if (ok) {
			strcpy(parts->name, name);
			strcpy(parts->algorithm, algorithm);
			strcpy(parts->secret, rest);
		}
	}
	explicit_bzero(word, sizeof word);
	return ok;
}

int
tsig_key_parse(struct tsig_key *key, const char *text, size_t len,
	char why[TSIG_WHY_MAX])
{
	struct parts parts = {0};
	int ret = 0;

	*key = (struct tsig_key){0};
	why[0] = '\0';
	if (!parse_line(&parts, text, len))
		ret = parse_words(&parts, text, len, why);
	if (ret == 0)
		ret = assemble(key, &parts, why);
	explicit_bzero(&parts, sizeof parts);
	return ret;
}

/* Reads at most FILE_MAX octets of a file that not everybody may read. */
static int
read_secret(int fd, char text[FILE_MAX], size_t *len, char why[TSIG_WHY_MAX])
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return say(why, PAL_ESYS, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return say(why, PAL_EFORM, "no regular file");
	if ((st.st_mode & S_IRWXO) != 0)
		return say(why, PAL_ERIGHTS,
			"others may read or write it; chmod o-rwx it");
	n = read(fd, text, FILE_MAX);
	if (n < 0)
		return say(why, PAL_ESYS, "%s", strerror(errno));
	if (n == FILE_MAX)
		return say(why, PAL_EFORM, "too long for a key");
	*len = (size_t)n;
	return 0;
}

int
tsig_key_read(struct tsig_key *key, const char *path, char why[TSIG_WHY_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char text[FILE_MAX];
	size_t len = 0;
	int ret;

	if (fd < 0)
		return say(why, PAL_ESYS, "%s", strerror(errno));
	ret = read_secret(fd, text, &len, why);
	close(fd);
	if (ret == 0)
		ret = tsig_key_parse(key, text, len, why);
	explicit_bzero(text, sizeof text);
	return ret;
}
