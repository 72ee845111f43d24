#include "minisig.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "palang/error.h"
#include "text.h"

#define UNTRUSTED "untrusted comment: "
#define TRUSTED   "trusted comment: "

/* What stands in BASE64 in the file: the algorithm's two letters, the id,
 * and a key or a signature. */
#define HEAD       (2 + MINISIG_ID)
#define KEY_OCTETS (HEAD + MINISIG_KEY)
#define SIG_OCTETS (HEAD + MINISIG_SIGNATURE)

/* ---- lines ---- */

struct line {
	const char *text;
	size_t len;
};

/* Takes the next line off what is left; false if there is none. */
static bool
next_line(struct line *line, const char **at, size_t *left)
{
	const char *end;

	if (*left == 0)
		return false;
	end = memchr(*at, '\n', *left);
	line->text = *at;
	line->len = end == NULL ? *left : (size_t)(end - *at);
	*left -= line->len + (end != NULL);
	*at += line->len + (end != NULL);
	if (end != NULL && line->len > 0 && line->text[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* Takes a prefix off the line. */
static bool
skip(struct line *line, const char *prefix)
{
	size_t len = strlen(prefix);

	if (line->len < len || memcmp(line->text, prefix, len) != 0)
		return false;
	line->text += len;
	line->len -= len;
	return true;
}

/* libsodium 1.0.18 reads the octet 0xd0 as if it were a slash. */
static bool
is_ascii(const struct line *line)
{
	for (size_t i = 0; i < line->len; i++) {
		if ((uint8_t)line->text[i] > 0x7f)
			return false;
	}
	return true;
}

/* Exactly so many octets, in canonical BASE64. */
static bool
decode(uint8_t *out, size_t size, const struct line *line)
{
	const char *end;
	size_t have;

	return is_ascii(line) &&
	       sodium_base642bin(out, size, line->text, line->len, NULL, &have,
		       &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       have == size && end == line->text + line->len;
}

static int
bad(const char **why, const char *text)
{
	*why = text;
	return PAL_EFORM;
}

/* ---- keys ---- */

static int
take_key(struct minisig_key *key, const struct line *line, const char **why)
{
	uint8_t octets[KEY_OCTETS];

	if (!decode(octets, sizeof octets, line))
		return bad(why, "is no public key of minisign: 56 letters and "
				"digits, RW...");
	if (memcmp(octets, "Ed", 2) != 0)
		return bad(why, "is a key of another kind than Ed25519; make "
				"one with minisign -G");
	memcpy(key->id, octets + 2, MINISIG_ID);
	memcpy(key->pk, octets + HEAD, MINISIG_KEY);
	return 0;
}

int
minisig_key_text(struct minisig_key *key, const char *text, const char **why)
{
	struct line line = {text, strlen(text)};

	return take_key(key, &line, why);
}

char *
minisig_key_format(char buf[MINISIG_KEY_TEXT], const struct minisig_key *key)
{
	uint8_t octets[KEY_OCTETS] = "Ed";

	memcpy(octets + 2, key->id, MINISIG_ID);
	memcpy(octets + HEAD, key->pk, MINISIG_KEY);
	return sodium_bin2base64(buf, MINISIG_KEY_TEXT, octets, sizeof octets,
		sodium_base64_VARIANT_ORIGINAL);
}

int
minisig_key_file(
	struct minisig_key *key, const char *data, size_t len, const char **why)
{
	struct line line;

	if (len > MINISIG_KEY_MAX)
		return bad(why, "is too long for the file of a public key");
	if (!next_line(&line, &data, &len) || !skip(&line, UNTRUSTED))
		return bad(why, "is no file of a public key: its first line "
				"is `" UNTRUSTED "...`");
	if (!next_line(&line, &data, &len))
		return bad(why, "ends before its key");
	if (len > 0)
		return bad(why, "goes on behind its key");
	return take_key(key, &line, why);
}

/* ---- signatures ---- */

static int
take_signature(
	struct minisig *minisig, const struct line *line, const char **why)
{
	uint8_t octets[SIG_OCTETS];

	if (!decode(octets, sizeof octets, line))
		return bad(why, "is no signature of minisign: its second line "
				"is 100 letters and digits, RU... or RW...");
	if (octets[0] != 'E' || (octets[1] != 'D' && octets[1] != 'd'))
		return bad(why, "is a signature of a kind that is not known "
				"here");
	minisig->prehashed = octets[1] == 'D';
	memcpy(minisig->id, octets + 2, MINISIG_ID);
	memcpy(minisig->signature, octets + HEAD, MINISIG_SIGNATURE);
	return 0;
}

static int
take_comment(struct minisig *minisig, struct line *line, const char **why)
{
	if (!skip(line, TRUSTED))
		return bad(why, "is no signature of minisign: its third line "
				"is `" TRUSTED "...`");
	if (line->len > MINISIG_COMMENT_MAX)
		return bad(why, "has a trusted comment that is too long");
	if (memchr(line->text, '\r', line->len) != NULL)
		return bad(why, "has a trusted comment of more than a line");
	minisig->comment = strndup(line->text, line->len);
	return minisig->comment == NULL ? PAL_ENOMEM : 0;
}

int
minisig_parse(
	struct minisig *minisig, const char *data, size_t len, const char **why)
{
	struct line lines[4];
	int ret;

	memset(minisig, 0, sizeof *minisig);
	if (len > MINISIG_TEXT_MAX)
		return bad(why, "is too long for a signature");
	if (memchr(data, '\0', len) != NULL || !text_is_utf8(data, len))
		return bad(why, "is no signature of minisign: it is no text");
	for (int i = 0; i < 4; i++) {
		if (!next_line(&lines[i], &data, &len))
			return bad(why, "is no signature of minisign: it has "
					"less than four lines");
	}
	if (len > 0)
		return bad(why, "goes on behind the signature");
	if (!skip(&lines[0], UNTRUSTED))
		return bad(why, "is no signature of minisign: its first line "
				"is `" UNTRUSTED "...`");
	ret = take_signature(minisig, &lines[1], why);
	if (ret == 0 && !decode(minisig->global, MINISIG_SIGNATURE, &lines[3]))
		ret = bad(why, "is no signature of minisign: its fourth line "
			       "is 88 letters and digits");
	return ret == 0 ? take_comment(minisig, &lines[2], why) : ret;
}

void
minisig_fini(struct minisig *minisig)
{
	free(minisig->comment);
	memset(minisig, 0, sizeof *minisig);
}

/* ---- verifying ---- */

static bool
signed_data(const struct minisig *minisig, const uint8_t pk[MINISIG_KEY],
	const void *data, size_t len)
{
	uint8_t hash[crypto_generichash_BYTES_MAX];

	if (minisig->prehashed) {
		crypto_generichash(hash, sizeof hash, data, len, NULL, 0);
		data = hash;
		len = sizeof hash;
	}
	return crypto_sign_verify_detached(minisig->signature, data, len, pk) ==
	       0;
}

static bool
signed_comment(const struct minisig *minisig, const uint8_t pk[MINISIG_KEY])
{
	uint8_t both[MINISIG_SIGNATURE + MINISIG_COMMENT_MAX];
	size_t len = strlen(minisig->comment);

	memcpy(both, minisig->signature, MINISIG_SIGNATURE);
	memcpy(both + MINISIG_SIGNATURE, minisig->comment, len);
	return crypto_sign_verify_detached(
		       minisig->global, both, MINISIG_SIGNATURE + len, pk) == 0;
}

int
minisig_verify(const struct minisig *minisig, const uint8_t pk[MINISIG_KEY],
	const void *data, size_t len, const char **why)
{
	if (sodium_init() < 0)
		return PAL_ESYS;
	*why = "is not of these octets: one of the two was changed, or they "
	       "do not belong together";
	if (!signed_data(minisig, pk, data, len))
		return PAL_EDIGEST;
	*why = "has another comment than was signed";
	if (!signed_comment(minisig, pk))
		return PAL_EDIGEST;
	return 0;
}

char *
minisig_id_format(char buf[MINISIG_ID_TEXT], const uint8_t id[MINISIG_ID])
{
	/* minisign prints it as a little-endian number */
	for (int i = 0; i < MINISIG_ID; i++)
		snprintf(buf + 2 * i, 3, "%02X", id[MINISIG_ID - 1 - i]);
	return buf;
}
