/* palang init: everything that the other commands expect to be there. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "file.h"
#include "init_config.h"
#include "palang/error.h"
#include "state.h"
#include "state_user.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"dry-run", 'n', NULL, "say what would be made, and make nothing"},
	{"dir", 0, "DIR",
		"in a configuration written now: keep everything below DIR"},
	{"resolver-user", 0, "USER",
		"the user that Unbound runs as; default unbound"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_init = {"init", "",
	"make the folders, the ledger and an empty list",
	"Makes what the other commands work on, where it is not there yet: a "
	"configuration to edit, the folders with their owners and rights "
	"(if run as root), the ledger, and lists that block nothing. What "
	"is there stays as it is, except that lists which are not those of "
	"the ledger (it was restored from a backup) are published anew, "
	"under a new epoch that every resolver takes.",
	options, 0, 0, run};

/* ---- configuration ---- */

static int
check_dir_option(const char *dir)
{
	if (dir == NULL)
		return EXIT_DONE;
	if (dir[0] != '/' || strpbrk(dir, "\"\\#:\n ") != NULL)
		return cmd_fail("init: --dir takes an absolute path, without "
				"blanks or quotes: not \"%s\"",
			dir);
	return EXIT_DONE;
}

/* What init has made of the configuration, and may give away. */
struct written {
	bool file, folder;
};

static int
find_config(const struct cmd_call *call, struct written *written)
{
	const char *dir = cmd_option(call, "dir");
	char parent[PATH_MAX];

	init_parent_of(call->config_file, parent);
	written->file = access(call->config_file, F_OK) != 0 && errno == ENOENT;
	written->folder = written->file && access(parent, F_OK) != 0;
	if (check_dir_option(dir) != EXIT_DONE)
		return EXIT_ERROR;
	if (written->file)
		return init_write_config(call->config_file, dir);
	if (dir != NULL)
		return cmd_fail("init: %s is there already, and says where "
				"things are: --dir is for writing a new one",
			call->config_file);
	printf("there    %s\n", call->config_file);
	return EXIT_DONE;
}

/* ---- folders ---- */

struct owners {
	bool set; /* we are root, and there are users to give things to */
	uid_t user, resolver;
	gid_t group;
};

static int
find_owners(struct owners *owners, const char *user, const char *live_dir,
	const struct cmd_call *call)
{
	const char *resolver = cmd_option(call, "resolver-user");
	gid_t group;

	*owners = (struct owners){
		.user = geteuid(), .resolver = geteuid(), .group = getegid()};
	if (geteuid() != 0)
		return EXIT_DONE;
	owners->set = true;
	if (user[0] != '\0' && !user_find(user, &owners->user, &owners->group))
		return cmd_fail("there is no user \"%s\"; make one with: "
				"adduser --system --group --no-create-home %s",
			user, user);
	owners->resolver = owners->user;
	if (resolver != NULL && !user_find(resolver, &owners->resolver, &group))
		return cmd_fail("init: there is no user \"%s\"", resolver);
	if (resolver == NULL && user[0] != '\0' &&
		!user_find("unbound", &owners->resolver, &group))
		fprintf(stderr,
			"palang: there is no user unbound: give %s/status to "
			"the user that the resolver runs as\n",
			live_dir);
	return EXIT_DONE;
}

/* Owner and mode go to the folder just made, whatever is under its name. */
static int
make_folder(const char *path, uid_t user, gid_t group, mode_t mode,
	const struct owners *owners)
{
	int fd;

	if (mkdir(path, 0700) != 0) {
		fd = errno == EEXIST ? file_open_folder(path) : -1;
		if (fd < 0)
			return cmd_fail(
				"cannot make %s: %s", path, strerror(errno));
		close(fd);
		printf("there    %s\n", path);
		return EXIT_DONE;
	}
	fd = file_open_folder(path);
	if (fd < 0 || (owners->set && fchown(fd, user, group) != 0) ||
		fchmod(fd, mode) != 0) {
		int saved = errno;

		if (fd >= 0)
			close(fd);
		return cmd_fail("%s: %s", path, strerror(saved));
	}
	close(fd);
	printf("made     %s\n", path);
	return EXIT_DONE;
}

/* As DESIGN.md, "Places and rights", has them. */
static int
make_folders(const struct config *config, const struct owners *owners)
{
	const struct {
		const char *base, *name;
		uid_t user;
		gid_t group;
		mode_t mode;
	} folders[] = {
		{config->state_dir, "", owners->user, owners->group, 0750},
		{config->state_dir, "/feeds", owners->user, owners->group,
			0750},
		{config->state_dir, "/spool", owners->user, owners->group,
			0750},
		{config->live_dir, "", 0, 0, 0755},
		{config->live_dir, "/lists", owners->user, owners->group, 0755},
		{config->live_dir, "/status", owners->resolver, owners->group,
			02770},
	};
	int ret = EXIT_DONE;

	for (size_t i = 0;
		i < sizeof folders / sizeof *folders && ret == EXIT_DONE; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof path, "%s%s", folders[i].base,
			folders[i].name);
		ret = init_make_parents(path);
		if (ret == EXIT_DONE)
			ret = make_folder(path, folders[i].user,
				folders[i].group, folders[i].mode, owners);
	}
	return ret;
}

