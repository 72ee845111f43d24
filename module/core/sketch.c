#include "palang/sketch.h"

#include <string.h>

#include "sip.h"

struct pal_network
pal_network_of(const uint8_t *address, size_t len)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct pal_network network = {.octets = {0}};

	if (len == 16 && memcmp(address, mapped, sizeof(mapped)) == 0) {
		address += sizeof(mapped);
		len = 4;
	}
	memcpy(network.octets, address, len == 4 ? 3 : 7);
	network.octets[7] = (uint8_t)len;
	return network;
}

/* SipHash-2-4 of the eight octets. */
static unsigned
bit_of(const struct pal_sketch_key *key, const struct pal_network *network)
{
	uint8_t halves[16];
	struct sip sip;

	for (unsigned i = 0; i < 2; i++)
		store64(halves + 8 * i, atomic_load_explicit(&key->halves[i],
						memory_order_relaxed));
	sip_init(&sip, halves);
	sip_word(&sip, load64(network->octets));
	return (unsigned)(sip_final(&sip).hi % PAL_SKETCH_BITS);
}

/* Most bits are set already, and a line that nobody writes stays shared. */
void
pal_sketch_add(struct pal_sketch *sketch, const struct pal_sketch_key *key,
	const struct pal_network *network)
{
	unsigned bit = bit_of(key, network);
	uint64_t mask = (uint64_t)1 << bit % 64;
	_Atomic uint64_t *word = &sketch->words[bit / 64];

	if ((atomic_load_explicit(word, memory_order_relaxed) & mask) == 0)
		atomic_fetch_or_explicit(word, mask, memory_order_relaxed);
}

/* As many as it takes on average to set so many bits: the k-th new bit comes
 * after 1024 / (1024 - k + 1) networks. */
unsigned
pal_sketch_estimate(const struct pal_sketch *sketch)
{
	double sum = 0;
	unsigned clear = PAL_SKETCH_BITS;

	for (unsigned i = 0; i < PAL_SKETCH_WORDS; i++) {
		uint64_t word = atomic_load_explicit(
			&sketch->words[i], memory_order_relaxed);
		for (; word != 0; word &= word - 1)
			sum += (double)PAL_SKETCH_BITS / clear--;
	}
	return (unsigned)(sum + 0.5);
}

void
pal_sketch_join(struct pal_sketch *to, const struct pal_sketch *from)
{
	for (unsigned i = 0; i < PAL_SKETCH_WORDS; i++)
		atomic_fetch_or_explicit(&to->words[i],
			atomic_load_explicit(
				&from->words[i], memory_order_relaxed),
			memory_order_relaxed);
}

void
pal_sketch_clear(struct pal_sketch *sketch)
{
	for (unsigned i = 0; i < PAL_SKETCH_WORDS; i++)
		atomic_store_explicit(
			&sketch->words[i], 0, memory_order_relaxed);
}
