/*
 * Zone files (RFC 1035, 5.1), read for what an RPZ has in them: owners, types
 * and where CNAMEs lead.  Data of other records is not looked into.
 *
 * A test holds this reader against that of ldns.
 */
#include "clean_zone.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "palang/error.h"

int
zone_refuse(struct zone *z, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	problem_error(z->c->problems, z->c->options->file, (unsigned)z->c->line,
		0, "%s", text);
	z->c->error = PAL_EFORM;
	return PAL_EFORM;
}

bool
zone_word_is(const struct zone_word *word, const char *text)
{
	return strlen(text) == word->len &&
	       strncasecmp((const char *)word->text, text, word->len) == 0;
}

/* ---- words ---- */

/* What ends a run of ordinary octets. */
/* clang-format off */
static const uint8_t special[256] = {
	[' '] = 1, ['\t'] = 1, [';'] = 1, ['"'] = 1, ['('] = 1, [')'] = 1,
	['\\'] = 1,
};
/* clang-format on */

/* Octets of the word at the start; 0: a quote is not closed. */
static size_t
word_len(const uint8_t *text, size_t len)
{
	bool quoted = text[0] == '"';
	size_t at = quoted;

	while (at < len) {
		if (text[at] == '\\')
			at += 2;
		else if (quoted ? text[at] == '"' : special[text[at]] == 1)
			break;
		else
			at++;
	}
	if (at > len)
		return 0; /* a backslash ends the line */
	if (!quoted)
		return at;
	return at < len ? at + 1 : 0;
}

/* Takes one line apart; a record goes on while a parenthesis is open. */
static int
split(struct zone *z, const uint8_t *text, size_t len)
{
	struct zone_record *record = &z->record;

	while (len > 0 && *text != ';') {
		size_t word = 1;

		if (*text == '(') {
			z->depth++;
		} else if (*text == ')') {
			if (z->depth-- == 0)
				return zone_refuse(z, "a parenthesis too many");
		} else if (*text != ' ' && *text != '\t') {
			word = word_len(text, len);
			if (word == 0)
				return zone_refuse(z, "a quote without end");
			if (record->count < ZONE_WORDS)
				record->words[record->count++] =
					(struct zone_word){text, word};
		}
		text += word;
		len -= word;
	}
	return 0;
}

/* Lines do not last: words of a record that goes on are copied. */
static void
keep_words(struct zone *z, unsigned from)
{
	for (unsigned i = from; i < z->record.count; i++) {
		struct zone_word *word = &z->record.words[i];

		if (word->len > ZONE_WORD_MAX)
			word->len = ZONE_WORD_MAX; /* data; or no name then */
		memcpy(z->kept[i], word->text, word->len);
		word->text = z->kept[i];
	}
}

/* ---- names ---- */

static void
place_origin(struct zone *z)
{
	z->origin_is_apex = z->has_apex && pal_name_equal(&z->origin, &z->apex);
}

void
zone_set_apex(struct zone *z, const struct pal_name *apex)
{
	z->apex = *apex;
	z->has_apex = true;
	pal_name_to_text(z->apex_text, apex);
	if (apex->labels > 0)
		strcat(z->apex_text, ".");
	z->apex_len = strlen(z->apex_text);
	place_origin(z);
}

void
zone_set_origin(struct zone *z, const struct pal_name *origin)
{
	z->origin = *origin;
	place_origin(z);
}

/* True if the text ends with a dot that ends a label. */
static bool
is_full(const struct zone_word *word)
{
	size_t quotes = 0, at = word->len;

	if (at == 0 || word->text[--at] != '.')
		return false;
	while (at > 0 && word->text[--at] == '\\')
		quotes++;
	return quotes % 2 == 0;
}

int
zone_name(struct zone *z, const struct zone_word *word, struct pal_name *name)
{
	size_t own;

	if (zone_word_is(word, "@")) {
		*name = z->origin;
		return 0;
	}
	if (pal_name_from_text(name, (const char *)word->text, word->len) < 0)
		return zone_refuse(z, "not a name: %.*s",
			(int)(word->len < 80 ? word->len : 80),
			(const char *)word->text);
	if (is_full(word))
		return 0;
	own = name->len - 1u;
	if (own + z->origin.len > PAL_NAME_MAX)
		return zone_refuse(z, "a name that is too long");
	memcpy(name->wire + own, z->origin.wire, z->origin.len);
	name->len = (uint8_t)(own + z->origin.len);
	name->labels = (uint8_t)(name->labels + z->origin.labels);
	return 0;
}

/* ---- lines ---- */

static int
directive(struct zone *z, const struct zone_record *record)
{
	const struct zone_word *word = record->words;
	struct pal_name name;

	if (zone_word_is(word, "$TTL"))
		return 0;
	if (zone_word_is(word, "$ORIGIN") && record->count > 1) {
		if (zone_name(z, &word[1], &name) < 0)
			return PAL_EFORM;
		zone_set_origin(z, &name);
		return 0;
	}
	return zone_refuse(z,
		"%.*s is not taken in a list: write the records themselves",
		(int)(word->len < 80 ? word->len : 80),
		(const char *)word->text);
}

/* One line; the record is taken when it is whole. */
static int
take_line(struct zone *z, const uint8_t *text, size_t len, uint64_t line)
{
	struct zone_record *record = &z->record;
	unsigned before = record->count;

	if (z->depth == 0) {
		record->count = before = 0;
		record->blank = len > 0 && (text[0] == ' ' || text[0] == '\t');
		z->c->line = line;
	}
	if (memchr(text, 0, len) != NULL)
		return zone_refuse(z, "a NUL octet");
	if (split(z, text, len) < 0)
		return PAL_EFORM;
	if (z->depth > 0)
		keep_words(z, before);
	if (z->depth > 0 || record->count == 0)
		return 0;
	if (record->words[0].text[0] == '$' && !record->blank)
		return directive(z, record);
	return zone_take(z, record);
}

static int
read_all(struct zone *z, struct bulk *bulk)
{
	uint8_t *text;
	size_t len;
	int ret;

	while ((ret = bulk_next(bulk, &text, &len)) != 1) {
		uint64_t line = bulk_number(bulk);

		if (line % 16384 == 0)
			clean_progress(
				z->c, "reading", bulk_octets(bulk), z->c->size);
		if (ret == PAL_ELIMIT) {
			z->c->line = line;
			return zone_refuse(z, "a line of more than %zu octets",
				CLEAN_ZONE_LINE_MAX);
		}
		if (ret == 0 && len > 0 && text[len - 1] == '\r')
			len--;
		if (ret == 0)
			ret = take_line(z, text, len, line);
		if (ret == 0)
			ret = z->c->error;
		if (ret < 0)
			return ret;
	}
	return z->depth == 0 ? 0
	                     : zone_refuse(z, "the file ends inside a record");
}

void
clean_zone(struct cleaner *c, struct bulk *bulk)
{
	struct zone *z = calloc(1, sizeof *z);
	struct pal_name name;
	int ret = PAL_ENOMEM;

	if (z != NULL) {
		z->c = c;
		z->origin = (struct pal_name){.len = 1};
		ret = 0;
	}
	if (ret == 0 && c->options->origin != NULL) {
		ret = pal_name_from_text(
			&name, c->options->origin, strlen(c->options->origin));
		if (ret == 0) {
			zone_set_apex(z, &name);
			zone_set_origin(z, &name);
		}
	}
	bulk_allow(bulk, CLEAN_ZONE_LINE_MAX);
	if (ret == 0)
		ret = read_all(z, bulk);
	if (ret < 0)
		c->error = ret;
	free(z);
}
