#include "json.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "palang/error.h"
#include "text.h"

static void
start(struct json_writer *json, json_t *root)
{
	*json = (struct json_writer){.open = {root}, .depth = 1};
	json->failed = root == NULL;
}

void
json_start(struct json_writer *json)
{
	start(json, json_object());
}

void
json_start_array(struct json_writer *json)
{
	start(json, json_array());
}

/* Takes the value over, whether or not it works. */
static void
put(struct json_writer *json, const char *key, json_t *value)
{
	json_t *open;

	if (json->failed || value == NULL) {
		json_decref(value);
		json->failed = true;
		return;
	}
	open = json->open[json->depth - 1];
	if (key == NULL ? json_array_append_new(open, value) != 0
			: json_object_set_new(open, key, value) != 0)
		json->failed = true;
}

static void
put_open(struct json_writer *json, const char *key, json_t *value)
{
	put(json, key, value);
	if (json->failed || json->depth == JSON_DEPTH_MAX) {
		json->failed = true;
		return;
	}
	json->open[json->depth++] = value;
}

void
json_put_object(struct json_writer *json, const char *key)
{
	put_open(json, key, json_object());
}

void
json_put_array(struct json_writer *json, const char *key)
{
	put_open(json, key, json_array());
}

static json_t *
mended(const char *text, size_t len)
{
	char *copy = text_mend(text, len);
	json_t *value = copy == NULL ? NULL : json_string(copy);

	free(copy);
	return value;
}

void
json_put_text_len(
	struct json_writer *json, const char *key, const char *text, size_t len)
{
	put(json, key,
		text_is_utf8(text, len) ? json_stringn(text, len)
					: mended(text, len));
}

void
json_put_text(struct json_writer *json, const char *key, const char *text)
{
	if (text == NULL)
		json_put_null(json, key);
	else
		json_put_text_len(json, key, text, strlen(text));
}

void
json_put_int(struct json_writer *json, const char *key, int64_t number)
{
	put(json, key, json_integer(number));
}

void
json_put_bool(struct json_writer *json, const char *key, bool truth)
{
	put(json, key, json_boolean(truth));
}

void
json_put_null(struct json_writer *json, const char *key)
{
	put(json, key, json_null());
}

void
json_end(struct json_writer *json)
{
	if (json->failed)
		return;
	if (json->depth < 2)
		json->failed = true;
	else
		json->depth--;
}

/* ---- out ---- */

static void
print_code(FILE *out, uint32_t code)
{
	if (code >= 0x10000) {
		code -= 0x10000;
		fprintf(out, "\\u%04X", 0xd800u | (unsigned)(code >> 10));
		code = 0xdc00u | (code & 0x3ff);
	}
	fprintf(out, "\\u%04X", (unsigned)code);
}

/* What jansson wrote, with all that fools a terminal escaped: JSON says so of
 * C0 alone.  Line ends between values stay. */
static char *
dump(const struct json_writer *json, size_t flags)
{
	char *text = json->failed ? NULL : json_dumps(json->open[0], flags);
	size_t size, len = text == NULL ? 0 : strlen(text);
	const char *at = text;
	char *safe = NULL;
	FILE *out = text == NULL ? NULL : open_memstream(&safe, &size);

	while (out != NULL && len > 0) {
		uint32_t code;
		size_t n = text_next(at, len, &code);

		if (code != '\n' && text_is_control(code))
			print_code(out, code);
		else
			fwrite(at, 1, n, out);
		at += n;
		len -= n;
	}
	free(text);
	if (out != NULL && fclose(out) != 0) {
		free(safe);
		safe = NULL;
	}
	return safe;
}

char *
json_finish_text(struct json_writer *json)
{
	char *text = dump(json, JSON_COMPACT);

	json_drop(json);
	return text;
}

int
json_finish(struct json_writer *json, FILE *out)
{
	char *text = dump(json, JSON_INDENT(2));
	int ret = PAL_ENOMEM;

	if (text == NULL)
		goto out;
	ret = PAL_ESYS;
	if (fprintf(out, "%s\n", text) < 0)
		goto out;
	ret = 0;
out:
	free(text);
	json_drop(json);
	return ret;
}

void
json_drop(struct json_writer *json)
{
	json_decref(json->open[0]);
	*json = (struct json_writer){.failed = true};
}

int
json_read(struct json_value **value, const char *text, size_t len)
{
	json_error_t error;

	*value = (struct json_value *)json_loadb(
		text, len, JSON_REJECT_DUPLICATES, &error);
	if (*value != NULL)
		return 0;
	return json_error_code(&error) == json_error_out_of_memory ? PAL_ENOMEM
	                                                           : PAL_EFORM;
}

void
json_free(struct json_value *value)
{
	json_decref((json_t *)value);
}

const struct json_value *
json_get(const struct json_value *object, const char *key)
{
	return (const struct json_value *)json_object_get(
		(const json_t *)object, key);
}

const struct json_value *
json_at(const struct json_value *array, size_t index)
{
	return (const struct json_value *)json_array_get(
		(const json_t *)array, index);
}

size_t
json_count(const struct json_value *array)
{
	return json_array_size((const json_t *)array);
}

const char *
json_text(const struct json_value *value)
{
	return json_string_value((const json_t *)value);
}

bool
json_is_map(const struct json_value *value)
{
	return json_is_object((const json_t *)value);
}

bool
json_int(const struct json_value *value, int64_t *number)
{
	if (!json_is_integer((const json_t *)value))
		return false;
	*number = json_integer_value((const json_t *)value);
	return true;
}
