/* The keys of palang.yaml that say whose signature counts, and until when. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_map.h"
#include "file.h"
#include "palang/error.h"
#include "text.h"
#include "timefmt.h"

#define KEYS_MAX   32 /* of one authority or approver */
#define USER_MAX   32
#define PEOPLE_MAX 9

/* ---- one key ---- */

/* Where the readers below put what they find. */
struct key_place {
	const struct config *config;
	struct config_key *key;
	bool found;
};

static struct key_place *
key_of(const struct yaml_reader *reader)
{
	return reader->into;
}

static void
put_key(struct yaml_reader *reader, const struct minisig_key *key)
{
	struct key_place *place = key_of(reader);

	memcpy(place->key->id, key->id, MINISIG_ID);
	memcpy(place->key->pk, key->pk, MINISIG_KEY);
	place->found = true;
}

static int
take_text(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct minisig_key key;
	const char *why;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (minisig_key_text(&key, value->text, &why) != 0)
		yaml_error(reader, value, "`key: %s` %s", value->text, why);
	else
		put_key(reader, &key);
	return 0;
}

/* Relative to keys/, beside palang.yaml. */
static bool
find_file(char path[PATH_MAX], const struct config *config, const char *name)
{
	const char *slash = strrchr(config->file, '/');
	int folder = slash == NULL ? 0 : (int)(slash - config->file) + 1;
	int n = name[0] == '/' ? snprintf(path, PATH_MAX, "%s", name)
	                       : snprintf(path, PATH_MAX, "%.*skeys/%s", folder,
					 config->file, name);

	return n > 0 && n < PATH_MAX;
}

static int
take_file(struct yaml_reader *reader, const struct yaml_node *value)
{
	char path[PATH_MAX], *data = NULL;
	const char *why = "is too long for the file of a public key";
	struct minisig_key key;
	size_t len;
	int ret;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (!find_file(path, key_of(reader)->config, value->text)) {
		yaml_error(reader, value, "the name of the file is too long");
		return 0;
	}
	ret = file_read(path, MINISIG_KEY_MAX, 0, &data, &len);
	if (ret == PAL_ESYS)
		why = strerror(errno);
	else if (ret == 0)
		ret = minisig_key_file(&key, data, len, &why);
	free(data);
	if (ret == PAL_ENOMEM)
		return ret;
	if (ret != 0)
		yaml_error(reader, value, "the key's file %s%s %s", path,
			ret == PAL_ESYS ? ":" : "", why);
	else
		put_key(reader, &key);
	return 0;
}

static void
take_time(struct yaml_reader *reader, const struct yaml_node *value,
	int64_t *time)
{
	const char *why;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return;
	if (time_parse(value->text, time, &why) != 0)
		yaml_error(reader, value, "`%s: %s`: %s", value->key->text,
			value->text, why);
}

static int
take_not_before(struct yaml_reader *reader, const struct yaml_node *value)
{
	take_time(reader, value, &key_of(reader)->key->not_before);
	return 0;
}

static int
take_not_after(struct yaml_reader *reader, const struct yaml_node *value)
{
	take_time(reader, value, &key_of(reader)->key->not_after);
	return 0;
}

static const struct yaml_field key_fields[] = {{"key", take_text},
	{"file", take_file}, {"not-before", take_not_before},
	{"not-after", take_not_after}, {NULL, NULL}};

static int
take_key(struct yaml_reader *reader, const struct yaml_node *value,
	struct config_key *key)
{
	struct config_place *outer = reader->into;
	struct key_place inner = {outer->config, key, false};
	size_t errors = reader->problems->errors;
	int ret;

	key->not_before = INT64_MIN;
	key->not_after = PAL_NEVER;
	if (yaml_get(value, "key") != NULL && yaml_get(value, "file") != NULL) {
		yaml_error(reader, value,
			"`key` and `file`; a key is given by one of them");
		return 0;
	}
	reader->into = &inner;
	ret = yaml_take(reader, value, key_fields, NULL);
	reader->into = outer;
	if (ret != 0 || reader->problems->errors > errors)
		return ret;
	if (!inner.found)
		yaml_error(reader, value,
			"a key needs `key: RW...`, or `file: NAME.pub`, which "
			"lies in keys/ beside this file");
	else if (key->not_before >= key->not_after)
		yaml_error(reader, value,
			"`not-after` is not after `not-before`: the key would "
			"never count");
	return 0;
}

/* ---- lists of them ---- */

