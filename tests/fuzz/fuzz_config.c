/*
 * Fuzz target: a configuration is refused with errors that say where, or all
 * in it keeps what config.h promises: what it names is there, keys have one
 * owner, and the texts of each answer fit an image and are JSON.
 */
#include "util.h"

#include "config.h"
#include "json.h"
#include "order_form.h"
#include "palang/error.h"
#include "palang/writer.h"

static void
check_texts(const struct pal_policy_in *policy)
{
	const char *const texts[] = {policy->json, policy->json_short};
	struct json_value *value;

	must(strlen(policy->ede) <= PAL_EDE_TEXT_MAX);
	must(text_is_plain(policy->ede, strlen(policy->ede)));
	for (size_t i = 0; i < 2; i++) {
		must(strlen(texts[i]) <= PAL_JSON_MAX);
		must(text_is_plain(texts[i], strlen(texts[i])));
		must(json_read(&value, texts[i], strlen(texts[i])) == 0);
		must(json_is_map(value));
		json_free(value);
	}
}

/* It can be compiled: the writer holds the policy against the format. */
static void
check_policy(const struct pal_policy_in *policy)
{
	static const uint8_t key[16] = {0};
	struct pal_writer *writer;

	check_texts(policy);
	must(pal_writer_open_plain(&writer, key, policy) == 0);
	pal_writer_close(writer);
}

static void
check_keys(const struct config *config, const struct config_key *keys,
	size_t count, const void *owner)
{
	const struct config_authority *authority;
	const struct config_approver *approver;

	for (size_t i = 0; i < count; i++) {
		must(config_find_key(config, keys[i].id, &authority,
			     &approver) == &keys[i]);
		must((authority == NULL) != (approver == NULL));
		must(authority == owner || approver == owner);
		must(keys[i].not_before < keys[i].not_after);
	}
}

static void
check_authority(
	const struct config *config, const struct config_authority *authority)
{
	struct order order = {.action = ORDER_BLOCK};
	struct pal_policy_in policy;
	struct policy_texts texts;

	must(order_authority_valid(authority->name));
	must(config_find(config, authority->name) == authority);
	must(config_may_lift(config, authority->name, authority->name));
	for (size_t i = 0; i < authority->acts_for_count; i++)
		must(config_find(config, authority->acts_for[i]) != NULL);
	check_keys(config, authority->keys, authority->key_count, authority);
	strcpy(order.authority, authority->name);
	strcpy(order.id, "2017/1");
	must(config_policy(config, &order, &policy, &texts) == 0);
	check_policy(&policy);
	policy_texts_fini(&texts);
}

static void
check_feed(const struct config *config, const struct config_feed *feed)
{
	struct pal_policy_in policy;
	struct policy_texts texts;

	must(config_feed_name_valid(feed->name));
	must(config_find_feed(config, feed->name) == feed);
	must(config_find(config, feed->authority) != NULL);
	must(config_feed_policy(config, feed, &policy, &texts) == 0);
	check_policy(&policy);
	policy_texts_fini(&texts);
}

static void
check(const struct config *config)
{
	must(config->state_dir[0] == '/' && config->live_dir[0] == '/');
	must(strcmp(config->state_dir, config->live_dir) != 0);
	must(order_language_flaw(config->language) == NULL);
	must(config->answer.has_answer && config->answer.has_ttl);
	must(config->approvals > 0);
	must(config_find(config, "operator") != NULL);
	for (size_t i = 0; i < config->authority_count; i++)
		check_authority(config, &config->authorities[i]);
	for (size_t i = 0; i < config->approver_count; i++)
		check_keys(config, config->approvers[i].keys,
			config->approvers[i].key_count, &config->approvers[i]);
	for (size_t i = 0; i < config->feed_count; i++)
		check_feed(config, &config->feeds[i]);
	for (size_t i = 1; i < config->protected_count; i++)
		must(pal_name_cmp(&config->protected[i - 1],
			     &config -> protected[i]) <= 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[FILE_PATH_MAX];
	struct problems problems = {0};
	struct config config;
	int fd = path_of(path, data, size);
	int ret = config_load(&config, path, &problems);

	must(ret == 0 || ret == PAL_EFORM);
	must((ret == 0) == (problems.errors == 0));
	must_be_told(&problems);
	if (ret == 0) {
		check(&config);
		config_fini(&config);
	}
	problems_fini(&problems);
	close(fd);
	return 0;
}
