/* palang restore: a backup put back, and in force. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "file.h"
#include "init_config.h"
#include "palang/error.h"
#include "restore.h"
#include "state_user.h"
#include "wait.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"force", 0, NULL, "also where a ledger is; it is set aside"},
	{"without-feeds", 0, NULL, "leave the names of feeds as they are here"},
	{"print", 0, "NAME", "print one of its files, and do nothing"},
	WAIT_OPTIONS, {NULL, 0, NULL, NULL}};

const struct cmd cmd_restore = {"restore", "FILE",
	"put a backup back, and publish it",
	"Verifies a file that `palang backup` wrote, puts its ledger in the "
	"place of the one that is there, with the names of feeds, and "
	"publishes it under a new epoch, which every resolver takes. The "
	"configuration and public keys are written where they are missing, "
	"and never over others: --print palang.yaml shows that of the backup.",
	options, 1, 1, run};

/* ---- configuration and keys ---- */

/* Below the folder of the configuration; whether it is there decides. */
struct files {
	const struct cmd_call *call;
	char parent[PATH_MAX];
	const char *print; /* NULL: put them where they belong */
	bool printed;
};

static bool
is_key(const char *path)
{
	const char *name = path + strlen(BACKUP_KEYS);

	return strncmp(path, BACKUP_KEYS, strlen(BACKUP_KEYS)) == 0 &&
	       name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

static int
put_missing(const struct backup_file *file, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char parent[PATH_MAX];
	int folder, ret;

	if (init_make_parents(path) != EXIT_DONE)
		return PAL_EDUP;
	init_parent_of(path, parent);
	folder = file_open_folder(parent);
	if (folder < 0)
		return PAL_ESYS;
	ret = file_replace(folder, name, file->data, file->len, file->mode);
	close(folder);
	if (ret == 0)
		printf("restored %s\n", path);
	return ret;
}

static int
put_file(struct files *files, const struct backup_file *file)
{
	char path[2 * PATH_MAX], *data = NULL;
	size_t len;
	int ret;

	if (strcmp(file->path, BACKUP_CONFIG) == 0)
		snprintf(path, sizeof path, "%s%s",
			strchr(files->call->config_file, '/') == NULL ? "./"
								      : "",
			files->call->config_file);
	else if (is_key(file->path))
		snprintf(path, sizeof path, "%s/%s", files->parent, file->path);
	else
		return 0;
	ret = file_read(path, BACKUP_FILE_MAX, 0, &data, &len);
	if (ret == PAL_ESYS && errno == ENOENT)
		return put_missing(file, path);
	if (ret == 0 &&
		(len != file->len || memcmp(data, file->data, len) != 0))
		fprintf(stderr,
			"palang: %s is not that of the backup, and stays as it "
			"is; `palang restore --print %s` shows that one\n",
			path, file->path);
	free(data);
	return ret;
}

static int
take_file(void *ctx, const struct backup_file *file)
{
	struct files *files = ctx;

	if (files->print == NULL)
		return put_file(files, file);
	if (strcmp(files->print, file->path) != 0)
		return 0;
	files->printed = true;
	fwrite(file->data, 1, file->len, stdout);
	return 0;
}

static int
take_files(struct files *files)
{
	struct backup *backup = NULL;
	const char *path = files->call->args[0];
	int ret;

	init_parent_of(files->call->config_file, files->parent);
	ret = backup_open(&backup, path, false);
	if (ret == 0)
		ret = backup_each(backup, take_file, files);
	if (ret != 0 && ret != PAL_EDUP)
		cmd_fail("restore: %s: %s", path,
			backup_error(backup)[0] != '\0' ? backup_error(backup)
							: strerror(errno));
	backup_close(backup);
	if (ret == 0 && files->print != NULL && !files->printed)
		return cmd_fail("restore: %s holds no %s", path, files->print);
	return ret == 0 ? EXIT_DONE : EXIT_ERROR;
}

/* ---- the ledger ---- */

static int
publish(struct state *state)
{
	int ret = state_open_write(state);

	if (ret == EXIT_DONE)
		ret = state_change(state);
	if (ret != EXIT_DONE)
		return ret;
	state->publication.new_epoch = true;
	state->publication.make_allow = true;
	ret = state_prepare(state, false);
	if (ret == EXIT_DONE)
		ret = state_event(state, "publish", NULL, NULL);
	return ret == EXIT_DONE ? state_finish(state) : ret;
}

static int
put_back(struct restore *restore, const struct wait_options *wait)
{
	struct state *state = restore->state;
	int ret = restore_verify(restore);

	if (ret == EXIT_DONE)
		ret = restore_install(restore);
	if (ret != EXIT_DONE)
		return ret;
	printf("restored %s/" LEDGER_FILE "\n", state->config.state_dir);
	if (restore->aside[0] != '\0')
		printf("the one before is %s/%s\n", state->config.state_dir,
			restore->aside);
	ret = publish(state);
	if (ret != EXIT_DONE)
		return cmd_fail("it is recorded; the next command that writes, "
				"or `palang publish`, publishes it");
	wait_say_published(state);
	return wait_run(wait, state);
}

static int
run(const struct cmd_call *call)
{
	struct files files = {.call = call, .print = cmd_option(call, "print")};
	struct wait_options wait;
	struct state state;
	struct restore restore = {.file = call->args[0],
		.from = open(call->args[0], O_RDONLY | O_CLOEXEC),
		.state = &state,
		.force = cmd_option(call, "force") != NULL,
		.feeds = cmd_option(call, "without-feeds") == NULL,
		.spool = -1,
		.lock = -1};
	int ret = wait_parse(&wait, call);

	if (ret == EXIT_DONE && restore.from < 0)
		ret = cmd_fail("%s: %s", call->args[0], strerror(errno));
	if (ret == EXIT_DONE)
		ret = take_files(&files);
	if (ret == EXIT_DONE && files.print == NULL) {
		ret = state_begin(&state, call);
		if (ret == EXIT_DONE)
			ret = user_become(state.config.user);
		if (ret == EXIT_DONE)
			ret = put_back(&restore, &wait);
		state_close(&state);
	}
	restore_fini(&restore);
	return ret;
}
