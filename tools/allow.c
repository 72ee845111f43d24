#include "allow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "feed_digest.h"
#include "file.h"
#include "palang/error.h"
#include "palang/writer.h"
#include "progress.h"

/* ---- the union ---- */

/* Where the merge is in one list. */
struct cursor {
	const struct allow_list *list;
	struct names_reader *reader;
	size_t at; /* of the rules in memory */
	struct names_rule rule;
	bool over;
};

static int
advance(struct cursor *cursor)
{
	int ret = 0;

	if (cursor->reader != NULL) {
		ret = names_read(cursor->reader, &cursor->rule);
		cursor->over = ret != 0;
		return ret == 1 ? 0 : ret;
	}
	cursor->over = cursor->at == cursor->list->count;
	if (!cursor->over)
		cursor->rule = cursor->list->own[cursor->at++];
	return 0;
}

/* A rule for the name alone says nothing of what an exception with a subtree
 * is about: what lies below. */
static bool
decides(const struct names_rule *rule, const struct names_rule *of)
{
	if (rule->scope == PAL_EXACT &&
		(of->scope != PAL_EXACT || rule->len != of->len))
		return false;
	return names_covers(rule, of->key, of->len);
}

/* What decides on the exception in rules in memory: the longest. */
static bool
own_lets(const struct allow_list *list, const struct names_rule *of)
{
	const struct names_rule *best = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct names_rule *rule = &list->own[i];

		if (decides(rule, of) &&
			(best == NULL || rule->len >= best->len))
			best = rule;
	}
	return best != NULL && !best->open;
}

/* The same in a names file. */
static int
file_lets(int fd, const struct names_rule *of, bool *lets)
{
	enum pal_scope scope;
	struct pal_name name;
	unsigned labels = 0;
	bool open = false;
	int ret;

	names_name(&name, of->key, of->len);
	if (of->scope == PAL_EXACT)
		ret = names_find(fd, &name, &labels, &scope, &open);
	else
		ret = names_find_subtree(fd, &name, &labels, &open);
	*lets = ret == 0 && labels > 0 && !open;
	return ret;
}

/* True if another of the lists lets through what an exception is about: then
 * the exception, which is of its own list alone, is none of the union. */
static int
others_let(const struct cursor *cursors, size_t count, const struct cursor *of,
	bool *lets)
{
	int ret = 0;

	*lets = false;
	for (size_t i = 0; i < count && ret == 0 && !*lets; i++) {
		const struct allow_list *list = cursors[i].list;

		if (&cursors[i] == of)
			continue;
		if (list->fd < 0)
			*lets = own_lets(list, &of->rule);
		else
			ret = file_lets(list->fd, &of->rule, lets);
	}
	return ret;
}

static struct cursor *
least(struct cursor *cursors, size_t count)
{
	struct cursor *found = NULL;

	for (size_t i = 0; i < count; i++) {
		struct cursor *cursor = &cursors[i];
		int order;

		if (cursor->over)
			continue;
		order = found == NULL ? -1
		                      : names_cmp(&cursor->rule, &found->rule);
		/* At one name, what lets through goes before. */
		if (order < 0 ||
			(order == 0 && found->rule.open && !cursor->rule.open))
			found = cursor;
	}
	return found;
}

/* Moves all behind the rule, which stands in one of them. */
static int
pass(struct cursor *cursors, size_t count, const struct cursor *from)
{
	struct names_rule rule = from->rule;
	uint8_t key[NAMES_KEY_MAX];
	int ret = 0;

	memcpy(key, rule.key, rule.len);
	rule.key = key;
	for (size_t i = 0; i < count && ret == 0; i++) {
		if (!cursors[i].over && names_cmp(&cursors[i].rule, &rule) == 0)
			ret = advance(&cursors[i]);
	}
	return ret;
}

static int
merge(struct names_writer *writer, struct cursor *cursors, size_t count,
	uint64_t *rules)
{
	struct cursor *next;
	int ret = 0;

	while (ret == 0 && (next = least(cursors, count)) != NULL) {
		bool drop = false;

		if (next->rule.open)
			ret = others_let(cursors, count, next, &drop);
		if (ret == 0 && !drop) {
			ret = names_write(writer, &next->rule);
			++*rules;
		}
		if (ret == 0)
			ret = pass(cursors, count, next);
	}
	return ret;
}

static int
begin(struct cursor *cursors, const struct allow_list *lists, size_t count)
{
	int ret = 0;

	for (size_t i = 0; i < count && ret == 0; i++) {
		cursors[i].list = &lists[i];
		if (lists[i].fd >= 0)
			ret = names_read_begin(&cursors[i].reader, lists[i].fd);
		if (ret == 0)
			ret = advance(&cursors[i]);
	}
	return ret;
}

int
allow_merge(
	int fd, const struct allow_list *lists, size_t count, uint64_t *rules)
{
	struct cursor *cursors = calloc(count + 1, sizeof *cursors);
	struct names_writer *writer = NULL;
	int ret = cursors == NULL ? PAL_ENOMEM : names_write_begin(&writer, fd);

	*rules = 0;
	if (ret == 0)
		ret = begin(cursors, lists, count);
	if (ret == 0)
		ret = merge(writer, cursors, count, rules);
	for (size_t i = 0; cursors != NULL && i < count; i++)
		names_read_end(cursors[i].reader);
	free(cursors);
	if (ret != 0) {
		names_write_abandon(writer);
		return ret;
	}
	return names_write_end(writer);
}

/* ---- from the ledger to the image ---- */

