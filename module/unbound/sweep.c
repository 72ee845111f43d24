/*
 * The sweep of the message cache, from the keeper's thread, between
 * caches_enter and caches_leave.
 *
 * A message is spread over the memory: its bin, its entry, its name, its data,
 * and each RRset with its own.  Gone through one after the other, these are as
 * many waits for memory, and the waits are nearly all that a sweep takes.  So
 * it goes by batches of bins, and asks for the memory of all their messages, a
 * step at a time, before it judges the first.
 *
 * An entry may be looked at under its bin's lock alone, so a batch holds the
 * locks of all its bins.  The first is waited for when no other is held, the
 * rest are taken if they are free, and under them nothing is waited for: so no
 * circle of waiting can close through a batch.  An entry or an RRset that
 * another thread has locked for writing is not seen, and its message removed.
 */
#include <string.h>

#include "palang/clock.h"
#include "palang/error.h"
#include "state.h"

/* A cursor is the number of a slab and of a bin in it; it stays good while the
 * table grows, since growing splits bin i into i and i + size, and what lay
 * before the cursor has been judged. */
#define CURSOR_SLAB(cursor) ((size_t)((cursor) >> 40))
#define CURSOR_BIN(cursor)  ((size_t)((cursor) & (((uint64_t)1 << 40) - 1)))
#define BATCH_BINS          16
#define BATCH_MAX           64 /* messages that are asked for ahead */
#define BATCHES_PER_LOOK    2  /* between two looks at the clock */
#define DOOMED_MAX          64
#define CACHE_LINE          64

/* The key of a message that is to go. */
struct doomed {
	hashvalue_type hash;
	uint16_t type, class;
	uint8_t len;
	uint8_t name[PAL_NAME_MAX];
};

struct sweeping {
	const struct pal_snapshot *snapshot;
	int64_t now;
	struct doomed doomed[DOOMED_MAX];
	size_t count;
	bool full; /* there was one more: the batch must be seen again */
};

/* Messages of a batch, in the order they are come by. */
struct batch {
	struct lruhash_entry *entries[BATCH_MAX];
	size_t count;
};

/* Locks all RRsets that the answer section is judged by.  False if one has
 * gone, or is being written: the message is then removed unseen, which costs
 * one question. */
static bool
lock_answer(const struct reply_info *rep, size_t *locked)
{
	for (*locked = 0; *locked < rep->rrset_count; ++*locked) {
		const struct rrset_ref *ref = &rep->ref[*locked];
		if (*locked > 0 && ref->key == ref[-1].key)
			continue; /* sorted, so that twins are neighbours */
		if (pthread_rwlock_tryrdlock(&ref->key->entry.lock) != 0)
			return false;
		if (ref->id != ref->key->id || ref->key->entry.data == NULL) {
			lock_rw_unlock(&ref->key->entry.lock);
			return false;
		}
	}
	return true;
}

static void
unlock_answer(const struct reply_info *rep, size_t locked)
{
	for (size_t i = 0; i < locked; i++) {
		if (i == 0 || rep->ref[i].key != rep->ref[i - 1].key)
			lock_rw_unlock(&rep->ref[i].key->entry.lock);
	}
}

static bool
not_to_be_kept(const struct judgement *j)
{
	return j->blocked || j->until != PAL_NEVER;
}

/* Blocked now, or by an order that has yet to begin: of its names no message
 * is kept, for one could be served beyond that second, and past its time. */
static bool
must_go(const struct sweeping *s, const struct query_info *q,
	const struct reply_info *rep)
{
	struct judgement j;
	size_t locked;
	bool go;

	judge(s->snapshot, s->now, q, NULL, &j);
	if (not_to_be_kept(&j) && !(j.blocked && j.verdict.unless_real))
		return true;
	if (!j.blocked && (rep->an_numrrsets == 0 ||
				  !judge_follows_links(s->snapshot, q)))
		return false;
	if (lock_answer(rep, &locked)) {
		if (j.blocked)
			judge(s->snapshot, s->now, q, rep, &j);
		else
			judge_answer(s->snapshot, s->now, q, rep, &j);
		go = not_to_be_kept(&j);
	} else {
		go = true;
	}
	unlock_answer(rep, locked);
	return go;
}

static void
note_doomed(struct sweeping *s, const struct lruhash_entry *entry,
	const struct query_info *q)
{
	struct doomed *d = &s->doomed[s->count];

	if (s->count == DOOMED_MAX) {
		s->full = true;
		return;
	}
	d->hash = entry->hash;
	d->type = q->qtype;
	d->class = q->qclass;
	d->len = (uint8_t)q->qname_len;
	memcpy(d->name, q->qname, q->qname_len);
	s->count++;
}

static const struct query_info *
question_of(const struct lruhash_entry *entry)
{
	return &((const struct msgreply_entry *)entry->key)->key;
}

/* Asks for memory; whether there is any at that place does not matter. */
static void
prefetch(const void *start, size_t size)
{
	uintptr_t at = (uintptr_t)start, end = at + size;

	for (; at < end; at += CACHE_LINE)
		__builtin_prefetch((const void *)at);
	__builtin_prefetch((const void *)(end - 1));
}

/* The key lies around the entry, as Unbound allocates them. */
static void
come_by(struct batch *b, struct lruhash_entry *entry)
{
	prefetch((const char *)entry - offsetof(struct msgreply_entry, entry),
		sizeof(struct msgreply_entry));
	b->entries[b->count++] = entry;
}

