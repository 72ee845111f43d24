/*
 * The six entry points that Unbound's dynlib looks up.
 *
 * init runs once, before any worker does, and loads the lists: no query is
 * answered by a module that has not.  Only a wrong host makes it fail, for
 * a module that refuses on a reload takes the resolver down with it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "palang/error.h"
#include "state.h"

#define EXPORT __attribute__((visibility("default")))

#define DEFAULT_FOLDER   "/var/lib/palang/live"
#define DEFAULT_INSTANCE "unbound"

EXPORT int init(struct module_env *env, int id);
EXPORT void deinit(struct module_env *env, int id);
EXPORT void operate(struct module_qstate *qstate, enum module_ev event, int id,
	struct outbound_entry *outbound);
EXPORT void inform_super(
	struct module_qstate *qstate, int id, struct module_qstate *super);
EXPORT void clear(struct module_qstate *qstate, int id);
EXPORT size_t get_mem(struct module_env *env, int id);

static void
write_line(enum pal_log level, const char *line)
{
	switch (level) {
	case PAL_LOG_ERROR:
		log_err("%s", line);
		return;
	case PAL_LOG_WARN:
		log_warn("%s", line);
		return;
	case PAL_LOG_INFO:
		log_info("%s", line);
		return;
	case PAL_LOG_DEBUG:
		verbose(VERB_ALGO, "%s", line);
	}
}

/* On a reload the log has a name (log-identity) that is freed before there is
 * another, and all its settings are changed without a lock.  That is done when
 * the caches do not stand, so the keeper says nothing then. */
static void
write_log(void *ctx, enum pal_log level, const char *line)
{
	struct palang *palang = ctx;

	if (!caches_await(palang))
		return;
	write_line(level, line);
	caches_leave(palang);
}

/* env->alloc points into the daemon, the only way there from init. */
static struct daemon *
find_daemon(struct module_env *env)
{
	struct daemon *daemon =
		(struct daemon *)((char *)env->alloc -
				  offsetof(struct daemon, superalloc));

	return env->alloc != NULL && daemon->env == env ? daemon : NULL;
}

static bool
is_instance_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < PAL_INSTANCE_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static const char *
setting(const char *name, const char *fallback)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : fallback;
}

static bool
setting_is(const char *name, const char *wanted)
{
	return strcmp(setting(name, ""), wanted) == 0;
}

static const char *
instance_name(void)
{
	const char *name = setting("PALANG_INSTANCE", DEFAULT_INSTANCE);

	if (is_instance_name(name))
		return name;
	log_err("palang: PALANG_INSTANCE \"%s\" is not [a-z0-9-]{1,32}; "
		"using \"%s\"",
		name, DEFAULT_INSTANCE);
	return DEFAULT_INSTANCE;
}

/* Modules before ours see queries first, and with dns64 there a lookup of
 * its own can have clients of its own. */
static void
look_at_stack(struct palang *palang, struct module_env *env)
{
	struct module_stack *mods = &palang->daemon->mods;

	palang->iterator = palang->subnetcache = -1;
	for (int i = 0; i < mods->num; i++) {
		const char *name = mods->mod[i]->name;
		if (strcmp(name, "iterator") == 0)
			palang->iterator = i;
		if (strcmp(name, "validator") == 0)
			palang->has_validator = true;
		if (strcmp(name, "dns64") == 0)
			palang->has_dns64 = true;
		if (strcmp(name, "subnetcache") == 0)
			palang->subnetcache = i;
	}
	if (palang->id != 0)
		log_warn("palang: module-config \"%s\": name dynlib first; "
			 "what stands before it can answer for blocked names",
			env->cfg->module_conf);
}

static int
register_callbacks(struct palang *palang, struct module_env *env)
{
	struct dynlibmod_env *dynlib = env->modinfo[palang->id];
	const struct pal_settings *settings =
		&pal_live_snapshot(palang->live)->manifest.settings;

	if (!dynlib->inplace_cb_register_wrapped((void *)query_response,
		    inplace_cb_query_response, palang, env, palang->id))
		return PAL_ENOMEM;
	if (palang->has_dns64 &&
		!dynlib->inplace_cb_register_wrapped((void *)answer_restore,
			inplace_cb_reply, palang, env, palang->id))
		return PAL_ENOMEM;
	if (settings->sde_mode == PAL_SDE_OFF || settings->sde_code == 0)
		return 0;
	/* one state per client that asks for it: it gets another answer */
	if (!edns_register_option(settings->sde_code, 0, 1, env))
		return PAL_ENOMEM;
	palang->sde_code = settings->sde_code;
	return 0;
}

