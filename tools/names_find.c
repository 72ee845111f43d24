/* Looking up in a names file by bisecting its octets: what is at an offset
 * belongs to some line, and the next line's start tells which half. */
#include "names_text.h"
#include "palang/error.h"

#define NEAR  4096 /* octets that are rather read than bisected */
#define CHUNK 8192

/* The first line that starts behind offset, which is far from the end. */
static int
line_behind(int fd, uint64_t offset, struct names_rule *rule, uint8_t *key,
	uint64_t *start)
{
	uint8_t buf[2 * NAMES_LINE_MAX + NAMES_SLACK];
	const uint8_t *line, *end = NULL;
	size_t have;
	int ret = names_pread(fd, buf, 2 * NAMES_LINE_MAX, offset, &have);

	if (ret < 0)
		return ret;
	line = memchr(buf, '\n', have);
	if (line != NULL)
		end = memchr(line + 1, '\n', (size_t)(buf + have - (line + 1)));
	if (end == NULL)
		return PAL_EFORM;
	line++;
	*start = offset + (uint64_t)(line - buf);
	return names_parse_line(rule, key, line, (size_t)(end - line))
	               ? 0
	               : PAL_EFORM;
}

/* A reader that stands at or shortly before the first rule that is not below
 * `wanted`.  Lines before low are below it, those from high on are not. */
static int
approach(int fd, const struct names_rule *wanted, struct names_reader **reader)
{
	uint8_t key[NAMES_KEY_MAX + NAMES_SLACK];
	struct names_extent extent;
	uint64_t low, high, start;
	struct names_rule rule;
	int ret = names_extent(&extent, fd);

	if (ret < 0)
		return ret;
	low = extent.start;
	high = extent.end;
	while (high - low > NEAR) {
		ret = line_behind(
			fd, low + (high - low) / 2, &rule, key, &start);
		if (ret < 0)
			return ret;
		if (names_cmp(&rule, wanted) < 0)
			low = start;
		else
			high = start;
	}
	return names_read_from(reader, fd, low, CHUNK);
}

/* The first rule that is not below `wanted`: 0, or 1 if there is none.  The
 * caller ends the reader, NULL on an error. */
static int
seek(int fd, const struct names_rule *wanted, struct names_reader **reader,
	struct names_rule *rule)
{
	int ret = approach(fd, wanted, reader);

	if (ret < 0) {
		*reader = NULL;
		return ret;
	}
	do {
		ret = names_read(*reader, rule);
	} while (ret == 0 && names_cmp(rule, wanted) < 0);
	return ret;
}

/* 1 if the list has this very rule, 0 if not. */
static int
has(int fd, const struct names_rule *wanted, bool *open)
{
	struct names_reader *reader;
	struct names_rule rule;
	int ret = seek(fd, wanted, &reader, &rule), found = 0;

	if (ret == 0 && names_cmp(&rule, wanted) == 0) {
		*open = rule.open;
		found = 1;
	}
	names_read_end(reader);
	return ret < 0 ? ret : found;
}

/* How many octets of the key, from the root on, are whole labels such as
 * lists have; at[i] is where the key of i labels ends. */
static unsigned
prefixes(const struct pal_name *name, const uint8_t *key,
	uint8_t at[PAL_LABELS_MAX + 1])
{
	uint8_t sizes[PAL_LABELS_MAX];
	unsigned count = 0, labels = 0;

	for (size_t i = 0; name->wire[i] != 0; i += 1u + name->wire[i])
		sizes[count++] = name->wire[i];
	at[0] = 0;
	while (labels < count) {
		size_t size = sizes[count - 1 - labels];

		for (size_t i = 0; i < size; i++) {
			if (!names_is_octet(key[at[labels] + i]))
				return labels;
		}
		at[labels + 1] = (uint8_t)(at[labels] + size + 1);
		labels++;
	}
	return labels;
}

int
names_find(int fd, const struct pal_name *name, unsigned *labels,
	enum pal_scope *scope, bool *open)
{
	uint8_t key[NAMES_KEY_MAX], at[PAL_LABELS_MAX + 1];
	struct names_rule wanted = {key, names_key(key, name), PAL_EXACT, 0};
	unsigned count = prefixes(name, key, at);
	int ret = 0;

	*labels = count;
	*scope = PAL_EXACT;
	if (count == name->labels && count > 0)
		ret = has(fd, &wanted, open);
	if (ret != 0)
		return ret < 0 ? ret : 0;
	*scope = PAL_SUBTREE;
	return names_find_subtree(fd, name, labels, open);
}

int
names_find_subtree(
	int fd, const struct pal_name *name, unsigned *labels, bool *open)
{
	uint8_t key[NAMES_KEY_MAX], at[PAL_LABELS_MAX + 1];
	struct names_rule wanted = {key, names_key(key, name), PAL_SUBTREE, 0};
	int ret;

	for (*labels = prefixes(name, key, at); *labels > 0; --*labels) {
		wanted.len = at[*labels];
		ret = has(fd, &wanted, open);
		if (ret != 0)
			return ret < 0 ? ret : 0;
	}
	return 0;
}

int
names_any_below(int fd, const struct pal_name *name, bool *any)
{
	uint8_t key[NAMES_KEY_MAX], at[PAL_LABELS_MAX + 1];
	struct names_rule wanted = {
		key, names_key(key, name), PAL_SUBTREE, false};
	struct names_reader *reader;
	struct names_rule rule;
	int ret;

	*any = false;
	if (prefixes(name, key, at) < name->labels)
		return 0;
	ret = seek(fd, &wanted, &reader, &rule);
	while (ret == 0 && names_covers(&wanted, rule.key, rule.len)) {
		*any = !rule.open;
		if (*any)
			break;
		ret = names_read(reader, &rule);
	}
	names_read_end(reader);
	return ret < 0 ? ret : 0;
}