static int
take_list(struct yaml_reader *reader, const struct yaml_node *value,
	struct config_key **keys, size_t *count)
{
	const struct config *owner =
		((struct config_place *)reader->into)->config;
	const struct yaml_node *entry;
	int ret = 0;

	if (!yaml_expect(reader, value, YAML_LIST) || owner->kept)
		return 0;
	if (value->count > KEYS_MAX) {
		yaml_error(reader, value, "more than %d keys", KEYS_MAX);
		return 0;
	}
	*keys = calloc(value->count + 1, sizeof **keys);
	if (*keys == NULL)
		return PAL_ENOMEM;
	for (entry = value->first; ret == 0 && entry != NULL;
		entry = entry->next) {
		if (yaml_expect(reader, entry, YAML_MAP))
			ret = take_key(reader, entry, &(*keys)[(*count)++]);
	}
	return ret;
}

int
config_take_keys(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_place *place = reader->into;

	if (place->approver != NULL)
		return take_list(reader, value, &place->approver->keys,
			&place->approver->key_count);
	return take_list(reader, value, &place->authority->keys,
		&place->authority->key_count);
}

/* ---- approvers ---- */

static bool
has_user(const struct config *config, const char *user)
{
	for (size_t i = 0; i < config->approver_count; i++) {
		const char *other = config->approvers[i].user;

		if (other != NULL && strcmp(other, user) == 0)
			return true;
	}
	return false;
}

/* Who is somebody now: one of then is only read. */
static void
check_user(struct yaml_reader *reader, const struct yaml_node *value,
	const struct config *config)
{
	if (strcmp(value->text, "root") == 0)
		yaml_error(reader, value,
			"`root` is nobody in particular: name the account that "
			"this person uses sudo from");
	else if (has_user(config, value->text))
		yaml_error(reader, value,
			"`%s` is another approver's user: two entries are two "
			"people",
			value->text);
}

static int
take_user(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config_place *place = reader->into;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (value->text[0] == '\0' || strlen(value->text) > USER_MAX ||
		strpbrk(value->text, " \n\t:/") != NULL) {
		yaml_error(
			reader, value, "`%s` is no user's name", value->text);
		return 0;
	}
	if (!place->config->kept)
		check_user(reader, value, place->config);
	place->approver->user = strdup(value->text);
	return place->approver->user == NULL ? PAL_ENOMEM : 0;
}

static const struct yaml_field approver_fields[] = {
	{"user", take_user}, {"keys", config_take_keys}, {NULL, NULL}};

static int
take_approver(struct yaml_reader *reader, const struct yaml_node *value,
	struct config_approver *approver)
{
	struct config_place *outer = reader->into;
	struct config_place inner = {
		.config = outer->config, .approver = approver};
	int ret;

	text_copy(approver->name, sizeof approver->name, value->key->text);
	reader->into = &inner;
	ret = yaml_take(reader, value, approver_fields, NULL);
	reader->into = outer;
	if (ret != 0)
		return ret;
	if (yaml_get(value, "user") == NULL)
		yaml_error(reader, value->key,
			"`%s` needs `user`: the account that this person runs "
			"commands with",
			approver->name);
	if (yaml_get(value, "keys") == NULL)
		yaml_error(reader, value->key,
			"`%s` needs `keys`: those that approvals are signed "
			"with",
			approver->name);
	return 0;
}

int
config_take_approvers(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config *config = ((struct config_place *)reader->into)->config;
	const struct yaml_node *entry;
	int ret = 0;

	if (!yaml_expect(reader, value, YAML_MAP))
		return 0;
	config->approvers = calloc(value->count + 1, sizeof *config->approvers);
	if (config->approvers == NULL)
		return PAL_ENOMEM;
	for (entry = value->first; ret == 0 && entry != NULL;
		entry = entry->next) {
		if (!order_authority_valid(entry->key->text))
			yaml_error(reader, entry->key,
				"`%s` is no name of an approver; write 1 to "
				"24 small letters, digits and hyphens",
				entry->key->text);
		else if (yaml_expect(reader, entry, YAML_MAP))
			ret = take_approver(reader, entry,
				&config->approvers[config->approver_count++]);
	}
	return ret;
}

int
config_take_approvals(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config *config = ((struct config_place *)reader->into)->config;
	long number;

	if (config_read_number(reader, value, 1, PEOPLE_MAX, &number))
		config->approvals = (unsigned)number;
	return 0;
}

void
config_approver_fini(struct config_approver *approver)
{
	free(approver->user);
	free(approver->keys);
}
