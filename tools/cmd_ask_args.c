/* The arguments of `palang ask`. */
#include "cmd_ask.h"

#include <stdlib.h>
#include <string.h>

#include "idn.h"
#include "palang/error.h"
#include "timefmt.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define TIMEOUT     5000 /* ms */

/* Meta types are no questions to a resolver. */
static bool
askable(uint16_t type)
{
	return type != 41 && (type < 249 || type > 252);
}

static int
take_argument(struct inquiry *inquiry, char *arg, int *words)
{
	char why[IDN_WHY_MAX];

	if (arg[0] == '@') {
		if (inquiry->server.text[0] != '\0')
			return cmd_fail("ask: two servers are one too many");
		if (server_parse(&inquiry->server, arg + 1) != 0)
			return cmd_fail("ask: %s: not @ADDRESS or "
					"@ADDRESS#PORT; a server is given by "
					"its address",
				arg);
		return 0;
	}
	switch ((*words)++) {
	case 0:
		if (strcmp(arg, ".") == 0)
			return pal_name_from_text(
				&inquiry->question.name, arg, 1);
		if (idn_read(&inquiry->question.name, arg, why) != 0)
			return cmd_fail("ask: %s", why);
		return 0;
	case 1:
		if (!ask_type_from_text(arg, &inquiry->question.type) ||
			!askable(inquiry->question.type))
			return cmd_fail("ask: %s: not a type like A, AAAA, "
					"HTTPS or TYPE65",
				arg);
		return 0;
	default:
		return cmd_fail("ask: %s: one name and one type, please", arg);
	}
}

int
ask_take_arguments(struct inquiry *inquiry, const struct cmd_call *call)
{
	int words = 0, err;

	inquiry->question.type = PAL_TYPE_A;
	for (int i = 0; i < call->count; i++) {
		err = take_argument(inquiry, call->args[i], &words);
		if (err != 0)
			return err;
	}
	if (words == 0)
		return cmd_fail("ask: which name?");
	pal_name_to_text(inquiry->name, &inquiry->question.name);
	ask_type_to_text(inquiry->type, inquiry->question.type);
	if (inquiry->server.text[0] != '\0')
		return 0;
	if (server_from_resolv_conf(&inquiry->server, RESOLV_CONF) == 0)
		return 0;
	return cmd_fail("ask: " RESOLV_CONF " names no server; give one as "
			"@ADDRESS");
}

/* The option code of structured errors: given, or configured. */
int
ask_take_sde(struct question *question, const char *value,
	const struct config *config)
{
	char *end;
	unsigned long code;

	if (value == NULL)
		return 0;
	if (value[0] == '\0' && config != NULL &&
		config->settings.sde_code != 0) {
		question->sde_code = config->settings.sde_code;
		return 0;
	}
	if (value[0] == '\0')
		return cmd_fail("ask: --sde: the configuration has no option "
				"code; give one as --sde=CODE");
	code = strtoul(value, &end, 10);
	if (*end != '\0' || code < 1 || code > 65535)
		return cmd_fail(
			"ask: --sde=%s: not a code from 1 to 65535", value);
	question->sde_code = (uint16_t)code;
	return 0;
}

int
ask_take_timeout(int *timeout_ms, const char *value)
{
	const char *why;
	int64_t seconds;

	*timeout_ms = TIMEOUT;
	if (value == NULL)
		return 0;
	if (duration_parse(value, &seconds, &why) != 0)
		return cmd_fail("ask: --timeout %s: %s", value, why);
	*timeout_ms = (int)(seconds < 3600 ? seconds : 3600) * 1000;
	return 0;
}
