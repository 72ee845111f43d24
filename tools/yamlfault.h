/* What is wrong with a text that is no YAML, in words that help. */
#ifndef TOOL_YAMLFAULT_H
#define TOOL_YAMLFAULT_H

#include "yamldoc.h"

/* What libyaml says; lines and columns from 0. */
struct yaml_fault {
	const char *problem; /* may be NULL */
	size_t line, column;
	const char *context; /* may be NULL */
	size_t context_line, context_column;
};

/* Adds one error. */
void yaml_explain(struct yaml_reader *reader, const char *data, size_t len,
	const struct yaml_fault *fault);

/* 0, or PAL_EFORM with an error if the text is not UTF-8 or holds control
 * characters.  Every octet is seen by somebody before it is applied, so none
 * may be other than it looks, not even in a comment. */
int yaml_check_octets(struct yaml_reader *reader, const char *data, size_t len);

#endif
