/*
 * Step 6 of a swap: laps through the whole message cache.
 *
 * A list is *clean* if it has been in force ever since a lap began that has
 * come to its end: that lap took out what it blocks, and the resolver stores
 * nothing that is blocked.  A lap for a new generation judges by the lists
 * that are not clean.  Between generations slow laps judge by everything, for
 * ever: what an operator loads into the cache is theirs to find.
 */
#include <string.h>

#include "held.h"

/* The list of that entry in a snapshot, if its image is the entry's. */
static bool
is_in_force(
	const struct pal_snapshot *s, const struct pal_manifest_entry *entry)
{
	const struct pal_list *list = &s->orders;

	if (entry->role == PAL_ROLE_ALLOW)
		list = &s->allow;
	else if (entry->role == PAL_ROLE_FEED)
		list = snapshot_feed(s, entry->name);
	else if (entry->role == PAL_ROLE_SHADOW)
		list = &s->shadow;
	return list != NULL && list->image != NULL &&
	       memcmp(entry->digest, pal_image_digest(list->image),
		       PAL_SHA256_SIZE) == 0;
}

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
same_allow(const struct pal_manifest *m, const struct pal_snapshot *s)
{
	const struct pal_manifest_entry *entry =
		entry_of(m, PAL_ROLE_ALLOW, pal_role_names[PAL_ROLE_ALLOW]);

	return entry != NULL ? is_in_force(s, entry) : s->allow.image == NULL;
}

/* Leaves in m what is still in force.  What an allow list no more opens, any
 * feed may block; and where targets of links were not judged before, or are
 * not now, or all was open, all lists are new. */
static void
keep_those_in_force(struct pal_manifest *m, const struct pal_snapshot *s)
{
	bool feeds = same_allow(m, s);
	unsigned kept = 0;

	if (m->settings.chain != s->manifest.settings.chain ||
		m->settings.open != s->manifest.settings.open)
		m->count = 0;
	m->settings = s->manifest.settings;
	for (unsigned i = 0; i < m->count; i++) {
		if (is_in_force(s, &m->lists[i]) &&
			(feeds || m->lists[i].role != PAL_ROLE_FEED))
			m->lists[kept++] = m->lists[i];
	}
	m->count = kept;
}

static void
narrow(struct pal_snapshot *view, const struct pal_snapshot *all,
	const struct pal_manifest *clean)
{
	*view = *all;
	if (entry_of(clean, PAL_ROLE_ORDERS, pal_role_names[PAL_ROLE_ORDERS]))
		view->orders.image = NULL;
	if (entry_of(clean, PAL_ROLE_SHADOW, pal_role_names[PAL_ROLE_SHADOW]))
		view->shadow.image = NULL;
	view->feed_count = 0;
	for (unsigned i = 0; i < all->feed_count; i++) {
		if (!entry_of(clean, PAL_ROLE_FEED, all->feeds[i].name))
			view->feeds[view->feed_count++] = all->feeds[i];
	}
}

static void
start_lap(struct pal_live *live)
{
	struct sweep *s = &live->sweep;

	s->lap = in_force(live)->snapshot.manifest;
	s->generation = s->lap.generation;
	s->fast = true;
	s->again = false;
	s->cursor = 0;
}

/* A lap for what is new.  One that runs already is finished first, so that a
 * stream of changes cannot keep any from being swept; it goes on by the
 * images in force, for those it began with may be gone. */
void
sweep_begin(struct pal_live *live)
{
	struct sweep *s = &live->sweep;
	const struct pal_snapshot *now = &in_force(live)->snapshot;

	keep_those_in_force(&s->clean, now);
	keep_those_in_force(&s->lap, now);
	narrow(&s->narrow, now, &s->clean);
	if (!s->fast) {
		start_lap(live);
		return;
	}
	s->again = true;
	if (memcmp(s->lap.epoch, now->manifest.epoch, PAL_EPOCH_SIZE) != 0)
		s->generation = 0;
}

void
sweep_is_clean(struct pal_live *live)
{
	live->sweep.clean = in_force(live)->snapshot.manifest;
}

static void
forget_orders(struct pal_manifest *m)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < m->count; i++) {
		if (m->lists[i].role != PAL_ROLE_ORDERS)
			m->lists[kept++] = m->lists[i];
	}
	m->count = kept;
}

void
sweep_forget_orders(struct pal_live *live)
{
	forget_orders(&live->sweep.clean);
	forget_orders(&live->sweep.lap);
}

static void
end_lap(struct pal_live *live)
{
	struct sweep *s = &live->sweep;
	uint64_t swept = s->generation;

	s->cursor = 0;
	if (!s->fast)
		return;
	s->fast = false;
	s->clean = s->lap;
	if (s->again)
		sweep_begin(live);
	if (swept != 0)
		set_swept(live, swept);
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