/* A configuration that was just written is for root to change, and for our
 * user to read; and so is its folder, if that is new. */
static int
give_config(const char *path, const struct written *written,
	const struct owners *owners)
{
	char parent[PATH_MAX], keys[PATH_MAX + 8];

	if (!owners->set || !written->file)
		return EXIT_DONE;
	if (lchown(path, 0, owners->group) != 0)
		return cmd_fail("%s: %s", path, strerror(errno));
	if (!written->folder)
		return EXIT_DONE;
	init_parent_of(path, parent);
	if (lchown(parent, 0, owners->group) != 0 || chmod(parent, 0750) != 0)
		return cmd_fail("%s: %s", parent, strerror(errno));
	snprintf(keys, sizeof keys, "%s/keys", parent);
	return make_folder(keys, 0, owners->group, 0750, owners);
}

/* ---- ledger and lists ---- */

static int
make_ledger(const struct state *state)
{
	const char *folder = state->config.state_dir;
	int ret = ledger_create(folder);

	if (ret != 0 && ret != PAL_EDUP)
		return cmd_fail("cannot make %s/" LEDGER_FILE ": %s", folder,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	printf("%s %s/" LEDGER_FILE "\n", ret == 0 ? "made    " : "there   ",
		folder);
	return EXIT_DONE;
}

/* Lists that block nothing, unless there are some. */
static int
make_lists(struct state *state)
{
	struct ledger_generation newest;
	int ret = ledger_newest(state->ledger, &newest);
	bool there = newest.number != 0;

	free(newest.manifest);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (there) {
		printf("there    %s/lists/" MANIFEST_FILE "\n",
			state->config.live_dir);
		return EXIT_DONE;
	}
	ret = state_change(state);
	if (ret == EXIT_DONE)
		ret = state_prepare(state, false);
	if (ret == EXIT_DONE)
		ret = state_event(state, "init", NULL, NULL);
	if (ret == EXIT_DONE)
		ret = state_finish(state);
	if (ret == EXIT_DONE)
		printf("made     %s/lists/" MANIFEST_FILE "\n",
			state->config.live_dir);
	return ret;
}

static int
make(const struct cmd_call *call)
{
	struct owners owners;
	struct state state;
	struct written written;
	int ret = find_config(call, &written);

	if (ret != EXIT_DONE)
		return ret;
	ret = state_begin(&state, call);
	if (ret == EXIT_DONE)
		ret = find_owners(&owners, state.config.user,
			state.config.live_dir, call);
	if (ret == EXIT_DONE)
		ret = give_config(call->config_file, &written, &owners);
	if (ret == EXIT_DONE)
		ret = make_folders(&state.config, &owners);
	if (ret == EXIT_DONE)
		ret = user_become(state.config.user);
	if (ret == EXIT_DONE)
		ret = make_ledger(&state);
	if (ret == EXIT_DONE)
		ret = state_open_write(&state);
	if (ret == EXIT_DONE)
		ret = make_lists(&state);
	state_close(&state);
	return ret;
}

/* ---- nothing but telling ---- */

static void
tell_place(const char *base, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s%s", base, name);
	printf("%s %s\n", access(path, F_OK) == 0 ? "there   " : "to make ",
		path);
}

/* Where things will be, and whose. */
struct places {
	char state[PATH_MAX], live[PATH_MAX], user[64];
};

/* Those that a configuration names which is there; one that is yet to be
 * written will name these. */
static int
find_places(struct places *places, const struct cmd_call *call)
{
	const char *dir = cmd_option(call, "dir");
	struct config config;

	if (access(call->config_file, F_OK) == 0) {
		if (cmd_config(call, &config) != EXIT_DONE)
			return EXIT_ERROR;
		snprintf(places->state, PATH_MAX, "%s", config.state_dir);
		snprintf(places->live, PATH_MAX, "%s", config.live_dir);
		snprintf(places->user, sizeof places->user, "%s", config.user);
		config_fini(&config);
		return EXIT_DONE;
	}
	snprintf(places->user, sizeof places->user, "%s",
		dir == NULL ? "palang" : "");
	if (dir == NULL)
		dir = "/var/lib/palang";
	snprintf(places->state, PATH_MAX, "%s/state", dir);
	snprintf(places->live, PATH_MAX, "%s/live", dir);
	return EXIT_DONE;
}

static int
tell(const struct cmd_call *call)
{
	static const char *const names[][2] = {{"", ""}, {"/feeds", "/lists"},
		{"/spool", "/status"},
		{("/" LEDGER_FILE), ("/lists/" MANIFEST_FILE)}};
	struct owners owners;
	struct places places;

	if (check_dir_option(cmd_option(call, "dir")) != EXIT_DONE)
		return EXIT_ERROR;
	tell_place(call->config_file, "");
	if (find_places(&places, call) != EXIT_DONE)
		return EXIT_ERROR;
	for (size_t side = 0; side < 2; side++) {
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			tell_place(side == 0 ? places.state : places.live,
				names[i][side]);
	}
	/* Without them nothing of it could be made. */
	return find_owners(&owners, places.user, places.live, call);
}

static int
run(const struct cmd_call *call)
{
	if (cmd_option(call, "dry-run") != NULL)
		return tell(call);
	return make(call);
}
