/* Orders to be filled in. */
#ifndef TOOL_CMD_TEMPLATE_H
#define TOOL_CMD_TEMPLATE_H

#include <stdio.h>

#include "order.h"

/* Writes an order that says so much as it stands.  Lines that begin with `#`
 * and a letter are keys that may be left out: without the `#` they count.
 * now: an RFC 3339 time. */
void template_write(FILE *out, enum order_action action, const char *authority,
	const char *now);

#endif
