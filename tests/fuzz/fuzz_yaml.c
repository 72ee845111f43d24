/*
 * Fuzz target: what YAML is refused has an error that says where; what is
 * taken is a tree of plain texts within the limits, which written out reads
 * as the same tree.
 */
#include "util.h"

#include "palang/error.h"
#include "yamldoc.h"

#define SIZE_MAX_READ ((size_t)1 << 16)

static void
write_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\t')
			fputs("\\t", out);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void
write_node(FILE *out, const struct yaml_node *node, unsigned depth)
{
	const char *brackets = node->kind == YAML_MAP ? "{}" : "[]";
	size_t count = 0;

	must(node->line > 0 && node->column > 0);
	if (node->kind == YAML_TEXT) {
		must(text_is_utf8(node->text, strlen(node->text)));
		write_text(out, node->text);
		return;
	}
	must(depth < YAML_DEPTH_MAX);
	fputc(brackets[0], out);
	for (const struct yaml_node *entry = node->first; entry != NULL;
		entry = entry->next) {
		fputs(count++ > 0 ? ", " : "", out);
		must((entry->key != NULL) == (node->kind == YAML_MAP));
		if (entry->key != NULL) {
			must(yaml_get(node, entry->key->text) == entry);
			fputs("? ", out);
			write_text(out, entry->key->text);
			fputs(" : ", out);
		}
		write_node(out, entry, depth + 1);
	}
	must(count == node->count);
	fputc(brackets[1], out);
}

static char *
write_stream(const struct yaml_stream *stream, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	must(out != NULL);
	for (size_t i = 0; i < stream->count; i++) {
		fputs("---\n", out);
		write_node(out, stream->documents[i], 0);
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_stream first, second;
	struct problems problems = {0};
	size_t len, again_len;
	char *text, *again;
	int ret = yaml_read(&first, "f", (const char *)data, size,
		SIZE_MAX_READ, &problems);

	must((ret == 0) == (problems.errors == 0));
	must_be_told(&problems);
	for (size_t i = 0; i < problems.count && i < PROBLEMS_MAX; i++)
		must(problems.items[i].line > 0 || size > SIZE_MAX_READ);
	problems_fini(&problems);
	if (ret != 0)
		return 0;
	text = write_stream(&first, &len);
	must(yaml_read(&second, "f", text, len, (size_t)1 << 24, &problems) ==
		0);
	again = write_stream(&second, &again_len);
	must(len == again_len && memcmp(text, again, len) == 0);
	free(text);
	free(again);
	yaml_fini(&first);
	yaml_fini(&second);
	return 0;
}
