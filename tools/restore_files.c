#include "restore_files.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apart.h"
#include "cmd.h"
#include "file.h"
#include "init_config.h"
#include "palang/error.h"
#include "state_user.h"
#include "text.h"

#define FILE_MAX ((size_t)1 << 20) /* no configuration is larger */
#define NAME_LEN (NAME_MAX + sizeof BACKUP_KEYS)

/* In front of each. */
struct head {
	size_t name_len, len;
};

FILE *
restore_files_open(void)
{
	int fd = memfd_create("palang-restore", MFD_CLOEXEC), saved;
	FILE *files = fd < 0 ? NULL : fdopen(fd, "w+");

	if (files == NULL && fd >= 0) {
		saved = errno;
		close(fd);
		errno = saved;
	}
	return files;
}

/* why: in place of the error's own text, unless it is empty. */
static int
fail(const char *path, int err, const char *why)
{
	if (why[0] == '\0')
		why = err == PAL_ESYS ? strerror(errno) : pal_strerror(err);
	return cmd_fail("restore: %s: %s", path, why);
}

/* Nothing else of a backup is ever a path. */
static bool
is_ours(const char *path)
{
	const char *name;

	if (strcmp(path, BACKUP_CONFIG) == 0)
		return true;
	if (strncmp(path, BACKUP_KEYS, strlen(BACKUP_KEYS)) != 0)
		return false;
	name = path + strlen(BACKUP_KEYS);
	return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL &&
	       strlen(path) < NAME_LEN && text_is_plain(path, strlen(path));
}

/* ---- out of the backup ---- */

static int
take_file(void *ctx, const struct backup_file *file)
{
	const struct head head = {strlen(file->path), file->len};
	FILE *files = ctx;

	if (!is_ours(file->path))
		return 0;
	if (file->len > FILE_MAX)
		return PAL_ELIMIT;
	if (fwrite(&head, sizeof head, 1, files) != 1 ||
		fwrite(file->path, 1, head.name_len, files) != head.name_len ||
		fwrite(file->data, 1, head.len, files) != head.len)
		return PAL_ESYS;
	return 0;
}

int
restore_files_take(struct backup *backup, FILE *files)
{
	int ret = backup_each(backup, take_file, files);

	if (ret == 0 && fflush(files) != 0)
		ret = PAL_ESYS;
	return ret;
}

/* ---- where they belong ---- */

/* As `palang init` gives them: root's, for our user to read. */
static int
find_group(int folder, const char *user, gid_t *group)
{
	struct stat st;
	uid_t uid;

	*group = (gid_t)-1;
	if (geteuid() != 0 || (user[0] != '\0' && user_find(user, &uid, group)))
		return 0;
	if (fstat(folder, &st) != 0)
		return PAL_ESYS;
	*group = st.st_gid;
	return 0;
}

/* Whatever the umask made of a folder that was not there. */
static int
give_folder(int folder, gid_t group)
{
	if (group == (gid_t)-1)
		return 0;
	return fchown(folder, (uid_t)-1, group) == 0 &&
	                       fchmod(folder, 0750) == 0
	               ? 0
	               : PAL_ESYS;
}

static int
put_missing(const char *path, const char *data, size_t len, const char *user)
{
	const char *name = strrchr(path, '/') + 1;
	char parent[PATH_MAX];
	bool made;
	gid_t group;
	int folder, ret;

	init_parent_of(path, parent);
	made = access(parent, F_OK) != 0;
	if (init_make_parents(path) != EXIT_DONE)
		return EXIT_ERROR;
	folder = file_open_folder(parent);
	if (folder < 0)
		return fail(parent, PAL_ESYS, "");
	ret = find_group(folder, user, &group);
	if (ret == 0 && made)
		ret = give_folder(folder, group);
	if (ret == 0)
		ret = file_replace_for(folder, name, data, len, 0640, group);
	if (ret != 0)
		ret = fail(path, ret, "");
	else
		printf("restored %s\n", path);
	close(folder);
	return ret;
}

