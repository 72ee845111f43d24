#include "psl.h"

#include <libpsl.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "idn.h"
#include "names.h"
#include "palang/error.h"

#define LIST_MAX ((size_t)1 << 24)
#define SLOTS    32768 /* a power of two, some times the number of rules */
#define FULL     (SLOTS / 2)

/* What the list has of a key. */
enum { RULE = 1, WILD = 2, BELOW = 4 };

struct slot {
	uint64_t hash; /* 0: empty */
	unsigned flags;
};

struct suffixes {
	psl_ctx_t *psl;
	bool filtered; /* slots hold all rules of it */
	size_t used;
	struct slot slots[SLOTS];
};

static uint64_t
hash_of(const uint8_t *key, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ key[i]) * 0x100000001b3u;
	return hash | 1;
}

static size_t
slot_of(const struct suffixes *s, uint64_t hash)
{
	size_t at = (size_t)(hash >> 32) % SLOTS;

	while (s->slots[at].hash != 0 && s->slots[at].hash != hash)
		at = (at + 1) % SLOTS;
	return at;
}

static unsigned
flags_of(const struct suffixes *s, const uint8_t *key, size_t len)
{
	return s->slots[slot_of(s, hash_of(key, len))].flags;
}

static bool
mark(struct suffixes *s, const uint8_t *key, size_t len, unsigned flags)
{
	uint64_t hash = hash_of(key, len);
	struct slot *slot = &s->slots[slot_of(s, hash)];

	if (slot->hash == 0 && s->used++ == FULL)
		return false;
	slot->hash = hash;
	slot->flags |= flags;
	return true;
}

/* One rule as it stands in the list: co.uk, *.ck, !www.ck. */
static bool
add_rule(struct suffixes *s, const char *rule)
{
	uint8_t key[NAMES_KEY_MAX];
	unsigned flags = RULE;
	struct pal_name name;
	char why[IDN_WHY_MAX];
	size_t len;

	if (rule[0] == '!')
		rule++;
	if (strncmp(rule, "*.", 2) == 0) {
		flags = WILD;
		rule += 2;
	}
	if (idn_read(&name, rule, why) < 0)
		return false;
	len = names_key(key, &name);
	if (!mark(s, key, len, flags))
		return false;
	return (name.labels == 1 && flags == RULE) ||
	       mark(s, key, strlen((const char *)key) + 1, BELOW);
}

/* The section of the list that the registries have their rules in. */
static bool
add_rules(struct suffixes *s, char *text)
{
	char *at = strstr(text, "===BEGIN ICANN DOMAINS===");
	char *end = at == NULL ? NULL : strstr(at, "===END ICANN DOMAINS===");
	char *line, *rest = NULL;

	if (end == NULL)
		return false;
	*end = '\0';
	at += strcspn(at, "\n");
	for (line = strtok_r(at, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		line[strcspn(line, " \t\r")] = '\0';
		if (line[0] == '\0' || strncmp(line, "//", 2) == 0)
			continue;
		if (!add_rule(s, line))
			return false;
	}
	return true;
}

/* The list as text stands beside the compiled one; libpsl reads the same
 * text, so that the two agree. */
static bool
open_text(struct suffixes *s)
{
	const char *compiled = psl_dist_filename();
	const char *dot = compiled == NULL ? NULL : strrchr(compiled, '.');
	char path[512], *text = NULL;
	size_t len;

	if (dot == NULL || (size_t)(dot - compiled) > sizeof path - 5)
		return false;
	memcpy(path, compiled, (size_t)(dot - compiled));
	strcpy(path + (dot - compiled), ".dat");
	if (file_read(path, LIST_MAX, 0, &text, &len) < 0)
		return false;
	if (add_rules(s, text))
		s->psl = psl_load_file(path);
	free(text);
	return s->psl != NULL;
}

int
suffixes_open(struct suffixes **suffixes)
{
	struct suffixes *s = calloc(1, sizeof *s);

	if (s == NULL)
		return PAL_ENOMEM;
	s->filtered = open_text(s);
	if (!s->filtered)
		s->psl = psl_latest(NULL);
	*suffixes = s;
	return 0;
}

void
suffixes_close(struct suffixes *s)
{
	if (s == NULL)
		return;
	psl_free(s->psl);
	free(s);
}

static bool
ask(const struct suffixes *s, const char *name)
{
	const psl_ctx_t *psl = s->psl != NULL ? s->psl : psl_builtin();

	return psl_is_public_suffix2(
		       psl, name, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
}

bool
suffixes_has_tld(const struct suffixes *s, const char *label)
{
	/* for trials, and for what is shown as an example: RFC 6761 */
	return strcmp(label, "example") == 0 || strcmp(label, "test") == 0 ||
	       ask(s, label);
}

bool
suffixes_has_below(const struct suffixes *s, const char *label)
{
	return !s->filtered ||
	       (flags_of(s, (const uint8_t *)label, strlen(label) + 1) &
		       BELOW) != 0;
}

/* Without its last label, that is the first one of the name. */
static size_t
parent_len(const uint8_t *key, size_t len)
{
	len--;
	while (len > 0 && key[len - 1] != 0)
		len--;
	return len;
}

bool
suffixes_has(const struct suffixes *s, const uint8_t *key, size_t len)
{
	char text[PAL_NAME_TEXT_MAX];
	struct pal_name name;

	/* where only *.name is a rule, the name is wider than one */
	if (s->filtered && !(flags_of(s, key, len) & (RULE | WILD)) &&
		!(flags_of(s, key, parent_len(key, len)) & WILD))
		return false;
	names_name(&name, key, len);
	return ask(s, pal_name_to_text(text, &name));
}
