/*
 * Signed DNS messages (TSIG, RFC 8945): a query, and the stream of messages
 * that answers it, of which only some need be signed (5.3.1).
 */
#ifndef TOOL_TSIG_H
#define TOOL_TSIG_H

#include "hmac.h"
#include "palang/name.h"

#define TSIG_SECRET_MAX   512
#define TSIG_WHY_MAX      384
#define TSIG_RECORD_MAX   700 /* octets that a signature adds to a query */
#define TSIG_UNSIGNED_MAX 99  /* messages between two signed ones */

struct tsig_key {
	struct pal_name name;
	enum hmac_algorithm algorithm;
	uint8_t secret[TSIG_SECRET_MAX];
	size_t len;
};

/* Reads a key from text in one of the forms
 *
 *     NAME:ALGORITHM:SECRET
 *     key "NAME" { algorithm ALGORITHM; secret "SECRET"; };      (BIND)
 *     key:                                                       (NSD)
 *         name: "NAME"
 *         algorithm: ALGORITHM
 *         secret: "SECRET"
 *
 * 0; PAL_EFORM, and why says what is wrong, without the secret. */
int tsig_key_parse(struct tsig_key *key, const char *text, size_t len,
	char why[TSIG_WHY_MAX]);

/* The same from a file that not everybody may read.  Also PAL_ESYS and
 * PAL_ERIGHTS, with why. */
int tsig_key_read(
	struct tsig_key *key, const char *path, char why[TSIG_WHY_MAX]);

struct tsig;

/* NULL if there is no memory.  The key may go then. */
struct tsig *tsig_create(const struct tsig_key *key);
void tsig_free(struct tsig *tsig); /* takes NULL */

/* Signs a query of *len octets in place; TSIG_RECORD_MAX more fit.  now is in
 * seconds since 1970. */
void tsig_sign(struct tsig *tsig, uint8_t *query, size_t *len, uint64_t now);

/* Checks the next message of the answer.  0: it is good, or, unsigned, waits
 * for one that speaks for it: see tsig_is_settled.  PAL_EFORM, and why says
 * what is wrong with it. */
int tsig_check(struct tsig *tsig, const uint8_t *message, size_t len,
	uint64_t now, char why[TSIG_WHY_MAX]);

/* True if all messages so far are signed for. */
bool tsig_is_settled(const struct tsig *tsig);

#endif
