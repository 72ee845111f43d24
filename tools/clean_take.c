#include <arpa/inet.h>
#include <stdlib.h>

#include "clean_parts.h"
#include "idn.h"
#include "palang/error.h"

#define NOTE(reason) (1u << ((reason)-CLEAN_FIRST_TOLD))

void
clean_tell(struct cleaner *c, enum clean_reason reason)
{
	struct clean_count *count = &c->report->reasons[reason];

	count->count++;
	for (size_t i = 0; i < CLEAN_LINES_KEPT; i++) {
		if (count->lines[i] == c->line)
			return;
		if (count->lines[i] == 0) {
			count->lines[i] = c->line;
			return;
		}
	}
}

void
clean_leave_out(struct cleaner *c, enum clean_reason reason)
{
	c->report->names++;
	clean_tell(c, reason);
}

static void
tell_notes(struct cleaner *c, unsigned notes)
{
	for (int i = CLEAN_FIRST_TOLD; notes != 0; i++, notes >>= 1) {
		if (notes & 1)
			clean_tell(c, (enum clean_reason)i);
	}
}

/* True if the entry would block a protected name.  Those at the name and below
 * it stand side by side, the name itself first. */
static bool
hits_protected(
	const struct cleaner *c, const uint8_t *key, size_t len, unsigned flags)
{
	size_t low = 0, high = c->options->protected_count;
	unsigned kind = flags & ENTRY_KIND;
	const uint8_t *at;

	if (flags & ENTRY_OPEN)
		return false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		at = c->protected + mid * (NAMES_KEY_MAX + 1);
		if (memcmp(at + 1, key, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < c->options->protected_count; low++) {
		at = c->protected + low * (NAMES_KEY_MAX + 1);
		if (memcmp(at + 1, key, len) != 0)
			return false;
		/* what lies below a name leaves itself open */
		if (kind != ENTRY_BELOW || at[0] > len)
			return kind != ENTRY_EXACT || at[0] == len;
	}
	return false;
}

/* What is left to say against a name whose key stands behind the arena. */
static void
admit(struct cleaner *c, const uint8_t *key, size_t len, uint16_t tld,
	unsigned flags, unsigned notes)
{
	const struct tld *top = &c->tlds.table[tld];

	if (len == top->len + 1u ||
		(top->below && suffixes_has(c->tlds.suffixes, key, len))) {
		clean_leave_out(c, CLEAN_SUFFIX);
		return;
	}
	if (c->options->protected_count > 0 &&
		hits_protected(c, key, len, flags)) {
		clean_leave_out(c, CLEAN_PROTECTED);
		return;
	}
	clean_keep(c, len, tld, flags);
	if (notes != 0 && !(flags & ENTRY_QUIET))
		tell_notes(c, notes);
}

bool
clean_take_plain(
	struct cleaner *c, const uint8_t *text, size_t len, unsigned flags)
{
	struct names_plain plain;
	uint8_t *key;
	int tld;

	if (len - 1 >= NAMES_KEY_MAX - 1 || !names_scan(&plain, text, len) ||
		plain.dot_count == 0)
		return false;
	key = clean_room(c);
	if (key == NULL)
		return true;
	if (names_plain_key(key, &plain, len) == 0)
		return false;
	tld = tlds_find(
		&c->tlds, key, len - plain.dots[plain.dot_count - 1] - 1);
	if (tld < 0)
		return false;
	admit(c, key, len + 1, (uint16_t)tld, flags,
		plain.changed ? NOTE(CLEAN_UPPER) : 0);
	return true;
}

/* A name that is one, whatever is to be said of it. */
static void
take_name(struct cleaner *c, const struct pal_name *name, unsigned flags,
	unsigned notes)
{
	uint8_t *key = clean_room(c);
	uint8_t own[NAMES_KEY_MAX];
	size_t len = names_key(own, name);
	int tld;

	if (key == NULL)
		return;
	if (len == 0) {
		clean_leave_out(c, CLEAN_SUFFIX); /* the root */
		return;
	}
	memcpy(key, own, len);
	tld = tlds_find(&c->tlds, key, strlen((char *)key));
	if (tld < 0)
		clean_leave_out(c, CLEAN_UNKNOWN_TLD);
	else
		admit(c, key, len, (uint16_t)tld, flags, notes);
}

void
clean_take_name(struct cleaner *c, const struct pal_name *name, unsigned flags)
{
	for (size_t at = 0; name->wire[at] != 0; at += 1u + name->wire[at]) {
		for (size_t i = 1; i <= name->wire[at]; i++) {
			if (!names_is_octet(name->wire[at + i])) {
				clean_leave_out(c, CLEAN_BAD_NAME);
				return;
			}
		}
	}
	take_name(c, name, flags, 0);
}

bool
clean_is_address(const uint8_t *text, size_t len)
{
	char copy[INET6_ADDRSTRLEN];
	uint8_t octets[16];
	const uint8_t *zone;

	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	zone = memchr(text, '%', len); /* fe80::1%lo0 */
	if (zone != NULL)
		len = (size_t)(zone - text);
	if (len == 0 || len >= sizeof copy)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return inet_pton(AF_INET, copy, octets) == 1 ||
	       inet_pton(AF_INET6, copy, octets) == 1;
}

/* ---- what is not just a name ---- */

/* What is left of a text after something around its name was taken off. */
struct peel {
	uint8_t *text;
	size_t len;
	unsigned notes;
	bool url;
	bool subtree;
};

static void
drop_front(struct peel *peel, size_t len)
{
	peel->text += len;
	peel->len -= len;
}

/* Octets up to the first of these characters; all if there is none. */
static size_t
until(const struct peel *peel, const char *set)
{
	size_t at = 0;

	while (at < peel->len &&
		(peel->text[at] == 0 || !strchr(set, peel->text[at])))
		at++;
	return at;
}

static void
peel_scheme(struct peel *peel)
{
	size_t at = 0;

	while (at < peel->len &&
		(names_octets[peel->text[at]] != 0 || peel->text[at] == '+'))
		at++;
	if (at == 0 || peel->len - at < 3 ||
		memcmp(peel->text + at, "://", 3) != 0)
		return;
	drop_front(peel, at + 3);
	peel->url = true;
	peel->notes |= NOTE(CLEAN_URL);
}

/* A path, and the address that may stand before it. */
static int
peel_path(struct peel *peel)
{
	size_t end = until(peel, "/?#");
	bool path = end < peel->len &&
	            !(peel->text[end] == '/' && end + 1 == peel->len);
	const uint8_t *at = peel->url ? memchr(peel->text, '@', end) : NULL;

	if (end < peel->len)
		peel->notes |= NOTE(CLEAN_URL);
	peel->len = end;
	if (at != NULL)
		drop_front(peel, (size_t)(at - peel->text) + 1);
	if (clean_is_address(peel->text, peel->len))
		return CLEAN_ADDRESS;
	return path ? CLEAN_URL_PATH : CLEAN_REASONS;
}

static int
check_port(const struct peel *peel)
{
	size_t end = until(peel, ":"), at = end + 1;

	if (end == peel->len)
		return CLEAN_REASONS;
	if (clean_is_address(peel->text, end))
		return CLEAN_ADDRESS;
	while (at < peel->len && peel->text[at] >= '0' && peel->text[at] <= '9')
		at++;
	return at == peel->len && end > 0 ? CLEAN_PORT : CLEAN_BAD_NAME;
}

/* "[2001:db8::1]:443" */
static bool
is_bracketed(const struct peel *peel)
{
	size_t end = until(peel, "]");

	return peel->len > 0 && peel->text[0] == '[' && end < peel->len &&
	       clean_is_address(peel->text, end + 1);
}

static void
peel_dots(struct peel *peel)
{
	if (peel->len > 2 && peel->text[0] == '*' && peel->text[1] == '.') {
		drop_front(peel, 2);
		peel->subtree = true;
	} else if (peel->len > 1 && peel->text[0] == '.') {
		drop_front(peel, 1);
		peel->subtree = true;
	}
	if (peel->subtree)
		peel->notes |= NOTE(CLEAN_WILDCARD);
	if (peel->len > 1 && peel->text[peel->len - 1] == '.') {
		peel->len--;
		peel->notes |= NOTE(CLEAN_DOT);
	}
}

/* The reason against it, or CLEAN_REASONS. */
static int
peel_all(struct peel *peel)
{
	int reason;

	if (memchr(peel->text, 0, peel->len) != NULL)
		return CLEAN_NUL;
	peel_scheme(peel);
	reason = peel_path(peel);
	if (reason == CLEAN_ADDRESS || is_bracketed(peel))
		return CLEAN_ADDRESS;
	if (peel->len == 0)
		return CLEAN_BAD_NAME;
	if (reason == CLEAN_URL_PATH)
		return reason;
	reason = check_port(peel);
	if (reason == CLEAN_REASONS)
		peel_dots(peel);
	return reason;
}

/* Letters lowered; false if there is more than ASCII has. */
static bool
lower(struct peel *peel)
{
	for (size_t i = 0; i < peel->len; i++) {
		uint8_t octet = peel->text[i];

		if (octet >= 0x80)
			return false;
		peel->text[i] = pal_lower(octet);
		if (peel->text[i] != octet)
			peel->notes |= NOTE(CLEAN_UPPER);
	}
	return true;
}

/* The name of what is left of it; false if it is none. */
static bool
read_name(struct peel *peel, struct pal_name *name)
{
	uint8_t key[NAMES_KEY_MAX + NAMES_SLACK];
	char text[PAL_NAME_TEXT_MAX], why[IDN_WHY_MAX];

	if (lower(peel)) {
		size_t len = names_key_of_text(key, peel->text, peel->len);

		if (len > 0)
			names_name(name, key, len);
		return len > 0;
	}
	if (peel->len >= sizeof text)
		return false;
	memcpy(text, peel->text, peel->len);
	text[peel->len] = '\0';
	peel->notes &= ~NOTE(CLEAN_UPPER);
	peel->notes |= NOTE(CLEAN_U_LABEL);
	return idn_read(name, text, why) == 0 && name->labels > 0;
}

void
clean_take(struct cleaner *c, uint8_t *text, size_t len, unsigned flags)
{
	struct peel peel = {.text = text, .len = len};
	struct pal_name name;
	int reason;

	if (clean_take_plain(c, text, len, flags))
		return;
	reason = peel_all(&peel);
	if (reason != CLEAN_REASONS) {
		clean_leave_out(c, (enum clean_reason)reason);
		return;
	}
	if (!peel.subtree && peel.len == 1 && peel.text[0] == '.') {
		clean_leave_out(c, CLEAN_SUFFIX);
		return;
	}
	if (peel.subtree)
		flags = (flags & ~(unsigned)ENTRY_KIND) | ENTRY_SUBTREE;
	if (!read_name(&peel, &name))
		clean_leave_out(c, CLEAN_BAD_NAME);
	else
		take_name(c, &name, flags, peel.notes);
}
