#include "palang/manifest.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lines.h"
#include "palang/error.h"

const char *const pal_role_names[] = {"orders", "allow", "feed", "shadow"};
static const char *const yes_no[] = {"no", "yes"};
static const char *const sde_names[] = {"off", "encrypted", "all"};

/* "KEY NUMBER" as a whole line. */
static bool
read_number(
	struct lines *lines, const char *key, uint64_t max, uint64_t *number)
{
	return lines_next(lines) && word_is(lines_word(lines), key) &&
	       word_number(lines_word(lines), max, number) && lines_done(lines);
}

static bool
read_epoch(struct lines *lines, uint8_t epoch[PAL_EPOCH_SIZE])
{
	return lines_next(lines) && word_is(lines_word(lines), "epoch") &&
	       word_hex(lines_word(lines), epoch, PAL_EPOCH_SIZE) &&
	       lines_done(lines);
}

/* "KEY yes" or "KEY no" as a whole line. */
static bool
read_switch(struct lines *lines, const char *key, bool *on)
{
	unsigned choice;

	if (!lines_next(lines) || !word_is(lines_word(lines), key) ||
		!word_choice(lines_word(lines), yes_no, 2, &choice))
		return false;
	*on = choice == 1;
	return lines_done(lines);
}

static bool
read_settings(struct lines *lines, struct pal_settings *settings)
{
	unsigned mode;
	uint64_t code;

	if (!lines_next(lines) || !word_is(lines_word(lines), "sde") ||
		!word_choice(lines_word(lines), sde_names, 3, &mode) ||
		!word_number(lines_word(lines), UINT16_MAX, &code) ||
		!lines_done(lines))
		return false;
	settings->sde_mode = (enum pal_sde_mode)mode;
	settings->sde_code = (uint16_t)code;
	return read_switch(lines, "chain", &settings->chain) &&
	       read_switch(lines, "open", &settings->open);
}

static bool
is_image_name(const char *file)
{
	size_t len = strlen(file);

	return len > 4 && strcmp(file + len - 4, ".img") == 0 &&
	       strchr(file, '.') == file + len - 4;
}

/* Roles only ascend; all but feeds stand once, and feeds have own names.  A
 * snapshot has room for so many feeds. */
static bool
entry_fits(const struct pal_manifest *m, const struct pal_manifest_entry *new)
{
	unsigned feeds = 0;

	if (new->role != PAL_ROLE_FEED &&
		strcmp(new->name, pal_role_names[new->role]) != 0)
		return false;
	for (unsigned i = 0; i < m->count; i++) {
		const struct pal_manifest_entry *old = &m->lists[i];
		if (old->role > new->role ||
			(old->role == new->role && old->role != PAL_ROLE_FEED))
			return false;
		if (strcmp(old->file, new->file) == 0 ||
			(old->role ==
				new->role &&strcmp(old->name, new->name) == 0))
			return false;
		feeds += old->role == PAL_ROLE_FEED;
	}
	return new->role != PAL_ROLE_FEED || feeds < PAL_FEEDS_MAX;
}

/* list ROLE NAME FILE SIZE DIGEST */
static bool
read_entry(struct lines *lines, struct pal_manifest *m)
{
	struct pal_manifest_entry *entry = &m->lists[m->count];
	unsigned role;

	if (m->count == PAL_LISTS_MAX ||
		!word_choice(lines_word(lines), pal_role_names, 4, &role))
		return false;
	entry->role = (enum pal_list_role)role;
	if (!word_copy(
		    lines_word(lines), "", entry->name, sizeof(entry->name)) ||
		!word_copy(lines_word(lines), ".", entry->file,
			sizeof(entry->file)) ||
		!is_image_name(entry->file) ||
		!word_number(lines_word(lines), INT64_MAX, &entry->size) ||
		!word_hex(lines_word(lines), entry->digest,
			sizeof(entry->digest)) ||
		!lines_done(lines) || !entry_fits(m, entry))
		return false;
	m->count++;
	return true;
}

