/*
 * The parts of palang-fetch: its arguments, which addresses are public, and
 * that what it gave up is gone.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <linux/landlock.h>
#include <zlib.h>

#include "fetch.h"
#include "unpack.h"

static void
test_addresses(void **state)
{
	/* The first and last of each block, and their neighbours. */
	static const struct {
		const char *text;
		bool public;
	} cases[] = {
		{"0.0.0.0", false},
		{"0.255.255.255", false},
		{"1.0.0.0", true},
		{"9.255.255.255", true},
		{"10.0.0.0", false},
		{"10.255.255.255", false},
		{"11.0.0.0", true},
		{"100.63.255.255", true},
		{"100.64.0.0", false},
		{"100.127.255.255", false},
		{"100.128.0.0", true},
		{"126.255.255.255", true},
		{"127.0.0.1", false},
		{"127.255.255.255", false},
		{"128.0.0.0", true},
		{"169.253.255.255", true},
		{"169.254.169.254", false},
		{"169.255.0.0", true},
		{"172.15.255.255", true},
		{"172.16.0.0", false},
		{"172.31.255.255", false},
		{"172.32.0.0", true},
		{"191.255.255.255", true},
		{"192.0.0.8", false},
		{"192.0.1.0", true},
		{"192.0.2.1", false},
		{"192.31.196.1", true},
		{"192.88.99.1", false},
		{"192.167.255.255", true},
		{"192.168.0.0", false},
		{"192.168.255.255", false},
		{"192.169.0.0", true},
		{"198.17.255.255", true},
		{"198.18.0.0", false},
		{"198.19.255.255", false},
		{"198.20.0.0", true},
		{"198.51.100.7", false},
		{"203.0.113.7", false},
		{"223.255.255.255", true},
		{"224.0.0.1", false},
		{"239.255.255.255", false},
		{"240.0.0.1", false},
		{"255.255.255.255", false},
		{"::", false},
		{"::1", false},
		{"::8.8.8.8", false}, /* "compatible", given up */
		{"::ffff:8.8.8.8", true},
		{"::ffff:127.0.0.1", false},
		{"::ffff:10.1.2.3", false},
		{"64:ff9b::8.8.8.8", true},
		{"64:ff9b::192.168.1.1", false},
		{"64:ff9b:1::8.8.8.8", false},
		{"100::1", false},
		{"1fff::1", false},
		{"2000::1", true},
		{"2001::1", false},
		{"2001:1ff:ffff::1", false},
		{"2001:200::1", true},
		{"2001:db7::1", true},
		{"2001:db8::1", false},
		{"2001:db9::1", true},
		{"2002:0808:0808::1", true},
		{"2002:7f00:0001::1", false},
		{"2002:c0a8:0101::1", false},
		{"2606:4700::1", true},
		{"3fff::1", false},
		{"3fff:fff:ffff::1", false},
		{"3fff:1000::1", true},
		{"4000::1", false},
		{"5f00::1", false},
		{"fc00::1", false},
		{"fdff::1", false},
		{"fe80::1", false},
		{"fec0::1", false},
		{"ff02::1", false},
	};
	struct sockaddr_storage other = {.ss_family = AF_UNIX};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sockaddr_in in = {.sin_family = AF_INET};
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
		bool is;

		if (inet_pton(AF_INET, cases[i].text, &in.sin_addr) == 1) {
			is = address_is_public((struct sockaddr *)&in);
		} else {
			assert_int_equal(inet_pton(AF_INET6, cases[i].text,
						 &in6.sin6_addr),
				1);
			is = address_is_public((struct sockaddr *)&in6);
		}
		if (is != cases[i].public)
			fail_msg("%s", cases[i].text);
	}
	assert_false(address_is_public((struct sockaddr *)&other));
}

static void
test_options(void **state)
{
	static const struct {
		const char *args[8];
		const char *says; /* NULL: good */
	} cases[] = {
		{{"https://h/"}, NULL},
		{{"HTTPS://h/"}, NULL},
		{{"--", "https://h/"}, NULL},
		{{"--max-size", "5", "--max-time", "1", "https://h/"}, NULL},
		{{"--etag", "\"x\"", "--allow-private", "https://h/"}, NULL},
		{{NULL}, "one URL"},
		{{"https://h/", "https://i/"}, "one URL"},
		{{"http://h/"}, "https"},
		{{"file:///etc/passwd"}, "https"},
		{{"--max-size", "0", "https://h/"}, "--max-size"},
		{{"--max-size", "-1", "https://h/"}, "--max-size"},
		{{"--max-size", "1k", "https://h/"}, "--max-size"},
		{{"--max-time", "86401", "https://h/"}, "--max-time"},
		{{"--etag", "a\r\nHost: b", "https://h/"}, "--etag"},
		{{"--modified", "a\n", "https://h/"}, "--modified"},
		{{"--output", "x", "https://h/"}, "unknown"},
		{{"--etag"}, "unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *argv[10] = {(char *)"palang-fetch"};
		struct fetch_options options;
		const char *wrong;
		int argc = 1;

		while (argc < 9 && cases[i].args[argc - 1] != NULL) {
			argv[argc] = (char *)cases[i].args[argc - 1];
			argc++;
		}
		wrong = fetch_options_parse(&options, argc, argv);
		if ((wrong == NULL) != (cases[i].says == NULL))
			fail_msg("case %zu: %s", i, wrong);
		if (wrong != NULL)
			assert_non_null(strstr(wrong, cases[i].says));
	}
}

/* Packs text as one member; returns the octets. */
static size_t
pack(char *out, size_t room, const char *text, size_t len)
{
	z_stream stream = {.next_in = (z_const Bytef *)text,
		.avail_in = (uInt)len,
		.next_out = (Bytef *)out,
		.avail_out = (uInt)room};

	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8,
				 Z_DEFAULT_STRATEGY),
		Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return room - stream.avail_out;
}

