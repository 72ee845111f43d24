#include "source_answer.h"

#include <stdlib.h>
#include <string.h>

#include "palang/error.h"

#define SIZE_DIGITS 18

static bool
take_number(uint64_t *number, const char *value, size_t len)
{
	uint64_t sum = 0;

	if (len < 1 || len > SIZE_DIGITS)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < '0' || value[i] > '9')
			return false;
		sum = sum * 10 + (uint64_t)(value[i] - '0');
	}
	*number = sum;
	return true;
}

/* Printable ASCII; what does not fit is left out whole, for a mark cut short
 * would be another mark. */
static bool
take_text(char *out, size_t room, const char *value, size_t len)
{
	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < ' ' || value[i] > '~')
			return false;
	}
	if (len < room) {
		memcpy(out, value, len);
		out[len] = '\0';
	}
	return true;
}

enum key { STATUS, SIZE, ETAG, MODIFIED, ERROR, KEYS };

static const char *const keys[KEYS] = {
	[STATUS] = "status",
	[SIZE] = "size",
	[ETAG] = "etag",
	[MODIFIED] = "modified",
	[ERROR] = "error",
};

static bool
take_value(struct source_answer *answer, enum key key, const char *value,
	size_t len)
{
	uint64_t number = 0;

	switch (key) {
	case STATUS:
		if (!take_number(&number, value, len))
			return false;
		answer->status =
			number == 200 || number == 304 ? (unsigned)number : 0;
		return answer->status != 0;
	case SIZE:
		return take_number(&answer->size, value, len);
	case ETAG:
		return take_text(answer->etag, sizeof answer->etag, value, len);
	case MODIFIED:
		return take_text(
			answer->modified, sizeof answer->modified, value, len);
	default:
		return len < sizeof answer->error &&
		       take_text(
			       answer->error, sizeof answer->error, value, len);
	}
}

/* A line without its end: KEY VALUE. */
static bool
take_line(struct source_answer *answer, bool seen[KEYS], const char *line,
	size_t len)
{
	const char *blank = memchr(line, ' ', len);
	size_t key_len = blank == NULL ? len : (size_t)(blank - line);

	for (unsigned key = 0; blank != NULL && key < KEYS; key++) {
		if (strlen(keys[key]) != key_len ||
			memcmp(keys[key], line, key_len) != 0)
			continue;
		if (seen[key])
			return false;
		seen[key] = true;
		return take_value(
			answer, (enum key)key, blank + 1, len - key_len - 1);
	}
	return false;
}

int
source_answer_parse(struct source_answer *answer, const char *text, size_t len)
{
	bool seen[KEYS] = {false};
	const char *end = text + len;

	*answer = (struct source_answer){0};
	if (len > SOURCE_ANSWER_MAX)
		return PAL_EFORM;
	while (text < end) {
		const char *line = text;
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (stop == NULL ||
			!take_line(answer, seen, line, (size_t)(stop - line)))
			return PAL_EFORM;
		text = stop + 1;
	}
	/* Either an error, or what was fetched. */
	if (seen[ERROR])
		return seen[STATUS] || seen[SIZE] || seen[ETAG] ||
		                       seen[MODIFIED]
		               ? PAL_EFORM
		               : 0;
	return seen[STATUS] && seen[SIZE] &&
	                       (answer->status == 200) == (answer->size > 0)
	               ? 0
	               : PAL_EFORM;
}
