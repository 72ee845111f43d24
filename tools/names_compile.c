#include "names.h"
#include "palang/error.h"
#include "palang/writer.h"

static int
add_rules(struct pal_writer *writer, struct names_reader *reader, bool reverse)
{
	struct names_rule rule;
	struct pal_name name;
	int ret;

	while ((ret = names_read(reader, &rule)) == 0) {
		names_name(&name, rule.key, rule.len);
		ret = pal_writer_rule(
			writer, &name, rule.scope, rule.open != reverse);
		if (ret < 0)
			break;
	}
	return ret < 0 ? ret : 0;
}

int
names_compile(int fd, const struct pal_policy_in *policy, const uint8_t key[16],
	const struct pal_changes *changed, bool reverse, uint8_t **data,
	size_t *len)
{
	struct pal_writer *writer = NULL;
	struct names_reader *reader = NULL;
	int ret = names_read_begin(&reader, fd);

	if (ret < 0)
		return ret;
	ret = pal_writer_open_plain(&writer, key, policy);
	if (ret < 0) {
		names_read_end(reader);
		return ret;
	}
	ret = add_rules(writer, reader, reverse);
	names_read_end(reader);
	if (ret == 0 && changed != NULL)
		ret = pal_writer_changes(writer, changed);
	if (ret == 0)
		ret = pal_writer_finish(writer, data, len, NULL);
	pal_writer_close(writer);
	return ret;
}
