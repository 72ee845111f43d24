/* The overview: whose word the orders are. */
#include <string.h>

#include "json.h"
#include "overview.h"
#include "timefmt.h"

#define SOON (30 * (int64_t)86400) /* a key that ends is to be followed */

/* Of the keys that count now, until when the last of them does; INT64_MIN:
 * there is none. */
static int64_t
counts_until(const struct config_authority *authority, int64_t now)
{
	int64_t until = INT64_MIN;

	for (size_t i = 0; i < authority->key_count; i++) {
		const struct config_key *key = &authority->keys[i];

		if (config_key_state(key, now) == KEY_VALID &&
			key->not_after > until)
			until = key->not_after;
	}
	return until;
}

/* A key that begins before the last one ends follows it. */
static bool
is_followed(const struct config_authority *authority, int64_t until)
{
	for (size_t i = 0; i < authority->key_count; i++) {
		if (authority->keys[i].not_before <= until &&
			authority->keys[i].not_after > until)
			return true;
	}
	return false;
}

void
overview_look_at_keys(struct overview *overview, const struct state *state)
{
	int64_t now = state_now(state);
	char time[TIME_TEXT_MAX];

	for (size_t i = 0; i < state->config.authority_count; i++) {
		const struct config_authority *authority =
			&state->config.authorities[i];
		int64_t until = counts_until(authority, now);

		if (authority->key_count == 0)
			continue;
		if (until == INT64_MIN)
			problem_warning(&overview->findings, NULL, 0, 0,
				"`%s` has no key that counts now: what it "
				"signs is refused; palang key show",
				authority->name);
		else if (until - now < SOON && !is_followed(authority, until))
			problem_warning(&overview->findings, NULL, 0, 0,
				"the last key of `%s` counts until %s: ask for "
				"the next one",
				authority->name, time_format(time, until));
	}
	for (size_t i = 0; i < state->recorded.history.record_count; i++) {
		const struct ledger_document *document =
			&state->recorded.documents[i];

		overview->verified += document->signature != 0;
		overview->transcribed += document->source != NULL;
	}
}

/* The operator's own orders are its own word. */
static bool
by_hand(const struct config_authority *authority)
{
	return authority->signature == SIGNATURE_TRANSCRIBED &&
	       strcmp(authority->name, "operator") != 0;
}

/* How many stand behind a held order, and who may be one of them. */
static void
print_approvals(const struct config *config)
{
	printf("approvals: ");
	if (config->approvals == 1)
		printf("1, so that who applies a held order may approve it");
	else
		printf("%u people behind a held order", config->approvals);
	for (size_t i = 0; i < config->approver_count; i++)
		printf("%s%s", i == 0 ? "; approvers: " : ", ",
			config->approvers[i].name);
	putchar('\n');
}

void
overview_print_keys(const struct overview *overview, const struct state *state)
{
	const char *before = "; `signature: transcribed` for ";

	printf("signatures: %zu signed, %zu transcribed", overview->verified,
		overview->transcribed);
	for (size_t i = 0; i < state->config.authority_count; i++) {
		if (!by_hand(&state->config.authorities[i]))
			continue;
		printf("%s%s", before, state->config.authorities[i].name);
		before = ", ";
	}
	putchar('\n');
	print_approvals(&state->config);
}

void
overview_put_keys(struct json_writer *json, const struct overview *overview,
	const struct state *state)
{
	json_put_object(json, "signatures");
	json_put_int(json, "signed", (int64_t)overview->verified);
	json_put_int(json, "transcribed", (int64_t)overview->transcribed);
	json_put_array(json, "transcribed_authorities");
	for (size_t i = 0; i < state->config.authority_count; i++) {
		if (by_hand(&state->config.authorities[i]))
			json_put_text(
				json, NULL, state->config.authorities[i].name);
	}
	json_end(json);
	json_end(json);
	json_put_int(json, "approvals", state->config.approvals);
	json_put_array(json, "approvers");
	for (size_t i = 0; i < state->config.approver_count; i++)
		json_put_text(json, NULL, state->config.approvers[i].name);
	json_end(json);
}
