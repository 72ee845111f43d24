#include "lines.h"

#include <string.h>

void
lines_open(struct lines *lines, const char *text, size_t len)
{
	lines->next = text;
	lines->end = text + len;
	lines->line = lines->at = lines->line_end = text;
	lines->number = 0;
}

bool
lines_next(struct lines *lines)
{
	const char *lf =
		memchr(lines->next, '\n', (size_t)(lines->end - lines->next));

	if (lf == NULL)
		return false;
	lines->line = lines->at = lines->next;
	lines->line_end = lf;
	lines->next = lf + 1;
	lines->number++;
	return true;
}

struct word
lines_word(struct lines *lines)
{
	struct word word = {lines->at, 0};
	size_t left = (size_t)(lines->line_end - lines->at);
	const char *space = memchr(lines->at, ' ', left);

	word.len = space != NULL ? (size_t)(space - lines->at) : left;
	lines->at += word.len + (space != NULL);
	return word;
}

struct word
lines_rest(struct lines *lines)
{
	struct word word = {lines->at, (size_t)(lines->line_end - lines->at)};

	lines->at = lines->line_end;
	return word;
}

bool
lines_done(const struct lines *lines)
{
	return lines->at == lines->line_end &&
	       (lines->at == lines->line || lines->at[-1] != ' ');
}

bool
word_is(struct word word, const char *text)
{
	return strlen(text) == word.len &&
	       memcmp(word.text, text, word.len) == 0;
}

bool
word_choice(struct word word, const char *const *texts, unsigned count,
	unsigned *choice)
{
	for (*choice = 0; *choice < count; ++*choice) {
		if (word_is(word, texts[*choice]))
			return true;
	}
	return false;
}

bool
word_number(struct word word, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	if (word.len == 0 || (word.text[0] == '0' && word.len > 1))
		return false;
	for (size_t i = 0; i < word.len; i++) {
		unsigned digit = (unsigned)word.text[i] - '0';
		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return value <= max;
}

bool
word_copy(struct word word, const char *more, char *to, size_t size)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	if (word.len == 0 || word.len >= size)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (word.text[i] == '\0' ||
			(strchr(alphabet, word.text[i]) == NULL &&
				strchr(more, word.text[i]) == NULL))
			return false;
		to[i] = word.text[i];
	}
	to[word.len] = '\0';
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
word_hex(struct word word, uint8_t *to, size_t size)
{
	if (word.len != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int hi = hex_digit(word.text[2 * i]);
		int lo = hex_digit(word.text[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return false;
		to[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}
