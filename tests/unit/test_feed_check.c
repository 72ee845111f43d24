#include "tool_util.h"

#include <inttypes.h>
#include <sys/resource.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED true
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

static const struct cmd *const table[] = {&cmd_feed_check, NULL};

/* Runs `palang feed check` on a list; what it prints is in out. */
static int
check(const char *list, const char *option, char *out, size_t size)
{
	char path[] = "/tmp/palang-list-XXXXXX";
	char *argv[] = {(char *)"palang", (char *)"feed", (char *)"check", path,
		(char *)(uintptr_t)option, NULL};
	int fd = mkstemp(path), saved[2], code;
	FILE *files[2] = {tmpfile(), tmpfile()};

	assert_true(fd >= 0);
	assert_int_equal(write(fd, list, strlen(list)), (ssize_t)strlen(list));
	close(fd);
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		saved[i] = dup(i + 1);
		dup2(fileno(files[i]), i + 1);
	}
	code = cmd_main(table, option == NULL ? 4 : 5, argv);
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		dup2(saved[i], i + 1);
		close(saved[i]);
		rewind(files[i]);
	}
	memset(out, 0, size);
	out[fread(out, 1, size - 1, files[0])] = '\0';
	(void)!fread(out + strlen(out), 1, size - 1 - strlen(out), files[1]);
	fclose(files[0]);
	fclose(files[1]);
	unlink(path);
	return code;
}

static void
tells_what_would_become_of_it(void **state)
{
	static const struct {
		const char *list, *option;
		int code;
		const char *says;
	} cases[] = {
		{"a.example\n", NULL, EXIT_DONE, "1  rules"},
		{"a.example\n192.0.2.1\n", NULL, EXIT_DONE,
			"1  IP addresses: line 2"},
		{"a.example\n", "--strict", EXIT_DONE, "1  rules"},
		{"A.example\n", "--strict", EXIT_NO, "upper case: line 1"},
		{"A.example\n", "--json", EXIT_DONE, "\"clean\": false"},
		{"a.example\n", "--json", EXIT_DONE, "\"clean\": true"},
		{"<html>", "--json", EXIT_ERROR, "\"good\": false"},
		{"<html>", NULL, EXIT_ERROR, "this is a web page"},
		{"", NULL, EXIT_ERROR, "there is nothing in it"},
		/* as a refresh judges it */
		{"192.0.2.1\n", NULL, EXIT_ERROR,
			"there is no name in it that could be blocked"},
		{"192.0.2.1\n", "--json", EXIT_ERROR, "\"good\": false"},
		{"a.example\n", "--format=rpz", EXIT_ERROR,
			":1: error: this is no record"},
		{"a.example\n", "--format=zone", EXIT_ERROR, "write auto"},
		{"a.example\n", "--scope=all", EXIT_ERROR, "write exact"},
		{"a.example\n", "--scope=exact", EXIT_DONE, "alone"},
	};
	char out[8192];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int code =
			check(cases[i].list, cases[i].option, out, sizeof out);

		if (code != cases[i].code)
			fail_msg("case %zu: exit code %d\n%s", i, code, out);
		tool_expect_in(out, cases[i].says);
	}
}

/* ---- memory ---- */

#define LINES 1000000
/* 10 million lines have to do with 1 GiB: so much is a line's share of it. */
#define OCTETS_A_LINE (((uint64_t)1 << 30) / 10000000)

/* Each kind of dirt that makes the cleaner do or keep something. */
static void
write_dirty(FILE *file)
{
	for (unsigned i = 0; i < LINES / 10; i++)
		fprintf(file,
			"Capital-%u.Example.com\r\n"
			"https://host-%u.example.net/\n"
			"https://page-%u.example.net/of/it\n"
			"192.0.2.%u\n"
			"b\xc3\xbc"
			"cher-%u.example.org\n"
			"*.wild-%u.example.com # and why\n"
			"dot-%u.example.com.\n"
			"bad..name-%u.example\n"
			"name-%u.no-such-domain\n"
			"www.wild-%u.example.com\n",
			i, i, i, i % 256, i, i, i, i, i, i);
}

/* Octets of address space that this process has. */
static rlim_t
size_now(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	uint64_t pages = 0;

	if (file == NULL || fscanf(file, "%" SCNu64, &pages) != 1)
		_exit(99);
	fclose(file);
	return (rlim_t)(pages * (uint64_t)sysconf(_SC_PAGESIZE));
}

/* The exit code, of a process that gets so much more memory. */
static int
check_within(const char *path, uint64_t octets)
{
	char *argv[] = {(char *)"palang", (char *)"feed", (char *)"check",
		(char *)(uintptr_t)path, NULL};
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		rlim_t room = size_now() + octets;
		const struct rlimit limit = {room, room};
		int null = open("/dev/null", O_WRONLY);

		if (dup2(null, STDOUT_FILENO) < 0 ||
			dup2(null, STDERR_FILENO) < 0 ||
			setrlimit(RLIMIT_AS, &limit) != 0)
			_exit(98);
		_exit(cmd_main(table, 4, argv));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
needs_little_memory(void **state)
{
	char path[] = "/tmp/palang-list-XXXXXX";
	int fd;
	FILE *file;

	(void)state;
	if (SANITIZED)
		skip();
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	write_dirty(file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(check_within(path, LINES * OCTETS_A_LINE), EXIT_DONE);
	/* The limit is one, and what lacks memory says so. */
	assert_int_equal(check_within(path, LINES * 8), EXIT_ERROR);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_would_become_of_it),
		cmocka_unit_test(needs_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
