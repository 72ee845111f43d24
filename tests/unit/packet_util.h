/* Shared by tests that take replies apart: packets put together by hand. */
#ifndef PACKET_UTIL_H
#define PACKET_UTIL_H

#include "core_util.h"

#include "ask.h"

#define QR 0x8000u
#define AA 0x0400u
#define RD 0x0100u
#define RA 0x0080u
#define AD 0x0020u

enum section { QUESTION, ANSWER, AUTHORITY, ADDITIONAL };

struct packet {
	uint8_t data[8192];
	size_t len;
};

static inline void
packet_put(struct packet *packet, const void *data, size_t len)
{
	assert_true(packet->len + len <= sizeof packet->data);
	memcpy(packet->data + packet->len, data, len);
	packet->len += len;
}

static inline void
packet_put16(struct packet *packet, unsigned value)
{
	uint8_t octets[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	packet_put(packet, octets, sizeof octets);
}

static inline void
packet_put32(struct packet *packet, uint32_t value)
{
	packet_put16(packet, value >> 16);
	packet_put16(packet, value & 0xffff);
}

static inline void
packet_put_name(struct packet *packet, const char *text)
{
	struct pal_name name = name_of(text);

	packet_put(packet, name.wire, name.len);
}

static inline void
packet_count(struct packet *packet, enum section section)
{
	packet->data[5 + 2 * section]++;
}

/* A header and one question. */
static inline void
packet_begin(
	struct packet *packet, unsigned flags, const char *name, unsigned type)
{
	*packet = (struct packet){0};
	packet_put16(packet, 0x1234);
	packet_put16(packet, flags);
	packet->len = 12;
	packet_count(packet, QUESTION);
	packet_put_name(packet, name);
	packet_put16(packet, type);
	packet_put16(packet, 1);
}

static inline void
packet_rr(struct packet *packet, enum section section, const char *owner,
	unsigned type, uint32_t ttl, const void *rdata, size_t len)
{
	packet_count(packet, section);
	packet_put_name(packet, owner);
	packet_put16(packet, type);
	packet_put16(packet, 1);
	packet_put32(packet, ttl);
	packet_put16(packet, (unsigned)len);
	packet_put(packet, rdata, len);
}

static inline void
packet_a(struct packet *packet, const char *owner, uint8_t a, uint8_t b,
	uint8_t c, uint8_t d)
{
	const uint8_t octets[4] = {a, b, c, d};

	packet_rr(packet, ANSWER, owner, PAL_TYPE_A, 30, octets, 4);
}

/* A record whose rdata is a name: CNAME, DNAME, NS. */
static inline void
packet_name_rr(struct packet *packet, enum section section, const char *owner,
	unsigned type, const char *target)
{
	struct pal_name name = name_of(target);

	packet_rr(packet, section, owner, type, 30, name.wire, name.len);
}

static inline void
packet_https(struct packet *packet, const char *owner, const char *target)
{
	struct pal_name name = name_of(target);
	uint8_t rdata[300] = {0, 1};

	memcpy(rdata + 2, name.wire, name.len);
	packet_rr(packet, ANSWER, owner, TYPE_HTTPS, 30, rdata,
		2 + (size_t)name.len);
}

static inline void
packet_soa(struct packet *packet, const char *owner, const char *mname,
	uint32_t timer, uint32_t minimum)
{
	struct packet rdata = {0};

	packet_put_name(&rdata, mname);
	packet_put_name(&rdata, "nobody.invalid");
	packet_put32(&rdata, 1);
	packet_put32(&rdata, timer);
	packet_put32(&rdata, timer);
	packet_put32(&rdata, timer);
	packet_put32(&rdata, minimum);
	packet_rr(packet, AUTHORITY, owner, TYPE_SOA, timer, rdata.data,
		rdata.len);
}

/* The SOA of a block. */
static inline void
packet_our_soa(struct packet *packet, const char *owner)
{
	packet_soa(packet, owner, owner, 30, 30);
}

/* An OPT record with these options as they are; rcode: its upper bits. */
static inline void
packet_opt(
	struct packet *packet, unsigned rcode, const void *options, size_t len)
{
	packet_count(packet, ADDITIONAL);
	packet_put(packet, "", 1);
	packet_put16(packet, 41);
	packet_put16(packet, 1232);
	packet_put32(packet, (uint32_t)rcode << 24);
	packet_put16(packet, (unsigned)len);
	packet_put(packet, options, len);
}

/* Adds an EDE to a string of options. */
static inline void
options_ede(struct packet *options, unsigned code, const char *text)
{
	packet_put16(options, 15);
	packet_put16(options, (unsigned)(2 + strlen(text)));
	packet_put16(options, code);
	packet_put(options, text, strlen(text));
}

/* An OPT record with one EDE. */
static inline void
packet_ede(struct packet *packet, unsigned code, const char *text)
{
	struct packet options = {0};

	options_ede(&options, code, text);
	packet_opt(packet, 0, options.data, options.len);
}

static inline void
packet_read(struct reply *reply, const struct packet *packet)
{
	assert_int_equal(ask_unpack(reply, packet->data, packet->len), 0);
}

#endif
