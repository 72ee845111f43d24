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

static int
add_file(struct intake *intake, const char *name, char *data, size_t len)
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
		return cmd_fail("no memory");
	}
	files[count] = (struct intake_file){copy, data, len, {NULL, 0}};
	intake->file_count++;
	return EXIT_DONE;
}

int
intake_make(struct intake *intake, const char *name, char *text)
{
	return add_file(intake, name, text, strlen(text));
}

static int
read_file(struct intake *intake, const char *path)
{
	bool standard = strcmp(path, "-") == 0;
	char *data = NULL;
	size_t len;
	int ret = file_read(path, INTAKE_FILE_MAX, FILE_STDIN, &data, &len);

	if (ret == PAL_ELIMIT)
		return cmd_fail("%s is larger than %u octets, which is the "
				"most for an order file",
			standard ? "standard input" : path, INTAKE_FILE_MAX);
	if (ret != 0)
		return cmd_fail("%s: %s", standard ? "standard input" : path,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	return add_file(intake, standard ? "(stdin)" : path, data, len);
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
	if (count == 0)
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

	for (int i = 0; i < count && ret == EXIT_DONE; i++) {
		struct stat st;

		if (stat(args[i], &st) == 0 && S_ISDIR(st.st_mode))
			ret = read_folder(intake, args[i]);
		else
			ret = read_file(intake, args[i]);
	}
	return ret;
}
