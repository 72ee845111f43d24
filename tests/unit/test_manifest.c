#include "core_util.h"

#include "palang/manifest.h"

static struct pal_manifest
example(void)
{
	struct pal_manifest m = {.generation = 7,
		.written = 1500000000,
		.settings = {PAL_SDE_ENCRYPTED, 65100, true, true},
		.count = 4};

	for (int i = 0; i < PAL_EPOCH_SIZE; i++)
		m.epoch[i] = (uint8_t)(i * 17);
	m.lists[0] = (struct pal_manifest_entry){.role = PAL_ROLE_ORDERS,
		.name = "orders",
		.file = "orders-7.img",
		.size = 88};
	m.lists[1] = (struct pal_manifest_entry){.role = PAL_ROLE_ALLOW,
		.name = "allow",
		.file = "allow-2.img",
		.size = 99};
	m.lists[2] = (struct pal_manifest_entry){.role = PAL_ROLE_FEED,
		.name = "trust",
		.file = "trust-1.img",
		.size = 1u << 30};
	memset(m.lists[2].digest, 0xab, PAL_SHA256_SIZE);
	m.lists[3] = (struct pal_manifest_entry){.role = PAL_ROLE_SHADOW,
		.name = "shadow",
		.file = "shadow-3.img",
		.size = 100};
	return m;
}

static void
round_trips(void **state)
{
	(void)state;
	struct pal_manifest m = example(), back;
	char text[PAL_MANIFEST_SIZE_MAX], again[PAL_MANIFEST_SIZE_MAX];

	int len = pal_manifest_format(text, sizeof(text), &m);
	assert_true(len > 0);
	assert_int_equal(pal_manifest_parse(&back, text, (size_t)len, NULL), 0);
	assert_int_equal(back.count, 4);
	assert_string_equal(back.lists[2].file, "trust-1.img");
	assert_int_equal(back.lists[3].role, PAL_ROLE_SHADOW);
	assert_true(back.settings.chain);
	assert_true(back.settings.open);
	assert_int_equal(back.settings.sde_code, 65100);
	assert_int_equal(pal_manifest_format(again, sizeof(again), &back), len);
	assert_memory_equal(text, again, (size_t)len);
	assert_int_equal(
		pal_manifest_format(text, (size_t)len, &m), PAL_ELIMIT);
}

/* No octet of a manifest can be changed, and none left out. */
static void
refuses_damage(void **state)
{
	(void)state;
	struct pal_manifest m = example(), back;
	char text[PAL_MANIFEST_SIZE_MAX];
	size_t len = (size_t)pal_manifest_format(text, sizeof(text), &m);
	unsigned line;

	for (size_t i = 0; i < len; i++) {
		for (unsigned change = 1; change < 256; change += 13) {
			text[i] = (char)(text[i] ^ (char)change);
			assert_true(pal_manifest_parse(
					    &back, text, len, &line) < 0);
			text[i] = (char)(text[i] ^ (char)change);
		}
		assert_true(pal_manifest_parse(&back, text, i, &line) < 0);
	}
	assert_int_equal(pal_manifest_parse(&back, text, len, NULL), 0);
	text[len] = '\n';
	assert_true(pal_manifest_parse(&back, text, len + 1, NULL) < 0);
}

/* The room of a snapshot is that of its feeds, not what allow and shadow, where
 * they are not, leave of all lists. */
static void
counts_feeds(void **state)
{
	struct pal_manifest m = example();
	char text[PAL_MANIFEST_SIZE_MAX];

	(void)state;
	for (unsigned i = 1; i <= PAL_FEEDS_MAX + 1; i++) {
		m.lists[i] = (struct pal_manifest_entry){.role = PAL_ROLE_FEED};
		snprintf(m.lists[i].name, sizeof m.lists[i].name, "f%u", i);
		snprintf(m.lists[i].file, sizeof m.lists[i].file, "f%u.img", i);
	}
	m.count = 1 + PAL_FEEDS_MAX;
	assert_true(pal_manifest_format(text, sizeof text, &m) > 0);
	m.count++;
	assert_int_equal(pal_manifest_format(text, sizeof text, &m), PAL_EFORM);
}

