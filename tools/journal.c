#include "journal.h"

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
