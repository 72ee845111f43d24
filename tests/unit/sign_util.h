/* Keys and signatures by the real minisign, beside a tool's configuration. */
#ifndef SIGN_UTIL_H
#define SIGN_UTIL_H

#include "tool_util.h"

/* Runs a command line in the tool's folder. */
static inline void
sign_shell(const struct tool *tool, const char *format, ...)
{
	char line[1024], command[768];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	snprintf(line, sizeof line, "cd %s && { %s; } >/dev/null 2>&1",
		tool->dir, command);
	if (system(line) != 0)
		fail_msg("failed: %s; is minisign installed?", line);
}

/* A pair NAME.key, keys/NAME.pub. */
static inline void
sign_make_key(const struct tool *tool, const char *name)
{
	sign_shell(tool,
		"mkdir -p keys && minisign -G -W -f -p keys/%s.pub -s %s.key",
		name, name);
}

/* FILE.minisig by that key. */
static inline void
sign_file(const struct tool *tool, const char *key, const char *file)
{
	sign_shell(tool, "minisign -S -s %s.key -m %s -t 'of %s'", key, file,
		file);
}

/* A tool whose configuration knows, of
 *   k      the keys old (retired), now, next (not yet valid)
 *   c      court
 *   t      hand: transcribed, but it has a key
 *   lone   none: signature required, but no key
 *   budi   approver
 * and keys of which it knows nothing: stranger. */
static inline void
sign_create(struct tool *tool, const char *may)
{
	static const char *const keys[] = {
		"old", "now", "next", "court", "hand", "approver", "stranger"};
	char text[2048];

	tool_create(tool);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		sign_make_key(tool, keys[i]);
	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"authorities:\n"
		"  k:\n"
		"    kind: external\n"
		"    keys:\n"
		"    - {file: now.pub, not-before: 2020-01-01T00:00:00Z}\n"
		"    - {file: old.pub, not-after: 2020-01-01T00:00:00Z}\n"
		"    - {file: next.pub, not-before: 2999-01-01T00:00:00Z}\n"
		"%s"
		"  c: {kind: external, keys: [{file: court.pub}]}\n"
		"  t: {kind: external, signature: transcribed, keys: "
		"[{file: hand.pub}]}\n"
		"  lone: {kind: external}\n"
		"approvers:\n"
		"  budi: {user: budi, keys: [{file: approver.pub}]}\n",
		tool->dir, tool->dir, may);
	tool_write(tool, "palang.yaml", text);
}

/* NAME.yaml: an order; more lines from the caller. */
static inline void
sign_order(const struct tool *tool, const char *name, const char *authority,
	const char *id, const char *more)
{
	char text[512], file[64];

	snprintf(text, sizeof text,
		"palang-order: 1\nauthority: %s\nid: %s\n"
		"issued: 2017-07-14T09:00:00+07:00\n%s",
		authority, id, more);
	snprintf(file, sizeof file, "%s.yaml", name);
	tool_write(tool, file, text);
}

#endif
