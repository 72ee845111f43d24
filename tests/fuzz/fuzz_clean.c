/*
 * Fuzz target: whatever a list holds, what the cleaner makes of it reads back
 * and adds up; and where lines stand for themselves, it decides as all the
 * lines do that are cleaned one by one and looked at one by one.
 *
 * The first octet chooses the format.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clean.h"
#include "palang/error.h"
#include "psl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ENTRIES_MAX 64

struct entry {
	struct pal_name name;
	enum pal_scope scope;
	bool open;
};

static struct entry entries[ENTRIES_MAX];
static size_t entry_count;

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static int
file_of(const uint8_t *text, size_t len)
{
	int fd = memfd_create("list", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	must(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static int
clean(const uint8_t *text, size_t len, enum clean_format format,
	struct clean_report *report, int *out)
{
	static struct suffixes *suffixes;
	struct clean_options options = {.format = format};
	struct problems problems = {0};
	int in = file_of(text, len), ret;

	if (suffixes == NULL)
		must(suffixes_open(&suffixes) == 0);
	options.suffixes = suffixes;
	*out = memfd_create("names", MFD_CLOEXEC);
	must(*out >= 0);
	ret = clean_run(in, *out, &options, report, &problems);
	must(ret == 0 || (ret == PAL_EFORM && problems.errors > 0));
	problems_fini(&problems);
	close(in);
	return ret;
}

static void
check_file(int out, const struct clean_report *report)
{
	struct names_reader *reader;
	struct names_rule rule;
	uint64_t count = 0, open = 0, sum = 0;
	int ret;

	must(names_read_begin(&reader, out) == 0);
	while ((ret = names_read(reader, &rule)) == 0) {
		count++;
		open += rule.open;
	}
	must(ret == 1);
	names_read_end(reader);
	for (int i = 0; i < CLEAN_FIRST_TOLD; i++)
		sum += report->reasons[i].count;
	must(count == report->rules && open == report->exceptions);
	must(report->names + report->implied ==
		report->rules + report->merged + sum);
}

/* ---- the twin ---- */

/* What one line says, cleaned alone.  An exception alone is one to nothing,
 * so it is cleaned as what it is an exception to. */
static void
add_line(const uint8_t *line, size_t len, enum clean_format format)
{
	uint8_t *text = malloc(len + 2);
	struct clean_report report;
	struct names_reader *reader;
	struct names_rule rule;
	size_t at = 0;
	bool open;
	int out;

	must(text != NULL);
	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	open = format == CLEAN_ADBLOCK && len - at > 2 &&
	       memcmp(line + at, "@@", 2) == 0;
	at += open ? 2 : 0;
	text[0] = '\n'; /* what follows is not the beginning of a list */
	memcpy(text + 1, line + at, len - at);
	if (clean(text, len - at + 1, format, &report, &out) == 0) {
		must(names_read_begin(&reader, out) == 0);
		while (entry_count < ENTRIES_MAX &&
			names_read(reader, &rule) == 0) {
			struct entry *entry = &entries[entry_count++];

			names_name(&entry->name, rule.key, rule.len);
			entry->scope = rule.scope;
			entry->open = open;
		}
		names_read_end(reader);
	}
	close(out);
	free(text);
}

/* An exact entry at the name, else a subtree one nearest above; of two, the
 * one that leaves open. */
static bool
twin_blocks(const struct pal_name *name)
{
	const struct entry *best = NULL;

	for (size_t i = 0; i < entry_count; i++) {
		const struct entry *e = &entries[i];
		unsigned rank = 2u * e->name.labels + (e->scope == PAL_EXACT);
		unsigned best_rank =
			best == NULL ? 0
				     : 2u * best->name.labels +
					       (best->scope == PAL_EXACT);

		if (e->scope == PAL_EXACT ? !pal_name_equal(&e->name, name)
					  : !pal_name_within(name, &e->name))
			continue;
		if (rank > best_rank || (rank == best_rank && e->open))
			best = e;
	}
	return best != NULL && !best->open;
}

static void
check_name(int out, const struct pal_name *name)
{
	enum pal_scope scope;
	unsigned labels;
	bool open = true;

	must(names_find(out, name, &labels, &scope, &open) == 0);
	must(twin_blocks(name) == (labels > 0 && !open));
}

/* Each name of the list, one below it, and those above. */
static void
check_names(int out)
{
	for (size_t i = 0; i < entry_count; i++) {
		struct pal_name name = entries[i].name;

		if (name.len + 2 <= PAL_NAME_MAX) {
			memmove(name.wire + 2, name.wire, name.len);
			memcpy(name.wire, "\1x", 2);
			name.len = (uint8_t)(name.len + 2);
			name.labels++;
			check_name(out, &name);
		}
		for (unsigned n = entries[i].name.labels; n > 0; n--) {
			pal_name_ancestor(&name, &entries[i].name, n);
			check_name(out, &name);
		}
	}
}

static void
check_twin(const uint8_t *text, size_t len, enum clean_format format, int out)
{
	entry_count = 0;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	while (len > 0) {
		const uint8_t *end = memchr(text, '\n', len);
		size_t line = end == NULL ? len : (size_t)(end - text);

		add_line(text, line, format);
		text += line + (end != NULL);
		len -= line + (end != NULL);
	}
	if (entry_count < ENTRIES_MAX)
		check_names(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct clean_report report;
	int out;

	if (size == 0)
		return 0;
	if (clean(data + 1, size - 1,
		    (enum clean_format)(data[0] % CLEAN_FORMATS), &report,
		    &out) == 0) {
		check_file(out, &report);
		if (report.format != CLEAN_RPZ)
			check_twin(data + 1, size - 1, report.format, out);
	}
	close(out);
	return 0;
}
