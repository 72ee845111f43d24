#include "yamldoc.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "palang/error.h"
#include "text.h"
#include "yamlfault.h"

/* Nodes and texts live in blocks that are freed together. */
struct block {
	struct block *next;
	size_t size, used;
	max_align_t memory[];
};

struct yaml_arena {
	struct block *blocks;
	size_t nodes;
};

#define BLOCK_SIZE ((size_t)1 << 18)

static void *
take_memory(struct yaml_arena *arena, size_t size)
{
	size_t align = sizeof(max_align_t);
	size_t need = (size + align - 1) / align * align;
	struct block *block = arena->blocks;
	void *memory;

	if (block == NULL || block->size - block->used < need) {
		size_t room = need > BLOCK_SIZE ? need : BLOCK_SIZE;

		block = malloc(sizeof *block + room);
		if (block == NULL)
			return NULL;
		block->size = room;
		block->used = 0;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	memory = (char *)block->memory + block->used;
	block->used += need;
	return memory;
}

/* A collection being filled. */
struct level {
	struct yaml_node *node;
	const struct yaml_node **tail; /* where the next entry goes */
	struct yaml_node *last;
	const struct yaml_node *key; /* a map's key that waits for its value */
};

struct builder {
	yaml_parser_t parser;
	struct yaml_stream *stream;
	struct yaml_reader *reader;
	const char *data;
	size_t len;
	struct level levels[YAML_DEPTH_MAX];
	unsigned depth;
	bool failed;
};

static void
fail_at(struct builder *builder, const yaml_mark_t *mark, const char *text)
{
	builder->failed = true;
	problem_error(builder->reader->problems, builder->reader->file,
		(unsigned)mark->line + 1, (unsigned)mark->column + 1, "%s",
		text);
}

static struct yaml_node *
new_node(struct builder *builder, enum yaml_kind kind, const yaml_mark_t *mark)
{
	struct yaml_arena *arena = builder->stream->arena;
	struct yaml_node *node = take_memory(arena, sizeof *node);

	if (node == NULL)
		return NULL;
	memset(node, 0, sizeof *node);
	node->kind = kind;
	node->line = (unsigned)mark->line + 1;
	node->column = (unsigned)mark->column + 1;
	arena->nodes++;
	return node;
}

static int
add_document(struct yaml_stream *stream, const struct yaml_node *root)
{
	const struct yaml_node **grown;

	/* doubled at each power of two */
	if ((stream->count & (stream->count + 1)) == 0) {
		grown = realloc(stream->documents,
			(stream->count * 2 + 1) * sizeof(*grown));
		if (grown == NULL)
			return PAL_ENOMEM;
		stream->documents = grown;
	}
	stream->documents[stream->count++] = root;
	return 0;
}

static int
by_text(const void *a, const void *b)
{
	const struct yaml_node *const *x = a, *const *y = b;
	int order = strcmp((*x)->text, (*y)->text);

	if (order != 0)
		return order;
	return ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

/* Sorted rather than hashed: nobody can choose keys that make it slow. */
static int
check_keys(struct builder *builder, const struct yaml_node *map)
{
	const struct yaml_node **keys, *entry;
	size_t n = 0;

	if (map->count < 2)
		return 0;
	keys = malloc(map->count * sizeof *keys);
	if (keys == NULL)
		return PAL_ENOMEM;
	for (entry = map->first; entry != NULL; entry = entry->next)
		keys[n++] = entry->key;
	qsort(keys, n, sizeof *keys, by_text);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(keys[i - 1]->text, keys[i]->text) != 0)
			continue;
		builder->failed = true;
		yaml_error(builder->reader, keys[i],
			"the key `%s` stands here a second time (first on "
			"line %u); keep one of them",
			keys[i]->text, keys[i - 1]->line);
	}
	free(keys);
	return 0;
}

/* Puts a node where it belongs: a root, an entry, a key or its value. */
static int
place(struct builder *builder, struct yaml_node *node)
{
	struct level *level;

	if (builder->depth == 0)
		return add_document(builder->stream, node);
	level = &builder->levels[builder->depth - 1];
	if (level->node->kind == YAML_MAP && level->key == NULL) {
		level->key = node;
		return 0;
	}
	node->key = level->key;
	level->key = NULL;
	if (level->last == NULL)
		level->node->first = node;
	else
		level->last->next = node;
	level->last = node;
	level->node->count++;
	return 0;
}

/* Alone a scalar may be a key. */
static bool
wants_key(const struct builder *builder)
{
	const struct level *level;

	if (builder->depth == 0)
		return false;
	level = &builder->levels[builder->depth - 1];
	return level->node->kind == YAML_MAP && level->key == NULL;
}

static int
open_collection(
	struct builder *builder, enum yaml_kind kind, const yaml_event_t *event)
{
	struct yaml_node *node;
	int ret;

	if (wants_key(builder)) {
		fail_at(builder, &event->start_mark,
			"a list or mapping cannot be a key; if this is text, "
			"put it in quotes");
		return PAL_EFORM;
	}
	if (builder->depth == YAML_DEPTH_MAX) {
		fail_at(builder, &event->start_mark,
			"nested too deeply; nothing here needs more than 6 "
			"levels");
		return PAL_EFORM;
	}
	node = new_node(builder, kind, &event->start_mark);
	if (node == NULL)
		return PAL_ENOMEM;
	ret = place(builder, node);
	if (ret < 0)
		return ret;
	builder->levels[builder->depth++] = (struct level){.node = node};
	return 0;
}

static int
close_collection(struct builder *builder)
{
	const struct yaml_node *node = builder->levels[--builder->depth].node;

	return node->kind == YAML_MAP ? check_keys(builder, node) : 0;
}

