/* Whose key is it, and does it count now? */
#include <string.h>

#include "config_map.h"

/* Authorities first, then approvers, as if they were one list. */
struct owner {
	const char *name;
	const struct config_authority *authority;
	const struct config_approver *approver;
	const struct config_key *keys;
	size_t count;
};

static bool
get_owner(struct owner *owner, const struct config *config, size_t at)
{
	memset(owner, 0, sizeof *owner);
	if (at < config->authority_count) {
		owner->authority = &config->authorities[at];
		owner->name = owner->authority->name;
		owner->keys = owner->authority->keys;
		owner->count = owner->authority->key_count;
		return true;
	}
	at -= config->authority_count;
	if (at >= config->approver_count)
		return false;
	owner->approver = &config->approvers[at];
	owner->name = owner->approver->name;
	owner->keys = owner->approver->keys;
	owner->count = owner->approver->key_count;
	return true;
}

const struct config_key *
config_find_key(const struct config *config, const uint8_t id[MINISIG_ID],
	const struct config_authority **authority,
	const struct config_approver **approver)
{
	struct owner owner;

	for (size_t at = 0; get_owner(&owner, config, at); at++) {
		*authority = owner.authority;
		*approver = owner.approver;
		for (size_t i = 0; i < owner.count; i++) {
			if (memcmp(owner.keys[i].id, id, MINISIG_ID) == 0)
				return &owner.keys[i];
		}
	}
	*authority = NULL;
	*approver = NULL;
	return NULL;
}

enum config_key_state
config_key_state(const struct config_key *key, int64_t now)
{
	if (now < key->not_before)
		return KEY_NOT_YET;
	return now >= key->not_after ? KEY_RETIRED : KEY_VALID;
}

/* ---- each key in one place ---- */

/* Keys of one id cannot be told apart, and one key under two ids would be a
 * key in two places. */
static bool
same_key(const struct config_key *a, const struct config_key *b)
{
	return memcmp(a->id, b->id, MINISIG_ID) == 0 ||
	       memcmp(a->pk, b->pk, MINISIG_KEY) == 0;
}

/* The first place of a key that is the same. */
static const struct config_key *
first_same(const struct config *config, const struct config_key *key,
	struct owner *owner)
{
	for (size_t at = 0; get_owner(owner, config, at); at++) {
		for (size_t i = 0; i < owner->count; i++) {
			if (same_key(&owner->keys[i], key))
				return &owner->keys[i];
		}
	}
	return NULL;
}

void
config_check_keys(struct config *config, struct problems *problems)
{
	struct owner owner, other;
	char id[MINISIG_ID_TEXT];

	for (size_t at = 0; get_owner(&owner, config, at); at++) {
		for (size_t i = 0; i < owner.count; i++) {
			const struct config_key *key = &owner.keys[i];

			if (first_same(config, key, &other) == key)
				continue;
			problem_error(problems, config->file, 0, 0,
				"key %s of `%s` is given for `%s` already; a "
				"key stands in one place only, so that it is "
				"known whose it is",
				minisig_id_format(id, key->id), owner.name,
				other.name);
		}
	}
}
