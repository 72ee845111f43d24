/*
 * Fuzz target: a zone file is refused, saying where; or the rules made of it,
 * written as the plainest zone there is, make the very same rules again.
 */
#include "util.h"

#include "clean.h"
#include "palang/error.h"
#include "psl.h"

static int
clean(int in, int *out, const char *origin, struct clean_report *report)
{
	static struct suffixes *suffixes;
	struct clean_options options = {
		.format = CLEAN_RPZ, .file = "f", .origin = origin};
	struct problems problems = {0};
	int ret;

	if (suffixes == NULL)
		must(suffixes_open(&suffixes) == 0);
	options.suffixes = suffixes;
	*out = file_of((const uint8_t *)"", 0);
	ret = clean_run(in, *out, &options, report, &problems);
	must(ret == 0 || (ret == PAL_EFORM && problems.errors > 0));
	must_be_told(&problems);
	problems_fini(&problems);
	close(in);
	return ret;
}

/* Of a subtree what lies below its name alone. */
static void
write_rule(FILE *out, const struct names_rule *rule)
{
	char text[PAL_NAME_TEXT_MAX];
	struct pal_name name;

	names_name(&name, rule->key, rule->len);
	pal_name_to_text(text, &name);
	fprintf(out, "%s%s CNAME %s\n", rule->scope == PAL_SUBTREE ? "*." : "",
		text, rule->open ? "rpz-passthru." : ".");
}

/* The rules as a zone.  A subtree comes before the rule that its name may have
 * for itself; where there is none, the name goes with it. */
static char *
write_zone(int names, size_t *len)
{
	struct names_rule rule, own = {0};
	uint8_t key[NAMES_KEY_MAX];
	struct names_reader *reader;
	char *text = NULL;
	FILE *out = open_memstream(&text, len);
	int ret;

	must(out != NULL);
	must(names_read_begin(&reader, names) == 0);
	fputs("$ORIGIN z.\n$TTL 60\n@ SOA l. r. 1 2 3 4 5\n", out);
	while ((ret = names_read(reader, &rule)) == 0) {
		if (own.key != NULL && names_cmp(&own, &rule) != 0)
			write_rule(out, &own);
		write_rule(out, &rule);
		own = rule;
		own.key = rule.scope == PAL_SUBTREE ? key : NULL;
		own.scope = PAL_EXACT;
		memcpy(key, rule.key, rule.len);
	}
	must(ret == 1);
	if (own.key != NULL)
		write_rule(out, &own);
	names_read_end(reader);
	fclose(out);
	return text;
}

/* A name close to 255 octets has no place in a zone. */
static bool
has_long_names(int names)
{
	struct names_reader *reader;
	struct names_rule rule;
	bool found = false;

	must(names_read_begin(&reader, names) == 0);
	while (names_read(reader, &rule) == 0)
		found |= rule.len > NAMES_KEY_MAX - 8;
	names_read_end(reader);
	return found;
}

static void
must_be_same(int a, int b)
{
	struct names_diff diff = {0};

	must(names_compare(a, b, &diff) == 0);
	must(diff.added == 0 && diff.removed == 0);
}

static void
check_report(const struct clean_report *report)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	must(out != NULL);
	clean_print(out, report);
	fclose(out);
	must_be_screen(text, len);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct clean_report report;
	int first, second = -1;
	size_t len;
	char *zone;

	if (clean(file_of(data, size), &first, NULL, &report) == 0 &&
		!has_long_names(first)) {
		check_report(&report);
		zone = write_zone(first, &len);
		must(clean(file_of((const uint8_t *)zone, len), &second, NULL,
			     &report) == 0);
		must_be_same(first, second);
		free(zone);
	}
	close(first);
	if (second >= 0)
		close(second);
	return 0;
}
