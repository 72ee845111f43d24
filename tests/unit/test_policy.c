#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "config.h"
#include "palang/error.h"
#include "palang/writer.h"
#include "text.h"

/* Two authorities and the general answer, built by hand. */
static struct config_authority authorities[2];
static struct config config;
static struct order order;
static struct order_text reasons[3];

static int
set_up(void **state)
{
	(void)state;
	memset(authorities, 0, sizeof authorities);
	memset(&order, 0, sizeof order);
	memset(&config, 0, sizeof config);
	strcpy(authorities[0].name, "operator");
	strcpy(authorities[1].name, "kominfo");
	authorities[1].kind = PAL_EXTERNAL;
	config.authorities = authorities;
	config.authority_count = 2;
	config.answer.has_answer = config.answer.has_ttl = true;
	config.answer.answer = PAL_NODATA;
	config.answer.ttl = 30;
	strcpy(config.language, "en");
	strcpy(order.authority, "kominfo");
	strcpy(order.id, "2017/1");
	order.reasons = reasons;
	return 0;
}

static void
resolves_from_the_nearest(void **state)
{
	struct policy_texts texts;
	struct pal_policy_in policy;

	(void)state;
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_int_equal(policy.kind, PAL_EXTERNAL);
	assert_int_equal(policy.answer, PAL_NODATA);
	assert_int_equal(policy.ttl, 30);
	assert_false(policy.has_a || policy.has_aaaa);
	assert_string_equal(policy.authority, "kominfo");
	assert_string_equal(policy.id, "2017/1");
	assert_ptr_equal(policy.ede, texts.ede);
	policy_texts_fini(&texts);

	config.answer.has_a = config.answer.has_aaaa = true;
	config.answer.a[3] = 1;
	config.answer.aaaa[15] = 1;
	authorities[1].answer.has_answer = authorities[1].answer.has_ttl = true;
	authorities[1].answer.answer = PAL_REFUSED;
	authorities[1].answer.ttl = 60;
	authorities[1].answer.has_a = true;
	authorities[1].answer.a[3] = 2;
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_int_equal(policy.answer, PAL_REFUSED);
	assert_int_equal(policy.ttl, 60);
	assert_int_equal(policy.a[3], 2);
	assert_int_equal(policy.aaaa[15], 1);
	policy_texts_fini(&texts);

	order.has_answer = true;
	order.answer = PAL_SINKHOLE;
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_int_equal(policy.answer, PAL_SINKHOLE);
	policy_texts_fini(&texts);

	strcpy(order.authority, "operator");
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_int_equal(policy.kind, PAL_OWN);
	assert_int_equal(policy.a[3], 1);
	policy_texts_fini(&texts);

	/* gone from the configuration: still somebody else's order */
	strcpy(order.authority, "gone");
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_int_equal(policy.kind, PAL_EXTERNAL);
	policy_texts_fini(&texts);
}

/* The feed before its authority, its authority before the rest; told as an
 * order whose id is the feed's name. */
static void
resolves_a_feed(void **state)
{
	struct config_feed feed = {.name = "ads", .authority = "kominfo"};
	struct policy_texts texts;
	struct pal_policy_in policy;

	(void)state;
	strcpy(config.answer.text, "all");
	authorities[1].answer.has_a = authorities[1].answer.has_ttl = true;
	authorities[1].answer.a[3] = 2;
	authorities[1].answer.ttl = 60;
	strcpy(authorities[1].answer.text, "theirs");
	feed.answer.has_answer = feed.answer.has_ttl = true;
	feed.answer.answer = PAL_SINKHOLE;
	feed.answer.ttl = 90;
	assert_int_equal(
		config_feed_policy(&config, &feed, &policy, &texts), 0);
	assert_int_equal(policy.kind, PAL_EXTERNAL);
	assert_int_equal(policy.answer, PAL_SINKHOLE);
	assert_int_equal(policy.ttl, 90);
	assert_true(policy.has_a && !policy.has_aaaa);
	assert_int_equal(policy.a[3], 2);
	assert_string_equal(policy.authority, "kominfo");
	assert_string_equal(policy.id, "ads");
	assert_string_equal(policy.ede, "kominfo ads: theirs");
	assert_non_null(strstr(policy.json, "\"id\":\"ads\""));
	policy_texts_fini(&texts);
	strcpy(feed.answer.text, "its own");
	assert_int_equal(
		config_feed_policy(&config, &feed, &policy, &texts), 0);
	assert_string_equal(policy.ede, "kominfo ads: its own");
	policy_texts_fini(&texts);
}

