#include "psl.h"

#include <libpsl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "idn.h"
#include "names.h"
#include "palang/error.h"

#define LIST_MAX ((size_t)1 << 24)
#define SLOTS    32768 /* a power of two, some times the number of rules */
#define FULL     (SLOTS / 2)

/* What the list has of a key. */
enum { RULE = 1, WILD = 2, BELOW = 4, OVER_ICANN = 8, OVER_PRIVATE = 16 };

struct slot {
	uint64_t hash; /* 0: empty */
	unsigned flags;
};

struct suffixes {
	psl_ctx_t *psl;
	bool filtered; /* slots hold all rules of it */
	bool learned;  /* slots hold what lies above its rules */
	char *text;    /* the list, until it is taken in for that */
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

/* The names above a rule, each marked. */
static bool
add_above(struct suffixes *s, const char *rule, unsigned flags)
{
	bool wild = strncmp(rule, "*.", 2) == 0;
	uint8_t key[NAMES_KEY_MAX];
	struct pal_name name;
	char why[IDN_WHY_MAX];
	size_t len;

	/* an exception is no suffix */
	if (rule[0] == '!')
		return true;
	if (idn_read(&name, wild ? rule + 2 : rule, why) < 0)
		return false;
	len = names_key(key, &name);
	if (wild && !mark(s, key, len, WILD))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (key[i] == 0 && (wild || i + 1 < len) &&
			!mark(s, key, i + 1, flags))
			return false;
	}
	return true;
}

static bool
add_plain(struct suffixes *s, const char *rule, unsigned flags)
{
	(void)flags;
	return add_rule(s, rule);
}

typedef bool adder(struct suffixes *s, const char *rule, unsigned flags);

/* The rules of the section that begins there. */
static bool
add_section(struct suffixes *s, char *at, adder *add, unsigned flags)
{
	char *line, *rest = NULL;

	if (at == NULL)
		return false;
	for (line = strtok_r(at + strcspn(at, "\n"), "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "// ===END", 9) == 0)
			return true;
		line[strcspn(line, " \t\r")] = '\0';
		if (line[0] == '\0' || strncmp(line, "//", 2) == 0)
			continue;
		if (!add(s, line, flags))
			return false;
	}
	return false;
}

/* The registries' section, and that of the private owners of names below
 * which others have theirs. */
#define ICANN   "===BEGIN ICANN DOMAINS==="
#define PRIVATE "===BEGIN PRIVATE DOMAINS==="

/* The list as text stands beside the compiled one; libpsl reads the same
 * text, so that the two agree. */
static bool
find_text(char path[PATH_MAX])
{
	const char *compiled = psl_dist_filename();
	const char *dot = compiled == NULL ? NULL : strrchr(compiled, '.');

	if (dot == NULL || (size_t)(dot - compiled) > PATH_MAX - 5)
		return false;
	memcpy(path, compiled, (size_t)(dot - compiled));
	strcpy(path + (dot - compiled), ".dat");
	return true;
}

static char *
read_text(const char *path)
{
	char *text = NULL;
	size_t len;

	return file_read(path, LIST_MAX, 0, &text, &len) < 0 ? NULL : text;
}

const char *
suffixes_file(void)
{
	static char path[PATH_MAX];

	return find_text(path) ? path : "public_suffix_list.dat";
}

void
suffixes_mark(const char *file, char mark[SUFFIXES_MARK_MAX])
{
	const char *compiled = psl_dist_filename();
	const char *built = psl_builtin_sha1sum();
	char path[PATH_MAX];
	struct stat st;

	if (file == NULL && find_text(path))
		file = path;
	if ((file != NULL && stat(file, &st) == 0) ||
		(compiled != NULL && stat(compiled, &st) == 0))
		snprintf(mark, SUFFIXES_MARK_MAX, "%jd %jd.%09ld",
			(intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
			st.st_mtim.tv_nsec);
	else
		snprintf(mark, SUFFIXES_MARK_MAX, "%s",
			built == NULL ? "" : built);
}

static bool
open_text(struct suffixes *s)
{
	char path[PATH_MAX];
	char *text = find_text(path) ? read_text(path) : NULL;

	if (text == NULL)
		return false;
	if (add_section(s, strstr(text, ICANN), add_plain, 0))
		s->psl = psl_load_file(path);
	free(text);
	return s->psl != NULL;
}

bool
suffixes_learn_above(struct suffixes *s)
{
	char *text = s->text, *private;
	bool learned;

	if (s->learned)
		return true;
	private = text == NULL ? NULL : strstr(text, PRIVATE);
	if (private == NULL)
		return false;
	learned = add_section(s, strstr(text, ICANN), add_above, OVER_ICANN) &&
	          add_section(s, private, add_above, OVER_PRIVATE);
	s->text = NULL;
	free(text);
	s->learned = learned;
	return learned;
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

int
suffixes_open_quick(struct suffixes **suffixes, const char *file)
{
	struct suffixes *s = calloc(1, sizeof *s);
	char path[PATH_MAX];

	if (s == NULL)
		return PAL_ENOMEM;
	*suffixes = s;
	if (file == NULL && find_text(path))
		file = path;
	s->text = file == NULL ? NULL : read_text(file);
	if (s->text == NULL || strstr(s->text, ICANN) == NULL ||
		strstr(s->text, PRIVATE) == NULL)
		return PAL_EFORM;
	s->psl = psl_latest(NULL);
	return 0;
}

void
suffixes_close(struct suffixes *s)
{
	if (s == NULL)
		return;
	psl_free(s->psl);
	free(s->text);
	free(s);
}

static bool
ask_section(const struct suffixes *s, const char *name, int section)
{
	const psl_ctx_t *psl = s->psl != NULL ? s->psl : psl_builtin();

	return psl_is_public_suffix2(
		       psl, name, section | PSL_TYPE_NO_STAR_RULE) != 0;
}

static bool
ask(const struct suffixes *s, const char *name)
{
	return ask_section(s, name, PSL_TYPE_ICANN);
}

enum suffix_kind
suffixes_kind(const struct suffixes *s, const char *name)
{
	if (ask(s, name))
		return SUFFIX_ICANN;
	return ask_section(s, name, PSL_TYPE_PRIVATE) ? SUFFIX_PRIVATE
	                                              : SUFFIX_NONE;
}

enum suffix_kind
suffixes_kind_below(const struct suffixes *s, const uint8_t *key, size_t len)
{
	unsigned flags = flags_of(s, key, len);

	if ((flags & OVER_ICANN) != 0)
		return SUFFIX_ICANN;
	return (flags & OVER_PRIVATE) != 0 ? SUFFIX_PRIVATE : SUFFIX_NONE;
}

bool
suffixes_is_wild(const struct suffixes *s, const uint8_t *key, size_t len)
{
	return (flags_of(s, key, len) & WILD) != 0;
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
