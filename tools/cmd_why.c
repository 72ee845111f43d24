/* palang why: who blocks a name, and what a resolver says to it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "idn.h"
#include "json.h"
#include "palang/error.h"
#include "state.h"
#include "timefmt.h"
#include "verdict.h"
#include "why.h"

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"type", 't', "TYPE",
		"judge a question of this type: A, AAAA, DS, a number; "
		"default A"},
	PAST_OPTIONS, {"json", 'j', NULL, "print JSON"}, {NULL, 0, NULL, NULL}};

const struct cmd cmd_why = {"why", "NAME", "who blocks a name, and why not",
	"Lists every recorded order that has to do with the name, with its "
	"state: those that block it, would block it later, did so, or leave "
	"it open; then what a resolver that has the published lists in "
	"force answers. Exit code 0: it is blocked; 1: it is open.",
	options, 1, 1, run};

/* What one order has to do with the name. */
struct finding {
	const struct record *record;
	enum effect_state state;
	const struct effect_entry *entry;
	bool blocks; /* now */
};

static const struct {
	const char *name;
	uint16_t type;
} types[] = {{"A", PAL_TYPE_A}, {"NS", 2}, {"CNAME", 5}, {"SOA", 6}, {"MX", 15},
	{"TXT", 16}, {"AAAA", PAL_TYPE_AAAA}, {"SRV", 33}, {"DNAME", 39},
	{"DS", PAL_TYPE_DS}, {"DNSKEY", PAL_TYPE_DNSKEY}, {"SVCB", 64},
	{"HTTPS", 65}, {"ANY", 255}};

static int
take_type(uint16_t *type, const char *text)
{
	char *end;
	unsigned long number;

	*type = PAL_TYPE_A;
	if (text == NULL)
		return EXIT_DONE;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strcasecmp(types[i].name, text) == 0) {
			*type = types[i].type;
			return EXIT_DONE;
		}
	}
	if (strncasecmp(text, "TYPE", 4) == 0)
		text += 4;
	number = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || number > UINT16_MAX)
		return cmd_fail("--type %s: not a type", text);
	*type = (uint16_t)number;
	return EXIT_DONE;
}

static void
print_finding(const struct finding *finding)
{
	const struct effect_entry *entry = finding->entry;
	char key[ORDER_KEY_MAX], name[PAL_NAME_TEXT_MAX];

	printf("%-9s  %s  %s %s (%s)%s\n", effect_state_name(finding->state),
		order_key(key, finding->record->order),
		entry->except     ? "leaves open"
		: finding->blocks ? "blocks"
				  : "names",
		pal_name_to_text(name, entry->name),
		order_scope_name(entry->scope),
		entry->made ? ", cut out by a lift"
		: !finding->blocks && !entry->except &&
				finding->state == EFFECT_ACTIVE
			? ", lifted"
			: "");
}

static void
put_finding(struct json_writer *json, const struct finding *finding)
{
	const struct effect_entry *entry = finding->entry;
	char name[PAL_NAME_TEXT_MAX];

	json_put_object(json, NULL);
	json_put_text(json, "authority", finding->record->order->authority);
	json_put_text(json, "id", finding->record->order->id);
	json_put_text(json, "state", effect_state_name(finding->state));
	json_put_bool(json, "blocks", finding->blocks);
	json_put_text(json, "entry", pal_name_to_text(name, entry->name));
	json_put_text(json, "scope", order_scope_name(entry->scope));
	json_put_bool(json, "except", entry->except);
	json_put_bool(json, "made_by_lift", entry->made);
	json_end(json);
}

static int
look_at(struct question *question, const struct state *state, size_t index)
{
	const struct history *history = &state->recorded.history;
	struct finding finding = {.record = &history->records[index]};
	struct effect effect;
	int ret;

	if (finding.record->order->action != ORDER_BLOCK)
		return 0;
	ret = effect_of(&effect, history, &state->config, index);
	if (ret != 0)
		return ret;
	finding.blocks = effect_covers(
		&effect, &question->name, state_now(state), &finding.entry);
	if (finding.entry != NULL)
		ret = effect_state(history, &state->config, index,
			state_now(state), &finding.state);
	if (finding.entry != NULL && ret == 0) {
		if (question->json != NULL)
			put_finding(question->json, &finding);
		else
			print_finding(&finding);
	}
	effect_fini(&effect);
	return ret;
}

static int
look_at_orders(struct question *question, const struct state *state)
{
	int ret = 0;

	if (question->json != NULL)
		json_put_array(question->json, "orders");
	for (size_t i = 0; i < state->recorded.history.record_count && ret == 0;
		i++)
		ret = look_at(question, state, i);
	if (question->json != NULL)
		json_end(question->json);
	return ret == 0 ? EXIT_DONE : cmd_fail("%s", pal_strerror(ret));
}

/* ---- what a resolver says ---- */

static void
print_verdict(
	const struct question *question, const struct pal_verdict *verdict)
{
	char owner[PAL_NAME_TEXT_MAX], time[TIME_TEXT_MAX];
	struct pal_name name;

	if (verdict->action == PAL_PASS) {
		printf("%s: open%s", question->text,
			question->opened ? ", as everything is, by "
					   "`palang open --all`"
					 : "");
		if (verdict->until != PAL_NEVER)
			printf(" until %s", time_format(time, verdict->until));
		putchar('\n');
		return;
	}
	pal_name_ancestor(&name, &question->name, verdict->owner_labels);
	printf("%s: blocked by %.*s:%.*s, answer %s%s, owner %s",
		question->text, (int)verdict->policy.authority.len,
		verdict->policy.authority.text, (int)verdict->policy.id.len,
		verdict->policy.id.text, order_answer_name(verdict->answer),
		verdict_note(verdict, question->type),
		pal_name_to_text(owner, &name));
	if (verdict->until != PAL_NEVER)
		printf(", until %s", time_format(time, verdict->until));
	if (verdict->unless_real)
		printf("; but the real answer passes, for validators");
	putchar('\n');
}

