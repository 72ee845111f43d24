/* Reading maps by a table of their keys. */
#include "yamldoc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define FIELDS_MAX 32

const struct yaml_node *
yaml_get(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *entry = map->first;

	while (entry != NULL && strcmp(entry->key->text, key) != 0)
		entry = entry->next;
	return entry;
}

const char *
yaml_kind_name(enum yaml_kind kind)
{
	static const char *const names[] = {
		[YAML_TEXT] = "a text",
		[YAML_LIST] = "a list",
		[YAML_MAP] = "a mapping",
	};

	return names[kind];
}

void
yaml_error(struct yaml_reader *reader, const struct yaml_node *node,
	const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	problem_error(reader->problems, reader->file, node->line, node->column,
		"%s", text == NULL ? "no memory" : text);
	free(text);
}

bool
yaml_expect(struct yaml_reader *reader, const struct yaml_node *node,
	enum yaml_kind kind)
{
	if (node->kind == kind)
		return true;
	if (node->key != NULL)
		yaml_error(reader, node, "`%s` takes %s, not %s",
			node->key->text, yaml_kind_name(kind),
			yaml_kind_name(node->kind));
	else
		yaml_error(reader, node, "expected %s here, not %s",
			yaml_kind_name(kind), yaml_kind_name(node->kind));
	return false;
}

void
yaml_unknown(struct yaml_reader *reader, const struct yaml_node *value,
	const struct yaml_field *fields)
{
	const char *names[FIELDS_MAX + 1], *near;
	size_t n = 0;

	for (; fields->key != NULL && n < FIELDS_MAX; fields++)
		names[n++] = fields->key;
	names[n] = NULL;
	near = text_nearest(value->key->text, names);
	if (near != NULL)
		yaml_error(reader, value->key,
			"unknown key `%s`; did you mean `%s`?",
			value->key->text, near);
	else
		yaml_error(reader, value->key, "unknown key `%s`",
			value->key->text);
}

int
yaml_take(struct yaml_reader *reader, const struct yaml_node *map,
	const struct yaml_field *fields,
	int (*other)(struct yaml_reader *, const struct yaml_node *))
{
	const struct yaml_node *value;

	for (value = map->first; value != NULL; value = value->next) {
		const struct yaml_field *field = fields;
		int ret = 0;

		while (field->key != NULL &&
			strcmp(field->key, value->key->text) != 0)
			field++;
		if (field->key != NULL)
			ret = field->take(reader, value);
		else if (other != NULL)
			ret = other(reader, value);
		else
			yaml_unknown(reader, value, fields);
		if (ret < 0)
			return ret;
	}
	return 0;
}
