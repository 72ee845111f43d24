/* The keys of palang.yaml that name feeds; and feeds as `feed add` records
 * them, which are read by the same. */
#include <stdlib.h>
#include <string.h>

#include "config_map.h"
#include "idn.h"
#include "palang/error.h"
#include "text.h"

#define DEFINITION_MAX 16384 /* octets of a recorded feed */
#define PROTECTED_MAX  100000

void
config_feed_fini(struct config_feed *feed)
{
	free((char *)(uintptr_t)feed->limits.tsig);
	free((char *)(uintptr_t)feed->limits.ca_file);
	free(feed->reason);
	memset(feed, 0, sizeof *feed);
}

bool
config_feed_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < PAL_LIST_NAME_MAX && name[0] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len &&
	       strcmp(name, "orders") != 0 && strcmp(name, "allow") != 0;
}

/* Room for more feeds, and the first of them. */
static struct config_feed *
make_room(struct config *config, size_t more)
{
	struct config_feed *feeds = realloc(
		config->feeds, (config->feed_count + more) * sizeof *feeds);

	if (feeds == NULL)
		return NULL;
	config->feeds = feeds;
	return &feeds[config->feed_count];
}

static void
set_defaults(struct config_feed *feed, const char *name)
{
	memset(feed, 0, sizeof *feed);
	text_copy(feed->name, sizeof feed->name, name);
	strcpy(feed->authority, "operator");
	feed->max_change = CONFIG_MAX_CHANGE;
	feed->limits.max_size = SOURCE_MAX_SIZE;
	feed->limits.max_time = SOURCE_MAX_TIME;
}

/* Reads a feed into the room behind the others. */
static int
take_feed(struct yaml_reader *reader, const struct yaml_node *value,
	const char *name, struct config *config)
{
	struct config_feed *feed = &config->feeds[config->feed_count];
	struct config_place *outer = reader->into;
	struct config_place inner = {
		.config = config, .answer = &feed->answer, .feed = feed};
	int ret;

	set_defaults(feed, name);
	config->feed_count++;
	reader->into = &inner;
	ret = yaml_take(reader, value, config_feed_fields, NULL);
	reader->into = outer;
	if (yaml_get(value, "source") == NULL)
		yaml_error(reader, value->key != NULL ? value->key : value,
			"`%s` needs `source`: a file, https://..., or "
			"axfr://SERVER/ZONE",
			name);
	return ret;
}

int
config_take_feeds(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config *config = ((struct config_place *)reader->into)->config;
	const struct yaml_node *entry;
	int ret = 0;

	if (!yaml_expect(reader, value, YAML_MAP))
		return 0;
	if (value->count > PAL_FEEDS_MAX) {
		yaml_error(reader, value, "%zu feeds; at most %d fit",
			value->count, PAL_FEEDS_MAX);
		return 0;
	}
	if (value->count > 0 && make_room(config, value->count) == NULL)
		return PAL_ENOMEM;
	for (entry = value->first; ret == 0 && entry != NULL;
		entry = entry->next) {
		if (!config_feed_name_valid(entry->key->text))
			yaml_error(reader, entry->key,
				"`%s` is no name of a feed; write 1 to 32 "
				"small letters, digits and hyphens, no hyphen "
				"first, but not orders or allow",
				entry->key->text);
		else if (yaml_expect(reader, entry, YAML_MAP))
			ret = take_feed(
				reader, entry, entry->key->text, config);
	}
	return ret;
}

static int
by_name(const void *a, const void *b)
{
	return pal_name_cmp(a, b);
}

int
config_take_protected(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config *config = ((struct config_place *)reader->into)->config;
	const struct yaml_node *entry;
	char why[IDN_WHY_MAX];

	if (!yaml_expect(reader, value, YAML_LIST))
		return 0;
	if (value->count > PROTECTED_MAX) {
		yaml_error(reader, value, "more than %d protected names",
			PROTECTED_MAX);
		return 0;
	}
	config->protected = calloc(value->count + 1, sizeof *config->protected);
	if (config->protected == NULL)
		return PAL_ENOMEM;
	for (entry = value->first; entry != NULL; entry = entry->next) {
		if (!yaml_expect(reader, entry, YAML_TEXT))
			continue;
		if (idn_read(&config->protected[config->protected_count],
			    entry -> text, why) != 0)
			yaml_error(reader, entry, "`%s`: %s", entry->text, why);
		else
			config->protected_count++;
	}
	qsort(config->protected, config->protected_count,
		sizeof *config->protected, by_name);
	return 0;
}

void
config_check_feeds(struct config *config, struct problems *problems)
{
	for (size_t i = 0; i < config->feed_count; i++) {
		const struct config_feed *feed = &config->feeds[i];

		if (config_find(config, feed->authority) == NULL)
			problem_error(problems, config->file, 0, 0,
				"feed `%s` is of `%s`, which is no authority "
				"here; add it under `authorities:`",
				feed->name, feed->authority);
	}
}

const struct config_feed *
config_find_feed(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->feed_count; i++) {
		if (strcmp(config->feeds[i].name, name) == 0)
			return &config->feeds[i];
	}
	return NULL;
}

/* ---- recorded feeds ---- */

static int
read_definition(struct config *config, const char *name, const char *text,
	const char *file, struct problems *problems)
{
	struct config_place place = {.config = config};
	struct yaml_reader reader = {file, problems, &place};
	struct yaml_stream stream;
	int ret = yaml_read(
		&stream, file, text, strlen(text), DEFINITION_MAX, problems);

	if (ret != 0)
		return ret;
	if (stream.count != 1 || stream.documents[0]->kind != YAML_MAP)
		problem_error(problems, file, 0, 0,
			"a feed is made of lines `key: value`");
	else
		ret = take_feed(&reader, stream.documents[0], name, config);
	yaml_fini(&stream);
	return ret;
}

int
config_add_feed(struct config *config, const char *name, const char *text,
	const char *file, struct problems *problems)
{
	size_t errors = problems->errors, count = config->feed_count;
	int ret;

	if (config_find_feed(config, name) != NULL)
		return PAL_EDUP;
	if (config->feed_count >= PAL_FEEDS_MAX)
		return PAL_ELIMIT;
	if (!config_feed_name_valid(name) || make_room(config, 1) == NULL)
		return PAL_ENOMEM;
	ret = read_definition(config, name, text, file, problems);
	if (ret == 0 && problems->errors > errors)
		ret = PAL_EFORM;
	if (config->feed_count == count)
		return ret;
	config->feeds[count].added = true;
	if (ret != 0) {
		config_feed_fini(&config->feeds[count]);
		config->feed_count = count;
	}
	return ret;
}

void
config_drop_feed(struct config *config, const char *name)
{
	size_t at = 0;

	while (at < config->feed_count &&
		strcmp(config->feeds[at].name, name) != 0)
		at++;
	if (at == config->feed_count)
		return;
	config_feed_fini(&config->feeds[at]);
	memmove(&config->feeds[at], &config->feeds[at + 1],
		(--config->feed_count - at) * sizeof *config->feeds);
}
