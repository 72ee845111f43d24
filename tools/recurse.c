#include "recurse.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <unbound.h>

#include "exchange.h"
#include "palang/clock.h"
#include "palang/error.h"

/* Where distributions keep the root's key. */
static const char *const anchor_files[] = {
	"/usr/share/dns/root.key", "/var/lib/unbound/root.key", NULL};

static int say(struct recurse_result *result, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int
say(struct recurse_result *result, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(result->why, sizeof result->why, format, args);
	va_end(args);
	return err;
}

static bool
given(const char *option)
{
	return option != NULL && option[0] != '\0';
}

bool
recurse_is_public(const struct recurse_options *options)
{
	return !given(options->forward) && !given(options->stub) &&
	       !given(options->root_hints);
}

/* One forwarder: ADDR[@PORT]. */
static int
set_forward(struct ub_ctx *ctx, char *item)
{
	return ub_ctx_set_fwd(ctx, item);
}

/* One stub: ZONE=ADDR[@PORT]. */
static int
set_stub(struct ub_ctx *ctx, char *item)
{
	char *equals = strchr(item, '=');

	if (equals == NULL || equals == item)
		return UB_SYNTAX;
	*equals = '\0';
	return ub_ctx_set_stub(ctx, item, equals + 1, 0);
}

/* Each item of a list with commas. */
static int
set_each(struct recurse_result *result, struct ub_ctx *ctx, const char *list,
	const char *option, int (*set)(struct ub_ctx *, char *))
{
	char *copy, *rest, *item;
	int err = 0;

	if (!given(list))
		return 0;
	copy = rest = strdup(list);
	if (copy == NULL)
		return say(result, PAL_ENOMEM, "no memory");
	while (err == 0 && (item = strsep(&rest, ",")) != NULL) {
		err = set(ctx, item);
		if (err != 0)
			say(result, PAL_EFORM, "--%s %s: %s", option, list,
				ub_strerror(err));
	}
	free(copy);
	return err == 0 ? 0 : PAL_EFORM;
}

static int
say_anchor(struct recurse_result *result, const char *anchor)
{
	return say(result, PAL_EFORM,
		"--trust-anchor %s: neither a file that can be read nor a DS "
		"or DNSKEY record",
		anchor);
}

/* A file if there is one of that name, else the text of a record. */
static int
set_anchor(struct recurse_result *result, struct ub_ctx *ctx,
	const struct recurse_options *options)
{
	const char *anchor = options->trust_anchor;
	int err;

	if (given(anchor)) {
		err = access(anchor, R_OK) == 0
		              ? ub_ctx_add_ta_file(ctx, anchor)
		              : ub_ctx_add_ta(ctx, anchor);
		return err == 0 ? 0 : say_anchor(result, anchor);
	}
	/* A closed network's own root is not signed with the real key. */
	if (!recurse_is_public(options))
		return 0;
	for (const char *const *file = anchor_files; *file != NULL; file++) {
		if (access(*file, R_OK) == 0)
			return ub_ctx_add_ta_file(ctx, *file) == 0
			               ? 0
			               : say(result, PAL_EFORM,
						 "%s: no trust anchor", *file);
	}
	return 0;
}

static int
configure(struct recurse_result *result, struct ub_ctx *ctx,
	const struct recurse_options *options)
{
	int err;

	/* What it has to say is said by the result. */
	ub_ctx_debugout(ctx, NULL);
	if (ub_ctx_async(ctx, 1) != 0)
		return say(result, PAL_ESYS, "cannot start a thread");
	if (!recurse_is_public(options) &&
		ub_ctx_set_option(ctx, "do-not-query-localhost:", "no") != 0)
		return say(result, PAL_ESYS, "libunbound takes no options");
	if (given(options->root_hints) &&
		(access(options->root_hints, R_OK) != 0 ||
			ub_ctx_set_option(
				ctx, "root-hints:", options->root_hints) != 0))
		return say(result, PAL_EFORM, "--root-hints %s: %s",
			options->root_hints, strerror(errno));
	err = set_each(result, ctx, options->forward, "forward", set_forward);
	if (err == 0)
		err = set_each(result, ctx, options->stub, "stub", set_stub);
	return err != 0 ? err : set_anchor(result, ctx, options);
}

/* What the callback leaves behind. */
struct outcome {
	bool done;
	int err;
	struct ub_result *result;
};

static void
arrive(void *arg, int err, struct ub_result *result)
{
	struct outcome *outcome = arg;

	outcome->done = true;
	outcome->err = err;
	outcome->result = result;
}

/* Waits until the outcome is there, or the time is over. */
static int
await(struct ub_ctx *ctx, struct outcome *outcome, int timeout_ms)
{
	int64_t deadline = pal_monotonic_ms() + timeout_ms;

	while (!outcome->done) {
		struct pollfd wait = {.fd = ub_fd(ctx), .events = POLLIN};
		int64_t left = deadline - pal_monotonic_ms();

		if (left <= 0)
			return UB_SERVFAIL;
		if (poll(&wait, 1, (int)left) < 0 && errno != EINTR)
			return UB_SOCKET;
		if ((wait.revents & POLLIN) && ub_process(ctx) != 0)
			return UB_PIPE;
	}
	return outcome->err;
}

static int
keep(struct recurse_result *result, const struct ub_result *found)
{
	result->secure = found->secure != 0;
	result->bogus = found->bogus != 0;
	if (found->why_bogus != NULL)
		say(result, 0, "%s", found->why_bogus);
	if (found->answer_packet == NULL || found->answer_len <= 0)
		return 0;
	result->len = (size_t)found->answer_len;
	result->packet = malloc(result->len);
	if (result->packet == NULL)
		return say(result, PAL_ENOMEM, "no memory");
	memcpy(result->packet, found->answer_packet, result->len);
	return 0;
}

/* libunbound reads some options only when it begins to work. */
static int
say_refusal(struct recurse_result *result,
	const struct recurse_options *options, int err)
{
	if (err == UB_INITFAIL && given(options->trust_anchor))
		return say_anchor(result, options->trust_anchor);
	if (err == UB_INITFAIL && given(options->root_hints))
		return say(result, PAL_EFORM,
			"--root-hints %s: names no root servers",
			options->root_hints);
	if (err == UB_SERVFAIL)
		return say(result, PAL_ESYS, "no answer in %d seconds",
			options->timeout_ms / 1000);
	return say(result, PAL_ESYS, "%s", ub_strerror(err));
}

static int
resolve(struct recurse_result *result, struct ub_ctx *ctx,
	const struct recurse_options *options, const char *name, uint16_t type)
{
	struct outcome outcome = {0};
	int id = 0, err, ret;

	err = ub_resolve_async(ctx, name, type, 1, &outcome, arrive, &id);
	if (err == 0)
		err = await(ctx, &outcome, options->timeout_ms);
	if (!outcome.done)
		ub_cancel(ctx, id);
	ret = err == 0 ? keep(result, outcome.result)
	               : say_refusal(result, options, err);
	ub_resolve_free(outcome.result);
	return ret;
}

int
recurse(struct recurse_result *result, const struct recurse_options *options,
	const char *name, uint16_t type)
{
	struct ub_ctx *ctx = ub_ctx_create();
	int ret;

	*result = (struct recurse_result){0};
	if (ctx == NULL)
		return say(result, PAL_ENOMEM, "libunbound does not start");
	ret = configure(result, ctx, options);
	if (ret == 0)
		ret = resolve(result, ctx, options, name, type);
	ub_ctx_delete(ctx);
	if (ret != 0)
		recurse_fini(result);
	return ret;
}

void
recurse_fini(struct recurse_result *result)
{
	free(result->packet);
	result->packet = NULL;
	result->len = 0;
}
