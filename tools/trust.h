/*
 * Who signed this?  A signature names a key, the key's entry in palang.yaml
 * names its owner, and the time of receipt says if it counts.
 *
 * Pure.
 */
#ifndef TOOL_TRUST_H
#define TOOL_TRUST_H

#include "config.h"

#define TRUST_WHY_MAX 320

/* What was signed, and the text of a .minisig. */
struct trust_pair {
	const char *data;
	size_t len;
	const char *signature;
	size_t signature_len;
};

/* Names point into the configuration. */
struct trust {
	uint8_t id[MINISIG_ID];                   /* of the key, known or not */
	const struct config_key *key;             /* NULL: nobody's */
	const struct config_authority *authority; /* whose it is, */
	const struct config_approver *approver;   /* one of the two */
	enum config_key_state state;              /* of the key at that time */
	char *comment; /* the trusted one, UTF-8; NULL if not verified */
};

/* trust needs trust_fini in any case.  at: seconds, of receipt.
 *   0            verified, with a key that counts at that time
 *   PAL_EFORM    no signature
 *   PAL_ERIGHTS  by a key that is nobody's; or verified, but by a key that
 *                does not count at that time: then trust->comment is set
 *   PAL_EDIGEST  not of these octets
 *   PAL_ENOMEM, PAL_ESYS
 * Otherwise than 0, why says it in words that follow "its signature". */
int trust_judge(struct trust *trust, const struct config *config,
	const struct trust_pair *pair, int64_t at, char why[TRUST_WHY_MAX]);
void trust_fini(struct trust *trust);

/* "valid", "not yet valid", "retired". */
const char *trust_state_name(enum config_key_state state);

#endif
