#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config_map.h"
#include "file.h"
#include "order_form.h"
#include "palang/error.h"
#include "text.h"

#define FILE_MAX    ((size_t)1 << 20)
#define PLACE_MAX   1024 /* octets of a folder's path */
#define USER_MAX    32
#define DEFAULT_TTL 30

static struct config *
config_of(const struct yaml_reader *reader)
{
	return ((struct config_place *)reader->into)->config;
}

bool
config_read_number(struct yaml_reader *reader, const struct yaml_node *value,
	long min, long max, long *number)
{
	size_t len;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return false;
	len = strlen(value->text);
	*number = -1;
	if (len > 0 && len < 9 && strspn(value->text, "0123456789") == len)
		*number = strtol(value->text, NULL, 10);
	if (*number >= min && *number <= max)
		return true;
	yaml_error(reader, value, "`%s: %s`: write a number from %ld to %ld",
		value->key->text, value->text, min, max);
	return false;
}

/* A folder, as an absolute path. */
static int
take_folder(struct yaml_reader *reader, const struct yaml_node *value,
	char **folder)
{
	char *copy;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (value->text[0] != '/' || strlen(value->text) > PLACE_MAX ||
		!text_is_plain(value->text, strlen(value->text))) {
		yaml_error(reader, value,
			"`%s` takes the path of a folder, from the root on: "
			"/var/lib/palang/...",
			value->key->text);
		return 0;
	}
	copy = strdup(value->text);
	if (copy == NULL)
		return PAL_ENOMEM;
	free(*folder);
	*folder = copy;
	return 0;
}

static int
take_state_dir(struct yaml_reader *reader, const struct yaml_node *value)
{
	return take_folder(reader, value, &config_of(reader)->state_dir);
}

static int
take_live_dir(struct yaml_reader *reader, const struct yaml_node *value)
{
	return take_folder(reader, value, &config_of(reader)->live_dir);
}

static int
take_user(struct yaml_reader *reader, const struct yaml_node *value)
{
	struct config *config = config_of(reader);
	char *copy;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (strlen(value->text) > USER_MAX ||
		strpbrk(value->text, " \n\t:/") != NULL) {
		yaml_error(reader, value,
			"`%s` is no user's name; write one, or \"\" to stay "
			"who starts the command",
			value->text);
		return 0;
	}
	copy = strdup(value->text);
	if (copy == NULL)
		return PAL_ENOMEM;
	free(config->user);
	config->user = copy;
	return 0;
}

static int
take_language(struct yaml_reader *reader, const struct yaml_node *value)
{
	const char *flaw;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	flaw = order_language_flaw(value->text);
	if (flaw != NULL)
		yaml_error(reader, value, "`%s` is %s", value->text, flaw);
	else
		text_copy(config_of(reader)->language,
			sizeof config_of(reader)->language, value->text);
	return 0;
}

void
config_read_yes(
	struct yaml_reader *reader, const struct yaml_node *value, bool *truth)
{
	if (!yaml_expect(reader, value, YAML_TEXT))
		return;
	if (strcmp(value->text, "yes") == 0)
		*truth = true;
	else if (strcmp(value->text, "no") == 0)
		*truth = false;
	else
		yaml_error(reader, value, "`%s: %s`: write yes or no",
			value->key->text, value->text);
}

int
config_read_path(struct yaml_reader *reader, const struct yaml_node *value,
	const char **path)
{
	char *copy;

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	if (value->text[0] != '/' || strlen(value->text) >= PATH_MAX ||
		!text_is_plain(value->text, strlen(value->text))) {
		yaml_error(reader, value,
			"`%s` takes the path of a file, from the root on",
			value->key->text);
		return 0;
	}
	copy = strdup(value->text);
	if (copy == NULL)
		return PAL_ENOMEM;
	free((char *)(uintptr_t)*path);
	*path = copy;
	return 0;
}

static int
take_chain(struct yaml_reader *reader, const struct yaml_node *value)
{
	config_read_yes(reader, value, &config_of(reader)->settings.chain);
	return 0;
}

