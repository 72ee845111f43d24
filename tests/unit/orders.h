/* Building orders and histories by hand, for the tests of what they do. */
#ifndef TEST_ORDERS_H
#define TEST_ORDERS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "effect.h"
#include "palang/decide.h"

/* An order with room for its targets; nothing in it is allocated. */
#define DOC_TARGETS 16
struct doc {
	struct order order;
	struct order_target targets[DOC_TARGETS];
};

static inline struct pal_name
name_of(const char *text)
{
	struct pal_name name;

	assert_int_equal(pal_name_from_text(&name, text, strlen(text)), 0);
	return name;
}

static inline int
target_order(const void *a, const void *b)
{
	const struct order_target *left = a, *right = b;
	int cmp = pal_name_cmp(&left->name, &right->name);

	return cmp != 0 ? cmp : (int)left->scope - (int)right->scope;
}

static inline void
doc_init(struct doc *doc, enum order_action action, const char *authority,
	const char *id, int64_t begin, int64_t end)
{
	struct order *order = &doc->order;

	memset(doc, 0, sizeof *doc);
	order->action = action;
	snprintf(order->authority, sizeof order->authority, "%s", authority);
	snprintf(order->id, sizeof order->id, "%s", id);
	order->issued = begin;
	order->effective = begin;
	order->expires = end;
	order->review = order->comply_by = ORDER_NO_TIME;
	order->targets = doc->targets;
	/* A stand-in for the canonical form: enough to tell documents apart. */
	pal_sha256(id, strlen(id), order->digest);
}

static inline void
doc_lifts(struct doc *doc, const char *authority, const char *id)
{
	snprintf(doc->order.lifts_authority, ORDER_AUTHORITY_MAX, "%s",
		authority);
	snprintf(doc->order.lifts, ORDER_ID_MAX, "%s", id);
}

/* Keeps the targets in canonical order, as the parser does. */
static inline void
doc_target(struct doc *doc, const char *name, enum pal_scope scope, bool except)
{
	struct order *order = &doc->order;

	assert_true(order->target_count < DOC_TARGETS);
	order->targets[order->target_count++] = (struct order_target){
		.name = name_of(name), .scope = scope, .except = except};
	qsort(order->targets, order->target_count, sizeof *order->targets,
		target_order);
}

/* A configuration of external authorities with nothing set: k, c and m, of
 * which m acts for k; and the operator. */
struct test_config {
	struct config config;
	struct config_authority authorities[4];
	char acts_for[1][ORDER_AUTHORITY_MAX];
};

static inline void
test_config_init(struct test_config *test)
{
	static const char *const names[] = {"k", "c", "m", "operator"};

	memset(test, 0, sizeof *test);
	for (int i = 0; i < 4; i++) {
		struct config_authority *authority = &test->authorities[i];

		snprintf(authority->name, sizeof authority->name, "%s",
			names[i]);
		authority->kind = i < 3 ? PAL_EXTERNAL : PAL_OWN;
		authority->signature = SIGNATURE_TRANSCRIBED;
	}
	snprintf(test->acts_for[0], ORDER_AUTHORITY_MAX, "k");
	test->authorities[2].acts_for = test->acts_for;
	test->authorities[2].acts_for_count = 1;
	test->config.answer = (struct config_answer){.has_answer = true,
		.has_ttl = true,
		.answer = PAL_NODATA,
		.ttl = 30};
	test->config.authorities = test->authorities;
	test->config.authority_count = 4;
	test->config.settings.chain = true;
	snprintf(test->config.language, sizeof test->config.language, "en");
}

/* A snapshot of one orders image. */
static inline struct pal_image *
compile_orders(const struct history *history, const struct config *config,
	int64_t now, struct pal_snapshot *snapshot)
{
	static const uint8_t key[16] = "0123456789abcdef";
	struct problems problems = {NULL, 0, 0};
	struct pal_image *image = NULL;
	const char *why = NULL;
	uint8_t *data = NULL;
	size_t len = 0;

	assert_int_equal(effect_compile(history, config, now, key, &data, &len,
				 &problems),
		0);
	assert_int_equal(problems.count, 0);
	if (pal_image_load(&image, data, len, &why) != 0)
		fail_msg("compiled image: %s", why);
	memset(snapshot, 0, sizeof *snapshot);
	snapshot->orders.image = image;
	return image;
}

#endif
