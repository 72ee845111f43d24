/*
 * A cursor over a DNS message (RFC 1035, 4.1).  Reading past the end, or a
 * name that is none, makes it bad, and it stays so: read, then test once.
 *
 * The message is not trusted.  A pointer of a name leads strictly backwards,
 * so that each name has an end.
 */
#ifndef TOOL_WIRE_H
#define TOOL_WIRE_H

#include "palang/name.h"

#define WIRE_HEADER 12

enum wire_section {
	WIRE_QUESTION,
	WIRE_ANSWER,
	WIRE_AUTHORITY,
	WIRE_ADDITIONAL
};

struct wire {
	const uint8_t *data;
	size_t len, at;
	bool bad;
};

struct wire_record {
	struct pal_name owner;
	uint16_t type, class;
	uint32_t ttl;
	size_t rdata, len; /* offset and octets */
};

uint8_t wire_8(struct wire *wire);
uint16_t wire_16(struct wire *wire);
uint32_t wire_32(struct wire *wire);
void wire_skip(struct wire *wire, size_t len);

/* A name, pointers followed, letters lowered. */
void wire_name(struct wire *wire, struct pal_name *name);
/* Steps over one without looking where it leads. */
void wire_skip_name(struct wire *wire);

/* A record but the content of its rdata, over which it steps. */
void wire_record(struct wire *wire, struct wire_record *record);
void wire_skip_record(struct wire *wire);

/* From the header; the message has one. */
static inline unsigned
wire_count(const struct wire *wire, enum wire_section section)
{
	const uint8_t *at = wire->data + 4 + 2 * section;

	return (unsigned)at[0] << 8 | at[1];
}

static inline unsigned
wire_rcode(const struct wire *wire)
{
	return wire->data[3] & 0x0f;
}

#endif
