/*
 * The reason in the text of an EDE: plain text, or the JSON object of
 * draft-ietf-dnsop-structured-dns-error.  Written by others, all of it.
 */
#ifndef TOOL_REASON_H
#define TOOL_REASON_H

#include <stdbool.h>
#include <stddef.h>

#define REASON_CONTACTS_MAX 4

struct reason {
	struct json_value *json; /* owns the strings below */
	const char *contacts[REASON_CONTACTS_MAX];
	size_t contact_count;
	const char *justification, *organization, *language;
	const char *database, *id; /* of the first of fdbs */
};

/* 0; PAL_EFORM if the text is no JSON object; PAL_ENOMEM.  What is absent or
 * of another type than it should be is NULL. */
int reason_read(struct reason *reason, const char *text, size_t len);
void reason_fini(struct reason *reason);

/* True if the text gives this order as its reason: "AUTHORITY ID" at its
 * start, or the same in the JSON object. */
bool reason_names(
	const char *text, size_t len, const char *authority, const char *id);

#endif