static int
take_mode(struct yaml_reader *reader, const struct yaml_node *value)
{
	static const char *const modes[] = {[PAL_SDE_OFF] = "off",
		[PAL_SDE_ENCRYPTED] = "encrypted",
		[PAL_SDE_ALL] = "all"};

	if (!yaml_expect(reader, value, YAML_TEXT))
		return 0;
	for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
		if (strcmp(value->text, modes[i]) == 0) {
			config_of(reader)->settings.sde_mode =
				(enum pal_sde_mode)i;
			return 0;
		}
	}
	yaml_error(reader, value, "`mode: %s`: write off, encrypted or all",
		value->text);
	return 0;
}

static int
take_code(struct yaml_reader *reader, const struct yaml_node *value)
{
	long code;

	if (config_read_number(reader, value, 1, 65535, &code))
		config_of(reader)->settings.sde_code = (uint16_t)code;
	return 0;
}

static int
take_sde(struct yaml_reader *reader, const struct yaml_node *value)
{
	static const struct yaml_field fields[] = {
		{"mode", take_mode}, {"code", take_code}, {NULL, NULL}};
	const struct pal_settings *settings = &config_of(reader)->settings;
	int ret;

	if (!yaml_expect(reader, value, YAML_MAP))
		return 0;
	ret = yaml_take(reader, value, fields, NULL);
	if (ret == 0 && settings->sde_mode != PAL_SDE_OFF &&
		settings->sde_code == 0 && yaml_get(value, "code") == NULL)
		yaml_error(reader, value,
			"`sde` needs `code`: the number of the EDNS option, "
			"which is not assigned yet; ask those who run the "
			"clients");
	return ret;
}

static const struct yaml_field fields[] = {
	{"state-dir", take_state_dir},
	{"live-dir", take_live_dir},
	{"user", take_user},
	{"language", take_language},
	{"chain", take_chain},
	{"sde", take_sde},
	{"answer", config_take_answer},
	{"ttl", config_take_ttl},
	{"a", config_take_a},
	{"aaaa", config_take_aaaa},
	{"text", config_take_text},
	{"authorities", config_take_authorities},
	{"feeds", config_take_feeds},
	{"protected", config_take_protected},
	{"approvers", config_take_approvers},
	{"approvals", config_take_approvals},
	{"guards", config_take_guards},
	{NULL, NULL},
};

static int
set_defaults(struct config *config, const char *file)
{
	memset(config, 0, sizeof *config);
	config->file = strdup(file);
	config->state_dir = strdup("/var/lib/palang/state");
	config->live_dir = strdup("/var/lib/palang/live");
	config->user = strdup("palang");
	strcpy(config->language, "en");
	config->settings.chain = true;
	config->answer.has_answer = config->answer.has_ttl = true;
	config->answer.answer = PAL_SINKHOLE;
	config->answer.ttl = DEFAULT_TTL;
	config->approvals = CONFIG_APPROVALS;
	config->guards.popular_first = CONFIG_POPULAR_FIRST;
	config->guards.protected_shipped = true;
	if (config->file == NULL || config->state_dir == NULL ||
		config->live_dir == NULL || config->user == NULL)
		return PAL_ENOMEM;
	return 0;
}

/* What one key alone cannot tell. */
static void
check_whole(struct config *config, struct problems *problems)
{
	if (strcmp(config->state_dir, config->live_dir) == 0)
		problem_error(problems, config->file, 0, 0,
			"`state-dir` and `live-dir` are the same folder; the "
			"resolver may read one of them only");
	for (size_t i = 0; i < config->authority_count; i++) {
		const struct config_authority *authority =
			&config->authorities[i];

		for (size_t j = 0; j < authority->acts_for_count; j++) {
			if (config_find(config, authority->acts_for[j]) != NULL)
				continue;
			problem_error(problems, config->file, 0, 0,
				"`%s` acts for `%s`, which is no authority "
				"here; add it, so that its orders keep their "
				"name",
				authority->name, authority->acts_for[j]);
		}
	}
	config_check_feeds(config, problems);
	config_check_keys(config, problems);
}

