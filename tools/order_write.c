/* The canonical form: keys in one order, defaults filled in, times in UTC,
 * names as A-labels.  docs/ORDERS.md describes it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order_form.h"
#include "palang/error.h"
#include "timefmt.h"

/* Free text: in double quotes, which end lines, comments and types for YAML
 * and for its reader.  Control characters cannot occur. */
static void
put_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* A name or an id: as it is, where YAML can only read it as that. */
static void
put_word(FILE *out, const char *text)
{
	if (text[0] == '-' || strchr(text, ':') != NULL)
		put_quoted(out, text);
	else
		fputs(text, out);
}

static void
put_text(FILE *out, enum order_key key, const char *text)
{
	if (text == NULL)
		return;
	fprintf(out, "%s: ", order_keys[key]);
	put_quoted(out, text);
	fputc('\n', out);
}

static void
put_id(FILE *out, enum order_key key, const char *id)
{
	if (id[0] == '\0')
		return;
	fprintf(out, "%s: ", order_keys[key]);
	put_word(out, id);
	fputc('\n', out);
}

static void
put_time(FILE *out, enum order_key key, int64_t seconds)
{
	char text[TIME_TEXT_MAX];

	if (seconds != ORDER_NO_TIME && seconds != PAL_NEVER)
		fprintf(out, "%s: %s\n", order_keys[key],
			time_format(text, seconds));
}

/* The order that is lifted, always with its authority. */
static void
put_lifts(FILE *out, const struct order *order)
{
	if (order->action == ORDER_LIFT)
		fprintf(out, "lifts: \"%s:%s\"\n", order->lifts_authority,
			order->lifts);
}

static void
put_head(FILE *out, const struct order *order)
{
	char text[TIME_TEXT_MAX];

	fprintf(out, "palang-order: %d\n", ORDER_VERSION);
	put_id(out, KEY_AUTHORITY, order->authority);
	put_id(out, KEY_ID, order->id);
	put_text(out, KEY_REFERENCE, order->reference);
	fprintf(out, "action: %s\n",
		order->action == ORDER_LIFT ? "lift" : "block");
	put_lifts(out, order);
	put_id(out, KEY_REPLACES, order->replaces);
	put_time(out, KEY_ISSUED, order->issued);
	put_time(out, KEY_EFFECTIVE, order->effective);
	put_time(out, KEY_EXPIRES, order->expires);
	put_time(out, KEY_REVIEW, order->review);
	if (order->comply_within != 0)
		fprintf(out, "comply-within: %s\n",
			duration_format(text, order->comply_within));
	put_time(out, KEY_COMPLY_BY, order->comply_by);
	put_text(out, KEY_LEGAL_BASIS, order->legal_basis);
}

static void
put_body(FILE *out, const struct order *order)
{
	if (order->reason_count > 0)
		fprintf(out, "reason:\n");
	for (size_t i = 0; i < order->reason_count; i++) {
		fprintf(out, "  %s: ", order->reasons[i].key);
		put_quoted(out, order->reasons[i].text);
		fputc('\n', out);
	}
	if (order->contact_count > 0)
		fprintf(out, "contact:\n");
	for (size_t i = 0; i < order->contact_count; i++) {
		fprintf(out, "- ");
		put_quoted(out, order->contacts[i]);
		fputc('\n', out);
	}
	if (order->has_answer)
		fprintf(out, "answer: %s\n", order_answer_name(order->answer));
	for (size_t i = 0; i < order->extra_count; i++) {
		fprintf(out, "%s: ", order->extras[i].key);
		put_quoted(out, order->extras[i].text);
		fputc('\n', out);
	}
}

/* The scope that most targets have; none, if one target of a lift has none. */
static enum pal_scope
common_scope(const struct order *order)
{
	size_t counts[3] = {0};

	for (size_t i = 0; i < order->target_count; i++) {
		if (!order->targets[i].except)
			counts[order->targets[i].scope]++;
	}
	if (counts[ORDER_SCOPE_ANY] > 0)
		return ORDER_SCOPE_ANY;
	return counts[PAL_SUBTREE] > counts[PAL_EXACT] ? PAL_SUBTREE
	                                               : PAL_EXACT;
}

/* The exceptions of each target, as lists through two arrays: the first one
 * of a target, and the next of the same target. */
struct exceptions {
	size_t *owners, *first, *next;
};

/* From the back, so that each list is in canonical order. */
static void
link_exceptions(struct exceptions *lists, size_t count)
{
	for (size_t i = 0; i < count; i++)
		lists->first[i] = ORDER_NO_OWNER;
	for (size_t i = count; i-- > 0;) {
		size_t owner = lists->owners[i];

		if (owner == ORDER_NO_OWNER)
			continue;
		lists->next[i] = lists->first[owner];
		lists->first[owner] = i;
	}
}

