/*
 * JSON: the one wrapper of jansson.
 *
 * The writer is a cursor with a sticky error: write straight through, test
 * once in json_finish.  What it writes is safe on a terminal: all that
 * text_is_control knows is escaped.  The reader takes text that others wrote.
 */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_DEPTH_MAX 8

struct json_writer {
	void *open[JSON_DEPTH_MAX]; /* the values not yet closed */
	unsigned depth;
	bool failed;
};

/* Starts with one object open (or one array). */
void json_start(struct json_writer *json);
void json_start_array(struct json_writer *json);

/* Each puts one value into what is open; key is NULL inside an array, and
 * only there.  Text that is NULL becomes null; octets that are no UTF-8
 * become U+FFFD. */
void json_put_object(struct json_writer *json, const char *key);
void json_put_array(struct json_writer *json, const char *key);
void json_put_text(struct json_writer *json, const char *key, const char *text);
void json_put_text_len(struct json_writer *json, const char *key,
	const char *text, size_t len);
void json_put_int(struct json_writer *json, const char *key, int64_t number);
void json_put_bool(struct json_writer *json, const char *key, bool truth);
void json_put_null(struct json_writer *json, const char *key);

/* Closes the object or array opened last. */
void json_end(struct json_writer *json);

/* Prints the value, indented, with a line end, and frees it.  What is still
 * open is closed.  0, PAL_ENOMEM if anything before failed (then nothing is
 * printed), PAL_ESYS if the stream failed. */
int json_finish(struct json_writer *json, FILE *out);

/* The same on one line, as text that the caller frees; NULL on a failure. */
char *json_finish_text(struct json_writer *json);

/* Frees without printing. */
void json_drop(struct json_writer *json);

/* A value that was read.  Functions take NULL and give NULL, 0 or false, so
 * that what is absent and what is of another type look alike. */
struct json_value;

/* 0, PAL_EFORM (no JSON, a key twice, or text behind it), PAL_ENOMEM. */
int json_read(struct json_value **value, const char *text, size_t len);
void json_free(struct json_value *value);

/* Owned by the value that was read. */
const struct json_value *json_get(
	const struct json_value *object, const char *key);
const struct json_value *json_at(const struct json_value *array, size_t index);
size_t json_count(const struct json_value *array);
const char *json_text(const struct json_value *value); /* NULL: no text */
bool json_is_map(const struct json_value *value);
bool json_int(const struct json_value *value, int64_t *number);

#endif
