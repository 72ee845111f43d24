/*
 * Step 6 of a swap: laps through the whole message cache.
 *
 * A lap for a new generation judges by the lists that are new since the last
 * lap that came to its end; what the others block, that one has taken out, and
 * nothing has let it in again.  Between generations slow laps judge by
 * everything, for ever.
 */
#include <string.h>

#include "held.h"

/* The entry of a list in a manifest, or NULL. */
static const struct pal_manifest_entry *
entry_of(
	const struct pal_manifest *m, enum pal_list_role role, const char *name)
{
	for (unsigned i = 0; i < m->count; i++) {
		if (m->lists[i].role == role &&
			strcmp(m->lists[i].name, name) == 0)
			return &m->lists[i];
	}
	return NULL;
}

static bool
is_clean(const struct pal_manifest *clean, enum pal_list_role role,
	const struct pal_list *list)
{
	const struct pal_manifest_entry *entry;

	entry = entry_of(clean, role, pal_role_names[role]);
	if (role == PAL_ROLE_FEED)
		entry = entry_of(clean, role, list->name);
	if (entry == NULL || list->image == NULL)
		return entry == NULL && list->image == NULL;
	return memcmp(entry->digest, pal_image_digest(list->image),
		       PAL_SHA256_SIZE) == 0;
}

/* What an allow list no more opens, any feed may block; and where targets of
 * links were not judged before, all lists are new. */
static void
narrow(struct pal_snapshot *view, const struct pal_snapshot *all,
	const struct pal_manifest *clean)
{
	bool all_feeds = !is_clean(clean, PAL_ROLE_ALLOW, &all->allow);

	*view = *all;
	if (all->manifest.settings.chain != clean->settings.chain)
		return;
	if (is_clean(clean, PAL_ROLE_ORDERS, &all->orders))
		view->orders.image = NULL;
	view->feed_count = 0;
	for (unsigned i = 0; i < all->feed_count; i++) {
		const struct pal_list *feed = &all->feeds[i];
		if (all_feeds || !is_clean(clean, PAL_ROLE_FEED, feed))
			view->feeds[view->feed_count++] = *feed;
	}
}

/* A lap for the newest generation; one that runs already is finished first,
 * so that a stream of changes cannot keep any from being swept.  It goes on
 * by the images in force: those it began with may be gone. */
void
sweep_begin(struct pal_live *live)
{
	struct sweep *s = &live->sweep;

	narrow(&s->narrow, &in_force(live)->snapshot, &s->clean);
	if (s->fast) {
		s->again = true;
		return;
	}
	s->fast = true;
	s->cursor = 0;
}

void
sweep_is_clean(struct pal_live *live)
{
	live->sweep.clean = in_force(live)->snapshot.manifest;
}

void
sweep_forget_orders(struct pal_live *live)
{
	struct pal_manifest *clean = &live->sweep.clean;

	for (unsigned i = 0; i < clean->count; i++) {
		if (clean->lists[i].role == PAL_ROLE_ORDERS)
			memset(clean->lists[i].digest, 0, PAL_SHA256_SIZE);
	}
}

static void
end_lap(struct pal_live *live)
{
	struct sweep *s = &live->sweep;

	s->cursor = 0;
	if (!s->fast)
		return;
	s->fast = false;
	if (s->again) {
		s->again = false;
		sweep_begin(live);
		return;
	}
	sweep_is_clean(live);
	set_swept(live, in_force(live)->snapshot.manifest.generation);
}

void
sweep_some(struct pal_live *live, int budget_us)
{
	struct sweep *s = &live->sweep;
	const struct pal_snapshot *by =
		s->fast ? &s->narrow : &in_force(live)->snapshot;

	if (live->old != NULL || live->changed_count > 0)
		return;
	if (live->host.sweep(live->host.ctx, by, atomic_load(&live->latest),
		    &s->cursor, budget_us) > 0)
		end_lap(live);
}
