#include "core_util.h"

#include "palang/image.h"
#include "palang/writer.h"

static const uint8_t key[16] = {1, 2, 3, 4, 5, 6, 7, 8};
static const struct pal_interval always = {0, PAL_NEVER};

static struct pal_order_in
order_of(const char *authority, const char *id, int64_t issued)
{
	return (struct pal_order_in){.policy = {.kind = PAL_EXTERNAL,
					     .answer = PAL_SINKHOLE,
					     .ttl = 30,
					     .has_a = true,
					     .a = {192, 0, 2, 1},
					     .authority = authority,
					     .id = id,
					     .ede = "why",
					     .json = "{}"},
		.issued = issued,
		.receipt = 1};
}

/* An orders image with something of everything. */
static void
make_orders(uint8_t **data, size_t *len)
{
	struct pal_writer *w;
	struct pal_order_in k = order_of("kominfo", "2017/1", 10);
	struct pal_order_in m = order_of("ministry", "7", 20);
	static const struct pal_interval two[] = {{5, 10}, {20, PAL_NEVER}};
	struct pal_name n;

	assert_int_equal(pal_writer_open_orders(&w, key), 0);
	assert_int_equal(pal_writer_order(w, &k), 0);
	n = name_of("telegram.org");
	assert_int_equal(pal_writer_entry(w, &n, PAL_SUBTREE, &always, 1), 0);
	n = name_of("api.telegram.org");
	assert_int_equal(pal_writer_entry(w, &n, PAL_SUBTREE, NULL, 0), 0);
	n = name_of("t.me");
	assert_int_equal(pal_writer_entry(w, &n, PAL_EXACT, two, 2), 0);
	assert_int_equal(pal_writer_order(w, &m), 0);
	n = name_of("telegram.org");
	assert_int_equal(pal_writer_entry(w, &n, PAL_EXACT, &always, 1), 0);
	assert_int_equal(pal_writer_finish(w, data, len, NULL), 0);
	pal_writer_close(w);
}

/* What the plain image says of the one before it. */
static const uint8_t base[PAL_SHA256_SIZE] = {9, 8, 7};

static void
make_plain(uint8_t **data, size_t *len)
{
	struct pal_name names[2] = {
		name_of("n1.example"), name_of("www.n1.example")};
	struct pal_changes changes = {.names = names, .count = 2};
	struct pal_writer *w;
	struct pal_order_in k = order_of("trust", "ads", 0);
	struct pal_name n;
	char text[40];

	assert_int_equal(pal_writer_open_plain(&w, key, &k.policy), 0);
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "n%d.example", i);
		n = name_of(text);
		assert_int_equal(
			pal_writer_rule(
				w, &n, i % 3 ? PAL_SUBTREE : PAL_EXACT, false),
			0);
	}
	n = name_of("good.ok.n1.example");
	assert_int_equal(pal_writer_rule(w, &n, PAL_SUBTREE, true), 0);
	n = name_of("fine.ok.n1.example");
	assert_int_equal(pal_writer_rule(w, &n, PAL_EXACT, true), 0);
	memcpy(changes.base, base, sizeof(base));
	assert_int_equal(pal_writer_changes(w, &changes), 0);
	assert_int_equal(pal_writer_finish(w, data, len, NULL), 0);
	pal_writer_close(w);
}

static struct pal_match
match(const struct pal_image *image, const char *text)
{
	struct pal_name n = name_of(text);
	uint8_t at[PAL_LABELS_MAX];
	unsigned count;
	struct pal_match m;

	assert_int_equal(pal_wire_labels(n.wire, n.len, at, &count), n.len);
	pal_image_match(image, n.wire, at, count, &m);
	return m;
}

static void
reads_orders(void **state)
{
	(void)state;
	uint8_t *data;
	size_t len;
	struct pal_image *image;
	struct pal_rule rule;
	struct pal_claim claim;
	struct pal_policy policy;
	char text[PAL_NAME_TEXT_MAX];

	make_orders(&data, &len);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	assert_int_equal(pal_image_form(image), PAL_FORM_ORDERS);
	assert_int_equal(pal_image_rule_count(image), 4);
	assert_int_equal(pal_image_policies(image), 2);
	assert_int_equal(pal_image_next_edge(image, 7), 10);
	assert_true(pal_image_next_edge(image, 20) == PAL_NEVER);

	/* canonical order: t.me, then telegram.org exact before subtree */
	pal_image_rule(image, 0, &rule);
	assert_string_equal(pal_name_to_text(text, &rule.name), "t.me");
	pal_image_rule(image, 1, &rule);
	assert_int_equal(rule.scope, PAL_EXACT);
	assert_int_equal(rule.claim_count, 2);
	pal_image_claim(image, rule.claims, &claim);
	pal_image_policy(image, claim.policy, &policy);
	assert_memory_equal(policy.authority.text, "ministry", 8);
	pal_image_claim(image, rule.claims + 1, &claim);
	pal_image_policy(image, claim.policy, &policy);
	assert_memory_equal(policy.id.text, "2017/1", 6);
	assert_int_equal(policy.ttl, 30);
	assert_true(policy.has_a && !policy.has_aaaa);
	assert_true(claim.hole); /* api.telegram.org is open */
	assert_int_equal(claim.scope, PAL_SUBTREE);
	pal_image_rule(image, 3, &rule);
	assert_string_equal(
		pal_name_to_text(text, &rule.name), "api.telegram.org");
	assert_int_equal(rule.claim_count, 0);

	assert_int_equal(match(image, "x.telegram.org").rule, 2);
	assert_int_equal(match(image, "x.telegram.org").labels, 2);
	assert_int_equal(match(image, "TELEGRAM.ORG").rule, 1);
	assert_int_equal(match(image, "v1.api.telegram.org").rule, 3);
	assert_false(match(image, "www.t.me").found);
	assert_false(match(image, "org").found);
	pal_image_free(image);
}

