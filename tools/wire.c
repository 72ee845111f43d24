#include "wire.h"

#include <string.h>

/* len octets at the cursor, or NULL. */
static const uint8_t *
take(struct wire *wire, size_t len)
{
	const uint8_t *at = wire->data + wire->at;

	if (wire->bad || len > wire->len - wire->at) {
		wire->bad = true;
		return NULL;
	}
	wire->at += len;
	return at;
}

uint8_t
wire_8(struct wire *wire)
{
	const uint8_t *at = take(wire, 1);

	return at == NULL ? 0 : *at;
}

uint16_t
wire_16(struct wire *wire)
{
	const uint8_t *at = take(wire, 2);

	if (at == NULL)
		return 0;
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t
wire_32(struct wire *wire)
{
	uint32_t high = wire_16(wire);

	return high << 16 | wire_16(wire);
}

void
wire_skip(struct wire *wire, size_t len)
{
	take(wire, len);
}

/* Adds a label with its length octet; the root label too. */
static bool
add_label(struct pal_name *name, const uint8_t *label)
{
	size_t len = (size_t)*label + 1;

	if (name->len + len > PAL_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		name->wire[name->len + i] = pal_lower(label[i]);
	name->len = (uint8_t)(name->len + len);
	name->labels = (uint8_t)(name->labels + (len > 1));
	return true;
}

/* The labels from `at` on, up to the root or a pointer; returns where what it
 * has read ends, 0 if it is no name.  *leads: where the pointer leads to, 0
 * at the root. */
static size_t
read_labels(const struct wire *wire, size_t at, struct pal_name *name,
	size_t *leads)
{
	*leads = 0;
	while (at < wire->len) {
		uint8_t len = wire->data[at];

		if (len >= 0xc0) {
			if (at + 2 > wire->len)
				return 0;
			*leads = (size_t)(len & 0x3f) << 8 | wire->data[at + 1];
			/* No name begins within the header. */
			return *leads < WIRE_HEADER ? 0 : at + 2;
		}
		if (len > PAL_LABEL_MAX || at + 1 + len > wire->len ||
			!add_label(name, wire->data + at))
			return 0;
		at += (size_t)len + 1;
		if (len == 0)
			return at;
	}
	return 0;
}

void
wire_name(struct wire *wire, struct pal_name *name)
{
	size_t from = wire->at, leads, end;

	name->len = name->labels = 0;
	if (wire->bad)
		return;
	end = read_labels(wire, from, name, &leads);
	wire->bad = end == 0;
	if (end != 0)
		wire->at = end;
	while (!wire->bad && leads != 0) {
		if (leads >= from) {
			wire->bad = true;
			return;
		}
		from = leads;
		wire->bad = read_labels(wire, from, name, &leads) == 0;
	}
}

void
wire_skip_name(struct wire *wire)
{
	for (;;) {
		uint8_t len = wire_8(wire);

		if (wire->bad || len == 0)
			return;
		if (len >= 0xc0) {
			wire_skip(wire, 1);
			return;
		}
		if (len > PAL_LABEL_MAX)
			wire->bad = true;
		wire_skip(wire, len);
	}
}

void
wire_record(struct wire *wire, struct wire_record *record)
{
	wire_name(wire, &record->owner);
	record->type = wire_16(wire);
	record->class = wire_16(wire);
	record->ttl = wire_32(wire);
	record->len = wire_16(wire);
	record->rdata = wire->at;
	wire_skip(wire, record->len);
}

void
wire_skip_record(struct wire *wire)
{
	wire_skip_name(wire);
	wire_skip(wire, 8);
	wire_skip(wire, wire_16(wire));
}
