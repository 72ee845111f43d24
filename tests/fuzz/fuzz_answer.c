/*
 * Fuzz target: any packet is refused, or taken apart into a reply that can be
 * judged and told, to people and to programs.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "exchange.h"
#include "inquiry.h"
#include "reason.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static FILE *
nowhere(void)
{
	static FILE *out;

	if (out == NULL)
		out = fopen("/dev/null", "w");
	must(out != NULL);
	return out;
}

/* What holds of any reply. */
static void
check(const struct reply *reply)
{
	struct pal_name end, target;

	must(reply_chain_end(reply, &end) <= reply->answer_count);
	must(reply_data_count(reply) <= reply->answer_count);
	must(reply->ede_count <= REPLY_EDES_MAX);
	for (size_t i = 0; i < reply->answer_count; i++) {
		must(reply->answers[i].text != NULL);
		if (reply_target(&reply->answers[i], &target))
			must(target.labels > 0);
	}
	for (size_t i = 0; i < reply->ede_count; i++) {
		must(reply->edes[i].text[reply->edes[i].len] == '\0');
		reason_names(
			reply->edes[i].text, reply->edes[i].len, "k", "2017/1");
	}
}

/* The same reply as the resolver's and as our own. */
static void
tell(struct inquiry *inquiry)
{
	struct reply *reply = &inquiry->reply;

	inquiry->question.name = reply->qname;
	inquiry->question.type = reply->qtype;
	pal_name_to_text(inquiry->name, &reply->qname);
	ask_type_to_text(inquiry->type, reply->qtype);
	must(judge_expect(&inquiry->expected, "k:2017/1") == 0);
	judge_see(&inquiry->seen, reply, &inquiry->sinkholes);
	inquiry->agreement = judge_agree(&inquiry->expected, &inquiry->question,
		reply, &inquiry->seen, NULL);
	inquiry->truth_asked = true;
	inquiry->own.reply = reply;
	inquiry->finding = truth_judge(
		reply, &inquiry->seen, &inquiry->own, &inquiry->sinkholes);
	cause_find(&inquiry->causes, &inquiry->expected, inquiry->agreement,
		&inquiry->question, reply, &inquiry->seen, NULL,
		&inquiry->fleet);
	inquiry_print(nowhere(), inquiry);
	must(inquiry_print_json(nowhere(), inquiry) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inquiry *inquiry;

	/* as one the kernel hands over, against itself */
	exchange_fits(data, size, data, size);
	inquiry = calloc(1, sizeof *inquiry);
	must(inquiry != NULL);
	if (ask_unpack(&inquiry->reply, data, size) == 0) {
		/* the root where there is no question, as the command has it */
		if (!inquiry->reply.has_question)
			pal_name_from_text(&inquiry->reply.qname, ".", 1);
		check(&inquiry->reply);
		tell(inquiry);
	}
	inquiry_fini(inquiry);
	free(inquiry);
	return 0;
}
