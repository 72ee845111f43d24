/* palang backup: everything that cannot be had again, in one file. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apart.h"
#include "backup.h"
#include "commands.h"
#include "file.h"
#include "init_config.h"
#include "lock.h"
#include "palang/error.h"
#include "state.h"

#define TRIES 3 /* a feed may be refreshed meanwhile */

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"without-feeds", 0, NULL,
		"leave out the names of feeds, which can be fetched again"},
	{"force", 0, NULL, "in the place of a file that is there"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_backup = {"backup", "FILE",
	"copy the ledger and what belongs to it into one file",
	"Copies the ledger as it is at one moment, while others go on "
	"writing, with the configuration, the public keys and the names of "
	"the feeds. `palang restore FILE` puts it back.",
	options, 1, 1, run};

/* Where the copy is made: as our user, who may not write where FILE is. */
struct making {
	struct state *state;
	struct backup *backup;
	char path[PATH_MAX];
	int lock;
	bool feeds;
};

static int
fail(const struct making *making, int err)
{
	const char *why =
		making->backup != NULL ? backup_error(making->backup) : "";

	if (why[0] == '\0')
		why = err == PAL_ESYS ? strerror(errno) : pal_strerror(err);
	return cmd_fail("backup: %s", why);
}

/* name: below folder; as: in the backup. */
static int
add_file(struct making *making, int folder, const char *name, const char *as,
	size_t max)
{
	char *data = NULL;
	struct stat st;
	size_t len;
	int ret;

	if (fstatat(folder, name, &st, 0) != 0)
		return PAL_ESYS;
	ret = file_read_at(folder, name, max, 0, &data, &len);
	if (ret == 0)
		ret = backup_add(making->backup, as, st.st_mode, data, len);
	free(data);
	return ret;
}

/* A folder of keys may hold others: only those are kept that are public. */
static int
add_key(struct making *making, int folder, const char *name)
{
	char as[NAME_MAX + sizeof BACKUP_KEYS], *data = NULL;
	struct minisig_key key;
	const char *why;
	size_t len;
	int ret = file_read_at(folder, name, MINISIG_KEY_MAX, 0, &data, &len);

	if (ret == 0 && minisig_key_file(&key, data, len, &why) == 0) {
		snprintf(as, sizeof as, BACKUP_KEYS "%s", name);
		ret = backup_add(making->backup, as, 0640, data, len);
	} else if (ret != PAL_ENOMEM) {
		ret = 0;
	}
	free(data);
	return ret;
}

static int
add_keys(struct making *making, const char *parent)
{
	char path[PATH_MAX + 8];
	struct dirent *entry;
	int ret = 0;
	DIR *dir;

	snprintf(path, sizeof path, "%s/keys", parent);
	dir = opendir(path);
	if (dir == NULL)
		return errno == ENOENT ? 0 : PAL_ESYS;
	while (ret == 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.')
			ret = add_key(making, dirfd(dir), entry->d_name);
	}
	closedir(dir);
	return ret;
}

static int
add_names(struct making *making, const char *name)
{
	char as[LEDGER_NAMES_MAX + sizeof BACKUP_FEEDS];

	if (name[0] == '\0')
		return 0;
	snprintf(as, sizeof as, BACKUP_FEEDS "%s", name);
	return add_file(
		making, making->state->feeds_folder, name, as, BACKUP_FILE_MAX);
}

static int
add_feeds(struct making *making)
{
	const struct ledger_feeds *feeds = &making->state->feeds;
	int ret = 0;

	for (size_t i = 0; i < feeds->count && ret == 0 && making->feeds; i++) {
		const struct ledger_feed *feed = &feeds->items[i];

		ret = add_names(making, feed->names);
		if (ret == 0)
			ret = add_names(making, feed->before);
		if (ret == 0)
			ret = add_names(making, feed->held);
	}
	return ret;
}

static int
add_all(struct making *making, const char *config)
{
	char parent[PATH_MAX];
	int ret = backup_create(&making->backup, making->path), closed;

	init_parent_of(config, parent);
	if (ret == 0)
		ret = add_file(making, AT_FDCWD, config, BACKUP_CONFIG,
			BACKUP_FILE_MAX);
	if (ret == 0)
		ret = add_keys(making, parent);
	if (ret == 0)
		ret = add_feeds(making);
	if (ret != 0 && !(ret == PAL_ESYS && errno == ENOENT))
		fail(making, ret);
	closed = backup_close(making->backup);
	making->backup = NULL;
	return ret != 0 ? ret : closed;
}

/* One at a time, so that what a stop left behind can be removed. */
static int
take_place(struct making *making)
{
	const char *state_dir = making->state->config.state_dir;
	char spool[PATH_MAX];
	int folder;

	if (snprintf(spool, sizeof spool, "%s/spool", state_dir) >=
			(int)sizeof spool ||
		snprintf(making->path, sizeof making->path,
			"%s/spool/backup.db",
			state_dir) >= (int)sizeof making->path)
		return cmd_fail("%s: %s", state_dir, strerror(ENAMETOOLONG));
	folder = file_open_folder(spool);
	if (folder >= 0) {
		making->lock = lock_open_at(folder, "backup.lock");
		close(folder);
	}
	if (making->lock < 0 || !lock_wait(making->lock, false)) {
		making->path[0] = '\0';
		return cmd_fail("%s: %s", spool, strerror(errno));
	}
	unlink(making->path);
	return EXIT_DONE;
}

/* PAL_ESYS and ENOENT: names were exchanged since the ledger was copied. */
static int
make_copy(struct making *making, const struct cmd_call *call)
{
	struct progress progress;
	struct state *state = making->state;
	int ret = state_begin(state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(state);
	if (ret != EXIT_DONE)
		return ret;
	ret = take_place(making);
	if (ret != EXIT_DONE)
		return ret;
	progress_begin(&progress, "backup");
	ret = backup_ledger(state->ledger, making->path, &progress);
	progress_end(&progress);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	ret = add_all(making, call->config_file);
	if (ret == PAL_ESYS && errno == ENOENT)
		return EXIT_UNANSWERED;
	return ret == 0 ? EXIT_DONE : EXIT_ERROR;
}

static int
write_out(const char *path, int to)
{
	char data[65536];
	int from = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = from < 0 ? -1 : 0;

	while (from >= 0 && (n = read(from, data, sizeof data)) > 0) {
		if (write(to, data, (size_t)n) != n) {
			n = -1;
			break;
		}
	}
	if (n < 0)
		cmd_fail("backup: %s", strerror(errno));
	if (from >= 0)
		close(from);
	return n < 0 ? EXIT_ERROR : EXIT_DONE;
}

struct target {
	const struct cmd_call *call;
	int to;
};

/* The process that becomes our user. */
static int
make(void *ctx)
{
	const struct target *target = ctx;
	const struct cmd_call *call = target->call;
	int ret = EXIT_UNANSWERED;

	for (int i = 0; i < TRIES && ret == EXIT_UNANSWERED; i++) {
		struct state state;
		struct making making = {.state = &state,
			.lock = -1,
			.feeds = cmd_option(call, "without-feeds") == NULL};

		ret = make_copy(&making, call);
		if (ret == EXIT_DONE)
			ret = write_out(making.path, target->to);
		if (making.path[0] != '\0')
			unlink(making.path);
		if (making.lock >= 0)
			close(making.lock);
		state_close(&state);
	}
	if (ret == EXIT_UNANSWERED)
		ret = cmd_fail("backup: names of a feed are missing in "
			       "state/feeds; --without-feeds leaves them out");
	return ret;
}

static int
check_place(int folder, const char *name, const struct cmd_call *call)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		(S_ISREG(st.st_mode) && cmd_option(call, "force") != NULL))
		return EXIT_DONE;
	return cmd_fail("%s is there already; --force puts the backup in the "
			"place of a file",
		call->args[0]);
}

static int
back_up(const struct cmd_call *call, int folder, const char *name)
{
	struct file_new file = {.fd = -1};
	struct target target = {.call = call};
	int ret = check_place(folder, name, call);

	if (ret != EXIT_DONE)
		return ret;
	if (file_begin(&file, folder) != 0)
		return cmd_fail("%s: %s", call->args[0], strerror(errno));
	target.to = file.fd;
	ret = apart_run(make, &target);
	if (ret == EXIT_DONE)
		ret = check_place(folder, name, call);
	if (ret == EXIT_DONE && file_commit(&file, name, 0600) != 0)
		ret = cmd_fail("%s: %s", call->args[0], strerror(errno));
	file_abandon(&file);
	return ret;
}

static int
run(const struct cmd_call *call)
{
	char *folder = strdup(call->args[0]), *name = strdup(call->args[0]);
	int fd = folder == NULL || name == NULL
	                 ? -1
	                 : open(dirname(folder),
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		ret = cmd_fail("%s: %s", call->args[0], strerror(errno));
	else
		ret = back_up(call, fd, basename(name));
	if (fd >= 0)
		close(fd);
	free(folder);
	free(name);
	return ret;
}
