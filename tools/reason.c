#include "reason.h"

#include <ctype.h>
#include <string.h>

#include "json.h"
#include "palang/error.h"

/* The draft has a list of contacts; one alone is taken as well. */
static void
take_contacts(struct reason *reason, const struct json_value *value)
{
	const char *text = json_text(value);

	if (text != NULL)
		reason->contacts[reason->contact_count++] = text;
	for (size_t i = 0; i < json_count(value); i++) {
		text = json_text(json_at(value, i));
		if (text == NULL ||
			reason->contact_count == REASON_CONTACTS_MAX)
			continue;
		reason->contacts[reason->contact_count++] = text;
	}
}

int
reason_read(struct reason *reason, const char *text, size_t len)
{
	const struct json_value *entry;
	int err;

	*reason = (struct reason){0};
	err = json_read(&reason->json, text, len);
	if (err != 0)
		return err;
	if (!json_is_map(reason->json)) {
		reason_fini(reason);
		return PAL_EFORM;
	}
	take_contacts(reason, json_get(reason->json, "c"));
	reason->justification = json_text(json_get(reason->json, "j"));
	reason->organization = json_text(json_get(reason->json, "o"));
	reason->language = json_text(json_get(reason->json, "l"));
	entry = json_at(json_get(reason->json, "fdbs"), 0);
	reason->database = json_text(json_get(entry, "db"));
	reason->id = json_text(json_get(entry, "id"));
	return 0;
}

void
reason_fini(struct reason *reason)
{
	json_free(reason->json);
	*reason = (struct reason){0};
}

/* What may stand inside an id goes on with it. */
static bool
ends_id(const char *text, size_t len)
{
	return len == 0 ||
	       !(isalnum((unsigned char)text[0]) ||
		       strchr("._/:-", text[0]) != NULL) ||
	       /* "k 2017/1: further text" */
	       (strchr(":.", text[0]) != NULL && (len == 1 || text[1] == ' '));
}

static bool
skip(const char **text, size_t *len, const char *what)
{
	size_t n = strlen(what);

	if (*len < n || memcmp(*text, what, n) != 0)
		return false;
	*text += n;
	*len -= n;
	return true;
}

static bool
plain_names(const char *text, size_t len, const char *authority, const char *id)
{
	if (!skip(&text, &len, authority))
		return false;
	if (!skip(&text, &len, " ") && !skip(&text, &len, ":"))
		return false;
	return skip(&text, &len, id) && ends_id(text, len);
}

bool
reason_names(
	const char *text, size_t len, const char *authority, const char *id)
{
	struct reason reason;
	bool found;

	if (plain_names(text, len, authority, id))
		return true;
	if (reason_read(&reason, text, len) != 0)
		return false;
	found = reason.id != NULL && strcmp(reason.id, id) == 0 &&
	        (reason.database == NULL ||
			strcmp(reason.database, authority) == 0);
	reason_fini(&reason);
	return found;
}
