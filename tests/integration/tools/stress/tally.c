/*
 * The verdict.  A question has one right answer if for each set that concerns
 * it the last change was complete when it was sent, and no other began before
 * it was answered: in effect for the set's own name, swept for all else.  A
 * set that is known to be blocked settles it, whatever is uncertain beside; but
 * if it is a feed's, only where none of the allow list can concern it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stress.h"

#define SHOWN_MAX 20

enum expected { OPEN = 0, SHUT = 1, UNCERTAIN };

static const struct change *
last_change(const struct changes *changes, unsigned set, int64_t before)
{
	for (size_t i = changes->count; i-- > 0;)
		if (changes->list[i].set == set &&
			changes->list[i].began <= before)
			return &changes->list[i];
	return NULL;
}

/* Complete when sent; the status has milliseconds, rounded down. */
static bool
complete(int64_t at_ms, int64_t sent)
{
	return at_ms != 0 && sent >= (at_ms + 1) * 1000;
}

/* Whether the set is in force (SHUT). */
static enum expected
state_of(const struct tally *tally, const struct dep *dep,
	const struct record *r, bool patient)
{
	const struct change *change =
		last_change(tally->changes, dep->set, r->received);

	if (change == NULL)
		return OPEN;
	if (change->began > r->sent ||
		!complete(dep->itself || !patient ? change->effect
						  : change->swept,
			r->sent))
		return UNCERTAIN;
	return change->blocked ? SHUT : OPEN;
}

static enum expected
either(enum expected a, enum expected b)
{
	if (a == SHUT || b == SHUT)
		return SHUT;
	return a == UNCERTAIN || b == UNCERTAIN ? UNCERTAIN : OPEN;
}

static enum expected
expected(const struct tally *tally, const struct question *q,
	const struct record *r, bool patient)
{
	enum expected orders = OPEN, allow = OPEN, feeds = OPEN;

	for (unsigned i = 0; i < q->dep_count; i++) {
		const struct dep *dep = &q->deps[i];
		enum expected state = state_of(tally, dep, r, patient);
		switch (tally->world->sets[dep->set].list) {
		case ORDERS:
			orders = either(orders, state);
			break;
		case ALLOW:
			allow = either(allow, state);
			break;
		default:
			feeds = either(feeds, state);
		}
	}
	if (allow == SHUT)
		feeds = OPEN;
	else if (allow == UNCERTAIN && feeds == SHUT)
		feeds = UNCERTAIN;
	return either(orders, feeds);
}

static void
show_dep(const struct tally *tally, const struct dep *dep,
	const struct record *r)
{
	const struct world *world = tally->world;
	const struct change *change =
		last_change(tally->changes, dep->set, r->received);

	if (change == NULL)
		return;
	printf("\n    set %u of %s %s generation %" PRIu64 " began %" PRId64
	       " effect %" PRId64 " swept %" PRId64,
		dep->set, world->lists[world->sets[dep->set].list],
		change->blocked ? "in force" : "out", change->generation,
		change->began, change->effect, change->swept);
}

static void
show(struct tally *tally, const struct record *r)
{
	const struct question *q = &tally->world->questions[r->question];
	char name[PAL_NAME_TEXT_MAX];

	if (tally->shown++ >= SHOWN_MAX)
		return;
	printf("WRONG: %s %s type %u cd %d sent %" PRId64 " received %" PRId64,
		r->result == REAL ? "leak" : "stuck",
		pal_name_to_text(name, &q->name), q->type, r->cd, r->sent,
		r->received);
	for (unsigned i = 0; i < q->dep_count; i++)
		show_dep(tally, &q->deps[i], r);
	putchar('\n');
}

/* What the resolver keeps for itself of a blocked name server without AAAA:
 * right before the lift, and after it true. */
static bool
is_absence(const struct question *q, const struct record *r)
{
	return r->result == EMPTY && r->cd && q->type == 28;
}

