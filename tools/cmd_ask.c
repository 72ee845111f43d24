#include "cmd_ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "palang/clock.h"
#include "palang/error.h"
#include "state_user.h"

#define RESOLV_CONF    "/etc/resolv.conf"
#define TIMEOUT        5000  /* ms, of the resolver */
#define TIMEOUT_OWN    20000 /* of our own recursion, which asks many */
#define TIMEOUT_CANARY 1500
#define CANARY         "192.0.2.1" /* nobody has it (RFC 5737) */

static int run(const struct cmd_call *call);

static const struct cmd_option options[] = {
	{"expect", 'e', "WHAT",
		"judge by this, not by the lists: open, blocked or "
		"AUTHORITY:ID"},
	{"truth", 't', NULL, "hold the answer against our own recursion"},
	{"json", 'j', NULL, "print JSON"}, {"tcp", 0, NULL, "ask over TCP"},
	{"timeout", 0, "TIME", "wait so long for an answer; default 5s"},
	{"dnssec", 0, NULL, "ask for signatures (DO)"},
	{"cd", 0, NULL, "ask for no validation (CD)"},
	{"no-rd", 0, NULL, "ask for no recursion"},
	{"sde", 0, "[CODE]",
		"ask for structured errors, with this option code"},
	{"dir", 0, "DIR", "judge by the lists below this folder"},
	{"root-hints", 0, "FILE", "--truth: begin with these root servers"},
	{"forward", 0, "ADDR", "--truth: ask ADDR[@PORT], comma, ..."},
	{"stub", 0, "LIST",
		"--truth: zones with servers: ZONE=ADDR[@PORT], comma, ..."},
	{"trust-anchor", 0, "KEY", "--truth: a file, or a DS or DNSKEY"},
	{"canary", 0, "ADDR", "--truth: where nothing may answer: ADDR[#PORT]"},
	{"no-canary", 0, NULL, "--truth: do not look for redirection"},
	{NULL, 0, NULL, NULL}};

const struct cmd cmd_ask = {"ask", "NAME [@SERVER[#PORT]] [TYPE]",
	"ask a resolver, and compare with what it should say",
	"Asks a resolver (else the first of /etc/resolv.conf) for a name, "
	"prints the answer with its reason, beside what the published lists "
	"say of it. Without a configuration --expect or --truth has to judge. "
	"With --truth, resolves the name by its own recursion as "
	"well and tells whether the answer is the real one: this is how a "
	"lift is proven. Exit code 0: it is as expected; 1: it is not, and "
	"the likely cause is named; 2: nothing says what is right, or it could not be asked; 3: no answer.",
	options, 1, 3, run};

static int
add_answer(struct sinkholes *sinkholes, const struct config_answer *answer)
{
	int err = 0;

	if (answer->has_a)
		err = sinkholes_add(sinkholes, PAL_TYPE_A, answer->a);
	if (err == 0 && answer->has_aaaa)
		err = sinkholes_add(sinkholes, PAL_TYPE_AAAA, answer->aaaa);
	return err;
}

static int
collect_sinkholes(struct inquiry *inquiry, const struct config *config)
{
	struct sinkholes *sinkholes = &inquiry->sinkholes;
	int err = 0;

	if (config != NULL)
		err = add_answer(sinkholes, &config->answer);
	for (size_t i = 0; config != NULL && i < config->authority_count; i++) {
		if (err == 0)
			err = add_answer(
				sinkholes, &config->authorities[i].answer);
	}
	if (err == 0 && inquiry->lists != NULL)
		err = sinkholes_of_lists(
			sinkholes, verdict_snapshot(inquiry->lists));
	return err == 0 ? 0 : cmd_fail("%s", pal_strerror(err));
}

/* The lists to judge by: of --dir, else of the configuration.  That there is
 * neither is no error where --expect or --truth judges; else an exit code of 0
 * would be read as "they agree". */
static int
open_lists(struct inquiry *inquiry, const struct cmd_call *call,
	const struct config *config)
{
	const char *dir = cmd_option(call, "dir");
	char why[VERDICT_WHY_MAX];
	bool asked_for = dir != NULL;
	bool judged = cmd_option(call, "expect") != NULL;

	if (dir == NULL && config != NULL)
		dir = config->live_dir;
	if (dir == NULL && (judged || cmd_option(call, "truth") != NULL))
		return 0;
	if (dir == NULL)
		return cmd_fail("ask: nothing says what is right: there is no "
				"configuration. Say it with --expect open, "
				"blocked or AUTHORITY:ID; or name a "
				"configuration with --config, or its lists "
				"with --dir");
	if (verdict_open(&inquiry->lists, dir, why) == 0) {
		fleet_read(&inquiry->fleet, dir,
			&verdict_snapshot(inquiry->lists)->manifest);
		return 0;
	}
	if (!asked_for && judged)
		return 0;
	return cmd_fail("ask: %s", why);
}

/* One round: UDP, and TCP for what does not fit. */
static int
ask_over(struct inquiry *inquiry, bool tcp, const uint8_t *query, size_t len,
	int timeout_ms)
{
	uint8_t *packet = NULL;
	size_t packet_len;
	int err;

	reply_fini(&inquiry->reply);
	inquiry->tcp = tcp;
	err = (tcp ? exchange_tcp : exchange_udp)(
		&inquiry->server, query, len, timeout_ms, &packet, &packet_len);
	if (err == 0)
		err = ask_unpack(&inquiry->reply, packet, packet_len);
	free(packet);
	return err;
}

static int
fail_unanswered(const struct inquiry *inquiry, int err)
{
	if (err == PAL_ENOMEM)
		return cmd_fail("%s", pal_strerror(err));
	cmd_fail("no answer from %s over %s: %s", inquiry->server.text,
		inquiry->tcp ? "TCP" : "UDP",
		err == PAL_ESYS ? strerror(errno) : "what came is no DNS");
	return EXIT_UNANSWERED;
}

