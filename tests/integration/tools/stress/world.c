/* The table of sets and questions. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress.h"

static const struct {
	const char *name;
	uint16_t type;
} types[] = {{"A", 1}, {"AAAA", 28}, {"TXT", 16}, {"HTTPS", 65}, {"NS", 2},
	{"MX", 15}};

static uint16_t
type_of(const char *text)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(types[i].name, text) == 0)
			return types[i].type;
	die("unknown type %s", text);
}

static struct pal_name
name_of(const char *text)
{
	struct pal_name name;

	if (text == NULL || pal_name_from_text(&name, text, strlen(text)) != 0)
		die("not a name: %s", text != NULL ? text : "nothing");
	return name;
}

static unsigned
class_of(struct world *world, const char *text)
{
	unsigned i;

	for (i = 0; i < world->class_count; i++)
		if (strcmp(world->classes[i], text) == 0)
			return i;
	if (i == CLASSES || strlen(text) >= CLASS_MAX)
		die("too many classes, or too long: %s", text);
	strcpy(world->classes[i], text);
	world->class_count++;
	return i;
}

static char *
word(void)
{
	return strtok(NULL, " \t\n");
}

static char *
must(char *text)
{
	if (text == NULL)
		die("a line of the table is cut short");
	return text;
}

static unsigned
list_of(struct world *world, const char *text)
{
	unsigned i;

	for (i = 0; i < world->list_count; i++)
		if (strcmp(world->lists[i], text) == 0)
			return i;
	if (i == LISTS_MAX || strlen(text) >= PAL_LIST_NAME_MAX)
		die("too many lists, or too long: %s", text);
	strcpy(world->lists[i], text);
	world->list_count++;
	return i;
}

static void
read_set(struct world *world)
{
	const char *scope = must(word());

	if (world->set_count == SETS_MAX)
		die("more than %d sets", SETS_MAX);
	struct set *set = &world->sets[world->set_count++];
	set->subtree = strcmp(scope, "subtree") == 0;
	set->name = name_of(word());
	const char *list = word();
	set->list = list_of(world, list != NULL ? list : "orders");
}

static void
read_dep(const struct world *world, struct question *q, const char *text)
{
	unsigned long set = strtoul(text + 1, NULL, 10);

	if ((*text != '=' && *text != '~') || set >= world->set_count ||
		q->dep_count == DEPS_MAX)
		die("not a set that it can depend on: %s", text);
	q->deps[q->dep_count++] =
		(struct dep){.set = (unsigned)set, .itself = *text == '='};
	q->sets |= (uint64_t)1 << set;
}

static void
read_question(struct world *world)
{
	struct question q = {.class = class_of(world, must(word()))};
	const char *name = must(word()), *dep;

	q.below = strncmp(name, "*.", 2) == 0;
	q.name = name_of(q.below ? name + 2 : name);
	q.type = type_of(must(word()));
	while ((dep = word()) != NULL)
		read_dep(world, &q, dep);
	world->questions = realloc(world->questions,
		(world->count + 1) * sizeof(*world->questions));
	if (world->questions == NULL)
		die("out of memory");
	world->questions[world->count++] = q;
}

void
world_read(struct world *world, const char *path)
{
	char line[1024];
	FILE *file = fopen(path, "r");

	if (file == NULL)
		die("%s: %s", path, strerror(errno));
	list_of(world, "orders");
	list_of(world, "allow");
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *first = strtok(line, " \t\n");
		if (first == NULL)
			continue;
		if (strcmp(first, "set") == 0)
			read_set(world);
		else if (strcmp(first, "ask") == 0)
			read_question(world);
		else
			die("%s: neither set nor ask: %s", path, first);
	}
	fclose(file);
	if (world->count == 0)
		die("%s: no questions", path);
}