static void
renders_the_plain_text(void **state)
{
	struct policy_texts texts;
	struct pal_policy_in policy;

	(void)state;
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_string_equal(texts.ede, "kominfo 2017/1");
	policy_texts_fini(&texts);

	strcpy(config.answer.text, "see example.net");
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_string_equal(texts.ede, "kominfo 2017/1: see example.net");
	policy_texts_fini(&texts);

	strcpy(authorities[1].answer.text, "call 159");
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_string_equal(texts.ede, "kominfo 2017/1: call 159");
	policy_texts_fini(&texts);
}

static void
cuts_the_plain_text_between_letters(void **state)
{
	struct policy_texts texts;
	struct pal_policy_in policy;

	(void)state;
	/* 24 + 1 + 48 + 2 + 64 octets, the last letters of 3 octets */
	memset(order.authority, 'a', ORDER_AUTHORITY_MAX - 1);
	memset(order.id, 'b', ORDER_ID_MAX - 1);
	config.answer.text[0] = 'x';
	for (size_t i = 0; i < 21; i++)
		memcpy(config.answer.text + 1 + i * 3, "\xe2\x82\xac", 3);
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_int_equal(strlen(texts.ede), 127);
	assert_true(text_is_utf8(texts.ede, 127));
	policy_texts_fini(&texts);
}

static void
renders_the_structured_text(void **state)
{
	struct policy_texts texts;
	struct pal_policy_in policy;
	char title[] = "Kementerian \"K\"";
	char mail[] = "mailto:a@example.id", own[] = "mailto:own@example.id";

	(void)state;
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_string_equal(texts.json,
		"{\"o\":\"kominfo\","
		"\"fdbs\":[{\"db\":\"kominfo\",\"id\":\"2017/1\"}]}");
	assert_string_equal(texts.json, texts.json_short);
	policy_texts_fini(&texts);

	authorities[1].title = title;
	authorities[1].contacts[0] = mail;
	authorities[1].contact_count = 1;
	reasons[0] = (struct order_text){"id", "pro\xe2\x82\xac"};
	order.reason_count = 1;
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_string_equal(texts.json,
		"{\"c\":[\"mailto:a@example.id\"],\"j\":\"pro\xe2\x82\xac\","
		"\"o\":\"Kementerian \\\"K\\\"\",\"l\":\"id\","
		"\"fdbs\":[{\"db\":\"kominfo\",\"id\":\"2017/1\"}]}");
	assert_string_equal(texts.json_short,
		"{\"c\":[\"mailto:a@example.id\"],"
		"\"o\":\"Kementerian \\\"K\\\"\","
		"\"fdbs\":[{\"db\":\"kominfo\",\"id\":\"2017/1\"}]}");
	policy_texts_fini(&texts);

	order.contacts[0] = own;
	order.contact_count = 1;
	assert_int_equal(config_policy(&config, &order, &policy, &texts), 0);
	assert_non_null(
		strstr(texts.json, "{\"c\":[\"mailto:own@example.id\"]"));
	policy_texts_fini(&texts);
}

struct language_case {
	const char *tags[3];
	const char *wanted;
	const char *chosen;
};

static const struct language_case language_cases[] = {
	{{"de", "en", "id"}, "en", "\"l\":\"en\""},
	{{"de", "id", NULL}, "en", "\"l\":\"de\""},
	{{"de", "en-gb", NULL}, "en", "\"l\":\"en-gb\""},
	{{"de", "en", NULL}, "en-gb", "\"l\":\"en\""},
	{{"en", "en-gb", NULL}, "en-gb", "\"l\":\"en-gb\""},
	{{"de", "eng", NULL}, "en", "\"l\":\"de\""},
};

static void
chooses_the_language(void **state)
{
	size_t n = sizeof language_cases / sizeof *language_cases;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct language_case *c = &language_cases[i];
		struct policy_texts texts;
		struct pal_policy_in policy;

		for (order.reason_count = 0;
			order.reason_count < 3 &&
			c->tags[order.reason_count] != NULL;
			order.reason_count++)
			reasons[order.reason_count] = (struct order_text){
				(char *)(uintptr_t)c->tags[order.reason_count],
				"x"};
		strcpy(config.language, c->wanted);
		assert_int_equal(
			config_policy(&config, &order, &policy, &texts), 0);
		if (strstr(texts.json, c->chosen) == NULL)
			fail_msg("%s: %s", c->wanted, texts.json);
		policy_texts_fini(&texts);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(resolves_a_feed, set_up),
		cmocka_unit_test_setup(resolves_from_the_nearest, set_up),
		cmocka_unit_test_setup(renders_the_plain_text, set_up),
		cmocka_unit_test_setup(
			cuts_the_plain_text_between_letters, set_up),
		cmocka_unit_test_setup(renders_the_structured_text, set_up),
		cmocka_unit_test_setup(chooses_the_language, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
