/* palang due: what has to be done by when, and whether it was. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "due_find.h"
#include "json.h"
#include "palang/clock.h"
#include "palang/error.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"authority", 0, "NAME", "of this authority alone"},
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_due = {"due", "", "what has to be done by when",
	"Lists the orders and lifts that give a time, by authority: due, "
	"overdue, done in time or late; and what is up for review. An order is "
	"done when it was in effect on all resolvers. Exit code 1: something "
	"is overdue.",
	options, 0, 0, run};

static int
read_resolvers(const struct state *state, struct resolvers *resolvers)
{
	int folder = status_open(state->config.live_dir), ret;

	memset(resolvers, 0, sizeof *resolvers);
	/* Without them the journal says what was confirmed. */
	if (folder < 0)
		return EXIT_DONE;
	ret = status_read(resolvers, folder, pal_clock_ms());
	close(folder);
	if (ret == 0 && resolvers->unseen > 0)
		cmd_fail(RESOLVERS_CUT, state->config.live_dir,
			resolvers->count + resolvers->unseen, RESOLVERS_MAX);
	if (ret == 0)
		return EXIT_DONE;
	return cmd_fail("%s/status: %s", state->config.live_dir,
		ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
}

/* "k: 1 overdue, 2 done in time": of the authority of the item at from. */
static void
print_heading(const struct due_list *list, size_t from)
{
	size_t counts[DUE_STATES] = {0};
	const char *before = ": ";

	for (size_t i = from;
		i < list->count && strcmp(list->items[i].authority,
					   list->items[from].authority) == 0;
		i++)
		counts[list->items[i].state]++;
	printf("%s", list->items[from].authority);
	for (int i = 0; i < DUE_STATES; i++) {
		if (counts[i] == 0)
			continue;
		printf("%s%zu %s", before, counts[i],
			due_state_name((enum due_state)i));
		before = ", ";
	}
	putchar('\n');
}

static bool
is_picked(const struct due_item *item, const char *authority)
{
	return authority == NULL || strcmp(item->authority, authority) == 0;
}

static void
print(const struct state *state, const struct due_list *list,
	const char *authority)
{
	const char *last = "";

	for (size_t i = 0; i < list->count; i++) {
		const struct due_item *item = &list->items[i];

		if (!is_picked(item, authority))
			continue;
		if (strcmp(item->authority, last) != 0)
			print_heading(list, i);
		last = item->authority;
		printf("  ");
		due_print(stdout, item, state_now(state));
		putchar('\n');
	}
}

static int
print_json(const struct due_list *list, const char *authority)
{
	struct json_writer json;

	json_start_array(&json);
	for (size_t i = 0; i < list->count; i++) {
		if (is_picked(&list->items[i], authority))
			due_put(&json, &list->items[i]);
	}
	return json_finish(&json, stdout) == 0 ? EXIT_DONE : EXIT_ERROR;
}

static int
tell(const struct cmd_call *call, const struct state *state,
	const struct due_list *list)
{
	const char *authority = cmd_option(call, "authority");
	int ret = EXIT_DONE;

	if (authority != NULL && config_find(&state->config, authority) == NULL)
		return cmd_fail(
			"`%s` is no authority of the configuration", authority);
	if (cmd_option(call, "json") != NULL)
		ret = print_json(list, authority);
	else
		print(state, list, authority);
	for (size_t i = 0; i < list->count && ret == EXIT_DONE; i++) {
		if (is_picked(&list->items[i], authority) &&
			list->items[i].state == DUE_OVERDUE)
			ret = EXIT_NO;
	}
	return ret;
}

static int
run(const struct cmd_call *call)
{
	struct resolvers resolvers = {.items = NULL};
	struct due_list list = {NULL, 0};
	struct state state;
	int ret = state_begin(&state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE)
		ret = read_resolvers(&state, &resolvers);
	if (ret == EXIT_DONE)
		ret = due_find(&list, &state, &resolvers);
	if (ret == EXIT_DONE)
		ret = tell(call, &state, &list);
	due_list_fini(&list);
	resolvers_fini(&resolvers);
	state_close(&state);
	return ret;
}
