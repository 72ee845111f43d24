#include "guard_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "idn.h"
#include "palang/error.h"
#include "text.h"

#define FILE_MAX ((size_t)64 << 20)

int
guard_names_group(struct guard_names *list, const char *file, const char *title)
{
	struct guard_group *groups = realloc(
		list->groups, (list->group_count + 1) * sizeof *list->groups);
	struct guard_group group = {strdup(file), strdup(title)};

	if (groups != NULL)
		list->groups = groups;
	if (groups == NULL || group.file == NULL || group.title == NULL) {
		free(group.file);
		free(group.title);
		return PAL_ENOMEM;
	}
	groups[list->group_count++] = group;
	return list->group_count > UINT16_MAX ? PAL_ELIMIT : 0;
}

static int
make_room(struct guard_names *list)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 256 : list->room * 2;
		struct guard_name *names =
			realloc(list->names, room * sizeof *names);

		if (names == NULL)
			return PAL_ENOMEM;
		list->names = names;
		list->room = room;
	}
	if (list->keys_room - list->keys_len < NAMES_KEY_MAX) {
		size_t room = list->keys_room * 2 + 8192;
		uint8_t *keys = realloc(list->keys, room);

		if (keys == NULL)
			return PAL_ENOMEM;
		list->keys = keys;
		list->keys_room = room;
	}
	return 0;
}

int
guard_names_add(struct guard_names *list, const struct pal_name *name,
	bool subtree, unsigned line, unsigned rank)
{
	size_t len;
	int ret = make_room(list);

	if (ret != 0)
		return ret;
	if (list->count == GUARD_NAMES_MAX)
		return PAL_ELIMIT;
	len = names_key(list->keys + list->keys_len, name);
	list->names[list->count++] = (struct guard_name){
		(uint32_t)list->keys_len, (uint8_t)len, subtree,
		(uint16_t)(list->group_count - 1), line, rank, GUARD_NO_NAME};
	list->keys_len += len;
	return 0;
}

/* ---- the file ---- */

struct parse {
	struct guard_names *list;
	struct problems *problems;
	const char *file;
	unsigned line, rank;
};

static int
take_group(struct parse *parse, char *text, size_t len)
{
	if (len < 3 || text[len - 1] != ']') {
		problem_error(parse->problems, parse->file, parse->line, 1,
			"a heading stands in brackets: [time]");
		return PAL_EFORM;
	}
	text[len - 1] = '\0';
	return guard_names_group(parse->list, parse->file, text + 1);
}

static int
take_name(struct parse *parse, char *text)
{
	size_t len = strcspn(text, " \t");
	char *behind = text + len + strspn(text + len, " \t");
	bool subtree = strcmp(behind, "subtree") == 0;
	struct pal_name name;
	char why[IDN_WHY_MAX];

	text[len] = '\0';
	if (behind[0] != '\0' && !subtree) {
		problem_error(parse->problems, parse->file, parse->line, 1,
			"\"%s\" behind a name; the one word known is subtree",
			behind);
		return PAL_EFORM;
	}
	if (idn_read(&name, text, why) != 0) {
		problem_error(parse->problems, parse->file, parse->line, 1,
			"\"%s\": %s", text, why);
		return PAL_EFORM;
	}
	return guard_names_add(
		parse->list, &name, subtree, parse->line, ++parse->rank);
}

static int
take_line(struct parse *parse, char *text)
{
	size_t len = strcspn(text, "#\r");

	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	text[len] = '\0';
	if (len == 0)
		return 0;
	return text[0] == '[' ? take_group(parse, text, len)
	                      : take_name(parse, text);
}

int
guard_names_read(struct guard_names *list, const char *file, size_t first,
	struct problems *problems)
{
	struct parse parse = {list, problems, file, 0, 0};
	char *data = NULL, *at, *end;
	size_t len;
	int ret = file_read(file, FILE_MAX, 0, &data, &len);

	if (ret == 0)
		ret = guard_names_group(list, file, "");
	for (at = data; ret == 0 && at != NULL && *at != '\0'; at = end) {
		end = at + strcspn(at, "\n");
		if (*end != '\0')
			*end++ = '\0';
		parse.line++;
		ret = take_line(&parse, at);
		if (first != 0 && parse.rank == first)
			break;
	}
	free(data);
	return ret;
}

/* ---- order ---- */

static int
key_cmp(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int cmp = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return cmp != 0 ? cmp : (a_len > b_len) - (a_len < b_len);
}

static int
name_cmp(const void *a, const void *b, void *keys)
{
	const struct guard_name *left = a, *right = b;
	int cmp = key_cmp((uint8_t *)keys + left->key, left->len,
		(uint8_t *)keys + right->key, right->len);

	if (cmp != 0)
		return cmp;
	if (left->subtree != right->subtree)
		return left->subtree ? -1 : 1;
	return (left->rank > right->rank) - (left->rank < right->rank);
}

static bool
is_above(const struct guard_names *list, uint32_t above, const uint8_t *key,
	size_t len)
{
	const struct guard_name *name = &list->names[above];

	return name->len < len &&
	       memcmp(list->keys + name->key, key, name->len) == 0;
}

void
guard_names_settle(struct guard_names *list)
{
	size_t kept = 0;

	if (list->count > 0)
		qsort_r(list->names, list->count, sizeof *list->names, name_cmp,
			list->keys);
	for (size_t i = 0; i < list->count; i++) {
		struct guard_name name = list->names[i];
		const uint8_t *key = list->keys + name.key;

		if (kept > 0 && list->names[kept - 1].len == name.len &&
			guard_names_within(list, kept - 1, key, name.len))
			continue;
		name.parent = guard_names_above(list, kept, key, name.len);
		list->names[kept++] = name;
	}
	list->count = kept;
}

void
guard_names_fini(struct guard_names *list)
{
	for (size_t i = 0; i < list->group_count; i++) {
		free(list->groups[i].file);
		free(list->groups[i].title);
	}
	free(list->groups);
	free(list->names);
	free(list->keys);
	memset(list, 0, sizeof *list);
}

size_t
guard_names_first(
	const struct guard_names *list, const uint8_t *key, size_t len)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct guard_name *name = &list->names[mid];

		if (key_cmp(list->keys + name->key, name->len, key, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Whatever stands above the key stands above the entry before it, too, or is
 * that entry. */
uint32_t
guard_names_above(const struct guard_names *list, size_t first,
	const uint8_t *key, size_t len)
{
	uint32_t at = first == 0 ? GUARD_NO_NAME : (uint32_t)(first - 1);

	while (at != GUARD_NO_NAME && !is_above(list, at, key, len))
		at = list->names[at].parent;
	return at;
}
