#include <inttypes.h>
#include <string.h>

#include "clean.h"
#include "json.h"

const char *const clean_reason_texts[CLEAN_REASONS] = {
	[CLEAN_ADDRESS] = "IP addresses",
	[CLEAN_URL_PATH] = "URLs of one page",
	[CLEAN_PORT] = "names with a port",
	[CLEAN_BAD_NAME] = "not a name",
	[CLEAN_UNKNOWN_TLD] = "no such top-level domain",
	[CLEAN_SUFFIX] = "public suffixes, or wider",
	[CLEAN_PROTECTED] = "protected names, or above one",
	[CLEAN_LONG_LINE] = "lines too long",
	[CLEAN_NUL] = "NUL octets",
	[CLEAN_LOCAL] = "localhost and its kin",
	[CLEAN_REAL_ADDRESS] = "led to a real address",
	[CLEAN_OPTIONS] = "rules for some requests only",
	[CLEAN_NOT_A_NAME] = "rules that are not for a name",
	[CLEAN_TRIGGER] = "triggers that are not names asked",
	[CLEAN_TCP_ONLY] = "rpz-tcp-only",
	[CLEAN_DUPLICATE] = "given before",
	[CLEAN_COVERED] = "covered by a parent",
	[CLEAN_NEEDLESS] = "exceptions to nothing",
	[CLEAN_URL] = "URLs of a whole host",
	[CLEAN_U_LABEL] = "converted to A-labels",
	[CLEAN_UPPER] = "upper case",
	[CLEAN_DOT] = "trailing dot",
	[CLEAN_WILDCARD] = "wildcards",
	[CLEAN_BOM] = "byte order mark",
	[CLEAN_CRLF] = "lines that end in CR LF",
	[CLEAN_COMMENT] = "comments behind a name",
	[CLEAN_BOTH] = "blocked and left open: left open",
};

const char *const clean_reason_keys[CLEAN_REASONS] = {
	[CLEAN_ADDRESS] = "ip-address",
	[CLEAN_URL_PATH] = "url-with-path",
	[CLEAN_PORT] = "port",
	[CLEAN_BAD_NAME] = "bad-name",
	[CLEAN_UNKNOWN_TLD] = "unknown-tld",
	[CLEAN_SUFFIX] = "public-suffix",
	[CLEAN_PROTECTED] = "protected",
	[CLEAN_LONG_LINE] = "long-line",
	[CLEAN_NUL] = "nul",
	[CLEAN_LOCAL] = "localhost",
	[CLEAN_REAL_ADDRESS] = "real-address",
	[CLEAN_OPTIONS] = "adblock-options",
	[CLEAN_NOT_A_NAME] = "adblock-pattern",
	[CLEAN_TRIGGER] = "rpz-trigger",
	[CLEAN_TCP_ONLY] = "rpz-tcp-only",
	[CLEAN_DUPLICATE] = "duplicate",
	[CLEAN_COVERED] = "covered",
	[CLEAN_NEEDLESS] = "needless-exception",
	[CLEAN_URL] = "url",
	[CLEAN_U_LABEL] = "u-label",
	[CLEAN_UPPER] = "upper-case",
	[CLEAN_DOT] = "trailing-dot",
	[CLEAN_WILDCARD] = "wildcard",
	[CLEAN_BOM] = "byte-order-mark",
	[CLEAN_CRLF] = "crlf",
	[CLEAN_COMMENT] = "comment",
	[CLEAN_BOTH] = "blocked-and-open",
};

const char *const clean_rpz_action_names[RPZ_ACTIONS] = {
	"nxdomain", "nodata", "drop", "passthru", "local-data"};

static uint64_t
left_out(const struct clean_report *report)
{
	uint64_t sum = 0;

	for (int i = 0; i < CLEAN_FIRST_TOLD; i++)
		sum += report->reasons[i].count;
	return sum;
}

bool
clean_is_dirty(const struct clean_report *report)
{
	for (int i = 0; i < CLEAN_REASONS; i++) {
		if (report->reasons[i].count > 0)
			return true;
	}
	return false;
}

static void
print_reasons(FILE *out, const struct clean_report *report, int from, int to,
	const char *title)
{
	bool titled = false;

	for (int i = from; i < to; i++) {
		const struct clean_count *count = &report->reasons[i];

		if (count->count == 0)
			continue;
		if (!titled)
			fprintf(out, "%s\n", title);
		titled = true;
		fprintf(out, "%12" PRIu64 "  %s", count->count,
			clean_reason_texts[i]);
		for (int n = 0; n < CLEAN_LINES_KEPT && count->lines[n] > 0;
			n++)
			fprintf(out, "%s%" PRIu64,
				n > 0              ? ", "
				: count->count > 1 ? ": lines "
						   : ": line ",
				count->lines[n]);
		if (count->lines[0] > 0 && count->count > CLEAN_LINES_KEPT)
			fputs(", ...", out);
		fputc('\n', out);
	}
}

static void
print_rpz(FILE *out, const struct clean_report *report)
{
	bool any = false;

	for (int i = 0; i < RPZ_ACTIONS; i++) {
		if (report->rpz[i] == 0)
			continue;
		fprintf(out, "%s%s %" PRIu64, any ? ", " : "the zone asks for ",
			clean_rpz_action_names[i], report->rpz[i]);
		any = true;
	}
	if (any)
		fputc('\n', out);
}

