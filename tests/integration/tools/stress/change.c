/*
 * What was changed, and when it was true.  A change begins right before it is
 * published; the resolver's status file says when it was in effect and swept.
 * A generation that was overtaken by the next before the status was read is in
 * effect with that.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "palang/status.h"
#include "stress.h"

static void
add(struct changes *changes, unsigned set, bool blocked, int64_t began)
{
	changes->list = realloc(
		changes->list, (changes->count + 1) * sizeof(*changes->list));
	if (changes->list == NULL)
		die("out of memory");
	changes->list[changes->count++] =
		(struct change){.began = began, .set = set, .blocked = blocked};
}

/* One command for the sets that are blocked now, or for those that are open:
 *
 *	COMMAND block|lift NUMBER SET...
 */
static void
run_command(struct changes *changes, const char *verb, uint64_t sets)
{
	char line[2048];
	int n = snprintf(line, sizeof(line), "%s %s %u", changes->command, verb,
		++changes->number);

	for (unsigned i = 0; i < SETS_MAX; i++)
		if (sets >> i & 1)
			n += snprintf(
				line + n, sizeof(line) - (size_t)n, " %u", i);
	if (system(line) != 0)
		die("failed: %s", line);
}

uint64_t
changes_plan(const struct changes *changes, uint64_t sets, uint64_t *random)
{
	return changes->command == NULL
	               ? publish_plan(changes->world, sets, random)
	               : sets;
}

void
changes_turn(struct changes *changes, uint64_t sets)
{
	size_t first = changes->count;
	int64_t began = now_us();
	uint64_t on = sets & ~changes->blocked, off = sets & changes->blocked;
	struct pal_manifest manifest;
	uint64_t generation;

	for (unsigned i = 0; i < SETS_MAX; i++)
		if (sets >> i & 1)
			add(changes, i, on >> i & 1, began);
	changes->blocked ^= sets;
	if (changes->command == NULL) {
		generation = publish(changes->live, changes->world);
	} else {
		if (on != 0)
			run_command(changes, "block", on);
		if (off != 0)
			run_command(changes, "lift", off);
		generation = published(changes->live, &manifest);
	}
	for (size_t i = first; i < changes->count; i++)
		changes->list[i].generation = generation;
}

static bool
read_status(const struct changes *changes, struct pal_status *status)
{
	static char text[PAL_STATUS_SIZE_MAX];
	char path[512];

	snprintf(path, sizeof(path), "%s/status/%s.status", changes->live,
		changes->instance);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	size_t len = fread(text, 1, sizeof(text), file);
	fclose(file);
	return pal_status_parse(status, text, len) == 0;
}

bool
changes_watch(struct changes *changes)
{
	struct pal_status status;
	bool swept = true;

	if (!read_status(changes, &status))
		return false;
	for (size_t i = changes->count; i-- > 0;) {
		struct change *change = &changes->list[i];
		if (change->swept != 0)
			break; /* so are all before it */
		if (change->effect == 0 &&
			change->generation <= status.generation)
			change->effect = status.effect;
		if (change->generation <= status.swept)
			change->swept = status.swept_at;
		else
			swept = false;
	}
	pal_status_fini(&status);
	return swept;
}
