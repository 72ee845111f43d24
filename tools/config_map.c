/* The keys of palang.yaml that say what is answered, and for whom. */
#include "config_map.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "order_form.h"
#include "palang/error.h"
#include "text.h"

#define OPERATOR "operator"

static struct config_answer *
answer_of(const struct yaml_reader *reader)
{
	return ((struct config_place *)reader->into)->answer;
}

static struct config_authority *
authority_of(const struct yaml_reader *reader)
{
	return ((struct config_place *)reader->into)->authority;
}

int
config_take_answer(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_answer *answer = answer_of(reader);

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	answer->has_answer = order_answer_read(&answer->answer, value->text);
	if (!answer->has_answer)
		yaml_error(reader, value,
			"`%s` is no answer; write sinkhole, nodata, nxdomain "
			"or refused",
			value->text);
	return 0;
}

int
config_take_ttl(struct yaml_reader *reader, const struct yaml_node *value)
{
	long ttl;

	if (config_read_number(reader, value, 1, 3600, &ttl)) {
		answer_of(reader)->has_ttl = true;
		answer_of(reader)->ttl = (uint32_t)ttl;
	}
	return 0;
}

int
config_take_a(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_answer *answer = answer_of(reader);

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	answer->has_a = inet_pton(AF_INET, value->text, answer->a) == 1;
	if (!answer->has_a)
		yaml_error(reader, value,
			"`a: %s`: write an IPv4 address, as in 192.0.2.1",
			value->text);
	return 0;
}

int
config_take_aaaa(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_answer *answer = answer_of(reader);

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	answer->has_aaaa = inet_pton(AF_INET6, value->text, answer->aaaa) == 1;
	if (!answer->has_aaaa)
		yaml_error(reader, value,
			"`aaaa: %s`: write an IPv6 address, as in 2001:db8::1",
			value->text);
	return 0;
}

int
config_take_text(struct yaml_reader *reader, const struct yaml_node *value)
{
	const char *flaw;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	flaw = order_text_flaw(value->text, CONFIG_TEXT_MAX);
	if (flaw != NULL)
		yaml_error(reader, value, "`text` is %s (it takes %d octets)",
			flaw, CONFIG_TEXT_MAX);
	else
		text_copy(answer_of(reader)->text, CONFIG_TEXT_MAX + 1,
			value->text);
	return 0;
}

static int
take_kind(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_authority *authority = authority_of(reader);

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (strcmp(value->text, "external") == 0)
		authority->kind = PAL_EXTERNAL;
	else if (strcmp(value->text, "own") == 0)
		authority->kind = PAL_OWN;
	else
		yaml_error(reader, value,
			"`kind: %s`: write external, or own for yourself",
			value->text);
	return 0;
}

static int
take_signature(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_authority *authority = authority_of(reader);

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (strcmp(value->text, "required") == 0)
		authority->signature = SIGNATURE_REQUIRED;
	else if (strcmp(value->text, "transcribed") == 0)
		authority->signature = SIGNATURE_TRANSCRIBED;
	else
		yaml_error(reader, value,
			"`signature: %s`: write required, or transcribed for "
			"letters that you type in yourself",
			value->text);
	return 0;
}

static int
take_title(struct yaml_reader *reader, const struct yaml_node *value)
{
	const char *flaw;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	flaw = order_text_flaw(value->text, CONFIG_TITLE_MAX);
	if (flaw != NULL) {
		yaml_error(reader, value, "`title` is %s (it takes %d octets)",
			flaw, CONFIG_TITLE_MAX);
		return 0;
	}
	authority_of(reader)->title = strdup(value->text);
	return authority_of(reader)->title == NULL ? PAL_ENOMEM : 0;
}

static int
take_acts_for(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_authority *authority = authority_of(reader);
	const struct yaml_node *entry;

	if (!yaml_expect(reader, value, YAML_LIST))
		return 0;
	authority->acts_for =
		calloc(value->count + 1, sizeof *authority->acts_for);
	if (authority->acts_for == NULL)
		return PAL_ENOMEM;
	for (entry = value->first; entry != NULL; entry = entry->next) {
		if (!yaml_expect(reader, entry, YAML_TEXT))
			continue;
		if (!order_authority_valid(entry->text) ||
			strcmp(entry->text, authority->name) == 0)
			yaml_error(reader, entry,
				"`%s`: write the name of another authority",
				entry->text);
		else
			text_copy(
				authority
					->acts_for[authority->acts_for_count++],
				ORDER_AUTHORITY_MAX, entry->text);
	}
	return 0;
}

