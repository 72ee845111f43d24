#include "core_util.h"

#include "palang/status.h"

static char *
text_of(const struct pal_status *status, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	assert_int_equal(pal_status_write(out, status), 0);
	fclose(out);
	return text;
}

static struct pal_status
example(struct pal_status_order *orders)
{
	struct pal_status s = {.instance = "ns1",
		.host = "unbound 1.17.1",
		.pid = 4711,
		.state = PAL_STATE_DEGRADED,
		.started = 1,
		.heartbeat = 2,
		.ended = 9,
		.generation = 3,
		.effect = 4,
		.swept = 2,
		.swept_at = 5,
		.latest = 6,
		.stepped = 7,
		.error_generation = 4,
		.error_at = 8,
		.error = "orders-4.img: the checksum does not match",
		.blocked = {10, 20, 30, 40},
		.list_count = 1};

	strcpy(s.lists[0].name, "orders");
	s.lists[0].rules = 11;
	s.lists[0].octets = 1234;
	s.lists[0].fallback = true;
	strcpy(orders[0].authority, "kominfo");
	strcpy(orders[0].id, "2017/TELEGRAM/1");
	orders[0].blocked[2] = 30;
	s.orders = orders;
	s.order_count = 1;
	s.shadows[0] = (struct pal_status_shadow){.authority = "kominfo",
		.id = "2017/TELEGRAM/2",
		.since = 11,
		.blocked = 12,
		.networks = 13,
		.networks_before = 14};
	s.shadow_count = 1;
	return s;
}

static void
round_trips(void **state)
{
	(void)state;
	struct pal_status_order orders[1] = {{.authority = ""}};
	struct pal_status s = example(orders), back;
	size_t len, again;
	char *text = text_of(&s, &len);

	assert_int_equal(pal_status_parse(&back, text, len), 0);
	assert_string_equal(back.instance, "ns1");
	assert_string_equal(back.error, s.error);
	assert_int_equal(back.state, PAL_STATE_DEGRADED);
	assert_int_equal(back.pid, 4711);
	assert_int_equal(back.ended, 9);
	assert_true(back.lists[0].fallback);
	assert_int_equal(back.order_count, 1);
	assert_string_equal(back.orders[0].id, "2017/TELEGRAM/1");
	assert_int_equal(back.orders[0].blocked[2], 30);
	assert_int_equal(back.shadow_count, 1);
	assert_string_equal(back.shadows[0].id, "2017/TELEGRAM/2");
	assert_int_equal(back.shadows[0].since, 11);
	assert_int_equal(back.shadows[0].blocked, 12);
	assert_int_equal(back.shadows[0].networks, 13);
	assert_int_equal(back.shadows[0].networks_before, 14);
	char *second = text_of(&back, &again);
	assert_int_equal(len, again);
	assert_memory_equal(text, second, len);
	free(text);
	free(second);
	pal_status_fini(&back);
}

static void
skips_the_unknown(void **state)
{
	(void)state;
	static const char text[] =
		"palang-status 1\ninstance a\nnew-thing 1 2 3\nend\n";
	struct pal_status s;

	assert_int_equal(pal_status_parse(&s, text, strlen(text)), 0);
	assert_string_equal(s.instance, "a");
	pal_status_fini(&s);
}

static void
refuses(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int error;
	} cases[] = {
		{"", PAL_EFORM},
		{"palang-status 2\nend\n", PAL_EVERSION},
		{"palang-status 1\n", PAL_EFORM}, /* cut short */
		{"palang-status 1\nend", PAL_EFORM},
		{"palang-status 1\nstate BROKEN\nend\n", PAL_EFORM},
		{"palang-status 1\ngeneration -1\nend\n", PAL_EFORM},
		{"palang-status 1\ngeneration 99999999999999999999\nend\n",
			PAL_EFORM},
		{"palang-status 1\ninstance ../../etc\nend\n", PAL_EFORM},
		{"palang-status 1\norder k a\033b 1 1 1 1\nend\n", PAL_EFORM},
		{"palang-status 1\nblocked 1 2 3\nend\n", PAL_EFORM},
		{"palang-status 1\nshadow k 1 1 1 1\nend\n", PAL_EFORM},
		{"palang-status 1\nshadow k 1 1 1 1 1 1\nend\n", PAL_EFORM},
		{"palang-status 1\nshadow k \"1\" 1 1 1 1\nend\n", PAL_EFORM},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pal_status s;
		assert_int_equal(pal_status_parse(&s, cases[i].text,
					 strlen(cases[i].text)),
			cases[i].error);
	}
}

/* Rows that nobody's resolver has are refused, not stored. */
static void
refuses_many_shadows(void **state)
{
	(void)state;
	static const char row[] = "shadow k 1 1 1 1 1\n";
	char text[PAL_SHADOW_MAX * sizeof(row) + 100] = "palang-status 1\n";
	struct pal_status s;

	for (int i = 0; i < PAL_SHADOW_MAX; i++)
		strcat(text, row);
	size_t len = strlen(text);
	strcat(text, "end\n");
	assert_int_equal(pal_status_parse(&s, text, strlen(text)), 0);
	assert_int_equal(s.shadow_count, PAL_SHADOW_MAX);
	pal_status_fini(&s);
	text[len] = '\0';
	strcat(text, row);
	strcat(text, "end\n");
	assert_int_equal(pal_status_parse(&s, text, strlen(text)), PAL_EFORM);
}

/* A text cannot begin a line of its own, in either direction. */
static void
keeps_lines(void **state)
{
	(void)state;
	struct pal_status s = {.instance = "a", .host = "x"}, back;
	size_t len;

	strcpy(s.error, "one\nstate EMPTY\x1b[2J");
	char *text = text_of(&s, &len);
	assert_int_equal(pal_status_parse(&back, text, len), 0);
	assert_int_equal(back.state, PAL_STATE_OK);
	assert_string_equal(back.error, "one state EMPTY [2J");
	pal_status_fini(&back);
	free(text);
}

/* Whatever the resolver's user writes: taken or refused, nothing else. */
static void
survives_garbage(void **state)
{
	(void)state;
	struct pal_status_order orders[1] = {{.authority = ""}};
	struct pal_status s = example(orders), back;
	struct dice dice = {5};
	size_t len, taken = 0;
	char *text = text_of(&s, &len);

	for (int i = 0; i < 20000; i++) {
		char *copy = malloc(len);
		memcpy(copy, text, len);
		for (uint32_t n = 1 + roll(&dice, 4); n > 0; n--)
			copy[roll(&dice, (uint32_t)len)] =
				(char)roll(&dice, 256);
		if (pal_status_parse(&back, copy, len) == 0) {
			taken++;
			pal_status_fini(&back);
		}
		free(copy);
	}
	assert_true(taken > 0 && taken < 20000);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(skips_the_unknown),
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_many_shadows),
		cmocka_unit_test(keeps_lines),
		cmocka_unit_test(survives_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
