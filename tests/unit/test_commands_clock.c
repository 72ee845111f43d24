/* A clock that steps back between two commands: what came later stands later in
 * the journal, whatever time it has. */
#include "clock_util.h"
#include "guard_util.h"

#define HOUR  3600
#define START 1767225600 /* 2026-01-01T00:00:00Z */

static void
begin(struct tool *tool)
{
	now_s = START;
	guard_begin(tool, "approvals: 1\n");
	guard_order(tool, "1", "[a.example]");
}

static void
end(struct tool *tool)
{
	tool_remove(tool);
	now_s = 0;
}

#define TRY  BY_HAND "--shadow %s/1.yaml"
#define HOLD "block t.me --scope exact --id 1"

/* What waits, and what becomes of it an hour before. */
static const struct {
	const char *first;
	int code;
	const char *later[3];
} decided[] = {
	{HOLD, 4, {"approve 1 --reason meant"}},
	{HOLD, 4, {"reject 1 --reason no"}},
	{TRY, 0, {"activate 1"}},
	{TRY, 0, {"reject 1 --reason no"}},
	{TRY, 0, {BY_HAND "%s/1.yaml"}},
	{"block u.example --scope exact --id 2", 0,
		{"suspend 2 --reason x", "resume 2 --reason y"}},
	{"open --all --reason x", 0, {"close --all --reason y"}},
	{"allow add u.example --reason x", 0, {"allow remove u.example"}},
};

static void
decides_before_it_came(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof decided / sizeof *decided; i++) {
		struct tool tool;

		begin(&tool);
		tool_expect(&tool, decided[i].code, decided[i].first, tool.dir);
		for (size_t j = 0; decided[i].later[j] != NULL; j++) {
			now_s -= HOUR;
			tool_expect(&tool, 0, decided[i].later[j], tool.dir);
			tool_expect(&tool, 0, "audit verify");
		}
		/* and when the clock is right again */
		now_s = START + HOUR;
		tool_expect(&tool, 0, "audit verify");
		tool_expect(&tool, 1, "held");
		tool_expect(&tool, 0, "backup %s/b", tool.dir);
		tool_expect(&tool, 0, "restore --force %s/b", tool.dir);
		end(&tool);
	}
}

/* What the guards find then is what is to be approved. */
static void
is_held_again_before_it_came(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	tool_expect(&tool, 4, "block t.me shop.example --scope exact --id 1");
	now_s -= HOUR;
	guard_change(&tool, "\\[isp.example\\]", "[shop.example]");
	tool_expect(&tool, 4, "approve 1 --reason meant");
	tool_expect(&tool, 0, "audit verify");
	tool_expect(&tool, 0, "held");
	tool_expect_in(tool.out, "shop.example (exact) is protected");
	now_s -= HOUR;
	tool_expect(&tool, 0, "approve 1 --reason meant");
	tool_expect(&tool, 0, "audit verify");
	now_s = START + HOUR;
	guard_expect_blocked(&tool, "shop.example", true);
	end(&tool);
}

/* One run is not taken for another of the same document. */
static void
is_held_anew_before_it_was_dropped(void **state)
{
	struct tool tool;

	(void)state;
	begin(&tool);
	guard_hold(&tool, "1", "[t.me]");
	now_s -= HOUR;
	tool_expect(&tool, 0, "reject 1 --reason no");
	now_s -= HOUR;
	tool_expect(&tool, 4, BY_HAND "%s/1.yaml", tool.dir);
	tool_expect(&tool, 0, "audit verify");
	now_s += 3 * HOUR;
	tool_expect(&tool, 0, "approve 1 --reason meant");
	tool_expect(&tool, 0, "audit verify");
	end(&tool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_before_it_came),
		cmocka_unit_test(is_held_again_before_it_came),
		cmocka_unit_test(is_held_anew_before_it_was_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
