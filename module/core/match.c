/* The longest match of a name in an image. */
#include "format.h"

/* The hashes of a name and its ancestors; of[i] is that of the ancestor that
 * starts at label i.  Ancestors of a single label carry no subtree rule. */
struct hashes {
	struct sip_hash of[PAL_LABELS_MAX];
};

static void
hash_name(const struct pal_image *image, const uint8_t *wire, const uint8_t *at,
	unsigned count, struct hashes *hashes)
{
	struct sip sip;

	sip_init(&sip, image->data + AT_KEY);
	for (unsigned i = count; i-- > 0;) {
		sip_label(&sip, wire + at[i]);
		if (i > 0 && i + 1 == count)
			continue;
		hashes->of[i] = sip_final(&sip);
		set_prefetch(&image->sets[SECTION_SUBTREE], hashes->of[i]);
	}
}

/* Looks in the set that opens first: no name stands in both. */
static bool
find(const struct pal_image *image, enum pal_scope scope, struct sip_hash hash,
	struct pal_match *match)
{
	bool subtree = scope == PAL_SUBTREE;
	const struct set *open = &image->sets[subtree ? SECTION_OPEN_SUBTREE
						      : SECTION_OPEN_EXACT];
	const struct set *closed =
		&image->sets[subtree ? SECTION_SUBTREE : SECTION_EXACT];
	uint64_t at;

	match->scope = scope;
	match->except = set_has(open, hash);
	if (match->except)
		return true;
	if (!set_find(closed, hash, &at))
		return false;
	match->rule = closed->values ? load32(closed->values + 4 * at) : 0;
	match->hole = set_has(&image->sets[SECTION_ABOVE_OPEN], hash);
	return true;
}

void
pal_image_match(const struct pal_image *image, const uint8_t *wire,
	const uint8_t *at, unsigned count, struct pal_match *match)
{
	struct hashes hashes;

	*match = (struct pal_match){0};
	if (count == 0)
		return;
	hash_name(image, wire, at, count, &hashes);
	match->labels = (uint8_t)count;
	match->found = find(image, PAL_EXACT, hashes.of[0], match);
	for (unsigned i = 0; !match->found && i + 1 < count; i++) {
		match->labels = (uint8_t)(count - i);
		match->found = find(image, PAL_SUBTREE, hashes.of[i], match);
	}
}

bool
pal_image_has_below(const struct pal_image *image, const uint8_t *wire,
	const uint8_t *at, unsigned count)
{
	const struct set *above = &image->sets[SECTION_ABOVE_OPEN];

	return above->count != 0 &&
	       set_has(above, sip_name(image->data + AT_KEY, wire, at, count));
}