static void
judge_entry(struct sweeping *s, struct lruhash_entry *entry)
{
	const struct query_info *q = question_of(entry);

	if (pthread_rwlock_tryrdlock(&entry->lock) != 0) {
		note_doomed(s, entry, q);
		return;
	}
	if (entry->data != NULL &&
		!absence_is_kept(entry->hash, q, entry->data) &&
		must_go(s, q, entry->data))
		note_doomed(s, entry, q);
	lock_rw_unlock(&entry->lock);
}

/* The entries of the bins, each with its name and its data asked for.  What
 * there is no room for is judged at once. */
static void
gather(struct sweeping *s, struct batch *b, struct lruhash_bin *bins,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bins[i].overflow_list != NULL)
			come_by(b, bins[i].overflow_list);
	}
	for (size_t i = 0; i < b->count; i++) {
		struct lruhash_entry *next = b->entries[i]->overflow_next;
		__builtin_prefetch(question_of(b->entries[i])->qname);
		prefetch(b->entries[i]->data, sizeof(struct reply_info));
		if (next != NULL && b->count < BATCH_MAX)
			come_by(b, next);
		else
			for (; next != NULL; next = next->overflow_next)
				judge_entry(s, next);
	}
}

/* The RRsets that the message is judged by. */
static void
ask_for_answer(struct lruhash_entry *entry)
{
	if (pthread_rwlock_tryrdlock(&entry->lock) != 0)
		return;
	const struct reply_info *rep = entry->data;
	for (size_t i = 0;
		rep != NULL && rep->an_numrrsets > 0 && i < rep->rrset_count;
		i++)
		prefetch(rep->ref[i].key, sizeof(*rep->ref[i].key));
	lock_rw_unlock(&entry->lock);
}

static void
sweep_bins(struct sweeping *s, struct lruhash_bin *bins, size_t count)
{
	struct batch b = {.count = 0};

	gather(s, &b, bins, count);
	for (size_t i = 0; i < b.count; i++)
		ask_for_answer(b.entries[i]);
	for (size_t i = 0; i < b.count; i++)
		judge_entry(s, b.entries[i]);
}

static bool
trylock_bin(struct lruhash_bin *bin)
{
#ifdef HAVE_PTHREAD_SPINLOCK_T
	return pthread_spin_trylock(&bin->lock) == 0;
#else
	return pthread_mutex_trylock(&bin->lock) == 0;
#endif
}

/* Locks the bins of a batch, and holds the table's lock for no longer than
 * that.  How many they are: 0 at the end of the table. */
static size_t
lock_bins(struct lruhash *table, size_t first, struct lruhash_bin **bins)
{
	size_t count = 0;

	lock_quick_lock(&table->lock);
	if (first < table->size) {
		size_t left = table->size - first;
		*bins = &table->array[first];
		lock_quick_lock(&(*bins)->lock);
		for (count = 1; count < BATCH_BINS && count < left; count++) {
			if (!trylock_bin(*bins + count))
				break;
		}
	}
	lock_quick_unlock(&table->lock);
	return count;
}

/* How many bins; 0 at the end of the table. */
static size_t
sweep_batch(struct sweeping *s, struct lruhash *table, size_t first)
{
	struct lruhash_bin *bins = NULL;
	size_t count = lock_bins(table, first, &bins);

	sweep_bins(s, bins, count);
	for (size_t i = 0; i < count; i++)
		lock_quick_unlock(&bins[i].lock);
	return count;
}

static void
remove_doomed(struct sweeping *s, struct slabhash *cache)
{
	for (size_t i = 0; i < s->count; i++) {
		struct doomed *d = &s->doomed[i];
		struct query_info key = {.qname = d->name,
			.qname_len = d->len,
			.qtype = d->type,
			.qclass = d->class};
		slabhash_remove(cache, d->hash, &key);
	}
	s->count = 0;
	s->full = false;
}

/* Some batches; true at the end of the cache. */
static bool
sweep_some(struct sweeping *s, struct slabhash *cache, uint64_t *cursor)
{
	for (int i = 0; i < BATCHES_PER_LOOK; i++) {
		size_t slab = CURSOR_SLAB(*cursor);
		if (slab >= cache->size)
			return true;
		size_t bins =
			sweep_batch(s, cache->array[slab], CURSOR_BIN(*cursor));
		bool again = s->full;
		if (again || s->count > DOOMED_MAX / 2)
			remove_doomed(s, cache);
		if (bins == 0)
			*cursor = (uint64_t)(slab + 1) << 40;
		else if (!again)
			*cursor += bins;
	}
	return false;
}

int
cache_sweep(void *ctx, const struct pal_snapshot *snapshot, int64_t now,
	uint64_t *cursor, int budget_us)
{
	struct palang *palang = ctx;
	struct sweeping s = {.snapshot = snapshot, .now = now};
	int64_t until = pal_clock_us(CLOCK_MONOTONIC) + budget_us;
	bool end = false;

	if (!caches_enter(palang))
		return PAL_ESYS;
	struct slabhash *cache = palang->env->msg_cache;
	while (!end && pal_clock_us(CLOCK_MONOTONIC) < until)
		end = sweep_some(&s, cache, cursor);
	remove_doomed(&s, cache);
	caches_leave(palang);
	return end;
}
