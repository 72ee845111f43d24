#include "journal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "palang/error.h"
#include "timefmt.h"

static void
put_word(struct json_writer *json, const char *key, const char *text)
{
	if (text != NULL)
		json_put_text(json, key, text);
}

static void
put_digest(struct json_writer *json, const char *key, const uint8_t *digest)
{
	char hex[PAL_SHA256_HEX];

	if (digest != NULL)
		json_put_text(json, key, pal_sha256_to_hex(hex, digest));
}

static void
put_generation(struct json_writer *json, const struct ledger_event *event)
{
	char hex[2 * PAL_EPOCH_SIZE + 1];

	if (!event->has_generation)
		return;
	for (size_t i = 0; i < PAL_EPOCH_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", event->epoch[i]);
	json_put_text(json, "epoch", hex);
	json_put_int(json, "generation", (int64_t)event->generation);
}

char *
journal_line(const struct ledger_event *event)
{
	struct json_writer json;
	char time[TIME_TEXT_MAX];

	json_start(&json);
	json_put_int(&json, "n", event->number);
	json_put_text(&json, "time", time_format(time, event->at / 1000));
	json_put_int(&json, "time_ms", event->at);
	json_put_text(&json, "what", event->what);
	put_word(&json, "authority", event->authority);
	put_word(&json, "id", event->id);
	put_digest(&json, "digest", event->digest);
	json_put_text(&json, "who", event->who);
	put_word(&json, "detail", event->detail);
	put_generation(&json, event);
	put_word(&json, "instance", event->instance);
	if (event->said != 0)
		json_put_int(&json, "said_ms", event->said);
	return json_finish_text(&json);
}

int
journal_next(uint8_t hash[PAL_SHA256_SIZE], const struct ledger_event *event)
{
	char *line = journal_line(event), hex[PAL_SHA256_HEX];
	struct pal_sha256 ctx;

	if (line == NULL)
		return PAL_ENOMEM;
	pal_sha256_to_hex(hex, hash);
	pal_sha256_init(&ctx);
	pal_sha256_update(&ctx, hex, strlen(hex));
	pal_sha256_update(&ctx, "\n", 1);
	pal_sha256_update(&ctx, line, strlen(line));
	pal_sha256_final(&ctx, hash);
	free(line);
	return 0;
}

/* ---- details ---- */

/* Minisign prints the octets of an id in this order. */
static void
print_key(FILE *out, const uint8_t key[LEDGER_KEY_SIZE])
{
	for (int i = LEDGER_KEY_SIZE - 1; i >= 0; i--)
		fprintf(out, "%02X", key[i]);
}

static void
print_quoted(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

#define SIGNED_BY   "signed by "
#define TRANSCRIBED "transcribed from "
#define ARRIVED     "arrived "

static void
print_origin(FILE *out, const struct journal_origin *origin)
{
	if (origin->key != NULL) {
		fputs(SIGNED_BY, out);
		print_key(out, origin->key);
		fputs(", ", out);
	}
	if (origin->source != NULL) {
		fputs(TRANSCRIBED, out);
		print_quoted(out, origin->source);
		fputs(", ", out);
	}
	if (origin->arrived != 0)
		fprintf(out, ARRIVED "%" PRId64 " ms, ", origin->arrived);
}

/* A file's name is not to look like what may stand before it. */
static bool
misleads(const char *file)
{
	return strncmp(file, SIGNED_BY, strlen(SIGNED_BY)) == 0 ||
	       strncmp(file, TRANSCRIBED, strlen(TRANSCRIBED)) == 0 ||
	       strncmp(file, ARRIVED, strlen(ARRIVED)) == 0;
}

static char *
close_text(FILE *out, char **text)
{
	if (fclose(out) != 0) {
		free(*text);
		*text = NULL;
	}
	return *text;
}

char *
journal_recorded_so(const struct journal_origin *origin)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	print_origin(out, origin);
	return close_text(out, &text);
}

char *
journal_recorded(const struct journal_origin *origin)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	print_origin(out, origin);
	fprintf(out, "%s%s", misleads(origin->file) ? "./" : "", origin->file);
	return close_text(out, &text);
}

char *
journal_verified(const struct ledger_signature *signature)
{
	char hex[PAL_SHA256_HEX], *text = NULL;
	uint8_t digest[PAL_SHA256_SIZE];
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	pal_sha256(signature->text, strlen(signature->text), digest);
	fprintf(out, "key ");
	print_key(out, signature->key);
	fprintf(out, ", signature sha256:%s, comment: %s",
		pal_sha256_to_hex(hex, digest), signature->comment);
	return close_text(out, &text);
}

bool
journal_begins(const char *detail, const char *so)
{
	size_t len = strlen(so);

	return strncmp(detail, so, len) == 0 && !misleads(detail + len);
}