static void
put_name(FILE *out, const struct pal_name *name)
{
	char text[PAL_NAME_TEXT_MAX];

	put_word(out, pal_name_to_text(text, name));
}

static void
put_exceptions(FILE *out, const struct order *order,
	const struct exceptions *lists, size_t at)
{
	fprintf(out, ", except: [");
	for (; at != ORDER_NO_OWNER; at = lists->next[at]) {
		const struct order_target *target = &order->targets[at];

		if (target->scope == PAL_SUBTREE) {
			put_name(out, &target->name);
		} else {
			fprintf(out, "{name: ");
			put_name(out, &target->name);
			fprintf(out, ", scope: exact}");
		}
		if (lists->next[at] != ORDER_NO_OWNER)
			fprintf(out, ", ");
	}
	fputc(']', out);
}

static void
put_target(FILE *out, const struct order *order, const struct exceptions *lists,
	size_t at, enum pal_scope common)
{
	const struct order_target *target = &order->targets[at];

	fprintf(out, "- ");
	if (target->scope == common && lists->first[at] == ORDER_NO_OWNER) {
		put_name(out, &target->name);
		fputc('\n', out);
		return;
	}
	fprintf(out, "{name: ");
	put_name(out, &target->name);
	fprintf(out, ", scope: %s", order_scope_name(target->scope));
	if (lists->first[at] != ORDER_NO_OWNER)
		put_exceptions(out, order, lists, lists->first[at]);
	fprintf(out, "}\n");
}

static int
put_targets(FILE *out, const struct order *order)
{
	enum pal_scope common = common_scope(order);
	size_t count = order->target_count, at;
	struct exceptions lists;

	if (count == 0)
		return 0;
	lists.owners = calloc(count * 3, sizeof *lists.owners);
	if (lists.owners == NULL)
		return PAL_ENOMEM;
	lists.first = lists.owners + count;
	lists.next = lists.first + count;
	if (order_find_owners(order, lists.owners, &at) == 0) {
		link_exceptions(&lists, count);
		if (common != ORDER_SCOPE_ANY)
			fprintf(out, "scope: %s\n", order_scope_name(common));
		fprintf(out, "targets:\n");
		for (size_t i = 0; i < count; i++) {
			if (!order->targets[i].except)
				put_target(out, order, &lists, i, common);
		}
	}
	free(lists.owners);
	return 0;
}

int
order_write(struct order *order)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int ret;

	if (out == NULL)
		return PAL_ENOMEM;
	put_head(out, order);
	put_body(out, order);
	ret = put_targets(out, order);
	if (fclose(out) != 0)
		ret = PAL_ENOMEM;
	if (ret < 0) {
		free(text);
		return ret;
	}
	free(order->canonical);
	order->canonical = text;
	order->canonical_len = len;
	pal_sha256(text, len, order->digest);
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	const struct order_text *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* Sorts texts; true if a key stands there twice. */
static bool
sort_texts(struct order_text *texts, size_t count)
{
	if (count < 2)
		return false;
	qsort(texts, count, sizeof *texts, by_key);
	for (size_t i = 1; i < count; i++) {
		if (strcmp(texts[i - 1].key, texts[i].key) == 0)
			return true;
	}
	return false;
}

/* What order_flaw leaves out: the targets. */
static const char *
targets_flaw(const struct order *order, size_t *owners)
{
	bool lifts = order->action == ORDER_LIFT;
	size_t at;

	for (size_t i = 0; i < order->target_count; i++) {
		const struct order_target *target = &order->targets[i];

		if (target->name.labels == 0 ||
			(target->name.labels == 1 &&
				target->scope == PAL_SUBTREE))
			return "a target that is too wide";
		if (lifts ? target->except : target->scope == ORDER_SCOPE_ANY)
			return "a target that fits another action";
	}
	if (order_find_owners(order, owners, &at) < 0)
		return "an exception that lies below no target";
	return NULL;
}

int
order_canonicalize(struct order *order, const char **why)
{
	size_t *owners = NULL;
	const char *flaw;
	enum order_key at;
	int ret = PAL_EFORM;

	if (order->effective == ORDER_NO_TIME)
		order->effective = order->issued;
	flaw = order_flaw(order, &at);
	if (flaw != NULL)
		goto out;
	flaw = "something is given twice";
	ret = PAL_EDUP;
	if (sort_texts(order->reasons, order->reason_count) ||
		sort_texts(order->extras, order->extra_count))
		goto out;
	order_sort_targets(order);
	if (order_next_twice(order, 1) < order->target_count)
		goto out;
	flaw = "no memory";
	ret = PAL_ENOMEM;
	owners = calloc(order->target_count + 1, sizeof *owners);
	if (owners == NULL)
		goto out;
	flaw = targets_flaw(order, owners);
	ret = flaw == NULL ? order_write(order) : PAL_EFORM;
out:
	free(owners);
	if (why != NULL)
		*why = flaw;
	return ret;
}
