/*
 * Fuzz target: an image is refused, or every rule in it can be found, and
 * every policy, claim and interval read.  The checksum is made good first, so
 * that the structure itself is tried.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "palang/decide.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
try_rule(const struct pal_image *image, uint32_t index)
{
	struct pal_rule rule;
	struct pal_match match;
	uint8_t at[PAL_LABELS_MAX];
	unsigned count;

	pal_image_rule(image, index, &rule);
	must(pal_wire_labels(rule.name.wire, rule.name.len, at, &count) ==
		rule.name.len);
	pal_image_match(image, rule.name.wire, at, count, &match);
	/* the exact rule of the same name comes first */
	must(match.found && match.labels == count &&
		(match.rule == index || match.rule + 1 == index));
}

static void
try_name(const struct pal_image *image, const char *text, int64_t now)
{
	struct pal_snapshot s = {.feed_count = 0};
	struct pal_verdict verdict;
	struct pal_name name;

	if (pal_image_form(image) == PAL_FORM_ORDERS) {
		s.orders.image = image;
	} else {
		s.feeds[0].image = image;
		s.feed_count = 1;
	}
	must(pal_name_from_text(&name, text, strlen(text)) == 0);
	pal_decide(&s, name.wire, name.len, PAL_TYPE_A, now, &verdict);
	if (verdict.action == PAL_BLOCK) {
		must(verdict.owner_labels <= name.labels);
		must(verdict.until > now);
		must(verdict.counter < pal_image_policies(image));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pal_image *image;
	uint8_t *copy = malloc(size + 1);

	if (copy == NULL)
		return 0;
	memcpy(copy, data, size);
	copy = realloc(copy, size > 0 ? size : 1);
	if (size >= PAL_SHA256_SIZE)
		pal_sha256(copy, size - PAL_SHA256_SIZE,
			copy + size - PAL_SHA256_SIZE);
	if (pal_image_load(&image, copy, size, NULL) != 0) {
		free(copy);
		return 0;
	}
	for (uint32_t i = 0; i < pal_image_rule_count(image); i++)
		try_rule(image, i);
	try_name(image, "t.me", 0);
	try_name(image, "v1.api.telegram.org", 7);
	try_name(image, "www.n1.example", INT64_MAX - 1);
	pal_image_next_edge(image, 0);
	size_t changed = 0;
	struct pal_name name;
	for (unsigned i = 0; pal_image_changed(image, &changed, &name); i++)
		must(i < PAL_CHANGES_MAX && name.labels > 0);
	pal_image_free(image);
	return 0;
}
