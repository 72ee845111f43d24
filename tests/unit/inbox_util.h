/* An inbox beside a tool's configuration, and what is dropped into it. */
#ifndef INBOX_UTIL_H
#define INBOX_UTIL_H

#include "inbox.h"
#include "sign_util.h"

#define BLOCK "action: block\nscope: exact\ntargets: [t.me]\n"

static inline void
inbox_create(struct tool *tool)
{
	inbox_settled = 0;
	sign_create(tool, "");
	sign_shell(tool, "mkdir in && chmod 700 in");
}

static inline char *
inbox_read_text(const struct tool *tool, const char *name)
{
	char path[512], *text = NULL;
	size_t len;

	snprintf(path, sizeof path, "%s/%s", tool->dir, name);
	if (file_read(path, 1 << 20, FILE_NOFOLLOW, &text, &len) != 0)
		fail_msg("there is no %s", path);
	return text;
}

static inline void
inbox_expect_receipt(
	const struct tool *tool, const char *name, const char *part)
{
	char path[200], *text;

	snprintf(path, sizeof path, "in/%s.receipt.json", name);
	text = inbox_read_text(tool, path);
	tool_expect_in(text, part);
	free(text);
}

/* NAME.yaml in the inbox, with its signature. */
static inline void
inbox_drop_file(const struct tool *tool, const char *name, const char *key)
{
	sign_shell(tool, "minisign -S -s %s.key -m %s.yaml -t 'of %s'", key,
		name, name);
	sign_shell(tool, "mv %s.yaml.minisig %s.yaml in/", name, name);
}

/* A signed order in the inbox. */
static inline void
inbox_drop(const struct tool *tool, const char *name, const char *key,
	const char *id, const char *more)
{
	sign_order(tool, name, "k", id, more);
	inbox_drop_file(tool, name, key);
}

/* Until the next call. */
static inline char *
inbox_spool_of(const struct tool *tool)
{
	static char path[256];
	FILE *out;

	sign_shell(tool, "echo $PWD/state/spool/inbox/* >spool");
	snprintf(path, sizeof path, "%s/spool", tool->dir);
	out = fopen(path, "r");
	assert_non_null(out);
	assert_non_null(fgets(path, sizeof path, out));
	fclose(out);
	path[strcspn(path, "\n")] = '\0';
	return path;
}

#endif
