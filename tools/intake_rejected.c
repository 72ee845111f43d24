/* What was rejected here, and came again. */
#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "palang/error.h"
#include "timefmt.h"

/* A document that is new, and in words its last rejection, or NULL. */
struct again {
	const struct order *order;
	char *text;
};

/* In stream order, and by digest, which stands for authority and id, too. */
struct looking {
	struct again *list;
	struct again **sorted;
	size_t count;
};

static void
looking_fini(struct looking *looking)
{
	for (size_t i = 0; i < looking->count; i++)
		free(looking->list[i].text);
	free(looking->list);
	free(looking->sorted);
}

static int
by_digest(const void *a, const void *b)
{
	const struct again *const *x = a, *const *y = b;

	return memcmp(
		(*x)->order->digest, (*y)->order->digest, PAL_SHA256_SIZE);
}

static int
key_digest(const void *key, const void *item)
{
	const struct again *const *again = item;

	return memcmp(key, (*again)->order->digest, PAL_SHA256_SIZE);
}

/* False: no memory. */
static bool
look_for(struct looking *looking, const struct intake *intake)
{
	looking->list = calloc(intake->count + 1, sizeof *looking->list);
	looking->sorted = calloc(intake->count + 1, sizeof(struct again *));
	if (looking->list == NULL || looking->sorted == NULL)
		return false;
	for (size_t i = 0; i < intake->count; i++) {
		const struct intake_item *item = &intake->items[i];

		if (item->known != NULL || item->order->action != ORDER_BLOCK)
			continue;
		looking->sorted[looking->count] =
			&looking->list[looking->count];
		looking->list[looking->count++].order = item->order;
	}
	qsort(looking->sorted, looking->count, sizeof(struct again *),
		by_digest);
	return true;
}

/* The last one stays. */
static int
take(void *ctx, const struct batch_rejection *rejection)
{
	struct looking *looking = ctx;
	struct again **found = bsearch(rejection->digest, looking->sorted,
		looking->count, sizeof *looking->sorted, key_digest);
	char time[TIME_TEXT_MAX];

	if (found == NULL)
		return 0;
	free((*found)->text);
	if (asprintf(&(*found)->text, "rejected on %s by %s: %s",
		    time_format(time, rejection->at / 1000), rejection->who,
		    rejection->reason) >= 0)
		return 0;
	(*found)->text = NULL;
	return PAL_ENOMEM;
}

/* Takes over the texts. */
static int
find(struct looking *looking, struct guard_findings *findings)
{
	int ret = 0;

	for (size_t i = 0; i < looking->count && ret == 0; i++) {
		struct again *again = &looking->list[i];

		if (again->text == NULL)
			continue;
		ret = guard_find(
			findings, GUARD_REJECTED, again->order, again->text);
		again->text = NULL;
	}
	return ret;
}

int
intake_rejected(struct intake *intake, struct state *state)
{
	struct looking looking = {.list = NULL};
	int ret = PAL_ENOMEM;

	if (look_for(&looking, intake))
		ret = ledger_rejections(state->ledger, take, &looking);
	if (ret == 0)
		ret = find(&looking, &intake->findings);
	looking_fini(&looking);
	return ret == 0 ? EXIT_DONE : state_fail_ledger(state, ret);
}
