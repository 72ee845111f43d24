#include "text.h"

#include <stdlib.h>
#include <string.h>

struct span {
	uint32_t first, last;
};

/* In order; the Unicode names stand behind. */
static const struct span controls[] = {
	{0x00, 0x1f},       /* C0 */
	{0x7f, 0x9f},       /* DELETE, C1 */
	{0x61c, 0x61c},     /* ARABIC LETTER MARK */
	{0x200e, 0x200f},   /* LEFT-TO-RIGHT MARK, RIGHT-TO-LEFT MARK */
	{0x2028, 0x202e},   /* separators; embeddings and overrides */
	{0x2066, 0x206f},   /* isolates; deprecated format characters */
	{0xfdd0, 0xfdef},   /* noncharacters */
	{0xfeff, 0xfeff},   /* ZERO WIDTH NO-BREAK SPACE, byte order mark */
	{0xfff9, 0xfffb},   /* interlinear annotation */
	{0xe0000, 0xe007f}, /* tags */
};

/* The octets that a leading octet announces, and its payload. */
static size_t
lead(uint8_t octet, uint32_t *code)
{
	if (octet < 0x80) {
		*code = octet;
		return 1;
	}
	if (octet >= 0xc2 && octet <= 0xdf) {
		*code = octet & 0x1fu;
		return 2;
	}
	if (octet >= 0xe0 && octet <= 0xef) {
		*code = octet & 0x0fu;
		return 3;
	}
	if (octet >= 0xf0 && octet <= 0xf4) {
		*code = octet & 0x07u;
		return 4;
	}
	return 0;
}

size_t
text_next(const char *text, size_t len, uint32_t *code)
{
	const uint8_t *octets = (const uint8_t *)text;
	size_t n;

	if (len == 0)
		return 0;
	n = lead(octets[0], code);
	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((octets[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (octets[i] & 0x3fu);
	}
	if (n == 3 && (*code < 0x800 || (*code & 0xfffff800) == 0xd800))
		return 0;
	if (n == 4 && (*code < 0x10000 || *code > 0x10ffff))
		return 0;
	return n;
}

bool
text_is_utf8(const char *text, size_t len)
{
	uint32_t code;

	while (len > 0) {
		size_t n = text_next(text, len, &code);

		if (n == 0)
			return false;
		text += n;
		len -= n;
	}
	return true;
}

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

char *
text_mend(const char *text, size_t len)
{
	char *copy = malloc(len * strlen(REPLACEMENT) + 1), *end = copy;

	if (copy == NULL)
		return NULL;
	while (len > 0) {
		uint32_t code;
		size_t n = text_next(text, len, &code);

		if (n > 0 && code != 0)
			end = (char *)memcpy(end, text, n) + n;
		else
			end = stpcpy(end, REPLACEMENT);
		text += n > 0 ? n : 1;
		len -= n > 0 ? n : 1;
	}
	*end = '\0';
	return copy;
}

size_t
text_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((uint8_t)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

bool
text_is_control(uint32_t code)
{
	for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
		if (code >= controls[i].first && code <= controls[i].last)
			return true;
	}
	/* the last two of each plane are noncharacters too */
	return (code & 0xfffe) == 0xfffe;
}

bool
text_is_plain(const char *text, size_t len)
{
	uint32_t code;

	while (len > 0) {
		size_t n = text_next(text, len, &code);

		if (n == 0 || text_is_control(code))
			return false;
		text += n;
		len -= n;
	}
	return true;
}

/* Prints what stands for the code point, or for the octet that is none. */
static void
print_escape(FILE *out, uint32_t code)
{
	if (code == '\n')
		fputs("\\n", out);
	else if (code == '\r')
		fputs("\\r", out);
	else if (code == '\t')
		fputs("\\t", out);
	else if (code < 0x100)
		fprintf(out, "\\x%02x", (unsigned)code);
	else
		fprintf(out, "\\u{%04X}", (unsigned)code);
}

void
text_print(FILE *out, const char *text)
{
	size_t len = strlen(text);
	uint32_t code;

	while (len > 0) {
		size_t n = text_next(text, len, &code);

		if (n == 0) {
			n = 1;
			print_escape(out, (uint8_t)text[0]);
		} else if (text_is_control(code)) {
			print_escape(out, code);
		} else {
			fwrite(text, 1, n, out);
		}
		text += n;
		len -= n;
	}
}

char *
text_escape(const char *text)
{
	char *escaped = NULL;
	size_t len;
	FILE *out = open_memstream(&escaped, &len);

	if (out == NULL)
		return NULL;
	text_print(out, text);
	if (fclose(out) != 0) {
		free(escaped);
		return NULL;
	}
	return escaped;
}

#define NEAREST_MAX 32 /* octets of a word worth comparing */

/* Edits (insert, drop, replace, swap neighbours) that make b of a. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	size_t m = strlen(a), n = strlen(b);

	if (m > NEAREST_MAX || n > NEAREST_MAX)
		return NEAREST_MAX;
	for (size_t j = 0; j <= n; j++)
		last[j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			row[j] = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < row[j])
				row[j] = last[j] + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1] &&
				before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[n];
}

const char *
text_nearest(const char *word, const char *const *list)
{
	/* One slip in three letters still reads as a slip. */
	size_t best = strlen(word) / 3 + 1;
	const char *nearest = NULL;

	for (; *list != NULL; list++) {
		size_t far = distance(word, *list);

		if (far < best || (far == best && nearest == NULL)) {
			best = far;
			nearest = *list;
		}
	}
	return nearest;
}

bool
text_copy(char *dst, size_t size, const char *src)
{
	size_t len = strlen(src);

	dst[0] = '\0';
	if (len >= size)
		return false;
	memcpy(dst, src, len + 1);
	return true;
}