static void
reads_plain(void **state)
{
	(void)state;
	uint8_t *data;
	size_t len;
	struct pal_image *image;

	make_plain(&data, &len);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	assert_int_equal(pal_image_rules(image), 42);
	assert_true(match(image, "n0.example").found);
	assert_false(match(image, "www.n0.example").found);
	assert_true(match(image, "www.n1.example").found);
	assert_false(match(image, "www.n1.example").except);
	assert_true(match(image, "www.n1.example").hole);
	assert_false(match(image, "www.n2.example").hole);
	assert_true(match(image, "a.good.ok.n1.example").except);
	assert_true(match(image, "fine.ok.n1.example").except);
	assert_false(match(image, "a.fine.ok.n1.example").except);
	assert_false(match(image, "n77.example").found);
	pal_image_free(image);
}

/* Sets of all sizes: each member is found, and none that is not there. */
static void
finds_members(void **state)
{
	static const int sizes[] = {1, 2, 63, 64, 65, 129, 1000, 20000};
	struct pal_order_in k = order_of("trust", "ads", 0);

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		struct pal_image *image;
		struct pal_writer *w;
		struct pal_name n;
		uint8_t *data;
		size_t len;
		char text[40];

		assert_int_equal(pal_writer_open_plain(&w, key, &k.policy), 0);
		for (int i = 0; i < sizes[s]; i++) {
			snprintf(text, sizeof(text), "n%d.example", i);
			n = name_of(text);
			assert_int_equal(
				pal_writer_rule(w, &n, PAL_EXACT, false), 0);
		}
		assert_int_equal(pal_writer_finish(w, &data, &len, NULL), 0);
		pal_writer_close(w);
		assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
		for (int i = 0; i < 2 * sizes[s]; i++) {
			snprintf(text, sizeof(text), "n%d.example", i);
			assert_int_equal(
				match(image, text).found, i < sizes[s]);
		}
		pal_image_free(image);
	}
}

static void
tells_changes(void **state)
{
	static const uint8_t other[PAL_SHA256_SIZE] = {9, 8};
	struct pal_image *image;
	struct pal_name name;
	uint8_t *data;
	size_t len, at = 0;
	char text[PAL_NAME_TEXT_MAX];

	(void)state;
	make_plain(&data, &len);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	assert_true(pal_image_follows(image, base));
	assert_false(pal_image_follows(image, other));
	assert_true(pal_image_changed(image, &at, &name));
	assert_string_equal(pal_name_to_text(text, &name), "n1.example");
	assert_true(pal_image_changed(image, &at, &name));
	assert_string_equal(pal_name_to_text(text, &name), "www.n1.example");
	assert_false(pal_image_changed(image, &at, &name));
	pal_image_free(image);

	make_orders(&data, &len);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	at = 0;
	assert_false(pal_image_follows(image, base));
	assert_false(pal_image_changed(image, &at, &name));
	pal_image_free(image);
}

static void
refuses_many_changes(void **state)
{
	struct pal_name *names = calloc(PAL_CHANGES_MAX + 1, sizeof(*names));
	struct pal_changes changes = {
		.names = names, .count = PAL_CHANGES_MAX + 1};
	struct pal_order_in k = order_of("trust", "ads", 0);
	struct pal_writer *w;

	(void)state;
	assert_non_null(names);
	for (size_t i = 0; i <= PAL_CHANGES_MAX; i++)
		names[i] = name_of("a.example");
	assert_int_equal(pal_writer_open_plain(&w, key, &k.policy), 0);
	assert_int_equal(pal_writer_changes(w, &changes), PAL_ELIMIT);
	pal_writer_close(w);
	free(names);
}

static void
takes_empty(void **state)
{
	(void)state;
	struct pal_writer *w;
	struct pal_image *image;
	uint8_t *data;
	size_t len;

	assert_int_equal(pal_writer_open_orders(&w, key), 0);
	assert_int_equal(pal_writer_finish(w, &data, &len, NULL), 0);
	pal_writer_close(w);
	assert_int_equal(len, PAL_IMAGE_SIZE_MIN);
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	assert_false(match(image, "t.me").found);
	pal_image_free(image);
}

