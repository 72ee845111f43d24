/* `palang ask --truth`: our own recursion, and the canary. */
#include "cmd_ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "palang/error.h"

#define TIMEOUT_OWN    20000 /* ms; our own recursion asks many */
#define TIMEOUT_CANARY 1500
#define CANARY         "192.0.2.1" /* nobody has it (RFC 5737) */

int
ask_random_id(uint16_t *id)
{
	if (getrandom(id, sizeof *id, 0) == sizeof *id)
		return 0;
	return cmd_fail("no random numbers: %s", strerror(errno));
}

/* The question once more, to where nothing may answer.  It is this very name
 * that is asked for: some redirect only what they block. */
struct canary {
	int fd;
	uint8_t *query;
	size_t len;
};

static int
send_canary(struct canary *canary, const struct inquiry *inquiry,
	const struct cmd_call *call)
{
	const char *address = cmd_option(call, "canary");
	struct server server;
	uint16_t id;

	/* Where own servers were named, the way to others does not matter. */
	if (cmd_option(call, "no-canary") != NULL ||
		(address == NULL && (cmd_option(call, "forward") != NULL ||
					    cmd_option(call, "stub") != NULL)))
		return 0;
	if (address == NULL)
		address = CANARY;
	if (server_parse(&server, address) != 0)
		return cmd_fail("ask: --canary %s: not ADDRESS or ADDRESS#PORT",
			address);
	if (ask_random_id(&id) != 0)
		return EXIT_ERROR;
	if (ask_pack(&inquiry->question, id, &canary->query, &canary->len) != 0)
		return cmd_fail("%s", pal_strerror(PAL_ENOMEM));
	/* That it cannot be sent is as good as no answer. */
	canary->fd = canary_send(&server, canary->query, canary->len);
	return 0;
}

static bool
hear_canary(struct canary *canary)
{
	bool heard = canary->fd >= 0 && canary_heard(canary->fd, canary->query,
						canary->len, TIMEOUT_CANARY);

	free(canary->query);
	return heard;
}

static int
resolve_ourselves(
	struct inquiry *inquiry, const struct cmd_call *call, int timeout_ms)
{
	struct recurse_options how = {
		.root_hints = cmd_option(call, "root-hints"),
		.forward = cmd_option(call, "forward"),
		.stub = cmd_option(call, "stub"),
		.trust_anchor = cmd_option(call, "trust-anchor"),
		.timeout_ms =
			timeout_ms > TIMEOUT_OWN ? timeout_ms : TIMEOUT_OWN};
	struct recurse_result *got = &inquiry->recursion;
	int err = recurse(got, &how, inquiry->name, inquiry->question.type);

	if (err == PAL_EFORM)
		return cmd_fail("ask: %s", got->why);
	inquiry->own.secure = got->secure;
	inquiry->own.bogus = got->bogus;
	if (err != 0 || got->packet == NULL)
		return 0; /* found nothing: that is a finding */
	if (ask_unpack(&inquiry->own_reply, got->packet, got->len) != 0)
		return 0;
	inquiry->own_reply.qname = inquiry->question.name;
	inquiry->own_reply.qtype = inquiry->question.type;
	inquiry->own.reply = &inquiry->own_reply;
	return 0;
}

int
ask_find_truth(
	struct inquiry *inquiry, const struct cmd_call *call, int timeout_ms)
{
	struct canary canary = {.fd = -1};
	int ret;

	if (cmd_option(call, "truth") == NULL)
		return 0;
	inquiry->truth_asked = true;
	ret = send_canary(&canary, inquiry, call);
	if (ret != 0)
		return ret;
	ret = resolve_ourselves(inquiry, call, timeout_ms);
	inquiry->own.redirected = hear_canary(&canary);
	if (ret != 0)
		return ret;
	inquiry->finding = truth_judge(&inquiry->reply, &inquiry->seen,
		&inquiry->own, &inquiry->sinkholes);
	return 0;
}
