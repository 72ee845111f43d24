/* The longest match of a name in an image. */
#include "format.h"

/* Hashes of a name and its ancestors, by the label they start at, and where
 * the subtree rules of each would stand.  Ancestors of a single label carry
 * none. */
struct probe {
	struct sip_hash hash[PAL_LABELS_MAX];
	struct set_span span[PAL_LABELS_MAX];
};

/* Goes along the name three times, so that the memory is asked for all its
 * ancestors at once: hashes, then the index, then the buckets. */
static void
probe_name(const struct pal_image *image, const uint8_t *wire,
	const uint8_t *at, unsigned count, struct probe *probe)
{
	const struct set *set = &image->sets[SECTION_SUBTREE];
	struct sip sip;

	sip_init(&sip, image->data + AT_KEY);
	for (unsigned i = count; i-- > 0;) {
		sip_label(&sip, wire + at[i]);
		if (i > 0 && i + 1 == count)
			continue;
		probe->hash[i] = sip_final(&sip);
		set_prefetch_index(set, probe->hash[i]);
	}
	for (unsigned i = 0; i + 1 < count; i++) {
		probe->span[i] = set_span(set, probe->hash[i]);
		set_prefetch_keys(set, probe->span[i], probe->hash[i]);
	}
}

/* The exceptions are asked first: no name stands in both. */
static bool
find_exact(const struct pal_image *image, struct sip_hash hash,
	struct pal_match *match)
{
	const struct set *set = &image->sets[SECTION_EXACT];
	uint64_t at;

	match->scope = PAL_EXACT;
	match->except = set_has(&image->sets[SECTION_OPEN_EXACT], hash);
	if (match->except)
		return true;
	if (!set_find(set, hash, &at))
		return false;
	match->rule = set->values ? load32(set->values + 4 * at) : 0;
	match->hole = set_has(&image->sets[SECTION_ABOVE_OPEN], hash);
	return true;
}

static bool
find_subtree(const struct pal_image *image, const struct probe *probe,
	unsigned label, struct pal_match *match)
{
	const struct set *set = &image->sets[SECTION_SUBTREE];
	struct sip_hash hash = probe->hash[label];
	uint64_t at;

	match->scope = PAL_SUBTREE;
	match->except = set_has(&image->sets[SECTION_OPEN_SUBTREE], hash);
	if (match->except)
		return true;
	if (!set_search(set, probe->span[label], hash, &at))
		return false;
	match->rule = set->values ? load32(set->values + 4 * at) : 0;
	match->hole = set_has(&image->sets[SECTION_ABOVE_OPEN], hash);
	return true;
}

void
pal_image_match(const struct pal_image *image, const uint8_t *wire,
	const uint8_t *at, unsigned count, struct pal_match *match)
{
	struct probe probe;

	*match = (struct pal_match){0};
	if (count == 0)
		return;
	probe_name(image, wire, at, count, &probe);
	match->labels = (uint8_t)count;
	match->found = find_exact(image, probe.hash[0], match);
	for (unsigned i = 0; !match->found && i + 1 < count; i++) {
		match->labels = (uint8_t)(count - i);
		match->found = find_subtree(image, &probe, i, match);
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
