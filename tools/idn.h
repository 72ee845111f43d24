/*
 * What people write as a name, read as a name.
 *
 * ASCII names of letters, digits, hyphens and underscores are taken as they
 * are.  Others go through IDNA2008 (UTS 46, non-transitional) and become
 * A-labels.  What is no name (a URL, an address, a wildcard) is refused with
 * the way out that fits it.
 */
#ifndef TOOL_IDN_H
#define TOOL_IDN_H

#include "palang/image.h"
#include "palang/name.h"

#define IDN_WHY_MAX 400 /* holds any reason, and its NUL */

/* 0; or PAL_ENAME, why then says what is wrong and what would be right, with
 * parts of the text in it.  A trailing dot is taken. */
int idn_read(struct pal_name *name, const char *text, char why[IDN_WHY_MAX]);

/* 0; or PAL_ERANGE for a rule that is wider than palang takes: the root, or
 * all below a single label. */
int idn_check_rule(const struct pal_name *name, enum pal_scope scope,
	char why[IDN_WHY_MAX]);

#endif
