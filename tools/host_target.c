/* What palang.so says of the Unbound that it was built for. */
#include "host.h"

#include <stdio.h>
#include <string.h>

#define FIRST_LINE "palang-host 1\n"

/* The rest of the line that begins with this word. */
static bool
take_line(const char *text, const char *word, char *buf, size_t size)
{
	size_t word_len = strlen(word);

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (len > word_len && strncmp(text, word, word_len) == 0 &&
			text[word_len] == ' ') {
			snprintf(buf, size, "%.*s", (int)(len - word_len - 1),
				text + word_len + 1);
			return true;
		}
		text += len + (text[len] == '\n');
	}
	return false;
}

bool
host_read_target(struct host_target *target, const uint8_t *at, size_t len)
{
	char text[HOST_CONFIGURE_MAX + 512];
	const uint8_t *end = memchr(at, '\0', len);

	*target = (struct host_target){0};
	if (end == NULL || (size_t)(end - at) >= sizeof text)
		return false;
	memcpy(text, at, (size_t)(end - at) + 1);
	if (strncmp(text, FIRST_LINE, strlen(FIRST_LINE)) != 0)
		return false;
	return take_line(text, "build-id", target->build_id,
		       sizeof target->build_id) &&
	       take_line(text, "version", target->version,
		       sizeof target->version) &&
	       take_line(text, "configure", target->configure,
		       sizeof target->configure);
}

/* The arguments of a configure line stand apart by blanks; one may be in
 * quotes. */
bool
host_configured(const char *line, const char *option, char *buf, size_t size)
{
	size_t option_len = strlen(option);
	bool found = false;

	buf[0] = '\0';
	while (*line != '\0') {
		size_t len;

		line += strspn(line, " '\"");
		len = strcspn(line, " '\"");
		if (len < option_len ||
			strncmp(line, option, option_len) != 0) {
			line += len;
			continue;
		}
		/* The last one counts. */
		if (len == option_len) {
			found = true;
			buf[0] = '\0';
		} else if (line[option_len] == '=') {
			found = true;
			snprintf(buf, size, "%.*s", (int)(len - option_len - 1),
				line + option_len + 1);
		}
		line += len;
	}
	return found;
}
