/* The count of networks, beside one that keeps them all. */
#include "core_util.h"

#include "palang/sketch.h"

static const struct pal_sketch_key key = {{0x0706050403020100, 0x99}};

static struct pal_network
network_of(uint32_t number)
{
	uint8_t address[4] = {(uint8_t)(number >> 16), (uint8_t)(number >> 8),
		(uint8_t)number, 1};

	return pal_network_of(address, sizeof(address));
}

/* The error of linear counting with 1,024 bits is below 5 in 100 up to a few
 * thousand; three times that is no accident. */
static void
estimates(void **state)
{
	(void)state;
	static const unsigned counts[] = {
		0, 1, 2, 3, 10, 50, 100, 500, 1000, 2000, 4000};

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		struct pal_sketch sketch = {0};
		for (int again = 0; again < 3; again++) {
			for (uint32_t n = 0; n < counts[i]; n++) {
				struct pal_network w = network_of(n * 7919);
				pal_sketch_add(&sketch, &key, &w);
			}
		}
		int difference =
			(int)pal_sketch_estimate(&sketch) - (int)counts[i];
		assert_true(abs(difference) <=
			    (counts[i] <= 10 ? 1 : (int)counts[i] * 15 / 100));
	}
}

static void
ends_at_most(void **state)
{
	(void)state;
	struct pal_sketch sketch = {0}, none = {0};

	for (uint32_t n = 0; n < 100000; n++) {
		struct pal_network network = network_of(n);
		pal_sketch_add(&sketch, &key, &network);
	}
	assert_int_equal(pal_sketch_estimate(&sketch), PAL_SKETCH_MAX);
	pal_sketch_join(&none, &sketch);
	assert_int_equal(pal_sketch_estimate(&none), PAL_SKETCH_MAX);
	pal_sketch_clear(&sketch);
	assert_int_equal(pal_sketch_estimate(&sketch), 0);
}

/* Another key, other bits: two hours cannot be laid beside each other. */
static void
depends_on_key(void **state)
{
	(void)state;
	static const struct pal_sketch_key other = {{0x0706050403020101, 0x99}};
	struct pal_sketch a = {0}, b = {0};

	for (uint32_t n = 0; n < 20; n++) {
		struct pal_network network = network_of(n);
		pal_sketch_add(&a, &key, &network);
		pal_sketch_add(&b, &other, &network);
	}
	pal_sketch_join(&a, &b);
	assert_true(pal_sketch_estimate(&a) > 30);
}

static void
takes_networks(void **state)
{
	(void)state;
	static const struct {
		uint8_t a[16], b[16];
		size_t a_len, b_len;
		bool same;
	} cases[] = {
		{{192, 0, 2, 1}, {192, 0, 2, 250}, 4, 4, true},
		{{192, 0, 2, 1}, {192, 0, 3, 1}, 4, 4, false},
		/* the same /56, and the next */
		{{0x20, 1, 0xd, 0xb8, 0, 0, 1, 0x00},
			{0x20, 1, 0xd, 0xb8, 0, 0, 1, 0xff, 9}, 16, 16, true},
		{{0x20, 1, 0xd, 0xb8, 0, 0, 1}, {0x20, 1, 0xd, 0xb8, 0, 0, 2},
			16, 16, false},
		/* what a socket for both makes of IPv4 */
		{{192, 0, 2, 1}, {[10] = 255, 255, 192, 0, 2, 9}, 4, 16, true},
		/* equal octets, other families */
		{{32, 1, 13}, {32, 1, 13}, 4, 16, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pal_network a =
			pal_network_of(cases[i].a, cases[i].a_len);
		struct pal_network b =
			pal_network_of(cases[i].b, cases[i].b_len);
		assert_int_equal(memcmp(&a, &b, sizeof(a)) == 0, cases[i].same);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(estimates),
		cmocka_unit_test(ends_at_most),
		cmocka_unit_test(depends_on_key),
		cmocka_unit_test(takes_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
