/* palang why: what feeds and allows say of a name. */
#include "feed.h"
#include "order.h"
#include "text.h"
#include "timefmt.h"
#include "why.h"

/* What one list says of the name by itself: NULL if nothing. */
static const char *
list_says(const struct pal_list *list, bool allows, const struct pal_name *name,
	struct pal_match *match)
{
	uint8_t at[PAL_LABELS_MAX];
	unsigned count = 0;

	if (list->image == NULL)
		return NULL;
	pal_wire_labels(name->wire, name->len, at, &count);
	pal_image_match(list->image, name->wire, at, count, match);
	if (!match->found || (allows && !match->except))
		return NULL;
	if (allows)
		return "lets it pass the feeds";
	return match->except ? "leaves it open" : "blocks it";
}

static void
print_list(const struct pal_list *list, const char *says, const char *rule,
	const struct pal_match *match, const struct pal_policy *policy,
	bool gone)
{
	printf("list       %s", list->name);
	if (policy != NULL)
		printf(" of %.*s", (int)policy->authority.len,
			policy->authority.text);
	printf("  %s: %s (%s)%s\n", says, rule, order_scope_name(match->scope),
		gone ? "; " FEED_GONE : "");
}

static void
tell_list(struct question *question, const struct state *state,
	const struct pal_list *list, bool allows)
{
	bool gone = !allows && feed_gone(state, list->name) != NULL;
	struct pal_policy policy;
	struct pal_match match;
	const char *says = list_says(list, allows, &question->name, &match);
	char rule[PAL_NAME_TEXT_MAX];
	struct pal_name name;

	if (says == NULL)
		return;
	pal_name_ancestor(&name, &question->name, match.labels);
	pal_name_to_text(rule, &name);
	pal_image_policy(list->image, 0, &policy);
	if (question->json == NULL) {
		print_list(list, says, rule, &match, allows ? NULL : &policy,
			gone);
		return;
	}
	json_put_object(question->json, NULL);
	json_put_text(question->json, "list", list->name);
	if (!allows)
		json_put_text_len(question->json, "authority",
			policy.authority.text, policy.authority.len);
	json_put_text(question->json, "says", says);
	json_put_text(question->json, "rule", rule);
	json_put_text(question->json, "scope", order_scope_name(match.scope));
	json_put_bool(question->json, "gone", gone);
	json_end(question->json);
}

/* ---- the reasons of what is allowed ---- */

static bool
covers(const struct ledger_allow *allow, const struct pal_name *name)
{
	return allow->scope == PAL_SUBTREE ? pal_name_within(name, &allow->name)
	                                   : pal_name_equal(name, &allow->name);
}

static void
tell_allow(struct question *question, const struct ledger_allow *allow)
{
	char name[PAL_NAME_TEXT_MAX], time[TIME_TEXT_MAX];

	pal_name_to_text(name, &allow->name);
	time_format(time, allow->added / 1000);
	if (question->json == NULL) {
		printf("allowed    %s (%s) since %s by ", name,
			order_scope_name(allow->scope), time);
		text_print(stdout, allow->who);
		printf(": ");
		text_print(stdout, allow->reason);
		putchar('\n');
		return;
	}
	json_put_object(question->json, NULL);
	json_put_text(question->json, "name", name);
	json_put_text(question->json, "scope", order_scope_name(allow->scope));
	json_put_text(question->json, "since", time);
	json_put_text(question->json, "who", allow->who);
	json_put_text(question->json, "reason", allow->reason);
	json_end(question->json);
}

static void
tell_allows(struct question *question, const struct state *state)
{
	struct ledger_allows allows;

	if (ledger_load_allows(state->ledger, &allows) == 0) {
		for (size_t i = 0; i < allows.count; i++) {
			if (covers(&allows.items[i], &question->name))
				tell_allow(question, &allows.items[i]);
		}
	}
	ledger_allows_fini(&allows);
}

void
why_lists(struct question *question, const struct state *state,
	const struct pal_snapshot *snapshot)
{
	if (question->json != NULL)
		json_put_array(question->json, "lists");
	tell_list(question, state, &snapshot->allow, true);
	for (unsigned i = 0; i < snapshot->feed_count; i++)
		tell_list(question, state, &snapshot->feeds[i], false);
	if (question->json != NULL) {
		json_end(question->json);
		json_put_array(question->json, "allowed");
	}
	tell_allows(question, state);
	if (question->json != NULL)
		json_end(question->json);
}
