/* Running commands of the tool inside a test, on a configuration, a ledger
 * and lists of its own. */
#ifndef TOOL_UTIL_H
#define TOOL_UTIL_H

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "commands.h"
#include "file.h"
#include "palang/status.h"

/* The names that tests block are popular, and there are no lists installed to
 * hold them against; test_commands_guard.c has its own. */
#define TOOL_GUARDS                                                            \
	"guards: {popular: no, protected-shipped: no, unbound: no}\n"

static const struct cmd *const tool_table[] = {&cmd_init, &cmd_apply,
	&cmd_block, &cmd_lift, &cmd_inbox, &cmd_backup, &cmd_restore, &cmd_held,
	&cmd_approve, &cmd_reject, &cmd_check, &cmd_suspend, &cmd_resume,
	&cmd_open, &cmd_forecast, &cmd_activate, &cmd_close, &cmd_show,
	&cmd_list, &cmd_why, &cmd_history, &cmd_receipt, &cmd_audit_verify,
	&cmd_audit_export, &cmd_status, &cmd_due, &cmd_publish, &cmd_export,
	&cmd_compare, &cmd_verify_image, &cmd_feed_add, &cmd_feed_check,
	&cmd_feed_remove, &cmd_feed_list, &cmd_feed_show, &cmd_feed_refresh,
	&cmd_feed_rollback, &cmd_allow_add, &cmd_allow_remove, &cmd_allow_list,
	&cmd_key_show, &cmd_key_check, NULL};

struct tool {
	char dir[64];
	char config[96];
	char *out, *err; /* of the last command */
	size_t out_len;
	int terminal; /* stderr goes there; 0: to err */
};

/* Takes what a stream holds, as text. */
static inline void
tool_collect(FILE *file, char **text, size_t *len)
{
	rewind(file);
	free(*text);
	*text = calloc(1, 1 << 20);
	assert_non_null(*text);
	*len = fread(*text, 1, (1 << 20) - 1, file);
}

/* Runs `palang -c CONFIG WORDS`; the words are split at blanks, a word in
 * quotes is one.  Returns the exit code. */
static inline int
tool_run(struct tool *tool, const char *format, ...)
{
	char line[1024],
		*argv[40] = {(char *)"palang", (char *)"-c", tool->config};
	int argc = 3, code, saved[2];
	FILE *files[2] = {tmpfile(), tmpfile()};
	size_t len;
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	for (char *at = line; *at != '\0' && argc < 39;) {
		char end = *at == '\'' ? '\'' : ' ';

		at += *at == '\'';
		argv[argc++] = at;
		at += strcspn(at, end == ' ' ? " " : "'");
		if (*at != '\0')
			*at++ = '\0';
		at += strspn(at, " ");
	}
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		saved[i] = dup(i + 1);
		dup2(i == 1 && tool->terminal > 0 ? tool->terminal
						  : fileno(files[i]),
			i + 1);
	}
	code = cmd_main(tool_table, argc, argv);
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		dup2(saved[i], i + 1);
		close(saved[i]);
	}
	tool_collect(files[0], &tool->out, &tool->out_len);
	tool_collect(files[1], &tool->err, &len);
	fclose(files[0]);
	fclose(files[1]);
	return code;
}

static inline void
tool_write(const struct tool *tool, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", tool->dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static inline void
tool_expect_in(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

/* Runs it, and the exit code is this one. */
#define tool_expect(tool, code, ...)                                           \
	do {                                                                   \
		int tool_code = tool_run(tool, __VA_ARGS__);                   \
		if (tool_code != (code))                                       \
			fail_msg("exit code %d, not %d\n%s%s", tool_code,      \
				(code), (tool)->out, (tool)->err);             \
	} while (0)

static const char tool_authorities[] = "ttl: 30\n"
				       "authorities:\n"
				       "  k: {kind: external, signature: "
				       "transcribed, a: 192.0.2.1}\n"
				       "  c: {kind: external, signature: "
				       "transcribed}\n"
				       "  m: {kind: external, signature: "
				       "transcribed, acts-for: [k]}\n"
				       "  signs: {kind: external, signature: "
				       "required}\n";

static inline void
tool_create(struct tool *tool)
{
	char text[1024];

	*tool = (struct tool){.dir = "/tmp/palang-tool-XXXXXX"};
	assert_non_null(mkdtemp(tool->dir));
	snprintf(
		tool->config, sizeof tool->config, "%s/palang.yaml", tool->dir);
	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n" TOOL_GUARDS
		"%s",
		tool->dir, tool->dir, tool_authorities);
	tool_write(tool, "palang.yaml", text);
	tool_expect(tool, 0, "init");
}

static inline int
tool_remove_one(
	const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* Whatever commands a test has run, all that they recorded is verified; but
 * for those that leave no configuration to run one with. */
static inline void
tool_remove(struct tool *tool)
{
	if (tool_run(tool, "audit verify") == 1)
		fail_msg(
			"the test leaves what is not verified:\n%s", tool->out);
	free(tool->out);
	free(tool->err);
	assert_int_equal(
		nftw(tool->dir, tool_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void
tool_manifest(const struct tool *tool, struct pal_manifest *manifest)
{
	char path[128], *text;
	size_t len;

	snprintf(path, sizeof path, "%s/live/lists/manifest", tool->dir);
	assert_int_equal(
		file_read(path, PAL_MANIFEST_SIZE_MAX, 0, &text, &len), 0);
	assert_int_equal(pal_manifest_parse(manifest, text, len, NULL), 0);
	free(text);
}

static inline uint64_t
tool_generation(const struct tool *tool)
{
	struct pal_manifest manifest;

	tool_manifest(tool, &manifest);
	return manifest.generation;
}

static inline int64_t
tool_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Writes a status file as a resolver would that has the manifest's
 * generation, less behind, in effect. */
static inline void
tool_resolver_ended(const struct tool *tool, const char *instance,
	uint64_t behind, enum pal_state state, int64_t age_ms, bool ended)
{
	struct pal_status status = {.pid = 4711, .state = state};
	struct pal_manifest manifest;
	char path[160], *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int folder;

	tool_manifest(tool, &manifest);
	snprintf(status.instance, sizeof status.instance, "%s", instance);
	strcpy(status.host, "unbound 1.17.1");
	memcpy(status.epoch, manifest.epoch, PAL_EPOCH_SIZE);
	status.heartbeat = tool_now_ms() - age_ms;
	status.ended = ended ? status.heartbeat : 0;
	status.generation = manifest.generation - behind;
	status.swept = status.generation;
	status.effect = status.swept_at = status.heartbeat;
	if (state == PAL_STATE_DEGRADED)
		strcpy(status.error, "the checksum does not match");
	assert_int_equal(pal_status_write(out, &status), 0);
	fclose(out);
	snprintf(path, sizeof path, "%s/live/status", tool->dir);
	folder = file_open_folder(path);
	snprintf(path, sizeof path, "%s.status", instance);
	assert_int_equal(file_replace(folder, path, text, len, 0644), 0);
	close(folder);
	free(text);
}

static inline void
tool_resolver(const struct tool *tool, const char *instance, uint64_t behind,
	enum pal_state state, int64_t age_ms)
{
	tool_resolver_ended(tool, instance, behind, state, age_ms, false);
}

#endif
