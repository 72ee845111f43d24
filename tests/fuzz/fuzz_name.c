/*
 * Fuzz target: whatever reads as a name, as wire or as text, makes a round
 * trip through the other form, and stands in order with its ancestors.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "palang/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
check(const struct pal_name *name)
{
	char text[PAL_NAME_TEXT_MAX];
	struct pal_name back, up;

	pal_name_to_text(text, name);
	must(strlen(text) < sizeof(text));
	must(pal_name_from_text(&back, text, strlen(text)) == 0);
	must(pal_name_equal(name, &back) && back.labels == name->labels);
	must(pal_name_from_wire(&back, name->wire, name->len) == 0);
	must(pal_name_equal(name, &back));
	for (unsigned labels = 0; labels <= name->labels; labels++) {
		pal_name_ancestor(&up, name, labels);
		must(up.labels == labels && pal_name_within(name, &up));
		must((pal_name_cmp(&up, name) < 0) == (labels < name->labels));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pal_name name;

	if (pal_name_from_text(&name, (const char *)data, size) == 0)
		check(&name);
	if (pal_name_from_wire(&name, data, size) == 0)
		check(&name);
	return 0;
}
