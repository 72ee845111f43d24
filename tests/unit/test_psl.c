#include "core_util.h"

#include <fcntl.h>
#include <libpsl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "names.h"
#include "psl.h"

static struct suffixes *suffixes;
static unsigned compared;

/* As the wrapper answers, so does libpsl without its filter. */
static void
compare(const psl_ctx_t *psl, const char *text)
{
	uint8_t key[NAMES_KEY_MAX];
	struct pal_name name = name_of(text);
	size_t len = names_key(key, &name);
	bool twin = psl_is_public_suffix2(
		psl, text, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);

	if (suffixes_has(suffixes, key, len) != twin)
		fail_msg("%s: libpsl says %d", text, twin);
	compared++;
}

/* A rule of the list, what stands above it, and what stands below. */
static void
compare_around(const psl_ctx_t *psl, const char *rule)
{
	char text[300];

	snprintf(text, sizeof text, "x.%s", rule);
	compare(psl, text);
	snprintf(text, sizeof text, "y.x.%s", rule);
	compare(psl, text);
	for (const char *at = rule; at != NULL; at = strchr(at, '.')) {
		at += *at == '.';
		compare(psl, at);
	}
}

static bool
is_ascii(const char *text)
{
	while (*text > 0)
		text++;
	return *text == '\0';
}

static void
answers_as_libpsl(void **state)
{
	psl_ctx_t *psl;
	char path[512], *list, *line, *rest = NULL;
	size_t len;

	(void)state;
	snprintf(path, sizeof path, "%s", psl_dist_filename());
	assert_non_null(strrchr(path, '.'));
	strcpy(strrchr(path, '.'), ".dat");
	if (file_read(path, 1 << 24, 0, &list, &len) != 0)
		skip();
	psl = psl_load_file(path);
	assert_non_null(psl);
	for (line = strtok_r(list, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		line += line[0] == '!';
		line += strncmp(line, "*.", 2) == 0 ? 2 : 0;
		line[strcspn(line, " \r")] = '\0';
		if (line[0] != '\0' && line[0] != '/' && is_ascii(line))
			compare_around(psl, line);
	}
	assert_true(compared > 10000);
	psl_free(psl);
	free(list);
}

static void
knows_top_level_domains(void **state)
{
	static const struct {
		const char *label;
		bool there, below;
	} cases[] = {
		{"com", true, false},
		{"uk", true, true},
		{"ck", true, true}, /* only *.ck is a rule */
		{"arpa", true, true},
		{"xn--p1ai", true, false},
		{"example", true, false}, /* for trials */
		{"test", true, false},
		{"invalid", false, false},
		{"local", false, false},
		{"con", false, false},
		{"1", false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(suffixes_has_tld(suffixes, cases[i].label),
			cases[i].there);
		/* without the list as text there may be some anywhere */
		if (cases[i].below)
			assert_true(
				suffixes_has_below(suffixes, cases[i].label));
	}
}

static void
set_time(const char *path, time_t sec)
{
	const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = sec}};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* A list that was replaced by another shows, be it as long or as old. */
static void
marks_lists(void **state)
{
	char path[] = "/tmp/palang-psl-XXXXXX";
	char dist[SUFFIXES_MARK_MAX], first[SUFFIXES_MARK_MAX];
	char next[SUFFIXES_MARK_MAX];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "com\n", 4), 4);
	set_time(path, 1500000000);
	suffixes_mark(path, first);
	suffixes_mark(path, next);
	assert_string_equal(first, next);
	set_time(path, 1500000001);
	suffixes_mark(path, next);
	assert_string_not_equal(first, next);
	assert_int_equal(write(fd, "net\n", 4), 4);
	set_time(path, 1500000000);
	suffixes_mark(path, next);
	assert_string_not_equal(first, next);
	/* without one it is that of the system, or of libpsl */
	assert_int_equal(unlink(path), 0);
	suffixes_mark(path, next);
	assert_string_not_equal(first, next);
	assert_true(next[0] != '\0');
	suffixes_mark(NULL, dist);
	assert_true(dist[0] != '\0');
	assert_string_not_equal(dist, first);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_as_libpsl),
		cmocka_unit_test(knows_top_level_domains),
		cmocka_unit_test(marks_lists),
	};
	int failed;

	if (suffixes_open(&suffixes) != 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	suffixes_close(suffixes);
	return failed;
}