/* What the reader must not take is not written either. */
static void
refuses_nonsense(void **state)
{
	(void)state;
	char text[PAL_MANIFEST_SIZE_MAX];
	static const char *const files[] = {
		"../orders.img",            /* no path */
		"orders",                   /* no image */
		".img", "a.b.img",          /* one dot */
		"Orders.img", "", "a.imgs", /* the ending is part of the name */
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct pal_manifest m = example();
		strcpy(m.lists[0].file, files[i]);
		assert_int_equal(
			pal_manifest_format(text, sizeof(text), &m), PAL_EFORM);
	}
	struct pal_manifest m = example();
	m.generation = 0; /* that is what EMPTY is called */
	assert_int_equal(
		pal_manifest_format(text, sizeof(text), &m), PAL_EFORM);
	m = example();
	m.lists[1] = m.lists[0]; /* orders twice */
	assert_int_equal(
		pal_manifest_format(text, sizeof(text), &m), PAL_EFORM);
	m = example();
	strcpy(m.lists[2].file, m.lists[1].file); /* one file for two lists */
	assert_int_equal(
		pal_manifest_format(text, sizeof(text), &m), PAL_EFORM);
	m = example();
	strcpy(m.lists[3].name, "trial"); /* named as its role is */
	assert_int_equal(
		pal_manifest_format(text, sizeof(text), &m), PAL_EFORM);
	m = example();
	m.lists[4] = m.lists[3]; /* a feed behind the shadow */
	m.lists[4].role = PAL_ROLE_FEED;
	strcpy(m.lists[4].name, "late");
	strcpy(m.lists[4].file, "late-1.img");
	m.count = 5;
	assert_int_equal(
		pal_manifest_format(text, sizeof(text), &m), PAL_EFORM);
	m = example();
	struct pal_manifest_entry feed = m.lists[2];
	m.lists[2] = m.lists[1]; /* a feed before the allow list */
	m.lists[1] = feed;
	assert_int_equal(
		pal_manifest_format(text, sizeof(text), &m), PAL_EFORM);
}

/* One form only: a blank more, even with a good checksum, is refused. */
static void
refuses_blanks(void **state)
{
	(void)state;
	struct pal_manifest m = example();
	char text[PAL_MANIFEST_SIZE_MAX], hex[PAL_SHA256_HEX];
	uint8_t digest[PAL_SHA256_SIZE];
	size_t len = (size_t)pal_manifest_format(text, sizeof(text), &m);
	char *chain = strstr(text, "chain yes\n") + strlen("chain yes");

	memmove(chain + 1, chain, len - (size_t)(chain - text));
	*chain = ' ';
	len++;
	pal_sha256(text, len - 69, digest);
	memcpy(text + len - 65, pal_sha256_to_hex(hex, digest), 64);
	assert_int_equal(pal_manifest_parse(&m, text, len, NULL), PAL_EFORM);
}

static void
names_versions(void **state)
{
	(void)state;
	static const char newer[] = "palang-manifest 2\nwhatever\n";
	struct pal_manifest m;
	unsigned line = 0;

	assert_int_equal(pal_manifest_parse(&m, newer, strlen(newer), &line),
		PAL_EVERSION);
	assert_int_equal(line, 1);
	assert_int_equal(pal_manifest_parse(&m, "", 0, NULL), PAL_EFORM);
}

static void
ages(void **state)
{
	(void)state;
	struct pal_manifest a = example(), b = example();

	assert_false(pal_manifest_newer(&a, &b));
	a.generation++;
	assert_true(pal_manifest_newer(&a, &b));
	assert_false(pal_manifest_newer(&b, &a));
	b.epoch[3]++; /* another epoch is taken whatever its generation */
	assert_true(pal_manifest_newer(&b, &a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(counts_feeds),
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(refuses_blanks),
		cmocka_unit_test(names_versions),
		cmocka_unit_test(ages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