static void
judge(struct tally *tally, const struct record *r)
{
	const struct question *q = &tally->world->questions[r->question];
	struct row *row = &tally->rows[q->class];
	enum result want;

	row->asked++;
	row->cd += r->cd;
	if (is_absence(q, r)) {
		row->empty++;
		return;
	}
	if (r->result != REAL && r->result != BLOCKED) {
		row->failed[r->result]++;
		return;
	}
	enum expected right = expected(tally, q, r, true);
	if (right == UNCERTAIN) {
		right = expected(tally, q, r, false);
		want = right == SHUT ? BLOCKED : REAL;
		row->early += right != UNCERTAIN && r->result != want;
		return;
	}
	want = right == SHUT ? BLOCKED : REAL;
	if (r->result == want) {
		row->right[right]++;
	} else {
		row->wrong[right]++;
		show(tally, r);
	}
}

void
tally_add(struct tally *tally, const struct record *records, size_t count)
{
	for (size_t i = 0; i < count; i++)
		judge(tally, &records[i]);
}

static void
add_row(struct row *sum, const struct row *row)
{
	sum->asked += row->asked;
	sum->cd += row->cd;
	sum->early += row->early;
	sum->empty += row->empty;
	for (int i = 0; i < 2; i++) {
		sum->right[i] += row->right[i];
		sum->wrong[i] += row->wrong[i];
	}
	for (int i = 0; i < RESULTS; i++)
		sum->failed[i] += row->failed[i];
}

static void
print_row(const char *name, const struct row *row)
{
	const uint64_t columns[] = {row->asked, row->cd, row->right[SHUT],
		row->wrong[SHUT], row->right[OPEN], row->wrong[OPEN],
		row->early, row->empty, row->failed[SERVFAIL],
		row->failed[TIMEOUT], row->failed[OTHER] + row->failed[EMPTY]};

	printf("%-11s", name);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		printf(" %9" PRIu64, columns[i]);
	putchar('\n');
}

/* What no set concerns can be right in one way only. */
static bool
is_control(const struct world *world, unsigned class)
{
	for (size_t i = 0; i < world->count; i++)
		if (world->questions[i].class == class &&
			world->questions[i].dep_count > 0)
			return false;
	return true;
}

static bool
row_is_enough(const struct tally *tally, unsigned class, uint64_t min)
{
	const struct row *row = &tally->rows[class];

	return row->right[OPEN] >= min &&
	       (row->right[SHUT] >= min || is_control(tally->world, class));
}

bool
tally_is_enough(const struct tally *tally, uint64_t min)
{
	for (unsigned i = 0; i < tally->world->class_count; i++)
		if (!row_is_enough(tally, i, min))
			return false;
	return true;
}

bool
tally_print(const struct tally *tally, uint64_t min, uint64_t max_failed)
{
	const struct world *world = tally->world;
	struct row sum = {.asked = 0};
	bool ok = true;

	puts("class           asked   with CD   blocked     leaks      open     "
	     "stuck     early     empty  servfail   timeout     other");
	for (unsigned i = 0; i < world->class_count; i++) {
		print_row(world->classes[i], &tally->rows[i]);
		add_row(&sum, &tally->rows[i]);
		if (!row_is_enough(tally, i, min)) {
			printf("too few of %s were judged: fewer than %" PRIu64
			       " one way\n",
				world->classes[i], min);
			ok = false;
		}
	}
	print_row("all", &sum);
	if (sum.wrong[OPEN] + sum.wrong[SHUT] > 0) {
		puts("WRONG ANSWERS");
		ok = false;
	}
	uint64_t strange = sum.failed[OTHER] + sum.failed[EMPTY];
	uint64_t failed = sum.failed[SERVFAIL] + sum.failed[TIMEOUT];
	printf("%" PRIu64 " of %" PRIu64 " questions had no answer", failed,
		sum.asked);
	if (max_failed > 0)
		printf("; one in %" PRIu64 " may have none", max_failed);
	putchar('\n');
	if (failed * max_failed > sum.asked || strange > 0) {
		puts("TOO MANY WITHOUT AN ANSWER");
		ok = false;
	}
	return ok;
}
