#include "compare_tell.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "order.h"
#include "verdict.h"

static const char *const difference_keys[COMPARE_DIFFERENCES] = {
	"same", "verdict", "answer"};

static bool
rpz_blocks(const struct compare_say *say)
{
	return say->action == COMPARE_NXDOMAIN ||
	       say->action == COMPARE_NODATA || say->action == COMPARE_DROP ||
	       say->action == COMPARE_LOCAL_DATA;
}

/* A sinkhole without an address answers NODATA. */
static enum pal_answer
answer_of(const struct pal_verdict *verdict)
{
	const struct pal_policy *policy = &verdict->policy;

	return verdict->answer == PAL_SINKHOLE && !policy->has_a &&
	                       !policy->has_aaaa
	               ? PAL_NODATA
	               : verdict->answer;
}

enum compare_difference
compare_differ(const struct compared *compared, bool verdicts)
{
	static const int answers[] = {[PAL_SINKHOLE] = COMPARE_LOCAL_DATA,
		[PAL_NODATA] = COMPARE_NODATA,
		[PAL_NXDOMAIN] = COMPARE_NXDOMAIN,
		[PAL_REFUSED] = -1};
	const struct pal_verdict *verdict = &compared->palang;
	bool blocks = verdict->action == PAL_BLOCK;

	if (blocks != rpz_blocks(&compared->rpz))
		return COMPARE_VERDICT;
	if (!blocks || verdicts)
		return COMPARE_SAME;
	return answers[answer_of(verdict)] == (int)compared->rpz.action
	               ? COMPARE_SAME
	               : COMPARE_ANSWER;
}

static char *
owner_text(char text[PAL_NAME_TEXT_MAX + 2], const struct pal_name *name,
	unsigned labels, bool wildcard)
{
	struct pal_name owner;

	if (labels == 0 && wildcard)
		return strcpy(text, "*");
	pal_name_ancestor(&owner, name, labels);
	memcpy(text, "*.", 3);
	pal_name_to_text(text + (wildcard ? 2 : 0), &owner);
	return text;
}

/* Why the name passes here: the first list that has to do with it. */
static const char *
why_open(const struct compared *compared)
{
	const struct pal_snapshot *snapshot = compared->snapshot;
	const struct pal_name *name = compared->name;
	uint8_t at[PAL_LABELS_MAX];
	struct pal_match match;
	unsigned count;

	pal_wire_labels(name->wire, name->len, at, &count);
	if (snapshot->allow.image != NULL) {
		pal_image_match(
			snapshot->allow.image, name->wire, at, count, &match);
		if (match.found && match.except)
			return "it is allowed";
	}
	for (unsigned i = 0; i < snapshot->feed_count; i++) {
		pal_image_match(snapshot->feeds[i].image, name->wire, at, count,
			&match);
		if (match.found && match.except)
			return "an exception of a feed";
	}
	return "no list blocks it";
}

static void
print_rpz(const struct pal_name *name, const struct compare_say *say)
{
	char owner[PAL_NAME_TEXT_MAX + 2], hider[PAL_NAME_TEXT_MAX + 2];

	if (say->action == COMPARE_NOTHING) {
		fputs("open, no record", stdout);
		return;
	}
	owner_text(owner, name, say->labels, say->wildcard);
	if (say->action == COMPARE_HIDDEN)
		printf("open, %s does not reach below %s", owner,
			owner_text(hider, name, say->hider, false));
	else
		printf("%s, by %s", compare_action_name(say->action), owner);
}

void
compare_print(const struct compared *compared)
{
	const struct pal_verdict *verdict = &compared->palang;
	const struct pal_name *name = compared->name;
	char text[PAL_NAME_TEXT_MAX + 2];

	printf("%s\n  rpz:    ", pal_name_to_text(text, name));
	print_rpz(name, &compared->rpz);
	fputs("\n  palang: ", stdout);
	if (verdict->action == PAL_PASS) {
		printf("open, %s\n", why_open(compared));
		return;
	}
	owner_text(text, name, verdict->owner_labels, false);
	printf("%s%s, by %.*s:%.*s, %s %s\n",
		order_answer_name(verdict->answer),
		verdict_note(verdict, PAL_TYPE_A),
		(int)verdict->policy.authority.len,
		verdict->policy.authority.text, (int)verdict->policy.id.len,
		verdict->policy.id.text,
		verdict->scope == PAL_EXACT ? "exact" : "subtree", text);
}

void
compare_put_json(struct json_writer *json, const struct compared *compared,
	enum compare_difference difference)
{
	const struct pal_verdict *verdict = &compared->palang;
	const struct compare_say *say = &compared->rpz;
	const struct pal_name *name = compared->name;
	char text[PAL_NAME_TEXT_MAX + 2];

	json_put_object(json, NULL);
	json_put_text(json, "name", pal_name_to_text(text, name));
	json_put_text(json, "kind", difference_keys[difference]);
	json_put_object(json, "rpz");
	json_put_text(json, "says", compare_action_name(say->action));
	json_put_text(json, "owner",
		say->action == COMPARE_NOTHING
			? NULL
			: owner_text(text, name, say->labels, say->wildcard));
	json_put_text(json, "hidden_by",
		say->action == COMPARE_HIDDEN
			? owner_text(text, name, say->hider, false)
			: NULL);
	json_end(json);
	json_put_object(json, "palang");
	if (verdict->action == PAL_PASS) {
		json_put_text(json, "says", "open");
		json_put_text(json, "why", why_open(compared));
	} else {
		json_put_text(json, "says", order_answer_name(verdict->answer));
		json_put_text(json, "owner",
			owner_text(text, name, verdict->owner_labels, false));
		json_put_text(json, "scope", order_scope_name(verdict->scope));
		json_put_text_len(json, "authority",
			verdict->policy.authority.text,
			verdict->policy.authority.len);
		json_put_text_len(json, "id", verdict->policy.id.text,
			verdict->policy.id.len);
	}
	json_end(json);
	json_end(json);
}
