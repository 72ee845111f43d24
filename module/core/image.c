/* Loading an image: everything is checked here, once, and trusted later. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bytes.h"
#include "format.h"
#include "palang/error.h"

/* Octets of an image from which on its pages are given back when it is freed:
 * it is work for the kernel. */
#define GIVE_BACK_FROM ((size_t)1 << 20)

/* A check that finds nothing wrong returns NULL, else a phrase. */
typedef const char *(*check_fn)(struct pal_image *image);

static bool
zeros(const uint8_t *p, size_t len)
{
	while (len > 0 && p[len - 1] == 0)
		len--;
	return len == 0;
}

static const char *
load_part(struct part *part, const uint8_t *data, size_t len, size_t record)
{
	if (len == 0 || len % record != 0 || len / record > UINT32_MAX)
		return "a table's size is no multiple of its records";
	part->data = data;
	part->count = (uint32_t)(len / record);
	return NULL;
}

/* Sets come after what their values point to is known, so their values are
 * checked against the number of rules in the header. */
static const char *
load_section(
	struct pal_image *image, uint32_t kind, const uint8_t *data, size_t len)
{
	uint32_t below = 0;

	if (image->form == PAL_FORM_ORDERS) {
		below = (uint32_t)image->rules;
		if (kind >= SECTION_OPEN_SUBTREE && kind <= SECTION_ABOVE_OPEN)
			return "a section belongs to a plain image";
		if (kind == SECTION_CHANGES)
			return "a section belongs to a plain image";
	} else if (kind >= SECTION_RULES && kind <= SECTION_INTERVALS) {
		return "a section belongs to an orders image";
	}
	switch (kind) {
	case SECTION_STRINGS:
		return load_part(&image->strings, data, len, 1);
	case SECTION_POLICIES:
		return load_part(&image->policies, data, len, POLICY_SIZE);
	case SECTION_RULES:
		return load_part(&image->rule_table, data, len, RULE_SIZE);
	case SECTION_CLAIMS:
		return load_part(&image->claims, data, len, CLAIM_SIZE);
	case SECTION_INTERVALS:
		return load_part(&image->intervals, data, len, INTERVAL_SIZE);
	case SECTION_CHANGES:
		return load_part(&image->changes, data, len, 1);
	default:
		return set_load(&image->sets[kind], data, len, below);
	}
}

/* The sections fill the file without gaps, in the order of their kinds. */
static const char *
load_sections(struct pal_image *image)
{
	const uint8_t *row = image->data + HEADER_SIZE;
	uint32_t count = load32(image->data + AT_SECTIONS);
	uint64_t at = HEADER_SIZE + (uint64_t)count * SECTION_SIZE;
	uint64_t end = image->len - PAL_SHA256_SIZE;
	uint32_t last = 0;

	if (count >= SECTIONS || at > end)
		return "the section table is cut short";
	for (; count > 0; count--, row += SECTION_SIZE) {
		uint32_t kind = load32(row);
		uint64_t len = load64(row + 16);
		if (kind <= last || kind >= SECTIONS || load32(row + 4) != 0)
			return "the section table is malformed";
		if (load64(row + 8) != at || len == 0 || len > end - at ||
			align8(len) > end - at)
			return "a section lies outside its place";
		if (!zeros(image->data + at + len, align8(len) - len))
			return "a section's padding is not zero";
		const char *why = load_section(
			image, kind, image->data + at, (size_t)len);
		if (why != NULL)
			return why;
		last = kind;
		at += align8(len);
	}
	return at == end ? NULL : "octets behind the last section";
}

static const char *
check_header(struct pal_image *image)
{
	const uint8_t *h = image->data;
	uint32_t form = load32(h + AT_FORM);

	if (load64(h + AT_SIZE) != image->len)
		return "the size in the header is not the file's";
	if (form != PAL_FORM_PLAIN && form != PAL_FORM_ORDERS)
		return "neither a plain nor an orders image";
	if (!zeros(h + AT_SECTIONS + 4, 4))
		return "the header's padding is not zero";
	image->form = (enum pal_image_form)form;
	image->rules = load64(h + AT_RULES);
	if (image->rules >= UINT32_MAX)
		return "too many rules";
	return NULL;
}

static const char *
check_digest(struct pal_image *image)
{
	uint8_t digest[PAL_SHA256_SIZE];

	pal_sha256(image->data, image->len - PAL_SHA256_SIZE, digest);
	return memcmp(digest, pal_image_digest(image), sizeof(digest)) == 0
	               ? NULL
	               : "the checksum does not match";
}

/* Texts go into answers and logs: no control characters. */
static const char *
check_text(const struct pal_image *image, const uint8_t *ref, size_t min,
	size_t max)
{
	uint32_t off = load32(ref), len = load32(ref + 4);

	if (len < min || len > max)
		return "a text has a wrong length";
	if (off > image->strings.count || len > image->strings.count - off)
		return "a text lies outside the strings";
	for (uint32_t i = 0; i < len; i++) {
		uint8_t octet = image->strings.data[off + i];
		if (octet < 0x20 || octet == 0x7f)
			return "a text holds a control character";
	}
	return NULL;
}

