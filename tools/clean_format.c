/* What a list is, told from its beginning. */
#include <strings.h>

#include "clean_parts.h"

#define LINES_TOLD 1000 /* lines that are looked at */

const char *const clean_format_names[CLEAN_FORMATS] = {
	"auto", "plain", "hosts", "adblock", "rpz"};

static bool
begins(const uint8_t *text, size_t len, const char *with)
{
	size_t want = strlen(with);

	return len >= want && strncasecmp((const char *)text, with, want) == 0;
}

/* True if one of the words of a line, before a comment, is this. */
static bool
has_word(const uint8_t *text, size_t len, const char *wanted)
{
	while (len > 0 && *text != '#' && *text != ';') {
		size_t word = clean_word(text, len), blanks;

		if (word == strlen(wanted) && begins(text, word, wanted))
			return true;
		blanks = clean_blanks(text + word, len - word);
		text += word + blanks;
		len -= word + blanks;
	}
	return false;
}

static bool
is_html(const uint8_t *text, size_t len)
{
	static const char *const starts[] = {"<!doctype", "<html", "<head",
		"<body", "<?xml", "<!--", "<script", "<meta", "<title"};

	while (len > 0 && (*text <= ' ')) {
		text++;
		len--;
	}
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (begins(text, len, starts[i]))
			return true;
	}
	return false;
}

/* What one line speaks for, and how loudly; CLEAN_AUTO: nothing. */
static enum clean_format
format_of_line(const uint8_t *text, size_t len, unsigned *voice)
{
	size_t front = clean_blanks(text, len), word, blanks;

	text += front;
	len -= front;
	*voice = 1;
	if (begins(text, len, "$ORIGIN") || begins(text, len, "$TTL") ||
		has_word(text, len, "SOA")) {
		*voice = LINES_TOLD; /* only a zone has that */
		return CLEAN_RPZ;
	}
	if (has_word(text, len, "CNAME"))
		return CLEAN_RPZ;
	if (begins(text, len, "[Adblock") || begins(text, len, "||") ||
		begins(text, len, "@@||"))
		return CLEAN_ADBLOCK;
	if (len == 0 || *text == '#' || *text == ';' || *text == '!')
		return CLEAN_AUTO;
	word = clean_word(text, len);
	blanks = clean_blanks(text + word, len - word);
	if (word + blanks < len && clean_is_address(text, word))
		return CLEAN_HOSTS;
	return CLEAN_PLAIN;
}

enum clean_format
clean_detect(const uint8_t *text, size_t len, bool *html)
{
	unsigned votes[CLEAN_FORMATS] = {0};
	enum clean_format best = CLEAN_PLAIN;

	*html = is_html(text, len);
	for (unsigned i = 0; i < LINES_TOLD && len > 0; i++) {
		const uint8_t *end = memchr(text, '\n', len);
		size_t line = end == NULL ? len : (size_t)(end - text);
		bool cr = line > 0 && text[line - 1] == '\r';
		enum clean_format format;
		unsigned voice;

		format = format_of_line(text, line - cr, &voice);
		votes[format] += voice;
		text += line + (end != NULL);
		len -= line + (end != NULL);
	}
	for (int f = CLEAN_HOSTS; f < CLEAN_FORMATS; f++) {
		if (votes[f] > votes[best])
			best = (enum clean_format)f;
	}
	return best;
}
