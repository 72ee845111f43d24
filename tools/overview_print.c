/* The overview for people. */
#include <inttypes.h>
#include <string.h>

#include "overview.h"
#include "palang/error.h"
#include "text.h"
#include "timefmt.h"

static const char *const answer_words[PAL_ANSWERS] = {
	"sinkhole", "nodata", "nxdomain", "refused"};

static const char *
time_ms(char buf[TIME_TEXT_MAX], int64_t ms)
{
	return ms <= 0 ? "never" : time_format(buf, ms / 1000);
}

static void
print_lists(const struct overview *overview)
{
	const struct ledger_generation *newest = &overview->newest;
	char time[TIME_TEXT_MAX];

	if (newest->number == 0) {
		printf("lists: none\n");
		return;
	}
	printf("lists: generation %" PRIu64 " of epoch ", newest->generation);
	for (int i = 0; i < 4; i++)
		printf("%02x", newest->epoch[i]);
	printf("..., made %s, %s\n", time_ms(time, newest->begun),
		overview->gap == PUBLISH_IN_STEP ? "published"
						 : "NOT PUBLISHED");
}

static void
print_counts(const char *name, const uint64_t counts[PAL_ANSWERS])
{
	const char *before = "";

	printf("    blocked %s", name);
	for (int i = 0; i < PAL_ANSWERS; i++) {
		if (counts[i] == 0)
			continue;
		printf("%s %" PRIu64 " %s", before, counts[i], answer_words[i]);
		before = ",";
	}
	printf("%s\n", before[0] == '\0' ? " none" : "");
}

static void
print_resolver(const struct resolver *resolver)
{
	const struct pal_status *status = &resolver->status;
	char time[TIME_TEXT_MAX];

	printf("resolver ");
	text_print(stdout,
		resolver->error == 0 ? status->instance : resolver->file);
	printf(": %s", overview_word(resolver));
	if (resolver->error != 0) {
		printf(": %s\n", pal_strerror(resolver->error));
		return;
	}
	if (resolver->ended)
		printf(" at %s, ", time_ms(time, status->ended));
	else
		printf(", heartbeat %.1f s ago, ",
			(double)resolver->age_ms / 1000);
	text_print(stdout, status->host);
	printf(", pid %" PRIu32 "\n", status->pid);
	printf("    generation %" PRIu64 " in effect since %s",
		status->generation, time_ms(time, status->effect));
	printf(", %" PRIu64 " swept %s\n", status->swept,
		time_ms(time, status->swept_at));
	for (unsigned i = 0; i < status->list_count; i++) {
		printf("    list ");
		text_print(stdout, status->lists[i].name);
		printf(": %" PRIu64 " rules, %" PRIu64 " octets%s\n",
			status->lists[i].rules, status->lists[i].octets,
			status->lists[i].fallback ? ", of the generation before"
						  : "");
	}
	print_counts("in all:", status->blocked);
	for (size_t i = 0; i < status->order_count && i < 20; i++) {
		char name[80];

		snprintf(name, sizeof name,
			"by %s:%s:", status->orders[i].authority,
			status->orders[i].id);
		/* Both were read from a file that others wrote. */
		if (text_is_plain(name, strlen(name)))
			print_counts(name, status->orders[i].blocked);
	}
}

static void
print_states(const char *what, const size_t counts[EFFECT_STATES])
{
	const char *before = "";

	printf("%s:", what);
	for (int i = 0; i < EFFECT_STATES; i++) {
		if (counts[i] == 0)
			continue;
		printf("%s %zu %s", before, counts[i],
			effect_state_name((enum effect_state)i));
		before = ",";
	}
	printf("%s", before[0] == '\0' ? " none" : "");
}

static void
print_suspended(const struct state *state)
{
	const struct history *history = &state->recorded.history;
	char time[TIME_TEXT_MAX];

	for (size_t i = 0; i < history->suspension_count; i++) {
		const struct suspension *stop = &history->suspensions[i];

		if (stop->when.end != PAL_NEVER)
			continue;
		printf("suspended %s:%s since %s by ", stop->authority,
			stop->id, time_format(time, stop->when.start));
		text_print(stdout, state->recorded.stops[i].who);
		printf(": ");
		text_print(stdout, state->recorded.stops[i].reason);
		putchar('\n');
	}
}

static void
print_switch(const struct state *state)
{
	char time[TIME_TEXT_MAX];

	if (state->open.number == 0)
		return;
	printf("EVERYTHING IS OPEN since %s, by ",
		time_ms(time, state->open.began));
	text_print(stdout, state->open.who);
	printf(": ");
	text_print(stdout, state->open.reason);
	putchar('\n');
}

void
overview_print(const struct overview *overview, const struct state *state)
{
	print_switch(state);
	print_lists(overview);
	for (size_t i = 0; i < overview->resolvers.count; i++)
		print_resolver(&overview->resolvers.items[i]);
	print_states("orders", overview->blocks);
	printf("; %zu names blocked\n", overview->names);
	print_states("lifts", overview->lifts);
	putchar('\n');
	overview_print_due(overview);
	overview_print_keys(overview, state);
	overview_print_held(overview, state);
	print_suspended(state);
	overview_print_shadow(overview);
	overview_print_feeds(state);
	problems_print(stdout, &overview->findings);
}
