#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cmd_template.h"
#include "order_form.h"

#define NOW      "2017-07-14T09:00:00+07:00"
#define NOW_TIME 1499997600

static char *
written(enum order_action action)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	template_write(out, action, "kominfo", NOW);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Takes the # from each line that holds a key. */
static void
use_all_keys(char *text)
{
	char *to = text;
	bool starts = true;

	for (const char *from = text; *from != '\0';) {
		if (starts && from[0] == '#' && from[1] != '\n' &&
			(from[1] != ' ' || from[2] == ' '))
			from++;
		starts = *from == '\n';
		*to++ = *from++;
	}
	*to = '\0';
}

static void
parse(struct order_batch *batch, const char *text)
{
	struct problems problems = {0};

	if (order_parse(batch, "template", text, strlen(text), NOW_TIME,
		    &problems) != 0) {
		problems_print(stderr, &problems);
		fail_msg("%s", text);
	}
	assert_int_equal(problems.count, 0);
	assert_int_equal(batch->count, 1);
}

static void
is_an_order_as_it_stands(void **state)
{
	struct order_batch batch;
	char *text = written(ORDER_BLOCK);

	(void)state;
	parse(&batch, text);
	assert_int_equal(batch.orders[0].action, ORDER_BLOCK);
	assert_string_equal(batch.orders[0].authority, "kominfo");
	assert_string_equal(batch.orders[0].id, "2017/EXAMPLE/1");
	assert_int_equal(batch.orders[0].issued, NOW_TIME);
	assert_int_equal(batch.orders[0].target_count, 4);
	order_batch_fini(&batch);
	free(text);
	text = written(ORDER_LIFT);
	parse(&batch, text);
	assert_int_equal(batch.orders[0].action, ORDER_LIFT);
	assert_string_equal(batch.orders[0].lifts, "2017/EXAMPLE/1");
	assert_int_equal(batch.orders[0].target_count, 0);
	order_batch_fini(&batch);
	free(text);
}

static void
is_an_order_with_every_key_in_use(void **state)
{
	struct order_batch batch;
	const struct order *order = NULL;
	char *text = written(ORDER_BLOCK);

	(void)state;
	use_all_keys(text);
	parse(&batch, text);
	order = &batch.orders[0];
	assert_non_null(order->reference);
	assert_string_equal(order->replaces, "2017/EXAMPLE/0");
	assert_true(order->expires != PAL_NEVER);
	assert_true(order->review != ORDER_NO_TIME);
	assert_int_equal(order->comply_within, 86400);
	assert_non_null(order->legal_basis);
	assert_int_equal(order->reason_count, 2);
	assert_int_equal(order->contact_count, 1);
	assert_true(order->has_answer);
	order_batch_fini(&batch);
	free(text);
	text = written(ORDER_LIFT);
	use_all_keys(text);
	parse(&batch, text);
	assert_int_equal(batch.orders[0].target_count, 1);
	order_batch_fini(&batch);
	free(text);
}

/* What the parser knows, the template shows. */
static void
shows_every_key(void **state)
{
	char *block = written(ORDER_BLOCK), *lift = written(ORDER_LIFT);

	(void)state;
	for (unsigned i = 0; i < ORDER_KEYS; i++) {
		char key[32];

		snprintf(key, sizeof key, "%s", order_keys[i]);
		if (strstr(block, key) == NULL && strstr(lift, key) == NULL)
			fail_msg("%s", key);
	}
	free(block);
	free(lift);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_an_order_as_it_stands),
		cmocka_unit_test(is_an_order_with_every_key_in_use),
		cmocka_unit_test(shows_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
