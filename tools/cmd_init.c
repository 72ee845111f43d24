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

static const char sample[] =
	"# The configuration of palang; palang.yaml(5) tells of every key.\n"
	"# After a change: palang publish\n"
	"\n"
	"# What a blocked name answers where its order and its authority do "
	"not say:\n"
	"# sinkhole (with an address below; without one, nodata), nodata, "
	"nxdomain,\n"
	"# refused.\n"
	"answer: nodata\n"
	"ttl: 30\n"
	"#a: 192.0.2.1\n"
	"#aaaa: 2001:db8::1\n"
	"#text: \"see https://example.net/blocked\"\n"
	"\n"
	"# Who may give orders.  \"operator\" is always one of them.\n"
	"#authorities:\n"
	"#  kominfo:\n"
	"#    title: Kementerian Komunikasi dan Informatika\n"
	"#    kind: external\n"
	"#    signature: transcribed\n"
	"#    contact: [\"mailto:aduan@example.id\"]\n"
	"\n"
	"# Bulk lists; docs/FEEDS.md.  Names that none of them may block.\n"
	"#feeds:\n"
	"#  ads:\n"
	"#    source: https://lists.example.net/ads\n"
	"#protected: [example.net]\n";

/* The places, where they are not the usual ones; and who we become. */
static char *
make_sample(const char *dir)
{
	char *text = NULL;
	int n;

	if (dir == NULL)
		n = asprintf(&text, "%s", sample);
	else
		n = asprintf(&text,
			"state-dir: %s/state\nlive-dir: %s/live\n"
			"user: \"\"\n\n%s",
			dir, dir, sample);
	return n < 0 ? NULL : text;
}

/* "/etc/palang" of "/etc/palang/palang.yaml"; "." of a bare name. */
static void
parent_of(const char *path, char parent[PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		snprintf(parent, PATH_MAX, ".");
	else if (slash == path)
		snprintf(parent, PATH_MAX, "/");
	else
		snprintf(parent, PATH_MAX, "%.*s", (int)(slash - path), path);
}

static int
make_parents(const char *path)
{
	char parent[PATH_MAX];

	parent_of(path, parent);
	if (strcmp(parent, "/") == 0 || strcmp(parent, ".") == 0 ||
		access(parent, F_OK) == 0)
		return EXIT_DONE;
	if (make_parents(parent) != EXIT_DONE)
		return EXIT_ERROR;
	if (mkdir(parent, 0755) != 0 && errno != EEXIST)
		return cmd_fail("cannot make %s: %s", parent, strerror(errno));
	printf("made     %s\n", parent);
	return EXIT_DONE;
}

/* Writes the file where there is none; its group is left to init, which
 * knows the user only once it is read. */
static int
write_config(const char *path, const char *dir)
{
	char parent[PATH_MAX];
	char *text = make_sample(dir);
	const char *base = strrchr(path, '/');
	int folder, ret;

	if (text == NULL)
		return cmd_fail("no memory");
	ret = make_parents(path);
	if (ret != EXIT_DONE)
		goto out;
	parent_of(path, parent);
	folder = file_open_folder(parent);
	ret = folder < 0 ? PAL_ESYS
	                 : file_replace(folder, base == NULL ? path : base + 1,
				   text, strlen(text), 0640);
	if (ret != 0)
		ret = cmd_fail("cannot write %s: %s", path,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	else
		printf("made     %s\n", path);
	if (folder >= 0)
		close(folder);
out:
	free(text);
	return ret;
}

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

	parent_of(call->config_file, parent);
	written->file = access(call->config_file, F_OK) != 0 && errno == ENOENT;
	written->folder = written->file && access(parent, F_OK) != 0;
	if (check_dir_option(dir) != EXIT_DONE)
		return EXIT_ERROR;
	if (written->file)
		return write_config(call->config_file, dir);
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
find_owners(struct owners *owners, const struct config *config,
	const struct cmd_call *call)
{
	const char *resolver = cmd_option(call, "resolver-user");
	gid_t group;

	*owners = (struct owners){
		.user = geteuid(), .resolver = geteuid(), .group = getegid()};
	if (geteuid() != 0)
		return EXIT_DONE;
	owners->set = true;
	if (config->user[0] != '\0' &&
		!user_find(config->user, &owners->user, &owners->group))
		return cmd_fail("there is no user \"%s\"; make one with: "
				"adduser --system --group --no-create-home %s",
			config->user, config->user);
	owners->resolver = owners->user;
	if (resolver != NULL && !user_find(resolver, &owners->resolver, &group))
		return cmd_fail("init: there is no user \"%s\"", resolver);
	if (resolver == NULL && config->user[0] != '\0' &&
		!user_find("unbound", &owners->resolver, &group))
		fprintf(stderr,
			"palang: there is no user unbound: give %s/status to "
			"the user that the resolver runs as\n",
			config->live_dir);
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
		ret = make_parents(path);
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
	parent_of(path, parent);
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
		ret = find_owners(&owners, &state.config, call);
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

/* The places that a configuration names which is there; one that is yet to be
 * written will name these. */
static int
tell(const struct cmd_call *call)
{
	static const char *const state_names[] = {
		"", "/feeds", "/spool", "/" LEDGER_FILE};
	static const char *const live_names[] = {
		"", "/lists", "/status", "/lists/" MANIFEST_FILE};
	const char *dir = cmd_option(call, "dir");
	char state[PATH_MAX], live[PATH_MAX];
	struct config config;

	if (check_dir_option(dir) != EXIT_DONE)
		return EXIT_ERROR;
	snprintf(state, sizeof state, "%s/state",
		dir != NULL ? dir : "/var/lib/palang");
	snprintf(live, sizeof live, "%s/live",
		dir != NULL ? dir : "/var/lib/palang");
	tell_place(call->config_file, "");
	if (access(call->config_file, F_OK) == 0) {
		if (cmd_config(call, &config) != EXIT_DONE)
			return EXIT_ERROR;
		snprintf(state, sizeof state, "%s", config.state_dir);
		snprintf(live, sizeof live, "%s", config.live_dir);
		config_fini(&config);
	}
	for (size_t i = 0; i < sizeof state_names / sizeof *state_names; i++)
		tell_place(state, state_names[i]);
	for (size_t i = 0; i < sizeof live_names / sizeof *live_names; i++)
		tell_place(live, live_names[i]);
	return EXIT_DONE;
}

static int
run(const struct cmd_call *call)
{
	if (cmd_option(call, "dry-run") != NULL)
		return tell(call);
	return make(call);
}
