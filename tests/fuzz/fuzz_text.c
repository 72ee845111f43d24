/*
 * Fuzz target: any text is shown so that nothing in it fools a terminal, and
 * is written as JSON that reads back as the same text.
 */
#include "util.h"

#include "json.h"
#include "palang/error.h"
#include "timefmt.h"

static void
try_escape(const char *text)
{
	char *once = text_escape(text), *twice, *printed = NULL;
	size_t len;
	FILE *out = open_memstream(&printed, &len);

	must(once != NULL && out != NULL);
	must(text_is_plain(once, strlen(once)));
	must(!text_is_plain(text, strlen(text)) || strcmp(text, once) == 0);
	twice = text_escape(once);
	must(twice != NULL && strcmp(once, twice) == 0);
	text_print(out, text);
	fclose(out);
	must(strcmp(printed, once) == 0);
	free(once);
	free(twice);
	free(printed);
}

static void
try_cut(const char *text, size_t len)
{
	for (size_t max = 0; text_is_utf8(text, len) && max < 64; max++) {
		size_t cut = text_cut(text, len, max);

		must(cut <= max && text_is_utf8(text, cut));
		must(cut == len || cut + 4 > max);
	}
}

/* Written by our writer, read by our reader. */
static void
try_json(const char *text, size_t len)
{
	char *mended = text_mend(text, strlen(text)), *written = NULL;
	struct json_value *read;
	struct json_writer json;
	size_t size;
	FILE *out = open_memstream(&written, &size);

	must(mended != NULL && text_is_utf8(mended, strlen(mended)));
	json_start(&json);
	json_put_text(&json, "text", text);
	json_put_text_len(&json, "all", text, len);
	must(out != NULL && json_finish(&json, out) == 0);
	fclose(out);
	must_be_screen(written, size);
	/* the reader takes no text that C cannot hold; mended, none is left */
	must((json_read(&read, written, size) == 0) ==
		(memchr(text, '\0', len) == NULL || !text_is_utf8(text, len)));
	if (read != NULL)
		must(strcmp(json_text(json_get(read, "text")), mended) == 0);
	json_free(read);
	free(written);
	free(mended);
	/* and as what it is */
	if (json_read(&read, text, len) == 0)
		json_free(read);
}

static void
try_time(const char *text)
{
	char first[TIME_TEXT_MAX];
	const char *why = NULL;
	int64_t time, again;

	if (time_parse(text, &time, &why) != 0) {
		must(why != NULL);
		return;
	}
	must(time_parse(time_format(first, time), &again, &why) == 0);
	must(time == again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);

	try_escape(text);
	try_cut(text, size);
	try_json(text, size);
	try_time(text);
	free(text);
	return 0;
}