static int
read_body(struct lines *lines, struct pal_manifest *m)
{
	uint64_t version, written;
	struct word key;

	if (!read_number(lines, "palang-manifest", UINT32_MAX, &version))
		return PAL_EFORM;
	if (version != PAL_MANIFEST_VERSION)
		return PAL_EVERSION;
	if (!read_epoch(lines, m->epoch) ||
		!read_number(lines, "generation", INT64_MAX, &m->generation) ||
		!read_number(lines, "written", INT64_MAX, &written) ||
		!read_settings(lines, &m->settings))
		return PAL_EFORM;
	m->written = (int64_t)written;
	while (lines_next(lines)) {
		key = lines_word(lines);
		if (word_is(key, "end"))
			return m->generation > 0 ? 0 : PAL_EFORM;
		if (!word_is(key, "list") || !read_entry(lines, m))
			return PAL_EFORM;
	}
	return PAL_EFORM;
}

/* end DIGEST: of all octets of the lines before. */
static int
check_end(struct lines *lines, const char *text)
{
	uint8_t said[PAL_SHA256_SIZE], is[PAL_SHA256_SIZE];
	size_t body = (size_t)(lines->at - strlen("end ") - text);

	if (!word_hex(lines_word(lines), said, sizeof(said)) ||
		!lines_done(lines) || lines->next != lines->end)
		return PAL_EFORM;
	pal_sha256(text, body, is);
	return memcmp(said, is, sizeof(is)) == 0 ? 0 : PAL_EDIGEST;
}

int
pal_manifest_parse(struct pal_manifest *manifest, const char *text, size_t len,
	unsigned *line)
{
	struct lines lines;

	memset(manifest, 0, sizeof(*manifest));
	lines_open(&lines, text, len);
	int ret = len <= PAL_MANIFEST_SIZE_MAX ? read_body(&lines, manifest)
	                                       : PAL_EFORM;
	if (ret == 0)
		ret = check_end(&lines, text);
	if (line != NULL)
		*line = lines.number;
	return ret;
}

/* A buffer that remembers that it was too small. */
struct out {
	char *text;
	size_t size, len;
};

static void __attribute__((format(printf, 2, 3)))
put(struct out *out, const char *format, ...)
{
	va_list args;

	if (out->len >= out->size)
		return;
	va_start(args, format);
	int n = vsnprintf(
		out->text + out->len, out->size - out->len, format, args);
	va_end(args);
	out->len += n >= 0 ? (size_t)n : out->size;
}

static void
put_entry(struct out *out, const struct pal_manifest_entry *entry)
{
	char hex[PAL_SHA256_HEX];

	put(out, "list %s %s %s %" PRIu64 " %s\n", pal_role_names[entry->role],
		entry->name, entry->file, entry->size,
		pal_sha256_to_hex(hex, entry->digest));
}

int
pal_manifest_format(char *text, size_t size, const struct pal_manifest *m)
{
	struct out out = {text, size, 0};
	struct pal_manifest check;
	uint8_t digest[PAL_SHA256_SIZE];
	char hex[PAL_SHA256_HEX];

	put(&out, "palang-manifest %d\nepoch ", PAL_MANIFEST_VERSION);
	for (int i = 0; i < PAL_EPOCH_SIZE; i++)
		put(&out, "%02x", m->epoch[i]);
	put(&out, "\ngeneration %" PRIu64 "\nwritten %" PRId64 "\n",
		m->generation, m->written);
	put(&out, "sde %s %u\nchain %s\nopen %s\n",
		sde_names[m->settings.sde_mode], m->settings.sde_code,
		yes_no[m->settings.chain], yes_no[m->settings.open]);
	for (unsigned i = 0; i < m->count; i++)
		put_entry(&out, &m->lists[i]);
	if (out.len >= size)
		return PAL_ELIMIT;
	pal_sha256(text, out.len, digest);
	put(&out, "end %s\n", pal_sha256_to_hex(hex, digest));
	if (out.len >= size || out.len > PAL_MANIFEST_SIZE_MAX)
		return PAL_ELIMIT;
	/* What the reader refuses is not written. */
	if (pal_manifest_parse(&check, text, out.len, NULL) != 0)
		return PAL_EFORM;
	return (int)out.len;
}

bool
pal_manifest_newer(
	const struct pal_manifest *new, const struct pal_manifest *old)
{
	if (memcmp(new->epoch, old->epoch, PAL_EPOCH_SIZE) != 0)
		return true;
	return new->generation > old->generation;
}
