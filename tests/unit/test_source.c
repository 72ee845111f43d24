/*
 * What may stand as a feed's source, and files and standard input as ones.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "palang/error.h"
#include "source.h"

static void
test_parse_good(void **state)
{
	static const struct {
		const char *text;
		enum source_kind kind;
		const char *server;
		uint16_t port;
		const char *zone;
		const char *why;
	} cases[] = {
		{"/var/lib/list", SOURCE_FILE, "", 0, NULL, "a path"},
		{"/a b/ä", SOURCE_FILE, "", 0, NULL, "paths are any octets"},
		{"-", SOURCE_STDIN, "", 0, NULL, "standard input"},
		{"https://example.com/l?x=1", SOURCE_HTTPS, "", 0, NULL, ""},
		{"HTTPS://example.com", SOURCE_HTTPS, "", 0, NULL,
			"schemes are of any case (RFC 3986, 3.1)"},
		{"https://[2001:db8::1]:8443/l", SOURCE_HTTPS, "", 0, NULL,
			"an IPv6 address with a port"},
		{"https://h/a@b", SOURCE_HTTPS, "", 0, NULL,
			"@ in a path is no user"},
		{"axfr://192.0.2.1/rpz.example", SOURCE_AXFR, "192.0.2.1", 53,
			"rpz.example", "the port is 53"},
		{"axfr://192.0.2.1:5353/rpz.example.", SOURCE_AXFR, "192.0.2.1",
			5353, "rpz.example", "another port, a last dot"},
		{"axfr://[2001:db8::1]/rpz", SOURCE_AXFR, "2001:db8::1", 53,
			"rpz", "IPv6"},
		{"axfr://[2001:db8::1]:99/RPZ", SOURCE_AXFR, "2001:db8::1", 99,
			"rpz", "IPv6 with a port"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char why[SOURCE_WHY_MAX], zone[PAL_NAME_TEXT_MAX];
		struct source source;

		print_message("%s %s\n", cases[i].text, cases[i].why);
		if (source_parse(&source, cases[i].text, why) != 0)
			fail_msg("%s", why);
		assert_int_equal(source.kind, cases[i].kind);
		assert_string_equal(source.text, cases[i].text);
		assert_string_equal(source.server, cases[i].server);
		assert_int_equal(source.port, cases[i].port);
		if (cases[i].zone != NULL)
			assert_string_equal(
				pal_name_to_text(zone, &source.zone),
				cases[i].zone);
	}
}

static void
test_parse_bad(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"", "empty"},
		{"http://example.com/l", "use https://"},
		{"HTTP://example.com/l", "use https://"},
		{"ftp://example.com/l", "axfr://ADDRESS/ZONE"},
		{"file:///etc/list", "the path alone: /etc/list"},
		{"ixfr://192.0.2.1/z", "axfr://"},
		{"list.txt", "in full, from / on"},
		{"./list.txt", "in full, from / on"},
		{"--", "in full, from / on"},
		{"https://", "https://HOST/PATH"},
		{"https:///l", "https://HOST/PATH"},
		{"https://h:0/l", "https://HOST/PATH"},
		{"https://h:65536/l", "https://HOST/PATH"},
		{"https://h:1x/l", "https://HOST/PATH"},
		{"https://[2001:db8::1/l", "https://HOST/PATH"},
		{"https://user:secret@h/l", "not supported"},
		{"https://h/a b", "%20"},
		{"https://h/\xc3\xa4", "%20"},
		{"https://h/\r\nHost:x", "%20"},
		{"https://h/l#part", "leave out '#'"},
		{"axfr://192.0.2.1", "names no zone"},
		{"axfr://192.0.2.1/", "names no zone"},
		{"axfr://192.0.2.1/.", "no name of a zone"},
		{"axfr://192.0.2.1/a..b", "no name of a zone"},
		{"axfr://192.0.2.1/a/b", "no name of a zone"},
		{"axfr://ns.example/rpz", "no IP address"},
		{"axfr://192.0.2/rpz", "no IP address"},
		{"axfr://[192.0.2.1]/rpz", "no IP address"},
		{"axfr://2001:db8::1/rpz", "in brackets"},
		{"axfr:///rpz", "axfr://ADDRESS"},
		{"axfr://[::1]x/rpz", "axfr://ADDRESS"},
		{"axfr://192.0.2.1:/rpz", "axfr://ADDRESS"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char why[SOURCE_WHY_MAX];
		struct source source;

		print_message("%s\n", cases[i].text);
		assert_int_equal(
			source_parse(&source, cases[i].text, why), PAL_EFORM);
		if (strstr(why, cases[i].says) == NULL)
			fail_msg("\"%s\" is not in: %s", cases[i].says, why);
		assert_null(strstr(why, "secret"));
	}
}

static void
test_parse_long(void **state)
{
	char text[SOURCE_TEXT_MAX + 1], why[SOURCE_WHY_MAX];
	struct source source;

	(void)state;
	memset(text, 'x', sizeof text);
	text[0] = '/';
	text[SOURCE_TEXT_MAX] = '\0';
	assert_int_equal(source_parse(&source, text, why), PAL_EFORM);
	text[SOURCE_TEXT_MAX - 1] = '\0';
	assert_int_equal(source_parse(&source, text, why), 0);
}

/* A scratch file, the source of that name, and where it goes. */
struct place {
	char path[64];
	int fd, out;
	struct source source;
	struct source_limits limits;
	struct source_mark mark;
	char why[SOURCE_WHY_MAX];
};

