#include "names_text.h"
#include "palang/error.h"

#define TELL_EVERY 65536 /* rules */

/* One of the two files: the rule it stands at. */
struct side {
	struct names_reader *reader; /* NULL: there is no file */
	struct names_rule rule;
	bool ended;
};

static int
step(struct side *side)
{
	int ret = names_read(side->reader, &side->rule);

	side->ended = ret != 0;
	return ret < 0 ? ret : 0;
}

static int
begin(struct side *side, int fd)
{
	int ret;

	side->reader = NULL;
	side->ended = true;
	if (fd < 0)
		return 0;
	ret = names_read_begin(&side->reader, fd);
	if (ret < 0)
		side->reader = NULL;
	return ret < 0 ? ret : step(side);
}

/* Both scopes of a name may differ: it is named once. */
static void
note(struct names_diff *diff, const struct names_rule *rule)
{
	struct pal_name name;

	if (diff->name_count == diff->room)
		return;
	names_name(&name, rule->key, rule->len);
	if (diff->name_count > 0 &&
		pal_name_equal(&diff->names[diff->name_count - 1], &name))
		return;
	diff->names[diff->name_count++] = name;
}

/* Takes the lesser of the two rules, or both if they are of one name and
 * scope. */
static int
compare_step(struct side *before, struct side *after, struct names_diff *diff)
{
	int order = before->ended  ? 1
	            : after->ended ? -1
	                           : names_cmp(&before->rule, &after->rule);
	bool differs = order != 0 || before->rule.open != after->rule.open;
	int ret = 0;

	if (differs)
		note(diff, order <= 0 ? &before->rule : &after->rule);
	if (order <= 0) {
		diff->before++;
		diff->removed += differs;
		ret = step(before);
	}
	if (order >= 0 && ret == 0) {
		diff->after++;
		diff->added += differs;
		ret = step(after);
	}
	return ret;
}

static void
tell(const struct names_diff *diff, const struct names_reader *reader)
{
	uint64_t at, size;

	if (diff->progress == NULL || reader == NULL)
		return;
	names_progress(reader, &at, &size);
	diff->progress(diff->ctx, "comparing", at, size);
}

int
names_compare(int before_fd, int after_fd, struct names_diff *diff)
{
	struct side before, after = {.ended = true};
	int ret = begin(&before, before_fd);

	diff->before = diff->after = diff->added = diff->removed = 0;
	diff->name_count = 0;
	if (ret == 0)
		ret = begin(&after, after_fd);
	while (ret == 0 && !(before.ended && after.ended)) {
		if (diff->after % TELL_EVERY == 0)
			tell(diff, after.reader);
		ret = compare_step(&before, &after, diff);
	}
	names_read_end(before.reader);
	names_read_end(after.reader);
	return ret;
}
