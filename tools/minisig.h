/*
 * Public keys and detached signatures as minisign(1) writes them, read and
 * verified: https://jedisct1.github.io/minisign/ has the formats.
 *
 * Stricter than minisign itself: nothing may stand behind what is expected,
 * BASE64 must be canonical, comments must be UTF-8.  Lines end with LF or
 * CR LF.
 *
 * Pure.  Functions return 0, or PAL_EFORM with a constant phrase in *why that
 * says what is wrong; PAL_ENOMEM.
 */
#ifndef TOOL_MINISIG_H
#define TOOL_MINISIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MINISIG_SUFFIX      ".minisig"
#define MINISIG_ID          8
#define MINISIG_ID_TEXT     17 /* 16 digits and a NUL */
#define MINISIG_KEY         32
#define MINISIG_KEY_TEXT    57 /* 56 letters and digits, and a NUL */
#define MINISIG_SIGNATURE   64
#define MINISIG_TEXT_MAX    16384 /* octets of a signature's file */
#define MINISIG_KEY_MAX     2048  /* of a public key's */
#define MINISIG_COMMENT_MAX 8192  /* of a trusted comment */

/* The id only finds the key: anybody can write any id. */
struct minisig_key {
	uint8_t id[MINISIG_ID];
	uint8_t pk[MINISIG_KEY];
};

/* A key as BASE64, the second line of its file, alone. */
int minisig_key_text(
	struct minisig_key *key, const char *text, const char **why);

/* A key's file: its untrusted comment, then that line. */
int minisig_key_file(struct minisig_key *key, const char *data, size_t len,
	const char **why);

/* The other way round.  Returns buf. */
char *minisig_key_format(
	char buf[MINISIG_KEY_TEXT], const struct minisig_key *key);

struct minisig {
	uint8_t id[MINISIG_ID]; /* of the key that is said to have made it */
	bool prehashed;         /* of BLAKE2b-512 of the data, not the data */
	uint8_t signature[MINISIG_SIGNATURE];
	uint8_t global[MINISIG_SIGNATURE]; /* of signature and comment */
	char *comment; /* to be trusted once it is verified; UTF-8 */
};

/* A signature's file. */
int minisig_parse(struct minisig *minisig, const char *data, size_t len,
	const char **why);
void minisig_fini(struct minisig *minisig);

/* 0: the key signed these octets and this comment.  PAL_EDIGEST: it did not,
 * and *why says of which.  PAL_ESYS: libsodium does not start. */
int minisig_verify(const struct minisig *minisig, const uint8_t pk[MINISIG_KEY],
	const void *data, size_t len, const char **why);

/* An id as minisign prints it, but always with 16 digits.  Returns buf. */
char *minisig_id_format(
	char buf[MINISIG_ID_TEXT], const uint8_t id[MINISIG_ID]);

#endif
