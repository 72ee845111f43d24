/* Feeds in tests: a list that is written anew, and palang.yaml with a feed. */
#ifndef FEED_UTIL_H
#define FEED_UTIL_H

#include "tool_util.h"

#include <dirent.h>

#define REFRESH "feed refresh ads"

/* Ten names: one of them is a tenth. */
static const char ten[] = "a.example.com\nb.example.com\nc.example.com\n"
			  "d.example.com\ne.example.com\nf.example.com\n"
			  "g.example.com\nh.example.com\ni.example.com\n"
			  "j.example.com\n";

/* The source is written anew: another time of change, whatever the clock. */
static inline void
write_list(const struct tool *tool, const char *text)
{
	static int64_t tick;
	char path[160];
	struct timespec times[2] = {{.tv_sec = 1500000000}};

	tool_write(tool, "list", text);
	snprintf(path, sizeof path, "%s/list", tool->dir);
	times[1].tv_sec = 1500000000 + ++tick;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Without feeds. */
static inline void
write_bare_config(const struct tool *tool)
{
	char text[2048];

	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"%s",
		tool->dir, tool->dir, tool_authorities);
	tool_write(tool, "palang.yaml", text);
}

static inline void
write_config(const struct tool *tool, const char *more)
{
	char text[2048];

	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"%s"
		"feeds:\n  ads:\n    authority: k\n    source: %s/list\n%s",
		tool->dir, tool->dir, tool_authorities, tool->dir, more);
	tool_write(tool, "palang.yaml", text);
}

static inline void
begin(struct tool *tool)
{
	tool_create(tool);
	write_list(tool, ten);
	tool_expect(tool, 0, "feed add ads --authority k --source %s/list",
		tool->dir);
}

static inline unsigned
count_files(const struct tool *tool, const char *folder, const char *end)
{
	struct dirent *entry;
	unsigned count = 0;
	char path[160];
	DIR *dir;

	snprintf(path, sizeof path, "%s/%s", tool->dir, folder);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name);

		count += len > strlen(end) &&
		         strcmp(entry->d_name + len - strlen(end), end) == 0;
	}
	closedir(dir);
	return count;
}

static inline unsigned
count_in(const char *text, const char *part)
{
	unsigned count = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

#endif