/* Every change of one octet, and every shortening, is refused. */
static void
refuses_damage_to(uint8_t *data, size_t len)
{
	struct pal_image *image;
	const char *why;

	for (size_t i = 0; i < len; i++) {
		static const uint8_t flips[] = {0x01, 0x80, 0xff};
		for (size_t f = 0; f < sizeof(flips); f++) {
			data[i] ^= flips[f];
			why = NULL;
			assert_true(
				pal_image_load(&image, data, len, &why) < 0);
			assert_non_null(why);
			data[i] ^= flips[f];
		}
		/* a copy of the exact size, so that reading past it shows */
		uint8_t *cut = malloc(i > 0 ? i : 1);
		memcpy(cut, data, i);
		assert_true(pal_image_load(&image, cut, i, NULL) < 0);
		free(cut);
	}
	assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
	pal_image_free(image);
}

static void
refuses_damage(void **state)
{
	(void)state;
	uint8_t *data;
	size_t len;

	make_orders(&data, &len);
	refuses_damage_to(data, len);
	make_plain(&data, &len);
	refuses_damage_to(data, len);
}

/* With the checksum made good again, the structure itself must hold: the
 * reader takes it or leaves it, but reads nothing outside. */
static void
survives_forgery(void **state)
{
	(void)state;
	struct dice dice = {11};
	size_t taken = 0, refused = 0;

	for (int round = 0; round < 6000; round++) {
		uint8_t *data;
		size_t len;
		struct pal_image *image;
		if (round % 2)
			make_orders(&data, &len);
		else
			make_plain(&data, &len);
		for (uint32_t n = 1 + roll(&dice, 3); n > 0; n--)
			data[8 + roll(&dice, (uint32_t)len - 40)] =
				(uint8_t)roll(&dice, 256);
		pal_sha256(data, len - 32, data + len - 32);
		if (pal_image_load(&image, data, len, NULL) != 0) {
			refused++;
			free(data);
			continue;
		}
		taken++;
		match(image, "v1.api.telegram.org");
		match(image, "x.n1.example");
		for (uint32_t i = 0; i < pal_image_policies(image); i++) {
			struct pal_policy policy;
			pal_image_policy(image, i, &policy);
		}
		pal_image_free(image);
	}
	assert_true(taken > 0 && refused > 0);
}

static void
refuses_entries(void **state)
{
	(void)state;
	struct pal_writer *w;
	struct pal_order_in k = order_of("k", "1", 0);
	struct pal_name root = name_of("."), tld = name_of("me");
	struct pal_name n = name_of("t.me"), at;
	uint8_t *data;
	size_t len;

	assert_int_equal(pal_writer_open_orders(&w, key), 0);
	assert_int_equal(pal_writer_order(w, &k), 0);
	assert_int_equal(
		pal_writer_entry(w, &root, PAL_EXACT, &always, 1), PAL_ERANGE);
	assert_int_equal(
		pal_writer_entry(w, &tld, PAL_SUBTREE, &always, 1), PAL_ERANGE);
	assert_int_equal(pal_writer_entry(w, &n, PAL_EXACT, &always, 1), 0);
	assert_int_equal(pal_writer_entry(w, &n, PAL_EXACT, &always, 1), 0);
	assert_int_equal(pal_writer_finish(w, &data, &len, &at), PAL_EDUP);
	assert_true(pal_name_equal(&at, &n));
	pal_writer_close(w);
}

/* 255 orders on one name are taken, one more is an error that names it. */
static void
limits_claims(void **state)
{
	(void)state;
	for (int orders = 255; orders <= 256; orders++) {
		struct pal_writer *w;
		struct pal_name n = name_of("t.me"), at;
		struct pal_image *image;
		uint8_t *data;
		size_t len;
		char id[8];

		assert_int_equal(pal_writer_open_orders(&w, key), 0);
		for (int i = 0; i < orders; i++) {
			snprintf(id, sizeof(id), "o%d", i);
			struct pal_order_in k = order_of("k", id, i);
			assert_int_equal(pal_writer_order(w, &k), 0);
			assert_int_equal(pal_writer_entry(w, &n, PAL_SUBTREE,
						 &always, 1),
				0);
		}
		int ret = pal_writer_finish(w, &data, &len, &at);
		pal_writer_close(w);
		assert_int_equal(ret, orders > 255 ? PAL_ELIMIT : 0);
		if (ret != 0) {
			assert_true(pal_name_equal(&at, &n));
			continue;
		}
		assert_int_equal(pal_image_load(&image, data, len, NULL), 0);
		pal_image_free(image);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_orders),
		cmocka_unit_test(reads_plain),
		cmocka_unit_test(finds_members),
		cmocka_unit_test(tells_changes),
		cmocka_unit_test(refuses_many_changes),
		cmocka_unit_test(takes_empty),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(survives_forgery),
		cmocka_unit_test(refuses_entries),
		cmocka_unit_test(limits_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
