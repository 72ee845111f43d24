#include "yamlfault.h"

#include <stdint.h>
#include <string.h>

#include "palang/error.h"
#include "text.h"

static void
add(struct yaml_reader *reader, size_t line, size_t column, const char *text)
{
	problem_error(reader->problems, reader->file, (unsigned)line + 1,
		(unsigned)column + 1, "%s", text);
}

/* The text from a place on, up to the next blank. */
static void
word_at(const char *data, size_t len, size_t line, size_t column, char *word,
	size_t size)
{
	const char *end = data + len;
	size_t n = 0;
	uint32_t code;

	for (; line > 0 && data < end; data++)
		line -= *data == '\n';
	for (; column > 0 && data < end; column--) {
		size_t octets = text_next(data, (size_t)(end - data), &code);

		data += octets == 0 ? 1 : octets;
	}
	while (data < end && strchr(" \t\r\n,]}", *data) == NULL &&
		n + 1 < size)
		word[n++] = *data++;
	word[n] = '\0';
}

/* A target such as *.t.me is the one alias that people mean to write. */
static void
explain_alias(struct yaml_reader *reader, const char *data, size_t len,
	const struct yaml_fault *fault)
{
	size_t line = fault->context_line, column = fault->context_column;
	/* Empty, if the place is beyond what is there: then so is the name. */
	char word[260] = "", text[600];
	const char *name = word + 1;

	word_at(data, len, line, column, word, sizeof word);
	if (*name == '.')
		name++;
	if (*name == '\0' || strchr(name, '*') != NULL)
		snprintf(text, sizeof text,
			"`%s` is an alias in YAML; if this is text, put it in "
			"quotes",
			word);
	else
		snprintf(text, sizeof text,
			"`%s` is an alias in YAML; write %s with "
			"`scope: subtree`",
			word, name);
	add(reader, line, column, text);
}

struct advice {
	const char *problem; /* begins libyaml's own words */
	bool context;        /* the place is where it began */
	const char *text;
};

/* What people did when libyaml says this. */
static const struct advice advices[] = {
	{"found character that cannot start any token", false,
		"no text can begin with this character; put the text in "
		"quotes, and indent with spaces, not tabs"},
	{"found a tab character", false, "tabs cannot indent; use spaces"},
	{"mapping values are not allowed in this context", false,
		"`: ` in the middle of a text; put the text in quotes"},
	{"could not find expected ':'", true,
		"a key without `: ` and a value; add them, or indent the "
		"line as part of the text above"},
	{"did not find expected key", false,
		"this line fits nowhere; check its indentation and the quotes "
		"before it"},
	{"did not find expected '-' indicator", false,
		"this line is no entry of the list above; begin it with `- ` "
		"or check its indentation"},
	{"found unexpected end of stream", true,
		"a quote that is opened here is never closed"},
	{"found unexpected document indicator", true,
		"a quote that is opened here is never closed"},
	{"block sequence entries are not allowed in this context", false,
		"a list cannot begin in the middle of a line; begin it on the "
		"next one"},
};

void
yaml_explain(struct yaml_reader *reader, const char *data, size_t len,
	const struct yaml_fault *fault)
{
	const char *problem = fault->problem == NULL ? "" : fault->problem;
	char text[256];

	if (fault->context != NULL && strstr(fault->context, "an alias")) {
		explain_alias(reader, data, len, fault);
		return;
	}
	for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
		const struct advice *advice = &advices[i];

		if (strncmp(problem, advice->problem,
			    strlen(advice->problem)) != 0)
			continue;
		if (advice->context)
			add(reader, fault->context_line, fault->context_column,
				advice->text);
		else
			add(reader, fault->line, fault->column, advice->text);
		return;
	}
	snprintf(text, sizeof text, "this is not YAML: %s", problem);
	add(reader, fault->line, fault->column, text);
}

int
yaml_check_octets(struct yaml_reader *reader, const char *data, size_t len)
{
	size_t line = 0, column = 0;
	uint32_t code;
	char text[64];

	for (size_t at = 0, n; at < len; at += n) {
		/* most of a file is ASCII */
		code = (uint8_t)data[at];
		n = code < 0x80 ? 1 : text_next(data + at, len - at, &code);
		if (n == 0) {
			add(reader, line, column,
				"this is not UTF-8; save the file as UTF-8");
			return PAL_EFORM;
		}
		column++;
		if (code == '\n') {
			line++;
			column = 0;
		} else if ((code < 0x20 || code >= 0x7f) && code != '\t' &&
			   code != '\r' && text_is_control(code)) {
			snprintf(text, sizeof text,
				"a control character, U+%04X; leave it out",
				(unsigned)code);
			add(reader, line, column - 1, text);
			return PAL_EFORM;
		}
	}
	return 0;
}
