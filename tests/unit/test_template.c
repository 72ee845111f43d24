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
written(enum order_action action, const char *authority)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	template_write(out, action, authority, NOW);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* What people do first. */
static void
edit(char *text)
{
	static const char *const own[][2] = {
		{"EDIT-ME", "TRIAL77"}, {"edit-me", "example"}};

	for (size_t i = 0; i < 2; i++) {
		for (char *at; (at = strstr(text, own[i][0])) != NULL;)
			memcpy(at, own[i][1], strlen(own[i][1]));
	}
}

static char *
edited(enum order_action action)
{
	char *text = written(action, "kominfo");

	edit(text);
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
is_an_order_once_edited(void **state)
{
	struct order_batch batch;
	char *text = edited(ORDER_BLOCK);

	(void)state;
	parse(&batch, text);
	assert_int_equal(batch.orders[0].action, ORDER_BLOCK);
	assert_string_equal(batch.orders[0].authority, "kominfo");
	assert_string_equal(batch.orders[0].id, "2017/TRIAL77/1");
	assert_int_equal(batch.orders[0].issued, NOW_TIME);
	assert_int_equal(batch.orders[0].target_count, 4);
	order_batch_fini(&batch);
	free(text);
	text = edited(ORDER_LIFT);
	parse(&batch, text);
	assert_int_equal(batch.orders[0].action, ORDER_LIFT);
	assert_string_equal(batch.orders[0].lifts, "2017/TRIAL77/1");
	assert_int_equal(batch.orders[0].target_count, 0);
	order_batch_fini(&batch);
	free(text);
}

/* An example that goes into force unread is an accident. */
static void
is_refused_until_edited(void **state)
{
	static const struct {
		enum order_action action;
		const char *authority;
		unsigned errors; /* authority; id; lifts or three names */
	} cases[] = {
		{ORDER_BLOCK, ORDER_EDIT_ME, 5},
		{ORDER_BLOCK, "kominfo", 4},
		{ORDER_LIFT, ORDER_EDIT_ME, 3},
		{ORDER_LIFT, "kominfo", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = written(cases[i].action, cases[i].authority);
		struct problems problems = {0};
		struct order_batch batch;

		assert_int_not_equal(order_parse(&batch, "template", text,
					     strlen(text), NOW_TIME, &problems),
			0);
		assert_int_equal(problems.errors, cases[i].errors);
		for (size_t at = 0; at < problems.count; at++)
			assert_non_null(strstr(problems.items[at].text,
				"in the template to be edited; write your "
				"own"));
		problems_fini(&problems);
		free(text);
	}
}

static void
is_an_order_with_every_key_in_use(void **state)
{
	struct order_batch batch;
	const struct order *order = NULL;
	char *text = edited(ORDER_BLOCK);

	(void)state;
	use_all_keys(text);
	parse(&batch, text);
	order = &batch.orders[0];
	assert_non_null(order->reference);
	assert_string_equal(order->replaces, "2017/TRIAL77/0");
	assert_true(order->expires != PAL_NEVER);
	assert_true(order->review != ORDER_NO_TIME);
	assert_int_equal(order->comply_within, 86400);
	assert_non_null(order->legal_basis);
	assert_int_equal(order->reason_count, 2);
	assert_int_equal(order->contact_count, 1);
	assert_true(order->has_answer);
	order_batch_fini(&batch);
	free(text);
	text = edited(ORDER_LIFT);
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
	char *block = edited(ORDER_BLOCK), *lift = edited(ORDER_LIFT);

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
		cmocka_unit_test(is_refused_until_edited),
		cmocka_unit_test(is_an_order_once_edited),
		cmocka_unit_test(is_an_order_with_every_key_in_use),
		cmocka_unit_test(shows_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
