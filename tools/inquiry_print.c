/* An inquiry for people. */
#include "inquiry.h"

#include <inttypes.h>
#include <stdlib.h>

#include "reason.h"
#include "text.h"

/* The word on the left; nothing for a line that goes on. */
static void
label(FILE *out, const char *word)
{
	fprintf(out, "%-10s", word);
}

static void
print_flags(FILE *out, const struct reply *reply)
{
	fprintf(out, " (%s%s%s%s%s%s", reply->aa ? "aa " : "",
		reply->tc ? "tc " : "", reply->rd ? "rd " : "",
		reply->ra ? "ra " : "", reply->ad ? "ad " : "",
		reply->cd ? "cd " : "");
	fprintf(out, "%s)", reply->edns ? "edns" : "no edns");
}

static void
print_record(FILE *out, const struct reply_record *record)
{
	char name[PAL_NAME_TEXT_MAX], type[ASK_TYPE_MAX];

	fprintf(out, "%s %" PRIu32 " %s ",
		pal_name_to_text(name, &record->owner), record->ttl,
		ask_type_to_text(type, record->type));
	text_print(out, record->text);
	fputc('\n', out);
}

static void
print_answers(FILE *out, const struct reply *reply)
{
	char name[PAL_NAME_TEXT_MAX], mname[PAL_NAME_TEXT_MAX];

	for (size_t i = 0; i < reply->answer_count; i++) {
		label(out, "");
		print_record(out, &reply->answers[i]);
	}
	if (reply->answer_count > 0 || !reply->has_soa)
		return;
	label(out, "");
	fprintf(out, "denied by the SOA of %s (%s), TTL %" PRIu32 "\n",
		pal_name_to_text(name, &reply->soa.owner),
		pal_name_to_text(mname, &reply->soa.mname), reply->soa.ttl);
}

static void
print_part(FILE *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	label(out, "");
	fprintf(out, "  %s: ", name);
	text_print(out, text);
	fputc('\n', out);
}

static void
print_reason(FILE *out, const struct reason *reason)
{
	print_part(out, "authority", reason->organization);
	print_part(out, "reason", reason->justification);
	print_part(out, "language", reason->language);
	for (size_t i = 0; i < reason->contact_count; i++)
		print_part(out, "contact", reason->contacts[i]);
	print_part(out, "database", reason->database);
	print_part(out, "order", reason->id);
}

static void
print_ede(FILE *out, const struct reply_ede *ede, bool first)
{
	struct reason reason;

	label(out, first ? "reason" : "");
	fprintf(out, "EDE %u (%s)", ede->code, ede_name(ede->code));
	if (reason_read(&reason, ede->text, ede->len) == 0) {
		fputs(", structured:\n", out);
		print_reason(out, &reason);
		reason_fini(&reason);
		return;
	}
	if (ede->len > 0) {
		fputs(": ", out);
		text_print(out, ede->text);
	}
	fputc('\n', out);
}

static const char *
seen_phrase(const struct inquiry *inquiry)
{
	const struct seen *seen = &inquiry->seen;
	static const char *const phrases[] = {
		[SEEN_DATA] = "open",
		[SEEN_DENIED] = "open: there is no such record",
		[SEEN_REFERRAL] = "sends us on to other servers",
		[SEEN_REFUSED] = "refused, without a reason",
		[SEEN_FAILED] = "failed",
	};

	if (seen->kind != SEEN_BLOCKED)
		return phrases[seen->kind];
	if (seen->ede != NULL)
		return "blocked, as the reason says";
	return seen->sinkhole ? "blocked: the address is a sinkhole's"
	                      : "blocked: the SOA is that of a block";
}

static void
print_expected(FILE *out, const struct inquiry *inquiry)
{
	const struct expected *expected = &inquiry->expected;
	char name[PAL_NAME_TEXT_MAX];

	if (expected->kind == EXPECT_NOTHING)
		return;
	label(out, expected->from_lists ? "lists" : "expected");
	if (expected->kind == EXPECT_ORDER)
		fprintf(out, "blocked by %s:%s", expected->authority,
			expected->id);
	else
		fputs(expected->kind == EXPECT_OPEN ? "open" : "blocked", out);
	if (!expected->from_lists) {
		fputc('\n', out);
		return;
	}
	if (expected->kind == EXPECT_ORDER) {
		fprintf(out, ", with %s%s",
			order_answer_name(expected->verdict.answer),
			verdict_note(
				&expected->verdict, inquiry->question.type));
		if (!pal_name_equal(&expected->at, &inquiry->question.name))
			fprintf(out, ", at %s",
				pal_name_to_text(name, &expected->at));
	}
	fprintf(out, " (generation %" PRIu64 ")\n",
		verdict_snapshot(inquiry->lists)->manifest.generation);
}

static void
print_truth(FILE *out, const struct inquiry *inquiry)
{
	const struct own_answer *own = &inquiry->own;
	char buf[24];

	label(out, "own");
	if (own->reply == NULL) {
		fputs("our own recursion found nothing", out);
	} else {
		fputs(rcode_name(own->reply->rcode, buf), out);
		fputs(own->secure ? " (secure)" : "", out);
		fputs(own->bogus ? " (bogus)" : "", out);
	}
	if (inquiry->recursion.why[0] != '\0') {
		fputs(": ", out);
		text_print(out, inquiry->recursion.why);
	}
	fputc('\n', out);
	if (own->reply != NULL)
		print_answers(out, own->reply);
	if (own->redirected) {
		label(out, "");
		fputs("something on the way answers in place of others\n", out);
	}
	label(out, "truth");
	fprintf(out, "%s: %s\n", truth_name(inquiry->finding.truth),
		inquiry->finding.why);
}

void
inquiry_print(FILE *out, const struct inquiry *inquiry)
{
	const struct reply *reply = &inquiry->reply;
	char *sentence, buf[24];

	label(out, "asked");
	fprintf(out, "%s %s of %s, answered over %s in %" PRId64 " ms\n",
		inquiry->name, inquiry->type, inquiry->server.text,
		inquiry->tcp ? "TCP" : "UDP", inquiry->ms);
	label(out, "answer");
	fputs(rcode_name(reply->rcode, buf), out);
	print_flags(out, reply);
	fputc('\n', out);
	print_answers(out, reply);
	for (size_t i = 0; i < reply->ede_count; i++)
		print_ede(out, &reply->edes[i], i == 0);
	label(out, "resolver");
	fprintf(out, "%s\n", seen_phrase(inquiry));
	print_expected(out, inquiry);
	if (inquiry->truth_asked)
		print_truth(out, inquiry);
	for (unsigned i = 0; i < inquiry->causes.count; i++) {
		label(out, i == 0 ? "cause" : "");
		text_print(out, inquiry->causes.text[i]);
		fputc('\n', out);
	}
	sentence = inquiry_sentence(inquiry);
	text_print(out, sentence != NULL ? sentence : "no memory");
	fputc('\n', out);
	free(sentence);
}