static int
take_contact(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_authority *authority = authority_of(reader);
	const struct yaml_node *entry;

	if (!yaml_expect(reader, value, YAML_LIST))
		return 0;
	if (value->count > ORDER_CONTACTS_MAX) {
		yaml_error(
			reader, value, "more than 3 contacts; leave some out");
		return 0;
	}
	for (entry = value->first; entry != NULL; entry = entry->next) {
		const char *flaw;
		char *copy;

		if (!yaml_expect(reader, entry, YAML_TEXT))
			continue;
		flaw = order_contact_flaw(entry->text);
		if (flaw != NULL) {
			yaml_error(
				reader, entry, "`%s` is %s", entry->text, flaw);
			continue;
		}
		copy = strdup(entry->text);
		if (copy == NULL)
			return PAL_ENOMEM;
		authority->contacts[authority->contact_count++] = copy;
	}
	return 0;
}

static const struct yaml_field authority_fields[] = {
	{"kind", take_kind},
	{"title", take_title},
	{"signature", take_signature},
	{"keys", config_take_keys},
	{"may", config_take_may},
	{"acts-for", take_acts_for},
	{"contact", take_contact},
	{"answer", config_take_answer},
	{"ttl", config_take_ttl},
	{"a", config_take_a},
	{"aaaa", config_take_aaaa},
	{"text", config_take_text},
	{NULL, NULL},
};

/* Adds an authority; there is room for it. */
static struct config_authority *
add(struct config *config, const char *name)
{
	struct config_authority *authority =
		&config->authorities[config->authority_count++];

	text_copy(authority->name, sizeof authority->name, name);
	authority->kind = PAL_EXTERNAL;
	authority->signature = SIGNATURE_REQUIRED;
	if (strcmp(name, OPERATOR) == 0) {
		authority->kind = PAL_OWN;
		authority->signature = SIGNATURE_TRANSCRIBED;
	}
	return authority;
}

static void
check_operator(struct yaml_reader *reader,
	const struct config_authority *authority, const struct yaml_node *value)
{
	if (authority->kind != PAL_OWN ||
		authority->signature != SIGNATURE_TRANSCRIBED ||
		authority->key_count > 0)
		yaml_error(reader, value->key,
			"`operator` is yourself: its kind is own and its "
			"orders are not signed; leave `kind`, `signature` "
			"and `keys` out");
}

static int
take_authority(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_place *outer = reader->into, inner;
	struct config_authority *authority;
	int ret;

	if (!order_authority_valid(value->key->text)) {
		yaml_error(reader, value->key,
			"`%s` is no name of an authority; write 1 to 24 small "
			"letters, digits and hyphens",
			value->key->text);
		return 0;
	}
	if (!yaml_expect(reader, value, YAML_MAP))
		return 0;
	authority = add(outer->config, value->key->text);
	inner = (struct config_place){.config = outer->config,
		.answer = &authority->answer,
		.authority = authority};
	reader->into = &inner;
	ret = yaml_take(reader, value, authority_fields, NULL);
	reader->into = outer;
	if (strcmp(authority->name, OPERATOR) == 0)
		check_operator(reader, authority, value);
	else if (yaml_get(value, "kind") == NULL)
		yaml_error(reader, value->key,
			"`%s` needs `kind: external`, or own for yourself",
			authority->name);
	return ret;
}

int
config_take_authorities(
	struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config *config = ((struct config_place *)reader->into)->config;
	const struct yaml_node *entry;
	int ret = 0;

	if (!yaml_expect(reader, value, YAML_MAP))
		return 0;
	/* one more for the operator */
	config->authorities =
		calloc(value->count + 1, sizeof *config->authorities);
	if (config->authorities == NULL)
		return PAL_ENOMEM;
	for (entry = value->first; ret == 0 && entry != NULL;
		entry = entry->next)
		ret = take_authority(reader, entry);
	return ret;
}

int
config_add_operator(struct config *config)
{
	if (config_find(config, OPERATOR) != NULL)
		return 0;
	if (config->authorities == NULL)
		config->authorities = calloc(1, sizeof *config->authorities);
	if (config->authorities == NULL)
		return PAL_ENOMEM;
	add(config, OPERATOR);
	return 0;
}
