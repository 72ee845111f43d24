/* Which names a change concerns. */
#include <stdlib.h>
#include <string.h>

#include "held.h"
#include "palang/error.h"

struct names {
	struct pal_name *items;
	size_t count, room;
};

/* Rules come in canonical order, so a name's two scopes follow each other. */
static int
add(struct names *names, const struct pal_name *name)
{
	if (names->count > 0 &&
		pal_name_equal(&names->items[names->count - 1], name))
		return 0;
	if (names->count == names->room) {
		size_t room = names->room * 2 + 16;
		void *items = realloc(names->items, room * sizeof(*name));
		if (items == NULL)
			return PAL_ENOMEM;
		names->items = items;
		names->room = room;
	}
	names->items[names->count++] = *name;
	return 0;
}

static int
finish(struct names *names, int ret, struct pal_name **out, size_t *count)
{
	if (ret != 0) {
		free(names->items);
		return ret;
	}
	*out = names->items;
	*count = names->count;
	return 0;
}

static int
rule_cmp(const struct pal_rule *a, const struct pal_rule *b)
{
	int diff = pal_name_cmp(&a->name, &b->name);

	return diff != 0 ? diff : (int)a->scope - (int)b->scope;
}

static uint32_t
rules_of(const struct pal_image *image)
{
	return image != NULL ? pal_image_rule_count(image) : 0;
}

/* Both images list their rules in the same order: walk them side by side. */
static int
add_orders(struct names *names, const struct pal_image *old,
	const struct pal_image *new)
{
	struct pal_rule a, b;
	uint32_t i = 0, j = 0, old_count = rules_of(old);
	uint32_t new_count = rules_of(new);
	int ret = 0;

	while (ret == 0 && (i < old_count || j < new_count)) {
		int diff = i == old_count ? 1 : -1;
		if (i < old_count && j < new_count &&
			pal_image_same_rule(old, i, new, j)) {
			i++, j++;
			continue;
		}
		if (i < old_count)
			pal_image_rule(old, i, &a);
		if (j < new_count)
			pal_image_rule(new, j, &b);
		if (i < old_count && j < new_count)
			diff = rule_cmp(&a, &b);
		if (diff < 0)
			ret = add(names, &a.name);
		else if (diff > 0 || a.fingerprint != b.fingerprint)
			ret = add(names, &b.name);
		i += diff <= 0;
		j += diff >= 0;
	}
	return ret;
}

/* A plain image holds no names but those that it says have changed. */
static int
add_plain(struct names *names, const struct pal_list *old,
	const struct pal_list *new, bool *whole)
{
	static const uint8_t none[PAL_SHA256_SIZE];
	const struct pal_image *before = old != NULL ? old->image : NULL;
	struct pal_name name;
	size_t at = 0;
	int ret = 0;

	if (before == new->image)
		return 0;
	if (new->image == NULL ||
		!pal_image_follows(new->image,
			before != NULL ? pal_image_digest(before) : none)) {
		*whole = true;
		return 0;
	}
	while (ret == 0 && pal_image_changed(new->image, &at, &name))
		ret = add(names, &name);
	return ret;
}

int
changed_names(const struct pal_snapshot *old, const struct pal_snapshot *new,
	struct pal_name **out, size_t *count, bool *whole)
{
	struct names names = {0};
	int ret = add_orders(&names, old->orders.image, new->orders.image);

	if (ret == 0)
		ret = add_orders(&names, old->shadow.image, new->shadow.image);
	if (ret == 0)
		ret = add_plain(&names, &old->allow, &new->allow, whole);
	for (unsigned i = 0; ret == 0 && i < new->feed_count; i++)
		ret = add_plain(&names, snapshot_feed(old, new->feeds[i].name),
			&new->feeds[i], whole);
	for (unsigned i = 0; i < old->feed_count; i++) {
		if (snapshot_feed(new, old->feeds[i].name) == NULL)
			*whole = true;
	}
	if (old->manifest.settings.chain != new->manifest.settings.chain)
		*whole = true;
	/* names of orders were kept out meanwhile, those of feeds were not */
	if (old->manifest.settings.open &&
		!new->manifest.settings.open &&new->feed_count > 0)
		*whole = true;
	return finish(&names, ret, out, count);
}

static bool
starts_within(const struct pal_image *image, const struct pal_rule *rule,
	int64_t from, int64_t to)
{
	struct pal_claim claim;

	for (uint32_t i = 0; i < rule->claim_count; i++) {
		pal_image_claim(image, rule->claims + i, &claim);
		for (uint32_t j = 0; j < claim.interval_count; j++) {
			int64_t start =
				pal_image_interval(image, claim.intervals + j)
					.start;
			if (start > from && start <= to)
				return true;
		}
	}
	return false;
}

int
starting_names(const struct pal_image *image, int64_t from, int64_t to,
	struct pal_name **out, size_t *count)
{
	struct names names = {0};
	struct pal_rule rule;
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < rules_of(image); i++) {
		pal_image_rule(image, i, &rule);
		if (starts_within(image, &rule, from, to))
			ret = add(&names, &rule.name);
	}
	return finish(&names, ret, out, count);
}
