/*
 * The papers on orders tell the truth: what they show as an order is one, what
 * they show as an error is refused with the words shown, and they name every
 * key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "config.h"
#include "file.h"
#include "order_form.h"
#include "palang/error.h"

#define NOW 1800000000 /* 2027: after all that is issued in examples */

static char *
read_whole(const char *name)
{
	char path[512], *data;
	size_t len;

	snprintf(path, sizeof path, "%s/%s", SOURCE_DIR, name);
	assert_int_equal(file_read(path, 1 << 20, 0, &data, &len), 0);
	return data;
}

/* Calls take with each block of lines between a line that begins with open
 * and the line close; how many there were. */
static unsigned
each_block(const char *name, const char *open, const char *close,
	void (*take)(const char *text))
{
	char *data = read_whole(name), *at = data, *end;
	unsigned count = 0;

	while ((at = strstr(at, open)) != NULL) {
		at = strchr(at, '\n') + 1;
		end = strstr(at, close);
		assert_non_null(end);
		*end = '\0';
		take(at);
		at = end + 1;
		count++;
	}
	free(data);
	return count;
}

/* What the first problem prints as; empty if there is none. */
static char *
first_problem(const char *text)
{
	struct problems problems = {0};
	struct order_batch batch;
	char *printed;
	size_t len;
	FILE *out = open_memstream(&printed, &len);

	assert_non_null(out);
	if (order_parse(&batch, "order.yaml", text, strlen(text), NOW,
		    &problems) == 0)
		order_batch_fini(&batch);
	else
		problems_print(out, &problems);
	assert_int_equal(fclose(out), 0);
	problems_fini(&problems);
	printed[strcspn(printed, "\n")] = '\0';
	return printed;
}

static void
takes_order(const char *text)
{
	char *problem = first_problem(text);

	if (problem[0] != '\0')
		fail_msg("%s\n%s", text, problem);
	free(problem);
}

/* The message stands in comments at the end, on one or more lines. */
static void
refuses_as_shown(const char *text)
{
	char *problem = first_problem(text), shown[512] = "";
	const char *at = strstr(text, "# order.yaml");

	assert_non_null(at);
	while (at != NULL && at[0] == '#') {
		strcat(shown, shown[0] == '\0' ? "" : " ");
		strncat(shown, at + 2, strcspn(at + 2, "\n"));
		at = strchr(at, '\n');
		at = at == NULL ? NULL : at + 1;
	}
	assert_string_equal(problem, shown);
	free(problem);
}

static void
loads_configuration(const char *text)
{
	char path[] = "/tmp/palang-test-docs-XXXXXX";
	int fd = mkstemp(path);
	struct problems problems = {0};
	struct config config;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	if (config_load(&config, path, &problems) != 0) {
		problems_print(stderr, &problems);
		fail_msg("%s", text);
	}
	config_fini(&config);
	unlink(path);
}

static char canonical[1024];

static void
keeps_canonical(const char *text)
{
	assert_true(strlen(text) < sizeof canonical);
	strcpy(canonical, text);
}

static void
compares_canonical(const char *text)
{
	struct problems problems = {0};
	struct order_batch batch;

	if (strstr(text, "id: 2017/TELEGRAM/3") == NULL)
		return;
	assert_int_equal(
		order_parse(&batch, "f", text, strlen(text), NOW, &problems),
		0);
	assert_string_equal(batch.orders[0].canonical, canonical);
	order_batch_fini(&batch);
	canonical[0] = '\0';
}

static void
orders_by_example(void **state)
{
	const char *name = "docs/ORDERS.md", *end = "```\n";

	(void)state;
	assert_true(each_block(name, "```yaml\n", end, takes_order) > 5);
	assert_true(
		each_block(name, "```yaml error\n", end, refuses_as_shown) > 2);
	assert_int_equal(each_block(name, "```yaml configuration\n", end,
				 loads_configuration),
		1);
	assert_int_equal(
		each_block(name, "```yaml canonical\n", end, keeps_canonical),
		1);
	each_block(name, "```yaml\n", end, compares_canonical);
	assert_string_equal(canonical, "");
}

