/* Orders that guards hold, in tests. */
#ifndef GUARD_UTIL_H
#define GUARD_UTIL_H

#include "sign_util.h"

#include <pwd.h>

#define LISTS SOURCE_DIR "/blocklists/guards"

/* Who runs the test.  Root alone is nobody in particular, and needs a name. */
static inline const char *
guard_user(void)
{
	if (getuid() != 0)
		return getpwuid(getuid())->pw_name;
	assert_int_equal(setenv("SUDO_USER", "applier", 1), 0);
	return "applier";
}

/* With the shipped lists; authority k is transcribed, `budi` and `ani` approve
 * and `me` is whoever runs the test. */
static inline void
guard_begin(struct tool *tool, const char *approvals)
{
	static const char *const keys[] = {"budi", "ani", "me", "stranger"};
	char text[2048];

	tool_create(tool);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		sign_make_key(tool, keys[i]);
	snprintf(text, sizeof text,
		"state-dir: %s/state\nlive-dir: %s/live\nuser: \"\"\n"
		"guards:\n  popular: " LISTS "/popular.txt\n"
		"  protected: " LISTS "/protected.txt\n"
		"  protected-shipped: no\n  unbound: no\n"
		"protected: [isp.example]\n"
		"authorities:\n"
		"  k: {kind: external, signature: transcribed,"
		" may: {usual-targets: 3, names-in-force: 5}}\n"
		"approvers:\n"
		"  budi: {user: budi, keys: [{file: budi.pub}]}\n"
		"  ani: {user: ani, keys: [{file: ani.pub}]}\n"
		"  me: {user: \"%s\", keys: [{file: me.pub}]}\n%s",
		tool->dir, tool->dir, guard_user(), approvals);
	tool_write(tool, "palang.yaml", text);
}

#define BY_HAND "apply --transcribed --source 'a letter' "

static inline void
guard_order(struct tool *tool, const char *id, const char *targets)
{
	char more[300];

	snprintf(more, sizeof more,
		"action: block\nscope: exact\ntargets: %s\n", targets);
	sign_order(tool, id, "k", id, more);
}

/* Whether the compiled lists block the name. */
static inline void
guard_expect_blocked(struct tool *tool, const char *name, bool blocked)
{
	tool_expect(tool, blocked ? 0 : 1, "why %s", name);
}

/* When the order first came, as its receipt says. */
static inline long long
guard_arrived_ms(struct tool *tool, const char *order)
{
	static const char key[] = "\"arrived_ms\": ";
	const char *at;

	tool_run(tool, "receipt --json %s", order);
	at = strstr(tool->out, key);
	if (at == NULL)
		fail_msg("nothing arrived:\n%s%s", tool->out, tool->err);
	return atoll(at + strlen(key));
}

/* Orders it by a letter, and it is held. */
static inline void
guard_hold(struct tool *tool, const char *id, const char *targets)
{
	guard_order(tool, id, targets);
	tool_expect(tool, 4, BY_HAND "%s/%s.yaml", tool->dir, id);
}

/* What stands in palang.yaml changes. */
static inline void
guard_change(const struct tool *tool, const char *from, const char *to)
{
	sign_shell(tool,
		"grep -q '%s' palang.yaml && sed -i 's/%s/%s/' palang.yaml",
		from, from, to);
}

/* "approval", what `approve --print` writes, signed by the key. */
static inline void
guard_sign_approval(struct tool *tool, const char *id, const char *reason,
	const char *as, const char *key)
{
	tool_expect(tool, 0, "approve %s --reason '%s' --print --as %s", id,
		reason, as);
	tool_write(tool, "approval", tool->out);
	sign_file(tool, key, "approval");
}

/* By an approver with his own key; the exit code that is expected. */
static inline void
guard_approve(struct tool *tool, const char *id, const char *by, int code)
{
	guard_sign_approval(tool, id, "meant", by, by);
	tool_expect(tool, code,
		"approve %s --reason meant --signature %s/approval.minisig", id,
		tool->dir);
}

#endif