static char unpacked[400000];
static size_t unpacked_len;

static bool
put(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	if (len > sizeof unpacked - unpacked_len)
		return false;
	memcpy(unpacked + unpacked_len, data, len);
	unpacked_len += len;
	return true;
}

/* Unpacks in parts of so many octets; *whole at the end. */
static bool
unpack_all(const char *data, size_t len, size_t part, bool *whole)
{
	struct unpack *unpack = unpack_create(put, NULL);
	bool ok = true;

	assert_non_null(unpack);
	unpacked_len = 0;
	for (size_t at = 0; ok && at < len; at += part)
		ok = unpack_take(
			unpack, data + at, part < len - at ? part : len - at);
	*whole = unpack_is_whole(unpack);
	unpack_free(unpack);
	return ok;
}

static void
test_unpack(void **state)
{
	static const size_t parts[] = {1, 7, 4096, 1000000};
	static char text[200000], packed[500000];
	size_t one, two;
	bool whole;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * i / 7);
	one = pack(packed, sizeof packed, text, sizeof text);
	two = one + pack(packed + one, sizeof packed - one, text, sizeof text);
	for (size_t i = 0; i < 4; i++) {
		assert_true(unpack_all(packed, one, parts[i], &whole));
		assert_true(whole);
		assert_int_equal(unpacked_len, sizeof text);
		assert_memory_equal(unpacked, text, sizeof text);
		/* two members are one text */
		assert_true(unpack_all(packed, two, parts[i], &whole));
		assert_true(whole);
		assert_int_equal(unpacked_len, 2 * sizeof text);
		/* cut off anywhere, also within the checksum */
		assert_true(unpack_all(packed, one - 1, parts[i], &whole));
		assert_false(whole);
		assert_true(unpack_all(packed, one + 1, parts[i], &whole));
		assert_false(whole);
	}
	/* damaged, not gzip at all, and more than is wanted */
	packed[one - 5] ^= 1;
	assert_false(unpack_all(packed, one, 4096, &whole));
	assert_false(unpack_all("a.example\n", 10, 10, &whole));
	memset(text, 0, sizeof text);
	for (two = 0, one = 0; one < 3; one++)
		two += pack(
			packed + two, sizeof packed - two, text, sizeof text);
	assert_false(unpack_all(packed, two, 4096, &whole));
}

/* Runs in a process that has given up its rights; the number of what it could
 * still do, 0 for nothing. */
static int
still_can(bool landlock, const char *file)
{
	char *const argv[] = {(char *)"/bin/true", NULL};
	char block[2000] = {0};
	int fd;

	if (getenv("HOME") != NULL)
		return 1;
	execv("/bin/true", argv);
	if (errno != EPERM && errno != EACCES)
		return 2;
	if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0 || errno != EPERM)
		return 3;
	if (kill(getppid(), 0) == 0)
		return 4;
	if (landlock && open("/etc/passwd", O_RDONLY) >= 0)
		return 5;
	if (landlock && open(file, O_RDWR) >= 0)
		return 6;
	if (landlock &&
		open("/tmp/palang-fetch-test", O_WRONLY | O_CREAT, 0600) >= 0)
		return 7;
	fd = open("/etc/resolv.conf", O_RDONLY);
	if (fd < 0 && errno == EACCES)
		return 8;
	return write(STDOUT_FILENO, block, sizeof block) > 1000 ? 9 : 0;
}

static void
test_rights(void **state)
{
	struct fetch_options options = {.max_size = 1000, .max_time = 1};
	bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0,
				LANDLOCK_CREATE_RULESET_VERSION) >= 1;
	char file[] = "/tmp/palang-fetch-XXXXXX";
	int status, fd = mkstemp(file);
	pid_t pid;

	(void)state;
	fflush(NULL);
	setenv("HOME", "/", 1);
	pid = fork();
	if (pid == 0) {
		const char *wrong;

		dup2(fd, STDOUT_FILENO);
		wrong = rights_drop(&options);
		_exit(wrong != NULL ? 100 : still_can(landlock, file));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(file);
	close(fd);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_unpack),
		cmocka_unit_test(test_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