static void
put_verdict(struct json_writer *json, const struct question *question,
	const struct pal_verdict *verdict)
{
	char owner[PAL_NAME_TEXT_MAX], time[TIME_TEXT_MAX];
	struct pal_name name;

	json_put_object(json, "verdict");
	json_put_text(json, "action",
		verdict->action == PAL_BLOCK ? "block" : "pass");
	json_put_text(json, "until",
		verdict->until == PAL_NEVER
			? NULL
			: time_format(time, verdict->until));
	if (verdict->action == PAL_BLOCK) {
		pal_name_ancestor(
			&name, &question->name, verdict->owner_labels);
		json_put_text_len(json, "authority",
			verdict->policy.authority.text,
			verdict->policy.authority.len);
		json_put_text_len(json, "id", verdict->policy.id.text,
			verdict->policy.id.len);
		json_put_text(json, "list", verdict->list->name);
		json_put_text(
			json, "answer", order_answer_name(verdict->answer));
		json_put_text(json, "owner", pal_name_to_text(owner, &name));
		json_put_bool(json, "unless_real", verdict->unless_real);
	}
	json_end(json);
}

static bool
is_ordered(const struct question *question)
{
	return question->past != NULL &&
	       strcmp(question->past, "ordered-at") == 0;
}

static int
open_source(struct verdict_source **source, struct question *question,
	struct state *state)
{
	char why[VERDICT_WHY_MAX];

	if (question->past != NULL)
		return why_past(source, question, state);
	if (verdict_open(source, state->config.live_dir, why) != 0)
		return cmd_fail("%s/lists: %s", state->config.live_dir, why);
	return EXIT_DONE;
}

static int
judge(struct question *question, struct state *state)
{
	struct verdict_source *source = NULL;
	struct pal_verdict verdict;
	bool blocked;
	int ret = open_source(&source, question, state);

	if (ret != EXIT_DONE)
		return ret;
	question->opened = verdict_snapshot(source)->manifest.settings.open;
	if (!is_ordered(question))
		why_lists(question, state, verdict_snapshot(source));
	verdict_judge(source, &question->name, question->type, state_now(state),
		&verdict);
	if (question->json != NULL)
		put_verdict(question->json, question, &verdict);
	else
		print_verdict(question, &verdict);
	blocked = verdict.action == PAL_BLOCK;
	verdict_close(source);
	return blocked ? EXIT_DONE : EXIT_NO;
}

/* ---- of what time ---- */

static void
print_time(const struct question *question, const struct state *state)
{
	char time[TIME_TEXT_MAX];

	if (question->past != NULL)
		printf("at %s, %s:\n", time_format(time, state_now(state)),
			is_ordered(question) ? "as ordered"
					     : "as this ledger had it");
}

/* What was ordered stands by itself. */
static int
put_answer(struct question *question, struct state *state)
{
	char time[TIME_TEXT_MAX];
	int ret;

	time_format(time, state_now(state));
	if (is_ordered(question)) {
		json_put_object(question->json, "ordered_at");
		json_put_text(question->json, "time", time);
	} else if (question->past != NULL) {
		json_put_text(question->json, "at", time);
	}
	ret = look_at_orders(question, state);
	if (ret == EXIT_DONE)
		ret = judge(question, state);
	if (is_ordered(question))
		json_end(question->json);
	return ret;
}

static int
answer(struct question *question, const struct cmd_call *call, const char *past)
{
	struct state state;
	int ret = state_begin(&state, call);

	question->past = past;
	if (ret == EXIT_DONE)
		ret = state_open_read(&state);
	if (ret == EXIT_DONE && past != NULL)
		ret = state_go_back_to(&state, call, past);
	if (ret == EXIT_DONE && question->json != NULL) {
		ret = put_answer(question, &state);
	} else if (ret == EXIT_DONE) {
		print_time(question, &state);
		ret = look_at_orders(question, &state);
		if (ret == EXIT_DONE)
			ret = judge(question, &state);
	}
	state_close(&state);
	return ret;
}

/* What was in force is what the exit code tells of, if both are asked for. */
static int
answer_all(struct question *question, const struct cmd_call *call)
{
	bool at = cmd_option(call, "at") != NULL;
	int ret, ordered;

	if (cmd_option(call, "ordered-at") == NULL)
		return answer(question, call, at ? "at" : NULL);
	ret = at ? answer(question, call, "at") : EXIT_DONE;
	if (ret == EXIT_ERROR)
		return ret;
	ordered = answer(question, call, "ordered-at");
	return at && ordered != EXIT_ERROR ? ret : ordered;
}

static int
run(const struct cmd_call *call)
{
	struct question question = {.json = NULL};
	struct json_writer *json = &question.writer;
	char why[IDN_WHY_MAX];
	int ret;

	if (idn_read(&question.name, call->args[0], why) != 0)
		return cmd_fail("%s: %s", call->args[0], why);
	if (take_type(&question.type, cmd_option(call, "type")) != EXIT_DONE)
		return EXIT_ERROR;
	pal_name_to_text(question.text, &question.name);
	if (cmd_option(call, "json") == NULL)
		return answer_all(&question, call);
	json_start(json);
	json_put_text(json, "name", question.text);
	question.json = json;
	ret = answer_all(&question, call);
	if (ret == EXIT_ERROR) {
		json_drop(json);
		return ret;
	}
	return json_finish(json, stdout) == 0 ? ret : EXIT_ERROR;
}
