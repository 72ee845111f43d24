/* A file from one folder to another, without losing it or another. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "inbox.h"
#include "palang/error.h"

/* Both, whole and the same. */
static bool
is_same(int from, const char *name, int to, const char *as, size_t max)
{
	char *a = NULL, *b = NULL;
	size_t a_len, b_len;
	bool same =
		file_read_at(from, name, max, FILE_NOFOLLOW, &a, &a_len) == 0 &&
		file_read_at(to, as, max, FILE_NOFOLLOW, &b, &b_len) == 0 &&
		a_len == b_len && memcmp(a, b, a_len) == 0;

	free(a);
	free(b);
	return same;
}

static bool
is_there(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* On another file system: it is gone here once it is whole there. */
static int
copy(int from, const char *name, int to, const char *as, size_t max)
{
	char *data = NULL;
	size_t len;
	int ret = file_read_at(from, name, max, FILE_NOFOLLOW, &data, &len);

	if (ret == 0)
		ret = file_replace(to, as, data, len, 0644);
	free(data);
	if (ret != 0)
		return ret;
	if (is_same(from, name, to, as, max))
		return unlinkat(from, name, 0) == 0 ? 0 : PAL_ESYS;
	/* It was written to meanwhile. */
	unlinkat(to, as, 0);
	errno = EAGAIN;
	return PAL_ESYS;
}

int
inbox_move(int from, const char *name, int to, const char *as, size_t max)
{
	if (renameat2(from, name, to, as, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno == ENOENT)
		return is_there(to, as) ? 0 : PAL_ESYS;
	if (errno != EEXIST && errno != EXDEV && errno != EINVAL &&
		errno != ENOSYS)
		return PAL_ESYS;
	if (!is_there(to, as))
		return copy(from, name, to, as, max);
	/* A copy that was stopped before its end. */
	if (is_same(from, name, to, as, max))
		return unlinkat(from, name, 0) == 0 ? 0 : PAL_ESYS;
	errno = EEXIST;
	return PAL_ESYS;
}