static int
open_live(struct palang *palang, unsigned workers)
{
	struct pal_host host = {.ctx = palang,
		.name = "unbound " PACKAGE_VERSION,
		.settle = seats_settle,
		.evict = cache_evict,
		.sweep = cache_sweep,
		.log = write_log};
	struct pal_live_options options = {
		.folder = setting("PALANG_DIR", DEFAULT_FOLDER),
		.instance = instance_name(),
		.same_user = setting_is("PALANG_SAME_USER", "1"),
		.workers = workers};

	return pal_live_open(&palang->live, &host, &options);
}

/* With so-reuseport a reload keeps as many workers as there are ports, if it
 * is told to run fewer. */
static unsigned
worker_count(const struct daemon *daemon, const struct config_file *cfg)
{
	int count = cfg->num_threads > 0 ? cfg->num_threads : 1;

	return (size_t)count < daemon->num_ports ? (unsigned)daemon->num_ports
	                                         : (unsigned)count;
}

static int
start(struct palang *palang, struct module_env *env)
{
	unsigned workers = worker_count(palang->daemon, env->cfg);
	int ret = seats_open(palang, workers);

	look_at_stack(palang, env);
	if (ret == 0)
		ret = open_live(palang, workers);
	if (ret == 0)
		ret = register_callbacks(palang, env);
	return ret;
}

static void
stop(struct palang *palang)
{
	pal_live_close(palang->live, palang->daemon->need_to_exit);
	seats_close(palang);
	free(palang);
}

/* The operator may want no resolver rather than one that blocks nothing. */
static bool
may_be_empty(const struct palang *palang)
{
	if (!pal_live_is_empty(palang->live) ||
		!setting_is("PALANG_ON_EMPTY", "refuse"))
		return true;
	log_err("palang: EMPTY, and PALANG_ON_EMPTY=refuse: not starting");
	return false;
}

EXPORT int
init(struct module_env *env, int id)
{
	struct dynlibmod_env *dynlib = env->modinfo[id];

	if (!gate_open())
		return 0;
	struct palang *palang = calloc(1, sizeof(*palang));
	if (palang == NULL) {
		log_err("palang: out of memory");
		return 0;
	}
	palang->env = env;
	palang->id = id;
	palang->passed = -1;
	palang->daemon = find_daemon(env);
	if (palang->daemon == NULL) {
		log_err("palang: not loaded by the unbound daemon");
		free(palang);
		return 0;
	}
	dynlib->dyn_env = palang;
	int ret = start(palang, env);
	if (ret == 0 && may_be_empty(palang)) {
		atomic_store(&palang->open, true);
		return 1;
	}
	if (ret != 0)
		log_err("palang: cannot start: %s: %s", pal_strerror(ret),
			strerror(errno));
	deinit(env, id);
	return 0;
}

EXPORT void
deinit(struct module_env *env, int id)
{
	struct dynlibmod_env *dynlib = env->modinfo[id];
	struct palang *palang = dynlib->dyn_env;

	if (palang == NULL)
		return;
	atomic_store(&palang->closing, true);
	dynlib->inplace_cb_delete_wrapped(env, inplace_cb_query_response, id);
	dynlib->inplace_cb_delete_wrapped(env, inplace_cb_reply, id);
	stop(palang);
	dynlib->dyn_env = NULL;
}

EXPORT void
operate(struct module_qstate *qstate, enum module_ev event, int id,
	struct outbound_entry *outbound)
{
	(void)outbound;
	query_operate(palang_of(qstate->env, id), qstate, event);
}

EXPORT void
inform_super(struct module_qstate *qstate, int id, struct module_qstate *super)
{
	/* we start no queries of our own */
	(void)qstate, (void)id, (void)super;
}

EXPORT void
clear(struct module_qstate *qstate, int id)
{
	/* what we keep lies in the query's region */
	qstate->minfo[id] = NULL;
}

EXPORT size_t
get_mem(struct module_env *env, int id)
{
	struct palang *palang = palang_of(env, id);

	/* asked for in a worker, which must have a seat to read a snapshot */
	if (palang == NULL || (env->worker != NULL && !seat_take(palang, env)))
		return 0;
	return sizeof(*palang) + pal_live_memory(palang->live);
}
