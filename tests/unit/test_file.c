#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "file.h"
#include "palang/error.h"

static char folder[] = "/tmp/palang-test-file-XXXXXX";
static int dirfd_;

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	dirfd_ = file_open_folder(folder);
	return dirfd_ < 0 ? -1 : 0;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = {"a", "b", "link", "pipe"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlinkat(dirfd_, names[i], 0);
	close(dirfd_);
	return rmdir(folder);
}

static void
put(const char *name, const char *text)
{
	assert_int_equal(
		file_replace(dirfd_, name, text, strlen(text), 0640), 0);
}

static void
replaces_and_reads(void **state)
{
	struct stat st;
	char *data;
	size_t len;

	(void)state;
	put("a", "old");
	put("a", "new text");
	assert_int_equal(file_read_at(dirfd_, "a", 8, 0, &data, &len), 0);
	assert_int_equal(len, 8);
	assert_string_equal(data, "new text");
	free(data);
	assert_int_equal(fstatat(dirfd_, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(
		file_read_at(dirfd_, "a", 7, 0, &data, &len), PAL_ELIMIT);
}

static void
reads_more_than_a_buffer(void **state)
{
	size_t size = 300001, len;
	char *big = malloc(size), *data;

	(void)state;
	assert_non_null(big);
	memset(big, 'x', size);
	assert_int_equal(file_replace(dirfd_, "b", big, size, 0600), 0);
	assert_int_equal(file_read_at(dirfd_, "b", size, 0, &data, &len), 0);
	assert_int_equal(len, size);
	assert_memory_equal(data, big, size);
	free(data);
	free(big);
}

static void
refuses_what_is_no_file(void **state)
{
	char *data;
	size_t len;

	(void)state;
	put("a", "x");
	assert_int_equal(symlinkat("a", dirfd_, "link"), 0);
	assert_int_equal(mkfifoat(dirfd_, "pipe", 0600), 0);
	assert_int_equal(
		file_read_at(dirfd_, "link", 9, FILE_NOFOLLOW, &data, &len),
		PAL_ESYS);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(file_read_at(dirfd_, "link", 9, 0, &data, &len), 0);
	free(data);
	/* must not wait for a writer */
	assert_int_equal(
		file_read_at(dirfd_, "pipe", 9, 0, &data, &len), PAL_ESYS);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(file_read(folder, 9, 0, &data, &len), PAL_ESYS);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(
		file_read_at(dirfd_, "none", 9, 0, &data, &len), PAL_ESYS);
	assert_int_equal(errno, ENOENT);
}

static void
leaves_no_temporary_behind(void **state)
{
	struct dirent *entry;
	DIR *dir;

	(void)state;
	put("a", "kept");
	/* a folder in the way: the rename fails */
	assert_int_equal(mkdirat(dirfd_, "dir", 0700), 0);
	assert_int_equal(file_replace(dirfd_, "dir", "x", 1, 0600), PAL_ESYS);
	assert_int_equal(unlinkat(dirfd_, "dir", AT_REMOVEDIR), 0);
	dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		assert_null(strstr(entry->d_name, FILE_TEMP_PREFIX));
	closedir(dir);
}

/* A file without a name, whether or not the file system knows such: it holds
 * what is written, and the folder stays empty. */
static void
test_unnamed(void **state)
{
	static int (*const ways[])(int) = {
		file_open_unnamed, file_open_unlinked};
	char place[] = "/tmp/palang-file-XXXXXX", text[8] = "";

	(void)state;
	assert_non_null(mkdtemp(place));
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		int dir = file_open_folder(place), fd = ways[i](dir);

		assert_true(fd >= 0);
		assert_int_equal(rmdir(place), 0); /* empty */
		assert_int_equal(write(fd, "list", 4), 4);
		assert_int_equal(pread(fd, text, 4, 0), 4);
		assert_string_equal(text, "list");
		close(fd);
		/* in a folder that is gone, neither works */
		assert_int_equal(ways[i](dir), -1);
		close(dir);
		assert_int_equal(mkdir(place, 0700), 0);
	}
	assert_int_equal(rmdir(place), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_and_reads),
		cmocka_unit_test(reads_more_than_a_buffer),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(leaves_no_temporary_behind),
		cmocka_unit_test(test_unnamed),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