static const char *
check_policy(const struct pal_image *image, const uint8_t *p)
{
	static const struct {
		size_t min, max;
	} limits[POLICY_TEXTS] = {{1, 24}, {1, 48}, {0, PAL_EDE_TEXT_MAX},
		{0, PAL_JSON_MAX}, {0, PAL_JSON_MAX}};

	if (p[0] > PAL_EXTERNAL || p[1] > PAL_REFUSED ||
		p[2] > (POLICY_HAS_A | POLICY_HAS_AAAA) || p[3] != 0 ||
		load32(p + 68) != 0 ||
		(!(p[2] & POLICY_HAS_A) && !zeros(p + 8, 4)) ||
		(!(p[2] & POLICY_HAS_AAAA) && !zeros(p + 12, 16)))
		return "a policy is malformed";
	for (size_t i = 0; i < POLICY_TEXTS; i++) {
		const char *why = check_text(
			image, p + 28 + 8 * i, limits[i].min, limits[i].max);
		if (why != NULL)
			return why;
	}
	return NULL;
}

static const char *
check_policies(struct pal_image *image)
{
	if (image->form == PAL_FORM_PLAIN && image->policies.count != 1)
		return "a plain image has one policy";
	for (uint32_t i = 0; i < image->policies.count; i++) {
		const char *why = check_policy(
			image, image->policies.data + POLICY_SIZE * (size_t)i);
		if (why != NULL)
			return why;
	}
	return NULL;
}

static const char *
check_intervals(struct pal_image *image)
{
	for (uint32_t i = 0; i < image->intervals.count; i++) {
		struct pal_interval iv = pal_image_interval(image, i);
		if (iv.start >= iv.end)
			return "an interval is empty";
	}
	return NULL;
}

/* Names that pal_image_changed will trust, each behind its length. */
static const char *
check_changes(struct pal_image *image)
{
	const struct part *changes = &image->changes;
	uint32_t at = PAL_SHA256_SIZE, count = 0;
	unsigned labels;

	if (changes->count == 0)
		return NULL;
	for (; at < changes->count; count++) {
		const uint8_t *p = changes->data + at;
		if (*p >= changes->count - at ||
			!image_is_canonical(p + 1, *p, NULL, &labels) ||
			labels == 0)
			return "a changed name is not canonical";
		at += 1u + *p;
	}
	if (at != changes->count || count > PAL_CHANGES_MAX)
		return "the changes are cut short, or too many";
	return NULL;
}

static const char *
check_counts(struct pal_image *image)
{
	uint64_t members = 0;

	for (int i = SECTION_SUBTREE; i <= SECTION_OPEN_EXACT; i++)
		members += image->sets[i].count;
	if (members != image->rules)
		return "the number of rules is not the header's";
	if (image->form == PAL_FORM_ORDERS &&
		image->rule_table.count != image->rules)
		return "rules and sets differ in number";
	return NULL;
}

static int
fail(const char **why, const char *text, int error)
{
	if (why != NULL)
		*why = text;
	return error;
}

/* Magic and version come first, so that a newer image is told from a broken
 * one; the checksum next, so that nothing else sees damaged octets. */
static int
validate(struct pal_image *image, const char **why)
{
	static const check_fn checks[] = {check_header, load_sections,
		check_counts, check_policies, check_intervals,
		image_check_rules, check_changes};

	if (memcmp(image->data, IMAGE_MAGIC, 8) != 0)
		return fail(why, "not an image", PAL_EFORM);
	if (load32(image->data + AT_VERSION) != PAL_IMAGE_VERSION)
		return fail(why, "an image of another version", PAL_EVERSION);
	const char *text = check_digest(image);
	if (text != NULL)
		return fail(why, text, PAL_EDIGEST);
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		text = checks[i](image);
		if (text != NULL)
			return fail(why, text, PAL_EFORM);
	}
	return 0;
}

int
pal_image_load(
	struct pal_image **out, uint8_t *data, size_t len, const char **why)
{
	if (len < PAL_IMAGE_SIZE_MIN)
		return fail(why, "too short for an image", PAL_EFORM);
	if (len > PAL_IMAGE_SIZE_MAX)
		return fail(why, "too large for an image", PAL_ELIMIT);
	struct pal_image *image = calloc(1, sizeof(*image));
	if (image == NULL)
		return fail(why, "out of memory", PAL_ENOMEM);
	image->data = data;
	image->len = len;
	int ret = validate(image, why);
	if (ret != 0) {
		free(image);
		return ret;
	}
	*out = image;
	return 0;
}

/* free() keeps what it is given for the next malloc(), up to several large
 * images of it.  The pages of one go back to the system at once, so that the
 * resolver takes what its lists take, however often they are loaded anew. */
static void
give_back(uint8_t *data, size_t len)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)data + page - 1) & ~(page - 1);
	uintptr_t to = ((uintptr_t)data + len) & ~(page - 1);

	if (len >= GIVE_BACK_FROM && from < to)
		madvise((void *)from, to - from, MADV_DONTNEED);
}

void
pal_image_free(struct pal_image *image)
{
	if (image == NULL)
		return;
	give_back(image->data, image->len);
	free(image->data);
	free(image);
}
