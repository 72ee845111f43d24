#include "sip.h"

struct sip_hash
sip_name(const uint8_t key[static 16], const uint8_t *wire, const uint8_t *at,
	unsigned count)
{
	struct sip sip;

	sip_init(&sip, key);
	while (count > 0)
		sip_label(&sip, wire + at[--count]);
	return sip_final(&sip);
}
