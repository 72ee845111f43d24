#include "due.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SOON_MS 3600000

const char *
due_state_name(enum due_state state)
{
	static const char *const names[] = {[DUE_OPEN] = "due",
		[DUE_SOON] = "due soon",
		[DUE_OVERDUE] = "overdue",
		[DUE_DONE] = "done in time",
		[DUE_LATE] = "done late",
		[DUE_ENDED] = "ended undone",
		[DUE_REVIEW] = "up for review",
		[DUE_REVIEW_LATER] = "review later"};

	return names[state];
}

int64_t
due_deadline(const struct order *order, int64_t arrived_ms)
{
	if (order->comply_by != ORDER_NO_TIME)
		return order->comply_by;
	return order->comply_within == 0
	               ? PAL_NEVER
	               : arrived_ms / 1000 + order->comply_within;
}

enum due_state
due_judge(const struct due_time *time, int64_t now_ms)
{
	/* All of the last second counts. */
	int64_t end = time->deadline * 1000 + 999;
	int64_t soon = (end - time->arrived) / 4;

	if (time->done != 0)
		return time->done <= end ? DUE_DONE : DUE_LATE;
	if (time->ended)
		return DUE_ENDED;
	if (now_ms > end)
		return DUE_OVERDUE;
	return end - now_ms <= (soon > SOON_MS ? soon : SOON_MS) ? DUE_SOON
	                                                         : DUE_OPEN;
}

/* The first that has it: what is said later of another epoch holds all that
 * was recorded before.  Where everything is open, nothing is blocked. */
static bool
reaches(const struct ledger_saying *saying, const struct ledger_taken *taken)
{
	return saying->generation > 0 && !(taken->blocks && saying->open) &&
	       (saying->generation >= taken->generation ||
		       memcmp(saying->epoch, taken->epoch, PAL_EPOCH_SIZE) !=
			       0);
}

/* What one resolver says of it. */
struct one {
	bool before; /* it was known then */
	bool lives;
	bool missed;   /* it lives, or did until the generation before */
	int64_t first; /* the entry that it was known by first */
	int64_t since; /* ms; 0: not known */
	/* What says that it has reached it; NULL: nothing. */
	const struct ledger_saying *reached;
};

/* Where what it says from there on ends: with another's, or, of its own, at
 * the first entry behind the one that recorded the order.  There may be many,
 * and as many orders. */
