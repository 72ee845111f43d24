/* Fuzz target: a names file, damaged in any way, is read to its end or
 * refused; and where it is one, what is read is found. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

/* True if the file is good to its end. */
static bool
is_good(int fd)
{
	struct names_reader *reader;
	struct names_rule rule;
	int ret = names_read_begin(&reader, fd);

	if (ret != 0)
		return false;
	while ((ret = names_read(reader, &rule)) == 0)
		must(rule.len >= 2 && rule.len <= NAMES_KEY_MAX &&
			rule.key[rule.len - 1] == 0);
	names_read_end(reader);
	return ret == 1;
}

static void
check_found(int fd)
{
	struct names_reader *reader;
	struct names_rule rule;
	struct pal_name name;

	must(names_read_begin(&reader, fd) == 0);
	while (names_read(reader, &rule) == 0) {
		enum pal_scope scope;
		unsigned labels;
		bool open, any;

		names_name(&name, rule.key, rule.len);
		must(names_find(fd, &name, &labels, &scope, &open) == 0);
		must(labels == name.labels);
		must(rule.scope != PAL_EXACT || scope == PAL_EXACT);
		must(scope != rule.scope || open == rule.open);
		must(names_any_below(fd, &name, &any) == 0);
		must(any || rule.open);
	}
	names_read_end(reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("names", MFD_CLOEXEC);
	struct pal_name name;
	enum pal_scope scope;
	unsigned labels;
	bool open;

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	must(pal_name_from_text(&name, "b.a.example", 11) == 0);
	(void)names_find(fd, &name, &labels, &scope, &open);
	(void)names_any_below(fd, &name, &open);
	if (is_good(fd))
		check_found(fd);
	close(fd);
	return 0;
}
