/* The receipt as others read it. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "minisig.h"
#include "receipt.h"
#include "timefmt.h"

static void
put_digest(struct json_writer *json, const char *key, const uint8_t *digest)
{
	char hex[PAL_SHA256_HEX];

	json_put_text(json, key,
		digest == NULL ? NULL : pal_sha256_to_hex(hex, digest));
}

/* As text and in milliseconds; 0: both null. */
static void
put_time(struct json_writer *json, const char *key, const char *key_ms,
	int64_t at)
{
	char time[TIME_TEXT_MAX];

	if (at == 0) {
		json_put_null(json, key);
		json_put_null(json, key_ms);
		return;
	}
	json_put_text(json, key, time_format(time, at / 1000));
	json_put_int(json, key_ms, at);
}

static void
put_targets(struct json_writer *json, const struct receipt_order *order)
{
	char text[PAL_NAME_TEXT_MAX];

	json_put_array(json, "targets");
	for (size_t i = 0; i < order->target_count; i++) {
		const struct receipt_target *target = &order->targets[i];

		json_put_object(json, NULL);
		json_put_text(
			json, "name", pal_name_to_text(text, target->name));
		json_put_text(json, "scope", order_scope_name(target->scope));
		json_put_text(json, "state", target->state);
		if (target->by[0] != '\0')
			json_put_text(json, "by", target->by);
		json_end(json);
	}
	json_end(json);
}

static void
put_events(struct json_writer *json, const struct receipt_order *order)
{
	json_put_array(json, "events");
	for (size_t i = 0; i < order->event_count; i++) {
		const struct receipt_event *event = &order->events[i];

		json_put_object(json, NULL);
		json_put_text(json, "what", event->what);
		put_time(json, "time", "time_ms", event->at);
		json_put_text(json, "who", event->who);
		json_put_text(json, "detail", event->detail);
		json_end(json);
	}
	json_end(json);
}

static void
put_resolvers(struct json_writer *json, const struct receipt_order *order)
{
	json_put_array(json, "resolvers");
	for (size_t i = 0; i < order->resolver_count; i++) {
		const struct receipt_resolver *resolver = &order->resolvers[i];

		json_put_object(json, NULL);
		json_put_text(json, "instance", resolver->instance);
		put_time(json, "in_effect", "in_effect_ms", resolver->effect);
		put_time(json, "swept", "swept_ms", resolver->swept);
		json_end(json);
	}
	json_end(json);
}

static void
put_recorded(struct json_writer *json, const struct receipt_order *order)
{
	const struct ledger_receipt *ledger = &order->ledger;
	char key[MINISIG_ID_TEXT];

	put_digest(json, "digest", ledger->digest);
	put_digest(json, "file", ledger->sha256);
	json_put_text(json, "key",
		ledger->has_key ? minisig_id_format(key, ledger->key) : NULL);
	json_put_text(json, "comment", ledger->comment);
	json_put_text(json, "transcribed_from", ledger->source);
	put_time(json, "arrived", "arrived_ms", ledger->arrived);
	put_time(json, "received", "received_ms", ledger->received);
	if (ledger->generation != 0)
		json_put_int(json, "generation", (int64_t)ledger->generation);
	else
		json_put_null(json, "generation");
	/* No entry vouches for it: see docs/OPERATION.md. */
	put_time(json, "published", "published_ms", ledger->published);
	json_put_bool(json, "published_proven", false);
}

static void
put_order(struct json_writer *json, const struct receipt_order *order)
{
	json_put_object(json, NULL);
	json_put_text(json, "authority", order->authority);
	json_put_text(json, "id", order->id);
	if (order->record != NULL)
		json_put_text(json, "action",
			order->record->order->action == ORDER_LIFT ? "lift"
								   : "block");
	json_put_text(json, "state", order->state);
	if (order->ledger.recorded)
		put_recorded(json, order);
	else
		put_time(json, "arrived", "arrived_ms", order->ledger.arrived);
	put_events(json, order);
	put_targets(json, order);
	put_resolvers(json, order);
	json_end(json);
}

static void
put_refusal(struct json_writer *json, const struct receipt_refusal *refusal)
{
	json_put_object(json, "refusal");
	json_put_text(json, "file", refusal->file);
	put_digest(json, "sha256", refusal->sha256);
	json_put_text(json, "text", refusal->text);
	if (refusal->line != 0)
		json_put_int(json, "line", refusal->line);
	json_end(json);
}

/* None for what never came near the ledger. */
static void
put_head(struct json_writer *json, const struct ledger_head *head)
{
	if (head->number == 0) {
		json_put_null(json, "journal");
		return;
	}
	json_put_object(json, "journal");
	json_put_int(json, "n", head->number);
	put_digest(json, "head", head->hash);
	json_end(json);
}

char *
receipt_text(const struct receipt *receipt)
{
	struct json_writer json;
	char *text = NULL;
	size_t len;
	FILE *out;

	json_start(&json);
	json_put_int(&json, "palang_receipt", 1);
	put_time(&json, "written", "written_ms", receipt->written);
	json_put_array(&json, "orders");
	for (size_t i = 0; i < receipt->count; i++)
		put_order(&json, &receipt->orders[i]);
	json_end(&json);
	if (receipt->refusal.text != NULL)
		put_refusal(&json, &receipt->refusal);
	put_head(&json, &receipt->head);
	out = open_memstream(&text, &len);
	if (out == NULL) {
		json_drop(&json);
		return NULL;
	}
	if (json_finish(&json, out) != 0 || fclose(out) != 0) {
		free(text);
		text = NULL;
	}
	return text;
}