static size_t
end_of(const struct ledger_said *said, size_t from, size_t count,
	int64_t number)
{
	const char *instance = said->items[from].instance;

	while (count > 0) {
		size_t half = count / 2;
		const struct ledger_saying *saying = &said->items[from + half];

		if (strcmp(saying->instance, instance) == 0 &&
			saying->number <= number) {
			from += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return from;
}

/* It has all that was published before the order. */
static bool
is_just_before(
	const struct ledger_saying *saying, const struct ledger_taken *taken)
{
	return memcmp(saying->epoch, taken->epoch, PAL_EPOCH_SIZE) == 0 &&
	       saying->generation + 1 >= taken->generation;
}

static size_t
look_at_one(const struct ledger_said *said, size_t from,
	const struct ledger_taken *taken, struct one *one)
{
	size_t end = end_of(said, from, said->count - from, INT64_MAX);
	size_t at = end_of(said, from, end - from, taken->number);

	one->first = said->items[from].number;
	one->before = one->first < taken->number;
	one->lives = said->items[end - 1].number == INT64_MAX;
	one->missed = one->lives;
	one->since = said->items[end - 1].since;
	if (at > from)
		one->missed = one->missed ||
		              is_just_before(&said->items[at - 1], taken);
	for (; at < end && !reaches(&said->items[at], taken); at++)
		one->missed =
			one->missed || is_just_before(&said->items[at], taken);
	one->reached = at < end ? &said->items[at] : NULL;
	return end;
}

static bool
has_name(const char *names, const char *name, size_t len)
{
	for (const char *at = names; at != NULL && *at != '\0';) {
		const char *end = strstr(at, ", ");
		size_t found = end == NULL ? strlen(at) : (size_t)(end - at);

		if (found == len && memcmp(at, name, len) == 0)
			return true;
		at = end == NULL ? NULL : end + 2;
	}
	return false;
}

#define AND_MORE "..."

static void
add_name(char names[DUE_NAMES_MAX], const char *name, size_t len)
{
	size_t at = strlen(names);

	if (has_name(names, name, len))
		return;
	if (at + 2 + len + 2 + sizeof AND_MORE > DUE_NAMES_MAX) {
		name = AND_MORE;
		len = strlen(AND_MORE);
	}
	if (!has_name(names, name, len))
		snprintf(names + at, DUE_NAMES_MAX - at, "%s%.*s",
			at == 0 ? "" : ", ", (int)len, name);
}

void
due_add_names(char names[DUE_NAMES_MAX], const char *more)
{
	while (*more != '\0') {
		const char *end = strstr(more, ", ");
		size_t len = end == NULL ? strlen(more) : (size_t)(end - more);

		add_name(names, more, len);
		more += len + (end == NULL ? 0 : 2);
	}
}

/* What made it done. */
struct making {
	const struct ledger_saying *known; /* the last of those known */
	const struct ledger_saying *first; /* of the others */
	bool kept; /* one that was known lives, and has not reached it */
};

static void
take_reached(
	struct due_doing *doing, struct making *making, const struct one *one)
{
	const struct ledger_saying *reached = one->reached;

	if (one->before &&
		(making->known == NULL || reached->at > making->known->at))
		making->known = reached;
	if (!one->before &&
		(making->first == NULL || reached->at < making->first->at))
		making->first = reached;
	if (reached->wrong == 0 || doing->wrong[0] != '\0')
		return;
	strcpy(doing->wrong, reached->instance);
	doing->said = reached->wrong;
}

/* One that the journal does not know yet is told by when it says it began. */
static bool
came_after(const struct one *one, const struct ledger_saying *done)
{
	if (one->first == INT64_MAX && one->since != 0)
		return one->since > done->at;
	return one->first > done->number;
}

/* Those that were not known then, live, and have not reached it. */
static bool
take_new(struct due_doing *doing, const struct ledger_said *said,
	const struct ledger_taken *taken, const struct ledger_saying *done)
{
	struct one one;

	for (size_t i = 0; i < said->count;) {
		const char *instance = said->items[i].instance;

		i = look_at_one(said, i, taken, &one);
		if (one.before || one.reached != NULL || !one.lives)
			continue;
		if (!came_after(&one, done))
			return false;
		due_add_names(doing->behind, instance);
	}
	return true;
}

void
due_done(struct due_doing *doing, const struct ledger_said *said,
	const struct ledger_taken *taken)
{
	struct making making = {NULL, NULL, false};
	const struct ledger_saying *done;
	struct one one;

	memset(doing, 0, sizeof *doing);
	for (size_t i = 0; i < said->count;) {
		const char *instance = said->items[i].instance;

		i = look_at_one(said, i, taken, &one);
		if (one.reached != NULL) {
			take_reached(doing, &making, &one);
		} else if (one.before) {
			making.kept = making.kept || one.lives;
			if (one.missed)
				due_add_names(doing->without, instance);
		}
	}
	done = making.known != NULL ? making.known : making.first;
	if (done == NULL || making.kept)
		return;
	if (take_new(doing, said, taken, done))
		doing->done = done->at;
	else
		doing->behind[0] = '\0';
}

char *
due_span(char buf[DUE_SPAN_MAX], int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	size_t i = 0;

	/* One of a unit is told in the next, which is nearer. */
	while (i < 3 && seconds < 2 * units[i].seconds)
		i++;
	snprintf(buf, DUE_SPAN_MAX, "%" PRId64 " %s",
		seconds / units[i].seconds, units[i].name);
	return buf;
}
