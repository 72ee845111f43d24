#include "trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "palang/error.h"
#include "timefmt.h"

static const char *
owner_of(const struct trust *trust)
{
	return trust->authority != NULL ? trust->authority->name
	                                : trust->approver->name;
}

static int
judge_key(const struct trust *trust, char why[TRUST_WHY_MAX])
{
	char id[MINISIG_ID_TEXT], time[TIME_TEXT_MAX];

	minisig_id_format(id, trust->id);
	if (trust->state == KEY_NOT_YET)
		snprintf(why, TRUST_WHY_MAX,
			"is by key %s of `%s`, which does not count before %s",
			id, owner_of(trust),
			time_format(time, trust->key->not_before));
	else if (trust->state == KEY_RETIRED)
		snprintf(why, TRUST_WHY_MAX,
			"is by key %s of `%s`, which is retired: it counted "
			"until %s",
			id, owner_of(trust),
			time_format(time, trust->key->not_after));
	return trust->state == KEY_VALID ? 0 : PAL_ERIGHTS;
}

static int
verify(struct trust *trust, struct minisig *minisig,
	const struct trust_pair *pair, char why[TRUST_WHY_MAX])
{
	char id[MINISIG_ID_TEXT];
	const char *phrase = pal_strerror(PAL_ESYS);
	int ret = minisig_verify(
		minisig, trust->key->pk, pair->data, pair->len, &phrase);

	if (ret != 0) {
		snprintf(why, TRUST_WHY_MAX,
			"by key %s of `%s` does not hold: it %s",
			minisig_id_format(id, trust->id), owner_of(trust),
			phrase);
		return ret;
	}
	trust->comment = minisig->comment;
	minisig->comment = NULL;
	return 0;
}

int
trust_judge(struct trust *trust, const struct config *config,
	const struct trust_pair *pair, int64_t at, char why[TRUST_WHY_MAX])
{
	char id[MINISIG_ID_TEXT];
	struct minisig minisig;
	const char *phrase = "";
	int ret;

	memset(trust, 0, sizeof *trust);
	ret = minisig_parse(
		&minisig, pair->signature, pair->signature_len, &phrase);
	if (ret != 0) {
		snprintf(why, TRUST_WHY_MAX, "%s",
			ret == PAL_EFORM ? phrase : pal_strerror(ret));
		goto out;
	}
	memcpy(trust->id, minisig.id, MINISIG_ID);
	trust->key = config_find_key(
		config, minisig.id, &trust->authority, &trust->approver);
	if (trust->key == NULL) {
		snprintf(why, TRUST_WHY_MAX,
			"is by key %s, which is nobody's in %s: `palang key "
			"show` lists those that are known",
			minisig_id_format(id, minisig.id), config->file);
		ret = PAL_ERIGHTS;
		goto out;
	}
	trust->state = config_key_state(trust->key, at);
	ret = verify(trust, &minisig, pair, why);
	if (ret == 0)
		ret = judge_key(trust, why);
out:
	minisig_fini(&minisig);
	return ret;
}

void
trust_fini(struct trust *trust)
{
	free(trust->comment);
	memset(trust, 0, sizeof *trust);
}

const char *
trust_state_name(enum config_key_state state)
{
	static const char *const names[] = {[KEY_VALID] = "valid",
		[KEY_NOT_YET] = "not yet valid",
		[KEY_RETIRED] = "retired"};

	return names[state];
}
