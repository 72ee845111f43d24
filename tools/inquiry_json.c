/* An inquiry for programs. */
#include "inquiry.h"

#include <stdlib.h>

#include "json.h"
#include "reason.h"

static void
put_record(struct json_writer *json, const struct reply_record *record)
{
	char name[PAL_NAME_TEXT_MAX], type[ASK_TYPE_MAX];

	json_put_object(json, NULL);
	json_put_text(json, "name", pal_name_to_text(name, &record->owner));
	json_put_text(json, "type", ask_type_to_text(type, record->type));
	json_put_int(json, "ttl", record->ttl);
	json_put_text(json, "data", record->text);
	json_end(json);
}

static void
put_answers(struct json_writer *json, const struct reply *reply)
{
	json_put_array(json, "answer");
	for (size_t i = 0; i < reply->answer_count; i++)
		put_record(json, &reply->answers[i]);
	json_end(json);
}

static void
put_reason(struct json_writer *json, const struct reason *reason)
{
	json_put_object(json, "structured");
	json_put_text(json, "authority", reason->organization);
	json_put_text(json, "reason", reason->justification);
	json_put_text(json, "language", reason->language);
	json_put_array(json, "contacts");
	for (size_t i = 0; i < reason->contact_count; i++)
		json_put_text(json, NULL, reason->contacts[i]);
	json_end(json);
	json_put_text(json, "database", reason->database);
	json_put_text(json, "order", reason->id);
	json_end(json);
}

static void
put_ede(struct json_writer *json, const struct reply_ede *ede)
{
	struct reason reason;

	json_put_object(json, NULL);
	json_put_int(json, "code", ede->code);
	json_put_text(json, "name", ede_name(ede->code));
	json_put_text_len(json, "text", ede->text, ede->len);
	if (reason_read(&reason, ede->text, ede->len) == 0) {
		put_reason(json, &reason);
		reason_fini(&reason);
	}
	json_end(json);
}

static void
put_reply(struct json_writer *json, const struct inquiry *inquiry)
{
	const struct reply *reply = &inquiry->reply;
	char buf[24];

	json_put_text(json, "rcode", rcode_name(reply->rcode, buf));
	json_put_bool(json, "aa", reply->aa);
	json_put_bool(json, "tc", reply->tc);
	json_put_bool(json, "ra", reply->ra);
	json_put_bool(json, "ad", reply->ad);
	put_answers(json, reply);
	json_put_array(json, "ede");
	for (size_t i = 0; i < reply->ede_count; i++)
		put_ede(json, &reply->edes[i]);
	json_end(json);
}

static const char *
seen_word(enum seen_kind kind)
{
	static const char *const words[] = {
		[SEEN_DATA] = "open",
		[SEEN_DENIED] = "no-such-record",
		[SEEN_REFERRAL] = "referral",
		[SEEN_BLOCKED] = "blocked",
		[SEEN_REFUSED] = "refused",
		[SEEN_FAILED] = "failed",
	};

	return words[kind];
}

static void
put_expected(struct json_writer *json, const struct inquiry *inquiry)
{
	static const char *const words[] = {[EXPECT_OPEN] = "open",
		[EXPECT_BLOCKED] = "blocked",
		[EXPECT_ORDER] = "blocked"};
	const struct expected *expected = &inquiry->expected;
	char name[PAL_NAME_TEXT_MAX];

	if (expected->kind == EXPECT_NOTHING) {
		json_put_null(json, "expected");
		return;
	}
	json_put_object(json, "expected");
	json_put_text(json, "action", words[expected->kind]);
	json_put_text(json, "from", expected->from_lists ? "lists" : "option");
	if (expected->kind == EXPECT_ORDER) {
		json_put_text(json, "authority", expected->authority);
		json_put_text(json, "order", expected->id);
	}
	if (expected->from_lists) {
		json_put_int(json, "generation",
			(int64_t)verdict_snapshot(inquiry->lists)
				->manifest.generation);
		json_put_text(
			json, "name", pal_name_to_text(name, &expected->at));
	}
	if (expected->from_lists && expected->kind == EXPECT_ORDER)
		json_put_text(json, "answer",
			order_answer_name(expected->verdict.answer));
	json_end(json);
}

static void
put_truth(struct json_writer *json, const struct inquiry *inquiry)
{
	static const char *const words[] = {[TRUTH_REAL] = "real",
		[TRUTH_DIFFERENT] = "different",
		[TRUTH_BLOCKED] = "blocked",
		[TRUTH_UNKNOWN] = "unknown"};
	const struct own_answer *own = &inquiry->own;
	char buf[24];

	json_put_object(json, "truth");
	json_put_text(json, "finding", words[inquiry->finding.truth]);
	json_put_text(json, "why", inquiry->finding.why);
	json_put_bool(json, "secure", own->secure);
	json_put_bool(json, "bogus", own->bogus);
	json_put_bool(json, "redirected", own->redirected);
	if (inquiry->recursion.why[0] != '\0')
		json_put_text(json, "error", inquiry->recursion.why);
	if (own->reply != NULL) {
		json_put_text(
			json, "rcode", rcode_name(own->reply->rcode, buf));
		put_answers(json, own->reply);
	}
	json_end(json);
}

int
inquiry_print_json(FILE *out, const struct inquiry *inquiry)
{
	char *sentence = inquiry_sentence(inquiry);
	struct json_writer json;

	json_start(&json);
	json_put_text(&json, "name", inquiry->name);
	json_put_text(&json, "type", inquiry->type);
	json_put_text(&json, "server", inquiry->server.text);
	json_put_text(&json, "transport", inquiry->tcp ? "tcp" : "udp");
	json_put_int(&json, "ms", inquiry->ms);
	put_reply(&json, inquiry);
	json_put_text(&json, "resolver", seen_word(inquiry->seen.kind));
	put_expected(&json, inquiry);
	json_put_bool(&json, "agree", agreed(inquiry->agreement));
	if (inquiry->truth_asked)
		put_truth(&json, inquiry);
	json_put_array(&json, "causes");
	for (unsigned i = 0; i < inquiry->causes.count; i++)
		json_put_text(&json, NULL, inquiry->causes.text[i]);
	json_end(&json);
	json_put_bool(&json, "holds", inquiry_holds(inquiry));
	json_put_text(&json, "finding", sentence);
	free(sentence);
	return json_finish(&json, out);
}