static int
put_file(const char *path, const char *name, const char *data, size_t len,
	const char *user)
{
	char *there = NULL;
	size_t there_len;
	int ret = file_read(path, BACKUP_FILE_MAX, 0, &there, &there_len);

	if (ret == PAL_ESYS && errno == ENOENT)
		return put_missing(path, data, len, user);
	if (ret != 0)
		return fail(path, ret, "");
	if (there_len != len || memcmp(there, data, len) != 0)
		fprintf(stderr,
			"palang: %s is not that of the backup, and stays as it "
			"is; `palang restore --print %s` shows that one\n",
			path, name);
	free(there);
	return EXIT_DONE;
}

/* By their names, beside the configuration; which may have any name. */
static int
find_place(char path[PATH_MAX], const char *name, const char *config_file)
{
	char parent[PATH_MAX];
	int n;

	init_parent_of(config_file, parent);
	if (strcmp(name, BACKUP_CONFIG) == 0)
		n = snprintf(path, PATH_MAX, "%s%s",
			strchr(config_file, '/') == NULL ? "./" : "",
			config_file);
	else
		n = snprintf(path, PATH_MAX, "%s/%s", parent, name);
	errno = ENAMETOOLONG;
	return n < PATH_MAX ? EXIT_DONE : fail(name, PAL_ESYS, "");
}

static int
put_next(FILE *files, const struct head *head, const char *config_file,
	const char *user)
{
	char name[NAME_LEN] = "", path[PATH_MAX], *data;
	int ret = EXIT_ERROR;

	if (head->name_len >= NAME_LEN || head->len > FILE_MAX)
		return fail("its files", PAL_EFORM, "");
	data = malloc(head->len + 1);
	if (data == NULL)
		return fail("its files", PAL_ENOMEM, "");
	if (fread(name, 1, head->name_len, files) != head->name_len ||
		fread(data, 1, head->len, files) != head->len || !is_ours(name))
		fail("its files", PAL_EFORM, "");
	else if (find_place(path, name, config_file) == EXIT_DONE)
		ret = put_file(path, name, data, head->len, user);
	free(data);
	return ret;
}

int
restore_files_put(FILE *files, const char *config_file, const char *user)
{
	struct head head;
	int ret = EXIT_DONE;

	rewind(files);
	while (ret == EXIT_DONE && fread(&head, sizeof head, 1, files) == 1)
		ret = put_next(files, &head, config_file, user);
	return ret;
}

/* ---- one of them, to be looked at ---- */

struct printing {
	const char *backup, *name;
	FILE *to;
	bool printed;
};

static int
print_file(void *ctx, const struct backup_file *file)
{
	struct printing *printing = ctx;

	if (strcmp(printing->name, file->path) != 0)
		return 0;
	printing->printed = true;
	if (fwrite(file->data, 1, file->len, printing->to) != file->len ||
		fflush(printing->to) != 0)
		return PAL_ESYS;
	return 0;
}

static int
print(void *ctx)
{
	struct printing *printing = ctx;
	struct backup *backup = NULL;
	int ret = backup_open(&backup, printing->backup, false);

	if (user_become_nobody() != EXIT_DONE) {
		backup_close(backup);
		return EXIT_ERROR;
	}
	if (ret == 0)
		ret = backup_each(backup, print_file, printing);
	if (ret != 0)
		fail(printing->backup, ret, backup_error(backup));
	else if (!printing->printed)
		ret = cmd_fail("restore: %s holds no %s", printing->backup,
			printing->name);
	backup_close(backup);
	return ret == 0 ? EXIT_DONE : EXIT_ERROR;
}

int
restore_files_print(const char *backup, const char *name, FILE *to)
{
	struct printing printing = {.backup = backup, .name = name, .to = to};

	return apart_run(print, &printing);
}