/* What an escape such as "\x1b" can bring in. */
static bool
is_clean(const char *text, size_t len)
{
	uint32_t code;

	while (len > 0) {
		size_t n = text_next(text, len, &code);

		if (n == 0 ||
			(text_is_control(code) && code != '\n' && code != '\t'))
			return false;
		text += n;
		len -= n;
	}
	return true;
}

static int
take_scalar(struct builder *builder, const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct yaml_node *node;
	char *text;

	if (!is_clean(value, len))
		fail_at(builder, &event->start_mark,
			"this text holds control characters; leave them out");
	node = new_node(builder, YAML_TEXT, &event->start_mark);
	text = take_memory(builder->stream->arena, len + 1);
	if (node == NULL || text == NULL)
		return PAL_ENOMEM;
	memcpy(text, value, len);
	text[len] = '\0';
	node->text = text;
	return place(builder, node);
}

static void
refuse_extras(struct builder *builder, const yaml_mark_t *mark,
	const void *anchor, const void *tag)
{
	if (anchor != NULL)
		fail_at(builder, mark,
			"anchors (`&`) are not taken; if this is text, put it "
			"in quotes");
	if (tag != NULL)
		fail_at(builder, mark,
			"tags (`!`) are not taken, every value is text; if "
			"this is text, put it in quotes");
}

static int
take_alias(struct builder *builder, const yaml_event_t *event)
{
	char text[160];

	snprintf(text, sizeof text,
		"`*%.64s` is an alias in YAML; aliases are not taken; if this "
		"is text, put it in quotes",
		(const char *)event->data.alias.anchor);
	fail_at(builder, &event->start_mark, text);
	return PAL_EFORM;
}

static void
check_document(struct builder *builder, const yaml_event_t *event)
{
	if (event->data.document_start.version_directive != NULL ||
		event->data.document_start.tag_directives.start !=
			event->data.document_start.tag_directives.end)
		fail_at(builder, &event->start_mark,
			"directives (lines that begin with `%`) are not taken; "
			"leave them out");
}

static int
take_event(struct builder *builder, const yaml_event_t *event)
{
	const yaml_mark_t *mark = &event->start_mark;

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		check_document(builder, event);
		return 0;
	case YAML_ALIAS_EVENT:
		return take_alias(builder, event);
	case YAML_SCALAR_EVENT:
		refuse_extras(builder, mark, event->data.scalar.anchor,
			event->data.scalar.tag);
		return take_scalar(builder, event);
	case YAML_SEQUENCE_START_EVENT:
		refuse_extras(builder, mark, event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
		return open_collection(builder, YAML_LIST, event);
	case YAML_MAPPING_START_EVENT:
		refuse_extras(builder, mark, event->data.mapping_start.anchor,
			event->data.mapping_start.tag);
		return open_collection(builder, YAML_MAP, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_collection(builder);
	default:
		return 0;
	}
}

static void
explain(struct builder *builder)
{
	const yaml_parser_t *parser = &builder->parser;
	struct yaml_fault fault = {
		.problem = parser->problem,
		.line = parser->problem_mark.line,
		.column = parser->problem_mark.column,
		.context = parser->context,
		.context_line = parser->context_mark.line,
		.context_column = parser->context_mark.column,
	};

	builder->failed = true;
	yaml_explain(builder->reader, builder->data, builder->len, &fault);
}

static int
next_event(struct builder *builder, bool *ended)
{
	yaml_event_t event;
	int ret;

	if (!yaml_parser_parse(&builder->parser, &event)) {
		if (builder->parser.error == YAML_MEMORY_ERROR)
			return PAL_ENOMEM;
		explain(builder);
		return PAL_EFORM;
	}
	*ended = event.type == YAML_STREAM_END_EVENT;
	ret = take_event(builder, &event);
	if (ret == 0 && builder->stream->arena->nodes > YAML_NODES_MAX) {
		fail_at(builder, &event.start_mark,
			"too many entries in one file; split it");
		ret = PAL_EFORM;
	}
	yaml_event_delete(&event);
	return ret;
}

static int
build(struct builder *builder)
{
	bool ended = false;
	int ret = 0;

	if (!yaml_parser_initialize(&builder->parser))
		return PAL_ENOMEM;
	yaml_parser_set_encoding(&builder->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&builder->parser,
		(const unsigned char *)builder->data, builder->len);
	while (ret == 0 && !ended)
		ret = next_event(builder, &ended);
	yaml_parser_delete(&builder->parser);
	return ret == 0 && builder->failed ? PAL_EFORM : ret;
}

int
yaml_read(struct yaml_stream *stream, const char *file, const char *data,
	size_t len, size_t max, struct problems *problems)
{
	struct yaml_reader reader = {file, problems, NULL};
	struct builder builder = {.stream = stream, .reader = &reader};
	int ret;

	memset(stream, 0, sizeof *stream);
	if (len > max) {
		problem_error(problems, file, 0, 0,
			"larger than %zu octets; split it", max);
		return PAL_EFORM;
	}
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		data += 3;
		len -= 3;
	}
	ret = yaml_check_octets(&reader, data, len);
	if (ret < 0)
		return ret;
	stream->arena = calloc(1, sizeof *stream->arena);
	if (stream->arena == NULL)
		return PAL_ENOMEM;
	builder.data = data;
	builder.len = len;
	ret = build(&builder);
	if (ret < 0)
		yaml_fini(stream);
	return ret;
}

void
yaml_fini(struct yaml_stream *stream)
{
	struct block *block, *next;

	if (stream->arena != NULL) {
		for (block = stream->arena->blocks; block != NULL;
			block = next) {
			next = block->next;
			free(block);
		}
	}
	free(stream->arena);
	free(stream->documents);
	memset(stream, 0, sizeof *stream);
}
