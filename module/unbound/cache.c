/*
 * The message cache, touched from the keeper's thread.
 *
 * On a reload the caches may be deleted before our deinit runs.  So nothing
 * here touches them but between caches_enter and caches_leave, and no pointer
 * into them outlives that.  What makes it safe: the resolver, on its way
 * down, clears daemon->local_zones and then takes auth_zones->lock for
 * writing, both before it deletes anything.  Who holds that lock for reading
 * and sees local_zones set keeps the caches alive until it lets go.  The lock
 * is held for one slice at a time, two milliseconds at most, for Unbound's zone
 * transfers want it too.
 *
 * On its way up again it sets local_zones a good while before our deinit, when
 * the caches are new and no lock has told us of them.  But daemon->workers,
 * cleared behind that lock, is set after our next init alone.
 */
#include <time.h>

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