static int
read_document(struct config *config, const struct yaml_stream *stream,
	struct problems *problems)
{
	struct config_place place = {
		.config = config, .answer = &config->answer};
	struct yaml_reader reader = {config->file, problems, &place};
	const struct yaml_node *root;

	/* a file of nothing but comments asks for the defaults */
	if (stream->count == 0)
		return 0;
	root = stream->documents[0];
	if (stream->count > 1) {
		yaml_error(&reader, stream->documents[1],
			"a second document; a configuration has one");
		return 0;
	}
	if (root->kind != YAML_MAP) {
		yaml_error(&reader, root,
			"a configuration is made of lines `key: value`");
		return 0;
	}
	return yaml_take(&reader, root, fields, NULL);
}

static int
parse(struct config *config, const char *data, size_t len,
	struct problems *problems)
{
	size_t errors = problems->errors;
	struct yaml_stream stream;
	int ret =
		yaml_read(&stream, config->file, data, len, FILE_MAX, problems);

	if (ret < 0)
		return ret;
	ret = read_document(config, &stream, problems);
	yaml_fini(&stream);
	if (ret == 0)
		ret = config_add_operator(config);
	if (ret == 0)
		check_whole(config, problems);
	if (ret == 0 && problems->errors > errors)
		ret = PAL_EFORM;
	return ret;
}

int
config_load(struct config *config, const char *file, struct problems *problems)
{
	char *data = NULL;
	size_t len;
	int ret = set_defaults(config, file), saved;

	if (ret == 0)
		ret = file_read(file, FILE_MAX, 0, &data, &len);
	if (ret == PAL_ELIMIT) {
		problem_error(problems, file, 0, 0, "larger than a megabyte");
		ret = PAL_EFORM;
	}
	if (ret == 0)
		ret = parse(config, data, len, problems);
	saved = errno;
	config->text = data;
	config->text_len = data == NULL ? 0 : len;
	if (ret < 0)
		config_fini(config);
	errno = saved;
	return ret;
}

int
config_load_kept(struct config *config, const char *file, const char *data,
	size_t len, struct problems *problems)
{
	int ret = set_defaults(config, file);

	config->kept = true;
	if (ret == 0)
		ret = parse(config, data, len, problems);
	if (ret < 0)
		config_fini(config);
	return ret;
}

static void
authority_fini(struct config_authority *authority)
{
	free(authority->title);
	free(authority->acts_for);
	free(authority->keys);
	for (size_t i = 0; i < authority->contact_count; i++)
		free(authority->contacts[i]);
}

void
config_fini(struct config *config)
{
	for (size_t i = 0; i < config->authority_count; i++)
		authority_fini(&config->authorities[i]);
	for (size_t i = 0; i < config->feed_count; i++)
		config_feed_fini(&config->feeds[i]);
	for (size_t i = 0; i < config->approver_count; i++)
		config_approver_fini(&config->approvers[i]);
	config_guards_fini(&config->guards);
	free(config->authorities);
	free(config->approvers);
	free(config->feeds);
	free(config->protected);
	free(config->file);
	free(config->text);
	free(config->state_dir);
	free(config->live_dir);
	free(config->user);
	memset(config, 0, sizeof *config);
}

const struct config_authority *
config_find(const struct config *config, const char *authority)
{
	for (size_t i = 0; i < config->authority_count; i++) {
		if (strcmp(config->authorities[i].name, authority) == 0)
			return &config->authorities[i];
	}
	return NULL;
}

bool
config_may_lift(const struct config *config, const char *by, const char *of)
{
	const struct config_authority *authority = config_find(config, by);

	if (strcmp(by, of) == 0)
		return true;
	for (size_t i = 0; authority != NULL && i < authority->acts_for_count;
		i++) {
		if (strcmp(authority->acts_for[i], of) == 0)
			return true;
	}
	return false;
}
