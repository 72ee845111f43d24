/* What guards found, in words. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard_parts.h"
#include "palang/error.h"

const char *
guard_kind_name(enum guard_kind kind)
{
	static const char *const names[] = {[GUARD_SUFFIX] = "suffix",
		[GUARD_PLATFORM] = "platform",
		[GUARD_PROTECTED] = "protected",
		[GUARD_POPULAR] = "popular",
		[GUARD_SIZE] = "size",
		[GUARD_REJECTED] = "rejected"};

	return names[kind];
}

/* What asprintf wrote to *text. */
static char *
written(int n, char *const *text)
{
	return n < 0 ? NULL : *text;
}

/* "t.me (exact)" */
static const char *
target_text(char buf[PAL_NAME_TEXT_MAX + 16], const struct order_target *target)
{
	char name[PAL_NAME_TEXT_MAX];

	snprintf(buf, PAL_NAME_TEXT_MAX + 16, "%s (%s)",
		pal_name_to_text(name, &target->name),
		order_scope_name(target->scope));
	return buf;
}

static char *
tell_suffix(const struct guard_hit *hit)
{
	char target[PAL_NAME_TEXT_MAX + 16], *text;

	target_text(target, hit->target);
	if (hit->target->name.labels == 0)
		return written(
			asprintf(&text, "%s is the root of all names", target),
			&text);
	if (hit->target->name.labels == 1)
		return written(asprintf(&text,
				       "%s is a top-level domain; name the "
				       "domains below it that are meant",
				       target),
			&text);
	return written(asprintf(&text,
			       "%s %s a public suffix, below which anybody can "
			       "register; name the domains that are meant",
			       target, hit->place == GUARD_AT ? "is" : "holds"),
		&text);
}

static char *
tell_platform(const struct guard_hit *hit)
{
	char target[PAL_NAME_TEXT_MAX + 16], *text;

	return written(
		asprintf(&text,
			"%s %s a hosting platform's suffix: the sites of "
			"all its customers would be blocked",
			target_text(target, hit->target),
			hit->place == GUARD_AT ? "is" : "holds"),
		&text);
}

/* "is", "lies below NAME, which is": */
static void
place_text(char *buf, size_t size, const struct guard_hit *hit,
	const struct guard_names *list)
{
	const struct guard_name *entry = &list->names[hit->entry];
	char text[PAL_NAME_TEXT_MAX];
	struct pal_name name;

	names_name(&name, list->keys + entry->key, entry->len);
	if (hit->place == GUARD_AT)
		snprintf(buf, size, "is");
	else
		snprintf(buf, size, "%s %s, which is",
			hit->place == GUARD_BELOW ? "lies below" : "holds",
			pal_name_to_text(text, &name));
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static char *
tell_listed(const struct guard_hit *hit, const struct guard_names *list)
{
	const struct guard_name *entry = &list->names[hit->entry];
	const struct guard_group *group = &list->groups[entry->group];
	char target[PAL_NAME_TEXT_MAX + 16];
	char place[PAL_NAME_TEXT_MAX + 32], where[32] = "", *text;

	target_text(target, hit->target);
	place_text(place, sizeof place, hit, list);
	if (hit->kind == GUARD_POPULAR)
		return written(
			asprintf(&text, "%s %s much asked for: number %u of %s",
				target, place, entry->rank,
				base_name(group->file)),
			&text);
	if (entry->line > 0)
		snprintf(where, sizeof where, " line %u", entry->line);
	return written(
		asprintf(&text, "%s %s protected: %s%s%s%s", target, place,
			group->title, group->title[0] == '\0' ? "" : ", ",
			base_name(group->file), where),
		&text);
}

char *
guard_tell(const struct guard *guard, const struct guard_hit *hit)
{
	switch (hit->kind) {
	case GUARD_SUFFIX:
		return tell_suffix(hit);
	case GUARD_PLATFORM:
		return tell_platform(hit);
	case GUARD_PROTECTED:
		return tell_listed(hit, &guard->protected);
	default:
		return tell_listed(hit, &guard->popular);
	}
}

/* False: no memory. */
static bool
mark_hits(char mark[PAL_SHA256_HEX], const struct guard *guard,
	const struct guard_hit *hits, size_t count)
{
	uint8_t digest[PAL_SHA256_SIZE];
	struct pal_sha256 sha256;

	pal_sha256_init(&sha256);
	for (size_t i = 0; i < count; i++) {
		char *text = guard_tell(guard, &hits[i]);

		if (text == NULL)
			return false;
		pal_sha256_update(&sha256, text, strlen(text) + 1);
		free(text);
	}
	pal_sha256_final(&sha256, digest);
	pal_sha256_to_hex(mark, digest);
	return true;
}

char *
guard_tell_more(
	const struct guard *guard, const struct guard_hit *hits, size_t count)
{
	static const char *const what[] = {
		[GUARD_SUFFIX] = "public suffixes, or hold one",
		[GUARD_PLATFORM] = "suffixes of hosting platforms",
		[GUARD_PROTECTED] = "protected",
		[GUARD_POPULAR] = "much asked for",
		[GUARD_SIZE] = "too many",
		[GUARD_REJECTED] = "rejected"};
	char mark[PAL_SHA256_HEX], *text;

	if (!mark_hits(mark, guard, hits, count))
		return NULL;
	return written(
		asprintf(&text, "%zu more of its names are %s (digest %.16s)",
			count, what[hits[0].kind], mark),
		&text);
}

int
guard_tell_size(char **text, const struct guard_limits *limits, uint64_t names)
{
	int n = 0;

	*text = NULL;
	if (limits->most > 0 && names > limits->most)
		n = asprintf(text,
			"it names %" PRIu64 " targets; `targets-per-order` of "
			"its authority is %" PRIu64,
			names, limits->most);
	else if (limits->usual > 0 && names > limits->usual)
		n = asprintf(text,
			"it names %" PRIu64 " targets; its authority usually "
			"names %" PRIu64 " at most (`usual-targets`)",
			names, limits->usual);
	/* Not how many that would be: the text is signed, and others end. */
	else if (limits->in_force_most > 0 &&
		 limits->in_force + names > limits->in_force_most)
		n = asprintf(text,
			"with it, more than %" PRIu64 " names of its authority "
			"would be in force or to come (`names-in-force`); it "
			"names %" PRIu64,
			limits->in_force_most, names);
	if (n >= 0)
		return 0;
	*text = NULL;
	return PAL_ENOMEM;
}