static int
ask_resolver(
	struct inquiry *inquiry, const struct cmd_call *call, int timeout_ms)
{
	bool tcp = cmd_option(call, "tcp") != NULL;
	int64_t start = pal_monotonic_ms();
	uint8_t *query;
	size_t len;
	uint16_t id;
	int err;

	if (ask_random_id(&id) != 0)
		return EXIT_ERROR;
	err = ask_pack(&inquiry->question, id, &query, &len);
	if (err != 0)
		return cmd_fail("%s", pal_strerror(err));
	err = ask_over(inquiry, tcp, query, len, timeout_ms);
	if (err == 0 && inquiry->reply.tc && !tcp)
		err = ask_over(inquiry, true, query, len, timeout_ms);
	free(query);
	inquiry->ms = pal_monotonic_ms() - start;
	return err == 0 ? 0 : fail_unanswered(inquiry, err);
}

static int
judge(struct inquiry *inquiry, const struct cmd_call *call)
{
	const char *expect = cmd_option(call, "expect");

	/* FORMERR and the like may come without the question. */
	inquiry->reply.qname = inquiry->question.name;
	inquiry->reply.qtype = inquiry->question.type;
	if (expect == NULL && inquiry->lists != NULL)
		judge_expect_lists(&inquiry->expected, inquiry->lists,
			&inquiry->question, &inquiry->reply, time(NULL));
	judge_see(&inquiry->seen, &inquiry->reply, &inquiry->sinkholes);
	inquiry->agreement = judge_agree(&inquiry->expected, &inquiry->question,
		&inquiry->reply, &inquiry->seen,
		inquiry->lists == NULL ? NULL
				       : verdict_snapshot(inquiry->lists));
	return 0;
}

/* True if the resolver does what the lists say, whatever was expected. */
static bool
follows_lists(const struct inquiry *inquiry, struct expected *listed)
{
	if (inquiry->lists == NULL || inquiry->expected.from_lists)
		return false;
	judge_expect_lists(listed, inquiry->lists, &inquiry->question,
		&inquiry->reply, time(NULL));
	return agreed(judge_agree(listed, &inquiry->question, &inquiry->reply,
		&inquiry->seen, verdict_snapshot(inquiry->lists)));
}

static void
find_causes(struct inquiry *inquiry)
{
	struct causes *causes = &inquiry->causes;
	struct expected listed;

	if (inquiry_holds(inquiry))
		return;
	cause_find(causes, &inquiry->expected, inquiry->agreement,
		&inquiry->question, &inquiry->reply, &inquiry->seen,
		inquiry->lists == NULL ? NULL
				       : verdict_snapshot(inquiry->lists),
		&inquiry->fleet);
	if (!agreed(inquiry->agreement) && follows_lists(inquiry, &listed))
		cause_as_listed(causes, &listed);
	else if (inquiry->truth_asked && causes->count == 0 &&
		 inquiry->finding.truth == TRUTH_BLOCKED)
		cause_of_forgery(causes, &inquiry->reply);
}

static int
print(const struct inquiry *inquiry, const struct cmd_call *call)
{
	if (cmd_option(call, "json") == NULL)
		inquiry_print(stdout, inquiry);
	else if (inquiry_print_json(stdout, inquiry) == PAL_ENOMEM)
		return cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	return inquiry_holds(inquiry) ? EXIT_DONE : EXIT_NO;
}

static int
run_with(struct inquiry *inquiry, const struct cmd_call *call,
	const struct config *config)
{
	const char *expect = cmd_option(call, "expect");
	int timeout_ms, ret;

	inquiry->question.recurse = cmd_option(call, "no-rd") == NULL;
	inquiry->question.unchecked = cmd_option(call, "cd") != NULL;
	inquiry->question.dnssec = cmd_option(call, "dnssec") != NULL;
	if (expect != NULL && judge_expect(&inquiry->expected, expect) != 0)
		return cmd_fail("ask: --expect %s: not open, blocked or "
				"AUTHORITY:ID",
			expect);
	ret = ask_take_timeout(&timeout_ms, cmd_option(call, "timeout"));
	if (ret == 0)
		ret = ask_take_sde(
			&inquiry->question, cmd_option(call, "sde"), config);
	if (ret == 0)
		ret = ask_take_arguments(inquiry, call);
	if (ret == 0)
		ret = open_lists(inquiry, call, config);
	if (ret == 0)
		ret = collect_sinkholes(inquiry, config);
	if (ret == 0)
		ret = ask_resolver(inquiry, call, timeout_ms);
	if (ret == 0)
		ret = judge(inquiry, call);
	if (ret == 0)
		ret = ask_find_truth(inquiry, call, timeout_ms);
	if (ret != 0)
		return ret;
	find_causes(inquiry);
	return print(inquiry, call);
}

/* Works without a configuration, if none is named and none is there that we
 * may read. */
static int
run(const struct cmd_call *call)
{
	struct inquiry *inquiry = calloc(1, sizeof *inquiry);
	struct config config, *given = NULL;
	int ret = EXIT_ERROR;

	if (inquiry == NULL)
		return cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	if (call->config_given || access(call->config_file, R_OK) == 0) {
		if (cmd_config(call, &config) != 0)
			goto out;
		given = &config;
		/* before anything comes from the network */
		ret = user_become(config.user);
		if (ret != EXIT_DONE)
			goto out;
	}
	ret = run_with(inquiry, call, given);
out:
	if (given != NULL)
		config_fini(given);
	inquiry_fini(inquiry);
	free(inquiry);
	return ret;
}
