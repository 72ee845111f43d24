#include "fetch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* What of IPv4 is not public (IANA IPv4 Special-Purpose Address Registry,
 * and multicast). */
static const struct {
	uint32_t net;
	unsigned bits;
} special4[] = {
	{0x00000000, 8},  /* this network */
	{0x0a000000, 8},  /* private */
	{0x64400000, 10}, /* behind a carrier's NAT */
	{0x7f000000, 8},  /* loopback */
	{0xa9fe0000, 16}, /* link-local */
	{0xac100000, 12}, /* private */
	{0xc0000000, 24}, /* protocol assignments */
	{0xc0000200, 24}, /* documentation */
	{0xc0586300, 24}, /* 6to4 relays, given up */
	{0xc0a80000, 16}, /* private */
	{0xc6120000, 15}, /* benchmarks */
	{0xc6336400, 24}, /* documentation */
	{0xcb007100, 24}, /* documentation */
	{0xe0000000, 4},  /* multicast */
	{0xf0000000, 4},  /* reserved, broadcast */
};

/* The same of what is global unicast of IPv6, 2000::/3. */
static const struct {
	uint8_t net[16];
	unsigned bits;
} special6[] = {
	{{0x20, 0x01}, 23},             /* protocol assignments, Teredo */
	{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
	{{0x3f, 0xff}, 20},             /* documentation */
};

static bool
is_public4(uint32_t address)
{
	for (size_t i = 0; i < sizeof special4 / sizeof special4[0]; i++) {
		if ((address ^ special4[i].net) >> (32 - special4[i].bits) == 0)
			return false;
	}
	return true;
}

static bool
is_within(const uint8_t address[16], const uint8_t net[16], unsigned bits)
{
	unsigned octets = bits / 8, rest = bits % 8;

	return memcmp(address, net, octets) == 0 &&
	       (rest == 0 ||
		       (address[octets] ^ net[octets]) >> (8 - rest) == 0);
}

static uint32_t
load32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

static bool
is_public6(const uint8_t address[16])
{
	static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff};
	static const uint8_t nat64[16] = {0x00, 0x64, 0xff, 0x9b};
	static const uint8_t sixtofour[16] = {0x20, 0x02};

	if (is_within(address, mapped, 96) || is_within(address, nat64, 96))
		return is_public4(load32(address + 12));
	if (is_within(address, sixtofour, 16))
		return is_public4(load32(address + 2));
	if (address[0] >> 5 != 1)
		return false;
	for (size_t i = 0; i < sizeof special6 / sizeof special6[0]; i++) {
		if (is_within(address, special6[i].net, special6[i].bits))
			return false;
	}
	return true;
}

bool
address_is_public(const struct sockaddr *addr)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (addr->sa_family) {
	case AF_INET:
		memcpy(&in, addr, sizeof in);
		return is_public4(ntohl(in.sin_addr.s_addr));
	case AF_INET6:
		memcpy(&in6, addr, sizeof in6);
		return is_public6(in6.sin6_addr.s6_addr);
	default:
		return false;
	}
}
