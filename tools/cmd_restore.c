/* palang restore: a backup put back, and in force. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apart.h"
#include "commands.h"
#include "file.h"
#include "palang/error.h"
#include "restore.h"
#include "restore_files.h"
#include "state_user.h"
#include "wait.h"

#define CONFIG_MAX ((size_t)1 << 20)

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

/* ---- the configuration ---- */

/* The file of the configuration; or, where there is none, the backup's, which
 * is written only when all of it is verified.  To be freed. */
static int
read_config(const struct cmd_call *call, char **text, size_t *len)
{
	FILE *file;
	int ret = file_read(call->config_file, CONFIG_MAX, 0, text, len);

	if (ret == 0)
		return EXIT_DONE;
	if (ret != PAL_ESYS || errno != ENOENT)
		return cmd_fail("cannot read the configuration %s: %s",
			call->config_file,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	file = restore_files_open();
	*text = calloc(1, CONFIG_MAX + 1);
	if (file == NULL || *text == NULL)
		ret = cmd_fail("no memory");
	else
		ret = restore_files_print(call->args[0], BACKUP_CONFIG, file);
	if (ret == EXIT_DONE) {
		rewind(file);
		*len = fread(*text, 1, CONFIG_MAX, file);
	}
	if (file != NULL)
		fclose(file);
	return ret;
}

static int
begin(struct state *state, const struct cmd_call *call)
{
	char *text = NULL;
	size_t len = 0;
	int ret = read_config(call, &text, &len);

	if (ret == EXIT_DONE)
		ret = state_begin_by(state, call, text, len);
	free(text);
	return ret;
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
	int ret = restore_install(restore);

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

/* ---- in three parts ---- */

struct verifying {
	struct restore *restore;
	FILE *files;
};

static int
verify(void *ctx)
{
	const struct verifying *verifying = ctx;
	struct restore *restore = verifying->restore;
	int ret = user_become(restore->state->config.user);

	if (ret == EXIT_DONE)
		ret = restore_verify(restore, verifying->files);
	if (ret != EXIT_DONE)
		restore_fini(restore);
	return ret;
}

/* Without our rights: all that can be refused is.  With them: configuration
 * and keys. */
static int
prepare(struct restore *restore, const struct cmd_call *call)
{
	struct verifying verifying = {restore, restore_files_open()};
	int ret;

	if (verifying.files == NULL)
		return cmd_fail("restore: %s", strerror(errno));
	ret = begin(restore->state, call);
	if (ret == EXIT_DONE)
		ret = restore_enter(restore);
	if (ret == EXIT_DONE)
		ret = apart_run(verify, &verifying);
	if (ret == EXIT_DONE)
		ret = restore_files_put(verifying.files, call->config_file,
			restore->state->config.user);
	state_close(restore->state);
	fclose(verifying.files);
	return ret;
}

/* Becomes our user, by the configuration that is there now. */
static int
finish(struct restore *restore, const struct cmd_call *call,
	const struct wait_options *wait)
{
	int ret = state_begin(restore->state, call);

	if (ret == EXIT_DONE)
		ret = user_become(restore->state->config.user);
	if (ret == EXIT_DONE)
		ret = put_back(restore, wait);
	state_close(restore->state);
	return ret;
}

static int
run(const struct cmd_call *call)
{
	const char *name = cmd_option(call, "print");
	struct wait_options wait;
	struct state state = {.lock = -1, .lists = -1, .feeds_folder = -1};
	struct restore restore = {.file = call->args[0],
		.from = open(call->args[0], O_RDONLY | O_CLOEXEC),
		.state = &state,
		.force = cmd_option(call, "force") != NULL,
		.feeds = cmd_option(call, "without-feeds") == NULL,
		.place = -1,
		.spool = -1,
		.lock = -1};
	int ret = wait_parse(&wait, call);

	if (ret == EXIT_DONE && restore.from < 0)
		ret = cmd_fail("%s: %s", call->args[0], strerror(errno));
	if (ret == EXIT_DONE && name != NULL) {
		ret = restore_files_print(call->args[0], name, stdout);
	} else if (ret == EXIT_DONE) {
		ret = prepare(&restore, call);
		if (ret == EXIT_DONE)
			ret = finish(&restore, call, &wait);
	}
	restore_fini(&restore);
	return ret;
}
