/* Files, folders and standard input, read as they are. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "intake.h"
#include "palang/error.h"

/* A file may be a batch of several orders of the largest size. */
#define INTAKE_FILE_MAX ORDER_FILE_MAX

/* All are in memory at once: a folder may hold what somebody sent. */
#define INTAKE_MAX       (64u << 20) /* octets */
#define INTAKE_FILES_MAX 10000

int
intake_add(struct intake *intake, const char *name, char *data, size_t len,
	char *signature, size_t signature_len)
{
	size_t count = intake->file_count;
	struct intake_file *files =
		realloc(intake->files, (count + 1) * sizeof *files);
	char *copy = strdup(name);

	if (files != NULL)
		intake->files = files;
	if (files == NULL || copy == NULL) {
		free(copy);
		free(data);
		free(signature);
		return cmd_fail("no memory");
	}
	files[count] = (struct intake_file){.name = copy,
		.data = data,
		.len = len,
		.signature = signature,
		.signature_len = signature_len};
	intake->file_count++;
	return EXIT_DONE;
}

int
intake_make(struct intake *intake, const char *name, char *text)
{
	int ret = intake_add(intake, name, text, strlen(text), NULL, 0);

	if (ret == EXIT_DONE)
		intake->files[intake->file_count - 1].made = true;
	return ret;
}

int
intake_add_kept(struct intake *intake, const struct batch *batch,
	struct batch_files *files)
{
	bool made = strcmp(batch->way, "block") == 0 ||
	            strcmp(batch->way, "lift") == 0;
	int ret = EXIT_DONE;

	for (size_t i = 0; i < files->count && ret == EXIT_DONE; i++) {
		struct batch_file *file = &files->list[i];

		ret = intake_add(intake, file->name, file->data, file->len,
			file->signature,
			file->signature == NULL ? 0 : strlen(file->signature));
		file->data = file->signature = NULL;
		if (ret == EXIT_DONE)
			intake->files[i].made = made;
	}
	intake->transcribed = batch->source != NULL;
	intake->source = batch->source;
	return ret;
}

static int
fail_read(const char *name, int err)
{
	if (err == PAL_ESYS && errno == ELOOP)
		return cmd_fail("%s is a symbolic link; name the file that it "
				"leads to",
			name);
	if (err == PAL_ESYS && errno == EINVAL)
		return cmd_fail("%s is no file; a pipe is read as -", name);
	return cmd_fail("%s: %s", name,
		err == PAL_ESYS ? strerror(errno) : pal_strerror(err));
}

/* What --signature names, or FILE.minisig if it is there. */
static int
read_signature(
	const struct intake *intake, const char *path, char **text, size_t *len)
{
	const char *given = intake->signature;
	char beside[PATH_MAX];
	int n, ret;

	*text = NULL;
	*len = 0;
	if (given == NULL && strcmp(path, "-") == 0)
		return EXIT_DONE;
	n = snprintf(beside, sizeof beside, "%s" MINISIG_SUFFIX, path);
	if (given == NULL && n >= (int)sizeof beside)
		return cmd_fail("%s: %s", path, strerror(ENAMETOOLONG));
	ret = file_read(given != NULL ? given : beside, MINISIG_TEXT_MAX,
		FILE_NOFOLLOW, text, len);
	if (ret == PAL_ESYS && errno == ENOENT && given == NULL)
		return EXIT_DONE;
	if (ret == PAL_ELIMIT)
		return cmd_fail("%s is larger than %d octets, which no "
				"signature is",
			given != NULL ? given : beside, MINISIG_TEXT_MAX);
	return ret == 0 ? EXIT_DONE
	                : fail_read(given != NULL ? given : beside, ret);
}

static int
read_file(struct intake *intake, const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	const char *name = standard ? "standard input" : path;
	char *data = NULL, *signature;
	size_t len, signature_len;
	int ret = file_read(
		path, INTAKE_FILE_MAX, FILE_STDIN | FILE_NOFOLLOW, &data, &len);

	if (ret == PAL_ELIMIT)
		return cmd_fail("%s is larger than %u octets, which is the "
				"most for an order file",
			name, INTAKE_FILE_MAX);
	if (ret != 0)
		return fail_read(name, ret);
	intake->octets += len;
	if (intake->octets > INTAKE_MAX ||
		intake->file_count == INTAKE_FILES_MAX) {
		free(data);
		return cmd_fail("%s: more than %u MiB or %d files at once; "
				"apply them in parts",
			name, INTAKE_MAX >> 20, INTAKE_FILES_MAX);
	}
	ret = read_signature(intake, path, &signature, &signature_len);
	if (ret != EXIT_DONE) {
		free(data);
		return ret;
	}
	return intake_add(intake, standard ? "(stdin)" : path, data, len,
		signature, signature_len);
}

static int
is_document(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot != NULL &&
	       (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
read_folder(struct intake *intake, const char *path)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, is_document, by_name);
	int ret = EXIT_DONE;

	if (count < 0)
		return cmd_fail("%s: %s", path, strerror(errno));
	if (intake->signature != NULL)
		ret = cmd_fail("--signature is for one file, not for a folder");
	else if (count == 0)
		ret = cmd_fail("%s: there is no *.yaml in this folder", path);
	for (int i = 0; i < count; i++) {
		char full[PATH_MAX];

		snprintf(full, sizeof full, "%s/%s", path, entries[i]->d_name);
		if (ret == EXIT_DONE)
			ret = read_file(intake, full);
		free(entries[i]);
	}
	free(entries);
	return ret;
}

int
intake_read(struct intake *intake, char *const *args, int count)
{
	int ret = EXIT_DONE;

	if (intake->signature != NULL && count > 1)
		return cmd_fail("--signature is for one file");
	for (int i = 0; i < count && ret == EXIT_DONE; i++) {
		struct stat st;

		if (stat(args[i], &st) == 0 && S_ISDIR(st.st_mode))
			ret = read_folder(intake, args[i]);
		else
			ret = read_file(intake, args[i]);
	}
	return ret;
}
