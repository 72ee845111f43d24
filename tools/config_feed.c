/* The keys of one feed. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config_map.h"
#include "order_form.h"
#include "palang/error.h"
#include "text.h"
#include "timefmt.h"

#define MAX_SIZE_MAX ((uint64_t)1 << 36)
#define MAX_TIME_MAX 86400

static struct config_feed *
feed_of(const struct yaml_reader *reader)
{
	return ((struct config_place *)reader->into)->feed;
}

static int
take_authority(struct yaml_reader *reader, const struct yaml_node *value)
{
	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (!order_authority_valid(value->text))
		yaml_error(reader, value, "`%s` is no name of an authority",
			value->text);
	else
		text_copy(feed_of(reader)->authority, ORDER_AUTHORITY_MAX,
			value->text);
	return 0;
}

static int
take_source(struct yaml_reader *reader, const struct yaml_node *value)
{
	char why[SOURCE_WHY_MAX];

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (source_parse(&feed_of(reader)->source, value->text, why) != 0)
		yaml_error(reader, value, "`source: %s`: %s", value->text, why);
	return 0;
}

static int
take_format(struct yaml_reader *reader, const struct yaml_node *value)
{
	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	for (int i = 0; i < CLEAN_FORMATS; i++) {
		if (strcmp(value->text, clean_format_names[i]) == 0) {
			feed_of(reader)->format = (enum clean_format)i;
			return 0;
		}
	}
	yaml_error(reader, value,
		"`format: %s`: write auto, plain, hosts, adblock or rpz",
		value->text);
	return 0;
}

static int
take_scope(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_feed *feed = feed_of(reader);

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	feed->has_scope = true;
	if (strcmp(value->text, "exact") == 0)
		feed->scope = PAL_EXACT;
	else if (strcmp(value->text, "subtree") == 0)
		feed->scope = PAL_SUBTREE;
	else
		yaml_error(reader, value,
			"`scope: %s`: write exact, or subtree for the names "
			"with all below them",
			value->text);
	return 0;
}

static int
take_as(struct yaml_reader *reader, const struct yaml_node *value)
{
	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (strcmp(value->text, "block") != 0 &&
		strcmp(value->text, "allow") != 0)
		yaml_error(reader, value,
			"`as: %s`: write block, or allow for names that no "
			"feed may block",
			value->text);
	feed_of(reader)->allow = strcmp(value->text, "allow") == 0;
	return 0;
}

static int
take_reason(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_feed *feed = feed_of(reader);
	const char *flaw;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	flaw = order_text_flaw(value->text, CONFIG_REASON_MAX);
	if (flaw != NULL) {
		yaml_error(reader, value, "`reason` is %s (it takes %d octets)",
			flaw, CONFIG_REASON_MAX);
		return 0;
	}
	free(feed->reason);
	feed->reason = strdup(value->text);
	return feed->reason != NULL ? 0 : PAL_ENOMEM;
}

static int
take_min_names(struct yaml_reader *reader, const struct yaml_node *value)
{
	long number;

	if (config_read_number(reader, value, 0, 99999999, &number))
		feed_of(reader)->min_names = (uint64_t)number;
	return 0;
}

/* Digits at the start of text; *rest is what stands behind them. */
static bool
read_digits(const char *text, uint64_t max, uint64_t *number, const char **rest)
{
	size_t len = strspn(text, "0123456789");

	*rest = text + len;
	*number = 0;
	if (len == 0 || len > 12)
		return false;
	*number = strtoull(text, NULL, 10);
	return *number <= max;
}

static int
take_max_change(struct yaml_reader *reader, const struct yaml_node *value)
{
	uint64_t percent;
	const char *rest;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (read_digits(value->text, 1000000, &percent, &rest) &&
		strcmp(rest, "%") == 0)
		feed_of(reader)->max_change = (unsigned)percent;
	else
		yaml_error(reader, value,
			"`max-change: %s`: write a share of the list in force, "
			"as in 20%%",
			value->text);
	return 0;
}

static int
take_max_size(struct yaml_reader *reader, const struct yaml_node *value)
{
	static const char units[] = "KMG";
	const char *rest, *unit;
	uint64_t size;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (read_digits(value->text, MAX_SIZE_MAX, &size, &rest) &&
		rest[0] != '\0' && rest[1] == '\0' &&
		(unit = strchr(units, rest[0])) != NULL) {
		size <<= 10 * (unit - units + 1);
		rest++;
	}
	if (*rest == '\0' && size > 0 && size <= MAX_SIZE_MAX)
		feed_of(reader)->limits.max_size = size;
	else
		yaml_error(reader, value,
			"`max-size: %s`: write octets, as in 500M or 2G; at "
			"most 64G",
			value->text);
	return 0;
}

static int
take_max_time(struct yaml_reader *reader, const struct yaml_node *value)
{
	const char *why = NULL;
	int64_t seconds;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (duration_parse(value->text, &seconds, &why) == 0 &&
		seconds <= MAX_TIME_MAX)
		feed_of(reader)->limits.max_time = (unsigned)seconds;
	else
		yaml_error(reader, value, "`max-time: %s`: %s", value->text,
			why != NULL ? why : "at most a day");
	return 0;
}

static int
take_allow_private(struct yaml_reader *reader, const struct yaml_node *value)
{
	config_read_yes(reader, value, &feed_of(reader)->limits.allow_private);
	return 0;
}

static int
take_strict(struct yaml_reader *reader, const struct yaml_node *value)
{
	config_read_yes(reader, value, &feed_of(reader)->strict);
	return 0;
}

static int
take_tsig(struct yaml_reader *reader, const struct yaml_node *value)
{
	return config_read_path(reader, value, &feed_of(reader)->limits.tsig);
}

static int
take_ca_file(struct yaml_reader *reader, const struct yaml_node *value)
{
	return config_read_path(
		reader, value, &feed_of(reader)->limits.ca_file);
}

const struct yaml_field config_feed_fields[] = {
	{"authority", take_authority},
	{"source", take_source},
	{"format", take_format},
	{"scope", take_scope},
	{"as", take_as},
	{"reason", take_reason},
	{"answer", config_take_answer},
	{"ttl", config_take_ttl},
	{"a", config_take_a},
	{"aaaa", config_take_aaaa},
	{"text", config_take_text},
	{"min-names", take_min_names},
	{"max-change", take_max_change},
	{"strict", take_strict},
	{"max-size", take_max_size},
	{"max-time", take_max_time},
	{"allow-private", take_allow_private},
	{"tsig", take_tsig},
	{"ca-file", take_ca_file},
	{NULL, NULL},
};