/* Rows of a table: | `- what is written` ... | the message | */
static void
messages_by_example(void **state)
{
	char *data = read_whole("docs/ORDERS.md"), *at = data;
	unsigned count = 0;

	(void)state;
	while ((at = strstr(at, "| `- ")) != NULL) {
		char order[256], *problem, *cell;

		snprintf(order, sizeof order,
			"palang-order: 1\nauthority: k\nid: 1\n"
			"issued: 2017-07-14T09:00:00Z\naction: block\n"
			"scope: subtree\ntargets:\n%.*s\n",
			(int)strcspn(at + 3, "`"), at + 3);
		cell = strstr(at + 3, "| ") + 2;
		at = strchr(cell, '\n');
		at[-2] = '\0';
		problem = first_problem(order);
		if (strstr(problem, cell) == NULL)
			fail_msg("%s\nnot: %s", problem, cell);
		free(problem);
		count++;
	}
	assert_true(count > 5);
	free(data);
}

static void
manual_pages_by_example(void **state)
{
	const char *open = ".Bd -literal -offset indent\n", *close = ".Ed\n";

	(void)state;
	assert_int_equal(
		each_block("man/palang-order.5", open, close, takes_order), 3);
	assert_int_equal(each_block("man/palang.yaml.5", open, close,
				 loads_configuration),
		1);
}

static void
signing_by_example(void **state)
{
	const char *name = "docs/SIGNING.md", *end = "```\n";

	(void)state;
	assert_int_equal(each_block(name, "```yaml\n", end, takes_order), 2);
	assert_int_equal(each_block(name, "```yaml configuration\n", end,
				 loads_configuration),
		1);
}

/* The signed order that is there to be tried. */
static void
the_sample_is_signed(void **state)
{
	char *key_text = read_whole("blocklists/keys/example.pub");
	char *order = read_whole("blocklists/keys/example.yaml");
	char *text = read_whole("blocklists/keys/example.yaml.minisig");
	struct minisig minisig;
	struct minisig_key key;
	const char *why;

	(void)state;
	takes_order(order);
	assert_int_equal(
		minisig_key_file(&key, key_text, strlen(key_text), &why), 0);
	assert_int_equal(minisig_parse(&minisig, text, strlen(text), &why), 0);
	assert_memory_equal(minisig.id, key.id, MINISIG_ID);
	assert_int_equal(
		minisig_verify(&minisig, key.pk, order, strlen(order), &why),
		0);
	minisig_fini(&minisig);
	free(key_text);
	free(order);
	free(text);
}

static void
every_key_is_told(void **state)
{
	char *manual = read_whole("man/palang-order.5");
	char *orders = read_whole("docs/ORDERS.md");
	char *sample = read_whole("blocklists/orders/every-key.yaml");

	(void)state;
	for (unsigned i = 0; i < ORDER_KEYS; i++) {
		char text[64];

		snprintf(text, sizeof text, ".It Cm %s", order_keys[i]);
		if (strstr(manual, text) == NULL)
			fail_msg("palang-order.5: %s", text);
		snprintf(text, sizeof text, "- `%s: ", order_keys[i]);
		if (strstr(orders, text) == NULL)
			fail_msg("ORDERS.md: %s", text);
		snprintf(text, sizeof text, "\n%s:", order_keys[i]);
		if (strstr(sample, text) == NULL)
			fail_msg("every-key.yaml: %s", text);
	}
	free(manual);
	free(orders);
	free(sample);
}

static void
orders_that_are_kept(void **state)
{
	static const char *const names[] = {
		"blocklists/orders/2017-07-14-kominfo-block-telegram.yaml",
		"blocklists/orders/2017-08-10-kominfo-lift-telegram.yaml",
		"blocklists/orders/every-key.yaml"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *data = read_whole(names[i]);

		takes_order(data);
		free(data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_by_example),
		cmocka_unit_test(messages_by_example),
		cmocka_unit_test(manual_pages_by_example),
		cmocka_unit_test(signing_by_example),
		cmocka_unit_test(the_sample_is_signed),
		cmocka_unit_test(every_key_is_told),
		cmocka_unit_test(orders_that_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
