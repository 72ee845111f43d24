#include "cmd_template.h"

#include <string.h>
#include <time.h>

#include "commands.h"
#include "order_form.h"

static const char head[] =
	"# An order, to be edited: write your own wherever it says edit-me.  "
	"Lines\n"
	"# that begin with # and a key are optional: take the # away to use "
	"them.\n"
	"# palang-order(5) explains each key; `palang check FILE` tells what "
	"this\n"
	"# order would do, once it is edited.\n"
	"palang-order: 1\n"
	"\n"
	"# Who gives the order, and the number under which it is filed.  The\n"
	"# number is never used again: another order gets another one.\n"
	"authority: %s\n"
	"id: %.4s" ORDER_EDIT_ME_ID "%s\n"
	"#reference: \"the letter's own number, as free text\"\n"
	"\n";

static const char times[] =
	"\n"
	"# Times are RFC 3339, always with a zone: Z, +07:00 and so on.\n"
	"issued: %s\n"
	"#effective: %s    # begins then; else when issued\n"
	"#expires: 2038-01-01T00:00:00Z    # ends then; else never\n";

static const char block[] = "action: block\n"
			    "#replaces: %.4s" ORDER_EDIT_ME_ID
			    "0    # ends that order when this one begins\n";

static const char block_times[] =
	"#review: 2037-01-01T00:00:00Z     # is shown as due from then on\n";

static const char terms[] =
	"#comply-within: 24h    # from receipt, as 30m 24h 2d; or comply-by\n"
	"\n"
	"# What people may read about it.\n"
	"#legal-basis: \"the law and its article\"\n"
	"#reason:\n"
	"#  en: \"why, in one line\"\n"
	"#  id: \"mengapa, dalam satu baris\"\n"
	"#contact: [\"mailto:desk@example.org\"]    # up to 3, or tel:\n"
	"\n";

static const char block_body[] =
	"# sinkhole, nodata, nxdomain or refused; else as the resolver is set "
	"up.\n"
	"#answer: sinkhole\n"
	"\n"
	"# The scope of the names below that give none:\n"
	"# exact is the name alone: example.org, not www.example.org;\n"
	"# subtree is the name and all below it.\n"
	"scope: exact\n"
	"targets:\n"
	"  - " ORDER_EDIT_ME_NAME "\n"
	"  - www." ORDER_EDIT_ME_NAME "\n"
	"  - name: all." ORDER_EDIT_ME_NAME "\n"
	"    scope: subtree\n"
	"    except: [but.all." ORDER_EDIT_ME_NAME
	"]    # open, with all below "
	"it\n";

static const char lift[] =
	"# The order that is opened.  AUTHORITY:ID for an order of another\n"
	"# authority, which needs the operator's consent (acts-for).\n"
	"action: lift\n"
	"lifts: %.4s" ORDER_EDIT_ME_ID "1\n";

static const char lift_body[] =
	"# The names that are opened; without `targets` it is the whole "
	"order.\n"
	"#targets:\n"
	"#  - " ORDER_EDIT_ME_NAME "\n";

static void
write_block(FILE *out, const char *authority, const char *now)
{
	fprintf(out, head, authority, now, "1");
	fprintf(out, block, now);
	fprintf(out, times, now, now);
	fputs(block_times, out);
	fputs(terms, out);
	fputs(block_body, out);
}

static void
write_lift(FILE *out, const char *authority, const char *now)
{
	fprintf(out, head, authority, now, "2");
	fprintf(out, lift, now);
	fprintf(out, times, now, now);
	fputs(terms, out);
	fputs(lift_body, out);
}

void
template_write(FILE *out, enum order_action action, const char *authority,
	const char *now)
{
	if (action == ORDER_LIFT)
		write_lift(out, authority, now);
	else
		write_block(out, authority, now);
}

/* In the zone of whoever writes the order: 2017-07-14T09:00:00+07:00. */
static bool
local_now(char *text, size_t size)
{
	time_t now = time(NULL);
	char whole[32];
	struct tm tm;
	size_t len;

	if (localtime_r(&now, &tm) == NULL)
		return false;
	len = strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S%z", &tm);
	if (len < 24 || len + 2 > size)
		return false;
	/* RFC 3339 wants a colon in the offset */
	snprintf(text, size, "%.22s:%.2s", whole, whole + 22);
	return true;
}

static int
run(const struct cmd_call *call)
{
	const char *authority = cmd_option(call, "authority");
	enum order_action action;
	char now[32];

	if (strcmp(call->args[0], "block") == 0)
		action = ORDER_BLOCK;
	else if (strcmp(call->args[0], "lift") == 0)
		action = ORDER_LIFT;
	else
		return cmd_fail("there is no template `%s`; write block or "
				"lift",
			call->args[0]);
	if (authority == NULL)
		authority = ORDER_EDIT_ME;
	if (!order_authority_valid(authority))
		return cmd_fail("`%s` is no authority; write 1 to 24 small "
				"letters, digits and hyphens",
			authority);
	if (!local_now(now, sizeof now))
		return cmd_fail("the clock gives no time");
	template_write(stdout, action, authority, now);
	return EXIT_DONE;
}

static const struct cmd_option options[] = {
	{"authority", 'a', "NAME", "who gives the order; else to be written"},
	{NULL, 0, NULL, NULL},
};

const struct cmd cmd_template = {
	.name = "template",
	.args = "block|lift",
	.summary = "print an order to be filled in",
	.detail =
		"Prints an order with all its keys, each with a comment.  "
		"What you have to write says edit-me, and is refused as "
		"it stands; what is optional is commented out.  Write it to a file, edit it, and let "
		"`palang check` read it.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
