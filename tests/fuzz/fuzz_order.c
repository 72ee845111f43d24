/*
 * Fuzz target: what parses as orders has a canonical form that parses back to
 * the same digest; what does not parse has an error that says where.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1500000000

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
check_order(const struct order *order)
{
	struct order again;

	must(text_is_utf8(order->canonical, order->canonical_len));
	must(order_restore(&again, order->canonical, order->canonical_len) ==
		0);
	must(memcmp(order->digest, again.digest, PAL_SHA256_SIZE) == 0);
	must(order->target_count == again.target_count);
	order_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = {0};
	struct order_batch batch;
	int ret = order_parse(
		&batch, "f", (const char *)data, size, NOW, &problems);

	must((ret == 0) == (problems.errors == 0));
	must((ret == 0) == (batch.count > 0));
	for (size_t i = 0; i < batch.count; i++)
		check_order(&batch.orders[i]);
	order_batch_fini(&batch);
	problems_fini(&problems);
	return 0;
}
