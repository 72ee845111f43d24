#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static void
names_add(struct names *names, const char *text, const char *path)
{
	if ((names->count & (names->count - 1)) == 0) {
		size_t room = names->count == 0 ? 1 : 2 * names->count;
		names->list = realloc(names->list, room * sizeof(*names->list));
		if (names->list == NULL)
			die("out of memory");
	}
	struct pal_name *name = &names->list[names->count++];
	if (pal_name_from_text(name, text, strlen(text)) != 0)
		die("%s: not a name: %s", path, text);
}

void
names_load(struct names *names, const char *path, size_t max)
{
	char line[1024];
	FILE *file = fopen(path, "r");

	if (file == NULL)
		die("%s: %s", path, strerror(errno));
	*names = (struct names){0};
	while (names->count < max && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		names_add(names, line, path);
	}
	fclose(file);
	if (names->count == 0)
		die("%s: no names", path);
}