static void
create(struct place *place, const char *text)
{
	*place = (struct place){.path = "/tmp/palang-source-XXXXXX",
		.limits = {.max_size = 1000, .max_time = 20}};
	place->fd = mkstemp(place->path);
	assert_true(place->fd >= 0);
	assert_int_equal(
		write(place->fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(
		source_parse(&place->source, place->path, place->why), 0);
	place->out = memfd_create("out", MFD_CLOEXEC);
	assert_true(place->out >= 0);
}

static void
destroy(struct place *place)
{
	close(place->fd);
	close(place->out);
	unlink(place->path);
}

static enum source_result
fetch(struct place *place)
{
	assert_int_equal(ftruncate(place->out, 0), 0);
	assert_int_equal(lseek(place->out, 0, SEEK_SET), 0);
	return source_fetch(&place->source, &place->limits, &place->mark,
		place->out, place->why, NULL, NULL);
}

static void
expect_out(const struct place *place, const char *text)
{
	char data[2048];
	ssize_t n = pread(place->out, data, sizeof data - 1, 0);

	assert_true(n >= 0);
	data[n] = '\0';
	assert_string_equal(data, text);
}

static void
expect_failed(struct place *place, const char *says)
{
	assert_int_equal(fetch(place), SOURCE_FAILED);
	if (strstr(place->why, says) == NULL)
		fail_msg("\"%s\" is not in: %s", says, place->why);
}

static void
make_old(const struct place *place, time_t when)
{
	const struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};

	assert_int_equal(futimens(place->fd, times), 0);
}

static void
test_file(void **state)
{
	struct source_mark before;
	struct place place;

	(void)state;
	create(&place, "a.example\n");
	make_old(&place, 1000000000);
	assert_int_equal(fetch(&place), SOURCE_NEW);
	expect_out(&place, "a.example\n");
	before = place.mark;
	assert_int_equal(fetch(&place), SOURCE_UNCHANGED);
	assert_memory_equal(&before, &place.mark, sizeof before);

	make_old(&place, 1000000001); /* touched */
	assert_int_equal(fetch(&place), SOURCE_NEW);
	assert_int_equal(fetch(&place), SOURCE_UNCHANGED);

	/* longer, as old */
	assert_int_equal(write(place.fd, "b\n", 2), 2);
	make_old(&place, 1000000001);
	assert_int_equal(fetch(&place), SOURCE_NEW);
	expect_out(&place, "a.example\nb\n");
	destroy(&place);
}

/* Written a moment ago: one more change could come unseen. */
static void
test_file_young(void **state)
{
	struct place place;

	(void)state;
	create(&place, "a.example\n");
	assert_int_equal(fetch(&place), SOURCE_NEW);
	assert_int_equal(fetch(&place), SOURCE_NEW);
	destroy(&place);
}

static void
test_file_refused(void **state)
{
	struct source_mark none = {0};
	struct place place;
	char long_text[1002];

	(void)state;
	create(&place, "");
	expect_failed(&place, "the file is empty");
	memset(long_text, 'x', 1001);
	long_text[1001] = '\0';
	assert_int_equal(write(place.fd, long_text, 1001), 1001);
	expect_failed(&place, "larger than max-size, 1000 octets");
	place.limits.max_size = 1001;
	assert_int_equal(fetch(&place), SOURCE_NEW);
	place.mark = none;

	strcpy(place.source.text, "/tmp");
	expect_failed(&place, "is a folder");
	strcpy(place.source.text, "/nonexistent/list");
	expect_failed(&place, "No such file");

	/* no other end: must not hang */
	unlink(place.path);
	assert_int_equal(mkfifo(place.path, 0600), 0);
	strcpy(place.source.text, place.path);
	expect_failed(&place, "source -");
	assert_memory_equal(&none, &place.mark, sizeof none);
	destroy(&place);
}

/* Takes what is written to a pipe; but first the file is changed. */
struct meddler {
	int pipe, file;
	size_t taken;
};

static void *
meddle(void *arg)
{
	struct meddler *meddler = arg;
	char data[4096];
	ssize_t n;

	if (read(meddler->pipe, data, 1) != 1 ||
		pwrite(meddler->file, "X", 1, 0) != 1)
		return NULL;
	meddler->taken = 1;
	while ((n = read(meddler->pipe, data, sizeof data)) > 0)
		meddler->taken += (size_t)n;
	return NULL;
}

static void
test_file_changes(void **state)
{
	static char block[300000]; /* more than a pipe holds */
	struct meddler meddler = {0};
	struct place place;
	pthread_t thread;
	int pair[2];

	(void)state;
	create(&place, "");
	memset(block, 'a', sizeof block);
	assert_int_equal(
		write(place.fd, block, sizeof block), (ssize_t)sizeof block);
	make_old(&place, 1000000000);
	place.limits.max_size = sizeof block;
	assert_int_equal(pipe(pair), 0);
	meddler.pipe = pair[0];
	meddler.file = place.fd;
	assert_int_equal(pthread_create(&thread, NULL, meddle, &meddler), 0);
	assert_int_equal(source_fetch(&place.source, &place.limits, &place.mark,
				 pair[1], place.why, NULL, NULL),
		SOURCE_FAILED);
	close(pair[1]);
	pthread_join(thread, NULL);
	close(pair[0]);
	assert_int_equal(meddler.taken, sizeof block);
	assert_non_null(strstr(place.why, "changed while it was read"));
	assert_int_equal(place.mark.size, 0);
	destroy(&place);
}

/* Lets text come through a pipe to standard input while the body runs. */
static void
feed_stdin(struct place *place, const char *text, bool end,
	enum source_result result, const char *says)
{
	int pair[2], saved = dup(STDIN_FILENO);

	assert_int_equal(pipe(pair), 0);
	assert_int_equal(
		write(pair[1], text, strlen(text)), (ssize_t)strlen(text));
	if (end)
		close(pair[1]);
	dup2(pair[0], STDIN_FILENO);
	close(pair[0]);
	assert_int_equal(source_parse(&place->source, "-", place->why), 0);
	assert_int_equal(fetch(place), result);
	dup2(saved, STDIN_FILENO);
	close(saved);
	if (!end)
		close(pair[1]);
	if (says != NULL && strstr(place->why, says) == NULL)
		fail_msg("\"%s\" is not in: %s", says, place->why);
}

static void
test_stdin(void **state)
{
	struct place place;

	(void)state;
	create(&place, "");
	feed_stdin(&place, "a\nb", true, SOURCE_NEW, NULL);
	expect_out(&place, "a\nb");
	feed_stdin(&place, "", true, SOURCE_FAILED, "standard input is empty");
	place.limits.max_size = 2;
	feed_stdin(&place, "a\nb", true, SOURCE_FAILED, "max-size");
	place.limits.max_time = 1;
	feed_stdin(&place, "a", false, SOURCE_FAILED, "max-time, 1 s");
	destroy(&place);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_good),
		cmocka_unit_test(test_parse_bad),
		cmocka_unit_test(test_parse_long),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_young),
		cmocka_unit_test(test_file_refused),
		cmocka_unit_test(test_file_changes),
		cmocka_unit_test(test_stdin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
