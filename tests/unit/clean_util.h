/* Cleaning text inside a test. */
#ifndef CLEAN_UTIL_H
#define CLEAN_UTIL_H

#include "core_util.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clean.h"
#include "psl.h"

struct cleaned {
	struct clean_report report;
	struct problems problems;
	int out;
	char *rules; /* the names file without head and end; NULL: none */
};

/* In memory, so that flushing it takes no time. */
static inline int
clean_file(void)
{
	int fd = memfd_create("list", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* The file is one, and says of itself what the report says. */
static inline void
clean_read_back(struct cleaned *cleaned)
{
	struct names_reader *reader;
	struct names_rule rule;
	uint64_t count = 0, open = 0, sum = 0;
	off_t size = lseek(cleaned->out, 0, SEEK_END);
	int ret;

	assert_int_equal(names_read_begin(&reader, cleaned->out), 0);
	while ((ret = names_read(reader, &rule)) == 0) {
		count++;
		open += rule.open;
	}
	assert_int_equal(ret, 1);
	names_read_end(reader);
	assert_int_equal(count, cleaned->report.rules);
	assert_int_equal(open, cleaned->report.exceptions);
	for (int i = 0; i < CLEAN_FIRST_TOLD; i++)
		sum += cleaned->report.reasons[i].count;
	assert_int_equal(cleaned->report.names + cleaned->report.implied,
		cleaned->report.rules + cleaned->report.merged + sum);
	cleaned->rules = calloc(1, (size_t)size + 1);
	assert_non_null(cleaned->rules);
	assert_int_equal(pread(cleaned->out, cleaned->rules, (size_t)size, 0),
		(ssize_t)size);
	memmove(cleaned->rules, cleaned->rules + strlen("palang-names 1\n"),
		(size_t)size - strlen("palang-names 1\n") + 1);
	*strstr(cleaned->rules, "end ") = '\0';
}

/* Read once for all tests of a program. */
static inline const struct suffixes *
clean_suffixes(void)
{
	static struct suffixes *suffixes;

	if (suffixes == NULL)
		assert_int_equal(suffixes_open(&suffixes), 0);
	return suffixes;
}

static inline int
clean_text(struct cleaned *cleaned, const char *text, size_t len,
	const struct clean_options *given)
{
	struct clean_options options = *given;
	int in = clean_file(), ret;
	size_t done = 0;

	memset(cleaned, 0, sizeof *cleaned);
	cleaned->out = clean_file();
	while (done < len) {
		ssize_t n = write(in, text + done, len - done);

		assert_true(n > 0);
		done += (size_t)n;
	}
	lseek(in, 0, SEEK_SET);
	options.suffixes = clean_suffixes();
	ret = clean_run(in, cleaned->out, &options, &cleaned->report,
		&cleaned->problems);
	close(in);
	if (ret == 0)
		clean_read_back(cleaned);
	return ret;
}

static inline void
clean_done(struct cleaned *cleaned)
{
	close(cleaned->out);
	free(cleaned->rules);
	problems_fini(&cleaned->problems);
}

#endif
