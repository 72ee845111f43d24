/* palang forecast: what an order on trial would have done. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "json.h"
#include "palang/error.h"
#include "palang/sketch.h"
#include "shadow.h"
#include "state.h"
#include "status_files.h"
#include "text.h"
#include "timefmt.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_forecast = {"forecast", "[ORDER]",
	"what orders on trial would have blocked",
	"For each order that `palang apply --shadow` put on trial, or for one: "
	"how many queries it would have blocked since then, and of about how "
	"many networks of clients they came, by the running resolvers. What "
	"another list blocks already is not counted. Exit code 1: no running "
	"resolver counts it.",
	options, 0, 1, run};

/* What the live resolvers say of one order. */
struct sum {
	uint64_t blocked, networks, before;
	size_t resolvers;
};

static const struct pal_status_shadow *
row_of(const struct resolver *resolver, const struct order *order)
{
	if (!resolver->live || resolver->error != 0)
		return NULL;
	for (unsigned i = 0; i < resolver->status.shadow_count; i++) {
		const struct pal_status_shadow *row =
			&resolver->status.shadows[i];

		if (strcmp(row->authority, order->authority) == 0 &&
			strcmp(row->id, order->id) == 0)
			return row;
	}
	return NULL;
}

static struct sum
sum_up(const struct resolvers *resolvers, const struct order *order)
{
	struct sum sum = {0, 0, 0, 0};

	for (size_t i = 0; i < resolvers->count; i++) {
		const struct pal_status_shadow *row =
			row_of(&resolvers->items[i], order);

		if (row == NULL)
			continue;
		sum.resolvers++;
		sum.blocked += row->blocked;
		sum.networks += row->networks;
		sum.before += row->networks_before;
	}
	return sum;
}

static const char *
or_more(uint64_t networks)
{
	return networks >= PAL_SKETCH_MAX ? " or more" : "";
}

static void
print_counts(uint64_t blocked, uint64_t networks, uint64_t before)
{
	printf("%" PRIu64 " quer%s, from about %" PRIu64 "%s network%s in this "
	       "hour, %" PRIu64 "%s in the hour before",
		blocked, blocked == 1 ? "y" : "ies", networks,
		or_more(networks), networks == 1 ? "" : "s", before,
		or_more(before));
}

static void
print_order(const struct shadow_order *trial, const struct resolvers *resolvers)
{
	const struct order *order = trial->order;
	struct sum sum = sum_up(resolvers, order);
	char key[ORDER_KEY_MAX], time[TIME_TEXT_MAX];

	printf("%s: on trial since %s, %zu name%s\n", order_key(key, order),
		time_format(time, trial->batch->received / 1000),
		order->target_count, order->target_count == 1 ? "" : "s");
	if (sum.resolvers == 0) {
		printf("  no running resolver counts it\n");
		return;
	}
	printf("  would have blocked ");
	print_counts(sum.blocked, sum.networks, sum.before);
	putchar('\n');
	for (size_t i = 0; i < resolvers->count && sum.resolvers > 1; i++) {
		const struct resolver *resolver = &resolvers->items[i];
		const struct pal_status_shadow *row = row_of(resolver, order);

		if (row == NULL)
			continue;
		printf("  ");
		text_print(stdout, resolver->status.instance);
		printf(": ");
		print_counts(row->blocked, row->networks, row->networks_before);
		printf(", since %s\n", time_format(time, row->since / 1000));
	}
}

static void
put_counts(struct json_writer *json, uint64_t blocked, uint64_t networks,
	uint64_t before)
{
	json_put_int(json, "queries", (int64_t)blocked);
	json_put_int(json, "networks", (int64_t)networks);
	json_put_int(json, "networks_before", (int64_t)before);
}

static void
put_order(struct json_writer *json, const struct shadow_order *trial,
	const struct resolvers *resolvers)
{
	const struct order *order = trial->order;
	struct sum sum = sum_up(resolvers, order);
	char time[TIME_TEXT_MAX];

	json_put_object(json, NULL);
	json_put_text(json, "authority", order->authority);
	json_put_text(json, "id", order->id);
	json_put_text(json, "since",
		time_format(time, trial->batch->received / 1000));
	json_put_int(json, "names", (int64_t)order->target_count);
	put_counts(json, sum.blocked, sum.networks, sum.before);
	json_put_array(json, "resolvers");
	for (size_t i = 0; i < resolvers->count; i++) {
		const struct pal_status_shadow *row =
			row_of(&resolvers->items[i], order);

		if (row == NULL)
			continue;
		json_put_object(json, NULL);
		json_put_text(
			json, "instance", resolvers->items[i].status.instance);
		json_put_int(json, "since_ms", row->since);
		put_counts(json, row->blocked, row->networks,
			row->networks_before);
		json_end(json);
	}
	json_end(json);
	json_end(json);
}

static int
tell(const struct shadow *shadow, const struct shadow_order *one,
	const struct resolvers *resolvers, bool as_json)
{
	size_t counted = 0, told = 0;
	struct json_writer json;

	if (as_json) {
		json_start(&json);
		json_put_array(&json, "trials");
	}
	for (size_t i = 0; i < shadow->count; i++) {
		const struct shadow_order *trial = &shadow->orders[i];

		if (one != NULL && one != trial)
			continue;
		told++;
		counted += sum_up(resolvers, trial->order).resolvers > 0;
		if (as_json)
			put_order(&json, trial, resolvers);
		else
			print_order(trial, resolvers);
	}
	if (as_json) {
		json_end(&json);
		if (json_finish(&json, stdout) != 0)
			return EXIT_ERROR;
	} else if (told == 0) {
		printf("no order is on trial\n");
	}
	return counted == told ? EXIT_DONE : EXIT_NO;
}

static int
look(const struct cmd_call *call, struct state *state, struct shadow *shadow,
	struct resolvers *resolvers)
{
	const struct shadow_order *one = NULL;
	bool several = false;
	int folder, ret;

	ret = shadow_load(shadow, state->ledger, &state->problems);
	if (ret != 0)
		return state_fail_ledger(state, ret);
	if (call->count > 0) {
		one = shadow_find(shadow, call->args[0], &several);
		if (one == NULL)
			return cmd_fail(
				"no order \"%s\" is on trial", call->args[0]);
		if (several)
			return cmd_fail("more than one authority has an order "
					"\"%s\" on trial; say AUTHORITY:ID",
				call->args[0]);
	}
	folder = status_open(state->config.live_dir);
	if (folder < 0)
		return cmd_fail("%s/status: %s", state->config.live_dir,
			strerror(errno));
	ret = status_read(resolvers, folder, state->started_ms);
	close(folder);
	if (ret != 0)
		return cmd_fail("%s/status: %s", state->config.live_dir,
			ret == PAL_ESYS ? strerror(errno) : pal_strerror(ret));
	if (resolvers->unseen > 0)
		cmd_fail(RESOLVERS_CUT, state->config.live_dir,
			resolvers->count + resolvers->unseen, RESOLVERS_MAX);
	return tell(shadow, one, resolvers, cmd_option(call, "json") != NULL);
}

static int
run(const struct cmd_call *call)
{
	struct resolvers resolvers = {.items = NULL};
	struct shadow shadow = {.count = 0};
	struct state state;
	int ret = state_begin(&state, call);

	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE)
		ret = look(call, &state, &shadow, &resolvers);
	resolvers_fini(&resolvers);
	shadow_fini(&shadow);
	state_close(&state);
	return ret;
}