/* The own allows as rules, with the keys that they point at. */
struct own {
	struct names_rule *rules;
	uint8_t (*keys)[NAMES_KEY_MAX];
	size_t count;
};

static int
by_rule(const void *a, const void *b)
{
	return names_cmp(a, b);
}

static int
take_own(struct own *own, struct ledger *ledger)
{
	struct ledger_allows allows;
	int ret = ledger_load_allows(ledger, &allows);

	own->rules = calloc(allows.count + 1, sizeof *own->rules);
	own->keys = calloc(allows.count + 1, sizeof *own->keys);
	if (ret == 0 && (own->rules == NULL || own->keys == NULL))
		ret = PAL_ENOMEM;
	for (size_t i = 0; ret == 0 && i < allows.count; i++) {
		own->rules[i].key = own->keys[i];
		own->rules[i].len =
			names_key(own->keys[i], &allows.items[i].name);
		own->rules[i].scope = allows.items[i].scope;
		own->count++;
	}
	if (ret == 0)
		qsort(own->rules, own->count, sizeof *own->rules, by_rule);
	ledger_allows_fini(&allows);
	return ret;
}

/* Without the folder the list would lose what feeds let through, and say
 * nothing of it. */
static int
fail_folder(const struct publication *publication, const char *feed)
{
	problem_error(publication->problems, NULL, 0, 0,
		"feed %s: its names are needed for the allow list, and the "
		"folder feeds in %s cannot be opened: bring it back, or make "
		"an empty one with `palang init` and run `palang feed refresh "
		"%s`",
		feed, publication->config->state_dir, feed);
	errno = ENOENT;
	return PAL_ESYS;
}

/* By what is recorded: a feed that left palang.yaml, or has another `as:`
 * there, allows or does not as it did, until a command is about that. */
static bool
is_allowing(const struct ledger_feed *known)
{
	return known->names[0] != '\0' && feed_policy_is_allow(known->policy);
}

/* The kept names of the feeds that allow, *count of them.  One that cannot be
 * opened lets nothing through; that is told. */
static int
open_feeds(const struct publication *publication,
	const struct ledger_feeds *feeds, struct allow_list *lists,
	size_t *count)
{
	for (size_t i = 0; i < feeds->count; i++) {
		const struct ledger_feed *known = &feeds->items[i];

		if (!is_allowing(known))
			continue;
		if (publication->feeds < 0)
			return fail_folder(publication, known->name);
		lists[*count].fd = openat(publication->feeds, known->names,
			O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (lists[*count].fd >= 0)
			++*count;
		else
			problem_warning(publication->problems, NULL, 0, 0,
				"feed %s: what is kept of its names is gone: "
				"it allows nothing until `palang feed refresh "
				"%s`",
				known->name, known->name);
	}
	return 0;
}

/* A file without a name, in the folder of names.  Without the folder there
 * are the operator's own allows alone: memory holds them. */
static int
open_unnamed(int folder)
{
	if (folder < 0)
		return memfd_create("allow", MFD_CLOEXEC);
	return file_open_unnamed(folder);
}

int
allow_write(const struct publication *publication,
	const struct ledger_feeds *feeds, int fd, uint64_t *rules)
{
	struct allow_list *lists = calloc(feeds->count + 1, sizeof *lists);
	struct own own = {NULL, NULL, 0};
	size_t count = 0;
	int ret = lists == NULL ? PAL_ENOMEM
	                        : take_own(&own, publication->ledger);

	if (ret == 0)
		ret = open_feeds(publication, feeds, lists, &count);
	if (ret == 0) {
		lists[count] = (struct allow_list){-1, own.rules, own.count};
		ret = allow_merge(fd, lists, count + 1, rules);
	}
	for (size_t i = 0; i < count; i++)
		close(lists[i].fd);
	free(lists);
	free(own.rules);
	free(own.keys);
	return ret;
}

/* The id of the image's policy, which nothing else reads, says what it was
 * made of. */
#define ID_OWN   "own"
#define ID_FEEDS "allow"

bool
allow_has_feeds(const struct ledger_feeds *feeds)
{
	for (size_t i = 0; i < feeds->count; i++) {
		if (is_allowing(&feeds->items[i]))
			return true;
	}
	return false;
}

bool
allow_image_is_own(const struct pal_image *image)
{
	struct pal_policy policy;

	if (pal_image_policies(image) != 1)
		return false;
	pal_image_policy(image, 0, &policy);
	return policy.id.len == strlen(ID_OWN) &&
	       memcmp(policy.id.text, ID_OWN, policy.id.len) == 0;
}

int
allow_compile(const struct publication *publication,
	const struct ledger_feeds *feeds, const struct pal_changes *changes,
	bool even_empty, uint8_t **data, size_t *len)
{
	const struct pal_policy_in policy = {.kind = PAL_OWN,
		.answer = PAL_NODATA,
		.ttl = publication->config->answer.ttl,
		.authority = "operator",
		.id = allow_has_feeds(feeds) ? ID_FEEDS : ID_OWN};
	uint64_t rules = 0;
	int fd, ret;

	*data = NULL;
	fd = open_unnamed(publication->feeds);
	if (fd < 0)
		return PAL_ESYS;
	progress_rename(publication->progress, "allow");
	ret = allow_write(publication, feeds, fd, &rules);
	if (ret == 0 && (rules > 0 || even_empty))
		ret = names_compile_told(fd, &policy, publication->random.key,
			changes, true, progress_tell, publication->progress,
			data, len);
	close(fd);
	return ret;
}
