/*
 * Fuzz target: what people write as a name is refused with a reason, or is a
 * name of letters, digits, hyphens and underscores whose text reads as the
 * same name; and each text that is one already is taken as it is.
 */
#include "util.h"

#include "exchange.h"
#include "idn.h"
#include "palang/error.h"

static void
must_be_host(const char *text)
{
	for (; *text != '\0'; text++)
		must((*text >= 'a' && *text <= 'z') || *text == '-' ||
			(*text >= '0' && *text <= '9') || *text == '_' ||
			*text == '.');
}

static void
check(const struct pal_name *name)
{
	char text[PAL_NAME_TEXT_MAX], why[IDN_WHY_MAX];
	struct pal_name again;
	bool wide;

	pal_name_to_text(text, name);
	must_be_host(text);
	must(idn_read(&again, text, why) == 0);
	must(pal_name_equal(name, &again));
	wide = idn_check_rule(name, PAL_SUBTREE, why) != 0;
	must(wide == (name->labels < 2));
	wide = idn_check_rule(name, PAL_EXACT, why) != 0;
	must(wide == (name->labels == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size), why[IDN_WHY_MAX] = "";
	struct pal_name name;
	struct server server;
	int ret = idn_read(&name, text, why);

	must(ret == 0 || ret == PAL_ENAME);
	must(ret == 0 || (why[0] != '\0' && strlen(why) < IDN_WHY_MAX));
	if (ret == 0)
		check(&name);
	/* an address is no name, and reads again as it is shown */
	if (server_parse(&server, text) == 0) {
		struct server again;

		must(server_parse(&again, server.text) == 0);
		must(strcmp(server.text, again.text) == 0);
	}
	free(text);
	return 0;
}
