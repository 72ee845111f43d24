#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"

static int
fail(const struct output *output)
{
	const struct passwd *us = NULL;
	int err = errno;

	if (err == EACCES && geteuid() != 0)
		us = getpwuid(geteuid());
	if (us == NULL)
		return cmd_fail("%s: %s", output->path, strerror(err));
	return cmd_fail("%s: the user %s, as whom this works, may not write "
			"there; write to standard output, or name a folder "
			"that user may write",
		output->path, us->pw_name);
}

/* A device, a pipe or a link would be replaced, which nobody wants. */
static int
check_place(const struct output *output)
{
	struct stat st;

	if (fstatat(output->folder, output->name, &st, AT_SYMLINK_NOFOLLOW) !=
			0 ||
		S_ISREG(st.st_mode))
		return EXIT_DONE;
	return cmd_fail("%s: is no regular file, and would be replaced; "
			"write to standard output instead",
		output->path);
}

int
output_open(struct output *output, const char *path)
{
	int ret;

	*output = (struct output){.path = path, .folder = -1, .file.fd = -1};
	if (path == NULL) {
		output->out = stdout;
		return EXIT_DONE;
	}
	output->copies[0] = strdup(path);
	output->copies[1] = strdup(path);
	if (output->copies[0] == NULL || output->copies[1] == NULL)
		return cmd_fail("no memory");
	output->name = basename(output->copies[1]);
	output->folder = open(
		dirname(output->copies[0]), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (output->folder < 0)
		return fail(output);
	ret = check_place(output);
	if (ret != EXIT_DONE)
		return ret;
	if (file_begin(&output->file, output->folder) < 0)
		return fail(output);
	output->out = fdopen(dup(output->file.fd), "w");
	return output->out == NULL ? fail(output) : EXIT_DONE;
}

int
output_commit(struct output *output)
{
	if (output->path == NULL)
		return EXIT_DONE;
	if (fflush(output->out) != 0 ||
		file_commit(&output->file, output->name, 0644) < 0)
		return fail(output);
	return EXIT_DONE;
}

void
output_close(struct output *output)
{
	if (output->out != NULL && output->out != stdout)
		fclose(output->out);
	if (output->path != NULL)
		file_abandon(&output->file);
	if (output->folder >= 0)
		close(output->folder);
	free(output->copies[0]);
	free(output->copies[1]);
}
