#include <inttypes.h>
#include <stdio.h>

#include "names.h"
#include "palang/error.h"
#include "palang/writer.h"

#define TELL_EVERY 65536 /* rules */

/* Where it tells how far it is; NULL: nobody is told. */
struct told {
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size);
	void *ctx;
};

static void
tell(const struct told *told, const char *what, uint64_t at, uint64_t size)
{
	if (told->progress != NULL)
		told->progress(told->ctx, what, at, size);
}

static int
add_rules(struct pal_writer *writer, struct names_reader *reader, bool reverse,
	const struct told *told)
{
	uint64_t count = 0, at, size;
	struct names_rule rule;
	struct pal_name name;
	int ret;

	while ((ret = names_read(reader, &rule)) == 0) {
		if (count++ % TELL_EVERY == 0) {
			names_progress(reader, &at, &size);
			tell(told, "reading its names", at, size);
		}
		names_name(&name, rule.key, rule.len);
		ret = pal_writer_rule(
			writer, &name, rule.scope, rule.open != reverse);
		if (ret < 0)
			break;
	}
	return ret < 0 ? ret : 0;
}

static int
finish(struct pal_writer *writer, uint64_t rules, const struct told *told,
	uint8_t **data, size_t *len)
{
	char what[64];

	snprintf(what, sizeof what, "making the image of %" PRIu64 " rules",
		rules);
	tell(told, what, 0, 0);
	return pal_writer_finish(writer, data, len, NULL);
}

static int
compile(int fd, const struct pal_policy_in *policy, const uint8_t key[16],
	const struct pal_changes *changed, bool reverse,
	const struct told *told, uint8_t **data, size_t *len)
{
	struct pal_writer *writer = NULL;
	struct names_reader *reader = NULL;
	uint64_t rules;
	int ret = names_read_begin(&reader, fd);

	if (ret < 0)
		return ret;
	ret = pal_writer_open_plain(&writer, key, policy);
	if (ret < 0) {
		names_read_end(reader);
		return ret;
	}
	rules = names_count(reader);
	ret = add_rules(writer, reader, reverse, told);
	names_read_end(reader);
	if (ret == 0 && changed != NULL)
		ret = pal_writer_changes(writer, changed);
	if (ret == 0)
		ret = finish(writer, rules, told, data, len);
	pal_writer_close(writer);
	return ret;
}

int
names_compile(int fd, const struct pal_policy_in *policy, const uint8_t key[16],
	const struct pal_changes *changed, bool reverse, uint8_t **data,
	size_t *len)
{
	const struct told nobody = {NULL, NULL};

	return compile(fd, policy, key, changed, reverse, &nobody, data, len);
}

int
names_compile_told(int fd, const struct pal_policy_in *policy,
	const uint8_t key[16], const struct pal_changes *changed, bool reverse,
	void (*progress)(
		void *ctx, const char *what, uint64_t at, uint64_t size),
	void *ctx, uint8_t **data, size_t *len)
{
	const struct told told = {progress, ctx};

	return compile(fd, policy, key, changed, reverse, &told, data, len);
}
