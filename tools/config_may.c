/* The keys of palang.yaml that say what an authority may do, and what orders
 * are held against. */
#include <stdlib.h>
#include <string.h>

#include "config_map.h"
#include "palang/error.h"

static struct config_may *
may_of(const struct yaml_reader *reader)
{
	return &((struct config_place *)reader->into)->authority->may;
}

static struct config_guards *
guards_of(const struct yaml_reader *reader)
{
	return &((struct config_place *)reader->into)->config->guards;
}

/* ---- may ---- */

static bool
read_action(unsigned *bit, const char *text)
{
	*bit = strcmp(text, "lift") == 0 ? ORDER_LIFT : ORDER_BLOCK;
	return *bit == ORDER_LIFT || strcmp(text, "block") == 0;
}

static bool
read_scope(unsigned *bit, const char *text)
{
	enum pal_scope scope;
	bool found = order_scope_read(&scope, text);

	*bit = (unsigned)scope;
	return found;
}

static bool
read_answer(unsigned *bit, const char *text)
{
	enum pal_answer answer;
	bool found = order_answer_read(&answer, text);

	*bit = (unsigned)answer;
	return found;
}

/* A list of words, each a bit; an empty one would leave nothing. */
static void
take_words(struct yaml_reader *reader, const struct yaml_node *value,
	bool (*read)(unsigned *, const char *), const char *words,
	unsigned *bits)
{
	const struct yaml_node *entry;
	unsigned bit;

	if (!yaml_expect(reader, value, YAML_LIST))
		return;
	if (value->count == 0)
		yaml_error(reader, value,
			"`%s` is empty; leave it out where there is no limit",
			value->key->text);
	for (entry = value->first; entry != NULL; entry = entry->next) {
		if (!yaml_expect(reader, entry, YAML_TEXT))
			continue;
		if (read(&bit, entry->text))
			*bits |= 1u << bit;
		else
			yaml_error(reader, entry, "`%s`: write %s", entry->text,
				words);
	}
}

static int
take_actions(struct yaml_reader *reader, const struct yaml_node *value)
{
	take_words(reader, value, read_action, "block or lift",
		&may_of(reader)->actions);
	return 0;
}

static int
take_scopes(struct yaml_reader *reader, const struct yaml_node *value)
{
	take_words(reader, value, read_scope, "exact or subtree",
		&may_of(reader)->scopes);
	return 0;
}

static int
take_answers(struct yaml_reader *reader, const struct yaml_node *value)
{
	take_words(reader, value, read_answer,
		"sinkhole, nodata, nxdomain or refused",
		&may_of(reader)->answers);
	return 0;
}

static void
take_count(struct yaml_reader *reader, const struct yaml_node *value,
	uint32_t *count)
{
	long number;

	if (config_read_number(reader, value, 1, 99999999, &number))
		*count = (uint32_t)number;
}

static int
take_targets(struct yaml_reader *reader, const struct yaml_node *value)
{
	take_count(reader, value, &may_of(reader)->targets_per_order);
	return 0;
}

static int
take_names(struct yaml_reader *reader, const struct yaml_node *value)
{
	take_count(reader, value, &may_of(reader)->names_in_force);
	return 0;
}

static int
take_usual(struct yaml_reader *reader, const struct yaml_node *value)
{
	take_count(reader, value, &may_of(reader)->usual_targets);
	return 0;
}

int
config_take_may(struct yaml_reader *reader, const struct yaml_node *value)
{
	static const struct yaml_field fields[] = {{"actions", take_actions},
		{"scopes", take_scopes}, {"answers", take_answers},
		{"targets-per-order", take_targets},
		{"names-in-force", take_names}, {"usual-targets", take_usual},
		{NULL, NULL}};

	if (!yaml_expect(reader, value, YAML_MAP))
		return 0;
	return yaml_take(reader, value, fields, NULL);
}

/* ---- guards ---- */

static int
take_popular(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_guards *guards = guards_of(reader);

	guards->popular_off =
		value->kind == YAML_TEXT && strcmp(value->text, "no") == 0;
	if (guards->popular_off)
		return 0;
	return config_read_path(reader, value, &guards->popular);
}

static int
take_popular_first(struct yaml_reader *reader, const struct yaml_node *value)
{
	take_count(reader, value, &guards_of(reader)->popular_first);
	return 0;
}

static int
take_protected(struct yaml_reader *reader, const struct yaml_node *value)
{
	return config_read_path(reader, value, &guards_of(reader)->protected);
}

static int
take_shipped(struct yaml_reader *reader, const struct yaml_node *value)
{
	config_read_yes(reader, value, &guards_of(reader)->protected_shipped);
	return 0;
}

static int
take_unbound(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_guards *guards = guards_of(reader);

	guards->unbound_off =
		value->kind == YAML_TEXT && strcmp(value->text, "no") == 0;
	if (guards->unbound_off)
		return 0;
	return config_read_path(reader, value, &guards->unbound);
}

int
config_take_guards(struct yaml_reader *reader, const struct yaml_node *value)
{
	static const struct yaml_field fields[] = {{"popular", take_popular},
		{"popular-first", take_popular_first},
		{"protected", take_protected},
		{"protected-shipped", take_shipped}, {"unbound", take_unbound},
		{NULL, NULL}};

	if (!yaml_expect(reader, value, YAML_MAP))
		return 0;
	return yaml_take(reader, value, fields, NULL);
}

void
config_guards_fini(struct config_guards *guards)
{
	free((char *)(uintptr_t)guards->popular);
	free((char *)(uintptr_t)guards->protected);
	free((char *)(uintptr_t)guards->unbound);
}