const char *
clean_refusal(const struct clean_report *report, bool allow)
{
	if (report->rules != report->exceptions || report->zone)
		return NULL;
	return allow ? "there is no name in it that could be allowed"
	             : "there is no name in it that could be blocked";
}

#define BELOW_TEXT_MAX (PAL_NAME_TEXT_MAX + 2)

static char *
below_text(char text[BELOW_TEXT_MAX], const struct clean_report *report,
	uint64_t i)
{
	memcpy(text, "*.", 2);
	pal_name_to_text(text + (report->below_only[i] ? 2 : 0),
		&report->below_names[i]);
	return text;
}

static void
print_below(FILE *out, const struct clean_report *report)
{
	char text[BELOW_TEXT_MAX];

	if (report->below_protected == 0)
		return;
	fprintf(out, "warning: %" PRIu64 " below a protected name, taken: ",
		report->below_protected);
	for (uint64_t i = 0;
		i < report->below_protected && i < CLEAN_LINES_KEPT; i++)
		fprintf(out, "%s%s", i > 0 ? ", " : "",
			below_text(text, report, i));
	fputs(report->below_protected > CLEAN_LINES_KEPT ? ", ...\n" : "\n",
		out);
}

static void
put_below(struct json_writer *json, const struct clean_report *report)
{
	char text[BELOW_TEXT_MAX];

	json_put_object(json, "below-protected");
	json_put_int(json, "count", (int64_t)report->below_protected);
	json_put_array(json, "names");
	for (uint64_t i = 0;
		i < report->below_protected && i < CLEAN_LINES_KEPT; i++)
		json_put_text(json, NULL, below_text(text, report, i));
	json_end(json);
	json_end(json);
}

void
clean_print(FILE *out, const struct clean_report *report)
{
	fprintf(out,
		"format %s, names given plainly stand for %s\n"
		"%12" PRIu64 "  lines\n"
		"%12" PRIu64 "  names on them\n"
		"%12" PRIu64 "  rules",
		clean_format_names[report->format],
		report->scope == PAL_SUBTREE ? "themselves and all below"
					     : "themselves alone",
		report->lines, report->names, report->rules);
	if (report->exceptions > 0)
		fprintf(out, ", %" PRIu64 " of them exceptions",
			report->exceptions);
	if (report->implied > 0)
		fprintf(out,
			" (%" PRIu64 " that wildcards leave open themselves)",
			report->implied);
	fputc('\n', out);
	if (report->merged > 0)
		fprintf(out,
			"%12" PRIu64 "  wildcards that made one rule with "
			"their name\n",
			report->merged);
	fprintf(out, "%12" PRIu64 "  left out\n", left_out(report));
	print_rpz(out, report);
	print_reasons(out, report, 0, CLEAN_FIRST_TOLD, "left out:");
	print_reasons(out, report, CLEAN_FIRST_TOLD, CLEAN_REASONS,
		"taken, not quite as written:");
	print_below(out, report);
}

static void
put_count(struct json_writer *json, const char *key,
	const struct clean_count *count)
{
	json_put_object(json, key);
	json_put_int(json, "count", (int64_t)count->count);
	json_put_array(json, "lines");
	for (int n = 0; n < CLEAN_LINES_KEPT && count->lines[n] > 0; n++)
		json_put_int(json, NULL, (int64_t)count->lines[n]);
	json_end(json);
	json_end(json);
}

static void
put_reasons(struct json_writer *json, const char *key,
	const struct clean_report *report, int from, int to)
{
	json_put_object(json, key);
	for (int i = from; i < to; i++) {
		if (report->reasons[i].count > 0)
			put_count(json, clean_reason_keys[i],
				&report->reasons[i]);
	}
	json_end(json);
}

void
clean_put_json(struct json_writer *json, const struct clean_report *report)
{
	json_put_text(json, "format", clean_format_names[report->format]);
	json_put_text(json, "scope",
		report->scope == PAL_SUBTREE ? "subtree" : "exact");
	json_put_int(json, "octets", (int64_t)report->octets);
	json_put_int(json, "lines", (int64_t)report->lines);
	json_put_int(json, "names", (int64_t)report->names);
	json_put_int(json, "rules", (int64_t)report->rules);
	json_put_int(json, "exceptions", (int64_t)report->exceptions);
	json_put_int(json, "implied", (int64_t)report->implied);
	json_put_int(json, "merged", (int64_t)report->merged);
	json_put_int(json, "left-out", (int64_t)left_out(report));
	put_reasons(json, "reasons", report, 0, CLEAN_FIRST_TOLD);
	put_reasons(json, "mended", report, CLEAN_FIRST_TOLD, CLEAN_REASONS);
	if (report->below_protected > 0)
		put_below(json, report);
	json_put_object(json, "rpz");
	for (int i = 0; i < RPZ_ACTIONS; i++) {
		if (report->rpz[i] > 0)
			json_put_int(json, clean_rpz_action_names[i],
				(int64_t)report->rpz[i]);
	}
	json_end(json);
}
