/*
 * The message cache, touched from the keeper's thread.
 *
 * On a reload the caches may be deleted before our deinit runs.  So nothing
 * here touches them but between caches_enter and caches_leave, and no pointer
 * into them outlives that.  What makes it safe: the resolver, on its way
 * down, clears daemon->local_zones and then takes auth_zones->lock for
 * writing, both before it deletes anything.  Who holds that lock for reading
 * and sees local_zones set keeps the caches alive until it lets go.  The lock
 * is held for one slice at a time, about a millisecond, for Unbound's zone
 * transfers want it too.
 *
 * On its way up again it sets local_zones a good while before our deinit, when
 * the caches are new and no lock has told us of them.  But daemon->workers,
 * cleared behind that lock, is set after our next init alone.
 */
#include <string.h>
#include <time.h>

#include "palang/clock.h"
#include "palang/error.h"
#include "state.h"

/* Every type that IANA has assigned, in ranges.  Answers of other types are
 * not cached, so that "all types" is a short walk. */
static const struct {
	uint16_t first, last;
} known_types[] = {{1, 66}, {99, 109}, {128, 128}, {249, 263}, {32768, 32769}};
#define KNOWN_RANGES (sizeof(known_types) / sizeof(*known_types))

bool
type_is_known(uint16_t type)
{
	for (size_t i = 0; i < KNOWN_RANGES; i++) {
		if (type >= known_types[i].first && type <= known_types[i].last)
			return true;
	}
	return false;
}

/* The resolver's main thread sets and clears both with plain stores, which
 * ThreadSanitizer calls a race with any look at them.  It is told to pass over
 * this function, which looks at nothing else: a suppression would have to name
 * the stores as well, and hide with them what is done wrong beside them. */
__attribute__((no_sanitize("thread"))) static bool
daemon_stands(const struct daemon *daemon)
{
	return __atomic_load_n(&daemon->local_zones, __ATOMIC_ACQUIRE) &&
	       __atomic_load_n(&daemon->workers, __ATOMIC_ACQUIRE);
}

/* Within our init nobody else is there, and nothing is deleted. */
static bool
caches_stand(const struct palang *palang)
{
	return !atomic_load(&palang->open) || daemon_stands(palang->daemon);
}

bool
caches_enter(struct palang *palang)
{
	lock_rw_rdlock(&palang->env->auth_zones->lock);
	if (caches_stand(palang))
		return true;
	lock_rw_unlock(&palang->env->auth_zones->lock);
	return false;
}

bool
caches_await(struct palang *palang)
{
	static const struct timespec rest = {0, 10000000};

	while (!caches_enter(palang)) {
		if (atomic_load(&palang->closing))
			return false;
		nanosleep(&rest, NULL);
	}
	return true;
}

void
caches_leave(struct palang *palang)
{
	lock_rw_unlock(&palang->env->auth_zones->lock);
}

/* CD is part of the key for AAAA alone. */
void
cache_remove(struct module_env *env, const uint8_t *name, size_t len,
	uint16_t type, uint16_t class)
{
	msg_cache_remove(env, (uint8_t *)name, len, type, class, 0);
	if (type == PAL_TYPE_AAAA)
		msg_cache_remove(
			env, (uint8_t *)name, len, type, class, BIT_CD);
}

static void
remove_name(struct module_env *env, const struct pal_name *name)
{
	for (size_t i = 0; i < KNOWN_RANGES; i++) {
		for (unsigned type = known_types[i].first;
			type <= known_types[i].last; type++) {
			cache_remove(env, name->wire, name->len, (uint16_t)type,
				LDNS_RR_CLASS_IN);
			if (type == PAL_TYPE_A || type == PAL_TYPE_AAAA ||
				type == LDNS_RR_TYPE_ANY)
				cache_remove(env, name->wire, name->len,
					(uint16_t)type, LDNS_RR_CLASS_ANY);
		}
	}
}

int
cache_evict(void *ctx, const struct pal_name *names, size_t count)
{
	struct palang *palang = ctx;

	if (!caches_enter(palang))
		return PAL_ESYS;
	for (size_t i = 0; i < count; i++)
		remove_name(palang->env, &names[i]);
	caches_leave(palang);
	return 0;
}

/*
 * The sweep.  A cursor is the number of a slab and of a bin in it; it stays
 * good while the table grows, since growing splits bin i into i and i + size,
 * and what lay before the cursor has been judged.
 */
#define CURSOR_SLAB(cursor) ((size_t)((cursor) >> 40))
#define CURSOR_BIN(cursor)  ((size_t)((cursor) & (((uint64_t)1 << 40) - 1)))
#define BINS_PER_LOOK       32 /* between two looks at the clock */
#define DOOMED_MAX          64

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
	bool full; /* there was one more: the bin must be seen again */
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
	if (rep->an_numrrsets == 0 && !j.blocked)
		return false;
	if (lock_answer(rep, &locked)) {
		judge(s->snapshot, s->now, q, rep, &j);
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

/* The table's lock is held no longer than it takes to lock the bin.  True at
 * the end of the table. */
static bool
sweep_bin(struct sweeping *s, struct lruhash *table, size_t bin_number)
{
	struct lruhash_entry *entry;

	lock_quick_lock(&table->lock);
	if (bin_number >= table->size) {
		lock_quick_unlock(&table->lock);
		return true;
	}
	struct lruhash_bin *bin = &table->array[bin_number];
	lock_quick_lock(&bin->lock);
	lock_quick_unlock(&table->lock);
	for (entry = bin->overflow_list; entry; entry = entry->overflow_next) {
		const struct query_info *q =
			&((struct msgreply_entry *)entry->key)->key;
		if (pthread_rwlock_tryrdlock(&entry->lock) != 0) {
			note_doomed(s, entry, q);
			continue;
		}
		if (entry->data != NULL &&
			!absence_is_kept(entry->hash, q, entry->data) &&
			must_go(s, q, entry->data))
			note_doomed(s, entry, q);
		lock_rw_unlock(&entry->lock);
	}
	lock_quick_unlock(&bin->lock);
	return false;
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

/* Some bins; true at the end of the cache. */
static bool
sweep_some(struct sweeping *s, struct slabhash *cache, uint64_t *cursor)
{
	for (int i = 0; i < BINS_PER_LOOK; i++) {
		size_t slab = CURSOR_SLAB(*cursor);
		if (slab >= cache->size)
			return true;
		bool end =
			sweep_bin(s, cache->array[slab], CURSOR_BIN(*cursor));
		bool again = s->full;
		if (again || s->count > DOOMED_MAX / 2)
			remove_doomed(s, cache);
		if (end)
			*cursor = (uint64_t)(slab + 1) << 40;
		else if (!again)
			++*cursor;
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
